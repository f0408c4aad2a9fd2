"""Held talks: SOAP PersonRegistrationService v9 CreatePersonInterview; read back by InterviewService GetInterviewInfo."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from contracts.dfdg.grund import KOEBENHAVN, Element
from contracts.dfdg.samtale import LAES, OPRET, CreatePersonInterviewRequest, GetInterviewInfoRequest, laes_samtaler
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import OpretSamtale
from producers.dfdg import faelles, soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

TJENESTE = OPRET.navn

_TELEFON = re.compile(r"\+?[0-9]{3,20}")
#: Pages disagree on the joint talk's type: 17 is written, 19 is accepted when reading.
_SAMME_TYPE = {"17": ("17", "19")}


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretSamtale) -> Anmodning:
    """The exact request, class B: natural key type + time.

    Raises ``Regelfejl`` for a code that is not set and for what DFDG would not take.
    """
    dag = i.tidspunkt.astimezone(KOEBENHAVN).date()
    type_ = faelles.kode(o, "samtaletype", i.formaal, dag)
    indhold = {
        "PersonCivilRegistrationIdentifier": cpr,
        "PersonInterview": {
            "MessageIdentifier": i.samtale_id,
            "InterviewTypeIdentifier": type_,
            "BookingIdentifier": i.indkaldelse_id,
            "ResponsibleAuthority": {
                "AuthorityStructure": {"AuthorityCode": akassekode, "AuthorityName": f"A-kasse {akassekode}"},
                "CaseWorker": {
                    "CaseWorkerGivenName": i.sagsbehandler_fornavn,
                    "CaseWorkerSurname": i.sagsbehandler_efternavn,
                    "TelephoneNumberIdentifier": _telefon(i.sagsbehandler_telefon),
                },
            },
            "InterviewDateTime": i.tidspunkt,
            "InterviewContactTypeIdentifier": faelles.kode(o, "samtaleform", i.form, dag),
            "CvStatusIdentifier": _cvstatus(o, i.cv_godkendt, dag),
            "Agreements": i.aftaler,
            "AvailabilityAssessment": i.raadighedsvurdering,
            "JobcenterParticipation": i.jobcenter_deltog,
            "InterviewParticipants": _deltagere(i),
        },
    }
    besked = byg(lambda: CreatePersonInterviewRequest.model_validate(indhold))
    laes = byg(lambda: GetInterviewInfoRequest(cpr=cpr))
    noegle: dict[str, Any] = {
        "type": type_,
        "tid": besked.samtale.tidspunkt.isoformat(),
        **soap.laesning(h.tid, laes),
    }
    return soap.anmodning(o, akassekode, h.tid, besked, Klasse.NATURLIG_NOEGLE, noegle, str(i.samtale_id))


def _telefon(tekst: str | None) -> str | None:
    """DFDG takes digits alone; a number that is none without its spaces is left out, for it is optional."""
    ren = (tekst or "").replace(" ", "")
    return ren if _TELEFON.fullmatch(ren) else None


def _cvstatus(o: DfdgOpsaetning, godkendt: bool | None, dag: date) -> str | None:
    if godkendt is None:
        return None
    return faelles.kode(o, "cvstatus", "godkendt" if godkendt else "ikke_godkendt", dag)


def _deltagere(i: OpretSamtale) -> tuple[dict[str, str], ...]:
    """Everybody beside member and caseworker (order on the common data basis, § 87(1) no. 9), and how the jobcenter
    took part, for which DFDG has no public field (S5)."""
    ud = [{"ParticipantName": d.navn, "ParticipantRole": d.rolle, "ParticipationForm": d.form} for d in i.deltagere]
    if i.jobcenter_deltog and i.jobcenter_form:
        ud.append({"ParticipantName": "Jobcenter", "ParticipantRole": "anden", "ParticipationForm": i.jobcenter_form})
    return tuple(ud)


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetInterviewInfo about the same person, for the same a-kasse."""
    return soap.laes_anmodning(o, a, GetInterviewInfoRequest.operation, LAES)


def sammenlign(a: Anmodning, svar: Element) -> Fund:
    """Equal type and time is our talk: DFDG takes no two of them. Raises ``ValueError`` for an unreadable answer."""
    type_, tid = str(a.noegle["type"]), datetime.fromisoformat(str(a.noegle["tid"]))
    gyldige = _SAMME_TYPE.get(type_, (type_,))
    return Fund.LIG if any(t in gyldige and d == tid for t, d in laes_samtaler(svar)) else Fund.FRAVAERENDE
