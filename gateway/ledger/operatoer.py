"""What an operator may do with dead letters: retry, replace, skip. Each with a reason, kept for good, order intact.

A stopped event stands at its lane's head, so whatever is done to it happens before its followers move.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from contracts.envelope import Forstaaet, Post, Uforstaaet, laes
from gateway.errors import Betjeningsfejl
from gateway.lanes.bane import Genkoersel, Haendelsestilstand, genkoersel, i_luften
from gateway.ledger import historik, indgang, logbog, rettelsesgang, underretning, visning
from gateway.ledger.aktoer import partens_akasse
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.ledgerdel import Betjeningsdel, paa_proeve
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import Haendelsesraekke, Indhold
from gateway.rules.model import Fejl


@dataclass(frozen=True, slots=True)
class Doedbrevsvisning:
    """A dead letter as operators see it: masked, with what it holds back."""

    dlq_id: UUID
    udgave: int
    part: str
    type: str | None
    kode: str
    tekst: str
    status: str
    siden: datetime
    foelgere: int
    haendelse_id: str | None
    pseudonym: str | None


@dataclass(slots=True)
class _Udfoert:
    """An act that is done but not yet written. ``indhold``: what it changed in the event, before and after."""

    e: Enhed
    h: Haendelsesraekke
    foer: dict[str, Any]
    efter: dict[str, Any]
    akassekode: str | None
    indhold: dict[str, Any] | None


_Handling = Callable[[Enhed, Bane | None, Haendelsesraekke], Awaitable[str]]


class Operatoer(Betjeningsdel):
    """``hvem`` is who acts (a name alone: the command line's user); ``ur`` gives the present time."""

    # --- reading ---------------------------------------------------------------------------------

    async def liste(self, *, kun_aabne: bool = True, kode: str | None = None) -> list[Doedbrevsvisning]:
        """Dead letters, oldest first."""
        raekker = await self._pulje.fetch(
            """select d.*, h.haendelse_id, b.pseudonym, h.plads, h.id as ref, h.borger_id,
                      (select count(*) from haendelse f where f.borger_id = h.borger_id and not h.udenfor
                       and f.tilstand = 'venter' and not f.udenfor) as foelgere
               from doedbrev d join haendelse h on h.id = d.haendelse_ref left join borger b on b.id = h.borger_id
               where (not $1 or d.status = 'aaben') and ($2::text is null or d.kode = $2)
               order by d.siden, d.id""",
            kun_aabne,
            kode,
        )
        return [
            Doedbrevsvisning(
                r["id"], r["udgave"], r["part"], r["type"], r["kode"], r["tekst"], r["status"], r["siden"],
                r["foelgere"], r["haendelse_id"], r["pseudonym"],
            )
            for r in raekker
        ]  # fmt: skip

    async def vis(self, dlq_id: UUID) -> dict[str, Any]:
        """One dead letter with its event (``cpr`` masked), its registrations and the operator's acts on it."""
        d = await self._pulje.fetchrow(
            """select d.*, h.kilde, h.haendelse_id, h.raa_krypt, h.tilstand, h.modtaget, b.pseudonym
               from doedbrev d join haendelse h on h.id = d.haendelse_ref left join borger b on b.id = h.borger_id
               where d.id = $1""",
            dlq_id,
        )
        if d is None:
            raise Betjeningsfejl(f"there is no dead letter {dlq_id}: `gateway dlq list --alle` shows them")
        registreringer = await self._pulje.fetch(
            """select nr, tjeneste, operation, fase, forsoeg, sidste_kode, sidst_sendt from registrering
               where haendelse_ref = $1 order by nr""",
            d["haendelse_ref"],
        )
        handlinger = await self._pulje.fetch(
            "select tid, hvem, handling, begrundelse from betjening where maal = $1 order by id", str(dlq_id)
        )
        return {
            "dlqId": str(d["id"]),
            "udgave": d["udgave"],
            "part": d["part"],
            "type": d["type"],
            "kode": d["kode"],
            "tekst": d["tekst"],
            "status": d["status"],
            "siden": d["siden"].isoformat(),
            "kilde": d["kilde"],
            "haendelseId": d["haendelse_id"],
            "borger": d["pseudonym"],
            "haendelse": visning.haendelse(self._noegler.dekrypter(d["raa_krypt"])),
            "registreringer": [
                {k: str(v) if isinstance(v, datetime) else v for k, v in dict(r).items()} for r in registreringer
            ],
            "handlinger": [{**dict(r), "tid": r["tid"].isoformat()} for r in handlinger],
        }

    async def data(self, dlq_id: UUID) -> Any:
        """The stopped event's ``data`` as it was received, unmasked: what an edited copy is put together with. Raises
        ``Betjeningsfejl``, ``Adgangsfejl``."""
        d = await self._pulje.fetchrow(
            "select d.part, h.raa_krypt from doedbrev d join haendelse h on h.id = d.haendelse_ref where d.id = $1",
            dlq_id,
        )
        if d is None:
            raise Betjeningsfejl(f"there is no dead letter {dlq_id}", dansk="Der er intet stoppet med det id.")
        self._aktoer.kraev(partens_akasse(d["part"]))
        try:
            return orjson.loads(self._noegler.dekrypter(d["raa_krypt"]))["data"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise Betjeningsfejl(
                "the record is no event", dansk="Posten er ikke en hændelse og kan ikke erstattes."
            ) from None

    async def efter_kode(self, kode: str) -> list[UUID]:
        """The open dead letters of one cause, in the order in which they stopped."""
        return [d.dlq_id for d in await self.liste(kode=kode)]

    # --- acting ----------------------------------------------------------------------------------

    async def genkoer(self, ider: Sequence[UUID], begrundelse: str) -> list[UUID]:
        """Decides the events again and sends them. In-doubt registrations are settled first, by their class's way."""
        for id_ in ider:
            await self._handl(id_, "retry", begrundelse, self._genkoer)
        return list(ider)

    async def erstat(self, dlq_id: UUID, data: bytes, begrundelse: str) -> None:
        """Replaces the event's ``data`` (JSON: the data alone, or the whole event). The original is kept."""
        await self._handl(dlq_id, "replace", begrundelse, self._erstatning(data))

    def _erstatning(self, data: bytes) -> _Handling:
        async def handling(e: Enhed, bane: Bane | None, h: Haendelsesraekke) -> str:
            if bane is None or h.udenfor:
                raise Betjeningsfejl(
                    "only a stopped event in a citizen's order can be replaced; ask the publisher to send it again",
                    dansk="Kun en stoppet hændelse i en borgers rækkefølge kan erstattes; bed udgiveren sende den igen.",
                )
            if i_luften(h.faser):
                raise Betjeningsfejl(
                    "a registration of this event is in doubt: retry it first, so that it is settled",
                    dansk="En registrering af hændelsen er i tvivl: genkør den først, så den bliver afklaret.",
                )
            ny = self._laes_erstatning(h, data)
            await e.conn.execute(
                """update haendelse set original_krypt = coalesce(original_krypt, raa_krypt), raa_krypt = $2
                   where id = $1""",
                h.id,
                self._noegler.krypter(ny.raa),
            )
            h.indhold = Indhold(ny.raa)
            if ny.data.cpr != bane.cpr:
                raise Betjeningsfejl(
                    "the replacement is about another person: the citizen of an event can't be changed",
                    dansk="Erstatningen handler om en anden person; borgeren kan ikke ændres.",
                )
            self._motor.afgoer_forfra(e, bane, h)
            return "erstattet"

        return handling

    async def spring_over(self, ider: Sequence[UUID], begrundelse: str) -> list[UUID]:
        """Gives the events up: what DFDG has receipted stands, followers move on."""
        for id_ in ider:
            await self._handl(id_, "skip", begrundelse, self._spring_over)
        return list(ider)

    # --- dry runs ----------------------------------------------------------------------------------

    async def proev(self, navn: Literal["retry", "skip"], dlq_id: UUID) -> dict[str, Any]:
        """What the act would lead to and send, with no effect (``visning.virkning``). Raises ``Betjeningsfejl``."""
        return await self._proev(dlq_id, self._genkoer if navn == "retry" else self._spring_over)

    async def proev_erstat(self, dlq_id: UUID, data: bytes) -> dict[str, Any]:
        """The same for a replacement."""
        return await self._proev(dlq_id, self._erstatning(data))

    async def i_proeve(
        self, conn: Forbindelse, navn: Literal["retry", "skip"], dlq_id: UUID
    ) -> tuple[Enhed, Haendelsesraekke]:
        """The act in the caller's transaction, which is rolled back: its unit of work, not written, and the event. Raises
        ``Betjeningsfejl``."""
        u = await self._udfoer(conn, dlq_id, self._genkoer if navn == "retry" else self._spring_over)
        return u.e, u.h

    async def _proev(self, dlq_id: UUID, handling: _Handling) -> dict[str, Any]:
        async with paa_proeve(self._pulje) as conn:
            u = await self._udfoer(conn, dlq_id, handling)
            return visning.virkning(u.e, u.h)

    async def _genkoer(self, e: Enhed, bane: Bane | None, h: Haendelsesraekke) -> str:
        if h.kilde is None or h.haendelse_id is None or h.tilstand != Haendelsestilstand.STOPPET:
            raise Betjeningsfejl(
                "this record was refused and can't be retried: the publisher sends it again, corrected",
                dansk="Posten blev afvist og kan ikke genkøres; udgiveren sender den igen, rettet.",
            )
        if h.udenfor:
            await self._ind_i_banen(e, bane, h)
            return "genkoert"
        if bane is None:
            raise Betjeningsfejl("the event has no citizen")
        if genkoersel(h.faser) is Genkoersel.AFKLAR:
            self._motor.genoptag(e, bane, h)
        else:
            self._motor.afgoer_forfra(e, bane, h)
        return "genkoert"

    async def _ind_i_banen(self, e: Enhed, bane: Bane | None, h: Haendelsesraekke) -> None:
        """An unknown type that an upgrade has made known: it enters at the end, flagged."""
        laest = laes(Post(h.topic, h.partition, h.post_offset, None, h.raa, ()), e.nu)
        if not isinstance(laest, Forstaaet) or bane is None:
            grund = laest.fejl.tekst if isinstance(laest, Uforstaaet) else "typen er stadig ukendt"
            raise Betjeningsfejl(
                f"the event is still not understood ({grund}): skip it, or retry after an upgrade",
                dansk=f"Hændelsen forstås stadig ikke ({grund}): spring den over, eller genkør efter en opgradering.",
            )
        h.udenfor = False
        h.indhold = Indhold(laest.raa)
        h.plads = int(await e.conn.fetchval("select nextval(pg_get_serial_sequence('haendelse', 'id'))"))
        h.flag = (*h.flag, "uden_for_raekkefoelge")
        await e.conn.execute("update haendelse set raa_krypt = $2 where id = $1", h.id, self._noegler.krypter(h.raa))
        await indgang.ind(e, self._motor, bane, h, laest)

    async def _spring_over(self, e: Enhed, bane: Bane | None, h: Haendelsesraekke) -> str:
        if h.tilstand != Haendelsestilstand.STOPPET:
            raise Betjeningsfejl(
                "the event is not stopped: there is nothing to skip", dansk="Hændelsen er ikke stoppet."
            )
        if i_luften(h.faser):
            raise Betjeningsfejl(
                "a registration of this event is in doubt: retry it first, so that it is settled, then skip",
                dansk="En registrering af hændelsen er i tvivl: genkør den, så den bliver afklaret, og spring så over.",
            )
        fejl = Fejl("sprunget_over", "Hændelsen er opgivet af driften.")
        if bane is None or h.udenfor:
            # It stands in no lane: whatever the citizen has on its way goes on untouched.
            h.bliver(Haendelsestilstand.ENDELIG)
            h.status, h.endelig_tid, h.fejlkode = "sprunget_over", e.nu, fejl.kode
            e.gem(h)
            underretning.kvitter(e, bane, h, "sprunget_over", fejl.tekst, endelig=True, fejl=fejl)
        else:
            self._motor.opgiv(e, bane, h, fejl, fejl.tekst)
        return "sprunget_over"

    async def _handl(self, dlq_id: UUID, navn: str, begrundelse: str, handling: _Handling) -> None:
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        async with self._pulje.acquire() as conn, conn.transaction():
            u = await self._udfoer(conn, dlq_id, handling)
            await logbog.noter(
                conn,
                self._aktoer,
                navn,
                dlq_id,
                begrundelse,
                foer=u.foer,
                efter=u.efter,
                akassekode=u.akassekode,
                indhold_krypt=self._noegler.krypter(orjson.dumps(u.indhold)) if u.indhold else None,
            )
            await skriv(u.e)
            await conn.execute("select pg_notify('koe', '')")

    async def _udfoer(self, conn: Forbindelse, dlq_id: UUID, handling: _Handling) -> _Udfoert:
        """Does the act in the caller's transaction, up to but not including its writing."""
        d = await conn.fetchrow(
            "select d.*, h.borger_id from doedbrev d join haendelse h on h.id = d.haendelse_ref where d.id = $1",
            dlq_id,
        )
        if d is None:
            raise Betjeningsfejl(
                f"there is no dead letter {dlq_id}: `gateway dlq list` shows them",
                dansk="Der er intet stoppet med det id.",
            )
        akassekode = partens_akasse(d["part"])
        self._aktoer.kraev(akassekode)
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        bane = await self._laast_bane(e, d["borger_id"])
        # Read again under the lane's lock: somebody may have acted meanwhile.
        foer = await conn.fetchval("select status from doedbrev where id = $1 for update", dlq_id)
        if foer != "aaben":
            raise Betjeningsfejl(
                f"dead letter {dlq_id} is no longer open ({foer})",
                dansk=f"Hændelsen er ikke længere stoppet ({foer}): nogen har taget sig af den.",
            )
        h = (await e.haendelser_fra_db([d["haendelse_ref"]]))[d["haendelse_ref"]]
        raa_foer = h.raa
        if bane is not None and not h.udenfor:
            await rettelsesgang.kraev_forrest(e, bane, h)
            bane.hoved = h
            if h.identitet is not None:
                await historik.indlaes(e, [bane.borger_id])
        status = await handling(e, bane, h)
        if h.tilstand != Haendelsestilstand.STOPPET:
            underretning.doedbrev(e, h, d["kode"], d["tekst"], status)
        if bane is not None and not h.udenfor:
            await ryk_frem(e, self._motor, [bane], find_hoved=bane.hoved is None)
        return _Udfoert(
            e,
            h,
            foer={"status": foer, "kode": d["kode"]},
            efter={"status": status, "tilstand": h.tilstand},
            akassekode=akassekode,
            indhold=_aendret(raa_foer, h.raa) if status == "erstattet" else None,
        )

    async def _laast_bane(self, e: Enhed, borger_id: int | None) -> Bane | None:
        if borger_id is None:
            return None
        await e.conn.execute("select 1 from lane where borger_id = $1 for update", borger_id)
        await e.indlaes_baner([borger_id])
        return e.baner[borger_id]

    def _laes_erstatning(self, h: Haendelsesraekke, data: bytes) -> Forstaaet:
        try:
            nyt = orjson.loads(data)
        except orjson.JSONDecodeError as fejl:
            raise Betjeningsfejl("the file is not JSON", dansk="Indholdet er ikke JSON.") from fejl
        if not isinstance(nyt, dict):
            raise Betjeningsfejl("the file holds no JSON object", dansk="Indholdet er ikke et JSON-objekt.")
        gammel = orjson.loads(h.raa)
        gammel["data"] = nyt["data"] if isinstance(nyt.get("data"), dict) else nyt
        raa = orjson.dumps(gammel)
        laest = laes(
            Post(h.topic, h.partition, h.post_offset, None, raa, (("content-type", b"application/cloudevents+json"),)),
            self._ur(),
        )
        if not isinstance(laest, Forstaaet):
            grund = _grund(laest.fejl, *laest.detaljer) if isinstance(laest, Uforstaaet) else "ukendt type"
            raise Betjeningsfejl(f"the replacement is refused: {grund}", dansk=f"Erstatningen afvises: {grund}")
        return laest


def _grund(*fejl: Any) -> str:
    """Why a replacement is refused: each fault with its field and what would be right."""
    dele = []
    for f in fejl:
        tekst = f"{f.felt} {f.tekst}" if f.felt and not f.tekst.startswith(f.felt) else f.tekst
        dele.append(f"{tekst.rstrip('.')}. {f.loesning}" if f.loesning else tekst)
    return " ".join(dict.fromkeys(dele))


def _aendret(foer: bytes, efter: bytes) -> dict[str, Any]:
    """The fields of ``data`` that two versions of an event differ in, before and after."""
    gammel, ny = orjson.loads(foer)["data"], orjson.loads(efter)["data"]
    felter = sorted(f for f in {*gammel, *ny} if gammel.get(f) != ny.get(f))
    return {"foer": {f: gammel.get(f) for f in felter}, "efter": {f: ny.get(f) for f in felter}}
