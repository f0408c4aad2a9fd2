"""A course that another system began is taken over: everything becomes known, nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Naar, Status
from gateway.rules.registreringer import Kontrolaflaesning
from tests.kontrakter import eksempler
from tests.regler.byg import (
    KOMMUNE,
    UDENFOR,
    Historie,
    beskedtyper,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    tidlig_indsats,
    udbetalt,
)

DFDGS_ID = "11111111-2222-4333-8444-555555555555"


def indlaest(tid: str = "2022-04-01", **felter: Any) -> Haendelse:
    standard: dict[str, Any] = {
        "kommunekode": KOMMUNE,
        "tilmeldingsdato": "2022-03-01",
        "indplaceringsdato": "2022-03-02",
        "afgoerelsesdato": "2022-03-08",
        "timerSammenlagt": "120",
        "timerSammenlagtVedTilmelding": ...,
        "erhvervskompetencegivendeUddannelse": True,
        "fravaerIdentifier": DFDGS_ID,
        "samtaler": [
            {"dato": "2022-03-07", "formaal": ["cv", "jobsamtale"], "form": "personligt"},
            {"dato": "2022-03-21", "formaal": ["faelles"], "form": "video", "jobcenterDeltog": True},
        ],
        "ferie": [{"ferieId": eksempler.uuid("ferie"), "startdato": "2022-05-02", "slutdato": "2022-05-06"}],
        "indstillinger": [{"indstillingId": eksempler.uuid("i"), "tilbudstype": "mentor"}],
        "minPlan": "kladde",
    }
    return haendelse("akasse.medlem.indlaest.v1", tid, **{**standard, **felter})


def laest_tilbage(h: Historie, x: Haendelse) -> Any:
    """The event after the reading back that goes before it."""
    foerst = h.ske(x)
    assert foerst.fortsaet
    return h.ske(x)


def test_V2_it_writes_nothing_and_knows_the_whole_course() -> None:
    h = historie()
    afg = h.ske(indlaest())
    assert (afg.status, afg.registreringer, afg.beskeder) == (Status.NOTERET, (), ())
    f, b = h.forloeb, h.borger
    assert (f.startdato, f.slutdato, str(f.fravaer_id), f.fravaer_kendt) == (dag("2022-03-02"), None, DFDGS_ID, True)
    assert [s.formaal for s in b.samtaler] == [("cv", "jobsamtale"), ("faelles",)]
    assert (b.ferie[0].registreret, b.ferie[0].fravaer_id, b.minplan, b.indlaest) == (True, None, "kladde", True)
    assert not b.medlemskaber[0].bekraeftet, "J5: DFDG has said nothing yet"


def test_O2_O4_the_handover_tells_what_the_other_system_did() -> None:
    h = historie(indlaest())
    afg = laest_tilbage(h, tidlig_indsats("2022-04-20"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-02", "2022-04-20", "44")]
    data = afg.overdragelser[0].data
    assert (data["afholdt"], data["resterer"]) == ({"jobsamtaler": 1, "faelles": 1}, {"jobsamtaler": 3, "faelles": 1})
    assert [x["startdato"] for x in data["ferie"]] == ["2022-05-02"]
    assert [x["tilbudstype"] for x in data["aabneIndstillinger"]] == ["mentor"]
    assert (data["minPlan"], data["timerSammenlagt"]) == ("kladde", "120")


def test_A1_the_hours_go_on_from_the_figure_that_was_told() -> None:
    h = historie(indlaest(timerSammenlagt="409.99"))
    assert h.ske(udbetalt("2022-04-10", "409.99")).status is Status.NOTERET
    assert indhold(laest_tilbage(h, udbetalt("2022-04-29", "410")))[0][3:] == ("2022-04-30", "41")


@pytest.mark.parametrize(("fravaer_id", "ventet"), [(DFDGS_ID, DFDGS_ID), (..., None)])
def test_the_first_registration_reads_dfdg_back(fravaer_id: Any, ventet: str | None) -> None:
    """By DFDG's identifier where it was told, otherwise by type and start."""
    h = historie(indlaest(fravaerIdentifier=fravaer_id))
    afg = h.proev(tidlig_indsats("2022-04-20"))
    (r,) = afg.registreringer
    assert isinstance(r.indhold, Kontrolaflaesning)
    assert (str(r.indhold.fravaer_id) if r.indhold.fravaer_id else None) == ventet
    assert (r.indhold.startdato, afg.fortsaet) == (dag("2022-03-02"), True)
    assert beskedtyper(afg) == [("gateway.overdragelse.v1", f"jobcenter.{KOMMUNE}")], "I12: it leaves all the same"


def test_J5_a_jobcenters_contact_asks_dfdg_whose_the_member_is() -> None:
    """Otherwise it would wait for a registration that need not come."""
    h = historie(indlaest())
    kontakt = haendelse("jobcenter.jobordre.kontakt.v1", "2022-04-05")
    afg = h.proev(kontakt)
    assert [type(r.indhold) for r in afg.registreringer] == [Kontrolaflaesning]
    assert (afg.fortsaet, afg.afvent_bekraeftelse, beskedtyper(afg)) == (True, False, [])
    svar = laest_tilbage(h, kontakt)
    assert (svar.status, svar.beskeder[0].til.kode, svar.beskeder[0].naar) == (Status.VIDERESENDT, "09", Naar.MODTAGET)
    assert not h.proev(haendelse("jobcenter.jobordre.kontakt.v1", "2022-04-06")).registreringer, "once"


def test_V16_what_no_regime_covers_is_not_taken_over() -> None:
    h = historie()
    afg = h.ske(indlaest(kommunekode=UDENFOR))
    assert (afg.status, afg.regel, afg.flag) == (Status.UDEN_VIRKNING, "V16", ("regel_r1",))
    assert (h.borger.forloeb, h.borger.indlaest) == ((), False)


@pytest.mark.parametrize(
    "foer",
    [
        pytest.param(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01"), id="an enrolment"),
        pytest.param(haendelse("akasse.samtale.afholdt.v1", "2022-03-01", jobcenterDeltog=True), id="a talk"),
        pytest.param(indlaest("2022-03-20"), id="another import"),
    ],
)
def test_V2_only_the_first_event_from_an_akasse_may_be_an_import(foer: Haendelse) -> None:
    h = Historie()
    h.ske(foer)
    afg = h.proev(indlaest())
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode) == (Status.AFVIST, "indlaest_ikke_foerst")
    assert i_forloeb("2022-03-01").proev(indlaest()).status is Status.AFVIST


def test_F3_a_holiday_that_the_other_system_registered_is_the_akasses_to_change() -> None:
    h = historie(indlaest())
    felter = {"ferieId": eksempler.uuid("ferie"), "startdato": "2022-05-02", "slutdato": "2022-05-13"}
    afg = h.ske(haendelse("akasse.ferie.aendret.v1", "2022-04-20", **felter, anmodetDato="2022-04-20", godkendt=True))
    assert (afg.status, [p.kode for p in afg.pligter]) == (Status.NOTERET, ["ret_i_dfdg"])
    assert h.borger.ferie[0].slutdato == dag("2022-05-13")
    afg = h.ske(haendelse("akasse.ferie.annulleret.v1", "2022-04-21", ferieId=felter["ferieId"]))
    assert (afg.status, [p.kode for p in afg.pligter]) == (Status.NOTERET, ["ret_i_dfdg"])
    assert h.ske(haendelse("akasse.ferie.annulleret.v1", "2022-04-22", ferieId=felter["ferieId"])).pligter == ()
