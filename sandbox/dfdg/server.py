"""The service side over HTTPS: reads a request, writes it down, disturbs it where ordered, judges it, answers.

Between judging and committing nothing is awaited, so acts take place one after the other, and the order of ``committed``
lines is their order. Lines are handed to the operating system before an answer may leave.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any
from uuid import UUID, uuid4

import orjson
from aiohttp import web

from sandbox.dfdg import beskeder, rest, ruter, soap
from sandbox.dfdg.afsender import Afsender
from sandbox.dfdg.borger import Person
from sandbox.dfdg.fejlkoder import SERVERFEJL, Dfdgfejl, fejl
from sandbox.dfdg.forstyrrelser import Bestilt, Forstyrrelse, Forstyrrelser
from sandbox.dfdg.kald import Kald, Kolonner
from sandbox.dfdg.log import COMMITTED, INTET_SVAR, KVITTERET, LAEST, MODTAGET, SAT, STYRING, Logskriver
from sandbox.dfdg.svar import JSON, VROEVL, XML, Svar, haeng
from sandbox.dfdg.tilstand import Tilstand
from sandbox.dfdg.tls import fornavn


class Tjeneste:
    """DFDG's services on one port. ``start`` opens the port, ``stop`` closes it."""

    def __init__(self, tilstand: Tilstand, skriver: Logskriver, tls: ssl.SSLContext, afsender: Afsender) -> None:
        self.tilstand = tilstand
        self.afsender = afsender
        self.forstyrrelser = Forstyrrelser()
        self._skriver = skriver
        self._tls = tls
        self._protokol = web.Server(self._behandl, access_log=None, keepalive_timeout=75.0)
        self._lytter: asyncio.Server | None = None
        self._pladsholder: socket.socket | None = None
        self._opgaver: set[asyncio.Task[None]] = set()
        self._oplukning: asyncio.TimerHandle | None = None
        self._vaert = "127.0.0.1"
        self.port = 0

    # --- the port ---------------------------------------------------------------------------------------

    async def start(self, vaert: str, port: int) -> None:
        """Listens on ``vaert:port`` (0: a free one, then in ``port``). Raises OSError when the port is taken."""
        # A bound socket that never listens keeps the port ours while the service is "down".
        self._pladsholder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._pladsholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._pladsholder.bind((vaert, port))
        self._vaert, self.port = vaert, self._pladsholder.getsockname()[1]
        await self.luk_op()

    async def luk_op(self) -> None:
        """Accepts connections (again)."""
        if self._oplukning is not None:
            self._oplukning.cancel()
            self._oplukning = None
        if self._lytter is None:
            loop = asyncio.get_running_loop()
            self._lytter = await loop.create_server(
                self._protokol, self._vaert, self.port, ssl=self._tls, reuse_address=True, backlog=1024
            )

    def luk_ned(self, sekunder: float | None = None) -> None:
        """Refuses connections and cuts the live ones; with ``sekunder`` only for that long."""
        if self._lytter is not None:
            self._lytter.close()
            self._lytter = None
        for forbindelse in list(self._protokol.connections):
            if forbindelse.transport is not None:
                forbindelse.transport.abort()
        if sekunder:
            loop = asyncio.get_running_loop()
            self._oplukning = loop.call_later(sekunder, lambda: self._i_baggrunden(self.luk_op()))

    @property
    def nede(self) -> bool:
        return self._lytter is None

    async def stop(self) -> None:
        """Closes the port; acts that were to take place later do not."""
        if self._oplukning is not None:
            self._oplukning.cancel()
        self.luk_ned()
        for opgave in self._opgaver:
            opgave.cancel()
        await self._protokol.shutdown(timeout=1.0)
        if self._pladsholder is not None:
            self._pladsholder.close()

    def _i_baggrunden(self, arbejde: Any) -> None:
        opgave = asyncio.get_running_loop().create_task(arbejde)
        self._opgaver.add(opgave)
        opgave.add_done_callback(self._opgaver.discard)

    # --- orders from the admin API -----------------------------------------------------------------------

    def bestil(self, forstyrrelse: Forstyrrelse) -> Bestilt:
        """Puts a disturbance in force."""
        bestilt = self.forstyrrelser.tilfoej(forstyrrelse)
        if forstyrrelse.art == "nede":
            self.luk_ned(forstyrrelse.sekunder or None)
            bestilt.treffer = 1
        return bestilt

    async def fjern(self, nummer: int | None) -> list[Bestilt]:
        """Takes disturbances back; the last ``nede`` opens the port again. Raises KeyError for an unknown number."""
        fjernet = self.forstyrrelser.fjern(nummer)
        if self.nede and not any(b.forstyrrelse.art == "nede" for b in self.forstyrrelser.alle()):
            await self.luk_op()
        return fjernet

    def styr(self, operation: str, data: dict[str, Any], cpr: str | None = None) -> None:
        """Changes the state from outside, with a line in the log so that a restart knows it too."""
        post = self._post(STYRING, operation, cpr, None, Kolonner(), SAT, data=data, versionId=str(uuid4()))
        foer = beskeder.medlemskaber(self.tilstand.personer.get(cpr)) if operation == "person" and cpr else {}
        self.tilstand.anvend(post)
        nye = self._rejs(post, foer, beskeder.DFDG)
        self._skriver.skriv(post)
        self._skriver.skyl()
        self._afsend(nye)
        if operation == "abonnementer":
            self.afsender.ryd_uden_abonnement()
        if operation == "indstillinger":
            self.afsender.indstil()

    def _rejs(self, post: dict[str, Any], foer: beskeder.Medlemskaber, system: int) -> list[beskeder.Besked]:
        """The messages that a line gives rise to; they stand in the line itself, so neither is there without the other."""
        nye = beskeder.rejs(post, foer, self.tilstand, self.tilstand.abonnementer, system)
        if nye:
            post["beskeder"] = [b.som_json() for b in nye]
        return nye

    def _afsend(self, nye: list[beskeder.Besked]) -> None:
        for ny in nye:
            self.afsender.modtag(ny)

    # --- one request -------------------------------------------------------------------------------------

    async def _behandl(self, anmodning: web.BaseRequest) -> web.StreamResponse:
        try:
            kald = self._laes(anmodning, await anmodning.read())
        except rest.IngenOperation as brud:
            return web.Response(status=brud.status)
        ramt = self.forstyrrelser.ram(kald.tjeneste, kald.operation, kald.cpr, kald.akasse)
        if kald.laesning:
            if ramt.ventetid:
                await asyncio.sleep(ramt.ventetid)
            return await self._laesning(anmodning, kald, ramt.ende)
        kald.nummer = self.tilstand.naeste_forsoeg()
        kolonner = kald.kolonner(self.tilstand)
        self._note(kald, kolonner, MODTAGET, klient=anmodning.remote)
        if ramt.ventetid:
            self._skriver.skyl()
            await asyncio.sleep(ramt.ventetid)
        if ramt.glem_request_id and kald.request_id is not None:
            self.styr("glem_request_id", {"requestId": kald.request_id})
        return await self._registrering(anmodning, kald, kolonner, ramt.ende)

    def _laes(self, anmodning: web.BaseRequest, krop: bytes) -> Kald:
        certifikat = fornavn(anmodning.transport)
        opsat = self.tilstand.indstillinger
        sti = anmodning.raw_path
        if not soap.er_soap(sti):
            return ruter.laes(anmodning.method, sti, anmodning.headers, krop, certifikat, opsat)
        return soap.laes(
            anmodning.method,
            sti,
            anmodning.headers.get("Content-Type", ""),
            anmodning.headers.get("SOAPAction", ""),
            krop,
            certifikat,
            opsat,
        )

    async def _registrering(
        self, anmodning: web.BaseRequest, kald: Kald, kolonner: Kolonner, ende: Forstyrrelse | None
    ) -> web.StreamResponse:
        art = None if ende is None else ende.art
        if kald.doerfejl:
            return await self._svar(anmodning, kald, kolonner, self._afvist(kald, kald.doerfejl), ende)
        if ende is not None and art == "svar":
            return await self._svar(anmodning, kald, kolonner, self._bestilt_svar(kald, ende), ende)
        if art == "klip_foer_commit":
            self._note(kald, kolonner, INTET_SVAR, id_brugt=bool(ende and ende.id_brugt))
            return self._klip(anmodning)
        if kald.request_id is not None and self.tilstand.request_id_brugt(kald.request_id):
            brugt = Svar(412, rest.fejlkrop([Dfdgfejl(412, "x-requestId er brugt før")]), JSON, "412")
            return await self._svar(anmodning, kald, kolonner, brugt, ende)
        if ende is not None and art == "sen_commit":
            self._note(kald, kolonner, INTET_SVAR, id_brugt=ende.id_brugt is not False)
            self._skriver.skyl()
            self._i_baggrunden(self._commit_sent(kald, ende.sekunder))
            await haeng(anmodning)
            return self._klip(anmodning)
        fundne = self._commit(kald)
        if fundne:
            return await self._svar(anmodning, kald, kolonner, self._afvist(kald, fundne), ende)
        if art == "klip_efter_commit":
            self._note(kald, kolonner, INTET_SVAR)
            return self._klip(anmodning)
        return await self._svar(anmodning, kald, kolonner, self._kvittering(kald), ende)

    def _commit(self, kald: Kald, **ekstra: Any) -> list[Dfdgfejl]:
        """Lets the act take place, or gives every reason why not."""
        tilstand = self.tilstand
        fundne = kald.fejl(tilstand)
        if fundne:
            return fundne
        assert kald.cpr is not None
        assert kald.handling is not None
        person = tilstand.person(kald.cpr) or Person()
        kolonner = kald.handling.kolonner(person)
        ekstra = {"forsoeg": kald.nummer, "akasse": kald.akasse, **kald.handling.ekstra(person), **ekstra}
        if kald.request_id is not None:
            tilstand.hold_request_id(kald.request_id)
            ekstra["idBrugt"] = True
        post = self._post(kald.tjeneste, kald.operation, kald.cpr, kald.request_id, kolonner, COMMITTED, **ekstra)
        tilstand.anvend(post)
        opsat = tilstand.indstillinger
        nye = self._rejs(post, {}, opsat.klientsystemer.get(kald.certifikat or "", opsat.klientsystem))
        self._skriver.skriv(post)
        self._afsend(nye)
        return []

    async def _commit_sent(self, kald: Kald, sekunder: float) -> None:
        await asyncio.sleep(sekunder)
        fundne = self._commit(kald, sent=True)
        if fundne:
            self._note(kald, kald.kolonner(self.tilstand), f"afvist:{fundne[0].kode}", sent=True)
        self._skriver.skyl()

    def _afvist(self, kald: Kald, fundne: list[Dfdgfejl]) -> Svar:
        status, krop = (soap if kald.protokol == "soap" else rest).fejlsvar(fundne)
        server = fundne[0].kode in SERVERFEJL
        udfald = f"{'fejl' if server else 'afvist'}:{fundne[0].kode}"
        return Svar(status, krop, XML if kald.protokol == "soap" else JSON, udfald)

    def _bestilt_svar(self, kald: Kald, ende: Forstyrrelse) -> Svar:
        if ende.kode is None:
            return Svar(ende.status or 503, b"", "text/plain", f"fejl:{ende.status}")
        svar = self._afvist(kald, [fejl(ende.kode)])
        return Svar(ende.status or svar.status, svar.krop, svar.type, svar.udfald)

    def _kvittering(self, kald: Kald) -> Svar:
        registrerings_id = str(UUID(bytes=os.urandom(16), version=4))
        tidspunkt = self.tilstand.ur.nu().isoformat()
        if kald.protokol == "soap":
            return Svar(200, soap.kvittering(kald, tidspunkt, registrerings_id), XML, KVITTERET)
        krop = rest.kvittering(kald.operation, kald.entitets_id or "", tidspunkt, registrerings_id)
        return Svar(200, krop, JSON, KVITTERET)

    # --- reads -------------------------------------------------------------------------------------------

    async def _laesning(self, anmodning: web.BaseRequest, kald: Kald, ende: Forstyrrelse | None) -> web.StreamResponse:
        kolonner = Kolonner()
        if ende is not None and ende.art == "svar":
            svar = self._bestilt_svar(kald, ende)
        elif ende is not None and ende.art in ("klip_foer_commit", "klip_efter_commit", "sen_commit"):
            self._note(kald, kolonner, INTET_SVAR)
            if ende.art == "sen_commit":
                self._skriver.skyl()
                await haeng(anmodning)
            return self._klip(anmodning)
        else:
            svar = self._laest(kald)
        return await self._svar(anmodning, kald, kolonner, svar, ende)

    def _laest(self, kald: Kald) -> Svar:
        type_ = XML if kald.protokol == "soap" else JSON
        if kald.operation == "dfdgping" and not kald.skemafejl:
            krop = soap.ping(kald.tjeneste) if kald.protokol == "soap" else orjson.dumps({"kode": 100})
            return Svar(200, krop, type_, LAEST)
        fundne = kald.doerfejl or kald.fejl(self.tilstand)
        if fundne:
            afvist = self._afvist(kald, fundne)
            return Svar(afvist.status, afvist.krop, afvist.type, f"{LAEST}:{fundne[0].kode}")
        assert kald.opslag is not None
        person = self.tilstand.person(kald.cpr or "") or Person()
        fundet = kald.opslag(person, self.tilstand)
        if fundet is None:
            return Svar(404, b"", "text/plain", f"{LAEST}:404")
        if isinstance(fundet, list):
            afvist = self._afvist(kald, fundet)
            return Svar(afvist.status, afvist.krop, afvist.type, f"{LAEST}:{fundet[0].kode}")
        return Svar(200, fundet, type_, LAEST)

    # --- answers -----------------------------------------------------------------------------------------

    async def _svar(
        self, anmodning: web.BaseRequest, kald: Kald, kolonner: Kolonner, svar: Svar, ende: Forstyrrelse | None
    ) -> web.StreamResponse:
        art = None if ende is None else ende.art
        if art == "vroevl":
            svar = Svar(200, VROEVL, svar.type, "fejl:vroevl")
        if anmodning.transport is None or anmodning.transport.is_closing():
            self._note(kald, kolonner, INTET_SVAR, id_brugt=self._bruger_id(kald, svar))
            self._skriver.skyl()
            return web.Response()
        if ende is not None and art == "langsomt_svar":
            return await self._dryp(anmodning, kald, kolonner, svar, ende.sekunder)
        self._note(kald, kolonner, svar.udfald, id_brugt=self._bruger_id(kald, svar))
        self._skriver.skyl()
        if art == "luk_forbindelse":
            # After the answer has gone out the connection ends without "Connection: close".
            asyncio.get_running_loop().call_later(0.05, anmodning.transport.close)
        return web.Response(status=svar.status, body=svar.krop, headers={"Content-Type": svar.type})

    def _bruger_id(self, kald: Kald, svar: Svar) -> bool:
        """Whether a call that was answered so has used up its x-requestId (a committed one has, in any case)."""
        if kald.request_id is None or kald.doerfejl or svar.status not in (400, 500):
            return False
        opsat = self.tilstand.indstillinger
        return opsat.id_bruges_ved_400 if svar.status == 400 else opsat.id_bruges_ved_500

    async def _dryp(
        self, anmodning: web.BaseRequest, kald: Kald, kolonner: Kolonner, svar: Svar, sekunder: float
    ) -> web.StreamResponse:
        """Sends the answer byte by byte; the log says ``kvitteret`` only once all of it is out."""
        self._skriver.skyl()
        stroem = web.StreamResponse(status=svar.status, headers={"Content-Type": svar.type})
        stroem.content_length = len(svar.krop)
        udfald = svar.udfald
        try:
            await stroem.prepare(anmodning)
            for nummer in range(len(svar.krop)):
                await asyncio.sleep(sekunder / len(svar.krop))
                await stroem.write(svar.krop[nummer : nummer + 1])
            await stroem.write_eof()
        except (ConnectionError, OSError):
            udfald = INTET_SVAR
        if anmodning.transport is None:
            udfald = INTET_SVAR
        self._note(kald, kolonner, udfald, id_brugt=self._bruger_id(kald, svar))
        self._skriver.skyl()
        return stroem

    def _klip(self, anmodning: web.BaseRequest) -> web.StreamResponse:
        """Cuts the connection without a byte of an answer."""
        self._skriver.skyl()
        if anmodning.transport is not None:
            anmodning.transport.abort()
        return web.Response()

    # --- the log -----------------------------------------------------------------------------------------

    def _note(self, kald: Kald, kolonner: Kolonner, udfald: str, *, id_brugt: bool = False, **ekstra: Any) -> None:
        if not kald.laesning:
            ekstra["forsoeg"] = kald.nummer
        if id_brugt and kald.request_id is not None:
            self.tilstand.hold_request_id(kald.request_id)
            ekstra["idBrugt"] = True
        post = self._post(kald.tjeneste, kald.operation, kald.cpr, kald.request_id, kolonner, udfald, **ekstra)
        self.tilstand.anvend(post)
        self._skriver.skriv(post)

    def _post(
        self,
        tjeneste: str,
        operation: str,
        cpr: str | None,
        request_id: str | None,
        kolonner: Kolonner,
        udfald: str,
        **ekstra: Any,
    ) -> dict[str, Any]:
        return {
            "tid": self.tilstand.ur.tid().isoformat(timespec="microseconds"),
            "tjeneste": tjeneste,
            "operation": operation,
            "cpr": cpr,
            "requestId": request_id,
            "entitetsId": kolonner.entitets_id,
            "type": kolonner.type,
            "start": kolonner.start,
            "slut": kolonner.slut,
            "aarsag": kolonner.aarsag,
            "udfald": udfald,
            **ekstra,
        }
