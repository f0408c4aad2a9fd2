"""The topics as the interface has them: found while running, every codec, committed records alone, up to 8 MiB."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.parter import opret_emner
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ende_til_ende.test_begge_veje import h, placeret, samtale, send

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
REGISTER = Personregister()
MIB = 1024 * 1024
CODECS = (None, "gzip", "snappy", "lz4", "zstd")


def tilmeldt(id_: str, **mere: Any) -> dict[str, Any]:
    return h(
        "akasse.02", "akasse.medlem.tilmeldt.v1", "2022-01-03", REGISTER.ny(), id_, kommunekode="0101",
        tilmeldingsdato="2022-01-03", **mere,
    )  # fmt: skip


async def _udgiv(
    o: Opstilling, haendelse: dict[str, Any], codec: str | None, *, transaktion: str | None = None
) -> None:
    """One record; ``transaktion``: ``commit`` or ``abort`` is how the publisher ends it."""
    p = AIOKafkaProducer(
        bootstrap_servers=o.kafka.bootstrap_servers,
        compression_type=codec,
        max_request_size=9 * MIB,
        transactional_id=f"t-{haendelse['id']}" if transaktion else None,
    )
    await p.start()
    try:
        if transaktion is not None:
            await p.begin_transaction()
        await p.send_and_wait("akasse.02.haendelser.v1", json.dumps(haendelse).encode(), key=b"p")
        if transaktion == "commit":
            await p.commit_transaction()
        elif transaktion == "abort":
            await p.abort_transaction()
    finally:
        await p.stop()


async def test_a_new_topic_is_found_and_every_codec_is_read_and_only_what_was_committed(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01"]) as o:
        await o.start()
        # The party comes while the gateway runs.
        await opret_emner(tom_kafka.bootstrap_servers, ["akasse.02"], partitioner=1)
        for codec in CODECS:
            await _udgiv(o, tilmeldt(f"codec-{codec}"), codec)
            await _udgiv(o, tilmeldt(f"opgivet-{codec}"), codec, transaktion="abort")
            await _udgiv(o, tilmeldt(f"afsluttet-{codec}"), codec, transaktion="commit")
        # Twice 256 KiB, and as large as the interface lets a record be; one that compresses to less is no smaller.
        for nr, bytes_ in enumerate((512 * 1024, 8 * MIB)):
            stor = tilmeldt(f"stor-{nr}", fyld="")
            stor["data"]["fyld"] = "x" * (bytes_ - len(json.dumps(stor)))
            await _udgiv(o, stor, "gzip" if nr else None)
        await _udgiv(o, tilmeldt("sidst"), None)
        kvitteringer = await o.laes(
            ["akasse.02.kvitteringer.v1"],
            lambda f: any(b["data"].get("haendelseId") == "sidst" for b in f),
            sekunder=60,
        )
    domme = [
        (b["data"]["haendelseId"], b["data"]["status"], b["data"].get("fejl", {}).get("kode")) for b in kvitteringer
    ]
    ventede = [(f"{art}-{c}", "noteret", None) for c in CODECS for art in ("codec", "afsluttet")]
    assert sorted(domme, key=str) == sorted(
        [*ventede, *((f"stor-{n}", "afvist", "for_stor") for n in (0, 1)), ("sidst", "noteret", None)], key=str
    )


async def test_operators_see_and_mend_a_dead_letter_by_the_commands_of_the_interface(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr = REGISTER.ny()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101"]) as o:

        async def gateway(*argumenter: str, kode: int = 0) -> Any:
            slut, ud = await o.kommando(*argumenter, "--json")
            assert slut == kode, (argumenter, o.log.read_text()[-2000:])
            return json.loads(ud) if kode == 0 else None

        await o.start()
        await o.styring.bestil(
            Forstyrrelse(art="svar", operation="CreatePersonInterview", status=500, kode=4999, antal=1)
        )
        ind = placeret("akasse.01", cpr, "0101")
        talt, efter = (samtale("akasse.01", cpr, d, "jobsamtale") for d in ("2022-02-01", "2022-02-15"))
        await send(o, "akasse.01", ind, talt, efter)
        (foerste,) = await o.laes(["gateway.dlq.v1"], lambda f: len(f) >= 1)
        d = foerste["data"]
        assert d.keys() == {"dlqId", "udgave", "part", "type", "kode", "status", "siden", "foelgere", "naermesteFrist"}
        assert (d["udgave"], d["part"], d["type"], d["kode"], d["status"]) == (
            1, "akasse.01", "akasse.samtale.afholdt.v1", "dfdg_afvist", "aaben",
        )  # fmt: skip
        assert cpr not in json.dumps(foerste, default=str)
        await o.vent("select count(*) = 1 from haendelse where tilstand = 'venter'")

        (vist,) = await gateway("dlq", "list")
        assert (vist["dlqId"], vist["foelgere"], vist["haendelseId"]) == (d["dlqId"], 1, talt["id"])
        assert await gateway("dlq", "list", "--kode", "1011") == []
        assert (await gateway("dlq", "show", d["dlqId"]))["haendelse"]["data"]["cpr"] != cpr
        assert (await gateway("status"))["doedbreve"] == 1
        await gateway("dlq", "retry", d["dlqId"], kode=2)  # why, must be said
        svar = await gateway("dlq", "retry", "--kode", "dfdg_afvist", "--begrundelse", "DFDG har rettet fejlen")
        assert svar["ids"] == [d["dlqId"]]
        alle = await o.laes(["gateway.dlq.v1"], lambda f: len(f) >= 2)
        assert [(b["data"]["udgave"], b["data"]["dlqId"]) for b in alle] == [(1, d["dlqId"]), (2, d["dlqId"])]
        await o.vent("select count(*) = 3 from haendelse where status = 'registreret'")

        bane = await gateway("citizen", vist["borger"])
        assert [x["haendelseId"] for x in bane["haendelser"]] == [ind["id"], talt["id"], efter["id"]]
        await gateway("citizen", "ingen", kode=2)

        # Everything again, under the same ids and sekvenser.
        def noegler(f: list[dict[str, Any]]) -> list[tuple[str, int]]:
            return [(b["id"], b["sekvens"]) for b in f if b["type"] == "gateway.kvittering.v1"]

        sendt = "select count(*) from besked where topic like 'akasse.01.%' and borger_id is not null"
        antal, i_alt = await o.sql(f"{sendt} and type = 'gateway.kvittering.v1'"), await o.sql(sendt)
        foer = await o.laes(["akasse.01.kvitteringer.v1"], lambda f: len(noegler(f)) >= antal)
        igen = await gateway("genudsend", "--part", "akasse.01", "--fra", "2020-01-01", "--borger", vist["borger"])
        assert igen["genudsendt"] == i_alt
        begge = await o.laes(["akasse.01.kvitteringer.v1"], lambda f: len(noegler(f)) >= 2 * antal)
        assert noegler(begge)[antal:] == noegler(foer)

        fil = tmp_path / "proev.json"
        fil.write_text(json.dumps(samtale("akasse.01", cpr, "2022-03-01", "raadighed")))
        proevet = await gateway("proev", str(fil))
        assert proevet["status"] == "registreres"
        assert [x["operation"] for x in proevet["registreringer"]] == ["CreatePersonInterview"]
        raekker = await gateway("statistik", "--akasse", "01", "--fra", "2022-01", "--til", "2022-02")
        assert [(r["akasse"], r["periode"]) for r in raekker] == [("01", "2022-01"), ("01", "2022-02")]
        for r in raekker:
            assert r.keys() == {"akasse", "periode", "tal"}
            assert r["tal"].keys() == {
                "ind", "i_forloeb", "ud", "fuld_periode", "tre_eller_flere_samtaler", "lovens_minimum", "samtaler",
                "frister_brudt", "jobordrekontakter",
            }  # fmt: skip
        assert raekker[1]["tal"]["samtaler"] == {"jobsamtale": {"personligt": 2}}
        lukket = await gateway("regime", "luk", "--regime", "forsoeg-2020", "--dato", "2022-03-31", "--akasse", "01")
        assert lukket["forloeb"] == 1
        assert [x["regime"] for x in (await gateway("regime", "vis"))["lukkede"]] == ["forsoeg-2020"]
        lister = (await gateway("koder"))["lister"]
        assert {x["fejl"] for x in lister} == {None}
