"""Settling a registration in doubt by hand: somebody has looked at DFDG and says, with evidence, whether it is there.

Only what the gateway's own readings could say may be said: not before the quiet time is over (DFDG may commit until then),
and not while a worker asks DFDG itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.lanes.bane import Haendelsestilstand
from gateway.lanes.forsoeg import Svar, Udfald
from gateway.lanes.registrering import Fase, Vilkaar, afklares_tidligst, afklaret_i_haanden
from gateway.ledger import historik, logbog, rettelsesgang, underretning, visning
from gateway.ledger.aktoer import Aktoer, partens_akasse
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Betjeningsdel, paa_proeve
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import I_TVIVL, Haendelsesraekke, Registreringsraekke
from gateway.rules.model import KOEBENHAVN


@dataclass(frozen=True, slots=True)
class Tvivl:
    """A registration in doubt. ``tidligst``: from when on it may be settled by hand; ``udtoemt``: its event has stopped, so
    that the gateway asks no more by itself."""

    registrering: int
    pseudonym: str
    part: str
    tjeneste: str
    operation: str
    sidst_sendt: datetime | None
    tidligst: datetime | None
    sidste_kode: str | None
    forsoeg: int
    udtoemt: bool


class Haandafklaring(Betjeningsdel):
    """``hvem`` acts; ``ur`` gives the present time; ``stilletid`` as the lanes have it."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        hvem: Aktoer | str,
        stilletid: timedelta,
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur, hvem=hvem)
        self._stilletid = stilletid

    async def alle(self, akasser: frozenset[str] | None = None, *, hoejst: int = 500) -> list[Tvivl]:
        """What is in doubt, oldest first; ``akasser``: only under these certificates."""
        raekker = await self._pulje.fetch(
            f"""select r.id, b.pseudonym, h.part, h.tilstand, r.tjeneste, r.operation, r.sidst_sendt, r.sidste_kode, r.forsoeg
               from registrering r join haendelse h on h.id = r.haendelse_ref join borger b on b.id = r.borger_id
               where {I_TVIVL} and ($1::text[] is null or r.akassekode = any($1)) order by r.id limit $2""",
            None if akasser is None else sorted(akasser),
            hoejst,
        )
        return [
            Tvivl(
                r["id"], r["pseudonym"], r["part"], r["tjeneste"], r["operation"], r["sidst_sendt"],
                r["sidst_sendt"] + self._stilletid if r["sidst_sendt"] else None, r["sidste_kode"], r["forsoeg"],
                r["tilstand"] == Haendelsestilstand.STOPPET.value,
            )
            for r in raekker
        ]  # fmt: skip

    async def afklar(
        self, registrering: int, *, findes: bool, bevis: str, begrundelse: str, registrerings_id: str | None = None
    ) -> None:
        """``findes``: DFDG has it (``registrerings_id``: DFDG's receipt, where it is known); otherwise it is sent again.
        ``bevis`` says where that was seen. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        if not bevis.strip():
            raise Betjeningsfejl(
                "--bevis is required: where was it seen that DFDG has, or lacks, the registration?",
                dansk="Skriv beviset: hvor er det set, at DFDG har, eller mangler, registreringen?",
            )
        async with self._pulje.acquire() as conn, conn.transaction():
            e, h, r, foer = await self._udfoer(conn, registrering, findes, registrerings_id)
            await logbog.noter(
                conn,
                self._aktoer,
                "afklar",
                registrering,
                begrundelse,
                foer={"fase": foer, "haendelse": h.haendelse_id},
                efter={"fase": r.tilstand.fase.value, "bevis": bevis.strip(), "registreringsId": registrerings_id},
                akassekode=partens_akasse(h.part),
            )
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")

    async def proev(self, registrering: int, *, findes: bool) -> dict[str, Any]:
        """What that would lead to, with no effect."""
        async with paa_proeve(self._pulje) as conn:
            e, h, r, _ = await self._udfoer(conn, registrering, findes, None)
            svar = visning.virkning(e, h)
            if not findes:
                svar["registreringer"] = [visning.anmodning(r, [b.cpr for b in e.baner.values()])]
                svar["aflaeses"] = []
            return svar

    async def _udfoer(
        self, conn: Forbindelse, id_: int, findes: bool, registrerings_id: str | None
    ) -> tuple[Enhed, Haendelsesraekke, Registreringsraekke, str]:
        fundet = await conn.fetchrow(
            """select r.borger_id, r.haendelse_ref, h.part from registrering r join haendelse h on h.id = r.haendelse_ref
               where r.id = $1""",
            id_,
        )
        if fundet is None:
            raise Betjeningsfejl(
                f"there is no registration {id_}: `gateway tvivl list` shows those in doubt",
                dansk="Registreringen findes ikke.",
            )
        self._aktoer.kraev(partens_akasse(fundet["part"]))
        borger_id = fundet["borger_id"]
        await conn.execute("select 1 from lane where borger_id = $1 for update", borger_id)
        if await conn.fetchval("select 1 from krav where borger_id = $1", borger_id):
            raise Betjeningsfejl(
                "a worker asks DFDG about this registration just now: try again in a minute",
                dansk="Gatewayen spørger netop nu selv DFDG om registreringen: prøv igen om et minut.",
            )
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        await e.indlaes_baner([borger_id])
        bane = e.baner[borger_id]
        h = (await e.haendelser_fra_db([fundet["haendelse_ref"]]))[fundet["haendelse_ref"]]
        r = next(x for x in h.registreringer if x.id == id_)
        self._kraev_i_tvivl(r, e.nu)
        # A correction of a final event passes before a dead letter in doubt, and may be on its way now.
        await rettelsesgang.kraev_forrest(e, bane, h)
        bane.hoved = h
        if h.identitet is not None:
            await historik.indlaes(e, [borger_id])
        var_stoppet = h.tilstand == Haendelsestilstand.STOPPET
        if var_stoppet:
            self._motor.genoptag(e, bane, h)
        e.ud_af_koe.append(borger_id)
        o = afklaret_i_haanden(r.tilstand, findes=findes, nu=e.nu, stilletid=self._stilletid)
        svar = Svar(Udfald.KVITTERET, registrerings_id=registrerings_id) if findes else None
        vilkaar = Vilkaar(self._stilletid, stop_efter=1_000_000, tilfaeldig=0.0, andre_lykkes=False)
        self._motor.overgang(e, bane, h, r, o, svar, vilkaar)
        # What was put into the queue before it was settled is not asked about any more.
        e.koe = [k for k in e.koe if k.registrering.tilstand.fase in (Fase.KLAR, Fase.I_TVIVL)]
        if var_stoppet:
            d = await conn.fetchrow(
                "select kode, tekst from doedbrev where haendelse_ref = $1 and status = 'aaben'", h.id
            )
            if d is not None:
                underretning.doedbrev(e, h, d["kode"], d["tekst"], "loest")
        await conn.execute("update lane set epoke = epoke + 1 where borger_id = $1", borger_id)
        await ryk_frem(e, self._motor, [bane], find_hoved=bane.hoved is None)
        return e, h, r, Fase.I_TVIVL.value

    def _kraev_i_tvivl(self, r: Registreringsraekke, nu: datetime) -> None:
        if r.tilstand.fase is not Fase.I_TVIVL:
            raise Betjeningsfejl(
                f"the registration is not in doubt (it is {r.tilstand.fase.value})",
                dansk=f"Registreringen er ikke i tvivl (den er {r.tilstand.fase.value}).",
            )
        tidligst = afklares_tidligst(r.tilstand, self._stilletid)
        if tidligst is not None and nu < tidligst:
            raise Betjeningsfejl(
                f"DFDG may still commit it: it can be settled by hand from {tidligst:%Y-%m-%d %H:%M:%S} UTC on",
                dansk=f"DFDG kan stadig nå at gennemføre den: den kan afklares fra {tidligst.astimezone(KOEBENHAVN):%H:%M:%S}.",
            )
