"""The assumptions as tables in words, for docs/sample.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import singledispatchmethod

from huice.corpus.corpus import Corpus
from huice.language.money import wan
from huice.population.sample import model as m
from huice.population.sample.reading import MOST
from huice.population.schema import FEN, SQUARE_CM

DATES = {
    "as_of": "申报日",
    "year start": "申报年度首日",
    "year end": "申报年度末日",
    "from": "起租日",
}
LISTS = {"decisions": "主管部门的决定", "history": "已享受的", "orgs": "主体"}


def share(number: Fraction) -> str:
    return f"{float(number * 100):.12g}%"


def times(number: Fraction) -> str:
    return f"{float(number):.12g}"


class Words:
    def __init__(self, corpus: Corpus, assumptions: m.Assumptions) -> None:
        self.corpus, self.assumptions = corpus, assumptions
        self.variables: dict[str, m.Variable] = {}
        self.groups: tuple[str, ...] = ()

    def tables(self) -> Iterator[str]:
        yield from self._section("orgs", "", self.assumptions.orgs)
        above = dict(self.variables)
        for listing in self.assumptions.listings:
            self.variables = dict(above)
            self.groups = tuple(group.name for group in listing.groups)
            intro = listing.because.zh
            if listing.unlisted:
                intro += f"；{share(listing.unlisted)} 的主体整张表未填（未知）"
            yield from self._section(listing.table, intro, listing.variables, listing.groups)
        if self.assumptions.later:
            yield from self._later(self.assumptions.later, above)

    def _later(self, later: m.Later, above: dict[str, m.Variable]) -> Iterator[str]:
        self.variables = dict(above)
        intro = later.because.zh
        yield from self._section("orgs", intro, later.variables, title="以后各年：主体 `years`")
        above = dict(self.variables)
        for change in later.lists:
            listing = self.assumptions.listing(change.table)
            assert listing
            self.variables = above | {one.name: one for one in listing.variables}
            self.groups = tuple(group.name for group in listing.groups)
            intro = (
                f"{change.because.zh}。上一年的留下 {self._by_group(change.kept)}；另按当年的情形新抽"
                f"一份，其中取 {self._by_group(change.new)}"
            )
            if change.unlisted:
                intro += f"；{share(change.unlisted)} 的主体从这一年起整张表未填（未知）"
            kinds = {kind.list_key: kind.label.zh for kind in self.corpus.vocabulary.kinds.values()}
            title = f"以后各年：{kinds[change.table]} `years.{change.table}`"
            yield from self._section(change.table, intro, change.variables, title=title)

    def _by_group(self, shares: Sequence[Fraction]) -> str:
        return "、".join(
            f"`{name}` {share(one)}" for name, one in zip(self.groups, shares, strict=True)
        )

    def _section(
        self,
        table: str,
        intro: str,
        variables: Sequence[m.Variable],
        groups: Sequence[m.Group] = (),
        title: str = "",
    ) -> Iterator[str]:
        kinds = {kind.list_key: kind.label.zh for kind in self.corpus.vocabulary.kinds.values()}
        yield f"### {title or f'{kinds.get(table, LISTS.get(table))} `{table}`'}\n"
        if intro:
            yield f"{intro}。\n"
        yield "| 变量 | 分布 | 未答 | 理由 |\n|---|---|---|---|"
        for group in groups:
            yield self._row(f"每家几项：`{group.name}`", "count", group.cases, "", group.because.zh)
        for variable in variables:
            self.variables[variable.name] = variable
            fact = variable.fact
            named = f"{fact.label.zh} `{variable.name}`" if fact else f"*辅助* `{variable.name}`"
            missing = share(variable.missing) if variable.missing else ""
            yield self._row(named, variable.sort, variable.cases, missing, variable.because.zh,
                            variable)  # fmt: skip
        yield ""

    def _row(
        self, named: str, sort: str, cases: Sequence[m.Case], missing: str, because: str,
        variable: m.Variable | None = None,
    ) -> str:  # fmt: skip
        self.sort, self.variable = sort, variable
        said = []
        for case in cases:
            when = "，".join(self._allowed(one) for one in case.when)
            lead = f"{when}：" if when else "其余：" if len(cases) > 1 else ""
            said.append(lead + self.told(case.distribution))
        return f"| {named} | {'<br>'.join(said)} | {missing} | {because} |"

    def _allowed(self, allowed: m.Allowed) -> str:
        names = [self._option(allowed.variable, at) for at in allowed.options]
        return "或".join(names)

    def _label(self, name: str) -> str:
        variable = self.variables.get(name)
        return variable.fact.label.zh if variable and variable.fact else f"`{name}`"

    def _option(self, name: str, at: int) -> str:
        if name == "group":
            return f"`{self.groups[at]}`"
        variable = self.variables[name]
        option = variable.options[at]
        if variable.fact is None or option not in variable.fact.options:
            return f"`{option}`"
        return variable.fact.options[option].zh

    def _amount(self, units: Fraction | int) -> str:
        if self.sort == "money":
            return wan(Fraction(units) / FEN, "zh")
        return (
            f"{times(Fraction(units) / SQUARE_CM)} ㎡"
            if self.sort == "area"
            else times(Fraction(units))
        )

    # --- distributions ------------------------------------------------------------------------------

    @singledispatchmethod
    def told(self, distribution: m.Distribution) -> str:
        raise NotImplementedError(distribution)

    def _chances(self, chances: Sequence[Fraction]) -> str:
        assert self.variable is not None
        pairs = [(self._named(at), chance) for at, chance in enumerate(chances) if chance]
        return "、".join(f"{name} {share(chance)}" for name, chance in pairs) or "无"

    def _named(self, at: int) -> str:
        assert self.variable is not None
        self.variables[self.variable.name] = self.variable
        return self._option(self.variable.name, at)

    @told.register
    def _(self, _what: m.Nothing) -> str:
        return "不适用"

    @told.register
    def _(self, what: m.Choice) -> str:
        return self._chances(what.weights)

    @told.register
    def _(self, what: m.Each) -> str:
        end = f"；一个也没有时为{self._named(what.otherwise)}" if what.otherwise >= 0 else ""
        return f"各自独立：{self._chances(what.chances)}{end}"

    @told.register
    def _(self, what: m.Records) -> str:
        return f"各自独立：{self._chances(what.chances)}；日期在{self._between(what.span)}"

    @told.register
    def _(self, what: m.Between) -> str:
        return f"均匀，{self._between(what)}"

    @told.register
    def _(self, what: m.Period) -> str:
        return f"从{self._between(what.starts)}，到{self._between(what.ends)}"

    def _between(self, span: m.Between) -> str:
        ends = f"，其中 {share(span.ends)} 恰在两端" if span.ends else ""
        if span.earliest == span.latest:
            return f"{self._moment(span.earliest)}{ends}"
        return f"{self._moment(span.earliest)}至{self._moment(span.latest)}{ends}"

    def _moment(self, moment: m.Moment) -> str:
        anchor = DATES.get(moment.anchor) or self._label(moment.anchor)
        size = f"{abs(moment.months)} 个月" if moment.months else f"{abs(moment.days)} 天"
        if not moment.months and not moment.days:
            return anchor
        return f"{anchor}{'前' if moment.months + moment.days < 0 else '后'} {size}"

    @told.register
    def _(self, _what: m.Normal) -> str:
        return "标准正态"

    @told.register
    def _(self, what: m.Lognormal) -> str:
        parts = [f"对数正态，中位 {self._amount(what.level.median)}", *self._level(what.level)]
        return "；".join(parts + self._written(what))

    def _written(self, what: m.Lognormal | m.Change) -> list[str]:
        parts = []
        if what.least:
            parts.append(f"不少于 {self._amount(what.least)}")
        if self.sort in MOST and what.most != MOST[self.sort]:
            parts.append(f"不多于 {self._amount(what.most)}")
        if what.step > 1:
            parts.append(f"取整到 {self._amount(what.step)}")
        if what.exactly:
            near = what.exactly
            at = "、".join(self._amount(one) for one in near.at)
            parts.append(f"在 {at} 上下 {share(near.within)} 内的，{share(near.chance)} 恰好等于它")
        return parts

    @told.register
    def _(self, what: m.Change) -> str:
        return "；".join(
            (
                f"上一年的倍数，对数正态，中位 {times(what.level.median)}",
                *self._level(what.level),
                *self._written(what),
            )
        )

    @told.register
    def _(self, _what: m.Stays) -> str:
        return "同上一年"

    @told.register
    def _(self, what: m.Gains) -> str:
        return (
            f"原有的都在；没有的，当年各自独立取得：{self._chances(what.chances)}；"
            f"日期在{self._between(what.span)}"
        )

    @told.register
    def _(self, what: m.Poisson) -> str:
        return "；".join([f"泊松，均值 {times(what.level.median)}", *self._level(what.level),
                          f"至多 {what.most}"])  # fmt: skip

    def _level(self, level: m.Level) -> Iterator[str]:
        if level.spread != 1:
            yield f"84% 分位为中位的 {times(level.spread)} 倍"
        for factor in level.factors:
            pairs = [(at, one) for at, one in enumerate(factor.factors) if one != 1]
            said = "、".join(
                f"{self._option(factor.variable, at)} {times(one)}" for at, one in pairs
            )
            yield f"倍数 {said}"
        for growth in level.growth:
            variable = self.variables[growth.variable]
            sort, self.sort = self.sort, variable.sort
            yield (
                f"随{self._label(growth.variable)}（以 {self._amount(growth.reference)} 为 1）的 "
                f"{times(growth.power)} 次方"
            )
            self.sort = sort
        for follows in level.follows:
            yield f"与 `{follows.variable}` 相关 {share(follows.share)}"

    @told.register
    def _(self, what: m.Numbers) -> str:
        if len(what.values) == 1:
            return self._amount(what.values[0])
        return "、".join(
            f"{value} 个 {share(weight)}"
            for value, weight in zip(what.values, what.weights, strict=True)
        )

    @told.register
    def _(self, what: m.Same) -> str:
        return f"同{self._label(what.variable)}"

    @told.register
    def _(self, what: m.Share) -> str:
        return (
            f"{self._label(what.variable)}的一部分：{share(what.whole)} 为全部，其余在 {share(what.low)} 到 "
            f"{share(what.high)} 之间均匀；取整到 {self._amount(what.step)}"
        )
