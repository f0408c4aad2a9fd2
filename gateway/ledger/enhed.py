"""One transaction's worth of lanes: what was loaded, what is to be written, and the writing in few statements.

A lane's row is locked by the caller before it is put in here. Ids of events, registrations and messages are drawn
under that lock, so that their order is the order of acceptance and of what a party is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from gateway.lanes import bane
from gateway.ledger import tilstandslager
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler
from gateway.ledger.raekker import (
    DLQ_TOPIC,
    Haendelsesraekke,
    Indhold,
    Registreringsraekke,
    afgoerelse_fra_json,
    anmodning_fra_json,
    registreringstilstand,
)
from gateway.ledger.samlet import Samlet
from gateway.rules import aendringer as aendringer_modul
from gateway.rules import cprskift
from gateway.rules.model import NAVNERUM, Overdragelse
from gateway.rules.tilstand import Borger

#: So many parked events of a lane are read at first: most lanes have few.
FOERSTE_PORTION = 2
#: The next parked or stopped events of these lanes, behind a place and id of each.
_NAESTE = """\
from unnest($1::bigint[], $3::bigint[], $4::bigint[]) b(id, plads, efter), lateral (
    select * from haendelse h where h.borger_id = b.id and h.tilstand in ('venter', 'stoppet') and not h.udenfor
    and (h.plads, h.id) > (b.plads, b.efter)
    order by h.plads, h.id limit $2) h"""


@dataclass(slots=True)
class Bane:
    """One citizen's lane in this transaction. ``hoved``: the event at its head, when it is loaded. ``genopbyg``: something
    turned out otherwise, so the expected state is to be folded anew; ``udskudt``: that is left to a transaction of its own."""

    borger_id: int
    pseudonym: str
    cpr: str
    epoke: int
    bekraeftet: Borger
    forventet: Borger | None
    har_aabne: bool
    #: The state when earlier events were pruned; none were: an empty one.
    grund: Borger = field(default_factory=Borger)
    hoved: Haendelsesraekke | None = None
    aendret: bool = False
    genopbyg: bool = False
    udskudt: bool = False
    #: The states as the ledger has them (confirmed, expected, before pruning): what is still the same object need not be written
    #: again. Empty where it has no row.
    i_ledgeren: tilstandslager.Raekke = ()
    #: The states were left where they are: they must not be written.
    uden_tilstande: bool = False

    def staar(self, h: Haendelsesraekke) -> None:
        """``h`` has got its state: it is the lane's head, or it no longer is."""
        if bane.holder_tilbage(h.tilstand):
            self.hoved = h
            self.har_aabne = True
        elif self.hoved is not None and self.hoved.id == h.id:
            self.hoved = None

    @property
    def forventet_nu(self) -> Borger:
        return self.forventet if self.forventet is not None else self.bekraeftet


@dataclass(slots=True)
class UdgaaendeBesked:
    besked_id: UUID
    topic: str
    type: str
    noegle: str | None
    borger_id: int | None
    haendelse: Haendelsesraekke | None
    data: dict[str, Any]
    causationid: str | None = None


@dataclass(slots=True)
class Doedbrev:
    id: UUID
    haendelse: Haendelsesraekke
    part: str
    type: str | None
    kode: str
    tekst: str
    status: str
    foelgere: int | None = None


@dataclass(slots=True)
class Overdragelsesaendring:
    overdragelse: Overdragelse
    haendelse: Haendelsesraekke
    registrering: str


@dataclass(frozen=True, slots=True)
class Karantaene:
    """Events that are held back: of one source, of one type or all, told from ``fra`` until ``til``."""

    kilde: str
    type: str | None
    fra: datetime
    til: datetime | None

    def rammer(self, h: Haendelsesraekke) -> bool:
        return (
            h.kilde == self.kilde
            and self.type in (None, h.type)
            and h.tid is not None
            and self.fra <= h.tid
            and (self.til is None or h.tid <= self.til)
        )


class Afsender(NamedTuple):
    """Who told an event, under which id, and the span that the next one hangs on."""

    kilde: str
    haendelse_id: str
    spor: str | None


@dataclass(slots=True)
class Koelinje:
    borger_id: int
    registrering: Registreringsraekke
    klar_fra: datetime


@dataclass(frozen=True, slots=True)
class Kravlinje:
    """A head that is claimed as it is written: by whom, until when, and in which epoch of its lane."""

    borger_id: int
    registrering: Registreringsraekke
    epoke: int
    ejer: str
    lease_til: datetime


@dataclass(slots=True)
class Enhed:
    """The unit of work. ``nu`` is the transaction's time."""

    conn: Forbindelse
    noegler: Noegler
    miljoe: str
    nu: datetime
    #: Statements that are carried out with the writing.
    samlet: Samlet = field(default_factory=Samlet)
    baner: dict[int, Bane] = field(default_factory=dict)
    haendelser: list[Haendelsesraekke] = field(default_factory=list)
    registreringer: dict[int, Registreringsraekke] = field(default_factory=dict)
    nye_registreringer: list[Registreringsraekke] = field(default_factory=list)
    beskeder: list[UdgaaendeBesked] = field(default_factory=list)
    gensend: list[tuple[str, int]] = field(default_factory=list)
    overdragelser: list[Overdragelsesaendring] = field(default_factory=list)
    overdragelser_tilbage: dict[int, tuple[Haendelsesraekke, frozenset[UUID]]] = field(default_factory=dict)
    doedbreve: list[Doedbrev] = field(default_factory=list)
    koe: list[Koelinje] = field(default_factory=list)
    ud_af_koe: list[int] = field(default_factory=list)
    frigiv: list[int] = field(default_factory=list)
    kraevet: list[Kravlinje] = field(default_factory=list)
    #: By how much lanes' epochs rise.
    haevet: Counter[int] = field(default_factory=Counter)
    karantaener: tuple[Karantaene, ...] = ()
    #: Final events of lanes in which something is corrected, by lane and id.
    historik: dict[int, dict[int, Haendelsesraekke]] = field(default_factory=dict)
    #: Who has the new number that an event (by id) tells of; numbers that a citizen got; citizens to be joined; numbers
    #: reserved (number, citizen, event) and given up (by citizen: number, event).
    nummerets_borger: dict[int, int | None] = field(default_factory=dict)
    reserverede_numre: list[tuple[str, int, int]] = field(default_factory=list)
    #: New numbers of events that are being accepted, whose change has not had its turn.
    ventende_numre: set[str] = field(default_factory=set)
    opgivne_numre: dict[int, dict[str, int]] = field(default_factory=dict)
    nye_numre: dict[int, str] = field(default_factory=dict)
    sammenlaegninger: list[tuple[int, int, int]] = field(default_factory=list)
    #: Rows of what stands first in lanes, read ahead and not asked for yet.
    _forudlaest: dict[int, list[Any]] = field(default_factory=dict)

    # --- loading ---------------------------------------------------------------------------------

    async def indlaes_baner(self, borger_ids: Iterable[int], *, tilstande: bool = True) -> None:
        """Loads lanes whose rows the caller has locked. Without ``tilstande`` nothing can be decided in them: something is only
        told."""
        ids = [b for b in borger_ids if b not in self.baner]
        if not ids:
            return
        argumenter, kendte = tilstandslager.kendte(self.noegler, ids)
        raekker = await self.conn.fetch(
            f"""select l.borger_id, l.epoke, b.pseudonym, b.cpr_krypt, {tilstandslager.KOLONNER},
                      coalesce(t.genopbyg, false) as udskudt,
                      exists (select 1 from haendelse h where h.borger_id = l.borger_id and not h.udenfor
                              and h.tilstand in ('venter', 'hoved', 'stoppet')) as aabne,
                      k.kilder, k.typer, k.fra, k.til
               from {tilstandslager.KENDTE} join lane l on l.borger_id = n.borger_id join borger b on b.id = l.borger_id
               left join borger_tilstand t on t.borger_id = l.borger_id and $8
               cross join (select array_agg(kilde) as kilder, array_agg(type) as typer, array_agg(fra) as fra,
                                  array_agg(til) as til from karantaene where ophaevet is null) k""",
            *argumenter,
            tilstande,
        )
        for r in raekker:
            # The same beside each lane.
            self.karantaener = tuple(map(Karantaene, *(r[k] or () for k in ("kilder", "typer", "fra", "til"))))
            id_, lagrede = r["borger_id"], tilstandslager.INTET
            if tilstande:
                lagrede = tilstandslager.laes(self.noegler, id_, kendte[id_], r)
            bekraeftet, forventet, grund = (x.nu if x is not None else None for x in lagrede)
            self.baner[id_] = Bane(
                borger_id=id_,
                pseudonym=r["pseudonym"],
                cpr=self.noegler.laes(r["cpr_krypt"], bytes.decode),
                epoke=r["epoke"],
                bekraeftet=bekraeftet or Borger(),
                forventet=forventet,
                har_aabne=r["aabne"],
                grund=grund or Borger(),
                udskudt=r["udskudt"],
                i_ledgeren=lagrede if lagrede[0] is not None else (),
                uden_tilstande=not tilstande,
            )

    def haendelse_fra_db(self, r: Any) -> Haendelsesraekke:
        """An event row with its payload decrypted."""
        subject, afgoerelse = r["subject_krypt"], r["afgoerelse_krypt"]
        return Haendelsesraekke(
            id=r["id"],
            plads=r["plads"],
            borger_id=r["borger_id"],
            kilde=r["kilde"],
            haendelse_id=r["haendelse_id"],
            type=r["type"],
            part=r["part"],
            tid=r["tid"],
            indhold=self.noegler.laes(r["raa_krypt"], Indhold),
            topic=r["topic"],
            partition=r["partition"],
            post_offset=r["post_offset"],
            modtaget=r["modtaget"],
            tilstand=r["tilstand"],
            udenfor=r["udenfor"],
            status=r["status"],
            udgave=r["udgave"],
            flag=tuple(r["flag"]),
            fejlkode=r["fejlkode"],
            correlationid=r["correlationid"],
            traceparent=r["traceparent"],
            subject=self.noegler.dekrypter(subject).decode() if subject else None,
            sekvens=r["sekvens"],
            erstatter=r["erstatter"],
            identitet=r["identitet"],
            indhold_hash=r["indhold_hash"],
            afgoerelse=self.noegler.laes(afgoerelse, afgoerelse_fra_json) if afgoerelse else None,
            accept_spor=r["accept_spor"],
            afventer_meldt=r["afventer_meldt"],
            endelig_tid=r["endelig_tid"],
            gentaget=r["gentaget"],
            spor=r["spor"],
        )

    async def haendelser_fra_db(self, ids: Iterable[int]) -> dict[int, Haendelsesraekke]:
        """Events by id, with their registrations in order."""
        liste = list(ids)
        if not liste:
            return {}
        raekker = await self.conn.fetch("select * from haendelse where id = any($1::bigint[])", liste)
        return await self._med_registreringer({r["id"]: self.haendelse_fra_db(r) for r in raekker})

    async def hoveder_fra_db(self, ids: Iterable[int]) -> dict[int, Haendelsesraekke]:
        """Heads of the loaded lanes by id, with their registrations in order. What stands behind them is read too: it is what
        ``naeste_i_banerne`` gives when it is first asked."""
        raekker = await self.conn.fetch(
            f"""select false as er_hoved, h.* {_NAESTE}
                union all select true, h.* from haendelse h where h.id = any($5::bigint[])""",
            *self._naeste_fra(list(self.baner), FOERSTE_PORTION, {}),
            list(ids),
        )
        self._forudlaest = {b: [] for b in self.baner}
        for r in raekker:
            if not r["er_hoved"]:
                self._forudlaest[r["borger_id"]].append(r)
        return await self._med_registreringer({r["id"]: self.haendelse_fra_db(r) for r in raekker if r["er_hoved"]})

    async def _med_registreringer(self, haendelser: dict[int, Haendelsesraekke]) -> dict[int, Haendelsesraekke]:
        for r in await self.conn.fetch(
            "select * from registrering where haendelse_ref = any($1::bigint[]) order by haendelse_ref, nr",
            list(haendelser),
        ):
            haendelser[r["haendelse_ref"]].registreringer.append(self._registrering_fra_db(r))
        return haendelser

    def registrering_med_afsender(self, r: Any) -> tuple[Registreringsraekke, Afsender]:
        """A registration row that has what a call needs of its event beside it."""
        return self._registrering_fra_db(r), Afsender(r["h_kilde"], r["h_id"], r["h_spor"])

    async def registreringer_fra_db(self, ids: list[int]) -> dict[int, Registreringsraekke]:
        """Registrations by id."""
        raekker = await self.conn.fetch("select * from registrering where id = any($1::bigint[])", ids)
        return {r["id"]: self._registrering_fra_db(r) for r in raekker}

    def _registrering_fra_db(self, r: Any) -> Registreringsraekke:
        return Registreringsraekke(
            id=r["id"],
            haendelse_ref=r["haendelse_ref"],
            borger_id=r["borger_id"],
            nr=r["nr"],
            handling=r["handling"],
            art=r["art"],
            anmodning=self.noegler.laes(r["anmodning_krypt"], anmodning_fra_json),
            aendringer=self.noegler.laes(r["aendringer_krypt"], aendringer_modul.fra_json),
            haardeste_dato=r["haardeste_dato"],
            afgjort_for=r["afgjort_for"],
            tilstand=registreringstilstand(r, r["handling"]),
            registrerings_id=r["registrerings_id"],
            registreret=r["registreret"],
        )

    async def naeste_i_banerne(
        self, borger_ids: Iterable[int], antal: int, efter: Mapping[int, tuple[int, int]] | None = None
    ) -> dict[int, list[Haendelsesraekke]]:
        """The next parked or stopped events of each lane, in their order, as the ledger has them; an empty list when there is
        none. ``efter``: behind which place and id, by lane."""
        liste = list(borger_ids)
        if not liste:
            return {}
        if antal == FOERSTE_PORTION and not efter and self._forudlaest.keys() >= set(liste):
            raekker = [r for b in liste for r in self._forudlaest.pop(b)]
        else:
            raekker = await self.conn.fetch(f"select h.* {_NAESTE}", *self._naeste_fra(liste, antal, efter or {}))
        fundne: dict[int, list[Haendelsesraekke]] = {b: [] for b in liste}
        for r in sorted(raekker, key=lambda r: (r["plads"], r["id"])):
            fundne[r["borger_id"]].append(self.haendelse_fra_db(r))
        return fundne

    @staticmethod
    def _naeste_fra(baner: list[int], antal: int, efter: Mapping[int, tuple[int, int]]) -> tuple[Any, ...]:
        """What ``_NAESTE`` asks for."""
        fra = [efter.get(b, (-(2**63), 0)) for b in baner]
        return baner, antal, [plads for plads, _ in fra], [id_ for _, id_ in fra]

    # --- collecting ------------------------------------------------------------------------------

    def gem(self, h: Haendelsesraekke) -> None:
        """The event is to be written at the end (inserted when new)."""
        if not h.aendret:
            h.aendret = True
            self.haendelser.append(h)

    def koelinjer(self) -> dict[int, Koelinje]:
        """What goes into the queue: of several lines of one citizen the last one counts."""
        return {k.borger_id: k for k in self.koe}

    def haev(self, borger_id: int) -> int:
        """The epoch of a lane that is locked rises by one; gives it."""
        self.haevet[borger_id] += 1
        self.baner[borger_id].epoke += 1
        return self.baner[borger_id].epoke

    def gem_registrering(self, r: Registreringsraekke) -> None:
        if not r.ny:
            self.registreringer[r.id] = r

    def send(
        self, h: Haendelsesraekke | None, bane: Bane | None, topic: str, type_: str, data: dict[str, Any], noegle: str
    ) -> None:
        """A message for ``topic``; its id is derived from the event, the type, the receiver and ``noegle``."""
        grundlag = (
            f"{h.kilde}|{h.haendelse_id}"
            if h and h.haendelse_id
            else f"post|{h.topic}|{h.partition}|{h.post_offset}|{h.indhold_hash.hex()}"
            if h
            else "gateway"
        )
        besked_id = uuid5(NAVNERUM, f"besked|{grundlag}|{topic}|{type_}|{noegle}")
        if bane is not None and topic != DLQ_TOPIC:
            data = {"cpr": self._nummeret(bane, h), **data}
        if h is not None and topic != DLQ_TOPIC:
            data.setdefault("haendelseId", h.haendelse_id)
        self.beskeder.append(
            UdgaaendeBesked(
                besked_id=besked_id,
                topic=topic,
                type=type_,
                noegle=bane.pseudonym if bane else None,
                borger_id=bane.borger_id if bane else None,
                haendelse=h,
                data=data,
            )
        )

    def i_karantaene(self, h: Haendelsesraekke) -> bool:
        """Whether the event is held back."""
        return any(k.rammer(h) for k in self.karantaener)

    def _nummeret(self, bane: Bane, h: Haendelsesraekke | None) -> str:
        """The number by which a message names the citizen: the citizen's, or the one that the event itself used while the
        change to it waits its turn in the lane."""
        if self.ventende_numre and h is not None and h.type != cprskift.TYPE and h.raa:
            _, data = h.indhold.laest
            if str(data.cpr) in self.ventende_numre:
                return str(data.cpr)
        return bane.cpr

    # --- ids ---------------------------------------------------------------------------------

    async def tildel_haendelse_ids(self, nye: list[Haendelsesraekke]) -> None:
        """Draws ids for new events, in their order; called after the lanes are locked."""
        ids = await self.naeste_ider("haendelse", len(nye))
        for h, id_ in zip(nye, ids, strict=True):
            h.id = id_
            if h.plads == 0:
                h.plads = id_

    async def naeste_ider(self, tabel: str, antal: int) -> list[int]:
        """Ids of a table in rising order, drawn under the lanes' locks."""
        if antal == 0:
            return []
        raekker = await self.conn.fetch(
            "select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2)", tabel, antal
        )
        return sorted(r["id"] for r in raekker)

    def behold_overdragelser(self, h: Haendelsesraekke, ider: Iterable[UUID]) -> None:
        """Of the handovers that this event has sent, only ``ider`` stand: the others fall away (O1)."""
        self.overdragelser_tilbage[h.id] = (h, frozenset(ider))

    def aaben_registrering(self, h: Haendelsesraekke) -> Registreringsraekke | None:
        """The event's first registration that is not settled."""
        for r in h.registreringer:
            if bane.aaben(r.tilstand.fase):
                return r
        return None


#: Claims heads of a unit of work as they are written: takes them out of what goes into the queue.
Videre = Callable[[Enhed], Awaitable[None]]
