"""The judge: compares what was written down before publishing with what happened.

Two witnesses are heard. DFDG's own log says what was committed, in which order, and what was asked for again after an
answered success; it is compared by content (person, type, time), never by ids. The kvitteringer and beskeder say what
the parties were told; they are compared event by event. A finding names the publisher's own id of the person, never a
CPR number.

Thrifty: per event a small record, per person its contents as strings and the commits as one byte each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from sandbox.fortaellinger.model import (
    KOEBENHAVN,
    KVITTERING,
    OVERDRAGELSE,
    Dfdgvirkning,
    Fortaelling,
    ForventetBesked,
    PlanlagtHaendelse,
    Virkningsart,
)

#: DFDG's writing operations, by what they do.
OPERATIONER: Mapping[str, Virkningsart] = {
    "CreateFravaer": "opret_fravaer",
    "CreateFravaerMedIdentifier": "opret_fravaer",
    "CreateAbsence": "opret_fravaer",
    "UpdateFravaer": "ret_fravaer",
    "DeleteFravaer": "slet_fravaer",
    "UpdateAbsenceActiveStatus": "slet_fravaer",
    "CreatePersonInterview": "opret_samtale",
    "CreateInterview": "opret_samtale",
    "AddInterviewParticipant": "tilfoej_deltager",
    "CancelUnemploymentEnrollment": "afmeld",
    "CreateIndkaldelse": "opret_indkaldelse",
    "UpdateIndkaldelse": "ret_indkaldelse",
    "DeleteIndkaldelse": "slet_indkaldelse",
    "SaveDeltagelsesvalg": "saet_deltagelsesvalg",
    "UpdateCVStatus": "saet_cvstatus",
    "CreateDraftPlan": "gem_plankladde",
    "PublishPlan": "publicer_plan",
    "ApproveJobGoals": "godkend_jobmaal",
    "CreateActivity": "opret_aktivitet",
}

#: Acts of which the act itself is compared, and no more.
KUN_ARTEN = frozenset(
    {
        "tilfoej_deltager",
        "slet_indkaldelse",
        "saet_deltagelsesvalg",
        "saet_cvstatus",
        "gem_plankladde",
        "publicer_plan",
        "godkend_jobmaal",
    }
)
#: Acts that happen at a time of day.
MED_KLOKKESLAET = frozenset({"opret_samtale", "opret_indkaldelse", "ret_indkaldelse"})

#: Messages that no event of a story leads to by itself: a clock, an operator or DFDG does.
UDEN_AARSAG = frozenset(
    {"gateway.puls.v1", "gateway.frist-advarsel.v1", "gateway.driftsbesked.v1", "gateway.dfdg-besked.v1"}
)
_FLEST_BRUD = 500


@dataclass(frozen=True, slots=True)
class Brud:
    """One finding: its kind, the publisher's own id of the person, the event where there is one, and what was seen."""

    art: str
    person: str
    haendelse: str | None
    tekst: str


@dataclass(slots=True)
class Dom:
    """The verdict. ``antal`` counts the findings by kind; ``brud`` names the first few hundred."""

    haendelser: int
    kvitteringer: dict[str, int]
    committed: int
    antal: Counter[str]
    brud: list[Brud] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.antal

    def dfdg(self) -> dict[str, int]:
        """What DFDG's log shows: effects committed, and what should be zero. Out of order counts citizens."""
        navne = ("lost", "duplicates", "out_of_order", "unexpected", "after_success")
        return {"committed": self.committed, **{navn: self.antal[navn] for navn in navne}}

    def andre(self) -> dict[str, int]:
        """The findings about kvitteringer and beskeder, by kind."""
        return {art: n for art, n in sorted(self.antal.items()) if art not in self.dfdg()}


class _Person:
    __slots__ = ("committed", "indhold", "kvitteret", "subject")

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.indhold: tuple[str, ...] = ()
        self.committed = bytearray()  # places in ``indhold``, in the order of the commits
        self.kvitteret = bytearray()  # places in ``indhold`` (a content's first), one for each answered success


class _Post:
    """One event's expectation and what has been heard of it."""

    __slots__ = (
        "beskeder",
        "cpr",
        "endelig_id",
        "flag",
        "pligter",
        "regel",
        "rettelse_id",
        "rettet",
        "status",
        "status_set",
    )

    def __init__(self, haendelse: PlanlagtHaendelse) -> None:
        forventning = haendelse.forventning
        self.cpr = haendelse.cpr
        self.status: str = forventning.status
        self.regel = forventning.regel
        self.flag = forventning.flag
        self.pligter = forventning.pligter
        self.rettet = forventning.rettet
        self.rettelse_id: str | None = None  # of the edition that says so
        self.beskeder = [_Ventet(b) for b in forventning.beskeder] or None
        self.status_set: str | None = None
        self.endelig_id: str | None = None


class _Ventet:
    __slots__ = ("besked", "fejl")

    def __init__(self, besked: ForventetBesked) -> None:
        self.besked = besked
        self.fejl: str | None = "kom ikke"


class Dommer:
    """Hears the stories first, then the messages as they come, and at the end DFDG's log."""

    def __init__(self) -> None:
        self._personer: dict[str, _Person] = {}
        self._poster: dict[tuple[str, str], _Post] = {}
        self._aarsager: dict[str, tuple[str, str]] = {}  # event ids that lead to messages
        self._sekvens: dict[tuple[str, str], dict[int, int]] = {}
        self._antal: Counter[str] = Counter()
        self._brud: list[Brud] = []
        self.endelige: Counter[str] = Counter()

    # --- before publishing ------------------------------------------------------------------------

    def optegn(self, fortaellinger: Iterable[Fortaelling]) -> Iterator[Fortaelling]:
        """Writes each story down as it passes; to be put between the teller and the publisher.

        Raises ValueError when two events share an id, or one person gets more than 255 contents.
        """
        for fortaelling in fortaellinger:
            self.skriv_ned(fortaelling)
            yield fortaelling

    def skriv_ned(self, fortaelling: Fortaelling) -> None:
        """Writes one story down."""
        person = self._personer.setdefault(fortaelling.cpr, _Person(fortaelling.subject))
        for nummer in fortaelling.numre:
            self._personer[nummer] = person
        indhold = [*person.indhold, *(v.indhold() for v in fortaelling.fremmede_virkninger())]
        for haendelse in fortaelling.haendelser:
            if haendelse.gentagelse:
                continue
            noegle = (haendelse.part, haendelse.id)
            if noegle in self._poster:
                raise ValueError(f"event id used twice: {haendelse.id}")
            self._poster[noegle] = _Post(haendelse)
            if haendelse.forventning.beskeder or haendelse.forventning.rettet:
                self._aarsager[haendelse.id] = noegle
            indhold += [virkning.indhold() for virkning in haendelse.forventning.dfdg]
        if len(indhold) > 255:
            raise ValueError(f"{fortaelling.subject}: more than 255 contents")
        person.indhold = tuple(indhold)

    @property
    def antal_haendelser(self) -> int:
        return len(self._poster)

    @property
    def antal_endelige(self) -> int:
        """Events with a final kvittering."""
        return sum(self.endelige.values())

    def mangler(self) -> Iterator[tuple[str, str]]:
        """(party, event id) of events without a final kvittering."""
        return (noegle for noegle, post in self._poster.items() if post.status_set is None)

    def ventede_beskeder(self) -> int:
        """Expected messages that have not come, or not yet in their last edition; corrected events' editions with them."""
        poster = (self._poster[noegle] for noegle in self._aarsager.values())
        return sum(
            sum(ventet.fejl is not None for ventet in post.beskeder or ())
            + (post.rettet is not None and post.rettelse_id is None)
            for post in poster
        )

    # --- the parties' messages --------------------------------------------------------------------

    def modtag(self, emne: str, noegle: bytes | None, vaerdi: bytes) -> None:
        """One message as a party read it from ``emne`` (its kvitteringer or beskeder topic)."""
        besked: dict[str, Any] = orjson.loads(vaerdi)
        data: dict[str, Any] = besked.get("data") or {}
        type_ = str(besked.get("type"))
        part = emne.rsplit(".", 2)[0]
        kendt = self._laes_sekvens(emne, noegle, besked, type_)
        if type_ == KVITTERING:
            self._laes_kvittering(part, besked, data)
        elif type_ not in UDEN_AARSAG and not kendt:
            # A repeat says nothing new: an earlier edition that is read once more is not the newest.
            self._laes_besked(part, type_, data)

    def _laes_sekvens(self, emne: str, noegle: bytes | None, besked: dict[str, Any], type_: str) -> bool:
        """``sekvens`` rises per topic and citizen; a repeat has the number and id it had before. Gives whether it is one."""
        if type_ in UDEN_AARSAG:
            return False
        subject, sekvens = besked.get("subject"), besked.get("sekvens")
        cpr = (besked.get("data") or {}).get("cpr")
        if cpr and any(cpr in str(felt) for felt in (noegle, subject, besked.get("id"), besked.get("source"))):
            self._fund("cpr_i_kuvert", self._subject(cpr), None, f"{type_}: the CPR number stands outside data")
        if subject is None and type_ == KVITTERING and cpr is None:
            return False  # of what was not understood: no citizen's order is known
        if subject is None or not isinstance(sekvens, int):
            self._fund("sekvens", "", None, f"{emne}: {type_} without subject or sekvens")
            return False
        if noegle != str(subject).encode():
            self._fund("sekvens", str(subject), None, f"{emne}: the key is not the citizen's pseudonym")
        sete = self._sekvens.setdefault((emne, subject), {})
        aftryk = hash(besked.get("id"))
        if sekvens in sete:
            if sete[sekvens] != aftryk:
                self._fund("sekvens", subject, None, f"{emne}: sekvens {sekvens} came with two ids")
                return False
            return True
        if sete and sekvens < next(reversed(sete)):
            self._fund("sekvens", subject, None, f"{emne}: sekvens {sekvens} after {next(reversed(sete))}")
        else:
            sete[sekvens] = aftryk
        return False

    def _laes_kvittering(self, part: str, besked: dict[str, Any], data: dict[str, Any]) -> None:
        if not data.get("endelig"):
            return
        haendelse = str(data.get("haendelseId"))
        post = self._poster.get((part, haendelse))
        if post is None:
            self._fund("ukendt_kvittering", "", haendelse, f"{part}: a kvittering for an event it did not publish")
            return
        person, status = self._subject(post.cpr), str(data.get("status"))
        if post.status_set is not None and self._er_rettelsen(post, besked, data):
            return
        if post.status_set is not None:
            if besked.get("id") != post.endelig_id or status != post.status_set:
                self._fund(
                    "flere_endelige", person, haendelse, f"final again as {status} (edition {data.get('udgave')})"
                )
            return
        post.status_set, post.endelig_id = status, besked.get("id")
        self.endelige[status] += 1
        if status != post.status:
            fejl = data.get("fejl") or {}
            self._fund(
                "status",
                person,
                haendelse,
                f"{data.get('haendelseType')}: {status} ({data.get('regel')}, {fejl.get('kode')}), not {post.status}",
            )
            return
        if post.regel is not None and data.get("regel") != post.regel:
            self._fund("regel", person, haendelse, f"rule {data.get('regel')}, not {post.regel}")
        manglende = set(post.flag) - set(data.get("flag") or ())
        if manglende:
            self._fund("flag", person, haendelse, f"without flag {', '.join(sorted(manglende))}")
        uden = set(post.pligter) - {str(p.get("kode")) for p in data.get("pligter") or ()}
        if uden:
            self._fund("pligt", person, haendelse, f"without duty {', '.join(sorted(uden))}")

    def _er_rettelsen(self, post: _Post, besked: dict[str, Any], data: dict[str, Any]) -> bool:
        """The one edition after the final kvittering that says that the event was withdrawn or replaced, or its repeat."""
        if post.rettet is None or data.get("status") != "sprunget_over":
            return False
        if (data.get("fejl") or {}).get("kode") != post.rettet:
            return False
        if post.rettelse_id is None:
            post.rettelse_id = besked.get("id")
        return bool(post.rettelse_id == besked.get("id"))

    def _laes_besked(self, part: str, type_: str, data: dict[str, Any]) -> None:
        haendelse = str(data.get("haendelseId"))
        noegle = self._aarsager.get(haendelse)
        post = self._poster[noegle] if noegle else None
        ventede = [v for v in (post.beskeder or ()) if (v.besked.type, v.besked.til) == (type_, part)] if post else []
        if post is None or not ventede:
            self._fund("uventet_besked", self._subject(str(data.get("cpr"))), haendelse, f"{type_} to {part}")
            return
        if data.get("cpr") != post.cpr:
            self._fund("forkert_person", self._subject(post.cpr), haendelse, f"{type_} speaks of another person")
        for ventet in ventede:
            forskelle = [navn for navn, vaerdi in ventet.besked.data.items() if data.get(navn) != vaerdi]
            ventet.fejl = f"{', '.join(forskelle)}: other than expected" if forskelle else None
            venter_svar = type_ == OVERDRAGELSE and "registrering" not in ventet.besked.data and ventet.fejl is None
            if venter_svar and data.get("registrering") != "registreret":
                ventet.fejl = f"the newest edition is {data.get('registrering')}"

    # --- DFDG's log, and the verdict --------------------------------------------------------------

    def doem(self, log: Path | Iterable[Mapping[str, Any]]) -> Dom:
        """The verdict over everything heard and DFDG's log (a JSON lines file, or its lines). May be asked again."""
        antal, brud = Counter(self._antal), list(self._brud)
        gemt = self._antal, self._brud
        self._antal, self._brud = antal, brud
        try:
            committed = self._laes_log(linjer(log) if isinstance(log, Path) else log)
            self._sammenlign()
            for (part, haendelse), post in self._poster.items():
                self._doem_post(part, haendelse, post)
        finally:
            self._antal, self._brud = gemt
        antal = +antal
        return Dom(len(self._poster), dict(sorted(self.endelige.items())), committed, antal, brud[:_FLEST_BRUD])

    def _doem_post(self, part: str, haendelse: str, post: _Post) -> None:
        if post.status_set is None:
            self._fund("uden_endelig", self._subject(post.cpr), haendelse, f"{part}: no final kvittering")
        if post.rettet is not None and post.rettelse_id is None:
            tekst = f"{part}: no edition of the kvittering says {post.rettet}"
            self._fund("rettelse", self._subject(post.cpr), haendelse, tekst)
        for ventet in post.beskeder or ():
            if ventet.fejl is not None:
                tekst = f"{ventet.besked.type} to {ventet.besked.til}: {ventet.fejl}"
                self._fund("besked", self._subject(post.cpr), haendelse, tekst)

    def _laes_log(self, linjer: Iterable[Mapping[str, Any]]) -> int:
        for kendt in self._personer.values():
            kendt.committed, kendt.kvitteret = bytearray(), bytearray()
        committed = 0
        pladser: dict[str, dict[str, list[int]]] = {}
        for linje in linjer:
            udfald = linje.get("udfald")
            if udfald not in ("modtaget", "committed", "kvitteret"):
                continue
            cpr = str(linje.get("cpr"))
            person = self._personer.get(cpr)
            indhold = _indhold(linje)
            if indhold is None and udfald != "committed":
                continue  # a read
            committed += udfald == "committed"
            if cpr not in pladser and person is not None:
                pladser[cpr] = _pladser(person.indhold)
            egne = pladser[cpr].get(indhold or "", []) if person is not None else []
            if person is None or not egne:
                if udfald == "committed":
                    self._fund("unexpected", self._subject(cpr), None, f"DFDG committed {indhold or 'something else'}")
            elif udfald == "committed":
                gange = sum(person.committed.count(plads) for plads in egne)
                person.committed.append(egne[min(gange, len(egne) - 1)])
            elif udfald == "kvitteret":
                person.kvitteret.append(egne[0])
            elif person.kvitteret.count(egne[0]) >= len(egne):
                self._fund("after_success", person.subject, None, f"asked for again after success: {indhold}")
        return committed

    def _sammenlign(self) -> None:
        for person in {id(p): p for p in self._personer.values()}.values():
            faktisk = list(dict.fromkeys(person.committed))
            for plads, gange in Counter(person.committed).items():
                if gange > 1:
                    self._fund("duplicates", person.subject, None, person.indhold[plads], gange - 1)
            for plads in sorted(set(range(len(person.indhold))) - set(faktisk)):
                self._fund("lost", person.subject, None, person.indhold[plads])
            if faktisk != sorted(faktisk):
                raekke = " < ".join(person.indhold[plads] for plads in faktisk)
                self._fund("out_of_order", person.subject, None, f"DFDG's order: {raekke}")

    # --- findings ---------------------------------------------------------------------------------

    def _subject(self, cpr: str) -> str:
        person = self._personer.get(cpr)
        return person.subject if person else "unknown person"

    def _fund(self, art: str, person: str, haendelse: str | None, tekst: str, antal: int = 1) -> None:
        self._antal[art] += antal
        if len(self._brud) < _FLEST_BRUD:
            self._brud.append(Brud(art, person, haendelse, tekst))


def _pladser(indhold: Iterable[str]) -> dict[str, list[int]]:
    """Where each content stands; one that comes again (a summons cancelled twice) has as many places."""
    ud: dict[str, list[int]] = {}
    for plads, tekst in enumerate(indhold):
        ud.setdefault(tekst, []).append(plads)
    return ud


def linjer(sti: Path) -> Iterator[Mapping[str, Any]]:
    """The log's lines. A last line without its end is one that the process did not finish."""
    with sti.open("rb") as fil:
        for raa in fil:
            if raa.endswith(b"\n"):
                yield orjson.loads(raa)


def _indhold(linje: Mapping[str, Any]) -> str | None:
    """The line's content in the words of ``Dfdgvirkning.indhold``, None when its operation writes nothing known."""
    art = OPERATIONER.get(str(linje.get("operation")))
    if art is None:
        return None
    type_ = None if linje.get("type") is None else str(linje["type"])
    start = str(linje.get("start") or "")
    if art in KUN_ARTEN:
        return Dfdgvirkning(art, None, "").indhold()
    if art == "slet_fravaer":
        return Dfdgvirkning(art, type_, "").indhold()
    if art in MED_KLOKKESLAET:
        return Dfdgvirkning(art, type_, tidspunkt(start)).indhold()
    if art == "opret_aktivitet":
        return Dfdgvirkning(art, None, dato(start) or "", dato(str(linje.get("slut") or ""))).indhold()
    if art == "afmeld":
        return Dfdgvirkning(art, None, dato(start) or "", None, _tekst(linje.get("aarsag"))).indhold()
    slut = dato(str(linje.get("slut") or ""))
    return Dfdgvirkning(art, type_, dato(start) or "", slut, _tekst(linje.get("aarsag"))).indhold()


def _tekst(vaerdi: object) -> str | None:
    return None if vaerdi is None else str(vaerdi)


def dato(tekst: str) -> str | None:
    """The Copenhagen date of a date or a time with offset."""
    if len(tekst) <= 10:
        return tekst or None
    return datetime.fromisoformat(tekst).astimezone(KOEBENHAVN).date().isoformat()


def tidspunkt(tekst: str) -> str:
    """The Copenhagen time, to the minute."""
    return f"{datetime.fromisoformat(tekst).astimezone(KOEBENHAVN):%Y-%m-%dT%H:%M}"
