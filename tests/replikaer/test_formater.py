"""What this version keeps in the ledger the older one beside it reads: a rolling upgrade in the small, without servers."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.ledger.raekker import anmodning_til_json
from gateway.rules import aendringer, tillaeg, tilstand
from tests.replikaer import aeldre

_SAMTALE = tilstand.Samtale(
    UUID(int=7), "01", date(2022, 2, 1), datetime(2022, 2, 1, 10, tzinfo=UTC), ("raadighed",), "personligt"
)
_ANMODNING = Anmodning(
    tjeneste="PersonRegistrationService",
    operation="CreatePersonInterview",
    klasse=Klasse.NATURLIG_NOEGLE,
    akassekode="01",
    metode="POST",
    sti="/",
    hoved={"SOAPAction": "x"},
    krop="<a>æ</a>".encode(),
    noegle={"dag": "2022-02-01"},
    entitets_id="e",
)


@pytest.fixture(scope="module")
def gammel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return aeldre.pak_ud(tmp_path_factory.mktemp("aeldre"))


@pytest.mark.parametrize(
    ("modul", "laeser", "felt", "raa", "ventet"),
    [
        ("gateway.ledger.raekker", "anmodning_fra_json", "krop", anmodning_til_json(_ANMODNING), _ANMODNING.krop),
        (
            "gateway.rules.tilstand",
            "fra_json",
            "samtaler[0].formaal",
            tilstand.til_json(tilstand.Borger(samtaler=(_SAMTALE,))),
            _SAMTALE.formaal,
        ),
        (
            "gateway.rules.tillaeg",
            "fra_json",
            "nyt.samtaler[0].formaal",
            tillaeg.til_json(tillaeg.forskel(tilstand.Borger(), tilstand.Borger(samtaler=(_SAMTALE,)))),
            _SAMTALE.formaal,
        ),
        (
            "gateway.rules.aendringer",
            "fra_json",
            "__getitem__(0).samtale.formaal",
            aendringer.til_json((aendringer.SamtaleAfholdt(_SAMTALE),)),
            _SAMTALE.formaal,
        ),
    ],
    ids=["request", "state", "what was added", "changes"],
)
def test_I6_the_older_version_reads_it(
    gammel: Path, modul: str, laeser: str, felt: str, raa: bytes, ventet: object
) -> None:
    kode = (
        f"import sys; sys.path.insert(0, {str(gammel)!r}); import {modul} as m; assert m.__file__.startswith({str(gammel)!r}); "
        f"print(repr(m.{laeser}(sys.stdin.buffer.read()).{felt}))"
    )
    ud = subprocess.run([sys.executable, "-P", "-c", kode], input=raa, capture_output=True, check=False)
    assert ud.returncode == 0, ud.stderr.decode()
    assert ud.stdout.decode().strip() == repr(ventet)
