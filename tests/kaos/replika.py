"""One replica as a process of its own: ``gateway serve``, with a wall clock that can be moved while it runs.

    python replika.py CLOCKFILE ADDRESS serve --json

The file holds one little-endian double: by how many seconds this process' clock is off. ADDRESS is the loopback address
that its connections over HTTP come from. Everything else is the gateway as it is. A replica that does not end can be asked where its tasks stand: a file ``CLOCKFILE.vis`` makes it write that.
"""

from __future__ import annotations

import asyncio
import faulthandler
import mmap
import struct
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp


def main() -> None:
    fil, adresse = Path(sys.argv.pop(1)), sys.argv.pop(1)
    _kald_fra(adresse)
    from gateway import app, cli, drift

    with fil.open("rb") as f:
        forskydning = mmap.mmap(f.fileno(), 8, access=mmap.ACCESS_READ)

    def ur() -> datetime:
        return app.nu() + timedelta(seconds=struct.unpack("<d", forskydning[:8])[0])

    def gateway(*argumenter: Any) -> app.Gateway:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_vis_paa_opfordring, args=(fil.with_name(f"{fil.name}.vis"), loop), daemon=True).start()
        return app.Gateway(*argumenter, ur=ur)

    drift.Gateway = gateway  # type: ignore[misc,assignment]
    cli.main()


def _kald_fra(adresse: str) -> None:
    begynd = aiohttp.TCPConnector.__init__

    def fra_adressen(self: aiohttp.TCPConnector, *argumenter: Any, **navngivne: Any) -> None:
        begynd(self, *argumenter, **{"local_addr": (adresse, 0), **navngivne})

    aiohttp.TCPConnector.__init__ = fra_adressen  # type: ignore[method-assign]


def _vis_paa_opfordring(fil: Path, loop: asyncio.AbstractEventLoop) -> None:
    while not fil.exists():
        time.sleep(0.3)
    faulthandler.dump_traceback(sys.stderr)
    for opgave in asyncio.all_tasks(loop):
        linjer = [f"task {opgave.get_name()}"]
        led: Any = opgave.get_coro()
        while led is not None:
            ramme = getattr(led, "cr_frame", None) or getattr(led, "gi_frame", None)
            if ramme is not None:
                linjer.append(f"    {ramme.f_code.co_filename}:{ramme.f_lineno} {ramme.f_code.co_name}")
            led = getattr(led, "cr_await", None) or getattr(led, "gi_yieldfrom", None)
        sys.stderr.write("\n".join(linjer) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
