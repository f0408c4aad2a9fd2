"""What is put on the topics: held talks (rådighed, outside any course) of test persons, each at a time of its own."""

from __future__ import annotations

import itertools
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sandbox.parter.emner import emner
from sandbox.personer import Personregister

AKASSER = [f"{n:02d}" for n in range(1, 9)]
PARTITIONER = 3
Fordeling = Literal["jaevn", "zipf"]

_HOVED = [("content-type", b"application/cloudevents+json")]
_FOERSTE = datetime(2020, 1, 1, 8, tzinfo=UTC)
_MELLEMRUM = timedelta(minutes=30)
_AFTALER = (
    "Medlemmet søger mindst to job om ugen, opdaterer sin joblog og kontakter to virksomheder inden næste samtale."
)
_VURDERING = "Medlemmet står til rådighed, søger bredt og har ingen forhold, der hindrer overtagelse af arbejde."


@dataclass(slots=True)
class Besaetning:
    """The citizens of a run and how many talks each has been given: a citizen's talks rise in time as they are told."""

    antal: int
    seed: int = 1
    cprer: list[str] = field(init=False)
    naeste: list[int] = field(init=False)
    #: Per CPR number the talks' times, in the order in which they were told.
    ventet: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: Citizen and time of each talk, in the order in which they were told (since it was last emptied).
    raekke: list[tuple[str, str]] = field(default_factory=list)
    _nr: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        personer = Personregister()
        self.cprer = [personer.ny() for _ in range(self.antal)]
        self.naeste = [0] * self.antal

    def traek(self, antal: int, fordeling: Fordeling) -> list[int]:
        """Whose the next ``antal`` events are."""
        r = random.Random(f"{self.seed}|{sum(self.naeste)}")
        if fordeling == "jaevn":
            return [r.randrange(self.antal) for _ in range(antal)]
        return r.choices(range(self.antal), [1 / k for k in range(1, self.antal + 1)], k=antal)

    def haendelse(self, borger: int) -> tuple[str, bytes, bytes]:
        """Topic, key and value of the citizen's next talk."""
        nr, cpr, kode = next(self._nr), self.cprer[borger], AKASSER[borger % len(AKASSER)]
        tid = (_FOERSTE + self.naeste[borger] * _MELLEMRUM).isoformat()
        self.naeste[borger] += 1
        self.ventet[cpr].append(tid)
        self.raekke.append((cpr, tid))
        noegle = f"person-{borger}"
        vaerdi = orjson.dumps({
            "specversion": "1.0", "id": f"samtale-{self.seed}-{nr}", "source": f"/akasse/{kode}",
            "type": "akasse.samtale.afholdt.v1", "time": "2025-06-02T09:30:00+02:00", "subject": noegle,
            "data": {
                "cpr": cpr, "samtaleId": str(UUID(int=(self.seed << 64) + nr)), "formaal": ["raadighed"],
                "tidspunkt": tid, "form": "personligt", "aftaler": _AFTALER, "raadighedsvurdering": _VURDERING,
                "sagsbehandler": {"fornavn": "Anne", "efternavn": "Sørensen", "telefon": "12345678"},
            },
        })  # fmt: skip
        return f"akasse.{kode}.haendelser.v1", noegle.encode(), vaerdi


def ideal(borgere: list[int], delay: float) -> float | None:
    """The best rate there can be with one call of a citizen at a time: the longest lane decides. ``delay`` in seconds."""
    if delay == 0:
        return None
    tal: dict[int, int] = defaultdict(int)
    for b in borgere:
        tal[b] += 1
    return len(borgere) / (max(tal.values()) * delay)


async def nye_emner(servere: str) -> None:
    """Every topic of the parties made anew, empty; the broker's own clock marks what is appended."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servere)
    await admin.start()
    try:
        navne = [e for k in AKASSER for e in emner(f"akasse.{k}")]
        findes = set(await admin.list_topics())
        if gamle := [n for n in (*navne, "gateway.dlq.v1") if n in findes]:
            await admin.delete_topics(gamle)
        while set(await admin.list_topics()) & set(gamle):
            pass
        tid = {"message.timestamp.type": "LogAppendTime"}
        nye = [NewTopic(n, PARTITIONER, 1, topic_configs=tid) for n in navne]
        for _ in range(100):
            svar = await admin.create_topics(nye)
            if all(kode in (0, 36) for _, kode, *_ in svar.topic_errors):
                break
    finally:
        await admin.close()


class Fylder:
    """Puts events on the topics in one transaction: readers see them all at once, when it is committed."""

    def __init__(self, servere: str) -> None:
        self._p = AIOKafkaProducer(
            bootstrap_servers=servere,
            transactional_id="fylder",
            acks="all",
            linger_ms=5,
            max_batch_size=262_144,
            transaction_timeout_ms=600_000,
        )

    async def __aenter__(self) -> Fylder:
        await self._p.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._p.stop()

    async def fyld(self, b: Besaetning, borgere: list[int]) -> float:
        """The time (Unix, seconds) at which everything began to be there."""
        await self._p.begin_transaction()
        for i, borger in enumerate(borgere, 1):
            emne, noegle, vaerdi = b.haendelse(borger)
            await self._p.send(emne, vaerdi, key=noegle, headers=_HOVED)
            if i % 20_000 == 0:
                await self._p.flush()
        await self._p.flush()
        tid = time.time()
        await self._p.commit_transaction()
        return tid
