"""`/v1/inspections/{id}/...`: findings, the files as they came, and pictures of them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from service.domain.access import Caller
from service.domain.inspection import EvidenceFile
from service.errors import InvalidInput, NotFound
from service.usecases.ports import CaseFile
from service.web import full_depth, pictures
from service.web.addresses import FileSha256, InspectionId
from service.web.auth import Reader
from service.web.schemas import FindingsOut, findings_out
from service.web.wiring import Services, UsesServices
from vision.scan import Photo, RawScan, Scan, XrayImage

router = APIRouter(prefix="/v1/inspections/{inspection_id}", tags=["evidence"])
CACHED = {"Cache-Control": "private, max-age=86400, immutable"}
SIZE_HEADER = "X-Scan-Size"
Level = Annotated[int | None, Query(ge=0, le=full_depth.FULL)]


@router.get("/findings", response_model=FindingsOut)
def get_findings(
    inspection_id: InspectionId, caller: Reader, services: UsesServices
) -> FindingsOut:
    """What the newest analysis found, with evidence, model and threshold of each finding."""
    file = services.repository.case_file(inspection_id, caller=caller)
    if not file.analyses:
        raise NotFound(f"inspection {inspection_id} is not analysed yet")
    newest = file.analyses[-1]
    return findings_out(newest.analysis, number=newest.number)


@router.get("/files/{sha256}", response_class=Response)
def get_file(
    inspection_id: InspectionId, sha256: FileSha256, caller: Reader, services: UsesServices
) -> Response:
    """The original, byte for byte."""
    _, evidence = _evidence(services, inspection_id, sha256, caller)
    name = re.sub(r"[^A-Za-z0-9._ -]", "_", evidence.name)
    disposition = (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(evidence.name, safe='')}"
    )
    return Response(
        services.blobs.get(sha256),
        media_type=evidence.media_type,
        headers={"Content-Disposition": disposition, **CACHED},
    )


@router.get("/files/{sha256}/picture", response_class=Response)
def get_picture(  # noqa: PLR0917 - one parameter per part of the address
    inspection_id: InspectionId,
    sha256: FileSha256,
    caller: Reader,
    services: UsesServices,
    low: Level = None,
    high: Level = None,
) -> Response:
    """The scan as a picture: PNG, JPEG, or an SVG plot of a radiation passage.

    `low` and `high` window an X-ray view at its full depth: counts of `low` and less are black,
    of `high` and more white, on the scale of `pixels`.
    """
    _, evidence = _evidence(services, inspection_id, sha256, caller)
    scan = _scan(services, evidence)
    window = None
    if low is not None or high is not None:
        window = (0 if low is None else low, full_depth.FULL if high is None else high)
        if window[0] >= window[1]:
            raise InvalidInput("expected less than high", field="low")
        if not isinstance(scan, XrayImage):
            raise InvalidInput("only X-ray views have a window", field="low")
    data, media_type = pictures.render(scan, window=window)
    return Response(data, media_type=media_type, headers={**CACHED, **_size(scan)})


@router.get("/files/{sha256}/pixels", response_class=Response)
def get_pixels(
    inspection_id: InspectionId, sha256: FileSha256, caller: Reader, services: UsesServices
) -> Response:
    """An X-ray view at full depth, as a PNG: the count is 256 times red plus green, air bright.

    `X-Scan-Size` is the size in which findings count their places, where the picture is smaller.
    """
    _, evidence = _evidence(services, inspection_id, sha256, caller)
    scan = _scan(services, evidence)
    if not isinstance(scan, XrayImage):
        raise NotFound(f"file {sha256} is no X-ray view")
    data = pictures.full_range(scan)
    return Response(data, media_type="image/png", headers={**CACHED, **_size(scan)})


@router.get("/files/{sha256}/overlay", response_class=Response)
def get_overlay(
    inspection_id: InspectionId, sha256: FileSha256, caller: Reader, services: UsesServices
) -> Response:
    """As `picture`, with the findings drawn on it."""
    file, evidence = _evidence(services, inspection_id, sha256, caller)
    findings = file.analyses[-1].analysis.findings if file.analyses else ()
    data, media_type = pictures.overlay(_scan(services, evidence), findings)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, no-cache"})


def _evidence(
    services: Services, inspection_id: str, sha256: str, caller: Caller
) -> tuple[CaseFile, EvidenceFile]:
    file = services.repository.case_file(inspection_id, caller=caller)
    for evidence in file.inspection.files:
        if evidence.sha256 == sha256:
            return file, evidence
    raise NotFound(f"inspection {inspection_id} has no file {sha256}")


def _scan(services: Services, evidence: EvidenceFile) -> Scan:
    data = services.blobs.get(evidence.sha256)
    return services.read_scan(RawScan(name=evidence.name, data=data, kind=evidence.kind))


def _size(scan: Scan) -> dict[str, str]:
    if not isinstance(scan, XrayImage | Photo):
        return {}
    height, width = scan.pixels.shape[:2]
    return {SIZE_HEADER: f"{width}x{height}"}
