"""Who attends whose talk (S6): the jobcenter at the a-kasse's fælles, and from 2024 the a-kasse at the jobcenter's first.

Source: the guidance to the trial order, VEJL §4(2), §13(1): the jobcenter decides whether to attend; it must when the
a-kasse or the member asks, must not when the member declines or both agree so, and attends by video unless the member
asks for its presence. The proposal in force from 2024 (L24): no fælles; the a-kasse is a guest at the jobcenter's first talk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from contracts.events import akasse as e
from contracts.events import jobcenter as j
from gateway.rules import grene, modpart, trae
from gateway.rules.aendringer import DeltagelseSat, Medlemskrav
from gateway.rules.forloeb import ikke_inde
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.regel import Regel
from gateway.rules.registreringer import Registrering, SaetDeltagelsesvalg
from gateway.rules.tilstand import Borger, Deltagelse

DELTAGELSE_ANMODET, DELTAGELSE_BESLUTTET = "gateway.deltagelse-anmodet.v1", "gateway.deltagelse-besluttet.v1"


def afgoer_anmodet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """S6: what a-kasse and member wish goes to the jobcenter. About a talk that the jobcenter has summoned to, the choice
    is registered at DFDG besides."""
    d: e.DeltagelseAnmodet = haendelse.data
    kode = haendelse.part.kode
    jobcentrets = next((s for s in tilstand.jobcentersamtaler if s.samtale_id == d.samtale_id), None)
    f = tilstand.inde_hos(kode, haendelse.registreringsdato)
    if f is None and jobcentrets is not None and not jobcentrets.annulleret:
        f = next((x for x in reversed(tilstand.forloeb) if x.akassekode == kode), None)
    if f is None:
        return ikke_inde(tilstand, haendelse, "S6")
    egen = next((p for p in tilstand.planlagte if p.samtale_id == d.samtale_id and p.akassekode == kode), None)
    if egen is not None and "faelles" not in egen.formaal:
        tekst = "Jobcentret deltager kun i fælles samtaler."
        fejl = Fejl("s6_ikke_faelles", tekst, "samtaleId", "Angiv samtaleId fra en indkaldelse til en fælles samtale.")
        return Afgoerelse(Status.AFVIST, tekst, regel="S6", regime=f.regime, fejl=fejl)
    fakta = (Medlemskrav(kode), DeltagelseSat(_oensket(tilstand, d)))
    besked = modpart.til_jobcentret(tilstand, haendelse, DELTAGELSE_ANMODET, f)
    if jobcentrets is None:
        return Afgoerelse(
            Status.VIDERESENDT,
            "Ønsket om jobcentrets deltagelse er sendt til jobcentret.",
            regel="S6",
            regime=f.regime,
            aendringer=fakta,
            beskeder=(besked,),
            fri=True,
        )
    return Afgoerelse(
        Status.REGISTRERET,
        "Valget om a-kassens deltagelse i jobcentrets samtale er registreret.",
        regel="S6",
        regime=f.regime,
        registreringer=(Registrering(kode, SaetDeltagelsesvalg(d.samtale_id, _valg(d)), fakta),),
        beskeder=(besked,),
    )


def _valg(d: e.DeltagelseAnmodet) -> Literal["medlem_fravaelger", "akasse_fravaelger", "oensket"]:
    """The member's choice goes before the a-kasse's."""
    if d.medlem_fravaelger:
        return "medlem_fravaelger"
    return "akasse_fravaelger" if d.akasse_fravaelger else "oensket"


def _oensket(tilstand: Borger, d: e.DeltagelseAnmodet) -> Deltagelse:
    """What is named replaces what stood; a wish and its refusal by the same one exclude each other, the newest counts."""
    staar = _kendt(tilstand, d.samtale_id) or Deltagelse(d.samtale_id)
    medlem = staar.medlem_fravaelger if d.medlem_fravaelger is None else d.medlem_fravaelger
    akasse = staar.akasse_fravaelger if d.akasse_fravaelger is None else d.akasse_fravaelger
    anmodet = d.anmodet_af or staar.anmodet_af
    if d.anmodet_af == "medlem" and d.medlem_fravaelger is None:
        medlem = False
    if d.anmodet_af == "akasse" and d.akasse_fravaelger is None:
        akasse = False
    if (d.medlem_fravaelger and anmodet == "medlem") or (d.akasse_fravaelger and anmodet == "akasse"):
        anmodet = None
    personligt = staar.personligt_fremmoede if d.personligt_fremmoede is None else d.personligt_fremmoede
    return replace(
        staar, anmodet_af=anmodet, medlem_fravaelger=medlem, akasse_fravaelger=akasse, personligt_fremmoede=personligt
    )


def afgoer_besluttet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """S6: the jobcenter's decision goes to the a-kasse whose talk it is, marked when it is against what binds it."""
    d: j.DeltagelseBesluttet = haendelse.data
    dag = haendelse.registreringsdato
    f = tilstand.inde(dag)
    if f is None:
        return modpart.ikke_i_forloeb("S6")
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, dag, f.regime)
    if hindring is not None:
        return hindring
    staar = _kendt(tilstand, d.samtale_id)
    ny = replace(staar or Deltagelse(d.samtale_id), besluttet=d.deltager, form=d.form)
    return modpart.til_akassen(
        haendelse,
        DELTAGELSE_BESLUTTET,
        f.akassekode,
        regel="S6",
        regime=f.regime,
        tekst="Beslutningen er givet videre til a-kassen",
        brud=er_brud(staar, d),
        aendringer=(DeltagelseSat(ny),),
    )


def er_brud(oensket: Deltagelse | None, d: j.DeltagelseBesluttet) -> bool:
    """S6: whether the decision is against the wishes that bind the jobcenter. The member's refusal goes before the
    a-kasse's request; where nobody said anything, the jobcenter decides, and attends by video."""
    o = oensket or Deltagelse(d.samtale_id)
    if not d.deltager:
        return o.anmodet_af is not None and not o.medlem_fravaelger
    if o.medlem_fravaelger:
        return True
    if d.form is None:
        return False
    return d.form != ("personligt" if o.personligt_fremmoede else "video")


def _kendt(tilstand: Borger, samtale_id: object) -> Deltagelse | None:
    return next((x for x in tilstand.deltagelser if x.samtale_id == samtale_id), None)


KAPITEL = {
    "akasse.deltagelse.anmodet.v1": afgoer_anmodet,
    "jobcenter.deltagelse.besluttet.v1": afgoer_besluttet,
}


REGLER = (
    Regel(
        "S6",
        "Hvem der deltager i hvis samtale",
        "Jobcentret bestemmer, om det deltager i a-kassens fælles samtale. Det skal, når a-kassen eller "
        "medlemmet beder om det, og må ikke, når medlemmet afslår, eller a-kasse og medlem er enige om det. "
        "Det deltager på video, medmindre medlemmet ønsker fremmøde. En beslutning imod dette gives videre "
        "til a-kassen med mærket regelbrud. Om jobcentrets egen samtale registreres a-kassens valg i DFDG.",
        kilde="VEJL §4(2), §13(1); L24",
        kode=("afgoer_anmodet", "afgoer_besluttet", "er_brud"),
    ),
)


TRAEER = (
    trae.Trae(
        "deltagelse-anmodet",
        "A-kasse og medlem ønsker om deltagelse",
        ("akasse.deltagelse.anmodet.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er medlemmet i forløbet, eller gælder det en samtale, jobcentret har indkaldt til efter det?",
                grene.ikke_inde("S6"),
            ),
            trae.hvis(
                "Gælder det a-kassens egen samtale, der ikke er fælles?",
                trae.afvist("S6", "s6_ikke_faelles", "Jobcentret deltager kun i fælles samtaler."),
            ),
            trae.hvis(
                "Gælder det jobcentrets samtale?",
                trae.registreret("S6", "Valget om a-kassens deltagelse i jobcentrets samtale er registreret."),
            ),
            ellers=trae.videresendt("S6", "Ønsket om jobcentrets deltagelse er sendt til jobcentret."),
        ),
    ),
    trae.Trae(
        "deltagelse-besluttet",
        "Jobcentret beslutter, om det deltager",
        ("jobcenter.deltagelse.besluttet.v1",),
        trae.foerst(
            trae.hvis_ikke("Er borgeren i et forløb hos en a-kasse?", grene.ikke_i_forloeb("S6")),
            ellers=grene.til_akassen(
                trae.foerst(
                    trae.hvis(
                        "Er beslutningen imod det, a-kasse og medlem har bedt om?",
                        trae.videresendt("S6", "Beslutningen er givet videre til a-kassen som et brud på reglerne."),
                    ),
                    ellers=trae.videresendt("S6", "Beslutningen er givet videre til a-kassen."),
                )
            ),
        ),
    ),
)
