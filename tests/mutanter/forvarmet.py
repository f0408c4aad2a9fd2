"""Runs pytest again and again from one process that has read the libraries beforehand: half of a short run's time.

Reads one job a line from stdin (``{"argumenter": [...], "ud": path of the run's output}``), forks, runs pytest in the
child, and writes two lines: the child's process id when it has begun (it leads a process group of its own), its exit
status when it is over. Nothing of the project is read before the fork, so that each run sees the tree as it stands.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys

import pytest

_BIBLIOTEKER = (
    "_pytest.junitxml", "_pytest.legacypath", "_pytest.python", "_pytest.terminal", "aiohttp", "aiokafka.admin",
    "anyio.pytest_plugin", "asyncpg", "cryptography.x509", "faststream.kafka", "hypothesis.extra._patching",
    "hypothesis.stateful", "lxml.etree", "orjson", "prometheus_client", "pydantic.main", "pydantic.networks",
    "pydantic_settings", "pytest_asyncio.plugin", "starlette.applications", "stdnum.dk.cpr", "structlog", "tenacity",
    "trustme", "typer", "uvicorn", "xdist.plugin", "yaml",
)  # fmt: skip


def main() -> None:
    """Until stdin ends; in a child, once."""
    for navn in _BIBLIOTEKER:
        with contextlib.suppress(ImportError):
            importlib.import_module(navn)
    gc.collect()
    gc.freeze()
    for linje in sys.stdin:
        job = json.loads(linje)
        barn = os.fork()
        if barn == 0:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what is begun in the background
            ud = os.open(job["ud"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            intet = os.open(os.devnull, os.O_RDONLY)
            for fra, til in ((intet, 0), (ud, 1), (ud, 2)):
                os.dup2(fra, til)
            sys.exit(pytest.main(job["argumenter"]))
        print(barn, flush=True)
        _, status = os.waitpid(barn, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
