"""A process that stands still past its lease while DFDG has its request, beside one that goes on."""

from __future__ import annotations

import copy
import signal
from pathlib import Path

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from tests.fejlmatrix.conftest import Vaerk
from tests.fejlmatrix.test_kafka import ny

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]


async def test_I11_stopped_past_the_lease_with_a_request_unanswered(vaerk: Vaerk, tmp_path: Path) -> None:
    h = vaerk.h
    anden = copy.copy(h.o)
    anden._proces, anden.miljoe = None, {**h.o.miljoe, "GATEWAY_DATA_DIR": str(tmp_path)}
    await anden.start()
    try:
        k = ny(h)
        cpr = k["data"]["cpr"]
        await h.o.styring.bestil(Forstyrrelse(art="latens", sekunder=1.5, antal=1, cpr=cpr))
        await h.send("akasse.01", k)
        await h.vent(lambda: bool(h.dfdg(cpr, "modtaget")), "the request at DFDG")
        pid = int((await h.o.sql("select ejer from krav")).split(":")[1])
        (frosset,) = [p for p in (h.o._proces, anden._proces) if p is not None and p.pid == pid]
        frosset.send_signal(signal.SIGSTOP)
        try:
            assert not h.dfdg(cpr, "kvitteret"), "the request was unanswered when the process stopped"
            # The other one takes it over when the lease is over, settles it, and its publisher is told.
            assert (await h.staar(k["id"], sekunder=60)).data["status"] == "registreret"
            foer = h.o.log.read_text().count("lease_lost")
        finally:
            frosset.send_signal(signal.SIGCONT)
        await h.vent(lambda: h.o.log.read_text().count("lease_lost") > foer, "the late answer dropped")
    finally:
        await anden.stop()
    assert len(h.dfdg(cpr)) == 1
    assert len(h.dfdg(cpr, "modtaget")) == 2
    assert len({x.request_id for x in h.dfdg(cpr, "modtaget")}) == 1
    assert [m.data["status"] for m in h.kvitteringer(k["id"])][-1] == "registreret"
    assert len([m for m in h.kvitteringer(k["id"]) if m.data["endelig"]]) == 1
