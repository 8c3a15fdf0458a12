"""English: all that a reader sees has its English, and no English line is without its Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.lint.report import in_file, shortened
from huice.corpus.model import Case, Place
from huice.corpus.source import Problem
from huice.language.nodes import Node
from huice.language.text import Text


def all_translated(corpus: Corpus) -> Iterable[Problem]:
    """W001: a text of a document, group or caution without its English."""
    for document in corpus.documents:
        untranslated = {text.zh for text in _texts(document) if text.zh and not text.en}
        for zh in sorted(untranslated):
            yield _missing(zh, f"{document.id}.en.yaml", document.id)
    for group in corpus.groups:
        if not group.says.en:
            yield _missing(group.says.zh, group.where.file, group.id)
    for caution in corpus.cautions:
        if not caution.says.en:
            yield _missing(caution.says.zh, "cautions.yaml", "".join(caution.measures[:1]))


def _missing(zh: str, file: str, subject: str) -> Problem:
    shown = shortened(zh)
    return in_file(file, "W001", f"“{shown}”还没有英文", f"“{shown}” has no English", subject)


def all_used(corpus: Corpus) -> Iterable[Problem]:
    """W002: an English line whose Chinese stands nowhere in its document."""
    for document in corpus.documents:
        said = {text.zh for text in _texts(document)}
        for zh in corpus.catalogues.get(document.id, {}):
            if zh not in said:
                yield in_file(
                    f"{document.id}.en.yaml",
                    "W002",
                    f"文件里没有“{zh}”，这行英文多余，或中文被改动、漏写",
                    f"the document does not say “{zh}”: this line is unused, or its Chinese was"
                    f" changed or dropped",
                    document.id,
                )


def _texts(thing: object) -> Iterator[Text]:
    """Every text in a document, measure or part of one; expressions and cases hold none."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, tuple):
        for item in thing:
            yield from _texts(item)
    elif isinstance(thing, Struct) and not isinstance(thing, Node | Case | Place):
        for name in thing.__struct_fields__:
            yield from _texts(getattr(thing, name))
