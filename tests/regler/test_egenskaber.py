"""What holds after any sequence of events: properties of the course, of what DFDG is told, and of the state."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules import tilstand
from gateway.rules.model import Haendelse, Status
from gateway.rules.registreringer import OpretFravaer, RetFravaer
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    UDENFOR,
    UNG,
    Historie,
    flyttet,
    haendelse,
    indplaceret,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

_FOERSTE = date(2021, 11, 1)


@st.composite
def _indplacering(draw: st.DrawFn, dag: date, akasse: str) -> Haendelse:
    placeret = dag - timedelta(days=draw(st.integers(0, 60)))
    return indplaceret(
        dag.isoformat(),
        tilmeldt=(placeret - timedelta(days=draw(st.integers(-10, 300)))).isoformat(),
        indplaceret=placeret.isoformat(),
        cpr=UNG,
        akasse=akasse,
        kommunekode=draw(st.sampled_from([KOMMUNE, NABOKOMMUNE, UDENFOR])),
        indplaceringstype=draw(st.sampled_from(["ny", "genindplaceret"])),
        erhvervskompetencegivendeUddannelse=draw(st.booleans()),
        behovForTidligIndsats=draw(st.sampled_from([False, False, False, True])),
        igangvaerendeForloeb=draw(st.sampled_from([False, False, False, True])),
        startdato=draw(st.sampled_from([..., dag + timedelta(days=20), dag - timedelta(days=20)])),
    )


def _haendelse(draw: st.DrawFn, dag: date, akasse: str) -> Haendelse:
    tid = dag.isoformat()
    fast: dict[str, Any] = {"cpr": UNG, "akasse": akasse}
    match draw(st.integers(0, 12)):
        case 0:
            return udbetalt(tid, draw(st.sampled_from(["100", "409.99", "410", "500"])), **fast)
        case 1:
            return flyttet(tid, draw(st.sampled_from([KOMMUNE, NABOKOMMUNE, UDENFOR])), **fast)
        case 2:
            return udmeldt(tid, (dag + timedelta(days=draw(st.integers(-40, 40)))).isoformat(), **fast)
        case 3:
            return tidlig_indsats(tid, **fast)
        case 4:
            return samtale(f"{tid}T10:00", "jobsamtale", **fast)
        case 5:
            return haendelse("akasse.visitation.fejloprettet.v1", tid, **fast)
        case 6:
            return haendelse("akasse.medlem.dagpengeret-optjent.v1", tid, **fast)
        case 7:
            return haendelse("akasse.medlem.tilmeldt.v1", tid, tilmeldingsdato=tid, **fast)
        case 8:
            felter: dict[str, Any] = {"vurderingsdato": tid, "erhvervskompetencegivendeUddannelse": False}
            return haendelse("akasse.visitation.uddannelsespaalaeg.v1", tid, **felter, **fast)
        case 9:
            return haendelse("akasse.indstilling.sendt.v1", tid, indstillingId=eksempler.uuid(tid), **fast)
        case _:
            return draw(_indplacering(dag, akasse))


@st.composite
def _haendelser(draw: st.DrawFn) -> list[Haendelse]:
    """Events of two a-kasser about one citizen, told on rising days over three years and two laws."""
    dag = _FOERSTE + timedelta(days=draw(st.integers(0, 700)))
    ud: list[Haendelse] = []
    for _ in range(draw(st.integers(1, 12))):
        dag += timedelta(days=draw(st.sampled_from([0, 0, 1, 3, 10, 31, 90])))
        ud.append(_haendelse(draw, dag, draw(st.sampled_from([AKASSE, AKASSE, AKASSE, ANDEN_AKASSE]))))
    return ud


@settings(max_examples=300, deadline=None)
@given(_haendelser(), st.booleans())
def test_V11_A4_markings_never_overlap_and_never_end_before_they_start(
    haendelser: list[Haendelse], kvitteret: bool
) -> None:
    """After every event, granted with or without DFDG's confirmation: at most one marking is open, it is the newest, and
    each begins after the one before has ended."""
    h = Historie()
    for x in haendelser:
        afg = h.ske(x, kvitteret=kvitteret)
        assert afg.status is not Status.REGISTRERET or afg.registreringer
        for r in afg.registreringer:
            i = r.indhold
            if isinstance(i, OpretFravaer | RetFravaer):
                assert i.slutdato is None or i.slutdato >= i.startdato
                assert (i.slutdato is None) is (i.aarsagskode is None)
        forloeb = h.borger.forloeb
        assert all(f.slutdato is not None for f in forloeb[:-1])
        for foer, efter in pairwise(forloeb):
            assert foer.slutdato is not None
            assert efter.startdato > foer.slutdato
        assert all((f.slutdato is None) is (f.aarsagskode is None) for f in forloeb)


@settings(max_examples=200, deadline=None)
@given(_haendelser())
def test_O1_V12_a_course_ends_with_a_handover_or_a_new_course_and_ends_only_earlier(
    haendelser: list[Haendelse],
) -> None:
    """An ending moves only to an earlier day (A3), and a new period is a later indplaceringsdato or a change of a-kasse."""
    h = Historie()
    for x in haendelser:
        foer = {f.forloeb_id: f for f in h.borger.forloeb}
        afg = h.ske(x)
        for f in h.borger.forloeb:
            gammelt = foer.get(f.forloeb_id)
            if gammelt is None or gammelt.slutdato is None:
                continue
            assert f.slutdato is not None
            assert f.slutdato <= gammelt.slutdato
            assert f.startdato == gammelt.startdato
        nye = [f for f in h.borger.forloeb if f.forloeb_id not in foer]
        sluttede = [f for f in h.borger.forloeb if f.slutdato and (foer.get(f.forloeb_id) is None or foer[f.forloeb_id].slutdato != f.slutdato)]  # fmt: skip
        for f in sluttede:
            overdraget = [o for o in afg.overdragelser if o.overdragelse_id == f.overdragelse_id]
            assert overdraget or (f.aarsagskode == "46" and nye)
        for ny in nye:
            for f in foer.values():
                skiftet = f.aarsagskode == "43" and f.akassekode != ny.akassekode
                assert skiftet or ny.indplaceringsdato > f.indplaceringsdato


@settings(max_examples=150, deadline=None)
@given(_haendelser())
def test_the_state_survives_json_and_a_decision_is_a_function_of_it(haendelser: list[Haendelse]) -> None:
    """The confirmed state is stored between any two events; the decision on what is read back is the same."""
    h = Historie()
    for x in haendelser:
        igen = Historie(borger=tilstand.fra_json(tilstand.til_json(h.borger)))
        assert igen.borger == h.borger
        assert igen.proev(x) == h.ske(x)
