"""Faults planted into a copy of the policies: loading and lint must find every one of them.

Each kind of fault is planted wherever it can be planted, systematically. The short run takes an even sample of
the large kinds, `make test-long` all of them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import Struct

import huice.corpus.corpus as loading
from huice.corpus.corpus import Corpus, default_folder, load_corpus
from huice.corpus.lint import lint, lint_folder
from huice.corpus.model import Measure
from huice.corpus.numbers import tokens
from huice.corpus.source import Problem, Source, read_bytes, read_file

ORIGINAL = default_folder()
FILES = {
    path.relative_to(ORIGINAL).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(ORIGINAL.rglob("*.yaml"))
}
RULES = {
    name: text for name, text in FILES.items() if "/" in name and not name.endswith(".en.yaml")
}
CORPUS = Corpus.load()
LAW = CORPUS.compilation()
SAMPLE = 6
"""Faults of one kind in the short run."""


class Fault(Struct, frozen=True):
    """What was planted, and the files as they read then."""

    what: str
    files: dict[str, str]


Planter = Callable[[], Iterator[Fault]]
PLANTERS: dict[str, Planter] = {}


def planter(function: Planter) -> Planter:
    """Register a kind of fault under the function's name."""
    PLANTERS[function.__name__.replace("_", " ")] = function
    return function


# --- where things stand in the files -----------------------------------------------------------------


class Line(Struct, frozen=True):
    """A line of a policy file: its measure or pool, and how the file reads with another line there."""

    file: str
    number: int
    text: str
    measure: str

    def but(self, *replacement: str) -> dict[str, str]:
        """The file with other lines, or none, in place of this one."""
        lines = RULES[self.file].split("\n")
        lines[self.number : self.number + 1] = replacement
        return {self.file: "\n".join(lines)}

    def fault(self, old: str, new: str, start: int = 0) -> Fault:
        """The line with one phrase replaced."""
        place = self.text.index(old, start)
        changed = self.text[:place] + new + self.text[place + len(old) :]
        return Fault(f"{self.measure}: {self.text.strip()[:70]} | {old} → {new}", self.but(changed))

    def gone(self) -> Fault:
        """The file without the line."""
        return Fault(f"{self.measure}: without {self.text.strip()[:70]}", self.but())


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """The lines of all rules: neither texts nor cases, nor what only people read."""
    found = []
    for name, text in RULES.items():
        measure, told = "", False
        for number, line in enumerate(text.split("\n")):
            if match := re.match(r"- id: (\S+)", line):
                measure = match[1]
            told = told or line.startswith("measures:")
            idle = re.match(r"\s*(- \{case|text:|title:|who:|asks:|zh:|en:)", line)
            if measure and told and not idle:
                found.append(Line(name, number, line, measure))
    return tuple(found)


def rule_lines(pattern: str) -> Iterator[tuple[Line, re.Match[str]]]:
    """The rule lines on which the pattern stands, comments left out, with the first match."""
    for line in lines():
        if match := re.search(pattern, line.text.split("  # ")[0]):
            yield line, match


def conditions() -> Iterator[tuple[Line, str, str]]:
    """Each condition's line, label and expression."""
    for line in lines():
        match = re.match(r"  - ([^:{]*[一-鿿][^:]*): (.+)$", line.text)
        if match and "per" not in match[2].split()[-3:]:
            yield line, match[1], match[2].split("  # ")[0]


def literals(pattern: str) -> Iterator[tuple[Line, re.Match[str]]]:
    """Each number of a rule whose unit the pattern describes: in conditions, amounts, caps, readings."""
    for line in lines():
        body = line.text.split("  # ")[0]
        if re.match(r"\s*(also says|words|judged|instead|parts|funding):", body):
            continue
        label = re.match(r"  - [^:{]*[一-鿿][^:]*: ", body)
        for match in re.finditer(rf"(?<![\w.:])(\d+(?:\.\d+)?)({pattern})", body):
            before = body[: match.start()]
            said = re.search(r"(conservative|generous|neutral): [^,}]*$", before)
            if match[1] != "0" and not said and match.start() >= (label.end() if label else 0):
                yield line, match


def other_digit(number: str) -> str:
    """The number with its last digit changed."""
    return number[:-1] + str((int(number[-1]) + 1) % 10 or 1)


def changed(kind: str) -> Iterator[Fault]:
    """Every number of a rule with this unit, with a digit changed."""
    for line, match in literals(kind):
        yield line.fault(match[0], other_digit(match[1]) + match[2], match.start())


# --- numbers -----------------------------------------------------------------------------------------


@planter
def a_rate_changed() -> Iterator[Fault]:
    yield from changed("%")


@planter
def a_sum_changed() -> Iterator[Fault]:
    yield from changed("(?:万|亿)?元")


@planter
def a_sum_ten_times() -> Iterator[Fault]:
    for line, match in literals("(?:万|亿)?元"):
        if "." not in match[1]:
            yield line.fault(match[0], match[1] + "0" + match[2], match.start())


@planter
def a_duration_changed() -> Iterator[Fault]:
    for line, match in literals("个月|年"):
        if "claim_year" not in line.text:
            yield line.fault(match[0], other_digit(match[1]) + match[2], match.start())


@planter
def a_quota_changed() -> Iterator[Fault]:
    yield from changed("个(?!月)|家|张|项")


@planter
def a_unit_changed() -> Iterator[Fault]:
    other = {"万元": "亿元", "亿元": "万元", "个月": "年", "年": "个月", "家": "张", "张": "家"}
    for line, match in literals("万元|亿元|个月|年|家|张"):
        yield line.fault(match[0], match[1] + other[match[2]], match.start())


@planter
def a_unit_price_changed() -> Iterator[Fault]:
    for line, match in literals("元/㎡/[天月]"):
        swapped = match[2].replace("天", "年") if "天" in match[2] else match[2].replace("月", "天")
        yield line.fault(match[0], match[1] + swapped, match.start())
        yield line.fault(match[0], match[1] + "元", match.start())


@planter
def a_pool_changed() -> Iterator[Fault]:
    for name, text in RULES.items():
        for match in re.finditer(r"(?<=, )(?:holds|vouchers|of): (\d+(?:\.\d+)?)", text):
            new = other_digit(match[1])
            changed_text = text[: match.start(1)] + new + text[match.end(1) :]
            yield Fault(f"{name}: {match[0]} → {new}", {name: changed_text})


@planter
def a_number_in_a_title_changed() -> Iterator[Fault]:
    for name, text in RULES.items():
        for match in re.finditer(r"\n  title: \{zh: [^,]*?(\d+)", text):
            new = other_digit(match[1])
            changed_text = text[: match.start(1)] + new + text[match.end(1) :]
            yield Fault(f"{name}: title {match[1]} → {new}", {name: changed_text})


# --- modality and scope -------------------------------------------------------------------------------


@planter
def a_ceiling_made_owed() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  pays at most:"):
        yield line.fault("pays at most:", "pays:")


@planter
def what_is_owed_made_a_ceiling() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  pays:"):
        yield line.fault("pays:", "pays at most:")


@planter
def a_threshold_moved_by_a_hair() -> Iterator[Fault]:
    other = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
    for line, match in rule_lines(r" (>=|>|<=|<) (?!0)"):
        if ": {" not in line.text:  # an option may read the threshold otherwise
            yield line.fault(f" {match[1]} ", f" {other[match[1]]} ", match.start())
    for line, match in rule_lines(r"is (at least|at most) \d"):
        if ": {" not in line.text:
            stricter = {"at least": "more than", "at most": "less than"}[match[1]]
            yield line.fault(match[1], stricter, match.start())


@planter
def a_threshold_turned_round() -> Iterator[Fault]:
    for line, match in rule_lines(r" (>=|<=) (?!0)"):
        if ": {" not in line.text:
            yield line.fault(match[1], {">=": "<=", "<=": ">="}[match[1]], match.start())


@planter
def a_yearly_cap_made_one_in_total() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  (?:- |pays).* per year$"):
        yield line.fault("per year", "in total")


@planter
def a_cap_in_total_made_yearly() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  (?:- |pays).* in total$"):
        yield line.fault("in total", "per year")


@planter
def a_cap_on_somebody_else() -> Iterator[Fault]:
    for line, match in rule_lines(r"^  (?:- |pays[^:]*: )(\d+)\S+ per org "):
        measure = CORPUS.measure(line.measure)
        if re.search(f"(每家|单个企业|单个主体)[^，。]*最高 ?{match[1]} ", measure.text):
            subject = measure.subject
            yield line.fault("per org", "per person" if subject == "org" else f"per {subject}")


@planter
def a_cap_dropped() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  - \d.* (?:per|×) "):
        yield line.gone()


@planter
def a_payment_once_made_repeatable() -> Iterator[Fault]:
    once = {m.id for m in CORPUS.measures if "一次性" in m.text}
    for line, _ in rule_lines(r"^  paid once:"):
        if line.measure in once:
            yield line.gone()


@planter
def a_key_of_the_rule_dropped() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  (?:pays|pays at most|draws on|selects|vouchers each): ?\S"):
        yield line.gone()
    for line, _ in rule_lines(r"^  lasts:"):
        if line.measure != "beijing/mtg-free-space":  # its 3 years are also a condition
            yield line.gone()


@planter
def a_run_of_years_broken() -> Iterator[Fault]:
    for line, match in rule_lines(r"^  lasts: (\d年)$"):
        if "连续" not in CORPUS.measure(line.measure).text:
            yield line.fault(match[1], f"{{at most: {match[1]}, run: unbroken}}")


@planter
def a_base_changed() -> Iterator[Fault]:
    other = {
        "contract.paid": "contract.amount",
        "contract.amount": "contract.paid",
        "premises.cost": "premises.area",
        "project.cost": "project.upstream_grant",
        "project.upstream_grant": "project.cost",
    }
    for line, match in rule_lines(r"^  pays.* of ((?:contract|premises|project)\.[a-z_]+)"):
        yield line.fault(match[1], other[match[1]])


@planter
def a_pool_made_yearly_or_not() -> Iterator[Fault]:
    for name, text in RULES.items():
        for match in re.finditer(r"- \{id: (\S+), text: .*\}", text):
            pool = match[0]
            if ", yearly: true" in pool:
                new = pool.replace(", yearly: true", "")
            else:
                new = pool.replace("}", ", yearly: true}")
            yield Fault(f"{match[1]}: yearly", {name: text.replace(pool, new)})


@planter
def a_pool_stated_otherwise() -> Iterator[Fault]:
    for name, text in RULES.items():
        for match in re.finditer(r"- \{id: (\S+), text: .*\}", text):
            pool = match[0]
            if "stated: at_most" in pool:
                new = pool.replace("stated: at_most", "stated: exact")
            elif "stated: nominal" in pool:
                new = pool.replace("stated: nominal", "stated: at_most")
            elif "vouchers:" in pool:
                continue
            else:
                new = pool.replace("}", ", stated: at_most}")
            yield Fault(f"{match[1]}: stated", {name: text.replace(pool, new)})


# --- phrases -----------------------------------------------------------------------------------------


@planter
def a_condition_dropped() -> Iterator[Fault]:
    for line, label, _ in conditions():
        lines_of = RULES[line.file].split("\n")
        only = lines_of[line.number - 1].strip() == "requires:" and not lines_of[
            line.number + 1
        ].startswith("  - ")
        if only:
            del lines_of[line.number - 1 : line.number + 1]
            yield Fault(f"{line.measure}: without {label}", {line.file: "\n".join(lines_of)})
        else:
            yield line.gone()


@planter
def a_label_misspelt() -> Iterator[Fault]:
    for line, label, _ in conditions():
        place = len(label) // 2
        yield line.fault(label, label[:place] + "某" + label[place + 1 :])


@planter
def labels_of_two_conditions_swapped() -> Iterator[Fault]:
    found = list(conditions())
    for (line, label, rule), (after, other, then) in pairwise(found):
        if after.number != line.number + 1 or after.file != line.file:
            continue
        facts = [
            set(re.findall(r"(?:contract|person|project|premises)\.[a-z]+", r))
            for r in (rule, then)
        ]
        if not facts[0] or not facts[1]:
            continue
        own = [label_pairs(label), label_pairs(other)]
        if (
            not speaks(own[0], rule)
            or not speaks(own[1], then)
            or speaks(own[0], then)
            or speaks(own[1], rule)
        ):
            continue
        lines_of = RULES[line.file].split("\n")
        lines_of[line.number : line.number + 2] = [f"  - {other}: {rule}", f"  - {label}: {then}"]
        yield Fault(f"{line.measure}: {label} ↔ {other}", {line.file: "\n".join(lines_of)})


def label_pairs(label: str) -> set[str]:
    """Two neighbouring characters of a label at a time."""
    words = re.findall(r"\w+", re.sub(r"（[^）]*）", " ", label))
    return {word[index : index + 2] for word in words for index in range(len(word) - 1)}


def choices(rule: str) -> Iterator[tuple[str, str]]:
    """The fact and member of every plain choice in a rule."""
    for match in re.finditer(r"([a-z]+\.[a-z_]+) (?:is|has) ([a-z_0-9]+)(?![\w.])", rule):
        fact = CORPUS.vocabulary.facts.get(match[1])
        if fact is not None and match[2] in fact.options:
            yield match[1], match[2]


def speaks(pairs: set[str], rule: str) -> bool:
    """Whether a label says what the vocabulary says of a choice of the rule."""
    facts = CORPUS.vocabulary.facts
    return any(pairs & label_pairs(facts[f].options[member].zh) for f, member in choices(rule))


@planter
def a_choice_taken_for_another() -> Iterator[Fault]:
    facts = CORPUS.vocabulary.facts
    for line, label, rule in conditions():
        if label.startswith("（读法）") or rule.count(" is ") + rule.count(" has ") > 1:
            continue
        for name, member in choices(rule):
            said = label_pairs(label)
            own = said & label_pairs(facts[name].options[member].zh)
            for other, label_of in facts[name].options.items():
                if (
                    own
                    and not own & label_pairs(label_of.zh)
                    and not said & label_pairs(label_of.zh)
                ):
                    yield line.fault(f" {member}", f" {other}", line.text.index(": "))
                    break


@planter
def a_judgement_dropped() -> Iterator[Fault]:
    for line, match in rule_lines(r"^  judged by authority: \[(.*)\]$"):
        phrases = match[1].split(", ")
        for phrase in phrases:
            rest = [other for other in phrases if other != phrase]
            now = [f"  judged by authority: [{', '.join(rest)}]"] if rest else []
            yield Fault(f"{line.measure}: not judged {phrase}", line.but(*now))


@planter
def an_idle_phrase_altered() -> Iterator[Fault]:
    for line, match in rule_lines(r"^  also says: \[(.+)\]$"):
        yield line.gone()
        phrase = match[1].split(", ")[0]
        yield line.fault(phrase, phrase + "某")


@planter
def an_idle_phrase_that_is_a_label() -> Iterator[Fault]:
    for line, label, _ in conditions():
        if label in CORPUS.measure(line.measure).text and not re.search(r"[，：]", label):
            now = [line.text, f"  also says: [{label}]"]
            if "also says" not in _block(line):
                yield Fault(f"{line.measure}: also says {label}", _after_requires(line, now[1]))


def _block(line: Line) -> str:
    """The measure of a line, as its file writes it."""
    start = RULES[line.file].index(f"- id: {line.measure}\n  title")
    return RULES[line.file][start:].partition("\n- id: ")[0]


def _after_requires(line: Line, new: str) -> dict[str, str]:
    block = _block(line)
    return {
        line.file: RULES[line.file].replace(
            block, block.replace("\n  requires:", f"\n{new}\n  requires:", 1)
        )
    }


@planter
def an_excuse_dropped() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  words:"):
        yield line.gone()


# --- names -------------------------------------------------------------------------------------------


@planter
def a_fact_misspelt() -> Iterator[Fault]:
    for line, match in rule_lines(r"(?:org|person|project|contract|premises)\.[a-z_]+"):
        if "within" not in line.text:
            yield line.fault(match[0], match[0] + "x", match.start())


@planter
def a_choice_misspelt() -> Iterator[Fault]:
    for line, label, rule in conditions():
        for _, member in choices(rule):
            yield line.fault(f" {member}", f" {member}x", len(label))


@planter
def a_key_misspelt() -> Iterator[Fault]:
    for line, match in rule_lines(
        r"^  (requires|pays|limits|lasts|draws on|readings|cases|gives):"
    ):
        yield line.fault(match[1], match[1] + "x")


@planter
def a_pool_reference_broken() -> Iterator[Fault]:
    pools = list(CORPUS.pools)
    for line, match in rule_lines(r"^  draws on: (\S+)$"):
        yield line.fault(match[1], match[1] + "s")
        others = [
            pool
            for pool in pools
            if pool != match[1] and pool.split("/")[0] == match[1].split("/")[0]
        ]
        yield line.fault(match[1], (others or pools)[0])


@planter
def an_id_changed() -> Iterator[Fault]:
    for line, match in rule_lines(r"^- id: ((\w+)/(\S+))$"):
        city = "beijing" if match[2] != "beijing" else "shanghai"
        yield line.fault(match[1], f"{city}/{match[3]}")
    found = [(line, match[1]) for line, match in rule_lines(r"^- id: (\S+)$")]
    for (_, name), (after, other) in pairwise(found):
        yield after.fault(other, name)


@planter
def a_document_misplaced() -> Iterator[Fault]:
    for name, text in RULES.items():
        yield Fault(f"{name}: document", {name: text.replace("document: ", "document: x", 1)})
        place = re.search(r"^place: (.+)$", text, re.MULTILINE)
        assert place
        new = "place: beijing/nowhere"
        yield Fault(f"{name}: place", {name: text.replace(place[0], new, 1)})


@planter
def a_group_broken() -> Iterator[Fault]:
    text = FILES["groups.yaml"]
    for match in re.finditer(r"members: \[(.+)\]", text):
        members = match[1].split(", ")
        broken = {
            "misspelt": [members[0] + "x", *members[1:]],
            "alone": members[:1],
            "twice": [*members, members[0]],
            "abroad": [*members[:-1], _elsewhere(members[0])],
        }
        for what, new in broken.items():
            now = f"members: [{', '.join(new)}]"
            yield Fault(
                f"group {what}: {match[1][:60]}", {"groups.yaml": text.replace(match[0], now)}
            )
    first = text.partition("\n- id: ")[0]
    again = text + first.replace("- id: ", "- id: shanghai/again-", 1) + "\n"
    yield Fault("a measure in two groups of which the highest counts", {"groups.yaml": again})


def _elsewhere(member: str) -> str:
    city = member.partition("/")[0]
    return next(m.id for m in CORPUS.measures if not m.id.startswith(city))


# --- readings ----------------------------------------------------------------------------------------


@planter
def a_default_wrong() -> Iterator[Fault]:
    for line, match in rule_lines(r"^      default: (\S+)$"):
        yield line.fault(match[1], "nowhere")


@planter
def a_default_that_changes_the_rule() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        for reading in measure.readings:
            other = next((option.name for option in reading.options if option.computed), None)
            for line, match in rule_lines(r"^      default: (\S+)"):
                above = RULES[line.file].split("\n")[line.number - 2].strip()
                if other and line.measure == measure.id and above == f"{reading.id}:":
                    yield line.fault(match[1], other)


@planter
def an_option_without_effect() -> Iterator[Fault]:
    for line, match in rule_lines(r"limit (per|period): (\w+(?: \w+)?)"):
        measure = CORPUS.measure(line.measure)
        limit = next(
            c for c in (measure.rule.pays, *measure.rule.limits) if c is not None and c.per
        )
        same = (
            limit.per
            if match[1] == "per"
            else {"year": "per year", "total": "in total"}[limit.period]
        )
        yield line.fault(match[0], f"limit {match[1]}: {same}")
    for line, match in rule_lines(r"drops: \[([^\]]+)\]"):
        yield line.fault(match[1], match[1] + "某")


@planter
def an_assumed_number_unused_or_hidden() -> Iterator[Fault]:
    for line, match in rule_lines(r", assumes: \[(\d+)([^\]]+)\]"):
        yield line.fault(match[0], "")
        yield line.fault(match[1] + match[2], other_digit(match[1]) + match[2], match.start())


# --- branches ----------------------------------------------------------------------------------------


def with_condition(rule: str) -> Iterator[Fault]:
    """A condition `rule` under the label of each measure's last condition."""
    for name, text in RULES.items():
        for match in re.finditer(r"\n  - ([^:{\n]*[一-鿿][^:\n]*): ([^\n]+)", text):
            place = match.start(2)
            now = (
                text[:place]
                + rule.replace("RULE", match[2].split("  # ")[0])
                + text[match.end(2) :]
            )
            if not match[1].startswith("（") and " per " not in match[2]:
                yield Fault(f"{name}: {match[1]}: {rule}", {name: now})


@planter
def a_condition_that_never_holds() -> Iterator[Fault]:
    yield from with_condition("(RULE) and not (RULE)")


@planter
def a_condition_that_never_fails() -> Iterator[Fault]:
    yield from with_condition("(RULE) or not (RULE)")


@planter
def a_part_covered_by_another() -> Iterator[Fault]:
    yield from with_condition("(RULE) or (RULE) and org.is_ai and org.size is large")


@planter
def conditions_that_exclude_each_other() -> Iterator[Fault]:
    for line, label, rule in conditions():
        if rule == "org.kind is enterprise":
            extra = f"  - {label}: org.kind is university"
            yield Fault(f"{line.measure}: {label} twice", line.but(line.text, extra))


@planter
def a_rung_never_reached() -> Iterator[Fault]:
    ladder = list(rule_lines(r"^  - \d+% of \S+ (if .+|otherwise)$"))
    for line, match in ladder:
        rung = line.text.replace(match[1], "otherwise").replace("if ", "if ")
        if match[1] == "otherwise":
            yield Fault(f"{line.measure}: rung after otherwise", line.but(line.text, rung))
        else:
            yield Fault(f"{line.measure}: the same rung twice", line.but(line.text, line.text))
            stricter = f"{line.text} and org.is_ai"
            yield Fault(f"{line.measure}: rung already taken", line.but(line.text, stricter))


@planter
def a_cap_that_never_binds() -> Iterator[Fault]:
    for line, _ in rule_lines(r"^  - \d+万元 per org "):
        yield Fault(f"{line.measure}: the same cap twice", line.but(line.text, line.text))


# --- English and vocabulary --------------------------------------------------------------------------


@planter
def a_translation_removed() -> Iterator[Fault]:
    for name, text in FILES.items():
        if name.endswith(".en.yaml"):
            found = [line for line in text.split("\n") if line.startswith('"')]
            for line in found:
                yield Fault(f"{name}: {line[:60]}", {name: text.replace(line + "\n", "", 1)})


@planter
def a_translation_of_nothing() -> Iterator[Fault]:
    for name, text in FILES.items():
        if name.endswith(".en.yaml"):
            yield Fault(
                f"{name}: unused", {name: f'{text.rstrip()}\n"没有这句话": "No such words"\n'}
            )


@planter
def a_title_untranslated() -> Iterator[Fault]:
    for name, text in RULES.items():
        for match in re.finditer(r"\n  title: \{zh: (.+), en: .+\}\n", text):
            yield Fault(
                f"{name}: {match[1]}", {name: text.replace(match[0], f"\n  title: {match[1]}\n")}
            )


@planter
def a_fact_incomplete() -> Iterator[Fault]:
    text = FILES["vocabulary.yaml"]
    for match in re.finditer(r"\n    (label|question): \{zh: .+, en: .+\}(?=\n)", text):
        yield Fault(
            f"vocabulary: no {match[0][:50]}", {"vocabulary.yaml": text.replace(match[0], "", 1)}
        )
    for match in re.finditer(r"\n      (\w+): \{zh: (.+), en: .+\}(?=\n)", text):
        now = text.replace(match[0], f"\n      {match[1]}: {{zh: {match[2]}}}", 1)
        yield Fault(f"vocabulary: {match[1]} untranslated", {"vocabulary.yaml": now})
    for match in re.finditer(r"\n    effort: \d", text):
        now = text[: match.start()] + "\n    effort: 4" + text[match.end() :]
        yield Fault("vocabulary: effort 4", {"vocabulary.yaml": now})


@planter
def a_fact_nobody_uses() -> Iterator[Fault]:
    text = FILES["vocabulary.yaml"]
    extra = "  org.idle:\n    label: {zh: 闲置, en: Idle}\n    type: money\n    question: {zh: 问？, en: Ask?}\n    effort: 1\n"
    yield Fault(
        "vocabulary: org.idle", {"vocabulary.yaml": text.replace("terms:\n", extra + "terms:\n")}
    )
    term = "  org.idle_term:\n    label: {zh: 闲置, en: Idle}\n    means: org.kind is enterprise\n"
    yield Fault("vocabulary: org.idle_term", {"vocabulary.yaml": f"{text.rstrip()}\n{term}"})


# --- the text ----------------------------------------------------------------------------------------


@planter
def a_character_of_the_law_changed() -> Iterator[Fault]:
    for document in CORPUS.documents:
        name = f"{document.id}.yaml"
        for line in filter(None, document.text.split("\n")):
            for place in range(5, len(line), 60):
                now = line[:place] + "某" + line[place + 1 :]
                yield Fault(
                    f"{name}: {line[place]} at {place}", {name: RULES[name].replace(line, now, 1)}
                )


@planter
def a_heading_changed() -> Iterator[Fault]:
    text = FILES["corpus.yaml"]
    for match in re.finditer(r"- text: \"(.+)\"", text):
        yield Fault(match[0], {"corpus.yaml": text.replace(match[1], match[1] + "。", 1)})
    yield Fault("digest", {"corpus.yaml": text.replace("sha256: ", "sha256: 0")})
    yield Fault("no digest", {"corpus.yaml": re.sub(r"sha256: .+\n", "", text)})


@planter
def a_sentence_cut() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        quote = measure.text
        place = max(quote.rfind("，", 0, -1), quote.rfind("。", 0, -1))
        if place > 0:
            name = f"{measure.document}.yaml"
            now = RULES[name].replace(f"  text: {quote}", f"  text: {quote[:place]}")
            yield Fault(f"{measure.id}: {quote[place:][:40]}", {name: now})


@planter
def two_sentences_swapped() -> Iterator[Fault]:
    for document in CORPUS.documents:
        name = f"{document.id}.yaml"
        for one, other in pairwise(document.measures):
            first, second = one.text, other.text
            law = document.text.replace(first, "\0").replace(second, first).replace("\0", second)
            text = RULES[name]
            for before, after in zip(document.text.split("\n"), law.split("\n"), strict=True):
                text = text.replace(before, after, 1) if before else text
            yield Fault(
                f"{one.id} ↔ {other.id} in the law",
                {name: text, "corpus.yaml": main_file(LAW.replace(document.text, law))},
            )
            quotes = (
                RULES[name].replace(f"  text: {first}\n", "\0").replace(f"  text: {second}\n", "\1")
            )
            quotes = quotes.replace("\0", f"  text: {second}\n").replace("\1", f"  text: {first}\n")
            yield Fault(f"{one.id} ↔ {other.id} in the measures", {name: quotes})


def amended(measure: Measure, law: str) -> dict[str, str]:
    """The law amended in text, sentence, translation and digest: only the rule has not followed."""
    old = measure.text
    name, english = f"{measure.document}.yaml", f"{measure.document}.en.yaml"
    return {
        name: RULES[name].replace(old, law),
        english: FILES[english].replace(f'"{old}"', f'"{law}"'),
        "corpus.yaml": main_file(LAW.replace(old, law)),
    }


def main_file(law: str) -> str:
    """`corpus.yaml` with the digest of the amended law."""
    digest = hashlib.sha256(law.encode()).hexdigest()
    return re.sub(r"sha256: \w+", f"sha256: {digest}", FILES["corpus.yaml"])


@planter
def the_law_amends_a_number() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        text = measure.text
        for token in tokens(text):
            if number := re.match(r"\d+", text[token.digits :]):
                law = (
                    text[: token.digits]
                    + other_digit(number[0])
                    + text[token.digits + number.end() :]
                )
                yield Fault(f"{measure.id}: {token.text}", amended(measure, law))


@planter
def the_law_amends_a_ceiling() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        text = measure.text
        for match in re.finditer(
            r"最高(?!可获|不超过)|(?<!最高)(?<!最长)不超过(?! ?\d+ ?年)|不高于", text
        ):
            law = f"{text[: match.start()]}可{text[match.end() :]}"
            yield Fault(f"{measure.id}: {match[0]} → 可", amended(measure, law))


@planter
def the_law_makes_a_rate_a_ceiling() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        if measure.rule.exact and (match := re.search(r"按(?=[^，。]*\d%)", measure.text)):
            law = f"{measure.text[: match.end()]}不超过{measure.text[match.end() :]}"
            yield Fault(f"{measure.id}: 按 → 按不超过", amended(measure, law))


@planter
def the_law_adds_a_condition() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        law = f"{measure.text[:-1]}且须在境内上市{measure.text[-1]}"
        yield Fault(f"{measure.id}: 且须在境内上市", amended(measure, law))


@planter
def the_law_adds_once_only() -> Iterator[Fault]:
    for measure in CORPUS.measures:
        if measure.rule.once == "no" and "一次性" not in measure.text:
            law = f"{measure.text[:-1]}，一次性给予{measure.text[-1]}"
            yield Fault(f"{measure.id}: 一次性", amended(measure, law))


# --- the test ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _read_bytes(data: bytes, name: str) -> Source:
    return read_bytes(data, name)


def _read_file(path: Path, shown: str = "") -> Source:
    if not path.is_file():
        return read_file(path, shown)
    source = _read_bytes(path.read_bytes(), shown)  # unchanged files are parsed once
    return Source(source.file, source.value, source.lines, list(source.problems))


class planted:  # noqa: N801  # reads as a verb: with planted(files) as folder
    """The copy of the policies with these files changed, for as long as the block lasts."""

    folder: Path

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def __enter__(self) -> Path:
        for name, text in self.files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder

    def __exit__(self, *_: object) -> None:
        for name in self.files:
            (self.folder / name).write_text(FILES[name], encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("policies") / "policies"
    shutil.copytree(ORIGINAL, folder)
    planted.folder = folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "read_file", _read_file)
        yield


def problems_of(fault: Fault) -> list[Problem]:
    with planted(fault.files) as folder:
        corpus, found = load_corpus(folder)
        return [problem for problem in lint(corpus, found) if problem.severity == "error"]


FOUND: dict[str, tuple[int, int]] = {}


def missed(kind: str, most: int) -> list[str]:
    """The faults of a kind that neither loading nor lint finds, of at most so many spread over all."""
    faults = list(PLANTERS[kind]())
    tried = faults[:: max(1, -(-len(faults) // most))]
    assert tried, "the planter found no place for its fault"
    assert all(any(FILES[name] != text for name, text in fault.files.items()) for fault in tried), (
        "nothing was planted"
    )
    not_found = [fault.what for fault in tried if not problems_of(fault)]
    FOUND[kind] = (len(tried) - len(not_found), len(tried))
    return not_found


def test_the_clean_corpus_has_no_fault() -> None:
    _, problems = lint_folder(planted.folder)
    assert [problem.render() for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize("kind", PLANTERS)
def test_every_planted_fault_is_found(kind: str) -> None:
    assert missed(kind, SAMPLE) == []


def test_the_share_found_is_all_of_at_least_eighty() -> None:
    if set(FOUND) != set(PLANTERS):
        pytest.skip("only some kinds were planted in this run")
    found, total = (sum(pair[index] for pair in FOUND.values()) for index in (0, 1))
    assert total >= 80
    assert found / total == 1.0


@pytest.mark.parametrize("name", FILES)
def test_lint_throws_nothing_whatever_line_is_missing(name: str) -> None:
    lines_of = FILES[name].split("\n")
    for number in (0, len(lines_of) // 2):
        torn = "\n".join(lines_of[:number] + lines_of[number + 1 :])
        problems_of(Fault(f"{name}:{number + 1}", {name: torn}))


@pytest.mark.long
@pytest.mark.parametrize("kind", PLANTERS)
def test_every_fault_everywhere_is_found(kind: str) -> None:
    assert missed(kind, 10_000) == []


def test_problems_say_what_where_and_what_to_do() -> None:
    fault = next(iter(PLANTERS["a rate changed"]()))
    for problem in problems_of(fault):
        assert problem.text.zh
        assert problem.text.en
        assert problem.file
        assert problem.line or problem.file.endswith(("corpus.yaml", "vocabulary.yaml", ".en.yaml"))
