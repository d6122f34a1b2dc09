from pathlib import Path

import pytest
import yaml

from vision.training.baggage import data_yaml
from vision.training.dataset import UnusableSource
from vision.training.recipe import read_recipe

RECIPE = Path(__file__).parents[3] / "datasets" / "recipes" / "baggage.toml"


def test_the_split_of_the_data_set_is_kept_under_absolute_paths(tmp_path: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split / "images").mkdir(parents=True)
    (tmp_path / "data.yaml").write_text("names: {0: gun, 1: knife}\ntrain: elsewhere\n")
    made = yaml.safe_load(data_yaml(tmp_path, out=tmp_path / "train").read_text())
    assert made["names"] == {0: "gun", 1: "knife"}
    assert Path(made["path"]).is_absolute()
    assert made["val"] == "val/images"


def test_a_folder_without_a_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableSource, match=r"expected data\.yaml"):
        data_yaml(tmp_path, out=tmp_path)


def test_both_contestants_start_from_random_weights() -> None:
    recipe = read_recipe(RECIPE)
    # A name that ends in .pt would load what Ultralytics trained on other pictures.
    assert recipe.network.architecture.endswith(".yaml")
    assert "epochs" not in recipe.training
