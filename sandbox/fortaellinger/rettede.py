"""Told members whose story was told wrong at first, or goes on under another number: every kind of correction once.

Sources: the guidance to the trial order, VEJL §2(5), §6, §14(1)-(2).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import (
    INDSTILLING_TRUKKET,
    TILBUDSAFGOERELSE,
    Forudsaetninger,
    ForventetBesked,
    Forventning,
)
from sandbox.fortaellinger.pen import REFORM, kl, regime_ved
from sandbox.personer import Personregister

D = Decimal


def ferie_rettet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """F3, §6: registered holidays changed, given up, told wrong and withdrawn; one of the member's own comes closer."""
    m = Medlem("anders", "Ferier, der ændres, annulleres og rettes", "01", f.kommuner[3], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 5, 2), 8))
    m.indplaceret(kl(date(2022, 5, 13)), tilmeldt=date(2022, 5, 2))
    ferie = m.ferie(kl(date(2022, 5, 16), 9), 8, 3)
    m.ferie_aendret(kl(date(2022, 5, 17), 9), ferie, date(2022, 5, 24), date(2022, 5, 31))
    m.ferie_annulleret(kl(date(2022, 5, 18), 9), ferie)
    forkert = m.ferie(kl(date(2022, 5, 19), 9), 4, 2)
    m.ferie_erstattet(kl(date(2022, 5, 20), 9), forkert, date(2022, 5, 27))
    aldrig = m.ferie(kl(date(2022, 5, 23), 9), 12, 2)
    m.ferie_tilbagekaldt(kl(date(2022, 5, 24), 9), aldrig)
    egen = m.ferie(kl(date(2022, 5, 25), 9), 30, 4)
    m.ferie_aendret(kl(date(2022, 6, 15), 9), egen, date(2022, 6, 27), date(2022, 6, 30), registreret=False)
    m.samtale(kl(date(2022, 6, 20), 10), ["jobsamtale"])
    return m


def slutning_tilbagekaldt(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """A5: a payment with a wrong sum of hours ended the course; it is withdrawn, the course goes on and ends later."""
    m = Medlem("birgit", "En slutning tilbagekaldes", "02", f.kommuner[4], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    forkert = m.udbetalt(kl(date(2022, 3, 29), 7), D("148.00"), D("1480.00"), slutter=True)
    m.slutning_tilbagekaldt(kl(date(2022, 3, 30), 9), forkert)
    m.udbetalt(kl(date(2022, 3, 30), 10), D("148.00"), D("148.00"))
    m.samtale(kl(date(2022, 4, 20), 10), ["faelles"], jobcenter=True)
    m.udbetalt(kl(date(2022, 5, 30), 7), D("280.00"), D("428.00"), slutter=True)
    return m


def aarsag_rettet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """A2, §2(5): the last registration of the cause counts, the handover goes again; an open marking has no cause."""
    m = Medlem("carl", "En forkert årsag rettes", "03", f.kommuner[5], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.aarsag_rettet_for_tidligt(kl(date(2022, 4, 1)), "45")
    m.tidlig_indsats(kl(date(2022, 4, 12)))
    m.aarsag_rettet(kl(date(2022, 4, 14)), "45", date(2022, 4, 12))
    m.overdragelse_modtaget(kl(date(2022, 4, 19), 9))
    return m


def indplacering_rettet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """R2, §14(1)-(2): the placement was told with a wrong day; within the trial the start is updated."""
    m = Medlem("dorte", "En indplaceringsdato rettes", "04", f.kommuner[6], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.indplacering_rettet(kl(date(2022, 3, 14)), date(2022, 3, 3), date(2022, 3, 3))
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale"])
    m.tidlig_indsats(kl(date(2022, 4, 12)))
    return m


def cpr_skiftet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """A new CPR number: the story goes on under it, for a-kasse, jobcenter and DFDG alike."""
    m = Medlem("erik", "Nyt CPR-nummer midt i forløbet", "05", f.kommuner[7], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.cpr_skiftet(kl(date(2022, 3, 21)), personer.ny())
    m.samtale(kl(date(2022, 3, 29), 10), ["jobsamtale"])
    m.ferie(kl(date(2022, 4, 1), 9), 6, 3)
    return m


def indlaest(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """A course that another system made at DFDG is taken over in the middle, and ends by its hours."""
    m = Medlem("fie", "Et løbende forløb indlæses", "06", f.kommuner[8], personer.ny(), f)
    m.indlaest(kl(date(2022, 4, 4), 8), date(2022, 3, 1), D("148.00"), samtaler=[date(2022, 3, 15)])
    m.samtale(kl(date(2022, 4, 12), 10), ["jobsamtale"])
    m.udbetalt(kl(date(2022, 4, 29), 7), D("148.00"), D("296.00"))
    m.udbetalt(kl(date(2022, 5, 30), 7), D("148.00"), D("444.00"), slutter=True)
    return m


def samtale_og_tilbud_rettet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """A held talk cannot be taken back at DFDG: the a-kasse owes the correction there. What the parties were told is told
    anew: a withdrawn indstilling, a withdrawn decision; guidance that was not given leaves nothing behind."""
    m = Medlem("gunnar", "Samtale, indstilling og afgørelse tilbagekaldes", "07", f.kommuner[9], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    samtale = m.samtale(kl(date(2022, 3, 15), 10), ["jobsamtale"])
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale", "raadighed"], deltagere=["Bente Bisidder", "Tove Tolk"])
    m.samtale_tilbagekaldt(kl(date(2022, 3, 23), 9), samtale)
    vejledning = m.vejledning(kl(date(2022, 3, 24), 9))
    m.tilbagekald(kl(date(2022, 3, 24), 10), vejledning, Forventning("noteret"))
    fortrudt = m.indstilling(kl(date(2022, 3, 25), 9), "befordring")
    m.indstillinger.pop(fortrudt)
    trukket = ForventetBesked(INDSTILLING_TRUKKET, m.jobcenter, {"indstillingId": fortrudt})
    m.tilbagekald(kl(date(2022, 3, 25), 10), m.sidste(), Forventning("videresendt", beskeder=(trukket,)))
    indstilling = m.indstilling(kl(date(2022, 3, 28), 9))
    afgjort = m.tilbud_afgjort(kl(date(2022, 4, 4), 9), indstilling)
    taget_tilbage = ForventetBesked(TILBUDSAFGOERELSE, m.part, {"indstillingId": indstilling})
    m.tilbagekald(kl(date(2022, 4, 5), 9), afgjort, Forventning("videresendt", beskeder=(taget_tilbage,)))
    m.afvent(TILBUDSAFGOERELSE, m.sidste())
    m.tidlig_indsats(kl(date(2022, 4, 12)))
    return m


def i_dag(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """S7, S12, R5: a member of these days. Talks that are still to come are registered as summonses, purpose by purpose;
    at the handover the jobsamtale lapses and the cv stays."""
    tilmeldt = f.idag - timedelta(days=40)
    regime = regime_ved(tilmeldt)
    m = Medlem("ida", "Samtaler, der stadig er planlagt", "08", f.kommuner[10], personer.ny(), f, regime)
    m.tilmeldt(kl(tilmeldt, 8))
    m.samtale(kl(tilmeldt + timedelta(days=7), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(tilmeldt + timedelta(days=10)), tilmeldt=tilmeldt)
    m.fritaget(kl(tilmeldt + timedelta(days=11)), tilmeldt + timedelta(days=14), afvist=regime != REFORM)
    booket = m.planlagt(kl(f.idag - timedelta(days=9), 9), "booket", kl(f.idag + timedelta(days=10), 10), ["raadighed"])
    m.planlagt(
        kl(f.idag - timedelta(days=8), 9),
        "aendret",
        kl(f.idag + timedelta(days=12), 10),
        ["raadighed"],
        samtale_id=booket,
        form="digitalt",
    )
    m.planlagt(kl(f.idag - timedelta(days=7), 9), "booket", kl(f.idag + timedelta(days=5), 9), ["cv"], afvist="S7")
    m.planlagt(kl(f.idag - timedelta(days=6), 9), "indkaldt", kl(f.idag + timedelta(days=6), 9), ["cv", "jobsamtale"])
    m.aflyst(kl(f.idag - timedelta(days=5), 9), booket, hos_dfdg=1)
    m.tidlig_indsats(kl(f.idag - timedelta(days=3)), lapser=1)
    return m


FORTAELLINGER = (
    ferie_rettet,
    slutning_tilbagekaldt,
    aarsag_rettet,
    indplacering_rettet,
    cpr_skiftet,
    indlaest,
    samtale_og_tilbud_rettet,
    i_dag,
)
