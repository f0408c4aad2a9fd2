"""Works on DFDG's messages: reads the data back, and tells those whom it concerns (I9).

A thin message says that something changed, not what: the data are read under the certificate of the a-kasse that the
message came to, or whose member the citizen is, and DFDG's own refusal decides that an a-kasse is not concerned. Nobody
is told of a citizen whom this gateway does not know, nor anything that the reading did not let it see.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, cast

import asyncpg
from prometheus_client import Counter, Gauge

from contracts.dfdg.besked import MEDLEMSKAB, Art, Beskedtype, Organisation, Webservicebesked, beskedtype
from contracts.dfdg.opslag import STEDER
from contracts.part import rummer_kendt
from gateway.delivery.carrier import Carrier
from gateway.lanes.forsoeg import Opslag, Opslagsart, Opslagssvar, Udfald
from gateway.ledger import dfdgbesked
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.dfdgbesked import Beskedlager, Gemt
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.interne import indsaet
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.vinduer import LAESEPAUSE, lukkede_tjenester
from gateway.rules import dfdg_medlemskab
from gateway.rules.dfdg_medlemskab import Modsigelse, Periode
from gateway.rules.model import KOEBENHAVN, Part
from gateway.rules.regimer import kommune_ens
from gateway.rules.tilstand import Borger

log = logging.getLogger(__name__)

behandlede = Counter("gateway_dfdg_beskeder_behandlet", "DFDG's messages worked on", ["udfald"])
modsagte = Counter("gateway_dfdg_medlemskab_modsagt", "Memberships that DFDG says otherwise than the a-kasse", ["art"])
ventende = Gauge("gateway_dfdg_beskeder", "DFDG's messages that wait or are put aside", ["tilstand"])
aeldste = Gauge("gateway_dfdg_beskeder_aeldste_sekunder", "Age of the oldest of them, in seconds", ["tilstand"])

BESKED = "gateway.dfdg-besked.v1"
_ADVARSEL = {
    "ikke_medlem": "DFDG har ikke borgeren som medlem af a-kassen. Kontrollér medlemskabet, og meld forløbet ud, hvis det er forbi.",
    "anden_slutdato": "DFDG har en anden sidste medlemsdag end a-kassen har meldt.",
    "ikke_udmeldt": "DFDG har stadig borgeren som medlem, skønt a-kassen har meldt udmeldelse.",
}
#: Answers after which DFDG is asked again later.
_SENERE = frozenset({Udfald.UTILGAENGELIG, Udfald.ALDRIG_SENDT, Udfald.INTET_SVAR, Udfald.ADGANG})


class Udskudt(Exception):
    """Not an error: DFDG could not be read now, and the message comes round again. ``aarsag``: a code, nothing personal."""

    def __init__(self, aarsag: str) -> None:
        super().__init__(aarsag)
        self.aarsag = aarsag


class IVindue(Exception):
    """Not an error: what the message points to is read at a service that stands in a planned window."""


class Beskedbehandler:
    """``gaa`` is called every second by one task of the hooks role, and at once when a message has come.

    ``egne_systemer``: the ids by which DFDG knows this installation's system; where none is set, an echo is told by its
    entity and authority.
    """

    def __init__(
        self,
        lager: Beskedlager,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        carrier: Carrier,
        egne_systemer: frozenset[str] = frozenset(),
    ) -> None:
        self._lager = lager
        self._pulje = pulje
        self._motor = motor
        self._noegler = noegler
        self._miljoe = miljoe
        self._ur = ur
        self._carrier = carrier
        self._egne_systemer = egne_systemer

    async def gaa(self) -> int:
        """Works on everything whose turn it is. Returns how many were finished."""
        antal = 0
        while taget := await self._lager.tag():
            antal += sum(await asyncio.gather(*(self._en(g) for g in taget)))
        await self._vis()
        return antal

    async def _vis(self) -> None:
        tal, nu = await self._lager.tal(), self._ur()
        for tilstand in ("ny", "parkeret"):
            antal, siden = tal.get(tilstand, (0, None))
            ventende.labels(tilstand).set(antal)
            aeldste.labels(tilstand).set((nu - siden).total_seconds() if siden else 0)

    async def _en(self, g: Gemt) -> bool:
        try:
            udfald = await self._behandl(g)
        except IVindue:
            await self._lager.vent(g, LAESEPAUSE, "vindue")
            udfald = "udsat"
        except Udskudt as fejl:
            parkeret = await self._lager.udsaet(g, fejl.aarsag)
            udfald = "parkeret" if parkeret else "udsat"
        except DATABASE_VAEK:
            raise
        except Exception as fejl:
            # One message's fault must not stand in the way of others' for good.
            log.exception("dfdg_message_failed", extra={"besked": g.id, "fejl": type(fejl).__name__})
            parkeret = await self._lager.udsaet(g, "intern_fejl")
            udfald = "parkeret" if parkeret else "udsat"
        behandlede.labels(udfald).inc()
        return udfald != "udsat"

    async def _behandl(self, g: Gemt) -> str:
        b = g.besked
        if b is None:
            raise Udskudt("ulaeselig")
        type_ = beskedtype(b.entitet_id)
        if b.cpr is None:
            return await self._uden_borger(g, b, type_)
        async with self._pulje.acquire() as conn:
            borger_id = await dfdgbesked.borger(conn, self._noegler, b.cpr)
            ekko = await self._er_ekko(conn, b)
        if borger_id is None or ekko:
            return await self._afslut(g, "ekko" if ekko else "ukendt_borger")
        tilstand = await self._tilstand(borger_id)
        laest = await self._laes(g, b, type_, tilstand)
        return await self._fortael(g, b, type_, borger_id, laest)

    async def _afslut(self, g: Gemt, tilstand: str, aarsag: str | None = None) -> str:
        async with self._pulje.acquire() as conn:
            await dfdgbesked.faerdig(conn, g, tilstand, self._ur(), aarsag)
        return tilstand

    async def _er_ekko(self, conn: Any, b: Webservicebesked) -> bool:
        """Whether we caused it: by the system's id where the installation's are set, otherwise by entity and authority."""
        if self._egne_systemer and b.system is not None:
            return b.system in self._egne_systemer
        if b.ekstern is None or b.myndighed is None:
            return False
        akasse = await dfdgbesked.egen_registrering(conn, b.ekstern)
        return akasse is not None and b.myndighed == ("akasse", akasse)

    async def _tilstand(self, borger_id: int) -> Borger:
        async with self._pulje.acquire() as conn:
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner([borger_id])
            return e.baner[borger_id].forventet_nu

    # --- reading ----------------------------------------------------------------------------------

    async def _laes(
        self, g: Gemt, b: Webservicebesked, type_: Beskedtype | None, tilstand: Borger
    ) -> Opslagssvar | None:
        """What DFDG has now; None where nothing can be read of this type, or by nobody."""
        if type_ is None or not type_.opslag:
            return None
        akasse = g.modtager[1] if g.modtager and g.modtager[0] == "akasse" else _bekraeftet(tilstand, self._idag())
        if akasse is None:
            return None
        ident = str(b.ekstern) if b.ekstern else None
        return await self._hent(Opslag(cast(Opslagsart, type_.opslag), akasse, b.cpr, ident))

    async def _hent(self, opslag: Opslag) -> Opslagssvar:
        async with self._pulje.acquire() as conn:
            if await lukkede_tjenester(conn, (STEDER[opslag.art].tjeneste,), self._ur()):
                raise IVindue
        svar = await self._carrier.hent(opslag)
        if svar.svar is not None and svar.svar.udfald in _SENERE:
            raise Udskudt(svar.svar.kode or svar.svar.udfald.value)
        return svar

    def _idag(self) -> date:
        return self._ur().astimezone(KOEBENHAVN).date()

    # --- telling ----------------------------------------------------------------------------------

    async def _fortael(
        self, g: Gemt, b: Webservicebesked, type_: Beskedtype | None, borger_id: int, laest: Opslagssvar | None
    ) -> str:
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute("select 1 from lane where borger_id = $1 for update", borger_id)
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner([borger_id])
            bane = e.baner[borger_id]
            if await dfdgbesked.nyere_fortalt(conn, g, b):
                await dfdgbesked.faerdig(conn, g, "sen", e.nu)
                return "sen"
            advarsler: tuple[Modsigelse, ...] = ()
            if b.entitet_id == MEDLEMSKAB and laest is not None:
                advarsler = await self._medlemskaber(e, bane, g, laest)
            modtagere = _modtagere(g, type_, bane.forventet_nu, laest, self._idag())
            for til in modtagere:
                self._send(e, bane, b, til, _body(b, type_, laest), f"dfdg|{g.noegle.hex()}")
            for m in advarsler:
                modsagte.labels(m.art).inc()
                # One contradiction is told once, however many messages show it.
                aarsag = f"dfdg|{bane.pseudonym}|{m.akassekode}|{m.art}|{m.sagt}"
                self._send(e, bane, b, ("akasse", m.akassekode), _advarsel(m), aarsag)
            udfald = "leveret" if modtagere or advarsler else "uden_modtager"
            if not await dfdgbesked.faerdig(conn, g, udfald, e.nu):
                return "ekko"  # another worker was faster; nothing of this is written twice
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")
            return udfald

    async def _medlemskaber(self, e: Enhed, bane: Bane, g: Gemt, laest: Opslagssvar) -> tuple[Modsigelse, ...]:
        """60010: what DFDG says otherwise is loaded in the lane's order; what contradicts an a-kasse's word is returned.

        An a-kasse that may not read of the citizen any more is contradicted by that; what stands instead, nobody knows.
        """
        idag, tilstand = self._idag(), bane.forventet_nu
        if laest.svar is not None:
            modsagte_ = dfdg_medlemskab.modsigelser(tilstand, (), idag)
            return tuple(m for m in modsagte_ if g.modtager == ("akasse", m.akassekode))
        perioder = _perioder(laest.indhold)
        modsagt = dfdg_medlemskab.modsigelser(tilstand, perioder, idag)
        for p in dfdg_medlemskab.nye(tilstand, perioder, idag):
            data: dict[str, Any] = {"akassekode": p.akassekode, "startdato": p.start.isoformat()}
            if p.slut is not None:
                data["slutdato"] = p.slut.isoformat()
            await indsaet(
                e,
                self._motor,
                bane,
                type_=dfdg_medlemskab.TYPE,
                kilde_id=f"{g.noegle.hex()}|{p.akassekode}",
                part=Part("gateway", "dfdg"),
                data=data,
                tid=e.nu,
            )
        return modsagt

    def _send(
        self,
        e: Enhed,
        bane: Bane | None,
        b: Webservicebesked,
        til: Organisation,
        body: dict[str, Any] | None,
        noegle: str,
    ) -> None:
        data: dict[str, Any] = {
            "entitetId": b.entitet_id,
            "entitetNavn": b.entitet_navn,
            "aendringstype": b.aendringstype,
        }
        if b.ekstern is not None:
            data["eksternIdentifier"] = str(b.ekstern)
        if body:
            data["body"] = uden_person(body, (b.cpr, bane.cpr if bane else None))
        e.send(None, bane, f"{til[0]}.{til[1]}.beskeder.v1", BESKED, data, noegle)

    async def _uden_borger(self, g: Gemt, b: Webservicebesked, type_: Beskedtype | None) -> str:
        """About nobody in particular (a job order): to the party to which it came, when it is one of ours."""
        if g.modtager is None or type_ is None or g.modtager[0] not in type_.modtagere or type_.navn != "jobordre":
            return await self._afslut(g, "uden_modtager")
        laest = await self._hent(Opslag("jobordre", None, None, str(b.ekstern) if b.ekstern else None))
        async with self._pulje.acquire() as conn, conn.transaction():
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            kendt = await dfdgbesked.har_topic(conn, g.modtager)
            udfald = "leveret" if kendt else "uden_modtager"
            if await dfdgbesked.nyere_fortalt(conn, g, b):
                udfald = "sen"
            if udfald == "leveret":
                self._send(e, None, b, g.modtager, _body(b, type_, laest), f"dfdg|{g.noegle.hex()}")
            if not await dfdgbesked.faerdig(conn, g, udfald, e.nu):
                return "ekko"
            await skriv(e)
            return udfald


# --- pure ---------------------------------------------------------------------------------------------


def _bekraeftet(tilstand: Borger, dag: date) -> str | None:
    """The a-kasse that DFDG has confirmed for the day (J5)."""
    return next(
        (m.akassekode for m in tilstand.medlemskaber if m.bekraeftet and (m.udmeldt is None or dag <= m.udmeldt)), None
    )


def _modtagere(
    g: Gemt, type_: Beskedtype | None, tilstand: Borger, laest: Opslagssvar | None, dag: date
) -> tuple[Organisation, ...]:
    """Whom the message concerns: by its type, where it came to, and whose the citizen is (I9).

    An a-kasse: the one it came to, or the citizen's own; confirmed by DFDG in the ledger, or by letting it read. A
    jobcenter: that of the residence. Of an unknown type, only the one it came to.
    """
    arter: frozenset[Art] = type_.modtagere if type_ else frozenset({"akasse", "jobcenter"})
    ud: list[Organisation] = []
    if "akasse" in arter:
        egen = _bekraeftet(tilstand, dag)
        til = g.modtager[1] if g.modtager and g.modtager[0] == "akasse" else egen if g.modtager is None else None
        maa_laese = laest is not None and laest.svar is None
        naegtet = laest is not None and laest.svar is not None
        if til is not None and (maa_laese or (til == egen and not naegtet)):
            ud.append(("akasse", til))
    if "jobcenter" in arter:
        kommune = tilstand.kommune(dag)
        til_jobcenter = g.modtager is None and type_ is not None
        if kommune is not None and (
            til_jobcenter
            or (g.modtager is not None and g.modtager[0] == "jobcenter" and kommune_ens(g.modtager[1], kommune))
        ):
            ud.append(("jobcenter", kommune))
    return tuple(ud)


def _body(b: Webservicebesked, type_: Beskedtype | None, laest: Opslagssvar | None) -> dict[str, Any] | None:
    """What was read, and what the message itself carried. Of several entities, the one that the message names."""
    body: dict[str, Any] = {}
    if type_ is not None and type_.felt and laest is not None and laest.fund:
        body[type_.felt] = _den_ene(laest.indhold, str(b.ekstern) if b.ekstern else None)
    if b.body:
        body["besked"] = b.body
    return body or None


def _den_ene(indhold: Any, ident: str | None) -> Any:
    if not isinstance(indhold, list) or ident is None:
        return indhold
    naevnt = [x for x in indhold if isinstance(x, dict) and ident in (str(v).lower() for v in x.values())]
    return naevnt or indhold


def _advarsel(m: Modsigelse) -> dict[str, Any]:
    body = {"advarsel": f"medlemskab_{m.art}", "tekst": _ADVARSEL[m.art]}
    return body | ({"dato": m.dato.isoformat()} if m.dato else {})


def uden_person(vaerdi: Any, numre: Iterable[str | None]) -> Any:
    """DFDG's JSON without the citizen's number: it stands in the message's ``cpr`` already, and nowhere else."""
    kendte = tuple(n for n in numre if n)
    if isinstance(vaerdi, dict):
        return {
            n: uden_person(v, kendte)
            for n, v in vaerdi.items()
            if not (isinstance(v, str) and rummer_kendt(v, kendte)) and not rummer_kendt(str(n), kendte)
        }
    if isinstance(vaerdi, list):
        return [uden_person(v, kendte) for v in vaerdi if not (isinstance(v, str) and rummer_kendt(v, kendte))]
    return None if isinstance(vaerdi, int) and rummer_kendt(str(vaerdi), kendte) else vaerdi


def _perioder(indhold: Any) -> list[Periode]:
    """DFDG's memberships. Raises ``Udskudt`` when they can't be understood: half of them would make a wrong warning."""
    try:
        return [
            Periode(str(x["akassekode"]), _dag(x["startdato"]), _dag(x["slutdato"]) if x.get("slutdato") else None)
            for x in indhold or ()
        ]
    except (KeyError, TypeError, ValueError) as fejl:
        raise Udskudt("uforstaaeligt_svar") from fejl


def _dag(tekst: str) -> date:
    tid = datetime.fromisoformat(tekst)
    return (tid.astimezone(KOEBENHAVN) if tid.tzinfo else tid).date()


__all__ = ["BESKED", "Beskedbehandler", "Udskudt", "uden_person"]
