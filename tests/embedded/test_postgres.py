"""The embedded PostgreSQL: durable, alone on its data, and startable by root where no user namespace is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from sandbox.embedded import IndlejretPostgres
from sandbox.embedded.postgres import TAALMODIGHED

pytestmark = pytest.mark.postgres


async def _vaerdi(dsn: str, sql: str) -> object:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(sql)
    finally:
        await conn.close()


def _sokkelmappe(dsn: str) -> Path:
    return Path(dsn.partition("?host=")[2])


async def test_what_was_committed_survives_an_immediate_shutdown(tmp_path: Path) -> None:
    server = IndlejretPostgres(tmp_path)
    dsn = await server.start()
    try:
        await _vaerdi(dsn, "create table husk (tal int)")
        await _vaerdi(dsn, "insert into husk values (7)")
        foer = server.pid
        assert await server.genstart() == dsn
        assert server.pid != foer
        assert await _vaerdi(dsn, "select tal from husk") == 7
    finally:
        await server.stop()


async def test_a_server_that_replays_its_log_is_waited_for(tmp_path: Path) -> None:
    """After a kill in a backlog gigabytes are replayed: longer than a server that says nothing is waited for."""
    fortalt, tid = list[str](), 0.0
    data, klar = tmp_path / "postgres", tmp_path / "klar"

    def ur() -> float:
        """Stands still until the log is being replayed; then each look at it takes long, and the log outlasts patience."""
        nonlocal tid
        tid += TAALMODIGHED / 4 if (data / "begyndt").exists() else 0
        if tid > 3 * TAALMODIGHED:
            klar.touch()
        return tid

    server = IndlejretPostgres(tmp_path, fremdrift=fortalt.append, ur=ur)
    await server.start()
    assert not any("loggen" in linje for linje in fortalt), "nothing is replayed at a first start"
    await server.stop()
    (data / "recovery.signal").touch()
    with (data / "postgresql.auto.conf").open("a") as f:
        f.write(f"restore_command = 'touch begyndt; until test -e {klar}; do sleep 0.05; done; false'\n")
    try:
        dsn = await server.start()
        assert klar.exists(), "there was nothing to wait for"
        assert await _vaerdi(dsn, "select 1") == 1
    finally:
        klar.touch()
        await server.stop()
    assert sum("loggen" in linje for linje in fortalt) == 1


async def test_no_network_and_nobody_else_s_socket(tmp_path: Path) -> None:
    server = IndlejretPostgres(tmp_path)
    dsn = await server.start()
    mappe = _sokkelmappe(dsn)
    try:
        assert await _vaerdi(dsn, "show listen_addresses") == ""
        assert mappe.stat().st_mode & 0o077 == 0
    finally:
        await server.stop()
    assert not mappe.exists(), "nothing is left behind"
    mappe.mkdir(mode=0o777)
    mappe.chmod(0o777)
    try:
        with pytest.raises(RuntimeError, match="open to others"):
            await IndlejretPostgres(tmp_path).start()
    finally:
        mappe.rmdir()


async def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    server = IndlejretPostgres(tmp_path)
    dsn = await server.start()
    try:
        with pytest.raises(RuntimeError, match=str(server.pid)):
            await IndlejretPostgres(tmp_path).start()
        assert await _vaerdi(dsn, "select 1") == 1
    finally:
        await server.stop()


async def test_a_deep_folder_and_a_long_temporary_folder_still_give_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dyb = tmp_path.joinpath(*["en-mappe-med-et-langt-navn"] * 5)
    monkeypatch.setattr("tempfile.tempdir", str(dyb))
    server = IndlejretPostgres(dyb)
    dsn = await server.start()
    try:
        assert await _vaerdi(dsn, "select 1") == 1
    finally:
        await server.stop()


_UDEN_NAVNERUM = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
ud_laes, ud = os.pipe()
ind, ind_skriv = os.pipe()
barn = os.fork()
if barn == 0:
    assert libc.unshare(0x10000000) == 0
    os.write(ud, b"x")
    os.read(ind, 1)
    # The limit holds in this namespace and below only.
    with open("/proc/sys/user/max_user_namespaces", "w") as f:
        f.write("0")
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[2], sys.argv[1]])
os.read(ud_laes, 1)
for navn in ("uid_map", "gid_map"):
    with open(f"/proc/{barn}/{navn}", "w") as f:
        f.write("0 0 65536")
os.write(ind_skriv, b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(barn, 0)[1]))
"""

_START = """
import asyncio, ctypes, os, sys
from pathlib import Path
import asyncpg
from sandbox.embedded import IndlejretPostgres

async def main():
    assert os.geteuid() == 0
    server = IndlejretPostgres(Path(sys.argv[1]))
    for _ in range(2):  # the second time on data that are there
        conn = await asyncpg.connect(await server.start())
        print(await conn.fetchval("select 6 * 7"), os.stat(f"/proc/{server.pid}").st_uid != 0)
        await conn.close()
        await server.stop()
    assert ctypes.CDLL(None).unshare(0x10000000) != 0, "user namespaces are allowed: nothing was proved"

asyncio.run(main())
"""

if os.geteuid() == 0:

    def test_root_starts_it_where_no_user_namespace_is_allowed_in_a_folder_of_root_s_alone(
        tmp_path: Path, rod: Path
    ) -> None:
        """As in most containers. An ordinary user needs no such way, so the test is for root only."""
        assert tmp_path.stat().st_mode & 0o077 == 0
        svar = subprocess.run(
            [sys.executable, "-c", _UDEN_NAVNERUM, str(tmp_path), _START],
            capture_output=True,
            text=True,
            cwd=rod,
            check=False,
        )
        assert svar.returncode == 0, svar.stderr
        assert svar.stdout == "42 True\n42 True\n"
