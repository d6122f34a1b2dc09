"""Live passages: records while the vehicle passes, an inspection when it has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bootstrap import Tallyman, build
from service.config import Settings
from service.domain.access import Role
from service.domain.passage import gaps
from service.store.repository import SqlRepository
from service.usecases.issue_keys import issue_key
from service.web.app import create_app
from vision.scan import CountSeries
from vision.synthesis import traffic
from vision.synthesis.portal import draw

WEIGHTS = Path(__file__).parents[2] / "weights"


@pytest.fixture(scope="module")
def tallyman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tallyman]:
    made = build(Settings(data_dir=tmp_path_factory.mktemp("data"), weights_dir=WEIGHTS))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(tallyman: Tallyman) -> Iterator[TestClient]:
    with TestClient(create_app(tallyman.services)) as client:
        client.headers["X-API-Key"] = key(tallyman, frozenset({"north"}))
        yield client


def key(tallyman: Tallyman, sites: frozenset[str]) -> str:
    return issue_key(
        "portal",
        role=Role.PORT,
        sites=sites,
        repository=SqlRepository(tallyman.engine),
        clock=tallyman.services.clock,
    ).key


@pytest.fixture(scope="module")
def series() -> CountSeries:
    rng = np.random.default_rng(12)
    scene = traffic.with_test_source(traffic.clean(rng), "Cs-137", rng, strength=2.0)
    return draw(scene, rng)


def record(series: CountSeries, index: int) -> dict[str, Any]:
    return {
        "sequence": index,
        "duration_s": float(series.duration_s[index]),
        "gamma": series.panel_gamma[:, index].tolist(),
        "neutron": float(series.neutron[index]),
        "occupied": bool(series.occupied[index]),
        "windows": series.windows[:, index].tolist(),
    }


def opened(client: TestClient, series: CountSeries) -> str:
    body = {"site": "north", "lane": "3", "panels": list(series.panels)}
    response = client.post("/v1/passages", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["url"])


def send(client: TestClient, url: str, *records: dict[str, Any]) -> Any:
    return client.post(f"{url}/records", json={"records": list(records)})


def test_a_passage_alarms_while_it_lasts_and_becomes_an_inspection(
    client: TestClient, series: CountSeries
) -> None:
    url = opened(client, series)
    size = series.start_s.size
    first = int(np.flatnonzero(series.occupied)[0])
    answers = []
    for begin, end in ((0, first), (first, size)):
        response = send(client, url, *(record(series, i) for i in range(begin, end)))
        assert response.status_code == 200, response.text
        answers.append(response.json())
    assert answers[0]["next_sequence"] == first
    assert not any(alarm["alarm"] for alarm in answers[0]["alarms"])
    gamma = next(a for a in answers[1]["alarms"] if a["channel"] == "gamma")
    assert gamma["alarm"]
    assert gamma["z"] > gamma["threshold"]
    closed = client.post(f"{url}/close")
    assert closed.status_code == 202, closed.text
    inspection = client.get(closed.json()["inspection_url"]).json()
    assert inspection["site"] == "north"
    assert inspection["lane"] == "3"
    assert [file["kind"] for file in inspection["files"]] == ["radiation"]
    assert client.post(f"{url}/close").json() == closed.json()
    assert send(client, url, record(series, 0)).status_code == 409


def test_repeated_records_change_nothing_and_other_counts_are_refused(
    client: TestClient, series: CountSeries
) -> None:
    url = opened(client, series)
    one = send(client, url, record(series, 0), record(series, 1)).json()
    again = send(client, url, record(series, 1), record(series, 0), record(series, 1)).json()
    assert one == again
    assert again["received"] == 2
    other = {**record(series, 1), "occupied": not series.occupied[1]}
    refused = send(client, url, other)
    assert refused.status_code == 409
    assert "record 1" in refused.json()["detail"]


def test_gaps_are_named_and_keep_a_passage_open(client: TestClient, series: CountSeries) -> None:
    url = opened(client, series)
    answer = send(client, url, *(record(series, i) for i in (0, 1, 4, 5, 9))).json()
    assert answer["missing"] == [[2, 3], [6, 8]]
    assert answer["next_sequence"] == 2
    refused = client.post(f"{url}/close")
    assert refused.status_code == 409
    assert "2 to 3, 6 to 8" in refused.json()["detail"]
    filled = send(client, url, *(record(series, i) for i in (2, 3, 6, 7, 8))).json()
    assert filled["missing"] == []
    assert client.post(f"{url}/close").status_code == 202


@pytest.mark.parametrize(
    "change",
    [
        {"gamma": [1.0]},
        {"windows": [1.0, 2.0]},
        {"neutron": None},
        {"duration_s": 0},
        {"sequence": -1},
        {"sequence": 10_000_000},
        {"gamma": [-1.0, 0, 0, 0]},
        {"colour": "red"},
    ],
)
def test_a_record_that_does_not_fit_is_refused_with_its_field(
    client: TestClient, series: CountSeries, change: dict[str, Any]
) -> None:
    url = opened(client, series)
    assert send(client, url, record(series, 0)).status_code == 200
    refused = send(client, url, {**record(series, 1), **change})
    assert refused.status_code == 422
    assert next(iter(change)) in refused.text
    assert client.get(url).json()["received"] == 1


def test_another_site_sees_no_passage(
    client: TestClient, tallyman: Tallyman, series: CountSeries
) -> None:
    url = opened(client, series)
    stranger = {"X-API-Key": key(tallyman, frozenset({"south"}))}
    assert client.get(url, headers=stranger).status_code == 404
    assert client.post(f"{url}/close", headers=stranger).status_code == 404
    other = client.post("/v1/passages", json={"site": "north"}, headers=stranger)
    assert other.status_code == 403


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([], ()),
        ([0, 1, 2], ()),
        ([1], ((0, 0),)),
        ([5, 0, 2], ((1, 1), (3, 4))),
    ],
)
def test_gaps_are_the_numbers_below_the_largest_that_did_not_come(
    numbers: list[int], missing: tuple[tuple[int, int], ...]
) -> None:
    assert gaps(numbers) == missing
