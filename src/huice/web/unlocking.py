"""What would have to change, as the pages say it: sets of changes, what each brings, what is only a risk."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from huice.analysis import ChangeSet, Unlock, unlock
from huice.analysis.changes_words import bare, entity_name, number_says, risk_says, step_says
from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Profile
from huice.evaluate.outcome import Status
from huice.evaluate.sent import rows_of
from huice.language.money import wan
from huice.language.text import Text
from huice.web.words import CEILING, CERTAIN, STATUS, UNSTATED

MOST_ROWS = 200
"""Entries of a profile times its years up to which one measure is worked out."""
MOST_ROWS_OF_MANY = 40
"""The same for all measures of a result page, which must stay quick."""
SHOWN = 4


class Way(Struct, frozen=True):
    """One set of changes that is enough."""

    steps: tuple[str, ...]
    answers: tuple[str, ...]
    brings: str
    earliest: str


class Advice(Struct, frozen=True):
    """What would change one measure; `kind` as `huice.analysis.Unlock` has it, or `long`: not sought."""

    kind: str
    reason: str = ""
    ways: tuple[Way, ...] = ()
    left: int = 0
    moves: bool = False
    endless: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


def advice(profile: Profile, corpus: Corpus, measure: str, lang: str, *, moves: bool) -> Advice:
    """What would change a measure for this firm; without `moves` at the place where it is."""
    if rows_of(profile) > MOST_ROWS:
        return Advice("long")
    place = profile.org.get("place")
    where = None if moves or place is None else [place]
    (item,) = unlock(profile, corpus, [measure], where, shown=SHOWN).items or (None,)
    if item is None:
        return Advice("closed")
    teller = Teller(corpus, lang)
    return Advice(
        item.kind,
        item.reason[lang],
        tuple(teller.way(item, one, profile) for one in item.sets),
        item.found - len(item.sets),
        bool(item.sets) and item.sets[0].moves(corpus),
        teller.endless(item),
        tuple(risk_says(risk, corpus)[lang] for risk in item.risks),
    )


def nearest(profile: Profile, corpus: Corpus, measures: Sequence[str], lang: str) -> dict[str, str]:
    """The cheapest change of each of these measures where the firm is, in a line; none for a long profile."""
    place = profile.org["place"]
    if rows_of(profile) > MOST_ROWS_OF_MANY or not measures:
        return {}
    teller = Teller(corpus, lang)
    found = unlock(profile, corpus, measures, [place], goal="reach", shown=1)
    return {
        item.measure: teller.line(item, item.sets[0], found.profile)
        for item in found.items
        if item.sets
    }


class Teller:
    """Says changes in one language."""

    def __init__(self, corpus: Corpus, lang: str) -> None:
        self.corpus, self.lang = corpus, lang

    def t(self, zh: str, en: str) -> str:
        """The wording of this language."""
        return en if self.lang == "en" else zh

    def way(self, item: Unlock, one: ChangeSet, profile: Profile) -> Way:
        """A set of changes."""
        later = one.date > profile.as_of
        return Way(
            tuple(step_says(step, self.corpus)[self.lang] for step in one.changes),
            tuple(step_says(step, self.corpus)[self.lang] for step in one.answers),
            self.brings(item, one),
            one.date.isoformat() if later else "",
        )

    def line(self, item: Unlock, one: ChangeSet, profile: Profile) -> str:
        """A set of changes in a line: what to do, and what it brings."""
        way = self.way(item, one, profile)
        deeds = self.t("；", "; ").join(way.steps or way.answers)
        return f"{deeds} → {way.brings}"

    def brings(self, item: Unlock, one: ChangeSet) -> str:
        """What a set brings: the status after it where it was not reached before, and the amounts."""
        now, parts = item.outcome, []
        if item.kind == "reach" or one.status is Status.DISCRETIONARY:
            parts.append(STATUS[one.status][self.lang])
        if one.certain > now.certain:
            parts.append(f"{CERTAIN[self.lang]} +{self.money(one.certain - now.certain)}")
        if one.fill is not None and one.fill.rate:
            label, rate = self._label(one.fill.fact), self.money(one.fill.rate)
            parts.append(
                self.t(f"{label}每 1 元，上限 +{rate}", f"ceiling +{rate} for each yuan of {label}")
            )
        elif one.ceiling is not None:
            rise = one.ceiling - (now.ceiling or 0)
            parts.append(f"{CEILING[self.lang]} +{self.money(rise)}{self._when_full(one)}")
        elif one.certain == now.certain:
            parts.append(UNSTATED[self.lang])
        return self.t("，", ", ").join(parts)

    def _when_full(self, one: ChangeSet) -> str:
        if one.fill is None or one.fill.at is None:
            return ""
        info = self.corpus.vocabulary.fact(one.fill.fact)
        at = number_says(one.fill.at, info)[self.lang]
        label = self._label(one.fill.fact)
        return self.t(f"（{label}满 {at}时）", f" (with {label} of {at})")

    def endless(self, item: Unlock) -> tuple[str, ...]:
        """Amounts with which the ceiling rises without a cap."""
        found = []
        for name, which, rate in item.endless:
            info = self.corpus.vocabulary.fact(name)
            label = Text(bare(info.label.zh), bare(info.label["en"]))
            if which is not None:
                owner = entity_name(self.corpus.vocabulary.kinds[info.entity].label, which)
                label = Text(f"{owner.zh}的{label.zh}", f"{label.en} of {owner.en}")
            found.append(
                self.t(
                    f"{label.zh}每多 1 元，上限 +{self.money(rate)}，没有企业封顶",
                    f"each further yuan of {label.en} lifts the ceiling by {self.money(rate)}, without a "
                    "cap for a firm",
                )
            )
        return tuple(found)

    def _label(self, fact: str) -> str:
        return bare(self.corpus.vocabulary.fact(fact).label[self.lang])

    def money(self, amount: object) -> str:
        """An amount in words."""
        return wan(amount, self.lang)  # type: ignore[arg-type]  # exact amounts
