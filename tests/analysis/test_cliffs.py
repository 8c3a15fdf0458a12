"""Cliffs, thresholds, tops and bends: figures by hand, the clause behind each, and the catalogue."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import huice
from huice import Corpus, Status
from huice.analysis import Break, Catalogue, Line, catalogue, curve
from huice.analysis.tell import sentence, what, where
from huice.analysis.witness import witnesses
from huice.corpus.model import Measure
from huice.language import nodes as n
from huice.language.units import value_of
from tests.analysis.brute import planted
from tests.analysis.test_curve import FIRM, VOUCHER, spending

POLICIES = Path(huice.__file__).parent / "policies"


@pytest.fixture(scope="module")
def whole(corpus: Corpus) -> Catalogue:
    """The catalogue of the corpus."""
    return catalogue(corpus)


def breaks(found: Catalogue, measure: str) -> list[Break]:
    """The breaks of one measure."""
    return [entry.found for entry in found.entries if entry.measure == measure]


# --- the compute voucher of Hangzhou, found by itself -------------------------------------------------


def test_the_cliff_of_the_compute_voucher_is_found_by_itself(whole: Catalogue) -> None:
    (entry,) = whole.losses
    assert entry.measure == VOUCHER
    assert entry.axis.facts == ("contract.amount", "contract.paid")
    cliff = entry.found
    assert (cliff.kind, cliff.at, cliff.included, cliff.loss) == ("jump", 500_000, "below", True)
    assert (cliff.ceiling.before, cliff.ceiling.after) == (250_000, 150_000)
    assert cliff.ceiling.size == -100_000
    assert cliff.ceiling.again == Fraction(2_500_000, 3)
    assert (cliff.last.number, cliff.last.ceiling) == (500_000, 250_000)
    assert (cliff.first.number, cliff.first.ceiling) == (Fraction("500000.01"), 150_000)
    assert (cliff.further.number, cliff.further.ceiling) == (500_001, Fraction("150000.30"))


def test_it_names_the_clause_and_the_rung(corpus: Corpus, whole: Catalogue) -> None:
    (cause,) = whole.losses[0].found.causes
    assert (cause.kind, cause.measure, cause.holds) == ("rung", VOUCHER, (True, False))
    assert cause.quote == "年申报智算合同累计金额 50 万元（含）以下的中小企业"
    assert corpus.measure(VOUCHER).text[cause.start : cause.end] == cause.quote
    assert cause.says.zh == "申报年度内“智能算力”类合同的合同金额合计不超过 50 万元"


def test_it_is_told_in_one_sentence(whole: Catalogue) -> None:
    entry = whole.losses[0]
    told = sentence(entry.found, entry.axis)
    assert told.zh == (
        "合同（申报）金额（当年实际发生额同额）超过 50 万元，本企业上限由 25 万元降到 15 万元，少 10 万元"
        "（500,001 元时为 150,000.30 元），到约 833,333.33 元才补回。原因：不再落入“申报年度内‘智能算力’"
        "类合同的合同金额合计不超过 50 万元”这一档（原文：年申报智算合同累计金额 50 万元（含）以下的中小企业）。"
    )
    assert "the ceiling falls from 250,000 yuan to 150,000 yuan, 100,000 yuan less" in told.en
    assert "made up again at about 833,333.33 yuan. Because the rung no longer applies" in told.en


def test_the_evaluator_agrees_where_it_is_made_up_again(corpus: Corpus) -> None:
    def ceiling(amount: str) -> Any:
        paid = {"item": "compute", "amount_yuan": amount, "paid_yuan": amount}
        return huice.evaluate({**FIRM, "contracts": [paid]}, corpus, [VOUCHER]).measures[0].ceiling

    assert ceiling("833333.33") < 250_000
    assert ceiling("833333.34") == 250_000


def test_the_marginal_reading_has_no_cliff(corpus: Corpus) -> None:
    read = {**FIRM, "readings": {VOUCHER: {"cliff": "marginal"}}}
    line = spending(corpus, read, measures=[VOUCHER]).line(VOUCHER)
    assert not any(one.loss for one in line.breaks)
    bend = line.breaks[0]
    assert (bend.kind, bend.at) == ("bend", 500_000)
    assert (bend.ceiling.slope_before, bend.ceiling.slope_after) == (
        Fraction(1, 2),
        Fraction(3, 10),
    )


def test_in_a_total_the_cause_is_that_of_the_measure(corpus: Corpus) -> None:
    (here,) = spending(corpus).places
    cliff = next(one for one in here.total.breaks if one.loss)
    assert cliff.at == 500_000
    assert [cause.measure for cause in cliff.causes] == [VOUCHER]
    assert cliff.ceiling.size == -100_000


# --- each kind of break -----------------------------------------------------------------------------------


def test_a_threshold_that_includes_its_number(whole: Catalogue) -> None:
    """“10 个以上” includes ten; “超过 2000 万元” leaves 20 million out."""
    cases, contract = breaks(whole, "beijing/etown-industry-model-award")
    assert (cases.at, cases.included) == (10, "above")
    assert (cases.last.number, cases.last.status) == (9, Status.INELIGIBLE)
    assert (cases.first.number, cases.first.certain) == (10, 1_000_000)
    assert (contract.at, contract.included) == (20_000_000, "below")
    assert (contract.last.ceiling, contract.first.ceiling) == (0, 1_000_000)
    assert contract.first.number == Fraction("20000000.01")
    assert contract.causes[0].kind == "condition"


def test_the_top_after_which_more_brings_nothing(whole: Catalogue) -> None:
    (top,) = breaks(whole, "shenzhen/corpus")
    assert (top.kind, top.at, top.rest) == ("bend", Fraction(20_000_000, 3), True)
    assert (top.ceiling.slope_before, top.ceiling.slope_after) == (Fraction(3, 10), 0)
    (cause,) = top.causes
    assert (cause.kind, cause.quote) == ("cap", "给予最高 200 万元资助")


def test_each_rate_has_its_own_top(whole: Catalogue) -> None:
    """60% for a start-up, 50% for others: 10 million are reached at two amounts."""
    tops = breaks(whole, "shenzhen/training-voucher")
    assert [top.at for top in tops] == [Fraction(50_000_000, 3), 20_000_000]


def test_what_begins_in_a_later_year_is_found(whole: Catalogue) -> None:
    """20, 50 and 100 million of revenue, each in its own year."""
    found = [
        entry.found.at
        for entry in whole.entries
        if (entry.measure, entry.axis.facts) == ("guangzhou/haizhu-office-rent", ("org.revenue",))
    ]
    assert found == [20_000_000, 50_000_000, 100_000_000]


def test_a_pool_is_a_top_too(whole: Catalogue) -> None:
    top = breaks(whole, VOUCHER)[-1]
    assert (top.at, top.causes[0].kind) == (Fraction(2_500_000_000, 3), "pool")


def line_of(name: str, measure: str, fact: str) -> tuple[Corpus, Line]:
    """The curve of a construct's measure on the first of its examples that shows any break."""
    corpus = Corpus.load(Path(__file__).parents[1] / "constructs" / name)
    for witness in witnesses(corpus, corpus.measure(measure), readings=False):
        line = curve(witness.profile, fact, corpus, [measure]).line(measure)
        if line.breaks:
            return corpus, line
    raise AssertionError(measure)


def test_a_marginal_schedule_bends_at_each_band() -> None:
    _, line = line_of("bands", "yunlan/bands", "org.rnd_yuan")
    assert [(one.kind, one.at, one.causes[0].kind) for one in line.breaks] == [
        ("bend", 3_000_000, "bound"),
        ("bend", 10_000_000, "bound"),
    ]


def test_a_floor_begins_with_the_first_fen() -> None:
    _, line = line_of("floors", "yunlan/jobs", "org.payroll_yuan")
    floor = line.breaks[0]
    assert (floor.at, floor.included, floor.ceiling.size) == (0, "below", 50_000)
    assert floor.causes[0].kind == "base"


def test_a_ladder_of_caps_may_make_a_cliff() -> None:
    _, line = line_of("tiers", "yunlan/by-total", "contracts[0].paid_yuan")
    (cliff,) = [one for one in line.breaks if one.loss]
    assert (cliff.at, cliff.included) == (1_000_000, "above")
    assert (cliff.ceiling.before, cliff.ceiling.after) == (400_000, 300_000)
    assert cliff.ceiling.again == Fraction(4_000_000, 3)


def test_a_cliff_over_two_years_when_the_base_year_grows() -> None:
    corpus = Corpus.load(Path(__file__).parents[1] / "constructs" / "increments")
    entry = catalogue(corpus, ["yunlan/revenue-growth"]).losses[0]
    assert entry.found.last.ceiling is not None
    assert entry.found.first.ceiling is not None
    assert entry.found.first.ceiling < entry.found.last.ceiling


def test_a_status_alone_is_told_without_an_amount(corpus: Corpus) -> None:
    """The cost is not known yet: the revenue decides that the firm qualifies, not how much it gets."""
    measure = corpus.measure("guangzhou/haizhu-model-optimisation")
    for witness in witnesses(corpus, measure, readings=False):
        found = curve(witness.profile, "org.revenue_yuan", corpus, [measure.id])
        for line in found.places[0].measures:
            for one in line.breaks:
                if one.kind == "status":
                    assert where(one, found.axis).zh == "达到 2,000 万元"
                    assert what(one, found.axis).zh == "结论由“待确认”变为“符合”"
                    return
    raise AssertionError


# --- the catalogue ------------------------------------------------------------------------------------------


def test_the_catalogue_says_the_same_twice(corpus: Corpus, whole: Catalogue) -> None:
    again = catalogue(Corpus.load())
    assert json.dumps(again.to_dict()) == json.dumps(whole.to_dict())
    order = [measure.id for measure in corpus.measures]
    positions = [order.index(entry.measure) for entry in whole.entries]
    assert positions == sorted(positions)


def test_every_measure_is_looked_at(corpus: Corpus, whole: Catalogue) -> None:
    assert whole.measures == len(corpus.measures)
    assert whole.unshown == ()
    assert whole.bent == ()


def _thresholds(corpus: Corpus, measure: Measure) -> set[Any]:
    """Numbers with which a condition or rung of the rule compares a fact that is a number."""
    scope = corpus.vocabulary.scope
    rule = measure.rule
    found = set()
    nodes: list[Any] = [one.expression for one in rule.requires]
    nodes += [limit for limit in (rule.pays, rule.plus, *rule.limits) if limit is not None]
    for node in nodes:
        for part in n.walk(node):
            if isinstance(part, n.Compare) and isinstance(part.right, n.Literal):
                named = part.left.fact if isinstance(part.left, n.Total) else part.left
                if isinstance(named, n.Fact) and scope.facts[named.name].sort == "quantity":
                    found.add(value_of(part.right))
    return found


def test_every_threshold_of_every_rule_is_in_the_catalogue(
    corpus: Corpus, whole: Catalogue
) -> None:
    """0 is where something begins at all, which is no jump."""
    missing = {
        measure.id: rest
        for measure in corpus.measures
        if (
            rest := _thresholds(corpus, measure)
            - {0}
            - {one.at for one in breaks(whole, measure.id)}
        )
    }
    assert missing == {}


def test_every_cap_that_a_number_can_reach_is_in_the_catalogue(
    corpus: Corpus, whole: Catalogue
) -> None:
    """A share of a fact, capped: the catalogue has a bend or jump of that measure."""
    for measure in corpus.measures:
        pays = measure.rule.pays
        if pays is not None and isinstance(pays.amount, n.ShareOf) and measure.rule.limits:
            assert breaks(whole, measure.id), measure.id


def test_places_and_measures_narrow_the_catalogue(corpus: Corpus, whole: Catalogue) -> None:
    hangzhou = catalogue(corpus, places=["hangzhou/other"])
    assert {entry.measure.split("/")[0] for entry in hangzhou.entries} == {"hangzhou"}
    one = catalogue(corpus, ["shenzhen/corpus"])
    assert [entry.found for entry in one.entries] == breaks(whole, "shenzhen/corpus")


def test_other_readings_are_named_where_they_differ(corpus: Corpus) -> None:
    found = catalogue(corpus, [VOUCHER], readings=True)
    marginal = [entry for entry in found.entries if entry.readings == {"cliff": "marginal"}]
    assert marginal
    assert not any(entry.found.loss for entry in marginal)


@pytest.mark.parametrize(
    ("path", "old", "new", "measure", "at"),
    [
        ("hangzhou/ai-industry-chain.yaml", "<= 50万元 and org.size", "<= 60万元 and org.size", VOUCHER, 600_000),
        ("beijing/etown-ai-native.yaml", "project.cases >= 10个", "project.cases >= 12个",
         "beijing/etown-industry-model-award", 12),
        ("guangzhou/haizhu.yaml", "org.revenue >= 1亿元", "org.revenue >= 1.2亿元",
         "guangzhou/haizhu-office-rent", 120_000_000),
    ],
)  # fmt: skip
def test_a_changed_threshold_is_found(
    tmp_path: Path, path: str, old: str, new: str, measure: str, at: int
) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new))
    found = breaks(catalogue(Corpus.load(folder), [measure]), measure)
    assert at in {one.at for one in found}


def test_a_changed_rate_moves_the_top(tmp_path: Path) -> None:
    corpus = planted(tmp_path, "bands", "3% of excess", "5% of excess")
    (first, top) = breaks(catalogue(corpus), "yunlan/excess")
    assert (first.at, top.at) == (20_000_000, 30_000_000)


def test_json_has_exact_numbers(whole: Catalogue) -> None:
    data = whole.to_dict()
    assert data["schema"] == "huice/cliffs/1"
    cliff = next(one for one in data["breaks"] if one["loss"])
    assert cliff["at"] == "500000"
    assert cliff["ceiling"] == {
        "before_yuan": "250000",
        "after_yuan": "150000",
        "size_yuan": "-100000",
        "slope_before": "0.5",
        "slope_after": "0.3",
        "again_at": "2500000/3",
    }
    assert cliff["further"] == {
        "at": "500001",
        "status": "eligible",
        "certain_yuan": "0",
        "ceiling_yuan": "150000.3",
    }
    assert not any(isinstance(value, float) for value in _leaves(data))


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for value in data.values() for leaf in _leaves(value)]
    if isinstance(data, list):
        return [leaf for value in data for leaf in _leaves(value)]
    return [data]
