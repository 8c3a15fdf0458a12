"""A plan as a drawing: places and measures in rows, years in columns, what each claim gives in its year.

Solid is certain, hatched is the ceiling; every cell also says its amount, and its title the exact one. The
drawing carries its own colours, light and dark, and takes those of the page around it where it has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape

from huice.corpus.corpus import Corpus
from huice.evaluate.facts import Exact
from huice.language.money import wan, yuan
from huice.language.printing.en import English
from huice.language.printing.zh import Chinese
from huice.language.text import Text
from huice.planning.plan import Entity, Plan, PlannedClaim, YearFigures

WIDE, NARROW = 760, 390
_LEFT, _RIGHT, _EDGE = 216, 104, 12
_ROW, _LINE, _BAR = 34, 18, 20
_STYLE = (
    ".hp{--hi:#1d232b;--hs:#555f6b;--hl:#dcdad3;--hg:#fff;--hb:#14568f;--hh:#5b93c4;--hk:#e3edf6;--hn:#f4f2ec;"
    "font:13px system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
    "color:var(--ink,var(--hi));max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){.hp{--hi:#e6e4de;--hs:#a6adb6;--hl:#363c45;--hg:#1a1e24;"
    "--hb:#86bdee;--hh:#6ea6d8;--hk:#22303f;--hn:#22272e}}"
    ".hp .ground{fill:var(--sheet,var(--hg))}.hp text{fill:currentColor;font-variant-numeric:tabular-nums}"
    ".hp .head{font-size:16px;font-weight:600}.hp .strong{font-weight:600}"
    ".hp .soft{font-size:12px;fill:var(--soft,var(--hs))}.hp .grid{stroke:var(--line,var(--hl))}"
    ".hp .band{fill:var(--hn)}.hp .sure{fill:var(--blue,var(--hb))}"
    ".hp .most{stroke:var(--hatch,var(--hh))}.hp .hback{fill:var(--hatch-back,var(--hk))}"
    ".hp .hline{fill:var(--hatch,var(--hh))}"
    ".hp .none{fill:none;stroke:var(--soft,var(--hs));stroke-dasharray:4 3}"
)
ROLES = {"main": Text("主要主体", "main entity"), "further": Text("另设主体", "further entity")}
UNSTATED = Text("金额未载", "no sum")


def drawing(plan: Plan, corpus: Corpus, lang: str, *, narrow: bool = False) -> str:
    """The plan as an SVG, for a page (760 pixels) or a phone (390)."""
    return _Drawing(plan, corpus, lang, narrow=narrow).svg()


class _Drawing:
    def __init__(self, plan: Plan, corpus: Corpus, lang: str, *, narrow: bool) -> None:
        self.plan, self.lang, self.narrow = plan, lang, narrow
        self.width = NARROW if narrow else WIDE
        scope = corpus.vocabulary.scope
        self.places = (Chinese(scope) if lang == "zh" else English(scope)).place
        self.left = _EDGE if narrow else _LEFT
        room = self.width - self.left - (_EDGE if narrow else _RIGHT)
        self.column = room / len(plan.years)
        self.y = 0.0
        self.height = float(_ROW)
        self.parts: list[str] = []
        amounts = [
            figure.ceiling or 0
            for entity in plan.entities
            for claim in entity.claims
            for figure in claim.by_year
        ]
        self.top = max([1, *amounts])

    def say(self, text: Text) -> str:
        return text[self.lang]

    def svg(self) -> str:
        self._head()
        for entity in self.plan.entities:
            self._entity(entity)
        self._legend()
        height = round(self.y + _EDGE)
        title = escape(self._title())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="hp" viewBox="0 0 {self.width} {height}" '
            f'width="{self.width}" height="{height}" role="img" aria-label="{title}"><title>{title}</title>'
            f"<style>{_STYLE}</style><defs>"
            '<pattern id="hp-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><rect class="hback" width="5" height="5"/>'
            '<rect class="hline" width="2" height="5"/></pattern></defs>'
            f'<rect class="ground" width="{self.width}" height="{height}"/>'
            f"{''.join(self.parts)}</svg>\n"
        )

    def _title(self) -> str:
        span = f"{self.plan.years[0]}–{self.plan.years[-1]}"
        name = self.plan.name
        return self.say(
            Text(
                f"{name}{' · ' if name else ''}规划 {span}",
                f"{name}{': ' if name else ''}plan {span}",
            )
        )

    # --- rows -------------------------------------------------------------------------------------

    def _head(self) -> None:
        self._text(_EDGE, 26, self._title(), "head")
        if not self.narrow:
            for number, year in enumerate(self.plan.years):
                self._text(self.left + self.column * number + 3, 50, str(year), "soft")
            self._text(self.width - _EDGE, 50, self.say(Text("合计", "Total")), "soft", "end")
            self.y = 58
        else:
            self.y = 38

    def _entity(self, entity: Entity) -> None:
        name = self.places("org.place", entity.place)
        role = f" · {self.say(ROLES[entity.role])}" if len(self.plan.entities) > 1 else ""
        total = _span(entity.certain, entity.ceiling, self.lang)
        two = _width(name + role) + _width(total) > self.width - 40
        self.parts.append(
            f'<rect class="band" x="0" y="{self.y:.1f}" width="{self.width}" height="{50 if two else 30}"/>'
        )
        self._text(_EDGE, self.y + 20, name + role, "strong")
        self.y += 20 if two else 0
        self._text(self.width - _EDGE, self.y + 20, total, "strong", "end")
        self.y += 34
        if self.narrow:
            for number, year in enumerate(self.plan.years):
                self._text(self.left + self.column * number + 3, self.y + 12, str(year), "soft")
            self.y += 18
        spent = dict(entity.spent)
        if any(spent.values()):
            whole = sum(spent.values(), 0)
            self._label(self.say(Text("支出", "Spending")), wan(whole, self.lang))
            self.height = 24 if self.narrow else self.height
            for number, year in enumerate(self.plan.years):
                if spent.get(year):
                    self._amount(number, spent[year])
            self._end()
        for claim in entity.claims:
            self._claim(claim)

    def _claim(self, claim: PlannedClaim) -> None:
        total = (
            self.say(UNSTATED)
            if claim.ceiling is None
            else _span(claim.certain, claim.ceiling, self.lang)
        )
        self._label(self.say(claim.title), total)
        years = {figure.year: figure for figure in claim.by_year}
        for number, year in enumerate(self.plan.years):
            if year in years:
                self._cell(number, years[year], self.say(claim.title))
        self._end()

    def _label(self, label: str, total: str) -> None:
        """The name of a row at its left, or above it; its total at the right."""
        if self.narrow:
            lines = list(_lines(label, self.width - 2 * _EDGE - _width(total) - 12))
            for number, line in enumerate(lines):
                self._text(_EDGE, self.y + 14 + _LINE * number, line)
            self._text(self.width - _EDGE, self.y + 14, total, "soft", "end")
            self.y += _LINE * len(lines) + 2
            self.height = float(_ROW)
            return
        lines = list(_lines(label, self.left - _EDGE - 12))
        self.height = max(_ROW, _LINE * len(lines) + 12)
        first = self.y + self.height / 2 + 5 - _LINE * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            self._text(_EDGE, first + _LINE * number, line)
        totals = total.split(" ～ ") if _width(total) > _RIGHT - 16 else [total]
        if len(totals) > 1:
            totals = [f"{totals[0]} ～", totals[1]]
            self.height = max(self.height, 42)
        first = self.y + self.height / 2 + 5 - 8 * (len(totals) - 1)
        for number, line in enumerate(totals):
            self._text(self.width - _EDGE, first + 16 * number, line, "soft", "end")

    def _end(self) -> None:
        self.y += self.height
        self.parts.append(
            f'<line class="grid" x1="{_EDGE}" x2="{self.width - _EDGE}" y1="{self.y:.1f}" y2="{self.y:.1f}"/>'
        )
        self.y += 1

    def _amount(self, number: int, amount: Exact) -> None:
        left = self.left + self.column * number + 3
        exact = f"{self.plan.years[number]}: {yuan(amount, self.lang)}"
        self._text(left, self.y + self.height / 2 + 5, _short(amount, self.lang), "soft", "", exact)

    def _cell(self, number: int, figure: YearFigures, name: str) -> None:
        left, width = self.left + self.column * number + 3, self.column - 6
        top = self.y + (self.height - _ROW) / 2 + 1
        title = escape(
            f"{name} {figure.year}: {self.say(UNSTATED)}"
            if figure.ceiling is None
            else f"{name} {figure.year}: {yuan(figure.certain, self.lang)} ～ {yuan(figure.ceiling, self.lang)}"
        )
        at = f'x="{left:.1f}" y="{top + 18:.1f}" height="10"'
        if figure.ceiling is None:
            body = f'<rect class="none" {at} width="{width:.1f}"/>'
            label = self.say(UNSTATED)
        else:
            most = max(3.0, width * float(Fraction(figure.ceiling) / self.top))
            sure = width * float(Fraction(figure.certain) / self.top)
            body = f'<rect class="most" fill="url(#hp-hatch)" {at} width="{most:.1f}"/>'
            body += f'<rect class="sure" {at} width="{sure:.1f}"/>' if sure else ""
            label = _short(figure.ceiling, self.lang)
        self.parts.append(f"<g><title>{title}</title>{body}</g>")
        self._text(left, top + 12, label, "soft")

    def _legend(self) -> None:
        self.y += 14
        x = float(_EDGE)
        for look, says in (
            ("sure", Text("确定额", "certain")),
            ("most", Text("本企业上限", "ceiling")),
        ):
            fill = ' fill="url(#hp-hatch)"' if look == "most" else ""
            self.parts.append(
                f'<rect class="{look}"{fill} x="{x:.1f}" y="{self.y:.1f}" width="18" height="10"/>'
            )
            self._text(x + 24, self.y + 10, self.say(says), "soft")
            x += 40 + _width(self.say(says))
        note = Text(
            "格内为当年上限；各城市不相加", "cells: ceiling of the year; cities are not added up"
        )
        if x + _width(self.say(note)) > self.width:
            self.y += _LINE
            x = float(_EDGE)
        self._text(x, self.y + 10, self.say(note), "soft")
        self.y += _LINE

    def _text(
        self, x: float, y: float, text: str, kind: str = "", anchor: str = "", title: str = ""
    ) -> None:
        marks = f' class="{kind}"' if kind else ""
        marks += f' text-anchor="{anchor}"' if anchor else ""
        told = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{marks}>{told}{escape(text)}</text>')


def _span(certain: Exact, ceiling: Exact, lang: str) -> str:
    one, other = wan(certain, lang), wan(ceiling, lang)
    return other if certain == ceiling else f"{one} ～ {other}"


_SHORT = {
    "zh": ((10**8, " 亿"), (10**4, " 万"), (1, " 元")),
    "en": ((10**9, "bn"), (10**6, "m"), (10**3, "k"), (1, "")),
}


def _short(amount: Exact, lang: str) -> str:
    """The amount for a cell: exact where two decimals of a unit are, else cut and marked as about."""
    for size, unit in _SHORT["en" if lang == "en" else "zh"]:
        if amount >= size or size == 1:
            parts = Fraction(amount) * 100 / size
            about = "" if parts.denominator == 1 else "≈"
            whole, rest = divmod(int(parts), 100)
            digits = f"{whole:,}" + (f".{rest:02}".rstrip("0") if rest else "")
            return f"{about}{digits}{unit}"
    return "0"


def _width(text: str) -> float:
    """About how wide a text of 13 pixels is."""
    return sum(13.0 if sign > "\u2e80" else 7.2 for sign in text)


def _lines(text: str, room: float) -> Iterator[str]:
    """The text in lines of at most so many pixels; English breaks between words."""
    line = ""
    for word in _words(text):
        if line and _width(line + word.rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += word
    if line.strip():
        yield line.rstrip()


_CLOSING = "）」』》、，。；：）"
"""Signs that no line begins with."""


def _words(text: str) -> Sequence[str]:
    found: list[str] = [""]
    for sign in text:
        if sign in _CLOSING:
            found[-1] += sign
        elif sign > "\u2e80":
            found.append(sign)
        elif sign == " ":
            found[-1] += sign
            found.append("")
        elif found[-1][-1:] > "\u2e80":
            found.append(sign)
        else:
            found[-1] += sign
    return [word for word in found if word]
