"""What an installation sets reaches the wire: everything that STAR does not publish can be set without a change of code."""

from __future__ import annotations

import json

import pytest
from lxml import etree
from pydantic import ValidationError

from contracts.codes import liste, navne
from gateway.drift import hent_settings
from gateway.lanes.forsoeg import Udfald
from gateway.opsaetning import carrier_opsaetning
from gateway.settings import DfdgSettings, Settings, eksempel, laes_csv
from producers.dfdg import rest
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg

KOLONNER = ("liste", "kode", "tekst", "fra", "til", "kilde")


def opsaetning(monkeypatch: pytest.MonkeyPatch, **miljoe: str) -> DfdgOpsaetning:
    monkeypatch.setenv("GATEWAY_DFDG__BASE_URL", "http://127.0.0.1:9")
    for navn, vaerdi in miljoe.items():
        monkeypatch.setenv(f"GATEWAY_DFDG__{navn}", vaerdi)
    return carrier_opsaetning(hent_settings())


def test_without_settings_the_defaults_are_the_carriers_own() -> None:
    sat = carrier_opsaetning(Settings())
    frit = DfdgOpsaetning("", koder=sat.koder, connect_timeout=sat.connect_timeout)
    assert sat == frit


def test_names_of_headers_version_and_user_are_settings(monkeypatch: pytest.MonkeyPatch, cpr: str) -> None:
    o = opsaetning(
        monkeypatch,
        SOAP_VERSION="1.2",
        ORGANISATIONSHOVED="x-org",
        BRUGERHOVED="x-bruger",
        BRUGERNAVN="Nattekørsel",
        BRUGERID="nat-1",
        ORGANISATIONSTYPE="12",
        FORBINDELSER="7",
        KONTROLLER_SKEMA="alle",
    )
    assert (o.forbindelser, o.kontroller_skema) == (7, "alle")
    c = DfdgCarrier(o)
    a = c.render(byg.registrering(byg.opret()), byg.haendelse(), cpr)
    assert json.loads(a.hoved["x-org"])["organisationTypeIdentifier"] == 12
    assert json.loads(a.hoved["x-bruger"])["userFullName"] == "Nattekørsel"
    assert json.loads(a.hoved["x-bruger"])["userIdentifier"] == "nat-1"
    soap = c.render(byg.registrering(byg.cvstatus()), byg.haendelse(), cpr)
    assert etree.QName(etree.fromstring(soap.krop)).namespace == "http://www.w3.org/2003/05/soap-envelope"


def test_names_of_the_fields_of_a_rest_fault_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    o = opsaetning(monkeypatch, KODEFELTER="nr, fejlNummer", TEKSTFELTER="note")
    svar = rest.svar(o, "CreateIndkaldelse", 400, b'{"x":[{"FejlNummer":90002,"NOTE":"for tidligt"}]}')
    assert (svar.udfald, svar.kode, svar.fejl[0].tekst) == (Udfald.AFVIST, "90002", "for tidligt")


@pytest.mark.parametrize(
    ("navn", "vaerdi"),
    [
        ("soap_version", "1.3"),
        ("organisationshoved", "x org"),
        ("organisationshoved", "x-org\r\nx-andet: 1"),
        ("brugerhoved", "X-ActiveOrganisation"),
        ("kodefelter", ""),
        ("kodefelter", "a,,b"),
        ("tekstfelter", "a;b"),
        ("brugernavn", "x" * 141),
        ("organisationstype", 101),
        ("forbindelser", 0),
    ],
)
def test_a_setting_that_dfdg_could_not_take_is_refused_at_the_start(navn: str, vaerdi: object) -> None:
    with pytest.raises(ValidationError):
        DfdgSettings.model_validate({navn: vaerdi})


def test_M3_the_example_codes_serve_every_registration_and_each_has_its_row_of_provenance(cpr: str) -> None:
    """Embedded, nothing is refused for want of a code; and every code that an installation must set is listed."""
    koder = {r["liste"]: r["kode"] for r in laes_csv(eksempel("koder.csv"), KOLONNER)}
    c = DfdgCarrier(byg.opsaetning(koder=koder))
    for indhold in byg.ALLE:
        c.render(byg.registrering(indhold), byg.haendelse(), cpr)
    for raekke in koder:
        navn, _, resten = raekke.partition(".")
        assert navn in navne(), raekke
        fundet = liste(navn).ved_navn(resten)
        assert fundet is not None, raekke
        assert fundet.sikkerhed == "ukendt", raekke
