"""A stranger's text: nothing hangs, nothing raises but a `Fault`, whatever is written."""

from __future__ import annotations

import string
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huice import Corpus
from huice.evaluate.closures import Closures
from huice.evaluate.facts import View
from huice.language.check import Checker
from huice.language.parser import (
    DEEPEST,
    LONGEST,
    MOST_TOKENS,
    parse_expression,
    parse_limit,
)
from huice.language.printing import say, unparse
from huice.language.text import Fault
from huice.language.units import parse_literal

SCOPE = Corpus.load().vocabulary.scope
SECOND = timedelta(seconds=1)
SAID = """
    and or not of if is in has per otherwise where over beyond total count records days months previous award year
    bands up to at least most the lower higher one excess as_of claim_year support_year year_days normally org
    org.size contract.paid org.is_ai org.records premises.period person.role org.place small compute sz_key_lab
    hangzhou hangzhou/xihu founder enterprise person contract 50万元 30% 1.5元/㎡/天 6个月 10个 1:1 2025-12-31
    2项 0 0元 99999999999999亿元 ( ) { } , : + - × ÷ * / >= <= = < > ≥ ≤
"""
WORDS = SAID.split()


def outcome(text: str) -> str:
    """What becomes of a text that passes as far as it can: parsed, checked, evaluated, said."""
    try:
        node = parse_expression(text)
    except Fault:
        return "fault"
    checker = Checker(SCOPE)
    found = checker.type_of(node)
    if checker.errors or found is None:
        return "refused"
    assert parse_expression(unparse(node)) == node
    assert say(node, SCOPE, "zh")
    closures = Closures(SCOPE)
    blank = View(2025, date(2025, 6, 30), {kind: {} for kind in ("org", *SCOPE.kinds)}, {})
    if found.sort == "truth":
        assert closures.test(node)(blank) in (True, False, None)
    elif found.sort == "quantity":
        low, high = closures.quantity(node)(blank)
        assert high is None or low <= high
    elif found.sort in ("date", "year"):
        closures.when(node)(blank)
    return "fine"


def fault_of(read: Callable[[str], object], text: str) -> Fault | None:
    try:
        read(text)
    except Fault as fault:
        return fault
    return None


@settings(deadline=SECOND)
@given(st.text(max_size=3000))
def test_any_text(text: str) -> None:
    outcome(text)


@settings(deadline=SECOND)
@given(st.text(alphabet=string.printable + "万亿元年月个㎡％，（）", max_size=200))
def test_text_of_the_signs_that_rules_use(text: str) -> None:
    outcome(text)


@settings(deadline=SECOND, max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_words_of_the_language_in_any_order(text: str) -> None:
    outcome(text)
    fault = fault_of(parse_limit, text)
    if fault is not None:
        assert fault.text.zh
        assert fault.text.en
        assert 0 <= fault.column <= len(text) + 1


@settings(deadline=SECOND)
@given(st.text(max_size=100))
def test_any_literal(text: str) -> None:
    fault = fault_of(parse_literal, text)
    assert fault is None or len(fault.text.zh) < 150


SUBTRACTIONS = "1元" + " - 1元" * ((MOST_TOKENS - 2) // 3)
LARGEST = {
    "parentheses": "(" * DEEPEST + "1元" + ")" * DEEPEST,
    "not": "not " * DEEPEST + "org.is_ai",
    "of": "1 of " * (DEEPEST - 1) + "1元",
    "excess": "excess of " * DEEPEST + "1元" + " over 1元" * DEEPEST,
    "previous": "previous(" * DEEPEST + "org.revenue" + ")" * DEEPEST,
    "differences": SUBTRACTIONS,
    "quotients": "1元" + " ÷ 1" * ((MOST_TOKENS - 2) // 2),
    "mixed": "1" + " + 1 - 1" * ((MOST_TOKENS - 1) // 4),
    "comparison of differences": "1元" + " - 1元" * ((MOST_TOKENS - 5) // 3) + " >= 1元",
    "alternatives": "org.is_ai" + " or org.is_ai" * (LONGEST // 14),
    "rungs": ", ".join(["1元 if org.is_ai"] * (MOST_TOKENS // 5)),
    "products": "99999999999999" + " × 99999999999999" * 13,
}


@pytest.mark.parametrize("text", LARGEST.values(), ids=LARGEST)
def test_the_largest_that_is_taken_is_quick(text: str) -> None:
    start = time.process_time()
    assert outcome(text) == "fine"
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("(" * (DEEPEST + 1), "嵌套超过", "nested deeper"),
        ("(" * 1999, "嵌套超过", "nested deeper"),
        ("not " * (DEEPEST + 1) + "org.is_ai", "嵌套超过", "nested deeper"),
        ("1 of " * (DEEPEST + 1) + "1元", "嵌套超过", "nested deeper"),
        ("1 " * (MOST_TOKENS + 1), "个词", "words"),
        ("1" * 1999, "个词", "words"),
        ("x" * (LONGEST + 1), "超过上限", "more than"),
        ("a" * 10_000_000, "超过上限", "more than"),
        ("{" * 1000 + "}" * 1000, "嵌套超过", "nested deeper"),
    ],
    ids=["parentheses", "all parentheses", "not", "of", "words", "digits", "long", "ten megabytes", "braces"],
)  # fmt: skip
def test_more_than_that_is_refused_at_once(text: str, zh: str, en: str) -> None:
    start = time.process_time()
    with pytest.raises(Fault) as caught:
        parse_expression(text)
    assert time.process_time() - start < 1
    assert zh in caught.value.text.zh
    assert en in caught.value.text.en
