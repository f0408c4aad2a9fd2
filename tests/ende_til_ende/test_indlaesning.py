"""Running courses are imported while live events flow (``medlem.indlaest``): they write nothing, the first registration on
one is preceded by a reading, a difference stops with both values, and nobody else is held up.

Judged from the stand-in DFDG's own log and the ledger's order of acceptance. The long form (10,000 courses) runs by
``make indlaesning``.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.dfdg.log import LAEST, laes_log
from sandbox.dommer import OPERATIONER, linjer
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import Fortaelling, generer
from sandbox.fortaellinger.overtagelse import Overtagelse, overtag
from sandbox.parter import Admindfdg, Forestilling, Udgiver
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, forudsaetninger, opstilling, parter

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SEED = 20261125
AFVIGER = "indlaest_afviger"
INDLAEST = "akasse.medlem.indlaest.v1"
#: Seconds after which something that should come is given up: no measure of how fast it is.
TAALMOD = 1_800
#: An answer that a busy machine gives late is no lost one: nothing is to be asked for again here.
TAALMODIG = {"GATEWAY_DFDG__ANSWER_TIMEOUT": "30", "GATEWAY_DFDG__LEASE": "60", "GATEWAY_DFDG__CONNECT_TIMEOUT": "10"}
#: What one partition gives at a time (consumers.modtager), and how much of it one padded import takes.
BUNDT, FYLD = 256 * 1024, 16 * 1024


async def _staar_i_dfdg(o: Opstilling, overtagne: Sequence[Overtagelse]) -> None:
    for fra in range(0, len(overtagne), 1_000):
        await o.styring.saet_personer([x.person for x in overtagne[fra : fra + 1_000]])


class _Kendt(Admindfdg):
    """The imported markings stand there already."""

    async def marker(self, akassekode: str, cpr: str, start: object) -> None: ...


@pytest.mark.parametrize(
    ("antal", "levende"),
    [pytest.param(200, 40, id="200"), pytest.param(10_000, 400, id="10000", marks=pytest.mark.lang)],
)
async def test_imports_write_nothing_and_the_first_registration_reads_dfdg_back(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path, antal: int, levende: int
) -> None:
    f, personer = forudsaetninger(), Personregister()
    overtagne = list(overtag(antal, SEED, f, personer))
    print(f"seed {SEED}: {antal} imports, {levende} live members, {dict(Counter(x.art for x in overtagne))}")
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter(f), **TAALMODIG) as o:
        await o.start()
        await _staar_i_dfdg(o, overtagne)
        begyndt = time.monotonic()
        dfdg = _Kendt(o.dfdg.admin)
        async with Forestilling(o.kafka.bootstrap_servers, parter(f), dfdg=dfdg, stilstand=300) as forestilling:
            dommer = forestilling.dommer
            stopper = [x for x in overtagne if x.stopper is not None]
            for x in overtagne:
                dommer.skriv_ned(x.fortaelling)
            # All mixed: many in a row that DFDG's content stops would be a flood, which is held back.
            foerst = (replace(x.fortaelling, haendelser=x.foerst) for x in overtagne)
            live = dommer.optegn(generer(levende, SEED, f, personer))
            await forestilling.genererede(_skiftevis(foerst, live, antal // levende), nedskrevne=True)
            antal_stoppet = (
                f"select count(*) = {len(stopper)} from doedbrev where status = 'aaben' and kode = '{AFVIGER}'"
            )
            await o.vent(antal_stoppet, sekunder=TAALMOD)
            await _begge_vaerdier(o, stopper)

            # The publisher tells some again; an operator then retries those.
            for x in stopper:
                if x.rettelse is not None:
                    await forestilling.udgiver.udgiv(x.rettelse)
            await forestilling.udgiver.toem()
            rettede = [x for x in stopper if x.rettelse is not None]
            await o.vent(
                f"""select count(*) = {len(rettede)} from haendelse
                    where type = '{INDLAEST}' and erstatter is not null and status = 'noteret'""",
                sekunder=TAALMOD,
            )
            breve = await _breve(o)
            ider = [str(breve[x.stopper.id]["dlqId"]) for x in rettede if x.stopper is not None]
            kode, ud = await o.kommando("dlq", "retry", *ider, "--begrundelse", "Indlæst igen", "--json")
            assert kode == 0, ud
            await forestilling.til_ende()
            dom = dommer.doem(linjer(o.dfdg.log))
        print(
            f"{dommer.antal_haendelser} events in {time.monotonic() - begyndt:.0f} s: {dom.kvitteringer}, {dom.dfdg()}"
        )
        assert not {k: n for k, n in dom.dfdg().items() if n and k != "committed"}, dom
        # What is stopped has no outcome yet; its handover left all the same, as waiting for DFDG (I12).
        uafklarede = {x.stopper.id for x in stopper if x.stopper is not None and x.rettelse is None}
        assert dom.andre() == {"uventet_besked": len(uafklarede)}, dom
        assert {b.haendelse for b in dom.brud} == uafklarede
        _log_over_indlaeste(o, overtagne)
        await o.vent(antal_stoppet.replace(f"= {len(stopper)}", f"= {len(uafklarede)}"))
        assert await o.sql("select count(*) from registrering r join haendelse h on h.id = r.haendelse_ref where h.type = $1", INDLAEST) == 0  # fmt: skip


def _skiftevis(mange: Iterable[Fortaelling], faa: Iterable[Fortaelling], pr_en: int) -> Iterator[Fortaelling]:
    """One live member for every ``pr_en`` imports."""
    kilde = iter(faa)
    for nr, en in enumerate(mange):
        yield en
        if nr % pr_en == 0 and (naeste := next(kilde, None)) is not None:
            yield naeste
    yield from kilde


async def _breve(o: Opstilling) -> dict[str, dict[str, Any]]:
    """The open dead letters as the command lists them, by their event's id."""
    kode, ud = await o.kommando("dlq", "list", "--json")
    assert kode == 0
    return {b["haendelseId"]: b for b in json.loads(ud)}


async def _begge_vaerdier(o: Opstilling, stopper: Sequence[Overtagelse]) -> None:
    """Each of them says what was imported and what DFDG has, and nothing was written on it."""
    tekster = {id_: json.dumps(b, ensure_ascii=False) for id_, b in (await _breve(o)).items()}
    for x in stopper:
        assert x.stopper is not None
        assert f"er indlæst som {x.indlaest}, men er {x.i_dfdg}" in tekster[x.stopper.id]
        assert x.person["cpr"] not in tekster[x.stopper.id]
    skrevet = {x.cpr for x in laes_log(o.dfdg.log) if x.operation in OPERATIONER}
    assert not skrevet & {x.person["cpr"] for x in stopper}


def _log_over_indlaeste(o: Opstilling, overtagne: Sequence[Overtagelse]) -> None:
    """DFDG's log: a reading before the first write, and only where something was to be registered."""
    pr_borger: dict[str, list[str]] = defaultdict(list)
    for x in laes_log(o.dfdg.log):
        if x.cpr is not None and (x.udfald.startswith(LAEST) or x.operation in OPERATIONER):
            pr_borger[x.cpr].append("laest" if x.udfald.startswith(LAEST) else x.udfald)
    for x in overtagne:
        spor = pr_borger.get(x.person["cpr"], [])
        match x.art:
            case "intet_mere" | "uden_registrering":
                assert spor == [], "an import asks DFDG nothing"
            case "afviger":
                assert spor
                assert set(spor) == {"laest"}, "read, and never written on"
            case _:
                foerste = spor.index("modtaget")
                assert foerste > 0, "the first registration comes after a reading"
                assert set(spor[:foerste]) == {"laest"}
                assert "committed" in spor


@pytest.mark.parametrize("antal", [200, pytest.param(10_000, marks=pytest.mark.lang)])
async def test_I4_another_akasses_events_are_accepted_in_the_first_rounds_of_an_import(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path, antal: int
) -> None:
    """Everything is there when the gateway begins: the imports of one a-kasse, then the others' placements. A round is what
    one fetch may bring of each partition; by the second one the others' events are accepted, each registered at DFDG."""
    f, personer = forudsaetninger(), Personregister()
    fyld = FYLD if antal < 1_000 else 2 * 1024
    overtagne = list(overtag(antal, SEED, f, personer))
    andre = [
        h
        for x in generer(60, SEED, f, personer)
        if x.part != "akasse.01"
        for h in x.haendelser[:3]
        if h.efter is None and not h.gentagelse and h.part != "akasse.01"
    ]
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter(f)) as o:
        await _staar_i_dfdg(o, overtagne)
        async with Udgiver(o.kafka.bootstrap_servers) as udgiver:
            for x in overtagne:
                indlaesning = x.foerst[0]
                # Unknown fields are ignored; they make the import as large as a long history would.
                await udgiver.udgiv(indlaesning, {**indlaesning.data, "historik": "x" * fyld})
            await udgiver.toem()
            for h in andre:
                await udgiver.udgiv(h)
            await udgiver.toem()
        await o.start()
        await o.vent(
            f"select count(*) = {len(andre) + antal} from haendelse where tilstand not in ('venter', 'hoved')",
            sekunder=TAALMOD,
        )
        foran = await o.sql(
            """select count(*) from haendelse where topic = 'akasse.01.haendelser.v1' and id <
               (select max(id) from haendelse where topic <> 'akasse.01.haendelser.v1')"""
        )
        i_en_runde = 3 * (BUNDT // fyld + 1)  # three partitions
        print(
            f"{foran} of {antal} imports accepted before the last of {len(andre)} other events; {i_en_runde} in a round"
        )
        assert foran <= 2 * i_en_runde < antal
        assert not [
            x for x in laes_log(o.dfdg.log) if x.cpr in {y.person["cpr"] for y in overtagne} and x.udfald != "sat"
        ]
        kvitterede = await o.sql("select count(*) from haendelse where status = 'registreret'")
        assert kvitterede == sum(h.forventning.status == "registreret" for h in andre)
