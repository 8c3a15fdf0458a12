"""Random populations for any vocabulary: values at and beside the numbers of the rules, much of it unknown."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import polars as pl

from huice import Corpus
from huice.language import nodes as n
from huice.language.calendar import add_months
from huice.language.units import value_of
from huice.population import Tables, load, schema_of
from huice.population.columns.rules import nodes_of
from huice.population.schema import Column, Table

MONTHS = (-6, -12, -24, -36, -48)


class Draw:
    """Draws tables of random firms."""

    def __init__(self, rng: random.Random, corpus: Corpus, as_of: date, forget: float) -> None:
        self.rng, self.corpus, self.as_of, self.forget = rng, corpus, as_of, forget
        self.schema = schema_of(corpus)
        literals = {
            part
            for measure in corpus.measures
            for node in nodes_of(measure.rule)
            for part in n.walk(node)
            if isinstance(part, n.Literal)
        }
        self.marks = sorted({value_of(one) for one in literals}) or [1]
        self.shares = sorted(
            {Fraction(value_of(one)) for one in literals if 0 < value_of(one) < 1}
        ) or [Fraction(1)]

    def number(self, scale: int) -> int:
        rng = self.rng
        roll = rng.random()
        if roll < 0.08:
            return 0
        mark = Fraction(rng.choice(self.marks))
        if roll < 0.4:
            mark /= rng.choice(self.shares)
        if roll > 0.9:
            mark = Fraction(rng.randrange(1, 10**9), 100)
        return max(0, int(mark * scale) + rng.choice([0, 0, 0, 1, -1, scale, -scale]))

    def day(self) -> date:
        rng = self.rng
        base = rng.choice([
            add_months(self.as_of, rng.choice(MONTHS)),
            date(self.as_of.year - rng.randint(-1, 3), rng.choice([1, 12]), rng.choice([1, 31])),
            date(2024, 2, 29),
            date(self.as_of.year - rng.randint(0, 4), rng.randint(1, 12), rng.randint(1, 28)),
        ])  # fmt: skip
        return base + timedelta(days=rng.choice([-1, 0, 0, 1]))

    def value(self, column: Column) -> Any:
        rng = self.rng
        options = list(column.fact.options) if column.fact is not None else []
        match column.sort:
            case "place" | "choice":
                return rng.choice(options)
            case "set":
                return rng.sample(options, rng.randint(0, min(3, len(options))))
            case "records":
                chosen = rng.choices(options, k=rng.randint(0, 3))
                return [{"name": one, "date": self.day()} for one in chosen]
            case "date":
                return self.day()
            case "truth":
                return rng.random() < 0.6
            case _:
                return self.number(column.scale)

    def facts(self, table: Table, share: float = 1.0) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, column in table.columns.items():
            if column.fact is None or self.rng.random() < self.forget or self.rng.random() > share:
                continue
            if column.sort == "period":
                if column.end == 0:
                    first = self.day()
                    last = first + timedelta(days=self.rng.choice([0, 27, 30, 31, 89, 180, 364]))
                    found[name], found[name[: -len("from")] + "to"] = first, last
                continue
            found[name] = self.value(column)
        return found

    def tables(self, firms: int, horizon: int) -> Tables:
        rng = self.rng
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self.schema.tables}
        years = range(self.as_of.year - 1, self.as_of.year + horizon)
        for key in range(firms):
            org = self.facts(self.schema.tables["orgs"])
            for name in self.schema.lists.values():
                org[f"{name}_listed"] = rng.random() > 0.1
                if org[f"{name}_listed"]:
                    rows[name] += self.entities(key, name, None)
            rows["orgs"].append({"org_id": key, **org})
            for year in years:
                if rng.random() < 0.25:
                    own = self.facts(self.schema.tables["orgs"], 0.4)
                    for name in self.schema.lists.values():
                        if rng.random() < 0.3:
                            own[f"{name}_listed"] = True
                            rows[name] += self.entities(key, name, year)
                    rows["org_years"].append({"org_id": key, "year": year, **own})
            for measure in self.corpus.measures:
                if rng.random() < 0.25:
                    rows["decisions"].append(
                        {
                            "org_id": key,
                            "measure": measure.id,
                            "decision": rng.choice(["granted", "granted", "refused", "pending"]),
                            "amount_fen": self.number(100) if rng.random() < 0.3 else None,
                            "base_fen": self.number(100) if rng.random() < 0.4 else None,
                        }
                    )
                if rng.random() < 0.15:
                    rows["history"].append(
                        {
                            "org_id": key,
                            "measure": measure.id,
                            "years": rng.choice([None, 0, 1, 2]),
                            "amount_fen": rng.choice([None, self.number(100)]),
                        }
                    )
        frames = {
            name: pl.DataFrame(
                rows[name], schema={**table.dtypes, "org_id": pl.Int64}, strict=False
            )
            for name, table in self.schema.tables.items()
        }
        for name in self.schema.lists.values():
            if rng.random() < 0.1:
                del frames[name]
        tables = load(frames, self.corpus)
        assert not tables.rejects.height
        return tables

    def entities(self, key: int, name: str, year: int | None) -> list[dict[str, Any]]:
        ids = self.rng.sample(["a", "b", "c", "d", None, None], self.rng.randint(0, 4))
        table = self.schema.tables[name]
        return [{"org_id": key, "id": id_, "year": year, **self.facts(table)} for id_ in ids]
