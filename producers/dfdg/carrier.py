"""``DfdgCarrier``: renders registrations, sends one attempt, reads back, looks up. Implements
``gateway.delivery.carrier.Carrier``; what differs from service to service stands in ``tjenester``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from contracts.codes import Koderaekke
from contracts.dfdg.fravaer import laes_alle
from contracts.dfdg.plan import JOBMAAL, PLAN
from contracts.dfdg.skemaer import kontroller_kuvert
from gateway.lanes.forsoeg import Anmodning, Fund, Opslag, Opslagssvar, Svar, Tilbagelaesning, Udfald
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import Registrering
from producers.dfdg import certifikat, fravaer, kodelister, kontrol, opslag, ping, rest, soap
from producers.dfdg.certifikat import Certifikatstand
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.ping import Pingsvar
from producers.dfdg.session import Ledningssvar, Sessioner
from producers.dfdg.tjenester import LAESNING, RENDER, REST_TJENESTER, Laesning

#: Operations whose service the installation names: their messages have the schema of the service they are modelled on.
_FORBILLEDE = {"CreateDraftPlan": PLAN, "PublishPlan": PLAN, "ApproveJobGoals": JOBMAAL}


class DfdgCarrier:
    """One instance per process; sessions are opened when first needed."""

    def __init__(self, opsaetning: DfdgOpsaetning) -> None:
        """Raises ``Opsaetningsfejl`` for settings that would be unsafe or, in production, incomplete."""
        opsaetning.kontroller()
        self._o = opsaetning
        self._sessioner = Sessioner(opsaetning)
        self._kontrolleret: set[tuple[str, str]] = set()

    def render(self, registrering: Registrering, haendelse: Haendelse, cpr: str) -> Anmodning:
        """See ``Carrier.render``. Raises ``contracts.dfdg.skemaer.Skemabrud`` when a message of the gateway's own
        making breaks its schema (a fault of the gateway's)."""
        i = registrering.indhold
        anmodning = RENDER[type(i)](self._o, registrering.akassekode, cpr, haendelse, i)
        self._kontroller(anmodning)
        return anmodning

    def _kontroller(self, a: Anmodning) -> None:
        if a.tjeneste in REST_TJENESTER or self._o.kontroller_skema == "ingen":
            return
        hvilken = (a.tjeneste, a.operation)
        if self._o.kontroller_skema == "foerste" and hvilken in self._kontrolleret:
            return
        forbillede = _FORBILLEDE.get(a.operation)
        kontroller_kuvert(a.krop, forbillede.navnerum if forbillede else None)
        self._kontrolleret.add(hvilken)

    async def send(self, anmodning: Anmodning, request_id: str, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        """See ``Carrier.send``. SOAP and readings have no ``x-requestId``."""
        if anmodning.operation == kontrol.OPERATION:
            return await self._kontrol(anmodning, maa_sendes)
        er_rest = anmodning.tjeneste in REST_TJENESTER
        hoveder = {**anmodning.hoved, rest.REQUEST_ID: request_id} if er_rest else anmodning.hoved
        ledning = await self._sessioner.kald(anmodning, hoveder, maa_sendes)
        if ledning.status is None:
            return _uden_svar(ledning)
        laest = (
            rest.svar(self._o, anmodning.operation, ledning.status, ledning.krop)
            if er_rest
            else soap.svar(anmodning.operation, ledning.status, ledning.krop)
        )
        return replace(laest, raa=ledning.krop)

    async def laes_tilbage(self, anmodning: Anmodning) -> Tilbagelaesning:
        """See ``Carrier.laes_tilbage``. Absence is read over REST whichever way it went (SOAP has no reading)."""
        if anmodning.operation == kontrol.OPERATION:
            return kontrol.tilbagelaesning(await self._kontrol(anmodning))
        laesning = LAESNING.get(anmodning.operation)
        if laesning is None:
            return Tilbagelaesning(Fund.UKENDT, detalje="no public reading: the repeat itself tells")
        laes = laesning.anmodning(self._o, anmodning)
        ledning = await self._sessioner.kald(laes, laes.hoved)
        return replace(self._sammenlign(anmodning, laesning, laes, ledning), raa=ledning.krop)

    def _sammenlign(
        self, anmodning: Anmodning, laesning: Laesning, laes: Anmodning, ledning: Ledningssvar
    ) -> Tilbagelaesning:
        if ledning.status is None:
            return _ulaest(_uden_svar(ledning))
        try:
            if laes.tjeneste in REST_TJENESTER:
                if ledning.status != 200:
                    return _ulaest(rest.svar(self._o, laes.operation, ledning.status, ledning.krop))
                fund, detalje = laesning.sammenlign(anmodning, ledning.krop)
            else:
                laest = soap.laes(ledning.krop)
                if ledning.status != 200 or laest is None or laest.indhold is None:
                    return _ulaest(soap.svar(laes.operation, ledning.status, ledning.krop))
                fund, detalje = laesning.sammenlign(anmodning, laest.indhold)
        except ValueError:
            return _ulaest()
        return Tilbagelaesning(fund, detalje=detalje)

    async def _kontrol(self, a: Anmodning, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        """A reading as an attempt: what can't be read is tried again, and leaves nothing in doubt."""
        ledning = await self._sessioner.kald(a, a.hoved, maa_sendes)
        if ledning.status is None:
            return _laesesvar(_uden_svar(ledning))
        if ledning.status != 200:
            return _laesesvar(rest.svar(self._o, a.operation, ledning.status, ledning.krop))
        try:
            return kontrol.svar(a, laes_alle(ledning.krop))
        except ValueError:
            return Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar", http_status=200)

    async def hent(self, opslag_: Opslag) -> Opslagssvar:
        """See ``Carrier.hent``."""
        a = opslag.anmodning(self._o, opslag_, datetime.now(UTC))
        if isinstance(a, Svar):
            return Opslagssvar(False, None, a)
        ledning = await self._sessioner.kald(a, a.hoved)
        uden = _laesesvar(_uden_svar(ledning)) if ledning.status is None else None
        return opslag.svar(self._o, a.operation, ledning, uden)

    async def hent_kodelister(self, akassekode: str, kun: Collection[str] | None = None) -> dict[str, list[Koderaekke]]:
        """See ``Carrier.hent_kodelister``."""

        async def kald(a: Anmodning) -> tuple[Ledningssvar, Svar | None]:
            ledning = await self._sessioner.kald(a, a.hoved)
            return ledning, _uden_svar(ledning) if ledning.status is None else None

        return await kodelister.hent(self._o, akassekode, datetime.now(UTC), kald, kun)

    async def ping(self, akassekode: str, kun: str | None = None) -> list[Pingsvar]:
        """Asks every service (or the one named ``kun``) as ``akassekode``, one after another. Never raises for what the wire
        or DFDG does."""
        anmodninger = ping.anmodninger(self._o, akassekode, datetime.now(UTC))
        valgte = [a for a in anmodninger if kun in (None, a.tjeneste)]
        return [await ping.en(a, lambda a: self._sessioner.kald(a, a.hoved)) for a in valgte]

    def certifikater(self) -> tuple[Certifikatstand, ...]:
        """The client certificates and when they run out."""
        return certifikat.stand(self._o)

    def med_certifikat(self, akasser: Iterable[str]) -> list[str]:
        """Those of ``akasser`` that can call: they have a certificate file, or calls carry none."""
        return [a for a in akasser if (f := certifikat.fil(self._o, a)) is None or f.is_file()]

    @property
    def organisationstype(self) -> str:
        """OrganisationTypeIdentifier of the calling a-kasse, as it is sent."""
        return str(self._o.egen_organisationstype)

    @property
    def opretter_fravaer_med(self) -> str:
        """The operation by which absences are created here."""
        return fravaer.opret_operation(self._o)

    async def luk(self) -> None:
        """Closes every session."""
        await self._sessioner.luk()


def _uden_svar(w: Ledningssvar) -> Svar:
    """No answer that can be used, as one of the outcomes that lanes know."""
    if w.adgang:
        return Svar(Udfald.ADGANG, kode=w.kode)
    return Svar(Udfald.INTET_SVAR if w.sendt else Udfald.ALDRIG_SENDT, kode=w.kode)


def _ulaest(svar: Svar | None = None) -> Tilbagelaesning:
    """Nothing could be read. A reading leaves nothing in doubt, and what it gets is never a receipt."""
    if svar is None or svar.udfald in (Udfald.KVITTERET, Udfald.FANDTES):
        svar = Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar")
    return Tilbagelaesning(Fund.UKENDT, svar)


def _laesesvar(svar: Svar) -> Svar:
    """The answer to a reading that gave nothing: never a receipt, and never a doubt."""
    if svar.udfald in (Udfald.KVITTERET, Udfald.FANDTES):
        return Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar", http_status=svar.http_status)
    if svar.udfald is Udfald.INTET_SVAR:
        return replace(svar, udfald=Udfald.UTILGAENGELIG)
    return svar
