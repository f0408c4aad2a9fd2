"""De-registration as unemployed (S8): SOAP UnemploymentEnrollmentService v8."""

from __future__ import annotations

from contracts.dfdg import afmelding
from contracts.dfdg.afmelding import CancelUnemploymentEnrollmentRequest
from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import Afmeld
from producers.dfdg import soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

TJENESTE = afmelding.TJENESTE.navn


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: Afmeld) -> Anmodning:
    """The exact request, class B: "not enrolled" (4367) on a repeat is the trace of the first; enrolment has no public
    reading. Raises ``Regelfejl`` for what DFDG would not take."""
    besked = byg(
        lambda: CancelUnemploymentEnrollmentRequest.model_validate(
            {
                "PersonCivilRegistrationIdentifier": cpr,
                "CancellationDate": i.virkningsdato,
                "CauseTypeIdentifier": i.aarsagskode,
            }
        )
    )
    noegle: dict[str, object] = {"virkning": i.virkningsdato.isoformat()}
    return soap.anmodning(o, akassekode, h.tid, besked, Klasse.NATURLIG_NOEGLE, noegle)
