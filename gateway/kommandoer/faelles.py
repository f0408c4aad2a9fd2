"""What the commands share: printing for people and for machines, running the asynchronous work, and who acts."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, TypeVar

import orjson
import typer
from rich.console import Console

from gateway.errors import Betjeningsfejl

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Begrundelse = Annotated[str, typer.Option("--begrundelse", help="Why; kept with the act.")]
Proev = Annotated[bool, typer.Option("--proev", help="Show what would happen and be sent; nothing is done.")]
ud = Console()


def skriv_json(indhold: Any) -> None:
    """One line of JSON on stdout."""
    sys.stdout.write(orjson.dumps(indhold, default=str).decode() + "\n")


def koer(arbejde: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs the asynchronous part of a command."""
    import uvloop

    return uvloop.run(arbejde())


def hvem() -> str:
    """Who acts: the name of the user that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "ukendt"


def tidspunkt(navn: str, tekst: str) -> datetime:
    """A time of a command's option, with offset. Raises ``Betjeningsfejl`` naming the option."""
    try:
        tid = datetime.fromisoformat(tekst)
    except ValueError:
        tid = None
    if tid is None or tid.tzinfo is None:
        raise Betjeningsfejl(f"{navn} is a time with offset: write it as 2026-03-01T06:00:00+01:00")
    return tid
