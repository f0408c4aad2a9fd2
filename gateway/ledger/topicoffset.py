"""How far each partition of each topic has been read: a row in the ledger, moved in the transaction that takes the records in (I1).

The row is the truth; Kafka's group offset is for lag displays only. Records below the row are dropped (a rebalance, a
restart); records above it are taken only when this consumer has itself sought there in this generation, otherwise the
caller is told where to seek to.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from contracts.envelope import Forstaaet, Post, Uforstaaet, UkendtType
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler
from gateway.ledger.samlet import Samlet, kolonner
from gateway.sporing import Spor

Laest = Forstaaet | UkendtType | Uforstaaet
#: A topic and a partition of it.
Del = tuple[str, int]


@dataclass(slots=True)
class Modtaget:
    """What became of a batch: the next offset of each partition, where to seek back to, how many were new; per partition
    the mark of its last record and the newest time of an event."""

    naeste: dict[Del, int] = field(default_factory=dict)
    soeg: dict[Del, int] = field(default_factory=dict)
    #: Partitions whose last record is not the one that was read: another topic of the same name.
    andre: set[Del] = field(default_factory=set)
    aftryk: dict[Del, bytes] = field(default_factory=dict)
    seneste_tid: dict[Del, datetime] = field(default_factory=dict)
    antal: int = 0
    #: The spans of the events, to be ended when they are durable.
    spor: list[Spor] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stand:
    """The next offset to read, and whether the record before it would be known again."""

    naeste: int
    kendt: bool

    @property
    def soeg(self) -> int:
        """Where to read on: at the last record that was read, where it can be seen that it still is that record."""
        return self.naeste - 1 if self.kendt else self.naeste


async def stand(pulje: asyncpg.Pool, dele: Sequence[Del]) -> dict[Del, Stand]:
    """How far partitions have been read, those that have an offset row."""
    raekker = await pulje.fetch(
        """select o.topic, o.partition, o.naeste, o.aftryk is not null and o.aftryk_plads = o.naeste - 1 as kendt
           from topic_offset o join unnest($1::text[], $2::int[]) d(topic, partition) using (topic, partition)""",
        [t for t, _ in dele],
        [p for _, p in dele],
    )
    return {(r["topic"], r["partition"]): Stand(r["naeste"], r["kendt"]) for r in raekker}


async def spring(conn: Forbindelse, del_: Del, fra: int, til: int, aarsag: str, nu: datetime) -> bool:
    """Reads on at ``til`` instead of ``fra``, and keeps that it was so. ``aarsag``: ``slettet`` (what lay between was
    deleted before it was read) or ``andet_topic`` (what is read now is another topic of that name). False when the
    partition does not stand at ``fra`` any more. The caller's transaction commits it."""
    flyttet = await conn.fetchval(
        """update topic_offset set naeste = $4, aftryk = null,
                  gentag_til = case when $5 = 'andet_topic' then 0 else gentag_til end
           where topic = $1 and partition = $2 and naeste = $3 returning 1""",
        *del_,
        fra,
        til,
        aarsag,
    )
    if flyttet:
        await conn.execute(
            "insert into topicbrud (topic, partition, fra, til, aarsag, opdaget) values ($1, $2, $3, $4, $5, $6)",
            *del_,
            fra,
            til,
            aarsag,
            nu,
        )
    return flyttet is not None


def _aftryk(noegler: Noegler, post: Post) -> bytes:
    """A mark of a record by which it is known again, keyed as all hashes of contents are."""
    hoveder = b"".join(k.encode() + b"\0" + (v or b"") for k, v in post.headers)
    return noegler.indhold_hash(b"\0".join((post.key or b"", post.value or b"", hoveder)))


async def frasorter(
    conn: Forbindelse,
    noegler: Noegler,
    laest: list[tuple[Post, Laest]],
    soegt: Container[Del],
    svar: Modtaget,
    gentagne: dict[Del, tuple[int, datetime]],
) -> list[tuple[Post, Laest]]:
    """Locks the partitions' offset rows and keeps what is new. ``gentagne``: up to which offset a partition may have
    been worked on by an earlier incarnation of the ledger, and until when."""
    dele = sorted({(p.topic, p.partition) for p, _ in laest})
    raekker = await _laas(conn, dele)
    if len(raekker) < len(dele):
        # New partitions get their row here, so that two consumers of one partition meet at its lock.
        await conn.execute(
            """insert into topic_offset (topic, partition, naeste) select *, 0 from unnest($1::text[], $2::int[])
               on conflict do nothing""",
            *kolonner(dele),
        )
        raekker = await _laas(conn, dele)
    naeste = {(r["topic"], r["partition"]): r["naeste"] for r in raekker}
    sidst_laest = {(r["topic"], r["partition"], r["naeste"] - 1): r["aftryk"] for r in raekker if r["aftryk"]}
    for r in raekker:
        if r["gentag_til"] > r["naeste"] and r["begyndt"] is not None:
            gentagne[r["topic"], r["partition"]] = (r["gentag_til"], r["begyndt"])
    nye = []
    for post, indhold in laest:
        del_ = (post.topic, post.partition)
        kendt = sidst_laest.get((*del_, post.offset))
        if kendt is not None and kendt != _aftryk(noegler, post):
            svar.andre.add(del_)
        if post.offset < naeste[del_] or del_ in svar.soeg or del_ in svar.andre:
            continue
        if post.offset > naeste[del_] and del_ not in soegt:
            svar.soeg[del_] = naeste[del_]
            continue
        nye.append((post, indhold))
        naeste[del_] = post.offset + 1
        svar.naeste[del_] = post.offset + 1
        svar.aftryk[del_] = _aftryk(noegler, post)
        if isinstance(indhold, Forstaaet):
            tid = indhold.kuvert.time
            svar.seneste_tid[del_] = max(tid, svar.seneste_tid.get(del_, tid))
    return nye


async def _laas(conn: Forbindelse, dele: list[Del]) -> list[asyncpg.Record]:
    return await conn.fetch(
        """select o.topic, o.partition, o.naeste, o.gentag_til,
                  case when o.aftryk_plads = o.naeste - 1 then o.aftryk end as aftryk,
                  (select begyndt from inkarnation order by nr desc limit 1) as begyndt
           from topic_offset o join unnest($1::text[], $2::int[]) d(topic, partition) using (topic, partition)
           order by o.topic, o.partition for update of o""",
        *kolonner(dele),
    )


def skriv(samlet: Samlet, svar: Modtaget, nu: datetime) -> None:
    """Moves the rows of the partitions of which something was read, along with what else is written."""
    if svar.naeste:
        samlet.med(
            "laest_til",
            """update topic_offset o set naeste = n.naeste, aftryk = n.aftryk, aftryk_plads = n.naeste - 1, modtaget = $6,
                   seneste_tid = greatest(o.seneste_tid, n.seneste_tid)
               from unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[], $5::bytea[])
                    n(topic, partition, naeste, seneste_tid, aftryk)
               where o.topic = n.topic and o.partition = n.partition""",
            *kolonner(
                (*del_, naeste, svar.seneste_tid.get(del_), svar.aftryk.get(del_))
                for del_, naeste in sorted(svar.naeste.items())
            ),
            nu,
        )
