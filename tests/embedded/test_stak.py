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
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

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


def _boern(pid: int) -> list[int]:
    return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]


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
    alle = [*stak["pids"], *_boern(stak["pids"][1])]
    assert len(alle) > 4, "PostgreSQL has processes of its own"
    assert all(_lever(p) for p in alle)
    # A session each: Ctrl-C in the parent's terminal is the parent's alone.
    assert all(os.getsid(p) == p for p in stak["pids"])
    os.kill(foraelder.pid, signal.SIGKILL)
    await foraelder.wait()
    for _ in range(100):
        if not any(_lever(p) for p in alle):
            break
        await asyncio.sleep(0.1)
    assert not [p for p in alle if _lever(p)]
    async with Stak(data, med_dfdg=False) as igen:
        assert igen.kafkaadresse is not None
        assert igen.kafkaadresse.bootstrap_servers == stak["kafka"]
        conn = await asyncpg.connect(igen.dsn)
        assert await conn.fetchval("select tal from husk") == 7
        assert await conn.fetchval("show fsync") == "on"
        await conn.close()
        laeser = AIOKafkaConsumer(
            "akasse.01.haendelser.v1", bootstrap_servers=stak["kafka"], auto_offset_reset="earliest"
        )
        await laeser.start()
        post = await asyncio.wait_for(laeser.getone(), 30)
        await laeser.stop()
        assert post.value == b"husk"


async def test_what_came_up_is_stopped_when_a_part_fails(tmp_path: Path) -> None:
    (tmp_path / "kafka").write_text("in the way of Kafka's folder")
    stak = Stak(tmp_path, med_dfdg=False)
    with pytest.raises(FileExistsError):
        await stak.start()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    assert (tmp_path / "postgres" / "PG_VERSION").exists()
