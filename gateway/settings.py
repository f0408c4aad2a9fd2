"""Settings: environment variables ``GATEWAY_<SECTION>__<NAME>``. What is not set is started embedded.

Production is when the DFDG address is not on loopback; then nothing falls back on an example.
"""

from __future__ import annotations

import csv
import ipaddress
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import Opsaetningsfejl

_HOVEDNAVN = r"^[A-Za-z0-9-]{1,64}$"
_LYT = r"^(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):\d{1,5}$"
_NAVNELISTE = r"^[A-Za-z0-9_]+(, *[A-Za-z0-9_]+)*$"


class _Afsnit(BaseModel):
    """A section. A misspelt name is refused: what it was to set would silently be started embedded instead. What was
    given never shows in the text of a refusal: it may be a secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class KafkaSettings(_Afsnit):
    bootstrap_servers: str | None = None
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: str = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    group_id: str = "gateway"


class DatabaseSettings(_Afsnit):
    """Reading from Kafka pauses while the database takes up ``hoejst_gb`` or more (not set: not judged), or less than
    ``fri_gb`` is free on its disk, where that is this machine's (embedded). In 10^9 bytes."""

    url: str | None = None
    hoejst_gb: float | None = Field(default=None, gt=0)
    fri_gb: float = Field(default=2.0, ge=0)
    #: A session that keeps a snapshot open on the ledger's database for longer is ended (seconds; 0: none is), but for these
    #: programs: dumps take as long as they take.
    snapshot_hoejst: float = Field(default=900.0, ge=0)
    snapshot_undtagne: str = "pg_dump,pg_dumpall"


class DfdgSettings(_Afsnit):
    """Times in seconds. The lease must outlast connecting, sending and waiting for the answer (I11)."""

    base_url: str | None = None
    adresser: Path | None = None
    client_certificate: Path | None = None
    ca: Path | None = None
    stilletid: float = Field(default=120.0, ge=0)
    stop_efter: int = Field(default=5, ge=1)
    #: So many citizens refused with the same code hold that kind of registration back.
    spaer_efter: int = Field(default=25, ge=2)
    connect_timeout: float = Field(default=3.0, gt=0)
    send_timeout: float = Field(default=10.0, gt=0)
    answer_timeout: float = Field(default=30.0, gt=0)
    lease: float = Field(default=60.0, gt=0)
    samtidighed: int = Field(default=32, ge=1)
    #: Registrations in the air in one process, of all services and a-kasser together.
    samtidighed_i_alt: int = Field(default=192, ge=1)
    #: Calls a second that a service may be given, all replicas together: ``ActivityService=20,PersonService=50``.
    hastighed: str = Field(default="", pattern=r"^([A-Za-z.]+=\d+(\.\d+)?(, *[A-Za-z.]+=\d+(\.\d+)?)*)?$")
    organisationstype: int | None = Field(default=None, ge=1, le=100)
    fravaer_transport: Literal["rest", "soap"] = "rest"
    #: What STAR does not publish: the SOAP version, the two REST context headers' names, the names of the fields in a
    #: REST fault (comma-separated, letter case does not matter). The defaults are the project's.
    soap_version: Literal["1.1", "1.2"] = "1.1"
    organisationshoved: str = Field(default="x-activeOrganisation", pattern=_HOVEDNAVN)
    brugerhoved: str = Field(default="x-requestUserMetadata", pattern=_HOVEDNAVN)
    kodefelter: str = Field(default="fejlkode,kode,errorCode,faultCode,code", pattern=_NAVNELISTE)
    tekstfelter: str = Field(
        default="fejltekst,tekst,beskrivelse,faultString,errorMessage,message", pattern=_NAVNELISTE
    )
    #: Who DFDG is told acts: system and job, and its identifier (DFDG's limits).
    brugernavn: str = Field(default="a-kasse-DFDG-gateway, levering", min_length=1, max_length=140)
    brugerid: str = Field(default="gateway", min_length=1, max_length=255)
    #: Connections kept open per client certificate, at most.
    forbindelser: int = Field(default=256, ge=1)
    #: Which rendered messages are held against the project's schemas: the first of each operation, all, or none.
    kontroller_skema: Literal["foerste", "alle", "ingen"] = "foerste"

    def takster(self) -> dict[str, float]:
        return {navn: float(tal) for navn, _, tal in (x.partition("=") for x in _liste(self.hastighed))}

    @model_validator(mode="after")
    def _lease_laengst(self) -> DfdgSettings:
        if any(takst <= 0 for takst in self.takster().values()):
            raise ValueError("GATEWAY_DFDG__HASTIGHED must be more than 0; a planned window stops a service")
        if self.organisationshoved.lower() == self.brugerhoved.lower():
            raise ValueError("GATEWAY_DFDG__ORGANISATIONSHOVED and BRUGERHOVED must be two names")
        if self.lease <= self.connect_timeout + self.send_timeout + self.answer_timeout:
            raise ValueError(
                "GATEWAY_DFDG__LEASE must be longer than CONNECT_TIMEOUT + SEND_TIMEOUT + ANSWER_TIMEOUT together"
            )
        return self


class LytSettings(_Afsnit):
    """Where HTTP is served: ``host:port``; port 0 takes a free one."""

    listen: str = Field(default="127.0.0.1:0", pattern=_LYT)


class OpsSettings(LytSettings):
    """Where operators' HTTP is served, and who is let in.

    ``maal_hvert``: how often (seconds) the figures of ``/metrics`` that stand in the ledger and in Kafka are read.
    ``massetakt``: acts a second when many dead letters are acted on at once. ``public_url``: the address that browsers use,
    where a proxy stands before (https there makes the cookies secure). ``oidc_*``: the OpenID Connect issuer; the claim
    ``oidc_rollekrav`` holds roles (``operatoer:01``, ``laeser:*``, ``tilsyn:*``) or groups that ``oidc_grupper`` translates
    (``gruppe=rolle:akasse``). Without an issuer a one-time code lets in, never in production.
    """

    listen: str = Field(default="127.0.0.1:8080", pattern=_LYT)
    maal_hvert: float = Field(default=10.0, gt=0)
    massetakt: float = Field(default=20.0, gt=0, le=1000)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+$")
    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://\S+$")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_ca: Path | None = None
    oidc_scope: str = "openid profile email"
    oidc_navnekrav: str = "preferred_username"
    oidc_rollekrav: str = "roller"
    oidc_grupper: str = Field(
        default="",
        pattern=r"^([^\s,=]+=(laeser|operatoer|tilsyn):(\*|\d+)(, *[^\s,=]+=(laeser|operatoer|tilsyn):(\*|\d+))*)?$",
    )

    def grupper(self) -> tuple[tuple[str, str], ...]:
        """(group, role) pairs; a group may have several."""
        return tuple((g, r) for g, _, r in (x.partition("=") for x in _liste(self.oidc_grupper)))

    @model_validator(mode="after")
    def _oidc_helt(self) -> OpsSettings:
        if self.oidc_issuer is not None and (self.oidc_client_id is None or self.oidc_client_secret is None):
            raise ValueError("GATEWAY_OPS__OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
        return self


class HooksSettings(LytSettings):
    """Where DFDG's messages are received, over mTLS. Nothing set: the embedded stack's own certificates."""

    #: The server's certificate and key (PEM); who may have issued STAR's client certificate; SHA-256 fingerprints of
    #: the client certificates that are let in, comma-separated (more than one while STAR changes them).
    certificate: Path | None = None
    client_ca: Path | None = None
    client_fingerprints: str = Field(default="", pattern=r"^(([0-9A-Fa-f]{2}:?){32}(, *([0-9A-Fa-f]{2}:?){32})*)?$")
    #: Fields that DFDG names otherwise than the project does: ``BeskedId=MessageIdentifier,Tidspunkt=Created``.
    felter: str = Field(default="", pattern=r"^([A-Za-z]+=[A-Za-z0-9_]+(, *[A-Za-z]+=[A-Za-z0-9_]+)*)?$")
    #: The ids by which DFDG knows this installation's own system, comma-separated: its echo is skipped.
    egne_systemer: str = Field(default="", pattern=r"^([0-9A-Za-z-]+(, *[0-9A-Za-z-]+)*)?$")

    def fingerprints(self) -> tuple[str, ...]:
        return _liste(self.client_fingerprints)

    def systemer(self) -> frozenset[str]:
        return frozenset(_liste(self.egne_systemer))

    def feltkort(self) -> dict[str, str]:
        return dict(par.split("=", 1) for par in _liste(self.felter))


def _liste(tekst: str) -> tuple[str, ...]:
    return tuple(x.strip() for x in tekst.split(",") if x.strip())


class RulesSettings(_Afsnit):
    daekning: Path | None = None
    frikommuner: Path | None = None
    koder: Path | None = None
    genaabning: Literal["ret", "ny", "stop"] = "ret"


class FristerSettings(_Afsnit):
    """When deadlines are warned of (D1). What is not set has the rules' default (``rules.frister``)."""

    dage_foer: int | None = Field(default=None, ge=0, le=14)
    samtaler_timer: Decimal | None = Field(default=None, ge=0)
    timer: Decimal | None = Field(default=None, ge=0)
    indstilling_dage: int | None = Field(default=None, ge=0)
    overdragelse_arbejdsdage: int | None = Field(default=None, ge=0)
    hoejst_forbi: int | None = Field(default=None, ge=0)


class SporSettings(_Afsnit):
    """Traces over OTLP/HTTP; without ``endpoint`` (the whole address, e.g. http://127.0.0.1:4318/v1/traces) nothing is
    traced. ``andel``: how many of the events that come without a trace get one."""

    endpoint: str | None = Field(default=None, pattern=r"^https?://\S+$")
    andel: float = Field(default=1.0, ge=0, le=1)


class BevaringSettings(_Afsnit):
    """How long what is finished is kept, in days: events with their registrations; messages out, for sending them again;
    the ids of pruned events, at least as long as the topics keep records."""

    haendelser_dage: float = Field(default=400.0, gt=0)
    beskeder_dage: float = Field(default=400.0, gt=0)
    ider_dage: float = Field(default=800.0, gt=0)


class Settings(BaseSettings):
    """Everything an installation may set; secrets never show in their text."""

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True
    )

    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    dfdg: DfdgSettings = DfdgSettings()
    ops: OpsSettings = OpsSettings()
    hooks: HooksSettings = HooksSettings()
    rules: RulesSettings = RulesSettings()
    frister: FristerSettings = FristerSettings()
    bevaring: BevaringSettings = BevaringSettings()
    spor: SporSettings = SporSettings()
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
        """Whether DFDG, or one of its services with an address of its own, is another machine."""
        return any(not _loopback(adresse) for _, adresse in self._dfdg_adresser())

    def _dfdg_adresser(self) -> Iterator[tuple[str, str]]:
        """Every address of DFDG with the variable that gives it."""
        if self.dfdg.base_url is not None:
            yield "GATEWAY_DFDG__BASE_URL", self.dfdg.base_url
        if self.dfdg.adresser is not None:
            for raekke in laes_csv(self.dfdg.adresser, ("tjeneste", "url")):
                yield f"GATEWAY_DFDG__ADRESSER, {raekke['tjeneste']}", raekke["url"]

    def noegle(self) -> bytes:
        """The master key. Embedded it is made once and kept in the data folder, apart from PostgreSQL's files."""
        if self.pseudonym_key is not None:
            return self.pseudonym_key.get_secret_value().encode()
        fil = self.data_dir / "noegle"
        if not fil.exists():
            fil.parent.mkdir(parents=True, exist_ok=True)
            # Written whole before it has its name, and never over another's: a second process gets the first one's key.
            with NamedTemporaryFile("w", dir=fil.parent, prefix=".noegle-") as ny:
                ny.write(secrets.token_hex(32))
                ny.flush()
                os.fsync(ny.fileno())
                with suppress(FileExistsError):
                    os.link(ny.name, fil)
        return fil.read_text().encode()

    def kontroller(self) -> None:
        """Raises ``Opsaetningsfejl`` for what would make this installation wrong or unsafe; each names its remedy."""
        self._kontroller_navne()
        for variabel, adresse in self._dfdg_adresser():
            skema = urlsplit(adresse).scheme
            if skema not in ("http", "https"):
                raise Opsaetningsfejl(f"{variabel}: an address that begins with https://")
            if skema == "http" and not _loopback(adresse):
                raise Opsaetningsfejl(f"{variabel}: plain http only to a loopback address; use https")
        issuer = self.ops.oidc_issuer
        if issuer is not None and urlsplit(issuer).scheme == "http" and not _loopback(issuer):
            raise Opsaetningsfejl("GATEWAY_OPS__OIDC_ISSUER: plain http only to a loopback address; use https")
        if self.pseudonym_key is not None and len(self.pseudonym_key.get_secret_value().encode()) < 32:
            raise Opsaetningsfejl("GATEWAY_PSEUDONYM_KEY: at least 32 bytes, e.g. from `openssl rand -hex 32`")
        if self.kafka.security_protocol.startswith("SASL"):
            self._kraev(
                "GATEWAY_KAFKA__SECURITY_PROTOCOL with SASL needs {}: name them, or choose SSL",
                GATEWAY_KAFKA__SASL_USERNAME=self.kafka.sasl_username,
                GATEWAY_KAFKA__SASL_PASSWORD=self.kafka.sasl_password,
            )
        if self.produktion:
            self._kontroller_produktion()

    @staticmethod
    def _kontroller_navne() -> None:
        for variabel in os.environ:
            afsnit, skille, _ = variabel.upper().removeprefix("GATEWAY_").partition("__")
            if variabel.upper().startswith("GATEWAY_") and skille and afsnit.lower() not in Settings.model_fields:
                raise Opsaetningsfejl(f"{variabel}: there is no section {afsnit}; see the README for the names")

    def _kontroller_produktion(self) -> None:
        self._kraev(
            "production (DFDG is another machine) needs {}; there is no example to fall back on",
            GATEWAY_DFDG__BASE_URL=self.dfdg.base_url,
            GATEWAY_RULES__DAEKNING=self.rules.daekning,
            GATEWAY_RULES__FRIKOMMUNER=self.rules.frikommuner,
            GATEWAY_RULES__KODER=self.rules.koder,
            GATEWAY_PSEUDONYM_KEY=self.pseudonym_key,
            GATEWAY_DFDG__CLIENT_CERTIFICATE=self.dfdg.client_certificate,
            GATEWAY_DFDG__CA=self.dfdg.ca,
            GATEWAY_KAFKA__BOOTSTRAP_SERVERS=self.kafka.bootstrap_servers,
            GATEWAY_DATABASE__URL=self.database.url,
        )
        for navn, fil in (
            ("DAEKNING", self.rules.daekning),
            ("FRIKOMMUNER", self.rules.frikommuner),
            ("KODER", self.rules.koder),
        ):
            if fil is not None and _er_eksempel(fil):
                raise Opsaetningsfejl(
                    f"GATEWAY_RULES__{navn}: {fil} is the example for the embedded mode, made up; production needs its own"
                )
        if self.clock != "system":
            raise Opsaetningsfejl("GATEWAY_CLOCK: `haendelser` is for replays and tests; production takes `system`")
        for variabel, sti in (
            ("GATEWAY_DFDG__CLIENT_CERTIFICATE", self.dfdg.client_certificate),
            ("GATEWAY_DFDG__CA", self.dfdg.ca),
        ):
            if sti is not None and not sti.exists():
                raise Opsaetningsfejl(f"{variabel}: {sti} is not there")

    @staticmethod
    def _kraev(tekst: str, **vaerdier: object) -> None:
        mangler = [variabel for variabel, vaerdi in vaerdier.items() if vaerdi is None]
        if mangler:
            raise Opsaetningsfejl(tekst.format(", ".join(mangler)))


def _loopback(url: str) -> bool:
    vaert = urlsplit(url).hostname or ""
    if vaert == "localhost":
        return True
    try:
        return ipaddress.ip_address(vaert).is_loopback
    except ValueError:
        return False


def _er_eksempel(fil: Path) -> bool:
    """Whether it is one of the examples, or a copy of one."""
    with suppress(OSError):
        return fil.read_bytes() in {e.read_bytes() for e in eksempel("").glob("*.csv")}
    return False


def eksempel(navn: str) -> Path:
    """A documented example file that serves the embedded mode."""
    return Path(str(files("gateway") / "eksempel" / navn))


def laes_csv(fil: Path, kolonner: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Rows of a ``;``-separated UTF-8 file with exactly these headers; lines that begin with # are comments.

    Raises ``Opsaetningsfejl`` naming file and line.
    """
    try:
        tekst = fil.read_text(encoding="utf-8-sig")
    except OSError as fejl:
        raise Opsaetningsfejl(f"{fil} can't be read: {fejl.strerror}") from fejl
    except UnicodeDecodeError:
        raise Opsaetningsfejl(f"{fil} can't be read: save it as UTF-8") from None
    raekker = [
        (nr, [v.strip() for v in next(csv.reader([linje], delimiter=";"))])
        for nr, linje in enumerate(tekst.splitlines(), start=1)
        if linje.strip() and not linje.startswith("#")
    ]
    if not raekker or tuple(raekker[0][1]) != kolonner:
        raise Opsaetningsfejl(f"{fil}: the first line must be {';'.join(kolonner)}")
    for nr, vaerdier in raekker[1:]:
        if len(vaerdier) != len(kolonner):
            raise Opsaetningsfejl(f"{fil}, line {nr}: needs {len(kolonner)} values separated by ;")
        yield dict(zip(kolonner, vaerdier, strict=True))


def dato(fil: Path, tekst: str) -> date:
    """A date of a settings file. Raises ``Opsaetningsfejl``."""
    try:
        return date.fromisoformat(tekst)
    except ValueError as fejl:
        raise Opsaetningsfejl(f"{fil}: dates are written YYYY-MM-DD") from fejl
