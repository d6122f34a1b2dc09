"""Measures the matching of names on generated pairs: precision at a recall, and where it fails."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from service.parties.generated import NameGenerator, Pair, Part
from service.parties.match import FEATURES, SIGNS, NameCalibration, Verdict, compare, lay
from service.parties.names import parse_name
from service.parties.person import PersonKind, tell_person
from service.parties.search import NameIndex

RECALL = 0.95
FIT_PAIRS = 12_000
SAME_PRECISION = 0.99
"""Of the pairs that are told the same, so many are, on the fitting set; the rest of the probable
ones are "cannot tell"."""
DIFFERENT_PRECISION = 0.99
SURE = 0.7
"""Whatever the fitting set allows, less than this is "cannot tell" either way."""
_RIDGE = 0.5


def fit_names(*, seed: int, pairs: int = FIT_PAIRS) -> dict[str, object]:
    """Logistic weights and thresholds from pairs of the fitting part."""
    made = NameGenerator(Part.FIT, seed=seed).pairs(pairs)
    rows, same = [], []
    for pair in made:
        one, other = parse_name(pair.one), parse_name(pair.other)
        if one.core and other.core:
            rows.append(lay(one, other).vector())
            same.append(pair.same)
    features, labels = np.array(rows), np.array(same)
    weights = _fit_logistic(features, labels)
    chance = 1 / (1 + np.exp(-features @ weights))
    return {
        "about": "Fitted by `tallyman evaluate names --calibrate FILE` on generated pairs.",
        "weights": dict(zip(FEATURES, (round(float(w), 4) for w in weights), strict=True)),
        "same_from": max(SURE, _threshold(chance, labels, share=SAME_PRECISION)),
        "different_to": round(
            1 - max(SURE, _threshold(1 - chance, ~labels, share=DIFFERENT_PRECISION)), 4
        ),
        "fitted_on": {"pairs": len(rows), "same": int(labels.sum()), "seed": seed},
    }


def measure_pairs(
    pairs: Iterable[Pair], calibration: NameCalibration, *, recall: float = RECALL
) -> dict[str, object]:
    """Precision at the recall, the verdicts by kind of pair, calibration and time of a pair."""
    probabilities: list[float] = []
    truth: list[bool] = []
    kinds: dict[str, dict[Verdict, int]] = defaultdict(lambda: dict.fromkeys(Verdict, 0))
    wrong: list[dict[str, object]] = []
    times_ms: list[float] = []
    of_same: dict[str, bool] = {}
    for pair in pairs:
        began = time.perf_counter()
        match = compare(parse_name(pair.one), parse_name(pair.other), calibration)
        times_ms.append((time.perf_counter() - began) * 1000)
        probabilities.append(match.probability)
        truth.append(pair.same)
        kinds[pair.kind][match.verdict] += 1
        of_same[pair.kind] = pair.same
        bad = Verdict.DIFFERENT if pair.same else Verdict.SAME
        if match.verdict is bad:
            wrong.append(
                {
                    "one": pair.one,
                    "other": pair.other,
                    "kind": pair.kind,
                    "probability": round(match.probability, 3),
                }
            )
    scores, labels = np.array(probabilities), np.array(truth)
    threshold, _ = precision_at(scores, labels, recall=recall)
    told_same = scores >= calibration.same_from
    told_different = scores <= calibration.different_to
    return {
        "n": len(labels),
        "same": int(labels.sum()),
        "recall": recall,
        "precision_at_recall": _interval(
            int(labels[scores >= threshold].sum()), int((scores >= threshold).sum())
        ),
        "threshold_at_recall": round(threshold, 4),
        "precision_when_same": _share(labels[told_same]),
        "recall_when_same": _share(told_same[labels]),
        "precision_when_different": _share(~labels[told_different]),
        "cannot_tell": _share(~(told_same | told_different)),
        "calibration_error": _calibration_error(scores, labels),
        "latency_ms": {
            "p50": round(float(np.percentile(times_ms, 50)), 4),
            "p95": round(float(np.percentile(times_ms, 95)), 4),
        },
        "kinds": {
            kind: {
                "same_party": of_same[kind],
                "n": sum(counts.values()),
                **{verdict.value.replace(" ", "_"): counts[verdict] for verdict in Verdict},
            }
            for kind, counts in sorted(kinds.items(), key=lambda item: not of_same[item[0]])
        },
        "wrong": wrong,
    }


def measure_search(
    calibration: NameCalibration, *, seed: int, register: int, queries: int = 200
) -> dict[str, object]:
    """One name sought among many, written otherwise than registered: found, rank and time."""
    generator = NameGenerator(Part.MEASURE, seed=seed)
    sought = [generator.sought() for _ in range(queries)]
    names = generator.register(register - queries)
    began = time.perf_counter()
    index = NameIndex([*(one for one, _ in sought), *names], calibration)
    built_s = time.perf_counter() - began
    times_ms, first, among_ten = [], 0, 0
    for place, (_, other) in enumerate(sought):
        began = time.perf_counter()
        found = [one.place for one in index.search(other)]
        times_ms.append((time.perf_counter() - began) * 1000)
        first += found[:1] == [place]
        among_ten += place in found
    return {
        "register": len(index),
        "queries": queries,
        "built_s": round(built_s, 2),
        "first": round(first / queries, 4),
        "among_ten": round(among_ten / queries, 4),
        "latency_ms": {
            "p50": round(float(np.percentile(times_ms, 50)), 2),
            "p95": round(float(np.percentile(times_ms, 95)), 2),
        },
    }


def measure_persons(*, seed: int, count: int = 3_000) -> dict[str, object]:
    """Natural and legal persons told apart: what was said of how many of each, and how often wrong.

    A person taken for a company is the worse mistake: the data of persons are protected.
    """
    said: dict[str, dict[PersonKind, int]] = {
        kind: dict.fromkeys(PersonKind, 0) for kind in ("natural", "legal")
    }
    for name, natural in NameGenerator(Part.MEASURE, seed=seed).parties(count):
        said["natural" if natural else "legal"][tell_person(name).kind] += 1
    told_natural = sum(row[PersonKind.NATURAL] for row in said.values())
    told_legal = sum(row[PersonKind.LEGAL] for row in said.values())
    return {
        "n": count,
        "natural_when_told": _interval(said["natural"][PersonKind.NATURAL], told_natural),
        "legal_when_told": _interval(said["legal"][PersonKind.LEGAL], told_legal),
        "said_of": {
            kind: {told.value.replace(" ", "_"): number for told, number in row.items()}
            for kind, row in said.items()
        },
    }


def _interval(part: int, whole: int) -> dict[str, float | int] | None:
    """A share with its 95 % interval (Wilson 1927); None of nothing."""
    if not whole:
        return None
    z, share = 1.96, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * np.sqrt(share * (1 - share) / whole + (z / (2 * whole)) ** 2)
    return {
        "share": round(share, 4),
        "low": round(float(middle - half), 4),
        "high": round(float(middle + half), 4),
        "right": part,
        "n": whole,
    }


def precision_at(
    scores: npt.NDArray[np.float64], same: npt.NDArray[np.bool_], *, recall: float
) -> tuple[float, float]:
    """(threshold, precision) at the highest threshold that still has the recall."""
    wanted = int(np.ceil(recall * same.sum()))
    threshold = float(np.sort(scores[same])[::-1][wanted - 1])
    told = scores >= threshold
    return threshold, float(same[told].mean())


def _threshold(
    chance: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], *, share: float
) -> float:
    order = np.argsort(-chance, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= share)
    return 1.0 if not good.size else round(float(chance[order[good[-1]]]), 4)


def _share(flags: npt.NDArray[np.bool_]) -> float | None:
    return round(float(flags.mean()), 4) if flags.size else None


def _calibration_error(
    scores: npt.NDArray[np.float64], same: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        abs(float(scores[places == at].mean() - same[places == at].mean())) * (places == at).sum()
        for at in range(bins)
        if (places == at).any()
    ]
    return round(float(sum(gaps)) / len(scores), 4)


def _fit_logistic(
    rows: npt.NDArray[np.float64], same: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Weights that keep their signs, with a small ridge, which keeps separable data finite."""

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logits = rows @ weights
        # log(1 + exp(-z)) for the same, log(1 + exp(z)) for the others, without overflow.
        signed = np.where(same, -logits, logits)
        chance = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        value = float(np.logaddexp(0, signed).sum() + _RIDGE / 2 * weights @ weights)
        return value, rows.T @ (chance - same) + _RIDGE * weights

    bounds = [(0 if sign > 0 else None, 0 if sign < 0 else None) for sign in SIGNS]
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    weights: npt.NDArray[np.float64] = found.x
    return weights
