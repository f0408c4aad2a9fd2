"""From Kafka to the ledger: raw batches through FastStream, accepted with their offsets in one transaction (I1).

FastStream's own parsing of headers and bodies would raise on what publishers can send (null or Latin-1 headers, bad
JSON, deep nesting) and pass the whole batch over, so this subscriber's parser hands the raw records on unread. Its
acknowledgement commits the consumer's position, not what is durable, so it is off; offsets are committed here, after
the transaction, and for lag displays only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.message import StreamMessage
from prometheus_client import Counter, Gauge

from consumers.hentning import Hentning
from contracts.envelope import Post
from gateway.gentagelse import til_det_lykkes
from gateway.ledger.accept import Modtagelse
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.topicoffset import Stand
from gateway.nedlukning import stop_indenfor

log = logging.getLogger(__name__)

#: Bytes that one fetch brings of one partition, at the most: as much as the largest event that is taken in.
HENT_PR_PARTITION = 256 * 1024
#: How long a fetch waits for records (ms). aiokafka has one fetch of a broker in the air: a partition whose records have all been
#: handed out is asked for more when the one that waits for the others has come back.
HENT_HOEJST_MS = 100
#: Seconds between two commits of the group's offsets: each costs Kafka as much as several events.
_VIS_HVER = 0.5
#: Seconds that a batch under way may take to become durable when everything stops.
_BATCH_HOEJST = 5.0

#: Where each partition's log begins and ends.
Loggraenser = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, tuple[int, int]]]]

topicbrud = Counter(
    "gateway_topicbrud",
    "Partitions read on elsewhere: records deleted unread, or another topic of that name",
    ["aarsag"],
)
for _aarsag in ("slettet", "andet_topic"):
    topicbrud.labels(_aarsag)
modtaget_total = Counter("gateway_haendelser_modtaget", "Events accepted, by kind of party", ["part"])

fornyet = Counter(
    "gateway_laeser_fornyet", "Readers that Kafka's client would never have gone on with, replaced", ["part"]
)

pauset = Gauge(
    "gateway_modtagelse_pauset", "1 while reading is paused because the database's disk is nearly full", ["part"]
)

_KAN_PROEVES_IGEN = (
    *DATABASE_VAEK,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)


async def _raa_batch(raa: tuple[ConsumerRecord, ...]) -> StreamMessage[Any]:
    """A parser that cannot raise: the records travel on as they are."""
    navn = f"{raa[0].topic}-{raa[0].partition}-{raa[0].offset}"
    return KafkaMessage(body=b"", raw_message=raa, message_id=navn, consumer=FAKE_CONSUMER)


async def _uafkodet(besked: StreamMessage[Any]) -> Any:
    return besked.raw_message


class Modtager:
    """One subscriber on every topic of one form; new topics are found without a restart. ``graenser`` asks on a connection that
    is not the reader's own: there a question waits behind a fetch that waits for records."""

    def __init__(self, modtagelse: Modtagelse, art: str, moenster: str, graenser: Loggraenser) -> None:
        self._modtagelse = modtagelse
        self._graenser = graenser
        self._art = art
        self._moenster = moenster
        self._soegt: set[tuple[str, int]] = set()
        #: The offset that each partition's next record should have, and those that were sought once more to make sure.
        self._ventet: dict[tuple[str, int], int] = {}
        self._mistanke: set[tuple[str, int]] = set()
        self._abonnent: Any = None
        self._hentning: Hentning | None = None
        self._paus = False
        self._slut = False
        #: Held while a batch is being accepted.
        self._batch = asyncio.Lock()
        self._at_vise: dict[TopicPartition, int] = {}
        self._viser: asyncio.Task[None] | None = None
        self._fornyes: asyncio.Task[None] | None = None

    def tilslut(self, broker: KafkaBroker, gruppe: str, *, hoejst: int = 500) -> None:
        """Registers the subscriber on ``broker`` under consumer group ``gruppe``."""
        abonnent: Any = broker.subscriber(
            pattern=self._moenster,
            batch=True,
            group_id=gruppe,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_records=hoejst,
            batch_timeout_ms=20,
            # aiokafka empties one partition's buffer before the next one's: what a fetch may bring of one is a round (I4).
            # A record that is larger comes all the same, alone.
            max_partition_fetch_bytes=HENT_PR_PARTITION,
            fetch_max_wait_ms=HENT_HOEJST_MS,
            max_poll_interval_ms=600_000,
            ack_policy=AckPolicy.MANUAL,
            listener=_Tildeling(self),
            parser=_raa_batch,
            decoder=_uafkodet,
            title=f"{self._art}.haendelser.v1",
        )
        abonnent(self.behandl)
        self._abonnent = abonnent
        self._hentning = Hentning(abonnent.get_msg, hoejst, self._forfra, lambda: self._paus, self._forny)
        abonnent.get_msg = self._hentning

    def _forny(self) -> None:
        """Another reader takes the place of one that will never read again."""
        if not self._slut and (self._fornyes is None or self._fornyes.done()):
            self._fornyes = asyncio.create_task(self._ny_laeser(), name=f"ny laeser {self._art}")

    async def _ny_laeser(self) -> None:
        log.error("reader_renewed", extra={"art": self._art})
        fornyet.labels(self._art).inc()
        async for forsoeg in til_det_lykkes("reader", KafkaError, OSError):
            with forsoeg:
                # The old one's heartbeat ends here, which kept its partitions from the others; so does one that could not begin.
                await stop_indenfor(self._abonnent.stop, f"reader {self._art}")
                await self._abonnent.start()

    @property
    def _konsument(self) -> AIOKafkaConsumer:
        return self._abonnent.consumer

    def paus(self, til: bool) -> None:
        """Takes no more batches (the one that is being accepted is), or goes on. The group keeps its member: Kafka is still asked,
        for no partition."""
        self._paus = til
        pauset.labels(self._art).set(til)
        konsument: AIOKafkaConsumer | None = self._abonnent.consumer if self._abonnent is not None else None
        if konsument is None:
            return
        if til:
            konsument.pause(*konsument.assignment())
        elif holdte := konsument.paused() - (self._hentning.til_side if self._hentning is not None else set()):
            konsument.resume(*holdte)

    async def behandl(self, poster: Any) -> None:
        """One batch. Stays with it until it is durable: while the database is away Kafka keeps what comes next."""
        async with self._batch:
            if not self._slut:
                await self._tag_imod(poster)

    async def _tag_imod(self, poster: Any) -> None:
        batch = [Post(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers)) for r in poster]
        if self._paus:
            # Fetched before the pause reached its partition: Kafka keeps it.
            await self._laes_igen(batch)
            return
        try:
            await self._behandl(batch)
        except Exception:
            # Whatever it was: nothing of this batch may be passed over. The partitions lose their leave to skip
            # offsets, and are read again from where the ledger stands.
            log.exception("accept_failed", extra={"antal": len(batch)})
            self.fratraadt({TopicPartition(p.topic, p.partition) for p in batch})
            await asyncio.sleep(1)
            await self._laes_igen(batch)

    async def _behandl(self, hele: list[Post]) -> None:
        batch = await self._efterset(hele)
        if not batch:
            return
        async for forsoeg in til_det_lykkes("accept", *_KAN_PROEVES_IGEN):
            with forsoeg:
                modtaget = await self._modtagelse.accepter(batch, self._soegt)
        modtaget_total.labels(self._art).inc(modtaget.antal)
        for (topic, partition), offset in modtaget.soeg.items():
            log.warning("seek_back", extra={"topic": topic, "partition": partition, "offset": offset})
            self._soeg(TopicPartition(topic, partition), offset)
        for topic, partition in modtaget.andre:
            d = TopicPartition(topic, partition)
            stand = (await self._modtagelse.stand([(topic, partition)])).get((topic, partition))
            if stand is not None:
                begynder, _ = (await self._graenser([d]))[d]
                await self._spring(d, stand.naeste, begynder, "andet_topic")
        if modtaget.naeste:
            self._vis_lag(modtaget.naeste)

    async def _forfra(self, dele: Iterable[TopicPartition]) -> None:
        """Of these partitions something may have been fetched and thrown away: they are read again from where the ledger stands,
        whether anything more comes or not."""
        liste = list(dele)
        self.fratraadt(liste)
        async for forsoeg in til_det_lykkes("read again", *DATABASE_VAEK):
            with forsoeg:
                await self.tildelt(liste)

    async def _laes_igen(self, batch: list[Post]) -> None:
        await self.tildelt({TopicPartition(p.topic, p.partition) for p in batch})

    def _soeg(self, del_: TopicPartition, offset: int) -> None:
        if del_ in self._konsument.assignment():
            self._konsument.seek(del_, offset)
            self._soegt.add((del_.topic, del_.partition))
            self._ventet[del_.topic, del_.partition] = offset

    # --- what lies where it should not ---------------------------------------------------------------

    async def _efterset(self, batch: list[Post]) -> list[Post]:
        """The batch without partitions that do not go on where they were read to and have been sought elsewhere.

        Where a position is out of the log's range, aiokafka goes to the log's start by itself. Then records were deleted
        before they were read, or the topic was deleted and made again: both must be seen, and reading must go on.
        """
        grupper: dict[tuple[str, int], list[Post]] = {}
        for p in batch:
            grupper.setdefault((p.topic, p.partition), []).append(p)
        ventede = {d: self._ventet.get(d) for d in grupper}
        # Before anything is awaited: whoever seeks meanwhile has the last word.
        self._ventet.update({d: poster[-1].offset + 1 for d, poster in grupper.items() if d in self._ventet})
        # A transaction's mark is a gap too, so this is asked after each one of a publisher's: of all its partitions at once.
        andre = {d: v for d, poster in grupper.items() if (v := ventede[d]) is not None and v != poster[0].offset}
        graenser = await self._graenser([TopicPartition(*d) for d in andre]) if andre else {}
        stande = await self._modtagelse.stand(list(andre)) if andre else {}
        ud: list[Post] = []
        for d, poster in grupper.items():
            if d not in andre:
                self._mistanke.discard(d)
                ud += poster
                continue
            del_, stand = TopicPartition(*d), stande.get(d, Stand(0, kendt=False))
            if not await self._brud(del_, andre[d], poster[0].offset, stand, *graenser[del_]):
                ud += poster
        return ud

    async def _brud(
        self, d: TopicPartition, ventet: int, fundet: int, stand: Stand, begynder: int, slutter: int
    ) -> bool:
        """Whether the partition was sought elsewhere, because of where its log begins and ends or of what it holds."""
        del_ = (d.topic, d.partition)
        if stand.naeste == 0:
            return False  # never read before: wherever its log begins
        if stand.naeste > slutter:
            return await self._spring(d, stand.naeste, begynder, "andet_topic")
        if stand.naeste < begynder:
            return await self._spring(d, stand.naeste, begynder, "slettet")
        if fundet > ventet >= stand.naeste or begynder == stand.naeste:
            return False  # what lies between are a transaction's marks, or what its publisher gave up
        if del_ in self._mistanke and fundet > ventet:
            # Sought twice, and the record that was read last is not there.
            return await self._spring(d, stand.naeste, begynder, "andet_topic")
        self._mistanke.add(del_)
        self._soeg(d, stand.soeg)
        return True

    async def _spring(self, d: TopicPartition, fra: int, til: int, aarsag: str) -> bool:
        if await self._modtagelse.spring((d.topic, d.partition), fra, til, aarsag):
            topicbrud.labels(aarsag).inc()
            log.error("topic_break", extra={**d._asdict(), "fra": fra, "til": til, "aarsag": aarsag})
            self._vis_lag({(d.topic, d.partition): til})
        self._mistanke.discard((d.topic, d.partition))
        await self.tildelt([d])
        return True

    def _vis_lag(self, naeste: dict[tuple[str, int], int]) -> None:
        """Commits the group's offsets, which show the lag and tell a restored ledger from the one before; beside the reading, and
        only the newest of what came while an earlier commit was under way."""
        if self._slut:
            return
        self._at_vise |= {TopicPartition(t, p): n for (t, p), n in naeste.items()}
        if self._viser is None or self._viser.done():
            # Not ended with a batch that is broken off: aiokafka goes on with what it has sent, and nobody would hear of its end.
            self._viser = asyncio.create_task(self._vis(), name="group offsets")

    async def _vis(self) -> None:
        while self._at_vise:
            nye, self._at_vise = self._at_vise, {}
            konsument: AIOKafkaConsumer | None = self._konsument
            tildelt = konsument.assignment() if konsument is not None else ()
            offsets = {d: n for d, n in nye.items() if d in tildelt}
            if konsument is None or not offsets:
                continue  # every partition has gone to another consumer meanwhile
            try:
                await asyncio.wait_for(konsument.commit(offsets), 5)
            except (KafkaError, TimeoutError) as fejl:
                log.info("group_offset_not_committed", extra={"fejl": type(fejl).__name__})
            await asyncio.sleep(_VIS_HVER)

    async def stop(self) -> None:
        """Takes no more batches and commits no more group offsets, and waits for those that are under way; before the consumer is
        stopped, which would break them off."""
        self._slut = True
        if self._fornyes is not None:
            self._fornyes.cancel()
            await asyncio.wait([self._fornyes])
        with contextlib.suppress(TimeoutError):  # the database is away: what is not durable is read again
            async with asyncio.timeout(_BATCH_HOEJST), self._batch:
                pass
        if self._viser is not None:
            await asyncio.wait([self._viser], timeout=5)

    async def tildelt(self, dele: Iterable[TopicPartition]) -> None:
        """A new generation: read on where the ledger stands, not where the group's offset says."""
        liste = list(dele)
        self.fratraadt(liste)
        kendte = await self._modtagelse.stand([(d.topic, d.partition) for d in liste])
        for d in liste:
            stand = kendte.get((d.topic, d.partition))
            self._soeg(d, stand.soeg if stand is not None else 0)
        # A partition that is assigned anew reads on, whatever it did before.
        self.paus(self._paus)

    def fratraadt(self, dele: Iterable[TopicPartition]) -> None:
        for d in dele:
            self._soegt.discard((d.topic, d.partition))
            self._ventet.pop((d.topic, d.partition), None)


class _Tildeling(ConsumerRebalanceListener):  # type: ignore[misc]
    """aiokafka swallows what a listener raises and may fetch before it has ended; accept's offset check covers both."""

    def __init__(self, modtager: Modtager) -> None:
        self._modtager = modtager

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._modtager.tildelt(assigned)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._modtager.fratraadt(revoked)
