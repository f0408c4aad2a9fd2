"""Corrections of final events (A2, A5, O1): replaced or withdrawn, what it led to is updated or annulled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import HAENDELSESTYPER
from gateway.errors import Regelfejl
from gateway.rules.afgoer import decide
from gateway.rules.dfdgbillede import Billede
from gateway.rules.model import Afgoerelse, Haendelse, Historiklinje, Regelopsaetning, Rettelse, Status
from gateway.rules.registreringer import OpretFravaer, RetFravaer
from gateway.rules.rettelser import fortael, identitet
from gateway.rules.tilstand import Borger
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    NABOKOMMUNE,
    OPSAETNING,
    UDENFOR,
    flyttet,
    givet,
    haendelse,
    historie,
    indhold,
    indplaceret,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

TRUKKET = "akasse.haendelse.tilbagekaldt.v1"


def rettet(
    haendelser: list[Haendelse],
    maal: Haendelse,
    ny: Haendelse | None = None,
    *,
    tid: str = "2022-06-20",
    opsaetning: Regelopsaetning = OPSAETNING,
) -> tuple[Borger, Afgoerelse]:
    """The citizen after ``haendelser`` and what a correction of ``maal`` leads to; ``ny`` None: it is withdrawn."""
    h = historie(*haendelser, opsaetning=opsaetning)
    linjer = tuple(Historiklinje(x, x.registreringsdato) for x in haendelser)
    retter = ny or haendelse(TRUKKET, tid, haendelseId=maal.id, begrundelse="Fejl")
    retter = replace(retter, rettelse=Rettelse(identitet(maal), linjer, erstatning=ny is not None))
    if ny is not None:
        retter = replace(retter, identitet=identitet(maal))
    return h.borger, decide(h.borger, retter, opsaetning, retter.registreringsdato)


def ferie(tid: str = "2022-03-10", **felter: Any) -> Haendelse:
    standard = {
        "ferieId": eksempler.uuid("ferie"),
        "anmodetDato": tid,
        "startdato": "2022-03-15",
        "slutdato": "2022-03-18",
    }
    return haendelse("akasse.ferie.anmodet.v1", tid, **{**standard, **felter})


def test_A5_a_withdrawn_ending_reopens_the_course_as_if_it_had_not_been() -> None:
    ind, slut = indplaceret("2022-03-01"), tidlig_indsats("2022-04-04")
    foer, afg = rettet([ind, slut], slut)
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", None, None)]
    (genaabnet,) = [b for b in afg.beskeder if b.type == "gateway.kontaktforloeb-hos-akasse.v1"]
    assert genaabnet.data["grund"] == "genaabnet"
    (o,) = afg.overdragelser
    assert o.aendring == "bortfaldet"
    efter = givet(foer, afg)
    assert efter.inde(afg_dag := slut.registreringsdato) is not None, afg_dag
    assert efter.seneste_forloeb == historie(ind).borger.seneste_forloeb
    # V12 does not apply: it can end again
    igen = decide(efter, tidlig_indsats("2022-06-25"), OPSAETNING, slut.registreringsdato)
    assert indhold(igen) == [("RetFravaer", "75", "2022-03-01", "2022-06-25", "44")]


def test_A5_the_setting_ny_opens_a_new_marking_after_the_old_one() -> None:
    ind, slut = indplaceret("2022-03-01"), tidlig_indsats("2022-04-04")
    foer, afg = rettet([ind, slut], slut, opsaetning=replace(OPSAETNING, genaabning="ny"))
    assert indhold(afg) == [("OpretFravaer", "75", "2022-04-05", None, None)]
    efter = givet(foer, afg)
    assert [f.slutdato is None for f in efter.forloeb] == [False, True]
    assert efter.forloeb[0].fravaer_id != efter.forloeb[1].fravaer_id


def test_A5_the_setting_stop_leaves_it_to_a_person() -> None:
    ind, slut = indplaceret("2022-03-01"), tidlig_indsats("2022-04-04")
    with pytest.raises(Regelfejl) as fejl:
        rettet([ind, slut], slut, opsaetning=replace(OPSAETNING, genaabning="stop"))
    assert fejl.value.kode == "a5_genaabning"


def test_A5_an_ending_without_effect_gets_its_effect_when_the_first_is_withdrawn() -> None:
    """Hours ended it on 31 May; the leaving of June had no effect then (A3). Without the hours it ends the course."""
    ind, timer = indplaceret("2022-03-01"), udbetalt("2022-05-10", "410")
    ud = udmeldt("2022-05-20", "2022-06-02")
    _, afg = rettet([ind, timer, ud], timer)
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-06-30", "43")]
    assert [o.aendring for o in afg.overdragelser] == ["bortfaldet", None], "the first handover falls away, a new one"


def test_A2_a_replaced_placement_updates_the_same_marking() -> None:
    ind = indplaceret("2022-03-01")
    ny = indplaceret("2022-03-01", startdato="2022-03-07")
    _, afg = rettet([ind], ind, ny)
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-07", None, None)]
    oprettet = historie(ind).afgoerelser[0].registreringer[0].entitets_id
    assert afg.registreringer[0].entitets_id == oprettet
    assert afg.status is Status.REGISTRERET


def test_A2_a_withdrawn_placement_is_deleted_and_the_jobcenter_told() -> None:
    ind = indplaceret("2022-03-01")
    foer, afg = rettet([ind], ind)
    assert [x[:2] for x in indhold(afg)] == [("SletFravaer", "75")]
    (b,) = afg.beskeder
    assert (b.type, b.data["grund"]) == ("gateway.kontaktforloeb-ophoert.v1", "annulleret")
    efter = givet(foer, afg)
    assert efter.forloeb == ()
    assert efter.medlem(AKASSE, ind.registreringsdato) is not None, "J5: DFDG had confirmed the membership"
    # placed again for the same benefit period: V12 does not apply
    igen = decide(efter, indplaceret("2022-03-02", tilmeldt="2022-03-01"), OPSAETNING, ind.registreringsdato)
    assert igen.status is Status.REGISTRERET


def test_A2_a_replacement_that_breaks_a_rule_is_refused_and_changes_nothing() -> None:
    ind, s = indplaceret("2022-03-01"), samtale("2022-03-08T10:00", "jobsamtale")
    ny = samtale("2022-03-08T10:00", "jobsamtale", samtaleId=s.data.samtale_id, form="telefon")
    _, afg = rettet([ind, s], s, ny)
    assert (afg.status, afg.regel, afg.registreringer, afg.aendringer) == (Status.AFVIST, "S4", (), ())


def test_A2_an_ending_replaced_after_it_keeps_the_day_the_course_moved() -> None:
    """A2 by analogy: out since 4 April; the cause is corrected on 20 June by a replacing event."""
    ind, slut = indplaceret("2022-03-01", cpr=(ung := eksempler_ung())), tidlig_indsats("2022-04-04", cpr=ung)
    ny = haendelse(
        "akasse.visitation.uddannelsespaalaeg.v1",
        "2022-06-20",
        cpr=ung,
        vurderingsdato="2022-04-04",
        erhvervskompetencegivendeUddannelse=False,
        forsoergerpligtHjemmeboendeBoern=False,
    )
    _, afg = rettet([ind, slut], slut, ny)
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-04-04", "45")]
    assert [(o.aendring, o.data["aarsagskode"]) for o in afg.overdragelser] == [(None, "45")]


def eksempler_ung() -> str:
    from tests.regler.byg import UNG

    return UNG


def test_F3_a_withdrawn_holiday_is_deleted_and_a_replaced_one_updated() -> None:
    ind, f = indplaceret("2022-03-01"), ferie()
    _, afg = rettet([ind, f], f)
    assert [x[:2] for x in indhold(afg)] == [("SletFravaer", "10")]
    _, afg = rettet([ind, f], f, ferie(slutdato="2022-03-25"))
    assert indhold(afg) == [("RetFravaer", "10", "2022-03-15", "2022-03-25", None)]
    _, afg = rettet([ind, f], f, ferie(godkendt=False))
    assert [x[:2] for x in indhold(afg)] == [("SletFravaer", "10")]


def test_F3_an_annulment_that_is_withdrawn_registers_the_holiday_anew_under_a_new_id() -> None:
    ind, f = indplaceret("2022-03-01"), ferie()
    a = haendelse("akasse.ferie.annulleret.v1", "2022-03-11", ferieId=eksempler.uuid("ferie"), begrundelse="fejl")
    foer, afg = rettet([ind, f, a], a)
    assert indhold(afg) == [("OpretFravaer", "10", "2022-03-15", "2022-03-18", None)]
    nyt, gammelt = afg.registreringer[0].entitets_id, historie(ind, f).afgoerelser[-1].registreringer[0].entitets_id
    assert nyt != gammelt, "DFDG does not take a deleted id again"
    efter = givet(foer, afg)
    assert efter.ferie[0].fravaer_id == nyt
    assert not efter.ferie[0].annulleret


def test_S9_a_withdrawn_held_talk_is_the_akasses_own_to_correct_at_dfdg() -> None:
    ind, s = indplaceret("2022-03-01"), samtale("2022-03-08T10:00", "jobsamtale")
    foer, afg = rettet([ind, s], s)
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    assert [p.kode for p in afg.pligter] == ["ret_i_dfdg"]
    assert givet(foer, afg).samtaler == ()


def test_S3_a_replaced_talk_registers_what_was_missing_only() -> None:
    ind, s = indplaceret("2022-03-01"), samtale("2022-03-08T10:00", "raadighed")
    ny = samtale("2022-03-08T10:00", "raadighed", "jobsamtale", samtaleId=s.data.samtale_id)
    _, afg = rettet([ind, s], s, ny)
    assert indhold(afg) == [("OpretSamtale", "jobsamtale", "2022-03-08T10:01")]
    assert "ret_i_dfdg" not in [p.kode for p in afg.pligter]


def test_V8_a_withdrawn_move_takes_the_messages_back() -> None:
    ind, f = indplaceret("2022-03-01"), flyttet("2022-04-01", NABOKOMMUNE)
    _, afg = rettet([ind, f], f)
    assert afg.status is Status.VIDERESENDT
    told = {(b.til.kode, b.type.split(".")[1]): b.data for b in afg.beskeder}
    assert told[NABOKOMMUNE, "kontaktforloeb-ophoert"]["grund"] == "annulleret"
    assert told["0101", "kontaktforloeb-hos-akasse"]["grund"] == "genaabnet"


def test_V8_a_move_replaced_by_one_out_of_the_coverage_ends_the_course() -> None:
    ind, f = indplaceret("2022-03-01"), flyttet("2022-04-01", NABOKOMMUNE)
    _, afg = rettet([ind, f], f, flyttet("2022-04-01", UDENFOR))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-04-01", "42")]
    assert [(o.aendring, o.til.kode) for o in afg.overdragelser] == [(None, UDENFOR)]


def test_O1_hours_replaced_while_the_slutdato_lies_ahead_change_the_handover_alone() -> None:
    ind, timer = indplaceret("2022-03-01"), udbetalt("2022-05-10", "410")
    _, afg = rettet([ind, timer], timer, udbetalt("2022-05-11", "420"))
    assert afg.registreringer == ()
    assert [(o.aendring, o.data["timerSammenlagt"]) for o in afg.overdragelser] == [("opdateret", "420")]


def test_A2_what_else_stands_in_the_state_is_left_alone() -> None:
    """A contact that was decided meanwhile is no part of the history's difference."""
    ind, s = indplaceret("2022-03-01"), samtale("2022-03-08T10:00", "jobsamtale")
    foer, afg = rettet(
        [ind, s],
        s,
        samtale("2022-03-08T10:00", "jobsamtale", samtaleId=s.data.samtale_id, form="telefon", iTilbud=True),
    )
    anden = replace(foer, opsigelsesindsatser=(ind.registreringsdato,))
    assert givet(anden, afg).opsigelsesindsatser == (ind.registreringsdato,)


def _foer(type_: str) -> list[Haendelse]:
    """What must have happened before the type's example can be taken."""
    if type_ in ("akasse.medlem.indplaceret.v1", "akasse.medlem.indlaest.v1"):
        return []
    return [indplaceret("2023-01-25")]


#: Types whose example needs an earlier event of its own: each is corrected above or in its chapter's stories.
TAGET = [
    t
    for t in sorted(HAENDELSESTYPER)
    if "tilbagekaldt" not in t
    and "cpr-skiftet" not in t
    and historie(*_foer(t)).proev(haendelse(t, "2023-02-01")).status is not Status.AFVIST
]


def test_A2_most_types_stand_in_the_table() -> None:
    assert len(TAGET) >= 30


@pytest.mark.parametrize("type_", TAGET)
def test_A2_every_type_can_be_withdrawn_and_replaced(type_: str) -> None:
    """Whatever the type: a withdrawal leaves the history as it was without the event; a replacement by the same content
    changes nothing."""
    foerst, x = _foer(type_), haendelse(type_, "2023-02-01")
    foer, afg = rettet([*foerst, x], x, tid="2023-02-02")
    assert afg.status in (Status.REGISTRERET, Status.VIDERESENDT, Status.NOTERET, Status.UDEN_VIRKNING)
    assert givet(foer, afg).forloeb == historie(*foerst).borger.forloeb
    _, igen = rettet([*foerst, x], x, haendelse(type_, "2023-02-01", id="ny"))
    assert (igen.registreringer, igen.overdragelser, igen.beskeder) == ((), (), ())


HAENDELSER = [
    indplaceret("2022-03-01"),
    samtale("2022-03-08T10:00", "jobsamtale", "cv"),
    ferie(),
    udbetalt("2022-03-30", "150"),
    samtale("2022-04-05T10:00", "faelles"),
    flyttet("2022-04-12", NABOKOMMUNE),
    haendelse("akasse.ferie.annulleret.v1", "2022-04-13", ferieId=eksempler.uuid("ferie"), begrundelse="x"),
    udmeldt("2022-04-20", "2022-05-15"),
    tidlig_indsats("2022-05-02"),
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(HAENDELSER), min_size=1, max_size=9, unique_by=id), st.data())
def test_A5_the_correction_leads_from_what_dfdg_has_to_what_it_would_have(valgte: list[Haendelse], data: Any) -> None:
    """The property behind every row: DFDG's picture after the history and the correction's registrations is the picture
    of the history without the event, but for what DFDG cannot delete."""
    valgte = sorted(valgte, key=lambda h: h.tid)
    h = historie()
    taget = []
    for x in valgte:
        if h.ske(x).status is not Status.AFVIST:
            taget.append(x)
    if not taget:
        return
    maal = data.draw(st.sampled_from(taget))
    linjer = tuple(Historiklinje(x, x.registreringsdato) for x in taget)
    retter = haendelse(TRUKKET, "2022-06-20", haendelseId=maal.id, begrundelse="Fejl")
    afg = decide(
        h.borger,
        replace(retter, rettelse=Rettelse(identitet(maal), linjer, erstatning=False)),
        OPSAETNING,
        retter.registreringsdato,
    )
    uden = fortael(decide, [x for x in linjer if x.haendelse is not maal], OPSAETNING, identitet(maal)).billede
    har = fortael(decide, linjer, OPSAETNING, identitet(maal)).billede.med(afg.registreringer)
    assert _fravaer(har) == _fravaer(uden)


def _fravaer(b: Billede) -> list[tuple[Any, ...]]:
    """Absences by content: one that was deleted and registered anew has another id."""
    ud: list[tuple[Any, ...]] = []
    for r in b.raekker.values():
        if isinstance(r.indhold, OpretFravaer | RetFravaer):
            i = r.indhold
            ud.append((i.fravaertype, i.startdato, str(i.slutdato), i.aarsagskode))
    return sorted(ud, key=str)


def test_A2_partly_receipted_targets_are_corrected_from_what_dfdg_has() -> None:
    """Of a talk with two purposes the first was receipted and the second refused: withdrawn, only the first is owed."""
    ind, s = indplaceret("2022-03-01"), samtale("2022-03-08T10:00", "raadighed", "jobsamtale")
    h = historie(ind)
    registreringer = h.proev(s).registreringer
    foerste: UUID | None = registreringer[0].entitets_id
    linjer = (
        Historiklinje(ind, ind.registreringsdato),
        Historiklinje(s, s.registreringsdato, registreret=frozenset({str(foerste)})),
    )
    ny = samtale("2022-03-08T10:00", "raadighed", "jobsamtale", samtaleId=s.data.samtale_id)
    ny = replace(ny, identitet=identitet(s), rettelse=Rettelse(identitet(s), linjer, erstatning=True))
    afg = decide(h.borger, ny, OPSAETNING, ny.registreringsdato)
    assert [r.entitets_id for r in afg.registreringer] == [registreringer[1].entitets_id]
