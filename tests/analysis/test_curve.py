"""Curves against the evaluator: no missed jump, no false one; parts, totals, places and years."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import huice
from huice import BadProfile, Corpus, Status
from huice.analysis import Curve, NotLinear, catalogue, curve
from huice.analysis.lines import Straight
from tests.analysis.brute import CONSTRUCTS, disagreements, planted

FEN = Fraction(1, 100)
VOUCHER = "hangzhou/compute-voucher"
FIRM: dict[str, Any] = {
    "as_of": "2025-06-30",
    "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
    "contracts": [{"item": "compute", "amount_yuan": "40万元", "paid_yuan": "40万元"}],
}


def spending(corpus: Corpus, profile: dict[str, Any] = FIRM, **options: Any) -> Curve:
    """The curve over one compute contract, signed and paid."""
    options = {"together": ["contracts[0].amount_yuan"], **options}
    return curve(profile, "contracts[0].paid_yuan", corpus, **options)


# --- the curve is the evaluator -----------------------------------------------------------------------


def test_every_curve_is_the_evaluator_beside_each_break_and_elsewhere(corpus: Corpus) -> None:
    wrong, compared = disagreements(corpus, random.Random(4), readings=False, most=None, count=8)
    assert wrong == []
    assert compared > 10_000


@pytest.mark.parametrize("folder", CONSTRUCTS, ids=lambda path: path.name)
def test_every_construct_of_the_language_has_exact_curves(folder: Path) -> None:
    wrong, _ = disagreements(
        Corpus.load(folder), random.Random(5), readings=True, most=None, count=8
    )
    assert wrong == []


@pytest.mark.long
def test_the_full_scan_under_every_reading(corpus: Corpus) -> None:
    wrong, compared = disagreements(corpus, random.Random(), readings=True, most=None, count=150)
    assert wrong == []
    assert compared > 250_000


@pytest.mark.parametrize("place", ["hangzhou/xihu", "shanghai/xuhui", "beijing/other", "shenzhen"])
@pytest.mark.parametrize("years", [1, 3])
def test_a_total_is_the_evaluators_total_at_its_place(
    corpus: Corpus, place: str, years: int
) -> None:
    """Within a fen for each measure: a part is exact, the evaluator cuts each measure to the fen."""
    firm = {**FIRM, "horizon_years": years, "org": {**FIRM["org"], "place": place}}
    found = spending(corpus, firm, end="10亿元")
    (here,) = found.places
    assert here.place == place
    rng = random.Random(years)
    points = [Fraction(part.low) for part in here.total.parts]
    tried: set[Any] = {abs(point + step) for point in points for step in (-FEN, 0, FEN)}
    tried |= {found.axis.last(Fraction(rng.randrange(10**11), 100)) for _ in range(30)}
    for number in tried:
        paid = {"item": "compute", "amount_yuan": number, "paid_yuan": number}
        total = huice.evaluate({**firm, "contracts": [paid]}, corpus).total
        certain, ceiling = here.total.at(number)
        assert abs(Fraction(certain) - total.certain) < len(corpus.measures) * FEN
        assert abs(Fraction(ceiling or 0) - total.ceiling) < len(corpus.measures) * FEN


# --- its shape ------------------------------------------------------------------------------------------


def test_the_compute_voucher_in_straight_parts(corpus: Corpus) -> None:
    line = spending(corpus, measures=[VOUCHER]).line(VOUCHER)
    parts = [(part.low, part.high, part.high_in, part.ceiling) for part in line.parts]
    assert parts == [
        (0, 0, True, Straight(0, 0)),
        (0, 500_000, True, Straight(0, Fraction(1, 2))),
        (500_000, Fraction(2_500_000_000, 3), True, Straight(0, Fraction(3, 10))),
        (Fraction(2_500_000_000, 3), None, False, Straight(250_000_000, 0)),
    ]
    assert line.at(500_000) == (0, 250_000)
    assert line.at(500_001) == (0, Fraction("150000.30"))
    assert line.at(Fraction("0.03")) == (0, FEN)  # 1.5 fen are cut to one


def test_parts_follow_one_another_and_each_number_belongs_to_one(corpus: Corpus) -> None:
    for line in spending(corpus, end="10亿元").places[0].lines:
        assert line.parts[0].low == 0
        assert line.parts[-1].high == 10**9
        for one, other in itertools.pairwise(line.parts):
            assert one.high == other.low
            assert one.high_in is not other.low_in
            assert not one.like(other)


def test_several_years_add_up(corpus: Corpus) -> None:
    one = spending(corpus, measures=[VOUCHER]).line(VOUCHER)
    three = spending(corpus, {**FIRM, "horizon_years": 3}, measures=[VOUCHER]).line(VOUCHER)
    assert three.at(500_000) == (0, 3 * 250_000)
    assert [part.low for part in three.parts] == [part.low for part in one.parts]


def test_an_unstated_amount_stays_unstated(corpus: Corpus) -> None:
    found = spending(corpus).places[0]
    unstated = [line for line in found.measures if line.at(1)[1] is None]
    assert unstated
    assert all(line.at(1)[1] is None for line in unstated)
    assert unstated[0].to_dict()["parts"][0]["ceiling"] is None


def test_an_open_place_gives_one_total_for_each_place_and_none_across(corpus: Corpus) -> None:
    firm = {**FIRM, "org": {"kind": "enterprise", "size": "small"}}
    found = spending(corpus, firm)
    assert [one.place for one in found.places] == list(corpus.places)
    for one in found.places:
        assert one.place is not None
        for line in one.measures:
            assert corpus.measure(line.measure or "").place.split("/")[0] == one.place.split("/")[0]


def test_only_one_fact_varied_leaves_the_other_as_it_is(corpus: Corpus) -> None:
    line = curve(FIRM, "contracts[0].amount_yuan", corpus, [VOUCHER]).line(VOUCHER)
    assert line.at(500_000) == (0, 200_000)  # 50% of the 400,000 that are paid
    assert line.at(Fraction("500000.01")) == (0, 120_000)


def test_a_count_goes_in_whole_steps(corpus: Corpus) -> None:
    firm = {
        "org": {"place": "beijing/etown", "kind": "enterprise"},
        "projects": [{"kinds": ["industry_model_released"], "contract_yuan": "3000万元"}],
    }
    found = curve(firm, "projects[0].cases", corpus)
    assert found.axis.step == 1
    assert found.to_dict()["step"] == "1"


def test_a_range_may_be_written_as_a_policy_writes_it(corpus: Corpus) -> None:
    found = spending(corpus, start="10万元", end="200万元")
    assert (found.start, found.end) == (100_000, 2_000_000)
    data = found.to_dict()
    assert (data["schema"], data["from"], data["to"]) == ("huice/curve/1", "100000", "2000000")
    assert data["unit"] == "元"


# --- what it refuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "zh", "en"),
    [
        ("contracts[0].payd_yuan", "是否想写“paid_yuan”", "did you mean “paid_yuan”"),
        ("contract[0].item", "不是数字", "is no number"),
        ("contracts[3].paid_yuan", "有 1 项，没有 [3]", "has 1 contracts, not [3]"),
        ("contrcts[0].paid_yuan", "是否想写“contracts”", "did you mean “contracts”"),
        ("paid_yuan", "不是事实的写法", "names no fact"),
        ("org.cases", "org 没有事实“cases”", "org has no fact “cases”"),
    ],
)
def test_a_fact_that_cannot_be_varied_is_said(corpus: Corpus, fact: str, zh: str, en: str) -> None:
    with pytest.raises(BadProfile) as refused:
        curve(FIRM, fact, corpus)
    (problem,) = refused.value.problems
    assert zh in problem.text.zh
    assert en in problem.text.en


@pytest.mark.parametrize(
    ("options", "zh"),
    [
        ({"end": "五十万"}, "不是可识别的数字"),
        ({"end": "50㎡"}, "单位不对"),
        ({"start": 10, "end": 5}, "止数不小于起数"),
        ({"start": -1}, "从 0 或更大的数开始"),
        ({"measures": ["hangzhou/compute-vouchr"]}, "是否想写"),
        ({"places": ["hangzou/xihu"]}, "是否想写"),
        ({"together": ["org.revenue_yuan", "premises[0].area_sqm"]}, "单位不同"),
    ],
)
def test_a_range_a_measure_or_a_place_that_is_wrong_is_said(
    corpus: Corpus, options: dict[str, Any], zh: str
) -> None:
    with pytest.raises(BadProfile, match=zh):
        spending(corpus, **options)


def test_an_entity_is_found_by_its_id_and_a_fact_by_its_name(corpus: Corpus) -> None:
    firm = {**FIRM, "contracts": [{"id": "甲", "item": "compute"}, {"id": "乙", "item": "compute"}]}
    found = curve(firm, "contract[乙].paid", corpus)
    assert found.axis.path == "contracts[1].paid_yuan"


def test_what_multiplies_itself_is_refused_with_its_reason(tmp_path: Path) -> None:
    corpus = planted(tmp_path, "increments", "10% of excess of project.cost over previous(project.cost)",
                     "project.cost × (project.cost ÷ org.revenue)")  # fmt: skip
    firm = {"org": {"place": "yunlan", "revenue_yuan": 100}, "projects": [{"cost_yuan": 100}]}
    with pytest.raises(NotLinear, match="请只变动其中一个"):
        curve(firm, "projects[0].cost_yuan", corpus)
    assert catalogue(corpus).bent == ("yunlan/project-growth",)
    share = curve(firm, "org.revenue_yuan", corpus, ["yunlan/revenue-growth"])
    assert share.places[0].measures


def test_figures_are_statuses_of_the_evaluator(corpus: Corpus) -> None:
    line = spending(corpus, measures=[VOUCHER]).line(VOUCHER)
    assert [part.status for part in line.parts][:2] == [Status.INELIGIBLE, Status.ELIGIBLE]
