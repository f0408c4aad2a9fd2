"""The verdict of a run: from DFDG's log, the kvitteringer and beskeder, the dead letters, what the replicas wrote, and what
the generator wrote down before anything was published. The ledger is not asked."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.dommer import Dommer, _indhold, linjer
from sandbox.fortaellinger import Fortaelling
from tests.kaos import forsoeg
from tests.kaos.forsoeg import Fund, Udsyn

#: What the judge of stories finds, as invariant and mechanism.
FRA_DOMMER = {
    "lost": ("I1", "an effect never reached DFDG"),
    "duplicates": ("I3", "an effect took place twice"),
    "out_of_order": ("I2", "effects in another order than the events"),
    "unexpected": ("I3", "an effect that no event asked for"),
    "uden_endelig": ("I7", "no final kvittering"),
    "flere_endelige": ("I7", "a second final kvittering"),
    "status": ("I7", "the event ended otherwise than written down"),
    "regel": ("I7", "the kvittering names another rule"),
    "flag": ("I7", "the kvittering lacks a flag"),
    "pligt": ("I7", "the kvittering lacks a duty"),
    "rettelse": ("I7", "no edition of the kvittering after a correction"),
    "besked": ("I10", "a message did not come, or says something else"),
    "uventet_besked": ("I10", "a message that no event leads to"),
    "sekvens": ("I10", "sekvens, id or key out of order"),
    "ukendt_kvittering": ("I9", "a kvittering for an event that the party did not publish"),
    "forkert_person": ("I9", "a message speaks of another person"),
    "cpr_i_kuvert": ("I8", "a CPR number outside data"),
}
#: What the plan lets DFDG refuse, and what a dead letter of a refused content is called: those are right. All others
#: would be made by an outage.
BESTILT_KODE = "4591"
AFVIST_AF_DFDG = "dfdg_afvist"
_CIFRE = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Ulaeselig:
    """A record that nobody can read, where the broker put it."""

    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class Kaosdom:
    """``fund``: every finding; ``undskyldt``: repeats of answers that reached a dead or stopped process."""

    haendelser: int
    committed: int
    fund: list[Fund]
    undskyldt: int
    samme_igen: int
    forsoeg: list[forsoeg.Forsoeg] = field(repr=False, default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.fund

    def nuller(self) -> dict[str, int]:
        """The counts that should be zero."""
        antal = Counter(f.invariant for f in self.fund)
        mekanismer = Counter(f.mekanisme for f in self.fund)
        return {
            "lost": mekanismer[FRA_DOMMER["lost"][1]],
            "out_of_order": antal["I2"],
            "duplicates": mekanismer[FRA_DOMMER["duplicates"][1]],
            "after_success": mekanismer["an attempt after an answered success"],
            "no_final": mekanismer[FRA_DOMMER["uden_endelig"][1]],
            "findings": len(self.fund),
        }


def doem(
    dommer: Dommer,
    fortaellinger: Sequence[Fortaelling],
    dfdglog: Path,
    udsyn: Udsyn,
    doedbreve: Sequence[Mapping[str, Any]],
    kvitteringer: Sequence[Mapping[str, Any]],
    ulaeselige: Sequence[Ulaeselig],
    logge: str,
    standset: str | None,
) -> Kaosdom:
    """Judges. ``doedbreve``: the data of everything on gateway.dlq.v1; ``kvitteringer``: every message on the parties'
    kvittering topics; ``standset``: what the waiting said when it gave up."""
    alle = list(linjer(dfdglog))
    navn = {cpr: f.subject for f in fortaellinger for cpr in f.numre}
    rene, samme_igen = forsoeg.uden_samme_igen(alle)
    dom = dommer.doem(rene)
    fund = [Fund("I7", "the gateway came to a stand", "", standset)] if standset else []
    for art, antal in sorted(dom.antal.items()):
        if art in FRA_DOMMER:
            fund += _af_dommer(art, antal, [b for b in dom.brud if b.art == art])
    forsoegene = forsoeg.saml(alle)
    efter, undskyldt = forsoeg.efter_succes(forsoegene, _pladser(fortaellinger), udsyn, navn)
    fund += efter
    fund += forsoeg.efter_kendt(forsoegene, udsyn, navn)
    fund += forsoeg.samtidige(forsoegene, udsyn, navn)
    fund += forsoeg.gentagelser(forsoegene, alle, udsyn, navn)
    fund += doedbrevene(doedbreve, ulaeselige)
    fund += stoppede(kvitteringer)
    fund += ulaeseliges_svar(kvitteringer, ulaeselige)
    fund += _cpr(logge, navn, "a replica's log")
    fund += _cpr("\n".join(json.dumps(d) for d in doedbreve), navn, "gateway.dlq.v1")
    return Kaosdom(dom.haendelser, dom.committed, fund, undskyldt, samme_igen, forsoegene)


def _af_dommer(art: str, antal: int, brud: Iterable[Any]) -> list[Fund]:
    invariant, mekanisme = FRA_DOMMER[art]
    # Of a record without a readable id the kvittering names none: counted by its place instead.
    ud = [
        Fund(invariant, mekanisme, b.person, f"{b.haendelse or ''} {b.tekst}".strip())
        for b in brud
        if not (art == "ukendt_kvittering" and b.haendelse == "None")
    ]
    return ud if len(ud) < 500 else [*ud, Fund(invariant, mekanisme, "", f"{antal} in all")]


def _pladser(fortaellinger: Sequence[Fortaelling]) -> dict[tuple[str, str], int]:
    antal: dict[tuple[str, str], int] = defaultdict(int)
    for f in fortaellinger:
        for h in f.haendelser:
            if not h.gentagelse:
                for virkning in h.forventning.dfdg:
                    for cpr in f.numre:
                        antal[cpr, virkning.indhold()] += 1
    return antal


def doedbrevene(doedbreve: Sequence[Mapping[str, Any]], ulaeselige: Sequence[Ulaeselig]) -> list[Fund]:
    """Dead letters that an outage made (I5), and unreadable records that were taken in more or less than once (I1)."""
    fund: list[Fund] = []
    sidste: dict[str, Mapping[str, Any]] = {}
    for d in doedbreve:
        foer = sidste.get(str(d["dlqId"]))
        if foer is None or foer["udgave"] < d["udgave"]:
            sidste[str(d["dlqId"])] = d
    afviste = [d for d in sidste.values() if d["status"] == "afvist"]
    if len(afviste) != len(ulaeselige) or any(d["udgave"] != 1 for d in afviste):
        udgaver = sum(int(d["udgave"]) for d in afviste)
        tekst = f"{len(ulaeselige)} unreadable records, {len(afviste)} dead letters of them in {udgaver} editions"
        fund.append(Fund("I1", "a record was taken in more or less than once", "", tekst))
    for d in sidste.values():
        if d["status"] != "afvist" and d["kode"] != AFVIST_AF_DFDG:
            fund.append(
                Fund("I5", "an outage made a dead letter", "", f"{d['part']} {d['type']}: {d['kode']} ({d['status']})")
            )
        elif d["status"] == "aaben":
            fund.append(Fund("I7", "a dead letter stayed open after its retry", "", f"{d['part']} {d['type']}"))
    return fund


def stoppede(kvitteringer: Sequence[Mapping[str, Any]]) -> list[Fund]:
    """Events that stopped although DFDG refused them with nothing that the plan ordered (I5)."""
    fund = []
    for k in kvitteringer:
        data = k.get("data") or {}
        if data.get("status") != "stoppet":
            continue
        fejl = data.get("fejl") or {}
        koder = {str(d.get("dfdgKode")) for d in fejl.get("detaljer") or ()}
        if koder != {BESTILT_KODE}:
            tekst = f"{data.get('haendelseId')} {fejl.get('kode')}: {fejl.get('tekst')} ({', '.join(sorted(koder))})"
            fund.append(Fund("I5", "an event stopped that DFDG was not told to refuse", "", tekst))
    return fund


def ulaeseliges_svar(kvitteringer: Sequence[Mapping[str, Any]], ulaeselige: Sequence[Ulaeselig]) -> list[Fund]:
    """Each unreadable record has exactly one kvittering, which names its place (I7)."""
    set_ = Counter[tuple[str, int, int]]()
    ider: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    for k in kvitteringer:
        post = (k.get("data") or {}).get("post") or {}
        if (k.get("data") or {}).get("haendelseId") is None and post:
            sted = (str(post["topic"]), int(post["partition"]), int(post["offset"]))
            set_[sted] += 1
            ider[sted].add(str(k.get("id")))
    fund = []
    for u in ulaeselige:
        sted = (u.topic, u.partition, u.offset)
        if len(ider[sted]) != 1:
            tekst = f"{u.topic}-{u.partition} offset {u.offset}: {len(ider[sted])} kvitteringer"
            fund.append(Fund("I7", "an unreadable record without its one kvittering", "", tekst))
    return fund


def _cpr(tekst: str, navn: Mapping[str, str], hvor: str) -> list[Fund]:
    fundne = {t for t in _CIFRE.findall(tekst) if t in navn}
    return [Fund("I8", "a CPR number leaked", navn[cpr], f"in {hvor}") for cpr in sorted(fundne)]


def til_mennesker(fund: Fund, haendte: Sequence[tuple[float, str]], genkald: str) -> str:
    """One line a finding: invariant, mechanism, whom, what, after which fault, and how to see it again."""
    foer = [navn for t, navn in haendte if fund.tid is None or t <= fund.tid]
    efter = f"; after {', '.join(foer[-2:])}" if foer and fund.tid is not None else ""
    return f"{fund.invariant}: {fund.mekanisme}: {fund.person} {fund.tekst}{efter}  [{genkald}]"


__all__ = ["BESTILT_KODE", "Kaosdom", "Ulaeselig", "_indhold", "doem", "til_mennesker"]
