from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from customs_builders import a_file

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.paper import PaperKind, Revision
from service.errors import NotConfigured
from service.sources import Batch, Limits, PaperFile, UnreadablePaper
from service.sources.catalogue import CATALOGUE, read_paper_file
from service.sources.contract import broken_promises
from service.sources.intake import Intake
from service.sources.plugins import ENTRY_POINT_GROUP, sources_in_use

SAMPLE = "SCALE1\nCSQU3054383;21500\nMSKU7351770;9000\nEND;2\n"


class Scale:
    """A format of one site: a line per container, and how many at the end."""

    name = "scale_one"

    def recognises(self, head: bytes) -> bool:
        return head.startswith(b"SCALE1\n")

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        intake = Intake(file, source=self.name, limits=limits)
        lines = file.data.decode("ascii", "replace").split("\n")[1:]
        count = 0
        for number, line in enumerate(lines, start=2):
            code, _, value = line.partition(";")
            if code == "END" and value == str(count):
                return intake.batch()
            if not code or not value.isdecimal() or not 0 < int(value) < 10**9:
                intake.refuse(f"line {number}", f"expected a container and kg, got {line[:20]!r}")
                continue
            count += 1
            intake.take(
                Weighing(
                    gross_kg=float(value), method=MassMethod.WEIGHED, at=None, container_code=code
                ),
                kind=PaperKind.WEIGHBRIDGE_TICKET,
                reference=f"{number}/{code}",
                revision=Revision(),
                where=f"line {number}",
            )
        raise UnreadablePaper(self.name, "the end with its count is missing")


class Crashing(Scale):
    name = "crashing"

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        raise ZeroDivisionError("no scale")


class Claiming(Scale):
    name = "Claiming"

    def recognises(self, head: bytes) -> bool:
        return True

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        return replace(super().read(file, limits=limits), source="other")


def points(*names: str) -> list[EntryPoint]:
    return [EntryPoint(name, f"test_plugins:{name}", ENTRY_POINT_GROUP) for name in names]


def test_a_named_source_reads_beside_ours() -> None:
    sources = sources_in_use(["Scale"], installed=points("Scale", "Crashing"))
    assert [source.name for source in sources[len(CATALOGUE) :]] == ["scale_one"]
    batch = read_paper_file(a_file(SAMPLE), limits=Limits(), sources=sources)
    assert [paper.reference for paper in batch.papers] == ["2/CSQU3054383", "3/MSKU7351770"]


def test_no_source_is_used_that_is_not_named() -> None:
    assert sources_in_use([], installed=points("Scale")) == CATALOGUE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Absent", "'Absent' is not installed; install the package that provides it"),
        ("Missing", "cannot be loaded: AttributeError"),
        ("SAMPLE", "is no PaperSource"),
    ],
)
def test_one_that_cannot_be_used_stops_with_a_hint(name: str, reason: str) -> None:
    installed = points(*({"Scale", name} - {"Absent"}))
    with pytest.raises(NotConfigured) as caught:
        sources_in_use([name], installed=installed)
    assert reason in str(caught.value)


def test_two_of_one_name_stop() -> None:
    with pytest.raises(NotConfigured, match="two paper sources of the name 'scale_one'"):
        sources_in_use(["Scale", "Again"], installed=[*points("Scale"), EntryPoint(
            "Again", "test_plugins:Scale", ENTRY_POINT_GROUP)])  # fmt: skip


def test_one_that_crashes_refuses_its_file() -> None:
    sources = sources_in_use(["Crashing"], installed=points("Crashing"))
    with pytest.raises(UnreadablePaper, match="the source failed: ZeroDivisionError: no scale"):
        read_paper_file(a_file(SAMPLE), limits=Limits(), sources=sources)


def test_the_contract_names_what_is_broken() -> None:
    sample = a_file(SAMPLE)
    assert list(broken_promises(Scale(), [sample], others=CATALOGUE, mutated=200)) == []
    crashing = list(broken_promises(Crashing(), [sample], mutated=3))
    assert "upload: raises ZeroDivisionError: no scale" in crashing
    claiming = "\n".join(broken_promises(Claiming(), [sample], mutated=0))
    assert "name 'Claiming': expected lower-case letters" in claiming
    assert "claims a file of no format: b'hello'" in claiming
    assert "names itself 'other'" in claiming
