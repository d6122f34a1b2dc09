"""The calibrated alarm: spectra to look for, and what clean traffic makes of every statistic.

`weights/passage-alarm` holds it as JSON; `vision.training.passage_alarm` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from vision.errors import ModelUnavailable
from vision.radiation.natural import NaturalSpectra

Array = npt.NDArray[np.float64]

NAME = "passage-alarm"
GAMMA_TESTS = ("gross", "sequential", "ratio", "distance", "template")
RATE_TESTS = ("gross", "sequential")
RESIDUAL_TESTS = ("residual_template", "residual_local")
POTASSIUM_TEST = "beyond_potassium"
_LN10 = float(np.log(10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Probability per occupancy that clean traffic reaches a statistic.

    `log10_p` (N,) falls as `z` (N,) rises; beyond the last entry the tail is that of
    exp(-z^power / beta): 2 for deviates, 1 for logarithms of probabilities.
    """

    z: Array
    log10_p: Array
    beta: float
    power: int

    def log10_probability(self, z: float) -> float:
        if z >= self.z[-1]:
            beyond = (z**self.power - float(self.z[-1]) ** self.power) / self.beta
            return float(self.log10_p[-1]) - beyond / _LN10
        return float(np.interp(z, self.z, self.log10_p))


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpectra:
    """(K, W) spectra by kind of detector: sources with names, natural series, radon (W,)."""

    threat_names: tuple[str, ...]
    threats: Array
    natural: NaturalSpectra
    radon: Array
    tilt: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmModel:
    """See the module; `tails` are by statistic, `combined` by family of statistics."""

    edges_kev: Array
    detectors: Mapping[str, DetectorSpectra]
    radon_sd: float
    tilt_sd: float
    tails: Mapping[str, Tail]
    combined: Mapping[str, Tail]
    false_alarm: Mapping[str, float]

    def spectra_for(self, detector: str) -> DetectorSpectra:
        """Those of the detector that a file names; NaI if it names none that is known."""
        words = detector.lower()
        for name, signs in _SIGNS.items():
            if name in self.detectors and any(sign in words for sign in signs):
                return self.detectors[name]
        return self.detectors["NaI"]

    def deviate(self, statistic: str, z: float) -> float:
        """The statistic as a normal deviate of its probability in clean traffic."""
        return deviate_of(self.tails[statistic].log10_probability(z))

    def combine(
        self, family: str, statistics: Mapping[str, float], *, tests: Sequence[str]
    ) -> float:
        """Deviate of the smallest probability of those tests, in one occupancy."""
        score = max(-self.tails[name].log10_probability(statistics[name]) for name in tests)
        return deviate_of(self.combined[family].log10_probability(score))


_SIGNS = {
    "HPGe": ("hpge", "germanium", "detective"),
    "LaBr": ("labr", "cebr"),
    "CsI": ("csi", "caesium iodide", "cesium iodide"),
    "plastic": ("pvt", "plastic", "polyvinyl"),
    "NaI": ("nai", "sodium iodide"),
}


def deviate_of(log10_p: float) -> float:
    """Normal deviate of an upper tail probability, however small."""
    log_p = min(log10_p, -1e-12) * _LN10
    return float(-special.ndtri_exp(log_p))


def threshold(false_alarm: float) -> float:
    """Deviate that clean traffic reaches with that probability per occupancy.

    Raises:
        ValueError: outside 1e-6 to 0.05, where the calibration says nothing.
    """
    if not 1e-6 <= false_alarm <= 0.05:
        raise ValueError(f"false alarms per occupancy: expected 1e-6 to 0.05, got {false_alarm}")
    return deviate_of(float(np.log10(false_alarm)))


def read(data: bytes) -> AlarmModel:
    """Open the model file.

    Raises:
        ModelUnavailable: malformed.
    """
    try:
        stored = json.loads(data)
        return AlarmModel(
            edges_kev=np.asarray(stored["edges_kev"], dtype=np.float64),
            detectors={name: _spectra(own) for name, own in stored["detectors"].items()},
            radon_sd=float(stored["radon_sd"]),
            tilt_sd=float(stored["tilt_sd"]),
            tails={name: _tail(own) for name, own in stored["tails"].items()},
            combined={name: _tail(own) for name, own in stored["combined"].items()},
            false_alarm={name: float(p) for name, p in stored["false_alarm"].items()},
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise ModelUnavailable(f"{NAME}: {problem}") from problem


def _tail(stored: Mapping[str, object]) -> Tail:
    return Tail(
        z=np.asarray(stored["z"], dtype=np.float64),
        log10_p=np.asarray(stored["log10_p"], dtype=np.float64),
        beta=float(str(stored["beta"])),
        power=int(str(stored["power"])),
    )


def _spectra(stored: Mapping[str, object]) -> DetectorSpectra:
    def array(name: str) -> Array:
        return np.asarray(stored[name], dtype=np.float64)

    def names(name: str) -> tuple[str, ...]:
        listed = stored[name]
        if not isinstance(listed, list):
            raise TypeError(f"{name}: expected a list")
        return tuple(str(entry) for entry in listed)

    return DetectorSpectra(
        threat_names=names("threat_names"),
        threats=array("threats"),
        natural=NaturalSpectra(
            series=names("series"),
            spectra=array("series_spectra"),
            shifted=array("series_shifted"),
            curved=array("series_curved"),
        ),
        radon=array("radon"),
        tilt=array("tilt"),
    )
