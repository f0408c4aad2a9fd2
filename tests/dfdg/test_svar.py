"""What DFDG answers, as bytes, and what the client makes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.lanes.forsoeg import Svar, Udfald
from producers.dfdg import rest, soap
from tests.dfdg import byg

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
NS = "http://service.bm.dk/pjaktass/PersonRegistrationService/9/"


def kuvert(indhold: str, ns: str = soap.SOAP11, foer: str = "") -> bytes:
    return f'{foer}<s:Envelope xmlns:s="{ns}"><s:Body>{indhold}</s:Body></s:Envelope>'.encode()


def receipt(
    tid: str = "2023-02-14T09:31:02.1234567+01:00", id_: str = ID, navn: str = "CreatePersonInterviewResponse"
) -> str:
    return (
        f'<{navn} xmlns="{NS}"><ServiceReceipt><EventDate>{tid}</EventDate>'
        f"<MessageIdentifier>{id_}</MessageIdentifier></ServiceReceipt></{navn}>"
    )


def fault(kode: str, tekst: str = "t") -> bytes:
    return kuvert(f"<s:Fault><faultcode>{kode}</faultcode><faultstring>{tekst}</faultstring><detail/></s:Fault>")


def fault12(kode: str, subkode: str | None = None) -> bytes:
    under = f"<s:Subcode><s:Value>{subkode}</s:Value></s:Subcode>" if subkode else ""
    return kuvert(
        f"<s:Fault><s:Code><s:Value>{kode}</s:Value>{under}</s:Code>"
        '<s:Reason><s:Text xml:lang="da">t</s:Text></s:Reason></s:Fault>',
        soap.SOAP12,
    )


def soapsvar(krop: bytes, status: int = 200, operation: str = "CreatePersonInterview") -> Svar:
    return soap.svar(operation, status, krop)


def restsvar(krop: bytes, status: int = 200, operation: str = "CreateFravaerMedIdentifier") -> Svar:
    return rest.svar(byg.opsaetning(), operation, status, krop)


# --- SOAP ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ns", [soap.SOAP11, soap.SOAP12])
def test_a_service_receipt_is_a_receipt(ns: str) -> None:
    svar = soapsvar(kuvert(receipt(), ns))
    assert (svar.udfald, svar.registrerings_id, svar.http_status) == (Udfald.KVITTERET, ID, 200)
    assert svar.tidspunkt == datetime(2023, 2, 14, 8, 31, 2, 123456, UTC)


@pytest.mark.parametrize(
    "krop",
    [
        b"",
        b"\x00\xff<dette er {ikke et svar",
        b"<html><body>Log ind</body></html>",
        b'{"ok": true}',
        kuvert(""),
        kuvert(receipt() + receipt()),
        kuvert(receipt(navn="EtAndetResponse")),
        kuvert(f'<CreatePersonInterviewResponse xmlns="{NS}"/>'),
        kuvert(receipt(id_="ikke-et-id")),
        kuvert(receipt(tid="i går")),
        kuvert(receipt(), ns="http://example.test/"),
        kuvert(receipt(), foer='<!DOCTYPE x [<!ENTITY a "b">]>'),
        kuvert(receipt())[:-20],
    ],
)
def test_a_200_without_a_receipt_that_can_be_read_is_in_doubt(krop: bytes) -> None:
    svar = soapsvar(krop)
    assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "uforstaaeligt_svar")


def test_entities_are_never_followed(tmp_path: object) -> None:
    xxe = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{__file__}">]>'.encode()
    assert soap.laes(xxe + kuvert("<a>&a;</a>")) is None


@pytest.mark.parametrize("kode", ["4322", "s:4322", " 4322 "])
def test_a_fault_is_told_by_its_number(kode: str) -> None:
    svar = soapsvar(fault(kode, "Datoen skal være i dag"), 500)
    assert (svar.udfald, svar.kode, svar.http_status) == (Udfald.AFVIST, "4322", 500)
    assert [(f.kode, f.tekst) for f in svar.fejl] == [("4322", "Datoen skal være i dag")]


@pytest.mark.parametrize(
    ("kode", "operation", "udfald"),
    [
        ("1011", "CreatePersonInterview", Udfald.UTILGAENGELIG),
        ("8232", "CreatePersonInterview", Udfald.ADGANG),
        ("4575", "CreatePersonInterview", Udfald.IKKE_EJER),
        ("4367", "CancelUnemploymentEnrollment", Udfald.FANDTES),
        ("4367", "CreatePersonInterview", Udfald.AFVIST),
    ],
)
def test_a_fault_means_what_its_number_means(kode: str, operation: str, udfald: Udfald) -> None:
    assert soapsvar(fault(kode), 500, operation).udfald is udfald


def test_a_fault_of_soap_12_carries_its_number_in_the_subcode() -> None:
    svar = soapsvar(fault12("s:Sender", "b:4322"), 400)
    assert (svar.udfald, svar.kode, svar.fejl[0].tekst) == (Udfald.AFVIST, "4322", "t")
    assert soapsvar(fault12("s:Receiver"), 500).udfald is Udfald.INTET_SVAR


def test_a_fault_without_dfdgs_number_is_in_doubt_unless_the_request_was_refused() -> None:
    for kode in ("s:Server", "a:InternalServiceFault", ""):
        svar = soapsvar(fault(kode), 500)
        assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "soap_fault")
    svar = soapsvar(fault("s:Client"), 500)
    assert (svar.udfald, svar.kode) == (Udfald.AFVIST, "soap_client")


def test_a_fault_in_a_200_is_a_fault() -> None:
    assert soapsvar(fault("4322"), 200).udfald is Udfald.AFVIST


def test_neither_code_nor_text_of_a_fault_carries_a_persons_number(cpr: str) -> None:
    for krop in (fault("4404", f"Person {cpr[:6]}-{cpr[6:]} findes ikke"), fault(cpr, cpr)):
        assert cpr[6:] not in repr(soapsvar(krop, 500))


@pytest.mark.parametrize(
    ("status", "udfald"), [(401, Udfald.ADGANG), (404, Udfald.AFVIST), (503, Udfald.UTILGAENGELIG)]
)
def test_an_answer_that_is_no_soap_is_told_by_its_status(status: int, udfald: Udfald) -> None:
    svar = soapsvar(b"<html>nej</html>", status)
    assert (svar.udfald, svar.kode) == (udfald, f"http_{status}")


# --- REST ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201])
def test_a_create_answers_a_bare_uuid(status: int) -> None:
    svar = restsvar(f'"{ID}"'.encode(), status)
    assert (svar.udfald, svar.registrerings_id, svar.tidspunkt) == (Udfald.KVITTERET, ID, None)


@pytest.mark.parametrize("stor", [True, False])
def test_a_servicekvittering_is_a_receipt_in_any_letter_case(stor: bool) -> None:
    tid, id_ = ("Registreringstidspunkt", "RegistreringsId") if stor else ("registreringstidspunkt", "registreringsid")
    svar = restsvar(f'{{"{tid}":"2023-02-14T09:31:02+01:00","{id_}":"{ID}"}}'.encode(), operation="UpdateFravaer")
    assert (svar.udfald, svar.registrerings_id) == (Udfald.KVITTERET, ID)
    assert svar.tidspunkt == datetime(2023, 2, 14, 8, 31, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operation", "udfald"),
    [
        ("UpdateFravaer", Udfald.KVITTERET),
        ("DeleteFravaer", Udfald.KVITTERET),
        ("CreateFravaerMedIdentifier", Udfald.INTET_SVAR),
    ],
)
def test_an_empty_answer_is_a_receipt_where_no_other_is_known(operation: str, udfald: Udfald) -> None:
    for status in (200, 204):
        assert restsvar(b"", status, operation).udfald is udfald


@pytest.mark.parametrize(
    ("krop", "status"),
    [
        (b"\x00\xff", 200),
        (b"<html>Log ind</html>", 200),
        (b'"ikke et id"', 200),
        (b'{"ok":true}', 200),
        (b"17", 200),
        (b"[]", 200),
        (b'{"fejl":[{"fejlkode":1011}]}', 200),
        (f'"{ID}"'.encode(), 202),
    ],
)
def test_a_done_without_a_receipt_that_can_be_read_is_in_doubt(krop: bytes, status: int) -> None:
    for operation in ("CreateFravaerMedIdentifier", "UpdateFravaer"):
        svar = restsvar(krop, status, operation)
        assert (svar.udfald, svar.kode, svar.http_status) == (Udfald.INTET_SVAR, "uforstaaeligt_svar", status)


def test_a_400_lists_all_faults() -> None:
    krop = b'{"fejl":[{"fejlkode":4977,"fejltekst":"a"},{"fejlkode":1003,"fejltekst":"b"}]}'
    svar = restsvar(krop, 400)
    assert (svar.udfald, svar.kode) == (Udfald.AFVIST, "1003")
    assert [f.kode for f in svar.fejl] == ["4977", "1003"]


def test_412_says_that_the_request_id_has_been_here_whatever_the_body_says() -> None:
    for krop in (b"", b'{"fejl":[{"fejlkode":412,"fejltekst":"brugt"}]}'):
        svar = restsvar(krop, 412)
        assert (svar.udfald, svar.kode) == (Udfald.FANDTES, "412")


def test_a_500_with_a_number_is_told_by_the_number() -> None:
    assert restsvar(b'{"fejl":[{"fejlkode":1009}]}', 500).udfald is Udfald.ADGANG
    assert restsvar(b'{"fejl":[{"fejlkode":1011}]}', 500).udfald is Udfald.UTILGAENGELIG


def test_names_of_the_fields_of_a_fault_are_settings() -> None:
    krop = b'{"problemer":[{"nr":4977,"note":"findes"}]}'
    assert restsvar(krop, 400).udfald is Udfald.AFVIST
    o = byg.opsaetning(kodefelter=("nr",), tekstfelter=("note",))
    svar = rest.svar(o, "CreateFravaerMedIdentifier", 400, krop)
    assert (svar.udfald, svar.fejl[0].tekst) == (Udfald.FANDTES, "findes")


def test_no_answer_shows_a_persons_number(cpr: str) -> None:
    krop = f'{{"fejl":[{{"fejlkode":4404,"fejltekst":"Person {cpr} findes ikke"}}]}}'.encode()
    assert cpr not in repr(restsvar(krop, 400))
    assert cpr not in repr(restsvar(f'"{cpr}"'.encode()))
