"""What is computed: the need of each scale, the occasions simulated, and where the limits are. Everything as plain figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.skalering import last
from benchmarks.skalering.anlaeg import Anlaeg, Maalt
from benchmarks.skalering.kost import Antagelser, Kost
from benchmarks.skalering.last import Blanding
from benchmarks.skalering.model import Simulation

SKALAER = (100_000, 1_000_000, 10_000_000)
ROLLER = ("consume", "deliver", "publish")
#: Seconds of the busiest hour that are simulated.
UDSNIT = 300.0
#: Above so many members these runs would take an hour: they go by calls ÷ what is permitted.
FLEST, LANGE = 2_000_000, ("nat_langsom", "nat_takst")
#: DFDG's response time (median, seconds) on the slow night.
LANGSOM = 2.0
#: Processes (consume, deliver, publish) and cores of PostgreSQL at which the gateway's own most is looked for.
TRAPPE = ((1, 1, 1, 4), (2, 4, 1, 8), (4, 8, 2, 16), (8, 16, 2, 32), (12, 32, 4, 64))
TRAPPE_MEDLEMMER = 200_000


def anlaeg(a: Antagelser, processer: tuple[int, int, int], pg_kerner: int, **mere: Any) -> Anlaeg:
    """A set-up under the assumptions."""
    return Anlaeg(
        *processer, pg_kerner=pg_kerner, svartid=a.svartid, spredning=a.spredning, commit=a.commit,
        ventetid=a.saetninger * a.rundtur, broker=a.broker, **mere,
    )  # fmt: skip


def tal(m: Maalt, processer: tuple[int, int, int]) -> dict[str, Any]:
    """A run's figures. ``kerner``: busy cores while it lasted."""
    varede = m.sidst
    return {
        "processer": list(processer),
        "haendelser": m.ind,
        "kald": m.kald,
        "accepteret_s": round(m.accepteret, 1),
        "varede_s": round(varede, 1),
        "til_kald_p50_s": round(m.kvantil(m.til_kald, 0.5), 3),
        "til_kald_p99_s": round(m.kvantil(m.til_kald, 0.99), 3),
        "til_kvittering_p99_s": round(m.kvantil(m.til_kvittering, 0.99), 3),
        "cpu_s": {r: round(m.cpu.get(r, 0.0), 1) for r in ROLLER} | {"postgres": round(m.pg, 1)},
        "kerner": {r: round(m.cpu.get(r, 0.0) / varede, 2) for r in ROLLER} | {"postgres": round(m.pg / varede, 2)},
        "wal_mb_s": round(m.wal / varede / 1e6, 2),
        "wal_mb_s_hoejst": round(max(m.wal_pr_sekund.values(), default=0) / 1e6, 1),
        "flush_s": round(m.flush / varede, 1),
        "flush_s_hoejst": max(m.flush_pr_sekund.values(), default=0),
        "kald_s_hoejst": max(m.kald_pr_sekund.values(), default=0),
        "i_luften": m.i_luften,
        "portioner": {n: round((m.kald if n in ("claim", "settle") else m.ind) / p, 1) for n, p in m.portioner.items()},
    }


# --- what DFDG must permit --------------------------------------------------------------------------


def kraevet_takst(b: Blanding, a: Antagelser, medlemmer: float) -> dict[str, dict[str, float]]:
    """Calls a second that each service must be allowed: in the busiest hour, for the night, and to be through an outage's day
    in ``formiddag`` hours while a mean hour goes on."""
    nat, dag = b.kald_pr(b.udbetalinger), b.kald_pr(b.andre)
    i_spids, i_middel = (last.pr_sekund(b, medlemmer, a, spids=s) for s in (True, False))
    ud = {}
    for t in sorted({*nat, *dag}):
        om_dagen = medlemmer * a.i_forloeb * b.andre_pr_maaned / a.arbejdsdage * dag[t]
        ud[t] = {
            "spids": dag[t] * i_spids,
            "nat": nat[t] * medlemmer * a.i_forloeb / (a.nat * 3600),
            "nedbrud": om_dagen / (a.formiddag * 3600) + dag[t] * i_middel,
        }
    return ud


# --- the occasions ----------------------------------------------------------------------------------


def dimensioner(k: Kost, b: Blanding, a: Antagelser, medlemmer: int) -> tuple[tuple[int, int, int], int, Maalt]:
    """The fewest processes of each role, and cores of PostgreSQL, that are no busier than planned in the busiest hour, and can do
    the night in its hours; with the busiest hour's run."""
    antal, pg = [1, 1, 1], 2
    nat, pr = medlemmer * a.i_forloeb, nattens_cpu(k, b)
    for nr, r in enumerate(ROLLER):
        antal[nr] = max(1, math.ceil(nat * pr[r] / (a.nat * 3600 * a.udnyttelse)))
    while True:
        processer = (antal[0], antal[1], antal[2])
        m = Simulation(k, anlaeg(a, processer, pg), last.almindelig(b, medlemmer, a, UDSNIT, seed=1)).koer()
        for_faa = [i for i, r in enumerate(ROLLER) if m.cpu.get(r, 0.0) / m.sidst > a.udnyttelse * antal[i]]
        for i in for_faa:
            antal[i] += 1
        if m.pg / m.sidst > a.udnyttelse * pg:
            pg *= 2
        elif not for_faa:
            return processer, pg, m


@dataclass(frozen=True, slots=True)
class Anledning:
    """One run to be made: ``takst`` 0 is no limit."""

    navn: str
    takst: float
    koer: Callable[[Anlaeg], Maalt]


def anledninger(k: Kost, b: Blanding, a: Antagelser, medlemmer: int) -> list[Anledning]:
    """The night without DFDG's limit, with a slow DFDG, and with a limit; and the morning after an outage."""
    kraevet = kraevet_takst(b, a, medlemmer)
    # Where what is assumed to be permitted is too little, a fifth more than what is needed.
    takst = {n: max(a.tilladt, 1.2 * max(t[n] for t in kraevet.values())) for n in ("nat", "nedbrud")}
    # Half an hour of arrivals goes on after the backlog has gone, at the rate of the busiest hour.
    efter = 1800.0

    def nat(x: Anlaeg) -> Maalt:
        return Simulation(k, x, last.foerste_nat(b, medlemmer, a, seed=1)).koer()

    def nedbrud(x: Anlaeg) -> Maalt:
        return Simulation(k, x, last.efter_nedbrud(b, medlemmer, a, efter, seed=1), accepteret=True).koer()

    def langsom(x: Anlaeg) -> Maalt:
        return nat(replace(x, svartid=LANGSOM))

    return [
        Anledning("nat", 0.0, nat),
        Anledning("nat_langsom", 0.0, langsom),
        Anledning("nat_takst", takst["nat"], nat),
        Anledning("nedbrud", takst["nedbrud"], nedbrud),
    ]


def en_skala(k: Kost, b: Blanding, a: Antagelser, medlemmer: int) -> dict[str, Any]:
    """Everything of one scale."""
    processer, pg, m = dimensioner(k, b, a, medlemmer)
    ud: dict[str, Any] = {"processer": list(processer), "pg_kerner": pg, "spids": tal(m, processer)}
    for x in anledninger(k, b, a, medlemmer):
        if medlemmer > FLEST and x.navn in LANGE:
            continue
        takster = dict.fromkeys(b.tjenester, x.takst) if x.takst else {}
        ud[x.navn] = tal(x.koer(anlaeg(a, processer, pg, takster=takster)), processer) | {"takst": round(x.takst, 1)}
    return ud


# --- size -------------------------------------------------------------------------------------------


def stoerrelser(b: Blanding, a: Antagelser, maalt: dict[str, Any], medlemmer: float) -> dict[str, float]:
    """Of a ledger that has run for as long as it keeps, in 10^9 bytes, and what its log comes to."""
    m = maalt["blanding"]
    pr_maaned = b.haendelser * medlemmer * a.i_forloeb
    bytes_pr = m["ledger_bytes_pr_haendelse"]
    maaneder = a.dage / (365.25 / 12)
    return {
        "haendelser_pr_maaned": pr_maaned,
        "kald_pr_maaned": b.kald * medlemmer * a.i_forloeb,
        "ledger_gb": pr_maaned * maaneder * bytes_pr / 1e9,
        "ider_gb": pr_maaned * maaneder * HUSKET_ID / 1e9,
        # A citizen's events are hours apart or more: each changes pages that nothing has changed since the last checkpoint.
        "wal_gb_pr_maaned": pr_maaned * maalt["fuldsider"]["wal_bytes_pr_haendelse"] / 1e9,
        "hoejst_gb": a.genskab_mb_s * a.genskab_timer * 3.6,
    }


#: Bytes of a pruned event's id, kept for another 400 days (docs/reliability/udholdenhed.md).
HUSKET_ID = 190


# --- limits -----------------------------------------------------------------------------------------


def trappen(k: Kost, a: Antagelser) -> list[dict[str, Any]]:
    """What the gateway can do of its own: everything at once, one registration each, DFDG without a limit."""
    ud = []
    for c, d, p, pg in TRAPPE:
        t = last.Traekker(TRAPPE_MEDLEMMER, 1)
        kald = ("PersonRegistrationService",)
        kom = (t.ankomst(0.0, i, kald) for i in range(TRAPPE_MEDLEMMER))
        m = Simulation(k, anlaeg(a, (c, d, p), pg), kom).koer()
        ud.append(tal(m, (c, d, p)) | {"pg_kerner": pg, "pr_s": round(m.kald / m.sidst)})
    return ud


def graenser(k: Kost, b: Blanding, a: Antagelser, maalt: dict[str, Any]) -> dict[str, float]:
    """At how many members each resource is used up, one by itself, by what each member does."""
    en = kraevet_takst(b, a, 1.0)
    s = stoerrelser(b, a, maalt, 1.0)
    pr_udbetaling = nattens_cpu(k, b)
    return {
        "takst_spids": a.tilladt / max(t["spids"] for t in en.values()),
        "takst_nat": a.tilladt / max(t["nat"] for t in en.values()),
        "takst_nedbrud": a.tilladt / max(t["nedbrud"] for t in en.values()),
        "ledger": s["hoejst_gb"] / (s["ledger_gb"] + s["ider_gb"]),
        "en_af_hver_nat": a.nat * 3600 * a.udnyttelse / (a.i_forloeb * max(pr_udbetaling.values())),
        **en_af_hver(k, b, a),
    }


def nattens_cpu(k: Kost, b: Blanding) -> dict[str, float]:
    """Seconds of each role's processor for a member's payment, in the night's full batches."""
    kald = sum(b.kald_pr(b.udbetalinger).values())
    return {
        "consume": k.consume.cpu(1) + k.accept.cpu(500) / 500,
        "deliver": kald * (k.claim.cpu(30) / 30 + k.send.cpu(1) + k.settle.cpu(12) / 12),
        "publish": k.beskeder * k.publish.cpu(10) / 10,
    }


def en_af_hver(k: Kost, b: Blanding, a: Antagelser) -> dict[str, float]:
    """Members at which one process of a role, and two cores of PostgreSQL, are as busy as planned in the busiest hour: batches
    grow with what comes, so it is looked for by simulation, a quarter more members each time."""
    ud: dict[str, float] = {}
    medlemmer = 1e6
    while len(ud) < 3 and medlemmer < 1e8:
        kom = last.almindelig(b, round(medlemmer), a, 60.0, seed=1)
        m = Simulation(k, anlaeg(a, (1, 4, 1) if "en_deliver" in ud else (1, 1, 1), 8), kom).koer()
        brugt = {"en_consume": m.cpu["consume"], "en_deliver": m.cpu["deliver"], "to_pg": m.pg / 2}
        for navn, s in brugt.items():
            if s / m.sidst > a.udnyttelse:
                ud.setdefault(navn, medlemmer)
        medlemmer *= 1.25
    return ud
