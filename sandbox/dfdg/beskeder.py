"""DFDG's thin messages (WSB): which ones an act or a change gives, to whom, and what each says.

Types, ids and receivers are those of STAR's message pages (Akassemedlemskab 60010, Indkaldelse 90000, Frist 90001,
Kontaktgruppe 100008, Jobordre 120001, DagpengetaellerTidligereAkasse 50003). The exact JSON is not public: the names of
the fields are a setting (``beskedfelter``). That an absence 75 makes a message on the contact group, and everything in a
body, is made by this project.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from sandbox.dfdg.abonnement import Abonnement, Modtager
from sandbox.dfdg.borger import KONTAKTFORLOEB_HOS_AKASSE, Person
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.log import COMMITTED
from sandbox.dfdg.tilstand import Tilstand
from sandbox.dfdg.virkninger import AENDRET, OPRETTET, SLETTET, version_af

MEDLEMSKAB, INDKALDELSE, FRIST, KONTAKTGRUPPE, JOBORDRE, TAELLER = 60010, 90000, 90001, 100008, 120001, 50003
NAVNE = {
    MEDLEMSKAB: "Akassemedlemskab",
    INDKALDELSE: "Indkaldelse",
    FRIST: "Frist",
    KONTAKTGRUPPE: "Kontaktgruppe",
    JOBORDRE: "Jobordre",
    TAELLER: "DagpengetaellerTidligereAkasse",
}
INGEN_IDENTIFIER = "00000000-0000-0000-0000-000000000000"
#: Contact group 13 (jobafklaring): one of the few of which a-kasser are told.
JOBAFKLARING = 13
#: Client systems on public pages: DFDG itself.
DFDG = 30
_JOBCENTER = 8


@dataclass(frozen=True, slots=True)
class Besked:
    """One message to one receiver. Each has an id of its own; ``cpr`` is left out of its ``repr``."""

    id: str
    entitet: int
    ekstern: str
    version: str
    aendring: int
    cpr: str | None = field(repr=False)
    modtager: Modtager
    system: int
    myndighed: Modtager | None
    tid: str
    body: dict[str, Any] | None = None

    @property
    def domaene(self) -> int:
        """The block of ids that a business domain has: order holds within it."""
        return self.entitet // 10000

    def som_json(self) -> dict[str, Any]:
        return asdict(self)

    def kuvert(self, opsat: Indstillinger) -> dict[str, Any]:
        """What is sent, with the fields' names as they are set."""
        felter: dict[str, Any] = {
            "BeskedId": self.id,
            "EntitetNavn": NAVNE.get(self.entitet, "Ukendt"),
            "EntitetId": self.entitet,
            "EksternIdentifier": self.ekstern,
            "VersionIdentifier": self.version,
            "IdentifikationstypeId": 2 if self.cpr is None else 1,
            "Identifikation": self.ekstern if self.cpr is None else self.cpr,
            "Aendringstype": self.aendring,
            "RegistrerendeSystem": self.system,
            "RegistrerendeMyndighed": None if self.myndighed is None else _organisation(self.myndighed, opsat),
            "Tidspunkt": self.tid,
            "Modtager": _organisation(self.modtager, opsat),
        }
        if self.body is not None:
            felter["Body"] = self.body
        return {opsat.beskedfelter.get(navn, navn): vaerdi for navn, vaerdi in felter.items()}


def _organisation(modtager: Modtager, opsat: Indstillinger) -> dict[str, Any]:
    type_ = _JOBCENTER if modtager[0] == "jobcenter" else opsat.akasse_organisationstype
    return {"OrganisationTypeIdentifier": type_, "OrganisationCode": modtager[1]}


def besked(data: dict[str, Any]) -> Besked:
    """A message from a line of the log."""
    til, fra = data["modtager"], data["myndighed"]
    return Besked(**{**data, "modtager": (til[0], til[1]), "myndighed": None if fra is None else (fra[0], fra[1])})


@dataclass(frozen=True, slots=True)
class _Emne:
    """That something happened to one entity; ``kun_dfdg``: DFDG itself did it, whoever caused it."""

    entitet: int
    ekstern: str
    aendring: int
    kun_dfdg: bool = False
    body: dict[str, Any] | None = None


Medlemskaber = dict[str, tuple[str, str, str | None]]


def medlemskaber(person: Person | None) -> Medlemskaber:
    """The membership periods by id, to be compared with those after a change."""
    perioder = person.alle_medlemskaber() if person is not None else []
    return {m.id: (m.akasse, m.start.isoformat(), m.slut.isoformat() if m.slut else None) for m in perioder}


def rejs(
    post: dict[str, Any], foer: Medlemskaber, tilstand: Tilstand, abonnementer: list[Abonnement], system: int
) -> list[Besked]:
    """The messages of a line that has taken place, one for each receiver that subscribes to them. ``foer``: the
    citizen's memberships before it; ``system``: the client system that made the call."""
    if not abonnementer:
        return []
    cpr: str | None = post["cpr"]
    person = tilstand.personer.get(cpr) if cpr is not None else None
    efter = medlemskaber(person)
    emner = _emner(post, person, foer, efter)
    skrevet = post["udfald"] == COMMITTED
    ud: list[Besked] = []
    for emne in emner:
        egne = _modtagere(emne, post, person, foer, efter, tilstand)
        for abonnement_ in abonnementer:
            alle = emne.entitet == JOBORDRE
            if not abonnement_.vil_have(emne.entitet) or not (alle or abonnement_.modtager in egne):
                continue
            data = post.get("data", {})
            ud.append(
                Besked(
                    id=str(uuid4()),
                    entitet=emne.entitet,
                    ekstern=emne.ekstern,
                    version=data.get("version") or version_af(post, emne.ekstern),
                    aendring=emne.aendring,
                    cpr=None if emne.entitet == JOBORDRE else cpr,
                    modtager=abonnement_.modtager,
                    system=system if skrevet and not emne.kun_dfdg else DFDG,
                    myndighed=("akasse", post["akasse"]) if skrevet and not emne.kun_dfdg else None,
                    tid=post["tid"],
                    body=emne.body,
                )
            )
    return ud


def _modtagere(
    emne: _Emne,
    post: dict[str, Any],
    person: Person | None,
    foer: Medlemskaber,
    efter: Medlemskaber,
    tilstand: Tilstand,
) -> set[Modtager]:
    navngivne = post.get("data", {}).get("modtagere") if post["operation"] == "besked" else None
    if navngivne is not None:
        return {(m[0], m[1]) for m in navngivne}
    if person is None:
        return set()
    ejer = person.ejer(tilstand.ur.idag())
    egne: set[Modtager] = {("akasse", ejer)} if ejer is not None else set()
    jobcenter: set[Modtager] = {("jobcenter", person.kommune)} if person.kommune is not None else set()
    match emne.entitet:
        case 60010:
            aendrede = {i for i in foer.keys() | efter.keys() if foer.get(i) != efter.get(i)}
            return egne | {("akasse", p[i][0]) for p in (foer, efter) for i in aendrede if i in p}
        case 90000:
            return egne | jobcenter
        case 100008:
            gruppe = person.kontaktgrupper.get(emne.ekstern)
            til_akasser = tilstand.indstillinger.akasse_faar_kontaktgruppe
            return jobcenter | (egne if til_akasser or (gruppe and gruppe.type == JOBAFKLARING) else set())
        case 90001:
            return jobcenter
        case 50003:
            return egne
    return egne | jobcenter


_INDKALDELSER = {
    "CreateIndkaldelse": (OPRETTET, "Oprettet"),
    "UpdateIndkaldelse": (AENDRET, "Opdateret"),
    "DeleteIndkaldelse": (SLETTET, "Aflyst"),
    "SaveDeltagelsesvalg": (AENDRET, "Deltagelsesvalg"),
}


def _haendelse(navn: str) -> dict[str, Any]:
    return {"Indkaldelseshaendelse": navn}


def _emner(post: dict[str, Any], person: Person | None, foer: Medlemskaber, efter: Medlemskaber) -> list[_Emne]:
    operation: str = post["operation"]
    if operation in _INDKALDELSER:
        aendring, navn = _INDKALDELSER[operation]
        emner = [_Emne(INDKALDELSE, post["entitetsId"], aendring, body=_haendelse(navn))]
        return emner + [_Emne(FRIST, f, AENDRET, kun_dfdg=True) for f in post.get("opfyldte", ())]
    data = post.get("data", {})
    if operation == "jobordre":
        return [_Emne(JOBORDRE, data["id"], AENDRET if data["kendt"] else OPRETTET)]
    if operation == "besked":
        ekstern = data.get("eksternIdentifier") or INGEN_IDENTIFIER
        return [_Emne(data["entitetId"], ekstern, data.get("aendringstype", AENDRET), body=data.get("body"))]
    if person is None:
        return []
    return _af_person(post, person, foer, efter) if operation == "person" else _af_fravaer(post, person)


_FRAVAER = frozenset({"CreateFravaer", "CreateFravaerMedIdentifier", "CreateAbsence", "UpdateFravaer", "DeleteFravaer"})


def _af_fravaer(post: dict[str, Any], person: Person) -> list[_Emne]:
    emner: list[_Emne] = []
    for lukket in post.get("lukkede", ()):
        if lukket in person.frister:
            emner.append(_Emne(FRIST, lukket, AENDRET, kun_dfdg=True))
        else:
            emner.append(_Emne(INDKALDELSE, lukket, SLETTET, kun_dfdg=True, body=_haendelse("Aflyst")))
    if post["type"] == str(KONTAKTFORLOEB_HOS_AKASSE) and post["operation"] in _FRAVAER:
        aabne = [k for k in person.alle_kontaktgrupper() if k.slut is None]
        emner += [_Emne(KONTAKTGRUPPE, k.id, AENDRET) for k in aabne]
    return emner


def _af_person(post: dict[str, Any], person: Person, foer: Medlemskaber, efter: Medlemskaber) -> list[_Emne]:
    data = post["data"]
    emner: list[_Emne] = []
    ophoert = next((f[0] for i, f in foer.items() if f[2] is None and (i not in efter or efter[i][2])), None)
    for id_ in [*foer, *(i for i in efter if i not in foer)]:
        gammel, ny = foer.get(id_), efter.get(id_)
        if gammel == ny:
            continue
        body = None
        if gammel is None and ny is not None and ophoert is not None and ophoert != ny[0]:
            body = {"FraflyttetAkassekode": ophoert, "TilflyttetAkassekode": ny[0], "Startdato": ny[1]}
        aendring = OPRETTET if gammel is None else SLETTET if ny is None else AENDRET
        emner.append(_Emne(MEDLEMSKAB, id_, aendring, body=body))
    for frist in data.get("frister", ()):
        aendring = person.frister[frist["id"]].versioner[-1]["aendringstype"]
        emner.append(_Emne(FRIST, frist["id"], aendring))
    for booking in data.get("bookinger", ()):
        aendring = person.bookinger[booking["id"]].versioner[-1]["aendringstype"]
        navn = {OPRETTET: "Oprettet", AENDRET: "Opdateret", SLETTET: "Aflyst"}[aendring]
        emner.append(_Emne(INDKALDELSE, booking["id"], aendring, body=_haendelse(navn)))
    for gruppe in data.get("kontaktgrupper", ()):
        emner.append(_Emne(KONTAKTGRUPPE, gruppe["id"], AENDRET if gruppe.get("slut") else OPRETTET))
    if "dagpengetaeller" in data:
        emner.append(_Emne(TAELLER, INGEN_IDENTIFIER, AENDRET))
    return emner
