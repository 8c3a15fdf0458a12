"""The same figures in every format, for every persona, in both languages."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest

from huice import Corpus
from huice.evaluate.outcome import PAYING, Status
from huice.evaluate.result import decimal
from huice.language.money import wan, yuan
from huice.reports import FORMATS, coming, words, workbook
from tests.reports.reading import (
    PERSONAS,
    amount,
    book,
    docx_text,
    entries,
    formats,
    of_persona,
    pdf_text,
    rows,
    solid,
)

LANGS = ("zh", "en")


def exact(value: Fraction | int | None) -> Decimal | None:
    text = decimal(value)
    return None if text is None else Decimal(text)


@pytest.fixture(params=PERSONAS, ids=list(PERSONAS))
def persona(request: Any) -> str:
    return str(request.param)


@pytest.mark.parametrize("lang", LANGS)
def test_workbook(persona: str, lang: str, corpus: Corpus) -> None:
    result, comparison = of_persona(persona, corpus, lang)
    made = book(FORMATS["xlsx"].render(result, comparison, lang))
    found = {}
    for row in rows(made["明细" if lang == "zh" else "Measures"]):
        cells = [cell.value for cell in row]
        found[cells[-1]] = cells
    assert list(found) == [one.id for one in result.of_status(*Status)]
    for one in result.measures:
        cells = found[one.id]
        assert cells[0] == words.status_word(one)[lang]
        assert amount(cells[4]) == exact(one.certain)
        assert amount(cells[5]) == exact(one.ceiling)
        assert amount(cells[6]) == exact(one.clause_cap)
        if one.ceiling is None:
            assert cells[5] == words.why_unstated(one)[lang]
        assert cells[9] == one.measure.text
    grand = list(rows(made["计算" if lang == "zh" else "Workings"]))[-1]
    assert [amount(cell.value) for cell in grand[7:11]] == [
        exact(result.total.ceiling), exact(result.total.certain),
    ] * 2  # fmt: skip
    places = [
        (row[1].value, amount(row[2].value), amount(row[3].value))
        for row in rows(made["五城对比" if lang == "zh" else "Places"])
    ]
    assert places == [
        (
            words.place_name(corpus, each.place)[lang],
            exact(each.result.total.certain), exact(each.result.total.ceiling),
        )
        for each in comparison.ranked()
    ]  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", formats("docx", "pdf"))
def test_documents(persona: str, name: str, lang: str, corpus: Corpus) -> None:
    result, comparison = of_persona(persona, corpus, lang)
    data = FORMATS[name].render(result, comparison, lang)
    text = solid(docx_text(data) if name == "docx" else pdf_text(data))
    total = result.total
    assert solid(wan(total.certain, lang)) in text
    assert solid(wan(total.ceiling, lang)) in text
    for one in result.of_status(*PAYING):
        start = text.rindex(solid(one.measure.title[lang] + one_line(one, corpus, lang)))
        mine = text[start : start + 900] if name == "pdf" else text
        for value in (
            words.CERTAIN[lang] + wan(one.certain, lang),
            words.CEILING[lang] + words.ceiling_word(one, lang),
            words.CLAUSE_CAP[lang] + words.cap_word(one.clause_cap, lang),
        ):
            assert solid(value) in mine
        for step in one.steps:
            shown = yuan(step.high, lang) if step.high is not None else None
            if step.kind != "rate" and shown is not None:
                assert solid(shown) in text
            assert solid(step.label[lang]) in text
        assert solid(one.measure.text) in text
    for row in comparison.rows:
        assert solid(words.place_name(corpus, row.place)[lang]) in text
        assert solid(wan(row.result.total.ceiling, lang)) in text
    for stated in (corpus.version, corpus.digest, result.profile.as_of.isoformat()):
        assert stated in text


def one_line(one: Any, corpus: Corpus, lang: str) -> str:
    """What stands under the title of a measure."""
    level = words.level(corpus, one.measure)[lang]
    return f"{level} · {words.GIVES[one.measure.gives][lang]} · {one.id}"


@pytest.mark.parametrize("lang", LANGS)
def test_csv_and_json(persona: str, lang: str, corpus: Corpus) -> None:
    result, comparison = of_persona(persona, corpus, lang)
    data = FORMATS["csv"].render(result, comparison, lang)
    assert data.startswith(b"\xef\xbb\xbf")
    _, *listed = csv.reader(StringIO(data.decode("utf-8-sig")))
    found = {row[0]: row for row in listed}
    for one in result.measures:
        row = found[one.id]
        assert Decimal(row[5]) == exact(one.certain)
        assert row[6] == (decimal(one.ceiling) or words.why_unstated(one)[lang])
        assert row[7] == (decimal(one.clause_cap) or words.NO_CAP[lang])
        assert row[13:] == [result.profile.as_of.isoformat(), corpus.version, corpus.digest]
    assert json.loads(FORMATS["json"].render(result, comparison, lang)) == result.to_dict()


@pytest.mark.parametrize("lang", LANGS)
def test_calendar(persona: str, lang: str, corpus: Corpus) -> None:
    result, comparison = of_persona(persona, corpus, lang)
    found = entries(FORMATS["ics"].render(result, comparison, lang))
    assert [(str(entry["summary"]), entry["dtstart"].dt) for entry in found] == [
        (event.title[lang], event.day) for event in coming(result)
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_many_clients_in_one_workbook(lang: str, corpus: Corpus) -> None:
    results = [row.result for name in PERSONAS for row in of_persona(name, corpus, lang)[1].rows]
    made = book(workbook(results, lang))
    clients = list(rows(made["客户" if lang == "zh" else "Clients"]))
    assert [(amount(row[2].value), amount(row[3].value)) for row in clients] == [
        (exact(result.total.certain), exact(result.total.ceiling)) for result in results
    ]
    measures = list(rows(made["明细" if lang == "zh" else "Measures"]))
    expected = [one for result in results for one in result.of_status(*Status) if one.here]
    assert [(row[12].value, amount(row[5].value), amount(row[6].value)) for row in measures] == [
        (one.id, exact(one.certain), exact(one.ceiling)) for one in expected
    ]
