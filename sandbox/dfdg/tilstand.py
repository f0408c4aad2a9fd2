"""What the stand-in knows: persons (``borger``), job orders, code lists; which request ids were used.

State changes only by ``anvend`` of a line of the log, the same live and when the log is taken up again after a restart:
so what the log says and what the stand-in answers cannot differ.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.dfdg.abonnement import Abonnement, abonnement
from sandbox.dfdg.borger import Person
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.kodelister import Kodelister
from sandbox.dfdg.log import COMMITTED, SAT
from sandbox.dfdg.ur import Ur
from sandbox.dfdg.virkninger import BRUGER_ID, VIRKNINGER, saet_person, version_af

_UKENDT = Person()


class Tilstand:
    """Everything the stand-in remembers."""

    def __init__(self, ur: Ur) -> None:
        self.ur = ur
        self.indstillinger = Indstillinger()
        self.personer: dict[str, Person] = {}
        self.jobordrer: dict[str, dict[str, Any]] = {}
        self.kodelister = Kodelister()
        self.abonnementer: list[Abonnement] = []
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
            self._anvend_styring(post)
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
        if person.akasse is None and not person.medlemskaber:
            person.akasse = post["akasse"]
            person.medlem_nr = post.get("forsoeg") or 0
        operation: str = post["operation"]
        if operation not in VIRKNINGER:
            raise ValueError(f"no such effect: {operation}")
        VIRKNINGER[operation](person, post)
        if operation in BRUGER_ID:
            self.brugte_id.add(post["entitetsId"])

    def _anvend_styring(self, post: dict[str, Any]) -> None:
        operation: str = post["operation"]
        cpr: str | None = post["cpr"]
        data: dict[str, Any] = post["data"]
        if operation == "person" and cpr is not None:
            if "gammeltCpr" in data:
                # Deadlines follow a change of CPR number at DFDG (2022-3); that the rest does too is taken for granted.
                self.personer[cpr] = self.personer.setdefault(data["gammeltCpr"], Person())
            saet_person(self.personer.setdefault(cpr, Person()), post)
        elif operation == "jobordre":
            self.jobordrer[data["id"]] = {**data, "version": version_af(post, data["id"])}
        elif operation == "kodeliste":
            self.kodelister.saet(data["navn"], data["raekker"])
        elif operation == "abonnementer":
            self.abonnementer = [abonnement(a) for a in data["abonnementer"]]
        elif operation == "besked":
            pass  # a message that the admin API asked for changes nothing by itself
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


def person_som_json(cpr: str, person: Person, dag: date) -> dict[str, Any]:
    """What is known of a citizen, as the admin API gives it; ``akasse`` is the fund on ``dag``."""

    def post(ting: Any) -> dict[str, Any]:
        return {felt.name: getattr(ting, felt.name) for felt in fields(ting) if felt.name != "versioner"}

    return {
        "cpr": cpr,
        "akasse": person.ejer(dag),
        "kommune": person.kommune,
        "tilmeldt": person.tilmeldt,
        "doed": person.doed,
        "afmeldt_fra": person.afmeldt_fra,
        "cv": None if person.cv is None else post(person.cv),
        "fravaer": [post(f) for f in person.fravaer.values()],
        "samtaler": [{**post(s), "deltagere": [post(d) for d in s.deltagere]} for s in person.samtaler.values()],
        "frister": [post(f) for f in person.frister.values()],
        "bookinger": [post(b) for b in person.bookinger.values()],
        "planer": [post(p) for p in person.planer.values()],
        "aktiviteter": [post(a) for a in person.aktiviteter.values()],
        "medlemskaber": [post(m) for m in person.alle_medlemskaber()],
        "kontaktgrupper": [post(k) for k in person.alle_kontaktgrupper()],
        "dagpengetaeller": person.dagpengetaeller,
    }
