"""A scintillator's spectrum as a whole: what is known of it, and how well.

The counts are a sum of nuclides (each behind some shield), of the background, and of what is not
known exactly: smooth departures of the continuum, a drifting energy scale, another peak width.
Those enter as Gaussian nuisances with a stated spread, so that they are fitted and cost nothing
beyond it (profile likelihood; counts are Poisson, their variance that of the smoothed spectrum).
`nuclide_search` looks for the nuclides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import nnls

from vision.radiation import peaks
from vision.radiation.peaks import BINS_PER_FWHM, rebinned
from vision.radiation.templates import Templates
from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

# Smooth departures are this wide, in peaks of sodium iodide whatever the detector, and large.
KNOT_FWHM, STIFF_AS = 3.0, 0.075
CONTINUUM_SD, CONTINUUM_SD_OF_BACKGROUND = 0.35, 0.03
BACKGROUND_SD, BACKGROUND_ERROR = 0.04, 0.015
# A peak may be off by this part of (its energy + 300 keV) and of its width.
SHIFT_SD, SHIFT_FROM_KEV = 0.01, 300.0
WIDTH_SD = 0.12
# Templates are right to this part of the counts; windows and X-rays make the soft end worse.
NET_ERROR, NET_ERROR_SOFT, SOFT_KEV = 0.05, 0.12, 35.0
HATS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is fitted: a spectrum, the background's counts in its channels, how much of them is
    behind it, the energy from which the detector sees, and the nuclides (places in
    `lines.nameable`) that the instrument itself holds.
    """

    spectrum: Spectrum
    background: Array | None
    background_scale: float
    lowest_kev: float
    built_in: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One spectrum on the templates' bins, at one energy scale.

    Arrays are (N,), but `nuisances` (N, Q) and `natural` (4 or more, N): a background to fit
    where none was measured. `used` are the templates' bins that the spectrum covers.
    """

    used: slice
    gross: Array
    net: Array
    sigma: Array
    nuisances: Array
    natural: Array | None


def prepare(
    templates: Templates, measured: Measured, *, gain: float, offset_kev: float
) -> Prepared:
    """Counts and nuisances if a photon of E keV is recorded at `gain` x E + `offset_kev`."""
    spectrum = measured.spectrum
    recorded = spectrum.edges_kev
    scaled = templates.edges_kev * gain + offset_kev
    inside = (scaled >= max(measured.lowest_kev, recorded[0])) & (scaled <= recorded[-1])
    places = np.flatnonzero(inside)
    used = slice(int(places[0]), int(places[-1]))
    onto = scaled[places[0] : places[-1] + 1]
    gross = rebinned(spectrum.counts, recorded, onto)
    behind = np.zeros(gross.size)
    variance = gaussian_filter1d(gross, BINS_PER_FWHM / 2) + 1.0
    if measured.background is not None:
        behind = measured.background_scale * rebinned(measured.background, recorded, onto)
        level = gaussian_filter1d(behind, BINS_PER_FWHM)
        variance += measured.background_scale * level + (BACKGROUND_ERROR * level) ** 2
    net = gross - behind
    centres = _centres(templates, used)
    error = NET_ERROR + NET_ERROR_SOFT * np.exp(-(centres - 20.0) / SOFT_KEV)
    smooth = gaussian_filter1d(net, BINS_PER_FWHM / 2.355)
    variance += (error * smooth) ** 2
    # Bins narrower than a channel share its counts out: their chances are not independent.
    variance *= np.maximum(1.0, float(np.median(np.diff(recorded))) / np.diff(onto))
    return Prepared(
        used=used,
        gross=gross,
        net=net,
        sigma=np.sqrt(variance),
        nuisances=_nuisances(templates, used, smooth, behind),
        natural=_fitted_background(templates, measured, used),
    )


def _fitted_background(templates: Templates, measured: Measured, used: slice) -> Array | None:
    """(4 or more, N): where none was measured, the usual one and the instrument's own source."""
    if measured.background is not None:
        return None
    own = np.isin(templates.nuclide, measured.built_in)
    return np.concatenate([templates.natural, templates.counts[own]])[:, used]


def _centres(templates: Templates, used: slice) -> Array:
    return np.asarray(((templates.edges_kev[1:] + templates.edges_kev[:-1]) / 2)[used])


def _nuisances(templates: Templates, used: slice, net: Array, behind: Array) -> Array:
    """(N, Q) what one standard deviation of each unknown does to the counts."""
    centres, widths = _centres(templates, used), np.diff(templates.edges_kev)[used]
    level = gaussian_filter1d(np.abs(net), 3 * BINS_PER_FWHM)
    continuum = CONTINUUM_SD * level + CONTINUUM_SD_OF_BACKGROUND * behind
    # To first order, a shift is the slope and a width the curvature of the spectrum itself.
    shift = -np.gradient(net / widths) * SHIFT_SD * (centres + SHIFT_FROM_KEV)
    width = np.gradient(np.gradient(net)) * (BINS_PER_FWHM / 2.355) ** 2 * WIDTH_SD
    hats = _hats(net.size)
    columns = [
        _bumps(centres) * continuum[:, None],
        hats * shift[:, None],
        hats * width[:, None],
        (BACKGROUND_SD * behind)[:, None],
    ]
    return np.concatenate(columns, axis=1)


def _bumps(centres_kev: Array) -> Array:
    """(N, Q) cubic splines over the range."""
    places = peaks.in_widths(centres_kev, STIFF_AS)
    pieces = max(2, round((places[-1] - places[0]) / KNOT_FWHM))
    inner = np.linspace(places[0], places[-1], pieces + 1)
    knots = np.concatenate([[inner[0]] * 3, inner, [inner[-1]] * 3])
    return np.asarray(BSpline.design_matrix(places, knots, 3).toarray())


def _hats(count: int) -> Array:
    """(N, HATS) triangles that add up to 1."""
    places = np.linspace(0, count - 1, HATS)
    away = np.abs(np.arange(count)[:, None] - places[None])
    return np.asarray(np.clip(1 - away / (places[1] - places[0]), 0, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whitened:
    """Data and K templates with the nuisances taken out: inner products are those of chi squared.

    `data` is (M,), longer than the N bins by the priors of the nuisances; `scaled` (K, N) are the
    templates in standard deviations, `along` (K, Q) their part along the nuisances' (M, Q)
    `basis`, and `norms` (K,) what is left of them.
    """

    data: Array
    scaled: Array
    along: Array
    basis: Array
    norms: Array

    def columns(self, chosen: Sequence[int]) -> Array:
        """(len(chosen), M) templates without their part along the nuisances."""
        rows = np.zeros((len(chosen), self.data.size))
        rows[:, : self.scaled.shape[1]] = self.scaled[chosen]
        return np.asarray(rows - self.along[chosen] @ self.basis.T)

    def promise(self, residual: Array) -> Array:
        """(K,) by how much chi squared falls for each template beside what was fitted.

        What a fit leaves has no part along the nuisances, so that theirs need not be taken off.
        """
        product = self.scaled @ residual[: self.scaled.shape[1]]
        return np.asarray((product / np.maximum(self.norms, 1e-9)).clip(0) ** 2)


def whiten(prepared: Prepared, rows: Array, *, natural_free: bool = True) -> Whitened:
    """Make (K, N) `rows` and the net counts orthogonal to the nuisances and their priors.

    Args:
        prepared: the spectrum.
        rows: what may make it up.
        natural_free: where no background was measured, fit the usual one.
    """
    nuisances = prepared.nuisances
    if prepared.natural is not None and natural_free:
        free = prepared.natural.T * max(float(prepared.net.sum()), 1.0)
        nuisances = np.concatenate([nuisances, free], axis=1)
    count = nuisances.shape[1]
    stacked = np.concatenate([nuisances / prepared.sigma[:, None], np.eye(count)])
    basis = np.linalg.qr(stacked)[0]
    top = basis[: prepared.net.size]
    plain = prepared.net / prepared.sigma
    data = np.concatenate([plain, np.zeros(count)]) - basis @ (top.T @ plain)
    scaled = rows / prepared.sigma
    along = scaled @ top
    left = np.einsum("kn,kn->k", scaled, scaled) - np.einsum("kq,kq->k", along, along)
    return Whitened(data=data, scaled=scaled, along=along, basis=basis, norms=np.sqrt(left.clip(0)))


def smooth_part(prepared: Prepared, model: Array) -> Array:
    """(N,) counts that the nuisances fit beside (N,) `model`."""
    nuisances = prepared.nuisances
    if prepared.natural is not None:
        free = prepared.natural.T * max(float(prepared.net.sum()), 1.0)
        nuisances = np.concatenate([nuisances, free], axis=1)
    scaled = nuisances / prepared.sigma[:, None]
    normal = scaled.T @ scaled + np.eye(scaled.shape[1])
    found = np.linalg.solve(normal, scaled.T @ ((prepared.net - model) / prepared.sigma))
    return np.asarray(nuisances @ found)


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalPart:
    """A series in a spectrum without a background of its own: counts, and how sure they are."""

    counts: float
    sigma: float


def natural_parts(prepared: Prepared, others: Sequence[Array]) -> tuple[NaturalPart, ...]:
    """Potassium, radium and thorium beside (N,) `others`; in the order of `lines.NATURAL`.

    Raises: ValueError: the spectrum has a background of its own.
    """
    if prepared.natural is None:
        raise ValueError("the spectrum has a background of its own")
    white = whiten(prepared, np.array([*prepared.natural, *others]), natural_free=False)
    columns = white.columns(range(white.norms.size))
    amounts, _ = nnls(columns.T, white.data)
    inverse = np.linalg.pinv(columns @ columns.T)
    return tuple(
        NaturalPart(
            counts=float(amounts[i]),
            sigma=float(np.sqrt(max(inverse[i, i], 0.0) + amounts[i] + 1.0)),
        )
        for i in range(3)
    )
