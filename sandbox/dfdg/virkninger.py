"""From lines of the log to what DFDG knows: each operation's effect on the citizen, live and after a restart alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sandbox.dfdg.borger import (
    FAELLES,
    KONTAKTFORLOEB_HOS_AKASSE,
    MEDLEM_SIDEN,
    Aktivitet,
    Booking,
    Cv,
    Deltager,
    Fravaer,
    Frist,
    Kontaktgruppe,
    Medlemskab,
    Person,
    Plan,
    Samtale,
)

Post = dict[str, Any]
Virkning = Callable[[Person, Post], None]

OPRETTET, AENDRET, SLETTET = 1, 2, 3
#: Types of planned meeting that meet an open deadline of the same type (the deadline service's description).
OPFYLDER_FRIST = frozenset({4, 7, 17})


def version_af(post: Post, entitet: str) -> str:
    """The id of the edition of ``entitet`` that this line made: one line may touch several."""
    return str(uuid5(UUID(post["versionId"]) if post.get("versionId") else NAMESPACE_OID, entitet))


def _fravaer(post: Post) -> Fravaer:
    slut, aarsag = post["slut"], post["aarsag"]
    return Fravaer(
        id=post["entitetsId"],
        type=int(post["type"]),
        start=date.fromisoformat(post["start"]),
        slut=None if slut is None else date.fromisoformat(slut),
        anmeldt=date.fromisoformat(post["anmeldt"]),
        kommentar=post["kommentar"],
        aarsag=None if aarsag is None else int(aarsag),
    )


def _opret_fravaer(person: Person, post: Post) -> None:
    person.fravaer[post["entitetsId"]] = _fravaer(post)
    for lukket in post["lukkede"]:
        if lukket in person.frister:
            luk_frist(person.frister[lukket], post, opfyldt=False)
        if lukket in person.bookinger:
            booking = person.bookinger[lukket]
            booking.aktiv = False
            _ny_version(booking, post, SLETTET)
    _ny_gruppeversion(person, post)


def _ret_fravaer(person: Person, post: Post) -> None:
    person.fravaer[post["entitetsId"]] = _fravaer(post)
    _ny_gruppeversion(person, post)


def _slet_fravaer(person: Person, post: Post) -> None:
    del person.fravaer[post["entitetsId"]]
    _ny_gruppeversion(person, post)


def _ny_gruppeversion(person: Person, post: Post) -> None:
    """An absence 75 that opens or closes makes a new edition of the open contact group (made by this project)."""
    if post["type"] != str(KONTAKTFORLOEB_HOS_AKASSE):
        return
    for gruppe in person.alle_kontaktgrupper():
        if gruppe.slut is None:
            gruppe.version = person.gruppeversion = version_af(post, gruppe.id)


def luk_frist(frist: Frist, post: Post, *, opfyldt: bool) -> None:
    frist.aaben, frist.opfyldt = False, opfyldt
    fristversion(frist, post, AENDRET)


def fristversion(frist: Frist, post: Post, aendring: int) -> None:
    frist.versioner.append(
        {
            "versionIdentifier": version_af(post, frist.id),
            "aendringstype": aendring,
            "registreringstidspunkt": post["tid"],
            "dato": frist.dato.isoformat(),
            "status": frist.status,
        }
    )


# --- talks ----------------------------------------------------------------------------------------------


def _opret_samtale(person: Person, post: Post) -> None:
    entitet = post["entitetsId"]
    tid = datetime.fromisoformat(post["start"]).astimezone(UTC)
    deltagere = tuple(Deltager(**d) for d in post.get("deltagere", ()))
    person.samtaler[entitet] = Samtale(entitet, int(post["type"]), tid, deltagere)
    if post["type"] == str(FAELLES):
        # A choice counts for one meeting and is cleared when a held joint talk is registered.
        for booking in person.bookinger.values():
            booking.valg = None


def _tilfoej_deltager(person: Person, post: Post) -> None:
    samtale = person.samtaler[post["samtale"]]
    ny = Deltager(post["entitetsId"], post["navn"], post["rolle"], post["form"])
    samtale.deltagere = (*samtale.deltagere, ny)


def _afmeld(person: Person, post: Post) -> None:
    person.tilmeldt = False
    person.afmeldt_fra = date.fromisoformat(post["start"])


# --- planned talks --------------------------------------------------------------------------------------


def _skriv_indkaldelse(person: Person, post: Post) -> None:
    entitet = post["entitetsId"]
    gammel = person.bookinger.get(entitet)
    booking = gammel or Booking(entitet, 0, datetime.now(UTC), "akasse", akasse=post["akasse"])
    booking.type = int(post["type"])
    booking.start = datetime.fromisoformat(post["start"])
    booking.slut = datetime.fromisoformat(post["slut"])
    booking.form, booking.selvbooket = post["form"], post["selvbooket"]
    booking.moedelink, booking.adresse = post["moedelink"], post["adresse"]
    person.bookinger[entitet] = booking
    _ny_version(booking, post, AENDRET if gammel else OPRETTET)
    for frist_id in post.get("opfyldte", ()):
        luk_frist(person.frister[frist_id], post, opfyldt=True)


def _slet_indkaldelse(person: Person, post: Post) -> None:
    booking = person.bookinger[post["entitetsId"]]
    booking.aktiv = False
    _ny_version(booking, post, SLETTET)


def _saet_valg(person: Person, post: Post) -> None:
    booking = person.bookinger[post["entitetsId"]]
    booking.valg = int(post["type"])
    _ny_version(booking, post, AENDRET)


def _ny_version(booking: Booking, post: Post, aendring: int) -> None:
    booking.versioner.append(
        {
            "versionIdentifier": version_af(post, booking.id),
            "aendringstype": aendring,
            "registreringstidspunkt": post["tid"],
            "type": booking.type,
            "start": booking.start,
            "slut": booking.slut,
            "form": booking.form,
            "selvbooket": booking.selvbooket,
            "valg": booking.valg,
            "aktiv": booking.aktiv,
        }
    )


# --- CV, plan, activities -------------------------------------------------------------------------------


def _saet_cv(person: Person, post: Post) -> None:
    person.cv = replace(person.cv or Cv(), status=int(post["type"]), kommentar=post["kommentar"])


def _skriv_plan(person: Person, post: Post) -> None:
    gammel = person.planer.get(post["entitetsId"])
    person.planer[post["entitetsId"]] = Plan(
        post["entitetsId"],
        post["type"],
        post["beskrivelse"],
        tuple(post["foreslaaede"]),
        gammel.jobmaal if gammel else (),
    )


def _godkend_jobmaal(person: Person, post: Post) -> None:
    person.planer[post["entitetsId"]].jobmaal = tuple(post["jobmaal"])


def _opret_aktivitet(person: Person, post: Post) -> None:
    person.aktiviteter[post["entitetsId"]] = Aktivitet(
        post["entitetsId"],
        int(post["type"]),
        date.fromisoformat(post["start"]),
        date.fromisoformat(post["slut"]),
        post["timer"],
        post["minutter"],
        post["myndighed"],
        post["myndighedsnavn"],
    )


def _slet_aktivitet(person: Person, post: Post) -> None:
    del person.aktiviteter[post["entitetsId"]]


VIRKNINGER: dict[str, Virkning] = {
    "CreateFravaer": _opret_fravaer,
    "CreateFravaerMedIdentifier": _opret_fravaer,
    "CreateAbsence": _opret_fravaer,
    "UpdateFravaer": _ret_fravaer,
    "DeleteFravaer": _slet_fravaer,
    "CreatePersonInterview": _opret_samtale,
    "AddInterviewParticipant": _tilfoej_deltager,
    "CancelUnemploymentEnrollment": _afmeld,
    "CreateIndkaldelse": _skriv_indkaldelse,
    "UpdateIndkaldelse": _skriv_indkaldelse,
    "DeleteIndkaldelse": _slet_indkaldelse,
    "SaveDeltagelsesvalg": _saet_valg,
    "UpdateCVStatus": _saet_cv,
    "CreateDraftPlan": _skriv_plan,
    "PublishPlan": _skriv_plan,
    "ApproveJobGoals": _godkend_jobmaal,
    "CreateActivity": _opret_aktivitet,
    "DeleteActivity": _slet_aktivitet,
}

#: Operations whose entity ids are taken for good: used a second time they give 4977.
BRUGER_ID = frozenset(
    {
        "CreateFravaer",
        "CreateFravaerMedIdentifier",
        "CreateAbsence",
        "CreatePersonInterview",
        "AddInterviewParticipant",
        "CreateIndkaldelse",
        "CreateActivity",
    }
)


# --- changes from the admin API -------------------------------------------------------------------------


def saet_person(person: Person, post: Post) -> None:
    """What the admin API says of a citizen (``data`` of the line); what is not named stays."""
    data = post["data"]
    for navn in ("kommune", "tilmeldt", "doed"):
        if navn in data:
            setattr(person, navn, data[navn])
    if person.tilmeldt:
        person.afmeldt_fra = None
    if "akasse" in data:
        _skift_akasse(person, data["akasse"], date.fromisoformat(data["dag"]), data["medlemskabId"])
    for medlemskab in data.get("medlemskaber", ()):
        _saet_medlemskab(person, medlemskab)
    if "cv" in data:
        person.cv = replace(person.cv or Cv(), **data["cv"])
    for fravaer in data.get("fravaer", ()):
        felter = {
            "entitetsId": fravaer["id"],
            "slut": None,
            "aarsag": None,
            "kommentar": None,
            "anmeldt": fravaer["start"],
        }
        person.fravaer[fravaer["id"]] = _fravaer({**felter, **fravaer})
    for gruppe in data.get("kontaktgrupper", ()):
        slut = gruppe.get("slut")
        person.kontaktgrupper[gruppe["id"]] = Kontaktgruppe(
            gruppe["id"],
            gruppe["type"],
            date.fromisoformat(gruppe["start"]),
            None if slut is None else date.fromisoformat(slut),
            version_af(post, gruppe["id"]),
        )
    if "dagpengetaeller" in data:
        person.dagpengetaeller = data["dagpengetaeller"]
    for frist in data.get("frister", ()):
        kendt = frist["id"] in person.frister
        ny = Frist(frist["id"], frist["type"], date.fromisoformat(frist["dato"]))
        ny.versioner = person.frister[frist["id"]].versioner if kendt else []
        person.frister[ny.id] = ny
        fristversion(ny, post, AENDRET if kendt else OPRETTET)
    for booking in data.get("bookinger", ()):
        _saet_booking(person, booking, post)


def _saet_booking(person: Person, data: dict[str, Any], post: Post) -> None:
    gammel = person.bookinger.get(data["id"])
    slut = data.get("slut")
    ny = Booking(
        data["id"],
        data["type"],
        datetime.fromisoformat(data["start"]),
        data.get("ophav", "jobcenter"),
        aktiv=data.get("aktiv", True),
        slut=None if slut is None else datetime.fromisoformat(slut),
        form=data.get("form"),
        selvbooket=data.get("ophav") == "borger",
        versioner=gammel.versioner if gammel else [],
    )
    person.bookinger[ny.id] = ny
    aendring = SLETTET if not ny.aktiv else AENDRET if gammel else OPRETTET
    _ny_version(ny, post, aendring)


def _fast(person: Person) -> None:
    """From a fund that was only known to a membership with dates, before one is changed."""
    for medlemskab in person.alle_medlemskaber():
        person.medlemskaber[medlemskab.id] = medlemskab


def _skift_akasse(person: Person, akasse: str | None, dag: date, nyt_id: str) -> None:
    """Another fund (or none) has the citizen from ``dag`` on; the membership before ends the day before."""
    if person.ejer(dag) == akasse:
        return
    foerste = not person.alle_medlemskaber()
    _fast(person)
    for medlemskab in list(person.medlemskaber.values()):
        if medlemskab.start >= dag:
            del person.medlemskaber[medlemskab.id]
        elif medlemskab.daekker(dag):
            medlemskab.slut = dag - timedelta(days=1)
    if akasse is not None:
        person.medlemskaber[nyt_id] = Medlemskab(nyt_id, akasse, MEDLEM_SIDEN if foerste else dag)
    person.akasse = akasse


def _saet_medlemskab(person: Person, data: dict[str, Any]) -> None:
    """One membership period set, changed, or (``tilbagekaldt``) taken back as if it had not been."""
    _fast(person)
    if data.get("tilbagekaldt"):
        person.medlemskaber.pop(data["id"], None)
    else:
        slut = data.get("slut")
        person.medlemskaber[data["id"]] = Medlemskab(
            data["id"],
            data["akasse"],
            date.fromisoformat(data["start"]),
            None if slut is None else date.fromisoformat(slut),
        )
    if not person.medlemskaber:
        person.akasse = None
