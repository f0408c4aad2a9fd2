"""The embedded default: what of Kafka, PostgreSQL and DFDG is not set is started here, under the data folder.

A running stack leaves its addresses in ``<data>/stak.json``, so that other commands find it.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from gateway.errors import Opsaetningsfejl
from gateway.settings import Settings

#: Whose messages the embedded DFDG sends to the embedded gateway.
EKSEMPELPARTER = (
    *(("akasse", f"{n:02d}") for n in range(1, 26)),
    *(("jobcenter", k) for k in ("0101", "0147", "0461", "0751")),
)


def _stakfil(settings: Settings) -> Path:
    return settings.data_dir / "stak.json"


def koerende(settings: Settings) -> dict[str, str] | None:
    """The addresses of a stack that another process runs on this data folder, or None."""
    try:
        gemt: dict[str, str] = json.loads(_stakfil(settings).read_text())
        os.kill(int(gemt["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return gemt


def med_adresser(settings: Settings, stak: dict[str, str]) -> Settings:
    """Settings with the stack's addresses where nothing was set."""
    s = settings.model_copy(deep=True)
    if s.kafka.bootstrap_servers is None:
        s.kafka.bootstrap_servers = stak.get("kafka")
        s.indlejret_kafka = True
    if s.database.url is None:
        s.database.url = stak.get("database")
        s.indlejret_database = True
    if s.dfdg.base_url is None:
        s.dfdg.base_url = stak.get("dfdg")
        s.dfdg.client_certificate = s.dfdg.client_certificate or Path(stak["klientcertifikater"])
        s.dfdg.ca = s.dfdg.ca or Path(stak["ca"])
        if s.hooks.certificate is None:
            s.hooks.certificate, s.hooks.client_ca = Path(stak["servercertifikat"]), Path(stak["ca"])
            s.hooks.client_fingerprints = stak["star"]
    return s


@asynccontextmanager
async def stak(
    settings: Settings, fremdrift: Callable[[str], None], *, kun: Literal["database", "kafka"] | None = None
) -> AsyncIterator[tuple[Settings, dict[str, str]]]:
    """Settings with every address, and the stack's own addresses (``admin`` and ``dfdglog`` of the stand-in too).

    Starts what is missing (``kun``: of that part alone) and stops it at the end; joins a stack that already runs on the
    data folder. Raises ``Opsaetningsfejl`` when a part can't be started.
    """
    settings.kontroller()
    andens = koerende(settings)
    if andens is not None:
        if kun is None:
            raise Opsaetningsfejl(
                f"a gateway (pid {andens['pid']}) already runs on {settings.data_dir}: stop it, or set GATEWAY_DATA_DIR"
            )
        yield med_adresser(settings, andens), andens
        return
    try:
        from sandbox.embedded.stak import Stak
    except ImportError as fejl:
        raise Opsaetningsfejl(
            "the embedded stack needs the extra: pip install 'akasse-dfdg-gateway[embedded]'"
        ) from fejl
    s = Stak(
        settings.data_dir,
        med_kafka=settings.kafka.bootstrap_servers is None and kun in (None, "kafka"),
        med_postgres=settings.database.url is None and kun in (None, "database"),
        med_dfdg=settings.dfdg.base_url is None and kun is None,
        fremdrift=fremdrift,
    )
    try:
        await s.start()
    except RuntimeError as fejl:
        raise Opsaetningsfejl(f"the embedded stack under {settings.data_dir} did not start: {fejl}") from fejl
    adresser = {"pid": str(os.getpid())}
    if s.kafkaadresse is not None:
        adresser["kafka"] = s.kafkaadresse.bootstrap_servers
    if s.dsn is not None:
        adresser["database"] = s.dsn
    if s.dfdg is not None and s.ca is not None:
        adresser |= {
            "dfdg": s.dfdg.base_url,
            "admin": s.dfdg.admin,
            "dfdglog": str(s.dfdg.log),
            "ca": str(s.ca.ca),
            "klientcertifikater": str(s.ca.klienter),
            "servercertifikat": str(s.ca.server),
            "star": s.ca.star_aftryk(),
        }
    if kun is None:
        _stakfil(settings).write_text(json.dumps(adresser))
    try:
        yield med_adresser(settings, adresser) if kun is None else _kun_en_del(settings, adresser), adresser
    finally:
        if kun is None:
            _stakfil(settings).unlink(missing_ok=True)
        await s.stop()


async def abonner(adresser: dict[str, str], hooks: str | None, parter: Iterable[tuple[str, str]]) -> None:
    """The embedded DFDG sends these parties' messages to ``hooks``, as a system owner sets up with STAR."""
    if hooks is None or "admin" not in adresser:
        return
    from sandbox.dfdg.klient import AsynkronDfdgstyring

    await AsynkronDfdgstyring(adresser["admin"]).saet_abonnementer(
        [{"organisationstype": art, "kode": kode, "url": hooks} for art, kode in parter]
    )


def _kun_en_del(settings: Settings, adresser: dict[str, str]) -> Settings:
    s = settings.model_copy(deep=True)
    if s.database.url is None and "database" in adresser:
        s.database.url = adresser["database"]
        s.indlejret_database = True
    if s.kafka.bootstrap_servers is None and "kafka" in adresser:
        s.kafka.bootstrap_servers = adresser["kafka"]
        s.indlejret_kafka = True
    return s
