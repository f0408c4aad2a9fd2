"""Min Plan, job goals, CV and activities: the a-kasse's until the handover (P1, P2, T4).

Source: the guidance to the trial order, VEJL §11(2) (the a-kasse publishes and updates Min Plan, approves the job goals, and
registers activities that are duties) and §4(7) (it keeps the CV complete, current and searchable); STAR's call for
applicants (OPSL): of education the a-kasse grants only six weeks' job-directed education (T4, refused by the event's form).
How an a-kasse reaches Min Plan at DFDG is not public (M3).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.events import akasse as e
from gateway.rules import grene, trae
from gateway.rules.aendringer import AktivitetSat, CvKontrolleret, Medlemskrav, MinplanSat
from gateway.rules.forloeb import ikke_inde
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.regel import Regel
from gateway.rules.registreringer import GemPlan, GodkendJobmaal, OpretAktivitet, Registrering, SaetCvstatus
from gateway.rules.samtaler import foer_afgoerelsen
from gateway.rules.tilstand import Aktivitet, Borger, Cvkontrol, Forloeb


def afgoer_minplan(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """P1: a draft is saved; a published plan goes with the job goals that the a-kasse approves. O6: what is owed at an early
    handover may come after it.

    DFDG approves goals of a plan that it has, and publishes what has been drafted (8306, 8006): where no plan is known of
    the citizen, the same content is saved as a draft first.
    """
    d: e.MinplanPubliceret = haendelse.data
    kode, dag = haendelse.part.kode, haendelse.registreringsdato
    f = tilstand.inde_hos(kode, dag) or _skylder_plan(tilstand, kode)
    if f is None and not _foer_forloebet(tilstand, kode, dag):
        return ikke_inde(tilstand, haendelse, "P1")
    fakta = (Medlemskrav(kode), MinplanSat("kladde" if d.kladde else "publiceret", dag))
    gem = Registrering(kode, GemPlan(d.plan_id, d.kladde, tuple(d.jobmaal), d.beskrivelse), fakta)
    uden_kladde = not d.kladde and tilstand.minplan is None
    kladde = Registrering(
        kode,
        GemPlan(d.plan_id, True, tuple(d.jobmaal), d.beskrivelse),
        (Medlemskrav(kode), MinplanSat("kladde", dag)),
    )
    jobmaal = (Registrering(kode, GodkendJobmaal(d.plan_id, tuple(d.jobmaal))),) if d.jobmaal and not d.kladde else ()
    return Afgoerelse(
        Status.REGISTRERET,
        "Kladden til Min Plan er gemt." if d.kladde else "Min Plan er publiceret.",
        regel="P1",
        regime=f.regime if f else None,
        registreringer=(*((kladde,) if uden_kladde else ()), *jobmaal, gem),
    )


def _skylder_plan(tilstand: Borger, akassekode: str) -> Forloeb | None:
    """O6: the a-kasse's newest course, when it ended with 44 or 45 in the trial and its plan is still owed."""
    f = tilstand.seneste_forloeb
    if f is None or f.akassekode != akassekode or f.regime is not Regime.FORSOEG_2020:
        return None
    return f if f.aarsagskode in ("44", "45") and tilstand.minplan != "publiceret" else None


def _foer_forloebet(tilstand: Borger, akassekode: str, dag: date) -> bool:
    """Enrolled, and nobody has decided about the course yet: the a-kasse may begin."""
    return (
        tilstand.tilmeldingsdato is not None
        and tilstand.medlem(akassekode, dag) is not None
        and foer_afgoerelsen(tilstand, dag)
    )


def afgoer_cv(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """P2: the a-kasse's check of the CV sets its status at DFDG, until the handover; the newest counts."""
    d: e.CvKontrolleret = haendelse.data
    kode, dag = haendelse.part.kode, haendelse.registreringsdato
    f = tilstand.inde_hos(kode, dag)
    if f is None and not _foer_forloebet(tilstand, kode, dag):
        return ikke_inde(tilstand, haendelse, "P2")
    fakta = (Medlemskrav(kode), CvKontrolleret(Cvkontrol(dag, d.godkendt)))
    return Afgoerelse(
        Status.REGISTRERET,
        "Cv'et er godkendt." if d.godkendt else "Cv'et er ikke godkendt, og medlemmet kan se hvorfor.",
        regel="P2",
        regime=f.regime if f else None,
        registreringer=(Registrering(kode, SaetCvstatus(d.godkendt, d.kommentar), fakta),),
    )


def afgoer_aktivitet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """P1: an activity that is a duty is registered, a voluntary one is kept."""
    d: e.AktivitetRegistreret = haendelse.data
    kode, dag = haendelse.part.kode, haendelse.registreringsdato
    f = tilstand.inde_hos(kode, dag)
    if f is None:
        return ikke_inde(tilstand, haendelse, "P1")
    kendt = next((a for a in tilstand.aktiviteter if a.aktivitet_id == d.aktivitet_id), None)
    if kendt is not None and kendt.akassekode != kode:
        return _id_brugt()
    ny = Aktivitet(d.aktivitet_id, kode, d.aktivitetstype, d.startdato, d.slutdato, d.pligt, registreret=d.pligt)
    if kendt == ny:
        return Afgoerelse(Status.UDEN_VIRKNING, "Aktiviteten er meddelt sådan før.", regel="P1", regime=f.regime)
    if kendt is not None and kendt.registreret:
        return _aendret_i_dfdg(f, ny)
    if not d.pligt:
        return Afgoerelse(
            Status.NOTERET,
            "Den frivillige aktivitet er noteret.",
            regel="P1",
            regime=f.regime,
            aendringer=(Medlemskrav(kode), AktivitetSat(ny)),
        )
    indhold = OpretAktivitet(
        _dfdg_id(tilstand, haendelse, d.aktivitet_id), d.aktivitetstype, d.startdato, d.slutdato, d.timer_pr_uge
    )
    return Afgoerelse(
        Status.REGISTRERET,
        f"Aktiviteten fra {d.startdato.isoformat()} til {d.slutdato.isoformat()} er registreret.",
        regel="P1",
        regime=f.regime,
        registreringer=(Registrering(kode, indhold, (Medlemskrav(kode), AktivitetSat(ny))),),
    )


def _dfdg_id(tilstand: Borger, haendelse: Haendelse, aktivitet_id: UUID) -> UUID:
    """The publisher's id; a new one when an activity under it was withdrawn: the a-kasse takes that away at DFDG, which
    does not take its id again."""
    if aktivitet_id in tilstand.slettede:
        return haendelse.afledt_id("aktivitet", str(aktivitet_id))
    return aktivitet_id


def _aendret_i_dfdg(f: Forloeb, ny: Aktivitet) -> Afgoerelse:
    """DFDG has no public update or deletion of an activity: the a-kasse corrects what is registered there."""
    return Afgoerelse(
        Status.NOTERET,
        "Ændringen er noteret; a-kassen retter selv den registrerede aktivitet i DFDG.",
        regel="P1",
        regime=f.regime,
        pligter=(RET_I_DFDG,),
        aendringer=(AktivitetSat(ny),),
    )


def _id_brugt() -> Afgoerelse:
    tekst = "aktivitetId er brugt om en anden aktivitet."
    fejl = Fejl("p1_aktivitet_id_brugt", tekst, "aktivitetId", "Giv aktiviteten et nyt aktivitetId.")
    return Afgoerelse(Status.AFVIST, tekst, regel="P1", fejl=fejl)


KAPITEL = {
    "akasse.minplan.publiceret.v1": afgoer_minplan,
    "akasse.cv.kontrolleret.v1": afgoer_cv,
    "akasse.aktivitet.registreret.v1": afgoer_aktivitet,
}


REGLER = (
    Regel(
        "T4",
        "Hvad a-kassen selv bevilger",
        "A-kassen bevilger selv kun seks ugers jobrettet uddannelse. En aktivitet af jobcentrets slags "
        "afvises, når hændelsen læses.",
        kilde="OPSL",
        kode=("contracts.events.akasse:AktivitetRegistreret", "afgoer_aktivitet"),
    ),
    Regel(
        "P1",
        "Min Plan, jobmål og aktiviteter",
        "Indtil overdragelsen publicerer og ajourfører a-kassen Min Plan, godkender jobmålene og "
        "registrerer de aktiviteter, der er pligt. Frivillige noteres kun. En plan, der skyldes ved en "
        "tidlig overgang (O6), kan komme bagefter.",
        kilde="VEJL §11(2)",
        kode=("afgoer_minplan", "afgoer_aktivitet"),
    ),
    Regel(
        "P2",
        "Cv'et på Jobnet",
        "A-kassen sørger indtil overdragelsen for, at cv'et er fyldestgørende, aktuelt og søgbart. "
        "Kontrollen sætter cv'ets status i DFDG, og den nyeste gælder.",
        kilde="VEJL §4(7)",
        kode=("afgoer_cv",),
    ),
)


TRAEER = (
    trae.Trae(
        "minplan",
        "Min Plan gemmes eller publiceres",
        ("akasse.minplan.publiceret.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er medlemmet i forløbet, tilmeldt og endnu ikke afgjort, eller skyldes planen (O6)?",
                grene.ikke_inde("P1"),
            ),
            trae.hvis("Er det en kladde?", trae.registreret("P1", "Kladden til Min Plan er gemt.")),
            ellers=trae.registreret("P1", "Min Plan er publiceret."),
        ),
    ),
    trae.Trae(
        "cv-kontrolleret",
        "A-kassen har set cv'et igennem",
        ("akasse.cv.kontrolleret.v1",),
        trae.foerst(
            trae.hvis_ikke("Er medlemmet i forløbet, eller tilmeldt og endnu ikke afgjort?", grene.ikke_inde("P2")),
            trae.hvis("Er det godkendt?", trae.registreret("P2", "Cv'et er godkendt.")),
            ellers=trae.registreret("P2", "Cv'et er ikke godkendt, og medlemmet kan se hvorfor."),
        ),
    ),
    trae.Trae(
        "aktivitet",
        "En aktivitet registreres",
        ("akasse.aktivitet.registreret.v1",),
        trae.foerst(
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen?", grene.ikke_inde("P1")),
            trae.hvis(
                "Er dens id en anden a-kasses?",
                trae.afvist("P1", "p1_aktivitet_id_brugt", "aktivitetId er brugt om en anden aktivitet."),
            ),
            trae.hvis("Er den meddelt sådan før?", trae.uden_virkning("P1", "Aktiviteten er meddelt sådan før.")),
            trae.hvis(
                "Er den registreret i DFDG?",
                trae.noteret("P1", "Ændringen er noteret; a-kassen retter selv den registrerede aktivitet i DFDG."),
            ),
            trae.hvis_ikke("Er den en pligt?", trae.noteret("P1", "Den frivillige aktivitet er noteret.")),
            ellers=trae.registreret("P1", "Aktiviteten fra … til … er registreret."),
        ),
        pligter=("ret_i_dfdg",),
    ),
)
