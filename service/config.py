"""Every setting of the service, from environment variables that begin with TALLYMAN_ or `.env`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """What an operator of the service may set; everything has a working default.

    A relative path counts from the working directory. A setting that does not exist
    (`TALLYMAN_PROT`) is not noticed, as environment variables are shared.
    """

    model_config = SettingsConfigDict(
        env_prefix="TALLYMAN_", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path(".state"), description="database, blobs, secrets and logs")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in data_dir")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on")
    weights_dir: Path = Field(Path("weights"), description="lineup.toml and the models")
    scanners_dir: Path | None = Field(
        None, description="TOML of each X-ray scanner; None: scanners in data_dir"
    )
    vehicle_models: str = Field(
        "", description="reader of make and model, a name in tallyman.vehicle_models; empty: none"
    )
    policy_file: Path | None = Field(None, description="policy TOML; None: the one shipped")
    owner_codes_file: Path | None = Field(
        None, description="owner codes of containers, one a line; None: all are as likely"
    )
    session_secret_file: Path | None = Field(
        None, description="signs session cookies; None: session.key in data_dir, made if missing"
    )
    session_hours: float = Field(12.0, gt=0, description="how long a sign-in lasts")
    secure_cookies: bool = Field(False, description="set to true behind TLS")

    max_upload_mb: int = Field(200, ge=1, description="largest request body, MiB")
    max_files: int = Field(32, ge=1, description="most files in one upload")
    max_wait_s: float = Field(30.0, ge=0, le=30, description="cap on Prefer: wait")

    in_process_worker: bool = Field(True, description="False: workers are processes of their own")
    worker_threads: int = Field(1, ge=1, description="inspections analysed at once, per process")
    poll_s: float = Field(1.0, gt=0, description="how often an idle worker looks for a job")
    lease_s: float = Field(120.0, gt=0, description="a job not renewed for so long is reclaimed")
    max_attempts: int = Field(3, ge=1, description="analyses begun before an inspection FAILED")
    ort_threads: int = Field(0, ge=0, description="onnxruntime threads per model; 0: it decides")
    concurrent_analyses: int = Field(
        2, ge=1, description="stateless /v1/analyse requests computed at once"
    )

    papers_inbox: Path | None = Field(
        None, description="drop folder for papers; None: there is none"
    )
    papers_site: str = Field("main", min_length=1, description="site of papers that name none")
    papers_settle_s: float = Field(
        2.0, ge=0, description="a dropped file is read when it has not changed for so long"
    )
    papers_plugins: str = Field(
        "",
        description="paper sources of third parties, comma-separated, by their names in the"
        " entry-point group tallyman.paper_sources",
    )
    papers_zone: str = Field("UTC", description="IANA zone meant by times that come without one")

    vehicle_register_url: str = Field(
        "", description="gateway to EUCARIS; empty: there is none, as with all registers"
    )
    vehicle_table: Path | None = Field(None, description="vehicles by plate as CSV")
    stolen_objects_url: str = Field("", description="gateway to the police's stolen objects")
    owner_codes_table: Path | None = Field(None, description="container owner codes as CSV")
    eori_url: str = Field("", description="EORI validation service of the EU, or a relay of it")
    aeo_table: Path | None = Field(None, description="authorised economic operators as CSV")
    registers_timeout_s: float = Field(
        3.0, gt=0, le=60, description="after so long a register cannot tell"
    )
    registers_attempts: int = Field(
        8, ge=1, le=50, description="a question without an answer is asked so often by itself"
    )
    registers_certificate: Path | None = Field(
        None, description="PEM with certificate and key that gateways ask for"
    )
    registers_ca: Path | None = Field(
        None, description="PEM of who signs the gateways' certificates; None: the system's"
    )

    requests_per_minute: int = Field(
        600, ge=0, description="per caller over /v1; 0: no limit. 429 beyond"
    )
    failed_logins_per_minute: int = Field(
        10, ge=0, description="wrong credentials per address; 0: no limit"
    )
    sse_heartbeat_s: float = Field(15.0, gt=0, description="comment line on a silent event stream")

    @property
    def effective_database_url(self) -> str:
        """`database_url`, or the SQLite file in `data_dir`."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'tallyman.sqlite').absolute()}"

    @property
    def papers_plugin_names(self) -> tuple[str, ...]:
        return tuple(name for part in self.papers_plugins.split(",") if (name := part.strip()))

    @property
    def blob_dir(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def effective_scanners_dir(self) -> Path:
        return self.scanners_dir or self.data_dir / "scanners"

    @property
    def scanner_masses_file(self) -> Path:
        return self.data_dir / "scanner_masses.json"

    @property
    def effective_session_secret_file(self) -> Path:
        return self.session_secret_file or self.data_dir / "session.key"

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * MEBIBYTE
