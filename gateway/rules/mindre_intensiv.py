"""Less intensive effort (M1-M3): what lifts the duties to search, to attend talks and to take offers.

Source: the guidance (VEJL §7), LAB § 106. DFDG's ids of these absence types are not public (M3): they come from the
installation's own code list, and what is unset stops with a clear error.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from contracts.events import akasse as e
from gateway.errors import Regelfejl
from gateway.rules import grene, kodebrug, trae
from gateway.rules.aendringer import MindreIntensivSat
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.regel import Regel
from gateway.rules.registreringer import OpretFravaer, Registrering, RetFravaer, SletFravaer
from gateway.rules.tilstand import Borger, Forloeb, MindreIntensivIndsats

#: Comments become part of a path at DFDG: the gateway's own words, never the publisher's.
KOMMENTAR_FASTHOLDT = "Pligterne fastholdes"
KOMMENTAR_ANDEN_GRUND = "Registreret med anden grund"

SEKS_UGER = timedelta(weeks=6)
#: Grounds whose period is six weeks; weather and lack of materials have none (LAB § 106).
MED_GRAENSE = frozenset({"job", "barsel", "efterloen_pension", "uddannelse", "arbejdsfordeling"})


def fravaerstype(o: Regelopsaetning, grund: str, startdato: date) -> str:
    """M3: DFDG's type of the ground for an effort that begins on ``startdato``. Raises ``Regelfejl`` when the code list
    lacks it."""
    brugt = kodebrug.kode(o.koder, "fravaerstype", f"mindre_intensiv.{grund}", startdato)
    if brugt.kode is None:
        raise Regelfejl(
            "kode_mangler",
            f"Koden {brugt.raekkenavn} er ikke offentlig og ikke sat i installationens kodeliste.",
            felt="grund",
            loesning=f"Sæt {brugt.raekkenavn} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
        )
    return brugt.kode


def fritaget(tilstand: Borger, dag: date) -> bool:
    """M1: whether the duties are lifted on ``dag``."""
    return any(
        m.fritaget and m.startdato <= dag and (m.slutdato is None or dag <= m.slutdato)
        for m in tilstand.mindre_intensiv
    )


def _flag(grund: str, start: date, slut: date | None) -> tuple[str, ...]:
    """M1: the event behind the ground (the job, the leave, the study) lies more than six weeks after the start."""
    for_lang = grund in MED_GRAENSE and slut is not None and slut - start > SEKS_UGER
    return ("over_seks_uger",) if for_lang else ()


def afgoer_registreret(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """M1, M2 (VEJL §7, LAB § 106(1), (3)): registered while in; duties that are kept are no exemption, so nothing is sent.

    Told again (choice): the same is without effect; other dates update the absence; another ground, which is another
    type at DFDG, deletes it and creates one; duties that are kept after all delete it.
    """
    d: e.MindreIntensivRegistreret = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, haendelse.registreringsdato)
    if f is None:
        tekst = "Mindre intensiv indsats registreres kun af a-kassen, mens medlemmet er i forløbet."
        fejl = Fejl("m1_uden_for_forloebet", tekst, "startdato", "Jobcentret registrerer den.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    kendt = _kendt(tilstand, haendelse)
    uden = MindreIntensivIndsats(d.indsats_id, haendelse.part.kode, d.grund, d.startdato, d.slutdato, False)
    if d.pligter_fastholdes is not None:
        return _fastholdt(haendelse, kendt, uden, o, f)
    registreringer: list[Registrering] = []
    if kendt is not None and kendt.fravaer_id is not None and kendt.anmeldelsesdato is not None:
        # An end that was told since is not undone by the period told again without one.
        slut = d.slutdato or kendt.slutdato
        if (kendt.grund, kendt.startdato, kendt.slutdato) == (d.grund, d.startdato, slut):
            return Afgoerelse(Status.UDEN_VIRKNING, "Indsatsen er registreret før.", regel="M1", regime=f.regime)
        if kendt.grund == d.grund:
            rettet = replace(kendt, startdato=d.startdato, slutdato=d.slutdato)
            return _registreret([_ret(haendelse, rettet, o)], rettet, f)
        registreringer.append(_slet(haendelse, kendt, replace(kendt, fritaget=False), KOMMENTAR_ANDEN_GRUND, o))
    fravaer_id = haendelse.afledt_id("mindre-intensiv")
    indhold = OpretFravaer(
        fravaer_id, fravaerstype(o, d.grund, d.startdato), d.startdato, d.slutdato, haendelse.registreringsdato
    )
    registreret = replace(uden, fritaget=True, fravaer_id=fravaer_id, anmeldelsesdato=haendelse.registreringsdato)
    registreringer.append(Registrering(haendelse.part.kode, indhold, (MindreIntensivSat(registreret),)))
    return _registreret(registreringer, registreret, f)


def _fastholdt(
    haendelse: Haendelse,
    kendt: MindreIntensivIndsats | None,
    uden: MindreIntensivIndsats,
    o: Regelopsaetning,
    f: Forloeb,
) -> Afgoerelse:
    """M2: the duties are kept; an exemption that was registered is deleted."""
    if kendt is not None and kendt.fravaer_id is not None:
        return Afgoerelse(
            Status.REGISTRERET,
            "Pligterne fastholdes; fritagelsen er slettet.",
            regel="M2",
            regime=f.regime,
            registreringer=(_slet(haendelse, kendt, uden, KOMMENTAR_FASTHOLDT, o),),
        )
    if kendt == uden:
        return Afgoerelse(Status.UDEN_VIRKNING, "Pligterne er fastholdt før.", regel="M2", regime=f.regime)
    return Afgoerelse(
        Status.NOTERET,
        "Pligterne fastholdes; der registreres ingen fritagelse.",
        regel="M2",
        regime=f.regime,
        aendringer=(MindreIntensivSat(uden),),
    )


def afgoer_ophoert(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """M1: the period ends: an update with its last day; the a-kasse's own registration, also after the handover."""
    d: e.MindreIntensivOphoert = haendelse.data
    kendt = _kendt(tilstand, haendelse)
    if kendt is None:
        tekst = "Indsatsen er ikke kendt for borgeren."
        fejl = Fejl("m1_ukendt_indsats", tekst, "indsatsId", "Angiv indsatsId fra en tidligere registreret indsats.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    if d.slutdato < kendt.startdato:
        tekst = "Slutdatoen ligger før indsatsens startdato."
        fejl = Fejl("m1_slut_foer_start", tekst, "slutdato", f"Angiv {kendt.startdato.isoformat()} eller senere.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    if d.slutdato == kendt.slutdato:
        return Afgoerelse(Status.UDEN_VIRKNING, "Indsatsen slutter allerede den dag.", regel="M1")
    slut = replace(kendt, slutdato=d.slutdato)
    if kendt.fravaer_id is None or kendt.anmeldelsesdato is None:
        tekst = "Ophøret er noteret; der var ingen fritagelse."
        return Afgoerelse(Status.NOTERET, tekst, regel="M2", aendringer=(MindreIntensivSat(slut),))
    return Afgoerelse(
        Status.REGISTRERET,
        f"Mindre intensiv indsats slutter {d.slutdato.isoformat()}.",
        regel="M1",
        flag=_flag(kendt.grund, kendt.startdato, d.slutdato),
        registreringer=(_ret(haendelse, slut, o),),
    )


def _kendt(tilstand: Borger, haendelse: Haendelse) -> MindreIntensivIndsats | None:
    """The a-kasse's own effort of this id."""
    egne = (m for m in tilstand.mindre_intensiv if m.akassekode == haendelse.part.kode)
    return next((m for m in egne if m.indsats_id == haendelse.data.indsats_id), None)


def _registreret(registreringer: list[Registrering], indsats: MindreIntensivIndsats, f: Forloeb) -> Afgoerelse:
    return Afgoerelse(
        Status.REGISTRERET,
        "Mindre intensiv indsats er registreret.",
        regel="M1",
        regime=f.regime,
        flag=_flag(indsats.grund, indsats.startdato, indsats.slutdato),
        registreringer=tuple(registreringer),
    )


def _ret(haendelse: Haendelse, indsats: MindreIntensivIndsats, o: Regelopsaetning) -> Registrering:
    """The whole absence as it stands from here on."""
    if indsats.fravaer_id is None or indsats.anmeldelsesdato is None:
        raise ValueError("an effort without an absence has nothing to update")
    type_ = fravaerstype(o, indsats.grund, indsats.startdato)
    indhold = RetFravaer(indsats.fravaer_id, type_, indsats.startdato, indsats.slutdato, indsats.anmeldelsesdato)
    return Registrering(haendelse.part.kode, indhold, (MindreIntensivSat(indsats),))


def _slet(
    haendelse: Haendelse, kendt: MindreIntensivIndsats, efter: MindreIntensivIndsats, kommentar: str, o: Regelopsaetning
) -> Registrering:
    """``efter``: the effort when the absence is gone."""
    if kendt.fravaer_id is None:
        raise ValueError("an effort without an absence has nothing to delete")
    indhold = SletFravaer(kendt.fravaer_id, fravaerstype(o, kendt.grund, kendt.startdato), kommentar)
    efter = replace(efter, fravaer_id=None, anmeldelsesdato=None)
    return Registrering(haendelse.part.kode, indhold, (MindreIntensivSat(efter),))


KAPITEL = {
    "akasse.mindre-intensiv-indsats.registreret.v1": afgoer_registreret,
    "akasse.mindre-intensiv-indsats.ophoert.v1": afgoer_ophoert,
}


REGLER = (
    Regel(
        "M1",
        "Mindre intensiv indsats",
        "Mens medlemmet er i forløbet, registrerer a-kassen mindre intensiv indsats: job, barsel, efterløn, "
        "pension eller uddannelse inden for {SEKS_UGER}, hjemsendelse ved vejrlig eller materialemangel, "
        "arbejdsfordeling. Pligten til at søge, møde og tage imod tilbud hviler imens: der indkaldes ikke, "
        "sættes ingen frist, afmeldes ikke (S8) og varsles ikke (D1). Varer den længere, hvor grænsen "
        "gælder, mærkes den over_seks_uger.",
        kilde="VEJL §7; LAB §106",
        kode=("afgoer_registreret", "afgoer_ophoert", "fritaget", "gateway.rules.bookingfrister:fritaget_afvist"),
        valg="Meddeles den igen, er det samme uden virkning, andre datoer en opdatering, en anden grund en "
        "sletning og en ny.",
        vaerdier=("mindre_intensiv.SEKS_UGER", "mindre_intensiv.MED_GRAENSE"),
    ),
    Regel(
        "M2",
        "Pligterne fastholdes",
        "Pligterne kan fastholdes til fordel for medlemmet eller ved misbrug, med en begrundelse. Så "
        "registreres ingen fritagelse, og en, der var registreret, slettes.",
        kilde="VEJL §7; LAB §106(3)",
        kode=("afgoer_registreret",),
    ),
    Regel(
        "M3",
        "Koder, der ikke er offentlige",
        "DFDG's koder for mindre intensiv indsats, a-kassens vej til Min Plan, årsagen til en afmelding og "
        "typerne fra 2024 er ikke offentlige. De står i en kodeliste med oprindelse. Så længe en kode ikke "
        "er sat, stopper hændelsen med en klar fejl; intet gættes.",
        kilde="DFDG's offentlige sider",
        kode=("fravaerstype", "gateway.rules.bookingfrister:afgoer_frist_overskredet"),
    ),
)


TRAEER = (
    trae.Trae(
        "mindre-intensiv-registreret",
        "Mindre intensiv indsats registreres",
        ("akasse.mindre-intensiv-indsats.registreret.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er medlemmet i forløbet hos a-kassen?",
                trae.afvist(
                    "M1",
                    "m1_uden_for_forloebet",
                    "Mindre intensiv indsats registreres kun af a-kassen, mens medlemmet er i forløbet.",
                ),
            ),
            trae.hvis(
                "Fastholdes pligterne (M2)?",
                trae.foerst(
                    trae.hvis(
                        "Er der en fritagelse i DFDG?",
                        trae.foerst(
                            trae.hvis_ikke("Er DFDG's kode for grunden sat (M3)?", grene.kode_mangler()),
                            ellers=trae.registreret("M2", "Pligterne fastholdes; fritagelsen er slettet."),
                        ),
                    ),
                    trae.hvis("Er det meddelt før?", trae.uden_virkning("M2", "Pligterne er fastholdt før.")),
                    ellers=trae.noteret("M2", "Pligterne fastholdes; der registreres ingen fritagelse."),
                ),
            ),
            trae.hvis("Er indsatsen registreret sådan før?", trae.uden_virkning("M1", "Indsatsen er registreret før.")),
            trae.hvis_ikke("Er DFDG's kode for grunden sat (M3)?", grene.kode_mangler()),
            ellers=trae.registreret("M1", "Mindre intensiv indsats er registreret."),
        ),
        flag=("over_seks_uger",),
    ),
    trae.Trae(
        "mindre-intensiv-ophoert",
        "Mindre intensiv indsats ophører",
        ("akasse.mindre-intensiv-indsats.ophoert.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er indsatsen kendt?", trae.afvist("M1", "m1_ukendt_indsats", "Indsatsen er ikke kendt for borgeren.")
            ),
            trae.hvis(
                "Ligger slutdatoen før dens start?",
                trae.afvist("M1", "m1_slut_foer_start", "Slutdatoen ligger før indsatsens startdato."),
            ),
            trae.hvis("Slutter den allerede den dag?", trae.uden_virkning("M1", "Indsatsen slutter allerede den dag.")),
            trae.hvis_ikke(
                "Er der en fritagelse i DFDG?", trae.noteret("M2", "Ophøret er noteret; der var ingen fritagelse.")
            ),
            trae.hvis_ikke("Er DFDG's kode for grunden sat (M3)?", grene.kode_mangler()),
            ellers=trae.registreret("M1", "Mindre intensiv indsats slutter …."),
        ),
        flag=("over_seks_uger",),
    ),
)
