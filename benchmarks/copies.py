"""Larger corpora: renamed copies of the policies shipped with the package.

`same places`: every copy has its own documents, measures, pools and groups at the places of the
original, so that the measures near an applicant grow with the corpus. `other cities`: every copy
lies in five invented cities of its own, so that they do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from huice import Corpus
from huice.corpus.corpus import default_folder

SAME_PLACES, OTHER_CITIES = "same places", "other cities"

Rename = Callable[[str], str]
"""The text of a policy file, or of a part of one, as it stands in a copy."""

_CITY = re.compile(r"(?<![\w/.-])(hangzhou|shanghai|beijing|shenzhen|guangzhou)(?![\w.-])")
_DOCUMENT = re.compile(r"^((?:- )?document: )(\S+)$", re.MULTILINE)


def write_copies(folder: Path, copies: int, places: str) -> None:
    """A folder of policies with so many times the measures of the original."""
    source = default_folder()
    rename_of = _same_places(Corpus.load()) if places == SAME_PLACES else _other_cities
    renames: list[Rename] = [str, *map(rename_of, range(1, copies))]
    for rename in renames:
        _copy_documents(source, folder, rename)
    for name in ("groups.yaml", "cautions.yaml"):
        text = _read(source / name)
        _write(folder / name, "\n".join(rename(text) for rename in renames))
    _, parts = _read(source / "corpus.yaml").split("parts:\n", 1)
    listed = "".join(rename(parts) for rename in renames)
    _write(folder / "corpus.yaml", f"version: copies\nparts:\n{listed}")
    before, own, after = _around_places(_read(source / "vocabulary.yaml"))
    copied = [own] if places == SAME_PLACES else [rename(own) for rename in renames]
    _write(folder / "vocabulary.yaml", before + "".join(copied) + after)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy_documents(source: Path, folder: Path, rename: Rename) -> None:
    for path in sorted(source.glob("*/*.yaml")):
        name, dot, suffix = path.relative_to(source).as_posix().partition(".")
        copy = rename(f"document: {name}").removeprefix("document: ")
        _write(folder / (copy + dot + suffix), rename(_read(path)))


def _around_places(vocabulary: str) -> tuple[str, str, str]:
    """The vocabulary before its places, the places of the five cities, and the rest."""
    start = vocabulary.index("options:\n", vocabulary.index("org.place:")) + len("options:\n")
    end = vocabulary.index("      other:", start)
    return vocabulary[:start], vocabulary[start:end], vocabulary[end:]


def _other_cities(number: int) -> Rename:
    return lambda text: _CITY.sub(rf"\g<1>{number}", text)


def _same_places(corpus: Corpus) -> Callable[[int], Rename]:
    ids = {*(one.id for one in corpus.measures), *(one.id for one in corpus.groups), *corpus.pools}
    known = "|".join(map(re.escape, sorted(ids, key=len, reverse=True)))
    pattern = re.compile(rf"(?<!document: )(?<![\w/-])({known})(?![\w/-])")

    def rename_of(number: int) -> Rename:
        return lambda text: _DOCUMENT.sub(
            rf"\g<1>\g<2>-{number}", pattern.sub(rf"\g<1>-{number}", text)
        )

    return rename_of
