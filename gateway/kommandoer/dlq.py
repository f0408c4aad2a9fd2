"""``gateway dlq``: dead letters, what stopped, and putting it right in order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, ud
from gateway.ledger.masse import Handling

_Kode = Annotated[str | None, typer.Option(help="Every open one of this cause instead of ids.")]


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    dlq = typer.Typer(no_args_is_help=True, help="Dead letters: what stopped, and putting it right in order.")
    app.add_typer(dlq, name="dlq")

    @dlq.command("list")
    def vis_alle(
        kode: Annotated[str | None, typer.Option(help="Only this cause.")] = None,
        alle: Annotated[bool, typer.Option("--alle", help="Ended ones too.")] = False,
        json_ud: Json = False,
    ) -> None:
        """Dead letters, oldest first, with how many events each holds back."""
        from gateway.drift import med_ledger

        liste = koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).liste(kun_aabne=not alle, kode=kode)))
        if json_ud:
            skriv_json(
                [
                    {
                        "dlqId": d.dlq_id, "udgave": d.udgave, "part": d.part, "type": d.type, "kode": d.kode,
                        "tekst": d.tekst, "status": d.status, "siden": d.siden.isoformat(), "foelgere": d.foelgere,
                        "haendelseId": d.haendelse_id, "borger": d.pseudonym,
                    }
                    for d in liste
                ]
            )  # fmt: skip
            return
        tabel = Table(title=f"{len(liste)} døde breve")
        for navn in ("id", "part", "type", "kode", "status", "siden", "følgere", "tekst"):
            tabel.add_column(navn)
        for d in liste:
            siden = f"{d.siden:%Y-%m-%d %H:%M}"
            tabel.add_row(str(d.dlq_id), d.part, d.type or "?", d.kode, d.status, siden, str(d.foelgere), d.tekst)
        ud.print(tabel)

    @dlq.command("show")
    def vis(dlq_id: UUID, json_ud: Json = False) -> None:
        """One dead letter: its event (CPR masked), its registrations, what was done to it."""
        from gateway.drift import med_ledger

        s = koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).vis(dlq_id)))
        skriv_json(s) if json_ud else ud.print_json(data=s, default=str)

    @dlq.command()
    def retry(
        ids: Annotated[list[UUID] | None, typer.Argument()] = None,
        begrundelse: Begrundelse = "",
        kode: _Kode = None,
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Decide the events again and send them, in order."""
        _flere("retry", ids, kode, begrundelse, proev, json_ud)

    @dlq.command()
    def skip(
        ids: Annotated[list[UUID] | None, typer.Argument()] = None,
        begrundelse: Begrundelse = "",
        kode: _Kode = None,
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Give events up: what DFDG has receipted stands, followers move on."""
        _flere("skip", ids, kode, begrundelse, proev, json_ud)

    @dlq.command()
    def replace(
        dlq_id: UUID,
        fil: Annotated[Path, typer.Option("--fil", exists=True, dir_okay=False, help="JSON: the corrected data.")],
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Put corrected data in the event's place; the original is kept."""
        from gateway.drift import med_ledger

        if proev:
            s = koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).proev_erstat(dlq_id, fil.read_bytes())))
            skriv_json(s) if json_ud else ud.print_json(data=s, default=str)
            return
        koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).erstat(dlq_id, fil.read_bytes(), begrundelse)))
        skriv_json({"erstattet": [dlq_id]}) if json_ud else ud.print(f"{dlq_id} erstattet")


def _flere(
    navn: Handling, ids: list[UUID] | None, kode: str | None, begrundelse: str, proev: bool, json_ud: bool
) -> None:
    from gateway.drift import med_ledger
    from gateway.ledger.masse import udfoer

    if bool(ids) == bool(kode):
        raise Betjeningsfejl("give the ids of dead letters, or --kode for every open one of a cause")
    if not proev and not begrundelse.strip():
        raise Betjeningsfejl("--begrundelse is required: it is kept with the act")

    async def arbejde(g: Any) -> Any:
        op = g.operatoer(hvem())
        valgte = ids or await op.efter_kode(str(kode))
        if proev:
            return [{"dlqId": i, **await op.proev(navn, i)} for i in valgte]
        return await udfoer(op, navn, valgte, begrundelse, g.massetakt)

    svar = koer(lambda: med_ledger(arbejde))
    if proev:
        skriv_json(svar) if json_ud else ud.print_json(data=svar, default=str)
        return
    ord_ = {"retry": "genkørt", "skip": "sprunget over"}[navn]
    if json_ud:
        skriv_json({"handling": ord_, "ids": svar.udfoerte, "afviste": svar.afviste})
    else:
        ud.print(f"{len(svar.udfoerte)} {ord_}")
        for a in svar.afviste:
            ud.print(f"afvist: {a['dlqId']}: {a['grund']}", markup=False)
    if svar.afviste:
        raise SystemExit(2)
