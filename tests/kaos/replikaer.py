"""The gateway's replicas: started, killed, stopped and let go on, with clocks that can be moved."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.embedded import proces

_REPLIKA = Path(__file__).with_name("replika.py")
_STARTTID = 60.0
_STOPTID = 20.0


@dataclass(slots=True)
class Frosset:
    """A replica that was killed or stopped: the address by which its process calls DFDG, from when on (epoch seconds) and
    until when it saw nothing (None: it never did again)."""

    replika: int
    adresse: str
    fra: float
    til: float | None = None
    draebt: bool = False


@dataclass(slots=True)
class Replika:
    """One replica's place; ``pid`` is None while no process runs there. ``roller``: what it does (all of it when empty);
    ``kode``: the tree that it runs, where that is another than the others'; ``nummer``: how many processes ran there."""

    nr: int
    log: Path
    urfil: Path
    roller: tuple[str, ...] = ()
    kode: Path | None = None
    proces: asyncio.subprocess.Process | None = None
    standset: bool = False
    nummer: int = 0

    @property
    def adresse(self) -> str:
        """The loopback address by which its process calls others: no two processes of a run have the same, so DFDG's log
        tells whose an attempt was, whatever became of the connection."""
        return f"127.1.{self.nr}.{self.nummer % 254 + 1}"

    @property
    def pid(self) -> int | None:
        return self.proces.pid if self.proces is not None and self.proces.returncode is None else None

    @property
    def i_live(self) -> bool:
        return self.pid is not None and not self.standset


class Replikaer:
    """All replicas of a run. ``kode``: the tree whose gateway they run; ``miljoe``: their environment."""

    def __init__(self, antal: int, mappe: Path, kode: Path, miljoe: Mapping[str, str]) -> None:
        self._kode, self._miljoe = kode, dict(miljoe)
        self.alle = [Replika(nr, mappe / f"replika-{nr}.log", mappe / f"ur-{nr}") for nr in range(antal)]
        for r in self.alle:
            r.urfil.write_bytes(struct.pack("<d", 0.0))
        self.frosne: list[Frosset] = []
        #: Replicas that did not end in order when asked to.
        self.uafsluttede: list[str] = []

    async def kommando(self, log: Path, *argumenter: str, kode: Path | None = None) -> tuple[int, str]:
        """Runs ``gateway ARGUMENTER`` of the same tree (or of ``kode``) to its end: exit code and stdout."""
        with log.open("ab") as fejl:
            p = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from gateway.cli import main; main()",
                *argumenter,
                cwd=kode or self._kode,
                env=self._env(kode),
                stdout=asyncio.subprocess.PIPE,
                stderr=fejl,
            )
        ud, _ = await p.communicate()
        return p.returncode or 0, ud.decode()

    def _env(self, kode: Path | None = None) -> dict[str, str]:
        rene = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")}
        # The sandbox is this tree's, whatever version of the gateway runs.
        stier = [self._kode] if kode is None else [kode, self._kode]
        return {**rene, **self._miljoe, "PYTHONPATH": os.pathsep.join(map(str, stier))}

    async def start(self, r: Replika) -> None:
        """Starts the process and waits until it serves."""
        r.log.touch()
        fra = r.log.stat().st_size
        r.nummer += 1
        kommando = [sys.executable, "-P", str(_REPLIKA), str(r.urfil), r.adresse, "serve", "--json"]
        kommando += ["--roles", ",".join(r.roller)] if r.roller else []
        r.standset = False
        # A folder each: the gateway lets no two processes work on one.
        miljoe = {**self._env(r.kode), "GATEWAY_DATA_DIR": str(r.log.with_name(f"data-{r.nr}"))}
        r.proces = await proces.start(kommando, log=r.log, miljoe=miljoe)
        slut = time.monotonic() + _STARTTID
        while True:
            with r.log.open("rb") as f:
                f.seek(fra)
                if b'"klar"' in f.read():
                    return
            if r.proces.returncode is not None or time.monotonic() > slut:
                raise RuntimeError(f"replica {r.nr} did not come up:\n{proces.halen(r.log)}")
            await asyncio.sleep(0.05)

    def vaelg(self, nr: int) -> Replika | None:
        """The replica of that number, or the next one that runs."""
        i_raekkefoelge = self.alle[nr % len(self.alle) :] + self.alle[: nr % len(self.alle)]
        return next((r for r in i_raekkefoelge if r.i_live), None)

    def stands(self, r: Replika) -> Frosset:
        """SIGSTOP."""
        assert r.proces is not None
        r.proces.send_signal(signal.SIGSTOP)
        r.standset = True
        frosset = Frosset(r.nr, r.adresse, time.time())
        self.frosne.append(frosset)
        return frosset

    def fortsaet(self, r: Replika, frosset: Frosset) -> None:
        """SIGCONT."""
        if r.proces is not None and r.proces.returncode is None:
            r.proces.send_signal(signal.SIGCONT)
        r.standset = False
        frosset.til = time.time()

    async def draeb(self, r: Replika) -> Frosset:
        """kill -9."""
        assert r.proces is not None
        frosset = Frosset(r.nr, r.adresse, time.time(), draebt=True)
        self.frosne.append(frosset)
        with contextlib.suppress(ProcessLookupError):
            r.proces.kill()
        await r.proces.wait()
        return frosset

    def stil_ur(self, r: Replika, sekunder: float) -> None:
        """Moves the replica's wall clock by ``sekunder`` from the right time."""
        # In place: a file cut short for a moment would end the process that reads it.
        with r.urfil.open("r+b") as f:
            f.write(struct.pack("<d", sekunder))

    async def stop(self) -> None:
        """Ends every process in order (SIGTERM)."""
        for r in self.alle:
            if r.proces is not None and r.proces.returncode not in (None, 0):
                self.uafsluttede.append(f"{r.nr} (by itself, exit code {r.proces.returncode})")
        for r in self.alle:
            if r.standset and r.proces is not None and r.proces.returncode is None:
                r.proces.send_signal(signal.SIGCONT)
        await asyncio.gather(*(self.afslut(r) for r in self.alle if r.pid is not None))

    def vis_opgaver(self) -> None:
        """Lets every running replica write where its tasks stand."""
        for r in self.alle:
            r.urfil.with_name(f"{r.urfil.name}.vis").touch()

    async def afslut(self, r: Replika) -> None:
        """Ends one in order (SIGTERM)."""
        assert r.proces is not None
        r.proces.terminate()
        try:
            kode = await asyncio.wait_for(r.proces.wait(), _STOPTID)
            if kode != 0:
                self.uafsluttede.append(f"{r.nr} (exit code {kode})")
        except TimeoutError:
            self.uafsluttede.append(str(r.nr))
            self.vis_opgaver()
            await asyncio.sleep(1)
            await proces.stop(r.proces, signal.SIGKILL)

    def logge(self) -> str:
        """What all of them wrote."""
        return "\n".join(r.log.read_text(errors="replace") for r in self.alle if r.log.exists())

    def haendelser_i_log(self) -> dict[str, int]:
        """How often each event of the log at warning level or above came."""
        antal: dict[str, int] = {}
        for linje in self.logge().splitlines():
            if '"level": "info"' in linje or not linje.startswith("{"):
                continue
            with contextlib.suppress(json.JSONDecodeError):
                post = json.loads(linje)
                if post.get("level") in ("warning", "error", "critical"):
                    navn = str(post.get("event"))
                    navn = navn if navn.isidentifier() else str(post.get("logger"))
                    antal[navn] = antal.get(navn, 0) + 1
        return antal
