"""The floors: what each stage's unavoidable part costs alone, in µs of processor an event, in this process and in PostgreSQL.

    python -m benchmarks.gulve --antal 10000

Each line does the least that the stage cannot do without, with the libraries and the bytes of the real one, and nothing of what makes
it the gateway: no rule, no check, no deduplication, no order. The last lines are on the clock: a question to PostgreSQL and a commit on the
disk with nothing beside them, and what they leave of the best possible rate at 50 x 50 ms when a citizen's next call has to wait for
a settlement.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import socket
import ssl
import statistics
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaProducer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.etaper import BATCH, Ure, hent
from benchmarks.last import AKASSER, Besaetning, Fylder, nye_emner
from benchmarks.opstilling import HER, Opstilling, opstil
from contracts.envelope import Post

#: Bytes of a call to DFDG, and of a kvittering, as the gateway has them.
KALD, KVITTERING = 2_350, 700
#: Questions to PostgreSQL, one after the other, of a settlement that claims its lanes' next heads (``tests/ledger/test_samlet.py``).
SPOERGSMAAL = 9
#: Rows a transaction, as a worker has them when there is much to do.
RAEKKER = 200

_TABEL = """
create table gulv (id bigint primary key, borger_id bigint not null, indhold bytea not null, fase smallint not null);
create table gulv_ud (id bigint primary key, indhold bytea not null)
"""


def bunker(antal: int, stoerrelse: int) -> Iterator[list[int]]:
    ider = iter(range(antal))
    while bunke := list(itertools.islice(ider, stoerrelse)):
        yield bunke


def regn(ure: Ure, poster: Sequence[Post]) -> None:
    """What is reckoned in memory alone."""
    with ure.maal("validate"):
        laest = [orjson.loads(p.value or b"") for p in poster]
    skabelon = (HER / "skabelon.xml").read_text()
    with ure.maal("render"):
        for h in laest:
            d = h["data"]
            xml = skabelon.replace("{akasse}", h["source"][-2:]).replace("{cpr}", d["cpr"])
            xml.replace("{id}", d["samtaleId"]).replace("{tid}", d["tidspunkt"]).encode()
    aes, tekst = AESGCM(os.urandom(32)), os.urandom(KALD)
    with ure.maal("encrypt"):
        for _ in poster:
            aes.encrypt(os.urandom(12), tekst, b"\x01")


def send(o: Opstilling, ure: Ure, antal: int) -> None:
    """One connection, one call after the other, on a blocking socket: the system's calls and TLS."""
    a = urlsplit(o.bagende.adresse)
    tls = ssl.create_default_context(cafile=str(o.ca.ca))
    tls.load_cert_chain(o.ca.klienter / f"{AKASSER[0]}.pem")
    krop = (HER / "skabelon.xml").read_bytes().replace(b"{cpr}", b"0101010000").ljust(KALD)
    hoved = f"POST /PersonRegistrationService/9 HTTP/1.1\r\nHost: {a.netloc}\r\nContent-Length: {len(krop)}\r\n\r\n"
    kald = hoved.encode() + krop
    raa = socket.create_connection((a.hostname or "", a.port or 443))
    raa.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with tls.wrap_socket(raa, server_hostname=a.hostname) as s, ure.maal("send"):
        for _ in range(antal):
            s.sendall(kald)
            if not s.recv(65_536).startswith(b"HTTP/1.1 "):
                raise RuntimeError("the back end did not answer")


async def ledger(o: Opstilling, ure: Ure, poster: Sequence[Post], dsn: str) -> None:
    """One row an event: put there, marked as under way, marked as answered with a message beside it, the message taken out."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(_TABEL)
        antal = len(poster)
        ure.forbind(conn)
        async with ure.maal_ledger("accept"):
            for bunke in bunker(antal, BATCH):
                await conn.execute(
                    "insert into gulv select u.id, u.id, u.indhold, 0 from unnest($1::bigint[], $2::bytea[]) u(id, indhold)",
                    bunke,
                    [poster[i].value for i in bunke],
                )
        async with ure.maal_ledger("claim"):
            for bunke in bunker(antal, RAEKKER):
                await conn.execute("update gulv set fase = 1 where id = any($1::bigint[])", bunke)
        kvittering = os.urandom(KVITTERING)
        async with ure.maal_ledger("settle"):
            for bunke in bunker(antal, RAEKKER):
                await conn.execute(
                    """with a as (update gulv set fase = 2 where id = any($1::bigint[]))
                       insert into gulv_ud select * from unnest($1::bigint[], $2::bytea[])""",
                    bunke,
                    [kvittering] * len(bunke),
                )
        producent = AIOKafkaProducer(
            bootstrap_servers=o.servere, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=262_144
        )
        await producent.start()
        try:
            async with ure.maal_ledger("publish"):
                for _ in bunker(antal, BATCH):
                    ud = await conn.fetch(
                        "delete from gulv_ud where id in (select id from gulv_ud order by id limit $1) returning id, indhold",
                        BATCH,
                    )
                    svar = [
                        await producent.send(f"akasse.{AKASSER[0]}.kvitteringer.v1", r["indhold"], key=b"%d" % r["id"])
                        for r in ud
                    ]
                    await asyncio.gather(*svar)
        finally:
            await producent.stop()
    finally:
        await conn.close()


async def ventetid(dsn: str, gange: int = 300) -> tuple[float, float]:
    """Milliseconds on the clock, medians: a question to PostgreSQL, and a transaction of one row (the disk has it)."""
    conn = await asyncpg.connect(dsn)
    try:
        spoergsmaal, skrivninger = [], []
        for i in range(gange):
            t = time.perf_counter()
            await conn.fetchval("select fase from gulv where id = $1", i)
            spoergsmaal.append(time.perf_counter() - t)
            t = time.perf_counter()
            await conn.execute("update gulv set fase = 3 where id = $1", i)
            skrivninger.append(time.perf_counter() - t)
        return 1000 * statistics.median(spoergsmaal), 1000 * statistics.median(skrivninger)
    finally:
        await conn.close()


async def koer(antal: int) -> None:
    async with opstil() as o:
        dsn = await o.ny_database()
        await nye_emner(o.servere)
        async with Fylder(o.servere) as f:
            b = Besaetning(1_000)
            await f.fyld(b, b.traek(antal, "jaevn"))
        ure = Ure(o.pids["postgres"])
        poster = await hent(o, ure, antal)
        regn(ure, poster)
        send(o, ure, antal)
        await ledger(o, ure, poster, dsn)
        ure.vis(antal)
        spoergsmaal, skrivning = await ventetid(dsn)
        omgang = 50 + (SPOERGSMAAL - 1) * spoergsmaal + skrivning
        print(f"a question {spoergsmaal:.2f} ms, a commit {skrivning:.2f} ms on the clock")
        print(f"50 x 50 ms: a lap of {omgang:.1f} ms at the least, {100 * 50 / omgang:.0f} % of the best possible")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--antal", type=int, default=10_000)
    uvloop.run(koer(p.parse_args().antal))


if __name__ == "__main__":
    main()
