"""Settings: environment variables ``GATEWAY_<SECTION>__<NAME>``. What is not set is started embedded.

Production is when the DFDG address is not on loopback; then nothing falls back on an example.
"""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import Opsaetningsfejl


class KafkaSettings(BaseModel):
    bootstrap_servers: str | None = None
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    group_id: str = "gateway"


class DatabaseSettings(BaseModel):
    url: str | None = None


class DfdgSettings(BaseModel):
    """Times in seconds. The lease must outlast connecting, sending and waiting for the answer (I11)."""

    base_url: str | None = None
    adresser: Path | None = None
    client_certificate: Path | None = None
    ca: Path | None = None
    stilletid: float = Field(default=120.0, ge=0)
    stop_efter: int = Field(default=5, ge=1)
    connect_timeout: float = Field(default=3.0, gt=0)
    send_timeout: float = Field(default=10.0, gt=0)
    answer_timeout: float = Field(default=30.0, gt=0)
    lease: float = Field(default=60.0, gt=0)
    samtidighed: int = Field(default=32, ge=1)
    organisationstype: int | None = None
    fravaer_transport: Literal["rest", "soap"] = "rest"

    @model_validator(mode="after")
    def _lease_laengst(self) -> DfdgSettings:
        if self.lease <= self.connect_timeout + self.send_timeout + self.answer_timeout:
            raise ValueError(
                "GATEWAY_DFDG__LEASE must be longer than CONNECT_TIMEOUT + SEND_TIMEOUT + ANSWER_TIMEOUT together"
            )
        return self


class LytSettings(BaseModel):
    listen: str = "127.0.0.1:0"


class RulesSettings(BaseModel):
    daekning: Path | None = None
    frikommuner: Path | None = None
    koder: Path | None = None
    genaabning: Literal["ret", "ny", "stop"] = "ret"


class Settings(BaseSettings):
    """Everything an installation may set; secrets never show in their text."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", env_nested_delimiter="__", extra="ignore")

    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    dfdg: DfdgSettings = DfdgSettings()
    ops: LytSettings = LytSettings(listen="127.0.0.1:8080")
    hooks: LytSettings = LytSettings()
    rules: RulesSettings = RulesSettings()
    pseudonym_key: SecretStr | None = None
    miljoe: str = "lokal"
    clock: Literal["system", "haendelser"] = "system"
    data_dir: Path = Path(".gateway")
    #: Set by the command line when it started the database itself: its schema is then kept up without a command.
    indlejret_database: bool = False
    #: Likewise for Kafka: topics of the gateway's own messages are then created when missing.
    indlejret_kafka: bool = False

    @property
    def produktion(self) -> bool:
        """Whether DFDG's address is another machine."""
        return self.dfdg.base_url is not None and not _loopback(self.dfdg.base_url)

    def noegle(self) -> bytes:
        """The master key. Embedded it is made once and kept in the data folder, apart from PostgreSQL's files."""
        if self.pseudonym_key is not None:
            return self.pseudonym_key.get_secret_value().encode()
        fil = self.data_dir / "noegle"
        if not fil.exists():
            import secrets

            fil.parent.mkdir(parents=True, exist_ok=True)
            fil.touch(mode=0o600)
            fil.write_text(secrets.token_hex(32))
        return fil.read_text().encode()

    def kontroller(self) -> None:
        """Raises ``Opsaetningsfejl`` for what would make this installation wrong or unsafe; each names its remedy."""
        if self.dfdg.base_url is not None:
            dele = urlsplit(self.dfdg.base_url)
            if dele.scheme == "http" and not _loopback(self.dfdg.base_url):
                raise Opsaetningsfejl("GATEWAY_DFDG__BASE_URL: plain http only to a loopback address; use https")
            if dele.scheme not in ("http", "https"):
                raise Opsaetningsfejl("GATEWAY_DFDG__BASE_URL: an address that begins with https://")
        if self.pseudonym_key is not None and len(self.pseudonym_key.get_secret_value().encode()) < 32:
            raise Opsaetningsfejl("GATEWAY_PSEUDONYM_KEY: at least 32 bytes, e.g. from `openssl rand -hex 32`")
        if not self.produktion:
            return
        mangler = [
            navn
            for navn, vaerdi in (
                ("GATEWAY_RULES__DAEKNING", self.rules.daekning),
                ("GATEWAY_RULES__KODER", self.rules.koder),
                ("GATEWAY_PSEUDONYM_KEY", self.pseudonym_key),
                ("GATEWAY_DFDG__CLIENT_CERTIFICATE", self.dfdg.client_certificate),
                ("GATEWAY_DFDG__CA", self.dfdg.ca),
                ("GATEWAY_KAFKA__BOOTSTRAP_SERVERS", self.kafka.bootstrap_servers),
                ("GATEWAY_DATABASE__URL", self.database.url),
            )
            if vaerdi is None
        ]
        if mangler:
            raise Opsaetningsfejl(f"production needs {', '.join(mangler)}; there is no example to fall back on")


def _loopback(url: str) -> bool:
    vaert = urlsplit(url).hostname or ""
    if vaert == "localhost":
        return True
    try:
        return ipaddress.ip_address(vaert).is_loopback
    except ValueError:
        return False


def eksempel(navn: str) -> Path:
    """A documented example file that serves the embedded mode."""
    return Path(str(files("gateway") / "eksempel" / navn))


def laes_csv(fil: Path, kolonner: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Rows of a ``;``-separated file with exactly these headers; lines that begin with # are comments.

    Raises ``Opsaetningsfejl`` naming file and line.
    """
    try:
        linjer = [x for x in fil.read_text(encoding="utf-8-sig").splitlines() if x.strip() and not x.startswith("#")]
    except OSError as fejl:
        raise Opsaetningsfejl(f"{fil} can't be read: {fejl.strerror}") from fejl
    laeser = csv.DictReader(linjer, delimiter=";")
    if tuple(laeser.fieldnames or ()) != kolonner:
        raise Opsaetningsfejl(f"{fil}: the first line must be {';'.join(kolonner)}")
    for nr, raekke in enumerate(laeser, start=2):
        if None in raekke or any(v is None for v in raekke.values()):
            raise Opsaetningsfejl(f"{fil}, row {nr}: needs {len(kolonner)} values separated by ;")
        yield {k: v.strip() for k, v in raekke.items()}


def dato(fil: Path, tekst: str) -> date:
    """A date of a settings file. Raises ``Opsaetningsfejl``."""
    try:
        return date.fromisoformat(tekst)
    except ValueError as fejl:
        raise Opsaetningsfejl(f"{fil}: dates are written YYYY-MM-DD") from fejl
