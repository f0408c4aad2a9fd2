"""Told members between a-kasse and jobcenter: recommendations, participation, suggestions, handovers answered, two a-kasser.

Sources: the guidance to the trial order, VEJL §2(2), §4(2), §4(3), §5, §8, §11(2), and the proposal in force from 2024.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import Forudsaetninger
from sandbox.fortaellinger.pen import LOV, kl
from sandbox.personer import Personregister

D = Decimal

#: DFDG's codes without which the plan, the CV and an activity are not told (M3).
PLANKODER = ("minplan.tjeneste", "jobmaal.tjeneste")
CVKODER = ("cvstatus.godkendt", "cvstatus.ikke_godkendt")
AKTIVITETSKODE = "aktivitetstype.seks_ugers_jobrettet_uddannelse"


def indstilling_bevilget(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §8(2), §11(2): the a-kasse recommends, the jobcenter grants; plan, CV and activity are the a-kasse's, until
    the handover, which the jobcenter confirms."""
    m = Medlem("sara", "Indstilling bevilget, Min Plan og cv", "01", f.kommuner[2], personer.ny(), f)
    m.opsigelsesindsats(kl(date(2022, 2, 14)))
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.vejledning(kl(date(2022, 3, 2)))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    if m.kan_koden(*CVKODER):
        m.cv_kontrolleret(kl(date(2022, 3, 14), 9), godkendt=False)
        m.cv_kontrolleret(kl(date(2022, 3, 21), 9))
    if m.kan_koden(*PLANKODER):
        m.minplan(kl(date(2022, 3, 15)), kladde=True)
        m.minplan(kl(date(2022, 3, 18)))
    indstilling = m.indstilling(kl(date(2022, 3, 22), 9))
    m.tilbud_afgjort(kl(date(2022, 3, 28), 13), indstilling)
    uddannelse = "seks_ugers_jobrettet_uddannelse"
    if m.kan_koden(AKTIVITETSKODE):
        m.aktivitet(kl(date(2022, 4, 1)), uddannelse, date(2022, 4, 11), date(2022, 5, 20), pligt=True)
    m.aktivitet(kl(date(2022, 4, 4)), "netvaerk", date(2022, 4, 11), date(2022, 4, 29), pligt=False)
    m.aktivitet(kl(date(2022, 4, 5)), "loentilskud", date(2022, 4, 11), date(2022, 4, 29), pligt=True, afvist="T4")
    m.tidlig_indsats(kl(date(2022, 4, 12)))
    m.overdragelse_modtaget(kl(date(2022, 4, 13), 9))
    return m


def indstilling_afslaaet_uden_begrundelse(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """From 2024 a rejection is reasoned to member and a-kasse, and a contact about an indstilling is no breach. After the
    handover the a-kasse joins the jobcenter's first talk if the citizen wishes."""
    m = Medlem("tom", "Afslag uden begrundelse, derefter overdraget", "02", f.kommuner[3], personer.ny(), f, LOV)
    m.tilmeldt(kl(date(2024, 2, 1), 8))
    m.samtale(kl(date(2024, 2, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2024, 2, 13)), tilmeldt=date(2024, 2, 1))
    indstilling = m.indstilling(kl(date(2024, 2, 20), 9), "mentor")
    m.jobordrekontakt(kl(date(2024, 2, 26), 10), kontaktform="brev", jobordre=False, om_indstilling=indstilling)
    m.tilbud_afgjort(kl(date(2024, 3, 4), 10), indstilling, bevilget=False, begrundet=False)
    m.jobordrekontakt(kl(date(2024, 3, 5), 10), kontaktform="brev")
    m.samtale(kl(date(2024, 3, 12), 10), ["jobsamtale"], form="video")
    m.udbetalt(kl(date(2024, 4, 29), 7), D("410.50"), D("410.50"), slutter=True)
    m.overdragelse_modtaget(kl(date(2024, 4, 30), 9))
    m.jobcentret_indkalder(kl(date(2024, 5, 6), 9), kl(date(2024, 5, 21), 10), inde=False)
    return m


def faelles_samtale_mod_oensket(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §2(2), §4(2), §4(3): asked for, the jobcenter must attend; it declines, and summons a member who is in:
    forwarded as breaches. What it had booked before it cancels; what it suggests the a-kasse answers."""
    m = Medlem("ulla", "Jobcentret mod ønsket om en fælles samtale", "03", f.kommuner[4], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.samtale_annulleret(kl(date(2022, 3, 14), 9))
    m.samtale(kl(date(2022, 3, 15), 10), ["jobsamtale"], deltagere=["Bente Bisidder"])
    start = kl(date(2022, 4, 19), 10)
    samtale = m.planlagt(kl(date(2022, 3, 22), 9), "indkaldt", start, ["faelles"])
    m.deltagelse_anmodet(kl(date(2022, 3, 23), 9), samtale, af="medlem")
    m.deltagelse_besluttet(kl(date(2022, 3, 28), 9), samtale, deltager=False, brud=True)
    jobcentrets = m.jobcentret_indkalder(kl(date(2022, 3, 29), 9), kl(date(2022, 4, 6), 9), inde=True)
    m.jobcentret_indkalder(kl(date(2022, 3, 30), 9), kl(date(2022, 4, 7), 9), inde=True, aendret=jobcentrets)
    forslag = m.indsats_foreslaaet(kl(date(2022, 4, 1), 9))
    m.forslag_besvaret(kl(date(2022, 4, 5), 9), forslag, accepteret=False)
    m.samtale(start, ["faelles"], jobcenter=False, indkaldelse=samtale)
    return m


def overdragelse_afvist(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §2(5): handed over with an open indstilling; the jobcenter refuses, and the a-kasse is told."""
    m = Medlem("viggo", "Jobcentret afviser overdragelsen", "04", f.kommuner[5], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    trukket = m.indstilling(kl(date(2022, 3, 16), 9), "befordring")
    m.indstilling_trukket(kl(date(2022, 3, 17), 9), trukket)
    m.indstilling(kl(date(2022, 3, 18), 9), "mentor")
    m.tidlig_indsats(kl(date(2022, 3, 28)), grundlag="profilafklaring")
    m.overdragelse_afvist(kl(date(2022, 3, 29), 9))
    return m


def skift_i_forsoeget(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §1(2): the new a-kasse is in the trial too, yet there is no way in for the same benefit period."""
    m = Medlem("yrsa", "Skift af a-kasse i forsøget", "05", f.kommuner[6], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 2), 8))
    m.indplaceret(kl(date(2022, 3, 14)), tilmeldt=date(2022, 3, 2))
    m.udmeldt(kl(date(2022, 4, 8)), ny_akasse="06")
    m.skift_akasse("06")
    m.indplaceret(
        kl(date(2022, 5, 4)), tilmeldt=date(2022, 3, 2), indplaceret=date(2022, 3, 2), ikke_ind=("afvist", "V12")
    )
    return m


def skift_fra_2024(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """From 2024 the new a-kasse's placement opens a course of its own, after the old one's."""
    m = Medlem("zenia", "Skift af a-kasse fra 2024", "07", f.kommuner[7], personer.ny(), f, LOV)
    m.tilmeldt(kl(date(2024, 2, 1), 8))
    m.samtale(kl(date(2024, 2, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2024, 2, 13)), tilmeldt=date(2024, 2, 1))
    m.udmeldt(kl(date(2024, 3, 8)), ny_akasse="08")
    m.skift_akasse("08")
    m.indplaceret(kl(date(2024, 4, 4)), tilmeldt=date(2024, 2, 1), forsinket=True)
    m.samtale(kl(date(2024, 4, 16), 10), ["jobsamtale"])
    return m


FORTAELLINGER = (
    indstilling_bevilget,
    indstilling_afslaaet_uden_begrundelse,
    faelles_samtale_mod_oensket,
    overdragelse_afvist,
    skift_i_forsoeget,
    skift_fra_2024,
)
