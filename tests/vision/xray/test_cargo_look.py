from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelUnavailable
from vision.findings import CargoEmbedding, CargoGroup
from vision.models.shelf import Shelf
from vision.synthesis.blocks import side_view, stack
from vision.xray.calibration import NO_SCANNERS
from vision.xray.cargo_library import (
    CargoLibrary,
    Reference,
    read_library,
    write_library,
)
from vision.xray.measurements import of_containers
from vision.xray.sight import sight_of

SHELF = Shelf(Path(__file__).parents[3] / "weights")
LIMITS = {"references": 50.0, "nearest": 15.0, "softness": 0.1, "strange_p": 0.05}


def look(rows: int, columns: int, seed: int, library: CargoLibrary | None = None) -> list:
    scene = side_view(stack(rows, columns, areal_g_cm2=25), seed=seed, channels=1)
    sight = sight_of(scene.image, NO_SCANNERS)
    return of_containers(sight, [scene.outline], shelf=SHELF, library=library or CargoLibrary())


def vector(rows: int, columns: int, seed: int) -> tuple[float, ...]:
    return next(f.vector for f in look(rows, columns, seed) if isinstance(f, CargoEmbedding))


def reference(heading: str, values: tuple[float, ...], number: int = 0) -> Reference:
    return Reference(
        inspection_id=f"i{heading}{number}", site="s", scanner="made", heading=heading,
        version="1", vector=values,
    )  # fmt: skip


def test_loads_of_one_kind_are_nearer_than_of_two() -> None:
    small, again, large = vector(6, 20, 1), vector(6, 20, 2), vector(2, 6, 3)
    assert np.linalg.norm(small) == pytest.approx(1)
    assert np.dot(small, again) > np.dot(small, large) + 0.2


def made_library(each: int) -> CargoLibrary:
    rng = np.random.default_rng(4)
    references = []
    for heading, middle in (("0805", np.eye(8)[0]), ("8703", np.eye(8)[1])):
        for number in range(each):
            values = middle + rng.normal(0, 0.1, 8)
            unit = tuple(float(v) for v in values / np.linalg.norm(values))
            references.append(reference(heading, unit, number))
    return CargoLibrary(references=tuple(references))


def test_fewer_than_fifty_references_are_silent() -> None:
    asked = tuple(float(v) for v in np.eye(8)[0])
    few = made_library(24).groups(asked, scanner="made", version="1", limits=LIMITS)
    assert few is None
    named = made_library(25).groups(asked, scanner="made", version="1", limits=LIMITS)
    assert named is not None
    groups, accepted = named
    assert accepted
    assert groups[0].group == "0805"
    assert sum(group.probability for group in groups) == pytest.approx(1)


def test_what_looks_like_nothing_known_is_not_believed() -> None:
    strange = tuple(float(v) for v in np.eye(8)[5])
    named = made_library(40).groups(strange, scanner="made", version="1", limits=LIMITS)
    assert named is not None
    assert not named[1]


def test_other_scanners_and_versions_are_never_compared() -> None:
    asked = tuple(float(v) for v in np.eye(8)[0])
    library = made_library(40)
    for scanner, version in (("other", "1"), ("made", "2")):
        assert library.groups(asked, scanner=scanner, version=version, limits=LIMITS) is None
        assert library.nearest(asked, scanner=scanner, version=version, most=3) == ()


def test_a_p_value_is_small_for_a_load_of_another_heading() -> None:
    library = made_library(40)
    own = library.references[3].vector
    usual = library.p_value(own, heading="0805", scanner="made", version="1")
    other = library.p_value(own, heading="8703", scanner="made", version="1")
    assert usual is not None
    assert usual > 0.2
    assert other == pytest.approx(1 / 41)
    assert library.p_value(own, heading="9999", scanner="made", version="1") is None


def test_a_library_names_the_goods_of_a_scan() -> None:
    references = [reference("0805", vector(6, 20, 10 + n), n) for n in range(3)]
    references += [reference("8703", vector(2, 6, 20 + n), n) for n in range(3)]
    library = CargoLibrary(references=tuple(references * 10))
    group = next(f for f in look(6, 20, 40, library) if isinstance(f, CargoGroup))
    assert group.groups[0].group == "0805"


def test_a_library_is_read_as_it_was_written(tmp_path: Path) -> None:
    library = made_library(3)
    path = tmp_path / "cargo.json"
    write_library(path, library)
    assert read_library(path) == library
    assert read_library(tmp_path / "none.json").references == ()
    path.write_text('{"format": "other", "references": []}', encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="format"):
        read_library(path)
