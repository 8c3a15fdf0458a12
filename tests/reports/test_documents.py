"""What reports say in words: nothing is obeyed, nothing is missing, nothing is in the wrong language."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import Any

import pytest

from huice import Corpus, Result, compare, evaluate
from huice.language.text import Fault
from huice.reports import FORMATS, credit_code, typeset, workbook
from tests.reports.reading import (
    HAZARDS,
    PERSONAS,
    READY,
    book,
    chinese,
    docx_text,
    entries,
    formats,
    of_persona,
    pdf_text,
    solid,
)

NOWHERE = {"as_of": "2025-06-30", "org": {"place": "other", "kind": "enterprise"}}


def text_of(name: str, data: bytes) -> str:
    if name == "xlsx":
        return "\n".join(
            str(cell.value) for sheet in book(data) for row in sheet for cell in row if cell.value
        )
    if name == "docx":
        return docx_text(data)
    return pdf_text(data) if name == "pdf" else data.decode("utf-8-sig")


@pytest.mark.parametrize("name", formats(*FORMATS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_result_is_the_same_bytes(name: str, lang: str, corpus: Corpus) -> None:
    made = [
        FORMATS[name].render(*of_persona("xuhui-new-firm/base", corpus, lang), lang)
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_many_clients_are_the_same_bytes(corpus: Corpus) -> None:
    rows = of_persona("xuhui-new-firm/base", corpus)[1].rows
    assert workbook(row.result for row in rows) == workbook(row.result for row in rows)


@pytest.mark.parametrize("name", formats("docx", "pdf", "ics", "csv", "json"))
def test_text_of_a_profile_is_shown_never_obeyed(name: str, corpus: Corpus) -> None:
    profile = PERSONAS["vertical-sme-hangzhou/480k"][1]
    first = profile["contracts"][0]
    contracts = [{**first, "id": text} for text in HAZARDS]
    given = {**profile, "name": " ".join(HAZARDS), "contracts": contracts}
    data = FORMATS[name].render(evaluate(given, corpus), compare(given, corpus))
    text = text_of(name, data)
    if name in {"docx", "pdf"}:
        for hazard in HAZARDS:
            assert solid(text).count(solid(hazard)) > 1, "in the firm's name and at its contract"
    if name == "csv":
        for row in csv.reader(StringIO(text)):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    if name == "ics":
        assert all(str(entry["uid"]).endswith("@huice") for entry in entries(data))


def test_a_line_break_in_a_name_opens_no_entry(corpus: Corpus) -> None:
    name = "x\r\nBEGIN:VEVENT\r\nSUMMARY:y\r\nEND:VEVENT"
    plain, bad = (
        evaluate({**PERSONAS["haizhu-filed-model/base"][1], "name": each}, corpus)
        for each in ("x", name)
    )
    one, other = (FORMATS["ics"].render(each) for each in (plain, bad))
    assert len(entries(one)) == len(entries(other)) > 0


def test_control_characters_break_no_file(corpus: Corpus) -> None:
    given = {**PERSONAS["haizhu-filed-model/base"][1], "name": "a\x00b\x0bc"}
    result = evaluate(given, corpus)
    for name in READY:
        assert text_of(name, FORMATS[name].render(result))


@pytest.mark.parametrize("name", formats(*FORMATS))
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", ["nothing asked", "nothing applies", "nothing known"])
def test_results_with_nothing_in_them(name: str, lang: str, case: str, corpus: Corpus) -> None:
    result = {
        "nothing asked": lambda: evaluate(NOWHERE, corpus, measures=[]),
        "nothing applies": lambda: evaluate(NOWHERE, corpus),
        "nothing known": lambda: evaluate({"as_of": "2025-06-30"}, corpus),
    }[case]()
    text = text_of(name, FORMATS[name].render(result, None, lang))
    assert corpus.version in text or name == "ics" or case == "nothing asked"
    assert workbook([], lang)


def test_what_the_text_does_not_state_is_never_0(corpus: Corpus) -> None:
    result, comparison = of_persona("xuhui-new-firm/base", corpus)
    one = result.measure("shanghai/xuhui-opinion-comprehensive")
    assert one.ceiling is None
    for name in {"xlsx", "docx", "pdf", "csv"} & set(READY):
        text = solid(text_of(name, FORMATS[name].render(result, comparison)))
        assert "金额未公布" in text
    row = next(
        row
        for row in book(FORMATS["xlsx"].render(result))["明细"].iter_rows(min_row=5)
        if row[-1].value == one.id
    )
    assert row[5].value == "金额未公布"


def test_an_amount_that_is_not_given_says_so(corpus: Corpus) -> None:
    profile = PERSONAS["vertical-sme-hangzhou/480k"][1]
    bare = [
        {k: v for k, v in one.items() if not k.endswith("_yuan")} for one in profile["contracts"]
    ]
    result = evaluate({**profile, "contracts": bare}, corpus)
    for name in {"xlsx", "docx", "pdf", "csv"} & set(READY):
        assert "取决于未填的金额" in solid(text_of(name, FORMATS[name].render(result)))


# --- language ---------------------------------------------------------------------------------------------


def quoted(result: Result) -> list[str]:
    """What an English report quotes in Chinese: the sentences, official titles and numbers of documents."""
    corpus = result.corpus
    quotes = [measure.text for measure in corpus.measures]
    quotes += [text for c in corpus.cautions for text in (c.says["en"], c.title, c.url)]
    return sorted((solid(quote) for quote in quotes), key=len, reverse=True)


def outside_quotes(text: str, result: Result) -> list[str]:
    text = solid(text)
    for quote in quoted(result):
        text = text.replace(quote, "")
    return chinese(text)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", formats("docx", "pdf", "ics", "csv", "xlsx"))
def test_english_holds_chinese_in_quotes_only(persona: str, name: str, corpus: Corpus) -> None:
    result, comparison = of_persona(persona, corpus, "en")
    data = FORMATS[name].render(result, comparison, "en")
    if name == "pdf":  # a page break may fall into a quote
        text = re.sub(r"Page\s*\d+\s*of\s*\d+", "", text_of(name, data))
        header = f"{result.name}\nRules"
        text = "".join(part.partition("as of")[2][11:] or part for part in text.split(header))
    elif name == "ics":
        text = "\n".join(
            re.sub(r"Text: “.*”", "", str(entry["description"])) + str(entry["summary"])
            for entry in entries(data)
        )
    elif name == "xlsx":
        text = "\n".join(
            str(cell.value)
            for sheet in book(data)
            for row in sheet
            for cell in row
            if cell.value and not in_text_column(sheet, cell)
        )
    else:
        text = text_of(name, data)
    assert outside_quotes(text, result) == []


def in_text_column(sheet: Any, cell: Any) -> bool:
    """Whether a cell stands under a title that says that it is the text of the policy."""
    title = str(sheet.cell(4, cell.column).value)
    return title in {"Text of the policy", "Numbers of the text"}


# --- what else a report needs ---------------------------------------------------------------------------


def test_without_a_chinese_font_there_is_a_clear_error() -> None:
    with pytest.raises(typeset.NoChineseFont) as told:
        typeset.chinese(["Libertinus Serif", "DejaVu Sans"])
    assert "fonts-noto-cjk" in told.value.text.zh
    assert "fonts-noto-cjk" in told.value.text.en
    serif, sans = typeset.chinese(["WenQuanYi Zen Hei"])
    assert serif == sans == ["WenQuanYi Zen Hei"]


def test_credit_codes() -> None:
    assert credit_code(" 91110000802100433b ") == "91110000802100433B"
    assert credit_code("") == ""
    for wrong in ("91110000802100433C", "9111000080210043", "91110000802I00433B"):
        with pytest.raises(Fault):
            credit_code(wrong)


def test_the_cover_bears_firm_and_code(corpus: Corpus) -> None:
    result, comparison = of_persona("xuhui-new-firm/base", corpus)
    for name in {"docx", "pdf", "xlsx"} & set(READY):
        data = FORMATS[name].render(result, comparison, "zh", "91110000802100433B")
        text = text_of(name, data)
        assert "91110000802100433B" in text
        assert solid(result.name) in solid(text)


def test_every_format_says_what_it_is() -> None:
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.suffix == f".{name}"
        assert "/" in form.media_type
        assert form.title.zh
        assert form.title.en
