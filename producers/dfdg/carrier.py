"""``DfdgCarrier``: renders registrations, sends one attempt, reads back. Implements ``gateway.delivery.carrier.Carrier``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson

from gateway.lanes.forsoeg import Anmodning, Fund, Svar, Svarfejl, Tilbagelaesning, Udfald
from gateway.rules.model import Afmeld, Haendelse, OpretSamtale, Registrering
from producers.dfdg import afmelding, errors, fravaer, samtaler, soap
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.session import Ledningssvar, Sessioner


class DfdgCarrier:
    """One instance per process; sessions are opened when first needed."""

    def __init__(self, opsaetning: DfdgOpsaetning) -> None:
        self._o = opsaetning
        self._sessioner = Sessioner(opsaetning)

    def render(self, registrering: Registrering, haendelse: Haendelse, cpr: str) -> Anmodning:
        """See ``Carrier.render``."""
        i, akasse = registrering.indhold, registrering.akassekode
        if isinstance(i, OpretSamtale):
            return samtaler.render(self._o, akasse, cpr, haendelse, i)
        if isinstance(i, Afmeld):
            return afmelding.render(self._o, akasse, cpr, haendelse, i)
        return fravaer.render(self._o, akasse, cpr, haendelse, i)

    async def send(
        self, anmodning: Anmodning, request_id: str, maa_sendes: Callable[[], bool] | None = None
    ) -> Svar:
        """See ``Carrier.send``."""
        hoveder = dict(anmodning.hoved)
        if anmodning.tjeneste == fravaer.TJENESTE:
            hoveder["x-requestId"] = request_id
        ledning = await self._sessioner.kald(anmodning, hoveder, maa_sendes)
        return _svar(anmodning, ledning)

    async def laes_tilbage(self, anmodning: Anmodning) -> Tilbagelaesning:
        """See ``Carrier.laes_tilbage``."""
        if anmodning.tjeneste == afmelding.TJENESTE.navn:
            return Tilbagelaesning(Fund.UKENDT, detalje="enrolment has no public reading: the repeat itself tells")
        if anmodning.tjeneste == samtaler.OPRET.navn:
            return await self._laes_samtaler(anmodning)
        laes = fravaer.laes_anmodning(self._o, anmodning)
        ledning = await self._sessioner.kald(laes, laes.hoved)
        if ledning.status != 200:
            return Tilbagelaesning(Fund.UKENDT, _svar(laes, ledning))
        try:
            fundne = orjson.loads(ledning.krop)
            if not isinstance(fundne, list):
                raise ValueError
            return Tilbagelaesning(fravaer.sammenlign(anmodning, fundne))
        except (ValueError, KeyError, AttributeError):
            return Tilbagelaesning(Fund.UKENDT, Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar"))

    async def _laes_samtaler(self, anmodning: Anmodning) -> Tilbagelaesning:
        laes = samtaler.laes_anmodning(self._o, anmodning)
        ledning = await self._sessioner.kald(laes, laes.hoved)
        svar = soap.laes(ledning.krop) if ledning.status == 200 else None
        if svar is None or svar.indhold is None:
            fejl = _svar(laes, ledning)
            return Tilbagelaesning(Fund.UKENDT, Svar(Udfald.UTILGAENGELIG, kode=fejl.kode) if fejl.udfald is Udfald.KVITTERET else fejl)
        try:
            return Tilbagelaesning(samtaler.sammenlign(anmodning, svar.indhold))
        except ValueError:
            return Tilbagelaesning(Fund.UKENDT, Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar"))

    async def luk(self) -> None:
        """Closes every session."""
        await self._sessioner.luk()


def _svar(a: Anmodning, w: Ledningssvar) -> Svar:
    """What came over the wire as one of the outcomes that lanes know."""
    if w.status is None:
        if w.adgang:
            return Svar(Udfald.ADGANG, kode=w.kode)
        return Svar(Udfald.INTET_SVAR if w.sendt else Udfald.ALDRIG_SENDT, kode=w.kode)
    if a.hoved.get("SOAPAction"):
        return _soapsvar(a, w)
    return _restsvar(w)


def _soapsvar(a: Anmodning, w: Ledningssvar) -> Svar:
    svar = soap.laes(w.krop)
    if svar is not None and svar.fejl:
        return _fejlsvar(svar.fejl, w.status, afmelding_=a.tjeneste == afmelding.TJENESTE.navn)
    if w.status == 200:
        if svar is None or svar.indhold is None or not str(svar.indhold.tag).endswith(f"}}{a.operation}Response"):
            return Svar(Udfald.INTET_SVAR, kode="uforstaaeligt_svar", http_status=200)
        id_, tid = soap.kvittering(svar.indhold)
        return Svar(Udfald.KVITTERET, registrerings_id=id_, tidspunkt=tid, http_status=200)
    return _uden_fejlkode(w)


def _restsvar(w: Ledningssvar) -> Svar:
    if w.status == 412:
        return Svar(Udfald.FANDTES, kode="412", http_status=412)
    try:
        krop = orjson.loads(w.krop) if w.krop else None
    except orjson.JSONDecodeError:
        krop = None
        if w.status == 200:
            return Svar(Udfald.INTET_SVAR, kode="uforstaaeligt_svar", http_status=200)
    if w.status in (200, 201, 204):
        id_, tid = _restkvittering(krop)
        return Svar(Udfald.KVITTERET, registrerings_id=id_, tidspunkt=tid, http_status=w.status)
    fejl = errors.fra_json(krop)
    return _fejlsvar(fejl, w.status) if fejl else _uden_fejlkode(w)


def _restkvittering(krop: object) -> tuple[str | None, datetime | None]:
    """A bare uuid, or Servicekvittering (RegistreringsId, Registreringstidspunkt) in any letter case."""
    if isinstance(krop, str):
        return krop, None
    if not isinstance(krop, dict):
        return None, None
    felter = {str(k).lower(): v for k, v in krop.items()}
    try:
        tid = datetime.fromisoformat(str(felter.get("registreringstidspunkt")))
    except ValueError:
        tid = None
    id_ = felter.get("registreringsid")
    return str(id_) if id_ else None, tid if tid is not None and tid.tzinfo is not None else None


def _fejlsvar(fejl: tuple[Svarfejl, ...], status: int | None, *, afmelding_: bool = False) -> Svar:
    udfald = errors.gravest(fejl, afmelding=afmelding_) or Udfald.AFVIST
    foerste = next(f for f in fejl if errors.klasse(f.kode, ikke_tilmeldt_er_trace=afmelding_) is udfald)
    return Svar(udfald, kode=foerste.kode, fejl=fejl, http_status=status)


def _uden_fejlkode(w: Ledningssvar) -> Svar:
    status = w.status or 0
    kode = f"http_{status}"
    if status in (401, 403):
        return Svar(Udfald.ADGANG, kode=kode, http_status=status)
    if status == 429 or status >= 500:
        return Svar(Udfald.UTILGAENGELIG, kode=kode, http_status=status)
    return Svar(Udfald.AFVIST, kode=kode, fejl=(Svarfejl(kode, "Svar uden fejlkode"),), http_status=status)
