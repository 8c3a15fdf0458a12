"""A rule as a reader of the policy is told it: who may claim, what is paid, how far, how long."""

from __future__ import annotations

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure, Rule
from huice.corpus.sentences.en import EnglishTeller
from huice.corpus.sentences.zh import ChineseTeller


class Sentences(Struct, frozen=True):
    """What a rule says: one matter a field, in whole sentences, empty where it says nothing."""

    who: str
    judged: str
    pays: str
    caps: str
    lasts: str
    pool: str
    quota: str
    validity: str


def sentences(rule: Rule, measure: Measure, corpus: Corpus, lang: str = "zh") -> Sentences:
    """The rule in words. Pass the rule under a chosen reading to print that reading."""
    teller = (EnglishTeller if lang == "en" else ChineseTeller)(rule, measure, corpus)
    return Sentences(
        *(
            teller.finish(said)
            for said in (
                teller.who(),
                teller.judged(),
                teller.pays(),
                teller.caps(),
                teller.lasts(),
                teller.pool(),
                teller.quota(),
                teller.validity(),
            )
        )
    )


def paragraph(rule: Rule, measure: Measure, corpus: Corpus, lang: str = "zh") -> str:
    """The sentences of a rule in one short paragraph."""
    said = sentences(rule, measure, corpus, lang)
    parts = [getattr(said, field) for field in said.__struct_fields__]
    return (" " if lang == "en" else "").join(part for part in parts if part)
