"""Small faults put into a rule on purpose: a test that cannot see them is no test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from msgspec import structs

from huice import Corpus
from huice.corpus.model import Measure, Rule
from huice.language import nodes as n
from huice.language.units import value_of

Change = Callable[[n.Node], n.Node | None]
"""Another node in the place of one, None to leave it."""

_OTHER_ORDER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": ">="}
_OTHER_SPAN = {
    "at least": "more than",
    "more than": "at least",
    "at most": "less than",
    "less than": "at most",
}


def with_rule(corpus: Corpus, id_: str, rule: Rule) -> Corpus:
    """The corpus with another rule for one measure."""

    def changed(measure: Measure) -> Measure:
        return structs.replace(measure, rule=rule) if measure.id == id_ else measure

    documents = tuple(
        structs.replace(document, measures=tuple(map(changed, document.measures)))
        for document in corpus.documents
    )
    return structs.replace(corpus, documents=documents)


def mutants(measure: Measure) -> Iterator[tuple[str, Rule]]:
    """Rules that differ from the measure's in one number, bound, member, condition, scope or period.

    Changes that cannot show in any figure are left out, each where its reason is said.
    """
    rule = measure.rule
    for field in ("requires", "pays", "limits", "plus"):
        for name, mutant in _inside(rule, field):
            if not _shows_nowhere(measure, name):
                yield name, mutant
    for position, condition in enumerate(rule.requires):
        rest = rule.requires[:position] + rule.requires[position + 1 :]
        yield f"without {condition.written}", structs.replace(rule, requires=rest)
    if rule.judged:
        yield "judged by nobody", structs.replace(rule, judged=())
    if rule.valid is not None:
        yield "valid for ever", structs.replace(rule, valid=None)
    for other in sorted({"no", "applicant", "entity"} - {rule.once}):
        if not (other != "applicant" and rule.once != "applicant" and _paid_whole(rule)):
            yield f"once: {other}", structs.replace(rule, once=other)
    if rule.lasts is not None and rule.lasts.most is not None:
        longer = structs.replace(rule.lasts, most=rule.lasts.most + 12)
        yield "lasts a year longer", structs.replace(rule, lasts=longer)
    if rule.pays is None:
        return  # the text states no figure: neither a pool nor the order of the years shows
    yield "exact turned round", structs.replace(rule, exact=not rule.exact)
    if rule.pool is not None:
        yield "without its pool", structs.replace(rule, pool=None)
    if rule.lasts is not None and measure.id != "guangzhou/haizhu-office-rent":
        # (the office rent is bound to three calendar years by its conditions already)
        for run in sorted({"any", "unbroken", "window"} - {rule.lasts.run}):
            yield f"run: {run}", structs.replace(rule, lasts=structs.replace(rule.lasts, run=run))


def _paid_whole(rule: Rule) -> bool:
    """Whether the first payment of an entity is all there is: no clause says so, but nothing is left then.

    So it is for a stated sum that is also the cap in total, and for a text that states no sum.
    """
    pays = rule.pays
    if pays is None:
        return True
    return isinstance(pays.amount, n.Literal) and pays.period == "total" and not rule.limits


def _shows_nowhere(measure: Measure, name: str) -> bool:
    rule = measure.rule
    if "period" in name and rule.once != "no":
        return True  # paid once: a year and all years are the same
    if "for each" in name and rule.once == "applicant" and measure.subject == "org":
        return True  # the applicant is the only one
    if "number" in name and rule.pays is not None and isinstance(rule.pays.amount, n.Choice):
        options = [one for one in _nodes(rule.pays.amount) if isinstance(one, n.Literal)]
        middle = sorted(options, key=value_of)[1:-1]
        return any(repr(one) in name for one in middle)  # of several sums only the ends show
    if "project.upstream_grant" in name:
        return "bound" in name  # a grant of 0 is no base
    return "Compare(op='='" in name and "2年" in name  # of 0 to 2 years, 2 and more are 2


def _inside(rule: Rule, field: str) -> Iterator[tuple[str, Rule]]:
    """Every node of a part of the rule, changed alone."""
    whole = getattr(rule, field)
    for name, change in _CHANGES:
        for position, node in enumerate(_nodes(whole)):
            if change(node) is not None:
                mutant = _rebuilt(whole, change, count(), position)
                yield f"{field}: {name} {node!r}", structs.replace(rule, **{field: mutant})


def _nodes(value: Any) -> Iterator[n.Node]:
    if isinstance(value, n.Node):
        yield value
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from _nodes(getattr(value, name))


def _rebuilt(value: Any, change: Change, at: Iterator[int], position: int) -> Any:
    """The value with the node at this position changed, counted as `_nodes` counts."""
    if isinstance(value, n.Node) and next(at) == position:
        return change(value)
    if isinstance(value, tuple):
        return tuple(_rebuilt(item, change, at, position) for item in value)
    if hasattr(value, "__struct_fields__"):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        rebuilt = {name: _rebuilt(one, change, at, position) for name, one in fields.items()}
        return structs.replace(value, **rebuilt)
    return value


# --- one change each --------------------------------------------------------------------------------------


def _number(node: n.Node) -> n.Node | None:
    """A hundredth more, and of months, years and items one more."""
    if not isinstance(node, n.Literal):
        return None
    steps = {"个月": 1, "年": 12, "个": 1}
    if node.numerator == 0 and node.unit not in steps:
        return None
    if node.unit in steps:
        return structs.replace(node, numerator=node.numerator + steps[node.unit])
    return structs.replace(node, numerator=node.numerator * 101, denominator=node.denominator * 100)


def _bound(node: n.Node) -> n.Node | None:
    if isinstance(node, n.Compare):
        return structs.replace(node, op=_OTHER_ORDER[node.op])
    if isinstance(node, n.Elapsed):
        return structs.replace(node, bound=_OTHER_SPAN[node.bound])
    return None


def _fewer_members(node: n.Node) -> n.Node | None:
    if isinstance(node, n.Is | n.Has) and len(node.members) > 1:
        return structs.replace(node, members=node.members[1:])
    return None


def _and_or(node: n.Node) -> n.Node | None:
    if isinstance(node, n.And):
        return n.Or(node.items)
    if isinstance(node, n.Or):
        return n.And(node.items)
    return None


def _period(node: n.Node) -> n.Node | None:
    if isinstance(node, n.Limit) and node.per is not None:
        return structs.replace(node, period="year" if node.period == "total" else "total")
    return None


def _per_entity(node: n.Node) -> n.Node | None:
    if isinstance(node, n.Limit) and node.per == "org":
        return structs.replace(node, per=None)
    return None


_CHANGES: list[tuple[str, Change]] = [
    ("number", _number),
    ("bound", _bound),
    ("fewer members", _fewer_members),
    ("and/or", _and_or),
    ("period", _period),
    ("for each", _per_entity),
]
