"""How values are said in Danish on a page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson

from gateway.ledger.laesning.forside import klokken, part_i_ord
from gateway.rules.model import KOEBENHAVN

_TILSTANDE = {
    "aaben": "åben", "nede": "nede", "adgang": "afviser os", "genaabner": "genåbner", "vindue": "planlagt vindue",
    "pause": "på pause", "venter": "venter", "hoved": "undervejs", "stoppet": "stoppet", "endelig": "færdig",
    "kasseret": "kasseret", "klar": "klar", "undervejs": "sendes nu", "i_tvivl": "i tvivl", "registreret": "registreret",
    "afvist": "afvist", "opgivet": "opgivet", "videresendt": "videresendt", "noteret": "noteret",
    "uden_virkning": "uden virkning", "sprunget_over": "sprunget over", "registreres": "registreres", "afventer": "afventer",
    "aabnet": "åben nu", "planlagt": "planlagt", "slut": "slut", "genkoert": "genkørt", "erstattet": "erstattet", "loest": "løst",
    "retry": "genkør", "skip": "spring over", "replace": "erstat", "afklar": "afklar i hånden",
    "pause saet": "sat på pause", "pause ophaev": "pause ophævet", "genaabn": "genåbnet trinvis",
    "vindue planlaeg": "vindue planlagt", "vindue forlaeng": "vindue forlænget", "vindue slut": "vindue afsluttet",
    "karantaene saet": "karantæne sat", "karantaene ophaev": "karantæne ophævet", "spaerring ophaev": "spærring ophævet",
    "regime luk": "ordning lukket", "masse retry": "genkør mange", "masse skip": "spring mange over", "masse stop": "opgave stoppet",
    "karantaene": "karantæne", "ukendt_type": "ukendt type", "dfdg_afvist": "afvist af DFDG", "intern_fejl": "fejl hos os",
    "soeg cpr": "søgt på CPR", "login": "logget ind", "akasse": "a-kasse", "tjeneste": "tjeneste", "borger": "borgers bane",
    "haendelse": "hændelse", "samtale": "samtale", "request": "request-id", "entitet": "registrering", "pseudonym": "borger",
}  # fmt: skip


def paa_dansk(v: Any) -> str:
    """A code in words."""
    return _TILSTANDE.get(str(v), str(v))


def tid(v: datetime | None) -> str:
    """A time in Copenhagen: ``24-11-2026 13:05:09``."""
    return "–" if v is None else f"{v.astimezone(KOEBENHAVN):%d-%m-%Y %H:%M:%S}"


def dag(v: date | None) -> str:
    return "–" if v is None else f"{v:%d-%m-%Y}"


def siden(v: datetime | None, nu: datetime) -> str:
    """How long ago, in the coarsest words that still help."""
    if v is None:
        return "–"
    sekunder = max(0, int((nu - v).total_seconds()))
    for navn, flere, s in (("dag", "dage", 86_400), ("time", "timer", 3600), ("minut", "minutter", 60)):
        if sekunder >= s:
            n = sekunder // s
            return f"{n} {navn if n == 1 else flere}"
    return f"{sekunder} sek."


def antal(v: float | None) -> str:
    """A figure with thousands apart."""
    return "–" if v is None else f"{v:,.0f}".replace(",", ".")


def sekunder(v: float | None) -> str:
    if v is None:
        return "–"
    return f"{v * 1000:.0f} ms" if v < 1 else f"{v:.1f} s".replace(".", ",")


def haendelsestype(v: str | None) -> str:
    """``akasse.samtale.afholdt.v1`` -> ``samtale afholdt``."""
    if v is None:
        return "ukendt"
    dele = v.split(".")
    return " ".join(dele[1:-1] if len(dele) > 2 else dele).replace("-", " ")


def json(v: Any) -> str:
    """A document with line breaks, for reading."""
    return orjson.dumps(v, option=orjson.OPT_INDENT_2, default=str).decode()


def vaerdi(v: Any) -> str:
    """A value of the log of acts: lists as words, yes and no."""
    match v:
        case bool():
            return "ja" if v else "nej"
        case list():
            return ", ".join(vaerdi(x) for x in v) or "ingen"
        case None:
            return "–"
        case _:
            return str(v)


FILTRE = {
    "json": json, "dansk": paa_dansk, "tid": tid, "dag": dag, "antal": antal, "sekunder": sekunder, "type": haendelsestype,
    "vaerdi": vaerdi, "part": part_i_ord, "siden": siden, "klokken": klokken,
}  # fmt: skip
