"""The embedded stack: its data survive a restart, and nothing of it outlives a parent that was killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from gateway.errors import Opsaetningsfejl
from gateway.settings import DfdgSettings, KafkaSettings, RulesSettings, Settings
from sandbox.embedded import Stak
from sandbox.parter import opret_emner

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

_FORAELDER = """
import asyncio, json, sys
from pathlib import Path
from sandbox.embedded import Stak

async def main():
    s = await Stak(Path(sys.argv[1])).start()
    print(json.dumps({"pids": [s.kafka.pid, s.postgres.pid, s.dfdg.pid], "dsn": s.dsn, "kafka": s.kafkaadresse.bootstrap_servers}), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _lever(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


async def test_killed_with_its_parent_and_back_with_its_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    foraelder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _FORAELDER, str(data), stdout=asyncio.subprocess.PIPE
    )
    assert foraelder.stdout is not None
    stak = json.loads(await asyncio.wait_for(foraelder.stdout.readline(), 120))
    conn = await asyncpg.connect(stak["dsn"])
    await conn.execute("create table husk as select 7 as tal")
    await conn.close()
    await opret_emner(stak["kafka"], ["akasse.01"])
    producent = AIOKafkaProducer(bootstrap_servers=stak["kafka"])
    await producent.start()
    await producent.send_and_wait("akasse.01.haendelser.v1", b"husk")
    await producent.stop()
    assert all(_lever(p) for p in stak["pids"])
    os.kill(foraelder.pid, signal.SIGKILL)
    await foraelder.wait()
    for _ in range(100):
        if not any(_lever(p) for p in stak["pids"]):
            break
        await asyncio.sleep(0.1)
    assert not any(_lever(p) for p in stak["pids"])
    async with Stak(data, med_dfdg=False) as igen:
        assert igen.kafkaadresse is not None
        assert igen.kafkaadresse.bootstrap_servers == stak["kafka"]
        conn = await asyncpg.connect(igen.dsn)
        assert await conn.fetchval("select tal from husk") == 7
        assert await conn.fetchval("show fsync") == "on"
        await conn.close()


@pytest.mark.parametrize(
    ("settings", "siger"),
    [
        (Settings(dfdg=DfdgSettings(base_url="http://dfdg.example.dk")), "plain http"),
        (Settings(dfdg=DfdgSettings(base_url="https://dfdg.example.dk")), "GATEWAY_RULES__DAEKNING"),
        (
            Settings(
                dfdg=DfdgSettings(base_url="https://dfdg.example.dk"),
                kafka=KafkaSettings(bootstrap_servers="k:9092"),
                rules=RulesSettings(daekning=Path("d.csv"), koder=Path("k.csv")),
            ),
            "GATEWAY_PSEUDONYM_KEY",
        ),
        (Settings(pseudonym_key="kort"), "32 bytes"),
    ],
)
def test_an_unsafe_installation_refuses_to_start_and_names_the_remedy(settings: Settings, siger: str) -> None:
    with pytest.raises(Opsaetningsfejl, match=siger):
        settings.kontroller()


def test_loopback_needs_nothing() -> None:
    Settings(dfdg=DfdgSettings(base_url="http://127.0.0.1:1")).kontroller()


def test_I11_the_lease_outlasts_an_attempt() -> None:
    with pytest.raises(ValueError, match="LEASE"):
        DfdgSettings(lease=43)
