"""What ends a course, or moves it (V8-V11, V13, A1, R7): move, leaving, a new right, a wrong marking, the hours, a
regime that is closed.

Source: the guidance to the trial order (VEJL §1(2), §2(5), §9, §14(3)), STAR's call for applicants 2019 (OPSL), the
proposal in force from 2024 (L24).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from contracts.events import akasse as e
from contracts.events.interne import RegimeLukket
from gateway.rules import forloeb, grene, regimer, trae
from gateway.rules.aarsagskoder import slutdato
from gateway.rules.aendringer import Flyttet, ForloebSat, Medlemskrav, TimerOpgjort, Udmeldt, anvend
from gateway.rules.model import Afgoerelse, Besked, Fejl, Haendelse, Part, Regelopsaetning, Regime, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Bopael, Borger, Forloeb, Indstilling, Timer


def afgoer_fejloprettet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V10: wrongly marked in. Very rare, so it is flagged for operators to see."""
    ende = slutdato("38", haendelse.registreringsdato)
    return forloeb.slutning(tilstand, haendelse, "38", ende, regel="V10", flag=("fejloprettet",))


def afgoer_flyttet(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V8: inside coverage the course goes on and both jobcentres are told; outside it ends with 42.

    A move that is told after a later one (choice) moves the course nowhere, but one out of the coverage still ends it: the
    jobcenter of residence takes it over.
    """
    d: e.MedlemFlyttet = haendelse.data
    dag = haendelse.registreringsdato
    if d.flyttedato > dag:
        tekst = "Flyttedatoen ligger efter den dag, flytningen er registreret."
        fejl = Fejl("v8_fremtidig_flytning", tekst, "flyttedato", "Send hændelsen, når flytningen er sket.")
        return Afgoerelse(Status.AFVIST, tekst, regel="V8", fejl=fejl)
    aendringer = (Medlemskrav(haendelse.part.kode), Flyttet(Bopael(d.kommunekode, d.flyttedato)))
    f = tilstand.inde_hos(haendelse.part.kode, dag)
    if f is None:
        if tilstand.inde_hos_anden(haendelse.part.kode, dag) is not None:
            # J3: whose member it is DFDG has yet to say; until then the residence is as the course's own a-kasse told it.
            tekst = "Medlemmet er i en anden a-kasses forløb; flytningen flytter ingenting."
            return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="V8", aendringer=aendringer[:1])
        if tilstand.seneste_forloeb is None:
            tekst = "Flytningen er noteret; medlemmet er ikke i et forløb."
            return Afgoerelse(Status.NOTERET, tekst, regel="V8", aendringer=aendringer)
        tekst = "Medlemmet er ikke i forløbet; flytningen flytter ingenting."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="V8", aendringer=aendringer)
    if regimer.kommune_ens(f.kommunekode, d.kommunekode):
        tekst = "Flytningen er noteret; kommunen er den samme."
        return Afgoerelse(Status.NOTERET, tekst, regel="V8", regime=f.regime, aendringer=aendringer)
    bor = anvend(tilstand, aendringer).kommune(dag) or d.kommunekode
    if f.regime is Regime.FORSOEG_2020 and not regimer.daekket(o, f.akassekode, d.kommunekode, d.flyttedato):
        ende = slutdato("42", dag)
        svar = forloeb.slutning(tilstand, haendelse, "42", ende, regel="V8", aendringer=aendringer, kommunekode=bor)
        return svar if svar.registreringer else _slutter_i_dag(svar, f, bor)
    if not regimer.kommune_ens(bor, d.kommunekode):
        tekst = "Flytningen er noteret; medlemmet er flyttet videre siden."
        return Afgoerelse(Status.NOTERET, tekst, regel="V8", regime=f.regime, aendringer=aendringer)
    # An ending that lies ahead is handed over to the new kommune's jobcenter; the old one is told that it falls away.
    overdrages = d.kommunekode if f.overdraget_til is not None else None
    flyttet = replace(f, kommunekode=d.kommunekode, overdraget_til=overdrages)
    return Afgoerelse(
        Status.VIDERESENDT,
        "Flytningen er givet videre; forløbet fortsætter i a-kassen.",
        regel="V8",
        regime=f.regime,
        aendringer=(*aendringer, ForloebSat(flyttet)),
        beskeder=(
            forloeb.hos_akasse(flyttet, "tilflyttet"),
            forloeb.ophoert(f, d.flyttedato),
            *indstillinger_foelger(tilstand, flyttet),
        ),
    )


def _slutter_i_dag(svar: Afgoerelse, f: Forloeb, kommunekode: str) -> Afgoerelse:
    """V8 on the course's last day: its end stands (A3), and the new kommune's jobcenter takes it over."""
    flyttet = replace(f, kommunekode=kommunekode, overdraget_til=kommunekode)
    return replace(
        svar,
        status=Status.VIDERESENDT,
        tekst="Forløbet slutter i dag; det overdrages til den nye kommunes jobcenter.",
        regel="V8",
        aendringer=(*svar.aendringer, ForloebSat(flyttet)),
    )


def indstillinger_foelger(tilstand: Borger, f: Forloeb) -> tuple[Besked, ...]:
    """V8: the a-kasse's open indstillinger, to the jobcenter that the course now belongs to."""
    egne = (i for i in tilstand.indstillinger if i.aaben and i.akassekode == f.akassekode)
    return tuple(_indstilling_foelger(i, f) for i in egne)


def _indstilling_foelger(i: Indstilling, f: Forloeb) -> Besked:
    """V8: an open indstilling follows the member to the new jobcenter."""
    data = {"indstillingId": str(i.indstilling_id), "tilbudstype": i.tilbudstype, "begrundelse": i.begrundelse}
    if i.oensket_start is not None:
        data["oensketStart"] = i.oensket_start.isoformat()
    noegle = f"{i.indstilling_id}|{f.kommunekode}"
    return Besked("gateway.indstilling.v1", Part("jobcenter", f.kommunekode), data, noegle=noegle)


def afgoer_udmeldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V9: leaves or changes a-kasse: 43 at the end of the month of leaving."""
    d: e.MedlemUdmeldt = haendelse.data
    aendringer = (Medlemskrav(haendelse.part.kode), Udmeldt(haendelse.part.kode, d.udmeldelsesdato))
    if tilstand.seneste_forloeb is None:
        tekst = "Udmeldelsen er noteret; medlemmet er ikke i et forløb."
        return Afgoerelse(Status.NOTERET, tekst, regel="V9", aendringer=aendringer)
    ende = slutdato("43", haendelse.registreringsdato, udmeldelsesdato=d.udmeldelsesdato)
    return forloeb.slutning(tilstand, haendelse, "43", ende, regel="V9", aendringer=aendringer)


def afgoer_dagpengeret_optjent(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V11: a new right to benefits ends the old marking with 46; placed again, a new one opens (``visitation``)."""
    ende = slutdato("46", haendelse.registreringsdato)
    return forloeb.slutning(tilstand, haendelse, "46", ende, regel="V11")


def afgoer_udbetalt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A1, V13: only accumulated hours end the course; the newest accepted figure counts, a later lower one re-opens
    nothing. A degree of insurance told with the payment holds from here on."""
    d: e.DagpengeUdbetalt = haendelse.data
    dag = haendelse.registreringsdato
    aendringer: tuple[Any, ...] = (
        Medlemskrav(haendelse.part.kode),
        TimerOpgjort(Timer(d.maaned, d.timer_sammenlagt, haendelse.part.kode)),
    )
    seneste = tilstand.seneste_forloeb
    if seneste is None:
        tekst = "Timerne er noteret; medlemmet er ikke i et forløb."
        return Afgoerelse(Status.NOTERET, tekst, regel="A1", aendringer=aendringer)
    grad = d.forsikringsgrad or seneste.forsikringsgrad
    naaet = regimer.timer_naaet(seneste.regime, grad, d.timer_sammenlagt)
    flag = ("under_graensen_igen",) if not naaet and _naaet_foer(tilstand, seneste) else ()
    f = tilstand.inde_hos(haendelse.part.kode, dag)
    if f is None:
        return replace(forloeb.ikke_inde(tilstand, haendelse, "A1", aendringer), flag=flag)
    if grad != f.forsikringsgrad:
        aendringer = (*aendringer, ForloebSat(replace(f, forsikringsgrad=grad)))
    if naaet:
        return forloeb.slutning(tilstand, haendelse, "41", slutdato("41", dag), regel="A1", aendringer=aendringer)
    tekst = "Timerne er noteret; grænsen er ikke nået."
    return Afgoerelse(Status.NOTERET, tekst, regel="A1", regime=f.regime, flag=flag, aendringer=aendringer)


def _naaet_foer(tilstand: Borger, f: Forloeb) -> bool:
    """An earlier figure of the benefit period had reached the limit."""
    if f.aarsagskode == "41":
        return True
    t = tilstand.timer
    return t is not None and regimer.timer_naaet(f.regime, f.forsikringsgrad, t.timer_sammenlagt)


def afgoer_regime_lukket(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """R7: an operator closed the regime: its running course ends on that day (never before its start, A4), and goes to
    the jobcenter of residence. One that ends no later already goes on to its own end (A3)."""
    d: RegimeLukket = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, d.dato)
    if f is None or f.regime.value != d.regime:
        tekst = "Intet løbende forløb følger den ordning, der er lukket; lukningen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="R7")
    return forloeb.slutning(tilstand, haendelse, d.aarsagskode, d.dato, regel="R7", paa=d.dato)


KAPITEL = {
    "gateway.regime.lukket.v1": afgoer_regime_lukket,
    "akasse.medlem.flyttet.v1": afgoer_flyttet,
    "akasse.medlem.udmeldt.v1": afgoer_udmeldt,
    "akasse.medlem.dagpengeret-optjent.v1": afgoer_dagpengeret_optjent,
    "akasse.visitation.fejloprettet.v1": afgoer_fejloprettet,
    "akasse.dagpenge.udbetalt.v1": afgoer_udbetalt,
}


REGLER = (
    Regel(
        "R7",
        "En ordning lukkes",
        "En ordning lukkes af driften med en dato, for alle eller for én a-kasse, hvis tilladelse falder "
        "bort; aldrig af sig selv, fordi tiden går. Løbende forløb slutter på datoen og overdrages til "
        "bopælskommunens jobcenter. Planlagte samtaler og frister bortfalder (S12); en samtale med to "
        "formål beholder det andet. En indplacering efter lukningen er ikke omfattet.",
        kilde="VEJL §12, §14(3)",
        kode=("afgoer_regime_lukket", "gateway.rules.regimer:lukning", "gateway.rules.visitation:bedoem"),
        valg="Slutdatoen er lukkedatoen og årsagen 41, medmindre en anden er nævnt. Er lukningen kendt "
        "forud, åbner en indplacering før den et forløb, der slutter den dag.",
    ),
    Regel(
        "V8",
        "Flytning",
        "Flytter medlemmet til en kommune, der ikke er omfattet på flyttedatoen, slutter forløbet med årsag "
        "42, og den nye kommunes jobcenter overtager. Er den omfattet, fortsætter forløbet: det nye "
        "jobcenter får besked om det, det gamle om, at det er ophørt, og åbne indstillinger følger med. En "
        "flyttedato efter registreringsdatoen afvises. Den, der er ude, flytter intet.",
        kilde="VEJL §1(2), §14(3)",
        kode=("afgoer_flyttet", "gateway.rules.forloeb:ophoert", "indstillinger_foelger"),
        valg="En flytning, der meddeles efter en senere flytning, flytter ikke forløbet; er kommunen ikke omfattet, slutter "
        "det, og jobcentret, hvor medlemmet nu bor, overtager. En anden a-kasses flytning flytter intet, så længe borgeren "
        "ikke har forladt den a-kasse, hvis forløb det er.",
    ),
    Regel(
        "V9",
        "Udmeldelse og skifte af a-kasse",
        "Forlader eller skifter medlemmet a-kasse, slutter forløbet med årsag 43, i forsøget også når den "
        "nye a-kasse er med; den kan ikke tage medlemmet ind i samme dagpengeperiode.",
        kilde="VEJL §1(2); L24",
        kode=("afgoer_udmeldt", "gateway.rules.visitation:bedoem"),
        valg="Fra 2024 åbner den nye a-kasses indplacering et forløb for sig.",
        vaerdier=("valg.NYT_FORLOEB_EFTER_SKIFT_FRA_2024",),
    ),
    Regel(
        "V10",
        "Markeret ved en fejl",
        "Er medlemmet markeret ved en fejl, slutter markeringen med årsag 38. Det er meget sjældent, så det "
        "tælles og vises for driften.",
        kilde="VEJL §2(5)",
        kode=("afgoer_fejloprettet",),
    ),
    Regel(
        "V13",
        "Et job afslutter ikke forløbet",
        "Et job slutter ikke forløbet. Kun de sammenlagte dagpengetimer tæller: den, der kommer tilbage et "
        "halvt år senere med timer i behold, er stadig inde.",
        kilde="VEJL §9",
        kode=("afgoer_udbetalt",),
    ),
    Regel(
        "A1",
        "Timegrænsen",
        "Når de sammenlagte timer ved en udbetaling når ordningens grænse (i forsøget) eller overstiger den "
        "(fra 2024), slutter forløbet med årsag 41. Grænsen er lavere for deltidsforsikrede. Måneden er "
        "den, hvor udbetalingen registreres. Den nyeste opgørelse gælder; en senere lavere åbner intet "
        "igen, men mærkes under_graensen_igen.",
        kilde="VEJL §9; OPSL",
        kode=("afgoer_udbetalt", "gateway.rules.regimer:timer_naaet"),
        valg="Kilderne siger både, at timerne skal nå grænsen, og at de skal overstige den; hver ordning har sit "
        "svar (`graense_medregnet`).",
        parametre=("timegraense", "graense_medregnet"),
    ),
)


#: What a handover leaves with the a-kasse (O5).
_PLIGTER = ("underret_medlem", "vejled_om_pligter")

TRAEER = (
    trae.Trae(
        "flyttet",
        "Medlemmet er flyttet",
        ("akasse.medlem.flyttet.v1",),
        trae.foerst(
            trae.hvis(
                "Ligger flyttedatoen efter registreringsdatoen?",
                trae.afvist(
                    "V8",
                    "v8_fremtidig_flytning",
                    "Flyttedatoen ligger efter den dag, flytningen er registreret.",
                ),
            ),
            trae.hvis_ikke(
                "Er medlemmet i forløbet hos a-kassen?",
                trae.foerst(
                    trae.hvis(
                        "Er medlemmet i en anden a-kasses forløb uden at have forladt den?",
                        trae.uden_virkning(
                            "V8", "Medlemmet er i en anden a-kasses forløb; flytningen flytter ingenting."
                        ),
                    ),
                    trae.hvis_ikke(
                        "Har medlemmet haft et forløb?",
                        trae.noteret("V8", "Flytningen er noteret; medlemmet er ikke i et forløb."),
                    ),
                    ellers=trae.uden_virkning("V8", "Medlemmet er ikke i forløbet; flytningen flytter ingenting."),
                ),
            ),
            trae.hvis("Er kommunen den samme?", trae.noteret("V8", "Flytningen er noteret; kommunen er den samme.")),
            trae.hvis(
                "Følger forløbet forsøget, og er den nye kommune ikke omfattet på flyttedatoen?",
                trae.foerst(
                    trae.hvis(
                        "Slutter forløbet allerede i dag?",
                        trae.videresendt(
                            "V8", "Forløbet slutter i dag; det overdrages til den nye kommunes jobcenter."
                        ),
                    ),
                    ellers=grene.slutter("V8", "42"),
                ),
            ),
            trae.hvis(
                "Er medlemmet flyttet videre siden?",
                trae.noteret("V8", "Flytningen er noteret; medlemmet er flyttet videre siden."),
            ),
            ellers=trae.videresendt("V8", "Flytningen er givet videre; forløbet fortsætter i a-kassen."),
        ),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "udmeldt",
        "Medlemmet er udmeldt af a-kassen",
        ("akasse.medlem.udmeldt.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Har medlemmet haft et forløb?",
                trae.noteret("V9", "Udmeldelsen er noteret; medlemmet er ikke i et forløb."),
            ),
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen?", grene.forbi()),
            ellers=grene.slutning("V9", "43"),
        ),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "dagpengeret-optjent",
        "Medlemmet har optjent en ny dagpengeret",
        ("akasse.medlem.dagpengeret-optjent.v1",),
        grene.afslutning("V11", "46"),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "fejloprettet",
        "Medlemmet er markeret ved en fejl",
        ("akasse.visitation.fejloprettet.v1",),
        grene.afslutning("V10", "38"),
        flag=("fejloprettet",),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "udbetalt",
        "Dagpenge er udbetalt",
        ("akasse.dagpenge.udbetalt.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Har medlemmet haft et forløb?",
                trae.noteret("A1", "Timerne er noteret; medlemmet er ikke i et forløb."),
            ),
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen?", grene.forbi()),
            trae.hvis("Er timegrænsen nået?", grene.slutning("A1", "41")),
            ellers=trae.noteret("A1", "Timerne er noteret; grænsen er ikke nået."),
        ),
        flag=("under_graensen_igen",),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "regime-lukket",
        "Driften har lukket en ordning",
        ("gateway.regime.lukket.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Følger et forløb hos a-kassen ordningen på lukkedatoen?",
                trae.uden_virkning(
                    "R7",
                    "Intet løbende forløb følger den ordning, der er lukket; lukningen har ingen virkning.",
                ),
            ),
            trae.hvis(
                "Slutter forløbet allerede den dag eller før?",
                trae.uden_virkning("A3", "Forløbet slutter allerede …; hændelsen har ingen virkning."),
            ),
            ellers=trae.registreret("R7", "Forløbet slutter … med årsag … (…)."),
        ),
        pligter=_PLIGTER,
    ),
)
