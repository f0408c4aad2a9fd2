"""DFDG's messages through the whole gateway: its sender goes on until the receiver is back, and each party learns its own
once (I6, I9)."""

from __future__ import annotations

import json
import socket
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import opstilling
from tests.ende_til_ende.test_begge_veje import endelige, placeret, send

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
REGISTER = Personregister()
BESKED = "gateway.dfdg-besked.v1"


def fri_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


async def test_I9_the_messages_reach_the_right_parties_once_over_a_kill(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr, port = REGISTER.ny(), fri_port()
    parter = ["akasse.01", "akasse.02", "jobcenter.0101", "jobcenter.0147"]
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter) as o:
        o.miljoe |= {
            "GATEWAY_HOOKS__LISTEN": f"127.0.0.1:{port}",
            "GATEWAY_HOOKS__CERTIFICATE": str(certifikater.server),
            "GATEWAY_HOOKS__CLIENT_CA": str(certifikater.ca),
            "GATEWAY_HOOKS__CLIENT_FINGERPRINTS": certifikater.star_aftryk(),
        }
        klar = await o.start()
        assert klar["hooks"] == f"https://127.0.0.1:{port}"
        await o.styring.indstil(besked_faktor=0.1, besked_dubletter=1)
        await o.styring.saet_abonnementer(
            [{"organisationstype": p.split(".")[0], "kode": p.split(".")[1], "url": klar["hooks"]} for p in parter]
        )
        ind = placeret("akasse.01", cpr, "0101")
        await send(o, "akasse.01", ind)
        assert (await endelige(o, "akasse.01", [ind["id"]]))[ind["id"]]["status"] == "registreret"
        await o.styring.saet_personer([{"cpr": cpr, "kommune": "0101"}])
        await o.draeb()
        # While nobody listens: DFDG's sender goes on until it is taken.
        frist, skiftet = str(uuid4()), str(uuid4())
        await o.styring.saet_frist(cpr, frist, 7, date(2030, 3, 1))
        await o.styring.saet_medlemskab(cpr, skiftet, "01", date(2021, 1, 1))
        await o.start()
        jobcenter = await o.laes(["jobcenter.0101.beskeder.v1"], lambda f: any(b["type"] == BESKED for b in f))
        (besked,) = [b["data"] for b in jobcenter if b["type"] == BESKED]
        assert (besked["entitetId"], besked["eksternIdentifier"], besked["cpr"]) == ("90001", frist, cpr)
        assert besked["body"]["historik"][0]["fristIdentifier"] == frist
        akasse = await o.laes(["akasse.01.beskeder.v1"], lambda f: any(b["type"] == BESKED for b in f))
        assert {b["data"]["entitetId"] for b in akasse if b["type"] == BESKED} == {"60010"}
        # Everything DFDG has sent is taken, the duplicates too, and nobody else was told anything.
        await o.vent("select count(*) = 0 from dfdg_besked where tilstand = 'ny'")
        await o.styring.gensend()
        await o.vent("select count(*) = 0 from dfdg_besked where tilstand = 'ny'")
        tal = await o.sql("select count(*) from besked where type = $1", BESKED)
        assert tal == await o.sql("select count(*) from dfdg_besked where tilstand = 'leveret'")
        fremmede = "select count(*) from besked where type = $1 and topic not in ($2, $3)"
        assert await o.sql(fremmede, BESKED, "akasse.01.beskeder.v1", "jobcenter.0101.beskeder.v1") == 0
        kode, ud = await o.kommando("statistik", "--json", "--akasse", "01", "--fra", "2022-01", "--til", "2022-02")
        assert kode == 0
        assert [(r["periode"], r["tal"]["ind"], r["tal"]["i_forloeb"]) for r in json.loads(ud)] == [
            ("2022-01", 1, 1),
            ("2022-02", 0, 1),
        ]
        kode, ud = await o.kommando("dfdg-beskeder", "list", "--json")
        assert (kode, json.loads(ud)) == (0, [])
        assert cpr not in o.log.read_text() + ud
