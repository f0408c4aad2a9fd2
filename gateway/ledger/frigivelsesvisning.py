"""What letting go would send, in words and as JSON, for the command line, the console and its API alike."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from gateway.lanes.prognose import Rate
from gateway.ledger.frigivelse import Forsendelse, Frigivelse, Tjenestedel
from gateway.ledger.tal_i_ord import med_tal, varighed

#: Nothing is sent in no time.
_MINDST = timedelta(seconds=1)

_HOLDES = {
    "vindue": "holdes stadig af et vindue",
    "pause": "holdes stadig af en pause",
    "spaerring": "holdes stadig af en spærring",
    "gendannelse": "venter, til den gendannede database er holdt sammen med Kafka",
}


def i_ord(f: Frigivelse) -> str:
    """One sentence on what is let go, and one for each service."""
    if not f.haendelser:
        return "Intet venter på det: der ville ikke blive sendt noget."
    bagved = sum(t.bagved for t in f.tjenester)
    dele = [f"{med_tal(f.haendelser, 'borgers hændelse', 'borgeres hændelser')} slippes løs{_bag(bagved)}."]
    if f.proevet is not None and f.proevet < f.haendelser:
        dele.append(f"De første {f.proevet} er afgjort på prøve; resten er regnet som dem.")
    dele += [tjenesten(t, f) for t in f.tjenester]
    dele += [f"{med_tal(n, 'borger', 'borgere')} {_HOLDES.get(hvad, hvad)}." for hvad, n in sorted(f.holdes.items())]
    return " ".join(dele)


def tjenesten(t: Tjenestedel, f: Frigivelse) -> str:
    """What one service gets, at which rate, until when."""
    tekst = f"{t.tjeneste}: {med_tal(t.registreringer, 'registrering', 'registreringer')}, {takst(t.rate)}"
    if t.faerdig is None:
        tekst += "; køen bliver aldrig tømt, for der kommer mere, end der tages"
    else:
        tekst += f", ca. {varighed(max(t.faerdig - f.nu, _MINDST))}"
    if t.tilstand in ("nede", "adgang"):
        tekst += "; tjenesten svarer ikke, så der prøves først med én"
    elif t.trinvis:
        tekst += "; åbnes trinvis: én borger, ti, en tiendedel, alle"
    return tekst + "."


def takst(r: Rate) -> str:
    """The rate with where it comes from."""
    tal = f"{r.sekundet:g}".replace(".", ",")
    return f"højst {tal} i sekundet (tilladt)" if r.tilladt else f"{tal} i sekundet (målt)"


def som_json(f: Frigivelse) -> dict[str, Any]:
    return {
        "haendelser": f.haendelser,
        "afgjortPaaProeve": f.proevet,
        "tjenester": [_tjeneste(t, f) for t in f.tjenester],
        "holdesStadig": dict(f.holdes),
        "senderIntet": dict(f.uden_dfdg),
        "kanIkke": list(f.afviste),
        "tekst": i_ord(f),
    }


def _tjeneste(t: Tjenestedel, f: Frigivelse) -> dict[str, Any]:
    return {
        "tjeneste": t.tjeneste,
        "tilstand": t.tilstand,
        "trinvis": t.trinvis,
        "borgere": t.hoveder,
        "bagved": t.bagved,
        "registreringer": t.registreringer,
        "iSekundet": t.rate.sekundet,
        "tilladt": t.rate.tilladt,
        "varighedSekunder": (t.faerdig - f.nu).total_seconds() if t.faerdig else None,
        "foerste": [_forsendelse(x) for x in t.foerste],
    }


def _forsendelse(x: Forsendelse) -> dict[str, Any]:
    d = asdict(x)
    return {
        "borger": d["borger"],
        "haendelseId": d["haendelse_id"],
        "type": d["type"],
        "part": d["part"],
        "senest": x.dato.isoformat() if x.dato else None,
        "laesesTilbageFoerst": x.aflaeses,
        "requestId": d["request_id"],
        "anmodning": d["anmodning"],
    }


def _bag(n: int) -> str:
    return f"; {med_tal(n, 'hændelse', 'hændelser')} venter bag dem" if n else ""
