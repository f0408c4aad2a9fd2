"""De-registration as unemployed: SOAP UnemploymentEnrollmentService v8. The operation's field table is not public:
element names are the project's, after the names of enrolment on STAR's page."""

from __future__ import annotations

from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.rules.model import Afmeld, Haendelse
from producers.dfdg import soap
from producers.dfdg.faelles import midnat
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.soap import Tjeneste, felt, rodelement

TJENESTE = Tjeneste("UnemploymentEnrollmentService", 8)


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: Afmeld) -> Anmodning:
    """The exact request, class B: "not enrolled" (4367) on a repeat is the trace of the first."""
    ns = TJENESTE.navnerum
    rod = rodelement(ns, "CancelUnemploymentEnrollmentRequest")
    felt(rod, ns, "PersonCivilRegistrationIdentifier", cpr)
    felt(rod, ns, "CancellationDate", midnat(i.virkningsdato))
    felt(rod, ns, "CauseTypeIdentifier", i.aarsagskode)
    return Anmodning(
        tjeneste=TJENESTE.navn,
        operation="CancelUnemploymentEnrollment",
        klasse=Klasse.NATURLIG_NOEGLE,
        akassekode=akassekode,
        metode="POST",
        sti=o.adresser.get(TJENESTE.navn) or f"{o.base_url.rstrip('/')}{TJENESTE.sti}",
        hoved=soap.hoveder("CancelUnemploymentEnrollment"),
        krop=soap.kuvert(o, akassekode, h.tid, rod),
        noegle={"virkning": i.virkningsdato.isoformat()},
    )
