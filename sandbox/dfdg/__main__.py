"""``python -m sandbox.dfdg``: runs the stand-in until SIGTERM or SIGINT.

Prints one line ``{"klar": true, "port": …, "admin": …}`` on stdout when it serves. Exit code 0 after a clean stop, 2 when
it could not start (the reason on stderr).
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import fcntl
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import IO

import orjson
import uvloop
from aiohttp import web

from sandbox.dfdg.abonnement import fra_tekst
from sandbox.dfdg.afsender import Afsender, webhook_tls
from sandbox.dfdg.log import Logskriver, raa_linjer
from sandbox.dfdg.server import Tjeneste
from sandbox.dfdg.styring import abonner, app, saet_idag
from sandbox.dfdg.tilstand import Tilstand
from sandbox.dfdg.tls import tls_kontekst
from sandbox.dfdg.ur import Ur

_PR_SET_PDEATHSIG = 1


def _adresse(tekst: str) -> tuple[str, int]:
    vaert, _, port = tekst.rpartition(":")
    if not vaert or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError("HOST:PORT")
    return vaert, int(port)


def _loopback(tekst: str) -> tuple[str, int]:
    vaert, port = _adresse(tekst)
    if vaert not in ("127.0.0.1", "localhost"):
        raise argparse.ArgumentTypeError("the admin API is for a loopback address only")
    return vaert, port


def _argumenter() -> argparse.Namespace:
    laeser = argparse.ArgumentParser(prog="python -m sandbox.dfdg", description="A stand-in for DFDG over HTTPS.")
    laeser.add_argument(
        "--listen", type=_adresse, default="127.0.0.1:0", help="HOST:PORT of the services, port 0 = free"
    )
    laeser.add_argument(
        "--admin", type=_loopback, default="127.0.0.1:0", help="HOST:PORT of the admin API (plain HTTP)"
    )
    laeser.add_argument("--cert", required=True, help="the server's key and chain, one PEM file")
    laeser.add_argument("--ca", required=True, help="the CA that client certificates must come from, PEM")
    laeser.add_argument("--log", required=True, type=Path, help="the log, also the stand-in's memory; is continued")
    laeser.add_argument("--data", required=True, type=Path, help="a folder of its own (its lock)")
    laeser.add_argument("--today", type=date.fromisoformat, help="DFDG's date, YYYY-MM-DD")
    laeser.add_argument("--alene", action="store_true", help="go on when the parent process dies")
    laeser.add_argument("--star-cert", help="STAR's client certificate for messages to webhooks: key and chain, PEM")
    laeser.add_argument("--webhook-ca", help="the CA that the webhooks' certificates come from, PEM")
    laeser.add_argument(
        "--abonner",
        action="append",
        default=[],
        type=fra_tekst,
        metavar="TYPE:KODE=URL[#TYPER]",
        help="messages to a webhook, e.g. akasse:01=https://127.0.0.1:8443#60010,90000; may be given more than once",
    )
    return laeser.parse_args()


def _doe_med_foraelder() -> None:
    """The kernel ends this process when its parent is gone, also when the parent was killed (Linux)."""
    foraelder = os.getppid()
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != foraelder:
        raise SystemExit(0)


def _laas(data: Path) -> IO[str]:
    """One stand-in per folder. Raises BlockingIOError when another holds it."""
    data.mkdir(parents=True, exist_ok=True)
    fil = (data / "dfdg.lock").open("w")
    fcntl.flock(fil, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return fil


async def _koer(valg: argparse.Namespace) -> None:
    tilstand = Tilstand(Ur())
    skriver = Logskriver(valg.log)
    afsender = Afsender(tilstand, valg.data, webhook_tls(valg.star_cert, valg.webhook_ca))
    for post in raa_linjer(valg.log):
        tilstand.genskab(post)
        afsender.genskab(post)
    tjeneste = Tjeneste(tilstand, skriver, tls_kontekst(valg.cert, valg.ca), afsender)
    if valg.abonner:
        abonner(tjeneste, valg.abonner)
    if valg.today is not None:
        saet_idag(tjeneste, valg.today)
    styring = web.AppRunner(app(tjeneste), access_log=None)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signalnummer in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signalnummer, stop.set)
    try:
        await tjeneste.start(*valg.listen)
        await afsender.start()
        await styring.setup()
        await web.TCPSite(styring, *valg.admin, shutdown_timeout=1.0).start()
        klar = {"klar": True, "port": tjeneste.port, "admin": styring.addresses[0][1]}
        sys.stdout.write(f"{orjson.dumps(klar).decode()}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await tjeneste.stop()
        await styring.cleanup()
        await afsender.stop()
        skriver.luk()


def main() -> int:
    valg = _argumenter()
    if not valg.alene:
        _doe_med_foraelder()
    try:
        laas = _laas(valg.data)
    except BlockingIOError:
        sys.stderr.write(f"another stand-in uses {valg.data}\n")
        return 2
    try:
        with laas:
            uvloop.run(_koer(valg))
    except (OSError, ValueError) as fejl:
        sys.stderr.write(f"cannot run: {fejl}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
