"""Files that cannot be read, or not safely: broken YAML, other encodings, excess, tricks of YAML."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import huice
from huice.cli import run
from huice.corpus.source import DEEPEST, LARGEST, read_bytes

GOOD = "org: {place: shenzhen}\n"
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\n"

Row = tuple[str, bytes, str, str, str, int]
ROWS: list[Row] = [
    ("empty", b"", "F012", "文件是空的", "the file is empty", 0),
    ("only a comment", "# 画像\n".encode(), "F012", "文件是空的", "the file is empty", 0),
    ("only a byte order mark", b"\xef\xbb\xbf", "F012", "文件是空的", "the file is empty", 0),
    ("only ---", b"---\n", "F012", "文件是空的", "the file is empty", 0),
    ("GBK", "org: {place: 深圳}  # 注册地".encode("gbk"), "F004", "文件不是 UTF-8 编码（像是 GBK），请另存为 UTF-8", "it looks like GBK", 0),
    ("UTF-16 little endian", GOOD.encode("utf-16"), "F004", "像是 UTF-16", "it looks like UTF-16", 0),
    ("UTF-16 big endian", b"\xfe\xff" + GOOD.encode("utf-16-be"), "F004", "像是 UTF-16", "it looks like UTF-16", 0),
    ("an image", b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "F004", "文件不是 UTF-8 编码", "the file is not UTF-8", 0),
    ("anchor", b"org: &o {place: shenzhen}\n", "F005", "不支持 YAML 锚点", "anchors (& and *) are not supported", 1),
    ("alias", b"org: *o\n", "F005", "请把内容写全", "write the value out", 1),
    ("anchor bomb", BOMB.encode(), "F005", "不支持 YAML 锚点", "are not supported", 1),
    ("python object", b"org: !!python/object/apply:os.system ['true']\n", "F006", "不支持 YAML 标签", "python/object/apply:os.system is not supported", 1),
    ("python name", b"org:\n  place: !!python/name:os.system\n", "F006", "请去掉", "leave it out", 2),
    ("a plain tag", b"org: {place: !!str shenzhen}\n", "F006", "不支持 YAML 标签", "the YAML tag", 1),
    ("a tag on a list", b"- !set [a]\n", "F006", "不支持 YAML 标签 !set", "the YAML tag !set", 1),
    ("a key twice", b"org:\n  place: shenzhen\n  place: other\n", "F007", "“place”写了两次，请合并", "“place” is written twice; merge the two", 3),
    ("a list as a key", b"? [a, b]\n: c\n", "F008", "键必须是文字", "a key must be plain text", 1),
    ("a mapping as a key", b"{{a: b}: c}\n", "F008", "键必须是文字", "a key must be plain text", 1),
    ("too deep in brackets", b"a: " + b"[" * 1000, "F009", "嵌套超过 30 层", "nested deeper than 30 levels", 1),
    ("a hundred thousand brackets", b"[" * 100_000, "F009", "嵌套超过 30 层", "nested deeper", 1),
    ("too deep by indenting", "".join(f"{' ' * i}a:\n" for i in range(200)).encode(), "F009", "嵌套超过 30 层", "nested deeper", 31),
    ("two documents", b"org: {}\n---\norg: {}\n", "F010", "一个文件只写一份内容，请去掉 ---", "one document a file; leave out ---", 2),
    ("tab", b"org:\n\tplace: shenzhen\n", "F011", "缩进用了 Tab，请改用空格", "a tab indents this line; use spaces", 2),
    ("bracket left open", b"org: {place: shenzhen\ncontracts: []\n", "F011", "括号、引号或缩进没有配好（从第 1 行起）", "(from line 1)", 2),
    ("quote left open", b"org: {place: 'shenzhen}\n", "F011", "引号或括号没有写完", "unexpected end of stream", 2),
    ("two colons", b"org: place: shenzhen\n", "F011", "冒号的位置不对，或缩进不一致", "mapping values are not allowed", 1),
    ("uneven indenting", b"org:\n    place: shenzhen\n  size: small\n", "F011", "缩进没有配好（从第 1 行起）", "not valid YAML", 3),
    ("at sign", b"org: @shenzhen\n", "F011", "有不能开头的字符（如 @、`），请加引号", "cannot start any token", 1),
    ("bad escape", b'org: {place: "\\x"}\n', "F011", "YAML 写法有误", "not valid YAML", 1),
    ("a list where a key was due", b"org: {}\n- place\n", "F011", "括号、引号或缩进没有配好", "did not find expected key", 2),
    ("directive", b"%FOO bar\norg: {}\n", "F011", "不要用 % 开头的行", "unknown directive", 1),
    ("yaml 9", b"%YAML 9.9\n---\norg: {}\n", "F011", "不要用 % 开头的行", "incompatible", 1),
    ("null character", b"org: {place: a\x00b}\n", "F011", "有不可见的控制字符 U+0000，请删去", "a control character U+0000; delete it", 1),
    ("bell", b"org:\n  place: \x07shenzhen\n", "F011", "控制字符 U+0007", "a control character U+0007", 2),
    ("escape sequence", b"org:\n  place: \x1b[31mred\n", "F011", "控制字符 U+001B", "U+001B", 2),
    ("JSON left open", b'{"org": {"place": "shenzhen"}', "F011", "括号、引号或缩进没有配好（从第 1 行起）", "(from line 1)", 2),
    ("too large", b"#" * (LARGEST + 1), "F003", "文件超过上限 4,000,000 字节，请拆分", "more than 4,000,000 bytes; split it", 0),
    ("too many contracts", b"contracts: [" + b"{}," * 5001 + b"]", "U010", "“contracts”有 5001 项，最多 5000 项", "holds 5001 items, more than 5000", 1),
    ("too many values", b"a: [" + b"1," * 250_000 + b"]", "F003", "内容超过 200,000 项", "more than 200,000 values", 1),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[name for name, *_ in ROWS])
def test_a_profile_that_cannot_be_read(
    row: Row, corpus: huice.Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, data, code, zh, en, line = row
    path = tmp_path / "profile.yaml"
    path.write_bytes(data)
    start = time.process_time()
    with pytest.raises(huice.BadProfile) as caught:
        huice.evaluate(path, corpus)
    assert time.process_time() - start < 8
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == (code, line)
    assert zh in problem.text.zh
    assert en in problem.text.en
    assert run(["evaluate", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, code in err) == ("", False, True)


def _missing(folder: Path) -> Path:
    return folder / "nowhere" / "profile.yaml"


def _directory(folder: Path) -> Path:
    return folder


def _null_in_name(folder: Path) -> Path:
    return folder / "a\0b.yaml"


def _long_name(folder: Path) -> Path:
    return folder / ("a" * 5000)


def _dangling(folder: Path) -> Path:
    link = folder / "link.yaml"
    link.symlink_to(folder / "gone.yaml")
    return link


def _loop(folder: Path) -> Path:
    link = folder / "loop.yaml"
    link.symlink_to(link)
    return link


def _endless(_: Path) -> Path:
    return Path("/dev/zero")


def _not_a_folder(folder: Path) -> Path:
    (folder / "file").write_text("", encoding="utf-8")
    return folder / "file" / "profile.yaml"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_missing, "F001 没有这个文件 / no such file"),
        (_directory, "F002 这是一个文件夹，请给出文件 / this is a folder; give a file"),
        (_null_in_name, "F001 读不了文件 / cannot read the file"),
        (_long_name, "F001 读不了文件 / cannot read the file"),
        (_dangling, "F001 没有这个文件 / no such file"),
        (_loop, "F001 读不了文件 / cannot read the file"),
        (_not_a_folder, "F001 读不了文件 / cannot read the file"),
        pytest.param(
            _endless,
            "F003 文件超过上限 / more than",
            marks=pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here"),
        ),
    ],
)
def test_a_path_that_leads_nowhere(
    make: Callable[[Path], Path], told: str, corpus: huice.Corpus, tmp_path: Path
) -> None:
    with pytest.raises(huice.BadProfile) as caught:
        huice.evaluate(make(tmp_path), corpus)
    (problem,) = caught.value.problems
    code, said = told.split(" ", 1)
    zh, en = said.split(" / ")
    assert problem.code == code
    assert zh in problem.text.zh
    assert en in problem.text.en


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(corpus: huice.Corpus, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(huice.BadProfile) as caught:
        huice.evaluate(path, corpus)
    assert caught.value.problems[0].code == "F001"


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        json.dumps({"org": {"place": "shenzhen"}}).encode(),
        json.dumps({"org": {"place": "深圳"}}).encode(),
        b'{\n\t"org": {\n\t\t"place": "shenzhen"\n\t}\n}\n',
        b"---\norg: {place: shenzhen}\n...\n",
        "org:\n  place: 深圳 # 注册地\n".encode(),
    ],
    ids=["yaml", "byte order mark", "windows lines", "json", "json escapes", "json tabs", "one ---", "chinese"],
)  # fmt: skip
def test_a_profile_that_is_fine(data: bytes, corpus: huice.Corpus, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_bytes(data)
    assert huice.evaluate(path, corpus).place == "shenzhen"


@settings(deadline=2000)
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    source = read_bytes(data, "x")
    assert source.value is not None or source.problems
    assert all(problem.text.zh and problem.text.en for problem in source.problems)


@settings(deadline=2000)
@given(st.text(alphabet="ab: -[]{}\"'#&*!|>%@`\n\t,?0.9~<=中", max_size=300))
def test_any_yaml(text: str) -> None:
    source = read_bytes(text.encode(), "x")
    assert source.value is not None or source.problems
    if isinstance(source.value, dict) and not source.problems:
        with suppress(huice.BadProfile):
            huice.evaluate(source.value)


def test_the_bounds_are_generous(corpus: huice.Corpus, tmp_path: Path) -> None:
    """A profile with two thousand contracts, and a value as deep as is allowed, are read."""
    path = tmp_path / "profile.yaml"
    path.write_text(
        "org: {place: hangzhou/other}\ncontracts:\n"
        + "- {item: compute, paid_yuan: 1000}\n" * 2000,
        encoding="utf-8",
    )
    assert huice.evaluate(path, corpus, ["hangzhou/compute-voucher"]).total.ceiling > 0
    deep = read_bytes(b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1), "x")
    assert deep.problems == []
