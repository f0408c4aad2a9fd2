"""The stand-in as a process, and its admin API."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import orjson
import pytest

from sandbox.dfdg.klient import Dfdgstyring, Styringsfejl
from sandbox.dfdg.proces import Proces
from sandbox.personer import Personregister


async def test_the_admin_api_says_what_it_can_and_refuses_the_rest(dfdg: Proces, personer: Personregister) -> None:
    styring = Dfdgstyring(dfdg.admin)
    async with aiohttp.ClientSession() as session, session.get(dfdg.admin) as svar:
        hjaelp = await svar.text()
    assert all(ord_ in hjaelp for ord_ in ("/fejl", "/personer", "klip_efter_commit", "antal_pr_borger"))
    cpr = personer.ny()
    for kald in (
        lambda: styring.indstil(ukendt=1),
        lambda: styring.indstil(medlemskab="løst"),
        lambda: styring.indstil(kode_samtale_findes="x"),
        lambda: styring.indstil(nulstillende_samtaletyper=["7"]),
        lambda: styring.saet_personer([{"cpr": "123"}]),
        lambda: styring.saet_personer([{"cpr": cpr, "navn": "x"}]),
        lambda: styring.saet_personer(
            [{"cpr": cpr, "bookinger": [{"id": "b", "type": 7, "start": "2023-02-01T10:00:00"}]}]
        ),
        lambda: styring.tilstand(cpr),
        lambda: styring.ryd(99),
    ):
        with pytest.raises(Styringsfejl) as brud:
            kald()
        assert cpr not in str(brud.value)
    assert styring.personer() == []
    assert styring.indstillinger()["medlemskab"] == "foerste"


def test_it_dies_with_its_parent_unless_told_to_stay(certifikater: Path, tmp_path: Path) -> None:
    """A parent that is killed outright leaves no stand-in behind; with ``alene`` it stays."""
    kode = (
        "import asyncio, sys, time\nfrom pathlib import Path\nfrom sandbox.dfdg.proces import start\n"
        "c, d, alene = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == 'ja'\n"
        "async def koer():\n"
        "    p = await start(cert=c / 'server.pem', ca=c / 'ca.pem', data=d, alene=alene)\n"
        "    print(p.pid, flush=True)\n    time.sleep(60)\n"
        "asyncio.run(koer())\n"
    )
    for alene in ("nej", "ja"):
        foraelder = subprocess.Popen(
            [sys.executable, "-c", kode, str(certifikater), str(tmp_path / alene), alene], stdout=subprocess.PIPE
        )
        assert foraelder.stdout is not None
        pid = int(orjson.loads(foraelder.stdout.readline()))
        foraelder.kill()
        foraelder.wait()
        foraelder.stdout.close()
        if alene == "nej":
            assert _er_vaek(pid, 20)
        else:
            assert not _er_vaek(pid, 1)
            os.kill(pid, signal.SIGTERM)
            assert _er_vaek(pid, 20)


def _er_vaek(pid: int, sekunder: float) -> bool:
    """Whether the process ends within the time (a zombie has ended)."""
    frist = time.monotonic() + sekunder
    while time.monotonic() < frist:
        try:
            tilstand = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if tilstand == "Z":
            return True
        time.sleep(0.05)
    return False
