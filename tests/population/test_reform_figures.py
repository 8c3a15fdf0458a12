"""The figures of the worked analysis in docs/reforms.md are what its commands give."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from huice.corpus.corpus import shipped
from huice.corpus.overlay import apply, load_overlay
from huice.language.money import yuan
from huice.population import Tables, asking
from huice.population.columns.run import by_columns
from huice.population.pools import find_funds
from huice.population.pools.allocation import allocate_pools
from huice.population.reform import reform
from huice.population.reform.inverse import solve
from huice.population.sample import sample

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
MARGINAL, BUDGET = EXAMPLES / "hangzhou-marginal.yaml", EXAMPLES / "hangzhou-budget.yaml"
PAGE = (ROOT / "docs" / "reforms.md").read_text("utf-8")
AS_OF, FEN = date(2025, 6, 30), 100

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def firms() -> Tables:
    return sample(200_000, 1)


def said(fen: int) -> str:
    return yuan(Fraction(fen, FEN), "zh")


def test_costs_gainers_and_losers(firms: Tables) -> None:
    found = reform(firms, MARGINAL, as_of=AS_OF)
    ceiling = found.groups.filter(city="hangzhou", figure="ceiling")
    (all_,) = ceiling.filter(breakdown="all").iter_rows(named=True)
    assert f"有 {all_['firms']:,} 家企业，{all_['concerned']:,} 家可能用得上算力券" in PAGE
    before, after = all_["before_fen"], all_["after_fen"]
    assert f"上限合计由 {said(before)}变为 {said(after)}" in PAGE
    change = all_["change_fen"]
    assert f"多 {said(change)}，即 {100 * change / before:.1f}%" in PAGE.replace("\n", "")
    here = found.orgs.filter(city="hangzhou")
    exact = here.filter(ceiling_change_fen=10_000_000).height
    assert f"{all_['gainers']:,} 家多得，其中 {exact:,} 家恰好多得 10 万元" in PAGE
    assert f"{all_['losers']:,} 家少得，都没有填" in PAGE
    deciles = ceiling.filter(breakdown="revenue").drop_nulls("group")
    gained = {int(row["group"]): row["gainers"] for row in deciles.iter_rows(named=True)}
    low = sum(many for group, many in gained.items() if group <= 5)
    assert f"最低的一半合计只有 {low} 家多得" in PAGE
    assert f"第 9 组 {gained[9]} 家、最高的一成 {gained[10]} 家" in PAGE


def test_the_pool_under_both(firms: Tables) -> None:
    law = shipped()
    ends = []
    for corpus in (law, apply(law, load_overlay(MARGINAL))):
        awards, _ = by_columns(firms, corpus, asking(corpus, as_of=AS_OF))
        funds = find_funds(corpus, ["hangzhou/compute-voucher"])
        (share,) = allocate_pools(awards.awards, corpus, year=2025, only=funds).shares
        assert share.exhausted_on
        ends.append((share.asked_units / share.fund.units, share.exhausted_on))
    (now, first), (then, second) = ends
    assert f"需求是池子的 {now:.2f} 倍，草案下 {then:.2f} 倍" in PAGE
    assert f"现行到 {first.year}年{first.month}月{first.day}日用完" in PAGE
    assert f"（{second.month}月{second.day}日）" in PAGE


def test_the_rate_that_the_budget_leaves(firms: Tables) -> None:
    law = reform(firms, MARGINAL, as_of=AS_OF).groups
    budget = law.filter(city="hangzhou", figure="ceiling", breakdown="all")["before_fen"].item()
    assert f"--budget {budget // FEN}元" in PAGE
    found = solve(firms, BUDGET, budget, as_of=AS_OF)
    assert found.answer
    (bracket,) = found.brackets
    assert f"答案是 {bracket.inside.written}：支出 {said(bracket.inside.spending_fen)}" in PAGE
    assert f"{bracket.outside.written} 就超出（{said(bracket.outside.spending_fen)}）" in PAGE
