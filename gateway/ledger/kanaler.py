"""Channels in the ledger: their breakers, shared by all replicas, and what they and the buckets let through now."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from contracts.dfdg.opslag import LAESETJENESTER, SKIFTETJENESTER
from gateway.errors import Betjeningsfejl
from gateway.lanes import afbryder, spand
from gateway.lanes.afbryder import Afbryder, Tilstand, Udslag
from gateway.lanes.fordeling import fordel
from gateway.lanes.spand import Spand
from gateway.ledger.db import Forbindelse

log = logging.getLogger(__name__)


def i_vindue(nu: str) -> str:
    """SQL, for rows of ``kanal k``: whether a planned window of the service stands at the parameter ``nu`` (``$1``), or
    has ended without its channels' reopening yet."""
    return f"""exists (select 1 from vindue v where v.fra <= {nu} and v.meldt <> 'slut'
        and (v.tjenester = '{{}}' or k.tjeneste = any(v.tjenester)))"""


#: SQL, for rows of ``kanal k``: whether an operator has paused the service or the a-kasse.
PAA_PAUSE = """exists (select 1 from pause p where p.ophaevet is null
    and (p.art = 'tjeneste' and p.vaerdi = k.tjeneste or p.art = 'akasse' and p.vaerdi = k.akassekode))"""
#: SQL, for heads ``n`` (borger_id, tjeneste, akassekode, art, and klar: not in doubt): whether their kind is blocked (spaerringer);
#: what is in doubt is settled all the same. And whether an operator has paused their lane (pauser).
ER_SPAERRET = """n.klar and exists (select 1 from spaerring s where s.ophaevet is null and s.tjeneste = n.tjeneste and s.art = n.art
    and (s.akassekode is null or s.akassekode = n.akassekode))"""
BANE_PAA_PAUSE = "exists (select 1 from pause p where p.ophaevet is null and p.borger_id = n.borger_id)"
#: SQL, for rows of ``kanal k``: how the channel stands at the parameter ``$2``, as ``pladser`` asks.
STAND = f"""k.kanal, k.tilstand, k.udgave, {i_vindue("$2")} or {PAA_PAUSE} as holdt"""


@dataclass(frozen=True, slots=True)
class Kanaludfald:
    """A claim that came back: in which edition of the breaker it was made, and what it says of the channel."""

    kanal: str
    udgave: int
    udslag: Udslag
    kode: str | None


@dataclass(slots=True)
class Pladser:
    """What may be claimed of each channel now; ``bogfoer`` writes what was."""

    antal: dict[str, int]
    udgaver: dict[str, int]
    lukkede: frozenset[str]
    afbrydere: dict[str, Afbryder]
    spande: dict[str, Spand]
    nu: datetime

    async def bogfoer(self, conn: Forbindelse, tagne: Mapping[str, int]) -> None:
        """``tagne``: how many heads of each channel were claimed in this transaction."""
        for kanal, a in sorted(self.afbrydere.items()):
            await _skriv(conn, kanal, afbryder.tagne(a, tagne.get(kanal, 0), self.nu), self.nu)
        brugt: dict[str, int] = defaultdict(int)
        for kanal, antal in tagne.items():
            brugt[tjeneste(kanal)] += antal
        for navn, s in sorted(self.spande.items()):
            s = spand.tag(s, brugt[navn])
            await conn.execute(
                """insert into spand (tjeneste, indhold, tid) values ($1, $2, $3)
                   on conflict (tjeneste) do update set indhold = excluded.indhold, tid = excluded.tid""",
                navn,
                s.indhold,
                s.tid,
            )


def tjeneste(kanal: str) -> str:
    """The DFDG service of a channel."""
    return kanal.partition("|")[0]


async def pladser(
    conn: Forbindelse,
    oensket: Mapping[str, int],
    takster: Mapping[str, float],
    taalmodighed: timedelta,
    nu: datetime,
    *,
    staar: Sequence[asyncpg.Record] | None = None,
) -> Pladser:
    """What windows, breakers and buckets let through of ``oensket`` (heads per channel). Breakers that limit and the
    buckets are locked until the caller's transaction ends. ``takster``: calls a second per service. ``staar``: the channels'
    rows (``STAND``) where this transaction has just read them."""
    ud = Pladser({}, {}, frozenset(), {}, {}, nu)
    if staar is None:
        staar = await conn.fetch(f"select {STAND} from kanal k where k.kanal = any($1::text[])", list(oensket), nu)
    raekker = [r for r in staar if r["kanal"] in oensket]
    lukkede = {r["kanal"] for r in raekker if r["tilstand"] == "aaben" and not r["holdt"]}
    ud.lukkede = frozenset(lukkede)
    ud.udgaver = {r["kanal"]: r["udgave"] for r in raekker if r["kanal"] in lukkede}
    ud.antal = {k: oensket[k] for k in oensket if k in lukkede}
    begraensede = [r["kanal"] for r in raekker if r["tilstand"] != "aaben" and not r["holdt"]]
    for r in await _laas(conn, begraensede):
        antal, a = afbryder.tag(_afbryder(r), oensket[r["kanal"]], nu, taalmodighed)
        if antal > 0:
            ud.antal[r["kanal"]] = antal
            ud.udgaver[r["kanal"]] = a.udgave
            ud.afbrydere[r["kanal"]] = a
    await _efter_takst(conn, ud, takster)
    return ud


async def _efter_takst(conn: Forbindelse, p: Pladser, takster: Mapping[str, float]) -> None:
    """Caps each service's channels together at what its bucket holds, evenly."""
    navne = sorted({tjeneste(k) for k in p.antal} & set(takster))
    if not navne:
        return
    await conn.executemany(
        "insert into spand (tjeneste, indhold, tid) values ($1, $2, $3) on conflict do nothing",
        [(n, spand.fyldt(None, takster[n], p.nu).indhold, p.nu) for n in navne],
    )
    for r in await conn.fetch(
        "select * from spand where tjeneste = any($1::text[]) order by tjeneste for update", navne
    ):
        navn = r["tjeneste"]
        s = spand.fyldt(Spand(r["indhold"], r["tid"]), takster[navn], p.nu)
        p.spande[navn] = s
        p.antal.update(fordel(spand.hele(s), {k: n for k, n in p.antal.items() if tjeneste(k) == navn}))


class Kanaler:
    """``efter`` takes in what claims said of their channels; ``ur`` gives the present time."""

    def __init__(self, pulje: asyncpg.Pool, ur: Callable[[], datetime]) -> None:
        self._pulje = pulje
        self._ur = ur

    async def efter(self, udfald: Sequence[Kanaludfald]) -> None:
        """Moves breakers on. Where one takes a step towards closing, everybody who waited there is ready at once.

        An outage that a planned window explains opens nothing and raises no alarm.
        """
        efter_kanal: dict[str, list[Kanaludfald]] = defaultdict(list)
        for u in udfald:
            efter_kanal[u.kanal].append(u)
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            vinduer = {
                r["kanal"]
                for r in await conn.fetch(
                    f"select k.kanal from kanal k where k.kanal = any($1::text[]) and {i_vindue('$2')}",
                    list(efter_kanal),
                    nu,
                )
            }
            frem = False
            for r in await _laas(conn, list(efter_kanal)):
                kanal = r["kanal"]
                foer = _afbryder(r)
                ventende = await conn.fetchval("select count(*) from koe where kanal = $1", kanal)
                a = foer
                for u in efter_kanal[kanal]:
                    a = _flyt(a, u, nu, ventende, kanal in vinduer)
                if a == foer:
                    continue
                await _skriv(conn, kanal, a, nu)
                _fortael(kanal, foer, a)
                if a.udgave != foer.udgave and a.tilstand is not Tilstand.AABEN:
                    frem = True
                    # Whom another transaction holds is being claimed or settled just now; waiting for it here, without
                    # its lane's lock, could end in a deadlock.
                    await conn.execute(
                        """update koe set klar_fra = $2 where borger_id in (
                               select borger_id from koe where kanal = $1 and klar_fra > $2
                               order by borger_id for update skip locked)""",
                        kanal,
                        nu,
                    )
            if frem:
                await conn.execute("select pg_notify('koe', '')")


def _flyt(a: Afbryder, u: Kanaludfald, nu: datetime, ventende: int, i_vindue: bool) -> Afbryder:
    nedbrud = u.udslag in (Udslag.NEDBRUD, Udslag.ADGANG)
    if nedbrud and i_vindue:
        return a
    if a.tilstand is Tilstand.LUKKET:
        if nedbrud and u.udgave == a.udgave:
            return afbryder.aabn(a, nu, u.kode, adgang=u.udslag is Udslag.ADGANG)
        return a
    return afbryder.efter(a, u.udgave, u.udslag, nu, u.kode, ventende)


def _fortael(kanal: str, foer: Afbryder, a: Afbryder) -> None:
    if foer.tilstand is Tilstand.LUKKET and a.tilstand is Tilstand.AABEN:
        log.warning("channel_opened", extra={"kanal": kanal, "kode": a.aarsag})
    elif a.tilstand is Tilstand.LUKKET:
        log.warning("channel_closed", extra={"kanal": kanal})
    elif a.tilstand is Tilstand.GENAABNER and a.trin > foer.trin:
        log.info("channel_reopens", extra={"kanal": kanal, "trin": a.trin})


async def genaabn(
    conn: Forbindelse, tjenester: Sequence[str], nu: datetime, akassekode: str | None = None
) -> list[str]:
    """After a planned window or a pause the channels of these services (none named: all), of one a-kasse or all, reopen in
    steps, but for those that another window or pause keeps closed. Returns which."""
    raekker = await conn.fetch(
        f"""select k.kanal from kanal k where ($1::text[] = '{{}}' or k.tjeneste = any($1::text[]))
            and ($3::text is null or k.akassekode = $3)
            and not {i_vindue("$2")} and not {PAA_PAUSE} order by k.kanal""",
        list(tjenester),
        nu,
        akassekode,
    )
    kanaler = [r["kanal"] for r in raekker]
    for r in await _laas(conn, kanaler):
        await _skriv(conn, r["kanal"], afbryder.genaabn(_afbryder(r), nu), nu)
    return kanaler


async def _laas(conn: Forbindelse, kanaler: list[str]) -> list[Any]:
    if not kanaler:
        return []
    raekker: list[Any] = await conn.fetch(
        "select * from kanal where kanal = any($1::text[]) order by kanal for update", kanaler
    )
    return raekker


_TIL_LEDGER = {Tilstand.LUKKET: "aaben", Tilstand.GENAABNER: "genaabner"}
_FRA_LEDGER = {
    "aaben": Tilstand.LUKKET,
    "nede": Tilstand.AABEN,
    "adgang": Tilstand.AABEN,
    "genaabner": Tilstand.GENAABNER,
}


def _afbryder(r: Any) -> Afbryder:
    return Afbryder(
        tilstand=_FRA_LEDGER[r["tilstand"]],
        udgave=r["udgave"],
        trin=r["trin"],
        tilbage=r["tilbage"],
        ude=r["ude"],
        kvitteret=r["kvitteret"],
        trin_fra=r["trin_fra"],
        proever=r["proever"],
        naeste_proeve=r["naeste_proeve"],
        siden=r["siden"],
        aarsag=r["aarsag"],
        adgang=r["tilstand"] == "adgang",
    )


async def _skriv(conn: Forbindelse, kanal: str, a: Afbryder, nu: datetime) -> None:
    tilstand = _TIL_LEDGER.get(a.tilstand) or ("adgang" if a.adgang else "nede")
    await conn.execute(
        """update kanal set tilstand = $2, udgave = $3, trin = $4, tilbage = $5, ude = $6, kvitteret = $7, trin_fra = $8,
                  proever = $9, naeste_proeve = $10, siden = $11, aarsag = $12
           where kanal = $1""",
        kanal,
        tilstand,
        a.udgave,
        a.trin,
        a.tilbage,
        a.ude,
        a.kvitteret,
        a.trin_fra,
        a.proever,
        a.naeste_proeve,
        a.siden or nu,
        a.aarsag,
    )


async def kraev_kendte(conn: Forbindelse, tjenester: Collection[str]) -> set[str]:
    """``tjenester`` are services that something was sent to, that a setting may let something be sent to, or that are only
    read. Returns all of the first. Raises ``Betjeningsfejl``."""
    sendt = {r["tjeneste"] for r in await conn.fetch("select distinct tjeneste from kanal")}
    if ukendte := sorted(set(tjenester) - sendt - SKIFTETJENESTER - LAESETJENESTER):
        kendte = ", ".join(sorted(sendt | SKIFTETJENESTER | LAESETJENESTER))
        raise Betjeningsfejl(
            f"nothing was ever sent to {', '.join(ukendte)}; known are {kendte}",
            dansk=f"Der er aldrig sendt noget til {', '.join(ukendte)}; kendte er {kendte}.",
        )
    return sendt
