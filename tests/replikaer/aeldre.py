"""An older version of the gateway, kept beside the tests: what a rolling upgrade starts from.

It lies here as an archive, so that the test runs also where there is no history (a shallow clone, a copy of the tree). The
next release renews it, from a commit that lacks the newest migrations:

    python -m tests.replikaer.aeldre COMMIT
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

ARKIV = Path(__file__).with_name("aeldre.tar.xz")
#: What ``gateway serve`` and ``gateway migrate`` need of the tree; generated documents are left out.
_PAKKER = ("gateway", "contracts", "consumers", "producers")
_UDEN = "contracts/schema/"


def pak_ud(til: Path) -> Path:
    """The older version's tree, unpacked in the folder ``til``."""
    with tarfile.open(ARKIV) as t:
        t.extractall(til, filter="data")
    return til


def migrationer(rod: Path) -> set[str]:
    """The migrations of a tree."""
    return {f.name for f in (rod / "gateway" / "ledger" / "migrations").glob("*.sql")}


def pak(commit: str) -> None:
    """Makes the archive of a commit of this repository."""
    raa = subprocess.run(["git", "archive", commit, *_PAKKER], check=True, capture_output=True, cwd=ARKIV.parents[2])
    with tarfile.open(fileobj=io.BytesIO(raa.stdout)) as fra, tarfile.open(ARKIV, "w:xz", preset=9) as til:
        for fil in fra:
            if fil.isfile() and not fil.name.startswith(_UDEN):
                fil.uname = fil.gname = ""
                til.addfile(fil, fra.extractfile(fil))


if __name__ == "__main__":
    pak(sys.argv[1])
