"""`tallyman scan FILE…`: everything that X-ray scans show, by themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out
from service.config import Settings
from service.errors import InvalidInput
from service.web import scan_picture
from service.web.finding_words import words_of
from service.web.schemas import findings_out
from vision.findings import Analysis, CoverageEntry, Finding, Ran
from vision.formats import Limits, read_scan
from vision.models.shelf import Shelf
from vision.scan import RawScan, ScanKind, XrayImage
from vision.xray.analyser import XrayAnalyser
from vision.xray.calibration import read_scanners
from vision.xray.sight import sight_of


def scan(
    files: Annotated[list[Path], typer.Argument(help="X-ray scans")],
    draw: Annotated[
        Path | None, typer.Option(help="annotated picture, .png; of several scans OUT-1.png …")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What X-ray scans show: containers, load, and all that can be measured; needs no papers.

    Example: tallyman scan side.tif --draw side.png

    Example: tallyman scan side.tif --json | jq '.findings[] | select(.kind == "fill_profile")'
    """
    if draw is not None and draw.suffix.lower() != ".png":
        raise InvalidInput("a picture ends in .png", field="--draw")
    settings = Settings()
    limits = Limits(max_bytes=settings.max_upload_bytes)
    shelf = Shelf(settings.weights_dir, threads=settings.ort_threads)
    scanners = read_scanners(settings.effective_scanners_dir, learnt=settings.scanner_masses_file)
    analyser = XrayAnalyser(shelf, scanners=scanners)
    findings: list[Finding] = []
    coverage: list[CoverageEntry] = []
    names: dict[str, str] = {}
    for number, path in enumerate(files, start=1):
        image = _read(path, limits)
        names[image.sha256] = path.name
        found, ran = analyser.analyse(image, name=path.name)
        findings += found
        coverage += ran
        if draw is not None:
            target = draw if len(files) == 1 else draw.with_stem(f"{draw.stem}-{number}")
            sight = sight_of(image, scanners)
            target.write_bytes(scan_picture.png(sight, found, shelf=shelf))
    analysis = Analysis(findings=tuple(findings), coverage=tuple(coverage), lineup=analyser.lineup)
    if as_json:
        sys.stdout.write(findings_out(analysis).model_dump_json(indent=2) + "\n")
    else:
        _print(analysis, names)


def _read(path: Path, limits: Limits) -> XrayImage:
    size = path.stat().st_size
    if size > limits.max_bytes:
        reason = f"{size} bytes, at most {limits.max_bytes} are read (TALLYMAN_MAX_UPLOAD_MB)"
        raise InvalidInput(reason, field=path.name)
    raw = RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY)
    image = read_scan(raw, limits=limits)
    if not isinstance(image, XrayImage):
        raise InvalidInput("no X-ray scan", field=path.name)
    return image


def _print(analysis: Analysis, names: dict[str, str]) -> None:
    for sha256, name in names.items():
        out.print(name, style="bold", highlight=False, markup=False)
        table = Table("Finding", "At", "", "By", box=None)
        for finding in analysis.findings:
            if finding.evidence.scan_sha256 != sha256:
                continue
            box, model = finding.evidence.box, finding.provenance
            at = f"{box.x1:.0f},{box.y1:.0f} {box.width_px:.0f}x{box.height_px:.0f}" if box else ""
            kind = finding.kind.replace("_", " ")
            table.add_row(kind, at, words_of(finding), f"{model.model} {model.version}")
        out.print(table)
    for entry in analysis.coverage:
        if entry.ran is not Ran.RAN:
            words = f"{entry.scan_name}: {entry.analysis} {entry.ran.value}: {entry.reason}"
            out.print(words, style="yellow", highlight=False, markup=False)
