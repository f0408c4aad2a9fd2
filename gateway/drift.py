"""What the commands do: run, migrate, create topics, open the ledger for a look or an act."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from gateway import kafkaadgang, kafkaforbindelse, sporing
from gateway.app import HAENDELSER, Gateway
from gateway.errors import Betjeningsfejl, Opsaetningsfejl
from gateway.grundlag import Grundlag, aabn_grundlag, nu
from gateway.indlejret import EKSEMPELPARTER, abonner, koerende, med_adresser, stak
from gateway.ledger.db import aabn_pulje, kraev_migreret, migrer
from gateway.ledger.statistik import opgoer
from gateway.ledger.ur import Haendelsesur, Systemur
from gateway.rules.statistik import perioder, raekker
from gateway.settings import Settings
from gateway.telemetry import opsaet_log

T = TypeVar("T")
_fejl = Console(stderr=True)


def hent_settings() -> Settings:
    """Settings from the environment. Raises ``Opsaetningsfejl`` that names the variable."""
    try:
        return Settings()
    except ValidationError as fejl:
        dele = [
            f"GATEWAY_{'__'.join(str(x).upper() for x in f['loc'])}: {f['msg']}"
            for f in fejl.errors(include_input=False)
        ]
        raise Opsaetningsfejl("; ".join(dele)) from None
    except SettingsError:
        raise Opsaetningsfejl(
            "a GATEWAY_… variable holds a section that is not JSON: set GATEWAY_<SECTION>__<NAME> instead"
        ) from None


def fremdrift(tekst: str) -> None:
    _fejl.print(f"[dim]{tekst}[/dim]", highlight=False)


def spar_skraldeopsamling() -> None:
    """Python's collector of cycles looks seldom: the gateway's objects are trees, which go without it, and every look at
    tens of thousands of remembered ones costs as much as several events. What start-up made is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


async def serve(roller: list[str], json_ud: bool) -> int:
    """Runs until SIGTERM or SIGINT; a second one ends at once."""
    opsaet_log()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for s in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(s, stop.set)
    async with stak(hent_settings(), fremdrift) as (settings, adresser):
        await kafkaforbindelse.opret_topics(settings.kafka, ["gateway.dlq.v1"])
        sporing.opsaet(settings.spor.endpoint, andel=settings.spor.andel, miljoe=settings.miljoe)
        gateway = Gateway(settings, roller)
        await gateway.start()
        spar_skraldeopsamling()
        await abonner(adresser, gateway.hooks_adresse, EKSEMPELPARTER)
        try:
            if json_ud:
                egne = {
                    "klar": True,
                    "ops": gateway.ops_adresse,
                    "hooks": gateway.hooks_adresse,
                    "engangskode": gateway.engangskode,
                }
                sys.stdout.write(orjson.dumps({**egne, **adresser}).decode() + "\n")
                sys.stdout.flush()
            else:
                if gateway.engangskode is not None:
                    _fejl.print(
                        f"konsollen: {gateway.ops_adresse}/log-ind?kode={gateway.engangskode} (lukker op én gang)",
                        soft_wrap=True,
                    )
                _fejl.print(
                    f"gatewayen kører: {', '.join(f'{k}={v}' for k, v in adresser.items())} ops={gateway.ops_adresse}"
                )
            await stop.wait()
        finally:
            await gateway.stop()
            await asyncio.to_thread(sporing.luk)
    return 0


async def migrate() -> list[str]:
    """Applies missing migrations."""
    async with stak(hent_settings(), fremdrift, kun="database") as (settings, _):
        pulje = await aabn_pulje(str(settings.database.url), mindst=1, hoejst=1)
        try:
            async with pulje.acquire() as conn:
                return await migrer(conn)
        finally:
            await pulje.close()


async def topics(parter: list[tuple[str, str]], principal: str, gateway_principal: str) -> dict[str, Any]:
    """Creates the parties' topics and gateway.dlq.v1; with ``principal`` also the ACLs. Raises ``Betjeningsfejl`` for a
    principal with other placeholders than {art} and {kode}."""
    try:
        principaler = [principal.format(art=art, kode=kode) for art, kode in parter]
    except (KeyError, IndexError, ValueError):
        raise Betjeningsfejl("--principal has {art} and {kode} filled in, nothing else") from None
    async with stak(hent_settings(), fremdrift, kun="kafka") as (settings, _):
        navne = ["gateway.dlq.v1", *(t for art, kode in parter for t in kafkaforbindelse.partens_topics(art, kode))]
        nye = await kafkaforbindelse.opret_topics(settings.kafka, navne)
        antal = 0
        if principal:
            adgange = kafkaadgang.gatewayens_adgange(parter, gateway_principal, settings.kafka.group_id)
            for (art, kode), partens in zip(parter, principaler, strict=True):
                adgange += kafkaadgang.partens_adgange(art, kode, partens)
            antal = await kafkaadgang.saet_adgange(settings.kafka, adgange)
        return {"topics": nye, "acl": antal}


async def sandkasse(listen: str, admin: str, abonnementer: Sequence[str] = (), json_ud: bool = False) -> int:
    """The stand-in DFDG alone. ``abonnementer``: who gets its messages where (``akasse:01=https://host:port``)."""
    from sandbox.dfdg import proces
    from sandbox.embedded.certifikater import TestCA
    from sandbox.embedded.stak import EKSEMPEL_AKASSER

    settings = hent_settings()
    ca = TestCA(settings.data_dir)
    ca.sikr(EKSEMPEL_AKASSER)
    p = await proces.start(
        cert=ca.server,
        ca=ca.ca,
        data=settings.data_dir / "dfdg",
        port=int(listen.rpartition(":")[2]),
        adminport=int(admin.rpartition(":")[2]),
        star_cert=ca.star,
        webhook_ca=ca.ca,
        abonnementer=abonnementer,
    )
    if json_ud:
        adresser = {"klar": True, "dfdg": p.base_url, "admin": p.admin, "dfdglog": str(p.log), "ca": str(ca.ca)}
        sys.stdout.write(orjson.dumps({**adresser, "klientcertifikater": str(ca.klienter)}).decode() + "\n")
        sys.stdout.flush()
    else:
        _fejl.print(f"DFDG-sandkassen svarer på {p.base_url}, styring på {p.admin}, certifikater i {ca.mappe}")
    stop = asyncio.Event()
    for s in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(s, stop.set)
    try:
        await stop.wait()
    finally:
        await p.stop()
    return 0


async def med_ledger(arbejde: Callable[[Grundlag], Awaitable[T]]) -> T:
    """Opens the ledger (the embedded one too), does the work, closes."""
    async with stak(hent_settings(), fremdrift, kun="database") as (settings, _):
        grundlag = await aabn_grundlag(settings, hoejst=2)
        try:
            async with grundlag.pulje.acquire() as conn:
                if settings.indlejret_database:
                    await migrer(conn)
                await kraev_migreret(conn)
            await grundlag.hent_lukninger()
            return await arbejde(grundlag)
        finally:
            await grundlag.luk()


async def statistik(
    g: Grundlag, halve: bool, fra: str | None, til: str | None, akasser: Sequence[str] | None
) -> list[dict[str, Any]]:
    """The rows of ``gateway statistik`` up to today, by the clock that is set."""
    settings = hent_settings()
    if settings.kafka.bootstrap_servers is None and (andens := koerende(settings)) is not None:
        settings = med_adresser(settings, andens)
    if settings.clock == "system":
        idag = await Systemur(nu).idag()
    elif settings.kafka.bootstrap_servers is None:
        idag = await Haendelsesur(g.pulje, _ingen_ender).idag()
    else:
        async with kafkaforbindelse.Partitionsender(settings.kafka, HAENDELSER) as ender:
            idag = await Haendelsesur(g.pulje, ender).idag()
    if idag is None:
        return []
    return await opgjort(g, idag, halve, fra, til, akasser)


async def opgjort(
    g: Grundlag,
    idag: date,
    halve: bool,
    fra: str | None = None,
    til: str | None = None,
    akasser: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """The same as of ``idag`` (Copenhagen)."""
    op = perioder(await opgoer(g.pulje, g.noegler, idag), idag, halve=halve, fra=fra, til=til)
    return raekker(op, akasser)


async def _ingen_ender() -> dict[tuple[str, int], int]:
    """Without Kafka, everything that was accepted is all there is."""
    return {}
