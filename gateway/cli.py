"""The command line. Each command prints for people; with ``--json`` it prints for machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.errors import Betjeningsfejl, GatewayFejl, MidlertidigFejl
from gateway.kommandoer import (
    dfdgbeskeder,
    doktor,
    genopret,
    genudsend,
    karantaene,
    koder,
    proev,
    prognose,
    regime,
    spaerring,
    statistik,
    status,
    vindue,
)
from gateway.kommandoer.faelles import Begrundelse, Json, hvem, koer, skriv_json, ud

# Typer's own tracebacks print local variables, and those can hold anything that was received.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gateway between Danish a-kasser, jobcentres and DFDG.",
)
dlq = typer.Typer(no_args_is_help=True, help="Dead letters: what stopped, and putting it right in order.")
app.add_typer(dlq, name="dlq")
for _kommando in (
    dfdgbeskeder,
    doktor,
    genopret,
    genudsend,
    karantaene,
    koder,
    proev,
    prognose,
    regime,
    spaerring,
    statistik,
    status,
    vindue,
):
    _kommando.tilfoej(app)

_fejl = Console(stderr=True)


def main() -> None:
    """The console script. A refusal is one sentence on stderr and exit code 2; 3 when what the gateway depends on is away."""
    try:
        app()
    except GatewayFejl as fejl:
        _fejl.print(f"[red]{fejl.kode}[/red]: {escape(str(fejl))}", highlight=False, soft_wrap=True)
        raise SystemExit(3 if isinstance(fejl, MidlertidigFejl) else 2) from None


# --- running ----------------------------------------------------------------------------------------


@app.command()
def serve(
    roles: Annotated[
        str, typer.Option(help="Comma-separated: consume,deliver,publish,hooks,ops.")
    ] = "consume,deliver,publish,hooks,ops",
    json_ud: Json = False,
) -> None:
    """Run the gateway until Ctrl-C or SIGTERM. What is not set (Kafka, PostgreSQL, DFDG) is started embedded."""
    from gateway.app import ROLLER
    from gateway.drift import serve as kald

    roller = [r.strip() for r in roles.split(",")]
    if ukendte := sorted(set(roller) - set(ROLLER)):
        raise Betjeningsfejl(
            f"--roles: there is no {', '.join(ukendte) or 'empty role'}; there are {', '.join(ROLLER)}"
        )
    raise SystemExit(koer(lambda: kald(roller, json_ud)))


@app.command()
def demo(
    members: Annotated[int | None, typer.Option(help="Generate this many members instead of the told stories.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated month.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    json_ud: Json = False,
) -> None:
    """Start everything embedded, tell members' courses, and compare what DFDG got with what the law says."""
    from gateway.demo import demo as kald

    raise SystemExit(koer(lambda: kald(members, seed, json_ud, keep)))


@app.command()
def migrate(json_ud: Json = False) -> None:
    """Bring the database's schema up to this version."""
    from gateway.drift import migrate as kald

    nye = koer(kald)
    skriv_json({"koert": nye}) if json_ud else ud.print("\n".join(nye) or "nothing to do")


@app.command()
def topics(
    akasse: Annotated[str, typer.Option(help="Comma-separated a-kasse codes.")] = "",
    jobcenter: Annotated[str, typer.Option(help="Comma-separated kommune codes.")] = "",
    principal: Annotated[
        str, typer.Option(help="Kafka principal of a party, {art} and {kode} filled in; empty: no ACLs.")
    ] = "",
    gateway_principal: Annotated[str, typer.Option(help="Kafka principal of the gateway itself.")] = "User:gateway",
    json_ud: Json = False,
) -> None:
    """Create the parties' topics and gateway.dlq.v1, with ACLs that keep each party to its own."""
    from gateway.drift import topics as kald

    parter = [("akasse", k) for k in akasse.split(",") if k] + [("jobcenter", k) for k in jobcenter.split(",") if k]
    svar = koer(lambda: kald(parter, principal, gateway_principal))
    if json_ud:
        skriv_json(svar)
        return
    ud.print(f"{len(svar['topics'])} topics created, {svar['acl']} ACLs set")


@app.command()
def sandbox(
    listen: Annotated[str, typer.Option(help="host:port of the service.")] = "127.0.0.1:0",
    admin: Annotated[str, typer.Option(help="host:port of the admin API (plain HTTP).")] = "127.0.0.1:0",
    abonner: Annotated[
        list[str] | None, typer.Option(help="Who gets its messages where: akasse:01=https://host:port#60010,90000")
    ] = None,
    json_ud: Json = False,
) -> None:
    """Run the stand-in DFDG alone, with certificates from a local test CA, until Ctrl-C."""
    from gateway.drift import sandkasse as kald

    raise SystemExit(koer(lambda: kald(listen, admin, abonner or (), json_ud)))


@app.command()
def contracts(json_ud: Json = False) -> None:
    """Write the JSON Schemas and the AsyncAPI document from the contracts."""
    from contracts.schema import skriv

    filer = [str(sti) for sti in skriv()]
    skriv_json({"filer": filer}) if json_ud else ud.print("\n".join(filer), soft_wrap=True)


# --- looking ----------------------------------------------------------------------------------------


@app.command()
def citizen(
    pseudonym: Annotated[str, typer.Argument(help="Key and subject of the messages out.")], json_ud: Json = False
) -> None:
    """One citizen's lane: event, rule, registration, kvittering."""
    from gateway.drift import med_ledger
    from gateway.ledger import opslag

    s = koer(lambda: med_ledger(lambda g: opslag.borger(g.pulje, g.noegler, pseudonym)))
    if json_ud:
        skriv_json(s)
        return
    tabel = Table(title=f"Borger {pseudonym}")
    for navn in ("hændelse", "regel", "tilstand", "status", "registreringer"):
        tabel.add_column(navn)
    for h in s["haendelser"]:
        registreringer = "\n".join(
            f"{r['tjeneste']}.{r['operation']}: {r['fase']} ({r['forsoeg']})" for r in h["registreringer"]
        )
        tabel.add_row(
            h["type"] or "?", h["regel"] or "", h["tilstand"], h["status"] or h["fejlkode"] or "", registreringer
        )
    ud.print(tabel)


# --- dead letters -----------------------------------------------------------------------------------


@dlq.command("list")
def dlq_list(
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
                    "dlqId": d.dlq_id, "udgave": d.udgave, "part": d.part, "type": d.type, "kode": d.kode, "tekst": d.tekst,
                    "status": d.status, "siden": d.siden.isoformat(), "foelgere": d.foelgere, "haendelseId": d.haendelse_id,
                    "borger": d.pseudonym,
                }
                for d in liste
            ]
        )  # fmt: skip
        return
    tabel = Table(title=f"{len(liste)} døde breve")
    for navn in ("id", "part", "type", "kode", "status", "siden", "følgere", "tekst"):
        tabel.add_column(navn)
    for d in liste:
        tabel.add_row(
            str(d.dlq_id),
            d.part,
            d.type or "?",
            d.kode,
            d.status,
            f"{d.siden:%Y-%m-%d %H:%M}",
            str(d.foelgere),
            d.tekst,
        )
    ud.print(tabel)


@dlq.command("show")
def dlq_show(dlq_id: UUID, json_ud: Json = False) -> None:
    """One dead letter: its event (CPR masked), its registrations, what was done to it."""
    from gateway.drift import med_ledger

    s = koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).vis(dlq_id)))
    skriv_json(s) if json_ud else ud.print_json(data=s, default=str)


@dlq.command("retry")
def dlq_retry(
    ids: Annotated[list[UUID] | None, typer.Argument()] = None,
    begrundelse: Begrundelse = "",
    kode: Annotated[str | None, typer.Option(help="Every open one of this cause instead of ids.")] = None,
    json_ud: Json = False,
) -> None:
    """Decide the events again and send them, in order."""
    _flere(ids, kode, begrundelse, lambda op, valgte: op.genkoer(valgte, begrundelse), "genkørt", json_ud)


@dlq.command("skip")
def dlq_skip(
    ids: Annotated[list[UUID] | None, typer.Argument()] = None,
    begrundelse: Begrundelse = "",
    kode: Annotated[str | None, typer.Option(help="Every open one of this cause instead of ids.")] = None,
    json_ud: Json = False,
) -> None:
    """Give events up: what DFDG has receipted stands, followers move on."""
    _flere(ids, kode, begrundelse, lambda op, valgte: op.spring_over(valgte, begrundelse), "sprunget over", json_ud)


@dlq.command("replace")
def dlq_replace(
    dlq_id: UUID,
    fil: Annotated[Path, typer.Option("--fil", exists=True, dir_okay=False, help="JSON: the corrected data.")],
    begrundelse: Begrundelse = "",
    json_ud: Json = False,
) -> None:
    """Put corrected data in the event's place; the original is kept."""
    from gateway.drift import med_ledger

    koer(lambda: med_ledger(lambda g: g.operatoer(hvem()).erstat(dlq_id, fil.read_bytes(), begrundelse)))
    skriv_json({"erstattet": [dlq_id]}) if json_ud else ud.print(f"{dlq_id} erstattet")


def _flere(
    ids: list[UUID] | None,
    kode: str | None,
    begrundelse: str,
    handling: Callable[[Any, list[UUID]], Any],
    ord_: str,
    json_ud: bool,
) -> None:
    from gateway.drift import med_ledger

    if bool(ids) == bool(kode):
        raise Betjeningsfejl("give the ids of dead letters, or --kode for every open one of a cause")
    if not begrundelse.strip():
        raise Betjeningsfejl("--begrundelse is required: it is kept with the act")

    async def arbejde(g: Any) -> list[UUID]:
        op = g.operatoer(hvem())
        valgte = ids or await op.efter_kode(str(kode))
        udfoert: list[UUID] = await handling(op, valgte)
        return udfoert

    udfoert = koer(lambda: med_ledger(arbejde))
    skriv_json({"handling": ord_, "ids": udfoert}) if json_ud else ud.print(f"{len(udfoert)} {ord_}")


__all__ = ["app", "main"]
