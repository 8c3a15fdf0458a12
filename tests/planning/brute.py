"""A second planner, by enumeration: every choice, place, spending on a grid and set of claims, each evaluated.

It knows nothing of curves, models or solvers. Profiles are plain mappings; a year without a claim is one in
which the firm is registered elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.model import Group
from huice.evaluate import evaluate
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Outcome
from huice.language.units import value_of
from huice.planning import Plan
from tests.planning.small import STEP

FEN = Fraction(1, 100)
ELSEWHERE = "other"
Claims = tuple[frozenset[int], ...]


class Brute:
    """Enumerates the plans of a problem with one entity."""

    def __init__(self, problem: dict[str, Any], corpus: Corpus) -> None:
        self.problem, self.corpus = problem, corpus
        only = problem.get("measures", {}).get("only")
        self.ids = only or [one.id for one in corpus.measures]
        self.groups = [group for group in corpus.groups if {*group.members} & {*self.ids}]
        first = int(problem["profile"]["as_of"][:4])
        self.years = tuple(range(first, first + problem["years"]))
        self.prudent = problem["stacking"] == "prudent"
        weights = problem["objective"]
        if isinstance(weights, dict):
            self.weights = (Fraction(1, 2), Fraction(1, 2))
        else:
            self.weights = (Fraction(weights == "certain"), Fraction(weights == "ceiling"))
        self.items = {one["id"]: one["facts"]["item"] for one in problem["spending"]}
        self.facts = {one["id"]: one["facts"] for one in problem["spending"]}
        self.money = {one["id"]: one.get("money", ["paid_yuan"]) for one in problem["spending"]}
        self.kept: dict[Any, Outcome] = {}

    def best(self) -> Fraction | None:
        """The best objective; None where there is no plan."""
        found = None
        for site in self.problem["places"]:
            for options in product(
                *(choice["options"] for choice in self.problem.get("choices", []))
            ):
                costs = site["setup"] + site["yearly"] * len(self.years)
                costs += sum(option.get("cost", 0) for option in options)
                for spending in self._spendings():
                    value = self._value(site["place"], options, spending)
                    value -= costs if self.problem["net"] else 0
                    found = value if found is None else max(found, value)
        return found

    def best_of_two(self) -> Fraction:
        """The best objective of one year with one entity or two; the further one is newly founded."""
        single = self.best()
        assert single is not None
        found = single
        sites = {site["place"]: site for site in self.problem["places"]}
        plans = list(self._spendings())
        for one, other in permutations(sites, 2):
            for options in product(
                *(choice["options"] for choice in self.problem.get("choices", []))
            ):
                costs = sum(
                    sites[place]["setup"] + sites[place]["yearly"] for place in (one, other)
                )
                costs += sum(option.get("cost", 0) for option in options)
                kept: dict[Any, Fraction] = {}
                for whole in plans:
                    for part in self._parts(whole):
                        rest = {key: whole[key] - part[key] for key in whole}
                        key = tuple(part.values()), tuple(rest.values())
                        if key not in kept:
                            kept[key] = self._value(one, options, part) + self._value(
                                other, None, rest
                            )
                        found = max(found, kept[key] - (costs if self.problem["net"] else 0))
        return found

    def _parts(self, whole: dict[tuple[str, int], Exact]) -> Iterator[dict[tuple[str, int], Exact]]:
        """What the main entity may spend of a whole: points of the grid, and what they leave of it."""
        choices = []
        for sum_ in whole.values():
            grid = {STEP * n + d for n in range(int(sum_) // STEP + 2) for d in (0, FEN, -FEN)}
            choices.append({x for x in (*grid, *(sum_ - y for y in grid)) if 0 <= x <= sum_})
        for chosen in product(*choices):
            yield dict(zip(whole, chosen, strict=True))

    def at(self, found: Plan) -> Fraction:
        """The best objective with the place, the alternatives and the spending of a plan."""
        (entity,) = found.entities
        site = next(one for one in self.problem["places"] if one["place"] == entity.place)
        options = tuple(
            next(option for option in choice["options"] if option["id"] == one.option)
            for choice, one in zip(self.problem.get("choices", []), found.choices, strict=True)
        )
        spending: dict[tuple[str, int], Exact] = {
            (one["id"], year): 0 for one in self.problem["spending"] for year in self.years
        }
        spending |= {(one.spending, one.year): one.yuan for one in found.spending}
        costs = site["setup"] + site["yearly"] * len(self.years)
        costs += sum(option.get("cost", 0) for option in options)
        return self._value(entity.place, options, spending) - (costs if self.problem["net"] else 0)

    # --- spending -----------------------------------------------------------------------------------

    def _spendings(self) -> Iterator[dict[tuple[str, int], Exact]]:
        plans = [list(self._of(one)) for one in self.problem["spending"]]
        for chosen in product(*plans):
            yield {
                (one["id"], year): sum_
                for one, sums in zip(self.problem["spending"], chosen, strict=True)
                for year, sum_ in zip(self.years, sums, strict=True)
            }

    def _of(self, one: dict[str, Any]) -> Iterator[tuple[Exact, ...]]:
        """Sums on multiples of the step and one fen beside them; the last year may take what is left."""
        total = one["total"]
        least, most = (0, total["max"]) if isinstance(total, dict) else (total, total)
        yearly = one.get("yearly", {}).get("max", most)
        grid: list[Exact] = sorted(
            {STEP * n + d for n in range(most // STEP + 1) for d in (0, FEN, -FEN)}
        )
        grid = [one for one in grid if 0 <= one <= min(yearly, most)]
        for firsts in product(grid, repeat=len(self.years) - 1):
            left = most - sum(firsts)
            for last in {*grid, left}:
                if 0 <= last <= yearly and least <= sum(firsts) + last <= most:
                    yield (*firsts, last)

    # --- claims ---------------------------------------------------------------------------------------

    def _value(
        self, place: str, options: tuple[Any, ...] | None, spending: dict[tuple[str, int], Exact]
    ) -> Fraction:
        worth: list[list[tuple[frozenset[int], Outcome]]] = []
        ids = self.ids
        for id_ in ids:
            table = [(frozenset[int](), self._outcome(id_, frozenset(), place, options, spending))]
            for size in range(1, len(self.years) + 1):
                for years in combinations(self.years, size):
                    outcome = self._outcome(id_, frozenset(years), place, options, spending)
                    paying = frozenset(year.year for year in outcome.years if year.pays)
                    if paying == frozenset(years):
                        table.append((paying, outcome))
            worth.append(table)
        best = Fraction(0)
        for combination in product(*worth):
            claims = {id_: years for id_, (years, _) in zip(ids, combination, strict=True)}
            if self._allowed(claims, spending):
                outcomes = {
                    id_: outcome for id_, (_, outcome) in zip(ids, combination, strict=True)
                }
                best = max(best, self._sum(outcomes))
        return best

    def _sum(self, outcomes: dict[str, Outcome]) -> Fraction:
        total = Fraction(0)
        for number, weight in enumerate(self.weights):
            if weight:
                left = {
                    id_: {y.year: Fraction((y.certain, y.ceiling or 0)[number]) for y in one.years}
                    for id_, one in outcomes.items()
                }
                amounts = {
                    id_: Fraction((one.certain, one.ceiling or 0)[number])
                    for id_, one in outcomes.items()
                }
                for group in self.groups:
                    if group.ceiling is not None:
                        _cut(group, left, amounts)
                total += weight * sum(amounts.values())
        return total

    def _allowed(
        self, claims: dict[str, frozenset[int]], spending: dict[tuple[str, int], Exact]
    ) -> bool:
        for group in self.groups:
            claimed = [claims[member] for member in group.members if claims.get(member)]
            if group.rule == "highest" and len(claimed) > 1:
                return False
            if group.kind == "same_cost" and self.prudent and _meet(claimed):
                return False
        if not self.prudent:
            return True
        by_row: dict[str, list[frozenset[int]]] = {}
        for id_, years in claims.items():
            rule = self.corpus.measure(id_)
            written = {one.written for one in rule.rule.requires}
            for item in ("compute", "model"):
                if f"contract.item is {item}" in written and _pays_for_rows(id_, self.corpus):
                    by_row.setdefault(item, []).append(years)
            if rule.subject == "project":
                by_row.setdefault("project", []).append(years)
        for row, sets in by_row.items():
            here = row == "project" or any(
                sum_ for (id_, _), sum_ in spending.items() if self.items[id_] == row
            )
            fixed = any(one["item"] == row for one in self.problem["profile"]["contracts"])
            if row == "project":
                if len([years for years in sets if years]) > 1:
                    return False
            elif (here or fixed) and _meet(sets):
                return False
        return True

    def _outcome(
        self,
        id_: str,
        claimed: frozenset[int],
        place: str,
        options: tuple[Any, ...] | None,
        spending: dict[tuple[str, int], Exact],
    ) -> Outcome:
        named = None if options is None else tuple(one["id"] for one in options)
        key = (id_, claimed, place, named, tuple(spending.items()))
        if key not in self.kept:
            base = self.problem["profile"]
            if options is None:  # a further entity
                base = {**base, "projects": [], "contracts": [], "decisions": {}}
                base["org"] = {
                    key: value for key, value in base["org"].items() if key != "paid_history"
                }
            org = {**base["org"], "place": place}
            for option in options or ():
                org |= option.get("facts", {}).get("org", {})
            years: dict[str, dict[str, Any]] = {}
            for year in self.years:
                rows = [
                    {
                        **self.facts[name],
                        "id": name,
                        **dict.fromkeys(self.money[name], Fraction(sum_)),
                    }
                    for (name, at), sum_ in spending.items()
                    if at == year and sum_
                ]
                years[str(year)] = {"contracts": [*base["contracts"], *rows]}
                if year not in claimed:
                    years[str(year)]["org"] = {"place": ELSEWHERE}
            profile = {**base, "org": org, "years": years}
            (outcome,) = evaluate(profile, self.corpus, [id_]).outcomes
            self.kept[key] = outcome
        return self.kept[key]


def _cut(group: Group, years: dict[str, dict[int, Fraction]], amounts: dict[str, Fraction]) -> None:
    """A joint ceiling, taken off the first member."""
    assert group.ceiling is not None
    cap = Fraction(value_of(group.ceiling.amount))  # type: ignore[arg-type]  # a literal
    together = sum((amounts[member] for member in group.members), Fraction(0))
    if group.ceiling.period == "total":
        kept = min(cap, together)
    else:
        every = {year for member in group.members for year in years[member]}
        kept = sum(
            (
                min(cap, sum((years[m].get(year, Fraction(0)) for m in group.members), Fraction(0)))
                for year in every
            ),
            Fraction(0),
        )
        kept = min(kept, together)
    for member in group.members:
        amounts[member] = Fraction(0)
    amounts[group.members[0]] = kept


def _meet(sets: list[frozenset[int]]) -> bool:
    return any(one & other for one, other in combinations(sets, 2))


def _pays_for_rows(id_: str, corpus: Corpus) -> bool:
    """Whether the amount is a share of what the row costs, not a stated sum."""
    pays = corpus.measure(id_).rule.pays
    return pays is not None and "contract.paid" in repr(pays)
