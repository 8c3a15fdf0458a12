"""Scopes: whose sum, over what period, how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from huice.corpus.corpus import Corpus
from huice.corpus.lint.figures import pool_of
from huice.corpus.lint.lexicon import CUMULATIVE, ONCE, PERIODS, REPEATED, SCOPES, UNBROKEN, YEARLY
from huice.corpus.lint.modality import paid_literals
from huice.corpus.lint.phrases import pieces
from huice.corpus.lint.report import at
from huice.corpus.model import Gives, Measure
from huice.corpus.numbers import Token, clause_before, stands_for, tokens
from huice.corpus.source import Problem
from huice.language import nodes as n


def periods_said(corpus: Corpus) -> Iterable[Problem]:
    """S001, S002: `per year` where the text says 每年 or a reading switches it."""
    for measure in corpus.measures:
        text = measure.text
        for limit in _scoped(measure):
            if limit.period == "year" and not _may_be_yearly(measure, limit):
                yield at(
                    measure,
                    "S001",
                    "封顶写作 per year，原文没有每年、年度，也没有读法切换；应写 in total",
                    "the cap is `per year`, but the text does not say 每年 or 年度 and no reading"
                    " switches the period; write `in total`",
                )
            for token in _tokens(measure, limit):
                said = clause_before(text, token)
                yearly, cumulative = "每年" in said, _any(CUMULATIVE, said)
                if (limit.period == "total" and yearly) or (limit.period == "year" and cumulative):
                    word, key = ("每年", "per year") if yearly else ("累计", "in total")
                    yield at(
                        measure,
                        "S002",
                        f"原文写“{word}”，“{token.text}”的封顶应写 {key}",
                        f"the text says {word} of “{token.text}”; write `{key}`",
                    )


def whose_sum(corpus: Corpus) -> Iterable[Problem]:
    """S003: a cap that the text puts on each 企业, 人 or 项目 is `per` that."""
    for measure in corpus.measures:
        for limit in _scoped(measure):
            for token in _tokens(measure, limit):
                said = clause_before(measure.text, token)
                named = {kind for kind, words in SCOPES.items() if _any(words, said)}
                if named and limit.per not in named:
                    wanted = " 或 ".join(sorted(named))
                    yield at(
                        measure,
                        "S003",
                        f"“{said.strip()}”：封顶应写 per {wanted}，写的是 per {limit.per}",
                        f"“{said.strip()}”: the cap must be per {wanted}, not per {limit.per}",
                    )


def once_said(corpus: Corpus) -> Iterable[Problem]:
    """S004, S005: 一次性 is `paid once`; `paid once` does not contradict 每年 or 连续."""
    for measure in corpus.measures:
        text, once = measure.text, measure.rule.once != "no"
        branches = [piece for b in measure.instead for piece in pieces(b.zh, text)[0]]
        if ONCE in text and not once and ONCE not in "".join([*measure.words, *branches]):
            yield at(
                measure,
                "S004",
                "原文写“一次性”，规则没有 paid once；补上，或在 words 里说明",
                "the text says 一次性, but the rule lacks `paid once`; add it, or say under `words`"
                " why not",
            )
        if not once or measure.rule.pays is None:
            continue
        for token in _tokens(measure, measure.rule.pays):
            said = clause_before(text, token)
            if _any(REPEATED, said):
                yield at(
                    measure,
                    "S005",
                    f"规则写 paid once，原文“{said.strip()}”却说逐年给付",
                    f"the rule says `paid once`, but the text pays year by year: “{said.strip()}”",
                )


def amounts_present(corpus: Corpus) -> Iterable[Problem]:
    """S009: a cap or `paid once` without `pays`; S010: a pool without the authority's decision."""
    for measure in corpus.measures:
        rule = measure.rule
        if rule.pays is None and (rule.limits or rule.once != "no"):
            yield at(
                measure,
                "S009",
                "写了 limits 或 paid once，却没有 pays：封的是什么，付的是什么？",
                "there is a cap or `paid once`, but no `pays`: what is paid?",
            )
        if measure.gives is Gives.POOL and not rule.judged:
            yield at(
                measure,
                "S010",
                "资金池不是对谁的承诺，须写 judged by authority（如：原文未载申领条件）",
                "a pool promises nothing to anyone: say under `judged by authority` who decides",
            )


def durations_stated(corpus: Corpus) -> Iterable[Problem]:
    """S011: the text limits how long it is paid, and the rule has no `lasts`."""
    for measure in corpus.measures:
        found = re.search(PERIODS, measure.text)
        if found and measure.rule.lasts is None:
            yield at(
                measure,
                "S011",
                f"原文说到期限（“{found.group()}”），规则没有 lasts",
                f"the text states a period (“{found.group()}”), but the rule has no `lasts`",
            )


def durations_unbroken(corpus: Corpus) -> Iterable[Problem]:
    """S006: `run: unbroken` or `window` only where the text says 连续."""
    for measure in corpus.measures:
        lasts = measure.rule.lasts
        if lasts is not None and lasts.run != "any" and not _any(UNBROKEN, measure.text):
            yield at(
                measure,
                "S006",
                f"lasts 写了 run: {lasts.run}，原文没有“连续”",
                f"`lasts` says run: {lasts.run}, but the text does not say 连续",
            )


def pools_yearly(corpus: Corpus) -> Iterable[Problem]:
    """S007: a pool is `yearly` where its sentence says 每年 or 年度, and only there."""
    for pool in corpus.pools.values():
        document = corpus.document(pool.document)
        sentences = re.split(r"(?<=[。\n])", document.text)
        quoted = pieces(pool.text.zh, document.text)[0]
        homes = [text for text in sentences if all(piece in text for piece in quoted)]
        said = any(_any(("每年", "年度"), text) for text in homes)
        if homes and said != pool.yearly:
            yield at(
                pool,
                "S007",
                f"yearly 应为 {str(said).lower()}：原文{'写' if said else '没有'}每年或年度",
                f"`yearly` must be {str(said).lower()}: the text"
                f" {'says' if said else 'does not say'} 每年 or 年度",
            )


def pools_quoted(corpus: Corpus) -> Iterable[Problem]:
    """S008: a measure draws on a pool that its own sentence states."""
    for measure in corpus.measures:
        pool = pool_of(corpus, measure)
        if pool is not None and pieces(pool.text.zh, measure.text)[1]:
            yield at(
                measure,
                "S008",
                f"draws on {pool.id}，但这段原文没有“{pool.text.zh}”；核对资金池",
                f"draws on {pool.id}, but this text does not say “{pool.text.zh}”; check the pool",
            )


def _scoped(measure: Measure) -> Iterator[n.Limit]:
    for limit in (measure.rule.pays, *measure.rule.limits):
        if limit is not None and limit.per is not None:
            yield limit


def _tokens(measure: Measure, limit: n.Limit) -> Iterator[Token]:
    wanted = paid_literals(limit.amount)
    for token in tokens(measure.text):
        if any(stands_for(token, literal) for literal in wanted):
            yield token


def _may_be_yearly(measure: Measure, limit: n.Limit) -> bool:
    text = measure.text
    if any(_any(YEARLY, clause_before(text, token)) for token in _tokens(measure, limit)):
        return True
    patches = [option.patch for reading in measure.readings for option in reading.options]
    return any(patch.limit_period == "total" for patch in patches)


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)
