"""``decide``: one event on one state. Dispatches to the chapter that an event type belongs to; J3 comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from gateway.rules import ferie, jobcenter, mindre_intensiv, ophoer, planlaegning, samtaler, visitation
from gateway.rules.aendringer import IndstillingSat, Medlemskrav, MinplanSat
from gateway.rules.medlemskab import ikke_egen
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger, Indstilling

Kapitel = Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]


def _endnu_ikke(_t: Borger, _h: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """Event types whose rules are not built yet: checked, kept, and answered so that nobody takes them for done."""
    return Afgoerelse(
        Status.NOTERET, "Hændelsen er noteret; dens regler er endnu ikke taget i brug.", flag=("endnu_ikke_behandlet",)
    )


def _indstilling_sendt(_t: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    d = haendelse.data
    ny = Indstilling(d.indstilling_id, haendelse.part.kode, d.tilbudstype, d.begrundelse, oensket_start=d.oensket_start)
    return Afgoerelse(
        Status.NOTERET,
        "Indstillingen er noteret; den gives endnu ikke videre.",
        flag=("endnu_ikke_behandlet",),
        aendringer=(Medlemskrav(haendelse.part.kode), IndstillingSat(ny)),
    )


def _indstilling_trukket(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    kendte = [i for i in tilstand.indstillinger if i.indstilling_id == haendelse.data.indstilling_id]
    return Afgoerelse(
        Status.NOTERET,
        "Tilbagetrækningen er noteret; den gives endnu ikke videre.",
        flag=("endnu_ikke_behandlet",),
        aendringer=tuple(IndstillingSat(replace(i, aaben=False)) for i in kendte),
    )


def _minplan(_t: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    return Afgoerelse(
        Status.NOTERET,
        "Planen er noteret; den registreres endnu ikke.",
        flag=("endnu_ikke_behandlet",),
        aendringer=(Medlemskrav(haendelse.part.kode), MinplanSat("kladde" if haendelse.data.kladde else "publiceret")),
    )


KAPITLER: dict[str, Kapitel] = {
    "akasse.medlem.tilmeldt.v1": visitation.afgoer_tilmeldt,
    "akasse.medlem.indplaceret.v1": visitation.afgoer_indplaceret,
    "akasse.medlem.flyttet.v1": ophoer.afgoer_flyttet,
    "akasse.medlem.udmeldt.v1": ophoer.afgoer_udmeldt,
    "akasse.medlem.dagpengeret-optjent.v1": ophoer.afgoer_dagpengeret_optjent,
    "akasse.visitation.behov-for-tidlig-indsats.v1": visitation.afgoer_behov_for_tidlig_indsats,
    "akasse.visitation.uddannelsespaalaeg.v1": visitation.afgoer_uddannelsespaalaeg,
    "akasse.visitation.fejloprettet.v1": ophoer.afgoer_fejloprettet,
    "akasse.dagpenge.udbetalt.v1": ophoer.afgoer_udbetalt,
    "akasse.samtale.indkaldt.v1": planlaegning.afgoer_indkaldt,
    "akasse.samtale.booket.v1": planlaegning.afgoer_booket,
    "akasse.samtale.aendret.v1": planlaegning.afgoer_aendret,
    "akasse.samtale.aflyst.v1": planlaegning.afgoer_aflyst,
    "akasse.samtale.afholdt.v1": samtaler.afgoer_afholdt,
    "akasse.bookingfrist.sat.v1": planlaegning.afgoer_frist_sat,
    "akasse.bookingfrist.overskredet.v1": planlaegning.afgoer_frist_overskredet,
    "akasse.ferie.anmodet.v1": ferie.afgoer_anmodet,
    "akasse.ferie.annulleret.v1": ferie.afgoer_annulleret,
    "akasse.mindre-intensiv-indsats.registreret.v1": mindre_intensiv.afgoer_registreret,
    "akasse.mindre-intensiv-indsats.ophoert.v1": mindre_intensiv.afgoer_ophoert,
    "akasse.indstilling.sendt.v1": _indstilling_sendt,
    "akasse.indstilling.trukket.v1": _indstilling_trukket,
    "akasse.minplan.publiceret.v1": _minplan,
    "jobcenter.jobordre.kontakt.v1": jobcenter.afgoer_jobordre_kontakt,
}


def decide(tilstand: Borger, haendelse: Haendelse, opsaetning: Regelopsaetning, idag: date) -> Afgoerelse:
    """What the law makes of the event on this state. ``idag`` (Copenhagen) is the day of sending, used by S8 alone.

    Raises ``Regelfejl`` when a value that the decision needs is unset in the installation (M3).
    """
    afvist = ikke_egen(tilstand, haendelse)
    if afvist is not None:
        return afvist
    return KAPITLER.get(haendelse.type, _endnu_ikke)(tilstand, haendelse, opsaetning, idag)
