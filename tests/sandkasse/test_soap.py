"""The SOAP services over real HTTPS: held talks, cancellation of enrolment, absence the old way."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.log import laes_log
from sandbox.dfdg.proces import Proces
from sandbox.personer import Personregister
from tests.sandkasse.kalder import METADATA, SOAPHOVED, Kalder, Svar

KL10 = "2023-02-01T10:00:00+01:00"
KL10_01 = "2023-02-01T10:01:00+01:00"


async def test_a_talk_is_receipted_and_can_be_read_back(faelles01: Kalder, faelles_personer: Personregister) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    svar = await faelles01.samtale(cpr, 10, "2023-07-01T08:00:00Z", id_=id_)
    assert svar.status == 200
    assert UUID(svar.felt("MessageIdentifier")[0])
    assert svar.felt("EventDate")[0].endswith("+00:00")
    laest = await faelles01.samtaler(cpr)
    assert laest.felt("MessageIdentifier") == [id_]
    assert laest.felt("InterviewTypeIdentifier") == ["10"]
    assert laest.felt("InterviewDateTime") == ["2023-07-01T10:00:00+02:00"]


async def test_same_type_and_time_is_refused(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr = personer.ny()
    await akasse01.samtale(cpr, 7, KL10)
    assert (await akasse01.samtale(cpr, 7, "2023-02-01T09:00:00Z")).koder == (4999,)
    await styring.indstil(kode_samtale_findes=4321)
    assert (await akasse01.samtale(cpr, 7, KL10)).koder == (4321,)
    assert len((await akasse01.samtaler(cpr)).felt("MessageIdentifier")) == 1


async def test_equal_times_are_refused_and_a_minute_apart_is_fine(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr = faelles_personer.ny()
    await faelles01.samtale(cpr, 10, KL10)
    assert (await faelles01.samtale(cpr, 7, KL10)).koder == (4998,)
    assert (await faelles01.samtale(cpr, 7, KL10_01)).status == 200
    assert (await faelles01.samtale(faelles_personer.ny(), 7, KL10)).status == 200  # another citizen's time is free


async def test_a_talk_before_the_latest_resetting_one_is_refused_where_types_reset(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, anden = personer.ny(), personer.ny()
    await akasse01.samtale(anden, 7, KL10_01)
    assert (await akasse01.samtale(anden, 10, KL10)).status == 200  # by default nothing resets
    await styring.indstil(nulstillende_samtaletyper=[7])
    await akasse01.samtale(cpr, 10, "2023-02-02T10:00:00+01:00")
    assert (await akasse01.samtale(cpr, 7, KL10_01)).status == 200  # a later talk that does not reset is no hindrance
    assert (await akasse01.samtale(cpr, 10, KL10)).koder == (4997,)
    assert (await akasse01.samtale(cpr, 7, "2023-02-01T09:59:00+01:00")).koder == (4997,)
    assert (await akasse01.samtale(cpr, 7, "2023-02-03T10:00:00+01:00")).status == 200


async def test_an_id_that_is_taken_is_refused(faelles01: Kalder, faelles_personer: Personregister) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    await faelles01.samtale(cpr, 10, KL10, id_=id_)
    assert (await faelles01.samtale(cpr, 7, KL10_01, id_=id_)).koder == (4977,)


async def test_whether_a_booking_must_be_known_is_a_setting(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, booking = personer.ny(), str(uuid4())
    assert (await akasse01.samtale(cpr, 7, KL10, booking=booking)).status == 200
    await styring.indstil(booking_skal_kendes=True)
    assert (await akasse01.samtale(cpr, 7, KL10_01, booking=booking)).koder == (4768,)
    await styring.saet_personer([{"cpr": cpr, "bookinger": [{"id": booking, "type": 7, "start": KL10}]}])
    assert (await akasse01.samtale(cpr, 7, KL10_01, booking=booking)).status == 200


@pytest.mark.parametrize(
    ("type_", "tid", "mere", "koder"),
    [
        pytest.param(7, KL10, "", (), id="fine"),
        pytest.param(7, KL10, "<CvStatusIdentifier>1</CvStatusIdentifier>", (), id="optional element"),
        pytest.param(16, KL10, "", (2002,), id="type that is not in the list"),
        pytest.param(0, KL10, "", (1014,), id="type below the list"),
        pytest.param("jobsamtale", KL10, "", (1014,), id="type as text"),
        pytest.param(7, "2023-02-01T10:00:00", "", (1014,), id="time without offset"),
        pytest.param(7, "2023-02-01", "", (1014,), id="bare date"),
        pytest.param(7, KL10, "<Unknown/>", (1014,), id="unknown element"),
        pytest.param(7, KL10, f"<InterviewDateTime>{KL10}</InterviewDateTime>", (1014,), id="element twice"),
        pytest.param(
            7, KL10, "<InterviewWithMoreAuthorities>true</InterviewWithMoreAuthorities>", (1014,), id="no participation"
        ),
        pytest.param(
            7,
            KL10,
            "<InterviewWithMoreAuthorities>true</InterviewWithMoreAuthorities>"
            "<ParticipationStatusTypeIdentifier>1</ParticipationStatusTypeIdentifier>",
            (),
            id="several authorities with participation",
        ),
    ],
)
async def test_a_talks_content_is_judged(
    faelles01: Kalder, faelles_personer: Personregister, type_: int, tid: str, mere: str, koder: tuple[int, ...]
) -> None:
    cpr = faelles_personer.ny()
    svar = await faelles01.samtale(cpr, type_, tid, mere=mere)
    assert (svar.status, svar.koder) == (500 if koder else 200, koder)
    assert len((await faelles01.samtaler(cpr)).felt("MessageIdentifier")) == (0 if koder else 1)


@pytest.mark.parametrize(
    ("dage", "koder"), [(-1, (4322,)), (0, ()), (30, ()), (31, (4322,)), (60, (4322,))], ids=lambda v: str(v)
)
async def test_4322_a_cancellation_lies_today_or_within_30_days(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister, dage: int, koder: tuple[int, ...]
) -> None:
    idag = await styring.saet_idag(date(2024, 2, 1))
    cpr = personer.ny()
    assert (await akasse01.afmeld(cpr, _midnat(idag + timedelta(days=dage)))).koder == koder


async def test_4322_within_60_days_during_a_less_intensive_effort(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    idag = await styring.saet_idag(date(2024, 1, 2))
    await styring.indstil(mindre_intensiv_typer=[900])
    cpr = personer.ny()
    await _create_absence(akasse01, cpr, 900, "2024-01-01T00:00:00+01:00")
    assert (await akasse01.afmeld(cpr, _midnat(idag + timedelta(days=61)))).koder == (4322,)
    assert (await akasse01.afmeld(cpr, _midnat(idag + timedelta(days=60)))).status == 200


async def test_4367_for_who_is_not_enrolled_any_more(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    idag = await styring.saet_idag(date(2024, 2, 1))
    cpr = personer.ny()
    assert (await akasse01.afmeld(cpr, _midnat(idag))).status == 200
    assert (await akasse01.afmeld(cpr, _midnat(idag))).koder == (4367,)
    await styring.saet_personer([{"cpr": cpr, "tilmeldt": True}])
    assert (await akasse01.afmeld(cpr, _midnat(idag))).status == 200


async def test_4340_where_the_causes_are_known(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    idag = await styring.saet_idag(date(2024, 2, 1))
    await styring.indstil(afmeldingsaarsager=[5])
    assert (await akasse01.afmeld(personer.ny(), _midnat(idag), 6)).koder == (4340,)
    assert (await akasse01.afmeld(personer.ny(), _midnat(idag), 5)).status == 200


async def test_create_absence_has_no_id_of_the_callers_and_no_repeat_protection(
    akasse01: Kalder, dfdg: Proces, personer: Personregister
) -> None:
    cpr = personer.ny()
    for _ in range(2):
        assert (await _create_absence(akasse01, cpr, 10, "2023-02-01T00:00:00+01:00")).status == 200
    fundne = {f["fravaerIdentifier"] for f in (await akasse01.alle(cpr)).json}
    assert len(fundne) == 2
    assert fundne == {linje.entitets_id for linje in laes_log(dfdg.log) if linje.udfald == "committed"}
    eget_id = f"<AbsenceIdentifier>{uuid4()}</AbsenceIdentifier>"
    assert (await _create_absence(akasse01, cpr, 10, "2023-02-01T00:00:00+01:00", eget_id)).koder == (1014,)


async def test_1003_in_create_absence(faelles01: Kalder, faelles_personer: Personregister) -> None:
    slut = "<EndDate>2023-01-31T00:00:00+01:00</EndDate>"
    svar = await _create_absence(faelles01, faelles_personer.ny(), 10, "2023-02-01T00:00:00+01:00", slut)
    assert svar.koder == (1003,)


@pytest.mark.parametrize(
    ("hoved", "kode"),
    [
        pytest.param(METADATA, 8232, id="no organisation"),
        pytest.param(SOAPHOVED, 8233, id="no user"),
        pytest.param(SOAPHOVED.replace("OrganisationCode>", "Code>") + METADATA, 8234, id="organisation unreadable"),
        pytest.param(SOAPHOVED.replace("2005/09/01", "2006/09/01") + METADATA, 8232, id="organisation's namespace"),
        pytest.param(SOAPHOVED.replace(">5<", ">0<", 1) + METADATA, 8173, id="organisation type"),
        pytest.param(SOAPHOVED + METADATA.replace("Gateway, batch", ""), 8235, id="user without a name"),
        pytest.param(SOAPHOVED + METADATA.replace(".1234567+01:00", ""), 8235, id="registration time without offset"),
        pytest.param(SOAPHOVED + METADATA.replace(">3</c:", ">9</c:"), 8174, id="user type"),
    ],
)
async def test_soap_headers(faelles01: Kalder, faelles_personer: Personregister, hoved: str, kode: int) -> None:
    indhold = f"<PersonCivilRegistrationIdentifier>{faelles_personer.ny()}</PersonCivilRegistrationIdentifier>"
    svar = await faelles01.soap("InterviewService", 1, "GetInterviewInfo", indhold, hoved.format(kode="01"))
    assert (svar.status, svar.koder) == (500, (kode,))


@pytest.mark.parametrize(
    "krop",
    [
        b"",
        b"<ikke xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a>&e;</a></s:Body></s:Envelope>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a/></s:Body></s:Envelope>',
    ],
    ids=["empty", "no xml", "no envelope", "doctype", "empty body", "soap 1.2"],
)
async def test_1014_for_what_is_no_soap_message(faelles01: Kalder, krop: bytes) -> None:
    sti = "/PersonRegistrationService/9/PersonRegistrationService.svc"
    svar = await faelles01.kald("POST", sti, {"Content-Type": "text/xml"}, krop)
    assert (svar.status, svar.koder) == (500, (1014,))


async def test_another_services_operation_is_not_understood(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    indhold = f"<PersonCivilRegistrationIdentifier>{faelles_personer.ny()}</PersonCivilRegistrationIdentifier>"
    svar = await faelles01.soap("PersonRegistrationService", 9, "GetInterviewInfo", indhold)
    assert svar.koder == (1014,)


@pytest.mark.parametrize(
    ("tjeneste", "version"),
    [
        ("PersonRegistrationService", 9),
        ("InterviewService", 1),
        ("UnemploymentEnrollmentService", 8),
        ("AbsenceRegistrationService", 7),
    ],
)
async def test_every_soap_service_answers_a_ping(faelles01: Kalder, tjeneste: str, version: int) -> None:
    krop = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<dfdgping xmlns="http://service.bm.dk/pjaktass/{tjeneste}/{version}/"/></s:Body></s:Envelope>'
    )
    svar = await faelles01.kald(
        "POST", f"/{tjeneste}/{version}/{tjeneste}.svc", {"Content-Type": "text/xml"}, krop.encode()
    )
    assert (svar.status, svar.felt("Code")) == (200, ["100"])


async def test_the_rest_service_answers_a_ping(faelles01: Kalder) -> None:
    svar = await faelles01.kald("GET", "/VisiteringOgStatus.FravaerService/v1/dfdgping", {}, None)
    assert (svar.status, svar.json) == (200, {"kode": 100})


def _midnat(dag: date) -> str:
    return f"{dag.isoformat()}T00:00:00{'+02:00' if 4 <= dag.month <= 10 else '+01:00'}"


async def _create_absence(kalder: Kalder, cpr: str, type_: int, start: str, mere: str = "") -> Svar:
    indhold = (
        f"<Absence><PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>"
        f"<AbsenceTypeIdentifier>{type_}</AbsenceTypeIdentifier><StartDate>{start}</StartDate>"
        f"<NotificationDate>{start}</NotificationDate>{mere}</Absence>"
    )
    return await kalder.soap("AbsenceRegistrationService", 7, "CreateAbsence", indhold)
