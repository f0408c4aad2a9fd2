"""Who is told what, over all histories: a jobcenter only of citizens of its kommune, an a-kasse only of its confirmed members
(J3, J5, V8, O1). Widens ``test_egenskaber``: two a-kasser, moves told in any order, both parties' events.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules.model import Haendelse, Status
from gateway.rules.regimer import kommune_ens
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    UDENFOR,
    Historie,
    flyttet,
    haendelse,
    indplaceret,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

KOMMUNER = [KOMMUNE, NABOKOMMUNE, UDENFOR]


def _haendelse(draw: st.DrawFn, dag: date, akasse: str) -> Haendelse:
    tid = dag.isoformat()
    fast: dict[str, Any] = {"akasse": akasse}
    fra = {"kommune": draw(st.sampled_from(KOMMUNER))}
    match draw(st.integers(0, 14)):
        case 0 | 1 | 2:
            flyttedato = dag - timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 20, 60])))
            return flyttet(tid, draw(st.sampled_from(KOMMUNER)), flyttedato.isoformat(), **fast)
        case 3:
            return udbetalt(tid, draw(st.sampled_from(["100", "410", "420"])), **fast)
        case 4:
            return udmeldt(tid, (dag + timedelta(days=draw(st.integers(-40, 40)))).isoformat(), **fast)
        case 5:
            return tidlig_indsats(tid, **fast)
        case 6:
            return samtale(f"{tid}T10:00", "jobsamtale", **fast)
        case 7:
            felter = {"aarsagskode": draw(st.sampled_from(["38", "41", "44", "45", "46"])), "udmeldelsesdato": ...}
            return haendelse("akasse.visitation.aarsag-rettet.v1", tid, **felter, **fast)
        case 8:
            return haendelse("akasse.indstilling.sendt.v1", tid, indstillingId=eksempler.uuid(tid), **fast)
        case 9:
            return haendelse("jobcenter.jobordre.kontakt.v1", tid, **fra)
        case 10:
            return haendelse("jobcenter.indsats.foreslaaet.v1", tid, forslagId=eksempler.uuid(tid), **fra)
        case 11:
            return haendelse("jobcenter.samtale.indkaldt.v1", tid, samtaleId=eksempler.uuid(tid), **fra)
        case 12:
            return haendelse("akasse.medlem.tilmeldt.v1", tid, tilmeldingsdato=tid, kommunekode=draw(st.sampled_from(KOMMUNER)), **fast)  # fmt: skip
        case _:
            placeret = dag - timedelta(days=draw(st.integers(0, 40)))
            return indplaceret(
                tid,
                tilmeldt=placeret.isoformat(),
                indplaceret=placeret.isoformat(),
                kommunekode=draw(st.sampled_from(KOMMUNER)),
                indplaceringstype=draw(st.sampled_from(["ny", "genindplaceret"])),
                behovForTidligIndsats=draw(st.sampled_from([False, False, False, True])),
                **fast,
            )


@st.composite
def _haendelser(draw: st.DrawFn) -> list[Haendelse]:
    dag = draw(st.sampled_from([date(2022, 2, 1), date(2023, 11, 1), date(2024, 6, 1), date(2026, 6, 1)]))
    ud: list[Haendelse] = []
    for _ in range(draw(st.integers(2, 14))):
        dag += timedelta(days=draw(st.sampled_from([0, 1, 3, 10, 31])))
        ud.append(_haendelse(draw, dag, draw(st.sampled_from([AKASSE, AKASSE, AKASSE, ANDEN_AKASSE]))))
    return ud


@settings(max_examples=150, deadline=None)
@given(_haendelser(), st.booleans())
def test_J3_J5_V8_O1_nobody_is_told_of_anothers_citizen(haendelser: list[Haendelse], kvitteret: bool) -> None:
    h = Historie()
    overdraget: dict[str, str] = {}
    for x in haendelser:
        dag = x.registreringsdato
        foer = h.borger
        afg = h.ske(x, kvitteret=kvitteret)
        bor = h.borger.kommune(dag)
        if x.part.art == "jobcenter" and foer.kommune(dag) is not None:
            fremmed = not kommune_ens(foer.kommune(dag) or "", x.part.kode)
            assert not fremmed or (afg.status is Status.AFVIST and not afg.beskeder and not afg.aendringer)
        for b in afg.beskeder:
            if b.til.art == "akasse":
                m = h.borger.medlem(b.til.kode, dag)
                assert m is not None
                assert m.bekraeftet, "an a-kasse whose member DFDG has not confirmed"
            elif b.type == "gateway.kontaktforloeb-hos-akasse.v1":
                assert bor is not None
                assert kommune_ens(b.til.kode, bor), "the course is told to a kommune where the citizen does not live"
            elif b.type == "gateway.kontaktforloeb-ophoert.v1":
                assert any(kommune_ens(b.til.kode, f.kommunekode) for f in foer.forloeb), "who never had the course"
        for o in afg.overdragelser:
            id_ = str(o.overdragelse_id)
            inde = foer.inde(dag) is not None or not foer.forloeb
            if o.aendring != "bortfaldet" and inde and overdraget.get(id_) != o.til.kode:
                assert bor is not None
                assert kommune_ens(o.til.kode, bor), "handed over to where the citizen does not live"
            overdraget[id_] = o.til.kode
