"""Writing a unit of work in few statements: events, registrations, states, the queue, dead letters, messages.

The caller's transaction commits it.
"""

from __future__ import annotations

from datetime import date

from contracts.envelope import kuvert_ud
from gateway import sporing
from gateway.lanes.registrering import Fase
from gateway.ledger import numre, overdragelser
from gateway.ledger.enhed import Doedbrev, Enhed
from gateway.ledger.raekker import DLQ_TOPIC, REGELVERSION, afgoerelse_til_json, anmodning_til_json
from gateway.rules import aendringer as aendringer_modul
from gateway.rules import tilstand as tilstand_modul
from gateway.rules.tilstand import Borger


async def skriv(e: Enhed) -> None:
    """Writes everything that the unit of work has collected."""
    await _haendelser(e)
    await _registreringer(e)
    await _tilstande(e)
    await numre.skriv(e)
    await _koe(e)
    await _doedbreve(e)
    await overdragelser.skriv(e)
    await _beskeder(e)


def _krypter(e: Enhed, raa: bytes | None) -> bytes | None:
    return None if raa is None else e.noegler.krypter(raa)


async def _haendelser(e: Enhed) -> None:
    nye = [h for h in e.haendelser if h.ny]
    if nye:
        await e.conn.copy_records_to_table(
            "haendelse",
            columns=[
                "id", "borger_id", "plads", "kilde", "haendelse_id", "type", "part", "tid", "subject_krypt",
                "sekvens", "erstatter", "identitet", "indhold_hash", "raa_krypt", "correlationid", "traceparent", "topic",
                "partition", "post_offset", "modtaget", "tilstand", "udenfor", "status", "udgave", "flag",
                "fejlkode", "afgoerelse_krypt", "accept_spor", "afventer_meldt", "endelig_tid", "gentaget", "spor",
            ],
            records=[
                (
                    h.id, h.borger_id, h.plads, h.kilde, h.haendelse_id, h.type, h.part, h.tid,
                    _krypter(e, h.subject.encode() if h.subject else None),
                    h.sekvens, h.erstatter, h.identitet, h.indhold_hash, e.noegler.krypter(h.raa), h.correlationid,
                    h.traceparent, h.topic, h.partition, h.post_offset, h.modtaget, h.tilstand, h.udenfor,
                    h.status, h.udgave, list(h.flag), h.fejlkode,
                    _krypter(e, afgoerelse_til_json(h.afgoerelse) if h.afgoerelse else None),
                    h.accept_spor, h.afventer_meldt, h.endelig_tid, h.gentaget, h.spor,
                )
                for h in nye
            ],
        )  # fmt: skip
    gamle = [h for h in e.haendelser if not h.ny]
    if gamle:
        await e.conn.executemany(
            """update haendelse set tilstand = $2, status = $3, udgave = $4, flag = $5, fejlkode = $6,
                      afgoerelse_krypt = $7, accept_spor = $8, afventer_meldt = $9, endelig_tid = $10,
                      udenfor = $11, plads = $12, erstatter = $13, identitet = $14
               where id = $1""",
            [
                (
                    h.id, h.tilstand, h.status, h.udgave, list(h.flag), h.fejlkode,
                    _krypter(e, afgoerelse_til_json(h.afgoerelse) if h.afgoerelse else None),
                    h.accept_spor, h.afventer_meldt, h.endelig_tid, h.udenfor, h.plads, h.erstatter, h.identitet,
                )
                for h in sorted(gamle, key=lambda h: h.id)
            ],
        )  # fmt: skip


async def _registreringer(e: Enhed) -> None:
    nye = e.nye_registreringer
    if nye:
        for r, id_ in zip(nye, await e.naeste_ider("registrering", len(nye)), strict=True):
            r.id = id_
        await e.conn.copy_records_to_table(
            "registrering",
            columns=[
                "id", "haendelse_ref", "borger_id", "nr", "handling", "tjeneste", "operation", "klasse",
                "akassekode", "kanal", "entitets_id", "anmodning_krypt", "aendringer_krypt", "haardeste_dato",
                "afgjort_for", "fase", "art", "var_i_tvivl", "skal_aflaeses", "sidst_sendt", "tvivl_siden",
            ],
            records=[
                (
                    r.id, r.haendelse_ref, r.borger_id, r.nr, r.handling, r.anmodning.tjeneste,
                    r.anmodning.operation, r.anmodning.klasse.value, r.anmodning.akassekode, r.kanal,
                    r.anmodning.entitets_id, e.noegler.krypter(anmodning_til_json(r.anmodning)),
                    e.noegler.krypter(aendringer_modul.til_json(r.aendringer)), r.haardeste_dato,
                    r.afgjort_for, r.tilstand.fase.value, r.art, r.tilstand.var_i_tvivl, r.tilstand.skal_aflaeses,
                    r.tilstand.sidst_sendt, e.nu if r.tilstand.fase is Fase.I_TVIVL else None,
                )
                for r in nye
            ],
        )  # fmt: skip
        kanaler = sorted({(r.kanal, r.anmodning.tjeneste, r.anmodning.akassekode) for r in nye})
        await e.conn.executemany(
            "insert into kanal (kanal, tjeneste, akassekode) values ($1, $2, $3) on conflict do nothing", kanaler
        )
    if e.registreringer:
        await e.conn.executemany(
            """update registrering set fase = $2, request_nr = $3, forsoeg = $4, ens_svar = $5, udsat = $6,
                      skal_aflaeses = $7, var_i_tvivl = $8, foerste_fravaer = $9, foerst_sendt = $10,
                      sidst_sendt = $11, sidste_fejl = $12, sidste_kode = $13, registrerings_id = $14,
                      registreret = $15, afvist_i_tvivl = $16,
                      -- An attempt to settle it leaves the doubt as old as it is.
                      tvivl_siden = case when $2 = 'i_tvivl' then coalesce(tvivl_siden, $17)
                                         when $2 = 'undervejs' then tvivl_siden end
               where id = $1""",
            [
                (
                    r.id, r.tilstand.fase.value, r.tilstand.request_nr, r.tilstand.forsoeg, r.tilstand.ens_svar,
                    r.tilstand.udsat, r.tilstand.skal_aflaeses, r.tilstand.var_i_tvivl,
                    r.tilstand.foerste_fravaer, r.tilstand.foerst_sendt, r.tilstand.sidst_sendt,
                    r.tilstand.sidste_fejl, r.tilstand.sidste_kode, r.registrerings_id, r.registreret,
                    r.tilstand.afvist_i_tvivl, e.nu,
                )
                for _, r in sorted(e.registreringer.items())
            ],
        )  # fmt: skip


async def _tilstande(e: Enhed) -> None:
    aendrede = [b for b in e.baner.values() if b.aendret]
    if not aendrede:
        return
    await e.conn.executemany(
        """insert into borger_tilstand (borger_id, bekraeftet_krypt, forventet_krypt, regelversion, grund_krypt, genopbyg)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (borger_id) do update set bekraeftet_krypt = excluded.bekraeftet_krypt,
               forventet_krypt = excluded.forventet_krypt, regelversion = excluded.regelversion,
               grund_krypt = excluded.grund_krypt, genopbyg = excluded.genopbyg""",
        [
            (
                b.borger_id,
                e.noegler.krypter(tilstand_modul.til_json(b.bekraeftet)),
                e.noegler.krypter(tilstand_modul.til_json(b.forventet)) if b.forventet is not None else None,
                REGELVERSION,
                e.noegler.krypter(tilstand_modul.til_json(b.grund)) if b.grund != Borger() else None,
                b.udskudt,
            )
            for b in sorted(aendrede, key=lambda b: b.borger_id)
        ],
    )
    # Their deadlines are worked out after (D1): frister.
    await e.conn.execute(
        "insert into tilsyn_koe (borger_id) select unnest($1::bigint[])", [b.borger_id for b in aendrede]
    )


async def _koe(e: Enhed) -> None:
    if e.frigiv:
        await e.conn.execute("delete from krav where borger_id = any($1::bigint[])", e.frigiv)
    if e.ud_af_koe:
        await e.conn.execute("delete from koe where borger_id = any($1::bigint[])", e.ud_af_koe)
    if e.koe:
        await e.conn.executemany(
            """insert into koe (borger_id, registrering_id, kanal, klar_fra, haardeste_dato, art)
               values ($1, $2,
                       -- A kind that is blocked waits in a queue of its own (spaerringer).
                       $3 || case when $9 and exists (select 1 from spaerring s where s.ophaevet is null and s.tjeneste = $7
                                               and s.art = $6 and (s.akassekode is null or s.akassekode = $8))
                             then '#spaerret' else '' end,
                       $4, $5, $6)
               on conflict (borger_id) do update set registrering_id = excluded.registrering_id,
                   kanal = excluded.kanal, klar_fra = excluded.klar_fra, haardeste_dato = excluded.haardeste_dato,
                   art = excluded.art""",
            [
                (
                    k.borger_id, k.registrering.id, k.registrering.kanal, k.klar_fra, k.registrering.haardeste_dato,
                    k.registrering.art, k.registrering.anmodning.tjeneste, k.registrering.anmodning.akassekode,
                    # What is in doubt is settled all the same.
                    k.registrering.tilstand.fase is Fase.KLAR,
                )
                for k in e.koe
            ],
        )  # fmt: skip


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


async def _beskeder(e: Enhed) -> None:
    if e.gensend:
        await e.conn.executemany("insert into udbakke (topic, id) values ($1, $2) on conflict do nothing", e.gensend)
    if not e.beskeder:
        return
    ids = await e.naeste_ider("besked", len(e.beskeder))
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
    skrevne = await e.conn.fetch(
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
        await e.conn.execute("select pg_notify('udbakke', '')")
