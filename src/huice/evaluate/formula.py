"""An amount in one line: `合同金额 800 万元 × 最高 50% = 400 万元；封顶 500 万元（未触及）`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Exact
from huice.evaluate.result import MeasureResult
from huice.evaluate.trace import Step
from huice.language.money import wan
from huice.language.text import Text

LANGS = ("zh", "en")


class Formula(Struct, frozen=True):
    """How the amount of these years comes about, the same in each; `high`: the ceiling of one."""

    years: tuple[int, ...]
    says: Text
    high: Exact | None


def formulas(one: MeasureResult, corpus: Corpus) -> tuple[Formula, ...]:
    """The amount told year by year; years told alike come together, unpaid years do not."""
    pays = {year.year for year in one.outcome.years if year.pays}
    found: dict[str, Formula] = {}
    for year, steps in groupby(one.steps, key=lambda step: step.year):
        listed = list(steps)
        if year not in pays:
            continue
        teller = [_Teller(listed, one, corpus, lang).line() for lang in LANGS]
        says, high = Text(*teller), listed[-1].high
        before = found.get(says.zh)
        found[says.zh] = Formula((*before.years, year) if before else (year,), says, high)
    return tuple(found.values())


class _Teller:
    def __init__(
        self, steps: Sequence[Step], one: MeasureResult, corpus: Corpus, lang: str
    ) -> None:
        self.steps, self.one, self.corpus, self.lang = steps, one, corpus, lang
        self.exact = one.rule.exact

    def line(self) -> str:
        before = [step for step in self.steps if step.kind in {"base", "rate", "tier", "amount"}]
        entities = list(dict.fromkeys(step.entity for step in before))
        told = [self.named(entity, len(entities) == 1, self.entity(entity)) for entity in entities]
        told += self.after()
        return ("; " if self.lang == "en" else "；").join(part for part in told if part)

    def named(self, entity: str | None, alone: bool, told: str) -> str:  # noqa: FBT001
        if entity is None or alone or not told:
            return told
        name = entity_name(self.corpus, self.one.measure.subject, entity)[self.lang]
        return f"{name}{': ' if self.lang == 'en' else '：'}{told}"

    def entity(self, entity: str | None) -> str:
        """One entity: `base × rate = amount`, or what the clause states."""
        mine = [step for step in self.steps if step.entity == entity]
        bases = [step for step in mine if step.kind == "base"]
        rates = [step for step in mine if step.kind == "rate"]
        amount = next((step for step in mine if step.kind == "amount"), None)
        if amount is None:
            return ""
        if bases and rates and len({base.label.zh for base in bases}) == 1:
            told = f"{self.quantity(bases[0])} × {self.most()}{self.rates(rates)}"
            told += "" if amount.high is None else f" = {wan(amount.high, self.lang)}"
        elif bases and not rates:
            told = self.quantity(bases[0])
        else:
            told = amount.label[self.lang]
        for step in mine:
            if step.kind in {"unit_cap", "cap", "soft_cap"} and step.label != amount.label:
                told += self.cut(step, self.before(step))
        return told

    def rates(self, rates: Sequence[Step]) -> str:
        labels = list(dict.fromkeys(step.label[self.lang] for step in rates))
        return (" or " if self.lang == "en" else " 或 ").join(labels)

    def most(self) -> str:
        """The word for a ceiling: a rate that is not owed in full."""
        if self.exact:
            return ""
        return "up to " if self.lang == "en" else "最高 "

    def quantity(self, step: Step) -> str:
        if step.high is None:
            return step.label[self.lang] + (" (not given)" if self.lang == "en" else "（未填）")
        return f"{step.label[self.lang]} {wan(step.high, self.lang)}"

    def after(self) -> Iterator[str]:
        """What comes after the entities: their sum, caps of the applicant, the pool."""
        stated = {step.label.zh for step in self.steps if step.kind == "amount"}
        for step in self.steps:
            if step.entity is not None or step.kind in {"base", "rate", "tier", "amount"}:
                continue
            if step.kind == "sum" and step.high is not None:
                sum_ = wan(step.high, self.lang)
                yield f"together {sum_}" if self.lang == "en" else f"合计 {sum_}"
            elif step.kind in {"cap", "soft_cap", "unit_cap"}:
                if step.label.zh not in stated or self.bites(step):
                    yield self.cut(step, self.before(step)).lstrip("；; ")
            elif step.kind in {"plus", "approved_base", "approved"}:
                yield self.quantity(step)
            elif step.kind == "pool":
                yield step.label[self.lang]

    def cut(self, step: Step, before: Exact | None) -> str:
        """A cap: whether it bites."""
        label = step.label[self.lang]
        if step.high is None or before is None:
            told = label
        elif step.high < before:
            amount = wan(step.high, self.lang)
            told = f"{label}, so {amount}" if self.lang == "en" else f"{label}，取 {amount}"
        else:
            told = f"{label} (not reached)" if self.lang == "en" else f"{label}（未触及）"
        return ("; " if self.lang == "en" else "；") + told

    def bites(self, step: Step) -> bool:
        before = self.before(step)
        return step.high is not None and (before is None or step.high < before)

    def before(self, step: Step) -> Exact | None:
        """The most that stood before a step."""
        position = next(i for i, other in enumerate(self.steps) if other is step)
        money = ("amount", "sum", "cap", "soft_cap", "unit_cap", "plus", "approved_base")
        for other in reversed(self.steps[:position]):
            if other.kind in money:
                return other.high
        return None


def entity_name(corpus: Corpus, kind: str, entity: str) -> Text:
    """What an entity is called: `合同“gpu”`, or `第 1 份合同` where the profile gives no id."""
    info = corpus.vocabulary.kinds.get(kind)
    if info is None:
        return Text(entity, entity)
    if entity.isdigit():
        number = int(entity) + 1
        return Text(f"{info.label.zh} {number}", f"{info.label.en} {number}")
    return Text(f"{info.label.zh}“{entity}”", f"{info.label.en} ‘{entity}’")


def spans_used(steps: Iterable[Step]) -> tuple[tuple[int, int], ...]:
    """The numbers of the sentence that the amount rests on, in their order, none twice."""
    return tuple(sorted({span for step in steps for span in step.spans}))
