"""Opening and ending a marking at DFDG: absence 75 "Kontaktforløb er hos a-kassen" (V2, V4, A3, A4, S12).

Source: the guidance to the trial order (VEJL §2(1), §2(4)-(5), §4(3), §9); STAR's questions and answers on the trial say
that the marking is an absence of type 75.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from gateway.rules import planlaegning, pligter
from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.aendringer import ForloebSat, anvend
from gateway.rules.model import Afgoerelse, Besked, Haendelse, Part, Status
from gateway.rules.overdragelse import byg
from gateway.rules.regel import Regel
from gateway.rules.registreringer import OpretFravaer, Registrering, RetFravaer
from gateway.rules.tilstand import Borger, Forloeb

FRAVAER_KONTAKTFORLOEB = "75"


def hos_akasse(f: Forloeb, grund: str) -> Besked:
    """V4: the jobcenter of residence learns that the course is with the a-kasse, and must cancel what it has booked.

    ``grund``: ``ny``, ``genindplaceret``, ``tilflyttet`` or ``genaabnet``. Leaves on the receipt (J5).
    """
    data = {
        "forloebId": str(f.forloeb_id),
        "akassekode": f.akassekode,
        "startdato": f.startdato.isoformat(),
        "grund": grund,
    }
    noegle = f"{f.forloeb_id}|{f.kommunekode}"
    return Besked("gateway.kontaktforloeb-hos-akasse.v1", Part("jobcenter", f.kommunekode), data, noegle=noegle)


def ophoert(f: Forloeb, dato: date, grund: str = "fraflyttet") -> Besked:
    """V8: the old jobcenter has nothing more to do with the course. ``grund``: ``fraflyttet``, or ``kommune_rettet``
    where it never had (R2)."""
    data = {"forloebId": str(f.forloeb_id), "grund": grund, "dato": dato.isoformat()}
    noegle = f"{f.forloeb_id}|{f.kommunekode}"
    return Besked("gateway.kontaktforloeb-ophoert.v1", Part("jobcenter", f.kommunekode), data, noegle=noegle)


def startdato(valgt: date | None, tilmeldt: date, placeret: date, gammelt: Forloeb | None) -> date:
    """V2: the a-kasse's own start, by default the later of enrolment and placement. V11: never before the day after the
    old marking's end, so that markings do not overlap."""
    start = valgt or max(tilmeldt, placeret)
    if gammelt is not None and gammelt.slutdato is not None:
        start = max(start, gammelt.slutdato + timedelta(days=1))
    return start


def opret(f: Forloeb, fakta: tuple[Any, ...] = ()) -> Registrering:
    """Creates the marking; with an end and a cause when it is created ended (V14). ``fakta`` are true on the receipt."""
    return _marker(OpretFravaer, f, fakta)


def afslut(f: Forloeb, fakta: tuple[Any, ...] = ()) -> Registrering:
    """Updates the marking with its end and cause; carries the whole absence. ``fakta`` are true on the receipt."""
    return _marker(RetFravaer, f, fakta)


def _marker(slags: type[OpretFravaer | RetFravaer], f: Forloeb, fakta: tuple[Any, ...]) -> Registrering:
    indhold = slags(
        fravaer_id=f.fravaer_id,
        fravaertype=FRAVAER_KONTAKTFORLOEB,
        startdato=f.startdato,
        slutdato=f.slutdato,
        anmeldelsesdato=f.anmeldelsesdato,
        aarsagskode=f.aarsagskode,
    )
    return Registrering(f.akassekode, indhold, (*fakta, ForloebSat(f)))


def afsluttet(f: Forloeb, haendelse: Haendelse, aarsagskode: str, slut: date, kommunekode: str) -> Forloeb:
    """The course as it stands ended. A4: never before its start. A handover keeps its id when the end moves."""
    return replace(
        f,
        slutdato=max(slut, f.startdato),
        aarsagskode=aarsagskode,
        afsluttet_den=haendelse.registreringsdato,
        inde_til=inde_til(f, haendelse.registreringsdato),
        overdragelse_id=f.overdragelse_id or haendelse.afledt_id("overdragelse"),
        overdraget_til=kommunekode,
    )


def inde_til(f: Forloeb, dag: date) -> date:
    """The last day on which the member was in before its end is set on ``dag``: talks held until then count (S11)."""
    foer = min(dag, f.slutdato) if f.slutdato is not None else dag
    return max(f.inde_til or foer, foer)


def ikke_inde(tilstand: Borger, haendelse: Haendelse, regel: str, aendringer: tuple[Any, ...] = ()) -> Afgoerelse:
    """No effect on somebody whom the a-kasse has not in its course: never marked, out (A3), or in another's course."""
    f = tilstand.seneste_forloeb
    if f is None:
        tekst = "Medlemmet er ikke i et forløb hos a-kassen; hændelsen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel=regel, aendringer=aendringer)
    if f.akassekode != haendelse.part.kode:
        tekst = "Forløbet hører til en anden a-kasse; hændelsen har ingen virkning på det."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="V9", regime=f.regime, aendringer=aendringer)
    tekst = "Forløbet i a-kassen er allerede slut; hændelsen har ingen virkning."
    return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="A3", regime=f.regime, aendringer=aendringer)


def efter(foerst: tuple[Registrering, ...], afg: Afgoerelse) -> Afgoerelse:
    """The decision with ``foerst`` registered before its own: what waits for a receipt waits for the same one still."""
    if not foerst:
        return afg

    def rykket(nr: int | None) -> int | None:
        return None if nr is None else nr + len(foerst)

    return replace(
        afg,
        registreringer=(*foerst, *afg.registreringer),
        beskeder=tuple(replace(b, efter_registrering=rykket(b.efter_registrering)) for b in afg.beskeder),
        overdragelser=tuple(replace(x, efter_registrering=rykket(x.efter_registrering)) for x in afg.overdragelser),
    )


def slutning(
    tilstand: Borger,
    haendelse: Haendelse,
    aarsagskode: str,
    slut: date,
    *,
    regel: str,
    aendringer: tuple[Any, ...] = (),
    fakta: tuple[Any, ...] = (),
    kommunekode: str | None = None,
    flag: tuple[str, ...] = (),
    vurderet: date | None = None,
    paa: date | None = None,
) -> Afgoerelse:
    """Ends the a-kasse's course that the event's day (or ``paa``) is in, with a handover to the jobcenter (O1).

    ``aendringer``: what the event itself changes (hours, residence); ``fakta``: what the ending's receipt makes true
    besides. The handover is written with both in. A3: out, or ended no later than this would end it: no effect. S12:
    what is planned after the end is cancelled after the marking's update. ``vurderet``: the day of assessment (O6).
    """
    bagefter = anvend(tilstand, (*aendringer, *fakta))
    f = bagefter.inde_hos(haendelse.part.kode, paa or haendelse.registreringsdato)
    if f is None:
        return ikke_inde(bagefter, haendelse, regel, aendringer)
    slut_f = afsluttet(f, haendelse, aarsagskode, slut, kommunekode or f.kommunekode)
    if f.slutdato is not None and slut_f.slutdato is not None and slut_f.slutdato >= f.slutdato:
        tekst = f"Forløbet slutter allerede {f.slutdato.isoformat()}; hændelsen har ingen virkning."
        uden = (*aendringer, *fakta)
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="A3", regime=f.regime, flag=flag, aendringer=uden)
    return overdraget(
        bagefter, slut_f, haendelse, f"Forløbet slutter {slut_f.slutdato} med", afslut,
        regel=regel, aendringer=aendringer, fakta=fakta, flag=flag, vurderet=vurderet,
    )  # fmt: skip


def overdraget(
    bagefter: Borger,
    endt: Forloeb,
    haendelse: Haendelse,
    hvad: str,
    marker: Callable[[Forloeb, tuple[Any, ...]], Registrering],
    *,
    regel: str,
    aendringer: tuple[Any, ...],
    fakta: tuple[Any, ...],
    flag: tuple[str, ...],
    vurderet: date | None,
) -> Afgoerelse:
    """The course is ended (``endt``, registered by ``marker``) and handed over to the jobcenter (O1). S12: what is planned
    after the end is cancelled after the marking. ``hvad``: what the kvittering says has happened."""
    if endt.slutdato is None or endt.aarsagskode is None or endt.overdragelse_id is None or endt.overdraget_til is None:
        raise ValueError("an ended course has an end, a cause and a handover")
    aflysninger, bortfaldet = planlaegning.bortfald(bagefter, endt, endt.slutdato)
    return Afgoerelse(
        Status.REGISTRERET,
        f"{hvad} årsag {endt.aarsagskode} ({AARSAGER[endt.aarsagskode]}).",
        regel=regel,
        regime=endt.regime,
        flag=flag,
        pligter=pligter.ved_overdragelse(bagefter, endt, haendelse.registreringsdato, vurderet),
        aendringer=aendringer,
        registreringer=(marker(endt, (*fakta, *bortfaldet)), *aflysninger),
        overdragelser=(byg(bagefter, endt, endt.overdragelse_id, endt.overdraget_til, efter_registrering=0),),
    )


REGLER = (
    Regel(
        "V2",
        "Markeringen i DFDG",
        "En person er i forløbet hos a-kassen, netop så længe fraværstype {FRAVAER_KONTAKTFORLOEB} "
        '("Kontaktforløb er hos a-kassen") er åben i DFDG. Startdatoen er a-kassens egen; er den ikke '
        "oplyst, er den det seneste af tilmeldings- og indplaceringsdatoen. Slutdatoen er sidste dag i "
        "forløbet.",
        kilde="VEJL §2(1); STAR's spørgsmål og svar om forsøget",
        kode=("opret", "afslut", "startdato", "gateway.rules.indlaesning:afgoer_indlaest"),
        vaerdier=("forloeb.FRAVAER_KONTAKTFORLOEB",),
    ),
    Regel(
        "V4",
        "Jobcentret får besked om markeringen",
        "Når medlemmet er markeret, annullerer DFDG jobcentrets frister, og jobcentret skal straks aflyse "
        "en booket jobsamtale. Derfor får bopælskommunens jobcenter besked, når DFDG har kvitteret. Hvad "
        "jobcentret aflyser, får a-kassen at vide.",
        kilde="VEJL §4(3)",
        kode=("hos_akasse", "gateway.rules.jobcentersamtaler:afgoer_annulleret"),
    ),
    Regel(
        "A3",
        "Den tidligste slutdato gælder",
        "Medlemmet er inde, så længe slutdatoen ligger forude. En ny slutning med en tidligere slutdato "
        "træder i stedet for den gamle; en med en senere eller samme har ingen virkning. Efter slutdatoen "
        "har en slutning ingen virkning, og det siger kvitteringen.",
        kilde="VEJL §2(4)-(5), §9",
        kode=("slutning", "ikke_inde"),
    ),
    Regel(
        "A4",
        "Aldrig slut før start",
        "En markering slutter aldrig før sin start; ville den det, er slutdatoen startdatoen.",
        kilde="Følger af A-reglerne; kilderne er tavse",
        kode=("afsluttet",),
        valg="Slutdatoen sættes til startdatoen.",
    ),
)
