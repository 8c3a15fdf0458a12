"""The questions of the form: their groups, how each is answered, and whether it still decides anything."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.evaluate.ask import Question
from huice.evaluate.formula import entity_name
from huice.language.text import Text
from huice.web.draft import NONE, ROWS, Draft, Pairs

FIRST = ("org.place", "org.kind", "org.registered_on", "org.traits", "org.revenue")
PLACE = "org.place"
SPENDING = ("contract.0.item", "contract.0.amount_yuan")
"""The sixth fact: the largest contract of the year, its kind and its amount."""
GROUPS: tuple[tuple[str, str, Text], ...] = (
    ("firm", "org", Text("企业", "The firm")),
    ("people", "person", Text("人才", "People")),
    ("spending", "contract", Text("投入", "Spending")),
    ("results", "project", Text("成果", "Results")),
    ("premises", "premises", Text("场地", "Premises")),
)
_MONEY = Text("万元", "10,000 yuan")
UNITS = {
    "money": _MONEY,
    "area": Text("平方米", "m²"),
    "count": Text("个", "items"),
}


class Field(Struct):
    """One question as the page shows it.

    `state`: `answered`, `skipped` (暂不清楚), `open` (still decides something) or `idle`.
    """

    name: str
    fact: FactInfo
    state: str
    values: list[str]
    error: Text | None = None
    question: Question | None = None
    number: int = 0
    owner: Text | None = None

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "q-" + self.name

    @property
    def asks(self) -> Text:
        """The question; the unit stands beside the field and not in it."""
        asked = self.fact.question
        if self.fact.type != "money":
            return asked
        return Text(asked.zh.replace("多少元", "多少"), asked.en.replace(", in yuan?", "?"))

    @property
    def type(self) -> str:
        """How it is answered."""
        return self.fact.type

    @property
    def unit(self) -> Text | None:
        """The unit beside the field."""
        return UNITS.get(self.fact.type)

    @property
    def value(self) -> str:
        """The single value."""
        return self.values[0] if self.values else ""


class Block(Struct):
    """One entity of a list: a contract, a person."""

    prefix: str
    id: str
    title: Text
    fields: list[Field]


class Group(Struct):
    """One of the five groups: fields of the firm itself, and blocks of its entities."""

    id: str
    title: Text
    kind: str
    fields: list[Field]
    blocks: list[Block]
    noun: Text | None = None
    any: str = ""
    full: bool = False


class Sheet(Struct):
    """The whole form."""

    first: list[Field]
    groups: list[Group]
    next: Field | None
    open: int
    idle: int
    answered: int

    def all(self) -> Iterator[Field]:
        """Every question in the order of the page."""
        yield from self.first
        for group in self.groups:
            yield from group.fields
            for block in group.blocks:
                yield from block.fields


def sheet(draft: Draft, asked: tuple[Question, ...], corpus: Corpus, extra: str = "") -> Sheet:
    """The form for a draft. `extra`: a kind of entity of which one more row is wanted."""
    maker = _Maker(draft, asked, corpus)
    first = [maker.field("org", corpus.vocabulary.fact(name).key, "org") for name in FIRST]
    groups = [maker.group(id_, kind, title, extra) for id_, kind, title in GROUPS]
    spending = groups[2].blocks[0]
    sixth = [one for one in spending.fields if one.name in SPENDING]
    spending.fields = [one for one in spending.fields if one.name not in SPENDING]
    first += sixth
    for number, one in enumerate(first, 1):
        one.number = number if number <= len(FIRST) + 1 else 0
    found = Sheet(first, groups, None, 0, 0, 0)
    everything = list(found.all())
    found.open = len(asked)
    found.idle = sum(one.state == "idle" for one in everything)
    found.answered = sum(one.state in {"answered", "skipped"} for one in everything)
    left = [one for one in everything if one.state == "open" and one.question]
    left.sort(key=lambda one: asked.index(one.question) if one.question else 0)
    found.next = left[0] if left else None
    return found


class _Maker:
    def __init__(self, draft: Draft, asked: tuple[Question, ...], corpus: Corpus) -> None:
        self.draft, self.corpus, self.vocabulary = draft, corpus, corpus.vocabulary
        self.fields: Pairs = draft.fields
        self.asked: dict[str, Question] = {}
        for question in asked:
            self.asked.setdefault(self.name(question), question)

    def name(self, question: Question) -> str:
        """The field in which a question is answered."""
        fact = question.fact
        if fact.entity == "org":
            return f"org.{fact.key}"
        return f"{fact.entity}.{self.row(fact.entity, question.entity)}.{fact.key}"

    def row(self, kind: str, entity: str | None) -> int:
        if entity is None:
            return 0
        rows = self.rows(kind)
        named = [row for row in rows if self.fields.get(f"{kind}.{row}.id") == entity]
        if named:
            return named[0]
        position = int(entity) if entity.isdecimal() else 0
        return rows[position] if position < len(rows) else position

    def rows(self, kind: str) -> list[int]:
        """The rows that hold something, as the reader of the form counts them."""
        return [row for row in self.fields.rows(kind) if self._filled(f"{kind}.{row}.")]

    def _filled(self, prefix: str) -> bool:
        names = [name for name in self.fields.all if name.startswith(prefix)]
        return any(value not in ("", "?") for name in names for value in self.fields.many(name))

    def group(self, id_: str, kind: str, title: Text, extra: str) -> Group:
        if kind == "org":
            rest = [
                fact
                for fact in self.vocabulary.of("org")
                if fact.name not in FIRST and fact.type != "records"
            ]
            return Group(id_, title, kind, [self.field("org", f.key, "org") for f in rest], [])
        own = []
        if kind == "project":
            own = [
                self.field("org", fact.key, "org")
                for fact in self.vocabulary.of("org")
                if fact.type == "records"
            ]
        rows = self.rows(kind) or [0]
        if extra == kind and len(rows) < ROWS:
            rows = [*rows, max(rows) + 1]
        blocks = [self.block(kind, row, position) for position, row in enumerate(rows)]
        noun = self.vocabulary.kinds[kind].label
        any_ = self.fields.get(f"{kind}.any")
        if any(one.state == "answered" for block in blocks for one in block.fields):
            any_ = ""
        return Group(id_, title, kind, own, blocks, noun, any_, len(rows) >= ROWS)

    def block(self, kind: str, row: int, position: int) -> Block:
        prefix = f"{kind}.{row}"
        id_ = self.fields.get(f"{prefix}.id")
        title = entity_name(self.corpus, kind, id_ or str(position))
        if not id_ and self.rows(kind) in ([], [row]):
            title = self.vocabulary.kinds[kind].label
        fields = [self.field(kind, fact.key, prefix) for fact in self.vocabulary.of(kind)]
        for one in fields:
            one.owner = title
        return Block(prefix, id_, title, fields)

    def field(self, entity: str, key: str, prefix: str) -> Field:
        fact = next(fact for fact in self.vocabulary.of(entity) if fact.key == key)
        name = f"{prefix}.{key}"
        values = self.fields.many(name)
        errors = self.draft.errors.items()
        error = next((text for at, text in errors if f"{at}.".startswith(f"{name}.")), None)
        question = self.asked.get(name)
        if self.fields.skipped(name):
            state = "skipped"
        elif self._answered(fact, name) or error:
            state = "answered"
        else:
            state = "open" if question or name == PLACE else "idle"
        return Field(name, fact, state, values, error, question)

    def _answered(self, fact: FactInfo, name: str) -> bool:
        if fact.type == "records":
            dated = any(self.fields.get(f"{name}.{option}") for option in fact.options)
            return dated or NONE in self.fields.many(name)
        if fact.type == "period":
            return bool(self.fields.get(f"{name}.from"))
        return bool(self.fields.many(name))
