"""Which law a course follows (R1-R8): dated parameter sets, each figure with its reference.

Sources: the ministry's guidance to the trial order (VEJL §1, §9, §10, §14), STAR's call for applicants 2019 (OPSL), the
agreement (INIT), the proposal in force from 2024 (L24), the employment act as of 2024 (LAB24 §31), and the reform of
1 July 2026 as STAR describes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.rules import valg
from gateway.rules.model import Regelopsaetning, Regime, Regimelukning
from gateway.rules.regel import Regel


@dataclass(frozen=True, slots=True)
class Parametre:
    """One law's figures. Hours accumulated; talks in the jobcenter's own share and in the six months' total (O2).

    ``minimum_*``: the talks that the a-kasse holds with a member for the whole period (S1). ``andel_med_minimum``: the
    share of members with whom it must reach them; ``fritaget_hoejst``: the share that may be exempted (R5, 0 where
    nobody may). ``foerste_samtale_formaal`` is held at the latest ``foerste_samtale_dage`` days after enrolment.
    """

    regime: Regime
    fra: date
    til: date | None
    timegraense: dict[str, Decimal]
    graense_medregnet: bool
    jobcenter_jobsamtaler: int
    jobcenter_faelles: int
    i_alt_jobsamtaler: int
    i_alt_faelles: int
    faelles_findes: bool
    foerste_jobsamtale_personlig: bool
    minimum_jobsamtaler: int
    minimum_faelles: int
    andel_med_minimum: Decimal
    fritaget_hoejst: Decimal
    foerste_samtale_formaal: str
    reference: str
    foerste_samtale_dage: int = 14


#: VEJL §9: 410 hours, 333 for part-time insured; combination insured count as full-time (37 hours a week).
_TIMER = {"fuldtid": Decimal(410), "kombination": Decimal(410), "deltid": Decimal(333)}

PARAMETRE: dict[Regime, Parametre] = {
    Regime.FORSOEG_2020: Parametre(
        regime=Regime.FORSOEG_2020,
        fra=date(2020, 1, 1),
        til=valg.FORSOEG_SLUT,
        timegraense=_TIMER,
        graense_medregnet=valg.GRAENSE_MEDREGNET["forsoeg-2020"],
        jobcenter_jobsamtaler=2,
        jobcenter_faelles=1,
        i_alt_jobsamtaler=4,
        i_alt_faelles=2,
        faelles_findes=True,
        foerste_jobsamtale_personlig=False,
        minimum_jobsamtaler=2,  # VEJL §4, §10
        minimum_faelles=1,
        andel_med_minimum=Decimal(1),
        fritaget_hoejst=Decimal(0),
        foerste_samtale_formaal="cv",  # VEJL §4(1): the cv talk within two weeks
        reference="VEJL §1, §4, §9, §10, §14; OPSL; INIT",
    ),
    Regime.LOV_2024: Parametre(
        regime=Regime.LOV_2024,
        fra=date(2024, 1, 1),
        til=date(2026, 6, 30),
        timegraense=_TIMER,
        graense_medregnet=valg.GRAENSE_MEDREGNET["lov-2024"],
        jobcenter_jobsamtaler=3,
        jobcenter_faelles=0,
        i_alt_jobsamtaler=6,
        i_alt_faelles=0,
        faelles_findes=False,
        foerste_jobsamtale_personlig=True,
        minimum_jobsamtaler=3,
        minimum_faelles=0,
        andel_med_minimum=Decimal(1),
        fritaget_hoejst=Decimal(0),
        foerste_samtale_formaal="jobsamtale",
        reference="L24; LAB24 §31",
    ),
    Regime.REFORM_2026: Parametre(
        regime=Regime.REFORM_2026,
        fra=date(2026, 7, 1),
        til=None,
        timegraense=_TIMER,
        graense_medregnet=valg.GRAENSE_MEDREGNET["reform-2026"],
        jobcenter_jobsamtaler=2,
        jobcenter_faelles=0,
        i_alt_jobsamtaler=4,
        i_alt_faelles=0,
        faelles_findes=False,
        foerste_jobsamtale_personlig=True,
        minimum_jobsamtaler=2,
        minimum_faelles=0,
        andel_med_minimum=Decimal("0.75"),
        fritaget_hoejst=Decimal("0.25"),
        foerste_samtale_formaal="jobsamtale",
        reference="STAR om beskæftigelsesreformen",
    ),
}


@dataclass(frozen=True, slots=True)
class Dom:
    """The regime, or why there is none. ``regel`` is the rule that decided, ``tekst`` a clause for the kvittering."""

    regime: Regime | None
    regel: str
    tekst: str = ""


def kommune_ens(a: str, b: str) -> bool:
    """Kommune codes are written with and without the leading zero."""
    return a.lstrip("0") == b.lstrip("0")


def daekket(opsaetning: Regelopsaetning, akassekode: str, kommunekode: str, dag: date) -> bool:
    """R1: a-kasse and kommune are named in the order's annex on ``dag``, and the kommune is no frikommune then."""
    fri = any(kommune_ens(f.kommunekode, kommunekode) and f.fra <= dag <= f.til for f in opsaetning.frikommuner)
    navngivet = any(
        d.akassekode == akassekode
        and (d.kommunekode == "*" or kommune_ens(d.kommunekode, kommunekode))
        and d.fra <= dag <= d.til
        for d in opsaetning.daekning
    )
    return navngivet and not fri


def regime_for(
    opsaetning: Regelopsaetning,
    *,
    akassekode: str,
    kommunekode: str,
    tilmeldingsdato: date,
    indplaceringsdato: date,
    forsikringsgrad: str,
    timer_ved_tilmelding: Decimal | None,
) -> Dom:
    """The law of a placement (R1, R4, R5, R7). Numbers are compared with the law at enrolment."""
    dom = _dom(
        opsaetning, akassekode, kommunekode, tilmeldingsdato, indplaceringsdato, forsikringsgrad, timer_ved_tilmelding
    )
    lukket = lukning(opsaetning, dom.regime, akassekode) if dom.regime is not None else None
    if lukket is not None and indplaceringsdato > lukket.dato:
        return Dom(None, "R7", f"ordningen er lukket for nye indplaceringer efter {lukket.dato.isoformat()}")
    return dom


def lukning(opsaetning: Regelopsaetning, regime: Regime, akassekode: str) -> Regimelukning | None:
    """R7: the earliest closing of the regime that concerns the a-kasse; None while it is open."""
    egne = [x for x in opsaetning.lukkede if x.regime is regime and x.akassekode in (None, akassekode)]
    return min(egne, key=lambda x: x.dato, default=None)


def _dom(
    opsaetning: Regelopsaetning,
    akassekode: str,
    kommunekode: str,
    tilmeldingsdato: date,
    indplaceringsdato: date,
    forsikringsgrad: str,
    timer_ved_tilmelding: Decimal | None,
) -> Dom:
    if tilmeldingsdato >= PARAMETRE[Regime.REFORM_2026].fra:
        return _fra_2024(Regime.REFORM_2026, forsikringsgrad, timer_ved_tilmelding)
    if tilmeldingsdato >= PARAMETRE[Regime.LOV_2024].fra or indplaceringsdato >= valg.INDPLACERET_FRA_LOV_2024:
        return _fra_2024(Regime.LOV_2024, forsikringsgrad, timer_ved_tilmelding)
    forsoeg = PARAMETRE[Regime.FORSOEG_2020]
    if indplaceringsdato < forsoeg.fra:
        return Dom(None, "R1", "indplaceringen ligger før forsøget begyndte")
    if not daekket(opsaetning, akassekode, kommunekode, indplaceringsdato):
        return Dom(None, "R1", "a-kassen og kommunen er ikke sammen med i forsøget på indplaceringsdatoen")
    return Dom(Regime.FORSOEG_2020, "R1")


def _fra_2024(regime: Regime, forsikringsgrad: str, timer_ved_tilmelding: Decimal | None) -> Dom:
    graense = PARAMETRE[regime].timegraense[forsikringsgrad]
    if timer_ved_tilmelding is not None and timer_ved_tilmelding >= graense:
        return Dom(None, "R4", "medlemmet havde tre måneders ledighed bag sig ved tilmeldingen")
    return Dom(regime, "R4")


def timer_naaet(regime: Regime, forsikringsgrad: str, timer: Decimal) -> bool:
    """A1: the accumulated hours reach (trial) or pass (from 2024) the limit."""
    p = PARAMETRE[regime]
    graense = p.timegraense[forsikringsgrad]
    return timer >= graense if p.graense_medregnet else timer > graense


REGLER = (
    Regel(
        "R1",
        "Hvem forsøget omfatter",
        "Forsøget gælder medlemmer, der er indplaceret fra {fra} til og med {til} og tilmeldt før loven af "
        "2024. A-kassen og kommunen skal begge være nævnt i bekendtgørelsens bilag på indplaceringsdatoen; "
        "bilaget er installationens egen liste (GATEWAY_RULES__DAEKNING). En frikommune, der har sit eget "
        "forsøg med kontaktforløbet, er ikke med, så længe det varer (GATEWAY_RULES__FRIKOMMUNER).",
        kilde="VEJL §1, §14; OPSL; INIT",
        kode=("regime_for", "daekket"),
        parametre=("fra", "til"),
        regime=Regime.FORSOEG_2020,
    ),
    Regel(
        "R4",
        "Loven fra 2024",
        "Et medlem, der er tilmeldt, efter at loven trådte i kraft, følger lov-2024, også med en ældre "
        "indplacering. Medlemmet må ved tilmeldingen have under tre måneders ledighed bag sig, målt i timer "
        "mod forløbets timegrænse. Alle a-kasser og kommuner er omfattet. A-kassen holder jobsamtalerne i "
        "sin del af forløbet, jobcentret sine bagefter, og der er ingen fælles samtaler. Den første "
        "jobsamtale holdes inden for ordningens frist efter tilmeldingen. Hvad der er sagt om lov-2024, "
        "gælder også reform-2026, medmindre R5 siger andet.",
        kilde="L24; LAB24 §31",
        kode=("regime_for", "gateway.rules.visitation:bedoem"),
        valg="Tilmeldt før loven, men indplaceret fra {INDPLACERET_FRA_LOV_2024}, følger loven fra 2024.",
        parametre=(
            "fra",
            "til",
            "timegraense",
            "minimum_jobsamtaler",
            "jobcenter_jobsamtaler",
            "faelles_findes",
            "foerste_samtale_formaal",
            "foerste_samtale_dage",
        ),
        vaerdier=("valg.INDPLACERET_FRA_LOV_2024", "valg.TIMER_VED_TILMELDING_GAAR_FORUD_FRA_2024"),
    ),
    Regel(
        "R6",
        "Forsøgets slutdag",
        "Kilderne nævner to slutdage for forsøget. Den sidste dag, en indplacering kan høre under forsøget, "
        "er {FORSOEG_SLUT}.",
        kilde="VEJL indledningen, §14; EVAL",
        kode=("gateway.rules.valg:FORSOEG_SLUT", "regime_for"),
        valg='Vejledningen nævner også "fra 1. januar 2025" ét sted; den tidligere dag er brugt.',
        parametre=("til",),
        vaerdier=("valg.FORSOEG_SLUT",),
    ),
    Regel(
        "S1",
        "Samtalerne i forløbet",
        "A-kassen holder i sin del af forløbet mindst det antal jobsamtaler og fælles samtaler, som "
        "ordningen fastsætter, og den første samtale (i forsøget cv-samtalen, siden den første jobsamtale) "
        "inden for ordningens frist efter tilmeldingen. Jobcentret holder sin egen del bagefter. Antallet "
        "håndhæves ikke ved den enkelte samtale: det varsles (D1), overdrages (O2) og opgøres (D2).",
        kilde="VEJL §4, §10; OPSL; INIT; L24; LAB24 §31",
        kode=("PARAMETRE", "gateway.rules.frister:foerste_samtale_holdt", "gateway.rules.statistik"),
        parametre=(
            "minimum_jobsamtaler",
            "minimum_faelles",
            "andel_med_minimum",
            "jobcenter_jobsamtaler",
            "jobcenter_faelles",
            "i_alt_jobsamtaler",
            "i_alt_faelles",
            "foerste_samtale_formaal",
            "foerste_samtale_dage",
        ),
    ),
)
