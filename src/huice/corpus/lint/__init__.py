"""`huice lint`: reads the corpus as an editor would and proves that text and rules agree.

Every check is a small function from the corpus to located problems; `CHECKS` lists them in the
order in which they report. docs/lint.md explains every code with a bad and a good example.
"""

from __future__ import annotations

from pathlib import Path

from huice.corpus.corpus import Corpus, load_corpus
from huice.corpus.lint import (
    branches,
    english,
    figures,
    modality,
    options,
    phrases,
    references,
    scopes,
    verbatim,
    vocabulary,
)
from huice.corpus.lint.report import Check
from huice.corpus.source import Problem

CHECKS: tuple[Check, ...] = (
    verbatim.digest_agrees,
    verbatim.sentences_in_order,
    verbatim.no_stray_text,
    verbatim.pools_stand,
    verbatim.validity_quoted,
    verbatim.titles_quoted,
    verbatim.funding_stands,
    figures.numbers_of_text,
    figures.numbers_of_rule,
    figures.numbers_of_options,
    figures.excused_words,
    figures.numbers_outside,
    figures.numbers_of_titles,
    figures.pool_products,
    phrases.labels_stand,
    phrases.labels_from_before,
    phrases.all_encoded,
    phrases.idle_phrases,
    phrases.facts_demanded,
    phrases.choices_named,
    phrases.labels_in_place,
    phrases.siblings_alike,
    modality.ceilings_said,
    modality.payments_without_number,
    modality.limits_said,
    modality.thresholds_said,
    modality.durations_said,
    modality.pools_said,
    scopes.periods_said,
    scopes.whose_sum,
    scopes.once_said,
    scopes.amounts_present,
    scopes.durations_stated,
    scopes.durations_unbroken,
    scopes.pools_yearly,
    scopes.pools_quoted,
    branches.conditions_alive,
    branches.parts_needed,
    branches.rungs_reached,
    branches.caps_bind,
    branches.quotas_positive,
    options.defaults_are_the_rule,
    options.options_change,
    options.options_differ,
    options.scopes_exist,
    options.limits_restated,
    options.reading_ids,
    english.all_translated,
    english.all_used,
    vocabulary.facts_complete,
    vocabulary.facts_used,
    references.ids_agree,
    references.applicants_named,
    references.groups_sensible,
    references.groups_explained,
    references.pools_drawn,
    references.numbers_shared,
)


def lint(corpus: Corpus, found: tuple[Problem, ...] = ()) -> tuple[Problem, ...]:
    """What is wrong with the corpus, after what loading it `found`; information is `info`."""
    return (*found, *(problem for check in CHECKS for problem in check(corpus)))


def lint_folder(folder: Path) -> tuple[Corpus, tuple[Problem, ...]]:
    """The corpus of a folder with everything that loading and the checks find."""
    corpus, found = load_corpus(folder)
    return corpus, lint(corpus, found)
