"""The console in a running gateway: its own pool, its watch beside the pages, what it asks of Kafka."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from starlette.types import ASGIApp

from gateway.kafkaforbindelse import Partitionsender
from gateway.konsol.adgang import Sessioner
from gateway.konsol.grund import Grund
from gateway.konsol.konsol import byg
from gateway.konsol.oidc import Oidc
from gateway.konsol.vagt import Vagt
from gateway.ledger.betjening import Betjening
from gateway.ledger.db import aabn_pulje
from gateway.ledger.krypto import Noegler
from gateway.ledger.laesning.aendringer import noter_start
from gateway.ledger.ur import Haendelsesur, Systemur
from gateway.settings import Settings

#: A page whose question takes longer is given up; what it asks has indexes.
_SAETNING_HOEJST = 8.0


class Konsoldrift:
    """``start`` before the server, ``stop`` before it stops, ``luk`` after. ``moenster``: the parties' topics of events."""

    def __init__(
        self, settings: Settings, betjening: Betjening, noegler: Noegler, ur: Callable[[], datetime], moenster: str
    ) -> None:
        self._s = settings
        self._betjening = betjening
        self._noegler = noegler
        self._ur = ur
        self._ender = Partitionsender(settings.kafka, moenster)
        self._vagt: Vagt | None = None
        self._pulje: Any = None
        self._app: ASGIApp | None = None
        self.engangskode: str | None = None

    @property
    def app(self) -> ASGIApp:
        if self._app is None:
            raise RuntimeError("the console is not started")
        return self._app

    async def start(self) -> None:
        dsn = str(self._s.database.url)
        self._pulje = await aabn_pulje(dsn, mindst=1, hoejst=6, saetning_hoejst=_SAETNING_HOEJST)
        oidc = Oidc(self._s.ops) if self._s.ops.oidc_issuer is not None else None
        koder = oidc is None and not self._s.produktion
        sessioner = Sessioner(self._pulje, self._ur)
        await noter_start(self._pulje, version("akasse-dfdg-gateway"), indstillinger(self._s))
        self._vagt = Vagt(
            self._pulje,
            self._betjening.masse,
            self._ur,
            ender=self._ender,
            takster=self._s.dfdg.takster(),
            idag=self._idag,
            dsn=dsn,
            noegler=self._noegler,
        )
        await self._vagt.start()
        if koder:
            self.engangskode = await sessioner.ny_kode()
        self._app = byg(
            Grund(
                betjening=self._betjening,
                pulje=self._pulje,
                noegler=self._noegler,
                vagt=self._vagt,
                sessioner=sessioner,
                settings=self._s.ops,
                oidc=oidc,
                koder=koder,
                miljoe=self._s.miljoe,
                version=version("akasse-dfdg-gateway"),
            )
        )

    async def stop(self) -> None:
        if self._vagt is not None:
            await self._vagt.stop()

    async def luk(self) -> None:
        await self._ender.stop()
        if self._pulje is not None:
            await self._pulje.close()

    async def _idag(self) -> date | None:
        if self._s.clock == "system":
            return await Systemur(self._ur).idag()
        return await Haendelsesur(self._pulje, self._ender).idag()


def indstillinger(s: Settings) -> dict[str, Any]:
    """What the installation runs with, flat, without secrets; of a file its name and a mark of its content."""
    ud: dict[str, Any] = {}

    def tag(navn: str, v: Any) -> None:
        match v:
            case BaseModel():
                for felt in type(v).model_fields:
                    tag(f"{navn}__{felt.upper()}" if navn else felt.upper(), getattr(v, felt))
            case SecretStr():
                ud[navn] = "sat"
            case Path() if v.is_file():
                ud[navn] = f"{v.name} ({hashlib.sha256(v.read_bytes()).hexdigest()[:12]})"
            case Path():
                ud[navn] = v.name
            case None:
                pass
            case _:
                ud[navn] = v

    tag("", s)
    # An address of the database holds a password; those of an embedded stack change with every start.
    for navn in (
        "DATABASE__URL",
        "KAFKA__BOOTSTRAP_SERVERS",
        "DFDG__BASE_URL",
        "DATA_DIR",
        "HOOKS__CLIENT_FINGERPRINTS",
    ):
        if s.produktion and navn != "DATABASE__URL":
            continue
        ud.pop(navn, None)
    return {f"GATEWAY_{n}": v for n, v in sorted(ud.items())}
