"""Expressions in words, Chinese and English, and back to the text of the rule language."""

from __future__ import annotations

from collections.abc import Mapping

from huice.language import nodes as n
from huice.language.printing import en, zh
from huice.language.printing.en import English
from huice.language.printing.source import unparse
from huice.language.printing.zh import Chinese
from huice.language.scope import Scope
from huice.language.text import Text

__all__ = ["say", "unparse"]


def say(
    node: n.Node, scope: Scope, lang: str = "zh", titles: Mapping[str, Text] | None = None
) -> str:
    """The expression, limit or ladder in words; facts and members by the labels of the scope.

    A truth is a clause (`主体类型为企业`), a quantity a noun phrase (`合同金额的 30%`), a limit
    says whose sum it cuts (`每个项目累计不超过 1000 万元`). `titles` names the measures that the
    node points to.
    """
    if lang == "en":
        return en.finish(English(scope, titles).say(node))
    return zh.finish(Chinese(scope, titles).say(node))
