"""Which REST service an address belongs to, and what every call to one is read for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg import rest_fravaer, rest_indkaldelse, rest_opslag
from sandbox.dfdg.fejlkoder import fejl
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.kald import Kald
from sandbox.dfdg.rest import REQUEST_ID_LAENGDE, IngenOperation, cprfejl, laes_kontekst

Laeser = Callable[[str, list[str], Kald, bytes], None]

#: Root of each service's addresses → its name and how a request to it is read.
TJENESTER: Mapping[str, tuple[str, Laeser]] = {
    rest_fravaer.ROD: (rest_fravaer.TJENESTE, rest_fravaer.laes),
    rest_indkaldelse.ROD: (rest_indkaldelse.TJENESTE, rest_indkaldelse.laes),
    "/Borgerindsats.AkassemedlemskabService/v1/": ("AkassemedlemskabService", rest_opslag.medlemskab),
    "/Kontaktforloeb.FristService/v1/": ("FristService", rest_opslag.frist),
    "/VisiteringOgStatus.KontaktgruppeService/v1/": ("KontaktgruppeService", rest_opslag.kontaktgruppe),
    "/Ydelsesudstilling.DagpengetaellerService/v1/": ("DagpengetaellerService", rest_opslag.dagpengetaeller),
    "/VirksomhedsIndsats.JobordreService/v1/": ("JobordreService", rest_opslag.jobordre),
}


def laes(
    metode: str, raa_sti: str, hoveder: Mapping[str, str], krop: bytes, certifikat: str | None, opsat: Indstillinger
) -> Kald:
    """Reads a request to a REST service. Raises IngenOperation when there is no such path or method."""
    sti = raa_sti.partition("?")[0]
    rod = next((r for r in TJENESTER if sti.startswith(r)), None)
    if rod is None:
        raise IngenOperation(404)
    tjeneste, laeser = TJENESTER[rod]
    if metode == "GET" and sti == f"{rod}dfdgping":
        return Kald("rest", tjeneste, "dfdgping", laesning=True)
    dele = [unquote(d) for d in sti[len(rod) :].split("/")]
    if len(dele) == 2 and not dele[1]:
        dele.pop()  # STAR writes some paths with a slash at the end
    kald = Kald(
        "rest",
        tjeneste,
        "",
        cpr=hoveder.get("x-civilRegistrationIdentifier"),
        request_id=hoveder.get("x-requestId"),
        certifikat=certifikat,
    )
    laes_kontekst(hoveder, certifikat, opsat, kald)
    laeser(metode, dele, kald, krop)
    if kald.laesning:
        kald.request_id = None
    if kald.adgang == "ingen":
        kald.cpr = None
    else:
        kald.skemafejl = cprfejl(kald.cpr) + kald.skemafejl
        if kald.cpr == "0000000000" and not kald.skemafejl:
            kald.skemafejl = [kald.ukendt_person()]
    if not kald.laesning and not 1 <= len(kald.request_id or "") <= REQUEST_ID_LAENGDE:
        kald.request_id = None
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "x-requestId"))
    return kald
