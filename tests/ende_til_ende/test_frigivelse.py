"""What a dry run of letting go shows is what DFDG then gets, in that order: judged at DFDG's own log."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import MODTAGET, laes_log
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ledger.byg import placeret

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
FRAVAER, OPRET = "FravaerService", "CreateFravaerMedIdentifier"
#: Refusals of one kind that block it, and how many citizens each act lets go.
SPAER_EFTER, ANTAL = 3, 6


async def _indplacer(o: Opstilling, personer: Personregister, kilde: str = "/akasse/01/loen") -> None:
    """So many citizens' placements; the later they came, the harder their date."""
    haendelser = []
    for _ in range(ANTAL):
        h = placeret(str(uuid4()))
        h["source"], h["subject"], h["data"]["cpr"] = kilde, str(uuid4()), personer.ny()
        haendelser.append(h)
    await o.udgiv("akasse.01.haendelser.v1", [(b"p", json.dumps(h).encode(), []) for h in haendelser])


async def _med_datoer(o: Opstilling) -> None:
    await o.sql(
        """with r as (update registrering r set haardeste_dato = $1::date - (k.nr % 100)::int from koe k
                      where k.registrering_id = r.id returning r.id, r.haardeste_dato),
                k as (update koe set haardeste_dato = r.haardeste_dato from r where koe.registrering_id = r.id returning 1)
           select count(*) from k""",
        datetime.now(UTC).date() + timedelta(days=200),
    )


def _modtaget(o: Opstilling) -> list[tuple[str | None, str | None, str | None, str | None]]:
    return [
        (x.request_id, x.entitets_id, x.type, x.start)
        for x in laes_log(o.dfdg.log)
        if x.udfald == MODTAGET and x.operation == OPRET
    ]


def _vist(f: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    (t,) = f["tjenester"]
    assert (t["tjeneste"], t["iSekundet"], t["tilladt"]) == (FRAVAER, 1.0, True)
    # At one a second the first is let through at once.
    assert t["varighedSekunder"] == pytest.approx(ANTAL, abs=2)
    kroppe = [(x, json.loads(x["anmodning"]["krop"])) for x in t["foerste"]]
    return [
        (x["requestId"], x["anmodning"]["entitetsId"], str(k["fravaerType"]), k["startDato"][:10]) for x, k in kroppe
    ]


async def _api(ops: str, token: str, sti: str, data: dict[str, Any]) -> dict[str, Any]:
    hoved = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(  # noqa: ASYNC210
        urllib.request.Request(f"{ops}/api/v1/{sti}", json.dumps(data).encode(), hoved), timeout=30
    ) as svar:
        ud: dict[str, Any] = json.loads(svar.read())
        return ud


async def _loeft(o: Opstilling, ops: str, token: str, sti: str, kommando: tuple[str, ...], api: dict[str, Any]) -> None:
    """Tried by API and command line, which say the same; then done by the command line, and judged at DFDG's log."""
    foer = _modtaget(o)
    kode, ud = await o.kommando(*kommando, "--proev", "--json")
    assert kode == 0, ud
    f = json.loads(ud)["frigivelse"]
    af_api = (await _api(ops, token, sti, {**api, "proev": True}))["frigivelse"]
    assert _vist(af_api) == _vist(f)
    assert f["haendelser"] == ANTAL
    assert _modtaget(o) == foer, "a dry run sends nothing"
    kode, ud = await o.kommando(*kommando, "--begrundelse", "i orden")
    assert kode == 0, ud
    await o.vent("select not exists (select 1 from haendelse where tilstand <> 'endelig')", sekunder=90)
    assert _modtaget(o)[len(foer) :] == _vist(f)


async def test_what_a_dry_run_shows_is_what_dfdg_gets(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    personer = Personregister()
    async with opstilling(
        tom_kafka, database, certifikater, tmp_path, ["akasse.01"],
        GATEWAY_DFDG__HASTIGHED=f"{FRAVAER}=1", GATEWAY_DFDG__SPAER_EFTER=str(SPAER_EFTER),
    ) as o:  # fmt: skip
        klar = await o.start()
        ops = str(klar["ops"])
        token = (await _api(ops, "", "adgang", {"kode": klar["engangskode"]}))["token"]
        # A channel is known once something was sent on it.
        await _indplacer(o, personer)
        await o.vent(f"select count(*) = {ANTAL} from haendelse where status = 'registreret'", sekunder=60)

        begrundelse = ("--begrundelse", "x")
        kode, ud = await o.kommando("pause", "saet", "--tjeneste", FRAVAER, *begrundelse, "--json")
        nr = json.loads(ud)["pause"]
        await _indplacer(o, personer)
        await o.vent(f"select count(*) = {ANTAL} from koe")
        await _med_datoer(o)
        await _loeft(o, ops, token, f"styring/pause/{nr}/ophaev", ("pause", "ophaev", str(nr)), {})

        kode, ud = await o.kommando(
            "karantaene",
            "saet",
            "--kilde",
            "/akasse/01/prov",
            "--fra",
            "2020-01-01T00:00+01:00",
            *begrundelse,
            "--json",
        )
        assert kode == 0, ud
        nr = json.loads(ud)["karantaene"]
        await _indplacer(o, personer, "/akasse/01/prov")
        await o.vent(f"select count(*) = {ANTAL} from doedbrev where status = 'aaben'")
        await _loeft(o, ops, token, f"styring/karantaene/{nr}/ophaev", ("karantaene", "ophaev", str(nr)), {})

        # DFDG refuses three in a row: the kind is blocked, the others wait.
        await o.styring.bestil(Forstyrrelse(art="svar", operation=OPRET, status=400, kode=4999, antal=SPAER_EFTER))
        await _indplacer(o, personer)
        await o.vent(f"select count(*) = {ANTAL - SPAER_EFTER} from koe where kanal like '%#spaerret'", sekunder=60)
        nr = await o.sql("select id from spaerring where ophaevet is null")
        await _loeft(o, ops, token, f"styring/spaerring/{nr}/ophaev", ("spaerring", "ophaev", str(nr)), {})

        # A window closes it, and its end opens it.
        kode, ud = await o.kommando(
            "vindue", "planlaeg", "--til", "2199-01-01T00:00+01:00", "--tekst", "lukket", *begrundelse, "--json"
        )
        nr = json.loads(ud)["vindue"]
        await o.vent("select meldt = 'aabnet' from vindue")
        await _indplacer(o, personer)
        await o.vent(f"select count(*) = {ANTAL} from koe")
        await _loeft(o, ops, token, f"styring/vindue/{nr}", ("vindue", "slut", str(nr)), {})
