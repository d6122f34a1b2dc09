"""The composition root: what it makes on the first start, and what stops it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.bootstrap import build, is_empty
from service.config import Settings
from service.errors import NotConfigured

WEIGHTS = Path(__file__).parents[2] / "weights"


@pytest.fixture(autouse=True)
def only_these_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither an .env of the working directory nor the developer's own variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TALLYMAN_{name.upper()}", raising=False)


def settings(folder: Path, **values: object) -> Settings:
    return Settings(data_dir=folder, weights_dir=WEIGHTS, **values)  # type: ignore[arg-type]


def test_a_first_start_makes_all_that_it_needs(tmp_path: Path) -> None:
    tallyman = build(settings(tmp_path / "deep" / "data"))
    try:
        assert is_empty(tallyman)
        assert {path.name for path in (tmp_path / "deep" / "data").iterdir()} >= {
            "tallyman.sqlite",
            "blobs",
            "session.key",
        }
        readiness = tallyman.services.readiness()
        assert readiness.problems == ("the models are being opened",)
    finally:
        tallyman.close()


def test_the_secret_is_kept_and_is_its_owners_alone(tmp_path: Path) -> None:
    secrets = []
    for _ in range(2):
        tallyman = build(settings(tmp_path))
        secrets.append(tallyman.services.session_secret)
        tallyman.close()
    assert secrets[0] == secrets[1]
    assert len(secrets[0]) == 32
    assert stat.S_IMODE((tmp_path / "session.key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    def start(_: int) -> bytes:
        tallyman = build(settings(tmp_path))
        tallyman.close()
        return tallyman.services.session_secret

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1
    assert not list(tmp_path.glob(".new-*"))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param({"weights_dir": "none"}, "TALLYMAN_WEIGHTS_DIR", id="no-weights"),
        pytest.param({"policy_file": "none.toml"}, "policy none.toml", id="no-policy"),
        pytest.param({"database_url": "dragon:///x"}, "check the URL", id="no-such-database"),
        pytest.param({"session_secret_file": "short.key"}, "expected 32 bytes", id="short-secret"),
        pytest.param({"session_secret_file": "."}, "Is a directory", id="secret-is-a-folder"),
    ],
)
def test_what_is_missing_stops_the_start_and_is_named(
    tmp_path: Path, values: dict[str, str], why: str
) -> None:
    (tmp_path / "short.key").write_bytes(b"secret")
    wanted = Settings.model_validate({"data_dir": tmp_path, "weights_dir": WEIGHTS, **values})
    with pytest.raises(NotConfigured, match=why):
        build(wanted)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYMAN_DATABASE_URL", "postgresql://db/tallyman")
    monkeypatch.setenv("TALLYMAN_LEASE_S", "5")
    monkeypatch.setenv("TALLYMAN_MAX_UPLOAD_MB", "3")
    found = Settings()
    assert found.effective_database_url == "postgresql://db/tallyman"
    assert (found.lease_s, found.max_upload_bytes) == (5.0, 3 * 1024 * 1024)


def test_without_a_url_the_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    url = settings(tmp_path / "data").effective_database_url
    assert url == f"sqlite:///{tmp_path}/data/tallyman.sqlite"
