"""`tallyman read FILE…`: codes, size-types, plates and placards in photographs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image

from service.cli.terminal import JsonOption, out
from service.compute.vehicle_models import load_vehicle_models
from service.config import Settings
from service.errors import InvalidInput
from service.web import overlay
from service.web.finding_words import words_of
from service.web.schemas import finding_dicts
from vision.findings import Analysis, CheckDigit, Ran, Reading, VehicleColour, VehicleModel
from vision.formats import Limits, read_scan
from vision.grammar.iso6346 import owner_codes
from vision.grammar.plate import normalise_plate
from vision.models.shelf import Shelf
from vision.reading.agree import Marking, markings
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.expected import ListPosterior
from vision.reading.photo_parts import photo_parts
from vision.scan import Photo, RawScan, ScanKind

MOST_EXPECTED = 100_000
MOST_ALTERNATIVES = 3
LONGEST_NAME = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One file: its picture, what was found in it, and what it says of the expected list."""

    name: str
    photo: Photo
    analysis: Analysis
    listed: tuple[ListPosterior, ...]


def read(
    *,
    files: Annotated[list[Path], typer.Argument(help="photographs")],
    expect: Annotated[
        str | None,
        typer.Option(help="codes or plates: a file with one a line, or A,B,C", metavar="LIST"),
    ] = None,
    owners: Annotated[
        Path | None, typer.Option(help="owner codes, one a line; others count as less likely")
    ] = None,
    passage: Annotated[
        bool, typer.Option(help="all files show one passage: what they say together, too")
    ] = False,
    draw: Annotated[Path | None, typer.Option(help="picture: OUT.png")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read what stands on containers and vehicles; needs no server and stores nothing.

    Readings are free of the list; what the picture says of the list is told apart.

    Example: tallyman read gate-left.jpg --expect CSQU3054383,MSKU6011672

    Example: tallyman read *.jpg --json | jq '.files[].findings[].text'
    """
    if draw is not None and draw.suffix.lower() != ".png":
        raise InvalidInput("a picture ends in .png", field="--draw")
    expected = _expected(expect) if expect is not None else ()
    settings = Settings()
    shelf = Shelf(settings.weights_dir, threads=settings.ort_threads)
    models = load_vehicle_models(settings.vehicle_models)
    engine = LineReaderEngine(shelf, threads=settings.ort_threads)
    known = owner_codes_of(owners or settings.owner_codes_file)
    parts = photo_parts(engine, shelf, models=models)
    analyser = PhotoAnalyser(engine, shelf=shelf, owners=known, parts=parts)
    limits = Limits(max_bytes=settings.max_upload_bytes)
    photos = [(path, _photo(path, limits)) for path in files]
    pages = [_page(path.name, photo, analyser, expected) for path, photo in photos]
    found = [finding for page in pages for finding in page.analysis.findings]
    views = markings(found) if passage else []
    if draw is not None:
        _draw(draw, pages)
    if as_json:
        document: dict[str, Any] = {"files": [_as_dict(page) for page in pages]}
        if passage:
            document["passage"] = [asdict(marking) for marking in views]
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
        return
    for page in pages:
        out.print(page.name, style="bold", highlight=False, markup=False)
        for line in _words(page):
            out.print(f"  {line}", highlight=False, markup=False)
    for marking in views:
        out.print(_marking_words(marking), highlight=False, markup=False)


def owner_codes_of(path: Path | None) -> frozenset[str]:
    """The owner codes of a file; none without one."""
    if path is None:
        return frozenset()
    try:
        return owner_codes(path.read_text(encoding="utf-8-sig"))
    except ValueError as problem:
        raise InvalidInput(str(problem), field=path.name) from problem


def _expected(given: str) -> tuple[str, ...]:
    """The list, normalised. A name of a file is one; else it is the list itself."""
    path = Path(given)
    is_file = len(given) <= LONGEST_NAME and "\n" not in given and path.is_file()
    text = path.read_text(encoding="utf-8-sig") if is_file else given
    if not is_file and ("/" in given or path.suffix in {".txt", ".csv"}):
        raise InvalidInput(f"there is no file {given}", field="--expect")
    parts = (normalise_plate(part) for part in text.replace(",", "\n").splitlines())
    found = tuple(dict.fromkeys(part for part in parts if part))
    if not found or len(found) > MOST_EXPECTED:
        raise InvalidInput(
            f"expected 1 to {MOST_EXPECTED} texts, got {len(found)}", field="--expect"
        )
    return found


def _photo(path: Path, limits: Limits) -> Photo:
    raw = RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.PHOTO)
    scan = read_scan(raw, limits=limits)
    if not isinstance(scan, Photo):
        raise InvalidInput("no photograph", field=path.name)
    return scan


def _page(name: str, photo: Photo, analyser: PhotoAnalyser, expected: Sequence[str]) -> _Page:
    findings, coverage, listed = analyser.analyse_expecting(photo, name=name, expected=expected)
    analysis = Analysis(findings=findings, coverage=coverage, lineup=analyser.lineup)
    return _Page(name=name, photo=photo, analysis=analysis, listed=listed)


def _as_dict(page: _Page) -> dict[str, Any]:
    return {
        "name": page.name,
        "findings": finding_dicts(page.analysis),
        "coverage": [entry.ran.value for entry in page.analysis.coverage],
        "expected": [asdict(posterior) for posterior in page.listed],
    }


def _words(page: _Page) -> Iterator[str]:
    for entry in page.analysis.coverage:
        if entry.ran is not Ran.RAN:
            yield f"{entry.analysis} {entry.ran.value}: {entry.reason}"
    readings = [f for f in page.analysis.findings if isinstance(f, Reading)]
    if not readings:
        yield "nothing read"
    for reading in readings:
        yield from _reading_words(reading)
    for finding in page.analysis.findings:
        if isinstance(finding, (VehicleColour, VehicleModel)):
            yield f"{finding.kind.replace('_', ' ')}: {words_of(finding)}"
    for posterior in page.listed:
        told = ", ".join(f"{a.text} {a.score:.3f}" for a in posterior.listed)
        words = f"expected, given what reads {posterior.free}: {told}"
        yield f"{words}; none of them {posterior.none_of_them:.3f}"


def _reading_words(reading: Reading) -> Iterator[str]:
    mark = "read" if reading.accepted else "not sure"
    country = f" {reading.country}" if reading.country else ""
    check = ""
    if reading.check_digit is not CheckDigit.NOT_APPLICABLE:
        check = f", check digit {reading.check_digit.value.replace('_', ' ')}"
    probability = f"score {reading.score:.3f}, "
    if reading.probability is not None:
        probability = f"probability {reading.probability:.4f}, "
    yield (
        f"{reading.subject.value.replace('_', ' ')}{country} {marked(reading)}: {mark}, "
        f"{probability}weakest character {reading.weakest:.2f}{check}"
    )
    if reading.note:
        yield f"  {reading.note}"
    if reading.alternatives:
        others = ", ".join(f"{a.text} {a.score:.3f}" for a in reading.alternatives)
        yield f"  or {others}"


def _marking_words(marking: Marking) -> str:
    told = ", ".join(f"{a.text} {a.score:.4f}" for a in marking.texts[:MOST_ALTERNATIVES])
    views = "1 view" if marking.views == 1 else f"{marking.views} views"
    return f"passage: {marking.subject.value.replace('_', ' ')} over {views}: {told}"


def marked(reading: Reading) -> str:
    """The text; characters that the picture does not show in brackets."""
    return "".join(
        f"({char})" if place in reading.supplied else char
        for place, char in enumerate(reading.text)
    )


def _draw(path: Path, pages: Sequence[_Page]) -> None:
    """All pictures with their readings, one below the other, at most as wide as the widest."""
    drawn = [
        overlay.draw(
            page.photo.pixels,
            overlay.labels(page.analysis.findings, scan_sha256=page.photo.sha256),
        )
        for page in pages
    ]
    width = max(picture.shape[1] for picture in drawn)
    padded = [np.pad(p, ((0, 0), (0, width - p.shape[1]), (0, 0))) for p in drawn]
    Image.fromarray(np.vstack(padded)).save(path, format="PNG")
