"""``gateway genudsend``: a party gets its messages again, under the same ids."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud
from gateway.ledger.raekker import part_fra_topic
from gateway.rules.model import KOEBENHAVN


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def genudsend(
        part: Annotated[str, typer.Option(help="akasse.<kode> or jobcenter.<kode>.")],
        fra: Annotated[str, typer.Option(help="RFC 3339; without an offset it is Copenhagen time.")],
        borger: Annotated[str | None, typer.Option(help="Only this pseudonym's.")] = None,
        json_ud: Json = False,
    ) -> None:
        """Send a party's messages again since a time: same ids, same sekvens, in order."""
        from gateway.drift import med_ledger
        from gateway.ledger.genudsendelse import genudsend as send

        art, _, kode = part.partition(".")
        if art not in ("akasse", "jobcenter") or not kode.isalnum():
            raise Betjeningsfejl("--part is akasse.<kode> or jobcenter.<kode>")
        try:
            tid = datetime.fromisoformat(fra)
        except ValueError:
            raise Betjeningsfejl("--fra is no time: write 2026-03-01T08:00:00+01:00") from None
        tid = tid if tid.tzinfo else tid.replace(tzinfo=KOEBENHAVN)
        antal = koer(lambda: med_ledger(lambda g: send(g.pulje, part_fra_topic(part), tid, borger)))
        skriv_json({"genudsendt": antal}) if json_ud else ud.print(f"{antal} beskeder sendes igen")
