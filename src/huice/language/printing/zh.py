"""Nodes in Chinese, as a 申报指南 (guide to applications) words them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from huice.language import nodes as n
from huice.language.printing.shared import (
    Printer,
    is_phrase,
    is_zero,
    phrases,
    plain,
    without_brackets,
)
from huice.language.scope import FactType, Sort

_COUNTERS = {"人员": "名", "合同": "份", "用房": "处", "企业": "家"}
"""Measure words of nouns; any other noun takes 个."""

_OWNERS = {"人员": "本人"}
"""How an entity is named before what it has."""

_QUANTITY_WORDS = {"<": "少于", "<=": "不超过", "=": "等于", ">=": "不少于", ">": "超过"}
_DATE_WORDS = {"<": "早于", "<=": "不晚于", "=": "为", ">=": "不早于", ">": "晚于"}
_SPAN_WORDS = {"at least": "满", "at most": "不超过", "more than": "超过", "less than": "不足"}
_CONTEXT = {
    "as_of": "申报日",
    "claim_year": "申报年度",
    "support_year": "已享受支持的年度数（含当年）",
    "year_days": "当年天数",
}
_NUMERALS = "零一两三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BLURS = re.compile(r"[、，；或和与]|为|经|通过|使用")
"""A label with one of these would blur into the sentence around it and is quoted."""


def finish(text: str) -> str:
    """The text with a space between Chinese and figures or Latin letters, and none beside marks."""
    text = re.sub(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])", " ", text)
    text = re.sub(r"(?<=[0-9A-Za-z%㎡])(?=[\u4e00-\u9fff])", " ", text)
    text = re.sub(
        r"(?:(?<=[\u4e00-\u9fff]) )?(\d{4}) 年 (\d{1,2}) 月 (\d{1,2}) 日", r"\1年\2月\3日", text
    )
    text = re.sub(r"(?<=[\u4e00-\u9fff”]) ?/ ?(?=[\u4e00-\u9fff“])", "／", text)
    return re.sub(r" *([，。；：、（）“”／＋－]) *", r"\1", text)


def counted(noun: str) -> str:
    """One of a noun, with its measure word: `名人员`, `份合同`, `个项目`."""
    return f"{_COUNTERS.get(noun, '个')}{noun}"


def name(label: str) -> str:
    """A label within a sentence: asides gone, slashes set full width."""
    return re.sub(r"\s*/\s*", "／", without_brackets(label))


def option(label: str) -> str:
    """The label of a choice within a sentence; its asides say what it means, and stay."""
    return re.sub(r"\s*/\s*", "／", label.replace("；", "，"))


def choices(labels: list[str]) -> str:
    """`甲`, `甲或乙`, `甲、乙或丙`."""
    return labels[0] if len(labels) == 1 else f"{'、'.join(labels[:-1])}或{labels[-1]}"


def numbered(items: list[str]) -> str:
    """`①…；②…`."""
    marks = list(_CIRCLED) + [f"（{i}）" for i in range(len(_CIRCLED) + 1, len(items) + 1)]
    return "；".join(f"{mark}{item}" for mark, item in zip(marks, items, strict=False))


class Chinese(Printer):
    """One method a node; quantities are noun phrases, truths are clauses without a full stop."""

    lang: ClassVar[str] = "zh"

    # --- names ---------------------------------------------------------------------------------

    def noun(self, fact: FactType) -> str:
        """A fact as the subject of a clause: `主体类型`."""
        return name(fact.label.zh)

    def quantity(self, fact: FactType) -> str:
        """A fact as an amount, with whose it is: `合同当年实际发生额`."""
        noun, kind = self.amount(fact), self.kind_of(fact)
        return noun if noun.startswith(kind) else _OWNERS.get(kind, kind) + noun

    def amount(self, fact: FactType) -> str:
        """A fact as an amount: `年租金（或购置费）`."""
        return re.sub("^(.*)／(.*)$", r"\1（或\2）", self.noun(fact))

    def options(self, fact: n.Fact, members: tuple[str, ...]) -> list[str]:
        """The labels of choices."""
        return [option(self.member(fact.name, member)) for member in members]

    def quoted(self, fact: n.Fact, members: tuple[str, ...]) -> list[str]:
        """The labels of choices, in quotation marks where they would blur into the sentence."""
        return [
            f"“{label}”" if _BLURS.search(label) and "“" not in label else label
            for label in self.options(fact, members)
        ]

    def scope_word(self, per: str) -> str:
        """Whose sum a cap cuts: `主体`, an entity kind, or a record."""
        if per == "org":
            return "主体"
        kind = self.scope.kinds.get(per)
        return kind.zh if kind else (self.record_label(per) or per)

    # --- leaves --------------------------------------------------------------------------------

    def literal(self, node: n.Literal) -> str:
        return node.text.replace("％", "%")

    def day(self, node: n.Day) -> str:
        year, month, day = node.iso.split("-")
        return f"{year}年{int(month)}月{int(day)}日"

    def fact(self, node: n.Fact) -> str:
        fact = self.fact_type(node.name)
        if fact.sort is Sort.TRUTH:
            return f"属于{self.noun(fact)}"
        return self.quantity(fact) if fact.sort is Sort.QUANTITY else self.noun(fact)

    def context(self, node: n.Context) -> str:
        return _CONTEXT[node.name]

    # --- truths --------------------------------------------------------------------------------

    def part(self, node: n.Node) -> str:
        """A condition within another one, in brackets if it joins several."""
        node = plain(node)
        said = self.say(node)
        joins = isinstance(node, n.Or) or (isinstance(node, n.And) and not is_phrase(node))
        return f"（{said}）" if joins or "①" in said else said

    def listing(self, items: Iterable[n.Node]) -> str:
        """`①…；②…`; an item that holds a list of its own stands in brackets."""
        said = [self.say(plain(item)) for item in items]
        return numbered([f"（{item}）" if "①" in item else item for item in said])

    def if_(self, when: n.Node) -> str:
        """The condition of a rung: `…的`."""
        when = plain(when)
        return f"{self.say(when) if isinstance(when, n.And) else self.part(when)}的"

    def and_(self, node: n.And) -> str:
        said = phrases(node.items)
        if len(said) > 1:
            parts = [self.part(item) for item in said]
            return f"{'，'.join(parts[:-1])}，且{parts[-1]}"
        return self.phrase(said[0])

    def phrase(self, node: n.Node) -> str:
        """A conjunction that is said in one breath."""
        match node:
            case n.And(items=(n.Compare() as low, n.Compare() as high)):
                return self.range_(low, high)
            case n.And(items=(n.Elapsed() as low, n.Elapsed() as high)):
                upper = f"{_SPAN_WORDS[high.bound]}{self.say(high.span)}"
                return f"{self.elapsed(low)}且{upper}"
            case n.And(items=(n.Has() as has, n.RecordedIn() as dated)):
                return f"{self.has(has)}，且记录日期在{self.say(dated.year)}内"
            case _:
                return self.say(node)

    def range_(self, low: n.Compare, high: n.Compare) -> str:
        apart = self.apart(low.left)
        head = apart or f"{self.operand(low.left)}在"
        ends = {
            (">=", "<="): "含两端",
            (">", "<"): "不含两端",
            (">=", "<"): "含起点，不含终点",
            (">", "<="): "不含起点，含终点",
        }[low.op, high.op]
        tail = "" if apart else "之间"
        start, end = self.operand(low.right), self.operand(high.right)
        return f"{head}{start}至{end}{tail}（{ends}）"

    def apart(self, node: n.Node) -> str:
        """`某年至某年相隔`: how far two years lie apart; nothing for another difference."""
        if not isinstance(node, n.Subtract) or not self.is_years_apart(node):
            return ""
        return f"{self.say(node.right)}至{self.say(node.left)}相隔"

    def or_(self, node: n.Or) -> str:
        items = [plain(item) for item in node.items]
        if any(isinstance(item, n.And | n.Or | n.SomeOf) for item in items):
            return f"符合以下情形之一：{self.listing(items)}"
        return "，或".join(self.say(item) for item in items)

    def not_(self, node: n.Not) -> str:
        item = plain(node)
        if not isinstance(item, n.Not):
            return self.say(item)
        return self.denial(item.item)

    def denial(self, item: n.Node) -> str:
        """What does not hold, without a double negation."""
        match item:
            case n.Is():
                labels = self.options(item.fact, item.members)
                noun = self.noun(self.fact_type(item.fact.name))
                listed = labels[0] if len(labels) == 1 else f"{'、'.join(labels)}中的任何一种"
                return f"{noun}不是{listed}"
            case n.Within():
                place = self.place(item.fact.name, item.place)
                return f"{self.noun(self.fact_type(item.fact.name))}不在{place}"
            case n.Has():
                return self.lacks(item)
            case n.RecordedIn():
                label = option(self.member(item.fact.name, item.member))
                return f"{self.say(item.year)}内没有“{label}”记录"
            case n.Compare():
                return f"{self.operand(item.left)}不等于{self.operand(item.right)}"
            case n.Fact():
                return f"不{self.say(item)}"
            case n.Or():
                return f"以下各项均不符合：{self.listing(item.items)}"
            case n.SomeOf():
                return f"以下各项中符合的少于{self.say(item.count)}：{self.listing(item.items)}"
            case n.And():
                return f"以下各项并非全部符合：{self.listing(phrases(item.items))}"
            case _:
                return f"并非{self.part(item)}"

    def lacks(self, item: n.Has) -> str:
        fact = self.fact_type(item.fact.name)
        several = len(item.members) > 1
        if fact.sort is Sort.RECORDS:
            listed = "".join(f"“{label}”" for label in self.options(item.fact, item.members))
            if several and item.every:
                return f"申报年度末前并未取得{listed}的全部记录"
            return f"申报年度末前没有{listed}{'中任何一项' if several else ''}记录"
        labels = self.quoted(item.fact, item.members)
        if several and item.every:
            return f"{self.noun(fact)}不同时包含{'、'.join(labels[:-1])}和{labels[-1]}"
        listed = f"{'、'.join(labels)}中的任何一项" if several else labels[0]
        return f"{self.noun(fact)}不包含{listed}"

    def some_of(self, node: n.SomeOf) -> str:
        return f"以下各项中至少符合{self.say(node.count)}：{self.listing(node.items)}"

    def compare(self, node: n.Compare) -> str:
        sort = self.sort(node.left)
        words = _DATE_WORDS if sort in (Sort.DATE, Sort.YEAR) else _QUANTITY_WORDS
        word = words[node.op]
        apart = self.apart(node.left)
        if apart:
            return f"{apart}{'' if node.op == '=' else word}{self.operand(node.right)}"
        if node.op == ">" and is_zero(node.right):
            word = "大于"
        return f"{self.operand(node.left)}{word}{self.operand(node.right)}"

    def is_(self, node: n.Is) -> str:
        labels = self.options(node.fact, node.members)
        return f"{self.noun(self.fact_type(node.fact.name))}为{choices(labels)}"

    def within(self, node: n.Within) -> str:
        place = self.place(node.fact.name, node.place)
        return f"{self.noun(self.fact_type(node.fact.name))}在{place}"

    def has(self, node: n.Has) -> str:
        fact = self.fact_type(node.fact.name)
        several = len(node.members) > 1
        if fact.sort is Sort.RECORDS:
            listed = "".join(f"“{label}”" for label in self.options(node.fact, node.members))
            which = "" if not several else "各项" if node.every else "中至少一项"
            return f"申报年度末前已有{listed}{which}记录"
        labels = self.quoted(node.fact, node.members)
        if several and node.every:
            return f"{self.noun(fact)}同时包含{'、'.join(labels[:-1])}和{labels[-1]}"
        return f"{self.noun(fact)}包含{choices(labels)}{'之一' if several else ''}"

    def recorded_in(self, node: n.RecordedIn) -> str:
        label = option(self.member(node.fact.name, node.member))
        return f"{self.say(node.year)}内有“{label}”记录"

    def elapsed(self, node: n.Elapsed) -> str:
        span = f"{_SPAN_WORDS[node.bound]}{self.say(node.span)}"
        return f"{self.say(node.until)}距{self.say(node.since)}{span}"

    # --- quantities ----------------------------------------------------------------------------

    def operand(self, node: n.Node) -> str:
        """A quantity within another one, in brackets if it is built from several."""
        said = self.say(node)
        simple = isinstance(
            node,
            n.Literal
            | n.Day
            | n.Fact
            | n.Context
            | n.Total
            | n.CountOf
            | n.Records
            | n.Days
            | n.Months
            | n.YearOf
            | n.Award
            | n.Previous,
        )
        return said if simple else f"（{said}）"

    def listed(self, items: tuple[n.Quantity, ...]) -> str:
        """`甲与乙`, `甲、乙与丙`."""
        said = [self.operand(item) for item in items]
        return said[0] if len(said) == 1 else f"{'、'.join(said[:-1])}与{said[-1]}"

    def add(self, node: n.Add) -> str:
        if self.sort(node.items[0]) is Sort.YEAR:
            later = "，再".join(f"加{self.operand(item)}" for item in node.items[1:])
            return f"{self.operand(node.items[0])}{later}"
        return f"{self.listed(node.items)}之和"

    def subtract(self, node: n.Subtract) -> str:
        apart = self.apart(node)
        if apart:
            return f"{apart}的年数"
        return f"{self.operand(node.left)}与{self.operand(node.right)}之差"

    def multiply(self, node: n.Multiply) -> str:
        return " × ".join(self.operand(item) for item in node.items)

    def divide(self, node: n.Divide) -> str:
        return f"{self.operand(node.left)} ÷ {self.operand(node.right)}"

    def share_of(self, node: n.ShareOf) -> str:
        base = self.operand(node.base)
        if not isinstance(node.rate, n.Literal):
            return f"{base}乘以{self.operand(node.rate)}"
        if ":" in node.rate.text:
            return f"{base}按{node.rate.text}计算的金额"
        return f"{base}的{self.say(node.rate)}"

    def lower(self, node: n.Lower) -> str:
        return f"{self.listed(node.items)}中的较低者"

    def higher(self, node: n.Higher) -> str:
        return f"{self.listed(node.items)}中的较高者"

    def excess_over(self, node: n.ExcessOver) -> str:
        return f"{self.operand(node.amount)}超过{self.operand(node.threshold)}的部分"

    def band(self, node: n.Band) -> str:
        part = "其余部分" if node.up_to is None else f"{self.operand(node.up_to)}（含）以内的部分"
        return f"{part}按{self.operand(node.rate)}"

    def banded(self, node: n.Banded) -> str:
        said = []
        start = ""
        for band in node.bands:
            rate = f"按{self.operand(band.rate)}"
            if band.up_to is None:
                said.append(f"{f'超过{start}' if start else '全部'}的部分{rate}")
                continue
            end = self.operand(band.up_to)
            said.append(f"{f'超过{start}至{end}' if start else end}（含）以内的部分{rate}")
            start = end
        return f"{self.operand(node.base)}分段累计的金额（{'，'.join(said)}）"

    def tier(self, node: n.Tier) -> str:
        value = self.say(node.value)
        return f"其他情形为{value}" if node.when is None else f"{self.if_(node.when)}，为{value}"

    def tiers(self, node: n.Tiers) -> str:
        return "；".join(self.tier(tier) for tier in node.tiers)

    def choice(self, node: n.Choice) -> str:
        options = "、".join(self.operand(item) for item in node.options)
        return f"{options}{numeral(len(node.options))}档之一"

    def among(self, kind: str, where: n.Truth | None) -> str:
        """The entities that are counted: `“智能算力”类合同`, `用途包含大模型训练的合同`."""
        label = self.scope.kinds[kind].zh if kind in self.scope.kinds else kind
        if where is None:
            return f"全部{label}"
        if isinstance(where, n.Is) and where.fact.name.split(".")[0] == kind:
            quoted = [f"“{label}”" for label in self.options(where.fact, where.members)]
            return f"{choices(quoted)}类{label}"
        return f"{self.part(where)}的{label}"

    def total(self, node: n.Total) -> str:
        fact = self.fact_type(node.fact.name)
        among = self.among(fact.entity, node.where)
        noun = self.amount(fact)
        year = "" if "年" in noun else "申报年度内"
        return f"{year}{among}的{noun}合计"

    def count_of(self, node: n.CountOf) -> str:
        return f"{self.among(node.kind, node.where)}的数量"

    def records(self, node: n.Records) -> str:
        return f"“{option(self.member(node.fact.name, node.member))}”记录的数量"

    def days(self, node: n.Days) -> str:
        return f"{self.say(node.period)}天数"

    def months(self, node: n.Months) -> str:
        return f"{self.say(node.period)}整月数"

    def previous(self, node: n.Previous) -> str:
        return f"上一年度的{self.operand(node.item)}"

    def award(self, node: n.Award) -> str:
        title = self.titles.get(node.measure)
        return f"“{title.zh if title else node.measure}”事项给予的金额"

    def year_of(self, node: n.YearOf) -> str:
        said = self.say(node.date)
        return f"{said[:-2]}年份" if said.endswith("日期") else f"{said}所在年份"

    # --- caps ----------------------------------------------------------------------------------

    def limit(self, node: n.Limit) -> str:
        normally = "原则上" if node.soft else ""
        return f"{normally}{self.scope_of(node)}{self.at_most(node.amount)}"

    def scope_of(self, node: n.Limit) -> str:
        """Whose sum is cut and over what time: `每个主体每年`."""
        year = "每年" if node.period == "year" else "累计" if node.per else ""
        return (f"每{counted(self.scope_word(node.per))}" if node.per else "") + year

    def at_most(self, amount: n.Node) -> str:
        """Not more than an amount: `不超过 500 万元`, by cases where it has rungs."""
        if not isinstance(amount, n.Tiers):
            return f"不超过{self.say(amount)}"
        rungs = [
            f"{self.if_(tier.when)}，不超过{self.say(tier.value)}"
            if tier.when is not None
            else f"其他情形不超过{self.say(tier.value)}"
            for tier in amount.tiers
        ]
        return f"按以下限额：{'；'.join(rungs)}"

    says: ClassVar = {
        n.Literal: literal,
        n.Day: day,
        n.Fact: fact,
        n.Context: context,
        n.And: and_,
        n.Or: or_,
        n.Not: not_,
        n.SomeOf: some_of,
        n.Compare: compare,
        n.Is: is_,
        n.Within: within,
        n.Has: has,
        n.RecordedIn: recorded_in,
        n.Elapsed: elapsed,
        n.Add: add,
        n.Subtract: subtract,
        n.Multiply: multiply,
        n.Divide: divide,
        n.ShareOf: share_of,
        n.Lower: lower,
        n.Higher: higher,
        n.ExcessOver: excess_over,
        n.Band: band,
        n.Banded: banded,
        n.Tier: tier,
        n.Tiers: tiers,
        n.Choice: choice,
        n.Total: total,
        n.CountOf: count_of,
        n.Records: records,
        n.Days: days,
        n.Months: months,
        n.Previous: previous,
        n.Award: award,
        n.YearOf: year_of,
        n.Limit: limit,
    }


def numeral(number: int) -> str:
    """A small number as Chinese counts things: 两, 三."""
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number)
