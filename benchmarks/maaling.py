"""What processes cost: CPU seconds and memory from /proc."""

from __future__ import annotations

import os
from pathlib import Path

_TIK = os.sysconf("SC_CLK_TCK")


def efterkommere(pid: int) -> list[int]:
    """The process and all below it that are alive."""
    ud = [pid]
    for p in ud:
        try:
            for traad in Path(f"/proc/{p}/task").iterdir():
                ud += [int(x) for x in (traad / "children").read_text().split()]
        except OSError:
            continue
    return ud


def cpu(pid: int) -> float:
    """CPU seconds of the process and all below it, those that have ended included."""
    i_alt = 0.0
    for p in efterkommere(pid):
        try:
            felter = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        i_alt += sum(map(int, felter[11:15])) / _TIK
    return i_alt


def hukommelse(pid: int) -> float:
    """Memory in MB: what the processes share is counted once."""
    kb = 0
    for p in efterkommere(pid):
        try:
            linjer = Path(f"/proc/{p}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kb += sum(int(x.split()[1]) for x in linjer if x.startswith("Pss:"))
    return kb / 1024
