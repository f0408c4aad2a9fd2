"""Guidance, and the effort in the notice period: the a-kasse's to document, not sent to DFDG (P3, P4).

Source: the guidance to the trial order, VEJL §5(1) (the course, by the two-week mark), §5(2) (repatriation, judged at each
talk), §5(3) (the duties after the handover), §4(1) (the notice period); STAR's call for applicants (OPSL).
"""

from __future__ import annotations

from datetime import date

from contracts.events import akasse as e
from gateway.rules import trae
from gateway.rules.aendringer import Medlemskrav, OpsigelsesindsatsTilbudt, VejledningGivet
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Vejledning


def afgoer_vejledning(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """P3: kept, whenever it was given; what is still owed is warned of (D1)."""
    d: e.VejledningGivet = haendelse.data
    ny = Vejledning(haendelse.part.kode, d.dato, tuple(d.emner))
    if ny in tilstand.vejledninger:
        return Afgoerelse(Status.UDEN_VIRKNING, "Vejledningen er noteret før.", regel="P3")
    return Afgoerelse(
        Status.NOTERET,
        "Vejledningen er noteret.",
        regel="P3",
        aendringer=(Medlemskrav(haendelse.part.kode), VejledningGivet(ny)),
    )


def afgoer_opsigelsesindsats(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """P4: kept and counted; the member need not be unemployed yet."""
    d: e.OpsigelsesindsatsTilbudt = haendelse.data
    if d.dato in tilstand.opsigelsesindsatser:
        return Afgoerelse(Status.UDEN_VIRKNING, "Indsatsen er noteret før.", regel="P4")
    return Afgoerelse(
        Status.NOTERET,
        "Indsatsen i opsigelsesperioden er noteret.",
        regel="P4",
        aendringer=(Medlemskrav(haendelse.part.kode), OpsigelsesindsatsTilbudt(d.dato)),
    )


KAPITEL = {
    "akasse.vejledning.givet.v1": afgoer_vejledning,
    "akasse.opsigelsesindsats.tilbudt.v1": afgoer_opsigelsesindsats,
}


REGLER = (
    Regel(
        "P3",
        "Vejledning",
        "A-kassen vejleder om forløbet inden beslutningsfristen, om repatriering bedømt ved hver samtale og "
        "om pligterne efter overdragelsen, når den sker. Det noteres, men sendes ikke til DFDG; det, der "
        "mangler, varsles (D1).",
        kilde="VEJL §5",
        kode=("afgoer_vejledning", "gateway.rules.frister:varsler"),
        valg="Om et medlem skal vejledes om repatriering, bedømmer a-kassen ved hver samtale; det ved gatewayen intet om, "
        "så kvitteringen pålægger det ikke.",
    ),
    Regel(
        "P4",
        "Indsatsen i opsigelsesperioden",
        "Indsatsen i opsigelsesperioden dokumenteres af a-kassen. Den noteres og tælles, men sendes ikke "
        "til DFDG, og medlemmet behøver ikke være ledigt endnu.",
        kilde="VEJL §4(1); OPSL",
        kode=("afgoer_opsigelsesindsats",),
    ),
)


TRAEER = (
    trae.Trae(
        "vejledning",
        "Medlemmet er vejledt",
        ("akasse.vejledning.givet.v1",),
        trae.foerst(
            trae.hvis("Er vejledningen meddelt før?", trae.uden_virkning("P3", "Vejledningen er noteret før.")),
            ellers=trae.noteret("P3", "Vejledningen er noteret."),
        ),
    ),
    trae.Trae(
        "opsigelsesindsats",
        "En indsats i opsigelsesperioden er tilbudt",
        ("akasse.opsigelsesindsats.tilbudt.v1",),
        trae.foerst(
            trae.hvis("Er den meddelt før?", trae.uden_virkning("P4", "Indsatsen er noteret før.")),
            ellers=trae.noteret("P4", "Indsatsen i opsigelsesperioden er noteret."),
        ),
    ),
)
