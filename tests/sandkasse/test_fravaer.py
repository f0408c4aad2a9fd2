"""FravaerService over real HTTPS: creates, updates, deletes, and what is refused."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.log import laes_log
from sandbox.dfdg.proces import Proces
from sandbox.personer import Personregister
from tests.sandkasse.kalder import ROD, Kalder, fravaer

FOERST = "2023-02-01T00:00:00+01:00"


async def test_create_answers_the_bare_uuid_and_can_be_read_back(akasse01: Kalder, personer: Personregister) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    svar = await akasse01.opret(cpr, fravaer(fravaersKommentar="kontaktforløb"), id_)
    assert (svar.status, svar.json) == (200, id_)
    assert (await akasse01.alle(cpr)).json == [
        {
            "fravaerIdentifier": id_,
            "fravaerType": 75,
            "startDato": FOERST,
            "slutDato": None,
            "fravaersKommentar": "kontaktforløb",
            "anmeldelsesDato": FOERST,
            "fravaersAfslutningsAarsag": None,
        }
    ]


async def test_create_without_an_id_makes_one(akasse01: Kalder, personer: Personregister) -> None:
    cpr = personer.ny()
    id_ = (await akasse01.opret(cpr, fravaer(10))).json
    assert [f["fravaerIdentifier"] for f in (await akasse01.alle(cpr)).json] == [id_]


async def test_an_instant_is_registered_on_its_copenhagen_date(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr = faelles_personer.ny()
    await faelles01.opret(cpr, fravaer(start="2023-06-30T22:00:00Z", slutDato="2023-10-29T23:00:00Z"), str(uuid4()))
    (post,) = (await faelles01.alle(cpr)).json
    assert (post["startDato"], post["slutDato"]) == ("2023-07-01T00:00:00+02:00", "2023-10-30T00:00:00+01:00")


async def test_update_replaces_the_content_and_is_receipted(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    await faelles01.opret(cpr, fravaer(), id_)
    slut = "2023-04-30T00:00:00+02:00"
    svar = await faelles01.ret(cpr, fravaer(slutDato=slut, fravaersAfslutningsAarsag=41), id_)
    assert svar.status == 200
    assert set(svar.json) == {"registreringstidspunkt", "registreringsId"}
    (post,) = (await faelles01.alle(cpr)).json
    assert (post["slutDato"], post["fravaersAfslutningsAarsag"]) == (slut, 41)


async def test_delete_removes_and_its_id_stays_used(faelles01: Kalder, faelles_personer: Personregister) -> None:
    cpr, id_ = faelles_personer.ny(), str(uuid4())
    await faelles01.opret(cpr, fravaer(), id_)
    assert (await faelles01.slet(cpr, id_, "rettet: æøå / 100 %")).status == 200
    assert (await faelles01.alle(cpr)).json == []
    assert (await faelles01.opret(cpr, fravaer(), id_)).koder == (4977,)


async def test_4977_says_that_the_id_exists_whoever_has_it(faelles01: Kalder, faelles_personer: Personregister) -> None:
    id_ = str(uuid4())
    await faelles01.opret(faelles_personer.ny(), fravaer(), id_)
    assert (await faelles01.opret(faelles_personer.ny(), fravaer(), id_.upper())).koder == (4977,)


async def test_4632_for_an_absence_that_is_not_the_citizens(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr, anden, id_ = faelles_personer.ny(), faelles_personer.ny(), str(uuid4())
    await faelles01.opret(cpr, fravaer(), id_)
    assert (await faelles01.ret(anden, fravaer(), id_)).koder == (4632,)
    assert (await faelles01.slet(anden, id_)).koder == (4632,)
    assert (await faelles01.ret(cpr, fravaer(), str(uuid4()))).koder == (4632,)
    assert len((await faelles01.alle(cpr)).json) == 1


@pytest.mark.parametrize(
    ("aendring", "koder"),
    [
        pytest.param({"slutDato": "2023-01-31T00:00:00+01:00"}, (1003,), id="end before start"),
        pytest.param({"slutDato": FOERST}, (), id="one day"),
        pytest.param({"fravaersAfslutningsAarsag": 40}, (2002,), id="cause that 75 does not have"),
        pytest.param({"fravaersKommentar": "se <b>her</b>"}, (4933,), id="html"),
        pytest.param({"fravaersKommentar": "1 < 2"}, (), id="less-than is no html"),
        pytest.param({"startDato": "2023-02-01T00:00:00"}, (1014,), id="time without offset"),
        pytest.param({"startDato": "2023-02-01"}, (1014,), id="bare date"),
        pytest.param({"startDato": "2023-02-30T00:00:00+01:00"}, (1014,), id="no such date"),
        pytest.param({"startDato": None}, (1014,), id="no start"),
        pytest.param({"anmeldelsesDato": None}, (1014,), id="no notification date"),
        pytest.param({"fravaerType": "75"}, (1014,), id="type as text"),
        pytest.param({"fravaerType": 10001}, (1014,), id="type above the code lists' limit"),
        pytest.param({"fravaerType": True}, (1014,), id="type as boolean"),
        pytest.param({"fravaersKommentar": "x" * 1501}, (1014,), id="comment too long"),
        pytest.param({"ukendt": 1}, (1014,), id="unknown element"),
        pytest.param(
            {"fravaerIdentifier": "77777777-7777-7777-7777-777777777777"}, (1014,), id="other id than the path"
        ),
        pytest.param(
            {"slutDato": "2023-01-31T00:00:00+01:00", "fravaersAfslutningsAarsag": 1, "fravaersKommentar": "<i>"},
            (1003, 2002, 4933),
            id="all faults are listed",
        ),
        pytest.param({"startDato": "x", "slutDato": "y"}, (1014, 1014), id="all schema faults are listed"),
    ],
)
async def test_content_is_judged(
    faelles01: Kalder, faelles_personer: Personregister, aendring: dict[str, object], koder: tuple[int, ...]
) -> None:
    cpr = faelles_personer.ny()
    svar = await faelles01.opret(cpr, {**fravaer(), **aendring}, str(uuid4()))
    assert (svar.status, svar.koder) == (400 if koder else 200, koder)
    assert len((await faelles01.alle(cpr)).json) == (0 if koder else 1)


@pytest.mark.parametrize(
    "cpr", ["", "010162000", "01016200011", "3202620001", "0113620001", "3002620001", "010162-0001"]
)
async def test_1001_for_a_number_that_breaks_the_pattern(faelles01: Kalder, cpr: str) -> None:
    assert (await faelles01.opret(cpr, fravaer(), str(uuid4()))).koder == (1001,)
    assert (await faelles01.alle(cpr)).koder == (1001,)


async def test_the_number_for_unknown_is_nobody(akasse01: Kalder) -> None:
    assert (await akasse01.opret("0000000000", fravaer(), str(uuid4()))).koder == (4404,)
    assert (await akasse01.samtale("0000000000", 7, FOERST)).koder == (1010,)


async def test_strict_membership_knows_seeded_persons_only(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, uden, ukendt = personer.ny(), personer.ny(), personer.ny()
    await styring.indstil(medlemskab="streng")
    await styring.saet_personer([{"cpr": cpr, "akasse": "01"}, {"cpr": uden}])
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()))).status == 200
    assert (await akasse01.opret(uden, fravaer(), str(uuid4()))).koder == (4575,)
    assert (await akasse01.opret(ukendt, fravaer(), str(uuid4()))).koder == (4404,)
    assert (await akasse01.samtale(ukendt, 7, FOERST)).koder == (1010,)


async def test_4575_for_another_a_kasses_member(
    akasse01: Kalder, akasse02: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    await akasse01.opret(cpr, fravaer(), id_)
    for svar in (
        await akasse02.opret(cpr, fravaer(10), str(uuid4())),
        await akasse02.ret(cpr, fravaer(), id_),
        await akasse02.slet(cpr, id_),
        await akasse02.alle(cpr),
        await akasse02.samtale(cpr, 7, FOERST),
        await akasse02.samtaler(cpr),
    ):
        assert svar.koder == (4575,)
    await styring.skift_akasse(cpr, "02")
    assert (await akasse01.ret(cpr, fravaer(), id_)).koder == (4575,)
    assert (await akasse02.ret(cpr, fravaer(), id_)).status == 200


async def test_a_refused_first_call_makes_nobody_a_member(
    akasse01: Kalder, akasse02: Kalder, personer: Personregister
) -> None:
    cpr = personer.ny()
    assert (await akasse01.opret(cpr, fravaer(start="x"), str(uuid4()))).status == 400
    assert (await akasse02.opret(cpr, fravaer(), str(uuid4()))).status == 200


async def test_4405_for_the_dead(akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister) -> None:
    cpr = personer.ny()
    await styring.saet_personer([{"cpr": cpr, "akasse": "01", "doed": True}])
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()))).koder == (4405,)
    assert (await akasse01.alle(cpr)).status == 200


async def test_creating_75_closes_deadlines_and_the_jobcentres_bookings(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    cpr = personer.ny()
    start = "2023-02-10T09:00:00+01:00"
    bookinger = [
        {"id": "egen", "type": 7, "start": start, "ophav": "borger"},
        {"id": "faelles", "type": 17, "start": start, "ophav": "jobcenter"},
        {"id": "cv", "type": 10, "start": start, "ophav": "jobcenter"},
        {"id": "akassens", "type": 7, "start": start, "ophav": "akasse"},
    ]
    frister = [{"id": "frist", "type": 7, "dato": "2023-02-08"}]
    await styring.saet_personer([{"cpr": cpr, "akasse": "01", "bookinger": bookinger, "frister": frister}])
    await akasse01.opret(cpr, fravaer(10), str(uuid4()))
    assert (await styring.tilstand(cpr))["frister"][0]["aaben"]  # holiday closes nothing
    await akasse01.opret(cpr, fravaer(75), str(uuid4()))
    tilstand = await styring.tilstand(cpr)
    assert not tilstand["frister"][0]["aaben"]
    assert {b["id"] for b in tilstand["bookinger"] if b["aktiv"]} == {"cv", "akassens"}
    lukkede = [linje.ekstra["lukkede"] for linje in laes_log(dfdg.log) if linje.udfald == "committed"]
    assert lukkede == [[], ["frist", "egen", "faelles"]]


@pytest.mark.parametrize("laast", [False, True])
async def test_whether_an_end_date_can_be_taken_away_is_a_setting(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister, *, laast: bool
) -> None:
    await styring.indstil(slutdato_kan_fjernes=not laast)
    cpr, id_ = personer.ny(), str(uuid4())
    await akasse01.opret(cpr, fravaer(slutDato=FOERST, fravaersAfslutningsAarsag=44), id_)
    assert (await akasse01.ret(cpr, fravaer(), id_)).koder == ((4996,) if laast else ())


async def test_headers_that_are_missing_or_unreadable(faelles01: Kalder, faelles_personer: Personregister) -> None:
    hoveder = faelles01.hoveder(faelles_personer.ny())

    async def koder(**aendring: str | None) -> tuple[int, ...]:
        rettede = {**hoveder, **{f"x-{navn}": v for navn, v in aendring.items()}}
        svar = await faelles01.kald("GET", ROD, {n: v for n, v in rettede.items() if v is not None}, None)
        return svar.koder

    assert await koder(activeOrganisation=None) == (8232,)
    assert await koder(activeOrganisation="ikke json") == (8234,)
    assert await koder(activeOrganisation='{"organisationTypeIdentifier": 5}') == (8234,)
    assert await koder(activeOrganisation='{"organisationTypeIdentifier": 101, "organisationCode": "01"}') == (8173,)
    assert await koder(requestUserMetadata=None) == (8233,)
    assert await koder(requestUserMetadata="[]") == (8235,)
    assert await koder(activeOrganisation=None, requestUserMetadata=None) == (8232, 8233)
    assert await koder() == ()


async def test_x_request_id_is_required_on_writes_and_at_most_46_long(
    faelles01: Kalder, faelles_personer: Personregister
) -> None:
    cpr = faelles_personer.ny()
    assert (await faelles01.opret(cpr, fravaer(), str(uuid4()), "x" * 46)).status == 200
    assert (await faelles01.opret(cpr, fravaer(), str(uuid4()), "x" * 47)).koder == (1014,)
    uden = await faelles01.kald("POST", f"{ROD}/{uuid4()}", faelles01.hoveder(cpr), b"{}")
    assert 1014 in uden.koder


async def test_the_organisation_must_be_the_certificates(
    dfdg: Proces, certifikater: Path, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr = personer.ny()
    async with Kalder(dfdg.base_url, certifikater, "01", kode="02") as forklaedt:
        assert (await forklaedt.opret(cpr, fravaer(), str(uuid4()))).koder == (4586,)
        assert (await forklaedt.samtale(cpr, 7, FOERST)).koder == (4586,)
    async with Kalder(dfdg.base_url, certifikater, "leverandoer", kode="02") as leverandoer:
        assert (await leverandoer.opret(cpr, fravaer(), str(uuid4()))).koder == (4586,)
        await styring.indstil(leverandoerer=["leverandoer"])
        assert (await leverandoer.opret(cpr, fravaer(), str(uuid4()))).status == 200


@pytest.mark.parametrize("fil", ["uden", "fremmed"])
async def test_without_a_certificate_of_the_ca_there_is_no_answer(
    dfdg: Proces, certifikater: Path, styring: AsynkronDfdgstyring, personer: Personregister, fil: str
) -> None:
    async with Kalder(dfdg.base_url, certifikater, fil, kode="01") as kalder:
        with pytest.raises(aiohttp.ClientError):
            await kalder.opret(personer.ny(), fravaer(), str(uuid4()))
    assert (await styring.tal())["udfald"] == {}


@pytest.mark.parametrize(
    ("metode", "sti", "status"),
    [("GET", "/ukendt", 404), ("PATCH", f"{ROD}/x", 405), ("POST", f"{ROD}/a/b/c", 404), ("GET", f"{ROD}x", 404)],
)
async def test_what_is_no_operation(faelles01: Kalder, metode: str, sti: str, status: int) -> None:
    assert (await faelles01.kald(metode, sti, {}, None)).status == status
