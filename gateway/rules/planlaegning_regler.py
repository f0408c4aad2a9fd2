"""The rules that ``planlaegning`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules.bookingfrister import M1_FRITAGET
from gateway.rules.regel import Regel
from gateway.rules.trae import Knude, Trae, afvist, foerst, hvis, hvis_ikke, noteret, registreret, uden_virkning, vaelg

REGLER = (
    Regel(
        "S7",
        "Selvbooking og indkaldelse",
        "Medlemmet booker selv jobsamtaler og rådighedssamtaler, også som par. A-kassen indkalder til "
        "fælles samtaler og cv-samtaler, til en jobsamtale sammen med cv, til en rådighedssamtale sammen "
        "med en fælles, og med en begrundelse til en jobsamtale med kort varsel. Fra 2024 kan der altid "
        "indkaldes til en rådighedssamtale. En fælles samtale selvbookes aldrig. Bookingfristerne er "
        "a-kassens egne og aldrig på Jobnet; en frist for en fælles samtale eller cv-samtale afvises.",
        kilde="VEJL §4(3), §4(5), §4(6), §13(2); L24",
        kode=(
            "afgoer_indkaldt",
            "afgoer_booket",
            "afgoer_aendret",
            "afgoer_aflyst",
            "gateway.rules.bookingfrister:afgoer_frist_sat",
            "gateway.rules.indkaldelser:registreringer",
        ),
        valg="En samtale med to formål indkaldes kun, når hvert af dem må indkaldes. En plan, hvis dag er "
        "passeret, når den sendes, noteres kun, for DFDG tager ikke imod den.",
        vaerdier=("planlaegning.SELVBOOKES", "bookingfrister.UDEN_FRIST"),
    ),
    Regel(
        "S12",
        "Hvad der bortfalder ved overdragelsen",
        "Ved enhver overdragelse bortfalder åbne bookingfrister og planlagte jobsamtaler og fælles samtaler "
        "efter slutdatoen. De aflyses i DFDG og medfører ingen afmelding.",
        kilde="VEJL §14(3) analogt",
        kode=("bortfald",),
        valg="Frister, hvis virkning ville ligge efter slutdatoen, bortfalder; planlagte samtaler om cv og "
        "rådighed bliver.",
    ),
)


_UKENDT = afvist("S10", "s10_ukendt_samtale", "Samtalen er ikke kendt for borgeren.")


def _lovlig(ellers: Knude, *, booket: bool) -> Knude:
    """``planlaegning._ulovlig``."""
    uden_ret = (
        hvis(
            "Er et formål cv eller fælles, som medlemmet ikke selv booker?",
            afvist(
                "S7",
                "s7_selvbooket",
                "Medlemmet booker selv jobsamtaler og rådighedssamtaler; til cv- og fælles samtaler indkalder a-kassen.",
            ),
        )
        if booket
        else hvis(
            "Er et formål jobsamtale eller rådighed, som der ikke må indkaldes til på den måde?",
            afvist("S7", "s7_indkaldt", "Medlemmet booker selv en jobsamtale eller rådighedssamtale af denne slags."),
        )
    )
    resten = foerst(
        hvis(
            "Er den fælles efter en lov uden fælles samtaler?",
            afvist("R8", "r8_ingen_faelles", "Fælles jobsamtaler findes ikke i a-kassens forløb fra 2024."),
        ),
        hvis(
            "Er den en jobsamtale eller fælles til en dag, hvor forløbet ikke er a-kassens?",
            afvist(
                "S9",
                "s9_planlagt_uden_for_forloebet",
                "En jobsamtale eller fælles jobsamtale planlægges kun til en dag i forløbet hos a-kassen.",
            ),
        ),
        uden_ret,
        ellers=ellers,
    )
    return resten if booket else foerst(hvis("Er medlemmet fritaget den dag (M1)?", M1_FRITAGET), ellers=resten)


def _plan(*, booket: bool) -> Knude:
    """``planlaegning._planlaeg``."""
    svar = "Bookingen er registreret." if booket else "Indkaldelsen er registreret."
    sendes = foerst(
        hvis("Er noget nyt, som DFDG kan tage imod?", registreret("S7", svar)),
        hvis("Er samtalen planlagt sådan før?", uden_virkning("S7", "Samtalen er planlagt sådan før.")),
        hvis(
            "Er samtalens dag passeret?",
            noteret("S7", "Samtalen er noteret; DFDG tager ikke imod en, hvis dag er passeret."),
        ),
        ellers=noteret("S7", "Samtalen er noteret; DFDG har den."),
    )
    return foerst(
        hvis("Er samtalen holdt?", uden_virkning("S7", "Samtalen er holdt.")), ellers=_lovlig(sendes, booket=booket)
    )


def _ny_plan(*, booket: bool) -> Knude:
    return foerst(
        hvis(
            "Er samtalens id en anden a-kasses?",
            afvist("S10", "s10_samtale_id_brugt", "samtaleId er brugt om en anden samtale."),
        ),
        ellers=_plan(booket=booket),
    )


TRAEER = (
    Trae(
        "samtale-indkaldt",
        "A-kassen indkalder til en samtale",
        ("akasse.samtale.indkaldt.v1",),
        _ny_plan(booket=False),
    ),
    Trae("samtale-booket", "Medlemmet booker en samtale", ("akasse.samtale.booket.v1",), _ny_plan(booket=True)),
    Trae(
        "samtale-aendret",
        "En planlagt samtale ændres",
        ("akasse.samtale.aendret.v1",),
        foerst(
            hvis_ikke("Er samtalen kendt?", _UKENDT),
            hvis(
                "Er samtalen aflyst og ikke holdt?",
                uden_virkning("S7", "Samtalen er aflyst; ændringen har ingen virkning."),
            ),
            ellers=vaelg("Hvem planlagde den?", medlemmet=_plan(booket=True), akassen=_plan(booket=False)),
        ),
    ),
    Trae(
        "samtale-aflyst",
        "En planlagt samtale aflyses",
        ("akasse.samtale.aflyst.v1",),
        foerst(
            hvis_ikke("Er samtalen kendt?", _UKENDT),
            hvis("Er samtalen holdt?", uden_virkning("S7", "Samtalen er holdt og kan ikke aflyses.")),
            hvis("Er samtalen aflyst før, og har DFDG den ikke?", uden_virkning("S7", "Samtalen er aflyst før.")),
            hvis("Har DFDG samtalen?", registreret("S7", "Aflysningen er registreret.")),
            ellers=noteret("S7", "Aflysningen er noteret."),
        ),
    ),
)
