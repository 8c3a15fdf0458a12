"""A plan on a terminal: what to do, year by year, then the places, the clauses and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from huice.cli import cards
from huice.cli.find import place_name
from huice.cli.page import Column, Page
from huice.cli.surface import Surface
from huice.cli.words import CEILING, CERTAIN, STATUS
from huice.cli.wrapping import Inline
from huice.evaluate.facts import Exact
from huice.evaluate.outcome import Status
from huice.evaluate.result import decimal
from huice.language.text import Text
from huice.planning.plan import TARGET, Entity, PlaceRow, Plan, PlannedClaim
from huice.planning.svg import ROLES

GOALS: dict[str, Text] = {
    "certain": Text("确定额最大", "the largest certain sum"),
    "ceiling": Text("本企业上限最大", "the largest ceiling"),
    "weighted": Text("按权重合计最大", "the largest weighted sum"),
}
STATES: dict[str, Text] = {
    "chosen": Text("选定", "chosen"),
    "loses": Text("较少", "less"),
    "ties": Text("一样多", "as much"),
    "impossible": Text("不可行", "not possible"),
    "limit": Text("未算完", "not finished"),
    "untried": Text("未算到", "not reached"),
}
LABEL = {"zh": 10, "en": 12}
SHOWN = 4
"""Measures left out for one reason that are named without `--all`."""


def show(out: Surface, page: Page, plan: Plan, *, every: bool) -> None:
    """The whole plan; with `every` also each clause, sentence and measure left out."""
    _head(out, page, plan)
    for entity in plan.entities:
        _entity(out, page, plan, entity, every=every)
    _choices(out, page, plan)
    _places(out, page, plan)
    _clauses(out, page, plan, every=every)
    _left(out, page, plan, every=every)
    page.blank()
    for note in plan.notes:
        page.para((out.text(note) + out.say("。", "."), "quiet"))
    cards.disclaimer(out, page)


def _head(out: Surface, page: Page, plan: Plan) -> None:
    title = plan.name or out.say("规划", "Plan")
    page.heading(title, out.say("规划 ", "plan ") + cards.years_word(out, plan.years))
    label = LABEL[out.lang]
    goal = out.text(GOALS[plan.objective])
    if plan.objective == "weighted":
        shares = (_percent(plan.certain_weight), _percent(plan.ceiling_weight))
        goal += out.say(
            f"（确定额 {shares[0]}、上限 {shares[1]}）",
            f" (certain {shares[0]}, ceiling {shares[1]})",
        )
    if plan.net:
        goal += out.say("，减去成本", ", less costs")
    page.field(out.say("目标", "Goal"), goal, label)
    page.field(out.say("叠加口径", "Stacking"), out.text(plan.stacking), label)
    page.field(out.say("目标值", "Objective"), (out.money(plan.value), "accent"), label)
    if plan.costs:
        page.field(out.say("成本", "Costs"), out.money(plan.costs), label)
    page.field(out.say("证明", "Proof"), proof(out, plan), label)
    if len(plan.entities) > 1:
        page.para((out.text(TARGET) + out.say("。", "."), "quiet"))


def proof(out: Surface, plan: Plan) -> Inline:
    """How good the plan is, said honestly."""
    one = plan.proof
    if one.proved:
        how = out.say("上界用精确分数核对过", "its bound was checked in exact fractions")
        if not one.exact:
            how = out.say("上界由求解器给出", "by the bound of the solver")
        return out.say(
            f"已证明最优：没有方案能多出一分（{how}）",
            f"proved best: no plan gives a fen more ({how})",
        )
    share = one.gap_share
    part = ""
    if share is not None:
        upwards = _percent(Fraction(-(-share * 10_000 // 1), 10_000))  # a gap is not made smaller
        part = out.say(f"（{upwards}）", f" ({upwards})")
    why = (
        out.say("到了时间限制", "the time was up")
        if one.timed_out
        else out.say("取整到分", "whole fen")
    )
    gap = out.money(one.gap)
    return (
        out.say(
            f"未证明最优：最好的方案至多再多 {gap}{part}，原因是{why}",
            f"not proved best: the best plan gives at most {gap}{part} more, because of: {why}",
        ),
        "warn",
    )


def _percent(share: Exact) -> str:
    return f"{decimal(share * 100)}%"


# --- one entity ---------------------------------------------------------------------------------------


def _entity(out: Surface, page: Page, plan: Plan, entity: Entity, *, every: bool) -> None:
    role = f" · {out.text(ROLES[entity.role])}" if len(plan.entities) > 1 else ""
    name = out.text(place_name(out.corpus, entity.place)) + role
    total = f"{out.text(CERTAIN)} {out.money(entity.certain)} · {out.text(CEILING)} {out.money(entity.ceiling)}"
    page.heading(name, total)
    if page.narrow:
        _narrow_spending(out, page, entity)
        for claim in entity.claims:
            _narrow_claim(out, page, claim)
    else:
        _table(out, page, plan, entity)
    if not entity.claims:
        page.para(out.say("没有可申报的事项。", "There is nothing to claim."))
    for expense in plan.spending:
        if (expense.place, expense.role) == (entity.place, entity.role) and not expense.measures:
            page.para(
                (
                    out.say(
                        f"{expense.year} 年“{expense.title.zh}”{out.money(expense.yuan)}没有事项支持。",
                        f"{expense.title['en']} of {out.money(expense.yuan)} in {expense.year}: nothing "
                        "supports it.",
                    ),
                    "quiet",
                )
            )
    if entity.beside:
        titles = out.comma.join(out.text(out.corpus.measure(id_).title) for id_ in entity.beside)
        page.para(
            (
                out.say(
                    f"另可申报、条文没有写金额：{titles}",
                    f"Also open, without a stated sum: {titles}",
                ),
                "quiet",
            )
        )
    cards.same_cost(out, page, entity.same_cost)
    if every:
        for claim in entity.claims:
            page.blank()
            page.para((out.text(claim.title), "strong"))
            page.para(cards.sentence(out, out.corpus.measure(claim.measure)), 2)


def _table(out: Surface, page: Page, plan: Plan, entity: Entity) -> None:
    certain = plan.objective == "certain"
    columns = [
        Column(out.say("事项（格内为确定额）", "Measure (cells: certain)"), grows=True, least=16)
        if certain
        else Column(
            out.say("事项（格内为上限）", "Measure (cells: ceiling)"), grows=True, least=16
        ),
        *(Column(str(year), right=True) for year in plan.years),
        Column(out.say("合计", "Total"), right=True),
    ]
    rows: list[Sequence[Inline]] = []
    spent = dict(entity.spent)
    if any(spent.values()):
        cells = [_cell(out, spent.get(year)) for year in plan.years]
        rows.append(
            [(out.say("支出", "Spending"), "quiet"), *cells, _cell(out, sum(spent.values(), 0))]
        )
    rows += [_row(out, plan, claim, certain=certain) for claim in entity.claims]
    page.table(columns, rows)


def _row(out: Surface, plan: Plan, claim: PlannedClaim, *, certain: bool) -> list[Inline]:
    years = {one.year: one for one in claim.by_year}
    cells: list[Inline] = []
    for year in plan.years:
        one = years.get(year)
        cells.append("" if one is None else _amount(out, one.certain if certain else one.ceiling))
    whole = claim.certain if certain else claim.ceiling
    title = out.text(claim.title) + out.say(*_status(claim))
    return [title, *cells, (_amount(out, whole), "accent")]


def _status(claim: PlannedClaim) -> tuple[str, str]:
    if claim.status == Status.ELIGIBLE.value:
        return "", ""
    word = STATUS[Status(claim.status)]
    return f"（{word.zh}）", f" ({word['en']})"


def _amount(out: Surface, amount: Exact | None) -> str:
    return out.say("未载", "none stated") if amount is None else _short(out, amount)


def _cell(out: Surface, amount: Exact | None) -> str:
    return _short(out, amount) if amount else ""


def _short(out: Surface, amount: Exact) -> str:
    """An amount as a column of years has room for it."""
    said = out.money(amount)
    return said.removesuffix(" yuan").replace(" million", "m").replace(" billion", "bn")


def _narrow_spending(out: Surface, page: Page, entity: Entity) -> None:
    spent = [(year, amount) for year, amount in entity.spent if amount]
    if spent:
        page.para((out.say("支出", "Spending"), "quiet"))
    for year, amount in spent:
        page.field(str(year), out.money(amount), 6, 2)


def _narrow_claim(out: Surface, page: Page, claim: PlannedClaim) -> None:
    page.para((out.text(claim.title) + out.say(*_status(claim)), "strong"))
    for one in claim.by_year:
        ceiling = out.say("未载", "none stated") if one.ceiling is None else out.money(one.ceiling)
        page.field(str(one.year), f"{out.money(one.certain)} ～ {ceiling}", 6, 2)


# --- choices, places, clauses -------------------------------------------------------------------------


def _choices(out: Surface, page: Page, plan: Plan) -> None:
    if not plan.choices:
        return
    page.heading(out.say("选择", "Choices"))
    for one in plan.choices:
        cost = f" · {out.money(one.costs)}" if one.costs else ""
        page.para(f"{out.text(one.title)}{out.colon}{out.text(one.says)}{cost}")


def _places(out: Surface, page: Page, plan: Plan) -> None:
    page.heading(
        out.say("各地", "Places"),
        out.say("以当地为必选时的最好方案", "the best plan with each place"),
    )
    order = {"chosen": 0, "ties": 1, "loses": 2}
    ranked = sorted(plan.places, key=lambda row: (order.get(row.status, 3), row.less or 0))
    if page.narrow:
        for row in ranked:
            page.para([(out.text(place_name(out.corpus, row.place)), "strong")])
            page.field(out.say("目标值", "Objective"), _value(out, row), 10, 2)
            page.field(out.say("少", "Less"), "" if not row.less else out.money(row.less), 10, 2)
            page.field(out.say("原因", "Reason"), out.text(row.reason), 10, 2)
        return
    page.table(
        [
            Column(out.say("地点", "Place"), grows=True, least=14),
            Column(out.say("目标值", "Objective"), right=True),
            Column(out.say("少", "Less"), right=True),
            Column(out.say("原因", "Reason"), grows=True, least=20),
        ],
        [
            [
                out.text(place_name(out.corpus, row.place)),
                _value(out, row),
                out.money(row.less) if row.less else "",
                out.text(row.reason),
            ]
            for row in ranked
        ],
    )


def _value(out: Surface, row: PlaceRow) -> Inline:
    if row.value is None:
        return out.text(STATES[row.status])
    return (out.money(row.value), "accent") if row.status == "chosen" else out.money(row.value)


def _clauses(out: Surface, page: Page, plan: Plan, *, every: bool) -> None:
    if not plan.clauses:
        return
    page.heading(
        out.say("叠加口径的条款", "Clauses of the stacking policy"), out.text(plan.stacking)
    )
    told: dict[tuple[str, str], list[str]] = {}
    for one in plan.clauses:
        titles = out.comma.join(out.text(out.corpus.measure(id_).title) for id_ in one.measures)
        told.setdefault((out.text(one.says), out.text(one.source)), []).append(titles)
    for (says, source), bound in told.items():
        page.para(says + out.say("。", "."))
        page.field(out.say("依据", "Source"), source, 8, 2)
        listed = list(dict.fromkeys(bound))
        for titles in listed if every else listed[:2]:
            page.field(out.say("涉及", "Binds"), titles, 8, 2)


def _left(out: Surface, page: Page, plan: Plan, *, every: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for one in plan.left:
        reasons.setdefault(out.text(one.reason), []).append(out.text(one.title))
    if not reasons:
        return
    page.heading(out.say("没有列入规划的事项", "Measures that are not planned"))
    for reason, found in reasons.items():
        listed = list(dict.fromkeys(found))
        shown = out.comma.join(listed if every else listed[:SHOWN])
        more = len(listed) - SHOWN
        if more > 0 and not every:
            shown += out.say(f" 等 {len(listed)} 项", f" and {more} more")
        page.para(f"{reason}{out.colon}{shown}")
