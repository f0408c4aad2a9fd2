"""What the stand-in knows: persons, their absences, talks, bookings, deadlines; which request ids were used.

State changes only by ``anvend`` of a line of the log, the same live and when the log is taken up again after a restart:
so what the log says and what the stand-in answers cannot differ.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.log import COMMITTED, SAT
from sandbox.dfdg.ur import Ur

#: Absence types that close the citizen's open deadlines for self-booking (the deadline service's description) ...
LUKKER_FRISTER = frozenset({56, 57, 75})
#: ... and the one that cancels bookings too (STAR's questions and answers on the trial, 9 March 2020).
KONTAKTFORLOEB_HOS_AKASSE = 75
#: Bookings that it cancels: jobsamtaler the member booked, and the jobcentre's summons to a joint jobsamtale.
AFLYSES_AF_75 = frozenset({7, 17})


@dataclass(slots=True)
class Fravaer:
    """An absence. Dates are Copenhagen dates; ``slut`` is its last day."""

    id: str
    type: int
    start: date
    slut: date | None
    anmeldt: date
    kommentar: str | None
    aarsag: int | None


@dataclass(slots=True)
class Samtale:
    """A held talk."""

    id: str
    type: int
    tid: datetime


@dataclass(slots=True)
class Frist:
    """A deadline for self-booking that a jobcentre has set (seeded over the admin API)."""

    id: str
    type: int
    dato: date
    aaben: bool = True


@dataclass(slots=True)
class Booking:
    """A planned meeting (seeded over the admin API). ``ophav``: ``borger``, ``jobcenter`` or ``akasse``."""

    id: str
    type: int
    start: datetime
    ophav: str = "jobcenter"
    aktiv: bool = True


@dataclass(slots=True)
class Person:
    """A citizen. ``akasse`` None: nobody has registered anything, or no member."""

    akasse: str | None = None
    kommune: str | None = None
    tilmeldt: bool = True
    doed: bool = False
    afmeldt_fra: date | None = None
    fravaer: dict[str, Fravaer] = field(default_factory=dict)
    samtaler: dict[str, Samtale] = field(default_factory=dict)
    frister: dict[str, Frist] = field(default_factory=dict)
    bookinger: dict[str, Booking] = field(default_factory=dict)

    def har_aabent_fravaer(self, typer: tuple[int, ...], dag: date) -> bool:
        """Whether an absence of one of ``typer`` runs on ``dag``."""
        return any(
            f.type in typer and f.start <= dag and (f.slut is None or dag <= f.slut) for f in self.fravaer.values()
        )

    def lukkes_af(self, fravaerstype: int) -> list[str]:
        """Ids of the open deadlines and live bookings that creating such an absence closes."""
        lukkede: list[str] = []
        if fravaerstype in LUKKER_FRISTER:
            lukkede += [frist.id for frist in self.frister.values() if frist.aaben]
        if fravaerstype == KONTAKTFORLOEB_HOS_AKASSE:
            lukkede += [b.id for b in self.bookinger.values() if b.aktiv and _aflyses(b)]
        return lukkede


def _aflyses(booking: Booking) -> bool:
    return booking.type in AFLYSES_AF_75 and booking.ophav != "akasse"


_UKENDT = Person()


class Tilstand:
    """Everything the stand-in remembers."""

    def __init__(self, ur: Ur) -> None:
        self.ur = ur
        self.indstillinger = Indstillinger()
        self.personer: dict[str, Person] = {}
        self.brugte_id: set[str] = set()
        self.forsoeg = 0
        self.committed: Counter[str] = Counter()
        self.udfald: Counter[str] = Counter()
        self._request_ids: OrderedDict[str, datetime] = OrderedDict()

    # --- reading ------------------------------------------------------------------------------------

    def person(self, cpr: str) -> Person | None:
        """The citizen, None when not known to DFDG."""
        kendt = self.personer.get(cpr)
        if kendt is None and self.indstillinger.medlemskab == "foerste":
            return _UKENDT
        return kendt

    def request_id_brugt(self, request_id: str) -> bool:
        """Whether the id was used within the days that ids are remembered, by the stand-in's own clock."""
        nu = self.ur.nu()
        levetid = timedelta(days=self.indstillinger.request_id_dage)
        while self._request_ids:
            aeldste, brugt = next(iter(self._request_ids.items()))
            if nu - brugt < levetid:
                break
            del self._request_ids[aeldste]
        brugt_da = self._request_ids.get(request_id)
        return brugt_da is not None and nu - brugt_da < levetid

    def frigiv_request_id(self, request_id: str) -> None:
        """The call did not use its id up after all (it was only held while the call was under way)."""
        self._request_ids.pop(request_id, None)

    def hold_request_id(self, request_id: str) -> None:
        """The id is taken from now on."""
        self._request_ids[request_id] = self.ur.nu()
        self._request_ids.move_to_end(request_id)

    def naeste_forsoeg(self) -> int:
        self.forsoeg += 1
        return self.forsoeg

    # --- lines of the log -> state --------------------------------------------------------------------

    def anvend(self, post: dict[str, Any]) -> None:
        """Takes one line of the log in. Only ``committed`` and ``sat`` change what DFDG knows of a citizen."""
        udfald: str = post["udfald"]
        if udfald == COMMITTED:
            self.committed[post["operation"]] += 1
            self._anvend_virkning(post)
        elif udfald == SAT:
            self._anvend_styring(post["operation"], post["cpr"], post["data"])
        else:
            self.udfald[udfald] += 1

    def genskab(self, post: dict[str, Any]) -> None:
        """Takes one line of an earlier run's log in: as ``anvend``, and what a run keeps beside the lines."""
        tid = datetime.fromisoformat(post["tid"])
        self.ur.spring_til_efter(tid)
        self.forsoeg = max(self.forsoeg, post.get("forsoeg") or 0)
        if post.get("idBrugt") and post["requestId"]:
            self._request_ids[post["requestId"]] = tid + timedelta(days=self.ur.flyttet_dage)
            self._request_ids.move_to_end(post["requestId"])
        self.anvend(post)

    def _anvend_virkning(self, post: dict[str, Any]) -> None:
        person = self.personer.setdefault(post["cpr"], Person())
        if person.akasse is None:
            person.akasse = post["akasse"]
        operation: str = post["operation"]
        entitet: str = post["entitetsId"]
        if operation in ("CreateFravaer", "CreateFravaerMedIdentifier", "CreateAbsence"):
            person.fravaer[entitet] = _fravaer(post)
            self.brugte_id.add(entitet)
            for lukket in post["lukkede"]:
                if lukket in person.frister:
                    person.frister[lukket].aaben = False
                if lukket in person.bookinger:
                    person.bookinger[lukket].aktiv = False
        elif operation == "UpdateFravaer":
            person.fravaer[entitet] = _fravaer(post)
        elif operation == "DeleteFravaer":
            del person.fravaer[entitet]
        elif operation == "CreatePersonInterview":
            tid = datetime.fromisoformat(post["start"]).astimezone(UTC)
            person.samtaler[entitet] = Samtale(entitet, int(post["type"]), tid)
            self.brugte_id.add(entitet)
        elif operation == "CancelUnemploymentEnrollment":
            person.tilmeldt = False
            person.afmeldt_fra = date.fromisoformat(post["start"])
        else:
            raise ValueError(f"no such effect: {operation}")

    def _anvend_styring(self, operation: str, cpr: str | None, data: dict[str, Any]) -> None:
        if operation == "person" and cpr is not None:
            self._saet_person(cpr, data)
        elif operation == "indstillinger":
            self.indstillinger = self.indstillinger.med(data)
        elif operation == "ur":
            self.ur.flyt_dage(data["flyttet_dage"])
        elif operation == "glem_request_ids":
            self._request_ids.clear()
        elif operation == "glem_request_id":
            self._request_ids.pop(data["requestId"], None)
        else:
            raise ValueError(f"no such change: {operation}")

    def _saet_person(self, cpr: str, data: dict[str, Any]) -> None:
        gammel = self.personer.get(cpr) or Person()
        person = replace(
            gammel, **{navn: data[navn] for navn in ("akasse", "kommune", "tilmeldt", "doed") if navn in data}
        )
        if person.tilmeldt:
            person.afmeldt_fra = None
        for frist in data.get("frister", ()):
            person.frister[frist["id"]] = Frist(frist["id"], frist["type"], date.fromisoformat(frist["dato"]))
        for booking in data.get("bookinger", ()):
            start = datetime.fromisoformat(booking["start"])
            person.bookinger[booking["id"]] = Booking(
                booking["id"], booking["type"], start, booking.get("ophav", "jobcenter")
            )
        self.personer[cpr] = person


def _fravaer(post: dict[str, Any]) -> Fravaer:
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


def person_som_json(cpr: str, person: Person) -> dict[str, Any]:
    """What is known of a citizen, as the admin API gives it."""

    def post(ting: Any) -> dict[str, Any]:
        return {felt.name: getattr(ting, felt.name) for felt in fields(ting)}

    return {
        "cpr": cpr,
        "akasse": person.akasse,
        "kommune": person.kommune,
        "tilmeldt": person.tilmeldt,
        "doed": person.doed,
        "afmeldt_fra": person.afmeldt_fra,
        "fravaer": [post(f) for f in person.fravaer.values()],
        "samtaler": [post(s) for s in person.samtaler.values()],
        "frister": [post(f) for f in person.frister.values()],
        "bookinger": [post(b) for b in person.bookinger.values()],
    }
