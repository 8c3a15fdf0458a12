"""The corpus: every document, measure, pool and group of a folder of policy files, checked together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.corpus import cache
from huice.corpus.cursor import Cursor
from huice.corpus.documents import Loader
from huice.corpus.model import Caution, Document, Group, Measure, Pool
from huice.corpus.source import Problem, read_file
from huice.corpus.vocabulary import EMPTY, Vocabulary, load_vocabulary
from huice.language.parser import parse_limit
from huice.language.text import Text, did_you_mean

CORPUS_KEYS = ("version", "sha256", "parts")
GROUP_KEYS = ("id", "kind", "rule", "members", "says", "ceiling")
GROUP_KINDS = ("same_measure", "stacking", "alternatives", "exclusive", "joint", "same_cost")


class BadCorpus(ValueError):
    """A folder of policies with faults; `problems` lists them all."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.render() for problem in problems[:20]))
        self.problems = problems


class Part(Struct, frozen=True):
    """A piece of the compilation in its order: a document, or text between documents."""

    document: str = ""
    text: str = ""


class Corpus(Struct, frozen=True, dict=True):
    """All that was loaded. `version` is stated by the folder; `digest` is a hash of its files.

    `text_digest` is the SHA-256 of the compilation as it was last checked; `catalogues` holds the English
    of each document by its Chinese.
    """

    version: str
    digest: str
    vocabulary: Vocabulary
    documents: tuple[Document, ...]
    groups: tuple[Group, ...]
    cautions: tuple[Caution, ...]
    parts: tuple[Part, ...]
    places: tuple[str, ...]
    text_digest: str = ""
    catalogues: dict[str, dict[str, str]] = {}

    @staticmethod
    def load(folder: Path | str | None = None) -> Corpus:
        """The corpus of a folder, by default the one shipped with the package.

        Raises `BadCorpus` with every located problem if the folder has faults.
        """
        where = Path(folder) if folder else default_folder()
        key = cache.key_of(where)
        kept = cache.recall(key, Corpus)
        if kept is not None:
            return kept
        corpus, problems = load_corpus(where)
        errors = tuple(problem for problem in problems if problem.severity == "error")
        if errors:
            raise BadCorpus(errors)
        cache.keep(key, corpus)
        return corpus

    def __post_init__(self) -> None:
        measures = {m.id: m for document in self.documents for m in document.measures}
        pools = {pool.id: pool for document in self.documents for pool in document.pools}
        self.__dict__.update(_measures=measures, _pools=pools, _all=tuple(measures.values()))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures in the order of the compilation."""
        measures: tuple[Measure, ...] = self.__dict__["_all"]
        return measures

    @property
    def pools(self) -> Mapping[str, Pool]:
        """All pools by id."""
        pools: dict[str, Pool] = self.__dict__["_pools"]
        return pools

    def measure(self, id_: str) -> Measure:
        """The measure of this id. Raises `KeyError`."""
        found: Measure = self.__dict__["_measures"][id_]
        return found

    def document(self, id_: str) -> Document:
        """The document of this id. Raises `KeyError`."""
        return next(document for document in self.documents if document.id == id_)

    def search(self, words: str) -> tuple[Measure, ...]:
        """The measures whose id, title, sentence or applicant hold all the words, best first."""
        wanted = words.lower().split()
        ranked = []
        for position, measure in enumerate(self.measures):
            strong = f"{measure.id} {measure.title.zh} {measure.title.en}".lower()
            weak = f"{strong} {measure.text.zh} {measure.text.en} {measure.who.zh}".lower()
            if all(word in weak for word in wanted):
                missed = sum(word not in strong for word in wanted)
                ranked.append((measure.id != words, missed, position, measure))
        return tuple(measure for *_, measure in sorted(ranked, key=lambda item: item[:3]))

    def cautions_of(self, measure: str) -> tuple[Caution, ...]:
        """What public copies of the notices say beyond the compilation on this measure (核对提示)."""
        return tuple(caution for caution in self.cautions if measure in caution.measures)

    def compilation(self) -> str:
        """The whole text of the compilation, as the parts in their order give it back."""
        texts = {document.id: document.text for document in self.documents}
        return "".join(part.text or texts[part.document] for part in self.parts)


@lru_cache(maxsize=1)
def shipped() -> Corpus:
    """The corpus shipped with the package, loaded once a process."""
    return Corpus.load()


def default_folder() -> Path:
    """The policies shipped with the package."""
    return Path(str(files("huice"))) / "policies"


def load_corpus(folder: Path) -> tuple[Corpus, tuple[Problem, ...]]:
    """The corpus of a folder and everything that is wrong with it; throws nothing."""
    return _Assembly(folder).run()


class _Assembly:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.hash = hashlib.sha256()
        self.catalogues: dict[str, dict[str, str]] = {}

    def read(self, name: str) -> Any:
        path = self.folder / name
        source = read_file(path, name)
        if path.is_file():
            self.hash.update(name.encode() + b"\0" + path.read_bytes())
        return source

    def run(self) -> tuple[Corpus, tuple[Problem, ...]]:
        main = self.read("corpus.yaml")
        vocabulary_source = self.read("vocabulary.yaml")
        vocabulary = load_vocabulary(vocabulary_source) if vocabulary_source.value else EMPTY
        root = Cursor(main, main.value, code="P002")
        root.mapping(CORPUS_KEYS, ("version", "parts"))
        parts = tuple(
            Part(item.string("document"), item.string("text")) for item in root.down("parts").each()
        )
        documents = tuple(self._documents(parts, vocabulary))
        groups = self._groups()
        cautions = self._cautions()
        self.problems += [*main.problems, *vocabulary_source.problems]
        place = vocabulary.facts.get("org.place")
        corpus = Corpus(
            root.string("version", "0"),
            self.hash.hexdigest()[:16],
            vocabulary,
            documents,
            groups,
            cautions,
            parts,
            tuple(name for name in place.options if name != "other") if place else (),
            root.string("sha256"),
            self.catalogues,
        )
        self.problems += list(_cross_check(corpus))
        return corpus, tuple(self.problems)

    def _documents(self, parts: Iterable[Part], vocabulary: Vocabulary) -> Iterable[Document]:
        for part in parts:
            if not part.document:
                continue
            source = self.read(f"{part.document}.yaml")
            english = self._english(part.document)
            document = None
            if source.value is not None:
                document = Loader(source, vocabulary, english).document()
            if document and document.id != part.document:
                source.problems.append(
                    source.problem(
                        "P003",
                        Text(
                            f"document 应为“{part.document}”，与文件路径一致",
                            f"document must be “{part.document}”, as the file is named",
                        ),
                        ("document",),
                    )
                )
            self.problems += source.problems
            if document:
                yield document

    def _english(self, document: str) -> dict[str, str]:
        name = f"{document}.en.yaml"
        if not (self.folder / name).exists():
            return {}
        source = self.read(name)
        self.problems += source.problems
        self.catalogues[document] = {
            str(zh): str(en or "") for zh, en in (source.value or {}).items()
        }
        return self.catalogues[document]

    def _groups(self) -> tuple[Group, ...]:
        if not (self.folder / "groups.yaml").exists():
            return ()
        source = self.read("groups.yaml")
        root = Cursor(source, source.value, code="P004")
        groups = tuple(_group(cursor) for cursor in root.each())
        self.problems += source.problems
        return groups

    def _cautions(self) -> tuple[Caution, ...]:
        if not (self.folder / "cautions.yaml").exists():
            return ()
        source = self.read("cautions.yaml")
        found = []
        for cursor in Cursor(source, source.value, code="P005").each():
            if cursor.mapping(("measures", "zh", "en", "source"), ("measures", "zh", "source")):
                origin = cursor.down("source")
                found.append(
                    Caution(
                        cursor.strings("measures"),
                        Text(cursor.string("zh"), cursor.string("en")),
                        origin.string("title"),
                        origin.string("url"),
                        origin.string("date"),
                    )
                )
        self.problems += source.problems
        return tuple(found)


def _group(cursor: Cursor) -> Group:
    cursor.mapping(GROUP_KEYS, ("id", "kind", "members"))
    cursor = cursor.about(cursor.string("id"))
    kind = cursor.choice("kind", GROUP_KINDS, "same_measure")
    says = cursor.down("says")
    default = {"same_cost": "warn", "joint": "stack"}.get(kind, "highest")
    return Group(
        cursor.string("id"),
        kind,
        cursor.choice("rule", ("highest", "stack", "warn"), default),
        cursor.strings("members"),
        Text(says.string("zh"), says.string("en")),
        cursor.place,
        cursor.down("ceiling").parse(parse_limit),
    )


def _cross_check(corpus: Corpus) -> Iterable[Problem]:
    """References between files: pools, members of groups, measures of cautions, ids used once."""
    seen: set[str] = set()
    for document in corpus.documents:
        for measure in document.measures:
            if measure.id in seen:
                yield _at(
                    measure,
                    "P006",
                    Text(
                        f"事项编号“{measure.id}”重复",
                        f"the measure id “{measure.id}” is used twice",
                    ),
                )
            seen.add(measure.id)
            pool = measure.rule.pool
            if pool is not None and pool not in corpus.pools:
                yield _at(
                    measure,
                    "P007",
                    Text(f"没有资金池“{pool}”", f"there is no pool “{pool}”")
                    + did_you_mean(str(pool), corpus.pools),
                )
    references = [(group.members, group) for group in corpus.groups]
    for members, group in references:
        for member in members:
            if member not in seen:
                yield Problem(
                    "P008",
                    Text(f"没有事项“{member}”", f"there is no measure “{member}”")
                    + did_you_mean(member, seen),
                    group.where.file,
                    group.where.line,
                    group.where.column,
                    group.id,
                )
    for caution in corpus.cautions:
        for member in caution.measures:
            if member not in seen:
                yield Problem(
                    "P008",
                    Text(
                        f"核对提示所指的事项“{member}”不存在",
                        f"a caution names an unknown measure “{member}”",
                    ),
                    "cautions.yaml",
                )


def _at(measure: Measure, code: str, text: Text) -> Problem:
    where = measure.where
    return Problem(code, text, where.file, where.line, where.column, measure.id)
