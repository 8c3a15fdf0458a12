"""The corpus: every document, measure, pool and group of a folder of policy files, checked together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct

from huice.corpus import cache
from huice.corpus.cursor import Cursor
from huice.corpus.documents import Loader
from huice.corpus.model import Caution, Document, FactInfo, Group, Measure, Patch, Pool
from huice.corpus.source import Problem, read_file
from huice.corpus.vocabulary import EMPTY, Vocabulary, load_vocabulary
from huice.language import nodes as n
from huice.language.parser import parse_limit
from huice.language.text import Text, Travels, did_you_mean
from huice.language.units import MONEY, dimension_of

CORPUS_KEYS = ("version", "sha256", "parts")
GROUP_KEYS = ("id", "kind", "rule", "members", "says", "ceiling")
GROUP_KINDS = ("same_measure", "stacking", "alternatives", "exclusive", "joint", "same_cost")


class BadCorpus(Travels, ValueError):
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
        facts: dict[str, dict[str, FactInfo]] = {}
        for fact in self.vocabulary.facts.values():
            facts.setdefault(fact.entity, {})[fact.key] = fact
        joined: dict[str, list[int]] = {}
        for position, group in enumerate(self.groups):
            for member in group.members:
                joined.setdefault(member, []).append(position)
        self.__dict__.update(_measures=measures, _pools=pools, _facts=facts, _joined=joined)
        self.__dict__["_all"] = tuple(measures.values())

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

    def __contains__(self, id_: object) -> bool:
        return id_ in self.__dict__["_measures"]

    def facts_of(self, entity: str) -> Mapping[str, FactInfo]:
        """The facts of the applicant (`org`) or of a kind of entity, by their key in a profile."""
        facts: dict[str, FactInfo] = self.__dict__["_facts"].get(entity, {})
        return facts

    def groups_of(self, measures: Iterable[str]) -> list[Group]:
        """The groups that one of the measures belongs to, in their order."""
        joined: dict[str, list[int]] = self.__dict__["_joined"]
        found = {position for id_ in measures for position in joined.get(id_, ())}
        return [self.groups[position] for position in sorted(found)]

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
            weak = f"{strong} {measure.text} {measure.quote.en} {measure.who.zh}".lower()
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
        parts = tuple(_part(item) for item in root.down("parts").each())
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
        self.problems += list(cross_check(corpus))
        return corpus, tuple(self.problems)

    def _documents(self, parts: Iterable[Part], vocabulary: Vocabulary) -> Iterable[Document]:
        for part in parts:
            if not part.document or not _DOCUMENT.fullmatch(part.document):
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
        root = Cursor(source, source.value, code="P001")
        catalogue = {zh: below.word() or "" for zh, below in root.items()}
        self.problems += source.problems
        self.catalogues[document] = catalogue
        return catalogue

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


_DOCUMENT = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")


def _part(cursor: Cursor) -> Part:
    cursor.mapping(("document", "text"))
    document = cursor.string("document")
    if document and not _DOCUMENT.fullmatch(document):
        cursor.down("document").note(
            Text(
                f"“{document}”须是这个文件夹里的文件，写作 城市/文件名，用小写字母、数字和 -",
                f"“{document}” must be a file here: city/name in small letters, digits and -",
            )
        )
    return Part(document, cursor.string("text"))


def _joint_ceiling(cursor: Cursor) -> n.Limit | None:
    """What the members of a joint group may get together: a sum of money, in all or each year."""
    limit: n.Limit | None = cursor.parse(parse_limit)
    if limit is None:
        return None
    stated = limit.amount
    money = isinstance(stated, n.Literal) and dimension_of(stated) == MONEY
    if not money or limit.per not in (None, "org") or limit.soft:
        cursor.note(
            Text(
                "ceiling 应为一笔金额，如 500万元 per org per year",
                "a ceiling is a sum of money, such as 500万元 per org per year",
            ),
            "E002",
        )
        return None
    return limit


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
        _joint_ceiling(cursor.down("ceiling")),
    )


def cross_check(corpus: Corpus) -> Iterable[Problem]:
    """References between files: pools, groups, cautions, awards, ids used once."""
    yield from _twice(corpus)
    known = {measure.id for document in corpus.documents for measure in document.measures}
    for measure in corpus.measures:
        for pool in _pools_drawn(measure):
            if pool not in corpus.pools:
                hint = did_you_mean(pool, corpus.pools)
                yield _at(
                    measure,
                    "P007",
                    Text(f"没有资金池“{pool}”", f"there is no pool “{pool}”") + hint,
                )
    for group in corpus.groups:
        for member in group.members:
            if member not in known:
                hint = did_you_mean(member, known)
                yield _at(
                    group,
                    "P008",
                    Text(f"没有事项“{member}”", f"there is no measure “{member}”") + hint,
                )
    for caution in corpus.cautions:
        for member in caution.measures:
            if member not in known:
                yield Problem(
                    "P008",
                    Text(
                        f"核对提示所指的事项“{member}”不存在",
                        f"a caution names an unknown measure “{member}”",
                    ),
                    "cautions.yaml",
                )
    yield from _added_twice(corpus)
    yield from _awards(corpus, known)


def _twice(corpus: Corpus) -> Iterable[Problem]:
    """Ids that two measures, pools or groups share."""
    measures = [measure for document in corpus.documents for measure in document.measures]
    pools = [pool for document in corpus.documents for pool in document.pools]
    sorts: list[tuple[str, str, list[Any]]] = [
        ("事项", "measure", measures),
        ("资金池", "pool", pools),
        ("组", "group", list(corpus.groups)),
    ]
    for zh, en, things in sorts:
        seen: set[str] = set()
        for thing in things:
            if thing.id in seen:
                said = Text(f"{zh}编号“{thing.id}”重复", f"the {en} id “{thing.id}” is used twice")
                yield _at(thing, "P006", said)
            seen.add(thing.id)


def _added_twice(corpus: Corpus) -> Iterable[Problem]:
    """A measure in two groups whose sums would both count it."""
    seen: dict[str, str] = {}
    for group in corpus.groups:
        if group.rule == "warn" or (group.rule == "stack" and group.ceiling is None):
            continue
        for member in group.members:
            if member in seen:
                said = Text(
                    f"“{member}”已在组 {seen[member]} 里，合计会算两遍；一个事项只放在一个组",
                    f"“{member}” is in the group {seen[member]} and would count twice; "
                    "put a measure into one group",
                )
                yield _at(group, "P010", said)
            seen.setdefault(member, group.id)


def _patches(measure: Measure) -> list[Patch]:
    return [option.patch for reading in measure.readings for option in reading.options]


def _pools_drawn(measure: Measure) -> list[str]:
    pools = [measure.rule.pool, *(patch.pool for patch in _patches(measure))]
    return [pool for pool in pools if isinstance(pool, str)]


def awards_read(measure: Measure) -> set[str]:
    """The measures whose awards the rule, or an option of a reading, reads."""
    found: set[str] = set()
    parts: list[Any] = [measure.rule, *_patches(measure)]
    for part in parts:
        nodes: list[Any] = [part.pays, part.plus, *(part.limits or ())]
        nodes += [condition.expression for condition in part.requires or ()]
        for node in nodes:
            below = n.walk(node) if isinstance(node, n.Node) else []
            found |= {one.measure for one in below if isinstance(one, n.Award)}
    return found


def _awards(corpus: Corpus, known: set[str]) -> Iterable[Problem]:
    """Awards of measures that do not exist, and measures that wait for their own award."""
    reads = {measure.id: awards_read(measure) for measure in corpus.measures}
    for measure in corpus.measures:
        for other in sorted(reads[measure.id] - known):
            hint = did_you_mean(other, known)
            yield _at(
                measure, "P008", Text(f"没有事项“{other}”", f"there is no measure “{other}”") + hint
            )
        chain = _way_back(measure.id, reads)
        if chain:
            way = " → ".join(chain)
            yield _at(
                measure,
                "P009",
                Text(
                    f"award 绕回了自己：{way}；请让其中一项不依赖另一项的金额",
                    f"the award comes back to itself: {way}; let one not depend on the other",
                ),
            )


def _way_back(start: str, reads: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from a measure along the awards it reads back to itself; empty if none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for other in sorted(reads.get(way[-1], ())):
            if other == start:
                return [*way, start]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _at(thing: Measure | Pool | Group, code: str, text: Text) -> Problem:
    where = thing.where
    return Problem(code, text, where.file, where.line, where.column, thing.id)
