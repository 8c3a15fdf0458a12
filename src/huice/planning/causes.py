"""Why there is no plan: which of the user's own demands cannot hold together, said in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huice.corpus.source import Problem
from huice.evaluate.evaluator import Evaluator
from huice.evaluate.profiles import BadProfile
from huice.evaluate.result import Result
from huice.language.text import Text
from huice.planning.claims import Tag
from huice.planning.field import Field, Unbounded
from huice.planning.layout import Layout
from huice.planning.problem import FURTHER, MAIN, Seat, Task, profile_of
from huice.planning.solver import solve
from huice.planning.stacking import Stacking

MOST_REASONS = 3


class NoPlan(BadProfile):
    """There is no plan, or no best one; `problems` name the cause."""


def unbounded(found: Unbounded) -> NoPlan:
    """Spending without a limit under an amount without a cap."""
    one, measure = found.spending, found.measure
    return NoPlan(
        (
            Problem(
                "J011",
                Text(
                    f"没有最优方案：“{one.title.zh}”没有写限额，而“{measure.title.zh}”随支出增加、没有封顶，"
                    "花得越多得得越多；请给这类支出写 total 或 yearly",
                    f"there is no best plan: “{one.title['en']}” has no limit, and “{measure.title['en']}” "
                    "grows with it without a cap; state total or yearly for this spending",
                ),
                subject=measure.id,
            ),
        )
    )


def infeasible(task: Task, evaluator: Evaluator, field: Field, stacking: Stacking) -> NoPlan:
    """The demands that cannot hold together, as few as will do."""
    seats = _seats(task)
    alone = [
        measure
        for measure in task.must
        if not any(offer.measure.id == measure for seat in seats for offer in field.offers(seat))
    ]
    if alone:
        return NoPlan(tuple(_nowhere(task, evaluator, field, measure) for measure in alone))
    demands = _conflict(task, field, stacking, seats)
    return NoPlan((_together(task, evaluator, demands),))


def _seats(task: Task) -> list[Seat]:
    roles = (MAIN,) if task.entities == 1 else (MAIN, FURTHER)
    return [(site.place, role) for site in task.sites for role in roles]


def _nowhere(task: Task, evaluator: Evaluator, field: Field, measure: str) -> Problem:
    """A measure that must be claimed and that no place can give."""
    one = evaluator.corpus.measure(measure)
    reasons: dict[Text, None] = {}
    for site in task.sites:
        why = field.excluded.get((site.place, measure))
        if why is None:
            profile = profile_of(task, evaluator.corpus, (site.place, MAIN), _first(task), {})
            result = Result(evaluator, profile, [one]).measures[0]
            why = result.reason if result.here else None
        if why:
            reasons[why] = None
    said = list(reasons)[:MOST_REASONS]
    zh = "；".join(text.zh for text in said) or "所列地点都不在其适用地区"
    en = "; ".join(text["en"] for text in said) or "none of the places lies where it applies"
    return Problem(
        "J010",
        Text(
            f"无法满足“必须申报 {one.title.zh}”：{zh}",
            f"“{one.title['en']}” must be claimed, but cannot be: {en}",
        ),
        subject=measure,
    )


def _first(task: Task) -> dict[str, str]:
    return {choice.id: choice.options[0].id for choice in task.choices}


def _conflict(
    task: Task, field: Field, stacking: Stacking, seats: Sequence[Seat]
) -> tuple[Tag, ...]:
    """The fewest demands without which there would be a plan: each is left out in turn."""
    groups = [[seat] for seat in seats] if task.entities == 1 else [list(seats)]
    layouts = [Layout(field, stacking, group) for group in groups]
    demands = list(dict.fromkeys(tag for layout in layouts for tag in layout.tags.values()))
    kept = list(demands)
    for demand in demands:
        fewer = [one for one in kept if one != demand]
        if not any(_possible(layout, fewer) for layout in layouts):
            kept = fewer
    return tuple(kept)


def _possible(layout: Layout, demands: Iterable[Tag]) -> bool:
    """Whether there is a plan that meets these demands and the law."""
    wanted = set(demands)
    model = layout.model
    rows, gain = model.rows, model.gain
    model.rows = [
        row
        for number, row in enumerate(rows)
        if number not in layout.tags or layout.tags[number] in wanted
    ]
    model.gain = [0] * len(gain)
    try:
        return solve(model).status == "optimal"
    finally:
        model.rows, model.gain = rows, gain


def _together(task: Task, evaluator: Evaluator, demands: Sequence[Tag]) -> Problem:
    said = [_said(task, evaluator, demand) for demand in demands]
    zh = "；".join(text.zh for text in said)
    en = "; ".join(text["en"] for text in said)
    clauses = [
        group.says
        for group in evaluator.corpus.groups
        if sum(kind == "must" and name in group.members for kind, name in demands) > 1
    ]
    because = Text(
        "".join(f"（{text.zh}）" for text in clauses),
        "".join(f" ({text['en']})" for text in clauses),
    )
    where = Text(
        f"{len(task.sites)} 处地点、至多 {task.entities} 个主体",
        f"{len(task.sites)} place(s) and at most {task.entities} entity(ies)",
    )
    return Problem(
        "J010",
        Text(
            f"没有可行的方案。在{where.zh}之下，下面几项不能同时满足：{zh}{because.zh}；请放宽其中一项",
            f"there is no plan. With {where.en} these cannot all be met: {en}{because.en}; relax one of them",
        ),
    )


def _said(task: Task, evaluator: Evaluator, demand: Tag) -> Text:
    kind, name = demand
    if kind == "must":
        title = evaluator.corpus.measure(name).title
        return Text(f"必须申报“{title.zh}”", f"“{title['en']}” must be claimed")
    if kind == "entities":
        return Text(f"至多 {task.entities} 个主体", f"at most {task.entities} entities")
    one = next(one for one in task.spending if one.id == name)
    if kind == "least":
        return Text(f"“{one.title.zh}”的最低支出", f"the least spending on “{one.title['en']}”")
    return Text(f"“{one.title.zh}”的支出上限", f"the limit of spending on “{one.title['en']}”")
