"""Holiday (F1-F3): who registers it, by the notice that the member gives.

Source: the guidance (VEJL §6, §13(2)). The 14 days are the member's duty of notice, no rule of DFDG's. Changing and
withdrawing are not in the guidance (choice, F3): DFDG has an update, and a deletion with a correction comment, of an
absence (STAR's page on FravaerService).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from contracts.events import akasse as e
from gateway.rules import trae
from gateway.rules.aendringer import FerieSat
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.regel import Regel
from gateway.rules.registreringer import OpretFravaer, Registrering, RetFravaer, SletFravaer
from gateway.rules.tilstand import Borger, Ferie, Forloeb

FRAVAER_FERIE = "10"
#: F1: from this notice on the member registers the holiday on Jobnet; exactly this many days is the member's.
MEDLEMMETS_VARSEL = timedelta(days=14)


#: The comment becomes part of a path at DFDG, so it is the gateway's own words, never the publisher's.
KOMMENTAR_ANNULLERET = "Ferien er annulleret"
KOMMENTAR_IKKE_GODKENDT = "Ferien er ikke godkendt"


def afgoer_anmodet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """F1, F2: asked for while in, with less than 14 days' notice: the a-kasse approves and registers it (VEJL §6).

    With 14 days or more the member registers it on Jobnet, so it is kept only, as one that is not approved is. Asked for
    after the slutdato it is the jobcenter's (VEJL §13(2)); it may lie after the handover (F2).
    """
    d: e.FerieAnmodet = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, d.anmodet_dato)
    if f is None:
        return _uden_for_forloebet()
    kendt = _kendt(tilstand, haendelse)
    if kendt is not None and kendt.godkendt and not kendt.annulleret:
        tekst = "Ferien er meddelt før; en ændring af den sendes som akasse.ferie.aendret.v1."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="F1", regime=f.regime)
    return _ny(haendelse, _ferie(haendelse), "F1", f)


def afgoer_aendret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """F3 (choice): the holiday as it stands from here on.

    One that the a-kasse registered is updated, whatever the notice, and deleted when it is no longer approved. One that
    it did not register is judged as F1 does: created when it is approved and now begins less than 14 days after it is
    asked for, otherwise kept. F1 too: a change that is asked for after the slutdato is the jobcenter's.
    """
    kendt = _kendt(tilstand, haendelse)
    if kendt is None:
        return _ukendt()
    d: e.FerieAendret = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, d.anmodet_dato)
    if f is None:
        return _uden_for_forloebet()
    if kendt.annulleret:
        tekst = "Ferien er annulleret; ændringen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="F3", regime=f.regime)
    ny = _ferie(haendelse)
    if kendt.registreret and kendt.fravaer_id is None:
        return _i_et_andet_system(replace(ny, registreret=d.godkendt), f)
    if not kendt.registreret or kendt.fravaer_id is None:
        if ny == kendt and not _akassen_registrerer(ny):
            return _uaendret(f)
        return _ny(haendelse, ny, "F3", f)
    if not d.godkendt:
        return _slet(
            haendelse, kendt.fravaer_id, ny, KOMMENTAR_IKKE_GODKENDT, "Ferien er slettet som ikke godkendt.", f
        )
    if (ny.startdato, ny.slutdato) == (kendt.startdato, kendt.slutdato):
        return _uaendret(f)
    rettet = replace(ny, registreret=True, fravaer_id=kendt.fravaer_id)
    indhold = RetFravaer(kendt.fravaer_id, FRAVAER_FERIE, ny.startdato, ny.slutdato, ny.anmodet)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Ferien er ændret til {ny.startdato.isoformat()} til {ny.slutdato.isoformat()}.",
        regel="F3",
        regime=f.regime,
        registreringer=(Registrering(haendelse.part.kode, indhold, (FerieSat(rettet),)),),
    )


def afgoer_annulleret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """F3: a registered holiday that is withdrawn is deleted with a correction comment."""
    kendt = _kendt(tilstand, haendelse)
    if kendt is None:
        return _ukendt()
    if kendt.annulleret:
        return Afgoerelse(Status.UDEN_VIRKNING, "Ferien er annulleret før.", regel="F3")
    annulleret = replace(kendt, annulleret=True)
    if kendt.registreret and kendt.fravaer_id is None:
        return _i_et_andet_system(replace(annulleret, registreret=False), None)
    if not kendt.registreret or kendt.fravaer_id is None:
        tekst = "Annulleringen er noteret; ferien var ikke registreret af a-kassen."
        return Afgoerelse(Status.NOTERET, tekst, regel="F3", aendringer=(FerieSat(annulleret),))
    return _slet(haendelse, kendt.fravaer_id, annulleret, KOMMENTAR_ANNULLERET, "Ferien er annulleret.")


def _i_et_andet_system(ferie: Ferie, f: Forloeb | None) -> Afgoerelse:
    """F3 of a holiday that another system registered before the course was taken over (``medlem.indlaest``): DFDG's
    identifier of it is not known here, so the a-kasse makes the change there."""
    return Afgoerelse(
        Status.NOTERET,
        "Ændringen er noteret; ferien er registreret af et andet system, og a-kassen retter den selv i DFDG.",
        regel="F3",
        regime=f.regime if f else None,
        pligter=(RET_I_DFDG,),
        aendringer=(FerieSat(ferie),),
    )


def _kendt(tilstand: Borger, haendelse: Haendelse) -> Ferie | None:
    """The holiday of this id, as the a-kasse itself was asked for it."""
    egne = (x for x in tilstand.ferie if x.akassekode == haendelse.part.kode)
    return next((x for x in egne if x.ferie_id == haendelse.data.ferie_id), None)


def _ferie(haendelse: Haendelse) -> Ferie:
    d: e.FerieAnmodet = haendelse.data
    return Ferie(d.ferie_id, haendelse.part.kode, d.startdato, d.slutdato, d.anmodet_dato, False, None, d.godkendt)


def _akassen_registrerer(ferie: Ferie) -> bool:
    """F1: approved, and asked for less than 14 days before it begins; exactly 14 is the member's."""
    return ferie.godkendt and ferie.startdato - ferie.anmodet < MEDLEMMETS_VARSEL


def _ny(haendelse: Haendelse, ferie: Ferie, regel: str, f: Forloeb) -> Afgoerelse:
    """F1: a holiday that is not at DFDG by the a-kasse: created, or kept only."""
    if _akassen_registrerer(ferie):
        fravaer_id = haendelse.afledt_id("ferie")
        indhold = OpretFravaer(fravaer_id, FRAVAER_FERIE, ferie.startdato, ferie.slutdato, ferie.anmodet)
        registreret = replace(ferie, registreret=True, fravaer_id=fravaer_id)
        return Afgoerelse(
            Status.REGISTRERET,
            f"Ferien fra {ferie.startdato.isoformat()} til {ferie.slutdato.isoformat()} er registreret.",
            regel=regel,
            regime=f.regime,
            registreringer=(Registrering(haendelse.part.kode, indhold, (FerieSat(registreret),)),),
        )
    medlemmets = ferie.startdato - ferie.anmodet >= MEDLEMMETS_VARSEL
    tekst = (
        "Ferien er noteret; med mindst 14 dages varsel registrerer medlemmet den selv på Jobnet."
        if medlemmets
        else "Ferien er noteret som ikke godkendt."
    )
    return Afgoerelse(Status.NOTERET, tekst, regel=regel, regime=f.regime, aendringer=(FerieSat(ferie),))


def _slet(
    haendelse: Haendelse, fravaer_id: UUID, efter: Ferie, kommentar: str, tekst: str, f: Forloeb | None = None
) -> Afgoerelse:
    """``efter``: the holiday when the absence is gone; it is no longer registered."""
    efter = replace(efter, registreret=False, fravaer_id=None)
    indhold = SletFravaer(fravaer_id, FRAVAER_FERIE, kommentar)
    return Afgoerelse(
        Status.REGISTRERET,
        tekst,
        regel="F3",
        regime=f.regime if f else None,
        registreringer=(Registrering(haendelse.part.kode, indhold, (FerieSat(efter),)),),
    )


def _uden_for_forloebet() -> Afgoerelse:
    tekst = "Ferie, der er anmodet uden for forløbet i a-kassen, hører til i jobcentret."
    fejl = Fejl("f1_uden_for_forloebet", tekst, "anmodetDato", "Medlemmet meddeler ferien til jobcentret.")
    return Afgoerelse(Status.AFVIST, tekst, regel="F1", fejl=fejl)


def _ukendt() -> Afgoerelse:
    tekst = "Ferien er ikke kendt for borgeren."
    fejl = Fejl("f3_ukendt_ferie", tekst, "ferieId", "Angiv ferieId fra en tidligere meddelt ferie.")
    return Afgoerelse(Status.AFVIST, tekst, regel="F3", fejl=fejl)


def _uaendret(f: Forloeb) -> Afgoerelse:
    return Afgoerelse(Status.UDEN_VIRKNING, "Ferien er meddelt sådan før.", regel="F3", regime=f.regime)


KAPITEL = {
    "akasse.ferie.anmodet.v1": afgoer_anmodet,
    "akasse.ferie.aendret.v1": afgoer_aendret,
    "akasse.ferie.annulleret.v1": afgoer_annulleret,
}


REGLER = (
    Regel(
        "F1",
        "Hvem der registrerer ferien",
        "Anmoder medlemmet om ferie, mens det er i forløbet, og begynder ferien med kortere varsel end "
        "{MEDLEMMETS_VARSEL}, godkender og registrerer a-kassen den (fraværstype {FRAVAER_FERIE}). Med det "
        "varsel eller mere registrerer medlemmet den selv på Jobnet, og der sendes intet; præcis "
        "{MEDLEMMETS_VARSEL} er medlemmets. Ferie, der ikke godkendes, noteres kun. Ferie, der anmodes om "
        "efter slutdatoen, hører til i jobcentret og afvises.",
        kilde="VEJL §6, §13(2)",
        kode=("afgoer_anmodet",),
        vaerdier=("ferie.MEDLEMMETS_VARSEL", "ferie.FRAVAER_FERIE"),
    ),
    Regel(
        "F2",
        "Ferie efter overdragelsen",
        "Ferie, som a-kassen er anmodet om i tide, må ligge efter overdragelsen, og overdragelsen fortæller "
        "om den (O4).",
        kilde="VEJL §6",
        kode=("afgoer_anmodet",),
    ),
    Regel(
        "F3",
        "Ferie ændres eller annulleres",
        "En ferie, som a-kassen har registreret, opdateres ved en ændring uanset varsel og slettes med en "
        "kommentar, når den annulleres eller ikke længere godkendes. En ferie, som medlemmet skulle "
        "registrere, oprettes, når ændringen giver den kortere varsel (F1).",
        kilde="DFDG's fraværsservice",
        kode=("afgoer_aendret", "afgoer_annulleret"),
        valg="Vejledningen omtaler ikke ændringer; hele reglen er vores valg.",
    ),
)


_UKENDT = trae.afvist("F3", "f3_ukendt_ferie", "Ferien er ikke kendt for borgeren.")
_FOR_SENT = trae.afvist(
    "F1", "f1_uden_for_forloebet", "Ferie, der er anmodet uden for forløbet i a-kassen, hører til i jobcentret."
)
_ANDET_SYSTEM = trae.noteret(
    "F3", "Ændringen er noteret; ferien er registreret af et andet system, og a-kassen retter den selv i DFDG."
)
_UAENDRET = trae.uden_virkning("F3", "Ferien er meddelt sådan før.")


def _efter_varslet(regel: str) -> trae.Knude:
    """``_ny``."""
    return trae.foerst(
        trae.hvis(
            "Er den godkendt og anmodet om med kortere varsel end medlemmets?",
            trae.registreret(regel, "Ferien fra … til … er registreret."),
        ),
        trae.hvis(
            "Er varslet medlemmets?",
            trae.noteret(
                regel, "Ferien er noteret; med mindst 14 dages varsel registrerer medlemmet den selv på Jobnet."
            ),
        ),
        ellers=trae.noteret(regel, "Ferien er noteret som ikke godkendt."),
    )


TRAEER = (
    trae.Trae(
        "ferie-anmodet",
        "Medlemmet anmoder om ferie",
        ("akasse.ferie.anmodet.v1",),
        trae.foerst(
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen, den dag det anmoder?", _FOR_SENT),
            trae.hvis(
                "Er ferien godkendt før?",
                trae.uden_virkning(
                    "F1", "Ferien er meddelt før; en ændring af den sendes som akasse.ferie.aendret.v1."
                ),
            ),
            ellers=_efter_varslet("F1"),
        ),
    ),
    trae.Trae(
        "ferie-aendret",
        "En ferie ændres",
        ("akasse.ferie.aendret.v1",),
        trae.foerst(
            trae.hvis_ikke("Er ferien kendt?", _UKENDT),
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen, den dag det anmoder?", _FOR_SENT),
            trae.hvis(
                "Er ferien annulleret?", trae.uden_virkning("F3", "Ferien er annulleret; ændringen har ingen virkning.")
            ),
            trae.hvis("Er den registreret af et andet system?", _ANDET_SYSTEM),
            trae.hvis_ikke(
                "Er den registreret af a-kassen?",
                trae.foerst(
                    trae.hvis("Er den meddelt sådan før?", _UAENDRET),
                    ellers=_efter_varslet("F3"),
                ),
            ),
            trae.hvis_ikke("Er den stadig godkendt?", trae.registreret("F3", "Ferien er slettet som ikke godkendt.")),
            trae.hvis("Er dagene de samme?", _UAENDRET),
            ellers=trae.registreret("F3", "Ferien er ændret til … til …."),
        ),
        pligter=("ret_i_dfdg",),
    ),
    trae.Trae(
        "ferie-annulleret",
        "En ferie annulleres",
        ("akasse.ferie.annulleret.v1",),
        trae.foerst(
            trae.hvis_ikke("Er ferien kendt?", _UKENDT),
            trae.hvis("Er den annulleret før?", trae.uden_virkning("F3", "Ferien er annulleret før.")),
            trae.hvis("Er den registreret af et andet system?", _ANDET_SYSTEM),
            trae.hvis_ikke(
                "Er den registreret af a-kassen?",
                trae.noteret("F3", "Annulleringen er noteret; ferien var ikke registreret af a-kassen."),
            ),
            ellers=trae.registreret("F3", "Ferien er annulleret."),
        ),
        pligter=("ret_i_dfdg",),
    ),
)
