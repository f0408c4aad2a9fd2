"""PostgreSQL fails under the gateway: ended at once in the middle of everything, and its disk full."""

from __future__ import annotations

import signal

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from tests.fejlmatrix.conftest import Vaerk
from tests.fejlmatrix.test_kafka import ny, registreret
from tests.graenseflade.hus import Hus

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]


async def test_I1_I3_postgresql_ended_at_once_in_the_middle(vaerk: Vaerk) -> None:
    h = vaerk.h
    foer, under = [ny(h) for _ in range(12)], [ny(h) for _ in range(12)]
    langsom = await h.o.styring.bestil(Forstyrrelse(art="latens", sekunder=1.5))
    for k in foer:
        await h.send("akasse.01", k)
    await h.o.vent("select count(*) >= 5 from krav")
    for k in under:
        await h.send("akasse.01", k)
    i_luften = await h.o.sql("select count(*) from krav")
    await vaerk.postgres.genstart(signal.SIGQUIT)
    await h.o.styring.ryd(langsom.nummer)
    assert i_luften >= 1
    for k in (*foer, *under):
        await registreret(h, k, 90)


async def goer_disken_klar(h: Hus) -> None:
    """From when ``disk_fuld`` has a row, every write of an event or a registration is refused as PostgreSQL does with a full
    disk (53100)."""
    await h.o.sql("create table disk_fuld (fra timestamptz)")
    for tabel in ("haendelse", "registrering"):
        await h.o.sql(
            f"""create function disk_fuld_{tabel}() returns trigger language plpgsql as $$ begin
                  if exists (select 1 from disk_fuld) then
                    raise exception 'could not extend file: No space left on device' using errcode = '53100';
                  end if;
                  return null;
                end $$"""
        )
        await h.o.sql(
            f"""create trigger disk_fuld before insert or update on {tabel}
                for each statement execute function disk_fuld_{tabel}()"""
        )


def ramt(h: Hus, foer: int, hvor: str) -> bool:
    """Whether the log tells, after its first ``foer`` characters, that the disk was full there."""
    return any("DiskFullError" in linje and hvor in linje for linje in h.o.log.read_text()[foer:].splitlines())


async def test_I1_I3_a_full_disk_loses_nothing_and_an_answer_waits_for_it(vaerk: Vaerk) -> None:
    h = vaerk.h
    await goer_disken_klar(h)
    foer = len(h.o.log.read_text())
    i_luften, ventende = ny(h, "akasse.02"), ny(h, "akasse.02")
    cpr = i_luften["data"]["cpr"]
    await h.o.styring.bestil(Forstyrrelse(art="latens", sekunder=1.2, antal=1, cpr=cpr))
    await h.send("akasse.02", i_luften)
    await h.vent(lambda: bool(h.dfdg(cpr, "modtaget")), "the request at DFDG")
    await h.o.sql("insert into disk_fuld values (now())")
    try:
        besvaret = bool(h.dfdg(cpr, "kvitteret"))
        await h.send("akasse.02", ventende)
        await h.vent(lambda: ramt(h, foer, "settle_database_away"), "the full disk under settle")
        await h.vent(lambda: ramt(h, foer, '"hvad": "accept"'), "the full disk under accept")
        assert not besvaret, "the disk was full before DFDG answered"
        assert len(h.dfdg(cpr)) == 1
        assert await h.o.sql("select count(*) from krav") == 1
    finally:
        await h.o.sql("delete from disk_fuld")
    for k in (i_luften, ventende):
        await registreret(h, k)
    # DFDG had answered: the answer was kept until it could be written down, and nothing was asked for again.
    assert len(h.dfdg(cpr, "modtaget")) == 1
    assert not any(b.kuvert.get("causationid") in (i_luften["id"], ventende["id"]) for b in h.doedbreve())
