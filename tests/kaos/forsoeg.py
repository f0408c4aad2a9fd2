"""DFDG's log as attempts: each request with its outcome, and what an attempt after it may and may not be (I3, I6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.dommer import OPERATIONER, _indhold
from tests.kaos.plan import LEASE, STILLETID, SVAR
from tests.kaos.replikaer import Frosset

Linje = Mapping[str, Any]

#: The operation that reads back what the key's operation writes, where the public services have one.
AFLAESNING = {"CreatePersonInterview": "GetInterviewInfo"}
#: Operations after which the same content once more, under the same request id, is no second effect.
SAMME_IGEN = frozenset({"UpdateFravaer", "UpdateIndkaldelse", "SaveDeltagelsesvalg", "UpdateCVStatus"})
#: DFDG reads a request this long after it left, at most, on a busy machine (seconds).
LAEST_INDEN = 1.0
#: What a process had handed over when it stood still DFDG reads this long after it goes on, at most (seconds).
OVERHALET_INDEN = 0.5
#: From an answer on the wire until it is settled, at most, while nothing is wrong with the database (seconds).
AFREGNET_INDEN = 3.0


@dataclass(slots=True)
class Forsoeg:
    """One request. Times are epoch seconds; ``udfald`` None: DFDG wrote none down."""

    operation: str
    cpr: str = field(repr=False)
    request_id: str | None
    entitet: str | None
    indhold: str
    klient: str | None
    begyndt: float
    udfald: str | None = None
    slut: float | None = None
    committed: float | None = None
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Fund:
    """A finding: which invariant, by which mechanism, about whom (never a CPR number), when."""

    invariant: str
    mekanisme: str
    person: str
    tekst: str
    tid: float | None = None


@dataclass(slots=True)
class Udsyn:
    """What is known of when nobody could see or settle an answer: frozen replicas, and spans in which the database was
    away or locked (epoch seconds)."""

    frosne: Sequence[Frosset] = ()
    database_vaek: Sequence[tuple[float, float]] = ()
    lease: float = LEASE

    def uset(self, f: Forsoeg) -> bool:
        """Whether the answer to this attempt may have been seen by nobody, or settled too late."""
        if f.slut is None or f.slut - f.begyndt >= SVAR - 0.5:
            return True
        frist = f.slut + AFREGNET_INDEN
        for fra, til in self.database_vaek:
            if fra <= frist and til >= f.begyndt:
                frist = max(frist, til + AFREGNET_INDEN)
                if til > f.begyndt + self.lease - AFREGNET_INDEN:
                    return True
        return any(
            f.klient == z.adresse
            and f.begyndt - LAEST_INDEN <= z.fra <= frist
            and (z.til is None or z.til >= f.begyndt)
            for z in self.frosne
        )

    def overhalet(self, f: Forsoeg) -> bool:
        """Whether the attempt's bytes had been handed over when its sender stood still, and left as it went on: what it held
        may have been another's by then. A process asks for its lease until then; nobody can ask later."""
        return any(
            f.klient == z.adresse and z.til is not None and z.til - 0.05 <= f.begyndt <= z.til + OVERHALET_INDEN
            for z in self.frosne
        )

    def set_af_ingen(self, f: Forsoeg) -> bool:
        """Whether nobody who still held the registration can have seen the answer: its process was dead by then, or stood
        still until its lease was over."""
        if f.slut is None:
            return True
        return any(
            f.klient == z.adresse
            and f.begyndt - LAEST_INDEN <= z.fra < f.slut
            and (z.til is None or z.til > f.begyndt + self.lease)
            for z in self.frosne
        )


def tid(linje: Linje) -> float:
    return datetime.fromisoformat(str(linje["tid"])).timestamp()


def saml(linjer: Iterable[Linje]) -> list[Forsoeg]:
    """The attempts of writing operations, in the order in which they were read."""
    ud: dict[int, Forsoeg] = {}
    for linje in linjer:
        nummer = linje.get("forsoeg")
        if nummer is None or linje.get("operation") not in OPERATIONER:
            continue
        if linje["udfald"] == "modtaget":
            ud[nummer] = Forsoeg(
                operation=str(linje["operation"]),
                cpr=str(linje["cpr"]),
                request_id=linje.get("requestId"),
                entitet=linje.get("entitetsId"),
                indhold=_indhold(linje) or "",
                klient=linje.get("klient"),
                begyndt=tid(linje),
            )
            continue
        f = ud.get(nummer)
        if f is None:
            continue
        if linje["udfald"] == "committed":
            f.committed, f.sent = tid(linje), bool(linje.get("sent"))
        elif not linje.get("sent"):
            f.udfald, f.slut = str(linje["udfald"]), tid(linje)
    return list(ud.values())


def uden_samme_igen(linjer: Sequence[Linje]) -> tuple[list[Linje], int]:
    """The log without commits that only said once more, under the same request id, what the entity said already (DFDG had
    forgotten the id); and how many those were."""
    sidste: dict[str, tuple[Any, str | None]] = {}
    ud: list[Linje] = []
    antal = 0
    for linje in linjer:
        if linje.get("udfald") == "committed" and linje.get("entitetsId"):
            entitet, dette = str(linje["entitetsId"]), (linje.get("requestId"), _indhold(linje))
            if linje["operation"] in SAMME_IGEN and sidste.get(entitet) == dette:
                antal += 1
                continue
            sidste[entitet] = dette
        ud.append(linje)
    return ud, antal


def efter_succes(
    forsoeg: Sequence[Forsoeg], pladser: Mapping[tuple[str, str], int], udsyn: Udsyn, navn: Mapping[str, str]
) -> tuple[list[Fund], int]:
    """Attempts after an answered success (I3), and how many of them the answer's fate excuses: it reached a process that
    was killed or stopped, or could not be settled, so the registration was in doubt and was asked for by its class's
    way (the same request id over REST, a de-registration again; never a talk, which is read back); or the attempt is an
    older one, whose sender stood still on the way.

    ``pladser``: how often a (CPR number, content) is expected; ``navn``: what a person is called in a finding.
    """
    fund: list[Fund] = []
    undskyldt = 0
    kvitteret: dict[tuple[str, str], list[Forsoeg]] = defaultdict(list)
    for f in forsoeg:
        noegle = (f.cpr, f.indhold)
        foer = [x for x in kvitteret[noegle] if x.slut is not None and x.slut < f.begyndt]
        if len(foer) >= max(1, pladser.get(noegle, 1)):
            lovlig = f.operation not in AFLAESNING and any(
                udsyn.uset(x) and (f.request_id is None or f.request_id == x.request_id) for x in foer
            )
            if lovlig or udsyn.overhalet(f):
                undskyldt += 1
            else:
                siden = f.begyndt - (foer[-1].slut or 0)
                fund.append(
                    Fund(
                        "I3",
                        "an attempt after an answered success",
                        navn.get(f.cpr, "unknown person"),
                        f"{f.operation} {f.indhold} asked for again {siden:.2f} s after its receipt",
                        f.begyndt,
                    )
                )
        if f.udfald == "kvitteret":
            kvitteret[noegle].append(f)
    return fund, undskyldt


def efter_kendt(forsoeg: Sequence[Forsoeg], udsyn: Udsyn, navn: Mapping[str, str]) -> list[Fund]:
    """Attempts under an ``x-requestId`` after DFDG answered that it knows it (I3): from then on the registration is read back
    and done, or asked for under another id. What nobody can have seen or settled of that answer excuses it."""
    fund: list[Fund] = []
    kendt: dict[str, list[Forsoeg]] = defaultdict(list)
    for f in forsoeg:
        if f.request_id is None:
            continue
        foer = [x for x in kendt[f.request_id] if x.slut is not None and x.slut < f.begyndt]
        if foer and not any(udsyn.uset(x) for x in foer) and not udsyn.overhalet(f):
            siden = f.begyndt - (foer[-1].slut or 0)
            tekst = f"{f.operation} {f.indhold} asked for again {siden:.2f} s after a 412"
            fund.append(
                Fund(
                    "I3",
                    "an attempt after DFDG said that it knows it",
                    navn.get(f.cpr, "unknown person"),
                    tekst,
                    f.begyndt,
                )
            )
        if f.udfald == "412":
            kendt[f.request_id].append(f)
    return fund


def samtidige(forsoeg: Sequence[Forsoeg], udsyn: Udsyn, navn: Mapping[str, str]) -> list[Fund]:
    """Attempts for a citizen while another of the same citizen's was under way (I4). One that was answered too late, or
    to nobody, says nothing: its sender had given up, or it was another's by then."""
    fund: list[Fund] = []
    undervejs: dict[str, Forsoeg] = {}
    for f in forsoeg:
        if udsyn.overhalet(f):
            continue
        x = undervejs.get(f.cpr)
        til = x.slut if x is not None and x.slut is not None else 0.0
        if x is not None and f.begyndt < til:
            tekst = f"{f.operation} begun {til - f.begyndt:.3f} s before {x.operation} was answered"
            fund.append(
                Fund("I4", "two of a citizen's under way at once", navn.get(f.cpr, "unknown person"), tekst, f.begyndt)
            )
        if f.slut is not None and f.slut > til and f.udfald != "intet_svar" and not udsyn.uset(f):
            undervejs[f.cpr] = f
    return fund


def gentagelser(
    forsoeg: Sequence[Forsoeg], linjer: Iterable[Linje], udsyn: Udsyn, navn: Mapping[str, str]
) -> list[Fund]:
    """Repeats that were not made by their class's way (I6): a new request id while nobody can know whether the old one
    arrived; a talk sent again without two readings, the second of them after the quiet time."""
    laest: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for linje in linjer:
        if str(linje.get("udfald", "")).startswith("laest"):
            laest[str(linje["cpr"])].append((tid(linje), str(linje["operation"])))
    fund: list[Fund] = []
    sidste: dict[tuple[str, str, str, str | None], Forsoeg] = {}
    for f in forsoeg:
        if udsyn.overhalet(f):
            continue
        noegle = (f.cpr, f.operation, f.indhold, f.entitet if f.request_id else None)
        foer = sidste.get(noegle)
        sidste[noegle] = f
        if foer is None or foer.udfald == "kvitteret":
            continue
        i_tvivl = foer.udfald in (None, "intet_svar", "fejl:vroevl") or udsyn.set_af_ingen(foer)
        if not i_tvivl:
            continue
        aflaest = [t for t, operation in laest[f.cpr] if foer.begyndt < t < f.begyndt]
        person = navn.get(f.cpr, "unknown person")
        if f.request_id is not None and f.request_id != foer.request_id:
            nok = len(aflaest) >= 2 and aflaest[-1] >= foer.begyndt + STILLETID
            if not nok:
                tekst = f"{f.operation} again under another x-requestId, {len(aflaest)} readings after no answer"
                fund.append(Fund("I3", "a new request id after no answer", person, tekst, f.begyndt))
        elif f.operation in AFLAESNING:
            egne = [t for t, o in laest[f.cpr] if o == AFLAESNING[f.operation] and foer.begyndt < t < f.begyndt]
            if len(egne) < 2 or egne[-1] < foer.begyndt + STILLETID:
                efter = f"{egne[-1] - foer.begyndt:.2f} s" if egne else "none"
                tekst = f"{f.operation} sent again after {len(egne)} readings, the last after {efter}; it was in doubt"
                fund.append(Fund("I6", "a repeat without reading back", person, tekst, f.begyndt))
    return fund
