"""A ledger in which nearly everything is finished: one told course, multiplied by SQL, with some dead letters in it.

What is encrypted is copied as it is: the plans and times of reading are what this is for.
"""

from __future__ import annotations

from typing import Any

from gateway.lanes.forsoeg import Svar, Udfald
from tests.ledger.byg import Ledger, placeret, samtale, udbetalt

PR_BORGER = 10
#: Dead letters, each with a follower.
STOPPEDE = 200


async def fyld(ledger: Ledger, haendelser: int) -> None:
    """About ``haendelser`` finished events, ten a citizen, with a registration and a message each."""
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    for _ in range(2):
        (k,) = await ledger.tag()
        await ledger.svar(k, Svar(Udfald.KVITTERET, registrerings_id="r", http_status=200, raa=b"<a>svar</a>" * 40))
    borgere = haendelser // PR_BORGER
    await ledger.pulje.execute("analyze")
    for saetning, argumenter in _saetninger(borgere):
        await ledger.pulje.execute(saetning, *argumenter, timeout=1200)
    await ledger.modtag(udbetalt("u", "410"))
    # VACUUM sets what index-only scans and BRIN summaries need, as autovacuum does in time.
    for tabel in ("borger", "haendelse", "registrering", "besked", "doedbrev", "overdragelse", "betjening"):
        await ledger.pulje.execute(f"vacuum analyze {tabel}", timeout=1200)


def _saetninger(n: int) -> list[tuple[str, tuple[Any, ...]]]:
    return [
        ("set statement_timeout = 0", ()),
        ("""insert into borger (pseudonym, cpr_krypt) select md5('b' || i), (select cpr_krypt from borger order by id limit 1)
            from generate_series(1, $1::int) i""", (n,)),
        ("insert into borger_alias (cpr_hash, borger_id) select sha256(pseudonym::bytea), id from borger where id > 1", ()),
        ("insert into lane (borger_id) select id from borger where id > 1", ()),
        ("""insert into borger_tilstand (borger_id, bekraeftet_krypt, regelversion) select b.id, t.bekraeftet_krypt, t.regelversion
            from borger b, borger_tilstand t where t.borger_id = 1 and b.id > 1""", ()),
        ("""insert into haendelse (borger_id, plads, kilde, haendelse_id, type, part, tid, indhold_hash, raa_krypt, topic, partition,
                post_offset, modtaget, tilstand, status, udgave, afgoerelse_krypt, endelig_tid, samtale_id)
            select b.id, 1000 + i, '/akasse/0' || (1 + b.id % 9), 'm-' || b.id || '-' || i, h.type, 'akasse.0' || (1 + b.id % 9), h.tid,
                   h.indhold_hash, h.raa_krypt, 'akasse.0' || (1 + b.id % 9) || '.haendelser.v1', 0, b.id * 10 + i,
                   now() - (interval '1 second' * ($1::int - b.id + 1)) * 30, 'endelig', 'registreret', 1, h.afgoerelse_krypt, now(),
                   md5('s' || b.id || '-' || i)::uuid
            from borger b cross join generate_series(1, 10) i, (select * from haendelse where haendelse_id = 's1') h
            where b.id > 1 order by b.id, i""", (n,)),
        ("""insert into registrering (haendelse_ref, borger_id, nr, handling, tjeneste, operation, klasse, akassekode, kanal,
                entitets_id, anmodning_krypt, aendringer_krypt, fase, forsoeg, art, foerst_sendt, sidst_sendt, besvaret, http_status,
                svar_krypt, registreret, request_uuid)
            select h.id, h.borger_id, 0, r.handling, r.tjeneste, r.operation, r.klasse, right(h.part, 2), r.tjeneste || '|' || right(h.part, 2),
                   md5('e' || h.id), r.anmodning_krypt, r.aendringer_krypt, 'registreret', 1, r.art, h.modtaget, h.modtaget,
                   h.modtaget + interval '0.2 second', 200, r.svar_krypt, h.modtaget, md5('q' || h.id)::uuid
            from haendelse h, (select * from registrering order by id desc limit 1) r where h.haendelse_id like 'm-%' order by h.id""", ()),
        ("""insert into besked (besked_id, topic, noegle, borger_id, haendelse_ref, type, krop_krypt, skabt)
            select gen_random_uuid(), 'akasse.01.kvitteringer.v1', 'n', h.borger_id, h.id, 'gateway.kvittering.v1', b.krop_krypt, h.modtaget
            from haendelse h, (select krop_krypt from besked limit 1) b where h.haendelse_id like 'm-%' order by h.id""", ()),
        ("""insert into kanal (kanal, tjeneste, akassekode) select distinct kanal, tjeneste, akassekode from registrering
            on conflict do nothing""", ()),
        ("""insert into betjening (hvem, handling, maal, begrundelse) select 'anna', 'retry', gen_random_uuid()::text, 'x'
            from generate_series(1, greatest(100, $1::int / 10))""", (n,)),
        # Some citizens' newest two events: a dead letter, and one that waits behind it.
        (f"""with valgte as (select id from borger where id > 2 order by id limit {STOPPEDE})
             update haendelse h set tilstand = case when right(h.haendelse_id, 2) = '-9' then 'stoppet' else 'venter' end, status = null,
                endelig_tid = null, fejlkode = 'dfdg_afvist'
             from valgte v where h.borger_id = v.id and (right(h.haendelse_id, 2) = '-9' or right(h.haendelse_id, 3) = '-10')""", ()),
        ("""update registrering r set fase = case when h.tilstand = 'stoppet' then 'stoppet' else 'opgivet' end, sidste_kode = '4999'
            from haendelse h where h.id = r.haendelse_ref and h.tilstand in ('stoppet', 'venter')""", ()),
        ("""insert into doedbrev (id, haendelse_ref, udgave, part, type, kode, tekst, status)
            select gen_random_uuid(), id, 1, part, type, 'dfdg_afvist', 'DFDG afviste registreringen: 4999', 'aaben' from haendelse
            where tilstand = 'stoppet'""", ()),
        ("""insert into topic_offset (topic, partition, naeste) select distinct topic, 0, 1 from haendelse on conflict do nothing""", ()),
    ]  # fmt: skip
