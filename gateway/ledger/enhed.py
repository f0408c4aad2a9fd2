"""One transaction's worth of lanes: what was loaded, what is to be written, and the writing in few statements.

A lane's row is locked by the caller before it is put in here. Ids of events, registrations and messages are drawn
under that lock, so that their order is the order of acceptance and of what a party is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from contracts.envelope import kuvert_ud
from gateway.lanes.registrering import Fase
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler, spor
from gateway.ledger.raekker import (
    REGELVERSION,
    Haendelsesraekke,
    Registreringsraekke,
    afgoerelse_fra_json,
    afgoerelse_til_json,
    anmodning_fra_json,
    anmodning_til_json,
    part_fra_topic,
    registreringstilstand,
)
from gateway.rules import aendringer as aendringer_modul
from gateway.rules import tilstand as tilstand_modul
from gateway.rules.model import NAVNERUM, Overdragelse
from gateway.rules.tilstand import Borger

DLQ_TOPIC = "gateway.dlq.v1"


@dataclass(slots=True)
class Bane:
    """One citizen's lane in this transaction. ``hoved``: the event at its head, when it is loaded."""

    borger_id: int
    pseudonym: str
    cpr: str
    epoke: int
    bekraeftet: Borger
    forventet: Borger | None
    har_aabne: bool
    hoved: Haendelsesraekke | None = None
    aendret: bool = False
    genopbyg: bool = False

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


@dataclass(slots=True)
class Koelinje:
    borger_id: int
    registrering: Registreringsraekke
    klar_fra: datetime


@dataclass(slots=True)
class Enhed:
    """The unit of work. ``nu`` is the transaction's time."""

    conn: Forbindelse
    noegler: Noegler
    miljoe: str
    nu: datetime
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

    # --- loading ---------------------------------------------------------------------------------

    async def indlaes_baner(self, borger_ids: Iterable[int]) -> None:
        """Loads the states of lanes whose rows the caller has locked."""
        ids = [b for b in borger_ids if b not in self.baner]
        if not ids:
            return
        raekker = await self.conn.fetch(
            """select l.borger_id, l.epoke, b.pseudonym, b.cpr_krypt, t.bekraeftet_krypt, t.forventet_krypt,
                      exists (select 1 from haendelse h where h.borger_id = l.borger_id and not h.udenfor
                              and h.tilstand in ('venter', 'hoved', 'stoppet')) as aabne
               from lane l join borger b on b.id = l.borger_id
               left join borger_tilstand t on t.borger_id = l.borger_id
               where l.borger_id = any($1::bigint[])""",
            ids,
        )
        for r in raekker:
            bekraeftet, forventet = r["bekraeftet_krypt"], r["forventet_krypt"]
            self.baner[r["borger_id"]] = Bane(
                borger_id=r["borger_id"],
                pseudonym=r["pseudonym"],
                cpr=self.noegler.dekrypter(r["cpr_krypt"]).decode(),
                epoke=r["epoke"],
                bekraeftet=tilstand_modul.fra_json(self.noegler.dekrypter(bekraeftet)) if bekraeftet else Borger(),
                forventet=tilstand_modul.fra_json(self.noegler.dekrypter(forventet)) if forventet else None,
                har_aabne=r["aabne"],
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
            raa=self.noegler.dekrypter(r["raa_krypt"]),
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
            indhold_hash=r["indhold_hash"],
            afgoerelse=afgoerelse_fra_json(self.noegler.dekrypter(afgoerelse)) if afgoerelse else None,
            accept_spor=r["accept_spor"],
            afventer_meldt=r["afventer_meldt"],
            endelig_tid=r["endelig_tid"],
        )

    async def haendelser_fra_db(self, ids: Iterable[int]) -> dict[int, Haendelsesraekke]:
        """Events by id, with their registrations in order."""
        liste = list(ids)
        if not liste:
            return {}
        raekker = await self.conn.fetch("select * from haendelse where id = any($1::bigint[])", liste)
        fundne = {r["id"]: self.haendelse_fra_db(r) for r in raekker}
        for r in await self.conn.fetch(
            "select * from registrering where haendelse_ref = any($1::bigint[]) order by haendelse_ref, nr", liste
        ):
            fundne[r["haendelse_ref"]].registreringer.append(self._registrering_fra_db(r))
        return fundne

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
            anmodning=anmodning_fra_json(self.noegler.dekrypter(r["anmodning_krypt"])),
            aendringer=aendringer_modul.fra_json(self.noegler.dekrypter(r["aendringer_krypt"])),
            haardeste_dato=r["haardeste_dato"],
            afgjort_for=r["afgjort_for"],
            tilstand=registreringstilstand(r, r["handling"]),
            registrerings_id=r["registrerings_id"],
            registreret=r["registreret"],
        )

    async def naeste_i_banerne(self, borger_ids: Iterable[int], antal: int = 16) -> dict[int, list[Haendelsesraekke]]:
        """The next parked events of each lane, in their order; an empty list when none is parked."""
        liste = list(borger_ids)
        fundne: dict[int, list[Haendelsesraekke]] = {b: [] for b in liste}
        if not liste:
            return fundne
        raekker = await self.conn.fetch(
            """select h.* from unnest($1::bigint[]) b(id), lateral (
                   select * from haendelse h where h.borger_id = b.id and h.tilstand = 'venter' and not h.udenfor
                   order by h.plads, h.id limit $2) h
               order by h.borger_id, h.plads, h.id""",
            liste,
            antal,
        )
        for r in raekker:
            fundne[r["borger_id"]].append(self.haendelse_fra_db(r))
        return fundne

    # --- collecting ------------------------------------------------------------------------------

    def gem(self, h: Haendelsesraekke) -> None:
        """The event is to be written at the end (inserted when new)."""
        if not h.aendret:
            h.aendret = True
            self.haendelser.append(h)

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
            else f"post|{h.topic}|{h.partition}|{h.post_offset}"
            if h
            else "gateway"
        )
        besked_id = uuid5(NAVNERUM, f"besked|{grundlag}|{topic}|{type_}|{noegle}")
        if bane is not None and topic != DLQ_TOPIC:
            data = {"cpr": bane.cpr, **data}
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

    # --- writing ---------------------------------------------------------------------------------

    async def skriv(self) -> None:
        """Writes everything collected. The caller's transaction commits it."""
        await self._skriv_haendelser()
        await self._skriv_registreringer()
        await self._skriv_tilstande()
        await self._skriv_koe()
        await self._skriv_doedbreve()
        await self._skriv_overdragelser()
        await self._skriv_beskeder()

    async def tildel_haendelse_ids(self, nye: list[Haendelsesraekke]) -> None:
        """Draws ids for new events, in their order; called after the lanes are locked."""
        ids = await self._naeste("haendelse", len(nye))
        for h, id_ in zip(nye, ids, strict=True):
            h.id = id_
            if h.plads == 0:
                h.plads = id_

    async def _naeste(self, tabel: str, antal: int) -> list[int]:
        if antal == 0:
            return []
        raekker = await self.conn.fetch(
            "select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2)", tabel, antal
        )
        return sorted(r["id"] for r in raekker)

    def _krypter(self, raa: bytes | None) -> bytes | None:
        return None if raa is None else self.noegler.krypter(raa)

    async def _skriv_haendelser(self) -> None:
        nye = [h for h in self.haendelser if h.ny]
        if nye:
            await self.conn.copy_records_to_table(
                "haendelse",
                columns=[
                    "id", "borger_id", "plads", "kilde", "haendelse_id", "type", "part", "tid", "subject_krypt",
                    "sekvens", "erstatter", "indhold_hash", "raa_krypt", "correlationid", "traceparent", "topic",
                    "partition", "post_offset", "modtaget", "tilstand", "udenfor", "status", "udgave", "flag",
                    "fejlkode", "afgoerelse_krypt", "accept_spor", "afventer_meldt", "endelig_tid",
                ],
                records=[
                    (
                        h.id, h.borger_id, h.plads, h.kilde, h.haendelse_id, h.type, h.part, h.tid,
                        self._krypter(h.subject.encode() if h.subject else None),
                        h.sekvens, h.erstatter, h.indhold_hash, self.noegler.krypter(h.raa), h.correlationid,
                        h.traceparent, h.topic, h.partition, h.post_offset, h.modtaget, h.tilstand, h.udenfor,
                        h.status, h.udgave, list(h.flag), h.fejlkode,
                        self._krypter(afgoerelse_til_json(h.afgoerelse) if h.afgoerelse else None),
                        h.accept_spor, h.afventer_meldt, h.endelig_tid,
                    )
                    for h in nye
                ],
            )  # fmt: skip
        gamle = [h for h in self.haendelser if not h.ny]
        if gamle:
            await self.conn.executemany(
                """update haendelse set tilstand = $2, status = $3, udgave = $4, flag = $5, fejlkode = $6,
                          afgoerelse_krypt = $7, accept_spor = $8, afventer_meldt = $9, endelig_tid = $10,
                          udenfor = $11, plads = $12
                   where id = $1""",
                [
                    (
                        h.id, h.tilstand, h.status, h.udgave, list(h.flag), h.fejlkode,
                        self._krypter(afgoerelse_til_json(h.afgoerelse) if h.afgoerelse else None),
                        h.accept_spor, h.afventer_meldt, h.endelig_tid, h.udenfor, h.plads,
                    )
                    for h in sorted(gamle, key=lambda h: h.id)
                ],
            )  # fmt: skip

    async def _skriv_registreringer(self) -> None:
        nye = self.nye_registreringer
        if nye:
            for r, id_ in zip(nye, await self._naeste("registrering", len(nye)), strict=True):
                r.id = id_
            await self.conn.copy_records_to_table(
                "registrering",
                columns=[
                    "id", "haendelse_ref", "borger_id", "nr", "handling", "tjeneste", "operation", "klasse",
                    "akassekode", "kanal", "entitets_id", "anmodning_krypt", "aendringer_krypt", "haardeste_dato",
                    "afgjort_for", "fase",
                ],
                records=[
                    (
                        r.id, r.haendelse_ref, r.borger_id, r.nr, r.handling, r.anmodning.tjeneste,
                        r.anmodning.operation, r.anmodning.klasse.value, r.anmodning.akassekode, r.kanal,
                        r.anmodning.entitets_id, self.noegler.krypter(anmodning_til_json(r.anmodning)),
                        self.noegler.krypter(aendringer_modul.til_json(r.aendringer)), r.haardeste_dato,
                        r.afgjort_for, r.tilstand.fase.value,
                    )
                    for r in nye
                ],
            )  # fmt: skip
            kanaler = sorted({(r.kanal, r.anmodning.tjeneste, r.anmodning.akassekode) for r in nye})
            await self.conn.executemany(
                "insert into kanal (kanal, tjeneste, akassekode) values ($1, $2, $3) on conflict do nothing", kanaler
            )
        if self.registreringer:
            await self.conn.executemany(
                """update registrering set fase = $2, request_nr = $3, forsoeg = $4, ens_svar = $5, udsat = $6,
                          skal_aflaeses = $7, var_i_tvivl = $8, foerste_fravaer = $9, foerst_sendt = $10,
                          sidst_sendt = $11, sidste_fejl = $12, sidste_kode = $13, registrerings_id = $14,
                          registreret = $15
                   where id = $1""",
                [
                    (
                        r.id, r.tilstand.fase.value, r.tilstand.request_nr, r.tilstand.forsoeg, r.tilstand.ens_svar,
                        r.tilstand.udsat, r.tilstand.skal_aflaeses, r.tilstand.var_i_tvivl,
                        r.tilstand.foerste_fravaer, r.tilstand.foerst_sendt, r.tilstand.sidst_sendt,
                        r.tilstand.sidste_fejl, r.tilstand.sidste_kode, r.registrerings_id, r.registreret,
                    )
                    for _, r in sorted(self.registreringer.items())
                ],
            )  # fmt: skip

    async def _skriv_tilstande(self) -> None:
        aendrede = [b for b in self.baner.values() if b.aendret]
        if not aendrede:
            return
        await self.conn.executemany(
            """insert into borger_tilstand (borger_id, bekraeftet_krypt, forventet_krypt, regelversion)
               values ($1, $2, $3, $4)
               on conflict (borger_id) do update set bekraeftet_krypt = excluded.bekraeftet_krypt,
                   forventet_krypt = excluded.forventet_krypt, regelversion = excluded.regelversion""",
            [
                (
                    b.borger_id,
                    self.noegler.krypter(tilstand_modul.til_json(b.bekraeftet)),
                    self.noegler.krypter(tilstand_modul.til_json(b.forventet)) if b.forventet is not None else None,
                    REGELVERSION,
                )
                for b in sorted(aendrede, key=lambda b: b.borger_id)
            ],
        )

    async def _skriv_koe(self) -> None:
        if self.frigiv:
            await self.conn.execute("delete from krav where borger_id = any($1::bigint[])", self.frigiv)
        if self.ud_af_koe:
            await self.conn.execute("delete from koe where borger_id = any($1::bigint[])", self.ud_af_koe)
        if self.koe:
            await self.conn.executemany(
                """insert into koe (borger_id, registrering_id, kanal, klar_fra, haardeste_dato)
                   values ($1, $2, $3, $4, $5)
                   on conflict (borger_id) do update set registrering_id = excluded.registrering_id,
                       kanal = excluded.kanal, klar_fra = excluded.klar_fra, haardeste_dato = excluded.haardeste_dato""",
                [
                    (k.borger_id, k.registrering.id, k.registrering.kanal, k.klar_fra, k.registrering.haardeste_dato)
                    for k in self.koe
                ],
            )

    async def _skriv_doedbreve(self) -> None:
        for d in self.doedbreve:
            foelgere = await self._foelgere(d)
            frist = await self._naermeste_frist(d)
            r = await self.conn.fetchrow(
                """insert into doedbrev (id, haendelse_ref, udgave, part, type, kode, tekst, status, siden, aendret)
                   values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $8)
                   on conflict (id) do update set udgave = doedbrev.udgave + 1, kode = excluded.kode,
                       tekst = excluded.tekst, status = excluded.status, aendret = excluded.aendret,
                       siden = case when doedbrev.status = 'aaben' then doedbrev.siden else excluded.siden end
                   returning udgave, siden""",
                d.id,
                d.haendelse.id,
                d.part,
                d.type,
                d.kode,
                d.tekst,
                d.status,
                self.nu,
            )
            if r is None:
                raise RuntimeError("an upsert without a row")
            bane = self.baner.get(d.haendelse.borger_id) if d.haendelse.borger_id else None
            data = {
                "dlqId": str(d.id),
                "udgave": r["udgave"],
                "part": d.part,
                "type": d.type,
                "kode": d.kode,
                "status": d.status,
                "siden": r["siden"].isoformat(),
                "foelgere": foelgere,
                "naermesteFrist": frist.isoformat() if frist else None,
            }
            self.send(d.haendelse, bane, DLQ_TOPIC, "gateway.dlq.v1", data, f"{d.id}|{r['udgave']}")

    async def _foelgere(self, d: Doedbrev) -> int:
        if d.haendelse.borger_id is None or d.haendelse.udenfor:
            return 0
        antal: int = await self.conn.fetchval(
            """select count(*) from haendelse where borger_id = $1 and tilstand = 'venter' and not udenfor
               and (plads, id) > ($2, $3)""",
            d.haendelse.borger_id,
            d.haendelse.plads,
            d.haendelse.id,
        )
        return antal

    async def _naermeste_frist(self, d: Doedbrev) -> date | None:
        frist: date | None = await self.conn.fetchval(
            """select min(haardeste_dato) from registrering where haendelse_ref = $1
               and fase not in ('registreret', 'opgivet')""",
            d.haendelse.id,
        )
        return frist

    def behold_overdragelser(self, h: Haendelsesraekke, ider: Iterable[UUID]) -> None:
        """Of the handovers that this event has sent, only ``ider`` stand: the others fall away (O1)."""
        self.overdragelser_tilbage[h.id] = (h, frozenset(ider))

    async def _bortfaldne(self) -> None:
        if not self.overdragelser_tilbage:
            return
        sendte = await self.conn.fetch(
            """select overdragelse_id, haendelse_ref, til, data_krypt from overdragelse
               where haendelse_ref = any($1::bigint[]) and registrering <> 'bortfaldet'""",
            list(self.overdragelser_tilbage),
        )
        for r in sendte:
            h, staar = self.overdragelser_tilbage[r["haendelse_ref"]]
            if r["overdragelse_id"] in staar:
                continue
            o = Overdragelse(
                r["overdragelse_id"],
                part_fra_topic(r["til"]),
                orjson.loads(self.noegler.dekrypter(r["data_krypt"])),
            )
            self.overdragelser.append(Overdragelsesaendring(o, h, "bortfaldet"))

    async def _skriv_overdragelser(self) -> None:
        """Editions of handovers: one equal to the edition before is not sent (O1)."""
        await self._bortfaldne()
        for a in self.overdragelser:
            o = a.overdragelse
            raa = orjson.dumps(o.data, option=orjson.OPT_SORT_KEYS)
            hash_ = spor(raa, str(o.til).encode())
            foer = await self.conn.fetchrow(
                "select udgave, indhold_hash, registrering, data_krypt from overdragelse where overdragelse_id = $1",
                o.overdragelse_id,
            )
            if foer is not None and foer["indhold_hash"] == hash_:
                # The same content again is news only when a receipt, or a falling away, comes with it.
                stod = foer["registrering"]
                if stod == a.registrering or (a.registrering == "afventer" and stod in ("registreret", "opdateret")):
                    continue
            udgave = (foer["udgave"] if foer else 0) + 1
            await self.conn.execute(
                """insert into overdragelse (overdragelse_id, borger_id, haendelse_ref, til, udgave, registrering,
                                             indhold_hash, data_krypt)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (overdragelse_id) do update set udgave = excluded.udgave, til = excluded.til,
                       registrering = excluded.registrering, indhold_hash = excluded.indhold_hash,
                       data_krypt = excluded.data_krypt""",
                o.overdragelse_id,
                a.haendelse.borger_id,
                a.haendelse.id,
                str(o.til),
                udgave,
                a.registrering,
                hash_,
                self.noegler.krypter(raa),
            )
            bane = self.baner[a.haendelse.borger_id] if a.haendelse.borger_id is not None else None
            data = {**o.data, "udgave": udgave, "registrering": a.registrering}
            topic = f"{o.til}.beskeder.v1"
            self.send(a.haendelse, bane, topic, "gateway.overdragelse.v1", data, f"{o.overdragelse_id}|{udgave}")

    async def _skriv_beskeder(self) -> None:
        if self.gensend:
            await self.conn.executemany(
                "insert into udbakke (topic, id) values ($1, $2) on conflict do nothing", self.gensend
            )
        if not self.beskeder:
            return
        ids = await self._naeste("besked", len(self.beskeder))
        raekker = []
        for sekvens, b in zip(ids, self.beskeder, strict=True):
            krop = kuvert_ud(
                b.type,
                str(b.besked_id),
                f"/gateway/{self.miljoe}",
                b.noegle,
                self.nu,
                b.data,
                causationid=b.haendelse.haendelse_id if b.haendelse else None,
                correlationid=b.haendelse.correlationid if b.haendelse else None,
                traceparent=b.haendelse.traceparent if b.haendelse else None,
                sekvens=sekvens,
            )
            ref = b.haendelse.id if b.haendelse else None
            raekker.append(
                (sekvens, b.besked_id, b.topic, b.noegle, b.borger_id, ref, b.type, self.noegler.krypter(krop), self.nu)
            )
        skrevne = await self.conn.fetch(
            """with ny as (
                   insert into besked (id, besked_id, topic, noegle, borger_id, haendelse_ref, type, krop_krypt, skabt)
                   overriding system value
                   select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                                        $7::text[], $8::bytea[], $9::timestamptz[])
                   on conflict (besked_id) do nothing
                   returning topic, id)
               insert into udbakke (topic, id) select topic, id from ny returning topic""",
            *(list(k) for k in zip(*raekker, strict=True)),
        )
        if skrevne:
            await self.conn.execute("select pg_notify('udbakke', '')")

    def aaben_registrering(self, h: Haendelsesraekke) -> Registreringsraekke | None:
        """The event's first registration that is not settled."""
        for r in h.registreringer:
            if r.tilstand.fase not in (Fase.REGISTRERET, Fase.OPGIVET):
                return r
        return None
