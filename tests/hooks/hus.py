"""A ledger, a carrier to the real stand-in DFDG, and the real receiver of its messages, in one process."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from consumers.dfdg_hooks import STI, Hookopsaetning, Webhooks
from contracts.dfdg.besked import feltnavne
from contracts.messages import BESKEDTYPER
from gateway.delivery.dfdgbeskeder import Beskedbehandler
from gateway.ledger.db import aabn_pulje, migrer
from gateway.ledger.dfdgbesked import Beskedlager
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.ledger.settle import Resultat
from gateway.opsaetning import koder, regelopsaetning
from gateway.rules.afgoer import decide
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.dfdg import proces as dfdg_proces
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.certifikater import TestCA
from tests.ledger.byg import Ledger


@dataclass
class Hus:
    pulje: asyncpg.Pool
    ledger: Ledger
    carrier: DfdgCarrier
    styring: AsynkronDfdgstyring
    ca: TestCA
    lager: Beskedlager
    hooks: Webhooks
    behandler: Beskedbehandler

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.hooks.port}"

    async def abonner(self, *parter: str) -> None:
        """``akasse.01``: DFDG sends that party's messages here."""
        await self.styring.saet_abonnementer(
            [{"organisationstype": p.split(".")[0], "kode": p.split(".")[1], "url": self.url} for p in parter]
        )

    async def lever(self) -> None:
        """Sends everything that is ready to the stand-in, as the deliverer does."""
        while krav := await self.ledger.tag():
            for k in krav:
                svar = await self.carrier.send(k.anmodning, str(uuid4()))
                await self.ledger.afregning.afregn([Resultat(k, svar, None, self.ledger.nu)])

    async def modtagne(self, antal: int) -> None:
        """Waits until so many messages are stored."""
        for _ in range(1000):
            if await self.pulje.fetchval("select count(*) from dfdg_besked") >= antal:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("DFDG's messages did not come")

    async def faerdige(self, antal: int) -> list[tuple[str, str]]:
        """Works until so many messages are finished: (type, what became of it), in the order in which they came."""
        slut = asyncio.get_running_loop().time() + 20
        while True:
            await self.behandler.gaa()
            raekker = await self.pulje.fetch(
                "select entitet_id, tilstand from dfdg_besked where tilstand <> 'ny' order by id"
            )
            if len(raekker) >= antal:
                return [(r["entitet_id"], r["tilstand"]) for r in raekker]
            assert asyncio.get_running_loop().time() < slut, [tuple(r) for r in raekker]
            await asyncio.sleep(0.05)

    async def fortalt(self) -> list[tuple[str, dict[str, Any]]]:
        """(topic, data) of every ``gateway.dfdg-besked.v1``, each of which must fit its contract."""
        ud = []
        for r in await self.pulje.fetch(
            "select topic, krop_krypt from besked where type = 'gateway.dfdg-besked.v1' order by id"
        ):
            data = json.loads(self.ledger.noegler.dekrypter(r["krop_krypt"]))["data"]
            BESKEDTYPER["gateway.dfdg-besked.v1"].model_validate(data)
            ud.append((r["topic"].removesuffix(".beskeder.v1"), data))
        return ud

    async def post(self, indhold: Any, certifikat: Path | None = None, sti: str = STI) -> int:
        """Posts as DFDG would, with STAR's certificate unless another is given."""
        tls = ssl.create_default_context(cafile=str(self.ca.ca))
        tls.load_cert_chain(str(certifikat or self.ca.star))
        raa = indhold if isinstance(indhold, bytes) else json.dumps(indhold).encode()
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as s,
            s.post(self.url + sti, data=raa) as svar,
        ):
            return svar.status


@asynccontextmanager
async def hus(database: str, ca: TestCA, data: Path) -> AsyncIterator[Hus]:
    """Everything started on a fresh database."""
    dfdg = await dfdg_proces.start(cert=ca.server, ca=ca.ca, data=data / "dfdg", star_cert=ca.star, webhook_ca=ca.ca)
    pulje = await aabn_pulje(database, hoejst=6)
    async with pulje.acquire() as conn:
        await migrer(conn)
    s = Settings()
    carrier = DfdgCarrier(
        DfdgOpsaetning(base_url=dfdg.base_url, koder=koder(s), klientcertifikat=ca.klienter, ca=ca.ca)
    )
    noegler, motor = Noegler(b"n" * 32), Motor(decide, carrier.render, regelopsaetning(s))

    def ur() -> datetime:
        return datetime.now(UTC)

    ledger = Ledger(pulje, noegler, motor, ur())
    lager = Beskedlager(pulje, noegler, feltnavne({}), ur)
    hooks = Webhooks(lager, Hookopsaetning("127.0.0.1:0", ca.server, ca.ca, [ca.star_aftryk()]))
    await hooks.start()
    behandler = Beskedbehandler(lager, pulje, motor, noegler, "test", ur, carrier)
    styring = AsynkronDfdgstyring(dfdg.admin)
    await styring.indstil(besked_faktor=0.01)
    try:
        yield Hus(pulje, ledger, carrier, styring, ca, lager, hooks, behandler)
    finally:
        await hooks.stop()
        await carrier.luk()
        await pulje.close()
        await dfdg.stop()
