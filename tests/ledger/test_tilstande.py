"""A citizen's states as the ledger keeps them: what stays is not written again, and a long history seldom."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from cryptography.exceptions import InvalidTag

from gateway.ledger import settle, tilstandslager
from gateway.ledger.enhed import Bane, Enhed, Videre
from gateway.ledger.hukommelse import Hukommelse
from gateway.ledger.krypto import Noegler
from gateway.ledger.nedskrift import skriv
from gateway.rules.tilstand import Borger
from tests.ledger.byg import Ledger, samtale

_STED = """select pg_column_toast_chunk_id(bekraeftet_krypt) as bekraeftet, pg_column_toast_chunk_id(forventet_krypt) as forventet,
                  length(bekraeftet_krypt) as helt, length(bekraeftet_tillaeg) as tillaeg from borger_tilstand"""
_DAGE = [date(2022, 2, 1) + timedelta(days=n) for n in range(60)]


@pytest.fixture
def tillaeg() -> None:
    """Additions where they pay, as in production."""


async def _tres_samtaler(ledger: Ledger) -> None:
    await ledger.modtag(*(samtale(f"s{n}", d.isoformat(), "raadighed") for n, d in enumerate(_DAGE)))


async def _laest(ledger: Ledger, navn: str = "bekraeftet") -> Borger | None:
    """As a process reads it that has just begun."""
    r = await ledger.pulje.fetchrow(f"select {navn}_krypt, {navn}_tillaeg from borger_tilstand")
    assert r is not None
    return tilstandslager.tilstand(Noegler(b"n" * 32), *r)


async def test_an_expected_state_that_comes_true_step_by_step_is_written_once(ledger: Ledger) -> None:
    await _tres_samtaler(ledger)
    steder = []
    for _ in _DAGE[:-1]:
        (krav,) = await ledger.tag()
        assert await ledger.svar(krav)
        steder.append(await ledger.pulje.fetchrow(_STED))
    assert steder[0]["forventet"] is not None
    assert {s["forventet"] for s in steder} == {steder[0]["forventet"]}, "nobody wrote it again"
    # The last one: nothing is expected any more.
    (krav,) = await ledger.tag()
    assert await ledger.svar(krav)
    assert await _laest(ledger, "forventet") is None
    assert set((await ledger.statusser()).values()) == {"registreret"}


async def test_I1_a_long_history_is_written_whole_now_and_then(ledger: Ledger) -> None:
    await _tres_samtaler(ledger)
    skrevet, hele = 0, set[int]()
    for n in range(len(_DAGE)):
        (krav,) = await ledger.tag()
        assert await ledger.svar(krav)
        s = await ledger.pulje.fetchrow(_STED)
        assert s is not None
        if s["helt"] >= tilstandslager.MINDST:
            skrevet += s["tillaeg"] or s["helt"]
            hele.add(s["bekraeftet"])
        b = await _laest(ledger)
        assert b is not None
        assert [x.dato for x in b.samtaler] == _DAGE[: n + 1]
    assert s["helt"] > 10_000
    assert 3 < len(hele) < 15
    assert skrevet < 60 * s["helt"] / 5, "much less than a whole state each time"


async def test_I1_additions_can_be_read_only_beside_what_they_belong_to(ledger: Ledger) -> None:
    await _tres_samtaler(ledger)
    gammelt = None
    for _ in _DAGE:
        (krav,) = await ledger.tag()
        assert await ledger.svar(krav)
        r = await ledger.pulje.fetchrow("select bekraeftet_krypt, bekraeftet_tillaeg from borger_tilstand")
        assert r is not None
        if r["bekraeftet_tillaeg"] is not None:
            if gammelt is not None and gammelt != r["bekraeftet_krypt"]:
                break
            gammelt = r["bekraeftet_krypt"]
    else:
        pytest.fail("the state was never written whole with additions before and after")
    with pytest.raises(InvalidTag):
        tilstandslager.tilstand(Noegler(b"n" * 32), gammelt, r["bekraeftet_tillaeg"])
    # Nor by who knows the state that they belong to.
    await ledger.pulje.execute("update borger_tilstand set bekraeftet_krypt = $1", gammelt)
    with pytest.raises(InvalidTag):
        await _bane(ledger)


async def test_I1_a_state_that_is_written_whole_leaves_no_additions_behind(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tilstandslager, "MINDST", 0)
    await _tres_samtaler(ledger)
    for antal in (20, 1):
        for _ in range(antal):
            (krav,) = await ledger.tag()
            assert await ledger.svar(krav)
        s = await ledger.pulje.fetchrow(_STED)
        assert s is not None
        assert (s["tillaeg"] is None) == (antal == 1)
        b = await _laest(ledger)
        assert b is not None
        assert len(b.samtaler) == (20 if antal == 20 else 21)
        monkeypatch.setattr(tilstandslager, "MINDST", 1_000_000)


async def test_I1_what_was_written_is_remembered_as_it_will_be_read(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, and with additions: the process that wrote a state has it in hand, gets no byte of it again, and decodes nothing."""
    monkeypatch.setattr(tilstandslager, "MINDST", 0)
    await _tres_samtaler(ledger)
    for _ in range(20):
        (krav,) = await ledger.tag()
        assert await ledger.svar(krav)
    r = await ledger.pulje.fetchrow("select * from borger_tilstand")
    assert r is not None
    assert r["bekraeftet_tillaeg"] is not None
    assert await _bytes_i_svaret(ledger, r["borger_id"]) == 0

    def dekrypter(*_: object) -> bytes:
        raise AssertionError("it was decoded again")

    monkeypatch.setattr(ledger.noegler, "dekrypter", dekrypter)
    bane = await _bane(ledger)
    assert len(bane.bekraeftet.samtaler) == 20
    assert len(bane.forventet_nu.samtaler) == 60


async def test_I1_of_a_state_that_another_process_has_added_to_only_the_addition_is_asked_for(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tilstandslager, "MINDST", 0)
    monkeypatch.setattr(tilstandslager, "FOLDES_VED", 100_000)
    await _tres_samtaler(ledger)
    anden = Ledger(ledger.pulje, Noegler(b"n" * 32), ledger.motor)
    for proces in (ledger, ledger, anden):
        (krav,) = await proces.tag()
        assert await proces.svar(krav)
    r = await ledger.pulje.fetchrow("select * from borger_tilstand")
    assert r is not None
    assert 0 < await _bytes_i_svaret(ledger, r["borger_id"]) == len(r["bekraeftet_tillaeg"])
    assert len((await _bane(ledger)).bekraeftet.samtaler) == 3


async def test_I1_processes_that_settle_one_lane_in_turn_read_what_is_there(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote last, whether what was written was committed, and however little is remembered."""
    terning = Random(seed := 20261127)
    print(f"seed {seed}")
    await _tres_samtaler(ledger)
    andre = [Ledger(ledger.pulje, Noegler(b"n" * 32), ledger.motor) for _ in range(2)]
    andre[1].noegler.tilstande = Hukommelse(0)
    for n in range(len(_DAGE)):
        monkeypatch.setattr(tilstandslager, "MINDST", terning.choice((0, 1_000_000)))
        monkeypatch.setattr(tilstandslager, "FOLDES_VED", terning.choice((512, 100_000)))
        (krav,) = await ledger.tag()
        if terning.random() < 0.3:
            with monkeypatch.context() as m:
                m.setattr(settle, "skriv", _braekker)
                with pytest.raises(ConnectionError):
                    await terning.choice((ledger, *andre)).svar(krav)
        assert await terning.choice((ledger, *andre)).svar(krav)
        staar = await _laest(ledger), await _laest(ledger, "forventet")
        assert staar[0] is not None
        assert len(staar[0].samtaler) == n + 1
        for proces in (ledger, *andre):
            bane = await _bane(proces)
            assert (bane.bekraeftet, bane.forventet) == staar


async def _braekker(e: Enhed, videre: Videre | None = None) -> None:
    """Writes all of it, and then the connection is gone."""
    await skriv(e, videre)
    raise ConnectionError


async def _bane(ledger: Ledger) -> Bane:
    async with ledger.pulje.acquire() as conn:
        e = Enhed(conn, ledger.noegler, "test", ledger.nu)
        await e.indlaes_baner([await conn.fetchval("select borger_id from lane")])
    (bane,) = e.baner.values()
    return bane


async def _bytes_i_svaret(ledger: Ledger, borger_id: int) -> int:
    argumenter, _ = tilstandslager.kendte(ledger.noegler, [borger_id])
    r = await ledger.pulje.fetchrow(
        f"select {tilstandslager.KOLONNER} from {tilstandslager.KENDTE} join borger_tilstand t using (borger_id)",
        *argumenter,
    )
    assert r is not None
    return sum(len(x) for x in r.values() if x is not None)
