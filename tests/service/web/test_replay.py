"""History under another policy: deterministic, nothing stored, every change named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from service.cli import app
from service.domain.reconcile.policy_file import read_policy
from service.papers_wiring import open_papers
from service.usecases.ports import InspectionFilter
from service.usecases.replay import JUDGED
from tests.builders import ADMIN
from tests.service.web.stand_ins import CODE, Site
from tests.service.web.test_inspections import judged

PAPERS = json.dumps({"reference": "26DE1", "containers": [{"code": CODE}], "plates": ["XX1"]})


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """A policy in which a plate that is not declared moves no verdict."""
    shipped = Path("service/domain/reconcile/policies/default.toml").read_text(encoding="utf-8")
    policy = tmp_path / "quiet.toml"
    policy.write_text(
        shipped.replace("advisory = []", 'advisory = ["plate_declared"]').replace(
            'name = "default"', 'name = "quiet"'
        ),
        encoding="utf-8",
    )
    return policy


def test_a_verdict_under_its_own_policy_is_the_one_that_was_given(
    api: TestClient, site: Site
) -> None:
    given = judged(api, site, declaration=PAPERS)["verdict"]["verdict"]
    with open_papers(site.tallyman.services.settings) as papers:
        policy = read_policy(None)
        (one,) = papers.replay.run(policy, InspectionFilter(states=JUDGED), caller=ADMIN)
    assert one.stored == one.before.advice == one.after.advice
    assert list(one.before.reasons) == given["reasons"]
    assert one.changes == ()


def test_the_command_names_what_changes_and_says_the_same_twice(
    api: TestClient, site: Site, quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection = judged(api, site, declaration=PAPERS)
    settings = site.tallyman.services.settings
    monkeypatch.setenv("TALLYMAN_DATA_DIR", str(settings.data_dir))
    command = ["replay", "--policy", str(quiet), "--json"]
    first, again = CliRunner().invoke(app, command), CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    assert first.stdout == again.stdout
    report = json.loads(first.stdout)
    assert report["inspections"] == 1
    before = len(api.get(inspection["url"]).json()["verdict"]["verdict"]["reasons"])
    assert before == len(inspection["verdict"]["verdict"]["reasons"])
    later = CliRunner().invoke(app, [*command, "--from", "2100-01-01"])
    assert json.loads(later.stdout)["inspections"] == 0
