"""One event followed from the a-kasse's span to DFDG's receipt and back into the kvittering, by what a collector got."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import opstilling
from tests.ledger.byg import placeret
from tests.maaling.samler import Modtaget, Samler

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


async def test_an_event_is_followed_to_dfdgs_receipt_and_back(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    h = placeret(str(uuid4()), traceparent=f"00-{TRACE}-{SPAN}-01")
    personer = Personregister()
    cpr = personer.ny()
    h["data"]["cpr"] = cpr
    uden = placeret(str(uuid4()))
    uden["data"]["cpr"] = personer.ny()
    with Samler() as samler:
        async with opstilling(
            tom_kafka, database, certifikater, tmp_path, ["akasse.01"], GATEWAY_SPOR__ENDPOINT=samler.adresse
        ) as o:
            await o.start()
            await o.udgiv("akasse.01.haendelser.v1", [(b"p", json.dumps(x).encode(), []) for x in (h, uden)])
            kvitteringer = await o.laes(
                ["akasse.01.kvitteringer.v1"],
                lambda b: sum(x["data"].get("status") == "registreret" for x in b) == 2,
            )
            await o.stop()  # what has ended is sent before the process ends
            assert await o.sql("select count(*) from haendelse where spor is not null") == 2
    mine = {s.span: s for s in samler.spans if s.trace == TRACE}
    (kvittering,) = [
        k for k in kvitteringer if k["data"].get("haendelseId") == h["id"] and k["data"]["status"] == "registreret"
    ]
    _, trace, span, flag = kvittering["traceparent"].split("-")
    assert (trace, flag) == (TRACE, "01")
    kaede: list[Modtaget] = []
    while span != SPAN:
        kaede.append(mine[span])
        span = mine[span].foraelder
    assert [s.navn for s in kaede] == [
        "besked gateway.kvittering.v1",
        "dfdg FravaerService.CreateFravaerMedIdentifier",
        "modtag akasse.medlem.indplaceret.v1",
    ]
    (registrering,) = kvittering["data"]["registreringer"]
    assert kaede[1].egenskaber["dfdg.udfald"] == "kvitteret"
    assert kaede[1].egenskaber["dfdg.registrerings_id"] == registrering["registreringsId"]
    # The other one had no trace of its own, and got one.
    assert len({s.trace for s in samler.spans if s.navn.startswith("modtag")}) == 2
    assert cpr.encode() not in samler.raa
