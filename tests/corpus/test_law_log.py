"""The law log names what the corpus holds: version, documents, digest, and every caution."""

from __future__ import annotations

from huice import Corpus
from huice.corpus.corpus import default_folder

LOG = (default_folder() / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_newest_entry_is_of_this_version_and_text(corpus: Corpus) -> None:
    first = next(line for line in LOG.splitlines() if line.startswith("## "))
    assert first.startswith(f"## {corpus.version}")
    assert corpus.text_digest in LOG


def test_every_document_and_its_number_of_measures(corpus: Corpus) -> None:
    for document in corpus.documents:
        assert f"{document.title.zh} `{document.id}` | {len(document.measures)} |" in LOG


def test_every_measure_with_a_caution_is_named(corpus: Corpus) -> None:
    for caution in corpus.cautions:
        assert all(f"`{measure}`" in LOG for measure in caution.measures)


def test_measures_named_in_the_log_exist(corpus: Corpus) -> None:
    known = {measure.id for measure in corpus.measures} | {one.id for one in corpus.documents}
    named = {part for part in LOG.split("`")[1::2] if "/" in part}
    assert named <= known
