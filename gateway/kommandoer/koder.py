"""``gateway koder``: DFDG's code lists as they were last read, the codes in use, and what changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud
from gateway.ledger import kodelister
from gateway.ledger.kodelister import Kodeaendring, Kodestand, Listestand, Perioder
from gateway.ledger.ur import dag
from gateway.rules.kodebrug import ADVARSLER, Stand
from gateway.rules.model import KOEBENHAVN

#: How far back "what changed" goes when nothing is said.
STANDARD_DAGE = 30

_ORD = {
    Stand.I_KRAFT: "i kraft",
    Stand.UKENDT: "findes ikke hos DFDG",
    Stand.OPHOERT: "ophørt hos DFDG",
    Stand.IKKE_BEGYNDT: "endnu ikke i kraft hos DFDG",
    Stand.USAT: "ikke sat",
    Stand.ULAEST: "listen er ikke læst",
    Stand.UDEN_LISTE: "DFDG har ingen liste",
}


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def koder(
        vis_aendringer: Annotated[
            bool, typer.Option("--aendringer", help="What readings changed, instead of how things stand.")
        ] = False,
        fra: Annotated[
            str | None, typer.Option(help=f"Changes since this day (YYYY-MM-DD); else the last {STANDARD_DAGE} days.")
        ] = None,
        json_ud: Json = False,
    ) -> None:
        """DFDG's code lists: when read, what changed since, and codes in use that DFDG does not have."""
        from gateway.drift import med_ledger
        from gateway.grundlag import nu

        nu_ = nu()
        siden = _siden(fra, nu_)

        async def arbejde(g: Any) -> dict[str, Any]:
            if vis_aendringer:
                return {"aendringer": [_aendring(a) for a in await kodelister.aendringer(g.pulje, siden)]}
            return await oversigt(g, siden, nu_)

        svar = koer(lambda: med_ledger(arbejde))
        if json_ud:
            skriv_json(svar)
        elif vis_aendringer:
            _vis_aendringer(svar["aendringer"])
        else:
            _vis(svar)


async def oversigt(g: Any, siden: datetime, nu: datetime) -> dict[str, Any]:
    """How lists and codes in use stand; ``siden``: from when changes are counted."""
    return {
        "siden": siden,
        "lister": [_liste(x, nu) for x in await kodelister.lister(g.pulje, siden)],
        "iBrug": [_brugt(k) for k in await kodelister.koder_i_brug(g.pulje, g.koder, dag(nu))],
    }


async def korte_tal(g: Any, nu: datetime) -> dict[str, Any]:
    """The figures of ``gateway status``: ages in seconds, lists never read, codes that changed, codes to look at."""
    o = await oversigt(g, nu - timedelta(days=STANDARD_DAGE), nu)
    aldre = [x["alderSekunder"] for x in o["lister"] if x["alderSekunder"] is not None]
    return {
        "alderSekunder": {x["liste"]: x["alderSekunder"] for x in o["lister"]},
        "aeldsteSekunder": max(aldre, default=None),
        "ulaeste": sum(x["laest"] is None for x in o["lister"]),
        "aendrede": sum(x["aendrede"] for x in o["lister"]),
        "koderMedAdvarsel": [k["raekke"] for k in o["iBrug"] if k["advarsel"]],
    }


def vis_korte_tal(tal: dict[str, Any]) -> str:
    """One line for people."""
    tekst = f"kodelister: ældste læsning {_alder(tal['aeldsteSekunder'])} · ulæste: {tal['ulaeste']}"
    tekst += f" · ændrede koder ({STANDARD_DAGE} dage): {tal['aendrede']}"
    if tal["koderMedAdvarsel"]:
        tekst += f" · i brug, men ikke i kraft hos DFDG: {', '.join(tal['koderMedAdvarsel'])}"
    return tekst


def _siden(fra: str | None, nu: datetime) -> datetime:
    if fra is None:
        return nu - timedelta(days=STANDARD_DAGE)
    try:
        return datetime.combine(date.fromisoformat(fra), datetime.min.time(), KOEBENHAVN)
    except ValueError:
        raise Betjeningsfejl("--fra is a day: write it as 2026-03-01") from None


def _liste(x: Listestand, nu: datetime) -> dict[str, Any]:
    return {
        "liste": x.liste,
        "dfdgNavn": x.dfdg_navn,
        "laest": x.laest,
        "alderSekunder": x.alder(nu),
        "antal": x.antal,
        "aendrede": x.aendret,
        "naeste": x.naeste,
        "forgaeves": x.forsoeg,
        "fejl": x.fejl,
    }


def _brugt(k: Kodestand) -> dict[str, Any]:
    r = k.raekke
    return {
        "raekke": k.brugt.raekkenavn,
        "kode": k.brugt.kode,
        "ophav": k.brugt.ophav,
        "stand": k.stand,
        "advarsel": k.stand in ADVARSLER,
        "dfdgTekst": r.tekst if r else None,
        "dfdgFra": r.fra if r else None,
        "dfdgTil": r.til if r else None,
    }


def _aendring(a: Kodeaendring) -> dict[str, Any]:
    return {"tid": a.tid, "liste": a.liste, "kode": a.kode, "foer": a.foer, "efter": a.efter}


def _vis(svar: dict[str, Any]) -> None:
    tabel = Table("liste", "læst", "koder", f"ændret siden {svar['siden']:%Y-%m-%d}", "fejl", title="DFDG's kodelister")
    for x in svar["lister"]:
        tabel.add_row(x["liste"], _alder(x["alderSekunder"]), str(x["antal"]), str(x["aendrede"]), x["fejl"] or "")
    ud.print(tabel)
    brug = Table("række", "kode", "fra", "hos DFDG", "tekst hos DFDG", title="Koder, som gatewayen skriver")
    for k in svar["iBrug"]:
        farve = "[red]" if k["advarsel"] else ""
        brug.add_row(
            k["raekke"], k["kode"] or "-", k["ophav"] or "-", farve + _ORD[Stand(k["stand"])], k["dfdgTekst"] or ""
        )
    ud.print(brug)


def _vis_aendringer(raekker: list[dict[str, Any]]) -> None:
    tabel = Table("set", "liste", "kode", "før", "efter", title=f"{len(raekker)} ændringer")
    for a in raekker:
        tabel.add_row(f"{a['tid']:%Y-%m-%d %H:%M}", a["liste"], a["kode"], _perioder(a["foer"]), _perioder(a["efter"]))
    ud.print(tabel)


def _perioder(p: Perioder | None) -> str:
    if p is None:
        return "-"
    return "\n".join(f"{x['tekst']} ({x['fra'] or ''}–{x['til'] or ''})" for x in p)


def _alder(sekunder: float | None) -> str:
    if sekunder is None:
        return "aldrig"
    timer = int(sekunder // 3600)
    return f"{timer // 24} d {timer % 24} t siden" if timer >= 48 else f"{timer} t {int(sekunder // 60) % 60} min siden"
