"""A citizen's lane as a time line: event, the rule that decided with its words, registrations, what was told; both states."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import asyncpg
import orjson

from gateway.errors import Adgangsfejl, Betjeningsfejl
from gateway.ledger import logbog, tilstandslager, visning
from gateway.ledger.aktoer import partens_akasse
from gateway.ledger.krypto import Noegler
from gateway.ledger.laesning.stoppede import registrering
from gateway.ledger.raekker import afgoerelse_fra_json
from gateway.rules import tilstand
from gateway.rules.dokument import udfyldt
from gateway.rules.katalog import REGLER

#: The newest so many events of a lane are shown.
HOEJST = 200


async def tidslinje(
    pulje: asyncpg.Pool, noegler: Noegler, pseudonym: str, akasser: frozenset[str] | None
) -> dict[str, Any]:
    """The lane. Events of others than ``akasser`` are counted and not shown (I9), and the states only when nobody else's
    events stand in them. Raises ``Betjeningsfejl`` for an unknown citizen, ``Adgangsfejl`` for nobody of theirs."""
    b = await pulje.fetchrow("select id, pseudonym, cpr_krypt from borger where pseudonym = $1", pseudonym)
    if b is None:
        raise Betjeningsfejl(f"ingen borger har pseudonymet {pseudonym}")
    borger_id, cpr = b["id"], noegler.dekrypter(b["cpr_krypt"]).decode()
    alle = await pulje.fetch(
        "select * from haendelse where borger_id = $1 order by plads desc, id desc limit $2", borger_id, HOEJST + 1
    )
    dele = {r["part"] for r in await pulje.fetch("select distinct part from haendelse where borger_id = $1", borger_id)}
    egne = [h for h in alle if akasser is None or partens_akasse(h["part"]) in akasser]
    if not egne and akasser is not None:
        raise Adgangsfejl("borgeren har ingen hændelser fra en a-kasse, du må se")
    vist = list(reversed(egne[:HOEJST]))
    ids = [h["id"] for h in vist]
    registreringer = defaultdict(list)
    for r in await pulje.fetch(
        "select * from registrering where haendelse_ref = any($1::bigint[]) order by haendelse_ref, nr", ids
    ):
        registreringer[r["haendelse_ref"]].append(registrering(r, noegler, [cpr]))
    beskeder = await _beskeder(pulje, noegler, ids, cpr, akasser)
    breve = {
        r["haendelse_ref"]: r
        for r in await pulje.fetch("select * from doedbrev where haendelse_ref = any($1::bigint[])", ids)
    }
    alles = akasser is None or {partens_akasse(p) for p in dele} <= (akasser | {None})
    return {
        "borger": pseudonym,
        "parter": sorted(dele if akasser is None else {p for p in dele if partens_akasse(p) in akasser}),
        "andres": len(alle) - len(egne),
        "flere": len(egne) > HOEJST,
        "haendelser": [
            _linje(h, noegler, registreringer[h["id"]], beskeder[h["id"]], breve.get(h["id"])) for h in vist
        ],
        "tilstande": await _tilstande(pulje, noegler, borger_id, cpr) if alles else None,
        "pause": await pulje.fetchrow(
            "select id, siden, hvem, begrundelse from pause where borger_id = $1 and ophaevet is null", borger_id
        ),
        "frister": [
            dict(r)
            for r in await pulje.fetch(
                "select noegle, dato, varslet from frist where borger_id = $1 order by dato", borger_id
            )
        ],
        "handlinger": await logbog.laes(pulje, noegler, maal=pseudonym),
    }


def regel(id_: str | None) -> dict[str, str] | None:
    """A rule in words, with the figures it depends on."""
    r = REGLER.get(id_ or "")
    return {"id": r.id, "titel": r.titel, "tekst": udfyldt(r, r.tekst), "kilde": r.kilde} if r else None


def _linje(
    h: Any, noegler: Noegler, registreringer: list[dict[str, Any]], beskeder: list[dict[str, Any]], brev: Any
) -> dict[str, Any]:
    afg = afgoerelse_fra_json(noegler.dekrypter(h["afgoerelse_krypt"])) if h["afgoerelse_krypt"] else None
    return {
        **{
            n: h[n]
            for n in (
                "id",
                "type",
                "part",
                "tid",
                "modtaget",
                "tilstand",
                "status",
                "fejlkode",
                "flag",
                "endelig_tid",
                "udenfor",
            )
        },
        "haendelseId": h["haendelse_id"],
        "kilde": h["kilde"],
        "indhold": visning.haendelse(noegler.dekrypter(h["raa_krypt"])),
        "original": visning.haendelse(noegler.dekrypter(h["original_krypt"])) if h["original_krypt"] else None,
        "regel": regel(afg.regel) if afg else None,
        "regelId": afg.regel if afg else None,
        "regime": afg.regime.value if afg and afg.regime else None,
        "tekst": visning.skjul(afg.tekst) if afg else None,
        "registreringer": registreringer,
        "beskeder": beskeder,
        "doedbrev": {"id": str(brev["id"]), "status": brev["status"], "kode": brev["kode"], "tekst": brev["tekst"]}
        if brev
        else None,
    }


async def _beskeder(
    pulje: asyncpg.Pool, noegler: Noegler, ids: list[int], cpr: str, akasser: frozenset[str] | None
) -> dict[int, list[dict[str, Any]]]:
    """What each event caused to be told. Of what went to others a scoped reader sees that it went, not what it said."""
    ud: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for r in await pulje.fetch(
        """select b.*, exists (select 1 from udbakke u where u.topic = b.topic and u.id = b.id) as venter
           from besked b where b.haendelse_ref = any($1::bigint[]) order by b.haendelse_ref, b.id""",
        ids,
    ):
        egen = akasser is None or partens_akasse(r["topic"]) in akasser
        krop = orjson.loads(noegler.dekrypter(r["krop_krypt"])) if egen else {}
        data = visning.skjul_alt(krop.get("data", {}), [cpr]) if egen else None
        ud[r["haendelse_ref"]].append(
            {
                "id": str(r["besked_id"]),
                "topic": r["topic"],
                "type": r["type"],
                "skabt": r["skabt"],
                "sendt": not r["venter"],
                "data": data,
            }
        )
    return ud


async def _tilstande(pulje: asyncpg.Pool, noegler: Noegler, borger_id: int, cpr: str) -> list[dict[str, Any]]:
    """Both states, field by field: what DFDG has confirmed, and what is expected. ``forskel``: they are not the same."""
    t = await pulje.fetchrow("select * from borger_tilstand where borger_id = $1", borger_id)
    if t is None:
        return []

    def felter(navn: str) -> dict[str, str]:
        # Read as the rules read it, so that an older form is shown as they see it.
        b = tilstandslager.tilstand(noegler, t[f"{navn}_krypt"], t[f"{navn}_tillaeg"])
        if b is None:
            return {}
        return dict(_flad("", visning.skjul_alt(orjson.loads(tilstand.til_json(b)), [cpr])))

    bekraeftet = felter("bekraeftet")
    forventet = felter("forventet") if t["forventet_krypt"] is not None else bekraeftet
    navne = [*bekraeftet, *(n for n in forventet if n not in bekraeftet)]
    return [
        {
            "felt": n,
            "bekraeftet": bekraeftet.get(n, ""),
            "forventet": forventet.get(n, ""),
            "forskel": bekraeftet.get(n) != forventet.get(n),
        }
        for n in navne
        if n != "version"
    ]


def _flad(sti: str, v: Any) -> list[tuple[str, str]]:
    match v:
        case dict():
            return [x for k, u in v.items() for x in _flad(f"{sti}.{k}" if sti else str(k), u)]
        case list():
            return [x for nr, u in enumerate(v, start=1) for x in _flad(f"{sti} {nr}", u)]
        case None:
            return []
        case bool():
            return [(sti, "ja" if v else "nej")]
        case _:
            return [(sti, str(v))]
