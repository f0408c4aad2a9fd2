"""What is rendered: exact, valid against the project's schemas, and without a person's number where it must not be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from lxml import etree

from contracts.dfdg import skemaer
from contracts.dfdg.grund import KOEBENHAVN, midnat
from contracts.dfdg.hoveder import NS_BRUGER, NS_METADATA, NS_ORGANISATION
from contracts.dfdg.skemaer import Skemabrud, kontroller_kuvert
from gateway.errors import Opsaetningsfejl, Regelfejl
from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.rules.registreringer import Indhold, OpretFravaer, OpretSamtale, RetFravaer, Samtaledeltager
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.tjenester import LAESNING, RENDER, REST_TJENESTER
from tests.dfdg import byg

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]

ALLE = byg.ALLE
#: What every REST body is, by operation: its schema and the name in it.
REST_KROPPE = {
    "CreateFravaerMedIdentifier": (skemaer.JSON_SKEMA, "CreateFravaerRequestDto"),
    "UpdateFravaer": (skemaer.JSON_SKEMA, "CreateFravaerRequestDto"),
    "CreateIndkaldelse": (skemaer.JSON_SKEMA_INDKALDELSE, "Indkaldelse"),
    "UpdateIndkaldelse": (skemaer.JSON_SKEMA_INDKALDELSE, "Indkaldelse"),
    "SaveDeltagelsesvalg": (skemaer.JSON_SKEMA_INDKALDELSE, "Deltagelsesvalg"),
}


def render(indhold: Indhold, cpr: str, tid: str = "2023-02-01T10:15:00+01:00", **opsat: object) -> Anmodning:
    c = DfdgCarrier(byg.opsaetning("https://dfdg.test/rod", **opsat))
    return c.render(byg.registrering(indhold), byg.haendelse(tid), cpr)


def felt(a: Anmodning, navn: str) -> str | None:
    rod = etree.fromstring(a.krop)
    return next((e.text for e in rod.iter() if etree.QName(e).localname == navn), None)


def _json_gyldig(navn: str, vaerdi: object, fil: Path = skemaer.JSON_SKEMA) -> None:
    skema = json.loads(fil.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{navn}", "$defs": skema["$defs"]}).validate(vaerdi)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("indhold", ALLE, ids=lambda i: type(i).__name__)
def test_every_message_is_valid_against_the_projects_schemas(indhold: Indhold, version: str, cpr: str) -> None:
    for transport in ("rest", "soap"):
        # Rendering itself checks nothing here, so the schemas are what judges.
        a = render(indhold, cpr, soap_version=version, fravaer_transport=transport, kontroller_skema="ingen")
        if a.tjeneste not in REST_TJENESTER:
            kontroller_kuvert(a.krop)
            continue
        if a.metode in ("POST", "PUT"):
            fil, navn = REST_KROPPE[a.operation]
            _json_gyldig(navn, json.loads(a.krop), fil)
        else:
            assert a.krop == b""
        _json_gyldig("Organisationshoved", json.loads(a.hoved["x-activeOrganisation"]))
        _json_gyldig("Brugerhoved", json.loads(a.hoved["x-requestUserMetadata"]))


@pytest.mark.parametrize("indhold", ALLE, ids=lambda i: type(i).__name__)
def test_the_request_to_read_back_is_valid_too(indhold: Indhold, cpr: str) -> None:
    a = render(indhold, cpr)
    if a.operation not in LAESNING:
        assert a.operation in ("CancelUnemploymentEnrollment", "GetAlleFravaer")
        return
    laes = LAESNING[a.operation].anmodning(byg.opsaetning("https://dfdg.test/rod"), a)
    assert (laes.akassekode, laes.klasse) == (a.akassekode, a.klasse)
    assert cpr not in unquote(laes.sti)
    if laes.metode == "POST":
        kontroller_kuvert(laes.krop)
        assert f'"{laes.operation}"' == laes.hoved["SOAPAction"]
    else:
        assert laes.hoved["x-civilRegistrationIdentifier"] == cpr
        assert laes.krop == b""


def test_every_registration_of_the_rules_has_a_message() -> None:
    assert set(RENDER) == set(get_args(Indhold))
    assert {type(i) for i in ALLE} == set(get_args(Indhold))


def test_a_message_that_breaks_its_schema_is_refused_without_its_values(cpr: str) -> None:
    god = render(byg.afmeld(), cpr).krop
    for ud, ind in (
        (b"2023-03-27T00:00:00+02:00", b"2023-03-27"),
        (cpr.encode(), cpr.encode() + b"9"),
        (b"CauseTypeIdentifier", b"CauseTypeidentifier"),
        (b">99<", b">101<"),
    ):
        assert ud in god
        with pytest.raises(Skemabrud) as fejl:
            kontroller_kuvert(god.replace(ud, ind))
        assert cpr not in str(fejl.value)
        assert "101" not in str(fejl.value)


@pytest.mark.parametrize("hvilke", ["foerste", "alle", "ingen"])
def test_which_messages_are_held_against_the_schemas_is_a_setting(
    hvilke: str, cpr: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_: list[bytes] = []
    monkeypatch.setattr("producers.dfdg.carrier.kontroller_kuvert", lambda krop, _forbillede: set_.append(krop))
    c = DfdgCarrier(byg.opsaetning(kontroller_skema=hvilke))
    for indhold in (byg.samtale(), byg.samtale(formaal="raadighed"), byg.afmeld(), byg.opret()):
        c.render(byg.registrering(indhold), byg.haendelse(), cpr)
    assert len(set_) == {"foerste": 2, "alle": 3, "ingen": 0}[hvilke]


@pytest.mark.parametrize("indhold", ALLE, ids=lambda i: type(i).__name__)
def test_the_same_input_gives_the_same_request(indhold: Indhold, cpr: str) -> None:
    assert render(indhold, cpr) == render(indhold, cpr)


@pytest.mark.parametrize("indhold", ALLE, ids=lambda i: type(i).__name__)
def test_the_persons_number_is_never_in_an_address(indhold: Indhold, cpr: str) -> None:
    a = render(indhold, cpr)
    assert cpr not in unquote(a.sti)
    assert a.entitets_id != cpr
    if a.tjeneste in REST_TJENESTER:
        assert a.hoved["x-civilRegistrationIdentifier"] == cpr
        assert cpr.encode() not in a.krop
    else:
        assert not any(cpr in v for v in a.hoved.values())
    assert "x-requestId" not in a.hoved


# --- REST ------------------------------------------------------------------------------------------------


def test_addresses_and_methods_of_the_absence_service(cpr: str) -> None:
    rod = f"https://dfdg.test/rod/VisiteringOgStatus.FravaerService/v1/Fravaer/{byg.FRAVAER_ID}"
    for indhold, metode, sti, klasse in (
        (byg.opret(), "POST", rod, Klasse.EGET_ID),
        (byg.ret(), "PUT", rod, Klasse.SIDSTE_VINDER),
        (byg.slet("Fejl i dato"), "DELETE", f"{rod}/Fejl%20i%20dato", Klasse.SIDSTE_VINDER),
    ):
        a = render(indhold, cpr)
        assert (a.metode, a.sti, a.klasse, a.entitets_id) == (metode, sti, klasse, str(byg.FRAVAER_ID))


def test_an_address_of_its_own_replaces_a_services_address(cpr: str) -> None:
    adresser = {"FravaerService": "https://fravaer.test/", "PersonRegistrationService": "https://person.test/x.svc"}
    assert render(byg.opret(), cpr, adresser=adresser).sti == f"https://fravaer.test/v1/Fravaer/{byg.FRAVAER_ID}"
    assert render(byg.samtale(), cpr, adresser=adresser).sti == "https://person.test/x.svc"
    assert render(byg.afmeld(), cpr, adresser=adresser).sti == (
        "https://dfdg.test/rod/UnemploymentEnrollmentService/8/UnemploymentEnrollmentService.svc"
    )


def test_an_absence_body_is_numbers_and_copenhagen_midnights(cpr: str) -> None:
    a = render(byg.ret(slutdato=date(2023, 4, 30), kommentar=None), cpr)
    assert json.loads(a.krop) == {
        "fravaerType": 75,
        "startDato": "2023-02-01T00:00:00+01:00",
        "slutDato": "2023-04-30T00:00:00+02:00",
        "anmeldelsesDato": "2023-02-01T00:00:00+01:00",
        "fravaersAfslutningsAarsag": 41,
    }


def test_an_open_absence_has_neither_end_nor_cause(cpr: str) -> None:
    assert set(json.loads(render(byg.opret(), cpr).krop)) == {"fravaerType", "startDato", "anmeldelsesDato"}


def test_who_acts_and_when_is_the_events_own(cpr: str) -> None:
    hoved = json.loads(render(byg.opret(), cpr, tid="2023-01-31T23:30:00+00:00").hoved["x-requestUserMetadata"])
    assert hoved["registrationDateTime"] == "2023-02-01T00:30:00+01:00"
    assert hoved["requestUserTypeIdentifier"] == 3
    assert hoved["requestOrganisationStructure"] == {"organisationTypeIdentifier": 99, "organisationCode": "01"}


def test_names_of_the_context_headers_are_settings_and_their_values_ascii(cpr: str) -> None:
    a = render(byg.opret(), cpr, organisationshoved="x-org", brugerhoved="x-bruger", brugernavn="Kørsel")
    assert json.loads(a.hoved["x-org"])["organisationCode"] == "01"
    assert json.loads(a.hoved["x-bruger"])["userFullName"] == "Kørsel"
    assert all(v.isascii() for v in a.hoved.values())


@pytest.mark.parametrize("kommentar", ["", " ", ".", "..", "a/b", "æøå ?#%", "x" * 5000, "linje\nto"])
def test_a_correction_comment_is_always_one_step_of_the_path(kommentar: str, cpr: str) -> None:
    sti = urlsplit(render(byg.slet(kommentar), cpr).sti).path
    trin = sti.split(f"{byg.FRAVAER_ID}/")[1]
    assert trin
    assert "/" not in trin
    assert trin.strip(".")
    assert len(unquote(trin)) <= 210
    assert "\n" not in unquote(trin)


def test_a_correction_comment_never_carries_a_persons_number(cpr: str) -> None:
    for skrevet in (cpr, f"{cpr[:6]}-{cpr[6:]}", f"{cpr[:6]} {cpr[6:]}"):
        sti = unquote(render(byg.slet(f"Vedrører {skrevet}."), cpr).sti)
        assert cpr[6:] not in sti
        assert cpr[:6] not in sti
        assert "Vedrører" in sti


# --- dates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dag", "paa_ledningen"),
    [
        (date(2023, 2, 1), "2023-02-01T00:00:00+01:00"),
        (date(2023, 3, 26), "2023-03-26T00:00:00+01:00"),  # the night that summer time begins
        (date(2023, 3, 27), "2023-03-27T00:00:00+02:00"),
        (date(2023, 10, 29), "2023-10-29T00:00:00+02:00"),
        (date(2023, 10, 30), "2023-10-30T00:00:00+01:00"),
    ],
)
def test_a_date_is_midnight_in_copenhagen(dag: date, paa_ledningen: str, cpr: str) -> None:
    assert midnat(dag).isoformat() == paa_ledningen
    assert json.loads(render(byg.opret(startdato=dag), cpr).krop)["startDato"] == paa_ledningen
    assert felt(render(byg.opret(startdato=dag), cpr, fravaer_transport="soap"), "StartDate") == paa_ledningen


def test_a_talk_has_date_and_time_in_copenhagen(cpr: str) -> None:
    for tid, skrevet in (
        (datetime(2023, 2, 14, 8, 30, tzinfo=UTC), "2023-02-14T09:30:00+01:00"),
        (datetime(2023, 7, 14, 9, 30, tzinfo=KOEBENHAVN), "2023-07-14T09:30:00+02:00"),
    ):
        assert felt(render(byg.samtale(tidspunkt=tid), cpr), "InterviewDateTime") == skrevet


# --- SOAP ------------------------------------------------------------------------------------------------


def test_an_envelope_has_both_headers_in_their_namespaces(cpr: str) -> None:
    a = render(byg.samtale(), cpr, organisationstype=12)
    rod = etree.fromstring(a.krop)
    organisation, bruger = rod[0]
    assert organisation.tag == f"{{{NS_ORGANISATION}}}ActiveOrganisationHeader"
    assert [e.text for e in organisation] == ["12", "01"]
    assert bruger.tag == f"{{{NS_METADATA}}}RequestUserMetadataHeader"
    assert bruger.findtext(f"{{{NS_METADATA}}}RegistrationDateTime") == "2023-02-01T10:15:00+01:00"
    assert bruger.findtext(f"{{{NS_BRUGER}}}RequestUserStructure/{{{NS_BRUGER}}}UserIdentifier") == "gateway"
    assert a.hoved == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"CreatePersonInterview"'}
    assert a.sti == "https://dfdg.test/rod/PersonRegistrationService/9/PersonRegistrationService.svc"


def test_soap_12_has_its_own_envelope_and_names_the_action_in_the_content_type(cpr: str) -> None:
    a = render(byg.afmeld(), cpr, soap_version="1.2")
    assert etree.QName(etree.fromstring(a.krop)).namespace == "http://www.w3.org/2003/05/soap-envelope"
    assert "SOAPAction" not in a.hoved
    assert 'action="CancelUnemploymentEnrollment"' in a.hoved["Content-Type"]


@pytest.mark.parametrize(
    ("formaal", "type_"), [("cv", "10"), ("raadighed", "15"), ("jobsamtale", "7"), ("faelles", "17")]
)
def test_a_purpose_is_its_talk_type_at_dfdg(formaal: str, type_: str, cpr: str) -> None:
    a = render(byg.samtale(formaal=formaal), cpr)
    assert felt(a, "InterviewTypeIdentifier") == type_
    assert a.klasse is Klasse.NATURLIG_NOEGLE


def test_what_a_held_talk_must_say_is_in_the_message(cpr: str) -> None:
    a = render(
        byg.samtale(
            formaal="faelles",
            form="telefon",
            indkaldelse_id=byg.FRAVAER_ID,
            sagsbehandler_telefon="+45 12 34 56 78",
            jobcenter_deltog=True,
            jobcenter_form="video",
            aftaler="Søg tre job",
            deltagere=(Samtaledeltager("Tolk Tolkesen", "tolk", "telefon"),),
        ),
        cpr,
    )
    assert felt(a, "MessageIdentifier") == str(byg.SAMTALE_ID)
    assert felt(a, "BookingIdentifier") == str(byg.FRAVAER_ID)
    assert felt(a, "AuthorityCode") == "01"
    assert (felt(a, "CaseWorkerGivenName"), felt(a, "CaseWorkerSurname")) == ("Bodil", "Østergård")
    assert felt(a, "TelephoneNumberIdentifier") == "+4512345678"
    assert felt(a, "InterviewContactTypeIdentifier") == "2"
    assert felt(a, "Agreements") == "Søg tre job"
    assert felt(a, "JobcenterParticipation") == "true"
    deltagere = [
        [str(e.text) for e in d]
        for d in etree.fromstring(a.krop).iter()
        if etree.QName(d).localname == "InterviewParticipant"
    ]
    assert deltagere == [["Tolk Tolkesen", "tolk", "telefon"], ["Jobcenter", "anden", "video"]]


def test_a_jobcentre_that_stayed_away_is_said_to_have_done_so(cpr: str) -> None:
    a = render(byg.samtale(formaal="faelles", jobcenter_deltog=False), cpr)
    assert felt(a, "JobcenterParticipation") == "false"
    assert felt(a, "InterviewParticipants") is None


@pytest.mark.parametrize("telefon", ["  ", "12", "+ ", None])
def test_a_telephone_number_that_is_none_is_left_out(telefon: str | None, cpr: str) -> None:
    assert felt(render(byg.samtale(sagsbehandler_telefon=telefon), cpr), "TelephoneNumberIdentifier") is None


def test_text_that_xml_cannot_carry_becomes_spaces_and_markup_stays_text(cpr: str) -> None:
    a = render(byg.samtale(aftaler="a\x00b\x0bc\ufffe & <b>fed</b> \U0001f600"), cpr)
    assert felt(a, "Agreements") == "a b c  & <b>fed</b> \U0001f600"


# --- codes and refusals ----------------------------------------------------------------------------------


def test_a_public_code_needs_no_setting_and_an_installation_may_replace_it(cpr: str) -> None:
    assert felt(render(byg.samtale(form="digitalt"), cpr, koder={}), "InterviewContactTypeIdentifier") == "8"
    koder = {"samtaleform.digitalt": "80"}
    assert felt(render(byg.samtale(form="digitalt"), cpr, koder=koder), "InterviewContactTypeIdentifier") == "80"


@pytest.mark.parametrize(
    ("samtale", "raekke"),
    [
        (byg.samtale(form="video"), "samtaleform.video"),
        (byg.samtale(form="digitalt", formaal="cv", cv_godkendt=True), "cvstatus.godkendt"),
        (byg.samtale(form="digitalt", formaal="cv", cv_godkendt=False), "cvstatus.ikke_godkendt"),
    ],
)
def test_a_code_that_is_not_public_and_not_set_is_refused_by_name(samtale: OpretSamtale, raekke: str, cpr: str) -> None:
    with pytest.raises(Regelfejl) as fejl:
        render(samtale, cpr, koder={})
    assert fejl.value.kode == "kode_mangler"
    assert raekke in fejl.value.tekst
    assert raekke in (fejl.value.loesning or "")


@pytest.mark.parametrize(
    ("indhold", "felt_"),
    [
        (byg.samtale(sagsbehandler_efternavn="x" * 41), "CaseWorkerSurname"),
        (byg.samtale(sagsbehandler_fornavn=""), "CaseWorkerGivenName"),
        (byg.samtale(tidspunkt=datetime(2023, 2, 1, 9)), "InterviewDateTime"),  # noqa: DTZ001
        (byg.opret(fravaertype="10001"), "fravaerType"),
        (byg.opret(kommentar="x" * 1501), "fravaersKommentar"),
    ],
)
def test_what_dfdg_would_not_take_is_refused_by_field_without_its_value(
    indhold: OpretFravaer | RetFravaer | OpretSamtale, felt_: str, cpr: str
) -> None:
    with pytest.raises(Regelfejl) as fejl:
        render(indhold, cpr)
    assert fejl.value.kode == "skema"
    assert (fejl.value.felt or "").endswith(felt_)
    assert "xxx" not in repr(fejl.value) + fejl.value.tekst
    assert fejl.value.__cause__ is None
    assert fejl.value.__context__ is None


@pytest.mark.parametrize("indhold", [byg.samtale(), byg.afmeld(), byg.opret()])
def test_a_malformed_persons_number_is_refused_without_showing_it(indhold: Indhold) -> None:
    forkert = "3102991234"
    with pytest.raises(Regelfejl) as fejl:
        render(indhold, forkert, fravaer_transport="soap")
    assert forkert not in repr(fejl.value)
    assert fejl.value.__context__ is None


def test_no_models_text_shows_a_persons_number(cpr: str) -> None:
    from contracts.dfdg.fravaer_soap import Absence, CreateAbsenceRequest

    dag = midnat(date(2023, 2, 1))
    besked = CreateAbsenceRequest(fravaer=Absence(cpr=cpr, fravaertype=75, startdato=dag, anmeldelsesdato=dag))
    assert cpr.encode() in etree.tostring(besked.som_xml())
    assert cpr not in repr(besked)
    assert cpr not in str(besked)


def test_dates_must_be_midnight_in_copenhagen(cpr: str) -> None:
    from pydantic import ValidationError

    from contracts.dfdg.fravaer import Fravaersindhold

    dag = midnat(date(2023, 7, 1))
    for forkert in (dag + timedelta(hours=1), dag.replace(tzinfo=UTC), dag.replace(tzinfo=None)):
        with pytest.raises(ValidationError):
            Fravaersindhold(fravaertype=75, startdato=forkert, anmeldelsesdato=dag)
    samme = dag.astimezone(UTC)
    assert (
        Fravaersindhold(fravaertype=75, startdato=samme, anmeldelsesdato=dag).som_json()["startDato"] == dag.isoformat()
    )


# --- settings --------------------------------------------------------------------------------------------


def test_production_needs_the_organisation_type_that_is_not_public() -> None:
    with pytest.raises(Opsaetningsfejl, match="GATEWAY_DFDG__ORGANISATIONSTYPE"):
        DfdgCarrier(byg.opsaetning("https://dfdg.test", produktion=True))
    DfdgCarrier(byg.opsaetning("https://dfdg.test", produktion=True, organisationstype=12))
    DfdgCarrier(byg.opsaetning("https://dfdg.test", produktion=True, koder={"organisationstype.akasse": "12"}))


def test_plain_http_is_for_loopback_alone_also_for_a_services_own_address() -> None:
    for url in ("http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://dfdg.test"):
        DfdgCarrier(byg.opsaetning(url))
    with pytest.raises(Opsaetningsfejl):
        DfdgCarrier(byg.opsaetning("http://dfdg.test"))
    with pytest.raises(Opsaetningsfejl):
        DfdgCarrier(byg.opsaetning("https://dfdg.test", adresser={"FravaerService": "http://10.0.0.1"}))


def test_the_organisation_type_comes_from_the_setting_the_code_list_or_the_example(cpr: str) -> None:
    def sendt(**opsat: Any) -> str | None:
        return felt(render(byg.afmeld(), cpr, **opsat), "OrganisationTypeIdentifier")

    assert sendt(koder={}) == "99"
    assert sendt(koder={"organisationstype.akasse": "12"}) == "12"
    assert sendt(koder={"organisationstype.akasse": "12"}, organisationstype=13) == "13"
