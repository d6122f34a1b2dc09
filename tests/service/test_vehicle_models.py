"""Make and model come from a plug-in only; one that cannot load stops the start."""

from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import numpy.typing as npt
import pytest

from service.compute.vehicle_models import ENTRY_POINT_GROUP, load_vehicle_models
from service.config import Settings
from service.errors import NotConfigured
from service.web.finding_words import tone_of, words_of
from tests.builders import a_reading
from vision.findings import Evidence, Provenance, Subject, VehicleModel
from vision.geometry import Box
from vision.reading.vehicle_model import MakeAndModel, ModelOfVehicle
from vision.scan import Photo

PLATE = Box(x1=10, y1=40, x2=60, y2=52)


class Certain:
    """Takes every vehicle for one model."""

    provenance = Provenance(model="their", version="7", sha256="0" * 64, threshold=0.8)

    def __init__(self, probability: float = 0.9) -> None:
        self._probability = probability

    def tell(self, pixels: npt.NDArray[np.uint8], plate: Box) -> MakeAndModel | None:
        del pixels, plate
        if self._probability == 0:
            return None
        return MakeAndModel(make="Volvo", model="FH", probability=self._probability)


def points(value: str) -> list[EntryPoint]:
    return [EntryPoint(name="theirs", value=value, group=ENTRY_POINT_GROUP)]


def told(reader: Certain) -> VehicleModel:
    plate = replace(
        a_reading("B123XYZ", subject=Subject.PLATE, accepted=True),
        evidence=Evidence(scan_sha256="s", box=PLATE),
    )
    photo = Photo(sha256="s", scan_format="png", pixels=np.zeros((80, 90, 3), np.uint8))
    (found,) = ModelOfVehicle(reader).look(photo, [plate])
    assert isinstance(found, VehicleModel)
    return found


def test_by_default_nobody_tells_make_and_model() -> None:
    assert Settings(_env_file=None).vehicle_models == ""
    assert load_vehicle_models("") is None


def test_a_named_reader_is_loaded() -> None:
    reader = load_vehicle_models("theirs", installed=points(f"{__name__}:Certain"))
    assert isinstance(reader, Certain)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("others", f"{__name__}:Certain", "not installed"),
        ("theirs", "no.such.package:Reader", "cannot be loaded"),
        ("theirs", f"{__name__}:points", "no provenance"),
    ],
)
def test_a_reader_that_cannot_be_had_stops_the_start(name: str, value: str, words: str) -> None:
    with pytest.raises(NotConfigured, match=words):
        load_vehicle_models(name, installed=points(value))


def test_what_it_is_sure_of_is_accepted() -> None:
    found = told(Certain())
    assert (found.make, found.model, found.accepted) == ("Volvo", "FH", True)
    assert (words_of(found), tone_of(found)) == ("Volvo FH 0.90", "ok")


@pytest.mark.parametrize("probability", [0.5, 0.0], ids=["below its threshold", "cannot tell"])
def test_otherwise_nobody_can_tell(probability: float) -> None:
    found = told(Certain(probability))
    assert not found.accepted
    assert (words_of(found), tone_of(found)) == ("cannot tell", "doubt")
