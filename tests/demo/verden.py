"""A world in which everything went as written down: DFDG's log and the parties' messages, to plant violations in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from sandbox.dommer import OPERATIONER
from sandbox.fortaellinger import Dfdgvirkning, Fortaelling, Forudsaetninger, PlanlagtHaendelse
from sandbox.fortaellinger.model import KOEBENHAVN, OVERDRAGELSE

IDAG = date(2026, 3, 2)
GRUNDE = ("job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling")
KODER = {f"fravaerstype.mindre_intensiv.{grund}": str(900 + nr) for nr, grund in enumerate(GRUNDE)} | {
    "afmeldingsaarsag.frist_overskredet": "77",
    "cvstatus.godkendt": "1",
    "cvstatus.ikke_godkendt": "2",
    "aktivitetstype.seks_ugers_jobrettet_uddannelse": "951",
    "minplan.tjeneste": "PlanService",
    "jobmaal.tjeneste": "JobGoalService",
}
FORUDSAETNINGER = Forudsaetninger(IDAG, koder=KODER)

Linje = dict[str, Any]


def linjer(cpr: str, virkning: Dfdgvirkning) -> list[Linje]:
    """One registration in the log: request read, effect, success answered. Dates as DFDG has them, with offset."""
    operation = next(navn for navn, art in OPERATIONER.items() if art == virkning.art)
    faelles = {
        "tid": "2026-03-02T10:00:00.000001+00:00",
        "tjeneste": "T",
        "operation": operation,
        "cpr": cpr,
        "requestId": "r",
        "entitetsId": "e",
        "type": virkning.type,
        "start": virkning.start if virkning.art == "afmeld" else _paa_linjen(virkning.start),
        "slut": _paa_linjen(virkning.slut) if virkning.slut else None,
        "aarsag": virkning.aarsag,
    }
    return [{**faelles, "udfald": udfald} for udfald in ("modtaget", "committed", "kvitteret")]


def _paa_linjen(tekst: str) -> str | None:
    """A date as Copenhagen midnight, a talk's time with its offset; nothing where only the act itself is compared."""
    if not tekst:
        return None
    return datetime.fromisoformat(tekst).replace(tzinfo=KOEBENHAVN).isoformat()


def log(fortaellinger: Iterable[Fortaelling]) -> list[Linje]:
    """The log of a DFDG that got everything once and in order."""
    return [
        linje
        for fortaelling in fortaellinger
        for cpr, virkning in (
            *((fortaelling.cpr, v) for v in fortaelling.fremmede_virkninger()),
            *((h.cpr, v) for h in fortaelling.haendelser if not h.gentagelse for v in h.forventning.dfdg),
        )
        for linje in linjer(cpr, virkning)
    ]


class Beskeder:
    """What the parties read when everything went well: (topic, key, message)."""

    def __init__(self) -> None:
        self._sekvens: Counter[tuple[str, str]] = Counter()
        self.alle: list[tuple[str, bytes, dict[str, Any]]] = []

    def tilfoej(self, emne: str, type_: str, cpr: str, data: dict[str, Any]) -> None:
        subject = f"pseudonym-{hash(cpr) & 0xFFFFFF:x}"
        self._sekvens[emne, subject] += 1
        besked = {
            "specversion": "1.0",
            "id": f"{emne}-{subject}-{self._sekvens[emne, subject]}",
            "source": "/gateway/test",
            "type": type_,
            "subject": subject,
            "sekvens": self._sekvens[emne, subject],
            "data": data,
        }
        self.alle.append((emne, subject.encode(), besked))

    def fortael(self, fortaellinger: Sequence[Fortaelling]) -> None:
        for fortaelling in fortaellinger:
            for haendelse in fortaelling.haendelser:
                if not haendelse.gentagelse:
                    self.svar_paa(haendelse)

    def svar_paa(self, h: PlanlagtHaendelse) -> None:
        """The final kvittering and the messages that one event leads to."""
        f = h.forventning
        kvittering = {"haendelseId": h.id, "haendelseType": h.type, "udgave": 1, "endelig": True}
        kvittering |= {"status": f.status, "regel": f.regel, "flag": list(f.flag), "cpr": h.cpr}
        kvittering["pligter"] = [{"kode": kode} for kode in f.pligter]
        self.tilfoej(f"{h.part}.kvitteringer.v1", "gateway.kvittering.v1", h.cpr, kvittering)
        if f.rettet is not None:
            rettet = kvittering | {"udgave": 2, "status": "sprunget_over", "fejl": {"kode": f.rettet}}
            self.tilfoej(f"{h.part}.kvitteringer.v1", "gateway.kvittering.v1", h.cpr, rettet)
        for b in f.beskeder:
            data = {"cpr": h.cpr, "haendelseId": h.id, **b.data}
            if b.type != OVERDRAGELSE:
                self.tilfoej(f"{b.til}.beskeder.v1", b.type, h.cpr, data)
                continue
            udgaver = (b.data["registrering"],) if "registrering" in b.data else ("afventer", "registreret")
            for udgave, registrering in enumerate(udgaver, 1):
                ekstra = {"overdragelseId": f"o-{h.id}", "udgave": udgave, "registrering": registrering}
                self.tilfoej(f"{b.til}.beskeder.v1", b.type, h.cpr, data | ekstra)

    def raa(self) -> list[tuple[str, bytes, bytes]]:
        return [(emne, noegle, orjson.dumps(besked)) for emne, noegle, besked in self.alle]
