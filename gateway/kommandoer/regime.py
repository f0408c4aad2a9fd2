"""``gateway regime vis`` and ``gateway regime luk`` (R5-R7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Begrundelse, Json, hvem, koer, skriv_json, ud
from gateway.rules.model import Regime
from gateway.rules.regimer import PARAMETRE


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    regime = typer.Typer(no_args_is_help=True, help="The law a course follows: its figures, and closing a regime.")
    app.add_typer(regime, name="regime")

    @regime.command()
    def vis(json_ud: Json = False) -> None:
        """The regimes with their figures and references, and what was closed."""
        from gateway.drift import med_ledger
        from gateway.ledger.regimer import lukninger

        lukkede = koer(lambda: med_ledger(lambda g: lukninger(g.pulje)))
        raekker = [_som_json(p) for p in PARAMETRE.values()]
        lukket = [
            {
                "regime": x.regime.value,
                "dato": x.dato.isoformat(),
                "akassekode": x.akassekode,
                "aarsagskode": x.aarsagskode,
            }
            for x in lukkede
        ]
        if json_ud:
            skriv_json({"regimer": raekker, "lukkede": lukket})
            return
        tabel = Table(title="Regimer")
        tabel.add_column("")
        for r in raekker:
            tabel.add_column(str(r["regime"]))
        for felt in raekker[0]:
            if felt != "regime":
                tabel.add_row(felt, *(str(r[felt]) for r in raekker))
        ud.print(tabel)
        for x in lukket:
            ud.print(f"lukket: {x['regime']} pr. {x['dato']} for {x['akassekode'] or 'alle'}, årsag {x['aarsagskode']}")

    @regime.command()
    def luk(
        regime: Annotated[str, typer.Option(help=f"One of {', '.join(r.value for r in Regime)}.")],
        dato: Annotated[str, typer.Option(help="Running courses end on this day (YYYY-MM-DD).")],
        akasse: Annotated[str | None, typer.Option(help="Only this a-kasse's (its permission is withdrawn).")] = None,
        aarsagskode: Annotated[str, typer.Option(help="The cause of the endings.")] = "41",
        begrundelse: Begrundelse = "",
        json_ud: Json = False,
    ) -> None:
        """Close a regime: running courses go to the jobcenter of residence, planned talks lapse (R7, S12)."""
        from gateway.drift import med_ledger
        from gateway.grundlag import nu
        from gateway.ledger.regimer import Regimer

        try:
            valgt, dag = Regime(regime), date.fromisoformat(dato)
        except ValueError:
            raise Betjeningsfejl(
                f"--regime is one of {', '.join(r.value for r in Regime)}, --dato is YYYY-MM-DD"
            ) from None

        async def arbejde(g: Any) -> int:
            regimer = Regimer(g.pulje, g.motor, g.noegler, g.miljoe, nu, hvem=hvem())
            _, antal = await regimer.luk(valgt, dag, akasse, aarsagskode, begrundelse)
            return antal

        antal = koer(lambda: med_ledger(arbejde))
        skriv_json({"lukket": regime, "dato": dato, "forloeb": antal}) if json_ud else ud.print(
            f"{regime} er lukket pr. {dato}; {antal} forløb slutter"
        )


def _som_json(p: Any) -> dict[str, Any]:
    ud: dict[str, Any] = {}
    for felt in p.__dataclass_fields__:
        v = getattr(p, felt)
        ud[felt] = {k: str(x) for k, x in v.items()} if isinstance(v, dict) else getattr(v, "value", v)
    return ud
