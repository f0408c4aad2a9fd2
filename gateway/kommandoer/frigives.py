"""How the commands show what letting go would send."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from gateway.kommandoer.faelles import hvem, koer, skriv_json, ud
from gateway.ledger.frigivelse import Frigivelse
from gateway.ledger.frigivelsesvisning import i_ord, som_json


def proev(hvad: str, *valg: Any, json_ud: bool, **mere: Any) -> None:
    """Tries and shows ``hvad`` (a dry run of ``Frigivelser``); nothing is done."""
    from gateway.drift import med_ledger

    async def arbejde(g: Any) -> Frigivelse:
        f: Frigivelse = await getattr(g.betjening.frigivelser(hvem()), hvad)(*valg, **mere)
        return f

    f = koer(lambda: med_ledger(arbejde))
    skriv_json({"frigivelse": som_json(f)}) if json_ud else vis(f)


def vis(f: Frigivelse) -> None:
    """The words, then each service's first registrations in the order in which they would be sent."""
    ud.print(escape(i_ord(f)))
    for t in f.tjenester:
        tabel = Table("nr", "borger", "hændelse", "a-kasse", "senest", "sendes", title=f"{t.tjeneste}, i rækkefølge")
        for nr, x in enumerate(t.foerste, start=1):
            a = x.anmodning
            sendes = f"{'læses tilbage først: ' if x.aflaeses else ''}{a['metode']} {a['operation']}\n{a['krop']}"
            tabel.add_row(
                str(nr),
                x.borger[:12],
                escape(x.haendelse_id or ""),
                x.part.partition(".")[2],
                str(x.dato or ""),
                escape(sendes),
            )
        if t.foerste:
            ud.print(tabel)
    for grund in f.afviste:
        ud.print(escape(f"kan ikke tages op: {grund}"))
