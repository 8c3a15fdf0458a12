"""Random nodes: every shape that the parser can give back, of every type."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from huice.language import nodes as n
from huice.language.units import parse_literal

NUMBERS = st.sampled_from(["0", "1", "3", "50", "2.5", "1000", "36", "0.125"])
UNITS = st.sampled_from(
    [
        "",
        "%",
        ":1",
        "元",
        "万元",
        "亿元",
        "元/㎡/天",
        "元/平方米/月",
        "元/张",
        "个月",
        "月",
        "年",
        "天",
        "㎡",
        "个",
        "家",
        "项",
        "张",
    ]
)
QUANTITIES = [
    "contract.amount",
    "contract.paid",
    "org.revenue",
    "premises.cost",
    "premises.area",
    "project.cases",
    "no.such_fact",
]
SETS = {
    "org.traits": ["ai", "genai", "startup"],
    "contract.purposes": ["training", "tuning"],
    "org.records": ["sz_key_lab", "cac_genai_filing"],
    "no.such_set": ["one", "other"],
}
CHOICES = {
    "org.kind": ["enterprise", "university", "other_institution"],
    "contract.item": ["compute", "model"],
}
KINDS = st.sampled_from(["person", "project", "contract", "premises", "thing"])
PLACES = st.sampled_from(["hangzhou", "hangzhou/xihu", "beijing", "nowhere"])

literals = st.tuples(NUMBERS, UNITS).map(lambda parts: parse_literal("".join(parts)))
facts = st.sampled_from(QUANTITIES).map(n.Fact)
periods = st.sampled_from(["premises.period", "org.no_period"]).map(n.Fact)
days = st.dates().map(lambda day: n.Day(day.isoformat()))
dates: st.SearchStrategy[Any] = (
    st.sampled_from([n.Context("as_of"), n.Fact("org.registered_on"), n.Fact("org.entered_on")])
    | days
)
contexts = st.sampled_from(["as_of", "claim_year", "support_year", "year_days"]).map(n.Context)
years = st.just(n.Context("claim_year")) | dates.map(n.YearOf)
moments = dates | years | facts


def some(items: st.SearchStrategy[Any], least: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def _members(known: dict[str, list[str]]) -> st.SearchStrategy[tuple[n.Fact, tuple[str, ...]]]:
    return st.sampled_from(sorted(known)).flatmap(
        lambda fact: st.tuples(
            st.just(n.Fact(fact)),
            st.lists(st.sampled_from(known[fact]), min_size=1, unique=True).map(tuple),
        )
    )


def _chain(kind: Any, items: tuple[Any, ...]) -> Any:
    """A sum or a product; none of its own kind stands in front, as the parser joins the two."""
    while isinstance(items[0], kind):
        items = (items[0].items[-1], *items[1:])
    return kind(items)


true_leaves: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["org.is_ai", "org.is_llm"]).map(n.Fact),
    _members(CHOICES).map(lambda m: n.Is(*m)),
    _members(SETS).map(lambda m: n.Has(*m)),
    _members(SETS).filter(lambda m: len(m[1]) > 1).map(lambda m: n.Has(*m, every=True)),
    st.builds(n.Within, st.just(n.Fact("org.place")), PLACES),
    _members(SETS).flatmap(
        lambda m: st.builds(n.RecordedIn, st.just(m[0]), st.just(m[1][0]), moments)
    ),
    st.builds(
        n.Elapsed,
        moments,
        st.sampled_from(["at least", "at most", "more than", "less than"]),
        literals,
        moments,
    ),
)


def _compound_truths(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        some(below).map(n.And),
        some(below).map(n.Or),
        below.map(n.Not),
        st.builds(n.SomeOf, literals, some(below)),
        st.builds(n.Compare, st.sampled_from(["<", "<=", "=", ">=", ">"]), simple, simple),
    )


def _tiers(below: st.SearchStrategy[Any], when: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rungs = st.lists(st.builds(n.Tier, below, when), min_size=1, max_size=2)
    last = st.lists(st.builds(n.Tier, below, st.none()), max_size=1)
    return st.tuples(rungs, last).map(lambda parts: n.Tiers((*parts[0], *parts[1])))


def _banded(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    bands = st.lists(st.builds(n.Band, below, below), min_size=1, max_size=2)
    return st.builds(
        lambda base, bands, rate: n.Banded(base, (*bands, n.Band(rate, None))), below, bands, below
    )


def _compound(
    below: st.SearchStrategy[Any], when: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return st.one_of(
        some(below).map(lambda items: _chain(n.Add, items)),
        some(below).map(lambda items: _chain(n.Multiply, items)),
        st.builds(n.Subtract, below, below),
        st.builds(n.Divide, below, below),
        st.builds(n.ShareOf, below, below),
        some(below).map(n.Lower),
        some(below).map(n.Higher),
        some(below).map(n.Choice),
        st.builds(n.ExcessOver, below, below),
        _banded(below),
        _tiers(below, when),
        st.builds(n.Previous, below),
        st.builds(n.Total, facts, st.none() | when),
        st.builds(n.CountOf, KINDS, st.none() | when),
    )


leaves: st.SearchStrategy[Any] = st.one_of(
    literals,
    facts,
    moments,
    contexts,
    st.builds(n.Days, periods),
    st.builds(n.Months, periods),
    st.sampled_from(["hangzhou/compute-voucher", "no/such"]).map(n.Award),
    _members(SETS).map(lambda m: n.Records(m[0], m[1][0])),
    st.builds(n.Subtract, years, years),
)
simple = st.recursive(leaves, lambda below: _compound(below, true_leaves), max_leaves=4)
truths: st.SearchStrategy[Any] = st.recursive(
    true_leaves
    | st.builds(n.Compare, st.sampled_from(["<", "<=", "=", ">=", ">"]), leaves, leaves),
    _compound_truths,
    max_leaves=8,
)
quantities: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda below: _compound(below, truths), max_leaves=8
)
expressions = truths | quantities
limits = st.builds(
    n.Limit,
    quantities,
    st.sampled_from([None, "org", "project", "sz_key_lab"]),
    st.sampled_from(["year", "total"]),
    st.booleans(),
)
