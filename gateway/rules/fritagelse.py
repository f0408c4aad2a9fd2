"""Exemption from the a-kasse's talks (R5): from 1 July 2026, under the reform alone, and never from the first talk.

Source: STAR on the employment reform (in force 1 July 2026): the a-kasse holds at least two jobsamtaler with at least 75 %
of the members, the first with everybody; up to 25 % may be exempted from talks. The share is a figure of supervision
(D2) and is not judged member by member. How an exemption is registered at DFDG is not public, so it is kept as state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.events import akasse as e
from gateway.rules import trae
from gateway.rules.aendringer import FritagelseSat
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.overdragelse import periodens_samtaler
from gateway.rules.regel import Regel
from gateway.rules.regimer import PARAMETRE
from gateway.rules.tilstand import Borger, Forloeb, Fritagelse

#: R5: the exemption is from the talks of the course; cv and rådighed are the a-kasse's own and are not lifted by it.
FRITAGES = frozenset({"jobsamtale"})


def fritaget_fra(tilstand: Borger, formaal: Iterable[str], dag: date) -> bool:
    """R5: whether the member is exempted on ``dag`` from a talk with these purposes, all of them."""
    return set(formaal) <= FRITAGES and any(
        x.fra <= dag and (x.til is None or dag <= x.til) for x in tilstand.fritagelser
    )


def afgoer_fritaget(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """R5: kept for a member who is in under the reform and has had the first jobsamtale; DFDG is told nothing.

    Refused: before 1 July 2026; in a course of another law (choice: a course running on that day keeps the law at
    enrolment); from before the first jobsamtale has been held. Without effect when the member is not in the course then.
    An exemption from the same day takes the earlier one's place, so that an open one can be ended.
    """
    d: e.SamtaleFritaget = haendelse.data
    reform = PARAMETRE[Regime.REFORM_2026].fra
    if min(d.fra, haendelse.registreringsdato) < reform:
        return _afvist(
            "r5_foer_reformen",
            f"Fritagelse for samtaler findes først fra {reform.isoformat()}.",
            "fra",
            f"Angiv {reform.isoformat()} eller senere.",
        )
    if d.til is not None and d.til < d.fra:
        tekst = "Fritagelsens sidste dag ligger før dens første."
        return _afvist("r5_til_foer_fra", tekst, "til", f"Angiv {d.fra.isoformat()} eller senere, eller udelad til.")
    f = tilstand.inde_hos(haendelse.part.kode, haendelse.registreringsdato)
    if f is None or (f.slutdato is not None and d.fra > f.slutdato):
        tekst = "Medlemmet er ikke i forløbet hos a-kassen; fritagelsen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="R5", regime=f.regime if f else None)
    if f.regime is not Regime.REFORM_2026:
        tekst = "Forløbet følger loven ved tilmeldingen, som ikke giver fritagelse for samtaler."
        return _afvist("r5_andet_regime", tekst, "fra", "Hold samtalerne; kun forløb fra reformen kan fritages.", f)
    if not _foerste_er_holdt(tilstand, f, d.fra):
        tekst = "Den første jobsamtale holdes med alle medlemmer."
        loesning = "Hold den første jobsamtale, og fritag fra dens dag eller senere."
        return _afvist("r5_foerste_samtale", tekst, "fra", loesning, f)
    samme = [x for x in tilstand.fritagelser if x.akassekode == haendelse.part.kode and x.fra == d.fra]
    if any(x.til == d.til for x in samme):
        return Afgoerelse(Status.UDEN_VIRKNING, "Fritagelsen er noteret før.", regel="R5", regime=f.regime)
    ny = Fritagelse(haendelse.part.kode, d.fra, d.til, samme[0].haendelse_id if samme else haendelse.id)
    return Afgoerelse(
        Status.NOTERET,
        "Fritagelsen for samtaler er noteret.",
        regel="R5",
        regime=f.regime,
        aendringer=(FritagelseSat(ny),),
    )


def _foerste_er_holdt(tilstand: Borger, f: Forloeb, fra: date) -> bool:
    return any("jobsamtale" in s.formaal and s.dato <= fra for s in periodens_samtaler(tilstand, f))


def _afvist(kode: str, tekst: str, felt: str, loesning: str, f: Forloeb | None = None) -> Afgoerelse:
    fejl = Fejl(kode, tekst, felt, loesning)
    return Afgoerelse(Status.AFVIST, tekst, regel="R5", regime=f.regime if f else None, fejl=fejl)


KAPITEL = {
    "akasse.samtale.fritaget.v1": afgoer_fritaget,
}


REGLER = (
    Regel(
        "R5",
        "Reformen fra 2026",
        "Tilmeldte fra reformens ikrafttræden følger reform-2026. A-kassen holder mindst "
        "{minimum_jobsamtaler} jobsamtaler med mindst {andel_med_minimum} af medlemmerne, den første med "
        "alle. Højst {fritaget_hoejst} kan fritages. Før reformen, i et forløb efter en anden lov og for "
        "den første samtale afvises en fritagelse.",
        kilde="STAR om beskæftigelsesreformen",
        kode=("afgoer_fritaget", "fritaget_fra", "gateway.rules.regimer:regime_for"),
        valg="Et forløb, der løber den dag, følger loven ved tilmeldingen. En fritagelse fra samme dag "
        "afløser den tidligere og løfter fristen for en jobsamtale.",
        parametre=(
            "fra",
            "minimum_jobsamtaler",
            "andel_med_minimum",
            "fritaget_hoejst",
            "foerste_jobsamtale_personlig",
        ),
        regime=Regime.REFORM_2026,
    ),
)


TRAEER = (
    trae.Trae(
        "fritaget",
        "Medlemmet fritages for samtaler",
        ("akasse.samtale.fritaget.v1",),
        trae.foerst(
            trae.hvis(
                "Ligger fritagelsen eller meddelelsen af den før reformen?",
                trae.afvist("R5", "r5_foer_reformen", "Fritagelse for samtaler findes først fra …."),
            ),
            trae.hvis(
                "Ligger dens sidste dag før dens første?",
                trae.afvist("R5", "r5_til_foer_fra", "Fritagelsens sidste dag ligger før dens første."),
            ),
            trae.hvis_ikke(
                "Er medlemmet i forløbet hos a-kassen, også på fritagelsens første dag?",
                trae.uden_virkning("R5", "Medlemmet er ikke i forløbet hos a-kassen; fritagelsen har ingen virkning."),
            ),
            trae.hvis_ikke(
                "Følger forløbet reformen?",
                trae.afvist(
                    "R5",
                    "r5_andet_regime",
                    "Forløbet følger loven ved tilmeldingen, som ikke giver fritagelse for samtaler.",
                ),
            ),
            trae.hvis_ikke(
                "Er den første jobsamtale holdt?",
                trae.afvist("R5", "r5_foerste_samtale", "Den første jobsamtale holdes med alle medlemmer."),
            ),
            trae.hvis("Er den noteret sådan før?", trae.uden_virkning("R5", "Fritagelsen er noteret før.")),
            ellers=trae.noteret("R5", "Fritagelsen for samtaler er noteret."),
        ),
    ),
)
