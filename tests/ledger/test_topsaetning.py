"""The sentence on top: who is the trouble, since when, how many, through when. Pure: facts in, words out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.ledger.laesning.forside import Alvor, Fakta, Kanalstand, Skyld, dom, toemningstid

NU = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOER = NU - timedelta(minutes=20)


def kanal(tilstand: str = "aaben", ventende: int = 0, tjeneste: str = "FravaerService", **mere: Any) -> Kanalstand:
    return Kanalstand(tjeneste, "01", tilstand, FOER, mere.get("aarsag"), mere.get("i_vindue", False), mere.get("pauset", False), ventende)  # fmt: skip


GODT = Fakta(NU, kanaler=(kanal(), kanal(tjeneste="PersonService")))
NEDE = replace(GODT, kanaler=(kanal("nede", 30), kanal(tjeneste="PersonService")))


@pytest.mark.parametrize(
    ("fakta", "skyld", "alvor", "ord_"),
    [
        pytest.param(GODT, Skyld.INGEN, Alvor.GODT, "Alt kører.", id="nothing"),
        pytest.param(NEDE, Skyld.DFDG, Alvor.FEJL, "DFDG svarer ikke på FravaerService siden kl. 12:40.", id="one service"),
        pytest.param(
            replace(GODT, kanaler=(kanal("nede"), kanal("nede", tjeneste="PersonService"))),
            Skyld.DFDG, Alvor.FEJL, "DFDG svarer ikke siden kl. 12:40.", id="all of DFDG",
        ),
        pytest.param(replace(NEDE, kafka_nede_siden=FOER), Skyld.KAFKA, Alvor.FEJL, "Kafka svarer ikke siden kl. 12:40.", id="Kafka"),
        pytest.param(
            replace(GODT, kanaler=(kanal("adgang", aarsag="tls"),)),
            Skyld.OS, Alvor.FEJL, "DFDG afviser vores adgang for a-kasse 01 (tls): certifikat eller opsætning siden kl. 12:40.",
            id="our certificate",
        ),
        pytest.param(replace(NEDE, modtagelse_pauset="disk_fuld"), Skyld.OS, Alvor.FEJL, "Vi læser ikke fra Kafka: disken er næsten fuld.", id="our disk"),
        pytest.param(
            replace(GODT, kanaler=(kanal("nede", i_vindue=True),), vindue_til=NU + timedelta(hours=1), vindue_fra=FOER),
            Skyld.VINDUE, Alvor.OBS, "Planlagt vindue hos DFDG til kl. 14:00 siden kl. 12:40.", id="a window explains it",
        ),
        pytest.param(replace(GODT, kanaler=(replace(kanal("genaabner"), ude=1),)), Skyld.DFDG, Alvor.OBS, "DFDG svarer igen, og FravaerService åbnes trinvis siden kl. 12:40.", id="the first of a reopening is out"),
        pytest.param(replace(GODT, kanaler=(kanal("genaabner"),)), Skyld.INGEN, Alvor.GODT, "Alt kører.", id="reopens, and nobody waits"),
        pytest.param(replace(GODT, kanaler=(kanal("genaabner", 3),)), Skyld.DFDG, Alvor.OBS, "DFDG svarer igen, og FravaerService åbnes trinvis siden kl. 12:40.", id="reopening"),
        pytest.param(
            replace(GODT, stoppede=12, stoppede_fra={"akasse.07": 11, "akasse.01": 1}, stoppet_siden=FOER),
            Skyld.PART, Alvor.OBS, "A-kasse 07 står for 11 af 12 stoppede hændelser siden kl. 12:40.", id="a party",
        ),
        pytest.param(
            replace(GODT, stoppede=12, stoppede_fra={"akasse.07": 6, "akasse.01": 6}, stoppet_siden=FOER),
            Skyld.INGEN, Alvor.OBS, "Alt svarer. 12 hændelser er stoppet og venter på en rettelse siden kl. 12:40.", id="several parties",
        ),
        pytest.param(replace(GODT, tavse_topics=(("akasse.07.kvitteringer.v1", FOER),)), Skyld.PART, Alvor.FEJL,
                     "A-kasse 07 kan ikke modtage beskeder: akasse.07.kvitteringer.v1 tager ikke imod siden kl. 12:40.", id="a party's topic"),
        pytest.param(replace(GODT, interne_fejl=1, stoppede=1, stoppede_fra={"akasse.01": 1}, stoppet_siden=FOER), Skyld.OS, Alvor.FEJL,
                     "Vi kan ikke behandle 1 hændelse: en fejl hos os siden kl. 12:40.", id="a fault of ours"),
        pytest.param(replace(GODT, pauser=(("tjeneste", "FravaerService", FOER),)), Skyld.OS, Alvor.OBS,
                     "Driften har sat FravaerService på pause siden kl. 12:40.", id="our own pause"),
    ],
)  # fmt: skip
def test_the_sentence_names_who_is_the_trouble_and_since_when(
    fakta: Fakta, skyld: Skyld, alvor: Alvor, ord_: str
) -> None:
    t = dom(fakta)
    assert (t.skyld, t.alvor, t.tekst) == (skyld, alvor, ord_)


def test_it_says_how_many_citizens_and_when_they_are_through() -> None:
    f = replace(NEDE, borgere_venter=30, borgere_stoppet=1, undervejs=90, takster={"FravaerService": 0.5})
    t = dom(f)
    # 30 heads and 60 parked behind them at one every two seconds: three minutes.
    assert (t.borgere, t.toem) == (31, NU + timedelta(minutes=3))
    assert "30 borgere venter og 1 borger er stoppet." in t.tekst
    assert "Køen er tømt ca. 3 minutter efter, at der er lukket op igen." in t.tekst


def test_in_a_window_the_queue_is_through_after_its_end() -> None:
    til = NU + timedelta(hours=2)
    f = replace(
        GODT,
        kanaler=(kanal(ventende=60, i_vindue=True),),
        vindue_til=til,
        vindue_fra=FOER,
        undervejs=60,
        takster={"FravaerService": 1.0},
    )
    assert dom(f).toem == til + timedelta(minutes=1)


def test_services_work_side_by_side_and_an_unknown_rate_is_not_guessed() -> None:
    to = replace(GODT, kanaler=(kanal(ventende=60), kanal(ventende=30, tjeneste="PersonService")), undervejs=90)
    assert toemningstid(replace(to, takster={"FravaerService": 1.0, "PersonService": 0.1})) == timedelta(seconds=300)
    assert toemningstid(replace(to, takster={"FravaerService": 1.0}, maalt={"PersonService": 3.0})) == timedelta(
        seconds=60
    )
    assert toemningstid(replace(to, takster={"FravaerService": 1.0})) is None
    assert toemningstid(GODT) == timedelta()


def test_a_day_other_than_todays_is_said() -> None:
    gammel = replace(NEDE, kanaler=(replace(NEDE.kanaler[0], siden=NU - timedelta(days=3)),))
    assert "siden 27/2 kl. 13:00" in dom(gammel).tekst
