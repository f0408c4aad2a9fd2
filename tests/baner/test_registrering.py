"""A registration's way (gateway.lanes.registrering): repeat protection by class, quiet time, outage is not poison."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UlovligOvergang
from gateway.lanes.forsoeg import Fund, Klasse, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import (
    SEN_COMMIT,
    Fase,
    Skridt,
    Tilstand,
    Vilkaar,
    afklaret_i_haanden,
    begynd_forsoeg,
    efter_aflaesning,
    efter_svar,
    lease_tabt,
    naeste_skridt,
    opbrugt,
    ventetid,
)

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
STILLE = timedelta(seconds=120)
ALENE = Vilkaar(STILLE, 5, 0.5, andre_lykkes=False)
ANDRE = Vilkaar(STILLE, 5, 0.5, andre_lykkes=True)

INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")
UTILGAENGELIG = Svar(Udfald.UTILGAENGELIG, kode="http_503")
FANDTES = Svar(Udfald.FANDTES, kode="412")
FRAVAERENDE = Tilbagelaesning(Fund.FRAVAERENDE)
LIG = Tilbagelaesning(Fund.LIG)


def sendt(klasse: Klasse, svar: Svar, v: Vilkaar = ALENE, **felter: object) -> Tilstand:
    """A registration after one attempt with ``svar``."""
    t = begynd_forsoeg(replace(Tilstand(klasse), **felter), NU)  # type: ignore[arg-type]
    return efter_svar(t, Fase.KLAR, svar, NU, v).tilstand


@pytest.mark.parametrize(
    ("klasse", "skridt"),
    [
        pytest.param(Klasse.EGET_ID, Skridt.SEND, id="A sends the same id again"),
        pytest.param(Klasse.NATURLIG_NOEGLE, Skridt.AFLAES, id="B reads back by its natural key"),
        pytest.param(Klasse.SIDSTE_VINDER, Skridt.SEND, id="C sends under the same x-requestId"),
        pytest.param(Klasse.INGEN, Skridt.AFLAES, id="D reads back, never repeats blindly"),
    ],
)
def test_I6_after_no_answer_each_class_goes_its_own_way(klasse: Klasse, skridt: Skridt) -> None:
    t = sendt(klasse, INTET_SVAR)
    assert t.fase is Fase.I_TVIVL
    assert t.request_nr == 0
    assert naeste_skridt(t, NU + timedelta(seconds=1)) is skridt


def test_I6_412_is_read_back_and_equal_is_done() -> None:
    t = sendt(Klasse.EGET_ID, INTET_SVAR)
    t = efter_svar(begynd_forsoeg(t, NU), Fase.I_TVIVL, FANDTES, NU, ALENE).tilstand
    assert naeste_skridt(t, NU) is Skridt.AFLAES
    assert efter_aflaesning(t, LIG, NU, ALENE).tilstand.fase is Fase.REGISTRERET


def test_I6_412_on_a_first_send_is_shown_to_operators() -> None:
    t = begynd_forsoeg(Tilstand(Klasse.EGET_ID), NU)
    assert efter_svar(t, Fase.KLAR, FANDTES, NU, ALENE).advarsel == "fandtes_ved_foerste"


def test_I6_absent_needs_two_readings_the_second_after_the_quiet_time() -> None:
    t = sendt(Klasse.NATURLIG_NOEGLE, INTET_SVAR)
    foerste = efter_aflaesning(t, FRAVAERENDE, NU + timedelta(seconds=1), ALENE)
    assert foerste.tilstand.fase is Fase.I_TVIVL
    assert foerste.klar_fra == NU + STILLE
    for_tidligt = efter_aflaesning(foerste.tilstand, FRAVAERENDE, NU + STILLE - timedelta(milliseconds=1), ALENE)
    assert for_tidligt.tilstand.fase is Fase.I_TVIVL
    assert for_tidligt.tilstand.request_nr == 0
    anden = efter_aflaesning(for_tidligt.tilstand, FRAVAERENDE, NU + STILLE, ALENE)
    assert anden.tilstand.fase is Fase.KLAR
    assert anden.tilstand.request_nr == 1


def test_I6_one_late_reading_alone_is_not_enough() -> None:
    t = sendt(Klasse.INGEN, INTET_SVAR)
    o = efter_aflaesning(t, FRAVAERENDE, NU + 2 * STILLE, ALENE)
    assert o.tilstand.fase is Fase.I_TVIVL


def test_I6_other_content_under_our_id_stops() -> None:
    t = sendt(Klasse.EGET_ID, FANDTES)
    assert efter_aflaesning(t, Tilbagelaesning(Fund.ANDERLEDES), NU, ALENE).tilstand.fase is Fase.STOPPET


def test_afmelding_not_enrolled_on_a_repeat_is_done_and_on_a_first_send_is_a_refusal() -> None:
    ikke_tilmeldt = Svar(Udfald.FANDTES, kode="4367")
    assert sendt(Klasse.NATURLIG_NOEGLE, ikke_tilmeldt, kan_aflaeses=False).fase is Fase.STOPPET
    t = sendt(Klasse.NATURLIG_NOEGLE, INTET_SVAR, kan_aflaeses=False)
    assert naeste_skridt(t, NU) is Skridt.SEND
    assert efter_svar(begynd_forsoeg(t, NU), Fase.I_TVIVL, ikke_tilmeldt, NU, ALENE).tilstand.fase is Fase.REGISTRERET


def test_I11_a_lost_lease_leaves_the_registration_in_doubt_from_the_end_of_the_lease() -> None:
    lease_til = NU + timedelta(seconds=60)
    o = lease_tabt(begynd_forsoeg(Tilstand(Klasse.INGEN), NU), lease_til)
    assert o.tilstand.fase is Fase.I_TVIVL
    assert o.tilstand.sidst_sendt == lease_til
    laest = efter_aflaesning(o.tilstand, FRAVAERENDE, lease_til, ALENE)
    assert laest.klar_fra == lease_til + STILLE


def test_I11_a_lease_lost_before_anything_was_begun_changes_nothing() -> None:
    t = Tilstand(Klasse.EGET_ID)
    assert lease_tabt(t, NU).tilstand == t


def test_I5_an_outage_spends_nobody_and_never_stops() -> None:
    t = Tilstand(Klasse.EGET_ID)
    for _ in range(200):
        o = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, UTILGAENGELIG, NU, ALENE)
        assert o.nedbrud
        t = o.tilstand
    assert t.fase is Fase.KLAR
    assert t.ens_svar == 0
    assert t.request_nr == 0


def test_I5_the_same_answer_five_times_while_others_succeed_stops() -> None:
    t = Tilstand(Klasse.EGET_ID)
    for nr in range(1, 6):
        t = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, UTILGAENGELIG, NU, ANDRE).tilstand
        assert (t.fase is Fase.STOPPET) == (nr == 5)
    assert opbrugt(t, ANDRE)


def test_I5_another_answer_begins_the_count_anew() -> None:
    t = Tilstand(Klasse.EGET_ID)
    for kode in ("http_503", "http_503", "http_503", "http_503", "1011"):
        t = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, Svar(Udfald.UTILGAENGELIG, kode=kode), NU, ANDRE).tilstand
    assert t.fase is Fase.KLAR
    assert t.ens_svar == 0


def test_I5_the_first_failure_of_an_outage_counts_for_nobody() -> None:
    """Others may have succeeded a moment before: what counts is a success between two of one's own failures."""
    t = Tilstand(Klasse.EGET_ID)
    t = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, UTILGAENGELIG, NU, ANDRE).tilstand
    assert t.ens_svar == 0
    t = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, UTILGAENGELIG, NU, ALENE).tilstand
    assert t.ens_svar == 0


def test_never_sent_counts_as_no_attempt_and_is_no_doubt() -> None:
    t = sendt(Klasse.INGEN, Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"))
    assert t.fase is Fase.KLAR
    assert t.forsoeg == 0
    assert not t.var_i_tvivl


def test_never_sent_on_a_repeat_stays_in_doubt() -> None:
    t = sendt(Klasse.EGET_ID, INTET_SVAR)
    o = efter_svar(begynd_forsoeg(t, NU), Fase.I_TVIVL, Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"), NU, ALENE)
    assert o.tilstand.fase is Fase.I_TVIVL


def test_a_refusal_of_the_content_ends_the_request_id() -> None:
    t = sendt(Klasse.EGET_ID, Svar(Udfald.AFVIST, kode="1003"))
    assert t.fase is Fase.STOPPET
    assert t.request_nr == 1


@pytest.mark.parametrize("klasse", list(Klasse))
def test_I6_a_refusal_on_the_repeat_is_read_back_before_it_counts(klasse: Klasse) -> None:
    """What DFDG refuses now says nothing of the attempt that nobody saw the answer to."""
    t = replace(sendt(klasse, INTET_SVAR), skal_aflaeses=False, fase=Fase.KLAR)
    o = efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, Svar(Udfald.AFVIST, kode="4999"), NU, ALENE)
    assert naeste_skridt(o.tilstand, NU) is Skridt.AFLAES
    fundet = efter_aflaesning(o.tilstand, LIG, NU, ALENE)
    assert fundet.tilstand.fase is Fase.REGISTRERET
    # B and D are sent again only after two readings without it; A and C are not read before, so nothing tells of a late one.
    assert (fundet.advarsel == SEN_COMMIT) is (klasse in (Klasse.NATURLIG_NOEGLE, Klasse.INGEN))
    stille = _fravaerende_to_gange(o.tilstand)
    assert (stille.fase, stille.sidste_kode) == (Fase.STOPPET, "4999")


def _gentaget(svar: Svar) -> Tilstand:
    """The natural key's repeat, sent in doubt after a first absence, with this answer."""
    t = replace(sendt(Klasse.NATURLIG_NOEGLE, INTET_SVAR), skal_aflaeses=False, fase=Fase.KLAR)
    return efter_svar(begynd_forsoeg(t, NU), Fase.KLAR, svar, NU, ALENE).tilstand


def _fravaerende_to_gange(t: Tilstand) -> Tilstand:
    """Absent twice, with readings between that told nothing."""
    t = efter_aflaesning(t, FRAVAERENDE, NU, ALENE).tilstand
    for svar in (None, Svar(Udfald.ADGANG, kode="1012"), Svar(Udfald.IKKE_EJER, kode="4575")):
        t = efter_aflaesning(t, Tilbagelaesning(Fund.UKENDT, svar), NU, ALENE).tilstand
    return efter_aflaesning(t, FRAVAERENDE, NU + STILLE, ALENE).tilstand


def test_I6_a_refusal_on_the_repeat_stands_when_both_readings_find_nothing() -> None:
    t = _fravaerende_to_gange(_gentaget(Svar(Udfald.AFVIST, kode="4999")))
    # What stops it is the refusal, though readings in between failed with other codes.
    assert (t.fase, t.sidste_kode) == (Fase.STOPPET, "4999")


def test_I5_readings_that_fail_while_others_succeed_stop_a_refused_repeat_in_doubt() -> None:
    t = _gentaget(Svar(Udfald.AFVIST, kode="4999"))
    for _ in range(ANDRE.stop_efter):
        t = efter_aflaesning(t, Tilbagelaesning(Fund.UKENDT, UTILGAENGELIG), NU, ANDRE).tilstand
    assert t.fase is Fase.I_TVIVL
    assert opbrugt(t, ANDRE)
    assert t.sidste_kode == "http_503", "the answer that stops it is the readings'"


def test_B_exists_already_is_no_refusal_and_is_sent_again_when_both_readings_find_nothing() -> None:
    t = _fravaerende_to_gange(replace(_gentaget(FANDTES), request_nr=1))
    assert (t.fase, t.request_nr) == (Fase.KLAR, 2)


@pytest.mark.parametrize(
    "foer",
    [
        pytest.param(FANDTES, id="DFDG said that it exists"),
        pytest.param(Svar(Udfald.UTILGAENGELIG, kode="1011"), id="DFDG was out of order"),
    ],
)
def test_I5_absent_after_an_answer_that_was_no_refusal_is_sent_again_and_not_stopped(foer: Svar) -> None:
    """What DFDG last said before the doubt was no refusal of the content: absent for certain means that it may be sent."""
    t = sendt(Klasse.NATURLIG_NOEGLE, foer, request_nr=1, var_i_tvivl=True)
    t = lease_tabt(begynd_forsoeg(t, NU), NU).tilstand
    for sekunder in (1, 121):
        t = efter_aflaesning(t, FRAVAERENDE, NU + timedelta(seconds=sekunder), ALENE).tilstand
    assert (t.fase, t.request_nr) == (Fase.KLAR, 2)


def test_I3_only_what_is_ready_or_in_doubt_is_claimed() -> None:
    for fase in set(Fase) - {Fase.KLAR, Fase.I_TVIVL}:
        with pytest.raises(UlovligOvergang):
            naeste_skridt(replace(Tilstand(Klasse.EGET_ID), fase=fase), NU)


def test_J5_not_the_owner_is_refused_and_never_stopped() -> None:
    assert sendt(Klasse.EGET_ID, Svar(Udfald.IKKE_EJER, kode="4575")).fase is Fase.AFVIST


def test_a_reading_refused_as_not_ones_own_is_no_outage() -> None:
    t = sendt(Klasse.NATURLIG_NOEGLE, INTET_SVAR)
    afvist = Tilbagelaesning(Fund.UKENDT, Svar(Udfald.IKKE_EJER, kode="4575"))
    o = efter_aflaesning(t, afvist, NU, ALENE)
    assert not o.nedbrud
    assert o.tilstand.fase is Fase.I_TVIVL
    assert efter_aflaesning(t, Tilbagelaesning(Fund.UKENDT), NU, ALENE).nedbrud


def test_access_refused_stops_the_channel_and_spends_nothing() -> None:
    t = begynd_forsoeg(Tilstand(Klasse.EGET_ID), NU)
    o = efter_svar(t, Fase.KLAR, Svar(Udfald.ADGANG, kode="1013"), NU, ALENE)
    assert o.adgang
    assert o.tilstand.fase is Fase.KLAR
    assert o.tilstand.forsoeg == 0


def test_a_request_id_older_than_dfdg_remembers_is_read_back_first() -> None:
    t = replace(Tilstand(Klasse.EGET_ID), foerst_sendt=NU, var_i_tvivl=True)
    assert naeste_skridt(t, NU + timedelta(days=6)) is Skridt.SEND
    assert naeste_skridt(t, NU + timedelta(days=7)) is Skridt.AFLAES


@pytest.mark.parametrize(("n", "sekunder"), [(1, 1), (2, 3), (3, 7), (4, 15), (13, 8191), (14, 10800), (60, 10800)])
def test_waits_double_up_to_three_hours(n: int, sekunder: int) -> None:
    assert ventetid(n, 0.5) == timedelta(seconds=sekunder)


SVAR = st.sampled_from(
    [
        INTET_SVAR,
        UTILGAENGELIG,
        FANDTES,
        Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"),
        Svar(Udfald.ADGANG, kode="1013"),
    ]
)
FUND = st.sampled_from([Fund.FRAVAERENDE, Fund.UKENDT])


@given(st.sampled_from(list(Klasse)), st.lists(st.tuples(SVAR, FUND, st.integers(0, 300)), max_size=30))
def test_I3_a_new_request_id_comes_only_after_absence_beyond_the_quiet_time(
    klasse: Klasse, hop: list[tuple[Svar, Fund, int]]
) -> None:
    """Whatever DFDG answers, short of a refusal: the id changes only when the last byte is a quiet time old."""
    t, nu = Tilstand(klasse), NU
    for svar, fund, sekunder in hop:
        nu += timedelta(seconds=sekunder)
        foer = t
        if naeste_skridt(t, nu) is Skridt.SEND:
            t = efter_svar(begynd_forsoeg(t, nu), foer.fase, svar, nu, ALENE).tilstand
            assert t.request_nr == foer.request_nr
        else:
            t = efter_aflaesning(t, Tilbagelaesning(fund), nu, ALENE).tilstand
            if t.request_nr > foer.request_nr:
                assert fund is Fund.FRAVAERENDE
                assert foer.foerste_fravaer is not None
                assert foer.sidst_sendt is None or nu >= foer.sidst_sendt + STILLE
        assert t.fase in (Fase.KLAR, Fase.I_TVIVL)


@given(st.sampled_from(list(Klasse)), st.lists(SVAR, max_size=20))
def test_I3_nothing_is_sent_after_a_receipt(klasse: Klasse, svar: list[Svar]) -> None:
    t = Tilstand(klasse)
    for s in svar:
        if t.fase not in (Fase.KLAR, Fase.I_TVIVL) or naeste_skridt(t, NU) is Skridt.AFLAES:
            break
        t = efter_svar(begynd_forsoeg(t, NU), t.fase, s, NU, ALENE).tilstand
    t = efter_svar(begynd_forsoeg(t, NU), t.fase, Svar(Udfald.KVITTERET), NU, ALENE).tilstand
    assert t.fase is Fase.REGISTRERET


def test_I6_settled_by_hand_only_in_doubt_and_after_the_quiet_time() -> None:
    stille = timedelta(seconds=120)
    sendt = datetime(2026, 3, 1, 12, tzinfo=UTC)
    t = Tilstand(Klasse.INGEN, fase=Fase.I_TVIVL, var_i_tvivl=True, forsoeg=1, request_nr=3, sidst_sendt=sendt)
    with pytest.raises(UlovligOvergang):
        afklaret_i_haanden(t, findes=False, nu=sendt + stille - timedelta(seconds=1), stilletid=stille)
    for fase in set(Fase) - {Fase.I_TVIVL}:
        with pytest.raises(UlovligOvergang):
            afklaret_i_haanden(replace(t, fase=fase), findes=True, nu=sendt + stille, stilletid=stille)
    o = afklaret_i_haanden(t, findes=False, nu=sendt + stille, stilletid=stille)
    # Sent again under a new request id, as after two readings without it.
    assert (o.tilstand.fase, o.tilstand.request_nr, o.klar_fra) == (Fase.KLAR, 4, sendt + stille)
    assert naeste_skridt(o.tilstand, sendt + stille) is Skridt.SEND
    assert afklaret_i_haanden(t, findes=True, nu=sendt + stille, stilletid=stille).tilstand.fase is Fase.REGISTRERET
