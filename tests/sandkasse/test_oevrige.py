"""Summonses, participants, CV status, plans, activities, memberships, look-ups and code lists: what DFDG says of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring, Styringsfejl
from sandbox.dfdg.log import COMMITTED, laes_log
from sandbox.dfdg.proces import Proces
from sandbox.personer import Personregister
from tests.sandkasse.kalder import Kalder, Svar, fravaer

INDKALDELSER = "/Kontaktforloeb.IndkaldelseService/v1/Indkaldelse"
MEDLEMSKAB = "/Borgerindsats.AkassemedlemskabService/v1/Akassemedlemskab"
KONTAKTGRUPPE = "/VisiteringOgStatus.KontaktgruppeService/v1/Kontaktgruppe"
DELTAGER = (
    "<InterviewIdentifier>{samtale}</InterviewIdentifier><InterviewParticipant><MessageIdentifier>{id}"
    "</MessageIdentifier><ParticipantName>T. Tolk</ParticipantName><ParticipantRole>tolk</ParticipantRole>"
    "<ParticipationForm>telefon</ParticipationForm></InterviewParticipant>"
)
AKTIVITET = (
    "<ActivityItem><ActivityCoreItem><ActivityIdentifier>{id}</ActivityIdentifier><StartDate>{start}</StartDate>"
    "<EndDate>2030-02-01</EndDate><HoursPerWeek>{timer}</HoursPerWeek><MinutesPerWeek>24</MinutesPerWeek>"
    "<ResponsibleAuthority><AuthorityStructure><AuthorityCode>1</AuthorityCode><AuthorityName>Kassen</AuthorityName>"
    "</AuthorityStructure></ResponsibleAuthority><ActivationTypeIdentifier>952</ActivationTypeIdentifier>"
    "</ActivityCoreItem></ActivityItem>"
)
PLAN = (
    "<UnemploymentFundCode>1</UnemploymentFundCode><PlanIdentifier>p</PlanIdentifier>"
    "<PlanDescription>Søg</PlanDescription>{maal}"
)


def indkaldelse(**mere: Any) -> dict[str, Any]:
    return {
        "samtaleType": 7,
        "startTidspunkt": "2040-04-14T10:00:00+02:00",
        "slutTidspunkt": "2040-04-14T10:45:00+02:00",
        "samtaleform": 1,
        "selvbooket": False,
        "ansvarligMyndighed": {"myndighed": {"organisationsTypeIdentifier": 5, "organisationskode": "01"}},
        **mere,
    }


async def kald_indkaldelse(
    kalder: Kalder,
    metode: str,
    cpr: str,
    id_: str,
    indhold: dict[str, Any] | None = None,
    *,
    under: str = "",
    request_id: str | None = None,
) -> Svar:
    hoveder = kalder.hoveder(cpr, request_id or str(uuid4()))
    krop = None if indhold is None else json.dumps(indhold).encode()
    return await kalder.kald(metode, f"{INDKALDELSER}/{id_}{under}", hoveder, krop)


async def alle(kalder: Kalder, cpr: str) -> list[dict[str, Any]]:
    svar = await kalder.kald("GET", INDKALDELSER, kalder.hoveder(cpr), None)
    assert svar.status == 200
    fundne: list[dict[str, Any]] = svar.json
    return fundne


def person(cpr: str) -> str:
    return f"<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>"


async def test_a_summons_is_created_changed_and_cancelled_and_its_history_stays(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    assert (await kald_indkaldelse(faelles01, "POST", cpr, id_, indkaldelse())).status == 200
    assert (await kald_indkaldelse(faelles01, "PUT", cpr, id_, indkaldelse(samtaleType=10))).status == 200
    assert [(i["indkaldelseIdentifier"], i["samtaleType"]) for i in await alle(faelles01, cpr)] == [(id_, 10)]
    assert (await kald_indkaldelse(faelles01, "DELETE", cpr, id_)).status == 200
    assert await alle(faelles01, cpr) == []
    historik = await faelles01.kald("GET", f"{INDKALDELSER}/historik/{id_}", faelles01.hoveder(cpr), None)
    assert [(h["aendringstype"], h["samtaleType"], h["status"]) for h in historik.json] == [
        (1, 7, "Planlagt"),
        (2, 10, "Planlagt"),
        (3, 10, "Aflyst"),
    ]
    for metode, indhold in (("PUT", indkaldelse()), ("DELETE", None)):
        assert (await kald_indkaldelse(faelles01, metode, cpr, id_, indhold)).koder == (90036,)


@pytest.mark.parametrize(
    ("aendring", "kode"),
    [
        ({"samtaleType": 5}, 90001),
        ({"startTidspunkt": "2020-01-01T10:00:00+01:00"}, 90002),
        ({"slutTidspunkt": "2040-04-14T09:59:00+02:00"}, 90004),
        ({"samtaleform": 8}, 1014),  # a digital meeting without its link
        ({"samtaleType": "7"}, 1014),
        ({"slutTidspunkt": "2040-04-14T10:45:00"}, 1014),  # without an offset
        ({"ukendt": 1}, 1014),
        ({"ansvarligMyndighed": {"myndighed": {"organisationsTypeIdentifier": 5, "organisationskode": "02"}}}, 1014),
    ],
)
async def test_a_summons_that_breaks_a_rule_is_refused_by_its_number_and_nothing_stands(
    faelles01: Kalder, faelles_personer: Personregister, aendring: dict[str, Any], kode: int
) -> None:
    cpr = faelles_personer.ny()
    svar = await kald_indkaldelse(faelles01, "POST", cpr, str(uuid4()), indkaldelse(**aendring))
    assert (svar.status, svar.koder) == (400, (kode,))
    assert await alle(faelles01, cpr) == []


async def test_all_faults_of_a_summons_are_listed(akasse01: Kalder, styring: AsynkronDfdgstyring) -> None:
    await styring.indstil(samtaleformer=[1])
    galt = indkaldelse(
        samtaleform=2, samtaleType=5, startTidspunkt="2020-01-02T10:00:00+01:00", slutTidspunkt="2020-01-01T10:00:00Z"
    )
    svar = await kald_indkaldelse(akasse01, "POST", Personregister().ny(), str(uuid4()), galt)
    assert svar.koder == (90000, 90001, 90002, 90004)


async def test_a_summons_sent_again_is_412_under_its_request_id_and_4977_under_another(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, id_, request_id = faelles_personer.ny(), str(uuid4()), str(uuid4())
    assert (await kald_indkaldelse(faelles01, "POST", cpr, id_, indkaldelse(), request_id=request_id)).status == 200
    igen = await kald_indkaldelse(faelles01, "POST", cpr, id_, indkaldelse(), request_id=request_id)
    assert igen.status == 412
    assert (await kald_indkaldelse(faelles01, "POST", cpr, id_, indkaldelse())).koder == (4977,)


async def test_the_day_that_a_summons_may_start_is_dfdgs_own(akasse01: Kalder, styring: AsynkronDfdgstyring) -> None:
    personer = Personregister()
    i_gaar = indkaldelse(startTidspunkt="2023-03-26T23:59:00+02:00", slutTidspunkt="2023-03-27T00:30:00+02:00")
    await styring.saet_idag(date(2023, 3, 27))
    assert (await kald_indkaldelse(akasse01, "POST", personer.ny(), str(uuid4()), i_gaar)).koder == (90002,)
    await styring.saet_idag(date(2023, 3, 26))
    assert (await kald_indkaldelse(akasse01, "POST", personer.ny(), str(uuid4()), i_gaar)).status == 200
    await styring.saet_idag(date(2024, 1, 1))
    await styring.indstil(afvis_fortidige_indkaldelser=False)
    assert (await kald_indkaldelse(akasse01, "POST", personer.ny(), str(uuid4()), i_gaar)).status == 200


async def test_a_member_changes_funds_on_the_day_that_is_named(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    """So that what DFDG tells of memberships agrees with what the parties told of the same day."""
    cpr = personer.ny()
    await styring.skift_akasse(cpr, "02")
    await styring.skift_akasse(cpr, "01", date(2022, 4, 9))
    svar = await akasse01.kald("GET", MEDLEMSKAB, akasse01.hoveder(cpr), None)
    perioder = [(m["akassekode"], m["startdato"][:10], (m["slutdato"] or "")[:10]) for m in svar.json]
    assert [(k, slut) for k, _, slut in perioder] == [("02", "2022-04-08"), ("01", "")]
    assert perioder[1][1] == "2022-04-09"


async def test_another_funds_member_and_nobodys_member_have_numbers_of_their_own(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    andens, ingens = personer.ny(), personer.ny()
    await styring.saet_personer([{"cpr": andens, "akasse": "02"}, {"cpr": ingens, "akasse": "02"}])
    await styring.skift_akasse(ingens, None)
    svar = await kald_indkaldelse(akasse01, "POST", andens, str(uuid4()), indkaldelse())
    assert svar.koder == (90007,)
    svar = await kald_indkaldelse(akasse01, "POST", ingens, str(uuid4()), indkaldelse())
    assert svar.koder == (90006,)
    cv = "<CvStatusIdentifier>1</CvStatusIdentifier>"
    assert (await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", person(andens) + cv)).koder == (4575,)
    assert (await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", person(ingens) + cv)).koder == (4385,)


async def test_a_jobcentres_summons_is_seen_by_the_a_kasse_and_not_the_a_kasses_to_change(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    booking = {"id": id_, "type": 17, "start": "2040-01-01T10:00:00+01:00", "slut": "2040-01-01T11:00:00+01:00"}
    await styring.saet_personer([{"cpr": cpr, "akasse": "01", "bookinger": [booking]}])
    assert [i["samtaleType"] for i in await alle(akasse01, cpr)] == [17]
    assert (await kald_indkaldelse(akasse01, "PUT", cpr, id_, indkaldelse())).koder == (4575,)
    valg = {"deltagelsesvalgType": 1}
    assert (await kald_indkaldelse(akasse01, "PUT", cpr, id_, valg, under="/deltagelsesvalg")).status == 200
    assert [i["deltagelsesvalg"] for i in await alle(akasse01, cpr)] == [1]
    # The choice counts for one meeting: a held joint talk clears it.
    assert (await akasse01.samtale(cpr, 17, "2023-01-02T10:00:00+01:00")).status == 200
    assert [i["deltagelsesvalg"] for i in await alle(akasse01, cpr)] == [None]


async def test_a_summons_meets_the_open_deadline_of_its_type(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, moedt, anden = personer.ny(), str(uuid4()), str(uuid4())
    await styring.saet_personer([{"cpr": cpr, "akasse": "01"}])
    await styring.saet_frist(cpr, moedt, 7, date(2040, 1, 1))
    await styring.saet_frist(cpr, anden, 4, date(2040, 1, 1))
    await kald_indkaldelse(akasse01, "POST", cpr, str(uuid4()), indkaldelse())
    frister = {f["id"]: (f["aaben"], f["opfyldt"]) for f in (await styring.tilstand(cpr))["frister"]}
    assert frister == {moedt: (False, True), anden: (True, False)}


async def test_what_was_registered_is_there_after_a_restart_and_in_the_log(
    akasse01: Kalder, dfdg: Proces, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, indkald, samtale, deltager, aktivitet = personer.ny(), *(str(uuid4()) for _ in range(4))
    await kald_indkaldelse(akasse01, "POST", cpr, indkald, indkaldelse())
    await akasse01.samtale(cpr, 7, "2023-01-02T10:00:00+01:00", id_=samtale)
    tilfoej = person(cpr) + DELTAGER.format(samtale=samtale, id=deltager)
    assert (await akasse01.soap("PersonRegistrationService", 9, "AddInterviewParticipant", tilfoej)).status == 200
    status = person(cpr) + "<CvStatusIdentifier>2</CvStatusIdentifier><Comment>Mangler</Comment>"
    await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", status)
    await akasse01.soap("PlanService", 1, "PublishPlan", person(cpr) + PLAN.format(maal=""))
    opret = person(cpr) + AKTIVITET.format(id=aktivitet, start="2030-01-01", timer=7)
    await akasse01.soap("ActivityService", 1, "CreateActivity", opret)
    foer = await styring.tilstand(cpr)
    await dfdg.draeb()
    await dfdg.genstart()
    assert await styring.tilstand(cpr) == foer
    assert [d["navn"] for d in foer["samtaler"][0]["deltagere"]] == ["T. Tolk"]
    committed = {x.operation: x for x in laes_log(dfdg.log) if x.udfald == COMMITTED}
    summons = committed["CreateIndkaldelse"]
    assert (summons.entitets_id, summons.type) == (indkald, "7")
    assert summons.tidspunkt is not None
    assert summons.start == "2040-04-14T10:00:00+02:00"
    assert summons.slut == "2040-04-14T10:45:00+02:00"
    assert (committed["CreateActivity"].startdato, committed["CreateActivity"].slutdato) == (
        date(2030, 1, 1),
        date(2030, 2, 1),
    )
    assert committed["AddInterviewParticipant"].entitets_id == deltager


async def test_a_participant_needs_a_talk_and_an_id_of_its_own(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, samtale, deltager = faelles_personer.ny(), str(uuid4()), str(uuid4())
    tilfoej = person(cpr) + DELTAGER.format(samtale=samtale, id=deltager)
    svar = await faelles01.soap("PersonRegistrationService", 9, "AddInterviewParticipant", tilfoej)
    assert svar.koder == (4994,)
    await faelles01.samtale(cpr, 7, "2023-01-02T10:00:00+01:00", id_=samtale)
    for status in (200, 500):
        svar = await faelles01.soap("PersonRegistrationService", 9, "AddInterviewParticipant", tilfoej)
        assert svar.status == status
    assert svar.koder == (4977,)
    assert (await faelles01.samtaler(cpr)).felt("ParticipantName") == ["T. Tolk"]


async def test_a_cv_without_number_or_archived_takes_no_status(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr = personer.ny()
    status = person(cpr) + "<CvStatusIdentifier>1</CvStatusIdentifier>"
    for cv, kode in (({"har_nummer": False}, 4103), ({"har_nummer": True, "arkiveret": True}, 4753)):
        await styring.saet_personer([{"cpr": cpr, "akasse": "01", "cv": cv}])
        assert (await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", status)).koder == (kode,)
    lang = person(cpr) + f"<CvStatusIdentifier>1</CvStatusIdentifier><Comment>{'x' * 376}</Comment>"
    assert (await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", lang)).koder == (1014,)
    assert (await akasse01.soap("CVService", 6, "GetCV", person(cpr))).felt("CVStatusIdentifier") == []


async def test_only_an_a_kasse_sets_the_cv_status_of_a_benefit_recipient(
    akasse01: Kalder, personer: Personregister
) -> None:
    hoved = (await _hoved(akasse01)).replace(
        "<OrganisationTypeIdentifier>5</OrganisationTypeIdentifier>",
        "<OrganisationTypeIdentifier>8</OrganisationTypeIdentifier>",
        1,
    )
    status = person(personer.ny()) + "<CvStatusIdentifier>1</CvStatusIdentifier>"
    assert (await akasse01.soap("CVWorkFlowService", 1, "UpdateCVStatus", status, hoved)).koder == (4368,)


async def _hoved(kalder: Kalder) -> str:
    from tests.sandkasse.kalder import METADATA, SOAPHOVED

    return (SOAPHOVED + METADATA).format(kode=kalder.kode)


async def test_a_plan_obeys_what_is_set_of_drafts_goals_and_contact_groups(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr = personer.ny()
    plan = person(cpr) + PLAN.format(maal="")
    maal = person(cpr) + "<PlanIdentifier>p</PlanIdentifier><JobGoals><JobGoal>Murer</JobGoal></JobGoals>"
    assert (await akasse01.soap("JobGoalService", 1, "ApproveJobGoals", maal)).koder == (8306,)
    await styring.indstil(plan_kraever_kladde=True)
    assert (await akasse01.soap("PlanService", 1, "PublishPlan", plan)).koder == (8006,)
    assert (await akasse01.soap("PlanService", 1, "CreateDraftPlan", plan)).status == 200
    await styring.indstil(plan_kraever_maal=True)
    assert (await akasse01.soap("PlanService", 1, "PublishPlan", plan)).koder == (8015,)
    med_maal = person(cpr) + PLAN.format(maal="<ProposedJobGoals><JobGoal>Murer</JobGoal></ProposedJobGoals>")
    await styring.saet_kontaktgruppe(cpr, str(uuid4()), 1, date(2020, 1, 1), date(2020, 2, 1))
    assert (await akasse01.soap("PlanService", 1, "PublishPlan", med_maal)).koder == (8060,)
    await styring.saet_kontaktgruppe(cpr, str(uuid4()), 1, date(2020, 2, 2))
    assert (await akasse01.soap("PlanService", 1, "PublishPlan", med_maal)).status == 200
    assert (await akasse01.soap("JobGoalService", 1, "ApproveJobGoals", maal)).status == 200
    laes = person(cpr) + "<PlanIdentifier>p</PlanIdentifier>"
    assert (await akasse01.soap("PlanService", 1, "GetPlan", laes)).felt("Status") == ["published"]
    assert (await akasse01.soap("JobGoalService", 1, "GetJobGoals", laes)).felt("JobGoal") == ["Murer"]


@pytest.mark.parametrize(("start", "timer", "kode"), [("2030-02-02", 7, 1003), ("2030-01-01", 60, 1014)])
async def test_an_activity_that_breaks_a_rule_is_refused(
    faelles01: Kalder, faelles_personer: Personregister, start: str, timer: int, kode: int
) -> None:
    opret = person(faelles_personer.ny()) + AKTIVITET.format(id=uuid4(), start=start, timer=timer)
    assert (await faelles01.soap("ActivityService", 1, "CreateActivity", opret)).koder == (kode,)


async def test_an_activity_is_created_once_and_deleted_once(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    opret = person(cpr) + AKTIVITET.format(id=id_, start="2030-01-01", timer=7)
    slet = person(cpr) + f"<ActivityIdentifier>{id_}</ActivityIdentifier>"
    assert (await faelles01.soap("ActivityService", 1, "CreateActivity", opret)).status == 200
    assert (await faelles01.soap("ActivityService", 1, "CreateActivity", opret)).koder == (4977,)
    assert (await faelles01.soap("ActivityService", 1, "GetActivity", slet)).felt("HoursPerWeek") == ["7"]
    assert (await faelles01.soap("ActivityService", 1, "DeleteActivity", slet)).status == 200
    assert (await faelles01.soap("ActivityService", 1, "DeleteActivity", slet)).koder == (4995,)


async def test_memberships_say_whose_member_a_citizen_is_and_the_former_fund_may_read_for_120_days(
    akasse01: Kalder, akasse02: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, foer, nu = personer.ny(), str(uuid4()), str(uuid4())
    await styring.saet_idag(date(2023, 6, 1))
    await styring.saet_medlemskab(cpr, foer, "01", date(2020, 1, 1), date(2023, 5, 31))
    await styring.saet_medlemskab(cpr, nu, "02", date(2023, 6, 1))
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()))).koder == (4575,)
    assert (await akasse02.opret(cpr, fravaer(), str(uuid4()))).status == 200
    laest = await akasse01.kald("GET", MEDLEMSKAB, akasse01.hoveder(cpr), None)
    assert [(m["akassekode"], m["startdato"][:10], (m["slutdato"] or "")[:10]) for m in laest.json] == [
        ("01", "2020-01-01", "2023-05-31"),
        ("02", "2023-06-01", ""),
    ]
    await styring.saet_idag(date(2023, 5, 31))
    assert (await akasse01.alle(cpr)).status == 200  # the day before the change
    await styring.saet_idag(date(2023, 9, 28))
    assert (await akasse01.kald("GET", MEDLEMSKAB, akasse01.hoveder(cpr), None)).status == 200
    await styring.saet_idag(date(2023, 9, 29))
    assert (await akasse01.kald("GET", MEDLEMSKAB, akasse01.hoveder(cpr), None)).koder == (4575,)
    await styring.tilbagekald_medlemskab(cpr, nu)
    assert (await akasse02.alle(cpr)).koder == (4575,)


async def test_the_contact_group_tells_whether_absence_75_is_open(akasse01: Kalder, personer: Personregister) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    svar = await akasse01.kald("GET", KONTAKTGRUPPE, akasse01.hoveder(cpr), None)
    assert [(k["kontaktgruppeType"], k["kontaktforloebHosAkasse"]) for k in svar.json] == [(1, False)]
    await akasse01.opret(cpr, fravaer(), id_)
    svar = await akasse01.kald("GET", KONTAKTGRUPPE, akasse01.hoveder(cpr), None)
    assert [k["kontaktforloebHosAkasse"] for k in svar.json] == [True]
    await akasse01.ret(cpr, fravaer(slutDato="2023-03-01T00:00:00+01:00", fravaersAfslutningsAarsag=41), id_)
    svar = await akasse01.kald("GET", KONTAKTGRUPPE, akasse01.hoveder(cpr), None)
    assert [k["kontaktforloebHosAkasse"] for k in svar.json] == [False]


async def test_a_job_order_is_read_without_a_citizen_and_an_unknown_one_is_404(
    akasse01: Kalder, styring: AsynkronDfdgstyring
) -> None:
    id_ = str(uuid4())
    await styring.saet_jobordre(id_, "Murer", "Facade", "1", date(2030, 1, 1))
    hoveder = {n: v for n, v in akasse01.hoveder("").items() if n != "x-civilRegistrationIdentifier"}
    rod = "/VirksomhedsIndsats.JobordreService/v1/Jobordre"
    assert (await akasse01.kald("GET", f"{rod}/{id_}", hoveder, None)).json["title"] == "Murer"
    assert (await akasse01.kald("GET", f"{rod}/{uuid4()}", hoveder, None)).status == 404


async def test_code_lists_can_be_replaced_and_an_unknown_one_is_2001(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces
) -> None:
    assert "AbsenceType" in await styring.kodelister()
    await styring.saet_kodeliste("AbsenceType", [{"kode": "75", "tekst": "Ny tekst", "fra": "2024-01-01"}])
    await dfdg.genstart()
    svar = await akasse01.soap("CodeListService", 5, "GetAbsenceTypeCodeList", "")
    assert (svar.felt("Identifier"), svar.felt("Name"), svar.felt("ValidFrom")) == (
        ["75"],
        ["Ny tekst"],
        ["2024-01-01"],
    )
    assert (await akasse01.soap("CodeListService", 5, "GetUkendtCodeList", "")).koder == (2001,)
    with pytest.raises(Styringsfejl):
        await styring.saet_kodeliste("AbsenceType", [{"kode": 75, "tekst": "x"}])


@pytest.mark.parametrize("operation", ["CreateIndkaldelse", "UpdateIndkaldelse", "GetIndkaldelser"])
async def test_disturbances_hit_summonses_by_operation(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister, operation: str
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    ordre = await styring.bestil(
        Forstyrrelse(art="svar", status=503, tjeneste="IndkaldelseService", operation=operation)
    )
    ret = operation == "UpdateIndkaldelse"
    statusser = [
        (await kald_indkaldelse(akasse01, "POST", cpr, id_, indkaldelse())).status,
        (await akasse01.kald("GET", INDKALDELSER, akasse01.hoveder(cpr), None)).status,
    ]
    if ret:
        statusser.append((await kald_indkaldelse(akasse01, "PUT", cpr, id_, indkaldelse())).status)
    assert statusser.count(503) == await styring.treffer(ordre.nummer) == 1
