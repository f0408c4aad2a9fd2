"""The rules that ``til_jobcentret`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules import grene
from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.regel import Regel
from gateway.rules.til_jobcentret import ALDERSGRAENSE
from gateway.rules.trae import Knude, Trae, afvist, foerst, hvis, hvis_ikke, registreret, uden_virkning, vaelg

REGLER = (
    Regel(
        "V5",
        "Unge uden uddannelse og børn hører til i jobcentret",
        "Er medlemmet under {ALDERSGRAENSE} år på vurderingsdagen, uden erhvervskompetencegivende "
        "uddannelse og uden forsørgerpligt over for hjemmeboende børn, hører forløbet til i jobcentret med "
        "årsag 45, også fra 2024. Alderen følger af cpr-nummeret, hvor syvende ciffer giver århundredet. "
        "Meddeles det udtrykkeligt, skal alle tre betingelser være opfyldt; ellers afvises det. Årsag 45 "
        "går forud for 44.",
        kilde="VEJL §2(3); LAB24 §42(3)",
        kode=(
            "i_uddannelsesmaalgruppe",
            "afgoer_uddannelsespaalaeg",
        ),
        vaerdier=("til_jobcentret.ALDERSGRAENSE",),
    ),
    Regel(
        "V6",
        "Behov for en tidlig indsats",
        "Viser profilafklaringen eller en samtale, at medlemmet har brug for en tidlig indsats, overgår "
        "forløbet til jobcentret med årsag 44.",
        kilde="VEJL §2(3)",
        kode=("afgoer_behov_for_tidlig_indsats",),
    ),
    Regel(
        "V7",
        "Tvivl om rådigheden efter myndighedernes kontrol",
        "Har myndighedernes kontrolaktion givet anledning til tvivl om den almindelige rådighed "
        "(straksaktivering), overgår forløbet til jobcentret med årsag 44.",
        kilde="VEJL §2(4)",
        kode=("afgoer_behov_for_tidlig_indsats",),
    ),
    Regel(
        "V14",
        "Hører til i jobcentret uden at have været markeret",
        "Vurderes det, at et omfattet medlem hører til i jobcentret (V5, V6, V7), før der er en markering, "
        "oprettes den i én registrering med start, slutdato og årsag. Jobcentret får kun overdragelsen, og "
        "den fortæller, at DFDG har annulleret jobcentrets frister og bookinger.",
        kilde="VEJL §2(5)",
        kode=("hoerer_til_i_jobcentret", "uden_markering"),
        valg="Én registrering opretter markeringen afsluttet; den åbnes ikke først.",
    ),
)


#: What a handover leaves with the a-kasse (O5, O6).
PLIGTER = ("underret_medlem", "vejled_om_pligter", "minplan_kladde", "minplan_publiceret")


def fra_begyndelsen(regel: str, aarsagskode: str) -> Knude:
    """``til_jobcentret.hoerer_til_i_jobcentret``."""
    hvorfor = f"årsag {aarsagskode} ({AARSAGER[aarsagskode]})"
    return registreret(regel, f"Medlemmet hører til i jobcentret fra begyndelsen, {hvorfor}.")


def uden_markering(opret: Knude) -> Knude:
    """``til_jobcentret.uden_markering``."""
    return foerst(
        hvis("Har medlemmet haft et forløb?", grene.forbi()),
        hvis_ikke(
            "Er medlemmet tilmeldt eller indplaceret?",
            uden_virkning("V16", "Medlemmet er hverken tilmeldt eller indplaceret."),
        ),
        hvis_ikke("Er medlemmet omfattet af en ordning?", uden_virkning("V16", "Medlemmet er ikke omfattet.")),
        ellers=opret,
    )


TRAEER = (
    Trae(
        "behov-for-tidlig-indsats",
        "Medlemmet har behov for en tidlig indsats",
        ("akasse.visitation.behov-for-tidlig-indsats.v1",),
        vaelg(
            "Hvad er grundlaget?",
            profilafklaring_eller_samtale=foerst(
                hvis_ikke("Er medlemmet i forløbet hos a-kassen?", uden_markering(fra_begyndelsen("V6", "44"))),
                ellers=grene.slutning("V6", "44"),
            ),
            kontrolaktion=foerst(
                hvis_ikke("Er medlemmet i forløbet hos a-kassen?", uden_markering(fra_begyndelsen("V7", "44"))),
                ellers=grene.slutning("V7", "44"),
            ),
        ),
        pligter=PLIGTER,
    ),
    Trae(
        "uddannelsespaalaeg",
        "Medlemmet er i målgruppen for uddannelsespålæg",
        ("akasse.visitation.uddannelsespaalaeg.v1",),
        foerst(
            hvis(
                f"Er medlemmet fyldt {ALDERSGRAENSE} år på vurderingsdatoen?",
                afvist(
                    "V5",
                    "v5_kriterium",
                    f"Uddannelsespålæg kan ikke registreres: medlemmet er fyldt {ALDERSGRAENSE} år på vurderingsdatoen.",
                ),
            ),
            hvis(
                "Har medlemmet en erhvervskompetencegivende uddannelse?",
                afvist(
                    "V5",
                    "v5_kriterium",
                    "Uddannelsespålæg kan ikke registreres: medlemmet har en erhvervskompetencegivende uddannelse.",
                ),
            ),
            hvis(
                "Har medlemmet forsørgerpligt over for hjemmeboende børn?",
                afvist(
                    "V5",
                    "v5_kriterium",
                    "Uddannelsespålæg kan ikke registreres: medlemmet har forsørgerpligt over for hjemmeboende børn.",
                ),
            ),
            hvis_ikke("Er medlemmet i forløbet hos a-kassen?", uden_markering(fra_begyndelsen("V5", "45"))),
            ellers=grene.slutning("V5", "45"),
        ),
        pligter=PLIGTER,
    ),
)
