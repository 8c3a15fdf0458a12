"""Six measures written by hand: as one SQL query for DuckDB, and as fused loops (numba).

The loop over flat columns is the nearest thing to the limit: everything is aggregated beforehand, in whole fen,
and each firm is looked at once. The other loop adds up each firm's contracts itself, as we do, from codes and
bits. The query does its own joins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numba
import numpy as np
import polars as pl

from .peers.flatten import Row

SIX = (
    "hangzhou/compute-voucher",
    "shanghai/corpus-voucher",
    "beijing/etown-model-voucher",
    "beijing/mtg-compute",
    "shenzhen/corpus",
    "guangzhou/haizhu-model-optimisation",
)
Array = np.ndarray[Any, Any]
_PLACES = (
    "hangzhou",
    "shanghai",
    "beijing/etown",
    "beijing/mentougou",
    "shenzhen",
    "guangzhou/haizhu",
)
_SUMS = (
    "compute_amount",
    "compute_paid",
    "model_paid",
    "corpus_unrelated_amount",
    "model_self_controlled_paid",
    "compute_district_amount",
    "corpus_exchange_amount",
    "model_operation_paid",
    "revenue_yuan",
)
QUERY = """
with c as (
  select org_id,
    sum(case when item = 'compute' then amount_fen end) as compute_amount,
    sum(case when item = 'compute' then paid_fen else 0 end) as compute_paid,
    sum(case when item = 'model' then paid_fen else 0 end) as model_paid,
    sum(case when item = 'corpus' and unrelated and developing then amount_fen else 0 end)
      as unrelated_corpus,
    sum(case when item = 'model' and self_controlled then paid_fen else 0 end) as self_controlled,
    sum(case when item = 'compute' and mode in ('purchase', 'rent') and district then amount_fen else 0 end)
      as district_compute,
    sum(case when item = 'corpus' and unrelated and exchanged and developing then amount_fen else 0 end)
      as exchanged_corpus,
    sum(case when operating then paid_fen else 0 end) as operation
  from (
    select *, list_contains(traits, 'unrelated_supplier') as unrelated,
      list_contains(traits, 'self_controlled_base_model') as self_controlled,
      list_contains(traits, 'district_compute') as district,
      list_contains(traits, 'via_data_exchange') as exchanged,
      list_has_any(purposes, ['inference', 'training', 'tuning']) as operating,
      list_has_any(purposes, ['training', 'tuning', 'rnd', 'application', 'vertical_application',
        'agent']) as developing
    from contracts
  )
  group by org_id
)
select o.org_id,
  case when starts_with(o.place, 'hangzhou/') and o.kind = 'enterprise' then least(25000000000,
    (case when coalesce(compute_amount, 0) <= 50000000 and o.size <> 'large' then 50 else 30 end
      * coalesce(compute_paid, 0)
     + 30 * coalesce(model_paid, 0)) // 100) else 0 end as a,
  case when starts_with(o.place, 'shanghai/')
    then least(500000000, 30 * coalesce(unrelated_corpus, 0) // 100) else 0 end as b,
  case when o.place = 'beijing/etown' and o.kind = 'enterprise'
    then least(500000000, 50 * coalesce(self_controlled, 0) // 100) else 0 end as c,
  case when o.place = 'beijing/mentougou' and o.kind = 'enterprise'
    then least(100000000, 10 * coalesce(district_compute, 0) // 100) else 0 end as d,
  case when o.place = 'shenzhen' and o.kind = 'enterprise'
    then least(200000000, 30 * coalesce(exchanged_corpus, 0) // 100) else 0 end as e,
  case when o.place = 'guangzhou/haizhu' and o.kind = 'enterprise'
      and list_has_any(o.traits, ['general_model', 'vertical_model'])
      and (o.revenue_fen >= 2000000000 or len(list_filter(o.records,
        lambda x: x.date <= date '2025-12-31' and x.name in
        ('cac_genai_filing', 'cac_algorithm_filing', 'cac_deep_synthesis_filing'))) > 0)
    then least(150000000, 50 * coalesce(operation, 0) // 100) else 0 end as f
from orgs o left join c using (org_id)
"""


def by_duckdb(orgs: pl.DataFrame, contracts: pl.DataFrame, *, sums: bool) -> Any:
    """Ceilings in fen, firm by firm in the order of keys, or their sums alone."""
    with duckdb.connect() as connection:
        connection.register("orgs", orgs.to_arrow())
        connection.register("contracts", contracts.to_arrow())
        if sums:
            return _summed(connection)
        return pl.from_arrow(connection.sql(f"{QUERY} order by 1").to_arrow_table())  # our own text


def by_duckdb_files(folder: str) -> Any:
    """The sums of the ceilings, from Parquet files."""
    with duckdb.connect() as connection:
        for name in ("orgs", "contracts"):
            connection.read_parquet(f"{folder}/{name}/*.parquet").create_view(name)
        return _summed(connection)


def _summed(connection: duckdb.DuckDBPyConnection) -> Any:
    names = ", ".join(f"sum({name})" for name in "abcdef")
    return connection.execute(f"select {names} from ({QUERY})").fetchone()  # noqa: S608  # our own text


def flat_columns(rows: Sequence[Row]) -> dict[str, Array]:
    """The columns of the fused loop: whole fen, codes and flags."""
    found: dict[str, Array] = {
        name: np.array([int(row[name] * 100) for row in rows], dtype=np.int64) for name in _SUMS
    }
    found["place"] = np.array([_place(row["place"]) for row in rows], dtype=np.int8)
    found["enterprise"] = np.array([row["kind"] == "enterprise" for row in rows])
    found["large"] = np.array([row["size"] == "large" for row in rows])
    found["llm"] = np.array(
        [row["trait_general_model"] or row["trait_vertical_model"] for row in rows]
    )
    found["filed"] = np.array(
        [
            row["record_cac_genai_filing"]
            or row["record_cac_algorithm_filing"]
            or row["record_cac_deep_synthesis_filing"]
            for row in rows
        ]
    )
    return found


def _place(place: str) -> int:
    inside = [n for n, one in enumerate(_PLACES) if place == one or place.startswith(one + "/")]
    return inside[0] if inside else -1


def by_kernel(columns: Mapping[str, Array], *, sums: bool) -> Any:
    """Ceilings in fen of the six measures, firm by firm, or their sums alone."""
    given = [columns[name] for name in ("place", "enterprise", "large", "llm", "filed", *_SUMS)]
    return _sums(*given) if sums else _rows(*given)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]  # numba carries no types
def _one(  # noqa: PLR0913, PLR0917  # all columns of a firm
    place: Any, enterprise: Any, large: Any, llm: Any, filed: Any, compute_amount: Any,
    compute_paid: Any, model_paid: Any, corpus: Any, controlled: Any, district: Any,
    exchanged: Any, operation: Any, revenue: Any,
) -> Any:  # fmt: skip
    """Which of the six may pay, and how much."""
    if place == 0 and enterprise:
        rate = 50 if compute_amount <= 50_000_000 and not large else 30
        return 0, min(25_000_000_000, (rate * compute_paid + 30 * model_paid) // 100)
    if place == 1:
        return 1, min(500_000_000, 30 * corpus // 100)
    if place == 2 and enterprise:
        return 2, min(500_000_000, 50 * controlled // 100)
    if place == 3 and enterprise:
        return 3, min(100_000_000, 10 * district // 100)
    if place == 4 and enterprise:
        return 4, min(200_000_000, 30 * exchanged // 100)
    if place == 5 and enterprise and llm and (filed or revenue >= 2_000_000_000):
        return 5, min(150_000_000, 50 * operation // 100)
    return 0, 0


@numba.njit(cache=True)  # type: ignore[untyped-decorator]  # numba carries no types
def _rows(  # noqa: PLR0913, PLR0917  # all columns of a firm
    place: Any, enterprise: Any, large: Any, llm: Any, filed: Any, a: Any, b: Any, c: Any, d: Any,
    e: Any, f: Any, g: Any, h: Any, i: Any,
) -> Any:  # fmt: skip
    found = np.zeros((6, len(place)), dtype=np.int64)
    for n in range(len(place)):
        which, much = _one(
            place[n], enterprise[n], large[n], llm[n], filed[n], a[n], b[n], c[n], d[n], e[n],
            f[n], g[n], h[n], i[n],
        )  # fmt: skip
        found[which, n] = much
    return found


@numba.njit(cache=True)  # type: ignore[untyped-decorator]  # numba carries no types
def _sums(  # noqa: PLR0913, PLR0917  # all columns of a firm
    place: Any, enterprise: Any, large: Any, llm: Any, filed: Any, a: Any, b: Any, c: Any, d: Any,
    e: Any, f: Any, g: Any, h: Any, i: Any,
) -> Any:  # fmt: skip
    found = np.zeros(6, dtype=np.int64)
    for n in range(len(place)):
        which, much = _one(
            place[n], enterprise[n], large[n], llm[n], filed[n], a[n], b[n], c[n], d[n], e[n],
            f[n], g[n], h[n], i[n],
        )  # fmt: skip
        found[which] += much
    return found


# --- the same from the contracts ----------------------------------------------------------------------------

_ITEMS = ("compute", "model", "corpus")
_MODES = ("purchase", "rent")
_BITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "unrelated": ("traits", ("unrelated_supplier",)),
    "controlled": ("traits", ("self_controlled_base_model",)),
    "district": ("traits", ("district_compute",)),
    "exchanged": ("traits", ("via_data_exchange",)),
    "operating": ("purposes", ("inference", "training", "tuning")),
    "developing": (
        "purposes",
        ("training", "tuning", "rnd", "application", "vertical_application", "agent"),
    ),
}
UNRELATED, CONTROLLED, DISTRICT, EXCHANGED, OPERATING, DEVELOPING = (1 << n for n in range(6))
WHOLLY_UNRELATED, WHOLLY_EXCHANGED = UNRELATED | DEVELOPING, UNRELATED | EXCHANGED | DEVELOPING


def contract_columns(orgs: pl.DataFrame, contracts: pl.DataFrame) -> dict[str, Array]:
    """The contracts of each firm, in its order: codes, bits, whole fen, and where each firm's begin."""
    at = orgs.select("org_id").with_row_index("at")
    rows = contracts.join(at, on="org_id", how="left", maintain_order="left").sort(
        "at", maintain_order=True
    )
    bits = pl.lit(0, dtype=pl.UInt8)
    for number, (column, members) in enumerate(_BITS.values()):
        test = pl.any_horizontal(pl.col(column).list.contains(one) for one in members)
        bits |= test.fill_null(value=False).cast(pl.UInt8) * (1 << number)
    item, mode = (
        pl.col(name).replace_strict(
            {one: n + 1 for n, one in enumerate(known)}, default=0, return_dtype=pl.UInt8
        )
        for name, known in (("item", _ITEMS), ("mode", _MODES))
    )
    found = rows.select(item.alias("item"), mode.alias("mode"), bits.alias("bits"))
    counts = np.bincount(rows["at"].to_numpy(), minlength=orgs.height)
    return {
        "starts": np.concatenate(([0], np.cumsum(counts))),
        **{name: found[name].to_numpy() for name in ("item", "mode", "bits")},
        **{name: rows[name].fill_null(0).to_numpy() for name in ("amount_fen", "paid_fen")},
    }


def by_contracts(columns: Mapping[str, Array], contracts: Mapping[str, Array]) -> Any:
    """The sums of the six measures' ceilings, each firm's contracts added up on the way."""
    firms = [
        columns[name] for name in ("place", "enterprise", "large", "llm", "filed", "revenue_yuan")
    ]
    own = [contracts[n] for n in ("starts", "item", "mode", "bits", "amount_fen", "paid_fen")]
    return _from_contracts(*firms, *own)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]  # numba carries no types
def _from_contracts(  # noqa: PLR0913, PLR0917  # all columns of a firm and its contracts
    place: Any, enterprise: Any, large: Any, llm: Any, filed: Any, revenue: Any, starts: Any,
    item: Any, mode: Any, bits: Any, amount: Any, paid: Any,
) -> Any:  # fmt: skip
    found = np.zeros(6, dtype=np.int64)
    for n in range(len(place)):
        first = second = third = 0
        for c in range(starts[n], starts[n + 1]):
            if place[n] == 0:
                first += amount[c] if item[c] == 1 else 0
                second += paid[c] if item[c] == 1 else 0
                third += paid[c] if item[c] == 2 else 0
            elif place[n] == 1:
                counts = item[c] == 3 and bits[c] & WHOLLY_UNRELATED == WHOLLY_UNRELATED
                first += amount[c] if counts else 0
            elif place[n] == 2:
                first += paid[c] if item[c] == 2 and bits[c] & CONTROLLED else 0
            elif place[n] == 3:
                counts = item[c] == 1 and mode[c] > 0 and bits[c] & DISTRICT != 0
                first += amount[c] if counts else 0
            elif place[n] == 4:
                counts = item[c] == 3 and bits[c] & WHOLLY_EXCHANGED == WHOLLY_EXCHANGED
                first += amount[c] if counts else 0
            elif place[n] == 5:
                first += paid[c] if bits[c] & OPERATING else 0
        which, much = _one(
            place[n], enterprise[n], large[n], llm[n], filed[n], first, second, third, first,
            first, first, first, first, revenue[n],
        )  # fmt: skip
        found[which] += much
    return found
