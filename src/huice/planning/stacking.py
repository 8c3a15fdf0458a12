"""Stacking policies (叠加口径): which measures may be claimed together, clause by clause, as data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from huice.corpus.corpus import GROUP_KINDS, BadCorpus, default_folder
from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.source import Problem, Source, read_file
from huice.language.text import Text

FILE = "stacking.yaml"
CODE = "J020"
FROM_GROUP = Text("汇编的分组", "a group of the compilation")


class Clause(Struct, frozen=True):
    """One clause: it binds a kind of group, rows of some kinds of entity, or a pool.

    `each`: one measure for a row in each `year`, or in `total`; `paid`: only measures that pay for the row's
    own cost. `source` says where it comes from; of a group the group itself speaks.
    """

    id: str
    says: Text
    source: Text
    groups: str = ""
    rows: tuple[str, ...] = ()
    each: str = "year"
    paid: bool = True
    pools: bool = False


class Stacking(Struct, frozen=True):
    """One policy: its clauses in order."""

    id: str
    title: Text
    says: Text
    clauses: tuple[Clause, ...]

    def binds(self, kind: str) -> bool:
        """Whether groups of a kind are bound."""
        return any(clause.groups == kind for clause in self.clauses)

    def rows(self) -> tuple[Clause, ...]:
        """The clauses on rows."""
        return tuple(clause for clause in self.clauses if clause.rows)

    @property
    def pools(self) -> bool:
        """Whether claims on one pool are bound."""
        return any(clause.pools for clause in self.clauses)


def read_stacking(source: Source, kinds: tuple[str, ...] | None = None) -> dict[str, Stacking]:
    """The policies of a file; what is wrong is noted in the source.

    `kinds` are those of a vocabulary that all rows have to be of.
    """
    root = Cursor(source, source.value, code=CODE)
    if not root.mapping(("policies", "clauses"), ("policies", "clauses")):
        return {}
    clauses = {}
    for cursor in root.down("clauses").each():
        if cursor.mapping(("id", "binds", "says", "source"), ("id", "binds", "says", "source")):
            clause = _clause(cursor, kinds)
            clauses[clause.id] = clause
    found = {}
    used: set[str] = set()
    for id_, cursor in root.down("policies").items():
        if not cursor.mapping(("title", "says", "clauses"), ("title", "says", "clauses")):
            continue
        named = cursor.strings("clauses")
        used |= set(named)
        for name in named:
            if name not in clauses:
                cursor.down("clauses").note(
                    Text(f"没有条款“{name}”", f"there is no clause “{name}”")
                )
        known = tuple(clauses[name] for name in named if name in clauses)
        found[id_] = Stacking(id_, _text(cursor, "title"), _text(cursor, "says"), known)
    for id_ in sorted(set(clauses) - used):
        root.down("clauses").note(
            Text(f"条款“{id_}”没有口径采用", f"no policy uses the clause “{id_}”")
        )
    return found


def _clause(cursor: Cursor, kinds: tuple[str, ...] | None) -> Clause:
    binds, source = cursor.down("binds"), cursor.down("source")
    binds.mapping(("groups", "rows", "each", "paid", "pools"))
    groups = binds.choice("groups", ("", *GROUP_KINDS), "")
    rows = binds.strings("rows")
    for kind in rows:
        if kinds is not None and kind not in kinds:
            binds.down("rows").note(
                Text(f"没有实体“{kind}”", f"there is no kind of entity “{kind}”")
            )
    if source.value == "group":
        origin = FROM_GROUP
        if not groups:
            source.note(
                Text(
                    "只有绑定分组的条款，依据才能写 group",
                    "only a clause on groups has a group as source",
                )
            )
    else:
        origin = _text(cursor, "source")
    return Clause(
        cursor.string("id"),
        _text(cursor, "says"),
        origin,
        groups,
        rows,
        binds.choice("each", ("year", "total"), "year"),
        binds.flag("paid", default=True),
        binds.flag("pools", default=False),
    )


def _text(cursor: Cursor, key: str) -> Text:
    below = cursor.down(key)
    if below.value is MISSING or not below.mapping(("zh", "en"), ("zh", "en")):
        return Text("", "")
    return Text(below.string("zh"), below.string("en"))


def load_stacking(
    folder: Path, kinds: tuple[str, ...] | None = None
) -> tuple[dict[str, Stacking], tuple[Problem, ...]]:
    """The policies of a folder, and what is wrong with them."""
    source = read_file(folder / FILE, FILE)
    found = read_stacking(source, kinds) if source.value is not None else {}
    return found, tuple(source.problems)


@lru_cache(maxsize=1)
def stackings() -> dict[str, Stacking]:
    """The policies shipped with the package. Raises `BadCorpus` when the file has faults."""
    found, problems = load_stacking(default_folder())
    if problems:
        raise BadCorpus(problems)
    return found
