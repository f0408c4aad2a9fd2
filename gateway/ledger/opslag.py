"""Reading the ledger for people: how the installation stands, and one citizen's lane. Never a CPR number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.ledger.krypto import Noegler
from gateway.ledger.plads import pauset
from gateway.ledger.raekker import I_TVIVL, afgoerelse_fra_json


async def status(pulje: asyncpg.Pool) -> dict[str, Any]:
    """Counts of events, registrations in doubt, channels, dead letters, unsent messages."""
    haendelser = await pulje.fetch(
        "select tilstand, status, count(*) as antal from haendelse group by 1, 2 order by 1, 2"
    )
    undervejs = await pulje.fetchrow(
        """select count(*) filter (where tilstand = 'venter') as venter, count(*) filter (where tilstand = 'hoved') as hoved,
                  min(modtaget) as aeldste
           from haendelse where tilstand in ('venter', 'hoved') and not udenfor"""
    )
    if undervejs is None:
        raise RuntimeError("an aggregate without a row")
    kanaler = await pulje.fetch(
        """select k.tjeneste, k.akassekode, k.tilstand, k.siden,
                  (select count(*) from koe where koe.kanal = k.kanal) as ventende
           from kanal k order by k.kanal"""
    )
    return {
        "haendelser": [dict(r) for r in haendelser],
        "undervejs": {
            "venter": undervejs["venter"],
            "hoved": undervejs["hoved"],
            "aeldste": _tid(undervejs["aeldste"]),
        },
        "iTvivl": await pulje.fetchval(f"select count(*) from registrering where {I_TVIVL}"),
        "doedbreve": await pulje.fetchval("select count(*) from doedbrev where status = 'aaben'"),
        "udbakke": await pulje.fetchval("select count(*) from udbakke"),
        # Why reading from Kafka is paused.
        "modtagelsePauset": await pauset(pulje),
        # V10: wrongly marked in should be very rare, so it is counted where operators look.
        "fejloprettede": await pulje.fetchval(
            """select count(*) from haendelse where type = 'akasse.visitation.fejloprettet.v1' and status = 'registreret'"""
        ),
        # Of the last month: what was deleted unread, and topics that were made again.
        "topicbrud": [
            {**dict(r), "opdaget": _tid(r["opdaget"])}
            for r in await pulje.fetch(
                """select topic, partition, fra, til, aarsag, opdaget from topicbrud
                   where opdaget > now() - interval '31 days' order by id"""
            )
        ],
        "vinduer": [
            {**dict(r), "fra": _tid(r["fra"]), "til": _tid(r["til"])}
            for r in await pulje.fetch(
                "select id, tjenester, fra, coalesce(sluttet, til) as til, meldt from vindue where meldt <> 'slut' order by fra"
            )
        ],
        "spaerringer": [
            {**dict(r), "siden": _tid(r["siden"])}
            for r in await pulje.fetch(
                """select id, tjeneste, akassekode, art, kode, afviste, siden from spaerring where ophaevet is null
                   order by id"""
            )
        ],
        "karantaener": [
            dict(r)
            for r in await pulje.fetch("select id, kilde, type from karantaene where ophaevet is null order by id")
        ],
        "kanaler": [{**dict(r), "siden": _tid(r["siden"])} for r in kanaler],
    }


async def borger(pulje: asyncpg.Pool, noegler: Noegler, pseudonym: str) -> dict[str, Any]:
    """One citizen's lane: event, rule, registrations, status, in order."""
    borger_id = await pulje.fetchval("select id from borger where pseudonym = $1", pseudonym)
    if borger_id is None:
        raise Betjeningsfejl(f"no citizen has the pseudonym {pseudonym}: it is the key and subject of messages out")
    haendelser = await pulje.fetch("select * from haendelse where borger_id = $1 order by plads, id", borger_id)
    registreringer = await pulje.fetch(
        "select * from registrering where borger_id = $1 order by haendelse_ref, nr", borger_id
    )
    linjer = []
    for h in haendelser:
        afg = afgoerelse_fra_json(noegler.dekrypter(h["afgoerelse_krypt"])) if h["afgoerelse_krypt"] else None
        linjer.append(
            {
                "haendelseId": h["haendelse_id"],
                "type": h["type"],
                "part": h["part"],
                "modtaget": _tid(h["modtaget"]),
                "tilstand": h["tilstand"],
                "status": h["status"],
                "fejlkode": h["fejlkode"],
                "regel": afg.regel if afg else None,
                "regime": afg.regime.value if afg and afg.regime else None,
                "tekst": afg.tekst if afg else None,
                "registreringer": [
                    {
                        "tjeneste": r["tjeneste"],
                        "operation": r["operation"],
                        "fase": r["fase"],
                        "forsoeg": r["forsoeg"],
                        "sidsteKode": r["sidste_kode"],
                        "entitetsId": r["entitets_id"],
                        "registreringsId": r["registrerings_id"],
                        "registreret": _tid(r["registreret"]),
                    }
                    for r in registreringer
                    if r["haendelse_ref"] == h["id"]
                ],
            }
        )
    return {"borger": pseudonym, "haendelser": linjer}


def _tid(t: datetime | None) -> str | None:
    return t.isoformat() if t else None
