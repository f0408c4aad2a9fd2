"""What Kafka says of the topics of events: how much is not read, and whether a publisher has left a transaction open.

Records behind an open transaction are not given to whoever reads committed ones: the topic stands still, and nothing says why.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from gateway.kafkaforbindelse import Spoerger, topicdele
from gateway.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class Kafkamaal:
    """By topic: records not read, and for how long (seconds) a transaction has held one of its partitions."""

    lag: dict[str, int] = field(default_factory=dict)
    aaben_transaktion: dict[str, float] = field(default_factory=dict)


class Kafkamaaler:
    """``moenster``: the names of the topics. ``ur``: seconds that only rise."""

    def __init__(self, k: KafkaSettings, moenster: str, ur: Callable[[], float] = time.monotonic) -> None:
        self._moenster = re.compile(moenster)
        self._ur = ur
        self._alle, self._afsluttede = (
            Spoerger(k, isolation_level=niveau) for niveau in ("read_uncommitted", "read_committed")
        )
        self._staar: dict[TopicPartition, tuple[int, float]] = {}

    async def maal(self, laest_til: Mapping[tuple[str, int], int]) -> Kafkamaal:
        """``laest_til``: how far the ledger has read each partition. Raises ``KafkaError`` when Kafka does not answer."""
        alle, afsluttede = await self._alle.klar(), await self._afsluttede.klar()
        dele = await topicdele(alle, self._moenster)
        if not dele:
            return Kafkamaal()
        # The stable ends first: what is committed between the two questions must not look like an open transaction.
        stabile = await afsluttede.end_offsets(dele)
        ender = await alle.end_offsets(dele)
        lag: dict[str, int] = defaultdict(int)
        aabne: dict[str, float] = defaultdict(float)
        nu = self._ur()
        for d in dele:
            lag[d.topic] += max(0, ender[d] - laest_til.get((d.topic, d.partition), 0))
            siden = self._siden(d, stabile[d], ender[d], nu)
            aabne[d.topic] = max(aabne[d.topic], nu - siden if siden is not None else 0.0)
        return Kafkamaal(dict(lag), dict(aabne))

    def _siden(self, d: TopicPartition, stabil: int, ende: int, nu: float) -> float | None:
        """Since when the partition's stable end stands still before its end; None while it does not."""
        if stabil >= ende:
            self._staar.pop(d, None)
            return None
        kendt = self._staar.get(d)
        if kendt is None or kendt[0] != stabil:
            self._staar[d] = kendt = (stabil, nu)
        return kendt[1]

    async def stop(self) -> None:
        await self._alle.stop()
        await self._afsluttede.stop()
