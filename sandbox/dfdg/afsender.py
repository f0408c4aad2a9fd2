"""Pushes messages to the subscribers' webhooks, and goes on until each has been taken.

Rules after STAR's page *Den gode WSB*: HTTPS with STAR's client certificate; a failed message is sent again after
``min(10800, 2^n - 1)`` seconds, n counting the failures; while one message fails, no later one to the same receiver about
the same citizen from the same business domain, or about the same entity, is sent. By rule 400 and no answer are not sent
again, in fact they are: both are settings.

Messages stand in the log's lines; which of them are done stands in ``beskeder.jsonl`` in the stand-in's folder. What is
not done is sent again after a restart, counting failures from nothing.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from sandbox.dfdg.abonnement import Abonnement
from sandbox.dfdg.beskeder import INGEN_IDENTIFIER, Besked, besked
from sandbox.dfdg.tilstand import Tilstand

LAENGSTE_PAUSE = 10800
SAMTIDIGE = 16
_HUSKER = 10_000
LEVERET, OPGIVET, SLETTET = "leveret", "opgivet", "slettet"


def pause(fejl: int) -> int:
    """Seconds until the next attempt after ``fejl`` failures: 1, 3, 7, 15 … 10800."""
    return LAENGSTE_PAUSE if fejl >= 14 else min(LAENGSTE_PAUSE, 2**fejl - 1)


def webhook_tls(star: str | None, ca: str | None) -> ssl.SSLContext:
    """TLS to the receivers: their certificates must come from ``ca`` (None: the machine's own trusted ones)."""
    kontekst = ssl.create_default_context(cafile=ca)
    if star is not None:
        kontekst.load_cert_chain(star)
    return kontekst


@dataclass(slots=True)
class _Levering:
    besked: Besked
    forsoeg: int = 0
    status: int | None = None
    opgave: asyncio.Task[None] | None = None

    def noegler(self) -> list[tuple[object, ...]]:
        """The queues it stands in: by citizen and domain, and by entity, each per receiver."""
        b = self.besked
        ud: list[tuple[object, ...]] = []
        if b.cpr is not None:
            ud.append(("borger", b.modtager, b.domaene, b.cpr))
        if b.ekstern != INGEN_IDENTIFIER:
            ud.append(("entitet", b.modtager, b.ekstern))
        return ud


class Afsender:
    """The queue of messages. ``modtag`` takes new ones at any time, ``start`` begins to send."""

    def __init__(self, tilstand: Tilstand, data: Path, tls: ssl.SSLContext) -> None:
        self._tilstand = tilstand
        self._tls = tls
        data.mkdir(parents=True, exist_ok=True)
        self._fil = data / "beskeder.jsonl"
        self._faerdige = self._laes_faerdige()
        self._fd = os.open(self._fil, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._venter: dict[str, _Levering] = {}
        self._koer: dict[tuple[object, ...], deque[str]] = {}
        self._leverede: deque[Besked] = deque(maxlen=_HUSKER)
        self._tal: Counter[str] = Counter()
        self._session: aiohttp.ClientSession | None = None
        self._pladser = asyncio.Semaphore(SAMTIDIGE)
        self._i_gang = asyncio.Event()
        self._ekstra: set[asyncio.Task[None]] = set()

    def _laes_faerdige(self) -> set[str]:
        """Ids of messages that need not be sent again; a half-written last line counts as not written."""
        if not self._fil.exists():
            return set()
        hele = self._fil.read_bytes().rpartition(b"\n")[0]
        self._fil.write_bytes(hele + b"\n" if hele else b"")
        return {orjson.loads(linje)["id"] for linje in hele.splitlines() if linje}

    # --- life -------------------------------------------------------------------------------------------

    def indstil(self) -> None:
        """Holds sending back, or lets it go on, as the settings say."""
        if self._tilstand.indstillinger.beskeder_standset:
            self._i_gang.clear()
        else:
            self._i_gang.set()

    async def start(self) -> None:
        self.indstil()
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self._tls, limit=SAMTIDIGE))
        self._faerdige.clear()  # from here on every message is new
        for id_ in list(self._venter):
            self._saet_i_gang(id_)

    async def stop(self) -> None:
        """Stops sending; what is not done stays in the log for the next start."""
        opgaver = [lev.opgave for lev in self._venter.values() if lev.opgave is not None] + list(self._ekstra)
        for opgave in opgaver:
            opgave.cancel()
        await asyncio.gather(*opgaver, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        os.close(self._fd)

    # --- in ---------------------------------------------------------------------------------------------

    def genskab(self, post: dict[str, Any]) -> None:
        """The messages of a line of an earlier run's log that are not done."""
        for data in post.get("beskeder", ()):
            if data["id"] not in self._faerdige:
                self.modtag(besked(data))

    def modtag(self, ny: Besked) -> None:
        levering = _Levering(ny)
        self._venter[ny.id] = levering
        for noegle in levering.noegler():
            self._koer.setdefault(noegle, deque()).append(ny.id)
        self._saet_i_gang(ny.id)

    def ryd_uden_abonnement(self) -> None:
        """Dropping a subscription deletes its undelivered messages."""
        for levering in list(self._venter.values()):
            if self._abonnement(levering.besked) is None:
                if levering.opgave is not None:
                    levering.opgave.cancel()
                self._faerdig(levering, SLETTET)

    def gensend(self, besked_id: str | None, entitet: int | None) -> int:
        """Sends delivered messages once more, out of order (late duplicates): one, those of a type, or all."""
        valgte = [
            b for b in self._leverede if besked_id in (None, b.id) and entitet in (None, b.entitet)
        ]  # the same message, with the same id
        for gammel in valgte:
            opgave = asyncio.get_running_loop().create_task(self._igen(gammel))
            self._ekstra.add(opgave)
            opgave.add_done_callback(self._ekstra.discard)
        return len(valgte)

    # --- out --------------------------------------------------------------------------------------------

    def _saet_i_gang(self, id_: str) -> None:
        """Begins to send a message that no earlier one holds back."""
        levering = self._venter[id_]
        if self._session is None or levering.opgave is not None:
            return
        if all(self._koer[noegle][0] == id_ for noegle in levering.noegler()):
            levering.opgave = asyncio.get_running_loop().create_task(self._lever(levering))

    async def _lever(self, levering: _Levering) -> None:
        if self._tilstand.indstillinger.besked_forsinkelse:
            await asyncio.sleep(self._tilstand.indstillinger.besked_forsinkelse)
        while True:
            await self._i_gang.wait()
            levering.forsoeg += 1
            levering.status = await self._post(levering.besked)
            opsat = self._tilstand.indstillinger
            if levering.status is not None and 200 <= levering.status < 300:
                for _ in range(opsat.besked_dubletter):
                    await self._post(levering.besked)
                self._faerdig(levering, LEVERET)
                return
            sidste = levering.status == 400 and not opsat.gensend_efter_400
            if sidste or (levering.status is None and not opsat.gensend_uden_svar):
                self._faerdig(levering, OPGIVET)
                return
            await asyncio.sleep(pause(levering.forsoeg) * opsat.besked_faktor)

    async def _igen(self, gammel: Besked) -> None:
        await self._post(gammel)

    async def _post(self, ud: Besked) -> int | None:
        """The HTTP status; None without an answer."""
        abonnement = self._abonnement(ud)
        if abonnement is None or self._session is None:
            return None
        opsat = self._tilstand.indstillinger
        frist = aiohttp.ClientTimeout(total=opsat.besked_timeout)
        async with self._pladser:
            try:
                async with self._session.post(
                    abonnement.adresse,
                    data=orjson.dumps(ud.kuvert(opsat)),
                    headers={"Content-Type": "application/json; charset=utf-8"},
                    timeout=frist,
                    allow_redirects=False,
                ) as svar:
                    return svar.status
            except (aiohttp.ClientError, TimeoutError, OSError):
                return None

    def _abonnement(self, b: Besked) -> Abonnement | None:
        passende = (a for a in self._tilstand.abonnementer if a.modtager == b.modtager and a.vil_have(b.entitet))
        return next(passende, None)

    def _faerdig(self, levering: _Levering, udfald: str) -> None:
        os.write(self._fd, orjson.dumps({"id": levering.besked.id, "udfald": udfald}) + b"\n")
        self._tal[udfald] += 1
        if udfald == LEVERET:
            self._leverede.append(levering.besked)
        del self._venter[levering.besked.id]
        for noegle in levering.noegler():
            koe = self._koer[noegle]
            koe.remove(levering.besked.id)
            if koe:
                self._saet_i_gang(koe[0])
            else:
                del self._koer[noegle]

    # --- what is to be seen -----------------------------------------------------------------------------

    def stand(self) -> dict[str, Any]:
        """Counts, what waits, and what was delivered of late; without the citizens' numbers."""
        return {
            "tal": {navn: self._tal[navn] for navn in (LEVERET, OPGIVET, SLETTET)},
            "venter": [
                {**_uden_person(lev.besked), "forsoeg": lev.forsoeg, "status": lev.status}
                for lev in self._venter.values()
            ],
            "leveret": [_uden_person(b) for b in self._leverede],
        }


def _uden_person(b: Besked) -> dict[str, Any]:
    return {navn: vaerdi for navn, vaerdi in b.som_json().items() if navn != "cpr"}
