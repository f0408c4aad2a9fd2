"""The envelope as publishers meet it: what is taken in, what is refused and how it is told, through the whole gateway."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graenseflade.hus import INDPLACERET, STRUKTURERET, Hus, haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
TOPIC = "akasse.01.haendelser.v1"
UDBETALT = "akasse.dagpenge.udbetalt.v1"


def ind(h: Hus, cpr: str | None = None, **attributter: Any) -> dict[str, Any]:
    return haendelse(
        "akasse.01", INDPLACERET, "2022-01-14", placering(cpr or h.personer.ny()), h.nyt_id(), **attributter
    )


def timer(h: Hus, cpr: str, timer_: Any, id_: str | None = None, **attributter: Any) -> dict[str, Any]:
    data = {"cpr": cpr, "maaned": "2022-02", "timer": "37", "timerSammenlagt": timer_}
    return haendelse("akasse.01", UDBETALT, "2022-02-28", data, id_ or h.nyt_id(), **attributter)


# --- both forms ------------------------------------------------------------------------------------------------------

FORMER: dict[str, tuple[str, list[tuple[str, bytes | None]]]] = {
    "structured": ("s", [("content-type", b"application/cloudevents+json")]),
    "structured, charset": ("s", [("content-type", b"application/cloudevents+json; charset=UTF-8")]),
    "structured, other spelling": ("s", [("Content-Type", b'Application/CloudEvents+JSON;charset="utf-8";x=1')]),
    "structured, nothing said": ("s", []),
    "structured, foreign headers": (
        "s", [("content-type", b"application/cloudevents+json"), ("fremmed", None), ("andet", b"\xc5se")],
    ),
    "binary": ("b", [("content-type", b"application/json")]),
    "binary, charset": ("b", [("content-type", b"application/json; charset=utf-8")]),
    "binary, nothing said": ("b", []),
    "binary, foreign headers": ("b", [("fremmed", None), ("andet", b"\xc5se")]),
    "binary, unknown attribute": ("b", [("ce_partitionkey", b"p")]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMER, ids=str)
async def test_both_forms_with_parameters_are_taken_in(vaerk: Hus, form: str) -> None:
    art, hoveder = FORMER[form]
    k = ind(vaerk, subject="person-7", correlationid="sag-1", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    if art == "s":
        await vaerk.raa(TOPIC, json.dumps(k).encode(), hoveder)
    else:
        await vaerk.binaer("akasse.01", k, *hoveder)
    svar = await vaerk.staar(k["id"])
    assert svar.data["status"] == "registreret", svar.data
    # Out: source, subject = key = pseudonym, the cause, and what goes on.
    ud = svar.kuvert
    assert (ud["specversion"], ud["source"].split("/")[1], ud["causationid"]) == ("1.0", "gateway", k["id"])
    assert ud["subject"] == svar.noegle
    assert k["data"]["cpr"] not in (svar.noegle or "")
    assert (ud["correlationid"], ud["traceparent"]) == ("sag-1", k["traceparent"])
    await vaerk.vent(lambda: bool(vaerk.beskeder(k["data"]["cpr"])), "the jobcenter's message")
    (besked,) = vaerk.beskeder(k["data"]["cpr"], "kontaktforloeb-hos-akasse")
    assert {n: besked.kuvert[n] for n in ("subject", "causationid", "correlationid", "traceparent")} == {
        n: ud[n] for n in ("subject", "causationid", "correlationid", "traceparent")
    }
    assert besked.noegle == svar.noegle


# --- refused for good ------------------------------------------------------------------------------------------------

_LANG = "x" * 300


def _uden(k: dict[str, Any], *navne: str) -> dict[str, Any]:
    return {n: v for n, v in k.items() if n not in navne}


def _fra_nu(**tid: float) -> str:
    return (datetime.now(UTC) + timedelta(**tid)).isoformat()


#: name -> (attributes, code, field)
AFVIST: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "six minutes ahead": ({"time": lambda: _fra_nu(minutes=6)}, "fremtidig_tid", "time"),
    "time without offset": ({"time": "2022-01-14T12:00:00"}, "kuvert", "time"),
    "time that is a date": ({"time": "2022-01-14 "}, "kuvert", "time"),
    "no type": ({"type": ...}, "kuvert", "type"),
    "specversion": ({"specversion": "0.3"}, "kuvert", "specversion"),
    "too long an attribute": ({"correlationid": _LANG}, "kuvert", "correlationid"),
    "another a-kasse": ({"source": "/akasse/02"}, "kilde_passer_ikke", "source"),
    "another a-kasse's system": ({"source": "/akasse/02/01"}, "kilde_passer_ikke", "source"),
    "a jobcenter of that code": ({"source": "/jobcenter/01"}, "kilde_passer_ikke", "source"),
    "a code without its nought": ({"source": "/akasse/1"}, "kilde_passer_ikke", "source"),
    "no slash first": ({"source": "akasse/01"}, "kilde_passer_ikke", "source"),
    "gateway": ({"source": "/gateway/test"}, "kilde_passer_ikke", "source"),
    "a jobcenter's type": ({"type": "jobcenter.jobordre.kontakt.v1"}, "type_passer_ikke", "type"),
    "sekvens": ({"sekvens": "nul"}, "kuvert", "sekvens"),
    "sekvens below 0": ({"sekvens": -1}, "kuvert", "sekvens"),
    "NUL in an attribute": ({"correlationid": "a\0b"}, "nul_tegn", "correlationid"),
}


@pytest.mark.parametrize("navn", AFVIST, ids=str)
@pytest.mark.parametrize("form", ["structured", "binary"])
async def test_a_fault_of_the_envelope_is_refused_for_good_and_kept(vaerk: Hus, navn: str, form: str) -> None:
    attributter, kode, felt = AFVIST[navn]
    attributter = {n: v() if callable(v) else v for n, v in attributter.items()}
    k = ind(vaerk, correlationid="sag-9") | attributter
    k = {n: v for n, v in k.items() if v is not ...}
    if form == "structured":
        await vaerk.send("akasse.01", k)
    else:
        await vaerk.binaer("akasse.01", k)
    svar = await vaerk.staar(k["id"])
    d = svar.data
    assert (d["status"], d["endelig"], d["udgave"]) == ("afvist", True, 1)
    # U+0000 makes the whole document unreadable, so in structured form no attribute can be named.
    assert (d["fejl"]["kode"], d["fejl"].get("felt", felt)) == (kode, felt)
    assert d["fejl"]["loesning"]
    assert d["tekst"]
    assert svar.kuvert["causationid"] == k["id"]
    if "correlationid" not in attributter:
        assert svar.kuvert["correlationid"] == "sag-9", "what can be read of the envelope goes on"
    # It belongs to no citizen: no key, no subject, no CPR number.
    assert (svar.noegle, svar.kuvert.get("subject"), d.get("cpr")) == (None, None, None)
    assert not vaerk.dfdg(k["data"]["cpr"])
    await vaerk.vent(
        lambda: any(b.kuvert.get("causationid") == k["id"] for b in vaerk.doedbreve(kode)), f"{navn} on gateway.dlq.v1"
    )


async def test_four_minutes_ahead_is_within_the_clocks_slack(vaerk: Hus) -> None:
    k = haendelse(
        "akasse.01", "akasse.vejledning.givet.v1", _fra_nu(minutes=4),
        {"cpr": vaerk.personer.ny(), "emner": ["forsoeg"], "dato": "2022-01-14"}, vaerk.nyt_id(),
    )  # fmt: skip
    await vaerk.send("akasse.01", k)
    assert (await vaerk.staar(k["id"])).data["status"] == "noteret"


def _dyb(niveauer: int) -> Any:
    return {} if niveauer == 0 else {"d": _dyb(niveauer - 1)}


#: name -> (value, headers, code): records of which no id can be read.
UDEN_ID: dict[str, tuple[bytes | None, list[tuple[str, bytes | None]], str]] = {
    "not JSON": (b"{nej", STRUKTURERET, "ikke_json"),
    "no UTF-8": ('{"id":"æ"}'.encode("latin-1"), STRUKTURERET, "ikke_json"),
    "empty": (b"", STRUKTURERET, "ikke_json"),
    "null": (None, STRUKTURERET, "ikke_json"),
    "a list": (b"[]", STRUKTURERET, "kuvert"),
    "a batch": (b"[]", [("content-type", b"application/cloudevents-batch+json")], "indholdstype"),
    "the header of the id is null": (b"{}", [("ce_id", None), ("ce_source", b"/akasse/01")], "header"),
    "the header of the id is Latin-1": (b"{}", [("ce_id", b"\xc5"), ("ce_source", b"/akasse/01")], "header"),
    "nothing but a header": (b"{}", [("ce_specversion", b"1.0")], "kuvert"),
    "an id that is no text": (b'{"id":7,"specversion":"1.0"}', STRUKTURERET, "kuvert"),
}


@pytest.mark.parametrize("navn", UDEN_ID, ids=str)
async def test_without_a_readable_id_the_kvittering_has_null_and_the_place(vaerk: Hus, navn: str) -> None:
    vaerdi, hoveder, kode = UDEN_ID[navn]
    plads = await vaerk.raa(TOPIC, vaerdi, hoveder)
    svar = await vaerk.ved(plads)
    assert "haendelseId" in svar.data
    assert svar.data["haendelseId"] is None
    assert svar.data["post"] == {"topic": plads[0], "partition": plads[1], "offset": plads[2]}
    assert (svar.data["status"], svar.data["endelig"], svar.data["fejl"]["kode"]) == ("afvist", True, kode)
    assert "causationid" not in svar.kuvert


async def test_null_and_latin1_ce_headers_nul_depth_and_size_are_refused_by_their_codes(vaerk: Hus) -> None:
    def post(**data: Any) -> dict[str, Any]:
        k = ind(vaerk)
        return {**k, "data": {**k["data"], **data}}

    ventet: dict[str, str] = {}
    for v in (None, b"\xc5se"):
        k = ind(vaerk)
        ventet[await vaerk.binaer("akasse.01", k, ("ce_correlationid", v))] = "header"
        k = ind(vaerk)
        ventet[await vaerk.binaer("akasse.01", k, ("ce_fremmed", v))] = "header"
    ventet[await vaerk.send("akasse.01", post(fyld="a\0b"))] = "nul_tegn"
    ventet[await vaerk.send("akasse.01", post(**{"fy\0ld": "x"}))] = "nul_tegn"
    # The whole record counts: the event is level one, its data level two.
    ventet[await vaerk.send("akasse.01", post(fyld=_dyb(62)))] = "for_dyb"
    ventet[await vaerk.send("akasse.01", post(fyld="x" * 262_144))] = "for_stor"
    ventet[await vaerk.send("akasse.01", post(fyld="x" * 7_900_000))] = "for_stor"
    for id_, kode in ventet.items():
        svar = await vaerk.staar(id_)
        assert (svar.data["status"], svar.data["fejl"]["kode"]) == ("afvist", kode), id_
        assert svar.data["fejl"]["loesning"]
    for fint in (post(fyld=_dyb(61)), post(fyld="x" * 250_000)):
        await vaerk.send("akasse.01", fint)
        assert (await vaerk.staar(fint["id"])).data["status"] == "registreret"


@pytest.mark.parametrize("hvor", ["key", "subject", "subject with hyphen", "correlationid", "another's number as key"])
async def test_I8_a_cpr_number_in_key_or_envelope_is_refused_and_not_told_again(vaerk: Hus, hvor: str) -> None:
    cpr, anden = vaerk.personer.ny(), vaerk.personer.ny()
    k = ind(vaerk, cpr)
    noegle = b"person"
    match hvor:
        case "key":
            noegle = cpr.encode()
        case "another's number as key":
            noegle = anden.encode()
        case "subject":
            k["subject"] = cpr
        case "subject with hyphen":
            k["subject"] = f"{cpr[:6]}-{cpr[6:]}"
        case _:
            k["correlationid"] = f"sag-{cpr}"
    await vaerk.send("akasse.01", k, noegle=noegle)
    svar = await vaerk.staar(k["id"])
    felt = "key" if "key" in hvor else hvor.split()[0]
    assert (svar.data["status"], svar.data["fejl"]["kode"], svar.data["fejl"]["felt"]) == (
        "afvist",
        "cpr_i_noegle",
        felt,
    )
    tekst = json.dumps(svar.kuvert) + str(svar.noegle)
    assert cpr not in tekst
    assert anden not in tekst


# --- data ------------------------------------------------------------------------------------------------------------

DATAFEJL: dict[str, tuple[str, Any, str]] = {
    "an impossible date in the number": ("cpr", "3102800001", "cpr"),
    "nine digits": ("cpr", "010180000", "cpr"),
    "a hyphen": ("cpr", "010180-0001", "cpr"),
    "a number without quotes": ("cpr", 1111800001, "cpr"),
    "a date with a time": ("indplaceringsdato", "2022-01-03T00:00:00+01:00", "indplaceringsdato"),
    "a date in Danish": ("indplaceringsdato", "03-01-2022", "indplaceringsdato"),
    "no such date": ("indplaceringsdato", "2022-02-30", "indplaceringsdato"),
    "a code as a number": ("kommunekode", 101, "kommunekode"),
    "three places": ("timerSammenlagtVedTilmelding", "1.005", "timerSammenlagtVedTilmelding"),
    "three places as a number": ("timerSammenlagtVedTilmelding", 1.005, "timerSammenlagtVedTilmelding"),
    "a comma": ("timerSammenlagtVedTilmelding", "1,5", "timerSammenlagtVedTilmelding"),
    "a truth as a text": ("erhvervskompetencegivendeUddannelse", "true", "erhvervskompetencegivendeUddannelse"),
    "null where it is needed": ("kommunekode", None, "kommunekode"),
    "not on the list": ("forsikringsgrad", "halvtid", "forsikringsgrad"),
}


@pytest.mark.parametrize("navn", DATAFEJL, ids=str)
async def test_data_of_a_wrong_form_is_refused_with_field_and_remedy(vaerk: Hus, navn: str) -> None:
    felt, vaerdi, ventet = DATAFEJL[navn]
    k = ind(vaerk)
    k["data"][felt] = vaerdi
    await vaerk.send("akasse.01", k)
    d = (await vaerk.staar(k["id"])).data
    assert (d["status"], d["fejl"]["kode"], d["fejl"]["felt"]) == ("afvist", "skema", ventet)
    assert d["fejl"]["loesning"]
    assert [x["felt"] for x in d["fejl"]["detaljer"]] == [ventet]
    if isinstance(vaerdi, str) and vaerdi != "true":
        assert vaerdi not in json.dumps(d["fejl"]), "a value that was sent is not told again"


@pytest.mark.parametrize("timer_", ["12.5", 12.5, 12, "12", "12.50", 409.99, "409.99"], ids=repr)
async def test_decimals_are_texts_or_numbers_with_at_most_two_places(vaerk: Hus, timer_: Any) -> None:
    cpr = vaerk.personer.ny()
    await vaerk.send("akasse.01", ind(vaerk, cpr))
    k = timer(vaerk, cpr, timer_)
    await vaerk.send("akasse.01", k)
    assert (await vaerk.staar(k["id"])).data["status"] == "noteret"


async def test_null_is_absent_and_unknown_fields_and_attributes_are_ignored(vaerk: Hus) -> None:
    k = ind(vaerk, subject=None, sekvens=None, erstatter=None, traceparent=None, fremmed={"a": [1]})
    k["data"] |= {"startdato": None, "igangvaerendeForloeb": None, "fremmed": {"b": [None]}, "CPR": "x"}
    await vaerk.send("akasse.01", k)
    svar = await vaerk.staar(k["id"])
    assert svar.data["status"] == "registreret"
    assert "traceparent" not in svar.kuvert


async def test_a_number_without_modulus_11_and_one_with_are_both_taken(vaerk: Hus) -> None:
    # 0707614285 is the register's own published example of a number that passes.
    for cpr in (vaerk.personer.ny(), "0707614285"):
        k = haendelse(
            "akasse.01", "akasse.vejledning.givet.v1", "2022-01-14",
            {"cpr": cpr, "emner": ["forsoeg"], "dato": "2022-01-14"}, vaerk.nyt_id(),
        )  # fmt: skip
        await vaerk.send("akasse.01", k)
        assert (await vaerk.staar(k["id"])).data["status"] == "noteret"


@pytest.mark.parametrize("tid", ["2022-01-31T23:30:00Z", "2022-01-31t23:30:00.123456z", "2022-02-01T00:30:00+01:00",
                                 "2022-01-31T18:30:00-05:00"])  # fmt: skip
async def test_a_time_in_any_offset_is_the_copenhagen_day(vaerk: Hus, tid: str) -> None:
    """An event at 23:30 UTC on 31 January is registered on 1 February: 41 ends at the end of February."""
    cpr = vaerk.personer.ny()
    await vaerk.send("akasse.01", ind(vaerk, cpr))
    k = timer(vaerk, cpr, "410") | {"time": tid}
    await vaerk.send("akasse.01", k)
    assert (await vaerk.staar(k["id"])).data["status"] == "registreret"
    assert [x.slut for x in vaerk.dfdg(cpr) if x.operation == "UpdateFravaer"] == ["2022-02-28"]


# --- ids and sekvens -------------------------------------------------------------------------------------------------


async def test_a_repeated_id_sends_the_newest_kvittering_again_and_has_no_effect(vaerk: Hus) -> None:
    k = ind(vaerk, sekvens=1)
    await vaerk.send("akasse.01", k)
    foerste = await vaerk.staar(k["id"])
    # In the other form, with keys in another order: the same event. It is looked up before its sekvens is.
    await vaerk.binaer("akasse.01", dict(reversed(k.items())))
    await vaerk.vent(lambda: len(vaerk.kvitteringer(k["id"])) == 2, "the kvittering again")
    assert vaerk.kvitteringer(k["id"])[1].kuvert == foerste.kuvert
    assert len(vaerk.dfdg(k["data"]["cpr"])) == 1


async def test_other_content_under_a_used_id_is_a_dead_letter_without_a_kvittering(vaerk: Hus) -> None:
    k = ind(vaerk)
    await vaerk.send("akasse.01", k)
    await vaerk.staar(k["id"])
    andet = {**k, "data": {**k["data"], "forsikringsgrad": "deltid"}}
    foer = len(vaerk.doedbreve("id_genbrugt"))
    await vaerk.send("akasse.01", andet)
    await vaerk.vent(lambda: len(vaerk.doedbreve("id_genbrugt")) > foer, "the dead letter")
    # What is not understood is looked up by its id first, too.
    await vaerk.send("akasse.01", {**k, "data": {"cpr": k["data"]["cpr"]}})
    await vaerk.vent(lambda: len(vaerk.doedbreve("id_genbrugt")) > foer + 1, "the second dead letter")
    efter = ind(vaerk)
    await vaerk.send("akasse.01", efter)
    await vaerk.staar(efter["id"])
    assert len(vaerk.kvitteringer(k["id"])) == 1
    d = vaerk.doedbreve("id_genbrugt")[-1]
    assert set(d.data) <= {"dlqId", "udgave", "part", "type", "kode", "status", "siden", "foelgere", "naermesteFrist"}
    assert k["data"]["cpr"] not in json.dumps(d.kuvert)


async def test_a_refused_id_is_used_up(vaerk: Hus) -> None:
    k = ind(vaerk)
    forkert = {**k, "data": {**k["data"], "kommunekode": 7}}
    await vaerk.send("akasse.01", forkert)
    assert (await vaerk.staar(k["id"])).data["status"] == "afvist"
    await vaerk.send("akasse.01", forkert)
    await vaerk.vent(lambda: len(vaerk.kvitteringer(k["id"])) == 2, "the refusal again")
    assert vaerk.kvitteringer(k["id"])[0].kuvert == vaerk.kvitteringer(k["id"])[1].kuvert
    await vaerk.send("akasse.01", k)
    await vaerk.vent(
        lambda: any(x.kuvert["causationid"] == k["id"] for x in vaerk.doedbreve("id_genbrugt")), "the dead letter"
    )


async def test_ids_count_per_source(vaerk: Hus) -> None:
    """Two systems of one a-kasse, and two parties, may use the same id."""
    id_ = vaerk.nyt_id("faelles")
    emne = {"emner": ["forsoeg"], "dato": "2022-01-14"}
    for part, kilde in (("akasse.01", "/akasse/01/loen"), ("akasse.01", "/akasse/01/sag"), ("akasse.01", "/akasse/01"),
                        ("akasse.02", "/akasse/02")):  # fmt: skip
        data = {"cpr": vaerk.personer.ny(), **emne}
        k = haendelse(part, "akasse.vejledning.givet.v1", "2022-01-14", data, id_, source=kilde)
        await vaerk.send(part, k)
    await vaerk.vent(lambda: len(vaerk.kvitteringer(id_)) == 4, "four kvitteringer")
    assert [m.data["status"] for m in vaerk.kvitteringer(id_)] == ["noteret"] * 4
    assert len({m.kuvert["id"] for m in vaerk.kvitteringer(id_)}) == 4
    assert len(vaerk.kvitteringer(id_, "akasse.02")) == 1


async def test_sekvens_rises_per_source_and_subject_and_a_gap_is_flagged(vaerk: Hus) -> None:
    cpr = vaerk.personer.ny()
    subject = vaerk.nyt_id("person")

    async def svar(sekvens: int | str, **andet: Any) -> tuple[str, Any, list[str]]:
        k = timer(vaerk, cpr, "1", **{"subject": subject, "sekvens": sekvens, **andet})
        await vaerk.send("akasse.01", k)
        d = (await vaerk.staar(k["id"])).data
        return d["status"], d.get("fejl", {}).get("kode"), d["flag"]

    assert await svar(3) == ("noteret", None, [])
    assert await svar(4) == ("noteret", None, [])
    assert await svar(4) == ("afvist", "sekvens_ikke_stigende", [])
    assert await svar(3) == ("afvist", "sekvens_ikke_stigende", [])
    assert await svar("6") == ("noteret", None, ["hul_i_sekvens"])
    assert await svar(7) == ("noteret", None, [])
    # Another person, another system: sequences of their own.
    assert await svar(1, subject=subject + "-b") == ("noteret", None, [])
    assert await svar(1, source="/akasse/01/andet") == ("noteret", None, [])
    # Refused by a rule it was accepted into the order all the same; without sekvens nothing is compared.
    assert await svar(8) == ("noteret", None, [])
    utal = timer(vaerk, cpr, "1", subject=subject)
    await vaerk.send("akasse.01", utal)
    assert (await vaerk.staar(utal["id"])).data["status"] == "noteret"


async def test_repeats_in_one_batch_and_over_a_restart(vaerk: Hus) -> None:
    k = ind(vaerk)
    andet = {**k, "data": {**k["data"], "kommunekode": "0147"}}
    foer = len(vaerk.doedbreve("id_genbrugt"))
    await vaerk.o.draeb()
    for x in (k, k, andet, k):
        await vaerk.send("akasse.01", x, partition=0)
    await vaerk.o.start()
    await vaerk.staar(k["id"])
    await vaerk.vent(lambda: len(vaerk.doedbreve("id_genbrugt")) == foer + 1, "one dead letter")
    antal = len(vaerk.kvitteringer(k["id"]))
    await vaerk.o.draeb()
    await vaerk.send("akasse.01", andet, partition=1)
    await vaerk.send("akasse.01", k, partition=1)
    await vaerk.o.start()
    await vaerk.vent(lambda: len(vaerk.doedbreve("id_genbrugt")) == foer + 2, "the second dead letter")
    await vaerk.vent(lambda: len(vaerk.kvitteringer(k["id"])) > antal, "the kvittering again")
    assert len({m.kuvert["id"] for m in vaerk.kvitteringer(k["id"])}) == 1
    assert len(vaerk.dfdg(k["data"]["cpr"])) == 1


async def test_I10_sekvens_rises_per_topic_and_citizen_and_the_key_never_changes(vaerk: Hus) -> None:
    """What is not higher than the last seen of its topic and citizen is a repeat, the same message under the same id."""
    set_: dict[tuple[str, str], dict[int, str]] = {}
    for m in vaerk.ud:
        if m.noegle is None:
            continue  # about no citizen
        fundne = set_.setdefault((m.topic, m.noegle), {})
        s = m.kuvert["sekvens"]
        assert s in fundne or all(s > x for x in fundne), (m.topic, s, m.kuvert["id"])
        assert fundne.setdefault(s, m.kuvert["id"]) == m.kuvert["id"]
    noegler: dict[str, set[str | None]] = {}
    for m in vaerk.ud:
        if "cpr" in m.data:
            noegler.setdefault(m.data["cpr"], set()).add(m.noegle)
    assert noegler
    assert {len(x) for x in noegler.values()} == {1}
