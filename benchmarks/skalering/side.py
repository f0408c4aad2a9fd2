"""The tables of docs/scaling.md, from ``resultater.json``; each stands between two comments with its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.skalering.kost import HER

SIDE = HER.parents[1] / "docs" / "scaling.md"

#: What each limit is, in words, in no order.
GRAENSER = {
    "takst_nat": "DFDG permits {tilladt:.0f} calls a second and service: the first night in {nat:.0f} hours",
    "takst_nedbrud": "{tilladt:.0f} calls a second: a day's outage, through in {formiddag:.0f} hours",
    "takst_spids": "{tilladt:.0f} calls a second: the busiest hour",
    "ledger": "the ledger can be restored in {genskab_timer:.0f} hours ({genskab_mb_s:.0f} MB/s)",
    "en_deliver": "one process that delivers, the busiest hour: a second one",
    "to_pg": "two cores of PostgreSQL, the busiest hour: more cores",
    "en_consume": "one process that takes in, the busiest hour: a second one",
    "en_af_hver_nat": "one process of each role, the first night in {nat:.0f} hours: more of them",
}
ANLEDNINGER = {
    "spids": "busiest hour",
    "nat": "first night, DFDG without a limit",
    "nat_langsom": "first night, DFDG answering in 2 s",
    "nat_takst": "first night",
    "nedbrud": "morning after an outage",
}


def tabeller(r: Mapping[str, Any], maalt: Mapping[str, Any]) -> dict[str, str]:
    """Each table by its name, as Markdown."""
    return {
        "last": _last(r),
        "typer": _typer(r),
        "behov": _behov(r, maalt),
        "anledninger": _anledninger(r),
        "graenser": _graenser(r),
        "trappen": _trappen(r),
        "efterproevning": _efterproevning(r),
        "kost": _kost(maalt),
    }


def indsat(tekst: str, nye: Mapping[str, str]) -> str:
    """The page with its tables in their places. Raises ``ValueError`` where one has none."""
    for navn, tabel in nye.items():
        plads = re.search(rf"<!-- {navn} -->\n(.*?)<!-- /{navn} -->", tekst, re.DOTALL)
        if plads is None:
            raise ValueError(f"the page has no place for {navn}")
        tekst = f"{tekst[: plads.start(1)]}{tabel}\n{tekst[plads.end(1) :]}"
    return tekst


def _tabel(hoved: Iterable[str], raekker: Iterable[Iterable[str]]) -> str:
    hoved = list(hoved)
    linjer = ["| " + " | ".join(linje) + " |" for linje in (hoved, *map(list, raekker))]
    return "\n".join([linjer[0], "|---" * len(hoved) + "|", *linjer[1:]])


def tal(x: float) -> str:
    """About three figures, thousands set apart."""
    if x == 0:
        return "0"
    if abs(x) < 10:
        return f"{x:.2g}" if abs(x) < 1 else f"{x:.1f}"
    return f"{round(x):,}" if abs(x) < 1000 else f"{float(f'{x:.3g}'):,.0f}"


def tid(s: float) -> str:
    if s < 1:
        return f"{1000 * s:.0f} ms"
    if s < 120:
        return f"{s:.0f} s"
    return f"{s / 60:.0f} min" if s < 7200 else f"{s / 3600:.1f} h"


def _medlemmer(n: str | float) -> str:
    return f"{float(n):,.0f}"


def _last(r: Mapping[str, Any]) -> str:
    raekker = []
    for n, s in r["skalaer"].items():
        st, kr = s["stoerrelser"], s["kraevet"]
        stoerst = {hvad: max(t[hvad] for t in kr.values()) for hvad in ("spids", "nat", "nedbrud")}
        raekker.append([
            _medlemmer(n), tal(st["haendelser_pr_maaned"]), tal(st["kald_pr_maaned"]), tal(s["pr_s"]["spids"]),
            f"{tal(s['nat']['haendelser'])} · {tal(s['nat']['kald'])}",
            " · ".join(tal(stoerst[x]) for x in ("spids", "nedbrud", "nat")),
            f"{tal(st['ledger_gb'] + st['ider_gb'])} GB", f"{tal(st['wal_gb_pr_maaned'])} GB",
        ])  # fmt: skip
    return _tabel(
        ["members", "events a month", "calls a month", "busiest hour, events/s", "first night: events · calls",
         "DFDG must permit, calls/s of a service: busiest hour · outage · night", "ledger after 13 months", "WAL a month"],
        raekker,
    )  # fmt: skip


def _typer(r: Mapping[str, Any]) -> str:
    typer = r["blanding"]["typer"]
    store = {t: n for t, n in typer.items() if n[0] >= 0.015}
    smaa = [n for t, n in typer.items() if t not in store]
    raekker = [[f"`{t}`", f"{a:.2f}", f"{b:.2f}"] for t, (a, b) in store.items()]
    raekker.append([f"{len(smaa)} others", f"{sum(n[0] for n in smaa):.2f}", f"{sum(n[1] for n in smaa):.2f}"])
    raekker.append(["**in all**", f"{r['blanding']['haendelser']:.2f}", f"{r['blanding']['kald']:.2f}"])
    return _tabel(["type", "events a member a month", "their registrations"], raekker)


def _behov(r: Mapping[str, Any], maalt: Mapping[str, Any]) -> str:
    mb = maalt["blanding"]["hukommelse_mb"]
    raekker = []
    for n, s in r["skalaer"].items():
        c, d, p = s["processer"]
        med = (c + 1, d + 1, p + 1)
        hukommelse = sum(antal * mb[x] for antal, x in zip(med, ("consume", "deliver", "publish"), strict=True))
        raekker.append([
            _medlemmer(n), f"{c} · {d} · {p}", f"{med[0]} · {med[1]} · {med[2]}", f"{tal(hukommelse / 1000)} GB",
            str(s["pg_kerner"]), str(FORBINDELSER * sum(med) + KONSOL), f"{tal(s['stoerrelser']['ledger_gb'] + s['stoerrelser']['ider_gb'])} GB",
            str(PARTITIONER),
        ])  # fmt: skip
    return _tabel(
        ["members", "processes that suffice: consume · deliver · publish", "with one to spare of each", "their memory",
         "cores of PostgreSQL", "its connections, at most", "its disk", "partitions a topic"],
        raekker,
    )  # fmt: skip


#: A process's connections at most: its two pools' twelve, the one that listens, the publisher's lock (gateway/app.py); the console
#: has seven more in each process of the ops role, of which there are two here.
FORBINDELSER, KONSOL, PARTITIONER = 14, 14, 12


def _anledninger(r: Mapping[str, Any]) -> str:
    raekker = []
    for n, s in r["skalaer"].items():
        for navn, kaldes in ANLEDNINGER.items():
            if navn not in s:
                continue
            x = s[navn]
            takst = f" ({tal(x['takst'])}/s)" if x.get("takst") else ""
            k = x["kerner"]
            raekker.append([
                _medlemmer(n), kaldes + takst, f"{tal(x['haendelser'])} · {tal(x['kald'])}",
                f"{tid(x['til_kald_p50_s'])} · {tid(x['til_kald_p99_s'])}", tid(x["til_kvittering_p99_s"]),
                "–" if navn == "spids" else tid(x["varede_s"]),
                " · ".join(f"{k[y]:.2f}" for y in ("consume", "deliver", "publish", "postgres")),
                f"{tal(x['wal_mb_s'])} · {tal(x['wal_mb_s_hoejst'])}", f"{tal(x['flush_s'])} · {tal(x['flush_s_hoejst'])}",
            ])  # fmt: skip
    return _tabel(
        ["members", "occasion", "events · calls", "event to request, p50 · p99", "to kvittering, p99", "all through",
         "busy cores: consume · deliver · publish · PostgreSQL", "WAL MB/s: mean · highest second", "fsyncs/s: mean · highest"],
        raekker,
    )  # fmt: skip


def _graenser(r: Mapping[str, Any]) -> str:
    raekker = sorted(r["graenser"].items(), key=lambda x: float(x[1]))
    return _tabel(
        ["members", "what is used up, by itself"],
        ([f"{n / 1e6:.1f} million", GRAENSER[navn].format(**r["antagelser"])] for navn, n in raekker),
    )


def _trappen(r: Mapping[str, Any]) -> str:
    raekker = []
    for x, uden in zip(r["trappen"], r["trappen_uden_commit"], strict=True):
        c, d, p = x["processer"]
        k = x["kerner"]
        raekker.append([
            f"{c} · {d} · {p}", tal(x["pr_s"]), " · ".join(f"{k[y]:.1f}" for y in ("consume", "deliver", "publish", "postgres")),
            tal(x["wal_mb_s"]), tal(x["flush_s"]), tal(uden["pr_s"]),
        ])  # fmt: skip
    return _tabel(
        ["consume · deliver · publish", "registrations/s", "busy cores: consume · deliver · publish · PostgreSQL", "WAL MB/s",
         "fsyncs/s", "registrations/s if a commit cost no time"],
        raekker,
    )  # fmt: skip


def _efterproevning(r: Mapping[str, Any]) -> str:
    raekker = []
    for s in r["efterproevning"]:
        f = ",.0f" if s["maalt"] >= 20 else ".2f"
        forhold = s["model"] / s["maalt"]
        raekker.append([s["koersel"], s["tal"], f"{s['maalt']:{f}}", f"{s['model']:{f}}", f"{forhold:.2f}"])
    return _tabel(["run", "an event's", "measured", "model", "model / measured"], raekker)


def _kost(maalt: Mapping[str, Any]) -> str:
    raekker = []
    for t in ("consume", "accept", "claim", "send", "settle", "publish"):
        x = maalt["trin"][t]
        raekker.append([
            t, *(f"{tal(x[h]['transaktion'])} + {tal(x[h]['stykke'])} n" for h in ("gateway", "postgres")),
            f"{tal(x['wal']['transaktion'])} + {tal(x['wal']['stykke'])} n" if "wal" in x else "0",
        ])  # fmt: skip
    return _tabel(["stage, of n pieces", "gateway µs", "PostgreSQL µs", "WAL bytes"], raekker)
