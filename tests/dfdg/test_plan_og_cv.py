"""CV status, Min Plan, job goals, activities and participants on the wire, and what reading them back tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from contracts.dfdg import aktivitet, cv, plan, samtale
from contracts.dfdg.grund import Element
from contracts.dfdg.opslag import LAESES_HOS
from contracts.dfdg.skemaer import kontroller, skema
from gateway.errors import Regelfejl
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse, Udfald
from gateway.rules.registreringer import Indhold, Samtaledeltager
from producers.dfdg import soap
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.tjenester import LAESNING
from tests.dfdg import byg

ANDET_ID = "99999999-2222-4333-8444-555555555555"


def render(indhold: Indhold, cpr: str = "0101629996", **opsat: Any) -> Anmodning:
    return DfdgCarrier(byg.opsaetning("https://dfdg.test", **opsat)).render(
        byg.registrering(indhold), byg.haendelse(), cpr
    )


def krop(a: Anmodning) -> Element:
    return etree.fromstring(a.krop)[1][0]


def felter(a: Anmodning) -> dict[str, str | None]:
    """The innermost elements of the body by name."""
    return {etree.QName(e).localname: e.text for e in krop(a).iter() if not len(e)}


def fund(indhold: Indhold, svar: str, **opsat: Any) -> tuple[Fund, str | None]:
    """What an answer, valid by the project's schema, says of the registration."""
    a = render(indhold, **opsat)
    element = etree.fromstring(svar)
    kontroller(element)
    return LAESNING[a.operation].sammenlign(a, element)


def svar(navnerum: str, operation: str, indhold: str = "") -> str:
    return f'<{operation}Response xmlns="{navnerum}">{indhold}</{operation}Response>'


# --- the CV's status ---------------------------------------------------------------------------------------


def cvsvar(status: str = "", kommentar: str = "") -> str:
    status = f"<CVStatusIdentifier>{status}</CVStatusIdentifier>" if status else ""
    kommentar = f"<CVComment>{kommentar}</CVComment>" if kommentar else ""
    return svar(cv.LAES.navnerum, "GetCV", f"<Municipality>0101</Municipality>{status}{kommentar}")


@pytest.mark.parametrize(("godkendt", "status"), [(True, "1"), (False, "2")])
def test_P2_a_checked_cv_has_its_status_and_comment(godkendt: bool, status: str) -> None:
    a = render(byg.cvstatus(godkendt, "Mangler job & dato"))
    assert a.sti == "https://dfdg.test/CVWorkFlowService/1/CVWorkFlowService.svc"
    assert felter(a)["CvStatusIdentifier"] == status
    assert felter(a)["Comment"] == "Mangler job & dato"
    assert "Comment" not in felter(render(byg.cvstatus(godkendt)))


def test_P2_a_comment_is_at_most_375_characters() -> None:
    render(byg.cvstatus(True, "x" * 375))
    with pytest.raises(Regelfejl) as fejl:
        render(byg.cvstatus(True, "x" * 376))
    assert (fejl.value.kode, fejl.value.felt) == ("skema", "Comment")


def test_P2_the_status_that_stands_tells_whether_ours_arrived() -> None:
    assert fund(byg.cvstatus(True), cvsvar("1"))[0] is Fund.LIG
    assert fund(byg.cvstatus(True), cvsvar("2"))[0] is Fund.FRAVAERENDE
    assert fund(byg.cvstatus(True), cvsvar())[0] is Fund.FRAVAERENDE
    assert fund(byg.cvstatus(True), cvsvar("1", "en anden har skrevet"))[0] is Fund.LIG
    assert fund(byg.cvstatus(False, "Mangler\n job"), cvsvar("2", "Mangler job"))[0] is Fund.LIG
    assert fund(byg.cvstatus(False, "Mangler job"), cvsvar("2", "Mangler dato"))[0] is Fund.FRAVAERENDE


def test_P2_the_answer_is_an_empty_receipt() -> None:
    def kuvert(indhold: str) -> bytes:
        return f'<s:Envelope xmlns:s="{soap.SOAP11}"><s:Body>{indhold}</s:Body></s:Envelope>'.encode()

    tom = kuvert(svar(cv.SAET.navnerum, "UpdateCVStatus"))
    skema(cv.SAET.navnerum).assertValid(etree.fromstring(svar(cv.SAET.navnerum, "UpdateCVStatus")))
    assert soap.svar("UpdateCVStatus", 200, tom).udfald is Udfald.KVITTERET
    # For every other operation a receipt without content is none.
    andet = kuvert(svar(plan.PLAN.navnerum, "PublishPlan"))
    assert soap.svar("PublishPlan", 200, andet).udfald is Udfald.INTET_SVAR
    assert soap.svar("UpdateCVStatus", 200, andet).udfald is Udfald.INTET_SVAR


# --- Min Plan ----------------------------------------------------------------------------------------------


def plansvar(status: str = "draft", beskrivelse: str = "Søg bredt.", plan_id: str = "plan-1") -> str:
    indhold = (
        f"<Plan><PlanIdentifier>{plan_id}</PlanIdentifier><Status>{status}</Status>"
        f"<PlanDescription>{beskrivelse}</PlanDescription></Plan>"
    )
    return svar(plan.PLAN.navnerum, "GetPlan", indhold)


@pytest.mark.parametrize(("kladde", "operation"), [(True, "CreateDraftPlan"), (False, "PublishPlan")])
def test_P1_a_plan_is_drafted_or_published_with_goals_and_text(kladde: bool, operation: str) -> None:
    a = render(byg.plan(kladde=kladde))
    assert (a.operation, etree.QName(krop(a)).localname) == (operation, f"{operation}Request")
    assert felter(a)["UnemploymentFundCode"] == "01"
    assert felter(a)["PlanIdentifier"] == "plan-1"
    assert felter(a)["PlanDescription"] == "Søg bredt."
    maal = [e.text for e in krop(a).iter() if etree.QName(e).localname == "JobGoal"]
    assert maal == ["Tømrer", "Pædagog"]


def test_P1_the_plan_that_stands_tells_whether_ours_arrived() -> None:
    assert fund(byg.plan(), plansvar())[0] is Fund.LIG
    assert fund(byg.plan(beskrivelse="Søg\r\n  bredt. "), plansvar())[0] is Fund.LIG
    assert fund(byg.plan(), plansvar(status="published"))[0] is Fund.FRAVAERENDE
    assert fund(byg.plan(kladde=False), plansvar(status="published"))[0] is Fund.LIG
    assert fund(byg.plan(kladde=False), plansvar())[0] is Fund.FRAVAERENDE
    assert fund(byg.plan(), plansvar(beskrivelse="Søg smalt."))[0] is Fund.FRAVAERENDE
    assert fund(byg.plan(), plansvar(plan_id="plan-2"))[0] is Fund.FRAVAERENDE
    assert fund(byg.plan(), svar(plan.PLAN.navnerum, "GetPlan"))[0] is Fund.FRAVAERENDE


@pytest.mark.parametrize(
    ("indhold", "raekke"),
    [(byg.plan(), "minplan.tjeneste"), (byg.godkend_jobmaal(), "jobmaal.tjeneste")],
)
def test_M3_until_the_installation_names_the_service_nothing_is_sent(indhold: Indhold, raekke: str) -> None:
    with pytest.raises(Regelfejl) as fejl:
        render(indhold, koder={})
    assert fejl.value.kode == "kode_mangler"
    assert raekke in fejl.value.tekst
    assert raekke in (fejl.value.loesning or "")
    for forkert in ("http://andet.test/x", "Plan Service", "PlanService/0", "../x"):
        with pytest.raises(Regelfejl) as fejl:
            render(indhold, koder={raekke: forkert})
        assert raekke in fejl.value.tekst


@pytest.mark.parametrize(
    ("navn", "sti"),
    [
        ("PlanService", "/PlanService/1/PlanService.svc"),
        ("AkassePlanService/3", "/AkassePlanService/3/AkassePlanService.svc"),
    ],
)
def test_M3_the_named_service_takes_the_plan_and_is_read(navn: str, sti: str) -> None:
    a = render(byg.plan(), koder={"minplan.tjeneste": navn})
    laes = LAESNING[a.operation].anmodning(byg.opsaetning("https://dfdg.test"), a)
    assert a.sti == laes.sti == f"https://dfdg.test{sti}"
    assert a.tjeneste == laes.tjeneste == navn.partition("/")[0]
    for anmodning in (a, laes):
        tjeneste, _, version = navn.partition("/")
        assert etree.QName(krop(anmodning)).namespace == f"http://service.bm.dk/pjaktass/{tjeneste}/{version or 1}/"


# --- job goals ---------------------------------------------------------------------------------------------


def maalsvar(*maal: str) -> str:
    indhold = "".join(f"<JobGoal>{m}</JobGoal>" for m in maal)
    return svar(plan.JOBMAAL.navnerum, "GetJobGoals", f"<JobGoals>{indhold}</JobGoals>")


def test_P1_approved_goals_are_the_plans_goals_in_any_order_and_no_others() -> None:
    assert fund(byg.godkend_jobmaal("Tømrer", "Pædagog"), maalsvar("Pædagog", " Tømrer "))[0] is Fund.LIG
    assert fund(byg.godkend_jobmaal("Tømrer", "Pædagog"), maalsvar("Pædagog"))[0] is Fund.FRAVAERENDE
    assert fund(byg.godkend_jobmaal("Tømrer"), maalsvar("Pædagog", "Tømrer"))[0] is Fund.FRAVAERENDE
    assert fund(byg.godkend_jobmaal("Tømrer"), maalsvar())[0] is Fund.FRAVAERENDE


def test_P1_approving_no_goal_at_all_is_refused_by_field() -> None:
    from gateway.rules.registreringer import GodkendJobmaal

    with pytest.raises(Regelfejl) as fejl:
        render(GodkendJobmaal("plan-1", ()))
    assert (fejl.value.kode, fejl.value.felt) == ("skema", "JobGoals.JobGoal")


# --- activities --------------------------------------------------------------------------------------------


def aktivitetssvar(**mere: str) -> str:
    f = {
        "ActivityIdentifier": str(byg.AKTIVITET_ID),
        "StartDate": "2023-04-03",
        "EndDate": "2023-05-12",
        "HoursPerWeek": "7",
        "MinutesPerWeek": "24",
        "ActivationTypeIdentifier": "952",
    } | mere
    kerne = "".join(f"<{k}>{v}</{k}>" for k, v in f.items() if k != "ActivationTypeIdentifier")
    myndighed = (
        "<ResponsibleAuthority><AuthorityStructure><AuthorityCode>01</AuthorityCode><AuthorityName>A</AuthorityName>"
        "</AuthorityStructure></ResponsibleAuthority>"
    )
    type_ = f"<ActivationTypeIdentifier>{f['ActivationTypeIdentifier']}</ActivationTypeIdentifier>"
    indhold = f"<ActivityItem><ActivityCoreItem>{kerne}{myndighed}{type_}</ActivityCoreItem></ActivityItem>"
    return svar(aktivitet.TJENESTE.navnerum, "GetActivity", indhold)


def test_P1_an_activity_that_is_a_duty_is_registered_with_its_own_id() -> None:
    a = render(byg.aktivitet())
    assert (a.klasse, a.entitets_id) == (Klasse.EGET_ID, str(byg.AKTIVITET_ID))
    f = felter(a)
    assert f["ActivityIdentifier"] == str(byg.AKTIVITET_ID)
    assert (f["StartDate"], f["EndDate"]) == ("2023-04-03", "2023-05-12")
    assert (f["HoursPerWeek"], f["MinutesPerWeek"]) == ("7", "24")
    assert f["ActivationTypeIdentifier"] == "952"
    assert f["AuthorityCode"] == "01"


@pytest.mark.parametrize(
    ("timer", "ventet"),
    [
        ("0", ("0", "0")),
        ("7.40", ("7", "24")),
        ("37", ("37", "0")),
        ("0.01", ("0", "1")),
        ("6.99", ("6", "59")),
        ("6.995", ("7", "0")),
        ("59.98", ("59", "59")),
    ],
)
def test_P1_hours_in_hundredths_are_hours_and_minutes(timer: str, ventet: tuple[str, str]) -> None:
    f = felter(render(byg.aktivitet(timer_pr_uge=Decimal(timer))))
    assert (f["HoursPerWeek"], f["MinutesPerWeek"]) == ventet


def test_P1_more_hours_than_dfdg_takes_are_refused_by_field() -> None:
    with pytest.raises(Regelfejl) as fejl:
        render(byg.aktivitet(timer_pr_uge=Decimal("60")))
    assert (fejl.value.felt or "").endswith("HoursPerWeek")


def test_P1_the_activity_that_stands_tells_whether_ours_arrived() -> None:
    assert fund(byg.aktivitet(), aktivitetssvar()) == (Fund.LIG, None)
    assert fund(byg.aktivitet(), svar(aktivitet.TJENESTE.navnerum, "GetActivity"))[0] is Fund.FRAVAERENDE
    assert fund(byg.aktivitet(), aktivitetssvar(ActivityIdentifier=ANDET_ID))[0] is Fund.FRAVAERENDE
    for andet, felt in (
        ({"StartDate": "2023-04-04"}, "start"),
        ({"EndDate": "2023-05-13"}, "slut"),
        ({"MinutesPerWeek": "25"}, "minutter"),
        ({"ActivationTypeIdentifier": "953"}, "type"),
    ):
        assert fund(byg.aktivitet(), aktivitetssvar(**andet)) == (Fund.ANDERLEDES, f"other content in {felt}")


def test_P1_a_withdrawn_activity_is_gone() -> None:
    assert fund(byg.slet_aktivitet(), aktivitetssvar())[0] is Fund.FRAVAERENDE
    assert fund(byg.slet_aktivitet(), svar(aktivitet.TJENESTE.navnerum, "GetActivity"))[0] is Fund.LIG


def test_a_date_in_an_answer_is_copenhagens_however_it_is_written() -> None:
    tekst = aktivitetssvar().replace("2023-04-03", "2023-04-02T22:00:00Z")
    a = render(byg.aktivitet())
    assert LAESNING[a.operation].sammenlign(a, etree.fromstring(tekst))[0] is Fund.LIG


# --- participants ------------------------------------------------------------------------------------------


def deltagersvar(*deltagere: tuple[str | None, str, str, str], samtale_id: object = byg.SAMTALE_ID) -> str:
    indhold = ""
    for id_, navn, rolle, form in deltagere:
        eget = f"<MessageIdentifier>{id_}</MessageIdentifier>" if id_ else ""
        indhold += (
            f"<InterviewParticipant>{eget}<ParticipantName>{navn}</ParticipantName><ParticipantRole>{rolle}"
            f"</ParticipantRole><ParticipationForm>{form}</ParticipationForm></InterviewParticipant>"
        )
    talk = (
        f"<PersonInterview><MessageIdentifier>{samtale_id}</MessageIdentifier><InterviewTypeIdentifier>7"
        "</InterviewTypeIdentifier><InterviewDateTime>2023-02-14T09:30:00+01:00</InterviewDateTime>"
        f"<InterviewParticipants>{indhold}</InterviewParticipants></PersonInterview>"
    )
    return svar(samtale.LAES.navnerum, "GetInterviewInfo", f"<Interviews>{talk}</Interviews>")


EGEN = (str(byg.DELTAGER_ID), "Tolk Tolkesen", "tolk", "telefon")


def test_S10_a_participant_has_name_role_and_form_on_its_talk() -> None:
    a = render(byg.deltager())
    f = felter(a)
    assert (a.operation, a.klasse, a.entitets_id) == (
        "AddInterviewParticipant",
        Klasse.NATURLIG_NOEGLE,
        str(byg.DELTAGER_ID),
    )
    assert f["InterviewIdentifier"] == str(byg.SAMTALE_ID)
    assert f["MessageIdentifier"] == str(byg.DELTAGER_ID)
    assert (f["ParticipantName"], f["ParticipantRole"], f["ParticipationForm"]) == ("Tolk Tolkesen", "tolk", "telefon")


def test_S10_a_participant_is_known_by_its_id_on_its_talk() -> None:
    assert fund(byg.deltager(), deltagersvar(EGEN)) == (Fund.LIG, None)
    assert fund(byg.deltager(), deltagersvar())[0] is Fund.FRAVAERENDE
    assert fund(byg.deltager(), deltagersvar(EGEN, samtale_id=ANDET_ID))[0] is Fund.FRAVAERENDE
    assert fund(byg.deltager(), deltagersvar((ANDET_ID, *EGEN[1:])))[0] is Fund.FRAVAERENDE
    andet = deltagersvar((EGEN[0], "Tolk Tolkesen", "bisidder", "telefon"))
    assert fund(byg.deltager(), andet) == (Fund.ANDERLEDES, "other content in rolle")


def test_S10_where_dfdg_names_no_ids_name_role_and_form_tell() -> None:
    assert fund(byg.deltager(), deltagersvar((None, *EGEN[1:])))[0] is Fund.LIG
    assert fund(byg.deltager(), deltagersvar((None, "En Anden", "tolk", "telefon")))[0] is Fund.FRAVAERENDE


def test_S10_two_participants_of_one_talk_are_told_apart() -> None:
    to = deltagersvar(EGEN, (ANDET_ID, "Bisidder", "bisidder", "personligt"))
    assert fund(byg.deltager(), to)[0] is Fund.LIG
    anden = byg.deltager(deltager=Samtaledeltager("Bisidder", "bisidder", "personligt"))
    assert fund(anden, to)[0] is Fund.ANDERLEDES


# --- doubt over SOAP ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "indhold", [byg.cvstatus(), byg.plan(), byg.plan(kladde=False), byg.godkend_jobmaal(), byg.slet_aktivitet()]
)
def test_I3_what_the_last_writer_wins_over_soap_is_read_back_before_it_is_sent_again(indhold: Indhold) -> None:
    """SOAP has no ``x-requestId``: a blind repeat would be committed a second time."""
    from datetime import UTC, datetime, timedelta

    from gateway.lanes.registrering import Fase, Skridt, Tilstand, Vilkaar, begynd_forsoeg, efter_svar, naeste_skridt

    nu = datetime(2023, 2, 1, tzinfo=UTC)
    t = begynd_forsoeg(Tilstand(klasse=render(indhold).klasse), nu)
    efter = efter_svar(t, Fase.KLAR, _intet_svar(), nu, Vilkaar(timedelta(seconds=120), 5, 0.5, False)).tilstand
    assert efter.fase is Fase.I_TVIVL
    assert naeste_skridt(efter, nu) is Skridt.AFLAES


def _intet_svar() -> Any:
    from gateway.lanes.forsoeg import Svar

    return Svar(Udfald.INTET_SVAR, kode="timeout")


# --- answers that say nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indhold", "tekst"),
    [
        (byg.cvstatus(), "<AndetResponse/>"),
        (byg.cvstatus(), "<GetCVResponse><Andet>x</Andet></GetCVResponse>"),
        (byg.plan(), "<GetPlanResponse><Andet>x</Andet></GetPlanResponse>"),
        (byg.plan(), "<GetPlanResponse><Plan><PlanIdentifier>plan-1</PlanIdentifier></Plan></GetPlanResponse>"),
        (byg.godkend_jobmaal(), "<GetJobGoalsResponse><Andet>x</Andet></GetJobGoalsResponse>"),
        (byg.aktivitet(), "<GetActivityResponse><Andet>x</Andet></GetActivityResponse>"),
        (
            byg.aktivitet(),
            "<GetActivityResponse><A><ActivityIdentifier>x</ActivityIdentifier></A></GetActivityResponse>",
        ),
        (byg.slet_aktivitet(), "<AndetResponse/>"),
        (byg.deltager(), "<GetInterviewInfoResponse/>"),
    ],
)
def test_I6_an_answer_that_is_not_understood_is_never_an_empty_one(indhold: Indhold, tekst: str) -> None:
    a = render(indhold)
    with pytest.raises(ValueError, match=r"."):
        LAESNING[a.operation].sammenlign(a, etree.fromstring(tekst))


@pytest.mark.parametrize("indhold", [byg.cvstatus(False, "Mangler job"), byg.plan(), byg.godkend_jobmaal()])
def test_I8_what_is_kept_for_comparing_does_not_show_the_texts(indhold: Indhold) -> None:
    noegle = {k: v for k, v in render(indhold).noegle.items() if not k.startswith("laes")}
    for ord_ in ("Mangler", "bredt", "Tømrer", "Pædagog"):
        assert ord_ not in repr(noegle)


def test_I6_which_service_a_reading_asks_is_known_beforehand() -> None:
    """A planned window of it holds the reading back."""
    for transport in ("rest", "soap"):
        o = byg.opsaetning("https://dfdg.test", fravaer_transport=transport)
        c = DfdgCarrier(o)
        for indhold in byg.ALLE:
            a = c.render(byg.registrering(indhold), byg.haendelse(), "0101629996")
            if a.operation in LAESNING:
                laest_hos = LAESNING[a.operation].anmodning(o, a).tjeneste
                assert laest_hos == LAESES_HOS.get(a.operation, a.tjeneste), a.operation
