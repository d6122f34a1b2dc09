"""How unusual a look is among looks of known goods: conformal p-values, and votes of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NEIGHBOURS, VOTERS = 5, 15
Looks = npt.NDArray[np.float32]


def p_value(own: npt.NDArray[np.float32], references: Looks) -> float:
    """The share of such loads that look at least as strange among their own kind.

    Conformal: with n references and a load that is one of them, it is at most p with a
    probability of at most p (and 1 / (n + 1)). Strangeness is one less the mean cosine to the five
    nearest others.

    Args:
        own: (F,), unit length.
        references: (N, F), unit length, of goods of one heading.

    Raises:
        ValueError: no reference.
    """
    count = len(references)
    if count == 0:
        raise ValueError("nothing to compare with")
    every = np.vstack([references, own[None]])
    # Not by BLAS: its threads wait for each other longer than so small a product takes.
    cosines = np.einsum("if,jf->ij", every, every)
    np.fill_diagonal(cosines, -np.inf)
    take = min(NEIGHBOURS, count)
    nearest = np.partition(cosines, -take, axis=1)[:, -take:]
    strangeness = 1 - nearest.mean(axis=1)
    return float((strangeness >= strangeness[-1] - 1e-9).sum() / (count + 1))


def votes(
    own: npt.NDArray[np.float32], references: Looks, kinds: Sequence[str]
) -> list[tuple[str, float]]:
    """What the 15 nearest references are, with the share of each kind, most first.

    The n-th nearest weighs 1 / n, and one over the square root of how many references its kind
    has, so that kinds of few references are not outvoted by those of many.
    """
    names, numbers = np.unique(np.asarray(kinds), return_inverse=True)
    counts = np.bincount(numbers)
    near = np.argsort(references @ own)[::-1][:VOTERS]
    shares = np.zeros(len(names))
    weights = 1 / np.arange(1, near.size + 1) / np.sqrt(counts[numbers[near]])
    np.add.at(shares, numbers[near], weights)
    order = np.argsort(shares)[::-1]
    return [(str(names[i]), float(shares[i] / shares.sum())) for i in order if shares[i] > 0]
