"""A drop folder: files that senders put into it are read, then moved to `done` or `refused`.

A file is taken once it has not changed for a while, so that one that is still being written is
left alone. It is moved only after its papers are in the database: after a crash it is read again
and all of it is known already. A lock on the folder keeps a second watcher out, and the operating
system takes it back from one that dies.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from service.errors import InvalidInput
from service.usecases.paper_ports import readable

log = logging.getLogger(__name__)
DONE, REFUSED, LOCK = "done", "refused", ".tallyman.lock"
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
PROBLEM = ".problem.json"


class Report(Protocol):
    """What became of a file that could be read; `FileReport` is one."""

    @property
    def anything_there(self) -> bool: ...
    @property
    def problems(self) -> list[dict[str, str]]: ...
    @property
    def summary(self) -> str: ...


TakeIn = Callable[[str, bytes], Report]
"""(name, content) -> report. Raises: InvalidInput if the file cannot be read as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One file that was moved: where it is now, and whether anything of it was taken."""

    name: str
    path: Path
    refused: bool
    summary: str


@dataclass(slots=True, kw_only=True)
class DropFolder:
    """Watches one folder; its subfolders are left alone.

    Args:
        folder: made, with `done` and `refused` in it, if it is missing.
        take_in: files the papers of one file.
        settle_s: a file is taken when it has not changed for so long.
        max_bytes: larger files are refused without reading them.
        clock_s: seconds since 1970, as file times are.
    """

    folder: Path
    take_in: TakeIn
    settle_s: float = 2.0
    max_bytes: int = 64 * 1024 * 1024
    clock_s: Callable[[], float] = time.time
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.folder, self.folder / DONE, self.folder / REFUSED):
            folder.mkdir(parents=True, exist_ok=True)

    def scan(self) -> Iterator[Taken]:
        """Take in every file that is complete, oldest first; nothing if another one watches."""
        with _locked(self.folder / LOCK) as mine:
            if not mine:
                return
            found = sorted(self._files(), key=lambda each: (each[1].st_mtime_ns, each[0].name))
            names = {path.name for path, _ in found}
            self._seen = {name: seen for name, seen in self._seen.items() if name in names}
            for path, status in found:
                if not stat.S_ISREG(status.st_mode):
                    yield self._refuse(path, "not a plain file")
                elif self._is_settled(path, status):
                    taken = self._take(path, status)
                    if taken is not None:
                        yield taken

    def take_all(self) -> int:
        """As `scan`, with a line in the log for each file; how many there were."""
        count = 0
        for taken in self.scan():
            log.info("%s: %s", taken.name, taken.summary)
            count += 1
        return count

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self.folder.iterdir():
            if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
                continue
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue  # its sender has just given it its final name
            if not stat.S_ISDIR(status.st_mode):
                yield path, status

    def _is_settled(self, path: Path, status: os.stat_result) -> bool:
        """Old enough, and the same as when it was last looked at.

        The age alone is not enough: a copied file may bring the time of its original along.
        """
        now = (status.st_size, status.st_mtime_ns)
        before = self._seen.get(path.name)
        self._seen[path.name] = now
        return before == now and self.clock_s() - status.st_mtime >= self.settle_s

    def _take(self, path: Path, status: os.stat_result) -> Taken | None:
        if status.st_size > self.max_bytes:
            return self._refuse(path, f"{status.st_size} bytes, at most {self.max_bytes} are read")
        try:
            data = path.read_bytes()
            after = path.lstat()
        except FileNotFoundError:
            return None
        except OSError as problem:
            return self._refuse(path, f"cannot be read: {problem.strerror}")
        if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            return None  # it grew while it was read
        try:
            report = self.take_in(path.name, data)
        except InvalidInput as problem:
            return self._refuse(path, problem.reason, where=getattr(problem, "where", ""))
        return self._move(
            path,
            refused=not report.anything_there,
            summary=report.summary,
            problems=report.problems,
        )

    def _refuse(self, path: Path, reason: str, *, where: str = "") -> Taken:
        problems = [{"where": where, "reason": reason}]
        return self._move(path, refused=True, summary=reason, problems=problems)

    def _move(
        self, path: Path, *, refused: bool, summary: str, problems: list[dict[str, str]]
    ) -> Taken:
        target = _free(self.folder / (REFUSED if refused else DONE) / path.name)
        if problems:
            # First the problem: a file in `refused` never stands there without its reason.
            text = json.dumps(
                {"file": readable(path.name), "summary": summary, "problems": problems},
                ensure_ascii=False,
                indent=1,
            )
            target.with_name(target.name + PROBLEM).write_text(text + "\n", encoding="utf-8")
        try:
            path.rename(target)
        except FileNotFoundError:
            log.warning("%s is gone from the drop folder", readable(path.name))
        self._seen.pop(path.name, None)
        return Taken(name=readable(path.name), path=target, refused=refused, summary=summary)


def _free(path: Path) -> Path:
    """A name that is not taken: papers.txt, papers.txt.1, papers.txt.2."""
    candidate, number = path, 0
    while candidate.exists() or candidate.is_symlink():
        number += 1
        candidate = path.with_name(f"{path.name}.{number}")
    return candidate


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether this process has the lock now."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
