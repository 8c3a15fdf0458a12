"""`huice ask`: an interview that puts the most telling question first and saves the answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from huice.cli import cards
from huice.cli.find import place_name
from huice.cli.interview import (
    AskAnother,
    AskFact,
    AskWhether,
    Interview,
    State,
    Step,
    parse_answer,
)
from huice.cli.notation import UNITS, profile_text
from huice.cli.page import Page
from huice.cli.surface import BadInput, Surface, bad_input
from huice.cli.words import STATUS
from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo
from huice.corpus.source import read_file
from huice.evaluate import BadProfile, Question, questions
from huice.evaluate.ask import Question as _Question
from huice.evaluate.formula import entity_name
from huice.evaluate.outcome import Status
from huice.evaluate.profiles import load_profile
from huice.evaluate.result import decimal

SHOWN = 3
"""How many measures the help of a question names."""


def ask(
    out: Surface,
    profile: Annotated[
        str | None,
        typer.Argument(
            metavar="PROFILE",
            help="接着这份画像问；缺省从头问起 // Go on with this profile; by default a new one",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="存到这个文件，- 为标准输出；缺省为 PROFILE 或 profile.yaml // Save to this "
            "file, - is "
            "stdout; by default PROFILE or profile.yaml",
        ),
    ] = None,
) -> None:
    """With `--json` the questions as data; otherwise the interview."""
    data = _given(out, profile)
    if out.as_json:
        found = questions(data, out.corpus)
        out.emit(
            {
                "schema": "huice/questions/1",
                "questions": [_question_dict(one) for one in found],
            }
        )
        return
    target = output or profile or "profile.yaml"
    if output is None and profile is None and Path(target).exists():
        raise bad_input(
            "T007",
            f"{target} 已经存在；接着问用 huice ask {target}，另存用 -o",
            f"{target} exists; to go on with it: huice ask {target}; to save elsewhere: -o",
        )
    if output not in (None, "-", profile) and Path(str(output)).exists():
        raise bad_input(
            "T007",
            f"{output} 已经存在；换个文件名",
            f"{output} exists; choose another name",
        )
    talk = Talk(out, Interview(out.corpus, data), sys.stderr if target == "-" else sys.stdout)
    try:
        talk.run()
    except KeyboardInterrupt:
        talk.stream.write("\n")
        _save(out, talk, target, profile)
        raise
    _save(out, talk, target, profile)


def _given(out: Surface, path: str | None) -> dict[str, Any]:
    """The profile of the file as a mapping, checked. Raises `BadProfile`."""
    if path is None:
        return {}
    source = read_file(Path(path))
    load_profile(source, out.corpus)
    found: dict[str, Any] = source.value
    return found


def _save(out: Surface, talk: Talk, target: str, profile: str | None) -> None:
    text = profile_text(talk.interview.data, out.corpus, out.lang)
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target)
    if not talk.changed:
        talk.tell(out.say("没有新的回答，文件没有改动。", "No new answers; the file is unchanged."))
        return
    if profile is not None and path == Path(profile):
        kept = path.with_name(path.name + ".bak")
        kept.write_bytes(path.read_bytes())
        talk.tell(out.say(f"原文件留作 {kept}。", f"The old file is kept as {kept}."))
    path.write_text(text, encoding="utf-8")
    page = out.page()
    page.para(out.say("回答已存到：", "Your answers are saved in:"))
    page.command(str(path), indent=2)
    page.para(out.say("看结果：", "For the result:"))
    page.command(f"huice evaluate {path}", indent=2)
    talk.show(page)


def _question_dict(one: Question) -> dict[str, Any]:
    return {
        "fact": one.fact.name,
        "question": {"zh": one.fact.question.zh, "en": one.fact.question["en"]},
        "type": one.fact.type,
        "options": {
            name: {"zh": label.zh, "en": label["en"]} for name, label in one.fact.options.items()
        },
        "entity": one.entity,
        "opens": one.opens,
        "stake_yuan": decimal(one.stake),
        "measures": list(one.measures),
        "unquantified": one.unquantified,
        "place": one.place,
    }


class Quit(Exception):  # no error: the user has had enough
    """The user ends the interview."""


class Back(Exception):  # no error
    """The user takes the last answer back."""


class Talk:
    """The interview as it is seen: questions out, answers in."""

    def __init__(self, out: Surface, interview: Interview, stream: IO[str]) -> None:
        self.out, self.interview, self.stream = out, interview, stream
        self.number = 0
        self.changed = False

    @property
    def corpus(self) -> Corpus:
        """The corpus."""
        return self.out.corpus

    def run(self) -> None:
        """Until nothing is left that could change the result, or the user stops."""
        out = self.out
        self.tell(
            out.say(
                "先问最影响结果的一题。填编号或内容；直接回车＝暂不清楚，b＝上一题，?＝说明，"
                "q＝保存退出。",
                "The question that decides most comes first. Give a number or a value; Enter = "
                "not known, "
                "b = back, ? = help, q = save and quit.",
            )
        )
        before = self.interview.state()
        while True:
            step = self.interview.next()
            if step is None:
                self.tell("")
                self.tell(
                    out.say(
                        "没有别的问题能改变结果了。", "No further question can change the result."
                    )
                )
                break
            try:
                changed = self.put(step, before)
            except Back:
                self.number -= 1
                if self.interview.back():
                    self.number -= 1
                else:
                    self.tell(out.say("这已是第一题。", "This is the first question."))
                before = self.interview.state()
                continue
            except Quit:
                break
            after = self.interview.state()
            if changed:
                self.difference(before, after)
            before = after
        self.tell(self.line(self.interview.state()))

    # --- one question -----------------------------------------------------------------------------

    def put(self, step: Step, state: State) -> bool:
        """Asks one question until it is answered or left open; whether it was answered."""
        self.number += 1
        page = self.out.page()
        self.title(page, state)
        self.body(page, step)
        self.show(page)
        while True:
            text = self.line_in("> ")
            if text == "":
                self.interview.skip(step)
                return False
            if text in {"?", "？"}:
                self.help(step)
                continue
            try:
                self.interview.answer(step, self.value(step, text))
            except (BadInput, BadProfile) as error:
                for problem in error.problems:
                    self.tell(problem.text[self.out.lang])
                continue
            self.changed = True
            return True

    def value(self, step: Step, text: str) -> Any:
        """What a typed answer means for a step."""
        if isinstance(step, AskFact):
            return parse_answer(step.fact, text, self.date_of)
        lower = text.strip().lower()
        if lower in {"2", "0", "没有", "无", "否", "n", "no", "none"}:
            return None
        if lower not in {"1", "有", "是", "y", "yes"}:
            raise bad_input("T004", "请填 1（有）或 2（没有）", "answer 1 (yes) or 2 (no)")
        default = self.interview.default_id(step.kind)
        label = self.out.text(step.kind.label)
        self.tell(
            self.out.say(
                f"给这个{label}起个名字，便于对照；回车＝{default}",
                f"A name for this {label}, so that you know it again; Enter = {default}",
            )
        )
        return self.line_in("> ") or default

    def date_of(self, label: str) -> str:
        """The date of a record, asked on a line of its own."""
        zh, _, en = label.partition("\0")
        self.tell(
            self.out.say(
                f"“{zh}”的日期？多次的用逗号隔开，如 2025-04-20",
                f"Date of ‘{en}’? Several with commas, such as 2025-04-20",
            )
        )
        return self.line_in("> ")

    def title(self, page: Page, state: State) -> None:
        """The number of the question and the result so far."""
        left = len(self.interview.pending())
        page.lines.append([])
        page.rule()
        page.split(
            (self.out.say(f"第 {self.number} 题", f"Question {self.number}"), "strong"),
            self.out.say(f"还有 {left} 题会影响结果", f"{left} questions can change the result"),
        )
        page.para((self.line(state), "quiet"))
        page.blank()

    def line(self, state: State) -> str:
        """The result so far in one line."""
        out = self.out
        place = out.text(place_name(out.corpus, state.place))
        opened = self.interview.data.get("org") is None or not self.interview.data["org"].get(
            "place"
        )
        lead = out.say(
            f"地点未定，上限最高的是{place}：", f"Place open; highest ceiling at {place}: "
        )
        told = out.say(
            f"确定额 {out.money(state.certain)}，本企业上限 {out.money(state.ceiling)}，",
            f"certain {out.money(state.certain)}, ceiling {out.money(state.ceiling)}, ",
        )
        parts = [
            f"{out.text(STATUS[status])} {state.count(status)}"
            for status in (Status.ELIGIBLE, Status.DISCRETIONARY, Status.UNKNOWN)
        ]
        return (
            (lead if opened else out.say(f"{place}：", f"{place}: ")) + told + out.comma.join(parts)
        )

    def body(self, page: Page, step: Step) -> None:
        """The question with its choices."""
        out = self.out
        if isinstance(step, AskWhether):
            label = out.text(step.kind.label)
            page.para(
                (
                    out.say(f"有没有{_counted(step.kind.name)}{label}？", f"Is there any {label}?"),
                    "strong",
                )
            )
            page.para((cards.stake_text(out, step.question), "quiet"))
            self.two(page)
            return
        if isinstance(step, AskAnother):
            label = out.text(step.kind.label)
            page.para((out.say(f"还有别的{label}吗？", f"Is there another {label}?"), "strong"))
            self.two(page)
            return
        asked = out.text(step.fact.question)
        if step.entity is not None:
            owner = entity_name(out.corpus, step.fact.entity, step.entity)
            asked = f"{out.text(owner)}{out.colon}{asked}"
        page.para((asked, "strong"))
        if step.question is not None:
            page.para((cards.stake_text(out, step.question), "quiet"))
        self.choices(page, step.fact)

    def two(self, page: Page) -> None:
        """Yes or no."""
        page.para(self.out.say("1  有", "1  yes"), 2)
        page.para(self.out.say("2  没有", "2  no"), 2)

    def choices(self, page: Page, fact: FactInfo) -> None:
        """The numbered choices, or the unit of the answer."""
        digits = len(str(len(fact.options)))
        for number, label in enumerate(fact.options.values(), 1):
            page.para(f"{number:>{digits}}  {self.out.text(label)}", 2, digits + 2)
        note = _HOW.get(fact.type)
        if note is not None:
            page.para((self.out.say(*note), "quiet"), 2)
        elif fact.type in UNITS:
            page.para(
                (self.out.say("单位：", "Unit: ") + self.out.text(UNITS[fact.type]), "quiet"), 2
            )

    def help(self, step: Step) -> None:
        """Where to find the answer and what it bears on."""
        out = self.out
        page = out.page()
        if isinstance(step, AskFact):
            note = out.text(step.fact.note)
            page.para(
                note
                or out.say("这一题没有更多说明。", "There is no further note on this question.")
            )
            effort = _EFFORT.get(step.fact.effort)
            if effort is not None:
                page.para(out.say(*effort))
        question = None if isinstance(step, AskAnother) else step.question
        if isinstance(question, _Question):
            titles = [out.text(out.corpus.measure(id_).title) for id_ in question.measures]
            more = len(titles) - SHOWN
            told = out.comma.join(titles[:SHOWN])
            told += out.say(f"等 {len(titles)} 项", f" and {more} more") if more > 0 else ""
            page.para(out.say(f"影响：{told}。", f"Bears on: {told}."))
        self.show(page)

    def difference(self, before: State, after: State) -> None:
        """What the answer changed."""
        out = self.out
        parts = []
        if before.place != after.place:
            place = out.text(place_name(out.corpus, after.place))
            parts.append(out.say(f"现按{place}计", f"now at {place}"))
        for zh, en, old, new in (
            ("确定额", "certain", before.certain, after.certain),
            ("本企业上限", "ceiling", before.ceiling, after.ceiling),
        ):
            if old != new:
                parts.append(f"{out.say(zh, en)} {out.money(old)} → {out.money(new)}")
        if before.place == after.place:
            for status in (Status.ELIGIBLE, Status.DISCRETIONARY, Status.INELIGIBLE):
                moved = [
                    id_
                    for id_, now in after.statuses.items()
                    if now is status and before.statuses.get(id_) is not status
                ]
                if moved:
                    parts.append(self.moved(status, moved))
        told = out.semicolon.join(parts) or out.say("结果没有变化", "the result is unchanged")
        self.tell([("→ ", "accent"), told + out.say("。", ".")])

    def moved(self, status: Status, ids: list[str]) -> str:
        """Measures that have changed their status."""
        out = self.out
        titles = [out.text(out.corpus.measure(id_).title) for id_ in ids[:SHOWN]]
        more = len(ids) - SHOWN
        told = out.comma.join(titles)
        told += out.say(f"等 {len(ids)} 项", f" and {more} more") if more > 0 else ""
        word = out.text(STATUS[status])
        return out.say(f"转为{word}：{told}", f"now {word.lower()}: {told}")

    # --- in and out -------------------------------------------------------------------------------

    def line_in(self, prompt: str) -> str:
        """One line of the user; raises `Quit` or `Back`."""
        if sys.stdin.isatty() and self.stream is sys.stdout:
            try:
                text = input(prompt)
            except EOFError:
                raise Quit from None
        else:
            self.stream.write(prompt)
            self.stream.flush()
            text = sys.stdin.readline()
            if not text:
                self.stream.write("\n")
                raise Quit
            if not sys.stdin.isatty():
                self.stream.write(text if text.endswith("\n") else text + "\n")
        text = text.strip()
        if text.lower() in {"q", "quit", "退出"}:
            raise Quit
        if text.lower() in {"b", "back", "上一题"}:
            raise Back
        return text

    def tell(self, inline: Any) -> None:
        """A paragraph."""
        self.out.tell(inline, self.stream)

    def show(self, page: Page) -> None:
        """A page."""
        self.out.show(page, self.stream)


def _counted(kind: str) -> str:
    return {
        "contract": "相关的采购",
        "premises": "办公",
        "project": "相关的",
        "person": "可申报的",
    }.get(kind, "")


_HOW = {
    "set": (
        "可多选，用空格隔开编号；一项也没有填 0",
        "Several: numbers with spaces between; 0 for none",
    ),
    "records": (
        "可多选，用空格隔开编号，随后逐项问日期；一项也没有填 0",
        "Several: numbers with spaces between, dates are asked next; 0 for none",
    ),
    "truth": ("1 是，2 否", "1 yes, 2 no"),
    "period": ("起日 至 止日，如 2025-01-01 至 2025-12-31", "first day, last day"),
}
_EFFORT = {
    2: ("通常要查材料或账目。", "Usually found in files or accounts."),
    3: ("通常要查审计数。", "Usually an audited figure."),
}
