"""Verbatim: the sentences, the pools and the whole compilation are the text as published."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import pairwise

from huice.corpus.corpus import Corpus
from huice.corpus.lint.phrases import pieces
from huice.corpus.lint.report import at, in_file, shortened
from huice.corpus.numbers import tokens
from huice.corpus.source import Problem

_HEADING = re.compile(r"(?:[^。；！？：]{0,120}：\s*){1,2}")
_JOINING = re.compile(r"[\s，。；、]*")


def sentences_in_order(corpus: Corpus) -> Iterable[Problem]:
    """Q001: the sentences of a document follow each other without overlap."""
    for document in corpus.documents:
        for before, measure in pairwise(document.measures):
            if before.start + len(before.text) > measure.start:
                yield at(
                    measure,
                    "Q001",
                    f"这段原文与“{before.id}”重叠或次序颠倒；事项按原文顺序排列，各占一段",
                    f"this sentence overlaps “{before.id}” or stands before it; list the measures"
                    f" in the order of the text",
                )


def no_stray_text(corpus: Corpus) -> Iterable[Problem]:
    """Q002: text of the document that belongs to no measure and is no heading."""
    for document in corpus.documents:
        position = 0
        ends = [(m.start, m.start + len(m.text)) for m in document.measures]
        for start, end in [*ends, (len(document.text), 0)]:
            stray = _stray(document.text[position:start])
            position = max(position, end)
            if stray:
                yield at(
                    document,
                    "Q002",
                    f"“{shortened(stray)}”不属于任何事项，也不是标题；补进事项的 text 或另立事项",
                    f"“{shortened(stray)}” belongs to no measure and is no heading; add it to a"
                    f" measure's text or make it a measure",
                )


def _stray(gap: str) -> str:
    """What is left of the text between two sentences without headings and joining signs."""
    lines = ["" if _HEADING.fullmatch(line) else line for line in gap.split("\n")]
    return _JOINING.sub("", "".join(lines))


def pools_stand(corpus: Corpus) -> Iterable[Problem]:
    """Q003: the words of a pool, and those of who shares it, stand in the document's text."""
    for pool in corpus.pools.values():
        text = corpus.document(pool.document).text
        missing = pieces(pool.text.zh, text)[1]
        missing += [
            word for word in pool.shared_by if word not in text and word not in corpus.pools
        ]
        for word in missing:
            yield at(
                pool,
                "Q003",
                f"资金池的“{word}”不在文件原文里",
                f"“{word}” of the pool does not stand in the document's text",
            )


def digest_agrees(corpus: Corpus) -> Iterable[Problem]:
    """Q004: the whole compilation has the recorded digest: no character of the law was changed."""
    known = {document.id for document in corpus.documents}
    if any(not part.text and part.document not in known for part in corpus.parts):
        return  # loading said which document is missing
    digest = hashlib.sha256(corpus.compilation().encode()).hexdigest()
    if corpus.text_digest == digest:
        return
    if not corpus.text_digest:
        zh = f"corpus.yaml 没有记录原文摘要；核对原文后写入 sha256: {digest}"
        en = f"no digest of the text is recorded; check the text, then write sha256: {digest}"
    else:
        zh = f"原文与记录的摘要不符，有文字被改动；若确系更正，写入 sha256: {digest}"
        en = f"the text differs from its recorded digest; if rightly, write sha256: {digest}"
    yield in_file("corpus.yaml", "Q004", zh, en, "sha256")


def validity_quoted(corpus: Corpus) -> Iterable[Problem]:
    """Q005: the stated period is quoted from the text, and its years are those of the dates."""
    for document in corpus.documents:
        valid = document.valid
        if valid is None:
            continue
        years = [int(token.number) for token in tokens(valid.says.zh) if token.kind == "year"]
        dates = [day.year for day in (valid.starts, valid.ends) if day is not None]
        if valid.says.zh not in document.text or sorted(set(years)) != sorted(set(dates)):
            yield at(
                document,
                "Q005",
                f"有效期“{valid.says.zh}”须照抄原文，年份与 from、to 一致",
                f"the period “{valid.says.zh}” must quote the text, with the years of from and to",
            )
        if valid.starts and valid.ends and valid.starts > valid.ends:
            yield at(document, "Q005", "有效期的 to 早于 from", "the period ends before it starts")


def titles_quoted(corpus: Corpus) -> Iterable[Problem]:
    """Q006: a document marked as a trial says 试行 in its title, and the other way round."""
    for document in corpus.documents:
        if ("试行" in document.title.zh) != document.trial:
            yield at(
                document,
                "Q006",
                "标题的“试行”与 trial 不一致",
                "`trial` does not agree with 试行 in the title",
            )


def funding_stands(corpus: Corpus) -> Iterable[Problem]:
    """Q007: who funds it, and the parts of a promise, are quoted from the document's text."""
    for measure in corpus.measures:
        text = corpus.document(measure.document).text
        quoted = [measure.funding.zh] if measure.funding else []
        quoted += [part.zh for part in measure.parts]
        for words in quoted:
            if words not in text:
                yield at(
                    measure,
                    "Q007",
                    f"“{words}”不在文件原文里；funding 与 parts 须照抄原文",
                    f"“{words}” does not stand in the document's text, which `funding` and"
                    f" `parts` quote",
                )
