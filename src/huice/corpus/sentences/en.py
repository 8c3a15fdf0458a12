"""Rules told in plain English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from huice.corpus.corpus import Corpus
from huice.corpus.model import Duration, Gives, Measure, Rule
from huice.corpus.sentences.teller import Teller, is_open_ended, stripped
from huice.language import nodes as n
from huice.language.printing import en
from huice.language.printing.en import English


class EnglishTeller(Teller):
    """One rule in English: a method for each matter it settles."""

    forms: ClassVar[Mapping[Gives, str]] = {
        Gives.VOUCHER: "as a voucher",
        Gives.IN_KIND: "in kind or for free use",
        Gives.SERVICE: "as a service",
        Gives.EQUITY: "as an equity investment, which is not a subsidy",
        Gives.LOAN: "as a loan",
    }
    without_amount: ClassVar[Mapping[Gives, str]] = {
        Gives.POOL: "The text states the size of the fund only, not what one applicant can receive",
        Gives.NON_MONETARY: "Support other than money",
        Gives.SERVICE: "Services or facilities are provided; no money is paid",
    }

    def __init__(self, rule: Rule, measure: Measure, corpus: Corpus) -> None:
        super().__init__(rule, measure, corpus)
        self.printer = English(self.scope, self.titles, measure.subject)

    def finish(self, text: str) -> str:
        """The sentences as they are printed."""
        return en.finish(text.strip())

    # --- who -----------------------------------------------------------------------------------

    def who(self) -> str:
        """Whom it supports, what the applicant must meet, and which entities count."""
        said = []
        target = _plain(self.measure.who["en"])
        if target.startswith("("):
            said.append(f"{target[1:-1]}.")
        elif target:
            said.append(f"For: {en.lowered(target)}.")
        who = "The applicant must meet" if self.measure.benefit else "This concerns those who meet"
        said.append(self.required(who, self.claim.applicant))
        for kind, nodes in self.claim.others.items():
            said.append(self.required(f"At least one {self.among(kind)} must meet", nodes))
        said.append(self.subject())
        return " ".join(filter(None, said))

    def required(self, who: str, nodes: tuple[n.Node, ...]) -> str:
        """A sentence of conditions, or nothing."""
        if not nodes:
            return ""
        must = "this condition" if len(nodes) == 1 else "all of these conditions"
        return f"{who} {must}: {_listed(self.all_said(nodes))}."

    def subject(self) -> str:
        """What is asked of the entities that the measure is about."""
        subject, own = self.measure.subject, self.claim.own
        if subject == "org":
            return ""
        if not self.each and self.rule.pays is not None:
            return self.required(f"At least one {self.among(subject)} must meet", own)
        if not own:
            return f"Each {self.among(subject)} is counted separately." if self.each else ""
        listed = _listed(self.all_said(own))
        hold = "" if len(own) == 1 else "all of these hold: "
        if self.each:
            return f"Each {self.among(subject)} is counted separately, and only if {hold}{listed}."
        return f"It applies to each {self.among(subject)} if {hold}{listed}."

    def all_said(self, nodes: tuple[n.Node, ...]) -> list[str]:
        """The conditions in words."""
        return [self.printer.say(node) for node in nodes]

    def among(self, kind: str) -> str:
        """`contract`, or `of the premises` for a noun that has no singular."""
        word = self.printer.scope_word(kind)
        return f"of the {word}" if word == en.plural(word) else word

    # --- what ----------------------------------------------------------------------------------

    def judged(self) -> str:
        """What is left to the authority."""
        said = []
        unstated = [text["en"] for text in self.judgements if text.zh.startswith("（原文未载")]
        named = [
            _quoted(en.lowered(_plain(text["en"])))
            for text in self.judgements
            if not text.zh.startswith("（原文未载")
        ]
        if named:
            said.append(f"Left to the authority’s judgement: {'; '.join(named)}.")
        said.extend(f"{text}; the authority decides." for text in unstated)
        if self.may:
            said.append("The text says ‘may’: the authority decides whether to give it.")
        return " ".join(said)

    def pays(self) -> str:
        """What is paid, with the word that says how firm it is."""
        pays, gives = self.rule.pays, self.measure.gives
        form = self.forms.get(gives, "")
        if pays is None:
            if not self.measure.benefit:
                return "The clause is an arrangement or an aim, not a benefit to claim."
            if self.measure.parts and gives is Gives.SERVICE:
                parts = en.choices([en.lowered(part["en"]) for part in self.measure.parts], "and")
                return _sentence(f"{parts} are provided; no money is paid")
            unstated = (
                f"Given {form}; the text states no amount" if form else "The text states no amount"
            )
            return f"{self.without_amount.get(gives, unstated)}."
        return f"{self.given(pays, form)}.{self.plus()}"

    def given(self, pays: n.Limit, form: str) -> str:
        """An amount with the verb that gives it."""
        amount = pays.amount
        whose = self.printer.scope_of(pays)
        each = f"for each {self.among(self.measure.subject)}"
        lead = whose if pays.per or pays.period == "year" else each
        if self.measure.subject == "org" and lead == each:
            lead = ""
        form = f" {form}" if form else ""
        if isinstance(amount, n.Tiers):
            rungs = [
                f"{self.rung(tier.value)} otherwise"
                if tier.when is None
                else f"{self.rung(tier.value)} if {self.printer.if_(tier.when)}"
                for tier in amount.tiers
            ]
            start = f"Given {lead}" if lead else "Given"
            return f"{start}{form}: {en.lettered(rungs)}"
        said = self.rung(amount)
        chosen = ", which one the authority decides" if isinstance(amount, n.Choice) else ""
        full = " in full" if isinstance(amount, n.Fact) and self.rule.exact else ""
        sentence = f"{said} is given{full}{f' {lead}' if lead else ''}{form}{chosen}"
        return sentence[0].upper() + sentence[1:]

    def rung(self, amount: n.Quantity) -> str:
        """An amount alone, with “up to” where it is only a ceiling."""
        most = "" if self.rule.exact else "up to "
        return f"{most}{self.printer.say(amount)}"

    def plus(self) -> str:
        """What the applicant as a whole gets besides."""
        if self.rule.plus is None:
            return ""
        most = "" if self.rule.exact else "up to "
        return f" The applicant gets in addition {most}{self.printer.say(self.rule.plus)}."

    def caps(self) -> str:
        """The caps, with whose sum they cut and over what time."""
        said = []
        for limit in self.rule.limits:
            scope = self.printer.scope_of(limit)
            if limit.per is None and self.measure.subject != "org":
                scope = f"for each {self.among(self.measure.subject)} {scope}".strip()
            normally = "as a rule " if limit.soft else ""
            said.append(f"{normally}at {self.printer.say(limit.amount)} {scope}".strip())
        if said:
            return f"Capped {en.choices(said, 'and')}."
        return "The text states no cap." if is_open_ended(self.rule) else ""

    # --- how long, from where, until when ------------------------------------------------------

    def lasts(self) -> str:
        """Whether it is paid once, and for how long."""
        said = []
        if self.rule.once == "applicant":
            said.append("Paid once per applicant.")
        elif self.rule.once == "entity":
            said.append(f"Paid once per {self.printer.scope_word(self.measure.subject)}.")
        if self.rule.lasts is not None:
            said.append(f"{self.duration(self.rule.lasts)}.")
        return " ".join(said)

    def duration(self, lasts: Duration) -> str:
        """For how long it is paid."""
        least = f"at least {_months(lasts.least)}" if lasts.least else ""
        if lasts.most is None:
            return f"For {least}"
        most = _months(lasts.most)
        if lasts.least and lasts.run == "any":
            return f"For {_months(lasts.least)} to {most}"
        if lasts.run == "unbroken":
            said = f"For at most {most} in a row: a gap ends it"
        elif lasts.run == "window":
            said = f"Within {most} from the first year of support: a year missed is lost"
        else:
            said = f"For at most {most}"
        return f"{said}, {least}" if least else said

    def pool(self) -> str:
        """The pool it draws on, and who funds it."""
        pool = self.the_pool()
        if pool is None:
            return ""
        shared = ""
        if pool.shared_by:
            shared = f", shared by {len(pool.shared_by)} schemes"
            if all(name in self.titles for name in pool.shared_by):
                names = [f"‘{self.titles[name]['en']}’" for name in pool.shared_by]
                shared = f", shared by {en.choices(names, 'and')}"
        if pool.vouchers is not None and pool.face is not None:
            number, face = pool.vouchers.numerator, self.printer.say(pool.face)
            drawn = f"Drawn on {number:,} vouchers of {face} each{shared}, while they last"
        else:
            most = "up to " if pool.stated == "at_most" else ""
            year = " a year" if pool.yearly else ""
            total = "" if pool.yearly or pool.stated == "nominal" else " in total"
            drawn = f"Drawn on a pool of {most}{self.printer.say(pool.holds)}{year}{total}{shared}"
            drawn += "" if self.measure.gives is Gives.POOL else ", as far as it lasts"
        funding = _sentence(self.measure.funding["en"]) if self.measure.funding else ""
        return f"{drawn}. {funding}".strip()

    def quota(self) -> str:
        """How many are chosen, or how many vouchers one applicant gets."""
        said = []
        if self.measure.quota is not None:
            number = self.measure.quota.numerator
            said.append(f"{number} {'place' if number == 1 else 'places'}.")
        if self.measure.vouchers is not None:
            number = self.measure.vouchers.numerator
            said.append(f"At most {number} voucher{'' if number == 1 else 's'} per applicant.")
        return " ".join(said)

    def validity(self) -> str:
        """The period that the document states, and what follows it."""
        valid = self.rule.valid
        if valid is None or valid.ends is None:
            trial = self.trial() and valid is None
            return "The document is a trial and states no period of validity." if trial else ""
        start = f"from {_day(valid.starts)} to" if valid.starts else "until"
        says = f" (the text says ‘{stripped(valid.says['en'])}’)" if valid.says.zh else ""
        expired = "it lapses afterwards"
        unknown = "whether it remains in force afterwards must be asked of the authority"
        after = expired if valid.after == "expired" else unknown
        follows = f" Continued by ‘{valid.successor}’." if valid.successor else ""
        return f"Valid {start} {_day(valid.ends)}{says}; {after}.{follows}"


def _quoted(text: str) -> str:
    """The words of the policy in quotation marks, unless they hold some or a note in brackets."""
    return text if re.search("[‘“(]", text) else f"‘{text}’"


def _plain(text: str) -> str:
    return re.sub(r"^\((As in the preceding clause|Reading)\)\s*", "", text)


def _listed(items: list[str]) -> str:
    if len(items) == 1:
        return items[0]
    return "; ".join(f"({i}) {item}" for i, item in enumerate(items, 1))


def _months(months: int) -> str:
    number, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{number} {unit if number == 1 else unit + 's'}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
