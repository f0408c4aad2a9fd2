"""The told members: the guidance's own examples, each with its outcome written out.

Sources: the ministry's guidance to the order on the trial with more responsibility for the a-kasser (sections named per
story), and for the member of 2024 the act on "et forenklet kontaktforløb".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sandbox.fortaellinger import begge_veje, rettede
from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import Fortaelling, Forudsaetninger
from sandbox.fortaellinger.pen import LOV, kl
from sandbox.personer import Personregister

D = Decimal


def fortaellinger(forudsaetninger: Forudsaetninger, personer: Personregister) -> list[Fortaelling]:
    """All told members, each with persons of their own. An act whose DFDG code is not in ``koder`` is left out."""
    alle: list[Callable[[Forudsaetninger, Personregister], Medlem]] = [
        cv_og_jobsamtale_sammen,
        hundredetres_timer_og_tilbage,
        genindplaceret_med_booket_samtale,
        tidlig_indsats_efter_seks_uger,
        under_25,
        flyttet_inden_for,
        flyttet_uden_for,
        meldt_ud,
        ferie_13_og_14_dage,
        timerne_naaet,
        nedbrud,
        rettet_og_genoptaget,
        lov_2024,
        jobordre_telefon_og_brev,
        ny_dagpengeret,
    ]
    if "afmeldingsaarsag.frist_overskredet" in forudsaetninger.koder:
        alle.append(frist_overskredet)
    if "fravaerstype.mindre_intensiv.job" in forudsaetninger.koder:
        alle.append(mindre_intensiv_indsats)
    alle += begge_veje.FORTAELLINGER
    alle += rettede.FORTAELLINGER
    return [skriv(forudsaetninger, personer).fortaelling() for skriv in alle]


def cv_og_jobsamtale_sammen(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §2(3), §4(4): the cv talk and the first jobsamtale in one, then the decision; both are registered."""
    m = Medlem("anna", "Cv og jobsamtale holdt sammen, derefter markeret", "01", f.kommuner[0], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 1, 3), 8))
    m.samtale(kl(date(2022, 1, 11), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 1, 14)), tilmeldt=date(2022, 1, 3))
    m.udbetalt(kl(date(2022, 1, 31), 7), D("148.00"), D("148.00"))
    m.samtale(kl(date(2022, 2, 9), 9), ["jobsamtale", "raadighed"])
    m.udbetalt(kl(date(2022, 2, 28), 7), D("148.00"), D("296.00"))
    m.samtale(kl(date(2022, 3, 15), 13), ["faelles"], form="video", jobcenter=True)
    m.udbetalt(kl(date(2022, 3, 31), 7), D("160.33"), D("456.33"), slutter=True)
    return m


def hundredetres_timer_og_tilbage(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §9: 160 hours, a job, back half a year later: still in, the hours go on from 160."""
    m = Medlem("bo", "160 timer, i job, tilbage et halvt år senere", "02", f.kommuner[4], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 1, 3), 8))
    m.samtale(kl(date(2022, 1, 10), 10), ["cv"])
    m.indplaceret(kl(date(2022, 1, 14)), tilmeldt=date(2022, 1, 3))
    m.samtale(kl(date(2022, 1, 25), 10), ["jobsamtale"])
    m.udbetalt(kl(date(2022, 1, 31), 7), D("160.00"), D("160.00"))
    m.samtale(kl(date(2022, 8, 15), 10), ["jobsamtale"])
    m.udbetalt(kl(date(2022, 8, 31), 7), D("148.00"), D("308.00"))
    m.samtale(kl(date(2022, 9, 6), 14), ["faelles"], jobcenter=True)
    m.udbetalt(kl(date(2022, 9, 30), 7), D("120.50"), D("428.50"), slutter=True)
    return m


def genindplaceret_med_booket_samtale(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §4(3): a running course in the jobcenter with a talk booked; re-placed, so the a-kasse takes over."""
    m = Medlem("carla", "Genindplaceret med en booket samtale i jobcentret", "03", f.kommuner[5], personer.ny(), f)
    m.bookinger.append(kl(date(2022, 2, 10), 9))
    m.indplaceret(
        kl(date(2022, 2, 4)),
        tilmeldt=date(2021, 6, 1),
        indplaceret=date(2022, 2, 1),
        art="genindplaceret",
        igangvaerende=True,
    )
    m.samtale(kl(date(2022, 2, 16), 9), ["jobsamtale"])
    m.udbetalt(kl(date(2022, 2, 28), 7), D("140.00"), D("140.00"))
    return m


def tidlig_indsats_efter_seks_uger(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §10's example: cv and jobsamtale before the marking, one more jobsamtale, no fælles, early effort after
    six weeks: the jobcenter holds 2 jobsamtaler and 2 fælles."""
    m = Medlem("dan", "Tidlig indsats efter seks uger", "04", f.kommuner[6], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.udbetalt(kl(date(2022, 3, 31), 7), D("148.00"), D("148.00"))
    m.samtale(kl(date(2022, 4, 5), 9), ["jobsamtale"])
    m.tidlig_indsats(kl(date(2022, 4, 12)))
    return m


def under_25(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §2(3), §2(5): under 25, no education, no children at home: the jobcenter, in one registration."""
    m = Medlem("eva", "Under 25 år uden uddannelse", "05", f.kommuner[7], personer.ny(date(1999, 5, 17)), f)
    m.tilmeldt(kl(date(2022, 3, 7), 8))
    m.samtale(kl(date(2022, 3, 14), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 17)), tilmeldt=date(2022, 3, 7), uddannelse=False, direkte="45")
    return m


def flyttet_inden_for(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §1(2): moved to another kommune of the trial: the course goes on, both jobcentres are told."""
    m = Medlem("finn", "Flyttet til en anden kommune i forsøget", "06", f.kommuner[8], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 2), 8))
    m.samtale(kl(date(2022, 3, 9), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 15)), tilmeldt=date(2022, 3, 2))
    m.flyttet(kl(date(2022, 4, 4)), f.kommuner[9], date(2022, 4, 1))
    m.samtale(kl(date(2022, 4, 20), 10), ["jobsamtale"])
    return m


def flyttet_uden_for(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §1(2): moved out of the trial: 42, and the new kommune's jobcenter takes over."""
    akasse = next(kode for kode in f.daekning if f.udaekkede(kode))
    m = Medlem("gerda", "Flyttet ud af forsøget", akasse, f.daekkede(akasse)[0], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 2), 8))
    m.samtale(kl(date(2022, 3, 9), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 15)), tilmeldt=date(2022, 3, 2))
    m.flyttet(kl(date(2022, 4, 4)), f.udaekkede(akasse)[0], date(2022, 4, 1))
    return m


def meldt_ud(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §1(2), §2(5): leaves the a-kasse: 43 at the end of the month of leaving."""
    m = Medlem("hans", "Meldt ud af a-kassen", "07", f.kommuner[10], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 2), 8))
    m.indplaceret(kl(date(2022, 3, 14)), tilmeldt=date(2022, 3, 2))
    m.samtale(kl(date(2022, 3, 24), 10), ["raadighed", "jobsamtale"])
    m.udmeldt(kl(date(2022, 4, 8)), ny_akasse="02")
    return m


def ferie_13_og_14_dage(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §6: 13 days' notice is the a-kasse's to register, exactly 14 the member's own, unapproved is kept."""
    m = Medlem("inge", "Ferie med 13 og 14 dages varsel", "08", f.kommuner[11], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 5, 2), 8))
    m.samtale(kl(date(2022, 5, 10), 10), ["cv"])
    m.indplaceret(kl(date(2022, 5, 13)), tilmeldt=date(2022, 5, 2))
    m.ferie(kl(date(2022, 6, 1), 9), 13, 5)
    m.ferie(kl(date(2022, 6, 2), 9), 14, 5)
    m.ferie(kl(date(2022, 6, 3), 9), 3, 2, godkendt=False)
    return m


def timerne_naaet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §9: exactly 410 hours end the course with the month (41); after it nothing more comes of anything."""
    m = Medlem("jens", "410 timer nået ved månedens udgang", "01", f.kommuner[1], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale"])
    m.udbetalt(kl(date(2022, 3, 30), 7), D("160.33"), D("160.33"))
    m.udbetalt(kl(date(2022, 4, 28), 7), D("148.00"), D("308.33"))
    m.samtale(kl(date(2022, 5, 10), 10), ["faelles", "raadighed"], jobcenter=False)
    m.udbetalt(kl(date(2022, 5, 27), 7), D("101.67"), D("410.00"), slutter=True)
    m.udbetalt(kl(date(2022, 6, 28), 7), D("148.00"), D("558.00"), ude=True)
    m.samtale(kl(date(2022, 6, 29), 10), ["jobsamtale"], afvist="S9")
    return m


def nedbrud(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """DFDG is down while a talk, a holiday and the ending wait; a job-order contact and the handover do not wait."""
    m = Medlem("kirsten", "DFDG er nede midt i forløbet", "02", f.kommuner[2], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale"], under_nedbrud=True)
    m.ferie(kl(date(2022, 3, 24), 9), 6, 3, under_nedbrud=True)
    m.jobordrekontakt(kl(date(2022, 3, 25), 10), under_nedbrud=True)
    m.tidlig_indsats(kl(date(2022, 3, 28)), grundlag="profilafklaring", under_nedbrud=True)
    return m


def rettet_og_genoptaget(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Two talks told with one time: DFDG refuses the second, its followers wait, an operator corrects it to the time it
    was held, and all leave in their order."""
    m = Medlem("lars", "Et stoppet brev rettes og køres igen", "03", f.kommuner[3], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale"])
    m.samtale(
        kl(date(2022, 3, 22), 10),
        ["raadighed"],
        meldt=kl(date(2022, 3, 22), 12),
        rettet_tid=kl(date(2022, 3, 22), 10, 45),
    )
    m.ferie(kl(date(2022, 3, 24), 9), 6, 3)
    m.samtale(kl(date(2022, 4, 12), 10), ["faelles"], jobcenter=True)
    m.udbetalt(kl(date(2022, 4, 29), 7), D("148.00"), D("296.00"))
    return m


def lov_2024(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """The act from 2024: three jobsamtaler, no fælles, and the course ends when *more than* 410 hours are paid."""
    m = Medlem("mette", "Forløb efter loven fra 2024", "04", f.kommuner[4], personer.ny(), f, regime=LOV)
    m.tilmeldt(kl(date(2024, 2, 1), 8))
    m.samtale(kl(date(2024, 2, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2024, 2, 13)), tilmeldt=date(2024, 2, 1))
    m.udbetalt(kl(date(2024, 2, 29), 7), D("150.00"), D("150.00"))
    m.samtale(kl(date(2024, 3, 12), 10), ["jobsamtale"], form="telefon")
    m.udbetalt(kl(date(2024, 3, 27), 7), D("150.00"), D("300.00"))
    m.samtale(kl(date(2024, 4, 16), 10), ["raadighed", "jobsamtale"])
    m.udbetalt(kl(date(2024, 4, 29), 7), D("110.00"), D("410.00"))
    m.udbetalt(kl(date(2024, 5, 30), 7), D("0.50"), D("410.50"), slutter=True)
    return m


def jobordre_telefon_og_brev(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §8: the jobcenter phones about a job order, then writes a letter: forwarded, marked as a breach."""
    m = Medlem("niels", "Jobcentret kontakter om en jobordre", "05", f.kommuner[5], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.jobordrekontakt(kl(date(2022, 3, 21), 10))
    m.jobordrekontakt(kl(date(2022, 3, 23), 10), kontaktform="brev")
    return m


def ny_dagpengeret(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §2(5): a new right to benefits in a running course: 46 ends the old marking, then a new one opens and
    the talks count anew."""
    m = Medlem("olga", "Optjent ny dagpengeret midt i forløbet", "06", f.kommuner[6], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.samtale(kl(date(2022, 3, 8), 10), ["cv", "jobsamtale"])
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.indplaceret(kl(date(2022, 5, 20)), tilmeldt=date(2022, 3, 1), indplaceret=date(2022, 5, 16), art="genindplaceret")
    m.samtale(kl(date(2022, 6, 1), 10), ["jobsamtale"])
    m.tidlig_indsats(kl(date(2022, 6, 13)))
    return m


def frist_overskredet(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §4(3): a missed booking deadline de-registers from the day after it; DFDG takes today at the earliest. One
    that was booked under has no effect, and a fælles has no deadline."""
    m = Medlem("peter", "Bookingfristen overskredet", "07", f.kommuner[7], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.frist_sat(kl(date(2022, 3, 14), 9), date(2022, 3, 18), ["faelles"], afvist="S7")
    dag = date(2022, 3, 18)
    booket = m.frist_sat(kl(date(2022, 3, 14), 10), dag, ["raadighed"])
    m.planlagt(kl(date(2022, 3, 16)), "booket", kl(date(2022, 4, 4), 10), ["raadighed"], frist=booket)
    m.frist_overskredet(kl(date(2022, 3, 19)), booket, dag, ["raadighed"], afmeldes=False)
    dag = date(2022, 3, 25)
    frist = m.frist_sat(kl(date(2022, 3, 21)), dag, ["jobsamtale"])
    m.frist_overskredet(kl(date(2022, 3, 26)), frist, dag, ["jobsamtale"], afmeldes=True)
    return m


def mindre_intensiv_indsats(f: Forudsaetninger, personer: Personregister) -> Medlem:
    """Guidance §7: a job within six weeks lifts the duties; kept duties are not registered."""
    m = Medlem("rikke", "Mindre intensiv indsats før et nyt job", "08", f.kommuner[8], personer.ny(), f)
    m.tilmeldt(kl(date(2022, 3, 1), 8))
    m.indplaceret(kl(date(2022, 3, 11)), tilmeldt=date(2022, 3, 1))
    m.samtale(kl(date(2022, 3, 22), 10), ["jobsamtale"])
    dag = date(2022, 4, 4)
    m.mindre_intensiv(kl(dag), "job", dag, dag + timedelta(days=5), fastholdt=True)
    indsats = m.mindre_intensiv(kl(date(2022, 4, 11)), "job", date(2022, 4, 11), None)
    m.mindre_intensiv_ophoert(kl(date(2022, 5, 2)), indsats, "job", date(2022, 4, 11), date(2022, 5, 1))
    return m
