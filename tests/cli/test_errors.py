"""What is told when something is wrong: where, what, what to do; never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run

MAIN = [sys.executable, "-m", "huice"]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A profile with four faults."""
    path = tmp_path / "bad.yaml"
    path.write_text(
        "org: {place: shenzen, knd: x}\ncontracts: [{item: gpu, amount_yuan: 五十万}]\n",
        encoding="utf-8",
    )
    return path


def test_every_fault_of_a_profile_is_told_with_its_place(huice: Run, bad: Path) -> None:
    said = huice("evaluate", bad)
    assert said.code == 2
    assert said.out == ""
    lines = said.err.splitlines()
    assert [line.split(": [")[0] for line in lines] == [
        f"{bad}:1:14", f"{bad}:1:28", f"{bad}:2:20", f"{bad}:2:38",
    ]  # fmt: skip
    assert "是否想写“shenzhen”" in lines[0]


def test_faults_are_told_in_english_and_as_data(huice: Run, bad: Path) -> None:
    assert "did you mean “shenzhen”" in huice("evaluate", bad, "--lang", "en").err
    data = json.loads(huice("evaluate", bad, "--json").out)
    assert [one["code"] for one in data["problems"]] == ["U004", "U003", "U004", "U006"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("evalute",), "T003", "是否想写“evaluate”"),
        (("evaluate",), "T002", "缺少 PROFILE"),
        (("evaluate", "x.yaml", "--plce", "上海"), "T001", "--place"),
        (("evaluate", "x.yaml", "--place"), "T004", "后面要写一个值"),
        (("evaluate", "x.yaml"), "F001", "没有这个文件"),
        (("evaluate", "."), "F002", "请给出文件"),
        (("evaluate", "{firm}", "--place", "火星"), "T006", "没有地点“火星”"),
        (("evaluate", "{firm}", "--measure", "火箭"), "T006", "没有事项“火箭”"),
        (("evaluate", "{firm}", "--as-of", "2025"), "T004", "2025-06-30"),
        (("evaluate", "{firm}", "--reading", "x"), "T004", "事项:读法=选项"),
        (("evaluate", "{firm}", "--reading", "训力券:tuning=tunin"), "U008", "是否想写“tuning”"),
        (("evaluate", "{firm}", "--policies", "nowhere"), "T008", "没有政策文件夹"),
        (("evaluate", "{firm}", "--lang", "fr"), "T004", "zh 或 en"),
        (("explain", "训力券", "--as-of", "2025-01-01"), "T002", "和画像一起用"),
        (("rules", "show"), "T002", "哪个事项"),
        (("rules", "list", "a", "b"), "T002", "多写了 b"),
        (("schema", "rule"), "T004", "policy、profile"),
        (("lint", "nowhere"), "T008", "没有 nowhere"),
        (("test", "{firm}"), "T008", "上层没有 corpus.yaml"),
        (("init", "nowhere/x.yaml"), "T008", "nowhere/x.yaml"),
        (("ask", "-o", "{firm}"), "T007", "已经存在"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_to_do(
    huice: Run, firm: Path, arguments: tuple[str, ...], code: str, told: str
) -> None:
    said = huice(*(argument.format(firm=firm) for argument in arguments))
    assert said.code == 2
    assert f"[{code}]" in said.err
    assert told in said.err
    assert "Traceback" not in said.err
    english = huice("--lang", "en", *(argument.format(firm=firm) for argument in arguments))
    assert f"[{code}]" in english.err


def test_a_broken_policy_is_told_with_its_path(huice: Run, firm: Path, tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "corpus.yaml").write_text("version: 1\nparts: x\n", encoding="utf-8")
    said = huice("evaluate", firm, "--policies", folder)
    assert said.code == 2
    assert str(folder / "corpus.yaml") in said.err


def test_a_fault_of_huice_itself_is_one_line(
    huice: Run, firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no wires left")

    monkeypatch.setattr("huice.cli.evaluate.evaluate_profile", fail)
    said = huice("evaluate", firm)
    assert said.code == 70
    assert said.err.count("\n") == 1
    assert "[T099]" in said.err
    assert "HUICE_DEBUG=1" in said.err
    monkeypatch.setenv("HUICE_DEBUG", "1")
    assert "Traceback" in huice("evaluate", firm).err


def test_a_closed_pipe_ends_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        done = subprocess.run([*MAIN, "rules"], stdout=gone, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 141
    assert done.stderr == b""


def _listening() -> None:
    """Ctrl-C arrives even where the shell that runs the tests ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupting_an_interview_saves_the_answers(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    with subprocess.Popen(
        [*MAIN, "ask", "-o", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_listening,  # noqa: PLW1509  # one thread only
    ) as talk:
        assert talk.stdin is not None
        assert talk.stdout is not None
        talk.stdin.write("深圳\n".encode())
        talk.stdin.flush()
        while "第 2 题" not in talk.stdout.readline().decode():
            pass
        time.sleep(0.3)
        talk.send_signal(signal.SIGINT)
        out, err = talk.communicate(timeout=20)
    assert talk.returncode == 130
    assert "Traceback" not in err.decode()
    assert "回答已存到" in out.decode()
    assert "place: shenzhen" in path.read_text(encoding="utf-8")


def test_output_is_utf8_whatever_the_locale(firm: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    environment.pop("PYTHONIOENCODING", None)
    done = subprocess.run(
        [*MAIN, "evaluate", str(firm)], capture_output=True, check=True, env=environment
    )
    assert done.stdout.decode("utf-8").startswith("甲公司")


def test_a_console_that_asks_for_gbk_gets_it(firm: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    done = subprocess.run(
        [*MAIN, "compare", str(firm)], capture_output=True, check=True, env=environment
    )
    text = done.stdout.decode("gbk")
    assert text.startswith("对比")
    assert "─" not in text


def test_colour_only_where_it_is_wanted(firm: Path) -> None:
    coloured = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    coloured.pop("NO_COLOR", None)
    run = [*MAIN, "evaluate", str(firm)]
    shown = subprocess.run(run, capture_output=True, check=True, env=coloured).stdout
    plain = subprocess.run(
        run, capture_output=True, check=True, env={**coloured, "NO_COLOR": "1"}
    ).stdout
    assert b"\x1b[" in shown
    assert b"\x1b[" not in plain
