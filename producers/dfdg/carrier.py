"""``DfdgCarrier``: renders registrations, sends one attempt, reads back. Implements ``gateway.delivery.carrier.Carrier``."""

from __future__ import annotations

from collections.abc import Callable

from contracts.dfdg.fravaer import TJENESTE as FRAVAER
from contracts.dfdg.fravaer import laes_alle
from contracts.dfdg.skemaer import kontroller_kuvert
from gateway.lanes.forsoeg import Anmodning, Fund, Svar, Tilbagelaesning, Udfald
from gateway.rules.model import Afmeld, Haendelse, OpretSamtale, Registrering
from producers.dfdg import afmelding, certifikat, fravaer, rest, samtaler, soap
from producers.dfdg.certifikat import Certifikatstand
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.session import Ledningssvar, Sessioner


class DfdgCarrier:
    """One instance per process; sessions are opened when first needed."""

    def __init__(self, opsaetning: DfdgOpsaetning) -> None:
        """Raises ``Opsaetningsfejl`` for settings that would be unsafe or, in production, incomplete."""
        opsaetning.kontroller()
        self._o = opsaetning
        self._sessioner = Sessioner(opsaetning)
        self._kontrolleret: set[str] = set()

    def render(self, registrering: Registrering, haendelse: Haendelse, cpr: str) -> Anmodning:
        """See ``Carrier.render``. Raises ``contracts.dfdg.skemaer.Skemabrud`` when a message of the gateway's own
        making breaks its schema (a fault of the gateway's)."""
        i, akasse = registrering.indhold, registrering.akassekode
        if isinstance(i, OpretSamtale):
            anmodning = samtaler.render(self._o, akasse, cpr, haendelse, i)
        elif isinstance(i, Afmeld):
            anmodning = afmelding.render(self._o, akasse, cpr, haendelse, i)
        else:
            anmodning = fravaer.render(self._o, akasse, cpr, haendelse, i)
        self._kontroller(anmodning)
        return anmodning

    def _kontroller(self, a: Anmodning) -> None:
        if a.tjeneste == FRAVAER or self._o.kontroller_skema == "ingen":
            return
        if self._o.kontroller_skema == "foerste" and a.operation in self._kontrolleret:
            return
        kontroller_kuvert(a.krop)
        self._kontrolleret.add(a.operation)

    async def send(self, anmodning: Anmodning, request_id: str, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        """See ``Carrier.send``. SOAP has no ``x-requestId``."""
        er_rest = anmodning.tjeneste == FRAVAER
        hoveder = {**anmodning.hoved, rest.REQUEST_ID: request_id} if er_rest else anmodning.hoved
        ledning = await self._sessioner.kald(anmodning, hoveder, maa_sendes)
        if ledning.status is None:
            return _uden_svar(ledning)
        if er_rest:
            return rest.svar(self._o, anmodning.operation, ledning.status, ledning.krop)
        return soap.svar(anmodning.operation, ledning.status, ledning.krop)

    async def laes_tilbage(self, anmodning: Anmodning) -> Tilbagelaesning:
        """See ``Carrier.laes_tilbage``. Absence is read over REST whichever way it went (SOAP has no reading)."""
        if anmodning.tjeneste == afmelding.TJENESTE:
            return Tilbagelaesning(Fund.UKENDT, detalje="enrolment has no public reading: the repeat itself tells")
        if anmodning.tjeneste == samtaler.TJENESTE:
            return await self._laes_samtaler(anmodning)
        laes = fravaer.laes_anmodning(self._o, anmodning)
        ledning = await self._sessioner.kald(laes, laes.hoved)
        if ledning.status is None:
            return _ulaest(_uden_svar(ledning))
        if ledning.status != 200:
            return _ulaest(rest.svar(self._o, laes.operation, ledning.status, ledning.krop))
        try:
            fund, detalje = fravaer.sammenlign(anmodning, laes_alle(ledning.krop))
        except ValueError:
            return _ulaest()
        return Tilbagelaesning(fund, detalje=detalje)

    async def _laes_samtaler(self, anmodning: Anmodning) -> Tilbagelaesning:
        laes = samtaler.laes_anmodning(self._o, anmodning)
        ledning = await self._sessioner.kald(laes, laes.hoved)
        if ledning.status is None:
            return _ulaest(_uden_svar(ledning))
        laest = soap.laes(ledning.krop)
        if ledning.status != 200 or laest is None or laest.indhold is None:
            return _ulaest(soap.svar(laes.operation, ledning.status, ledning.krop))
        try:
            return Tilbagelaesning(samtaler.sammenlign(anmodning, laest.indhold))
        except ValueError:
            return _ulaest()

    def certifikater(self) -> tuple[Certifikatstand, ...]:
        """The client certificates and when they run out."""
        return certifikat.stand(self._o)

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
