"""``gateway statistik``: the figures of supervision (D2), as CSV or JSON."""

from __future__ import annotations

import csv
import re
import sys
from typing import Annotated, Any

import typer

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Json, koer, skriv_json
from gateway.rules.aarsagskoder import AARSAGER

_MAANED = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_ENKELTE = (
    "ind",
    "i_forloeb",
    "fuld_periode",
    "tre_eller_flere_samtaler",
    "lovens_minimum",
    "frister_brudt",
    "jobordrekontakter",
)


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def statistik(
        akasse: Annotated[
            list[str] | None, typer.Option(help="Only this a-kasse's code; more than one may be given.")
        ] = None,
        fra: Annotated[str | None, typer.Option(help="First month, YYYY-MM.")] = None,
        til: Annotated[str | None, typer.Option(help="Last month, YYYY-MM.")] = None,
        halvaar: Annotated[bool, typer.Option("--halvaar", help="By half-years instead of months.")] = False,
        json_ud: Json = False,
    ) -> None:
        """Figures per a-kasse and period, as docs/statistik.md defines them; CSV unless --json."""
        from gateway.drift import med_ledger
        from gateway.drift import statistik as hent

        for navn, vaerdi in (("--fra", fra), ("--til", til)):
            if vaerdi is not None and not _MAANED.fullmatch(vaerdi):
                raise Betjeningsfejl(f"{navn} is a month: write it as 2026-03")
        raekker = koer(lambda: med_ledger(lambda g: hent(g, halvaar, fra, til, akasse)))
        skriv_json(raekker) if json_ud else skriv_csv(raekker)


def skriv_csv(raekker: list[dict[str, Any]]) -> None:
    """``;``-separated on stdout, one column a figure; causes and kinds of talks that occur have columns of their own."""
    samtaler = sorted({(f, x) for r in raekker for f, former in r["tal"]["samtaler"].items() for x in former})
    koder = sorted(AARSAGER)
    ud = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    ud.writerow(
        ["akasse", "periode", *_ENKELTE, *(f"ud_{k}" for k in koder), *(f"samtaler_{f}_{x}" for f, x in samtaler)]
    )
    for r in raekker:
        tal = r["tal"]
        ud.writerow(
            [
                r["akasse"],
                r["periode"],
                *(tal[n] for n in _ENKELTE),
                *(tal["ud"].get(k, 0) for k in koder),
                *(tal["samtaler"].get(f, {}).get(x, 0) for f, x in samtaler),
            ]
        )
