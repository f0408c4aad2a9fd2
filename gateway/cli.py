"""The command line. Each command prints for people; with ``--json`` it prints for machines."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from gateway.errors import GatewayFejl
from gateway.kommandoer import dfdgbeskeder, genudsend, karantaene, koder, proev, regime, spaerring, statistik, vindue

# Typer's own tracebacks print local variables, and those can hold anything that was received.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gateway between Danish a-kasser, jobcentres and DFDG.",
)
dlq = typer.Typer(no_args_is_help=True, help="Dead letters: what stopped, and putting it right in order.")
app.add_typer(dlq, name="dlq")
for _kommando in (dfdgbeskeder, genudsend, karantaene, koder, proev, regime, spaerring, statistik, vindue):
    _kommando.tilfoej(app)

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Begrundelse = Annotated[str, typer.Option("--begrundelse", help="Why; kept with the act.")]
_ud = Console()
_fejl = Console(stderr=True)


def main() -> None:
    """The console script: refusals are one sentence on stderr and exit code 2."""
    try:
        app()
    except GatewayFejl as fejl:
        _fejl.print(f"[red]{fejl.kode}[/red]: {fejl}", highlight=False)
        raise SystemExit(2) from None


def _skriv_json(indhold: Any) -> None:
    sys.stdout.write(orjson.dumps(indhold, default=str).decode() + "\n")


def _koer(arbejde: Callable[[], Coroutine[Any, Any, T]]) -> T:
    import uvloop

    return uvloop.run(arbejde())


# --- running ----------------------------------------------------------------------------------------


@app.command()
def serve(
    roles: Annotated[
        str, typer.Option(help="Comma-separated: consume,deliver,publish,hooks,ops.")
    ] = "consume,deliver,publish,hooks,ops",
    json_ud: Json = False,
) -> None:
    """Run the gateway until Ctrl-C or SIGTERM. What is not set (Kafka, PostgreSQL, DFDG) is started embedded."""
    from gateway.drift import serve as koer

    raise SystemExit(_koer(lambda: koer(roles.split(","), json_ud)))


@app.command()
def demo(
    members: Annotated[int | None, typer.Option(help="Generate this many members instead of the told stories.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated month.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    json_ud: Json = False,
) -> None:
    """Start everything embedded, tell members' courses, and compare what DFDG got with what the law says."""
    from gateway.demo import demo as koer

    raise SystemExit(_koer(lambda: koer(members, seed, json_ud, keep)))


@app.command()
def migrate(json_ud: Json = False) -> None:
    """Bring the database's schema up to this version."""
    from gateway.drift import migrate as koer

    nye = _koer(koer)
    _skriv_json({"koert": nye}) if json_ud else _ud.print("\n".join(nye) or "nothing to do")


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
    from gateway.drift import topics as koer

    parter = [("akasse", k) for k in akasse.split(",") if k] + [("jobcenter", k) for k in jobcenter.split(",") if k]
    svar = _koer(lambda: koer(parter, principal, gateway_principal))
    if json_ud:
        _skriv_json(svar)
        return
    _ud.print(f"{len(svar['topics'])} topics created, {svar['acl']} ACLs set")


@app.command()
def sandbox(
    listen: Annotated[str, typer.Option(help="host:port of the service.")] = "127.0.0.1:0",
    admin: Annotated[str, typer.Option(help="host:port of the admin API (plain HTTP).")] = "127.0.0.1:0",
    abonner: Annotated[
        list[str] | None, typer.Option(help="Who gets its messages where: akasse:01=https://host:port#60010,90000")
    ] = None,
) -> None:
    """Run the stand-in DFDG alone, with certificates from a local test CA, until Ctrl-C."""
    from gateway.drift import sandkasse as koer

    raise SystemExit(_koer(lambda: koer(listen, admin, abonner or ())))


@app.command()
def contracts() -> None:
    """Write the JSON Schemas and the AsyncAPI document from the contracts."""
    from contracts.schema import skriv

    for sti in skriv():
        _ud.print(str(sti))


# --- looking ----------------------------------------------------------------------------------------


@app.command()
def status(json_ud: Json = False) -> None:
    """How the installation stands: events, channels, what is in doubt, stopped or unsent, the age of code lists."""
    from gateway.app import nu
    from gateway.drift import med_ledger
    from gateway.ledger import opslag

    async def arbejde(g: Any) -> dict[str, Any]:
        return {**await opslag.status(g.pulje), "kodelister": await koder.korte_tal(g, nu())}

    s = _koer(lambda: med_ledger(arbejde))
    if json_ud:
        _skriv_json(s)
        return
    tabel = Table(title="Hændelser")
    for navn in ("tilstand", "status", "antal"):
        tabel.add_column(navn)
    for r in s["haendelser"]:
        tabel.add_row(r["tilstand"], r["status"] or "", str(r["antal"]))
    _ud.print(tabel)
    _ud.print(
        f"undervejs: {s['undervejs']['hoved']} hoveder, {s['undervejs']['venter']} parkerede, ældste {s['undervejs']['aeldste'] or '-'}"
    )
    _ud.print(f"i tvivl: {s['iTvivl']} · stoppede: {s['doedbreve']} · usendte beskeder: {s['udbakke']}")
    if s["fejloprettede"]:
        _ud.print(f"fejloprettede markeringer (V10): {s['fejloprettede']}")
    _ud.print(koder.vis_korte_tal(s["kodelister"]))
    for k in s["kanaler"]:
        _ud.print(f"{k['tjeneste']} som {k['akassekode']}: {k['tilstand']} siden {k['siden']}, {k['ventende']} venter")


@app.command()
def citizen(
    pseudonym: Annotated[str, typer.Argument(help="Key and subject of the messages out.")], json_ud: Json = False
) -> None:
    """One citizen's lane: event, rule, registration, kvittering."""
    from gateway.drift import med_ledger
    from gateway.ledger import opslag

    s = _koer(lambda: med_ledger(lambda g: opslag.borger(g.pulje, g.noegler, pseudonym)))
    if json_ud:
        _skriv_json(s)
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
    _ud.print(tabel)


# --- dead letters -----------------------------------------------------------------------------------


@dlq.command("list")
def dlq_list(
    kode: Annotated[str | None, typer.Option(help="Only this cause.")] = None,
    alle: Annotated[bool, typer.Option("--alle", help="Ended ones too.")] = False,
    json_ud: Json = False,
) -> None:
    """Dead letters, oldest first, with how many events each holds back."""
    from gateway.drift import med_ledger

    liste = _koer(lambda: med_ledger(lambda g: g.operatoer(_hvem()).liste(kun_aabne=not alle, kode=kode)))
    if json_ud:
        _skriv_json(
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
    _ud.print(tabel)


@dlq.command("show")
def dlq_show(dlq_id: UUID, json_ud: Json = False) -> None:
    """One dead letter: its event (CPR masked), its registrations, what was done to it."""
    from gateway.drift import med_ledger

    s = _koer(lambda: med_ledger(lambda g: g.operatoer(_hvem()).vis(dlq_id)))
    _skriv_json(s) if json_ud else _ud.print_json(data=s, default=str)


@dlq.command("retry")
def dlq_retry(
    ids: Annotated[list[UUID] | None, typer.Argument()] = None,
    begrundelse: Begrundelse = "",
    kode: Annotated[str | None, typer.Option(help="Every open one of this cause instead of ids.")] = None,
    json_ud: Json = False,
) -> None:
    """Decide the events again and send them, in order."""
    _flere(ids, kode, lambda op, valgte: op.genkoer(valgte, begrundelse), "genkørt", json_ud)


@dlq.command("skip")
def dlq_skip(
    ids: Annotated[list[UUID] | None, typer.Argument()] = None,
    begrundelse: Begrundelse = "",
    kode: Annotated[str | None, typer.Option(help="Every open one of this cause instead of ids.")] = None,
    json_ud: Json = False,
) -> None:
    """Give events up: what DFDG has receipted stands, followers move on."""
    _flere(ids, kode, lambda op, valgte: op.spring_over(valgte, begrundelse), "sprunget over", json_ud)


@dlq.command("replace")
def dlq_replace(
    dlq_id: UUID,
    fil: Annotated[Path, typer.Option("--fil", exists=True, dir_okay=False, help="JSON: the corrected data.")],
    begrundelse: Begrundelse = "",
    json_ud: Json = False,
) -> None:
    """Put corrected data in the event's place; the original is kept."""
    from gateway.drift import med_ledger

    _koer(lambda: med_ledger(lambda g: g.operatoer(_hvem()).erstat(dlq_id, fil.read_bytes(), begrundelse)))
    _skriv_json({"erstattet": [dlq_id]}) if json_ud else _ud.print(f"{dlq_id} erstattet")


def _flere(
    ids: list[UUID] | None, kode: str | None, handling: Callable[[Any, list[UUID]], Any], ord_: str, json_ud: bool
) -> None:
    from gateway.drift import med_ledger

    if bool(ids) == bool(kode):
        raise typer.BadParameter("give ids, or --kode")

    async def arbejde(g: Any) -> list[UUID]:
        op = g.operatoer(_hvem())
        valgte = ids or await op.efter_kode(str(kode))
        udfoert: list[UUID] = await handling(op, valgte)
        return udfoert

    udfoert = _koer(lambda: med_ledger(arbejde))
    _skriv_json({"handling": ord_, "ids": udfoert}) if json_ud else _ud.print(f"{len(udfoert)} {ord_}")


def _hvem() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "ukendt"


__all__ = ["app", "main"]
