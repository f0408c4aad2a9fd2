"""settle: answers become states, kvitteringer and beskeder, in one transaction for many lanes at once.

Only lanes whose epoch still is the claim's are settled: a worker that lost its lease writes nothing (I11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import asyncpg

from gateway.lanes.bane import Haendelsestilstand, gyldig, opgivet, tilbageholdt
from gateway.lanes.forsoeg import Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Fase, Overgang, Skridt, Vilkaar, efter_aflaesning, efter_svar
from gateway.ledger import historik, rettelsesgang, spaerringer
from gateway.ledger.claim import Krav
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed, Koelinje, Videre
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import Haendelsesraekke, Registreringsraekke
from gateway.ledger.samlet import kolonner
from gateway.ledger.spaerringer import Afvisningstal, Slags

#: More of an answer than this is not kept.
_SVAR_HOEJST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Resultat:
    """What a worker came back with: exactly one of the two answers, and when."""

    krav: Krav
    svar: Svar | None
    laest: Tilbagelaesning | None
    tid: datetime
    #: The attempt's own span (a traceparent): what it leads to goes on from there.
    spor: str | None = None


@dataclass(frozen=True, slots=True)
class Afregnet:
    """For the breaker and the metrics: what the transition said of the channel. ``tabt``: the lease was lost."""

    krav: Krav
    overgang: Overgang | None
    kode: str | None

    @property
    def tabt(self) -> bool:
        return self.overgang is None


class Afregning(Ledgerdel):
    """The settle conversation. ``tilfaeldig`` gives the jitter of waits; ``spaer_efter``: so many citizens refused with
    the same code block that kind of registration."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        stilletid: timedelta,
        stop_efter: int,
        tilfaeldig: Random,
        spaer_efter: int = 25,
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur)
        self._stilletid = stilletid
        self._stop_efter = stop_efter
        self._tilfaeldig = tilfaeldig
        self._spaer_efter = spaer_efter
        #: When this process last wrote that an operation succeeded on a channel, as nearly as matters.
        self._skrevet: dict[tuple[str, str], datetime] = {}

    async def afregn(self, resultater: Sequence[Resultat], videre: Videre | None = None) -> list[Afregnet]:
        """Settles a batch. ``videre`` claims the settled lanes' next heads in the same transaction. Raises what the database
        raises when it is away; the same batch may then be settled again."""
        async with self._pulje.acquire() as conn, conn.transaction():
            ids = sorted(r.krav.borger_id for r in resultater)
            laaste = await conn.fetch(
                """select borger_id, epoke, exists (select 1 from afvisning) as afvisninger from lane
                   where borger_id = any($1::bigint[]) order by borger_id for update""",
                ids,
            )
            epoker = {r["borger_id"]: r["epoke"] for r in laaste}
            gyldige, tabte = [], []
            for r in resultater:
                if gyldig(epoker.get(r.krav.borger_id, -1), r.krav.epoke):
                    gyldige.append(r)
                else:
                    tabte.append(Afregnet(r.krav, None, None))
            if not gyldige:
                return tabte
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner(r.krav.borger_id for r in gyldige)
            haendelser = await e.hoveder_fra_db({r.krav.haendelse_ref for r in gyldige})
            senest, succeser = await self._andres_succes(conn, haendelser, gyldige)
            tal = await self._afvisningstal(conn, haendelser, gyldige, e.nu, nogen=laaste[0]["afvisninger"])
            afregnet = []
            for r in gyldige:
                h = haendelser[r.krav.haendelse_ref]
                if h.identitet is not None:
                    await historik.indlaes(e, [r.krav.borger_id])
                afregnet.append(self._en(e, h, r, senest, tal))
                if h.tilstand == Haendelsestilstand.STOPPET:
                    await rettelsesgang.efter_stop(e, self._motor, e.baner[r.krav.borger_id], h)
                if h.tilstand == Haendelsestilstand.STOPPET:
                    await rettelsesgang.vig(e, e.baner[r.krav.borger_id], h)
            # Epochs rise on settling too: the same answer settled twice finds another epoch. The claims are over.
            afregnede = [r.krav.borger_id for r in gyldige]
            e.frigiv += afregnede
            for borger_id in afregnede:
                e.haev(borger_id)
            await self._frem(e)
            await tal.skriv(conn)
            await skriv(e, videre)
            await self._skriv_succes(conn, succeser)
            return [*afregnet, *tabte]

    async def _frem(self, e: Enhed) -> None:
        ledige = [b for b in e.baner.values() if b.hoved is None or b.genopbyg]
        if ledige:
            await ryk_frem(e, self._motor, ledige)

    async def _afvisningstal(
        self,
        conn: Forbindelse,
        haendelser: dict[int, Haendelsesraekke],
        gyldige: list[Resultat],
        nu: datetime,
        *,
        nogen: bool,
    ) -> Afvisningstal:
        """``nogen``: something had been refused when the lanes were locked."""
        if not nogen and not any(r.svar is not None and r.svar.udfald is Udfald.AFVIST for r in gyldige):
            # Nothing to count, and nothing that a block could hold back.
            return spaerringer.ingen(self._spaer_efter, nu)
        arter = {r.id: _slags(r) for h in haendelser.values() for r in h.registreringer}
        return await spaerringer.indlaes(conn, (arter[r.krav.registrering_id] for r in gyldige), self._spaer_efter, nu)

    def _en(
        self,
        e: Enhed,
        h: Haendelsesraekke,
        r: Resultat,
        senest: dict[tuple[str, str], datetime],
        tal: Afvisningstal,
    ) -> Afregnet:
        bane = e.baner[r.krav.borger_id]
        bane.hoved = h
        h.spor = r.spor or h.spor
        registrering = next(x for x in h.registreringer if x.id == r.krav.registrering_id)
        vilkaar = Vilkaar(
            stilletid=self._stilletid,
            stop_efter=self._stop_efter,
            tilfaeldig=self._tilfaeldig.random(),
            andre_lykkes=self._andre_lykkes(registrering, r, senest),
        )
        svar = r.svar or (r.laest.svar if r.laest else None)
        registrering.besvaret = r.tid
        registrering.http_status = svar.http_status if svar else None
        registrering.svar = (r.svar.raa if r.svar else r.laest.raa if r.laest else b"")[:_SVAR_HOEJST]
        if r.svar is not None:
            overgang = efter_svar(registrering.tilstand, r.krav.foer, r.svar, r.tid, vilkaar)
        elif r.laest is not None:
            overgang = efter_aflaesning(registrering.tilstand, r.laest, r.tid, vilkaar)
        else:
            raise ValueError("a result carries an answer or a reading")
        if overgang.tilstand.fase is Fase.STOPPET and self._dato_udloebet(registrering, h, e):
            self._afgoer_igen(e, bane_h=h, registrering=registrering, overgang=overgang)
        elif _indhold_afvist(overgang, r) and tal.spaerret(_slags(registrering)):
            # Its kind is held back: not one more dead letter of the same fault.
            registrering.tilstand = tilbageholdt(overgang.tilstand)
            e.gem_registrering(registrering)
            e.koe.append(Koelinje(bane.borger_id, registrering, e.nu))
        else:
            if _indhold_afvist(overgang, r):
                tal.afvist(_slags(registrering), overgang.tilstand.sidste_kode or "", bane.borger_id)
            elif overgang.tilstand.fase is Fase.REGISTRERET:
                tal.lykkedes(_slags(registrering))
            self._motor.overgang(e, bane, h, registrering, overgang, svar, vilkaar)
        return Afregnet(r.krav, overgang, svar.kode if svar else None)

    @staticmethod
    def _andre_lykkes(registrering: Registreringsraekke, r: Resultat, senest: dict[tuple[str, str], datetime]) -> bool:
        siden = registrering.tilstand.sidste_fejl
        succes = senest.get((r.krav.kanal, r.krav.handling))
        return succes is not None and siden is not None and succes > siden

    async def _andres_succes(
        self, conn: Forbindelse, haendelser: dict[int, Haendelsesraekke], resultater: Sequence[Resultat]
    ) -> tuple[dict[tuple[str, str], datetime], list[tuple[str, str, datetime]]]:
        """When another citizen's registration of the same operation last succeeded on the channel (I5), this batch included;
        and what of it is to be written. The ledger is asked where something of the batch has failed before."""
        nye: dict[tuple[str, str], datetime] = {}
        for r in resultater:
            if r.svar is not None and r.svar.udfald is Udfald.KVITTERET:
                n = (r.krav.kanal, r.krav.handling)
                nye[n] = max(nye.get(n, r.tid), r.tid)
        kendte: dict[tuple[str, str], datetime] = {}
        fejlede = {x.id for h in haendelser.values() for x in h.registreringer if x.tilstand.sidste_fejl is not None}
        spurgte = {(r.krav.kanal, r.krav.handling) for r in resultater if r.krav.registrering_id in fejlede}
        if spurgte:
            kendte = {
                (r["kanal"], r["handling"]): r["senest"]
                for r in await conn.fetch(
                    """select s.* from kanal_succes s join unnest($1::text[], $2::text[]) n(kanal, handling)
                       using (kanal, handling)""",
                    *kolonner(spurgte),
                )
            }
        # Written coarsely: what matters is whether somebody succeeded since a failure seconds ago.
        skal_skrives = [
            (k, h, t)
            for (k, h), t in sorted(nye.items())
            if (k, h) not in self._skrevet or t - self._skrevet[k, h] > timedelta(milliseconds=250)
        ]
        senest = {
            n: max(t for t in (kendte.get(n), nye.get(n)) if t is not None) for n in spurgte if n in kendte or n in nye
        }
        return senest, skal_skrives

    async def _skriv_succes(self, conn: Forbindelse, nye: list[tuple[str, str, datetime]]) -> None:
        """Last in the transaction: a channel's row is every settler's, and held until the commit."""
        if nye:
            await conn.executemany(
                """insert into kanal_succes (kanal, handling, senest) values ($1, $2, $3)
                   on conflict (kanal, handling) do update set senest = greatest(kanal_succes.senest, excluded.senest)""",
                nye,
            )
            self._skrevet.update({(k, h): t for k, h, t in nye})

    def _dato_udloebet(self, registrering: Registreringsraekke, h: Haendelsesraekke, e: Enhed) -> bool:
        """A registration whose decision used the day of sending (S8), refused on a later day: decided again first."""
        return registrering.afgjort_for is not None and self._motor.idag(e.nu, h) > registrering.afgjort_for

    def _afgoer_igen(
        self, e: Enhed, bane_h: Haendelsesraekke, registrering: Registreringsraekke, overgang: Overgang
    ) -> None:
        registrering.tilstand = opgivet(overgang.tilstand)
        e.gem_registrering(registrering)
        bane = e.baner[registrering.borger_id]
        bane.hoved = None
        self._motor.saet_hoved(e, bane, bane_h)


def _slags(r: Registreringsraekke) -> Slags:
    return Slags(r.anmodning.tjeneste, r.anmodning.akassekode, r.art)


def _indhold_afvist(o: Overgang, r: Resultat) -> bool:
    """DFDG refused the content, and that is the end of it (not to be read back first)."""
    return o.tilstand.fase is Fase.STOPPET and r.svar is not None and r.svar.udfald is Udfald.AFVIST


__all__ = ["Afregnet", "Afregning", "Resultat", "Skridt"]
