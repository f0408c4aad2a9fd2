"""The chaos suite's short form: one fresh seed (``KAOS_SEED`` names one), printed, and one row of the table again. And it
must be able to fail."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kaos import raekke
from tests.kaos.__main__ import ROD, genkald, vis
from tests.kaos.dom import til_mennesker
from tests.kaos.koersel import koer
from tests.kaos.miljoe import Grund
from tests.kaos.plan import lav

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
TABEL = ROD / "docs" / "reliability" / "chaos.csv"
MINUTTER, REPLIKAER, MEDLEMMER = 0.35, 2, 60
#: So often another run is made when few of its faults hit.
FORSOEG = 3


@pytest.fixture(scope="module")
async def grund(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Grund]:
    """Kafka and PostgreSQL that may be restarted: the session's own serve other tests."""
    g = Grund(tmp_path_factory.mktemp("kaos"))
    await g.start()
    yield g
    await g.stop()


def _seeds() -> dict[str, int]:
    raekker = raekke.laes(TABEL)
    gentaget = int(random.SystemRandom().choice(raekker)["seed"]) if raekker else 7
    frisk = int(os.environ.get("KAOS_SEED") or random.SystemRandom().randrange(1, 1_000_000))
    return {"frisk": frisk, "gentaget": gentaget}


@pytest.mark.parametrize("hvilken", ["frisk", "gentaget"])
async def test_I1_I2_I3_I5_I6_I7_I8_I10_under_every_fault(grund: Grund, hvilken: str) -> None:
    ramte: list[dict[str, int]] = []
    for nr in range(FORSOEG):
        seed = _seeds()[hvilken]
        linje = genkald(seed, MINUTTER, REPLIKAER, MEDLEMMER)
        print(linje)
        u = await koer(grund, lav(seed, MINUTTER, REPLIKAER, MEDLEMMER), ROD, f"{hvilken}-{seed}-{nr}")
        vis(u, linje)
        assert u.dom.ok, "\n".join(til_mennesker(f, u.haendte, linje) for f in u.dom.fund[:20])
        assert u.dom.committed > 100
        # A run in which few of its faults hit proves little: on a busy machine they may fall where all stands still already.
        if sum(u.ramt.values()) >= len(u.plan.fejl) // 2:
            return
        ramte.append(u.ramt)
    pytest.fail(f"no run in which at least half of the faults hit: {ramte}")


def test_a_row_can_be_read_again(tmp_path: Path) -> None:
    fil = tmp_path / "t.csv"
    raekke.skriv(fil, dict.fromkeys(raekke.KOLONNER, "1"))
    raekke.skriv(fil, dict.fromkeys(raekke.KOLONNER, "2"))
    assert [r["seed"] for r in raekke.laes(fil)] == ["1", "2"]
