"""Margins are met exactly, in whole numbers, or it is said why they cannot be."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice.corpus.corpus import shipped
from huice.population.sample import plan, sample
from huice.population.sample.file import load_assumptions
from huice.population.sample.margins import load_margins
from huice.population.sample.rake import BadMargins, Margin, largest_remainder, rake

CORPUS = shipped()
ASSUMED = load_assumptions(CORPUS)


def margin(name: str, numbers: list[int]) -> Margin:
    labels = tuple(f"{name}{at}" for at in range(len(numbers)))
    groups = tuple(range(len(numbers)))
    return Margin((name,), (len(numbers),), labels, tuple(numbers), groups)


def sums(cells: np.ndarray, numbers: np.ndarray, at: int, size: int) -> list[int]:
    found = np.zeros(size, np.int64)
    np.add.at(found, cells[:, at], numbers)
    return [int(one) for one in found]


# --- whole numbers -------------------------------------------------------------------------------


@given(st.data())
def test_two_margins_are_met_in_whole_numbers(data: st.DataObject) -> None:
    """Any two margins of the same total, over a table without empty cells."""
    rows, columns = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    first = data.draw(st.lists(st.integers(0, 500), min_size=rows, max_size=rows))
    total = sum(first)
    weights = data.draw(st.lists(st.integers(0, 9), min_size=columns, max_size=columns))
    second = (
        list(largest_remainder(weights, total)) if sum(weights) else [total] + [0] * (columns - 1)
    )
    cells = np.array(list(product(range(rows), range(columns))), np.int64)
    sampled = np.array(
        data.draw(st.lists(st.integers(1, 1000), min_size=len(cells), max_size=len(cells))),
        np.int64,
    )
    found, _, moved = rake(cells, sampled, [margin("a", first), margin("b", second)])
    assert (found >= 0).all()
    assert sums(cells, found, 0, rows) == first
    assert sums(cells, found, 1, columns) == second
    assert moved < 1


@given(st.data())
def test_margins_of_a_population_that_exists_are_met_whatever_their_number(
    data: st.DataObject,
) -> None:
    """Three margins with empty cells: those of a real table can always be met."""
    sizes = [data.draw(st.integers(1, 4)) for _ in range(3)]
    cells = np.array(list(product(*map(range, sizes))), np.int64)
    many = st.lists(st.integers(0, 30), min_size=len(cells), max_size=len(cells))
    real = np.array(data.draw(many), np.int64)
    sampled = np.where(real > 0, data.draw(st.integers(1, 50)), 0)
    kept = sampled > 0
    if not kept.any():
        return
    margins = [margin(f"v{at}", sums(cells, real, at, size)) for at, size in enumerate(sizes)]
    found, _, _ = rake(cells[kept], sampled[kept], margins)
    for at, size in enumerate(sizes):
        assert sums(cells[kept], found, at, size) == sums(cells, real, at, size)


def test_fitting_keeps_the_odds_of_the_sample() -> None:
    cells = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.int64)
    sampled = np.array([10, 20, 30, 60], np.int64)  # independent: the fitted table is too
    found, rounds, moved = rake(
        cells, sampled, [margin("a", [6000, 4000]), margin("b", [3000, 7000])]
    )
    assert found.tolist() == [1800, 4200, 1200, 2800]
    assert rounds <= 3
    assert moved < 1e-6


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any), st.integers(0, 10**9))
def test_largest_remainder_makes_the_total_within_one(numbers: list[int], total: int) -> None:
    found = largest_remainder(numbers, total)
    whole = sum(numbers)
    assert sum(found) == total
    for got, number in zip(found, numbers, strict=True):
        assert number * total // whole <= got <= number * total // whole + 1


def test_totals_that_differ_are_named() -> None:
    cells = np.array([[0, 0]], np.int64)
    with pytest.raises(BadMargins, match=r"a 合计 5，b 合计 6"):
        rake(cells, np.array([3]), [margin("a", [5]), margin("b", [6])])


def test_a_group_that_the_sample_lacks_is_named() -> None:
    cells = np.array([[0]], np.int64)
    with pytest.raises(BadMargins, match=r"“a1”要 2 家，样本里一家也没有"):
        rake(cells, np.array([3]), [margin("a", [5, 2])])


def test_margins_that_contradict_one_another_are_named() -> None:
    """Everybody of a0 is in b0, so there cannot be more of a0 than of b0."""
    cells = np.array([[0, 0], [1, 0], [1, 1]], np.int64)
    with pytest.raises(BadMargins, match="不能同时满足：a、b"):
        rake(cells, np.array([1, 1, 1]), [margin("a", [7, 3]), margin("b", [4, 6])])


# --- populations ---------------------------------------------------------------------------------

YAML = """
margins:
- of: org.place
  numbers: {hangzhou: 900, shanghai: 1200, shenzhen: 800, rest: 100}
- of: org.size
  numbers: {micro: 1500, small: 900, medium: 350, large: 60, rest: 190}
"""


def written(tmp_path: Path, text: str, name: str = "margins.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_population_meets_its_margins(tmp_path: Path) -> None:
    tables = sample(None, 3, ASSUMED, CORPUS, written(tmp_path, YAML))
    assert tables.orgs.height == 3000
    assert tables.orgs["org_id"].is_unique().all()
    places = dict(tables.orgs["place"].str.split("/").list.first().value_counts().iter_rows())
    assert {city: places[city] for city in ("hangzhou", "shanghai", "shenzhen")} == {
        "hangzhou": 900, "shanghai": 1200, "shenzhen": 800,
    }  # fmt: skip
    assert dict(tables.orgs["size"].value_counts().iter_rows()) == {
        "micro": 1500, "small": 900, "medium": 350, "large": 60, None: 190,
    }  # fmt: skip
    for name, frame in tables.frames.items():
        assert frame.join(tables.orgs, on="org_id", how="anti").height == 0, name
    again = sample(None, 3, ASSUMED, CORPUS, written(tmp_path, YAML))
    assert all(frame.equals(again.frames[name]) for name, frame in tables.frames.items())


def test_a_firm_used_twice_brings_its_children_twice(tmp_path: Path) -> None:
    text = "margins:\n- of: place\n  numbers: {beijing/mentougou: 2000, rest: 0}\n"
    tables = sample(None, 3, ASSUMED, CORPUS, written(tmp_path, text))
    people = tables.frames["people"].group_by("org_id", maintain_order=True).agg(pl.all())
    firms = tables.orgs.select("org_id").join(
        people, on="org_id", how="left", maintain_order="left"
    )
    facts = [*tables.orgs.columns[1:]]
    kinds = pl.concat([tables.orgs.select(facts), firms.drop("org_id")], how="horizontal")
    assert kinds.unique().height < 200


def test_margins_of_another_total_count_as_proportions(tmp_path: Path) -> None:
    tables = sample(1_000, 3, ASSUMED, CORPUS, written(tmp_path, YAML))
    assert tables.orgs.height == 1_000
    assert tables.orgs.filter(pl.col("place").str.starts_with("hangzhou")).height == 300


def test_joint_margins_as_csv_and_as_yaml_are_the_same(tmp_path: Path) -> None:
    text = """
margins:
- of: [org.place, org.size]
  numbers:
    shenzhen: {micro: 30, small: 20, rest: 10}
    rest: {large: 5, rest: 35}
"""
    table = (
        "place,size,number\nshenzhen,micro,30\nshenzhen,small,20\nshenzhen,rest,10\n"
        "rest,large,5\nrest,rest,35\n"
    )
    one = load_margins(written(tmp_path, text), ASSUMED)
    other = load_margins(written(tmp_path, table, "margins.csv"), ASSUMED)
    assert one == other
    assert one[0].total == 100


def test_the_fit_says_what_was_sampled_wanted_and_got(tmp_path: Path) -> None:
    margins = load_margins(written(tmp_path, YAML), ASSUMED)
    made = plan(None, 1, ASSUMED, CORPUS, margins)
    assert made.raking is not None
    fit = made.raking.fit
    assert fit.drawn == 3000
    assert all(row.wanted == row.got for row in fit.rows)
    assert sum(row.sampled for row in fit.rows) == 6000
    assert fit.kept <= fit.drawn
    assert fit.most >= 2


BAD = [
    ("margins:\n- of: org.plaec\n  numbers: {hangzhou: 1}\n", "H002", 2, "是否想写“org.place”"),
    ("margins:\n- of: org.place\n  numbers: {hangzou: 1}\n", "H002", 3, "是否想写“hangzhou"),
    ("margins:\n- of: org.revenue\n  numbers: {a: 1}\n", "H002", 2, "可作边际的事实"),
    ("margins:\n- of: org.place\n  numbers: {hangzhou: 1.5, rest: 1}\n", "H008", 3, "整数"),
    ("margins:\n- of: org.place\n  numbers: {hangzhou: -1, rest: 1}\n", "H008", 3, "整数"),
    (
        "margins:\n- of: org.place\n  numbers: {hangzhou/xihu: 1, hangzhou: 2, rest: 1}\n",
        "H008", 3, "重叠",
    ),
    ("margins: []\n", "H008", 1, "一个边际也没有"),
    ("margin: []\n", "H008", 1, "不认识的键“margin”"),
    ("margins:\n- of: org.place\n", "H008", 2, "缺少“numbers”"),
    ("margins:\n- of: org.place\n  numbers: 3\n", "H008", 3, "键: 值"),
    ("margins:\n- of: org.place\n  numbers: {hangzhou: 1}\n", "H013", 0, "rest"),
    ("", "F012", 0, "空的"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line", "says"), BAD)
def test_a_fault_in_margins_is_located(
    tmp_path: Path, text: str, code: str, line: int, says: str
) -> None:
    with pytest.raises(BadMargins) as caught:
        plan(50, 1, ASSUMED, CORPUS, load_margins(written(tmp_path, text), ASSUMED))
    found = [one for one in caught.value.problems if one.code == code]
    assert found, caught.value.problems
    assert found[0].line == line
    assert says in found[0].text.zh
    assert found[0].text["en"] != found[0].text.zh


BAD_CSV = [
    ("place,count\nhangzhou,1\n", 0, "最后一列是 number"),
    ("place,number\nhangzhou,1\nhangzhou,2\n", 3, "写了两次"),
    ("place,number\nhangzhou,1,2\n", 2, "3 格"),
    ("place,number\nhangzhou,many\n", 2, "整数"),
    ("place,number\nhangzou,1\n", 2, "是否想写"),
]


@pytest.mark.parametrize(("text", "line", "says"), BAD_CSV)
def test_a_fault_in_a_table_of_margins_is_located(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(BadMargins) as caught:
        load_margins(written(tmp_path, text, "m.csv"), ASSUMED)
    assert caught.value.problems[0].line == line
    assert says in caught.value.problems[0].text.zh


def test_margins_that_are_not_there_are_told(tmp_path: Path) -> None:
    for name in ("none.yaml", "none.csv"):
        with pytest.raises(BadMargins) as caught:
            load_margins(tmp_path / name, ASSUMED)
        assert caught.value.problems[0].code == "F001"
