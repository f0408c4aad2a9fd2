"""Recommendations to the jobcenter, and its decisions (T1-T3).

Source: the guidance to the trial order, VEJL §8(2): while the course is with the a-kasse it recommends offers after
chapters 11-14, a mentor (chapter 26) and transport (§ 175(4)); the jobcenter grants and registers them. STAR's call for
applicants (OPSL): an offer does not move the course. From 2024 a rejection is reasoned to member and a-kasse (L24).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.events import akasse as e
from contracts.events import jobcenter as j
from gateway.rules import grene, modpart, trae
from gateway.rules.aendringer import IndstillingSat, Medlemskrav, TilbudSat
from gateway.rules.forloeb import ikke_inde
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Pligt, Regelopsaetning, Regime, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Forloeb, Indstilling, Tilbud

INDSTILLING, INDSTILLING_TRUKKET = "gateway.indstilling.v1", "gateway.indstilling-trukket.v1"
TILBUDSAFGOERELSE = "gateway.tilbudsafgoerelse.v1"

BEGRUND_OVER_FOR_AKASSE = Pligt("begrund_over_for_akasse", "Begrund afslaget over for a-kassen.")
BEGRUND_OVER_FOR_MEDLEM = Pligt("begrund_over_for_medlem", "Begrund afslaget over for medlemmet.")


def afgoer_sendt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """T1: while in, the a-kasse's recommendation goes to the jobcenter of residence; afterwards offers are the jobcenter's
    alone. One that is answered or withdrawn is not opened again under the same id."""
    d: e.IndstillingSendt = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, haendelse.registreringsdato)
    if f is None:
        return ikke_inde(tilstand, haendelse, "T1")
    kendt = _kendt(tilstand, d.indstilling_id)
    if kendt is not None and kendt.akassekode != haendelse.part.kode:
        return _id_brugt()
    if kendt is not None and not kendt.aaben:
        tekst = "Indstillingen er afgjort eller trukket; den sendes ikke igen."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="T1", regime=f.regime, fri=True)
    ny = Indstilling(
        d.indstilling_id,
        haendelse.part.kode,
        d.tilbudstype,
        d.begrundelse,
        oensket_start=d.oensket_start,
        sendt=kendt.sendt if kendt is not None else haendelse.registreringsdato,
    )
    return Afgoerelse(
        Status.VIDERESENDT,
        "Indstillingen er sendt til jobcentret.",
        regel="T1",
        regime=f.regime,
        aendringer=(Medlemskrav(haendelse.part.kode), IndstillingSat(ny)),
        beskeder=(modpart.til_jobcentret(tilstand, haendelse, INDSTILLING, f),),
        fri=True,
    )


def afgoer_trukket(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """T1: an open recommendation is withdrawn, also one that was handed over with the course."""
    d: e.IndstillingTrukket = haendelse.data
    kendt = _kendt(tilstand, d.indstilling_id)
    f = _forloeb(tilstand, haendelse.part.kode)
    if kendt is None or kendt.akassekode != haendelse.part.kode or f is None:
        tekst = "Indstillingen er ikke kendt for borgeren."
        loesning = "Angiv indstillingId fra en tidligere sendt indstilling."
        return Afgoerelse(
            Status.AFVIST, tekst, regel="T1", fejl=Fejl("t1_ukendt_indstilling", tekst, "indstillingId", loesning)
        )
    if not kendt.aaben:
        tekst = "Indstillingen er afgjort eller trukket før."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="T1", regime=f.regime, fri=True)
    return Afgoerelse(
        Status.VIDERESENDT,
        "Tilbagetrækningen er sendt til jobcentret.",
        regel="T1",
        regime=f.regime,
        aendringer=(IndstillingSat(replace(kendt, aaben=False, trukket=True)),),
        beskeder=(modpart.til_jobcentret(tilstand, haendelse, INDSTILLING_TRUKKET, f),),
        fri=True,
    )


def afgoer_tilbud(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """T2: the jobcenter's decision goes to the a-kasse that recommended, or, when the jobcenter acts by itself, to the one
    whose course the citizen is in. T3: it moves no course. The newest decision on a recommendation counts."""
    d: j.TilbudAfgjort = haendelse.data
    dag = haendelse.registreringsdato
    kendt = _kendt(tilstand, d.indstilling_id) if d.indstilling_id is not None else None
    f = _forloeb(tilstand, kendt.akassekode) if kendt is not None else tilstand.inde(dag)
    if f is None:
        return modpart.ikke_i_forloeb("T2")
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, dag, f.regime)
    if hindring is not None:
        return hindring
    pligter = _mangler_begrundelse(f.regime, d)
    flag: tuple[str, ...] = ("ukendt_indstilling",) if d.indstilling_id is not None and kendt is None else ()
    if pligter:
        flag = (*flag, "begrundelse_mangler")
    tilbud = Tilbud(d.tilbud_id, d.indstilling_id, haendelse.part.kode, d.afgoerelse, d.tilbudstype, dag)
    lukket = () if kendt is None else (IndstillingSat(replace(kendt, aaben=False)),)
    return modpart.til_akassen(
        haendelse,
        TILBUDSAFGOERELSE,
        f.akassekode,
        regel="T2",
        regime=f.regime,
        tekst="Afgørelsen er givet videre til a-kassen",
        brud=bool(pligter),
        flag=flag,
        pligter=pligter,
        aendringer=(TilbudSat(tilbud), *lukket),
    )


def _mangler_begrundelse(regime: Regime, d: j.TilbudAfgjort) -> tuple[Pligt, ...]:
    """T2: from the law of 2024 a rejection is reasoned to the a-kasse and to the member (L24)."""
    if d.afgoerelse != "afslag" or regime is Regime.FORSOEG_2020:
        return ()
    over_for_akasse = () if d.begrundelse else (BEGRUND_OVER_FOR_AKASSE,)
    return over_for_akasse if d.begrundet_over_for_medlem else (*over_for_akasse, BEGRUND_OVER_FOR_MEDLEM)


def _kendt(tilstand: Borger, indstilling_id: object) -> Indstilling | None:
    return next((i for i in tilstand.indstillinger if i.indstilling_id == indstilling_id), None)


def _forloeb(tilstand: Borger, akassekode: str) -> Forloeb | None:
    """The a-kasse's newest course, in or out."""
    return next((f for f in reversed(tilstand.forloeb) if f.akassekode == akassekode), None)


def _id_brugt() -> Afgoerelse:
    tekst = "indstillingId er brugt om en anden indstilling."
    fejl = Fejl("t1_indstilling_id_brugt", tekst, "indstillingId", "Giv indstillingen et nyt indstillingId.")
    return Afgoerelse(Status.AFVIST, tekst, regel="T1", fejl=fejl)


KAPITEL = {
    "akasse.indstilling.sendt.v1": afgoer_sendt,
    "akasse.indstilling.trukket.v1": afgoer_trukket,
    "jobcenter.tilbud.afgjort.v1": afgoer_tilbud,
}


REGLER = (
    Regel(
        "T1",
        "A-kassens indstilling",
        "Mens medlemmet er i forløbet, indstiller a-kassen til tilbud efter kapitel 11-14, mentor (kapitel "
        "26) og befordring (§ 175, stk. 4). Jobcentret bevilger og registrerer. En indstilling kan trækkes "
        "tilbage, så længe den er åben.",
        kilde="VEJL §8(2); L24",
        kode=("afgoer_sendt", "afgoer_trukket"),
    ),
    Regel(
        "T2",
        "Jobcentrets afgørelse",
        "Afgørelsen nævner den indstilling, den svarer på, eller ingen, når jobcentret handler af sig selv. "
        "Den gives videre til a-kassen. Fra 2024 skal et afslag begrundes over for medlem og a-kasse; "
        "ellers mærkes det regelbrud, og jobcentrets kvittering har mærket begrundelse_mangler og pligten "
        "til at begrunde.",
        kilde="L24",
        kode=("afgoer_tilbud",),
    ),
    Regel(
        "T3",
        "Et tilbud flytter ikke forløbet",
        "Bevilges et tilbud, bliver forløbet, hvor det er.",
        kilde="OPSL",
        kode=("afgoer_tilbud",),
    ),
)


TRAEER = (
    trae.Trae(
        "indstilling-sendt",
        "A-kassen sender en indstilling",
        ("akasse.indstilling.sendt.v1",),
        trae.foerst(
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen?", grene.ikke_inde("T1")),
            trae.hvis(
                "Er dens id en anden a-kasses?",
                trae.afvist("T1", "t1_indstilling_id_brugt", "indstillingId er brugt om en anden indstilling."),
            ),
            trae.hvis(
                "Er den afgjort eller trukket?",
                trae.uden_virkning("T1", "Indstillingen er afgjort eller trukket; den sendes ikke igen."),
            ),
            ellers=trae.videresendt("T1", "Indstillingen er sendt til jobcentret."),
        ),
    ),
    trae.Trae(
        "indstilling-trukket",
        "A-kassen trækker en indstilling",
        ("akasse.indstilling.trukket.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er den a-kassens egen og kendt?",
                trae.afvist("T1", "t1_ukendt_indstilling", "Indstillingen er ikke kendt for borgeren."),
            ),
            trae.hvis(
                "Er den afgjort eller trukket?",
                trae.uden_virkning("T1", "Indstillingen er afgjort eller trukket før."),
            ),
            ellers=trae.videresendt("T1", "Tilbagetrækningen er sendt til jobcentret."),
        ),
    ),
    trae.Trae(
        "tilbud-afgjort",
        "Jobcentret afgør et tilbud",
        ("jobcenter.tilbud.afgjort.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Svarer afgørelsen på en kendt indstilling, eller er borgeren i et forløb?",
                grene.ikke_i_forloeb("T2"),
            ),
            ellers=grene.til_akassen(
                trae.foerst(
                    trae.hvis(
                        "Er det et afslag fra 2024 eller senere uden begrundelse?",
                        trae.videresendt("T2", "Afgørelsen er givet videre til a-kassen som et brud på reglerne."),
                    ),
                    ellers=trae.videresendt("T2", "Afgørelsen er givet videre til a-kassen."),
                )
            ),
        ),
        flag=("begrundelse_mangler", "ukendt_indstilling"),
        pligter=("begrund_over_for_akasse", "begrund_over_for_medlem"),
    ),
)
