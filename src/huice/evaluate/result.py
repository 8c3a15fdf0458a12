"""What every surface shows: one `Result`, the same figures for page, report, command line and assistant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from msgspec import structs

from huice.corpus.model import Measure, Reading, Rule
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.facts import Exact, Profile, View
from huice.evaluate.lazy import lazy
from huice.evaluate.missing import Gap
from huice.evaluate.outcome import PAYING, Outcome, Status
from huice.evaluate.totals import Total, total
from huice.evaluate.trace import Check, Checker, Step, Tracer, amount_gaps
from huice.language.text import Text

SCHEMA = "huice/result/1"


class MeasureResult:
    """One measure of a result: the figures at once, the explanation when it is asked for."""

    def __init__(self, result: Result, outcome: Outcome) -> None:
        self._result, self.outcome = result, outcome
        self.id, self.status = outcome.measure, outcome.status

    @property
    def certain(self) -> Exact:
        """What the wording guarantees once the facts hold (确定额)."""
        return self.outcome.certain

    @property
    def ceiling(self) -> Exact | None:
        """The most the wording allows this applicant (本企业上限); None where no amount is stated."""
        return self.outcome.ceiling

    @property
    def clause_cap(self) -> Exact | None:
        """The most the wording allows anyone (条款封顶)."""
        return self.outcome.clause_cap

    @property
    def years(self) -> int | None:
        """The number of years in which something may be paid."""
        return self.outcome.year_count

    @property
    def measure(self) -> Measure:
        """The measure itself."""
        return self._result.corpus.measure(self.id)

    @property
    def here(self) -> bool:
        """Whether the measure can hold where the applicant is."""
        return self.outcome.near

    @property
    def rule(self) -> Rule:
        """The rule under the readings of the profile."""
        rule: Rule = self._program.rule
        return rule

    @lazy
    def _program(self) -> Any:
        return self._result.evaluator.program(self.measure, self._result.profile)

    @lazy
    def _view(self) -> View:
        """The facts of the year that decided the status."""
        years = self.outcome.years
        decided = [year.status for year in years].index(self.status)
        view = self._result.views[decided]
        before = self._result.profile.history.get(self.id)
        paid = sum([year.pays for year in years[:decided]])
        view.support_year = 1 + paid + (before.years if before else 0)
        return view

    @lazy
    def conditions(self) -> tuple[Check, ...]:
        """The requirements one by one (条件核对表)."""
        programs = self._result.evaluator.programs
        return Checker(self._program, programs.closures, programs.phrases, self._view).checks()

    @lazy
    def missing(self) -> tuple[Gap, ...]:
        """The unknown facts that can still change status or amount; none once the answer is no."""
        if self.status not in PAYING:
            return ()
        programs = self._result.evaluator.programs
        found: dict[Gap, None] = {}
        for check in self.conditions:
            found.update(dict.fromkeys(check.missing))
        gaps = amount_gaps(self._program, programs.closures, programs.phrases, self._view)
        found.update(dict.fromkeys(gaps))
        return tuple(found)

    @property
    def stake(self) -> Exact | None:
        """Yuan that the missing facts decide: what lies between certain and ceiling; None if unstated."""
        return None if self.ceiling is None else self.ceiling - self.certain

    @lazy
    def steps(self) -> tuple[Step, ...]:
        """From base to amount (基数 → 比例 → 封顶 → …), year by year."""
        if self.status not in PAYING or self._program.pays is None:
            return ()
        result = self._result
        programs = result.evaluator.programs
        tracer = Tracer(self._program, programs.closures, programs.phrases)
        result.evaluator.run(self._program, result.profile, result.views, tracer.record)
        return tuple(tracer.steps)

    @lazy
    def reason(self) -> Text:
        """Why not, in one sentence; empty unless the answer is no."""
        if self.status in PAYING:
            return Text("", "")
        decided = next(year for year in self.outcome.years if year.status is self.status)
        if decided.reason != "conditions":
            return self._other_reason(decided.reason)
        failed = [check for check in self.conditions if check.holds is False]
        if failed:
            zh = "；".join(check.label.zh for check in failed)
            en = "; ".join(check.label["en"] for check in failed)
            return Text(f"不满足：{zh}", f"not met: {en}")
        return self._other_reason("no_base")  # all conditions can hold, of an entity without a base

    def _other_reason(self, code: str) -> Text:
        valid = self._program.rule.valid
        if code == "ended" and valid and valid.ends:
            ends = valid.ends.isoformat()
            follows = self._successor(valid.successor)
            zh, en = (valid.says[lang].strip("（）() ") for lang in ("zh", "en"))
            return Text(
                f"已于 {ends} 失效（{zh}）{follows.zh}", f"ended on {ends} ({en}){follows.en}"
            )
        if code == "not_yet" and valid and valid.starts:
            starts = valid.starts.isoformat()
            return Text(f"{starts} 起施行，申报日尚未施行", f"in force only from {starts}")
        return REASONS[code]

    def _successor(self, name: str | None) -> Text:
        """What takes over from a document that has ended: a document of the corpus, or a title."""
        if not name:
            return Text("", "")
        known = [one.title for one in self._result.corpus.documents if one.id == name]
        title = known[0] if known else Text(name)
        return Text(f"，由《{title.zh}》接续", f", followed by “{title['en']}”")

    def reading_effects(self) -> tuple[tuple[Reading, str, dict[str, Outcome]], ...]:
        """Each reading, the option in force, and the outcome under every option (读法)."""
        result, found = self._result, []
        chosen = result.profile.readings.get(self.id, {})
        for reading in self.measure.readings:
            now = chosen.get(reading.id, reading.default)
            under: dict[str, Outcome] = {}
            for option in reading.options if reading.computed else ():
                under[option.name] = (
                    self.outcome if option.name == now else self._under(reading.id, option.name)
                )
            found.append((reading, now, under))
        return tuple(found)

    def _under(self, reading: str, option: str) -> Outcome:
        profile = self._result.profile
        mine = {**profile.readings.get(self.id, {}), reading: option}
        other = structs.replace(profile, readings={**profile.readings, self.id: mine})
        return self._result.evaluator.outcomes(other, [self.measure])[0]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; amounts are decimal strings of yuan or null."""
        return {
            "measure": self.id,
            "title": _pair(self.measure.title),
            "document": self.measure.document,
            "place": self.measure.place,
            "gives": self.measure.gives.value,
            "benefit": self.measure.benefit,
            "status": self.status.value,
            "certain_yuan": decimal(self.certain),
            "ceiling_yuan": decimal(self.ceiling),
            "clause_cap_yuan": decimal(self.clause_cap),
            "years": self.years,
            "by_year": [
                {
                    "year": year.year,
                    "status": year.status.value,
                    "certain_yuan": decimal(year.certain),
                    "ceiling_yuan": None
                    if self.measure.rule.pays is None
                    else decimal(year.ceiling),
                    "reason": year.reason or None,
                }
                for year in self.outcome.years
            ],
            "reason": _pair(self.reason) if self.reason.zh else None,
            "missing": [
                {
                    "fact": gap.fact,
                    "entity": gap.entity,
                    "stake_yuan": decimal(self.stake),
                }
                for gap in self.missing
            ],
            "conditions": [
                {
                    "label": _pair(check.label),
                    "holds": check.holds,
                    "says": _pair(check.says),
                    "facts": list(check.facts),
                    "entity": check.entity,
                    "line": check.line,
                }
                for check in self.conditions
            ],
            "judged": [_pair(text) for text in self._program.rule.judged],
            "steps": [
                {
                    "kind": step.kind,
                    "year": step.year,
                    "entity": step.entity,
                    "label": _pair(step.label),
                    "low": decimal(step.low),
                    "high": decimal(step.high),
                    "facts": list(step.facts),
                    "spans": [list(span) for span in step.spans],
                }
                for step in self.steps
            ],
            "readings": self._readings_dict(),
            "quote": self.measure.text,
            "quote_en": self.measure.quote.en or None,
            "cautions": [
                {
                    "says": _pair(caution.says),
                    "title": caution.title,
                    "url": caution.url,
                    "date": caution.date,
                }
                for caution in self._result.corpus.cautions_of(self.id)
            ],
        }

    def _readings_dict(self) -> list[dict[str, Any]]:
        return [
            {
                "id": reading.id,
                "asks": _pair(reading.asks),
                "default": reading.default,
                "chosen": now,
                "computed": reading.computed,
                "options": [
                    {
                        "name": option.name,
                        "says": _pair(option.says),
                        "effect": option.effect,
                        **(_figures(under[option.name]) if option.name in under else {}),
                    }
                    for option in reading.options
                ],
            }
            for reading, now, under in self.reading_effects()
        ]


REASONS = {
    "no_base": Text("基数为 0，没有可补助的费用", "the base is 0: there is nothing to support"),
    "refused": Text("主管部门未予通过", "refused by the authority"),
    "barred": Text("已享受与本项互斥的事项", "a measure that excludes this one was received"),
    "paid_once": Text("一次性支持，此前已享受", "paid once only, and already received"),
    "cap_used": Text("累计上限已用完", "the lifetime cap is used up"),
    "years_used": Text("支持年限已用完", "the years of support are used up"),
    "run_broken": Text("连续支持已中断", "the run of consecutive years is broken"),
    "window_closed": Text("支持窗口期已过", "the window of support has closed"),
    "ended": Text("文件已过所载期限", "the document's stated period is over"),
    "not_yet": Text("尚未施行", "not yet in force"),
}


class Result:
    """A profile evaluated. `total` is of one place; amounts of different cities are never added."""

    def __init__(
        self, evaluator: Evaluator, profile: Profile, measures: Sequence[Measure], name: str = ""
    ) -> None:
        self.evaluator, self.profile, self.name = evaluator, profile, name
        self.corpus = evaluator.corpus
        self._asked = tuple(measures)
        self.views = evaluator.views(profile)
        self.outcomes = tuple(evaluator.outcomes(profile, measures, self.views))

    @property
    def place(self) -> str | None:
        """Where the applicant is; None while it is open."""
        place: str | None = self.profile.org.get("place")
        return place

    @lazy
    def near(self) -> tuple[MeasureResult, ...]:
        """Those of the measures asked for that can hold where the applicant is, in their order."""
        return tuple([MeasureResult(self, outcome) for outcome in self.outcomes if outcome.near])

    @lazy
    def measures(self) -> tuple[MeasureResult, ...]:
        """The measures asked for, in their order."""
        near = iter(self.near)
        return tuple([next(near) if o.near else MeasureResult(self, o) for o in self.outcomes])

    def measure(self, id_: str) -> MeasureResult:
        """One of the measures asked for. Raises `KeyError`."""
        found = next((one for one in self.measures if one.id == id_), None)
        if found is None:
            raise KeyError(id_)
        return found

    def of_status(self, *statuses: Status) -> tuple[MeasureResult, ...]:
        """The measures of these statuses, the largest ceiling first, unstated amounts last."""
        found = [one for one in self.measures if one.status in statuses]
        return tuple(
            sorted(
                found,
                key=lambda one: (
                    statuses.index(one.status),
                    one.ceiling is None,
                    -(one.ceiling or 0),
                    -one.certain,
                ),
            )
        )

    @lazy
    def total(self) -> Total:
        """The measures asked for, together; with an open place, of the best single place."""
        places = self.corpus.places if self.place is None else ()
        return total(self.outcomes, self.corpus, self.profile.readings, places)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: schema, date, corpus version, total and measures; amounts as decimal strings."""
        return {
            "schema": SCHEMA,
            "as_of": self.profile.as_of.isoformat(),
            "claim_year": self.profile.claim_year,
            "horizon_years": self.profile.horizon,
            "place": self.place,
            "corpus_version": self.corpus.version,
            "corpus_digest": self.corpus.digest,
            "total": total_dict(self.total),
            "measures": [measure.to_dict() for measure in self.measures],
        }


def total_dict(one: Total) -> dict[str, Any]:
    """A total, JSON-ready."""
    return {
        "status": one.status.value,
        "certain_yuan": decimal(one.certain),
        "ceiling_yuan": decimal(one.ceiling),
        "years": len(one.years),
        "ceiling_of_eligible_yuan": decimal(one.ceiling_of_eligible),
        "added_up_yuan": decimal(one.added_up),
        "unquantified": list(one.unquantified),
        "same_cost_warnings": list(one.same_cost),
        "counts": one.counts,
    }


def decimal(amount: Exact | None) -> str | None:
    """The amount as a decimal string, as short as it is exact; a rate's endless tail is cut at 6 places."""
    if amount is None:
        return None
    if isinstance(amount, int):
        return str(amount)
    exact = Fraction(amount)
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    digits = str(rest * 10**6 // exact.denominator).zfill(6).rstrip("0")
    sign = "-" if exact < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def _figures(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "status": outcome.status.value,
        "certain_yuan": decimal(outcome.certain),
        "ceiling_yuan": decimal(outcome.ceiling),
        "years": outcome.year_count,
    }


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text["en"]}
