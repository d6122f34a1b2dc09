"""`tallyman radiation FILE` and `tallyman evaluate portal`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from service.domain.reconcile.explain_passage import explain
from service.errors import InvalidInput
from service.web import radiation_plot
from service.web.schemas import findings_out
from vision.evaluation import portal, portal_curve
from vision.findings import (
    Analysis,
    GrossCount,
    NaturalExcess,
    NuclideFound,
    Ran,
    SourceLocated,
)
from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import RadiationScan, RawScan, ScanKind
from vision.synthesis.traffic import TEST_SOURCES


def show_radiation(
    *,
    file: Annotated[Path, typer.Argument(help="N42, another spectrum file, CSV or RPM daily")],
    draw: Annotated[Path | None, typer.Option(help="picture: OUT.png or OUT.svg")] = None,
    as_json: JsonOption = False,
) -> None:
    """What a radiation file shows: alarms, where, and which nuclides; needs no papers.

    Example: tallyman radiation portal.n42 --draw portal.png
    """
    if draw is not None and draw.suffix.lower() not in (".png", ".svg"):
        raise InvalidInput("a picture ends in .png or .svg", field="--draw")
    settings = Settings()
    raw = RawScan(name=file.name, data=file.read_bytes(), kind=ScanKind.RADIATION)
    scan = read_scan(raw)
    if not isinstance(scan, RadiationScan):
        raise InvalidInput("no radiation measurement", field=file.name)
    analyser = RadiationAnalyser(Shelf(settings.weights_dir))
    findings, coverage = analyser.analyse(scan, name=file.name)
    if draw is not None:
        if draw.suffix.lower() == ".png":
            draw.write_bytes(radiation_plot.png(scan, findings))
        else:
            draw.write_text(radiation_plot.svg(scan, findings), encoding="utf-8")
    analysis = Analysis(findings=findings, coverage=coverage, lineup=analyser.lineup)
    if as_json:
        sys.stdout.write(findings_out(analysis).model_dump_json(indent=2) + "\n")
        return
    for line in _words(analysis):
        out.print(line, highlight=False, markup=False)


def _words(analysis: Analysis) -> Iterator[str]:
    for finding in analysis.findings:
        if not isinstance(finding, GrossCount | SourceLocated | NaturalExcess | NuclideFound):
            continue
        label = f"vehicle {finding.occupancy}: " if finding.occupancy else ""
        if isinstance(finding, GrossCount):
            yield label + _count_words(finding)
        elif isinstance(finding, SourceLocated):
            place = f"{100 * finding.position:.0f} % from the front"
            metres = f", {finding.position_m:.1f} m" if finding.position_m is not None else ""
            cab = ", at the cab" if finding.at_cab else ""
            yield f"{label}  where: {place}{metres}, {finding.extent.value}{cab}"
        elif isinstance(finding, NaturalExcess):
            left = f"residual z {finding.residual_z:.1f}"
            left += f", like {finding.closest}" if finding.unnatural else ""
            yield f"{label}  {'unnatural' if finding.unnatural else 'natural'}: {left}"
        else:
            yield f"{label}  {_nuclide_words(finding)}"
    for entry in analysis.coverage:
        if entry.ran is not Ran.RAN:
            yield f"{entry.analysis} {entry.ran.value}: {entry.reason}"


def _nuclide_words(finding: NuclideFound) -> str:
    likely = "" if finding.probability is None else f", probability {finding.probability:.2f}"
    shield = {"": "", "load": ", spread through its load"}.get(
        finding.shield, f", behind {finding.shield}"
    )
    return f"{finding.nuclide} ({finding.category.value}){likely}{shield}"


def _count_words(finding: GrossCount) -> str:
    span = finding.evidence.interval_s
    when = f" at {span[0]:.1f} to {span[1]:.1f} s" if span else ""
    word = "ALARM" if finding.alarm else "no alarm"
    rates = f"{finding.peak_rate_cps:.4g} cps over {finding.background_rate_cps:.4g} cps"
    return f"{finding.channel.value} {word}, z {finding.z:.1f}, {rates}{when}"


def evaluate_portal(
    *,
    occupancies: Annotated[int, typer.Option(min=100, help="benign ones")] = 3000,
    trials: Annotated[int, typer.Option(min=1, help="of each source, each condition")] = 60,
    curve: Annotated[int, typer.Option(min=0, help="trials at each strength of the curve")] = 100,
    processes: Annotated[int, typer.Option(min=0, help="0: all cores")] = 0,
    plot: Annotated[Path | None, typer.Option(help="SVG of detection against strength")] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulated passages: false alarms of varied traffic, detection of standard sources.

    The figures of record come from --occupancies 30000; that takes minutes.
    """
    with progress_bar("passages") as report:
        figures = portal.evaluate(
            Settings().weights_dir,
            occupancies=occupancies,
            trials=trials,
            curve_trials=curve,
            explain=explain,
            processes=processes or os.cpu_count() or 1,
            progress=report,
        )
    if plot is not None and figures["curve"]:
        microcurie = TEST_SOURCES[portal.CURVE_SOURCE][1]
        svg = portal_curve.curve_svg(
            figures["curve"], source=portal.CURVE_SOURCE, microcurie=microcurie
        )
        plot.write_text(svg, encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    else:
        _print_study(figures)


def _print_study(figures: dict[str, Any]) -> None:
    for name, value in figures["benign"].items():
        if isinstance(value, dict) and "upper_95" in value:
            words = f"{name}: {value['count']} of {value['total']}"
            words += f" (one-sided 95 % bound {value['upper_95']:.2g})"
            out.print(words, highlight=False, markup=False)
    for row in figures["sources"]:
        words = f"{row['source']:7} {row['condition']:9} {row['detected']} of {row['total']}"
        words += f" (plain rule {row['plain_rule']}, named {row['named']})"
        out.print(words, highlight=False, markup=False)
    for row in figures["curve"]:
        words = f"{row['strength']:5g} x {portal.CURVE_SOURCE}: {row['detected']} of"
        words += f" {row['total']} (plain rule {row['plain_rule']})"
        out.print(words, highlight=False, markup=False)
