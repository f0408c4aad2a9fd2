"""Participants of a held talk: SOAP PersonRegistrationService v9 AddInterviewParticipant.

Name, role and form of participation are the legal minimum of an a-kasse's held talk (order on the common data basis,
§ 87(1) no. 9). Read back by GetInterviewInfo, which lists a talk's participants.
"""

from __future__ import annotations

from typing import Any

from contracts.dfdg.grund import Element, samme_tekst
from contracts.dfdg.samtale import (
    LAES,
    AddInterviewParticipantRequest,
    GetInterviewInfoRequest,
    LaestDeltager,
    laes_deltagere,
)
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import TilfoejDeltager
from producers.dfdg import soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: TilfoejDeltager) -> Anmodning:
    """The exact request, class B: natural key talk + participant. Raises ``Regelfejl`` for what DFDG would not take."""
    d = i.deltager
    besked = byg(
        lambda: AddInterviewParticipantRequest.model_validate(
            {
                "PersonCivilRegistrationIdentifier": cpr,
                "InterviewIdentifier": i.samtale_id,
                "InterviewParticipant": {
                    "MessageIdentifier": i.deltager_id,
                    "ParticipantName": d.navn,
                    "ParticipantRole": d.rolle,
                    "ParticipationForm": d.form,
                },
            }
        )
    )
    laes = byg(lambda: GetInterviewInfoRequest(cpr=cpr))
    noegle: dict[str, Any] = {
        "samtale": str(i.samtale_id),
        "deltager": str(i.deltager_id),
        "navn": samme_tekst(d.navn),
        "rolle": samme_tekst(d.rolle),
        "form": samme_tekst(d.form),
        **soap.laesning(h.tid, laes),
    }
    return soap.anmodning(o, akassekode, h.tid, besked, Klasse.NATURLIG_NOEGLE, noegle, str(i.deltager_id))


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetInterviewInfo about the same person, for the same a-kasse."""
    return soap.laes_anmodning(o, a, GetInterviewInfoRequest.operation, LAES)


def sammenlign(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    """The participant of that id on that talk; where DFDG names no ids, one with the same name, role and form.

    Raises ``ValueError`` for an unreadable answer.
    """
    n = a.noegle
    paa_samtalen = [d for d in laes_deltagere(svar) if str(d.samtale_id) == n["samtale"]]
    egen = next((d for d in paa_samtalen if str(d.deltager_id) == n["deltager"]), None)
    if egen is not None:
        forskelle = _forskelle(n, egen)
        return (Fund.ANDERLEDES, f"other content in {', '.join(forskelle)}") if forskelle else (Fund.LIG, None)
    uden_id = (d for d in paa_samtalen if d.deltager_id is None)
    return (Fund.LIG if any(not _forskelle(n, d) for d in uden_id) else Fund.FRAVAERENDE), None


def _forskelle(n: dict[str, Any], d: LaestDeltager) -> list[str]:
    staar = {"navn": samme_tekst(d.navn), "rolle": samme_tekst(d.rolle), "form": samme_tekst(d.form)}
    return [navn for navn, vaerdi in staar.items() if n[navn] != vaerdi]
