"""The formulas of the workbook give the engine's figures, also after an input is changed."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from huice import Corpus, compare, evaluate
from huice.evaluate.outcome import PAYING
from huice.reports.book import LARGEST
from huice.reports.excel import xlsx
from huice.reports.formulas import Pair as Both
from huice.reports.formulas import Term, ladder, number
from tests.oracle import MEASURES, random_profile
from tests.reports.reading import (
    HAZARDS,
    PERSONAS,
    book,
    needs_office,
    of_persona,
    recomputed,
    rows,
)  # fmt: skip

DIFFERENCES = slice(11, 13)


def differences(made: Any) -> Iterator[tuple[str, Any]]:
    """Every difference between a formula and the engine, with its row."""
    for row in rows(made["计算"]):
        for cell in row[DIFFERENCES]:
            if cell.value not in (None, "—"):
                yield f"{cell.coordinate} {[other.value for other in row[:11]]}", cell.value


CONTRACTS = PERSONAS["vertical-sme-hangzhou/480k"][1]["contracts"]
CHANGED = [{**CONTRACTS[0], "amount_yuan": 900_000, "paid_yuan": 900_000}, *CONTRACTS[1:]]
FORGOTTEN = [
    {key: value for key, value in contract.items() if not key.endswith("_yuan")}
    for contract in CONTRACTS
]


@pytest.fixture(scope="module")
def worked(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every persona's workbook with its formulas worked out anew, and one with other inputs."""
    files = {name: xlsx(*of_persona(name, corpus)) for name in PERSONAS}
    plain = files["vertical-sme-hangzhou/480k"]
    others: dict[str, dict[str, int | None]] = {
        "changed": {"contract_1_amount": 900_000, "contract_1_paid": 900_000},
        "cleared": {f"contract_{n}_{key}": None for n in (1, 2) for key in ("amount", "paid")},
    }
    for name, values in others.items():
        made = book(plain, values=False)
        set_inputs(made, **values)
        files[name] = saved(made)
    return recomputed(files, tmp_path_factory.mktemp("worked"))


@needs_office
def test_formulas_of_every_persona_give_the_figures_of_the_engine(worked: dict[str, Any]) -> None:
    checked = 0
    for name in PERSONAS:
        found = list(differences(worked[name]))
        assert [one for one in found if one[1] != 0] == []
        checked += len(found)
        for sheet in worked[name]:
            assert not [c.coordinate for row in sheet for c in row if str(c.value).startswith("#")]
    assert checked > 200


@needs_office
@pytest.mark.long
def test_formulas_of_random_profiles_give_the_figures_of_the_engine(
    corpus: Corpus, tmp_path: Path
) -> None:
    files = {
        f"{id_}-{seed}": xlsx(evaluate(random_profile(random.Random(f"{id_} {seed}"), id_), corpus))
        for id_ in MEASURES
        for seed in range(4)
    }
    for name, made in recomputed(files, tmp_path).items():
        assert [(name, *one) for one in differences(made) if one[1] != 0] == []


@needs_office
def test_a_changed_input_is_worked_through(corpus: Corpus, worked: dict[str, Any]) -> None:
    """900,000 yuan pass the 500,000 of the ladder: the lower rate applies, as the engine says."""
    profile = PERSONAS["vertical-sme-hangzhou/480k"][1]
    wanted = evaluate({**profile, "contracts": CHANGED}, corpus)
    assert totals(worked["changed"]) == {
        one.measure.title.zh: (one.ceiling, one.certain) for one in wanted.of_status(*PAYING)
    }


@needs_office
def test_an_input_that_is_cleared_is_unknown_not_0(corpus: Corpus, worked: dict[str, Any]) -> None:
    profile = PERSONAS["vertical-sme-hangzhou/480k"][1]
    wanted = evaluate({**profile, "contracts": FORGOTTEN}, corpus)
    one = wanted.measure("hangzhou/compute-voucher")
    assert one.ceiling is None
    ceiling, _ = totals(worked["cleared"])[one.measure.title.zh]
    assert ceiling >= 1e50, "no bound: the pool is no promise"


def set_inputs(made: Any, **values: Any) -> None:
    """Writes values into the input cells of these names."""
    cells = {row[6].value: row[2] for row in rows(made["输入"])}
    for name, value in values.items():
        cells[name].value = value


def saved(made: Any) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def totals(made: Any) -> dict[str, tuple[Any, Any]]:
    """Ceiling and certain of each measure as the formulas have them."""
    return {
        row[0].value: (row[7].value, row[8].value)
        for row in rows(made["计算"])
        if row[3].value == "合计" and str(row[4].value).endswith("：合计")
    }


def test_calculation_is_live_over_named_cells(corpus: Corpus) -> None:
    result, _ = of_persona("xuhui-new-firm/base", corpus)
    made = book(xlsx(result), values=False)
    names = set(made.defined_names)
    formulas = [
        str(cell.value)
        for row in rows(made["计算"])
        for cell in row
        if str(cell.value).startswith("=")
    ]
    used = {word for one in formulas for word in re.findall(r"[a-z]+_[a-z0-9_]+", one)}
    assert used
    assert used <= names
    assert any(re.fullmatch(r"=MIN\([HI]\d+,G\d+\)", one) for one in formulas)
    assert any(re.fullmatch(r"=H\d+\*G\d+", one) for one in formulas)


def test_a_ladder_is_nested_ifs(corpus: Corpus) -> None:
    result, _ = of_persona("vertical-sme-hangzhou/480k", corpus)
    made = book(xlsx(result), values=False)
    formulas = [str(cell.value) for row in rows(made["计算"]) for cell in row]
    assert any(re.fullmatch(r"=IF\(F\d+=1,H\d+,IF\(F\d+=0,.*", one) for one in formulas)


def test_a_ladder_that_may_reach_no_rung_may_pay_nothing() -> None:
    rung = Both(Term("5"), Term("7"))
    assert ladder([]) == Both(Term("0"), Term("0"))
    assert ladder([(Term("1"), rung)]) == rung
    assert ladder([(Term("0.5"), rung)]) == Both(Term("MIN(5,0)"), Term("MAX(7,0)"))


def test_every_row_of_workings_has_quote_and_document(corpus: Corpus) -> None:
    result, _ = of_persona("xuhui-new-firm/base", corpus)
    for row in rows(book(xlsx(result))["计算"]):
        title = row[0].value
        if title:
            one = next(one for one in result.measures if one.measure.title.zh == title)
            assert row[14].value == one.measure.text
            assert corpus.document(one.measure.document).title.zh in row[15].value


@pytest.mark.parametrize("fen", [1, 10**7 + 1, 123_456_789_012_345, LARGEST - 1, LARGEST])
def test_amounts_up_to_2_to_the_53_fen_are_exact(fen: int, corpus: Corpus) -> None:
    paid = Decimal(fen) / 100
    profile = {
        "as_of": "2025-06-30",
        "org": {"place": "guangzhou/huangpu"},
        "contracts": [{"amount_yuan": str(paid), "paid_yuan": str(paid)}],
    }
    if paid > 10**14:
        pytest.skip("a profile holds no larger amount")
    with zipfile.ZipFile(BytesIO(xlsx(evaluate(profile, corpus)))) as archive:
        inputs = archive.read("xl/worksheets/sheet3.xml").decode()
    shown = f"{paid:f}".rstrip("0").rstrip(".") if paid % 1 else str(int(paid))
    assert f"<v>{shown}</v>" in inputs


def test_constants_are_exact_decimals_or_fractions() -> None:
    assert [number(Fraction(*pair)).text for pair in ((3, 10), (1, 3), (-5, 4), (7, 1))] == [
        "0.3", "1/3", "-1.25", "7",
    ]  # fmt: skip
    assert number(None).text == "UNBOUNDED"


@pytest.mark.parametrize("text", HAZARDS)
def test_no_text_of_a_profile_becomes_a_formula(text: str, corpus: Corpus) -> None:
    title, profile = PERSONAS["vertical-sme-hangzhou/480k"]
    contracts = [{**one, "id": text + str(at)} for at, one in enumerate(profile["contracts"])]
    given = {**profile, "name": text, "contracts": contracts}
    data = xlsx(evaluate(given, corpus), compare(given, corpus))
    made = book(data, values=False)
    for sheet in made:
        for row in sheet:
            for cell in row:
                if cell.data_type == "f":
                    assert text not in cell.value
                assert cell.hyperlink is None
    assert made["汇总"]["A1"].value == text
    assert made["汇总"]["A1"].data_type == "s"
    assert title["zh"] != text


def test_sheets_are_set_up_for_paper(corpus: Corpus) -> None:
    made = book(xlsx(*of_persona("xuhui-new-firm/base", corpus)))
    assert made.sheetnames == [
        "汇总", "明细", "输入", "计算", "条件", "待确认", "日历", "五城对比", "读法与假设", "核对提示", "版本",
    ]  # fmt: skip
    for sheet in made:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.print_area
        assert corpus.digest in sheet.oddHeader.right.text
        if sheet.title != "汇总":
            assert sheet.freeze_panes
