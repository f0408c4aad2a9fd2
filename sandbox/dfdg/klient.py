"""A client of the stand-in's admin API, for tests and the demo: ``Dfdgstyring``, and ``AsynkronDfdgstyring`` for asyncio."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import orjson

from sandbox.dfdg.forstyrrelser import Forstyrrelse


class Styringsfejl(Exception):
    """The admin API refused a call; the text names what was wrong."""


@dataclass(frozen=True, slots=True)
class Ordre:
    """A disturbance in force (or taken back): its number, kind, and how many requests it hit."""

    nummer: int
    art: str
    treffer: int


class Dfdgstyring:
    """Steers a running stand-in. Every method raises Styringsfejl on a refusal, OSError when it does not answer."""

    def __init__(self, admin_url: str) -> None:
        dele = urlsplit(admin_url)
        if dele.hostname is None or dele.port is None:
            raise ValueError("the admin address needs host and port")
        self._vaert, self._port = dele.hostname, dele.port

    def bestil(self, forstyrrelse: Forstyrrelse) -> Ordre:
        """Puts a disturbance in force."""
        return _ordre(self._kald("POST", "/fejl", forstyrrelse.som_json()))

    def fejl(self) -> list[Ordre]:
        """The disturbances in force with their hits."""
        return [_ordre(post) for post in self._kald("GET", "/fejl")]

    def ryd(self, nummer: int | None = None) -> list[Ordre]:
        """Takes one disturbance (None: all) back; gives what they hit."""
        sti = "/fejl" if nummer is None else f"/fejl/{nummer}"
        return [_ordre(post) for post in self._kald("DELETE", sti)]

    def treffer(self, nummer: int) -> int:
        """How many requests the disturbance in force has hit. Raises KeyError when it is not in force."""
        return {ordre.nummer: ordre.treffer for ordre in self.fejl()}[nummer]

    def idag(self) -> date:
        return date.fromisoformat(self._kald("GET", "/idag")["idag"])

    def saet_idag(self, dag: date | None) -> date:
        """Moves DFDG's date (None: the machine's own)."""
        svar = self._kald("POST", "/idag", {"idag": None if dag is None else dag.isoformat()})
        return date.fromisoformat(svar["idag"])

    def saet_personer(self, personer: Sequence[dict[str, Any]]) -> None:
        """Adds citizens, or changes what is named of known ones: {cpr, akasse, kommune, tilmeldt, doed, frister, bookinger,
        fravaer} and what else the admin API's help names."""
        self._kald("POST", "/personer", list(personer))

    def skift_akasse(self, cpr: str, akasse: str | None, fra: date | None = None) -> None:
        """Makes the citizen a member of another a-kasse from ``fra`` (None: today) on: the one before gets 4575 from then."""
        self.saet_personer([{"cpr": cpr, "akasse": akasse, **({} if fra is None else {"dag": fra.isoformat()})}])

    def skift_cpr(self, gammelt: str, nyt: str) -> None:
        """The citizen has a new CPR number: both name one person from now on."""
        self.saet_personer([{"cpr": nyt, "gammeltCpr": gammelt}])

    def personer(self) -> list[dict[str, Any]]:
        svar: list[dict[str, Any]] = self._kald("GET", "/personer")
        return svar

    def tilstand(self, cpr: str) -> dict[str, Any]:
        """What is known of a citizen: absences, talks, deadlines, bookings."""
        svar: dict[str, Any] = self._kald("GET", "/tilstand", hoveder={"x-civilRegistrationIdentifier": cpr})
        return svar

    def tal(self) -> dict[str, Any]:
        svar: dict[str, Any] = self._kald("GET", "/tal")
        return svar

    def indstillinger(self) -> dict[str, Any]:
        svar: dict[str, Any] = self._kald("GET", "/indstillinger")
        return svar

    def indstil(self, **aendringer: Any) -> dict[str, Any]:
        """Changes settings by name (``sandbox.dfdg.indstillinger``)."""
        svar: dict[str, Any] = self._kald("POST", "/indstillinger", aendringer)
        return svar

    def glem_request_ids(self) -> None:
        """Forgets every x-requestId."""
        self._kald("POST", "/glem")

    def saet_medlemskab(self, cpr: str, medlemskab_id: str, akasse: str, start: date, slut: date | None = None) -> None:
        """Sets or changes a membership period (message 60010)."""
        data = {"id": medlemskab_id, "akasse": akasse, "start": _dag(start), "slut": _dag(slut)}
        self.saet_personer([{"cpr": cpr, "medlemskaber": [data]}])

    def tilbagekald_medlemskab(self, cpr: str, medlemskab_id: str) -> None:
        """Takes a membership period back as if it had not been (60010, change type 3)."""
        self.saet_personer([{"cpr": cpr, "medlemskaber": [{"id": medlemskab_id, "tilbagekaldt": True}]}])

    def saet_kontaktgruppe(self, cpr: str, gruppe_id: str, type_: int, start: date, slut: date | None = None) -> None:
        """Opens, changes or ends a contact group (100008)."""
        data = {"id": gruppe_id, "type": type_, "start": _dag(start), "slut": _dag(slut)}
        self.saet_personer([{"cpr": cpr, "kontaktgrupper": [data]}])

    def saet_dagpengetaeller(self, cpr: str, indhold: dict[str, Any]) -> None:
        """What a former fund reported (50003); the counter's read-out gives it as it is."""
        self.saet_personer([{"cpr": cpr, "dagpengetaeller": indhold}])

    def saet_frist(self, cpr: str, frist_id: str, type_: int, dato: date) -> None:
        """Sets or changes a jobcentre's deadline for self-booking (90001)."""
        self.saet_personer([{"cpr": cpr, "frister": [{"id": frist_id, "type": type_, "dato": _dag(dato)}]}])

    def saet_jobordre(self, jobordre_id: str, titel: str, beskrivelse: str, status: str, start: date) -> None:
        """Creates or updates a job order (120001)."""
        data = {"id": jobordre_id, "titel": titel, "beskrivelse": beskrivelse, "status": status, "start": _dag(start)}
        self._kald("POST", "/jobordre", data)

    def kodelister(self) -> list[str]:
        """DFDG's names of the code lists."""
        svar: list[str] = self._kald("GET", "/kodelister")
        return svar

    def saet_kodeliste(self, navn: str, raekker: Sequence[dict[str, Any]]) -> None:
        """Replaces a code list: rows {kode, tekst, fra?, til?}; without rows it is gone."""
        self._kald("POST", "/kodelister", {"navn": navn, "raekker": list(raekker)})

    def saet_abonnementer(self, abonnementer: Sequence[dict[str, Any]]) -> None:
        """The whole set of subscriptions: {organisationstype, kode, url, typer?}. Dropping one deletes its undelivered
        messages."""
        self._kald("POST", "/abonnementer", list(abonnementer))

    def abonnementer(self) -> list[dict[str, Any]]:
        svar: list[dict[str, Any]] = self._kald("GET", "/abonnementer")
        return svar

    def send_besked(self, entitet_id: int, cpr: str | None = None, **felter: Any) -> None:
        """A message whatever has happened: eksternIdentifier, version, aendringstype, body, modtagere."""
        self._kald("POST", "/beskeder", {"entitetId": entitet_id, "cpr": cpr, **felter})

    def beskeder(self) -> dict[str, Any]:
        """{tal: {leveret, opgivet, slettet}, venter: [..], leveret: [..]}, without the citizens' numbers."""
        svar: dict[str, Any] = self._kald("GET", "/beskeder")
        return svar

    def gensend(self, besked_id: str | None = None, entitet_id: int | None = None) -> int:
        """Sends delivered messages once more, with their old ids, out of order. Gives how many."""
        antal: int = self._kald("POST", "/beskeder/gensend", {"id": besked_id, "entitetId": entitet_id})["antal"]
        return antal

    def _kald(self, metode: str, sti: str, data: Any = None, hoveder: dict[str, str] | None = None) -> Any:
        forbindelse = http.client.HTTPConnection(self._vaert, self._port, timeout=30)
        try:
            krop = None if data is None else orjson.dumps(data)
            forbindelse.request(metode, sti, body=krop, headers=hoveder or {})
            svar = forbindelse.getresponse()
            indhold = svar.read()
        finally:
            forbindelse.close()
        if svar.status != 200:
            raise Styringsfejl(f"{metode} {sti}: {svar.status} {_fejltekst(indhold)}")
        return orjson.loads(indhold)


class AsynkronDfdgstyring:
    """The same for asyncio: each call runs in a thread of its own, so the loop goes on."""

    def __init__(self, admin_url: str) -> None:
        self.synkron = Dfdgstyring(admin_url)

    async def bestil(self, forstyrrelse: Forstyrrelse) -> Ordre:
        return await asyncio.to_thread(self.synkron.bestil, forstyrrelse)

    async def fejl(self) -> list[Ordre]:
        return await asyncio.to_thread(self.synkron.fejl)

    async def ryd(self, nummer: int | None = None) -> list[Ordre]:
        return await asyncio.to_thread(self.synkron.ryd, nummer)

    async def treffer(self, nummer: int) -> int:
        return await asyncio.to_thread(self.synkron.treffer, nummer)

    async def idag(self) -> date:
        return await asyncio.to_thread(self.synkron.idag)

    async def saet_idag(self, dag: date | None) -> date:
        return await asyncio.to_thread(self.synkron.saet_idag, dag)

    async def saet_personer(self, personer: Sequence[dict[str, Any]]) -> None:
        await asyncio.to_thread(self.synkron.saet_personer, personer)

    async def skift_akasse(self, cpr: str, akasse: str | None, fra: date | None = None) -> None:
        await asyncio.to_thread(self.synkron.skift_akasse, cpr, akasse, fra)

    async def skift_cpr(self, gammelt: str, nyt: str) -> None:
        await asyncio.to_thread(self.synkron.skift_cpr, gammelt, nyt)

    async def personer(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self.synkron.personer)

    async def tilstand(self, cpr: str) -> dict[str, Any]:
        return await asyncio.to_thread(self.synkron.tilstand, cpr)

    async def tal(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.synkron.tal)

    async def indstillinger(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.synkron.indstillinger)

    async def indstil(self, **aendringer: Any) -> dict[str, Any]:
        return await asyncio.to_thread(lambda: self.synkron.indstil(**aendringer))

    async def saet_medlemskab(
        self, cpr: str, medlemskab_id: str, akasse: str, start: date, slut: date | None = None
    ) -> None:
        await asyncio.to_thread(self.synkron.saet_medlemskab, cpr, medlemskab_id, akasse, start, slut)

    async def tilbagekald_medlemskab(self, cpr: str, medlemskab_id: str) -> None:
        await asyncio.to_thread(self.synkron.tilbagekald_medlemskab, cpr, medlemskab_id)

    async def saet_kontaktgruppe(
        self, cpr: str, gruppe_id: str, type_: int, start: date, slut: date | None = None
    ) -> None:
        await asyncio.to_thread(self.synkron.saet_kontaktgruppe, cpr, gruppe_id, type_, start, slut)

    async def saet_dagpengetaeller(self, cpr: str, indhold: dict[str, Any]) -> None:
        await asyncio.to_thread(self.synkron.saet_dagpengetaeller, cpr, indhold)

    async def saet_frist(self, cpr: str, frist_id: str, type_: int, dato: date) -> None:
        await asyncio.to_thread(self.synkron.saet_frist, cpr, frist_id, type_, dato)

    async def saet_jobordre(self, jobordre_id: str, titel: str, beskrivelse: str, status: str, start: date) -> None:
        await asyncio.to_thread(self.synkron.saet_jobordre, jobordre_id, titel, beskrivelse, status, start)

    async def kodelister(self) -> list[str]:
        return await asyncio.to_thread(self.synkron.kodelister)

    async def saet_kodeliste(self, navn: str, raekker: Sequence[dict[str, Any]]) -> None:
        await asyncio.to_thread(self.synkron.saet_kodeliste, navn, raekker)

    async def saet_abonnementer(self, abonnementer: Sequence[dict[str, Any]]) -> None:
        await asyncio.to_thread(self.synkron.saet_abonnementer, abonnementer)

    async def abonnementer(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self.synkron.abonnementer)

    async def send_besked(self, entitet_id: int, cpr: str | None = None, **felter: Any) -> None:
        await asyncio.to_thread(lambda: self.synkron.send_besked(entitet_id, cpr, **felter))

    async def beskeder(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.synkron.beskeder)

    async def gensend(self, besked_id: str | None = None, entitet_id: int | None = None) -> int:
        return await asyncio.to_thread(self.synkron.gensend, besked_id, entitet_id)

    async def glem_request_ids(self) -> None:
        await asyncio.to_thread(self.synkron.glem_request_ids)


def _dag(dag: date | None) -> str | None:
    return None if dag is None else dag.isoformat()


def _ordre(post: dict[str, Any]) -> Ordre:
    return Ordre(nummer=post["nummer"], art=post["art"], treffer=post["treffer"])


def _fejltekst(indhold: bytes) -> str:
    try:
        return str(orjson.loads(indhold).get("fejl", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""
