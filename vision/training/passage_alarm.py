"""Make the alarm model: spectra by detector from physics, thresholds from clean traffic.

Run as `python -m vision.training.passage_alarm --out weights/passage-alarm/1`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.radiation import alarm_model, passage
from vision.radiation.alarm_model import AlarmModel
from vision.radiation.lines import NATURAL, library
from vision.radiation.occupancy import background, split
from vision.scan import ENERGY_WINDOWS_KEV
from vision.synthesis import gamma_transport as transport
from vision.synthesis import traffic
from vision.synthesis.portal import draw

Array = npt.NDArray[np.float64]

RADON_SD = 0.012
TILT_SD = 0.02
# (iron, lead) in g/cm2 in front of a source: bare, a drum, a thick drum, a lead pot.
SHIELDS = ((0.0, 0.0), (8.0, 0.0), (24.0, 0.0), (0.0, 11.0))
# What an alarm looks for; identification knows more.
_THREATS = (
    "Ac-225 Am-241 Ba-131 Ba-133 Bi-207 Cd-109 Co-57 Co-58 Co-60 Cr-51 Cs-134 Cs-137 Eu-152 "
    "Eu-154 F-18 Ga-67 Ga-68 Hg-197m I-123 I-124 I-125 I-131 In-111 Ir-192 Lu-177 Lu-177m "
    "Mn-54 Mo-99 Na-22 Np-237 Pd-103 Pu-239 Ra-223 Rb-82 Se-75 Sm-153 Tc-99m Tl-201 U-232 "
    "U-235 Xe-133 Y-88 Yb-169 Zn-65"
)
THREATS = frozenset(_THREATS.split())
HEAVY = (0.0, 0.08, 0.3)
GAIN_STEP = 0.02
# A template this like another one (cosine) loses next to nothing by it.
ALIKE = 0.97
# Tail probabilities of the stored tables; beyond the last one the fit goes on.
TABLE = (0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)
FALSE_ALARM = {"gamma": 3e-4, "neutron": 1e-4, "residual": 1e-3}
# What portals are made of; thresholds hold for the mixture.
KINDS = {"NaI": 0.7, "plastic": 0.2, "HPGe": 0.1}
SEED = 51_000
CHUNK = 250


def windows_of(fine: Array) -> Array:
    """(W,) window sums of (G,) counts on the physics grid."""
    edges = np.arange(fine.size + 1) * transport.STEP_KEV
    sums = np.concatenate([[0.0], np.cumsum(fine)])
    return np.diff(np.interp(ENERGY_WINDOWS_KEV, edges, sums))


def spectra(detector: str) -> dict[str, Any]:
    """What the model stores of one kind of detector."""
    names: list[str] = []
    threats: list[Array] = []
    for entry in library():
        if entry.nuclide not in THREATS:
            continue
        for iron, lead in SHIELDS:
            photons = transport.from_point(entry.nuclide, iron_g_cm2=iron, lead_g_cm2=lead)
            counts = windows_of(transport.counts_of(photons, detector))
            if counts.sum() < 1e-3 * transport.lines_of(entry.nuclide).sum():
                continue
            if entry.category.value != "norm":
                names.append(entry.nuclide)
                threats.append(counts / counts.sum())
    # Beta emitters show by their bremsstrahlung alone.
    for kev in (60.0, 150.0):
        photons = np.where(transport.GRID_KEV > 25, np.exp(-transport.GRID_KEV / kev), 0.0)
        counts = windows_of(transport.counts_of(photons, detector))
        names.append("bremsstrahlung")
        threats.append(counts / counts.sum())
    kept = _distinct(np.array(threats), windows_of(transport.natural_background(detector)))
    series: list[str] = []
    natural: list[Array] = []
    shifted: list[Array] = []
    curved: list[Array] = []
    edges = np.arange(transport.GRID_KEV.size + 1) * transport.STEP_KEV
    for name in NATURAL:
        fine = [transport.counts_of(transport.from_load(name, h), detector) for h in HEAVY]
        # A container's steel in front of the load.
        steel = np.exp(-transport.attenuation("iron") * 3.0)
        photons = transport.from_load(name, HEAVY[1]) * steel
        fine.append(transport.counts_of(photons, detector))
        for counts in fine:
            sums = np.append(0, np.cumsum(counts))
            own, up, down = (
                np.diff(np.interp(ENERGY_WINDOWS_KEV, edges * (1 + gain), sums))
                for gain in (0.0, GAIN_STEP, -GAIN_STEP)
            )
            series.append(name)
            natural.append(own / own.sum())
            shifted.append((up - down) / (2 * GAIN_STEP) / own.sum())
            curved.append((up + down - 2 * own) / (2 * GAIN_STEP**2) / own.sum())
    radon = windows_of(transport.counts_of(transport.from_load("Ra-226", 0.1), detector))
    middles = np.sqrt(ENERGY_WINDOWS_KEV[1:] * ENERGY_WINDOWS_KEV[:-1])
    return {
        "threat_names": [names[i] for i in kept],
        "threats": _rounded(np.array(threats)[kept]),
        "series": series,
        "series_spectra": _rounded(np.array(natural)),
        "series_shifted": _rounded(np.array(shifted)),
        "series_curved": _rounded(np.array(curved)),
        "radon": _rounded(radon / radon.sum()),
        "tilt": _rounded(np.tanh(np.log(middles / 300.0) / 1.5)),
    }


def _distinct(threats: Array, behind: Array) -> list[int]:
    """Templates that no kept one stands for; usual sources come first and stay."""
    order = sorted(range(len(threats)), key=lambda i: i % len(SHIELDS) > 0)
    weighed = threats / np.sqrt(behind + 1e-6 * behind.sum())
    # The shadow makes the overall rate free.
    free = np.sqrt(behind + 1e-6 * behind.sum())
    free /= np.linalg.norm(free)
    weighed -= np.outer(weighed @ free, free)
    weighed /= np.linalg.norm(weighed, axis=1, keepdims=True)
    kept: list[int] = []
    for index in order:
        if all(weighed[index] @ weighed[other] < ALIKE for other in kept):
            kept.append(index)
    return sorted(kept)


def _rounded(values: Array) -> Any:
    return np.round(values, 6).tolist()


def uncalibrated() -> dict[str, Any]:
    """The model without what clean traffic tells."""
    return {
        "edges_kev": ENERGY_WINDOWS_KEV.tolist(),
        "detectors": {name: spectra(name) for name in transport.DETECTORS},
        "radon_sd": RADON_SD,
        "tilt_sd": TILT_SD,
        "tails": {},
        "combined": {},
        "false_alarm": FALSE_ALARM,
    }


def statistics(kind: str, seed: int, model: AlarmModel) -> dict[str, float]:
    """All statistics of one simulated occupancy, `kind` "clean", "natural" or "potassium"."""
    rng = np.random.default_rng(seed)
    detector = str(rng.choice(tuple(KINDS), p=tuple(KINDS.values())))
    if kind == "clean":
        scene = traffic.clean(rng, detector=detector)
    else:
        goods = None
        if kind == "potassium":
            goods = traffic.POTASSIUM_GOODS[int(rng.integers(len(traffic.POTASSIUM_GOODS)))]
        scene = traffic.natural(rng, goods=goods, detector=detector)[0]
    series = draw(scene, rng)
    occupancy = split(series)[0]
    behind = background(series, occupancy)
    prepared = passage.prepare(series, occupancy, behind, model=model, detector=detector)
    found = passage.values(passage.gamma_statistics(prepared))
    found["neutron"] = passage.neutron_statistic(series, occupancy, behind)[0].z
    if kind != "clean":
        left = passage.residual_statistics(prepared)
        if left is not None:
            found |= passage.values(left[0])
    return found


def _chunk(kind: str, seeds: Sequence[int], model: AlarmModel) -> list[dict[str, float]]:
    return [statistics(kind, seed, model) for seed in seeds]


def simulate(
    kind: str, count: int, *, first_seed: int, model: AlarmModel, processes: int
) -> dict[str, Array]:
    """(count,) values of every statistic."""
    seeds = list(range(first_seed, first_seed + count))
    chunks = [seeds[i : i + CHUNK] for i in range(0, count, CHUNK)]
    work: Callable[[Sequence[int]], list[dict[str, float]]] = partial(_chunk, kind, model=model)
    with Pool(processes) as pool:
        rows = [row for chunk in pool.imap(work, chunks) for row in chunk]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def tail(values: Array, *, power: int = 2) -> dict[str, Any]:
    """Table of upper tail probabilities, and the fit that goes on from its end."""
    ordered = np.sort(values)
    z = np.quantile(ordered, 1 - np.array(TABLE))
    # Ties make a table that does not rise; np.interp wants one that does.
    z = np.maximum.accumulate(z + 1e-9 * np.arange(z.size))
    last = z[-1]
    beyond = ordered[ordered > last]
    usual = 2.0 if power == 2 else 1 / np.log(10)
    beta = float(np.mean(beyond**power - last**power)) if beyond.size else usual
    return {
        "z": np.round(z, 5).tolist(),
        "log10_p": np.round(np.log10(TABLE), 6).tolist(),
        # No tail falls faster than chance alone would make it.
        "beta": round(max(beta, usual), 5),
        "power": power,
    }


def calibrate(
    stored: dict[str, Any],
    *,
    clean: dict[str, Array],
    natural: dict[str, Array],
    potassium: dict[str, Array],
) -> dict[str, Any]:
    """Add the tails of every statistic, and of the smallest probability of each family."""
    single = {name: tail(values) for name, values in clean.items()}
    single |= {name: tail(natural[name]) for name in alarm_model.RESIDUAL_TESTS}
    single[alarm_model.POTASSIUM_TEST] = tail(potassium[alarm_model.POTASSIUM_TEST])
    stored = {**stored, "tails": single}
    model = alarm_model.read(json.dumps({**stored, "combined": {}}).encode())
    families = {
        "gamma": (alarm_model.GAMMA_TESTS, clean),
        "gamma_rate": (alarm_model.RATE_TESTS, clean),
        "residual": (alarm_model.RESIDUAL_TESTS, natural),
    }
    combined = {}
    for family, (names, values) in families.items():
        scores = np.max(
            [
                [-model.tails[name].log10_probability(float(z)) for z in values[name]]
                for name in names
            ],
            axis=0,
        )
        combined[family] = tail(scores, power=1)
    return {**stored, "combined": combined}


def digest(*kinds: dict[str, Array]) -> str:
    """sha256 of the simulated statistics, rounded as far as machines agree."""
    sha256 = hashlib.sha256()
    for values in kinds:
        for name in sorted(values):
            sha256.update(name.encode() + np.round(values[name], 4).astype("<f8").tobytes())
    return sha256.hexdigest()


def main() -> None:
    """Simulate, calibrate and write `model.json`; prints its sha256 and that of the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clean", type=int, default=40_000)
    parser.add_argument("--natural", type=int, default=16_000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    stored = uncalibrated()
    model = alarm_model.read(json.dumps(stored).encode())
    clean = simulate(
        "clean",
        arguments.clean,
        first_seed=SEED,
        model=model,
        processes=arguments.processes,
    )
    natural = simulate(
        "natural",
        arguments.natural,
        first_seed=SEED + 10_000_000,
        model=model,
        processes=arguments.processes,
    )
    potassium = simulate(
        "potassium",
        arguments.natural // 2,
        first_seed=SEED + 20_000_000,
        model=model,
        processes=arguments.processes,
    )
    calibrated = calibrate(stored, clean=clean, natural=natural, potassium=potassium)
    data = json.dumps(calibrated).encode()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "model.json").write_bytes(data)
    own, simulated = hashlib.sha256(data).hexdigest(), digest(clean, natural, potassium)
    print(f"model.json {own}\ndata {simulated}")  # noqa: T201 - a command line tool


if __name__ == "__main__":
    main()
