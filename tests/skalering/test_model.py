"""The simulation of the gateway's scale (benchmarks/skalering): what must hold whatever it is given."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.skalering.anlaeg import Anlaeg, Maalt
from benchmarks.skalering.kost import Kost, Trin
from benchmarks.skalering.last import Ankomst
from benchmarks.skalering.maskine import Lager, Station, Ur
from benchmarks.skalering.model import Simulation
from gateway.delivery.leverandoer import Leveringsopsaetning

#: Costs of about the measured size.
KOST = Kost(
    consume=Trin((0.0, 6e-6)),
    accept=Trin((7e-3, 3e-4), (5e-3, 7e-5), (18_000.0, 4_000.0)),
    claim=Trin((3e-3, 4e-5), (3e-3, 5e-5), (0.0, 1_200.0)),
    send=Trin((0.0, 3e-4)),
    settle=Trin((6e-3, 4e-4), (5e-3, 2e-4), (0.0, 10_000.0)),
    publish=Trin((0.0, 4e-5), (0.0, 1e-5), (0.0, 60.0)),
    beskeder=1.3,
)
#: Everything but DFDG takes no time.
GRATIS = {"commit": 0.0, "ventetid": 0.0, "broker": 0.0}
A, B = "FravaerService|01", "PersonRegistrationService|02"


def ankomster(antal: int, borgere: int, pr_sekund: float, seed: int = 1) -> list[Ankomst]:
    """Events of few citizens, of no, one, two or three registrations, at random times."""
    r = random.Random(seed)
    tid, ud = 0.0, []
    for _ in range(antal):
        tid += r.expovariate(pr_sekund)
        ud.append((tid, r.randrange(borgere), r.randrange(3), r.choice([(), (A,), (B,), (A, B), (B, A, B)])))
    return ud


def koer(kom: list[Ankomst], *, log: bool = True, accepteret: bool = False, seed: int = 1, **anlaeg: Any) -> Maalt:
    return Simulation(KOST, Anlaeg(spredning=0.6, **anlaeg), kom, seed, log=log, accepteret=accepteret).koer()


#: Load and set-up: quiet, a backlog, one citizen's long lane, several processes, one process for all, a rate.
TILFAELDE = {
    "stille": (ankomster(300, 200, 20.0), {}),
    "efterslaeb": ([(0.0, *k[1:]) for k in ankomster(1_500, 400, 1.0)], {}),
    "faa_borgere": (ankomster(400, 3, 200.0), {}),
    "flere_processer": (ankomster(1_500, 300, 800.0), {"consume": 3, "deliver": 3, "publish": 2}),
    "en_proces": (ankomster(600, 100, 300.0), {"faelles": True}),
    "takst": (ankomster(300, 100, 300.0), {"takster": {"FravaerService": 40.0}, "deliver": 2}),
}


@pytest.fixture(params=TILFAELDE)
def maalt(request: pytest.FixtureRequest) -> tuple[list[Ankomst], Maalt, dict[str, object]]:
    kom, anlaeg = TILFAELDE[request.param]
    return kom, koer(kom, **anlaeg), anlaeg


def test_hvad_der_kommer_ind_kommer_ud(maalt: tuple[list[Ankomst], Maalt, dict[str, object]]) -> None:
    kom, m, _ = maalt
    assert (m.ind, m.ud, len(m.til_kvittering)) == (len(kom),) * 3
    assert m.kald == sum(len(k[3]) for k in kom)
    assert len(m.til_kald) == sum(bool(k[3]) for k in kom)


def test_hver_registrering_sendes_en_gang(maalt: tuple[list[Ankomst], Maalt, dict[str, object]]) -> None:
    kom, m, _ = maalt
    assert m.log is not None
    kald = [(nr, trin) for _, _, _, nr, trin in m.log]
    assert sorted(kald) == sorted((nr, i) for nr, k in enumerate(kom, 1) for i in range(len(k[3])))


def test_en_borgers_kald_overlapper_aldrig_og_bytter_aldrig_plads(
    maalt: tuple[list[Ankomst], Maalt, dict[str, object]],
) -> None:
    _, m, _ = maalt
    assert m.log is not None
    efter_borger = defaultdict(list)
    for fra, til, borger, nr, trin in m.log:
        efter_borger[borger].append((nr, trin, fra, til))
    for kald in efter_borger.values():
        i_tid = sorted(kald, key=lambda k: k[2])
        assert [k[:2] for k in i_tid] == sorted(k[:2] for k in kald)
        assert all(a[3] <= b[2] for a, b in pairwise(i_tid))


def test_littles_lov(maalt: tuple[list[Ankomst], Maalt, dict[str, object]]) -> None:
    """L = λ · W: the mean number of events under way by the clock, and the events' own times, say the same."""
    _, m, _ = maalt
    middel = m.areal / m.sidst
    assert middel == pytest.approx(m.ind / m.sidst * sum(m.til_kvittering) / len(m.til_kvittering))


def test_pladserne_er_gatewayens(maalt: tuple[list[Ankomst], Maalt, dict[str, object]]) -> None:
    _, m, anlaeg = maalt
    assert m.log is not None
    processer = anlaeg.get("deliver", 1)
    assert isinstance(processer, int)
    haendelser = sorted([(t, 1) for t, *_ in m.log] + [(t, -1) for _, t, *_ in m.log])
    samtidige = hoejst = 0
    for _, aendring in haendelser:
        samtidige += aendring
        hoejst = max(hoejst, samtidige)
    o = Leveringsopsaetning()
    # Two channels are used, so their slots are the bound.
    assert hoejst <= processer * min(o.i_alt, 2 * o.pr_kanal)


def test_samme_seed_samme_koersel_andet_seed_en_anden() -> None:
    kom = ankomster(300, 50, 100.0)
    en, to, anden = koer(kom), koer(kom), koer(kom, seed=2)
    assert (en.log, en.til_kvittering, en.pg) == (to.log, to.til_kvittering, to.pg)
    assert en.log != anden.log


def test_taksten_holdes() -> None:
    """No window of a second has more calls than a full bucket and a second's refill."""
    kom = [(0.0, b, 0, (A,)) for b in range(400)]
    m = koer(kom, takster={"FravaerService": 40.0}, deliver=3)
    assert m.log is not None
    tider = sorted(t for t, *_ in m.log)
    # Claims are within the rate; what is claimed leaves within the claim's own length, here less than 0.1 s.
    assert all(tider[i + 84] - tider[i] > 0.9 for i in range(len(tider) - 84))
    assert m.sidst == pytest.approx(400 / 40 - 1, rel=0.1)


def test_det_der_ventede_paa_dfdg_tages_ikke_ind_igen() -> None:
    kom = [(0.0, b, 0, (A,)) for b in range(100)]
    assert koer(kom, accepteret=True).cpu.get("consume") is None
    assert koer(kom).cpu["consume"] > 0


# --- known queues -----------------------------------------------------------------------------------


def test_m_m_1() -> None:
    """A station with exponential work: mean time in the queue is ρ / (μ − λ)."""
    r, s, nu, ventet, n = random.Random(1), Station(1), 0.0, 0.0, 100_000
    for _ in range(n):
        nu += r.expovariate(0.7)
        arbejde = r.expovariate(1.0)
        ventet += s.brug(nu, arbejde) - arbejde - nu
    assert ventet / n == pytest.approx(0.7 / 0.3, rel=0.05)


def test_m_d_c() -> None:
    """Three servers with fixed work of a second, 2.4 a second: half of M/M/3's wait by Cosmetatos' approximation within a tenth.

    M/M/3 at ρ = 0.8: Erlang C 0.6472, mean wait 0.6472 / (3 − 2.4) = 1.0787 s.
    """
    r, s, nu, ventet, n = random.Random(2), Station(3), 0.0, 0.0, 100_000
    for _ in range(n):
        nu += r.expovariate(2.4)
        ventet += s.brug(nu, 1.0) - 1.0 - nu
    rho, c = 0.8, 3
    cosmetatos = 0.5 * (1 + (1 - rho) * (c - 1) * ((4 + 5 * c) ** 0.5 - 2) / (16 * rho * c)) * 1.0787
    assert ventet / n == pytest.approx(cosmetatos, rel=0.1)


def test_en_borgers_bane_er_en_m_d_1_koe() -> None:
    """The whole model, where nothing but DFDG takes time and all events are one citizen's: M/D/1 with the response time."""
    r, tid, svartid = random.Random(3), 0.0, 0.05
    kom: list[Ankomst] = []
    for _ in range(6_000):
        tid += r.expovariate(12.0)
        kom.append((tid, 7, 0, (A,)))
    m = Simulation(Kost(), Anlaeg(svartid=svartid, **GRATIS), kom).koer()
    rho = 12.0 * svartid
    assert sum(m.til_kald) / m.kald == pytest.approx(rho * svartid / (2 * (1 - rho)), rel=0.1)


# --- PostgreSQL -------------------------------------------------------------------------------------


def flush(antal: int, *, giver_besked: bool) -> tuple[int, float]:
    """So many transactions, 0.9 ms apart: how many flushes of 10 ms, and when the last was durable."""
    ur = Ur()
    lager = Lager(ur, 1, 0.01, 0.0)
    faerdige: list[float] = []
    trin = Trin(postgres=(0.0009, 0.0))

    def gem() -> None:
        lager.bekraeft(trin, 0, lambda: faerdige.append(ur.nu), giver_besked=giver_besked)

    for _ in range(antal):
        lager.arbejd(trin, 0, 1.0, gem)
    ur.koer()
    assert len(faerdige) == antal
    return lager.flush, max(faerdige)


def test_et_flush_tjener_alle_der_venter_men_de_der_giver_besked_staar_i_koe() -> None:
    assert flush(20, giver_besked=False) == (3, pytest.approx(0.0309))
    assert flush(20, giver_besked=True) == (20, pytest.approx(0.2009))
