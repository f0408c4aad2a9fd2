"""The hand-written arm: aiokafka and aiohttp, a queue and a task for each citizen, offsets committed when all before them are
done. What it keeps is in memory: a death repeats everything since the last commit, a failing DFDG stops it.

    python -m benchmarks.asyncio_loop <bootstrap servers> <group> <back end> <CA> <folder> <at once> <records a poll>
"""

from __future__ import annotations

import asyncio
import heapq
import ssl
import sys
from collections import defaultdict
from pathlib import Path

import aiohttp
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

_HOVEDER = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"CreatePersonInterview"'}


class Fremdrift:
    """Of one partition: the offset below which everything is done."""

    def __init__(self) -> None:
        self.aabne: list[int] = []
        self.faerdige: set[int] = set()

    def til(self, ved: int) -> int:
        while self.aabne and self.aabne[0] in self.faerdige:
            self.faerdige.discard(heapq.heappop(self.aabne))
        return self.aabne[0] if self.aabne else ved


class Loop:
    def __init__(self, bagende: str, ca: str, mappe: str, samtidige: int) -> None:
        self.adresse = f"{bagende}/PersonRegistrationService/9"
        self.ca, self.mappe = ca, Path(mappe)
        self.skabelon = (self.mappe / "skabelon.xml").read_text()
        self.koeer: dict[bytes, asyncio.Queue[ConsumerRecord]] = {}
        self.pladser = asyncio.Semaphore(samtidige)
        self.fremdrift: dict[TopicPartition, Fremdrift] = defaultdict(Fremdrift)
        self.set_til: dict[TopicPartition, int] = {}
        self.sessioner: dict[str, aiohttp.ClientSession] = {}

    def session(self, akasse: str) -> aiohttp.ClientSession:
        if akasse not in self.sessioner:
            tls = ssl.create_default_context(cafile=self.ca)
            tls.load_cert_chain(self.mappe / f"{akasse}.pem")
            self.sessioner[akasse] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls, limit=0))
        return self.sessioner[akasse]

    async def borger(self, koe: asyncio.Queue[ConsumerRecord]) -> None:
        while True:
            post = await koe.get()
            h = orjson.loads(post.value)
            d, akasse = h["data"], h["source"].rpartition("/")[2]
            xml = (
                self.skabelon.replace("{akasse}", akasse)
                .replace("{cpr}", d["cpr"])
                .replace("{id}", d["samtaleId"])
                .replace("{tid}", d["tidspunkt"])
            )
            while True:
                async with (
                    self.pladser,
                    self.session(akasse).post(self.adresse, data=xml.encode(), headers=_HOVEDER) as s,
                ):
                    await s.read()
                    if s.status == 200:
                        break
                await asyncio.sleep(0.1)
            self.fremdrift[TopicPartition(post.topic, post.partition)].faerdige.add(post.offset)

    async def bekraeft(self, konsument: AIOKafkaConsumer) -> None:
        while True:
            await asyncio.sleep(0.2)
            if nye := {d: self.fremdrift[d].til(ved) for d, ved in self.set_til.items()}:
                await konsument.commit(nye)

    async def koer(self, konsument: AIOKafkaConsumer, portion: int) -> None:
        opgaver = [asyncio.create_task(self.bekraeft(konsument))]
        while True:
            for del_, poster in (await konsument.getmany(timeout_ms=20, max_records=portion)).items():
                for p in poster:
                    heapq.heappush(self.fremdrift[del_].aabne, p.offset)
                    if p.key not in self.koeer:
                        self.koeer[p.key] = asyncio.Queue()
                        opgaver.append(asyncio.create_task(self.borger(self.koeer[p.key])))
                    self.koeer[p.key].put_nowait(p)
                self.set_til[del_] = poster[-1].offset + 1


async def main(servere: str, gruppe: str, bagende: str, ca: str, mappe: str, samtidige: str, portion: str) -> None:
    konsument = AIOKafkaConsumer(
        bootstrap_servers=servere,
        group_id=gruppe,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        metadata_max_age_ms=5_000,
    )
    konsument.subscribe(pattern=r"^akasse\.[0-9]+\.haendelser\.v1$")
    await konsument.start()
    print("klar", flush=True)
    await Loop(bagende, ca, mappe, int(samtidige)).koer(konsument, int(portion))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:8]))
