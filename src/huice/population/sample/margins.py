"""Reads margins: how many firms there are of each place, size or combination, as YAML or CSV."""

from __future__ import annotations

import csv
import io
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from huice.corpus.cursor import MISSING, Cursor
from huice.corpus.source import KEY, Path_, Source, read_file
from huice.language.text import Text
from huice.population.sample.model import Assumptions, Variable
from huice.population.sample.numbers import unknown
from huice.population.sample.rake import JOIN, BadMargins, Margin
from huice.population.sample.variables import positions_of

BAD_MARGIN = "H008"
REST = "rest"
"""The group of all that is not named."""
NUMBER = "number"
MOST_CELLS = 1_000_000
LARGEST = 10**9
_SORTS = ("choice", "place", "truth")


def load_margins(file: Path, assumptions: Assumptions) -> tuple[Margin, ...]:
    """The margins of a file. Raises `BadMargins` with all that is wrong."""
    source = _csv(file) if file.suffix.lower() == ".csv" else read_file(file)
    found: list[Margin] = []
    if not source.problems:
        root = Cursor(source, source.value, code=BAD_MARGIN)
        known = {
            variable.name: variable
            for variable in assumptions.orgs
            if variable.fact is not None and variable.sort in _SORTS
        }
        if root.mapping(("margins",), ("margins",)):
            found = [
                margin
                for cursor in root.down("margins").each()
                if (margin := _margin(cursor, known)) is not None
            ]
            if not found and not source.problems:
                root.note(Text("一个边际也没有", "there are no margins"))
    if source.problems:
        raise BadMargins(*source.problems)
    return tuple(found)


def _csv(file: Path) -> Source:
    """A CSV file as the same structure: the heading names the variables and ends with `number`."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return read_file(file)  # which says what is wrong with it
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    source = Source(str(file), {"margins": []}, {}, [])
    if not rows or rows[0][-1].strip() != NUMBER or len(rows[0]) == 1:
        source.problems.append(
            source.problem(
                BAD_MARGIN,
                Text(
                    "第一行应为变量名，最后一列是 number，如 org.place,org.size,number",
                    "the first line names the variables and ends with number: org.place,org.size,number",
                ),
            )
        )
        return source
    names = [cell.strip() for cell in rows[0][:-1]]
    numbers: dict[str, Any] = {}
    where: Path_ = ("margins", 0, "numbers")
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            said = Text(f"这一行有 {len(row)} 格，应为 {len(rows[0])} 格",
                        f"this line has {len(row)} cells, not {len(rows[0])}")  # fmt: skip
            source.lines[where] = (line, 1)
            source.problems.append(source.problem(BAD_MARGIN, said, where))
            continue
        into, path = numbers, where
        for cell in row[:-2]:
            into, path = into.setdefault(cell.strip(), {}), (*path, cell.strip())
        last = row[-2].strip()
        source.lines[*path, last] = source.lines[*path, last, KEY] = (line, 1)
        if last in into:
            said = Text("这一组写了两次", "this group is written twice")
            source.problems.append(source.problem(BAD_MARGIN, said, (*path, last)))
        into[last] = int(row[-1]) if row[-1].strip().isdecimal() else row[-1]
    source.value = {"margins": [{"of": names, "numbers": numbers}]}
    return source


def _margin(cursor: Cursor, known: dict[str, Variable]) -> Margin | None:
    if not cursor.mapping(("of", "numbers"), ("of", "numbers")):
        return None
    keys = {variable.fact.key: name for name, variable in known.items() if variable.fact}
    names = [keys.get(name, name) for name in cursor.strings("of")]
    for name in names:
        if name not in known:
            unknown(cursor.down("of"), "可作边际的事实", "fact for a margin", name, list(known))
    variables = [known[name] for name in names if name in known]
    if len(variables) != len(names) or not names or len(set(names)) != len(names):
        return None
    sizes = tuple(len(variable.options) + 1 for variable in variables)
    if prod(sizes) > MOST_CELLS:
        cursor.down("of").note(Text("组合太多，请少用几个变量", "too many combinations; use fewer"))
        return None
    labels: list[str] = []
    numbers: list[int] = []
    groups = [-1] * prod(sizes)
    _fill(cursor.down("numbers"), variables, sizes, [], (labels, numbers, groups))
    return Margin(tuple(names), sizes, tuple(labels), tuple(numbers), tuple(groups))


def _fill(
    cursor: Cursor,
    variables: list[Variable],
    sizes: tuple[int, ...],
    above: list[tuple[str, list[int]]],
    into: tuple[list[str], list[int], list[int]],
) -> None:
    """Groups by the nested keys of `numbers`; `rest` takes what its neighbours leave."""
    variable = variables[len(above)]
    every = set(range(len(variable.options) + 1))
    if not cursor.mapping():
        cursor.note(Text("应为“选项: 数量”", "a mapping of options to numbers is needed"))
        return
    taken: set[int] = set()
    for word, below in sorted(cursor.items(), key=lambda entry: entry[0] == REST):
        chosen = sorted(every - taken) if word == REST else positions_of(word, variable)
        if not chosen and word != REST:
            unknown(below, "选项", "option", word, [*variable.options, REST])
        if taken & set(chosen):
            below.note(Text(f"“{word}”与前面的组重叠", f"“{word}” overlaps a group before it"))
            continue
        taken |= set(chosen)
        path = [*above, (word, chosen)]
        if len(path) < len(variables):
            _fill(below, variables, sizes, path, into)
        else:
            _add(below, sizes, path, into)


def _add(
    cursor: Cursor,
    sizes: tuple[int, ...],
    path: list[tuple[str, list[int]]],
    into: tuple[list[str], list[int], list[int]],
) -> None:
    labels, numbers, groups = into
    value = cursor.value
    if type(value) is not int or not 0 <= value <= LARGEST:
        shown = "" if value is MISSING or value is None else f"“{value}”"
        cursor.note(
            Text(
                f"数量应为 0 到 {LARGEST:,} 的整数，写的是{shown}",
                f"a whole number from 0 to {LARGEST:,} is needed, not {shown}",
            )
        )
        return
    for positions in product(*(chosen for _, chosen in path)):
        code = 0
        for size, position in zip(sizes, positions, strict=True):
            code = code * size + position
        groups[code] = len(labels)
    labels.append(JOIN.join(word for word, _ in path))
    numbers.append(value)
