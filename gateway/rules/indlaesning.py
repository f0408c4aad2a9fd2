"""A course that is already running at DFDG is taken over from another system (``medlem.indlaest``).

It is the citizen's first event from an a-kasse, says everything that the course has led to, and writes nothing. What it
says is the publisher's word until DFDG has been read: ``indlaest_kontrol`` reads it back before the first registration.

Source: the same rules as a placement's (VEJL §1, §2(1), §14; L24), for whether the course is covered at all; that the
member is in was decided by the system that marked it, and is not judged again.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from contracts.events import akasse as e
from gateway.rules import forloeb, regimer, trae, visitation
from gateway.rules.aendringer import (
    FerieSat,
    ForloebSat,
    Indlaest,
    Indplaceret,
    IndstillingSat,
    MinplanSat,
    SamtaleAfholdt,
    TimerOpgjort,
)
from gateway.rules.model import KOEBENHAVN, Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.tilstand import Borger, Ferie, Forloeb, Indstilling, Samtale, Timer

#: The time of day of talks told by date alone; only the date counts (S9, O2).
_MIDDAG = time(12)


def afgoer_indlaest(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """The whole course becomes known at once; V16: what no regime covers is not taken over."""
    if _kendt(tilstand):
        tekst = "Borgeren er kendt fra tidligere hændelser; et løbende forløb indlæses kun som den første."
        fejl = Fejl("indlaest_ikke_foerst", tekst, "cpr", "Send ændringer som de hændelser, de følger af.")
        return Afgoerelse(Status.AFVIST, tekst, regel="V2", fejl=fejl)
    d: e.MedlemIndlaest = haendelse.data
    dom = regimer.regime_for(
        o,
        akassekode=haendelse.part.kode,
        kommunekode=d.kommunekode,
        tilmeldingsdato=d.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato,
        forsikringsgrad=d.forsikringsgrad,
        timer_ved_tilmelding=d.timer_sammenlagt_ved_tilmelding,
    )
    fakta: tuple[Any, ...] = (
        visitation.medlemskrav(haendelse),
        *visitation.bopael(
            tilstand, d.kommunekode, min(d.tilmeldingsdato, d.indplaceringsdato), haendelse.registreringsdato
        ),
        Indplaceret(visitation.indplacering_efter(haendelse, d, dom.regime)),
        TimerOpgjort(Timer(f"{haendelse.registreringsdato:%Y-%m}", d.timer_sammenlagt, haendelse.part.kode)),
    )
    if dom.regime is None:
        tekst = f"Forløbet er ikke omfattet: {dom.tekst}."
        flag = (f"regel_{dom.regel.lower()}",)
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="V16", flag=flag, aendringer=fakta)
    forloeb = _forloeb(haendelse, d, dom.regime)
    return Afgoerelse(
        Status.NOTERET,
        "Det løbende forløb er indlæst; DFDG læses, før der registreres noget på det.",
        regel="V2",
        regime=dom.regime,
        aendringer=(*fakta, ForloebSat(forloeb), *_oplysninger(haendelse, d), Indlaest()),
    )


def _kendt(tilstand: Borger) -> bool:
    """An a-kasse has told of the citizen before, whatever became of it."""
    return bool(
        tilstand.medlemskaber
        or tilstand.forloeb
        or tilstand.indplacering
        or tilstand.samtaler
        or tilstand.planlagte
        or tilstand.frister
        or tilstand.ferie
        or tilstand.mindre_intensiv
        or tilstand.indstillinger
    )


def _forloeb(haendelse: Haendelse, d: e.MedlemIndlaest, regime: Regime) -> Forloeb:
    """``fravaer_kendt``: DFDG's identifier was told; otherwise the reading back finds it by type and start."""
    return Forloeb(
        forloeb_id=haendelse.afledt_id("forloeb"),
        fravaer_id=d.fravaer_identifier or haendelse.afledt_id("fravaer"),
        akassekode=haendelse.part.kode,
        kommunekode=d.kommunekode,
        regime=regime,
        indplaceringstype=d.indplaceringstype,
        tilmeldingsdato=d.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato,
        startdato=forloeb.startdato(d.startdato, d.tilmeldingsdato, d.indplaceringsdato, None),
        anmeldelsesdato=d.afgoerelsesdato,
        forsikringsgrad=d.forsikringsgrad,
        fravaer_kendt=d.fravaer_identifier is not None,
    )


def _oplysninger(haendelse: Haendelse, d: e.MedlemIndlaest) -> tuple[Any, ...]:
    """Talks held, holidays, open recommendations and Min Plan, as the other system left them."""
    kode = haendelse.part.kode
    samtaler = [
        SamtaleAfholdt(
            Samtale(
                samtale_id=haendelse.afledt_id("indlaest-samtale", str(nr)),
                akassekode=kode,
                dato=s.dato,
                tidspunkt=datetime.combine(s.dato, _MIDDAG, KOEBENHAVN),
                formaal=tuple(s.formaal),
                form=s.form,
                jobcenter_deltog=s.jobcenter_deltog,
                haendelse_id=haendelse.id,
            )
        )
        for nr, s in enumerate(d.samtaler)
    ]
    # DFDG's own identifiers of the holidays are not told: a change of one is the a-kasse's to make there (F3).
    ferie = [
        FerieSat(Ferie(x.ferie_id, kode, x.startdato, x.slutdato, haendelse.registreringsdato, registreret=True))
        for x in d.ferie
    ]
    indstillinger = [
        IndstillingSat(
            Indstilling(x.indstilling_id, kode, x.tilbudstype, begrundelse="", sendt=haendelse.registreringsdato)
        )
        for x in d.indstillinger
    ]
    plan = [MinplanSat(d.min_plan)] if d.min_plan in ("kladde", "publiceret") else []
    return (*samtaler, *ferie, *indstillinger, *plan)


KAPITEL = {"akasse.medlem.indlaest.v1": afgoer_indlaest}


TRAEER = (
    trae.Trae(
        "indlaest",
        "Et løbende forløb overtages fra et andet system",
        ("akasse.medlem.indlaest.v1",),
        trae.foerst(
            trae.hvis(
                "Er borgeren kendt fra tidligere hændelser?",
                trae.afvist(
                    "V2",
                    "indlaest_ikke_foerst",
                    "Borgeren er kendt fra tidligere hændelser; et løbende forløb indlæses kun som den første.",
                ),
            ),
            trae.hvis_ikke("Omfatter en ordning forløbet?", trae.uden_virkning("V16", "Forløbet er ikke omfattet: ….")),
            ellers=trae.noteret("V2", "Det løbende forløb er indlæst; DFDG læses, før der registreres noget på det."),
        ),
        flag=("regel_r1", "regel_r4", "regel_r7"),
    ),
)
