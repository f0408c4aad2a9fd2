"""Writing a unit of work in few statements: events, registrations, states, the queue, dead letters, messages.

The caller's transaction commits it.
"""

from __future__ import annotations

import zlib
from datetime import date
from typing import Any

from contracts.envelope import kuvert_ud
from gateway import sporing
from gateway.lanes.registrering import Fase
from gateway.ledger import numre, overdragelser, tilstandslager
from gateway.ledger.enhed import Bane, Doedbrev, Enhed, Videre
from gateway.ledger.kanaler import BANE_PAA_PAUSE, ER_SPAERRET
from gateway.ledger.raekker import (
    DLQ_TOPIC,
    REGELVERSION,
    Haendelsesraekke,
    Indhold,
    afgoerelse_til_json,
    anmodning_til_json,
)
from gateway.ledger.samlet import indsaet, kolonner
from gateway.rules import aendringer as aendringer_modul
from gateway.rules.tilstand import Borger

_NYE_HAENDELSER = indsaet(
    "haendelse",
    """id bigint, borger_id bigint, plads bigint, kilde text, haendelse_id text, type text, part text, tid timestamptz,
       subject_krypt bytea, sekvens bigint, erstatter bigint, identitet text, indhold_hash bytea, raa_krypt bytea,
       correlationid text, traceparent text, topic text, partition int, post_offset bigint, modtaget timestamptz, tilstand text,
       udenfor bool, status text, udgave int, flag text[], fejlkode text, afgoerelse_krypt bytea, accept_spor bytea,
       afventer_meldt text, endelig_tid timestamptz, gentaget timestamptz, spor text, samtale_id uuid""",
)
_NYE_REGISTRERINGER = indsaet(
    "registrering",
    """id bigint, haendelse_ref bigint, borger_id bigint, nr smallint, handling text, tjeneste text, operation text, klasse text,
       akassekode text, kanal text, entitets_id text, anmodning_krypt bytea, aendringer_krypt bytea, haardeste_dato date,
       afgjort_for date, fase text, art text, forsoeg int, var_i_tvivl bool, skal_aflaeses bool, foerst_sendt timestamptz,
       sidst_sendt timestamptz, tvivl_siden timestamptz, request_uuid uuid""",
)
_NYE_TILSTANDE = indsaet(
    "borger_tilstand",
    """borger_id bigint, regelversion int, genopbyg bool, bekraeftet_krypt bytea, bekraeftet_tillaeg bytea, forventet_krypt bytea,
       forventet_tillaeg bytea, grund_krypt bytea, grund_tillaeg bytea""",
)
_NYE_BESKEDER = indsaet(
    "besked",
    """id bigint, besked_id uuid, topic text, noegle text, borger_id bigint, haendelse_ref bigint, type text, krop_krypt bytea,
       skabt timestamptz""",
)


async def skriv(e: Enhed, videre: Videre | None = None) -> None:
    """Writes everything that the unit of work has collected. ``videre`` may claim heads of it, when all that is new has its id."""
    # Messages of dead letters and handovers come up as those are written, and all go out in the order in which they came up.
    flere = bool(e.doedbreve or e.overdragelser or e.overdragelser_tilbage)
    beskeder = await _tildel_ider(e, 0 if flere else len(e.beskeder))
    if videre is not None:
        await videre(e)
    _haendelser(e)
    await _registreringer(e)
    tilstande = _tilstande(e)
    _krav(e)
    await _koe(e)
    _beskeder(e, beskeder)
    svar = await e.samlet.udfoer(e.conn)
    if tilstande and svar["tilstande"] != tilstande:
        raise RuntimeError("a citizen's state is gone")
    if e.kraevet and svar["kraevet"] != len(e.kraevet):
        raise RuntimeError("a lane's epoch is not what it was when the lane was locked")
    await numre.skriv(e)
    await _doedbreve(e)
    await overdragelser.skriv(e)
    if flere:
        _beskeder(e, await _tildel_ider(e, len(e.beskeder)))
        await e.samlet.udfoer(e.conn)
    if e.gensend:
        await e.conn.executemany("insert into udbakke (topic, id) values ($1, $2) on conflict do nothing", e.gensend)


def _krypter(e: Enhed, raa: bytes | None) -> bytes | None:
    return None if raa is None else e.noegler.krypter(raa)


def _haendelser(e: Enhed) -> None:
    nye = [h for h in e.haendelser if h.ny]
    if nye:
        e.samlet.med(
            "nye_haendelser",
            _NYE_HAENDELSER,
            *kolonner(
                (
                    h.id, h.borger_id, h.plads, h.kilde, h.haendelse_id, h.type, h.part, h.tid,
                    _krypter(e, h.subject.encode() if h.subject else None),
                    h.sekvens, h.erstatter, h.identitet, h.indhold_hash, e.noegler.skriv(h.indhold, _raa), h.correlationid,
                    h.traceparent, h.topic, h.partition, h.post_offset, h.modtaget, h.tilstand, h.udenfor,
                    h.status, h.udgave, ",".join(h.flag), h.fejlkode,
                    _afgoerelse(e, h), h.accept_spor, h.afventer_meldt, h.endelig_tid, h.gentaget, h.spor,
                    h.samtale_id,
                )
                for h in nye
            ),
        )  # fmt: skip
    gamle = [h for h in e.haendelser if not h.ny]
    if gamle:
        e.samlet.med(
            "haendelser",
            """update haendelse h set tilstand = n.tilstand, status = n.status, udgave = n.udgave,
                      flag = string_to_array(n.flag, ','), fejlkode = n.fejlkode, afgoerelse_krypt = n.afgoerelse_krypt,
                      accept_spor = n.accept_spor, afventer_meldt = n.afventer_meldt, endelig_tid = n.endelig_tid,
                      udenfor = n.udenfor, plads = n.plads, erstatter = n.erstatter, identitet = n.identitet
               from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bytea[], $8::bytea[],
                           $9::text[], $10::timestamptz[], $11::bool[], $12::bigint[], $13::bigint[], $14::text[])
                    n(id, tilstand, status, udgave, flag, fejlkode, afgoerelse_krypt, accept_spor, afventer_meldt,
                      endelig_tid, udenfor, plads, erstatter, identitet)
               where h.id = n.id""",
            *kolonner(
                (
                    h.id, h.tilstand, h.status, h.udgave, ",".join(h.flag), h.fejlkode, _afgoerelse(e, h),
                    h.accept_spor, h.afventer_meldt, h.endelig_tid, h.udenfor, h.plads, h.erstatter, h.identitet,
                )
                for h in {h.id: h for h in gamle}.values()
            ),
        )  # fmt: skip


def _afgoerelse(e: Enhed, h: Haendelsesraekke) -> bytes | None:
    return None if h.afgoerelse is None else e.noegler.skriv(h.afgoerelse, afgoerelse_til_json)


def _raa(i: Indhold) -> bytes:
    return i.raa


async def _tildel_ider(e: Enhed, beskeder: int) -> list[int]:
    """Ids for what is new, in rising order: the registrations get theirs, those of so many messages are given. The channels by
    which the registrations will leave are known from here on."""
    nye = [r for r in e.nye_registreringer if not r.id]
    if not nye:
        return await e.naeste_ider("besked", beskeder)
    raekker = await e.conn.fetch(
        """with kendt as (insert into kanal (kanal, tjeneste, akassekode)
                          select * from unnest($3::text[], $4::text[], $5::text[]) on conflict do nothing)
           select false as er_besked, nextval(pg_get_serial_sequence('registrering', 'id')) as id from generate_series(1, $1)
           union all
           select true, nextval(pg_get_serial_sequence('besked', 'id')) from generate_series(1, $2)""",
        len(nye),
        beskeder,
        *kolonner(sorted({(r.kanal, r.anmodning.tjeneste, r.anmodning.akassekode) for r in nye})),
    )
    for r, id_ in zip(nye, sorted(x["id"] for x in raekker if not x["er_besked"]), strict=True):
        r.id = id_
    return sorted(x["id"] for x in raekker if x["er_besked"])


async def _registreringer(e: Enhed) -> None:
    if e.nye_registreringer:
        e.samlet.med(
            "nye_registreringer",
            _NYE_REGISTRERINGER,
            *kolonner(
                (
                    r.id, r.haendelse_ref, r.borger_id, r.nr, r.handling, r.anmodning.tjeneste,
                    r.anmodning.operation, r.anmodning.klasse.value, r.anmodning.akassekode, r.kanal,
                    r.anmodning.entitets_id, e.noegler.skriv(r.anmodning, anmodning_til_json),
                    e.noegler.skriv(r.aendringer, aendringer_modul.til_json), r.haardeste_dato,
                    r.afgjort_for, r.tilstand.fase.value, r.art, r.tilstand.forsoeg, r.tilstand.var_i_tvivl,
                    r.tilstand.skal_aflaeses, r.tilstand.foerst_sendt, r.tilstand.sidst_sendt, e.nu if r.tilstand.fase is Fase.I_TVIVL else None,
                    r.request_uuid,
                )
                for r in e.nye_registreringer
            ),
        )  # fmt: skip
    if e.registreringer:
        e.samlet.med(
            "registreringer",
            """update registrering r set fase = n.fase, request_nr = n.request_nr, forsoeg = n.forsoeg,
                      ens_svar = n.ens_svar, udsat = n.udsat, skal_aflaeses = n.skal_aflaeses,
                      var_i_tvivl = n.var_i_tvivl, foerste_fravaer = n.foerste_fravaer, foerst_sendt = n.foerst_sendt,
                      sidst_sendt = n.sidst_sendt, sidste_fejl = n.sidste_fejl, sidste_kode = n.sidste_kode,
                      registrerings_id = n.registrerings_id, registreret = n.registreret,
                      afvist_i_tvivl = n.afvist_i_tvivl,
                      -- An attempt to settle it leaves the doubt as old as it is.
                      tvivl_siden = case when n.fase = 'i_tvivl' then coalesce(r.tvivl_siden, $20)
                                         when n.fase = 'undervejs' then r.tvivl_siden end,
                      besvaret = coalesce(n.besvaret, r.besvaret),
                      http_status = case when n.besvaret is null then r.http_status else n.http_status end,
                      svar_krypt = case when n.besvaret is null then r.svar_krypt else n.svar_krypt end
               from unnest($1::bigint[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bool[], $8::bool[],
                           $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::text[],
                           $14::text[], $15::timestamptz[], $16::bool[], $17::timestamptz[], $18::int[],
                           $19::bytea[])
                    n(id, fase, request_nr, forsoeg, ens_svar, udsat, skal_aflaeses, var_i_tvivl, foerste_fravaer,
                      foerst_sendt, sidst_sendt, sidste_fejl, sidste_kode, registrerings_id, registreret, afvist_i_tvivl,
                      besvaret, http_status, svar_krypt)
               where r.id = n.id""",
            *kolonner(
                (
                    r.id, r.tilstand.fase.value, r.tilstand.request_nr, r.tilstand.forsoeg, r.tilstand.ens_svar,
                    r.tilstand.udsat, r.tilstand.skal_aflaeses, r.tilstand.var_i_tvivl,
                    r.tilstand.foerste_fravaer, r.tilstand.foerst_sendt, r.tilstand.sidst_sendt,
                    r.tilstand.sidste_fejl, r.tilstand.sidste_kode, r.registrerings_id, r.registreret,
                    r.tilstand.afvist_i_tvivl, r.besvaret, r.http_status,
                    _krypter(e, zlib.compress(r.svar) if r.svar else None),
                )
                for r in e.registreringer.values()
            ),
            e.nu,
        )  # fmt: skip
    omdoebte = [r for r in e.registreringer.values() if r.omdoebt]
    if omdoebte:
        await e.conn.executemany(
            "update registrering set entitets_id = $2, anmodning_krypt = $3 where id = $1",
            [(r.id, r.anmodning.entitets_id, e.noegler.skriv(r.anmodning, anmodning_til_json)) for r in omdoebte],
        )


def _tilstande(e: Enhed) -> int:
    """Gives how many rows there must be that stood there."""
    # Their deadlines are worked out after (D1): frister.
    aendrede = sorted((b for b in e.baner.values() if b.aendret), key=lambda b: b.borger_id)
    if any(b.uden_tilstande for b in aendrede):
        raise RuntimeError("a citizen's state is to be written that was not read")
    gamle = [b for b in aendrede if b.i_ledgeren]
    nye = [b for b in aendrede if not b.i_ledgeren]
    if gamle:
        e.samlet.med(
            "tilstande",
            # A column that keeps its value is not written again, however large it is.
            """update borger_tilstand t set regelversion = n.regelversion, genopbyg = n.genopbyg,
                   bekraeftet_krypt = case when n.bk = '' then t.bekraeftet_krypt else n.bk end,
                   bekraeftet_tillaeg = case when n.bt = '' then t.bekraeftet_tillaeg else n.bt end,
                   forventet_krypt = case when n.fk = '' then t.forventet_krypt else n.fk end,
                   forventet_tillaeg = case when n.ft = '' then t.forventet_tillaeg else n.ft end,
                   grund_krypt = case when n.gk = '' then t.grund_krypt else n.gk end,
                   grund_tillaeg = case when n.gt = '' then t.grund_tillaeg else n.gt end
               from unnest($1::bigint[], $2::int[], $3::bool[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
                           $8::bytea[], $9::bytea[])
                    n(borger_id, regelversion, genopbyg, bk, bt, fk, ft, gk, gt)
               where t.borger_id = n.borger_id
               returning t.borger_id""",
            *kolonner(_tilstandsraekke(e, b) for b in gamle),
        )
        e.samlet.svar("tilstande", "(select count(*) from tilstande)")
    if nye:
        e.samlet.med(
            "nye_tilstande",
            _NYE_TILSTANDE
            + """ on conflict (borger_id) do update set regelversion = excluded.regelversion, genopbyg = excluded.genopbyg,
                   bekraeftet_krypt = excluded.bekraeftet_krypt, bekraeftet_tillaeg = excluded.bekraeftet_tillaeg,
                   forventet_krypt = excluded.forventet_krypt, forventet_tillaeg = excluded.forventet_tillaeg,
                   grund_krypt = excluded.grund_krypt, grund_tillaeg = excluded.grund_tillaeg""",
            *kolonner(_tilstandsraekke(e, b) for b in nye),
        )
    if aendrede:
        e.samlet.med(
            "tilsyn", "insert into tilsyn_koe (borger_id) select unnest($1::bigint[])", [b.borger_id for b in aendrede]
        )
    return len(gamle)


def _tilstandsraekke(e: Enhed, b: Bane) -> tuple[Any, ...]:
    """A lane's row: its states encrypted, empty where the ledger has this very one. They are the ledger's from here on."""
    nu = (b.bekraeftet, b.forventet, b.grund if b.grund != Borger() else None)
    krypterede, b.i_ledgeren = tilstandslager.kolonner(e.noegler, b.i_ledgeren or tilstandslager.INTET, nu)
    tilstandslager.husk(e.noegler, b.borger_id, b.i_ledgeren)
    return (b.borger_id, REGELVERSION, b.udskudt, *krypterede)


def _krav(e: Enhed) -> None:
    if e.haevet:
        e.samlet.med(
            "haevet",
            """update lane set epoke = lane.epoke + n.med from unnest($1::bigint[], $2::int[]) n(borger_id, med)
               where lane.borger_id = n.borger_id returning lane.borger_id, lane.epoke""",
            *kolonner(e.haevet.items()),
        )
    if e.kraevet:
        e.samlet.med(
            "kraevet",
            # A lane that was claimed until now gets another claim in the place of that one.
            """insert into krav (borger_id, registrering_id, epoke, ejer, lease_til)
               select n.borger_id, n.registrering_id, n.epoke, n.ejer, n.lease_til
               from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
                    n(borger_id, registrering_id, epoke, ejer, lease_til)
               join haevet on haevet.borger_id = n.borger_id and haevet.epoke = n.epoke
               on conflict (borger_id) do update set registrering_id = excluded.registrering_id, epoke = excluded.epoke,
                   ejer = excluded.ejer, lease_til = excluded.lease_til
               returning borger_id""",
            *kolonner((k.borger_id, k.registrering.id, k.epoke, k.ejer, k.lease_til) for k in e.kraevet),
        )
        e.samlet.svar("kraevet", "(select count(*) from kraevet)")
    frigivne = sorted(set(e.frigiv) - {k.borger_id for k in e.kraevet})
    if frigivne:
        e.samlet.med("frigivet", "delete from krav where borger_id = any($1::bigint[])", frigivne)


async def _koe(e: Enhed) -> None:
    if e.ud_af_koe:
        # A lane whose line is taken out may get another one.
        await e.conn.execute("delete from koe where borger_id = any($1::bigint[])", e.ud_af_koe)
    if e.koe:
        e.samlet.med(
            "koelinjer",
            f"""insert into koe (borger_id, registrering_id, kanal, klar_fra, haardeste_dato, art)
               select n.borger_id, n.registrering_id,
                      -- A kind that is blocked waits in a queue of its own (spaerringer).
                      n.kanal || case when {ER_SPAERRET} then '#spaerret' else '' end
                      -- So does a lane that an operator has paused (pauser).
                        || case when {BANE_PAA_PAUSE} then '#pause' else '' end,
                      n.klar_fra, n.haardeste_dato, n.art
               from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::date[], $6::text[], $7::text[],
                           $8::text[], $9::bool[])
                    n(borger_id, registrering_id, kanal, klar_fra, haardeste_dato, art, tjeneste, akassekode, klar)
               on conflict (borger_id) do update set registrering_id = excluded.registrering_id,
                   kanal = excluded.kanal, klar_fra = excluded.klar_fra, haardeste_dato = excluded.haardeste_dato,
                   art = excluded.art""",
            *kolonner(
                (
                    k.borger_id, k.registrering.id, k.registrering.kanal, k.klar_fra, k.registrering.haardeste_dato,
                    k.registrering.art, k.registrering.anmodning.tjeneste, k.registrering.anmodning.akassekode,
                    k.registrering.tilstand.fase is Fase.KLAR,
                )
                for k in e.koelinjer().values()
            ),
        )  # fmt: skip
        if any(k.klar_fra <= e.nu for k in e.koe):
            e.samlet.svar("koe_vaekket", "pg_notify('koe', '')")


async def _doedbreve(e: Enhed) -> None:
    for d in e.doedbreve:
        foelgere = await _foelgere(e, d)
        frist = await _naermeste_frist(e, d)
        r = await e.conn.fetchrow(
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
            e.nu,
        )
        if r is None:
            raise RuntimeError("an upsert without a row")
        bane = e.baner.get(d.haendelse.borger_id) if d.haendelse.borger_id else None
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
        e.send(d.haendelse, bane, DLQ_TOPIC, "gateway.dlq.v1", data, f"{d.id}|{r['udgave']}")


async def _foelgere(e: Enhed, d: Doedbrev) -> int:
    if d.haendelse.borger_id is None or d.haendelse.udenfor:
        return 0
    antal: int = await e.conn.fetchval(
        """select count(*) from haendelse where borger_id = $1 and tilstand = 'venter' and not udenfor
           and (plads, id) > ($2, $3)""",
        d.haendelse.borger_id,
        d.haendelse.plads,
        d.haendelse.id,
    )
    return antal


async def _naermeste_frist(e: Enhed, d: Doedbrev) -> date | None:
    frist: date | None = await e.conn.fetchval(
        """select min(haardeste_dato) from registrering where haendelse_ref = $1
           and fase not in ('registreret', 'opgivet')""",
        d.haendelse.id,
    )
    return frist


def _beskeder(e: Enhed, ids: list[int]) -> None:
    """``ids``: one for each; none: they are written later."""
    if not ids:
        return
    raekker = []
    for sekvens, b in zip(ids, e.beskeder, strict=True):
        krop = kuvert_ud(
            b.type,
            str(b.besked_id),
            f"/gateway/{e.miljoe}",
            b.noegle,
            e.nu,
            b.data,
            causationid=b.haendelse.haendelse_id if b.haendelse else None,
            correlationid=b.haendelse.correlationid if b.haendelse else None,
            traceparent=sporing.besked(b.haendelse.spor or b.haendelse.traceparent, b.type) if b.haendelse else None,
            sekvens=sekvens,
        )
        ref = b.haendelse.id if b.haendelse else None
        raekker.append(
            (sekvens, b.besked_id, b.topic, b.noegle, b.borger_id, ref, b.type, e.noegler.krypter(krop), e.nu)
        )
    e.samlet.med(
        "beskeder",
        _NYE_BESKEDER + " on conflict (besked_id) do nothing returning topic, id",
        *kolonner(raekker),
    )
    e.samlet.med("ude", "insert into udbakke (topic, id) select topic, id from beskeder returning topic")
    e.samlet.svar("vaekket", "(select pg_notify('udbakke', '') from ude limit 1)")
