"""A draft (草案) laid over a corpus: rules changed, added or repealed, in the keys of the rules themselves.

`apply` gives a new corpus, which everything else reads as it reads the law; the law is untouched. What a
draft writes need not stand in the text of the law: it carries its own wording, which steps cite as a draft.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from huice.corpus.amended import as_draft, pool_size, with_parts, worded
from huice.corpus.corpus import BadCorpus, Corpus, cross_check
from huice.corpus.cursor import Cursor
from huice.corpus.documents import DOCUMENT_KEYS, POOL_KEYS, POOL_STATED, RULE_KEYS, Loader
from huice.corpus.model import Document, Measure, Patch, Pool, Reading, Validity
from huice.corpus.readings import parts_of, patched, with_default
from huice.corpus.source import Problem, Source, read_file
from huice.corpus.unknowns import Unknown, check_uses, filled, read_unknowns
from huice.corpus.vocabulary import text_of
from huice.language.text import Text, did_you_mean
from huice.language.units import ITEMS, MONEY

OVERLAY_KEYS = ("overlay", "title", "english", "solve for", "changes", "pools", "adds", "repeals")
CHANGE_KEYS = (
    *("text", "title", "who", "drops", "readings", "selects", "vouchers each"),
    *RULE_KEYS,
)
REPEAL_KEYS = ("measures", "pools")
_WHAT = ("changes", "pools", "adds", "repeals")
_CODE = "O001"


class BadOverlay(BadCorpus):
    """A draft with faults; `problems` lists them all."""


class Overlay(Struct, frozen=True):
    """A draft as it was read: what it is called, and which numbers it leaves open.

    It is laid over a corpus by `apply`, which checks it against that corpus.
    """

    name: str
    title: Text
    unknowns: tuple[Unknown, ...]
    source: Source

    @property
    def file(self) -> str:
        """The file it was read from, as the caller named it."""
        return self.source.file


def load_overlay(path: Path | str) -> Overlay:
    """The draft of a file. Raises `BadOverlay` if it cannot be read."""
    return read_overlay(read_file(Path(path), str(path)))


def read_overlay(source: Source) -> Overlay:
    """The draft of a source. Raises `BadOverlay` with every problem of its outer shape."""
    root = Cursor(source, source.value, code=_CODE)
    name, title = "", Text("")
    unknowns: tuple[Unknown, ...] = ()
    if source.value is not None and root.mapping(OVERLAY_KEYS, ("overlay", "title")):
        name, title = root.string("overlay"), text_of(root, "title")
        unknowns = read_unknowns(root.down("solve for"))
        check_uses(root, unknowns, _WHAT)
        if not any(root.down(key).value for key in _WHAT if key in root):
            root.note(
                Text(
                    "草案没有任何改动；请写 changes、pools、adds 或 repeals",
                    "the draft changes nothing; write changes, pools, adds or repeals",
                )
            )
    _raise(source.problems)
    return Overlay(name, title, unknowns, source)


def apply(corpus: Corpus, overlay: Overlay, values: Mapping[str, str] | None = None) -> Corpus:
    """The corpus as it would be under the draft; its version names the draft.

    `values` writes out numbers that the draft leaves open (`{"rate": "45%"}`). Raises `BadOverlay` with
    every located problem: faults of the draft, and numbers that are still open.
    """
    words = _written_out(overlay, values or {})
    source = Source(overlay.file, filled(overlay.source.value, words), overlay.source.lines, [])
    return _Amendment(corpus, overlay, source, words).run()


def _written_out(overlay: Overlay, values: Mapping[str, str]) -> dict[str, str]:
    """The open numbers as they are to be written; refuses what is open still, and what is no number."""
    known = {unknown.name: unknown for unknown in overlay.unknowns}
    problems = []
    for name in [*values, *known]:
        if name not in known:
            said = Text(f"草案里没有“${name}”", f"the draft has no “${name}”")
            problems.append(Problem("O004", said + did_you_mean(name, known), overlay.file))
        elif name not in values:
            unknown = known[name]
            low, high = unknown.written(unknown.low), unknown.written(unknown.high)
            said = Text(
                f"“${name}”尚未定值（{low} 至 {high}）；请给出数值，或给出预算反求",
                f"“${name}” is still open ({low} to {high}); give a value, or a budget to solve for",
            )
            where = overlay.source.at(("solve for", name))
            problems.append(Problem("O004", said, overlay.file, *where))
    _raise(problems)
    return dict(values)


def _raise(problems: Iterable[Problem]) -> None:
    errors = tuple(problem for problem in problems if problem.severity == "error")
    if errors:
        raise BadOverlay(errors)


class _Amendment:
    """One draft laid over one corpus: call `run()` once."""

    def __init__(
        self, corpus: Corpus, overlay: Overlay, source: Source, words: Mapping[str, str]
    ) -> None:
        self.corpus, self.overlay, self.source, self.words = corpus, overlay, source, words
        self.root = Cursor(source, source.value, code=_CODE)
        self.measures = {measure.id: measure for measure in corpus.measures}
        self.pools = dict(corpus.pools)
        self.added: dict[str, Document] = {}
        self.gone: set[str] = set()
        self.unworded: list[str] = []
        self.english = {zh: below.word() or "" for zh, below in self.root.down("english").items()}

    def run(self) -> Corpus:
        """The new corpus."""
        repealed = self._repeals()
        for id_, cursor in self.root.down("changes").items():
            self._change(id_, cursor.about(id_), repealed)
        for id_, cursor in self.root.down("pools").items():
            self._change_pool(id_, cursor.about(id_))
        for cursor in self.root.down("adds").each():
            self._add(cursor)
        _raise(self.source.problems)
        named = structs.replace(self.corpus, version=self._version(), digest=self._digest())
        corpus = with_parts(named, self.measures, self.pools, self.added)
        _raise(cross_check(corpus))
        return worded(corpus, self.unworded)

    # --- what is repealed -----------------------------------------------------------------------

    def _repeals(self) -> set[str]:
        cursor = self.root.down("repeals")
        gone: set[str] = set()
        if not isinstance(cursor.value, dict):
            if "repeals" in self.root:
                cursor.mapping(REPEAL_KEYS)
            return gone
        cursor.mapping(REPEAL_KEYS)
        for key, known in (("measures", self.measures), ("pools", self.pools)):
            seen: set[str] = set()
            for item in cursor.down(key).each():
                id_ = item.word() or ""
                if id_ in seen:
                    item.note(
                        Text(f"“{id_}”写了两遍，废止一次即可", f"“{id_}” is repealed twice"), "O003"
                    )
                elif self._known(item, id_, known, pool=key == "pools"):
                    seen.add(id_)
            if key == "measures":
                gone = seen
            else:
                self.gone = seen
        for id_ in self.gone:
            del self.pools[id_]
        for id_ in gone:
            del self.measures[id_]
        return gone

    def _known(
        self, cursor: Cursor, id_: str, known: Mapping[str, Any], *, pool: bool = False
    ) -> bool:
        if id_ in known:
            return True
        zh, en = ("资金池", "pool") if pool else ("事项", "measure")
        said = Text(f"没有{zh}“{id_}”", f"there is no {en} “{id_}”")
        cursor.note(said + did_you_mean(id_, known), "O002")
        return False

    # --- what is changed ------------------------------------------------------------------------

    def _change(self, id_: str, cursor: Cursor, repealed: set[str]) -> None:
        if id_ in repealed:
            cursor.note(
                Text("既要修改又要废止，请只留一处", "it is both changed and repealed; keep one"),
                "O003",
            )
            return
        if not self._known(cursor, id_, self.measures) or not cursor.mapping(CHANGE_KEYS):
            return
        if not cursor.value:
            cursor.note(Text("没有写改动什么", "it does not say what changes"))
            return
        measure = self._with_readings(self.measures[id_], cursor.down("readings"))
        loader = self._loader(measure.document)
        loader.subject = measure.subject
        patch = self._patch(loader, cursor, measure)
        for label in patch.drops or ():
            if label not in _labels(measure):
                hint = did_you_mean(label, _labels(measure))
                said = Text(f"没有条件或评审“{label}”", f"there is no condition “{label}”")
                cursor.down("drops").note(said + hint, "O002")
        measure = structs.replace(
            measure,
            rule=patched(measure.rule, patch),
            readings=tuple(one for one in measure.readings if not _settled(one, patch)),
            cases=(),
            frame=(),
            **self._terms(loader, cursor),
        )
        self.measures[id_] = self._quoted(measure, cursor)

    def _patch(self, loader: Loader, cursor: Cursor, measure: Measure) -> Patch:
        parts = loader.parts(cursor)
        if "valid" in cursor:
            parts["valid"] = _validity(cursor.down("valid"), parts["valid"], measure.rule.valid)
        if "drops" in cursor:
            parts["drops"] = cursor.strings("drops")
        return Patch(**parts)

    def _terms(self, loader: Loader, cursor: Cursor) -> dict[str, Any]:
        """What a change states beside the rule: title, who may claim, quota, vouchers."""
        terms: dict[str, Any] = {}
        if "title" in cursor:
            terms["title"] = text_of(cursor, "title")
        if "who" in cursor:
            terms["who"] = loader.say(cursor.string("who"))
        for key, name in (("selects", "quota"), ("vouchers each", "vouchers")):
            if key in cursor:
                terms[name] = loader.literal(cursor.down(key), ITEMS)
        return terms

    def _with_readings(self, measure: Measure, cursor: Cursor) -> Measure:
        """The measure with other defaults: `readings: {cliff: marginal}`."""
        for id_, below in cursor.items():
            reading = next((one for one in measure.readings if one.id == id_), None)
            if reading is None:
                known = [one.id for one in measure.readings]
                said = Text(f"这个事项没有读法“{id_}”", f"there is no reading “{id_}”")
                below.note(said + (did_you_mean(id_, known) or _listed(known)), "O002")
                continue
            options = [option.name for option in reading.options]
            name = below.word() or ""
            if name in options:
                measure = with_default(measure, id_, name)
                continue
            said = Text(f"读法没有选项“{name}”", f"the reading has no option “{name}”")
            below.note(said + (did_you_mean(name, options) or _listed(options)), "O002")
        return measure

    def _quoted(self, measure: Measure, cursor: Cursor) -> Measure:
        """The measure with the wording of the draft; without one, the printer words its rule later."""
        if "text" not in cursor:
            self.unworded.append(measure.id)
            return measure
        return structs.replace(measure, quote=as_draft(text_of(cursor, "text")))

    # --- pools ----------------------------------------------------------------------------------

    def _change_pool(self, id_: str, cursor: Cursor) -> None:
        if id_ in self.gone:
            cursor.note(
                Text("既要修改又要撤销，请只留一处", "it is both changed and repealed; keep one"),
                "O003",
            )
            return
        if not self._known(cursor, id_, self.pools, pool=True):
            return
        keys = tuple(key for key in POOL_KEYS if key != "id")
        if not cursor.mapping(keys) or not cursor.value:
            return
        old = self.pools[id_]
        terms = _pool_terms(self._loader(old.document), cursor)
        if terms.get("holds", old.holds) is None:
            return  # told already: it is no money
        pool = structs.replace(old, **terms)
        text = pool.text if "text" in cursor else pool_size(pool)
        self.pools[id_] = structs.replace(pool, text=as_draft(text))

    # --- what is added --------------------------------------------------------------------------

    def _add(self, cursor: Cursor) -> None:
        """A document with its measures and pools, or more of them for a document that exists."""
        if not cursor.mapping(DOCUMENT_KEYS, ("document",)):
            return
        id_ = cursor.string("document")
        known = next((one for one in self.corpus.documents if one.id == id_), None)
        known = self.added.get(id_, known)
        if known is None:
            cursor.mapping(None, ("title", "place"))
        place = known.place if known else cursor.string("place")
        loader = self._loader(id_)
        whole = cursor.string("text") or "".join(
            item.string("text") for item in cursor.down("measures").each()
        )
        valid = loader.validity(cursor.down("valid")) or (known.valid if known else None)
        measures = loader.measures(cursor, id_, place, whole, valid)
        pools = tuple(loader.pool(item, id_) for item in cursor.down("pools").each())
        for measure in measures:
            self._is_new(measure)
        for pool in pools:
            self._is_new(pool)
        self.measures |= {
            one.id: structs.replace(one, quote=as_draft(one.quote)) for one in measures
        }
        self.pools |= {one.id: structs.replace(one, text=as_draft(one.text)) for one in pools}
        if known is None:
            known = Document(id_, text_of(cursor, "title"), place, whole, cursor.place, valid=valid)
        self.added[id_] = known

    def _is_new(self, thing: Measure | Pool) -> None:
        known: Mapping[str, Any] = self.measures if isinstance(thing, Measure) else self.pools
        if thing.id in known:
            said = Text(
                "这个编号已经存在；请换一个，或写在 changes、pools 里修改它",
                "this id exists; choose another, or change it under changes or pools",
            )
            where = thing.where
            self.source.problems.append(
                Problem("O003", said, where.file, where.line, where.column, thing.id)
            )

    # --- the new corpus -------------------------------------------------------------------------

    def _version(self) -> str:
        values = ",".join(f"{name}={self.words[name]}" for name in sorted(self.words))
        return f"{self.corpus.version}+{self.overlay.name}" + (f"({values})" if values else "")

    def _digest(self) -> str:
        told = json.dumps(self.source.value, ensure_ascii=False, sort_keys=False)
        return hashlib.sha256(f"{self.corpus.digest}\0{told}".encode()).hexdigest()[:16]

    def _loader(self, document: str) -> Loader:
        catalogue = self.corpus.catalogues.get(document, {})
        return Loader(self.source, self.corpus.vocabulary, {**catalogue, **self.english})


def _labels(measure: Measure) -> list[str]:
    rule = measure.rule
    return [*(c.label.zh for c in rule.requires), *(text.zh for text in rule.judged)]


def _settled(reading: Reading, patch: Patch) -> bool:
    """Whether a draft settles a reading: an option would undo a part that the draft writes anew."""
    mine = parts_of(patch)
    return any(parts_of(option.patch) & mine for option in reading.options)


def _pool_terms(loader: Loader, cursor: Cursor) -> dict[str, Any]:
    """The parts of a pool that a draft states."""
    read: dict[str, tuple[str, Any]] = {
        "text": ("text", lambda: loader.say(cursor.string("text"))),
        "holds": ("holds", lambda: loader.literal(cursor.down("holds"), MONEY)),
        "yearly": ("yearly", lambda: cursor.flag("yearly", default=False)),
        "stated": ("stated", lambda: cursor.choice("stated", POOL_STATED, POOL_STATED[0])),
        "vouchers": ("vouchers", lambda: loader.literal(cursor.down("vouchers"), ITEMS)),
        "of": ("face", lambda: loader.literal(cursor.down("of"), MONEY)),
        "shared by": ("shared_by", lambda: cursor.strings("shared by")),
    }
    return {field: reader() for key, (field, reader) in read.items() if key in cursor}


def _validity(cursor: Cursor, read: Validity | None, old: Validity | None) -> Validity | None:
    """The period with the parts that the draft states; what it leaves out stays."""
    if read is None or old is None:
        return read
    names = {"says": "says", "from": "starts", "to": "ends", "afterwards": "after",
             "successor": "successor"}  # fmt: skip
    given = {field: getattr(read, field) for key, field in names.items() if key in cursor}
    if {"starts", "ends"} & set(given):
        given.setdefault("says", Text(""))
    fresh = structs.replace(old, **given)
    if fresh.starts and fresh.ends and fresh.ends < fresh.starts:
        cursor.note(Text("to 早于 from，请核对", "`to` is before `from`; check the dates"))
    return fresh


def _listed(names: list[str]) -> Text:
    if not names:
        return Text("")
    return Text(f"，可写 {'、'.join(names)}", f"; known are {', '.join(names)}")
