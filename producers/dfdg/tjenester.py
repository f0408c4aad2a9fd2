"""Which module renders which registration, and how each operation is read back: one row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.dfdg import fravaer as fravaersbesked
from contracts.dfdg import indkaldelse as indkaldelsesbesked
from contracts.dfdg.grund import Element
from gateway.lanes.forsoeg import Anmodning, Fund
from gateway.rules import registreringer
from gateway.rules.model import Haendelse
from producers.dfdg import (
    afmelding,
    aktiviteter,
    cvstatus,
    deltagere,
    fravaer,
    indkaldelser,
    kontrol,
    minplan,
    samtaler,
)
from producers.dfdg.opsaetning import DfdgOpsaetning

#: Services that are called over REST; all others over SOAP.
REST_TJENESTER = frozenset({fravaersbesked.TJENESTE, indkaldelsesbesked.TJENESTE})

Render = Callable[[DfdgOpsaetning, str, str, Haendelse, Any], Anmodning]

RENDER: Mapping[type, Render] = {
    registreringer.OpretFravaer: fravaer.render,
    registreringer.RetFravaer: fravaer.render,
    registreringer.SletFravaer: fravaer.render,
    registreringer.OpretSamtale: samtaler.render,
    registreringer.TilfoejDeltager: deltagere.render,
    registreringer.Afmeld: afmelding.render,
    registreringer.OpretIndkaldelse: indkaldelser.render,
    registreringer.RetIndkaldelse: indkaldelser.render,
    registreringer.SletIndkaldelse: indkaldelser.render,
    registreringer.SaetDeltagelsesvalg: indkaldelser.render,
    registreringer.SaetCvstatus: cvstatus.render,
    registreringer.GemPlan: minplan.render,
    registreringer.GodkendJobmaal: minplan.render_jobmaal,
    registreringer.OpretAktivitet: aktiviteter.render,
    registreringer.SletAktivitet: aktiviteter.render,
    registreringer.Kontrolaflaesning: kontrol.render,
}


@dataclass(frozen=True, slots=True)
class Laesning:
    """How an operation is read back: the request, and what the answer (bytes over REST, the body's child over SOAP)
    says of ours. ``sammenlign`` raises ``ValueError`` for an answer that can't be read."""

    anmodning: Callable[[DfdgOpsaetning, Anmodning], Anmodning]
    sammenlign: Callable[[Anmodning, Any], tuple[Fund, str | None]]


def _fravaer(a: Anmodning, krop: bytes) -> tuple[Fund, str | None]:
    return fravaer.sammenlign(a, fravaersbesked.laes_alle(krop))


def _indkaldelse(a: Anmodning, krop: bytes) -> tuple[Fund, str | None]:
    return indkaldelser.sammenlign(a, indkaldelsesbesked.laes_alle(krop))


def _samtale(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    return samtaler.sammenlign(a, svar), None


_LAES_FRAVAER = Laesning(fravaer.laes_anmodning, _fravaer)
_LAES_INDKALDELSE = Laesning(indkaldelser.laes_anmodning, _indkaldelse)
_LAES_PLAN = Laesning(minplan.laes_anmodning, minplan.sammenlign)
_LAES_AKTIVITET = Laesning(aktiviteter.laes_anmodning, aktiviteter.sammenlign)

#: De-registration is not here: enrolment has no public reading.
LAESNING: Mapping[str, Laesning] = {
    "CreateFravaerMedIdentifier": _LAES_FRAVAER,
    "UpdateFravaer": _LAES_FRAVAER,
    "DeleteFravaer": _LAES_FRAVAER,
    "CreateAbsence": _LAES_FRAVAER,
    "CreatePersonInterview": Laesning(samtaler.laes_anmodning, _samtale),
    "AddInterviewParticipant": Laesning(deltagere.laes_anmodning, deltagere.sammenlign),
    "CreateIndkaldelse": _LAES_INDKALDELSE,
    "UpdateIndkaldelse": _LAES_INDKALDELSE,
    "DeleteIndkaldelse": _LAES_INDKALDELSE,
    "SaveDeltagelsesvalg": _LAES_INDKALDELSE,
    "UpdateCVStatus": Laesning(cvstatus.laes_anmodning, cvstatus.sammenlign),
    "CreateDraftPlan": _LAES_PLAN,
    "PublishPlan": _LAES_PLAN,
    "ApproveJobGoals": Laesning(minplan.laes_anmodning_jobmaal, minplan.sammenlign_jobmaal),
    "CreateActivity": _LAES_AKTIVITET,
    "DeleteActivity": _LAES_AKTIVITET,
}
