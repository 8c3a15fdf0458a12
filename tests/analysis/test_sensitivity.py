"""What moves the result most: both ends are the evaluator's, to the fen, and nothing in between is missed."""

from __future__ import annotations

import copy
import random
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

import huice
from huice import BadProfile, Corpus
from huice.analysis.changes import Value
from huice.analysis.sensitivity import Bar, End, Sensitivity, sensitivity
from huice.analysis.svg_parts import width
from huice.analysis.tornado_svg import NARROW, WIDE, tornado
from huice.evaluate.evaluator import at_place, evaluator, read_profile
from huice.language.text import Text
from tests.oracle.generator import random_profile

CORPUS = Corpus.load()
LISTS = {kind.list_key: name for name, kind in CORPUS.vocabulary.kinds.items()}
VOUCHER: dict[str, Any] = {
    "as_of": "2025-06-30",
    "org": {"place": "hangzhou/other", "kind": "enterprise", "size": "small"},
    "people": [],
    "projects": [],
    "premises": [],
    "contracts": [{"id": "算力", "item": "compute", "amount_yuan": 600_000}],
}
AMOUNT = "contracts[0].amount_yuan"


def bar(found: Sensitivity, key: str) -> Bar:
    return next(one for one in found.bars if one.key == key)


def figures(one: End) -> tuple[str, Any, Any]:
    return one.key, one.certain, one.ceiling


def put(profile: Mapping[str, Any], path: str, value: Value) -> dict[str, Any]:
    """The mapping with this value of `contracts[0].paid_yuan` or `org.revenue_yuan`."""
    found = copy.deepcopy(dict(profile))
    where, _, key = path.partition(".")
    if where == "org":
        found.setdefault("org", {})[key] = value
        return found
    name, _, position = where.rstrip("]").partition("[")
    if found.get(name) is None:
        found[name] = [{}]
    found[name][int(position)][key] = value
    return found


def check(seed: int) -> int:
    """Every end of every bar of a random profile, against the evaluator on the profile written anew."""
    given = random_profile(random.Random(seed))
    given.pop("years", None)
    org = given.setdefault("org", {})
    org["place"] = org.get("place") or "shenzhen"
    found = sensitivity(given, CORPUS, settled=True)
    sums = huice.evaluate(given, CORPUS).total
    assert (found.certain, found.ceiling) == (sums.certain, sums.ceiling)
    assert [one.swing for one in found.bars] == sorted(
        (one.swing for one in found.bars), reverse=True
    )
    for one in found.bars:
        assert one.swing > 0
        for end in one.ends:
            total = huice.evaluate(changed(given, one, end), CORPUS).total
            assert (total.certain, total.ceiling) == (end.certain, end.ceiling), (
                seed,
                one.key,
                end,
            )
        if one.kind == "number":
            _nothing_beyond(given, one)
    return len(found.bars)


def changed(given: dict[str, Any], one: Bar, end: End) -> dict[str, Any]:
    found = copy.deepcopy(given)
    match one.kind:
        case "number":
            return put(given, one.key, Fraction(end.key))
        case "choice":
            return put(given, one.key, end.key)
        case "reading":
            id_, _, reading = one.key.rpartition(":")
            found.setdefault("readings", {}).setdefault(id_, {})[reading] = end.key
        case "decision":
            id_ = one.key.removeprefix("decisions:")
            found.setdefault("decisions", {}).setdefault(id_, {})["decision"] = end.key
        case "member":
            path, _, member = one.key.rpartition(":")
            return put(given, path, _member(given, path, member, there=end.key == "yes"))
        case _:
            raise AssertionError(one.kind)
    return found


def _member(given: dict[str, Any], path: str, member: str, *, there: bool) -> Value:
    where, _, key = path.partition(".")
    row = given["org"] if where == "org" else None
    if row is None:
        name, _, position = where.rstrip("]").partition("[")
        row = (given.get(name) or [{}])[int(position)]
    now = row.get(key)
    if key == "records":
        dated = {name: days for name, days in (now or {}).items() if name != member}
        return {**dated, member: (now or {}).get(member) or given["as_of"]} if there else dated
    rest = [one for one in now or [] if one != member]
    return [*rest, member] if there else rest


def _nothing_beyond(given: dict[str, Any], one: Bar) -> None:
    """No number inside the range gives more or less than what is told."""
    low, high = Fraction(one.low.key), Fraction(one.high.key)
    rng = random.Random(one.key)
    ceilings, certains = [e.ceiling for e in one.ends], [e.certain for e in one.ends]
    for _ in range(12):
        number = Fraction(int((low + (high - low) * rng.randrange(101) / 100) * 100), 100)
        if CORPUS.vocabulary.facts and one.key.endswith("cases"):
            number = Fraction(int(number))
        total = huice.evaluate(put(given, one.key, max(number, low)), CORPUS).total
        assert min(ceilings) <= total.ceiling <= max(ceilings), (one.key, number)
        assert min(certains) <= total.certain <= max(certains), (one.key, number)


def test_both_ends_are_the_evaluators_and_nothing_lies_beyond() -> None:
    assert sum(check(seed) for seed in range(12)) > 60


@pytest.mark.long
@pytest.mark.parametrize("block", range(4))
def test_ends_of_many_random_profiles(block: int) -> None:
    for seed in range(100 + 50 * block, 150 + 50 * block):
        check(seed)


def test_a_cliff_inside_the_range_is_told() -> None:
    found = sensitivity(VOUCHER, CORPUS, ranges={AMOUNT: ("40万元", "70万元")})
    one = bar(found, AMOUNT)
    assert figures(one.low) == ("400000", 0, 200_000)
    assert figures(one.high) == ("700000", 0, 210_000)
    assert [figures(end) for end in one.inside] == [
        ("500000.01", 0, 150_000),
        ("500000", 0, 250_000),
    ]
    assert one.ceiling_swing == 100_000
    assert not one.assumed


def test_a_stated_number_varies_by_half_each_way() -> None:
    one = bar(sensitivity(VOUCHER, CORPUS), AMOUNT)
    assert (one.low.key, one.high.key, one.assumed) == ("300000", "900000", True)


def test_an_unknown_number_runs_as_far_as_the_rules_tell_it_apart() -> None:
    given = {
        "as_of": "2025-06-30",
        "org": {"place": "guangzhou/haizhu", "kind": "enterprise", "traits": ["general_model"], "records": {}},
        "contracts": [{"purposes": ["training"], "paid_yuan": 1_000_000}],
        "people": [], "projects": [], "premises": [],
    }  # fmt: skip
    one = bar(sensitivity(given, CORPUS), "org.revenue_yuan")
    assert figures(one.low) == ("0", 0, 0)
    assert figures(one.high) == ("20000000", 500_000, 500_000)
    assert one.now.zh == "未填"


def test_readings_and_decisions_are_bars_too() -> None:
    found = sensitivity(VOUCHER, CORPUS)
    cliff = bar(found, "hangzhou/compute-voucher:cliff")
    assert {cliff.low.key, cliff.high.key} == {"whole_amount", "marginal"}
    assert (cliff.low.ceiling, cliff.high.ceiling) == (180_000, 280_000)
    assert not [
        one for one in sensitivity(VOUCHER, CORPUS, readings=False).bars if one.kind == "reading"
    ]
    platform = {
        "as_of": "2025-06-30",
        "org": {"place": "beijing/etown", "kind": "enterprise", "traits": ["open_source_platform"]},
        "people": [], "projects": [], "premises": [], "contracts": [],
    }  # fmt: skip
    decided = bar(sensitivity(platform, CORPUS), "decisions:beijing/etown-open-source-platform")
    assert (decided.low.key, decided.low.ceiling) == ("refused", 0)
    assert (decided.high.key, decided.high.ceiling) == ("granted", 5_000_000)
    assert [effect.measure for effect in decided.effects] == ["beijing/etown-open-source-platform"]


def test_what_a_firm_does_not_change_is_left_out_unless_asked_for() -> None:
    assert not [one for one in sensitivity(VOUCHER, CORPUS).bars if one.key == "org.kind"]
    assert bar(sensitivity(VOUCHER, CORPUS, settled=True), "org.kind").swing == 180_000


def test_one_place_a_tornado() -> None:
    with pytest.raises(BadProfile, match="一个地点"):
        sensitivity({"org": {"kind": "enterprise"}}, CORPUS)
    moved = sensitivity(VOUCHER, CORPUS, place="shenzhen")
    checked = at_place(read_profile(VOUCHER, CORPUS), "shenzhen")
    assert moved.place == "shenzhen"
    assert moved.ceiling == huice.evaluate(checked, CORPUS).total.ceiling
    assert evaluator(CORPUS) is evaluator(CORPUS)


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ({AMOUNT: ("80万元", "20万元")}, "从小到大"),
        ({"contracts[3].paid_yuan": (0, 1)}, "contracts"),
        ({"contracts[0].price": (0, 1)}, "price"),
        ({AMOUNT: ("很多", "20万元")}, "很多"),
    ],
)
def test_a_range_that_cannot_be_used_is_refused(
    ranges: dict[str, tuple[object, object]], said: str
) -> None:
    with pytest.raises(BadProfile, match=said):
        sensitivity(VOUCHER, CORPUS, ranges=ranges)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_drawing_is_well_formed_and_no_text_leaves_it(lang: str, narrow: bool) -> None:
    named = {**VOUCHER, "contracts": [{**VOUCHER["contracts"][0], "id": "a<b & “c”"}]}
    found = sensitivity(named, CORPUS, settled=True)
    drawn = tornado(found, Text("杭州其他区", "Hangzhou, other"), lang, narrow=narrow)
    root = ET.fromstring(drawn)  # noqa: S314  # our own drawing
    wide = NARROW if narrow else WIDE
    space = "{http://www.w3.org/2000/svg}"
    for one in root.iter(f"{space}text"):
        size = {"title": 15, "tick": 12}.get(one.get("class") or "", 13)
        x, long = float(one.get("x") or 0), width(one.text or "", size)
        left = {"end": x - long, "middle": x - long / 2}.get(one.get("text-anchor") or "", x)
        assert left >= 0, one.text
        assert left + long <= wide + 1, one.text
    rows = [one.text for one in root.iter(f"{space}text")]
    assert any("a<b & “c”" in (row or "") for row in rows)
    assert len(list(root.iter(f"{space}rect"))) >= len(found.top())


def test_the_result_is_ready_for_json() -> None:
    data = sensitivity(VOUCHER, CORPUS).to_dict()
    assert data["schema"] == "huice/sensitivity/1"
    assert data["bars"][0]["low"]["ceiling_yuan"].isdecimal()
