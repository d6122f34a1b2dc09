"""Golden numbers are NIST's (XAAMDI, SRD 126)."""

from __future__ import annotations

import numpy as np
import pytest

from vision.synthesis.xray_physics import (
    BASES,
    MATERIALS,
    basis_shares,
    linac_beam,
    mass_attenuation,
    transmission,
    tube_beam,
)


@pytest.mark.parametrize(
    ("mixture", "energy_kev", "expected_cm2_g"),
    [
        pytest.param({"iron": 1.0}, 1000.0, 0.05995, id="iron at 1 MeV"),
        pytest.param({"iron": 1.0}, 6000.0, 0.03057, id="iron at 6 MeV"),
        pytest.param({"lead": 1.0}, 2000.0, 0.04606, id="lead at 2 MeV"),
        pytest.param(BASES["water"], 1250.0, 0.06323, id="water at 1.25 MeV"),
        pytest.param(BASES["water"], 80.0, 0.1837, id="water at 80 keV"),
    ],
)
def test_mass_attenuation_is_nists(
    mixture: dict[str, float], energy_kev: float, expected_cm2_g: float
) -> None:
    found = mass_attenuation(mixture, np.array([energy_kev]))[0]
    assert found == pytest.approx(expected_cm2_g, rel=0.002)


@pytest.mark.parametrize("name", sorted(MATERIALS))
def test_four_basis_substances_stand_for_every_material_within_eight_percent(name: str) -> None:
    material = MATERIALS[name]
    energies = np.geomspace(100, 9000, 40)
    exact = mass_attenuation(dict(material.elements), energies)
    made = sum(
        share * mass_attenuation(basis, energies)
        for share, basis in zip(basis_shares(material), BASES.values(), strict=True)
    )
    assert np.abs(made / exact - 1).max() < 0.08


def test_a_thin_sheet_attenuates_by_the_mean_coefficient_of_the_beam() -> None:
    beam = linac_beam(6.0)
    sheet = np.zeros((4, 1, 1), dtype=np.float32)
    sheet[2] = 0.01  # g/cm2 of iron
    mean = float(beam.weights @ mass_attenuation({"iron": 1.0}, beam.energies_kev))
    assert -np.log(transmission(sheet, beam)[0, 0]) / 0.01 == pytest.approx(mean, rel=0.01)


def test_a_beam_hardens_so_that_twice_the_steel_takes_less_than_twice() -> None:
    depth = []
    for grams in (40.0, 80.0):
        steel = np.zeros((4, 1, 1), dtype=np.float32)
        steel[2] = grams
        depth.append(-np.log(transmission(steel, linac_beam(6.0))[0, 0]))
    assert 1.8 < depth[1] / depth[0] < 2.0


def test_higher_voltage_penetrates_more_and_a_tube_least() -> None:
    steel = np.zeros((4, 1, 1), dtype=np.float32)
    steel[2] = 78.5  # 10 cm
    seen = [transmission(steel, linac_beam(mv))[0, 0] for mv in (3.0, 6.0, 9.0)]
    assert seen == sorted(seen)
    # About 200 mm of steel remain visible at 6 MV, none of it at 160 kV.
    assert transmission(steel, tube_beam())[0, 0] < 1e-3 < seen[0]


def test_two_energies_tell_lead_from_plastic_of_the_same_darkness() -> None:
    def ratio(basis: int, grams: float) -> float:
        areal = np.zeros((4, 1, 1), dtype=np.float32)
        areal[basis] = grams
        low, high = (-np.log(transmission(areal, linac_beam(mv))[0, 0]) for mv in (3.5, 6.0))
        return float(low / high)

    assert ratio(0, 50.0) > ratio(3, 50.0) + 0.05
