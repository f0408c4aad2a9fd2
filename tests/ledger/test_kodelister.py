"""M3: DFDG's code lists are read once a day over HTTPS, what changed is kept, and what DFDG lacks is told, never sent."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY

from contracts.dfdg import kodeliste
from gateway.delivery.kodelister import Kodelistelaeser, Kodevagt
from gateway.ledger.db import aabn_pulje, migrer
from gateway.ledger.kodelister import Kodelager, aendringer, koder_i_brug, lister, naeste_laesning
from gateway.ledger.krypto import Noegler
from gateway.ledger.ur import dag
from gateway.ledger.vinduer import Vinduer
from gateway.opsaetning import koder
from gateway.rules.kodebrug import Stand
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.dfdg import proces as dfdg_proces
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.certifikater import TestCA

LISTER = set(kodeliste.lister().values())
KODER = koder(Settings()) | {"organisationstype.akasse": "99"}
FOERSTE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class Replika:
    """One gateway's reading of code lists, with the test's clock."""

    pulje: asyncpg.Pool
    carrier: DfdgCarrier
    dfdg: dfdg_proces.Proces
    akasser: tuple[str, ...] = ("01", "02")
    nu: datetime = FOERSTE

    def __post_init__(self) -> None:
        self.lager = Kodelager(self.pulje, lambda: self.nu, lease=timedelta(seconds=120))
        self.laeser = Kodelistelaeser(self.lager, self.carrier, lambda: self.akasser)
        self.vagt = Kodevagt(self.pulje, KODER, lambda: self.nu)

    async def stande(self) -> dict[str, Stand]:
        return {k.brugt.raekkenavn: k.stand for k in await koder_i_brug(self.pulje, KODER, dag(self.nu))}

    async def raekker(self, liste: str) -> list[str]:
        fundne = await self.pulje.fetch("select kode from kodeliste_raekke where liste = $1 order by kode", liste)
        return [r["kode"] for r in fundne]

    def kald(self) -> Counter[str]:
        """DFDG's own log: how often each list was asked for."""
        poster = (
            [json.loads(linje) for linje in self.dfdg.log.read_text().splitlines()] if self.dfdg.log.exists() else []
        )
        return Counter(p["operation"] for p in poster if p.get("tjeneste") == kodeliste.TJENESTE.navn)


@asynccontextmanager
async def replika(dsn: str, dfdg: dfdg_proces.Proces, ca: TestCA) -> AsyncIterator[Replika]:
    pulje = await aabn_pulje(dsn, hoejst=4)
    async with pulje.acquire() as conn:
        await migrer(conn)
    carrier = DfdgCarrier(
        DfdgOpsaetning(base_url=dfdg.base_url, koder=koder(Settings()), klientcertifikat=ca.klienter, ca=ca.ca)
    )
    yield Replika(pulje, carrier, dfdg)
    await carrier.luk()
    await pulje.close()


@pytest.fixture
async def dfdg(certifikater: TestCA, tmp_path: Path) -> AsyncIterator[dfdg_proces.Proces]:
    p = await dfdg_proces.start(cert=certifikater.server, ca=certifikater.ca, data=tmp_path)
    yield p
    await p.stop()


@pytest.fixture
async def r(database: str, dfdg: dfdg_proces.Proces, certifikater: TestCA) -> AsyncIterator[Replika]:
    async with replika(database, dfdg, certifikater) as x:
        yield x


@pytest.fixture
def styring(dfdg: dfdg_proces.Proces) -> AsynkronDfdgstyring:
    return AsynkronDfdgstyring(dfdg.admin)


async def test_M3_every_list_is_read_once_a_day_and_a_first_reading_changes_nothing(r: Replika) -> None:
    assert await r.laeser.gaa() == len(LISTER)
    assert "75" in await r.raekker("fravaerstype")
    assert await aendringer(r.pulje, datetime(2000, 1, 1, tzinfo=UTC)) == []
    # The hour before the next reading, and the hour itself.
    r.nu = naeste_laesning(FOERSTE) - timedelta(seconds=1)
    assert await r.laeser.gaa() == 0
    r.nu += timedelta(seconds=1)
    assert await r.laeser.gaa() == len(LISTER)
    assert set(r.kald().values()) == {2}
    assert len(r.kald()) == len(LISTER)


@pytest.mark.parametrize(
    ("nu", "naeste"),
    [
        ("2026-03-02T00:30:00+01:00", "2026-03-03T05:00:00+01:00"),
        ("2026-03-02T23:59:59+01:00", "2026-03-03T05:00:00+01:00"),
        ("2026-03-02T23:30:00+00:00", "2026-03-04T05:00:00+01:00"),  # the 3rd in Copenhagen
        ("2026-03-28T12:00:00+01:00", "2026-03-29T05:00:00+02:00"),  # summer time begins that night
    ],
)
def test_M3_the_next_reading_is_the_next_day_in_copenhagen(nu: str, naeste: str) -> None:
    assert naeste_laesning(datetime.fromisoformat(nu)) == datetime.fromisoformat(naeste)


async def test_M3_what_changed_between_two_days_is_kept_over_a_restart(
    database: str, dfdg: dfdg_proces.Proces, certifikater: TestCA, styring: AsynkronDfdgstyring
) -> None:
    async with replika(database, dfdg, certifikater) as foer:
        await foer.laeser.gaa()
        assert (await foer.stande())["fravaerstype.mindre_intensiv.job"] is Stand.I_KRAFT
    await styring.saet_kodeliste(
        "CvStatusIdentifier",
        [
            {"kode": "1", "tekst": "CV godkendt", "til": "2026-03-02"},
            {"kode": "3", "tekst": "Klar til kontrol"},
            {"kode": "4", "tekst": "Ny"},
        ],
    )
    async with replika(database, dfdg, certifikater) as efter:
        # Restarted on the same day: nothing is read again.
        assert await efter.laeser.gaa() == 0
        efter.nu = FOERSTE + timedelta(days=1)
        await efter.laeser.gaa()
        fundne = {a.kode: (a.foer, a.efter) for a in await aendringer(efter.pulje, FOERSTE)}
        assert fundne == {
            "1": (
                [{"tekst": "CV godkendt", "fra": None, "til": None}],
                [{"tekst": "CV godkendt", "fra": None, "til": "2026-03-02"}],
            ),
            "2": ([{"tekst": "CV ej godkendt", "fra": None, "til": None}], None),
            "3": (
                [{"tekst": "Klar til kvalitetssikring", "fra": None, "til": None}],
                [{"tekst": "Klar til kontrol", "fra": None, "til": None}],
            ),
            "4": (None, [{"tekst": "Ny", "fra": None, "til": None}]),
        }
        assert {x.liste: x.aendret for x in await lister(efter.pulje, FOERSTE) if x.aendret} == {"cvstatus": 4}
        stande = await efter.stande()
        assert (stande["cvstatus.godkendt"], stande["cvstatus.ikke_godkendt"]) == (Stand.OPHOERT, Stand.UKENDT)
        # A third day without a change adds nothing.
        efter.nu += timedelta(days=1)
        await efter.laeser.gaa()
        assert len(await aendringer(efter.pulje, FOERSTE)) == 4


async def test_M3_replicas_read_a_day_once(database: str, dfdg: dfdg_proces.Proces, certifikater: TestCA) -> None:
    async with (
        replika(database, dfdg, certifikater) as a,
        replika(database, dfdg, certifikater) as b,
        replika(database, dfdg, certifikater) as c,
    ):
        antal = await asyncio.gather(*(x.laeser.gaa() for x in (a, b, c)))
        assert sum(antal) == len(LISTER)
        assert sorted(a.kald().values()) == [1] * len(LISTER)


async def test_M3_a_reader_that_lost_its_lease_stores_nothing(r: Replika) -> None:
    gammel = await r.lager.tag()
    assert gammel is not None
    svar = await r.carrier.hent_kodelister("01", (gammel.liste,))
    r.nu += timedelta(seconds=121)
    while (ny := await r.lager.tag()) is not None and ny.liste != gammel.liste:
        pass
    assert ny is not None
    assert ny.epoke == gammel.epoke + 1
    assert await r.lager.gem(gammel, svar[gammel.liste]) is None
    await r.lager.ulaeselig(gammel, "for sent")
    assert await r.raekker(gammel.liste) == []
    assert await r.lager.gem(ny, svar[ny.liste]) == []
    assert await r.raekker(ny.liste) != []


async def test_M3_while_dfdg_is_away_one_call_a_pause_is_made_and_the_last_rows_stay(
    r: Replika, dfdg: dfdg_proces.Proces, styring: AsynkronDfdgstyring
) -> None:
    await r.laeser.gaa()
    raekker = await r.raekker("samtaletype")
    kanaler = await r.pulje.fetch("select * from kanal")
    r.nu += timedelta(days=1)
    nede = await styring.bestil(Forstyrrelse(art="svar", status=503))
    for forsoeg in range(1, 5):
        assert await r.laeser.gaa() == 0
        # Nothing more before DFDG's own pause is over.
        r.nu += timedelta(seconds=2**forsoeg - 2)
        assert await r.laeser.gaa() == 0
        assert await styring.treffer(nede.nummer) == forsoeg
        r.nu += timedelta(seconds=1)
    assert await r.raekker("samtaletype") == raekker
    # No channel, no breaker and no registration hears of it.
    assert await r.pulje.fetch("select * from kanal") == kanaler == []
    await styring.ryd()
    assert await r.laeser.gaa() == len(LISTER)
    assert {x.forsoeg for x in await lister(r.pulje, FOERSTE)} == {0}
    assert await aendringer(r.pulje, FOERSTE) == []


async def test_M3_an_a_kasse_without_access_holds_no_reading_back(r: Replika) -> None:
    r.akasser = ("99", "01")
    assert await r.laeser.gaa() == 0
    r.nu += timedelta(seconds=1)
    laest = await r.laeser.gaa()
    # The list that failed is asked for with the other certificate; the rest follows in the same way.
    for _ in range(len(LISTER)):
        r.nu += timedelta(seconds=1)
        laest += await r.laeser.gaa()
    assert laest == len(LISTER)


async def test_M3_a_list_that_can_not_be_read_keeps_its_last_rows_and_holds_no_other(
    r: Replika, styring: AsynkronDfdgstyring
) -> None:
    await r.laeser.gaa()
    raekker = await r.raekker("samtaleform")
    await styring.saet_kodeliste("InterviewContactTypeIdentifier", [])
    r.nu += timedelta(days=1)
    assert await r.laeser.gaa() == len(LISTER) - 1
    assert await r.raekker("samtaleform") == raekker
    (form,) = [x for x in await lister(r.pulje, FOERSTE) if x.liste == "samtaleform"]
    assert (form.laest, form.forsoeg, form.antal) == (FOERSTE, 1, len(raekker))
    assert form.fejl
    assert form.alder(r.nu) == timedelta(days=1).total_seconds()
    assert form.naeste == r.nu + timedelta(hours=2)
    assert await aendringer(r.pulje, FOERSTE) == []
    assert (await r.stande())["samtaleform.telefon"] is Stand.I_KRAFT


async def test_M3_operators_are_warned_of_codes_in_use_that_dfdg_does_not_have_and_nothing_else_is_sent(
    r: Replika, styring: AsynkronDfdgstyring, caplog: pytest.LogCaptureFixture
) -> None:
    def maal(navn: str, liste: str) -> float | None:
        return REGISTRY.get_sample_value(navn, {"liste": liste})

    with caplog.at_level(logging.WARNING):
        assert await r.vagt.maal() == []
        assert maal("gateway_kodeliste_alder_sekunder", "samtaletype") == math.inf
        await r.laeser.gaa()
        assert await r.vagt.maal() == []
    assert not caplog.records
    await styring.saet_kodeliste(
        "AbsenceType",
        [
            {"kode": "75", "tekst": "Kontaktforløb er hos a-kassen", "til": "2026-03-03"},
            {"kode": "10", "tekst": "Ferie", "fra": "2026-03-05"},
            *({"kode": str(k), "tekst": "x"} for k in range(902, 907)),
        ],
    )
    r.nu = FOERSTE + timedelta(days=1, hours=1)
    await r.laeser.gaa()
    r.nu += timedelta(hours=1)

    def advarsler() -> dict[str, str]:
        return {x.raekke: x.stand for x in caplog.records if x.message == "code_in_use_not_at_dfdg"}  # type: ignore[attr-defined]

    with caplog.at_level(logging.WARNING):
        await r.vagt.maal()
        # Its last day is still in force.
        assert advarsler() == {
            "fravaerstype.ferie": "ikke_begyndt",
            "fravaerstype.mindre_intensiv.job": "ukendt",
        }
        caplog.clear()
        await r.vagt.maal()
        assert advarsler() == {}  # said once
        r.nu += timedelta(days=1)
        await r.vagt.maal()
        assert advarsler() == {"fravaerstype.kontaktforloeb": "ophoert"}
    assert maal("gateway_koder_i_brug_ukendte", "fravaerstype") == 3
    assert maal("gateway_koder_i_brug_ukendte", "samtaletype") == 0
    assert maal("gateway_kodeliste_alder_sekunder", "fravaerstype") == timedelta(days=1, hours=1).total_seconds()
    # What is sent is what the installation says.
    assert {k.brugt.kode for k in await koder_i_brug(r.pulje, KODER, date(2026, 3, 4)) if k.stand is Stand.UKENDT} == {
        "901"
    }


async def test_M3_in_a_planned_window_nothing_is_asked_for(r: Replika) -> None:
    vinduer = Vinduer(r.pulje, Noegler(b"n" * 32), "test", lambda: r.nu)
    await vinduer.planlaeg(r.nu, r.nu + timedelta(hours=1), [], "Service", hvem="test", begrundelse="test")
    assert await r.laeser.gaa() == 0
    assert r.kald() == {}
    assert {x.forsoeg for x in await lister(r.pulje, FOERSTE)} == {0}
    r.nu += timedelta(hours=1)
    await vinduer.gaa()
    assert await r.laeser.gaa() == len(LISTER)


async def test_M3_every_code_in_use_is_in_force_at_the_stand_in(r: Replika) -> None:
    """The two readings of STAR's pages agree: contracts/codes with the example file, and the stand-in's own lists."""
    await r.laeser.gaa()
    stande = await r.stande()
    assert {n for n, s in stande.items() if s is not Stand.I_KRAFT} == {"minplan.tjeneste", "jobmaal.tjeneste"}
    assert stande["minplan.tjeneste"] is Stand.UDEN_LISTE
