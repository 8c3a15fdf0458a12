"""A folder that a run fills: made aside, then put in place as a whole, the list of its files last.

All is written into a hidden folder within the folder. Only when it is complete do the files of the run before
give way, and last comes the list (`simulation.json`, say): who finds it finds a finished run, and a run that
was stopped leaves what was there before. Only files that a list names, or whose names tell that an older
version made them, are ever removed; whatever else would be read as a part of the result stops the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self, TypeAlias
from uuid import uuid4

import msgspec
from msgspec import Struct

from huice.language.text import Fault, Text

BEFORE = "before.json"
"""The list of the run before, kept while its files give way."""
Files: TypeAlias = Mapping[str, int]
"""Files of a result, relative to its folder, with their rows."""


class Kind(Struct, frozen=True):
    """A kind of result: the name of its `list`, and what it is called.

    `takes` says whether a file there would be read as a part of it; `older`, whether a version of huice that
    wrote no list left it, judged by its name.
    """

    list: str
    title: Text
    takes: Callable[[PurePosixPath], bool]
    older: Callable[[PurePosixPath], bool]

    @property
    def hidden(self) -> str:
        """How the names of the hidden folders begin."""
        return f".{PurePosixPath(self.list).stem}-"


class Held(Struct, frozen=True):
    """What a folder holds: files of ours, files in their way that are not, hidden folders of runs not done."""

    ours: tuple[PurePosixPath, ...] = ()
    foreign: tuple[PurePosixPath, ...] = ()
    begun: tuple[Path, ...] = ()
    finished: bool = False


class Occupied(Fault):
    """The folder cannot take a result: `found` says what is there, `ours` whether it may be replaced."""

    def __init__(self, found: Text, advice: Text, *, ours: bool) -> None:
        told = found + advice
        super().__init__(told.zh, told.en)
        self.found, self.ours = found, ours


def held(folder: Path, kind: Kind) -> Held:
    """What stands in a folder that concerns a result of this kind."""
    if not folder.is_dir():
        return Held()
    begun = tuple(sorted(one for one in folder.glob(f"{kind.hidden}*") if one.is_dir()))
    lists = [folder / kind.list, *(one / name for one in begun for name in (kind.list, BEFORE))]
    named = {PurePosixPath(name) for one in lists for name in listed(one)}
    ours: list[PurePosixPath] = []
    foreign: list[PurePosixPath] = []
    for one in _within(folder, kind):
        mine = one in named or one.as_posix() == kind.list or kind.older(one)
        (ours if mine else foreign).append(one)
    return Held(tuple(ours), tuple(foreign), begun, (folder / kind.list).is_file())


def _within(folder: Path, kind: Kind) -> list[PurePosixPath]:
    """The files, relative to the folder, that stand where those of a result do."""
    found = []
    for entry in sorted(folder.iterdir()):
        if not kind.takes(PurePosixPath(entry.name)) and entry.name != kind.list:
            continue
        within = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        paths = [PurePosixPath(one.relative_to(folder)) for one in within if not one.is_dir()]
        found += [one for one in paths if kind.takes(one) or one.as_posix() == kind.list]
    return found


def listed(path: Path) -> dict[str, int]:
    """The files that a list names, with their rows; none where there is no list, or one of another kind."""
    try:
        given = msgspec.json.decode(path.read_bytes())
        return {str(one["file"]): int(one["rows"]) for one in given["files"]}
    except (OSError, msgspec.DecodeError, LookupError, TypeError, ValueError):
        return {}


def check_free(folder: Path, kind: Kind, *, replace: bool, advice: Text | None = None) -> None:
    """Raises `Occupied` unless a result may be put there; with `replace` one of ours gives way."""
    if folder.exists() and not folder.is_dir():
        raise Fault(f"{folder} 是文件，不是文件夹", f"{folder} is a file and no folder")
    there = held(folder, kind)
    if there.foreign:
        raise Occupied(*_in_the_way(folder, kind, there.foreign), ours=False)
    if replace or not (there.ours or there.begun):
        return
    raise Occupied(
        _taken(folder, kind, there),
        advice
        or Text(
            "；请换一个文件夹，或写 replace=True 换掉它们（其他文件不动）",
            "; choose another folder, or say replace=True to replace them (other files stay)",
        ),
        ours=True,
    )


def _taken(folder: Path, kind: Kind, there: Held) -> Text:
    many = len(there.ours)
    if there.finished:
        return Text(
            f"{folder} 里已有一份{kind.title.zh}（{many} 个文件），两次的结果不能混在一起",
            f"{folder} holds {kind.title.en} already ({many} files), and two runs must not mix",
        )
    if there.begun:
        return Text(
            f"{folder} 里有一次没有做完的{kind.title.zh}（若另有进程正在写，请等它写完）",
            f"{folder} holds {kind.title.en} that were not finished (if another process is writing "
            "them, wait for it)",
        )
    return Text(
        f"{folder} 里有 {many} 个{kind.title.zh}的文件，却没有清单 {kind.list}：可能没有做完，"
        "两次的结果不能混在一起",
        f"{folder} holds {many} files of {kind.title.en} but not their list {kind.list}: they may not "
        "be complete, and two runs must not mix",
    )


def _in_the_way(folder: Path, kind: Kind, foreign: tuple[PurePosixPath, ...]) -> tuple[Text, Text]:
    more = len(foreign) - 1
    zh, en = (f"等 {more + 1} 个文件", f" and {more} more") if more else ("", "")
    return (
        Text(
            f"{folder / foreign[0]}{zh}不在清单 {kind.list} 里，说不准是谁写的，却占着{kind.title.zh}的位置",
            f"{folder / foreign[0]}{en} stands where {kind.title.en} would, and no list {kind.list} says that "
            "huice wrote it",
        ),
        Text(
            "；huice 不会动它，请移走，或换一个文件夹",
            "; it is left alone: move it away, or choose another folder",
        ),
    )


class Staged:
    """A result on its way into a folder; as a context manager it leaves nothing half done.

    `own` is the hidden folder to write to. `finish` puts what was written in place; without it all goes.
    Raises `Occupied` as `check_free` does.
    """

    def __init__(self, folder: Path, kind: Kind, *, replace: bool) -> None:
        check_free(folder, kind, replace=replace)
        self.folder, self.kind, self._replace = folder, kind, replace
        self.own = folder / f"{kind.hidden}{uuid4().hex}"
        self._fresh, self._swapping = not folder.exists(), False

    def __enter__(self) -> Self:
        with writing(self.folder):
            self.own.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._swapping:
            return  # its lists tell which of the files are ours
        shutil.rmtree(self.own, ignore_errors=True)
        if self._fresh and kind is not None:
            with suppress(OSError):  # it holds something by now
                self.folder.rmdir()

    def finish(self, about: Mapping[str, Any], files: Files) -> None:
        """Puts these files in place of those of the run before, and last the list with what it is about."""
        self._all_there(files)
        rows = [{"file": name, "rows": files[name]} for name in sorted(files)]
        told = (
            msgspec.json.format(msgspec.json.encode({**about, "files": rows}, enc_hook=str)) + b"\n"
        )
        there = held(self.folder, self.kind)
        if there.foreign or (there.ours and not self._replace):  # somebody was quicker
            check_free(self.folder, self.kind, replace=self._replace)
        with writing(self.folder):
            (self.own / self.kind.list).write_bytes(told)
            self._swapping = True
            self._clear(there)
            for name in sorted(files):
                (self.folder / name).parent.mkdir(exist_ok=True)
                (self.own / name).rename(self.folder / name)
            (self.own / self.kind.list).rename(self.folder / self.kind.list)
            self._swapping = False

    def _clear(self, there: Held) -> None:
        """Takes away what the run before left; first its list, so that nobody takes half of it for all."""
        old = self.folder / self.kind.list
        if old.exists():
            old.rename(self.own / BEFORE)
        for one in there.ours:
            (self.folder / one).unlink(missing_ok=True)
        for inner in {one.parent for one in there.ours} - {PurePosixPath()}:
            with suppress(OSError):  # the user's own files stand in it
                (self.folder / inner).rmdir()
        for other in there.begun:
            if other != self.own:
                shutil.rmtree(other, ignore_errors=True)

    def _all_there(self, files: Files) -> None:
        lost = [name for name in sorted(files) if not (self.own / name).is_file()]
        if lost:
            raise Fault(
                f"少了 {len(lost)} 个部分（{lost[0]} 等）：它们没有写进 {self.folder}；工作进程所在的各台机器"
                "都要能在同一路径写这个文件夹",
                f"{len(lost)} parts are missing (such as {lost[0]}): they are not in {self.folder}; the "
                "machines of all workers must be able to write this folder at the same path",
            )


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turns what the machine says of a folder that cannot be written into a `Fault`."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error).strip().splitlines()[0]
        raise Fault(
            f"{folder} 写不了（{why}）；请核对路径、权限和磁盘空间",
            f"{folder} cannot be written ({why}); check the path, permissions and free space",
        ) from error
