"""The drop folder: nothing is read half-written, lost, taken twice or left without a reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.errors import ServiceError, UnreadablePapers
from service.sources.inbox import DropFolder


@dataclass(kw_only=True)
class StubReport:
    anything_there: bool = True
    problems: list[dict[str, str]] = field(default_factory=list)
    summary: str = "test: 1 taken"


@dataclass(kw_only=True)
class Scene:
    """A drop folder, a clock that stands still, and what was taken in."""

    folder: Path
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    now_s: float = 1_000_000.0
    act: Callable[[str, bytes], StubReport] = lambda name, data: StubReport()

    def inbox(self) -> DropFolder:
        return DropFolder(
            folder=self.folder,
            take_in=self._take,
            settle_s=2.0,
            max_bytes=1000,
            clock_s=lambda: self.now_s,
        )

    def _take(self, name: str, data: bytes) -> StubReport:
        report = self.act(name, data)
        self.seen.append((name, data))
        return report

    def drop(self, name: str, data: bytes = b"papers", *, age_s: float = 60.0) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        os.utime(path, (self.now_s - age_s, self.now_s - age_s))
        return path

    def twice(self, inbox: DropFolder) -> list[str]:
        """Two looks, which is what a file that stands still needs."""
        return [taken.name for _ in range(2) for taken in inbox.scan()]

    def files(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(folder=tmp_path / "inbox")
    made.inbox()
    return made


def test_a_complete_file_is_taken_and_moved_to_done(scene: Scene) -> None:
    scene.drop("a.xml")
    assert scene.twice(scene.inbox()) == ["a.xml"]
    assert scene.seen == [("a.xml", b"papers")]
    assert scene.files("done") == ["a.xml"]
    assert not (scene.folder / "a.xml").exists()


def test_a_file_that_is_still_being_written_is_left_alone(scene: Scene) -> None:
    inbox = scene.inbox()
    for size in range(1, 6):
        scene.drop("a.xml", b"x" * size)
        assert list(inbox.scan()) == []
    assert [taken.name for taken in inbox.scan()] == ["a.xml"]
    assert scene.seen == [("a.xml", b"xxxxx")]


def test_a_young_file_waits_even_if_it_has_not_changed(scene: Scene) -> None:
    scene.drop("a.xml", age_s=1.0)
    inbox = scene.inbox()
    assert scene.twice(inbox) == []
    scene.now_s += 1.5
    assert [taken.name for taken in inbox.scan()] == ["a.xml"]


def test_a_file_that_grows_while_it_is_read_is_not_taken(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scene.drop("a.xml")
    read = Path.read_bytes

    def growing(self: Path) -> bytes:
        data = read(self)
        if self == path:
            with path.open("ab") as file:
                file.write(b"more")
        return data

    inbox = scene.inbox()
    list(inbox.scan())
    monkeypatch.setattr(Path, "read_bytes", growing)
    assert list(inbox.scan()) == []
    assert scene.seen == []
    assert path.exists()


@pytest.mark.parametrize("name", [".hidden", "a.xml.part", "a.tmp", "A.FILEPART", "x.crdownload"])
def test_unfinished_uploads_are_not_looked_at(scene: Scene, name: str) -> None:
    scene.drop(name)
    assert scene.twice(scene.inbox()) == []
    assert (scene.folder / name).exists()


def refuse(name: str, data: bytes) -> StubReport:
    del data
    raise UnreadablePapers("baplie", "UNT counts 7 segments, 6 came", file=name, where="segment 6")


def test_what_cannot_be_read_goes_to_refused_with_its_problem_beside(scene: Scene) -> None:
    scene.drop("a.edi")
    scene.act = refuse
    assert scene.twice(scene.inbox()) == ["a.edi"]
    assert scene.files("refused") == ["a.edi", "a.edi.problem.json"]
    problem = json.loads((scene.folder / "refused/a.edi.problem.json").read_text("utf-8"))
    assert problem["file"] == "a.edi"
    assert problem["problems"] == [
        {"where": "segment 6", "reason": "baplie: UNT counts 7 segments, 6 came (segment 6)"}
    ]


def test_a_file_taken_in_part_is_done_with_its_problems_beside(scene: Scene) -> None:
    scene.drop("a.csv")
    problems = [{"where": "line 3", "reason": "no container"}]
    scene.act = lambda name, data: StubReport(problems=problems)
    scene.twice(scene.inbox())
    assert scene.files("done") == ["a.csv", "a.csv.problem.json"]
    problem = json.loads((scene.folder / "done/a.csv.problem.json").read_text("utf-8"))
    assert problem["problems"] == problems


def test_a_file_of_which_nothing_was_taken_is_refused(scene: Scene) -> None:
    scene.drop("a.csv")
    scene.act = lambda name, data: StubReport(anything_there=False, problems=[{"reason": "no"}])
    scene.twice(scene.inbox())
    assert scene.files("refused") == ["a.csv", "a.csv.problem.json"]


def test_a_database_that_does_not_answer_refuses_nothing(scene: Scene) -> None:
    scene.drop("a.xml")

    def down(name: str, data: bytes) -> StubReport:
        raise ServiceError("database: no answer")

    scene.act = down
    inbox = scene.inbox()
    list(inbox.scan())
    with pytest.raises(ServiceError):
        list(inbox.scan())
    assert (scene.folder / "a.xml").exists()
    scene.act = lambda name, data: StubReport()
    assert [taken.name for taken in inbox.scan()] == ["a.xml"]


def test_after_a_crash_before_the_move_the_file_is_taken_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.drop("a.xml")
    rename = Path.rename

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    inbox = scene.inbox()
    list(inbox.scan())
    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(KeyboardInterrupt):
        list(inbox.scan())
    monkeypatch.setattr(Path, "rename", rename)
    assert scene.twice(scene.inbox()) == ["a.xml"]
    assert scene.seen == [("a.xml", b"papers")] * 2
    assert scene.files("done") == ["a.xml"]


def test_a_second_watcher_keeps_out(scene: Scene) -> None:
    scene.drop("a.xml")
    other = scene.inbox()
    list(other.scan())
    mine = scene.inbox()
    list(mine.scan())

    def meanwhile(name: str, data: bytes) -> StubReport:
        assert list(other.scan()) == []
        return StubReport()

    scene.act = meanwhile
    assert [taken.name for taken in mine.scan()] == ["a.xml"]
    assert len(scene.seen) == 1


def test_the_same_name_again_does_not_overwrite(scene: Scene) -> None:
    inbox = scene.inbox()
    for content in (b"one", b"two", b"three"):
        scene.drop("a.xml", content)
        scene.twice(inbox)
    assert scene.files("done") == ["a.xml", "a.xml.1", "a.xml.2"]
    assert (scene.folder / "done/a.xml.2").read_bytes() == b"three"


def test_links_and_pipes_are_refused_and_never_followed(scene: Scene, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for us")
    (scene.folder / "link.xml").symlink_to(secret)
    os.mkfifo(scene.folder / "pipe.xml")
    assert sorted(scene.twice(scene.inbox())) == ["link.xml", "pipe.xml"]
    assert scene.seen == []
    assert secret.read_text() == "not for us"
    assert "link.xml.problem.json" in scene.files("refused")


def test_a_file_beyond_the_limit_is_refused_unread(scene: Scene) -> None:
    scene.drop("big.xml", b"x" * 1001)
    scene.twice(scene.inbox())
    assert scene.seen == []
    assert scene.files("refused") == ["big.xml", "big.xml.problem.json"]


def test_folders_are_left_alone(scene: Scene) -> None:
    (scene.folder / "2026").mkdir()
    assert scene.twice(scene.inbox()) == []
    assert (scene.folder / "2026").is_dir()


def test_the_oldest_goes_first(scene: Scene) -> None:
    scene.drop("b.xml", age_s=90)
    scene.drop("a.xml", age_s=30)
    scene.drop("c.xml", age_s=60)
    assert scene.twice(scene.inbox()) == ["b.xml", "c.xml", "a.xml"]
