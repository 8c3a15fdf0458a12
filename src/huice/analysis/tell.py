"""Breaks in words: where, from what to what, whether it is made up again, and by which clause."""

from __future__ import annotations

from fractions import Fraction

from huice.analysis.axis import Axis
from huice.analysis.cause import Cause
from huice.analysis.cliffs import Break, Change
from huice.evaluate.facts import Exact
from huice.evaluate.words import CEILING, CERTAIN, STATUS
from huice.language.money import wan
from huice.language.text import Text
from huice.language.units import AREA, MONEY

KINDS: dict[str, Text] = {
    "loss": Text("断崖", "Cliff"),
    "jump": Text("门槛", "Threshold"),
    "rest": Text("到顶", "Top"),
    "bend": Text("转折", "Bend"),
    "status": Text("资格", "Status"),
}
"""What a break is called, the worst first."""
_NAMES = {
    "ceiling": Text(CEILING.zh, "the ceiling"),
    "certain": Text(CERTAIN.zh, "the certain sum"),
}
_BOTH = Text("确定额和本企业上限", "the certain sum and the ceiling")
_EMPTY = Text("", "")
_NONE = Text("未载明金额", "no stated amount")


def number_of(axis: Axis, number: Exact, lang: str) -> str:
    """A number of the axis: `50 万元`, `1,095.89 ㎡`, `10 个`; marked where it is cut."""
    cut = Fraction(number) % axis.step != 0
    about = ("about " if lang == "en" else "约 ") if cut else ""
    if axis.dimension == MONEY:
        return about + wan(number, lang)
    hundredths = int(Fraction(number) * 100)
    digits = f"{hundredths // 100:,}"
    if hundredths % 100:
        digits += f".{hundredths % 100:02}".rstrip("0")
    unit = Text(" ㎡", " m²") if axis.dimension == AREA else Text(" 个", "")
    return about + digits + (unit.en if lang == "en" else unit.zh)


def _to(number: str) -> str:
    """A Chinese number after a word: a space where it begins with a digit."""
    return f" {number}" if number[:1].isdigit() else number


def _inner(text: str) -> str:
    """A Chinese text that goes into quotation marks itself."""
    return text.translate(_INNER)


_INNER = str.maketrans("“”", "‘’")


def amount_of(amount: Exact | None, lang: str) -> str:
    """An amount, or that the text states none."""
    return _NONE[lang] if amount is None else wan(amount, lang)


def kind_of(one: Break) -> str:
    """Which of `KINDS` a break is."""
    if one.loss:
        return "loss"
    return "rest" if one.kind == "bend" and one.rest else one.kind


def where(one: Break, axis: Axis) -> Text:
    """On which side of which number: `超过 50 万元` (the number itself is below), `达到 10 个`."""
    zh, en = (number_of(axis, one.at, lang) for lang in ("zh", "en"))
    if one.included == "below":
        between = Fraction(one.at) % axis.step != 0  # no amount is exactly this one
        return Text(f"{zh}以上" if between else f"超过{_to(zh)}", f"above {en}")
    return Text(f"达到{_to(zh)}", f"from {en} on")


def what(one: Break, axis: Axis) -> Text:
    """What happens there, in one sentence without its cause."""
    if one.kind == "status":
        return _status(one)
    changes = one.changes
    if len(changes) > 1 and changes[0][1] == changes[1][1]:
        clauses = [_change(_BOTH, changes[0][1], one, axis)]
    else:
        clauses = [_change(_NAMES[name], change, one, axis) for name, change in changes]
    return Text("；".join(c.zh for c in clauses), "; ".join(c.en for c in clauses))


def _status(one: Break) -> Text:
    before, after = STATUS[one.last.status], STATUS[one.first.status]
    return Text(
        f"结论由“{before.zh}”变为“{after.zh}”",
        f"the answer changes from ‘{before.en}’ to ‘{after.en}’",
    )


def _change(name: Text, change: Change, one: Break, axis: Axis) -> Text:
    if change.jumps:
        return _jump(name, change, one, axis)
    return _bend(name, change, axis)


def _jump(name: Text, change: Change, one: Break, axis: Axis) -> Text:
    size, before, after = change.size, change.before, change.after
    s = "" if name is _BOTH else "s"
    zh, en = ((amount_of(before, lang), amount_of(after, lang)) for lang in ("zh", "en"))
    if size is None:
        return Text(
            f"{name.zh}由{_to(zh[0])}变为{_to(zh[1])}",
            f"{name.en} change{s} from {en[0]} to {en[1]}",
        )
    gap: Exact = size if size > 0 else -size
    if size > 0:
        more = Text(f"，多 {wan(gap, 'zh')}", f", {wan(gap, 'en')} more") if before else _EMPTY
        rises = f"{name.en} rise{s} from {en[0]} to {en[1]}"
        return Text(f"{name.zh}由 {zh[0]}升到 {zh[1]}", rises) + more
    told = Text(
        f"{name.zh}由 {zh[0]}降到 {zh[1]}，少 {wan(gap, 'zh')}",
        f"{name.en} fall{s} from {en[0]} to {en[1]}, {wan(gap, 'en')} less",
    )
    return told + _further(change, one, axis) + _again(change, axis)


def _further(change: Change, one: Break, axis: Axis) -> Text:
    """What the evaluator says one unit further: the jump as a firm meets it."""
    figure = one.further.ceiling if change is one.ceiling else one.further.certain
    if not change.slope_after or figure is None:
        return _EMPTY
    zh, en = (number_of(axis, one.further.number, lang) for lang in ("zh", "en"))
    return Text(f"（{zh}时为 {wan(figure, 'zh')}）", f" ({wan(figure, 'en')} at {en})")


def _again(change: Change, axis: Axis) -> Text:
    if change.again is None:
        return Text("，此后不再补回", ", and is not made up again")
    zh, en = (number_of(axis, change.again, lang) for lang in ("zh", "en"))
    return Text(f"，到{_to(zh)}才补回", f", made up again at {en}")


def _bend(name: Text, change: Change, axis: Axis) -> Text:
    before, after = change.slope_before, change.slope_after
    zh, en = _per(axis)
    s = "" if name is _BOTH else "s"
    if not after:
        stop = Text("不再增加", "nothing more") if before > 0 else Text("不再减少", "nothing less")
        return Text(
            f"{name.zh}停在 {amount_of(change.after, 'zh')}：此前{zh}{_slope(before, 'zh')}，此后{stop.zh}",
            f"{name.en} stay{s} at {amount_of(change.after, 'en')}: {_slope(before, 'en')} {en} before, "
            f"{stop.en} from here on",
        )
    return Text(
        f"{name.zh}此前{zh}{_slope(before, 'zh')}，此后{_slope(after, 'zh')}",
        f"{name.en} change{s} pace: {_slope(before, 'en')} {en} before, {_slope(after, 'en')} after",
    )


def _per(axis: Axis) -> tuple[str, str]:
    if axis.dimension == MONEY:
        return "每多 1 元", "for each yuan more"
    if axis.dimension == AREA:
        return "每多 1 ㎡", "for each m² more"
    return "每多 1 个", "for each one more"


def _slope(slope: Exact, lang: str) -> str:
    """What one more adds: `多 0.5 元`; a fraction where no short decimal is exact."""
    if not slope:
        return "nothing" if lang == "en" else "不变"
    size = abs(Fraction(slope))
    short = size * 10**4
    digits = _decimal(size) if short.denominator == 1 else str(size)
    if lang == "en":
        return f"{digits} yuan {'more' if slope > 0 else 'less'}"
    return f"{'多得' if slope > 0 else '少得'} {digits} 元"


def _decimal(number: Fraction) -> str:
    """A number of at most four decimals as it is written: `0.3`, `547.5`."""
    ten_thousandths = int(number * 10**4)
    whole_, rest = divmod(ten_thousandths, 10**4)
    return f"{whole_:,}" + (f".{rest:04}".rstrip("0") if rest else "")


# --- why -------------------------------------------------------------------------------------------------


def why(cause: Cause) -> Text:
    """What changes in the rule there."""
    zh, en = f"“{_inner(cause.says.zh)}”", cause.says["en"]
    now = bool(cause.holds and cause.holds[1])
    told = _WHY[cause.kind, now]
    if cause.kind == "condition" and cause.holds and cause.holds[1] is None:
        told = Text("不再能确定：{}", "the condition is open: {}")
    return Text(told.zh.format(zh), told.en.format(en))


_WHY = {
    ("condition", True): Text("满足条件{}", "the condition is met: {}"),
    ("condition", False): Text("不再满足条件{}", "the condition is no longer met: {}"),
    ("base", True): Text("{}", "{}"),
    ("base", False): Text("不再有{}", "no longer: {}"),
    ("rung", True): Text("落入{}这一档", "the rung applies: {}"),
    ("rung", False): Text("不再落入{}这一档", "the rung no longer applies: {}"),
    ("cap", True): Text("达到封顶{}", "the cap is reached: {}"),
    ("cap", False): Text("限额{}不再起作用", "this cap no longer binds: {}"),
    ("pool", True): Text("资金池{}用尽", "the pool is empty: {}"),
    ("pool", False): Text("资金池{}不再限制", "the pool no longer binds: {}"),
    ("bound", False): Text("计算{}时换到另一段", "another part applies in: {}"),
    ("group", False): Text("几项合并计算{}", "measures counted together: {}"),
}


def sentence(one: Break, axis: Axis) -> Text:
    """The break in one sentence: where, what, why, and the clause in the Chinese of the law."""
    place, event = where(one, axis), what(one, axis)
    zh = f"{axis.label.zh}{place.zh}，{event.zh}"
    en = f"{axis.label.en}: {place.en}, {event.en}"
    for cause in one.causes[:1]:
        reason = why(cause)
        zh += f"。原因：{reason.zh}"
        en += f". Because {reason.en}"
        if cause.quote:
            zh += f"（原文：{cause.quote}）"
            en += f" (text: {cause.quote})"
    return Text(f"{zh}。", f"{en}.")
