"""accept: a batch of Kafka records becomes events in lanes, with the topic's offset in the same transaction (I1).

How far each partition was read stands in ``topicoffset``, whose citizen an event is in ``borgerne``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from contracts.envelope import Fejldetalje, Forstaaet, Post, Uforstaaet, UkendtType, laes
from contracts.events.akasse import CprSkiftet
from gateway import sporing
from gateway.lanes.bane import Haendelsestilstand
from gateway.ledger import borgerne, indgang, topicoffset, underretning
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Bane, Enhed, Videre
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import Haendelsesraekke, Indhold, part_fra_topic
from gateway.ledger.samlet import kolonner
from gateway.ledger.topicoffset import Del, Laest, Modtaget, Stand
from gateway.rules.model import Afgoerelse, Fejl, Status
from gateway.sporing import Spor

log = logging.getLogger(__name__)

T = TypeVar("T")

#: SQLSTATE classes that speak of one record's data, not of the database: the batch is halved until the culprit stands alone.
_DATAFEJL = ("22", "23")


@contextmanager
def _ingen_arbejder() -> Iterator[Videre]:
    """No worker beside the reader: what is ready is left to those who claim."""

    async def ingen(_e: Enhed) -> None:
        return None

    yield ingen


class Modtagelse(Ledgerdel):
    """The accept conversation. ``ur`` gives the present time (aware)."""

    #: A worker beside it, where there is one: it may claim what a batch brings in that batch's own transaction, and sends it off
    #: when that is committed.
    nye_hoveder: Callable[[], AbstractContextManager[Videre]] = staticmethod(_ingen_arbejder)

    async def stand(self, dele: Sequence[Del]) -> dict[Del, Stand]:
        """How far partitions have been read, those that have an offset row."""
        return await topicoffset.stand(self._pulje, dele)

    async def spring(self, del_: Del, fra: int, til: int, aarsag: str) -> bool:
        """Reads on at ``til`` instead of ``fra`` (``topicoffset.spring``)."""
        async with self._pulje.acquire() as conn, conn.transaction():
            return await topicoffset.spring(conn, del_, fra, til, aarsag, self._ur())

    async def accepter(self, poster: Sequence[Post], soegt: Container[Del]) -> Modtaget:
        """Takes a batch in. Raises what the database raises when it is away: nothing is then taken, seek back. A cancellation waits
        for the transaction under way: what it claims must be sent off."""
        laest = [(p, laes(p, self._ur())) for p in poster]
        modtaget = await _til_ende(self._accepter(laest, soegt))
        for spor in modtaget.spor:
            spor.slut({"messaging.system": "kafka", "messaging.operation": "process"})
        return modtaget

    async def _accepter(self, laest: list[tuple[Post, Laest]], soegt: Container[Del]) -> Modtaget:
        try:
            with self.nye_hoveder() as videre:
                async with self._pulje.acquire() as conn, conn.transaction():
                    return await self._i_en_transaktion(conn, laest, soegt, videre)
        except asyncpg.PostgresError as fejl:
            if not (fejl.sqlstate or "").startswith(_DATAFEJL):
                raise
            if len(laest) == 1:
                post, indhold = laest[0]
                if isinstance(indhold, Uforstaaet):
                    raise
                log.warning("record_not_storable", extra={"topic": post.topic, "sqlstate": fejl.sqlstate})
                return await self._accepter([(post, _kan_ikke_gemmes(post, self._noegler))], soegt)
        midt = len(laest) // 2
        foerste = await self._accepter(laest[:midt], soegt)
        if foerste.soeg:
            return foerste
        anden = await self._accepter(laest[midt:], soegt)
        return Modtaget(
            {**foerste.naeste, **anden.naeste},
            anden.soeg,
            foerste.andre | anden.andre,
            antal=foerste.antal + anden.antal,
            spor=foerste.spor + anden.spor,
        )

    async def _i_en_transaktion(
        self, conn: Forbindelse, laest: list[tuple[Post, Laest]], soegt: Container[Del], videre: Videre
    ) -> Modtaget:
        svar = Modtaget()
        gentagne: dict[Del, tuple[int, datetime]] = {}
        nye = await topicoffset.frasorter(conn, self._noegler, laest, soegt, svar, gentagne)
        if nye:
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await self._behandl(e, nye, gentagne, svar.spor)
            topicoffset.skriv(e.samlet, svar, e.nu)
            await skriv(e, videre)
            # A replaced dead letter may have freed its followers: they are rows by now, so the lanes move on over them.
            frie = [b.borger_id for b in e.baner.values() if b.genopbyg]
            if frie:
                e = Enhed(conn, self._noegler, self._miljoe, e.nu)
                await e.indlaes_baner(frie)
                for bane in e.baner.values():
                    bane.genopbyg = True
                await ryk_frem(e, self._motor, list(e.baner.values()), find_hoved=True)
                await skriv(e, videre)
        svar.antal = len(nye)
        return svar

    async def i_proeve(self, conn: Forbindelse, post: Post) -> Enhed:
        """One record taken in within the caller's transaction, which the caller rolls back; nothing is written here."""
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        await self._behandl(e, [(post, laes(post, e.nu))])
        return e

    async def _behandl(
        self,
        e: Enhed,
        poster: list[tuple[Post, Laest]],
        gentagne: Mapping[Del, tuple[int, datetime]] | None = None,
        spor: list[Spor] | None = None,
    ) -> None:
        raekker = [_raekke(p, i, e.nu, self._noegler) for p, i in poster]
        if spor is not None:
            nye = [sporing.begynd(f"modtag {h.type or '?'}", h.traceparent, "ind") for h in raekker]
            for h, s in zip(raekker, nye, strict=True):
                h.spor = s.traceparent
            spor += nye
        for h in raekker if gentagne else ():
            til, begyndt = (gentagne or {}).get((h.topic, h.partition), (0, e.nu))
            if h.post_offset < til:
                h.gentaget = begyndt
        kendte, kvitteringer = await self._kendte_ids(e, raekker)
        borgere = await borgerne.find(e, {c for _, i in poster if (c := _cpr(i)) is not None})
        # The lanes' rows are locked in id order: two batches that share citizens can't lock each other out.
        laaste = sorted(set(borgere.values()))
        await e.conn.execute(
            "select 1 from lane where borger_id = any($1::bigint[]) order by borger_id for update", laaste
        )
        await e.indlaes_baner(laaste)
        sekvenser = await self._sekvenser(e, raekker)
        for h in raekker:
            h.ny = True
        await e.tildel_haendelse_ids(raekker)
        nye_sekvenser: dict[bytes, int] = {}
        set_foer: dict[tuple[str, str], Haendelsesraekke] = {}
        for (_, indhold), h in zip(poster, raekker, strict=True):
            bane = e.baner.get(borgere.get(_cpr(indhold) or "", 0))
            h.borger_id = bane.borger_id if bane else None
            noegle = (h.kilde or "", h.haendelse_id or "")
            if (
                h.haendelse_id
                and h.kilde
                and self._gentagelse(e, h, kendte.get(noegle), set_foer.get(noegle), kvitteringer)
            ):
                continue
            if h.haendelse_id and h.kilde:
                set_foer[noegle] = h
            if isinstance(indhold, Uforstaaet):
                self._afvis_uforstaaet(e, h, indhold)
            elif bane is None or isinstance(indhold, UkendtType):
                self._stop_ukendt_type(e, bane, h)
            elif self._sekvens_ok(e, bane, h, sekvenser, nye_sekvenser):
                nyt = await indgang.ind(e, self._motor, bane, h, indhold)
                if nyt is not None:
                    # What follows under the new number stands behind this event.
                    borgere[nyt] = bane.borger_id
                    if nyt != bane.cpr:
                        e.ventende_numre.add(nyt)
        if nye_sekvenser:
            await e.conn.executemany(
                """insert into afsender_sekvens (afsender_hash, sekvens) values ($1, $2)
                   on conflict (afsender_hash) do update set sekvens = greatest(afsender_sekvens.sekvens, excluded.sekvens)""",
                sorted(nye_sekvenser.items()),
            )

    # --- the steps of one record -------------------------------------------------------------------

    async def _kendte_ids(
        self, e: Enhed, raekker: list[Haendelsesraekke]
    ) -> tuple[dict[tuple[str, str], tuple[int, bytes]], dict[int, tuple[str, int]]]:
        """Ids seen before with their event and content hash, and those events' newest kvitteringer."""
        med_id = [(h.kilde, h.haendelse_id) for h in raekker if h.kilde and h.haendelse_id]
        if not med_id:
            return {}, {}
        # Events that are pruned are known by their ids still (``id`` 0: nothing of them is left to send again).
        fundne = await e.conn.fetch(
            """select n.kilde, n.haendelse_id, h.id, h.indhold_hash
               from unnest($1::text[], $2::text[]) n(kilde, haendelse_id)
               join haendelse h on h.kilde = n.kilde and h.haendelse_id = n.haendelse_id
               where h.haendelse_id is not null and h.kilde is not null and h.tilstand <> 'kasseret'
               union all
               select n.kilde, n.haendelse_id, 0, g.indhold_hash
               from unnest($1::text[], $2::text[], $3::bytea[]) n(kilde, haendelse_id, noegle)
               join husket_id g on g.noegle = n.noegle""",
            *kolonner((*n, self._noegler.id_hash(*n)) for n in med_id),
        )
        kendte: dict[tuple[str, str], tuple[int, bytes]] = {}
        for r in sorted(fundne, key=lambda r: r["id"]):
            kendte[r["kilde"], r["haendelse_id"]] = (r["id"], r["indhold_hash"])
        gentagne = [kendte[n][0] for n in {(h.kilde or "", h.haendelse_id or "") for h in raekker} if n in kendte]
        kvitteringer: dict[int, tuple[str, int]] = {}
        if gentagne:
            for r in await e.conn.fetch(
                """select distinct on (haendelse_ref) haendelse_ref, topic, id from besked
                   where haendelse_ref = any($1::bigint[]) and type = 'gateway.kvittering.v1'
                   order by haendelse_ref, id desc""",
                gentagne,
            ):
                kvitteringer[r["haendelse_ref"]] = (r["topic"], r["id"])
        return kendte, kvitteringer

    def _gentagelse(
        self,
        e: Enhed,
        h: Haendelsesraekke,
        kendt: tuple[int, bytes] | None,
        foer: Haendelsesraekke | None,
        kvitteringer: dict[int, tuple[str, int]],
    ) -> bool:
        """A repeated id: same content has no effect, other content is kept as a dead letter without a kvittering."""
        if kendt is None and foer is None:
            return False
        hash_ = foer.indhold_hash if foer is not None else kendt[1] if kendt else b""
        if hash_ == h.indhold_hash:
            if kendt is not None and kendt[0] in kvitteringer:
                e.gensend.append(kvitteringer[kendt[0]])
            return True
        h.bliver(Haendelsestilstand.KASSERET)
        h.udenfor = True
        h.fejlkode = "id_genbrugt"
        e.gem(h)
        underretning.doedbrev(e, h, "id_genbrugt", "Id'et er brugt før med et andet indhold.", "afvist")
        return True

    def _afvis_uforstaaet(self, e: Enhed, h: Haendelsesraekke, indhold: Uforstaaet) -> None:
        h.udenfor = True
        fejl = _fejl(indhold.fejl)
        detaljer = tuple(_fejl(d) for d in indhold.detaljer)
        h.bliver(Haendelsestilstand.ENDELIG)
        h.status, h.endelig_tid, h.fejlkode = "afvist", e.nu, fejl.kode
        e.gem(h)
        afg = Afgoerelse(Status.AFVIST, fejl.tekst, regel=indhold.fejl.regel, fejl=fejl)
        underretning.kvitter(e, None, h, "afvist", fejl.tekst, endelig=True, fejl=fejl, afg=afg, fejldetaljer=detaljer)
        underretning.doedbrev(e, h, fejl.kode, fejl.tekst, "afvist")

    def _stop_ukendt_type(self, e: Enhed, bane: Bane | None, h: Haendelsesraekke) -> None:
        h.udenfor = True
        h.bliver(Haendelsestilstand.STOPPET)
        h.fejlkode = "ukendt_type"
        e.gem(h)
        fejl = Fejl(
            "ukendt_type",
            "Hændelsestypen er ukendt for denne udgave.",
            "type",
            "Ret typen, eller afvent at driften opgraderer og genkører.",
        )
        underretning.doedbrev(e, h, fejl.kode, fejl.tekst, "aaben")
        underretning.kvitter(e, bane, h, "stoppet", fejl.tekst, fejl=fejl, venter=("operatoer", e.nu, None))

    def _sekvens_ok(
        self, e: Enhed, bane: Bane, h: Haendelsesraekke, kendte: dict[bytes, int], nye: dict[bytes, int]
    ) -> bool:
        if h.sekvens is None:
            return True
        noegle = self._noegler.afsender_hash(h.kilde or "", h.subject)
        seneste = nye.get(noegle, kendte.get(noegle))
        if seneste is not None and h.sekvens <= seneste:
            fejl = Fejl("sekvens_ikke_stigende", f"sekvens er ikke højere end den senest modtagne ({seneste}).", "sekvens",
                        "Send hændelsen med en højere sekvens og et nyt id.")  # fmt: skip
            self._motor.afslut_uden_bane(e, bane, h, Afgoerelse(Status.AFVIST, fejl.tekst, fejl=fejl))
            return False
        if seneste is not None and h.sekvens > seneste + 1:
            h.flag = (*h.flag, "hul_i_sekvens")
        nye[noegle] = h.sekvens
        return True

    async def _sekvenser(self, e: Enhed, raekker: list[Haendelsesraekke]) -> dict[bytes, int]:
        noegler = {self._noegler.afsender_hash(h.kilde or "", h.subject) for h in raekker if h.sekvens is not None}
        if not noegler:
            return {}
        fundne = await e.conn.fetch(
            "select * from afsender_sekvens where afsender_hash = any($1::bytea[])", list(noegler)
        )
        return {r["afsender_hash"]: r["sekvens"] for r in fundne}


async def _til_ende(arbejde: Coroutine[Any, Any, T]) -> T:
    opgave = asyncio.ensure_future(arbejde)
    try:
        return await asyncio.shield(opgave)
    except asyncio.CancelledError:
        await asyncio.wait([opgave])
        if not opgave.cancelled():
            opgave.exception()  # heard here: the caller asked to be cancelled, not to be told
        raise


def _cpr(indhold: Laest) -> str | None:
    if isinstance(indhold, Forstaaet):
        # A change of number is told of the citizen that the old one names.
        return indhold.data.gammelt_cpr if isinstance(indhold.data, CprSkiftet) else indhold.data.cpr
    if isinstance(indhold, UkendtType):
        return indhold.cpr
    return None


def _fejl(d: Fejldetalje) -> Fejl:
    return Fejl(d.kode, d.tekst, d.felt, d.loesning)


def _raekke(post: Post, indhold: Laest, nu: datetime, noegler: Noegler) -> Haendelsesraekke:
    kuvert = None if isinstance(indhold, Uforstaaet) else indhold.kuvert
    return Haendelsesraekke(
        id=0,
        plads=0,
        borger_id=None,
        kilde=kuvert.source if kuvert else indhold.kilde if isinstance(indhold, Uforstaaet) else None,
        haendelse_id=kuvert.id if kuvert else indhold.haendelse_id if isinstance(indhold, Uforstaaet) else None,
        type=kuvert.type if kuvert else indhold.type if isinstance(indhold, Uforstaaet) else None,
        part=str(part_fra_topic(post.topic)),
        tid=kuvert.time if kuvert else None,
        indhold=Indhold(indhold.raa, (indhold.kuvert, indhold.data) if isinstance(indhold, Forstaaet) else None),
        topic=post.topic,
        partition=post.partition,
        post_offset=post.offset,
        modtaget=nu,
        subject=kuvert.subject if kuvert else None,
        sekvens=kuvert.sekvens if kuvert else None,
        correlationid=kuvert.correlationid
        if kuvert
        else indhold.correlationid
        if isinstance(indhold, Uforstaaet)
        else None,
        traceparent=kuvert.traceparent if kuvert else indhold.traceparent if isinstance(indhold, Uforstaaet) else None,
        indhold_hash=noegler.indhold_hash(indhold.indhold),
        samtale_id=getattr(indhold.data, "samtale_id", None) if isinstance(indhold, Forstaaet) else None,
    )


def _kan_ikke_gemmes(post: Post, noegler: Noegler) -> Uforstaaet:
    """A record that the database refuses is kept as bytes, refused, and never in a citizen's order."""
    raa = post.value or b""
    fejl = Fejldetalje(
        "kan_ikke_gemmes",
        "Hændelsen har indhold, der ikke kan gemmes.",
        None,
        "Ret indholdet og send igen med nyt id.",
        None,
    )
    return Uforstaaet(None, None, None, fejl, (), raa, noegler.indhold_hash(raa))
