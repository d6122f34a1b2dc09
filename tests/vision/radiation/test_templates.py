import numpy as np
import pytest

from vision.radiation.lines import library, nameable
from vision.radiation.templates import LOAD, templates

NAMES = [entry.nuclide for entry in nameable()]


def counts_of(
    nuclide: str, shield: str, resolution: float = 0.033
) -> tuple[np.ndarray, np.ndarray]:
    kind = templates(resolution, "large")
    (row,) = [
        i
        for i, place in enumerate(kind.nuclide)
        if NAMES[place] == nuclide and kind.shield[i] == shield
    ]
    centres = (kind.edges_kev[1:] + kind.edges_kev[:-1]) / 2
    return centres, kind.counts[row] / np.diff(kind.edges_kev)


def test_caesium_has_its_peak_its_compton_edge_and_its_x_rays() -> None:
    centres, density = counts_of("Cs-137", "bare")
    assert centres[np.argmax(density * (centres > 500))] == pytest.approx(661.7, abs=8)
    # The edge lies at E (1 - 1 / (1 + 2 E / 511 keV)) = 477 keV.
    below, above = (
        density[(centres > 420) & (centres < 450)],
        density[(centres > 510) & (centres < 580)],
    )
    assert below.mean() > 4 * above.mean()
    soft = centres < 60
    assert centres[soft][np.argmax(density[soft])] == pytest.approx(32.5, abs=4)


def test_steel_takes_the_soft_lines_first() -> None:
    share = {}
    for shield in ("bare", "thick iron"):
        centres, density = counts_of("Ba-133", shield)
        width = np.gradient(centres)
        soft = (centres > 70) & (centres < 92)
        hard = (centres > 345) & (centres < 368)
        share[shield] = (density * width)[soft].sum() / (density * width)[hard].sum()
    assert share["thick iron"] < 0.5 * share["bare"]


def test_a_load_scatters_more_than_a_point() -> None:
    for_load, for_point = (counts_of("K-40", shield) for shield in (LOAD, "bare"))
    ratio = [
        density[(centres > 100) & (centres < 800)].sum() / density[centres > 1400].sum()
        for centres, density in (for_load, for_point)
    ]
    assert ratio[0] > 1.5 * ratio[1]


def test_every_nuclide_has_lines_in_order_and_positive() -> None:
    for entry in library():
        assert np.all(np.diff(entry.energies_kev) >= 0), entry.nuclide
        assert np.all(entry.per_decay > 0), entry.nuclide


@pytest.mark.parametrize(
    ("nuclide", "energy", "share"),
    # Monographie BIPM-5, table of radionuclides.
    [("Cs-137", 661.66, 0.8499), ("Co-60", 1332.49, 0.9998), ("K-40", 1460.82, 0.1055)],
)
def test_the_table_agrees_with_bipm(nuclide: str, energy: float, share: float) -> None:
    lines = {entry.nuclide: entry for entry in library()}[nuclide]
    at = int(np.argmin(np.abs(lines.energies_kev - energy)))
    assert lines.energies_kev[at] == pytest.approx(energy, abs=0.1)
    assert lines.per_decay[at] == pytest.approx(share, rel=0.02)
