"""The simulated portal: false alarms of varied traffic, detection of standard sources.

Every occupancy goes the way of a real one: counts and spectra, `RadiationAnalyser`, and then an
`Explain` that holds the findings against the declared goods. `vision` knows no goods; the rules
come from the caller.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from vision.evaluation import portal_figures
from vision.evaluation.portal_trial import Outcome, Trial
from vision.evaluation.progress import Progress
from vision.findings import Channel, Finding, GrossCount, NuclideFound
from vision.models.shelf import Shelf
from vision.radiation import gross_count
from vision.radiation.analyser import RadiationAnalyser
from vision.radiation.intervals import intervals
from vision.radiation.occupancy import background, split
from vision.scan import CountSeries, RadiationScan
from vision.synthesis import traffic
from vision.synthesis.portal import Scene, draw

SEED = 9_000_000
NATURAL_PART = 1 / 3
CONDITIONS = ("bare", "shadowed", "masked")
SHADOW = 0.30
# The plain rule: one window of a second against the mean background, k standard deviations.
PLAIN_WINDOW_S = 1.0
PLAIN_FALSE_ALARM = 3e-4
CURVE_SOURCE = "Cs-137"
CURVE_STRENGTHS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
CHUNK = 50


class Explain(Protocol):
    """What is left of the findings with goods of a heading declared: "clear", "person", "look"."""

    def __call__(
        self, findings: Sequence[Finding], *, heading: str | None, mass_kg: float | None
    ) -> str: ...


def evaluate(
    weights_dir: Path,
    *,
    occupancies: int,
    trials: int,
    curve_trials: int,
    explain: Explain,
    processes: int,
    progress: Progress,
) -> dict[str, Any]:
    """The whole study.

    Args:
        weights_dir: where the calibrated alarm lies.
        occupancies: benign ones, a third of them with natural goods.
        trials: of every source under every condition.
        curve_trials: at every strength of the curve.
        explain: the rules; must be importable by worker processes.
        processes: how many work at once.
        progress: is told how far it is. An interrupt ends the study early; the figures are
            then those of what was done, the benign occupancies being last.
    """
    work = [*_sources(trials), *_curve(curve_trials), *_benign(occupancies)]
    run = partial(_run, weights_dir=weights_dir, explain=explain)
    outcomes: list[Outcome] = []
    chunks = [work[i : i + CHUNK] for i in range(0, len(work), CHUNK)]
    with suppress(KeyboardInterrupt):
        for done in _mapped(run, chunks, processes=processes):
            outcomes += done
            progress(len(outcomes), len(work))
    return {
        "occupancies": occupancies,
        "cut_short": len(outcomes) < len(work),
        "benign": portal_figures.benign([o for o in outcomes if not o.trial.source]),
        "sources": portal_figures.sources([o for o in outcomes if o.trial.kind == "source"]),
        "curve": portal_figures.curve([o for o in outcomes if o.trial.kind == "curve"]),
    }


def _mapped(
    run: Callable[[Sequence[Trial]], list[Outcome]],
    chunks: Sequence[Sequence[Trial]],
    *,
    processes: int,
) -> Iterator[list[Outcome]]:
    if processes == 1:
        yield from map(run, chunks)
        return
    with Pool(processes, initializer=_leave_interrupts_to_the_parent) as pool:
        yield from pool.imap_unordered(run, chunks)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _benign(count: int) -> Iterator[Trial]:
    rng = np.random.default_rng(SEED)
    for index in range(count):
        kind = "natural" if rng.random() < NATURAL_PART else "clean"
        if kind == "clean" and rng.random() < traffic.MEDICAL_PER_OCCUPANCY:
            kind = "medical"
        yield Trial(kind=kind, seed=SEED + 1 + index)


def _sources(count: int) -> Iterator[Trial]:
    for number, (source, condition) in enumerate(
        [
            *((name, condition) for name in traffic.TEST_SOURCES for condition in CONDITIONS),
            *(("Cf-252", condition) for condition in CONDITIONS[:2]),
        ]
    ):
        for index in range(count):
            seed = SEED + 100_000_000 + 1_000_000 * number + index
            yield Trial(kind="source", seed=seed, source=source, condition=condition)


def _curve(count: int) -> Iterator[Trial]:
    for number, strength in enumerate(CURVE_STRENGTHS):
        for index in range(count):
            seed = SEED + 200_000_000 + 1_000_000 * number + index
            yield Trial(
                kind="curve", seed=seed, source=CURVE_SOURCE, condition="bare", strength=strength
            )


_ANALYSERS: dict[Path, RadiationAnalyser] = {}


def _run(trials: Sequence[Trial], *, weights_dir: Path, explain: Explain) -> list[Outcome]:
    if weights_dir not in _ANALYSERS:
        # Once for each worker process.
        _ANALYSERS[weights_dir] = RadiationAnalyser(Shelf(weights_dir))
    return [_one(trial, _ANALYSERS[weights_dir], explain) for trial in trials]


def _scene(trial: Trial, rng: np.random.Generator) -> tuple[Scene, str | None, str]:
    """The scene, the heading that is declared, and the medical nuclide on board."""
    if trial.kind == "medical":
        scene, nuclide = traffic.medical(rng)
        return scene, None, nuclide
    if trial.kind == "natural" or trial.condition == "masked":
        scene, goods = traffic.natural(rng)
        heading = goods.heading
    else:
        scene, heading = traffic.clean(rng), None
    if trial.source:
        scene = traffic.with_test_source(
            scene,
            trial.source,
            rng,
            strength=trial.strength,
            shadow=SHADOW if trial.condition == "shadowed" else None,
        )
    return scene, heading, ""


def _one(trial: Trial, analyser: RadiationAnalyser, explain: Explain) -> Outcome:
    rng = np.random.default_rng(trial.seed)
    scene, heading, medical = _scene(trial, rng)
    series = draw(scene, rng)
    scan = RadiationScan(
        sha256=f"{trial.seed}",
        scan_format="simulated",
        detector=scene.portal.detector,
        spectra=(),
        background=None,
        series=series,
    )
    findings, _ = analyser.analyse(scan, name="simulated")
    alarms = {f.channel: f.alarm for f in findings if isinstance(f, GrossCount)}
    mass = None
    if heading is not None:
        # Some six hundred kilograms for each metre of load.
        mass = 600.0 * sum(load.end_m - load.start_m for load in scene.loads)
    return Outcome(
        trial=trial,
        gamma=alarms[Channel.GAMMA],
        neutron=alarms[Channel.NEUTRON],
        plain=_plain(series),
        answer=explain(findings, heading=heading, mass_kg=mass),
        nuclides=tuple(f.nuclide for f in findings if isinstance(f, NuclideFound)),
        goods=heading or "",
        medical=medical,
    )


def _plain(series: CountSeries) -> bool:
    """The k-sigma rule on the same counts."""
    occupancy = split(series)[0]
    behind = background(series, occupancy)
    part = slice(occupancy.tested_first, occupancy.tested_last + 1)
    duration = series.duration_s[part]
    looked = intervals(duration, scales_s=(PLAIN_WINDOW_S,))
    window = looked.scale == 0
    expected = behind.rate_cps * looked.live_s[window]
    z = (looked.sums(series.gamma[part])[window] - expected) / np.sqrt(expected)
    limit = gross_count.threshold(
        float(duration.sum()) / PLAIN_WINDOW_S, false_alarm=PLAIN_FALSE_ALARM
    )
    return bool(z.max() >= limit)
