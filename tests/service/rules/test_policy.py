"""A policy is data: what it may leave out, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rules import NAMES
from service.domain.verdict import Severity
from service.errors import NotConfigured
from tests.builders import SHIPPED
from vision.findings import Channel
from vision.scan import ScanKind

SMALL = """name = "port"
version = "7"
required_sensors = ["xray"]
release_needs = ["load_declared"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def test_the_shipped_policy_needs_every_sensor_and_both_channels() -> None:
    assert set(SHIPPED.required_sensors) == set(ScanKind)
    assert set(SHIPPED.required_channels) == set(Channel)
    assert SHIPPED.label.startswith("default@2#")


def test_what_a_policy_leaves_out_is_as_shipped(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, SMALL + "[severity]\nneutron = 3\n"))
    assert policy.label.startswith("port@7#")
    assert policy.severity("neutron") is Severity.SERIOUS
    assert policy.severity("plate_stolen") is SHIPPED.severity("plate_stolen")
    assert policy.required_channels == SHIPPED.required_channels
    assert policy.explains("K-40", "310420") is False


def test_random_controls_need_a_salt(tmp_path: Path) -> None:
    drawn = SMALL + "[random_control]\nrate = 0.02\n"
    with pytest.raises(NotConfigured, match="without a salt"):
        read_policy(written(tmp_path, drawn))
    assert read_policy(written(tmp_path, drawn + 'salt = "north-7"\n')).random_control == 0.02


def test_another_content_has_another_label(tmp_path: Path) -> None:
    one = read_policy(written(tmp_path, SMALL)).label
    other = read_policy(written(tmp_path, SMALL + "# a comment\n")).label
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("name = ", id="no-toml"),
        pytest.param(SMALL.replace("xray", "sonar"), id="no-such-sensor"),
        pytest.param(SMALL.replace("load_declared", "load_decalred"), id="no-such-rule"),
        pytest.param(SMALL + "[severity]\nload_declared = 2\n", id="no-such-severity"),
        pytest.param(SMALL + "[severity]\nneutron = 5\n", id="no-such-weight"),
        pytest.param(SMALL + 'required_channels = ["alpha"]\n', id="no-such-channel"),
        pytest.param(SMALL + '[norm]\n"K-40" = ["31"]\n', id="heading-too-short"),
        pytest.param(SMALL + "severity = 3\n", id="severity-is-no-table"),
        pytest.param(SMALL + "norm = 3\n", id="norm-is-no-table"),
        pytest.param(SMALL + 'required_registers = ["interpol"]\n', id="no-such-register"),
        pytest.param(SMALL + 'required_registers = "eucaris"\n', id="registers-are-no-list"),
    ],
)
def test_a_policy_that_makes_no_sense_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotConfigured):
        read_policy(written(tmp_path, text))


def test_a_policy_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured):
        read_policy(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("nuclide", "hs_code", "explains"),
    [
        pytest.param("K-40", "310420", True, id="potash"),
        pytest.param("K-40", "3104", True, id="heading"),
        pytest.param("K-40", "31", None, id="chapter-that-has-it"),
        pytest.param("K-40", "310", None, id="three-digits"),
        pytest.param("K-40", "84", False, id="chapter-that-has-not"),
        pytest.param("K-40", "843149", False, id="machines"),
        pytest.param("Ra-226", "720421", False, id="scrap-is-never-innocent"),
        pytest.param("Cs-137", "310420", False, id="not-natural"),
    ],
)
def test_goods_that_explain_a_nuclide(nuclide: str, hs_code: str, explains: bool | None) -> None:
    assert SHIPPED.explains(nuclide, hs_code) is explains


def test_every_release_need_is_a_rule() -> None:
    assert SHIPPED.release_needs <= NAMES


def test_a_site_has_its_own_values_over_the_common_ones(tmp_path: Path) -> None:
    shipped = Path("service/domain/reconcile/policies/default.toml").read_text(encoding="utf-8")
    file = tmp_path / "sites.toml"
    file.write_text(
        f'{shipped}\n[site.north]\nhere = ["dewvn"]\nadvisory = ["dwell_outlier"]\n'
        "[site.north.limits.dwell_outlier]\niqr = 2\n[site.north.severity]\nscan_quality = 2\n",
        encoding="utf-8",
    )
    policy = read_policy(file)
    north, south = policy.at("north"), policy.at("south")
    assert south is policy
    assert north.here == {"DEWVN"}
    assert (north.limit("dwell_outlier", "iqr"), south.limit("dwell_outlier", "iqr")) == (2, 1.5)
    assert north.limit("dwell_outlier", "least") == south.limit("dwell_outlier", "least")
    assert (int(north.severity("scan_quality")), int(south.severity("scan_quality"))) == (2, 1)
    assert north.label == f"{policy.label}/north"


def test_a_site_cannot_name_what_does_not_exist(tmp_path: Path) -> None:
    shipped = Path("service/domain/reconcile/policies/default.toml").read_text(encoding="utf-8")
    file = tmp_path / "sites.toml"
    file.write_text(f'{shipped}\n[site.north]\noff = ["no_such_rule"]\n', encoding="utf-8")
    with pytest.raises(NotConfigured, match="no_such_rule"):
        read_policy(file)
