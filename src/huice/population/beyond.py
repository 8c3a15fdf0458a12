"""Firms of which a measure gives more than 64 bits hold, 92 quadrillion yuan: told, and set aside as a whole.

So much only comes of amounts or units that are wrong. As with any faulty row, no figure is guessed and none is
dropped without a word; all other figures stay exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl

from huice.language.text import Fault, Text
from huice.population.axes import brief_money
from huice.population.schema import KEY, ORGS
from huice.population.tables import Tables, rejects
from huice.population.tables.keys import ALONG

LARGEST = 2**63 - 1
"""Fen: the most that a figure of a firm may be."""
CODE = "K022"
_WITHIN = str.maketrans("“”", "‘’")
TOTAL = Text("各事项合计", "the total of all measures")
Found: TypeAlias = Mapping[Any, tuple[Text, int]]
"""By the key of a firm: the title of the measure, or `TOTAL`, and its amount in fen, above `LARGEST`."""


class Beyond(Fault):
    """Firms whose figures do not fit: `firms` says for each one of them, which and how much."""

    def __init__(self, firms: Found) -> None:
        told = said(*next(iter(firms.items())))
        super().__init__(told.zh, told["en"])
        self.firms = dict(firms)


def said(key: object, one: tuple[Text, int]) -> Text:
    """What is said of such a firm."""
    title, fen = one
    if title is not TOTAL:
        title = Text(f"“{title.zh.translate(_WITHIN)}”", f"“{title['en'].translate(_WITHIN)}”")
    most, amount = (
        {lang: brief_money(one, lang) for lang in ("zh", "en")} for one in (LARGEST, fen)
    )
    return Text(
        f"企业 {key} 的{title.zh}算出 {amount['zh']}，超过能精确记录的 {most['zh']}；多半是某个金额多写了零，"
        "或单位写错，请核对这家企业的金额和面积",
        f"{title['en']} of the firm {key} comes to {amount['en']}, more than the {most['en']} that can be kept "
        "exactly; most likely an amount has zeros too many or a wrong unit: check the firm's amounts and areas",
    )


def without(tables: Tables, error: Beyond) -> tuple[Tables, pl.DataFrame]:
    """The other firms, and all rows of these as rejects: of tables in memory the row numbers are not known."""
    gone = pl.Series(KEY, list(error.firms), dtype=tables.orgs.schema[KEY])
    rest = tables.of(tables.orgs.filter(~pl.col(KEY).is_in(gone.implode()))[KEY])
    listed = []
    for name, frame in tables.frames.items():
        own = frame.filter(pl.col(KEY).is_in(gone.implode()))[KEY].to_list()
        listed.append(rejects.rows([_row(name, key, error) for key in own]))
    return rest, rejects.joined(listed)


def narrowed(frame: pl.DataFrame) -> pl.DataFrame:
    """Sums over many firms, of 128 bits, in 64 where they fit."""
    wide = frame.select(pl.col(pl.Int128)).get_columns()
    fit = [one.name for one in wide if one.is_between(-LARGEST, LARGEST).all()]
    return frame.with_columns(pl.col(name).cast(pl.Int64) for name in fit)


def _row(table: str, key: object, error: Beyond) -> dict[str, Any]:
    own = table == ORGS
    reason = said(key, error.firms[key]) if own else ALONG
    return {
        "table": table,
        "org_id": str(key),
        "value": str(error.firms[key][1]) if own else None,
        "code": CODE if own else rejects.WITH,
        "reason_zh": reason.zh,
        "reason_en": reason["en"],
    }
