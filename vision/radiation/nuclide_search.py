"""Nuclides for a full spectrum, one by one: each must make the data clearly more likely.

Forward selection over non-negative least squares. What a nuclide must bring grows with the misfit
that is left and with what was already explained: a second nuclide can be what is wrong with the
first one's template, all the more if it is a rare one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from vision.radiation.full_spectrum import Prepared, Whitened, whiten
from vision.radiation.templates import Templates

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MAX_NUCLIDES = 5
TRIED = 8
# A fall of chi squared: of an expected nuclide, a rare one, another shield of one already there.
NEEDED, NEEDED_RARE, NEEDED_AGAIN = 25.0, 60.0, 12.0
RARE = 1.3
NEEDED_PART, RARE_BESIDE = 0.09, 2.5
NEEDED_SHARE = 0.02
# Where no background was measured, the fitted one may be wrong.
UNMEASURED, UNMEASURED_SHARE = 2.4, 0.05
# What a fit costs beside its misfit, in twice the log of a probability.
COST, COST_RARE, COST_BESIDE = 8.0, 34.0, 12.0
SHIELD_COST = {"light": 1.0, "iron": 4.0, "thick iron": 8.0, "lead": 8.0}
GAIN_SD = 0.018
GOOD_ENOUGH = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """(nuclides,) flags of `lines.nameable`: which are rare, which are looked for at all."""

    rare: Flags
    allowed: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A nuclide in a fit.

    `gain_chi2` is how much worse the fit is without it, `share` its part of the counts over
    background, `model` (N,) its counts. `shield` is the likeliest of those fitted.
    """

    nuclide: int
    shield: str
    gain_chi2: float
    share: float
    model: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What was found at one energy scale; fits compare by `cost`, least is best."""

    prepared: Prepared
    start_chi2: float
    chi2: float
    cost: float
    components: tuple[Component, ...]

    @property
    def model(self) -> Array:
        """(N,) counts of all nuclides."""
        rows = [np.zeros_like(self.prepared.net), *(c.model for c in self.components)]
        return np.asarray(np.sum(rows, axis=0))


def search(templates: Templates, prepared: Prepared, of: Candidates, *, gain: float) -> Fit:
    """The nuclides of one spectrum. `gain` is only weighed against its usual drift."""
    white = whiten(prepared, templates.counts[:, prepared.used])
    chosen, amounts, chi2 = _select(templates, prepared, white, of)
    components = _components(templates, prepared, white, (chosen, amounts, chi2))
    bins = prepared.net.size
    cost = (
        bins * np.log(max(chi2, GOOD_ENOUGH * bins) / bins)
        + ((gain - 1) / GAIN_SD) ** 2
        + sum(COST_RARE if of.rare[c.nuclide] else COST for c in components)
        + sum(SHIELD_COST.get(c.shield, 0.0) for c in components)
        + max(0, len(components) - 1) * COST_BESIDE
    )
    return Fit(
        prepared=prepared,
        start_chi2=float(white.data @ white.data),
        chi2=chi2,
        cost=float(cost),
        components=components,
    )


def _select(
    templates: Templates, prepared: Prepared, white: Whitened, of: Candidates
) -> tuple[list[int], Array, float]:
    """Chosen templates, their counts, and chi squared."""
    start = float(white.data @ white.data)
    total = max(float(prepared.net.sum()), 1.0)
    chi2, amounts = start, np.zeros(0)
    chosen: list[int] = []
    closed = ~of.allowed[templates.nuclide] | (white.norms < 1e-9)
    rare = of.rare[templates.nuclide]
    unmeasured = prepared.natural is not None
    while len({int(templates.nuclide[c]) for c in chosen}) < MAX_NUCLIDES:
        step = _best(white, (chosen, amounts, chi2), closed=closed, rare=rare)
        if step is None:
            break
        index, found, after = step
        if _enough(
            chi2 - after,
            start=start,
            spread=max(1.0, after / white.data.size),
            rare=bool(rare[index]),
            first=not chosen,
            again=bool(np.isin(templates.nuclide[index], templates.nuclide[chosen])),
            share=float(found[-1]) / total,
            unmeasured=unmeasured,
        ):
            chosen.append(index)
            closed[index] = True
            amounts, chi2 = found, after
        else:
            closed |= templates.nuclide == templates.nuclide[index]
            if chi2 - after < NEEDED:
                # The best new one brings too little: others would bring less.
                closed |= ~np.isin(templates.nuclide, templates.nuclide[chosen])
    return chosen, amounts, chi2


def _best(
    white: Whitened, state: tuple[list[int], Array, float], *, closed: Flags, rare: Flags
) -> tuple[int, Array, float] | None:
    """The template that helps most beside the chosen ones: its place, all counts, chi squared."""
    chosen, amounts, chi2 = state
    own = white.columns(chosen)
    promise = np.where(closed, 0.0, white.promise(white.data - amounts @ own))
    worth = promise / np.where(rare, RARE, 1.0)
    if not chosen:
        index = int(np.argmax(worth))
        alone = np.sqrt(promise[index]) / max(float(white.norms[index]), 1e-9)
        return (index, np.array([alone]), chi2 - float(promise[index])) if worth[index] else None
    best: tuple[float, int, Array, float] | None = None
    for index in np.argsort(-worth)[:TRIED]:
        if worth[index] < NEEDED_AGAIN:
            break
        found, rest = nnls(np.vstack([own, white.columns([int(index)])]).T, white.data)
        gained = (chi2 - rest**2) / (RARE if rare[index] else 1.0)
        if best is None or gained > best[0]:
            best = (gained, int(index), found, float(rest**2))
    return None if best is None else best[1:]


def _enough(
    fall: float,
    *,
    start: float,
    spread: float,
    rare: bool,
    first: bool,
    again: bool,
    share: float,
    unmeasured: bool,
) -> bool:
    """Whether a fall of chi squared is worth a template more."""
    if again:
        return fall / (RARE if rare else 1.0) > NEEDED_AGAIN * spread
    least = (NEEDED_RARE if rare else NEEDED) * spread
    if not first:
        least += NEEDED_PART * start * (RARE_BESIDE if rare else 1.0)
    if unmeasured:
        return fall > UNMEASURED * least and share > UNMEASURED_SHARE
    return fall > least and share > NEEDED_SHARE


def _components(
    templates: Templates,
    prepared: Prepared,
    white: Whitened,
    state: tuple[list[int], Array, float],
) -> tuple[Component, ...]:
    chosen, amounts, chi2 = state
    total = max(float(prepared.net.sum()), 1.0)
    found = []
    for place in sorted({int(templates.nuclide[c]) for c in chosen}):
        own = [i for i, c in enumerate(chosen) if templates.nuclide[c] == place]
        counts = float(amounts[own].sum())
        if counts <= 0:
            continue
        others = [c for c in chosen if templates.nuclide[c] != place]
        without = nnls(white.columns(others).T, white.data)[1] ** 2 if others else None
        start = float(white.data @ white.data)
        found.append(
            Component(
                nuclide=place,
                shield=templates.shield[chosen[max(own, key=lambda i: amounts[i])]],
                gain_chi2=float((start if without is None else without) - chi2),
                share=counts / total,
                model=amounts[own] @ templates.counts[[chosen[i] for i in own], prepared.used],
            )
        )
    return tuple(found)
