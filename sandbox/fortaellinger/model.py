"""What is written down about a member before anything is published: each event, and what must become of it.

Nothing here knows the gateway. A story is an own reading of the rules of the kontaktforløb (the ministry's guidance to
the trial order, the act of 2024) and of the public interface; the judge compares it with what really happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")

#: Absence types at DFDG whose ids are public: the course is with the a-kasse; holiday.
FRAVAER_KONTAKTFORLOEB = "75"
FRAVAER_FERIE = "10"

#: Interview types at DFDG per purpose of a talk.
SAMTALETYPE = {"cv": "10", "raadighed": "15", "jobsamtale": "7", "faelles": "17"}

Status = Literal["registreret", "videresendt", "noteret", "uden_virkning", "afvist", "sprunget_over"]
Virkningsart = Literal[
    "opret_fravaer",
    "ret_fravaer",
    "slet_fravaer",
    "opret_samtale",
    "tilfoej_deltager",
    "afmeld",
    "opret_indkaldelse",
    "ret_indkaldelse",
    "slet_indkaldelse",
    "saet_deltagelsesvalg",
    "saet_cvstatus",
    "gem_plankladde",
    "publicer_plan",
    "godkend_jobmaal",
    "opret_aktivitet",
]
Rettet = Literal["tilbagekaldt", "erstattet"]

KVITTERING = "gateway.kvittering.v1"
HOS_AKASSE = "gateway.kontaktforloeb-hos-akasse.v1"
OPHOERT = "gateway.kontaktforloeb-ophoert.v1"
OVERDRAGELSE = "gateway.overdragelse.v1"
INDSTILLING = "gateway.indstilling.v1"
INDSTILLING_TRUKKET = "gateway.indstilling-trukket.v1"
DELTAGELSE_ANMODET = "gateway.deltagelse-anmodet.v1"
FORSLAG_BESVARET = "gateway.indsatsforslag-besvaret.v1"
JOBORDREKONTAKT = "gateway.jobordrekontakt.v1"
DELTAGELSE_BESLUTTET = "gateway.deltagelse-besluttet.v1"
JOBCENTERSAMTALE = "gateway.jobcentersamtale.v1"
TILBUDSAFGOERELSE = "gateway.tilbudsafgoerelse.v1"
INDSATSFORSLAG = "gateway.indsatsforslag.v1"
SAMTALE_ANNULLERET = "gateway.samtale-annulleret.v1"
OVERDRAGELSE_MODTAGET = "gateway.overdragelse-modtaget.v1"
OVERDRAGELSE_AFVIST = "gateway.overdragelse-afvist.v1"


@dataclass(frozen=True, slots=True)
class Dfdgvirkning:
    """One effect at DFDG by its content, never by an id.

    ``type`` is the absence or interview type (None where the act alone says it); ``start`` a date ``YYYY-MM-DD``, for a
    held or planned talk its Copenhagen time ``YYYY-MM-DDTHH:MM``. What a deletion, a plan, a CV status or a participant
    says is not compared: ``start`` is then empty.
    """

    art: Virkningsart
    type: str | None
    start: str
    slut: str | None = None
    aarsag: str | None = None

    def indhold(self) -> str:
        """The content as one comparable string."""
        return f"{self.art}|{self.type or ''}|{self.start}|{self.slut or ''}|{self.aarsag or ''}"


@dataclass(frozen=True, slots=True)
class ForventetBesked:
    """A message somebody must get because of an event: its type, to whom (``jobcenter.0101``), and what it must say.

    ``data`` names the fields that are compared; others are free.
    """

    type: str
    til: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forventning:
    """What must become of one event. ``regel``, ``flag`` and ``pligter`` are given where the domain leaves no doubt.

    ``rettet``: a later event of the publisher withdraws or replaces this one, so that after its final kvittering one more
    edition comes: ``sprunget_over`` with that code.
    """

    status: Status
    regel: str | None = None
    flag: tuple[str, ...] = ()
    dfdg: tuple[Dfdgvirkning, ...] = ()
    beskeder: tuple[ForventetBesked, ...] = ()
    pligter: tuple[str, ...] = ()
    rettet: Rettet | None = None


@dataclass(frozen=True, slots=True)
class Udloeser:
    """The event is published only after its publisher got this message about the citizen.

    ``kopier``: fields of the message's data that the event repeats (an id that the gateway chose). ``haendelse``: only a
    message that this event caused is meant; of kvitteringer the final one. ``part``: who must have got it, when it is not
    the event's own publisher (a member who goes to another a-kasse says there that the old one has been left).
    ``indmeldes``: before the event is published, DFDG learns that the citizen is its publisher's member from that day on. The
    day is the story's own: what DFDG tells of memberships then agrees with the events, whichever the gateway hears first.
    """

    besked: str
    kopier: tuple[str, ...] = ()
    haendelse: str | None = None
    part: str | None = None
    indmeldes: date | None = None


@dataclass(frozen=True, slots=True)
class PlanlagtHaendelse:
    """One event as it will be published, and what must become of it.

    ``part`` is the publisher (``akasse.01``); ``subject`` its own id of the person, also the key, so that one person's
    events share a partition. ``gentagelse``: the same event sent once more; it has no outcome of its own.
    ``rettelse``: DFDG will refuse this event's content; an operator then replaces its data with these, and the
    expectation speaks of the corrected one. ``under_nedbrud``: to be published while DFDG is down. ``erstatter``: the id
    of the publisher's earlier event in whose place this one stands. ``uforstaaet``: it breaks the format itself.
    """

    part: str
    id: str
    type: str
    tid: datetime
    subject: str
    data: Mapping[str, Any] = field(repr=False)
    forventning: Forventning
    sekvens: int
    efter: Udloeser | None = None
    gentagelse: bool = False
    rettelse: Mapping[str, Any] | None = field(default=None, repr=False)
    under_nedbrud: bool = False
    erstatter: str | None = None
    uforstaaet: bool = False

    @property
    def cpr(self) -> str:
        return str(self.data["cpr"])

    @property
    def emne(self) -> str:
        """The topic it is published on."""
        return f"{self.part}.haendelser.v1"

    @property
    def noegle(self) -> bytes:
        return self.subject.encode()

    @property
    def kilde(self) -> str:
        """CloudEvents ``source``: ``/akasse/<kode>/<system>``."""
        return f"/{self.part.replace('.', '/', 1)}/sandkasse"

    def attributter(self) -> dict[str, Any]:
        """The CloudEvents attributes but ``data``."""
        ud: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.kilde,
            "type": self.type,
            "time": self.tid.isoformat(),
            "subject": self.subject,
            "sekvens": self.sekvens,
        }
        if self.erstatter is not None:
            ud["erstatter"] = self.erstatter
        return ud

    def struktureret(self, data: Mapping[str, Any] | None = None) -> bytes:
        """The event as a structured CloudEvent, with other ``data`` where given."""
        return orjson.dumps({**self.attributter(), "datacontenttype": "application/json", "data": data or self.data})

    def binaer(self, data: Mapping[str, Any] | None = None) -> tuple[list[tuple[str, bytes]], bytes]:
        """The event as a binary CloudEvent: headers, value."""
        hoved = [(f"ce_{navn}", str(vaerdi).encode()) for navn, vaerdi in self.attributter().items()]
        return [*hoved, ("content-type", b"application/json")], orjson.dumps(data or self.data)


@dataclass(frozen=True, slots=True)
class Fortaelling:
    """One member's course: who (by the publisher's own id), what it shows, and the events in their order.

    ``bookinger``: talks that stand booked in the jobcenter, at DFDG, when the story begins. ``markeringer``: starts of
    markings (absence 75) that another system of the a-kasse has made there before.
    """

    titel: str
    subject: str
    part: str
    regime: str
    haendelser: tuple[PlanlagtHaendelse, ...]
    bookinger: tuple[datetime, ...] = ()
    markeringer: tuple[date, ...] = ()

    @property
    def cpr(self) -> str:
        """The number by which the story begins."""
        return self.haendelser[0].cpr

    @property
    def numre(self) -> frozenset[str]:
        """Every CPR number that the person has in the story."""
        return frozenset(h.cpr for h in self.haendelser)

    def fremmede_virkninger(self) -> tuple[Dfdgvirkning, ...]:
        """What stands at DFDG before the story begins, by another system's hand."""
        return tuple(Dfdgvirkning("opret_fravaer", FRAVAER_KONTAKTFORLOEB, dag.isoformat()) for dag in self.markeringer)


#: An example annex of the trial order: eight a-kasser in the whole country, one in four kommuner only.
DAEKNING: Mapping[str, frozenset[str]] = {
    **{f"{nr:02d}": frozenset({"*"}) for nr in range(1, 9)},
    "09": frozenset({"0101", "0147", "0751", "0461"}),
}

#: Kommuner that the stories use: the four above first.
KOMMUNER = ("0101", "0147", "0751", "0461", "0851", "0265", "0630", "0561", "0615", "0740", "0370", "0661")


@dataclass(frozen=True, slots=True)
class Forudsaetninger:
    """What an installation decides and a story must know.

    ``daekning``: akassekode to its kommuner (``*`` = all). ``koder``: DFDG codes that are not public, by the name of
    the code list's row (``fravaerstype.mindre_intensiv.job``); an act whose code is missing is not told.
    ``idag``: the day of sending, for the de-registration after a missed deadline alone. ``kommuner``: those that are
    used; kommuner with a trial of their own must not be among them.
    """

    idag: date
    daekning: Mapping[str, frozenset[str]] = field(default_factory=lambda: DAEKNING)
    koder: Mapping[str, str] = field(default_factory=dict)
    kommuner: tuple[str, ...] = KOMMUNER

    def daekkede(self, akassekode: str) -> tuple[str, ...]:
        """The kommuner in which the a-kasse holds the course during the trial."""
        egne = self.daekning[akassekode]
        return self.kommuner if "*" in egne else tuple(k for k in self.kommuner if k in egne)

    def udaekkede(self, akassekode: str) -> tuple[str, ...]:
        """The other kommuner."""
        daekkede = self.daekkede(akassekode)
        return tuple(k for k in self.kommuner if k not in daekkede)
