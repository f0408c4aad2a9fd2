"""What a forecast of an outage (``gateway.lanes.prognose``) is made from: the ledger's open work, dates and measured rates.

Rates are measured over the newest rows by their ids, so that a ledger of any size answers at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from statistics import median

import asyncpg
import orjson

from gateway.errors import Betjeningsfejl
from gateway.lanes.prognose import Lane, Prognose, Rate, forudsig
from gateway.ledger.db import Forbindelse
from gateway.ledger.kanaler import kraev_kendte
from gateway.ledger.krypto import Noegler
from gateway.ledger.ur import dag

#: The newest rows that rates are measured over, and the time (seconds) whose busiest one counts as what a service takes.
_SENESTE = 5_000
_SKRIDT = 10
#: How long back what comes in is counted: a whole day, so that nights and mornings count as they are.
_DOEGN = 86_400.0


async def prognose(
    pulje: asyncpg.Pool,
    noegler: Noegler,
    nu: datetime,
    til: datetime,
    *,
    tjenester: Collection[str] = (),
    takster: Mapping[str, float] | None = None,
) -> Prognose:
    """If DFDG (or these services) is away from ``nu`` until ``til``. ``takster``: calls a second that a service may be given.
    Raises ``Betjeningsfejl`` for an end that has passed and for an unknown service."""
    if til < nu:
        raise Betjeningsfejl("--til lies before now", dansk="Slutningen ligger før nu.")
    async with pulje.acquire() as conn, conn.transaction(readonly=True):
        sendt = await kraev_kendte(conn, tjenester)
        faktor, andele, ind = await indstroem(conn, nu)
        lanes = await _lanes(conn, noegler, faktor)
        rater = await rater_for(conn, sendt, takster or {}, {t: ind * a for t, a in andele.items()})
    return forudsig(lanes, rater, nu, til, dag, tjenester)


async def _lanes(conn: Forbindelse, noegler: Noegler, faktor: float) -> list[Lane]:
    """Every lane with work for DFDG; ``faktor``: registrations that an event leads to, on the average."""
    raekker = await conn.fetch(
        """with hoveder as (
               select borger_id, registrering_id from koe where kanal not like '%#spaerret'
               union all select borger_id, registrering_id from krav)
           select k.borger_id, r.tjeneste, o.egne, o.dato,
                  (select count(*) from haendelse h where h.borger_id = k.borger_id and h.tilstand = 'venter'
                   and not h.udenfor) as bagved
           from hoveder k join registrering r on r.id = k.registrering_id,
           lateral (select count(*) as egne, min(haardeste_dato) as dato from registrering x
                    where x.haendelse_ref = r.haendelse_ref and x.fase in ('klar', 'undervejs', 'i_tvivl')) o"""
    )
    slutdatoer: dict[int, list[date]] = defaultdict(list)
    for r in await conn.fetch("select borger_id, data_krypt from overdragelse where registrering = 'afventer'"):
        slut = orjson.loads(noegler.dekrypter(r["data_krypt"])).get("slutdato")
        if slut:
            slutdatoer[r["borger_id"]].append(date.fromisoformat(slut))
    return [
        Lane(r["tjeneste"], r["dato"], max(1, r["egne"]), r["bagved"] * faktor, tuple(slutdatoer[r["borger_id"]]))
        for r in raekker
    ]


async def indstroem(conn: Forbindelse, nu: datetime) -> tuple[float, dict[str, float], float]:
    """What came lately: (registrations that an event leads to, each service's share of them, registrations that come in a
    second)."""
    r = await conn.fetchrow(
        """select count(*) as antal, min(modtaget) as foerst, count(*) filter (where modtaget > $2) as doegnets
           from (select modtaget from haendelse order by id desc limit $1) h""",
        _SENESTE,
        nu - timedelta(seconds=_DOEGN),
    )
    tjenester = Counter(
        x["tjeneste"]
        for x in await conn.fetch(
            """select r.tjeneste from registrering r where r.haendelse_ref in (
                   select id from haendelse order by id desc limit $1)""",
            _SENESTE,
        )
    )
    if r is None or r["antal"] == 0:
        return 0.0, {}, 0.0
    ialt = sum(tjenester.values())
    faktor = ialt / r["antal"]
    vindue = min(_DOEGN, max(1.0, (nu - r["foerst"]).total_seconds()) if r["antal"] == _SENESTE else _DOEGN)
    return faktor, {t: n / ialt for t, n in tjenester.items()}, r["doegnets"] / vindue * faktor


async def rater_for(
    conn: Forbindelse, tjenester: Collection[str], takster: Mapping[str, float], ind: Mapping[str, float]
) -> dict[str, Rate]:
    """What each service takes: the permitted rate where one is set, else the busiest ten seconds of the newest receipts.
    ``ind``: registrations that come in a second, by service."""
    kvitteret: dict[str, list[datetime]] = defaultdict(list)
    svartider: dict[str, list[float]] = defaultdict(list)
    for r in await conn.fetch(
        """select tjeneste, registreret, extract(epoch from registreret - sidst_sendt)::float8 as svartid
           from (select tjeneste, registreret, sidst_sendt from registrering order by id desc limit $1) r
           where registreret is not null""",
        _SENESTE,
    ):
        kvitteret[r["tjeneste"]].append(r["registreret"])
        if r["svartid"] is not None and r["svartid"] > 0:
            svartider[r["tjeneste"]].append(r["svartid"])
    ud = {}
    for t in tjenester:
        spande = Counter(int(x.timestamp()) // _SKRIDT for x in kvitteret[t])
        maalt = max(spande.values(), default=0) / _SKRIDT
        svartid = median(svartider[t]) if svartider[t] else 0.2
        if t in takster:
            ud[t] = Rate(takster[t], tilladt=True, ind=ind.get(t, 0.0), svartid=svartid)
        else:
            ud[t] = Rate(max(maalt, 0.1), ind=min(ind.get(t, 0.0), max(maalt, 0.1) * 0.9), svartid=svartid)
    return ud
