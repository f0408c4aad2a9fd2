"""claim: a worker takes ready heads, with "attempt started" durable before a byte may leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from contracts.dfdg.opslag import LAESES_HOS
from gateway.lanes.forsoeg import Anmodning
from gateway.lanes.registrering import Fase, Skridt, Tilstand, begynd_forsoeg, lease_tabt, naeste_skridt
from gateway.ledger import underretning
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Afsender, Enhed, Koelinje, Kravlinje
from gateway.ledger.inkarnation import IKKE_KLAR
from gateway.ledger.kanaler import BANE_PAA_PAUSE, ER_SPAERRET, PAA_PAUSE, STAND, Pladser, i_vindue, pladser, tjeneste
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import Registreringsraekke
from gateway.ledger.samlet import kolonner
from gateway.ledger.vinduer import LAESEPAUSE, lukkede_tjenester

#: Ready heads of each channel, the hardest date first: read off the index ``koe_haardest`` in its order, never sorted.
HOVEDER = """\
select v.borger_id
    from unnest($1::text[], $2::int[]) k(kanal, antal),
    lateral (select koe.borger_id from koe
             join lane on lane.borger_id = koe.borger_id
             where koe.kanal = k.kanal and koe.klar_fra <= $3
             order by koe.haardeste_dato nulls last, koe.klar_fra, koe.nr
             limit k.antal for update of lane skip locked) v"""


#: Of these heads, which are ready and not in the queue yet, those of each channel in which few wait and nobody else is ready, the
#: hardest date first, and how the channel stands. What is blocked (spaerringer) or paused (pauser) is left to the queue.
STRAKS = f"""\
select v.baner, {STAND}
    from (select n.kanal, array_agg(n.borger_id order by n.haardeste_dato nulls last, n.nr) as baner
          from unnest($1::bigint[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], $9::bool[]) with ordinality
               n(borger_id, kanal, haardeste_dato, art, tjeneste, akassekode, klar, nr)
          where not ({ER_SPAERRET}) and not {BANE_PAA_PAUSE} group by n.kanal) v
    join kanal k on k.kanal = v.kanal
    cross join lateral (
        select count(*) as antal, count(*) filter (where a.klar_fra <= $2 and not a.borger_id = any($1::bigint[])) as andre
        from (select borger_id, klar_fra from koe where koe.kanal = k.kanal limit $3) a) i
    where i.antal < $3 and i.andre = 0 and not {IKKE_KLAR}"""
#: Takes these lanes' lines off the queue, raises their epochs and claims them: the registrations, each with what a call needs
#: of its event. The lanes are locked, so a line's registration is there to be seen.
TAG = """\
with taget as (delete from koe where borger_id = any($1::bigint[]) returning borger_id, registrering_id),
     baner as (update lane set epoke = lane.epoke + 1 from taget where lane.borger_id = taget.borger_id
               returning lane.borger_id, lane.epoke),
     kraevet as (insert into krav (borger_id, registrering_id, epoke, ejer, lease_til)
                 select t.borger_id, t.registrering_id, b.epoke, $2, $3 from taget t join baner b using (borger_id))
select r.*, b.epoke as bane_epoke, h.kilde as h_kilde, h.haendelse_id as h_id, coalesce(h.spor, h.traceparent) as h_spor
    from taget t join baner b on b.borger_id = t.borger_id
    join registrering r on r.id = t.registrering_id
    join haendelse h on h.id = r.haendelse_ref"""
#: A queue shorter than this is looked through for others who are ready.
_FAA = 500


@dataclass(frozen=True, slots=True)
class Krav:
    """A claimed registration: what to do, with which request, until when, and in which epoch it may be settled.

    ``udgave`` is the edition of the channel's breaker; ``lukket``: it let everything through.
    """

    borger_id: int
    epoke: int
    haendelse_ref: int
    registrering_id: int
    kanal: str
    handling: str
    skridt: Skridt
    anmodning: Anmodning
    request_id: str
    foer: Fase
    tilstand: Tilstand
    lease_til: datetime
    udgave: int = 0
    lukket: bool = True
    #: The trace that the attempt belongs to (a traceparent).
    spor: str | None = None


class Uddeling(Ledgerdel):
    """The claim conversation of one worker. ``ejer`` names the worker in the ledger; ``takster``: calls a second that a
    DFDG service may be given (one that is not named: any number)."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        ejer: str,
        lease: timedelta,
        takster: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur)
        self._ejer = ejer
        self._lease = lease
        self._takster = dict(takster or {})

    async def kanaler(self) -> list[str]:
        """Channels that have ready or waiting heads and may be sent to now, in a fixed order."""
        raekker = await self._pulje.fetch(
            f"""select kanal from kanal k
                where exists (select 1 from koe where koe.kanal = k.kanal)
                  and (k.tilstand in ('aaben', 'genaabner') or coalesce(k.naeste_proeve, $1) <= $1)
                  and not {i_vindue("$1")}
                  and not {PAA_PAUSE}
                  and not {IKKE_KLAR}
                order by kanal""",
            self._ur(),
        )
        return [r["kanal"] for r in raekker]

    async def tag(self, oensket: Mapping[str, int]) -> list[Krav]:
        """Claims up to ``oensket[kanal]`` ready heads of each channel, the hardest date first, as far as windows,
        breakers and buckets let them through."""
        oensket = {k: n for k, n in oensket.items() if n > 0}
        if not oensket:
            return []
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            p = await pladser(conn, oensket, self._takster, 2 * self._lease, nu)
            if not any(p.antal.values()):
                return []
            raekker = await conn.fetch(
                HOVEDER,
                list(p.antal),
                list(p.antal.values()),
                nu,
            )
            if not raekker:
                return []
            # Between reading the queue and locking the lane another worker may have claimed it: the queue row decides.
            return await self._tag_af_koen(conn, [r["borger_id"] for r in raekker], p, nu)

    async def tag_med(self, e: Enhed, plads: Callable[[list[str]], Mapping[str, int]]) -> list[Krav]:
        """Claims heads of a unit of work that is about to be written, of lanes that its transaction holds: they never stand in the
        queue, and are under way from the first. As many of each channel as ``plads`` says of those named, where no other head
        of the channel is ready: nobody is passed over (I4). What is to be read back, and services with a rate, are left to
        ``tag``, which knows the windows of others and shares the calls."""
        mulige = {b: (k, h) for b, k in e.koelinjer().items() if (h := self._kan_tages_med(e, k)) is not None}
        if not mulige:
            return []
        raekker = await e.conn.fetch(
            STRAKS,
            list(mulige),
            e.nu,
            _FAA,
            *kolonner(
                (
                    r.kanal, r.haardeste_dato, r.art, r.anmodning.tjeneste, r.anmodning.akassekode,
                    r.tilstand.fase is Fase.KLAR,
                )
                for r in (k.registrering for k, _ in mulige.values())
            ),
        )  # fmt: skip
        if not raekker:
            return []
        antal = plads([r["kanal"] for r in raekker])
        frie = {r["kanal"]: r["baner"][: antal[r["kanal"]]] for r in raekker if antal.get(r["kanal"], 0) > 0}
        oensket = {k: len(b) for k, b in frie.items()}
        p = await pladser(e.conn, oensket, self._takster, 2 * self._lease, e.nu, staar=raekker)
        krav = [self._tag_linje(e, *mulige[b], p) for k, n in p.antal.items() for b in frie[k][:n]]
        taget = {k.borger_id for k in krav}
        e.koe = [k for k in e.koe if k.borger_id not in taget]
        await p.bogfoer(e.conn, Counter(k.kanal for k in krav))
        return krav

    def _kan_tages_med(self, e: Enhed, k: Koelinje) -> Afsender | None:
        """Who told the event, where its registration may be sent as it is written."""
        r, bane = k.registrering, e.baner[k.borger_id]
        h = bane.hoved
        if h is None or h.id != r.haendelse_ref or h.kilde is None or h.haendelse_id is None:
            return None
        # A lane that has to be folded anew may be moved on over once more before the transaction ends (accept).
        if k.klar_fra > e.nu or bane.genopbyg or k.borger_id in e.ud_af_koe:
            return None
        if tjeneste(r.kanal) in self._takster or naeste_skridt(r.tilstand, e.nu) is not Skridt.SEND:
            return None
        return Afsender(h.kilde, h.haendelse_id, h.spor or h.traceparent)

    def _tag_linje(self, e: Enhed, k: Koelinje, h: Afsender, p: Pladser) -> Krav:
        r, lease_til = k.registrering, e.nu + self._lease
        foer = r.tilstand.fase
        r.tilstand = begynd_forsoeg(r.tilstand, e.nu)
        e.gem_registrering(r)
        epoke = e.haev(r.borger_id)
        e.kraevet.append(Kravlinje(r.borger_id, r, epoke, self._ejer, lease_til))
        return _krav(r, h, epoke, Skridt.SEND, foer, lease_til, p)

    async def _tag_af_koen(self, conn: Forbindelse, baner: list[int], p: Pladser, nu: datetime) -> list[Krav]:
        lease_til = nu + self._lease
        taget = await conn.fetch(TAG, baner, self._ejer, lease_til)
        if not taget:
            return []
        krav = await self._begynd(conn, taget, p, nu, lease_til)
        await p.bogfoer(conn, Counter(k.kanal for k in krav))
        return krav

    async def _begynd(
        self, conn: Forbindelse, taget: list[asyncpg.Record], p: Pladser, nu: datetime, lease_til: datetime
    ) -> list[Krav]:
        e = Enhed(conn, self._noegler, self._miljoe, nu)
        krav: list[Krav] = []
        hoveder = []
        for t in taget:
            r, h = e.registrering_med_afsender(t)
            hoveder.append((t["bane_epoke"], r, h, naeste_skridt(r.tilstand, nu)))
        lukkede: frozenset[str] = frozenset()
        if any(skridt is Skridt.AFLAES for *_, skridt in hoveder):
            # What is read back at another service waits for that one's window too.
            lukkede = await lukkede_tjenester(conn, LAESES_HOS.values(), nu)
        for epoke, r, h, skridt in hoveder:
            foer = r.tilstand.fase
            if skridt is Skridt.AFLAES and LAESES_HOS.get(r.anmodning.operation) in lukkede:
                e.frigiv.append(r.borger_id)
                e.koe.append(Koelinje(r.borger_id, r, nu + LAESEPAUSE))
                continue
            if skridt is Skridt.SEND:
                r.tilstand = begynd_forsoeg(r.tilstand, nu)
                e.gem_registrering(r)
            krav.append(_krav(r, h, epoke, skridt, foer, lease_til, p))
        await skriv(e)
        return krav

    async def forny(self, krav: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """Leases of claims whose answers are here and wait to be settled begin anew; ``krav``: (citizen, epoch). Gives those
        that did: a lease that is over, taken over or being settled is left alone, and nobody is waited for."""
        nu = self._ur()
        raekker = await self._pulje.fetch(
            """with egne as (
                   select k.borger_id from krav k
                   join unnest($1::bigint[], $2::bigint[]) n(borger_id, epoke) using (borger_id, epoke)
                   where k.ejer = $3 and k.lease_til > $4 order by k.borger_id for update of k skip locked)
               update krav set lease_til = $5 from egne where krav.borger_id = egne.borger_id
               returning krav.borger_id, krav.epoke""",
            *kolonner(krav),
            self._ejer,
            nu,
            nu + self._lease,
        )
        return {(r["borger_id"], r["epoke"]) for r in raekker}

    async def overtag_tabte(self, hoejst: int = 200) -> int:
        """Leases that ran out: what was under way is in doubt from here on. Returns how many were taken over."""
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            tabte = await conn.fetch(
                """select k.borger_id, k.registrering_id, k.lease_til from krav k
                   join lane l on l.borger_id = k.borger_id
                   where k.lease_til < $1 order by k.borger_id limit $2 for update of l skip locked""",
                nu,
                hoejst,
            )
            # The lane's lock may have been waited for: only claims that are still there are taken over.
            if not tabte:
                return 0
            ids = [r["borger_id"] for r in tabte]
            endnu = {
                r["borger_id"]: r
                for r in await conn.fetch(
                    "select borger_id, registrering_id, lease_til from krav where borger_id = any($1::bigint[]) and lease_til < $2",
                    ids,
                    nu,
                )
            }
            await conn.execute("update lane set epoke = epoke + 1 where borger_id = any($1::bigint[])", list(endnu))
            e = Enhed(conn, self._noegler, self._miljoe, nu)
            await e.indlaes_baner(endnu)
            refs = await conn.fetch("select id, haendelse_ref from registrering where id = any($1::bigint[])",
                                    [r["registrering_id"] for r in endnu.values()])  # fmt: skip
            haendelser = await e.haendelser_fra_db([r["haendelse_ref"] for r in refs])
            efter_id: dict[int, Registreringsraekke] = {r.id: r for h in haendelser.values() for r in h.registreringer}
            for borger_id, raekke in endnu.items():
                r = efter_id[raekke["registrering_id"]]
                h = haendelser[r.haendelse_ref]
                o = lease_tabt(r.tilstand, raekke["lease_til"])
                r.tilstand = o.tilstand
                e.gem_registrering(r)
                e.frigiv.append(borger_id)
                e.koe.append(Koelinje(borger_id, r, o.klar_fra or nu))
                if o.ny_tvivl:
                    underretning.kvitter(e, e.baner[borger_id], h, "i_tvivl",
                                        "Registreringen kan være sendt uden svar og afklares.", venter=("dfdg", nu, o.klar_fra))  # fmt: skip
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")
            return len(endnu)


def _krav(
    r: Registreringsraekke, h: Afsender, epoke: int, skridt: Skridt, foer: Fase, lease_til: datetime, p: Pladser
) -> Krav:
    return Krav(
        borger_id=r.borger_id,
        epoke=epoke,
        haendelse_ref=r.haendelse_ref,
        registrering_id=r.id,
        kanal=r.kanal,
        handling=r.handling,
        skridt=skridt,
        anmodning=r.anmodning,
        request_id=r.request_id(h.kilde, h.haendelse_id),
        foer=foer,
        tilstand=r.tilstand,
        lease_til=lease_til,
        udgave=p.udgaver.get(r.kanal, 0),
        lukket=r.kanal in p.lukkede,
        spor=h.spor,
    )
