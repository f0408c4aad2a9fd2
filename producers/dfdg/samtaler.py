"""Held talks: SOAP PersonRegistrationService v9 CreatePersonInterview; read back by InterviewService GetInterviewInfo.

Element names are those of STAR's page; the element of the time and those of § 87(1) nos. 6-9 are the project's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse, OpretSamtale
from producers.dfdg import soap
from producers.dfdg.faelles import kode, tidspunkt
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.soap import Tjeneste, felt, rodelement

OPRET = Tjeneste("PersonRegistrationService", 9)
LAES = Tjeneste("InterviewService", 1)

#: InterviewTypeIdentifier per purpose (STAR's list of interview types).
SAMTALETYPE = {"cv": "10", "raadighed": "15", "jobsamtale": "7", "faelles": "17"}
#: InterviewContactTypeIdentifier: 8 is Digitalt møde; the other ids are not public.
DIGITALT = "8"


def _form(o: DfdgOpsaetning, form: str) -> str:
    return DIGITALT if form == "digitalt" else kode(o.koder, f"samtaleform.{form}")


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretSamtale) -> Anmodning:
    """The exact request, class B: natural key type + time."""
    ns = OPRET.navnerum
    rod = rodelement(ns, "CreatePersonInterviewRequest")
    felt(rod, ns, "PersonCivilRegistrationIdentifier", cpr)
    samtale = felt(rod, ns, "PersonInterview")
    felt(samtale, ns, "MessageIdentifier", str(i.samtale_id))
    felt(samtale, ns, "InterviewTypeIdentifier", SAMTALETYPE[i.formaal])
    if i.indkaldelse_id is not None:
        felt(samtale, ns, "BookingIdentifier", str(i.indkaldelse_id))
    myndighed = felt(samtale, ns, "ResponsibleAuthority")
    struktur = felt(myndighed, ns, "AuthorityStructure")
    felt(struktur, ns, "AuthorityCode", akassekode)
    felt(struktur, ns, "AuthorityName", f"A-kasse {akassekode}")
    sagsbehandler = felt(myndighed, ns, "CaseWorker")
    felt(sagsbehandler, ns, "CaseWorkerGivenName", i.sagsbehandler_fornavn)
    felt(sagsbehandler, ns, "CaseWorkerSurname", i.sagsbehandler_efternavn)
    felt(samtale, ns, "InterviewDateTime", tidspunkt(i.tidspunkt))
    felt(samtale, ns, "InterviewContactTypeIdentifier", _form(o, i.form))
    if i.cv_godkendt is not None:
        felt(samtale, ns, "CvStatusIdentifier", kode(o.koder, "cvstatus.godkendt" if i.cv_godkendt else "cvstatus.ikke_godkendt"))
    if i.aftaler:
        felt(samtale, ns, "Agreements", i.aftaler)
    if i.raadighedsvurdering:
        felt(samtale, ns, "AvailabilityAssessment", i.raadighedsvurdering)
    if i.jobcenter_deltog is not None:
        felt(samtale, ns, "JobcenterParticipation", "true" if i.jobcenter_deltog else "false")
    laes = rodelement(LAES.navnerum, "GetInterviewInfoRequest")
    felt(laes, LAES.navnerum, "PersonCivilRegistrationIdentifier", cpr)
    return Anmodning(
        tjeneste=OPRET.navn,
        operation="CreatePersonInterview",
        klasse=Klasse.NATURLIG_NOEGLE,
        akassekode=akassekode,
        metode="POST",
        sti=o.adresser.get(OPRET.navn) or f"{o.base_url.rstrip('/')}{OPRET.sti}",
        hoved=soap.hoveder("CreatePersonInterview"),
        krop=soap.kuvert(o, akassekode, h.tid, rod),
        noegle={
            "type": SAMTALETYPE[i.formaal],
            "tid": tidspunkt(i.tidspunkt),
            "laes": soap.kuvert(o, akassekode, h.tid, laes).decode(),
        },
        entitets_id=str(i.samtale_id),
    )


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetInterviewInfo about the same person."""
    return Anmodning(
        tjeneste=LAES.navn,
        operation="GetInterviewInfo",
        klasse=a.klasse,
        akassekode=a.akassekode,
        metode="POST",
        sti=o.adresser.get(LAES.navn) or f"{o.base_url.rstrip('/')}{LAES.sti}",
        hoved=soap.hoveder("GetInterviewInfo"),
        krop=str(a.noegle["laes"]).encode(),
    )


def sammenlign(a: Anmodning, indhold: Any) -> Fund:
    """Equal type and time is our talk: DFDG takes no two of them."""
    oensket = datetime.fromisoformat(a.noegle["tid"])
    for samtale in indhold.iter(f"{{{LAES.navnerum}}}PersonInterview"):
        type_ = samtale.findtext(f"{{{LAES.navnerum}}}InterviewTypeIdentifier")
        tid = samtale.findtext(f"{{{LAES.navnerum}}}InterviewDateTime")
        if type_ == a.noegle["type"] and tid and datetime.fromisoformat(tid) == oensket:
            return Fund.LIG
    return Fund.FRAVAERENDE
