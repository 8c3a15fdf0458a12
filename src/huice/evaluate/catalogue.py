"""What a corpus holds, JSON-ready: measures, documents, pools, groups and the vocabulary, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.model import Document, Group, Measure, Pool, Rule
from huice.corpus.sentences import sentences
from huice.evaluate.ask import Question
from huice.evaluate.evaluator import evaluator
from huice.evaluate.formula import formulas, spans_used
from huice.evaluate.outcome import Outcome
from huice.evaluate.result import Result, decimal, total_dict
from huice.language.nodes import Limit, Literal
from huice.language.text import Text
from huice.language.units import value_of

LANGS = ("zh", "en")


def pair(text: Text) -> dict[str, str]:
    """A text in both languages."""
    return {"zh": text.zh, "en": text["en"]}


# --- measures -------------------------------------------------------------------------------------


def measure_row(corpus: Corpus, measure: Measure) -> dict[str, Any]:
    """A measure in a list."""
    return {
        "measure": measure.id,
        "title": pair(measure.title),
        "document": measure.document,
        "place": measure.place,
        "gives": measure.gives.value,
        "benefit": measure.benefit,
        "clause_cap_yuan": decimal(evaluator(corpus).programs.get(measure).clause_cap),
        "file": measure.where.file,
        "line": measure.where.line,
    }


def measures_dict(corpus: Corpus, measures: Iterable[Measure]) -> dict[str, Any]:
    """A list of measures."""
    return {
        "schema": "huice/measures/1",
        "corpus_version": corpus.version,
        "measures": [measure_row(corpus, one) for one in measures],
    }


def measure_dict(corpus: Corpus, measure: Measure) -> dict[str, Any]:
    """A measure in full: its sentence, the rule in words, readings, relations, cautions."""
    return {
        "schema": "huice/measure/1",
        "corpus_version": corpus.version,
        **measure_row(corpus, measure),
        "text": pair(measure.quote),
        "start": measure.start,
        "subject": measure.subject,
        "rule": rule_words(corpus, measure, measure.rule),
        "judged": [pair(text) for text in measure.rule.judged],
        "readings": [
            {
                "id": reading.id,
                "asks": pair(reading.asks),
                "default": reading.default,
                "options": [
                    {
                        "name": option.name,
                        "says": pair(option.says),
                        "effect": option.effect,
                        "computed": option.computed,
                    }
                    for option in reading.options
                ],
            }
            for reading in measure.readings
        ],
        "pool": measure.rule.pool,
        "groups": [group.id for group in corpus.groups if measure.id in group.members],
        "cautions": [
            {
                "says": pair(caution.says),
                "title": caution.title,
                "url": caution.url,
                "date": caution.date,
            }
            for caution in corpus.cautions_of(measure.id)
        ],
    }


def rule_words(corpus: Corpus, measure: Measure, rule: Rule) -> dict[str, dict[str, str]]:
    """A rule in whole sentences, one matter a field; empty where it says nothing."""
    told = {lang: sentences(rule, measure, corpus, lang) for lang in LANGS}
    return {
        lang: {field: getattr(said, field) for field in said.__struct_fields__}
        for lang, said in told.items()
    }


# --- documents, pools, groups ---------------------------------------------------------------------


def document_row(document: Document) -> dict[str, Any]:
    """A document in a list."""
    valid = document.valid
    return {
        "document": document.id,
        "title": pair(document.title),
        "place": document.place,
        "trial": document.trial,
        "starts": valid.starts.isoformat() if valid and valid.starts else None,
        "ends": valid.ends.isoformat() if valid and valid.ends else None,
        "measures": [measure.id for measure in document.measures],
        "pools": [pool.id for pool in document.pools],
        "file": document.where.file,
    }


def documents_dict(corpus: Corpus, documents: Iterable[Document]) -> dict[str, Any]:
    """A list of documents."""
    return {
        "schema": "huice/documents/1",
        "corpus_version": corpus.version,
        "documents": [document_row(one) for one in documents],
    }


def document_dict(corpus: Corpus, document: Document) -> dict[str, Any]:
    """A document with its whole text."""
    return {
        "schema": "huice/document/1",
        "corpus_version": corpus.version,
        **document_row(document),
        "text": document.text,
    }


def pools_dict(corpus: Corpus) -> dict[str, Any]:
    """The pools, each with what draws on it."""
    return {
        "schema": "huice/pools/1",
        "corpus_version": corpus.version,
        "pools": [_pool(corpus, pool) for pool in corpus.pools.values()],
    }


def _pool(corpus: Corpus, pool: Pool) -> dict[str, Any]:
    return {
        "pool": pool.id,
        "text": pair(pool.text),
        "document": pool.document,
        "holds_yuan": decimal(value_of(pool.holds)),
        "yearly": pool.yearly,
        "stated": pool.stated,
        "vouchers": int(value_of(pool.vouchers)) if pool.vouchers else None,
        "face_yuan": decimal(value_of(pool.face)) if pool.face else None,
        "measures": [one.id for one in corpus.measures if one.rule.pool == pool.id],
    }


def groups_dict(corpus: Corpus) -> dict[str, Any]:
    """The groups of measures that do not simply add up."""
    return {
        "schema": "huice/groups/1",
        "corpus_version": corpus.version,
        "groups": [_group(group) for group in corpus.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    ceiling = group.ceiling
    return {
        "group": group.id,
        "kind": group.kind,
        "rule": group.rule,
        "measures": list(group.members),
        "says": pair(group.says),
        "ceiling_yuan": _stated(ceiling),
        "ceiling_period": None if ceiling is None else ceiling.period,
    }


def _stated(ceiling: Limit | None) -> str | None:
    if ceiling is None or not isinstance(ceiling.amount, Literal):
        return None
    return decimal(value_of(ceiling.amount))


# --- vocabulary and questions ---------------------------------------------------------------------


def vocabulary_dict(corpus: Corpus) -> dict[str, Any]:
    """The facts with their questions and choices, and the lists of a profile."""
    vocabulary = corpus.vocabulary
    return {
        "schema": "huice/vocabulary/1",
        "corpus_version": corpus.version,
        "places": list(corpus.places),
        "kinds": [
            {"kind": kind.name, "list": kind.list_key, "label": pair(kind.label)}
            for kind in vocabulary.kinds.values()
        ],
        "facts": [
            {
                "fact": fact.name,
                "key": fact.key,
                "entity": fact.entity,
                "type": fact.type,
                "unit": fact.unit or None,
                "label": pair(fact.label),
                "question": pair(fact.question),
                "note": pair(fact.note) if fact.note.zh else None,
                "effort": fact.effort,
                "asked_of": fact.asked_of,
                "nature": fact.nature,
                "options": {name: pair(label) for name, label in fact.options.items()},
            }
            for fact in vocabulary.facts.values()
        ],
    }


def questions_dict(corpus: Corpus, asked: Sequence[Question], limit: int) -> dict[str, Any]:
    """The best questions, and how many are open in all."""
    return {
        "schema": "huice/questions/1",
        "corpus_version": corpus.version,
        "open": len(asked),
        "questions": [_question(one) for one in asked[:limit]],
    }


def _question(one: Question) -> dict[str, Any]:
    fact = one.fact
    return {
        "fact": fact.name,
        "key": fact.key,
        "entity": one.entity,
        "opens": one.opens,
        "label": pair(fact.label),
        "question": pair(fact.question),
        "note": pair(fact.note) if fact.note.zh else None,
        "type": fact.type,
        "unit": fact.unit or None,
        "effort": fact.effort,
        "options": {name: pair(label) for name, label in fact.options.items()},
        "stake_yuan": decimal(one.stake),
        "measures": list(one.measures),
        "unquantified": one.unquantified,
        "place": one.place,
    }


# --- results --------------------------------------------------------------------------------------


def explanation_dict(result: Result, measure: str) -> dict[str, Any]:
    """One measure for one applicant: its result, the amount in a line, the rule in words under its readings."""
    one, corpus = result.measure(measure), result.corpus
    return {
        "schema": "huice/explanation/1",
        "result": result.to_dict(),
        "formulas": [
            {"years": list(line.years), "says": pair(line.says), "high_yuan": decimal(line.high)}
            for line in formulas(one, corpus)
        ],
        "spans": [list(span) for span in spans_used(one.steps)],
        "rule": rule_words(corpus, one.measure, one.rule),
    }


def figures_dict(result: Result) -> dict[str, Any]:
    """The result without its reasons: the total, and status and figures of each measure."""
    return {
        "schema": "huice/figures/1",
        "as_of": result.profile.as_of.isoformat(),
        "claim_year": result.profile.claim_year,
        "horizon_years": result.profile.horizon,
        "place": result.place,
        "corpus_version": result.corpus.version,
        "corpus_digest": result.corpus.digest,
        "total": total_dict(result.total),
        "measures": [figures_of(outcome) for outcome in result.outcomes],
    }


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """Status and figures of one measure."""
    return {
        "measure": outcome.measure,
        "status": outcome.status.value,
        "certain_yuan": decimal(outcome.certain),
        "ceiling_yuan": decimal(outcome.ceiling),
        "clause_cap_yuan": decimal(outcome.clause_cap),
        "years": outcome.year_count,
    }
