"""docs/scaling.md says what was computed, and what was computed is of the costs and assumptions that stand now: a generator or a
model that has moved by more than a few per cent asks for `python -m benchmarks.skalering`."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from benchmarks.skalering import last, scenarier
from benchmarks.skalering.kost import ANTAGELSER, HER, kost, laes
from benchmarks.skalering.side import SIDE, indsat, tabeller

RESULTATER = json.loads((HER / "resultater.json").read_text())


def test_siden_viser_de_beregnede_tal() -> None:
    tekst = SIDE.read_text()
    assert indsat(tekst, tabeller(RESULTATER, laes())) == tekst


def test_tallene_er_regnet_med_de_antagelser_der_staar() -> None:
    assert RESULTATER["antagelser"] == asdict(ANTAGELSER)


@pytest.mark.parametrize("medlemmer", scenarier.SKALAER)
def test_behovet_er_regnet_af_generatorens_og_maalingens_tal(medlemmer: int) -> None:
    b, skala = last.blanding(), RESULTATER["skalaer"][str(medlemmer)]
    assert skala["stoerrelser"] == pytest.approx(scenarier.stoerrelser(b, ANTAGELSER, laes(), medlemmer), rel=0.05)
    for tjeneste, takster in scenarier.kraevet_takst(b, ANTAGELSER, medlemmer).items():
        assert skala["kraevet"][tjeneste] == pytest.approx(takster, rel=0.05)


def test_en_koersel_giver_de_tal_der_staar() -> None:
    """The quickest of the runs, made again: the page is of this model and these costs."""
    b, medlemmer = last.blanding(), scenarier.SKALAER[0]
    processer, pg, m = scenarier.dimensioner(kost(laes()), b, ANTAGELSER, medlemmer)
    skala, nu = RESULTATER["skalaer"][str(medlemmer)], scenarier.tal(m, processer)
    assert [list(processer), pg] == [skala["processer"], skala["pg_kerner"]]
    for hvad in ("haendelser", "kald", "til_kald_p50_s", "til_kvittering_p99_s", "wal_mb_s"):
        assert nu[hvad] == pytest.approx(skala["spids"][hvad], rel=0.1), hvad


def test_en_side_uden_plads_til_en_tabel_siges() -> None:
    with pytest.raises(ValueError, match="no place for last"):
        indsat("# Scale\n", {"last": "| a |"})
