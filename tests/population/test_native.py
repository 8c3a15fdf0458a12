"""Machine code is kept between processes: compiled once, taken only where nobody else can have put it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from huice.population.columns.fused import native as made

TEXT = """define i64 @run(i64 %n) {
  %twice = mul i64 %n, 2
  ret i64 %twice
}"""


@pytest.fixture
def compilings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The texts that are compiled, with a cache of its own."""
    texts: list[str] = []
    compiled = made._compiled  # noqa: SLF001  # how often it is called is what these tests are about

    def counted(text: str) -> bytes:
        texts.append(text)
        return compiled(text)

    monkeypatch.setattr(made, "_compiled", counted)
    monkeypatch.setenv("HUICE_CACHE", str(tmp_path / "cache"))
    made.native.cache_clear()
    yield texts
    made.native.cache_clear()


def runs(text: str = TEXT) -> int:
    """What the code gives, as a new process would find it."""
    import ctypes  # noqa: PLC0415  # beside the call that needs it

    made.native.cache_clear()
    engine = made.native(text)
    result = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(engine.get_function_address("run"))(
        21
    )
    assert isinstance(result, int)
    return result


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*.code"))


def test_code_is_compiled_once(compilings: list[str], tmp_path: Path) -> None:
    assert not made.known(TEXT)
    assert [runs(), runs(), runs()] == [42, 42, 42]
    assert compilings == [TEXT]
    assert made.known(TEXT)
    other = TEXT.replace("2\n", "3\n")
    assert not made.known(other)
    assert runs(other) == 63
    assert len(kept(tmp_path)) == 2


def test_code_for_another_processor_is_another_file(
    compilings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs()
    monkeypatch.setattr(made, "_maker", lambda: b"another processor")
    assert not made.known(TEXT)
    assert runs() == 42
    assert len(compilings) == 2


@pytest.mark.parametrize("damage", [b"", b"x" * 200, None])
def test_damaged_code_is_made_anew(
    damage: bytes | None, compilings: list[str], tmp_path: Path
) -> None:
    """An object file that is not whole would end the process."""
    runs()
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-7] if damage is None else damage)
    assert not made.known(TEXT)
    assert runs() == 42
    assert len(compilings) == 2
    assert file.read_bytes() == whole


def test_code_that_others_could_have_written_is_not_run(
    compilings: list[str], tmp_path: Path
) -> None:
    runs()
    (file,) = kept(tmp_path)
    for path, mode in ((file, 0o666), (file.parent, 0o777)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert not made.known(TEXT)
        path.chmod(before)
    assert made.known(TEXT)
    assert compilings == [TEXT]


def test_code_is_kept_where_new_folders_are_open_to_a_group(compilings: list[str]) -> None:
    """Many systems let a user's group write what the user makes: code was kept there and never taken."""
    before = os.umask(0o002)
    try:
        assert [runs(), runs()] == [42, 42]
    finally:
        os.umask(before)
    assert compilings == [TEXT]


def test_without_a_cache_code_is_compiled_each_time(
    compilings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUICE_CACHE", "")
    assert [runs(), runs()] == [42, 42]
    assert len(compilings) == 2
