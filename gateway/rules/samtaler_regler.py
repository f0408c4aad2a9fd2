"""The rules that ``samtaler`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules.regel import Regel
from gateway.rules.trae import Trae, afvist, foerst, hvis, registreret, uden_virkning

REGLER = (
    Regel(
        "R8",
        "Hvor loven fra 2024 er tavs",
        "Fra 2024 må en samtale om cv eller rådighed holdes samme dag som en jobsamtale. Fælles samtaler "
        "findes ikke og afvises, og der holdes aldrig to jobsamtaler på en dag. Årsagerne fra forsøget er "
        "bevaret undtagen 42, der ikke kan forekomme, da alle kommuner er omfattet.",
        kilde="L24",
        kode=("faelles_afvist", "gateway.rules.forloebsrettelser:afgoer_aarsag_rettet"),
        valg="Hele reglen er vores valg, hvor loven tier.",
        parametre=("faelles_findes",),
        vaerdier=("valg.PAR_FRA_2024",),
    ),
    Regel(
        "S2",
        "Højst to samtaler om dagen",
        "På en dag i forløbet må der højst være to samtaler eller formål, forskellige og som et af de "
        "tilladte par. Jobsamtaler og fælles samtaler er aldrig to på samme dag.",
        kilde="VEJL §4(4)",
        kode=("afgoer_afholdt",),
        valg="Parret cv og rådighed er ikke nævnt; det afvises i forløbet og er tilladt uden for det. En jobsamtale "
        "sammen med cv-samtalen før afgørelsen følger også reglen, da den tæller i forløbet.",
        vaerdier=("samtaler.PAR_FORSOEG", "valg.PAR_FRA_2024"),
    ),
    Regel(
        "S3",
        "To formål er to møder",
        "En samtale med to formål registreres som to afholdte møder. DFDG tager ikke imod to møder på samme "
        "tidspunkt, så det andet formål, som det er nævnt, ligger {MELLEMRUM} senere. Af to samtaler, der "
        "er meddelt med samme tidspunkt, afvises den anden.",
        kilde="VEJL §4(4); DFDG's regler for møder",
        kode=("afgoer_afholdt", "moedetider"),
        valg="Begge møder ligger på samtalens egen dag: fra kl. 23.59 er det første et minut tidligere.",
        vaerdier=("samtaler.MELLEMRUM",),
    ),
    Regel(
        "S4",
        "Jobsamtalen holdes personligt",
        "En individuel jobsamtale holdes ved personligt fremmøde. Telefon, digitalt møde eller andet kan "
        "kun bruges, mens medlemmet er i et tilbud efter kapitel 11-14. Fra 2024 skal kun den første være "
        "personlig; de følgende holdes, som medlemmet vælger.",
        kilde="VEJL §4; L24",
        kode=("afgoer_afholdt",),
        valg="Også fra 2024 kan den første holdes uden fremmøde, mens medlemmet er i et tilbud.",
        parametre=("foerste_jobsamtale_personlig",),
    ),
    Regel(
        "S5",
        "Jobcentrets deltagelse i den fælles samtale",
        "En afholdt fælles samtale skal oplyse, om jobcentret deltog, og hvordan. Deltog det ikke, er "
        "samtalen stadig fælles og tæller som sådan.",
        kilde="VEJL §4",
        kode=("contracts.events.akasse:SamtaleAfholdt", "afgoer_afholdt"),
    ),
    Regel(
        "S9",
        "Hvilke samtaler der registreres",
        "En jobsamtale eller fælles samtale registreres og tæller, når dens egen dato ligger i forløbet, "
        "uanset hvor sent den meddeles, eller når den er holdt sammen med cv-samtalen før afgørelsen. "
        "Samtaler om cv og rådighed registreres altid, også om en borger, der ikke er set før. En samtale, "
        "der er meddelt før, har ingen virkning.",
        kilde="VEJL §2(3), §10; L24",
        kode=(
            "afgoer_afholdt",
            "foer_afgoerelsen",
            "holdes_i",
            "gateway.rules.planlaegning",
            "gateway.rules.bookingfrister",
        ),
        valg="Tilsvarende planlægges ingen jobsamtale og sættes ingen frist for en dag uden for forløbet. Efter et skift "
        "af a-kasse holder den nye i forsøget ingen jobsamtaler i den gamles forløb; fra 2024 må den.",
    ),
    Regel(
        "S10",
        "Hvad en samtale skal oplyse",
        "En afholdt samtale har dato og klokkeslæt, form og deltagere med rolle; cv-samtalen godkendelse og "
        "aftaler, rådighedssamtalen vurdering og aftaler. En indkaldelse eller samtale, den nævner, skal "
        "være kendt for borgeren og a-kassens egen.",
        kilde="DFDG's regler for møder",
        kode=("afgoer_afholdt", "contracts.events.akasse:SamtaleAfholdt", "gateway.rules.planlaegning"),
        valg="Den, der deltog i en samtale med to formål, deltog i begge møder.",
    ),
)


TRAEER = (
    Trae(
        "afholdt",
        "En samtale er afholdt",
        ("akasse.samtale.afholdt.v1",),
        foerst(
            hvis(
                "Er samtalen meddelt før, og mangler intet af den at blive registreret?",
                uden_virkning("S9", "Samtalen er registreret før."),
            ),
            hvis(
                "Nævner den en indkaldelse, der ikke er kendt?",
                afvist(
                    "S10",
                    "s10_ukendt_indkaldelse",
                    "Den indkaldelse, samtalen nævner, er ikke kendt for borgeren.",
                ),
            ),
            hvis(
                "Er et formål jobsamtale eller fælles, ligger dagen uden for forløbet, og er den ikke holdt sammen med "
                "cv-samtalen før afgørelsen?",
                afvist(
                    "S9",
                    "s9_uden_for_forloebet",
                    "En jobsamtale eller fælles jobsamtale registreres kun, når dens dato ligger i forløbet hos "
                    "a-kassen.",
                ),
            ),
            hvis(
                "Er den fælles efter en lov uden fælles samtaler?",
                afvist("R8", "r8_ingen_faelles", "Fælles jobsamtaler findes ikke i a-kassens forløb fra 2024."),
            ),
            hvis(
                "Er en anden samtale med samme formål registreret på samme tidspunkt?",
                afvist(
                    "S3",
                    "s3_samme_tidspunkt",
                    "En anden samtale med samme formål er registreret på samme tidspunkt.",
                ),
            ),
            hvis(
                "Ligger den i forløbet, eller tæller den i det, og er dagens samtaler og formål ikke et tilladt par?",
                afvist(
                    "S2",
                    "s2_ugyldigt_par",
                    "Dagens samtaler og formål er ikke et af de par, der må holdes samme dag.",
                ),
            ),
            hvis(
                "Er den en jobsamtale uden fremmøde, hvor fremmøde kræves?",
                afvist("S4", "s4_form", "En individuel jobsamtale holdes ved personligt fremmøde."),
            ),
            hvis("Har den to formål?", registreret("S9", "Samtalen er registreret som to møder.")),
            ellers=registreret("S9", "Samtalen er registreret."),
        ),
    ),
)
