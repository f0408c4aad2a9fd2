"""SOAP to DFDG: the envelope with its two context headers, and what answers mean.

Which SOAP version DFDG speaks and what a fault's detail holds is not public: 1.1 by default, 1.2 by a setting, and
answers are read in both. The number comes as the fault's code, the text as its string (columns of STAR's catalogue).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from lxml import etree

from contracts.dfdg.grund import KOEBENHAVN, Element, Soapanmodning, Soaptjeneste, i_koebenhavn
from contracts.dfdg.hoveder import Brugermetadata, Organisation, xml_bruger, xml_organisation
from contracts.dfdg.kvitteringer import laes_soap
from gateway.lanes.forsoeg import Anmodning, Klasse, Svar, Svarfejl, Udfald
from producers.dfdg import errors, faelles
from producers.dfdg.opsaetning import DfdgOpsaetning

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

#: Over SOAP nothing tells a repeat from a second write (there is no ``x-requestId``): what the last writer wins (class C)
#: is read back before the same content is sent again, as class B is.
SIDSTE_VINDER = Klasse.NATURLIG_NOEGLE

#: Operations that answer an empty receipt (STAR's page of CVWorkFlowService).
_TOM_KVITTERING = frozenset({"UpdateCVStatus"})

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)


def anmodning(
    o: DfdgOpsaetning,
    akassekode: str,
    tid: datetime,
    besked: Soapanmodning,
    klasse: Klasse,
    noegle: dict[str, object],
    entitets_id: str | None = None,
    tjeneste: Soaptjeneste | None = None,
) -> Anmodning:
    """The exact request for ``besked``. ``tid``: when it was registered. ``tjeneste``: the service that takes it here,
    where that is not public."""
    t = tjeneste or besked.tjeneste
    return Anmodning(
        tjeneste=t.navn,
        operation=besked.operation,
        klasse=klasse,
        akassekode=akassekode,
        metode="POST",
        sti=faelles.soap_adresse(o, t),
        hoved=hoveder(o, besked.operation),
        krop=kuvert(o, akassekode, tid, besked, t),
        noegle=noegle,
        entitets_id=entitets_id,
    )


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning, operation: str, tjeneste: Soaptjeneste | None = None) -> Anmodning:
    """The request to read back with, which ``a.noegle`` keeps (``laesning``). ``tjeneste``: which service has the
    reading, when it is another than the one that was written to."""
    indhold = str(a.noegle["laes"]).encode()
    if (tid := a.noegle.get("laes_tid")) is not None:
        indhold = kuvert_om(o, a.akassekode, datetime.fromisoformat(str(tid)), indhold)
    return Anmodning(
        tjeneste=tjeneste.navn if tjeneste else a.tjeneste,
        operation=operation,
        klasse=a.klasse,
        akassekode=a.akassekode,
        metode="POST",
        sti=faelles.soap_adresse(o, tjeneste) if tjeneste else a.sti,
        hoved=hoveder(o, operation),
        krop=indhold,
    )


def laesning(tid: datetime, besked: Soapanmodning, tjeneste: Soaptjeneste | None = None) -> dict[str, str]:
    """What a request's key keeps of its reading: the body, and the time that the envelope will say."""
    return {"laes": besked.som_bytes(tjeneste).decode(), "laes_tid": tid.isoformat()}


def kuvert(
    o: DfdgOpsaetning, akassekode: str, tid: datetime, besked: Soapanmodning, tjeneste: Soaptjeneste | None = None
) -> bytes:
    """Both headers, and the message as the body's one child; the same bytes for the same input."""
    return kuvert_om(o, akassekode, tid, besked.som_bytes(tjeneste))


def kuvert_om(o: DfdgOpsaetning, akassekode: str, tid: datetime, indhold: bytes) -> bytes:
    """The envelope around a body that is made already."""
    foer, mellem, efter = _skelet(o.soap_version, o.egen_organisationstype, akassekode, o.brugernavn, o.brugerid)
    return b"".join((foer, i_koebenhavn(tid).isoformat().encode(), mellem, indhold, efter))


#: Stands where an envelope's time will.
_ENGANG = datetime(1900, 1, 1, tzinfo=KOEBENHAVN)


@lru_cache(maxsize=4096)
def _skelet(version: str, type_: int, akassekode: str, navn: str, ident: str) -> tuple[bytes, bytes, bytes]:
    """An a-kasse's envelope, made once: what stands before its time, between time and body, and after the body."""
    ns = SOAP11 if version == "1.1" else SOAP12
    egen = faelles.byg(lambda: Organisation(type_=type_, kode=akassekode))
    bruger = faelles.byg(lambda: Brugermetadata(navn=navn, ident=ident, organisation=egen, registreret=_ENGANG))
    rod = etree.Element(f"{{{ns}}}Envelope", nsmap={"s": ns})
    hoved = etree.SubElement(rod, f"{{{ns}}}Header")
    hoved.append(xml_organisation(egen))
    hoved.append(xml_bruger(bruger))
    krop = etree.SubElement(rod, f"{{{ns}}}Body")
    krop.text = "BODY"
    foer, _, rest = etree.tostring(rod, xml_declaration=True, encoding="utf-8").rpartition(_ENGANG.isoformat().encode())
    mellem, _, efter = rest.rpartition(b"BODY")
    return foer, mellem, efter


def fingeraftryk(tekst: str) -> str:
    """A text for comparing, without the text."""
    return hashlib.sha256(tekst.encode()).hexdigest()


def hoveder(o: DfdgOpsaetning, operation: str) -> dict[str, str]:
    if o.soap_version == "1.2":
        return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{operation}"'}
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation}"'}


@dataclass(frozen=True, slots=True)
class Soapsvar:
    """The body's one child, or the fault: its code's local part and its text."""

    indhold: Element | None
    fejl: Svarfejl | None = None


def laes(krop: bytes) -> Soapsvar | None:
    """An answer; None when it is no SOAP envelope. A document type is refused, entities are never followed."""
    try:
        rod: Element = etree.fromstring(krop, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    ns = etree.QName(rod).namespace
    if rod.getroottree().docinfo.doctype or ns not in (SOAP11, SOAP12) or rod.tag != f"{{{ns}}}Envelope":
        return None
    kroppen = rod.find(f"{{{ns}}}Body")
    if kroppen is None or len(kroppen) != 1:
        return None
    indhold = kroppen[0]
    if indhold.tag != f"{{{ns}}}Fault":
        return Soapsvar(indhold)
    if ns == SOAP11:
        kode, tekst = indhold.findtext("faultcode"), indhold.findtext("faultstring")
    else:
        # Application codes stand in the innermost Subcode; Code itself is one of the five of the standard.
        vaerdier = [e.text for e in indhold.iterfind(f"{{{ns}}}Code//{{{ns}}}Value")]
        kode, tekst = (vaerdier[-1] if vaerdier else None), indhold.findtext(f"{{{ns}}}Reason/{{{ns}}}Text")
    return Soapsvar(None, Svarfejl((kode or "").strip().rpartition(":")[2], errors.ren_tekst(tekst or "")))


def svar(operation: str, status: int, krop: bytes) -> Svar:
    """What an answer to ``operation`` means.

    A fault without a number of DFDG's (``Server``, or a framework's own code) tells nothing of what was committed, so
    it is in doubt; but ``Client``/``Sender``: the request was refused as it stands.
    """
    laest = laes(krop)
    if laest is not None and laest.fejl is not None:
        kode = errors.nummer(laest.fejl.kode)
        if kode is not None:
            return errors.fejlsvar((Svarfejl(kode, laest.fejl.tekst),), status, operation)
        if laest.fejl.kode in ("Client", "Sender"):
            fejl = Svarfejl("soap_client", laest.fejl.tekst)
            return Svar(Udfald.AFVIST, kode=fejl.kode, fejl=(fejl,), http_status=status)
        fejl = Svarfejl("soap_fault", laest.fejl.tekst)
        return Svar(Udfald.INTET_SVAR, kode=fejl.kode, fejl=(fejl,), http_status=status)
    if status != 200:
        return errors.statussvar(status, soap=True)
    if laest is None or laest.indhold is None or etree.QName(laest.indhold).localname != f"{operation}Response":
        return errors.uforstaaeligt(status)
    if operation in _TOM_KVITTERING and not len(laest.indhold):
        return Svar(Udfald.KVITTERET, http_status=status)
    receipt = laes_soap(laest.indhold)
    if receipt is None:
        return errors.uforstaaeligt(status)
    return Svar(
        Udfald.KVITTERET,
        registrerings_id=receipt.registrerings_id,
        tidspunkt=receipt.tidspunkt,
        http_status=status,
    )
