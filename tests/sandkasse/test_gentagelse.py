"""Repeats, restarts and the log: 412 against 4977, what a restart remembers, in which order lines stand."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.log import Logskriver, laes_log
from sandbox.dfdg.proces import Proces, Startfejl, start
from sandbox.personer import Personregister
from tests.sandkasse.kalder import Kalder, fravaer

KL10 = "2023-02-01T10:00:00+01:00"


async def test_412_for_a_used_request_id_and_4977_for_a_used_entity_id(
    akasse01: Kalder, dfdg: Proces, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 200
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 412
    igen = await akasse01.opret(cpr, fravaer(), id_, "r2")
    assert (igen.status, igen.koder) == (400, (4977,))
    assert (await akasse01.opret(personer.ny(), fravaer(), str(uuid4()), "r1")).status == 412  # whatever it is used for
    assert [linje.udfald for linje in laes_log(dfdg.log)] == [
        *("modtaget", "committed", "kvitteret"),
        *("modtaget", "412"),
        *("modtaget", "afvist:4977"),
        *("modtaget", "412"),
    ]


async def test_a_request_id_is_forgotten_after_seven_days_of_dfdgs_clock(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    dag = await styring.saet_idag(date(2024, 3, 1))
    cpr = personer.ny()
    await akasse01.opret(cpr, fravaer(10), str(uuid4()), "r1")
    await styring.saet_idag(dag + timedelta(days=6))
    assert (await akasse01.opret(cpr, fravaer(10), str(uuid4()), "r1")).status == 412
    await styring.saet_idag(dag + timedelta(days=7))
    assert (await akasse01.opret(cpr, fravaer(10), str(uuid4()), "r1")).status == 200


@pytest.mark.parametrize("bruges", [True, False])
async def test_whether_a_refused_call_uses_its_request_id_up_is_a_setting(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister, *, bruges: bool
) -> None:
    await styring.indstil(id_bruges_ved_400=bruges)
    cpr = personer.ny()
    assert (await akasse01.opret(cpr, fravaer(start="x"), str(uuid4()), "r1")).status == 400
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()), "r1")).status == (412 if bruges else 200)


async def test_a_call_that_never_got_in_uses_nothing_up(
    dfdg: Proces, certifikater: Path, akasse01: Kalder, personer: Personregister
) -> None:
    cpr = personer.ny()
    async with Kalder(dfdg.base_url, certifikater, "01", kode="02") as forklaedt:
        assert (await forklaedt.opret(cpr, fravaer(), str(uuid4()), "r1")).koder == (4586,)
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()), "r1")).status == 200


@pytest.mark.parametrize("haardt", [False, True], ids=["stop", "kill -9"])
async def test_a_restart_keeps_the_state(
    akasse01: Kalder,
    akasse02: Kalder,
    styring: AsynkronDfdgstyring,
    dfdg: Proces,
    personer: Personregister,
    *,
    haardt: bool,
) -> None:
    cpr, afmeldt, id_, slettet = personer.ny(), personer.ny(), str(uuid4()), str(uuid4())
    idag = await styring.saet_idag(date(2024, 2, 1))
    await styring.indstil(id_bruges_ved_400=False)
    await styring.saet_personer(
        [{"cpr": cpr, "kommune": "0101", "frister": [{"id": "f", "type": 7, "dato": "2024-03-01"}]}]
    )
    await akasse01.opret(cpr, fravaer(), id_, "r1")
    await akasse01.ret(cpr, fravaer(slutDato="2023-04-30T00:00:00+02:00", fravaersAfslutningsAarsag=41), id_)
    await akasse01.opret(cpr, fravaer(10), slettet)
    await akasse01.slet(cpr, slettet)
    await akasse01.samtale(cpr, 7, KL10)
    await akasse01.afmeld(afmeldt, "2024-02-01T00:00:00+01:00")
    await akasse01.opret(cpr, fravaer(start="x"), str(uuid4()), "r2")
    foer = await styring.tilstand(cpr), await styring.indstillinger(), await styring.idag()
    numre = {linje.forsoeg for linje in laes_log(dfdg.log)}
    if haardt:
        await dfdg.draeb()
    await dfdg.genstart()
    assert (await styring.tilstand(cpr), await styring.indstillinger(), await styring.idag()) == foer
    assert foer[2] == idag
    assert not foer[0]["frister"][0]["aaben"]
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()), "r1")).status == 412
    assert (await akasse01.opret(cpr, fravaer(), slettet)).koder == (4977,)
    assert (await akasse01.samtale(cpr, 7, KL10)).koder == (4999,)
    assert (await akasse01.afmeld(afmeldt, "2024-02-01T00:00:00+01:00")).koder == (4367,)
    assert (await akasse02.alle(cpr)).koder == (4575,)
    assert (await akasse01.opret(cpr, fravaer(10), str(uuid4()), "r2")).status == 200
    tider = [linje.tid for linje in laes_log(dfdg.log)]
    assert tider == sorted(set(tider))
    assert max(linje.forsoeg or 0 for linje in laes_log(dfdg.log)) > max(n or 0 for n in numre)


async def test_the_log_has_every_attempt_whole_and_in_order_of_commit(
    akasse01: Kalder, dfdg: Proces, personer: Personregister
) -> None:
    cprs = [personer.ny() for _ in range(20)]

    async def forloeb(cpr: str) -> None:
        id_ = str(uuid4())
        await akasse01.samtale(cpr, 10, KL10)
        await akasse01.opret(cpr, fravaer(), id_)
        await akasse01.ret(cpr, fravaer(slutDato="2023-04-30T00:00:00+02:00", fravaersAfslutningsAarsag=41), id_)

    await asyncio.gather(*(forloeb(cpr) for cpr in cprs))
    linjer = laes_log(dfdg.log)
    tider = [linje.tid for linje in linjer]
    assert tider == sorted(set(tider))
    pr_forsoeg: dict[int | None, list[str]] = {}
    for linje in linjer:
        pr_forsoeg.setdefault(linje.forsoeg, []).append(linje.udfald)
    assert list(pr_forsoeg.values()) == [["modtaget", "committed", "kvitteret"]] * 60
    for cpr in cprs:
        virkninger = [linje for linje in linjer if linje.cpr == cpr and linje.udfald == "committed"]
        assert [(v.operation, v.type, v.start, v.slut, v.aarsag) for v in virkninger] == [
            ("CreatePersonInterview", "10", KL10, None, None),
            ("CreateFravaerMedIdentifier", "75", "2023-02-01", None, None),
            ("UpdateFravaer", "75", "2023-02-01", "2023-04-30", "41"),
        ]


async def test_the_lines_of_a_delete_tell_what_was_deleted(
    akasse01: Kalder, dfdg: Proces, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    await akasse01.opret(cpr, fravaer(10), id_)
    await akasse01.slet(cpr, id_)
    slettet = [linje for linje in laes_log(dfdg.log) if linje.operation == "DeleteFravaer"]
    assert [(v.udfald, v.entitets_id, v.type, v.start) for v in slettet] == [
        (udfald, id_, "10", "2023-02-01") for udfald in ("modtaget", "committed", "kvitteret")
    ]


async def test_what_the_log_counts_the_admin_api_counts(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    cpr = personer.ny()
    await akasse01.opret(cpr, fravaer(), str(uuid4()))
    await akasse01.opret(cpr, fravaer(start="x"), str(uuid4()))
    await akasse01.alle(cpr)
    tal = await styring.tal()
    linjer = laes_log(dfdg.log)
    assert tal["committed"] == Counter(v.operation for v in linjer if v.udfald == "committed")
    assert tal["udfald"] == Counter(v.udfald for v in linjer if v.udfald != "committed")
    assert tal["udfald"] == {"modtaget": 2, "kvitteret": 1, "afvist:1014": 1, "laest": 1}


async def test_nothing_that_is_printed_names_a_person(
    akasse01: Kalder, dfdg: Proces, tmp_path: Path, personer: Personregister
) -> None:
    cpr = personer.ny()
    await akasse01.opret(cpr, fravaer(), str(uuid4()))
    linje = next(v for v in laes_log(dfdg.log) if v.cpr == cpr)
    assert cpr not in repr(linje)
    assert cpr not in (tmp_path / "dfdg" / "dfdg.stderr").read_text()
    assert dfdg.log.stat().st_mode & 0o077 == 0


def test_a_half_written_last_line_is_left_out_and_cut_off(tmp_path: Path) -> None:
    sti = tmp_path / "log.jsonl"
    hel = (
        b'{"tid":"2023-02-01T10:00:00.000000+00:00","tjeneste":"styring","operation":"ur","cpr":null,"requestId":null,'
    )
    hel += b'"entitetsId":null,"type":null,"start":null,"slut":null,"aarsag":null,"udfald":"sat","data":{}}\n'
    sti.write_bytes(hel + hel[:40])
    assert len(laes_log(sti)) == 1
    skriver = Logskriver(sti)
    skriver.skriv({"tid": "x"})
    skriver.luk()
    assert sti.read_bytes() == hel + b'{"tid":"x"}\n'
    sti.write_bytes(b"ikke json\n" + hel)
    with pytest.raises(ValueError, match="line 1"):
        laes_log(sti)


async def test_two_stand_ins_cannot_share_a_folder(dfdg: Proces, certifikater: Path, tmp_path: Path) -> None:
    with pytest.raises(Startfejl, match="another stand-in"):
        await start(cert=certifikater / "server.pem", ca=certifikater / "ca.pem", data=tmp_path / "dfdg")
    assert dfdg.lever
