"""Participants, CV status, Min Plan and job goals, activities: their SOAP bodies, and all readings with their answers.

Element names are those of STAR's public pages where they show any (UpdateCVStatus, GetCV, ActivityService.CreateActivity,
``PlanDescription``); the others, and all readings, are made by this project.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Aktivitet, Cv, Person, Plan, Samtale
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.handlinger_oevrige import (
    GodkendJobmaal,
    OpretAktivitet,
    SaetCv,
    SkrivPlan,
    SletAktivitet,
    TilfoejDeltager,
)
from sandbox.dfdg.kald import KOEBENHAVN, Kald
from sandbox.dfdg.soap_indhold import CPR, KORT, P_MYNDIGHED, Felter, Operation, Skemafejl, deltager_under
from sandbox.dfdg.tilstand import Tilstand

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
#: STAR's later draft of UpdateCVStatus (0-375); an earlier one has 400.
CVKOMMENTAR_LAENGDE = 375
PLANBESKRIVELSE_LAENGDE = 4050


def kuvert(krop: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP11}"><s:Body>{krop}</s:Body></s:Envelope>'
    ).encode()


def svar(tjeneste: str, version: int, operation: str, indhold: str) -> bytes:
    """``<operation>Response`` in the service's namespace."""
    navnerum = f"http://service.bm.dk/pjaktass/{tjeneste}/{version}/"
    return kuvert(f'<{operation}Response xmlns="{navnerum}">{indhold}</{operation}Response>')


def _felt(navn: str, vaerdi: object) -> str:
    return "" if vaerdi is None else f"<{navn}>{escape(str(vaerdi))}</{navn}>"


def _guid(rod: Felter, navn: str) -> str:
    ident = rod.guid(navn)
    if ident is None:
        raise Skemafejl(navn)
    return ident


# --- talks ----------------------------------------------------------------------------------------------


def _tilfoej_deltager(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR, "InterviewIdentifier", "InterviewParticipant")))
    deltager = deltager_under(rod, "InterviewParticipant")
    if deltager.id is None:
        raise Skemafejl("MessageIdentifier")
    kald.entitets_id = deltager.id
    kald.handling = TilfoejDeltager(_guid(rod, "InterviewIdentifier"), deltager)


def _hent_samtaler(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR,)))
    kald.opslag = _samtaler


def _samtaler(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001 - one signature for all readings
    """GetInterviewInfo: the talks held with the citizen, by time, each with its participants."""
    talks = "".join(_samtale(s) for s in sorted(person.samtaler.values(), key=lambda s: s.tid))
    return svar("InterviewService", 1, "GetInterviewInfo", f"<Interviews>{talks}</Interviews>")


def _samtale(samtale: Samtale) -> str:
    deltagere = "".join(
        f"<InterviewParticipant>{_felt('MessageIdentifier', d.id)}{_felt('ParticipantName', d.navn)}"
        f"{_felt('ParticipantRole', d.rolle)}{_felt('ParticipationForm', d.form)}</InterviewParticipant>"
        for d in samtale.deltagere
    )
    liste = f"<InterviewParticipants>{deltagere}</InterviewParticipants>" if deltagere else ""
    return (
        f"<PersonInterview><MessageIdentifier>{samtale.id}</MessageIdentifier>"
        f"<InterviewTypeIdentifier>{samtale.type}</InterviewTypeIdentifier>"
        f"<InterviewDateTime>{samtale.tid.astimezone(KOEBENHAVN).isoformat()}</InterviewDateTime>{liste}"
        "</PersonInterview>"
    )


# --- CV -------------------------------------------------------------------------------------------------


def _saet_cv(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR, "CvStatusIdentifier", "Comment")))
    kald.kode_ikke_medlem = koder.INGEN_AKASSE
    kommentar = rod.valgfri_tekst("Comment", 0, CVKOMMENTAR_LAENGDE)
    kald.handling = SaetCv(rod.kode("CvStatusIdentifier"), kommentar, kald.organisationstype)


def _hent_cv(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR,)))
    kald.opslag = _cv


def _cv(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
    cv = person.cv or Cv()
    felter = _felt("Municipality", person.kommune or "")
    felter += _felt("CVStatusIdentifier", cv.status) + _felt("CVComment", cv.kommentar)
    return svar("CVService", 6, "GetCV", felter)


# --- Min Plan and job goals -----------------------------------------------------------------------------


def _laes_plan(rod: Felter, kald: Kald, status: str) -> None:
    rod.kun(frozenset((CPR, "UnemploymentFundCode", "PlanIdentifier", "PlanDescription", "ProposedJobGoals")))
    if not P_MYNDIGHED.fullmatch(rod.tekst("UnemploymentFundCode", 1, 8)):
        raise Skemafejl("UnemploymentFundCode")
    kald.kode_ikke_medlem = koder.INGEN_AKASSE
    plan_id = rod.tekst("PlanIdentifier", 1, KORT)
    beskrivelse = rod.tekst("PlanDescription", 1, PLANBESKRIVELSE_LAENGDE)
    kald.handling = SkrivPlan(plan_id, status, beskrivelse, _maal(rod, "ProposedJobGoals"))


def _maal(rod: Felter, navn: str) -> tuple[str, ...]:
    maal = tuple((m.text or "").strip() for m in rod.flere(navn, "JobGoal"))
    if not all(maal) or any(len(m) > PLANBESKRIVELSE_LAENGDE for m in maal):
        raise Skemafejl("JobGoal")
    return maal


def _kladde(rod: Felter, kald: Kald) -> None:
    _laes_plan(rod, kald, "draft")


def _udgiv(rod: Felter, kald: Kald) -> None:
    _laes_plan(rod, kald, "published")


def _godkend_maal(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR, "PlanIdentifier", "JobGoals")))
    maal = _maal(rod, "JobGoals")
    if not maal:
        raise Skemafejl("JobGoals")
    kald.handling = GodkendJobmaal(rod.tekst("PlanIdentifier", 1, KORT), maal)


def _plan_id(rod: Felter) -> str:
    return rod.kun(frozenset((CPR, "PlanIdentifier"))).tekst("PlanIdentifier", 1, KORT)


def _hent_plan(rod: Felter, kald: Kald) -> None:
    plan_id = _plan_id(rod)

    def opslag(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
        plan = person.planer.get(plan_id)
        return svar("PlanService", 1, "GetPlan", "" if plan is None else _plan(plan))

    kald.opslag = opslag


def _plan(plan: Plan) -> str:
    felter = _felt("PlanIdentifier", plan.id) + _felt("Status", plan.status)
    return f"<Plan>{felter}{_felt('PlanDescription', plan.beskrivelse)}</Plan>"


def _hent_maal(rod: Felter, kald: Kald) -> None:
    plan_id = _plan_id(rod)

    def opslag(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
        plan = person.planer.get(plan_id)
        maal = "".join(_felt("JobGoal", m) for m in (plan.jobmaal if plan else ()))
        return svar("JobGoalService", 1, "GetJobGoals", f"<JobGoals>{maal}</JobGoals>")

    kald.opslag = opslag


# --- activities -----------------------------------------------------------------------------------------

_KERNE = frozenset(
    (
        "ActivityIdentifier",
        "StartDate",
        "EndDate",
        "HoursPerWeek",
        "MinutesPerWeek",
        "ResponsibleAuthority",
        "ActivationTypeIdentifier",
        "BottleneckSector",
    )
)


def _opret_aktivitet(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR, "ActivityItem")))
    kerne = rod.under("ActivityItem", frozenset(("ActivityCoreItem",))).under("ActivityCoreItem", _KERNE)
    myndighed = kerne.under("ResponsibleAuthority", frozenset(("AuthorityStructure", "CaseWorker"))).under(
        "AuthorityStructure", frozenset(("AuthorityCode", "AuthorityName", "OrganisationTypeIdentifier"))
    )
    kode = myndighed.tekst("AuthorityCode", 1, 8)
    if not P_MYNDIGHED.fullmatch(kode):
        raise Skemafejl("AuthorityCode")
    kald.entitets_id = _guid(kerne, "ActivityIdentifier")
    kald.handling = OpretAktivitet(
        id=kald.entitets_id,
        type=kerne.kode("ActivationTypeIdentifier"),
        start=kerne.ren_dato("StartDate"),
        slut=kerne.ren_dato("EndDate"),
        timer=kerne.heltal("HoursPerWeek", 0, 59),
        minutter=kerne.heltal("MinutesPerWeek", 0, 59),
        myndighed=kode,
        myndighedsnavn=myndighed.tekst("AuthorityName", 1, 100),
    )


def _aktivitets_id(rod: Felter) -> str:
    return _guid(rod.kun(frozenset((CPR, "ActivityIdentifier"))), "ActivityIdentifier")


def _slet_aktivitet(rod: Felter, kald: Kald) -> None:
    kald.entitets_id = _aktivitets_id(rod)
    kald.handling = SletAktivitet(kald.entitets_id)


def _hent_aktivitet(rod: Felter, kald: Kald) -> None:
    id_ = _aktivitets_id(rod)

    def opslag(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
        aktivitet = person.aktiviteter.get(id_)
        return svar("ActivityService", 1, "GetActivity", "" if aktivitet is None else _aktivitet(aktivitet))

    kald.opslag = opslag


def _aktivitet(a: Aktivitet) -> str:
    felter = _felt("ActivityIdentifier", a.id) + _felt("StartDate", a.start) + _felt("EndDate", a.slut)
    felter += _felt("HoursPerWeek", a.timer) + _felt("MinutesPerWeek", a.minutter)
    myndighed = _felt("AuthorityCode", a.myndighed) + _felt("AuthorityName", a.myndighedsnavn)
    felter += f"<ResponsibleAuthority><AuthorityStructure>{myndighed}</AuthorityStructure></ResponsibleAuthority>"
    felter += _felt("ActivationTypeIdentifier", a.type)
    return f"<ActivityItem><ActivityCoreItem>{felter}</ActivityCoreItem></ActivityItem>"


# --- code lists -----------------------------------------------------------------------------------------

KODELISTER = ("CodeListService", 5)


def laes_kodeliste(navn: str, kald: Kald) -> None:
    """CodeListService v5, ``Get<navn>CodeList``: nobody's in particular; 2001 for a list that is not there."""
    kald.adgang = "ingen"

    def opslag(person: Person, tilstand: Tilstand) -> bytes | list[Dfdgfejl]:  # noqa: ARG001
        raekker = tilstand.kodelister[navn]
        if raekker is None:
            return [fejl(koder.KODELISTE_UKENDT)]
        punkter = "".join(
            f"<CodeListItem>{_felt('Identifier', r.kode)}{_felt('Name', r.tekst)}"
            f"{_felt('ValidFrom', r.fra)}{_felt('ValidTo', r.til)}</CodeListItem>"
            for r in raekker
        )
        return svar(*KODELISTER, f"Get{navn}CodeList", punkter)

    kald.opslag = opslag


OEVRIGE: tuple[Operation, ...] = (
    Operation("PersonRegistrationService", 9, "AddInterviewParticipant", _tilfoej_deltager),
    Operation("InterviewService", 1, "GetInterviewInfo", _hent_samtaler, laesning=True),
    Operation("CVWorkFlowService", 1, "UpdateCVStatus", _saet_cv),
    Operation("CVService", 6, "GetCV", _hent_cv, laesning=True),
    Operation("PlanService", 1, "CreateDraftPlan", _kladde),
    Operation("PlanService", 1, "PublishPlan", _udgiv),
    Operation("PlanService", 1, "GetPlan", _hent_plan, laesning=True),
    Operation("JobGoalService", 1, "ApproveJobGoals", _godkend_maal),
    Operation("JobGoalService", 1, "GetJobGoals", _hent_maal, laesning=True),
    Operation("ActivityService", 1, "CreateActivity", _opret_aktivitet),
    Operation("ActivityService", 1, "DeleteActivity", _slet_aktivitet),
    Operation("ActivityService", 1, "GetActivity", _hent_aktivitet, laesning=True),
)
