"""The CV's status after the a-kasse's check (P2): SOAP CVWorkFlowService v1 UpdateCVStatus, read by CVService v6 GetCV.

Only an a-kasse may set it for a benefit recipient (fault 4368 tells others so).
"""

from __future__ import annotations

from typing import Any

from contracts.dfdg.cv import LAES, GetCVRequest, UpdateCVStatusRequest, laes_cv
from contracts.dfdg.grund import Element, samme_tekst
from gateway.lanes.forsoeg import Anmodning, Fund
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import SaetCvstatus
from producers.dfdg import faelles, soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: SaetCvstatus) -> Anmodning:
    """The exact request, last writer wins (see ``soap.SIDSTE_VINDER``).

    Raises ``Regelfejl`` for a status whose id is not set, and for what DFDG would not take.
    """
    status = faelles.kode(o, "cvstatus", "godkendt" if i.godkendt else "ikke_godkendt", h.registreringsdato)
    besked = byg(
        lambda: UpdateCVStatusRequest.model_validate(
            {"PersonCivilRegistrationIdentifier": cpr, "CvStatusIdentifier": status, "Comment": i.kommentar}
        )
    )
    laes = byg(lambda: GetCVRequest(cpr=cpr))
    noegle: dict[str, Any] = {
        "status": str(besked.status),
        "kommentar": None if i.kommentar is None else soap.fingeraftryk(samme_tekst(i.kommentar)),
        **soap.laesning(h.tid, laes),
    }
    return soap.anmodning(o, akassekode, h.tid, besked, soap.SIDSTE_VINDER, noegle)


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetCV about the same person, for the same a-kasse."""
    return soap.laes_anmodning(o, a, GetCVRequest.operation, LAES)


def sammenlign(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    """Another status or comment than ours: our write is not there (yet). Raises ``ValueError`` for an unreadable answer."""
    cv = laes_cv(svar)
    kommentar = a.noegle["kommentar"]
    lig = cv.status == a.noegle["status"] and (
        kommentar is None or soap.fingeraftryk(samme_tekst(cv.kommentar)) == kommentar
    )
    return (Fund.LIG if lig else Fund.FRAVAERENDE), None
