"""Indstillinger to the jobcenter, and its decisions (T1-T4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gateway.rules.aendringer import IndstillingSat, Medlemskrav
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger, Indstilling


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


KAPITEL = {
    "akasse.indstilling.sendt.v1": _indstilling_sendt,
    "akasse.indstilling.trukket.v1": _indstilling_trukket,
}
