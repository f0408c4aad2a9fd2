"""A course that is ended, re-opened, corrected and ended again, in every setting of A5: what stands in the state stands at
DFDG, and what the jobcentres were told last is so (A5, O1, V11).

Source: VEJL §2(5). How a withdrawn ending re-opens a marking is not public (choice: ``GATEWAY_RULES__GENAABNING``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Regelfejl
from gateway.rules.model import Afgoerelse, Haendelse, Overdragelse, Status
from gateway.rules.registreringer import OpretFravaer, RetFravaer, SletFravaer
from gateway.rules.tilstand import Borger
from tests.regler.byg import (
    KOMMUNE,
    NABOKOMMUNE,
    OPSAETNING,
    UDENFOR,
    flyttet,
    haendelse,
    indhold,
    indplaceret,
    samtale,
    slutdatoer,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)
from tests.regler.test_gentagne_rettelser import Gang

_AARSAGER = ["38", "41", "44", "46"]


@dataclass
class Dfdg:
    """The markings that DFDG holds, and the newest edition of every handover that was told and has not fallen away."""

    markeringer: dict[str, tuple[date, date | None, str | None]] = field(default_factory=dict)
    overdraget: dict[str, Overdragelse] = field(default_factory=dict)

    def tag(self, afg: Afgoerelse) -> None:
        for r in afg.registreringer:
            match r.indhold:
                case OpretFravaer(fravaertype="75") as i:
                    assert str(i.fravaer_id) not in self.markeringer
                    self.markeringer[str(i.fravaer_id)] = (i.startdato, i.slutdato, i.aarsagskode)
                case RetFravaer(fravaertype="75") as i:
                    assert str(i.fravaer_id) in self.markeringer
                    self.markeringer[str(i.fravaer_id)] = (i.startdato, i.slutdato, i.aarsagskode)
                case SletFravaer(fravaertype="75") as i:
                    del self.markeringer[str(i.fravaer_id)]
                case _:
                    continue
            raekke = sorted(self.markeringer.values(), key=lambda m: m[0])
            assert all(a[1] is not None and a[1] < b[0] for a, b in pairwise(raekke)), "V11: markings that overlap"
        for o in afg.overdragelser:
            if o.aendring == "bortfaldet":
                self.overdraget.pop(str(o.overdragelse_id), None)
            else:
                self.overdraget[str(o.overdragelse_id)] = o

    def er_som(self, borger: Borger) -> None:
        """What the rules know is what DFDG holds, and what was told of it."""
        kendte = {str(f.fravaer_id): (f.startdato, f.slutdato, f.aarsagskode) for f in borger.forloeb}
        assert kendte == self.markeringer, "the state's courses are DFDG's markings"
        assert [f.startdato for f in borger.forloeb] == sorted(f.startdato for f in borger.forloeb)
        overdraget = {str(f.overdragelse_id): f for f in borger.forloeb if f.overdragelse_id is not None}
        assert overdraget.keys() == self.overdraget.keys(), "each ended course's handover was told, and no other stands"
        for id_, f in overdraget.items():
            o = self.overdraget[id_]
            assert f.slutdato is not None
            assert (o.data["startdato"], o.data["slutdato"], o.data["aarsagskode"], o.til.kode) == (
                f.startdato.isoformat(), f.slutdato.isoformat(), f.aarsagskode, f.overdraget_til,
            )  # fmt: skip


def _haendelse(draw: st.DrawFn, dag: date) -> Haendelse:
    tid = dag.isoformat()
    match draw(st.integers(0, 13)):
        case 0 | 1:
            return tidlig_indsats(tid)
        case 2 | 3:
            return udbetalt(tid, draw(st.sampled_from(["100", "410"])))
        case 4:
            return udmeldt(tid, (dag + timedelta(days=draw(st.sampled_from([-5, 0, 20])))).isoformat())
        case 5:
            return haendelse("akasse.medlem.dagpengeret-optjent.v1", tid, dato=tid)
        case 6:
            return haendelse("akasse.visitation.fejloprettet.v1", tid, begrundelse="Fejl")
        case 7:
            til = draw(st.sampled_from([KOMMUNE, NABOKOMMUNE, UDENFOR]))
            return flyttet(tid, til, (dag - timedelta(days=draw(st.sampled_from([0, 3])))).isoformat())
        case 8:
            felter = {"aarsagskode": draw(st.sampled_from(_AARSAGER)), "udmeldelsesdato": ...}
            return haendelse("akasse.visitation.aarsag-rettet.v1", tid, **felter)
        case 9:
            return samtale(f"{tid}T10:00", "jobsamtale")
        case 10:
            ny = (dag - timedelta(days=draw(st.sampled_from([1, 10])))).isoformat()
            felter = {"indplaceringsdato": ny, "tilmeldingsdato": ny, "forsikringsgrad": ..., "kommunekode": ...}
            return haendelse("akasse.medlem.indplacering-rettet.v1", tid, **felter)
        case _:
            placeret = dag - timedelta(days=draw(st.sampled_from([0, 0, 5])))
            return indplaceret(
                tid,
                indplaceret=placeret.isoformat(),
                indplaceringstype=draw(st.sampled_from(["ny", "genindplaceret"])),
                behovForTidligIndsats=draw(st.sampled_from([False, False, False, True])),
            )


@st.composite
def _gang(draw: st.DrawFn) -> list[tuple[Haendelse, str, int]]:
    dag = draw(st.sampled_from([date(2022, 3, 1), date(2024, 3, 1)]))
    ud: list[tuple[Haendelse, str, int]] = [(indplaceret(dag.isoformat()), "ny", 0)]
    for _ in range(draw(st.integers(2, 10))):
        dag += timedelta(days=draw(st.sampled_from([0, 1, 3, 10, 31])))
        art = draw(st.sampled_from(["ny", "ny", "ny", "erstatter", "tilbagekaldt", "tilbagekaldt"]))
        ud.append((_haendelse(draw, dag), art, draw(st.integers(0, 5))))
    return ud


@settings(max_examples=300, deadline=None)
@given(_gang(), st.sampled_from(["ret", "ny"]))
def test_A5_O1_V11_after_any_corrections_the_state_is_what_stands_at_dfdg_and_what_was_told(
    gang: list[tuple[Haendelse, str, int]], genaabning: Literal["ret", "ny"]
) -> None:
    g, dfdg = Gang(replace(OPSAETNING, genaabning=genaabning)), Dfdg()
    for x, art, nr in gang:
        try:
            if art == "ny" or not g.linjer:
                afg = g.ske(x)
                if afg.status is Status.AFVIST:
                    del g.linjer[-1]
            elif art == "erstatter":
                afg = g.erstat(_maal(g, nr), x)
            else:
                afg = g.traek(_maal(g, nr), x.tid.isoformat())
        except Regelfejl:
            continue  # it stops for a person: nothing is registered, nothing told
        dfdg.tag(afg)
        dfdg.er_som(g.borger)


def _maal(g: Gang, nr: int) -> Haendelse:
    """The newest events are corrected oftenest."""
    return g.linjer[-1 - nr % len(g.linjer)].haendelse


# --- A5, ``ny``: the history tells of the first marking, the course runs on in another -------------------------------------------

IND, SLUT = indplaceret("2022-03-01"), tidlig_indsats("2022-04-04")


def genaabnet(*foer: Haendelse) -> Gang:
    """Placed, ended, and the ending withdrawn: the course runs on in a marking of its own from 5 April."""
    g = Gang(replace(OPSAETNING, genaabning="ny"))
    for x in (IND, *foer, SLUT):
        g.ske(x)
    afg = g.traek(SLUT, "2022-04-10")
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", "2022-04-04", "44"), ("2022-04-05", None, None)]
    (b,) = afg.beskeder
    nyt = g.borger.forloeb[-1]
    assert (b.data["grund"], b.data["forloebId"], b.data["startdato"]) == (
        "genaabnet", str(nyt.forloeb_id), "2022-04-05",
    ), "the jobcenter is told of the course under the id that its handover will bear"  # fmt: skip
    return g


def test_A5_ny_hours_corrected_afterwards_change_the_handover_of_the_marking_that_ended() -> None:
    timer = udbetalt("2022-05-10", "410")
    g = genaabnet()
    g.ske(timer)
    f = g.borger.forloeb[-1]
    (o,) = g.erstat(timer, udbetalt("2022-05-11", "420")).overdragelser
    assert (o.aendring, str(o.overdragelse_id)) == ("opdateret", str(f.overdragelse_id))
    assert (o.data["forloebId"], o.data["startdato"], o.data["slutdato"]) == (
        str(f.forloeb_id), "2022-04-05", "2022-05-31",
    )  # fmt: skip


def test_A5_ny_an_ending_withdrawn_for_a_like_one_leaves_its_handover_to_the_marking_that_ended() -> None:
    foerste, anden = tidlig_indsats("2022-04-20T09:00"), tidlig_indsats("2022-04-20T10:00", "kontrolaktion")
    g = genaabnet()
    g.ske(foerste)
    g.ske(anden)
    afg = g.traek(foerste, "2022-04-22")
    assert indhold(afg) == []
    (faldt,) = [o for o in afg.overdragelser if o.aendring == "bortfaldet"]
    (ny,) = [o for o in afg.overdragelser if o.aendring != "bortfaldet"]
    gammel, loebende = g.borger.forloeb
    assert faldt.overdragelse_id != ny.overdragelse_id == loebende.overdragelse_id
    assert (ny.data["forloebId"], ny.data["startdato"]) == (str(loebende.forloeb_id), "2022-04-05")
    assert gammel.overdragelse_id is None, "the first marking's handover fell away when the course was re-opened"


def test_A5_ny_a_move_withdrawn_afterwards_takes_the_running_marking_back() -> None:
    flyt = flyttet("2022-03-20", NABOKOMMUNE)
    g = genaabnet(flyt)
    assert g.borger.forloeb[-1].kommunekode == NABOKOMMUNE
    afg = g.traek(flyt, "2022-04-12")
    assert g.borger.forloeb[-1].kommunekode == KOMMUNE
    assert {b.data["forloebId"] for b in afg.beskeder} == {str(g.borger.forloeb[-1].forloeb_id)}
    assert [o.til.kode for o in g.ske(tidlig_indsats("2022-04-20")).overdragelser] == [KOMMUNE]
