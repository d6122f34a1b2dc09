"""The messages are self-made after the public SMDG manual; names and numbers are invented."""

from datetime import UTC, datetime

import pytest

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.edifact.writing import Sending, write_verified_masses
from service.sources.vermas import VERMAS

VGM = """UNA:+.? '
UNB+UNOC:3+SHIPPER:02+LINE+240501:1015+3'
UNH+3+VERMAS:D:16A:UN:SMDG10'
BGM+749+V1+9'
DTM+137:202405011010:203'
NAD+TB+FORWARDER'
CTA+IC+:SOMEONE'
EQD+CN+CSQU3054383:6346:5+22G1:6346:5+++5'
RFF+BN:B77'
SEL+45545+CA'
MEA+AAE+VGM+KGM:24500.5'
DTM+WAT:202405010910?+0200:205'
DOC+SM1:VGM:306'
NAD+SPC+++EXAMPLE PACKERS LTD'
CTA+RP+:A PERSON'
EQD+CN+MSKU7351770:6346:5+45G1:6346:5+++5'
MEA+AAE+VGM+LBR:50000'
DOC+SM2:VGM:306'
NAD+AM'
CTA+RP+:B PERSON'
EQD+CN+EXLU0000012:6346:5'
MEA+AAE+G+KGM:10000'
UNT+21+3'
UNZ+1+3'
"""


def read(data: str | bytes) -> Batch:
    data = data.encode() if isinstance(data, str) else data
    assert VERMAS.recognises(data)
    return VERMAS.read(PaperFile(name="vgm.edi", data=data, site="north"), limits=Limits())


def test_a_verified_mass_has_method_time_and_party() -> None:
    first, second = read(VGM).papers
    assert first.kind is PaperKind.VERIFIED_GROSS_MASS
    assert first.reference == "V1/CSQU3054383"
    assert first.body == Weighing(
        gross_kg=24500.5,
        method=MassMethod.WEIGHED,
        at=datetime(2024, 5, 1, 7, 10, tzinfo=UTC),
        container_code="CSQU3054383",
        responsible="EXAMPLE PACKERS LTD",
    )
    assert isinstance(second.body, Weighing)
    assert second.body.method is MassMethod.CALCULATED
    assert second.body.gross_kg == pytest.approx(22679.619)
    assert second.body.responsible == "B PERSON"
    assert first.field_origins["gross_kg"] == "segment 9 MEA"


def test_a_gross_mass_that_nobody_verified_is_refused() -> None:
    (refusal,) = read(VGM).refused
    assert refusal.where == "segment 19 EQD"
    assert "EXLU0000012: no verified gross mass" in refusal.reason


def test_a_mass_that_cannot_be_read_is_refused() -> None:
    batch = read(VGM.replace("KGM:24500.5", "KGM:twenty"))
    assert [paper.reference for paper in batch.papers] == ["V1/MSKU7351770"]
    assert any("CSQU3054383: no verified gross mass" in r.reason for r in batch.refused)


def test_no_method_is_taken_as_weighed_with_a_doubt() -> None:
    batch = read(VGM.replace("DOC+SM2", "DOC+XYZ"))
    assert isinstance(batch.papers[1].body, Weighing)
    assert batch.papers[1].body.method is MassMethod.WEIGHED
    assert "no method stated" in batch.doubts[0].reason


def test_a_cancelled_mass_is_empty() -> None:
    papers = read(VGM.replace("V1+9", "V1+1")).papers
    assert {paper.revision.function for paper in papers} == {Function.CANCELLATION}
    assert [paper.body for paper in papers] == [None, None, None]


def test_a_message_without_a_number_is_named_by_its_interchange() -> None:
    assert read(VGM.replace("BGM+749+V1+9", "BGM+++9")).papers[0].reference == "3/3/CSQU3054383"


def test_written_masses_are_read_back() -> None:
    weighings = [
        Weighing(
            gross_kg=gross_kg,
            method=method,
            at=datetime(2024, 5, 1, 9, 30, tzinfo=UTC),
            container_code=code,
            tare_kg=2200.0,
            responsible="Müller + Söhne: 'Packer'?",
        )
        for gross_kg, method, code in (
            (24500.125, MassMethod.WEIGHED, "CSQU3054383"),
            (120000.0, MassMethod.CALCULATED, "MSKU7351770"),
        )
    ]
    sending = Sending(prepared_at=datetime(2024, 5, 1, 10, tzinfo=UTC))
    batch = read(write_verified_masses(weighings, sending))
    assert [paper.body for paper in batch.papers] == weighings
