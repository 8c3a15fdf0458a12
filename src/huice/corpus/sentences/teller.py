"""What both languages tell a rule from: whom its conditions speak of, what its amount hangs on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure, Pool, Rule
from huice.language import nodes as n
from huice.language.check import kinds_named
from huice.language.printing.shared import phrases
from huice.language.scope import Scope
from huice.language.text import Text


class Claim(Struct, frozen=True):
    """The conditions of a rule by whom they speak of.

    `applicant`: all must hold; `others`: one entity of each kind must meet all of its own; `own`:
    what an entity of the measure's subject must meet to count.
    """

    applicant: tuple[n.Node, ...]
    others: Mapping[str, tuple[n.Node, ...]]
    own: tuple[n.Node, ...]


def claim(rule: Rule, subject: str, scope: Scope) -> Claim:
    """The conditions of a rule, each once, by whom they speak of."""
    found: dict[str, dict[n.Node, None]] = {}
    for node in phrases(tuple(condition.expression for condition in rule.requires)):
        kind = next(iter(kinds_named(node, scope)), "org")
        found.setdefault(kind, {})[node] = None
    applicant = tuple(found.pop("org", ()))
    own = tuple(found.pop(subject, ()))
    return Claim(applicant, {kind: tuple(nodes) for kind, nodes in found.items()}, own)


def is_open_ended(rule: Rule) -> bool:
    """Whether the amount grows with what the applicant states and nothing caps it."""
    if rule.pays is None or rule.pays.per is not None or rule.limits:
        return False
    amount = rule.pays.amount
    values = [t.value for t in amount.tiers] if isinstance(amount, n.Tiers) else [amount]
    return any(isinstance(part, n.Fact) for value in values for part in n.walk(value))


def counts_each(rule: Rule, subject: str) -> bool:
    """Whether every entity of the subject adds to the amount; else one of them opens the way."""
    if subject == "org" or rule.pays is None:
        return False
    limits = (rule.pays, *rule.limits)
    return any(limit.per in (None, subject) or subject in _kinds(limit.amount) for limit in limits)


def _kinds(node: n.Node) -> set[str]:
    return {part.name.split(".")[0] for part in n.walk(node) if isinstance(part, n.Fact)}


class Teller:
    """One rule, told in one language."""

    def __init__(self, rule: Rule, measure: Measure, corpus: Corpus) -> None:
        self.rule, self.measure, self.corpus = rule, measure, corpus
        self.scope = corpus.vocabulary.scope
        self.titles = {known.id: known.title for known in corpus.measures}
        self.claim = claim(rule, measure.subject, self.scope)
        self.each = counts_each(rule, measure.subject)
        self.judgements = [text for text in rule.judged if not _is_permission(text)]
        self.may = len(self.judgements) < len(rule.judged)

    def the_pool(self) -> Pool | None:
        """The pool that the rule draws on."""
        return self.corpus.pools[self.rule.pool] if self.rule.pool else None

    def trial(self) -> bool:
        """Whether the document calls itself a trial."""
        return self.corpus.document(self.measure.document).trial


def _is_permission(text: Text) -> bool:
    """Whether a judgement is the bare word 可: the authority may give, and need not."""
    return bool(re.match(r"(（读法）)?可(给予$|$|……|按)", text.zh))


def stripped(text: str) -> str:
    """A text without the brackets around it."""
    return text.strip("（）() ")
