"""The rules that ``forloebsrettelser`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules import grene, trae
from gateway.rules.regel import Regel

REGLER = (
    Regel(
        "R2",
        "En indplacering rettes",
        "Rettes datoerne i en indplacering, bliver den, der er inde, inde, og markeringens start følger de "
        "rettede datoer. Den, der ikke var omfattet, bedømmes på ny efter den rettede indplacering og kan "
        "komme ind. Rettes datoen hen over et lovskifte, bliver forløbet under den lov, det begyndte under. "
        "En rettet forsikringsgrad bedømmer timerne igen (A1). En forkert oplyst kommune er ingen flytning: "
        "det rigtige jobcenter får besked, og det forkerte får at vide, at forløbet ikke er dets.",
        kilde="VEJL §14(1)-(2)",
        kode=("afgoer_indplacering_rettet", "gateway.rules.visitation:bedoem"),
        valg="Det første regime bliver; starten bliver, når den rettede dato ligger før loven. Det samme gælder, når "
        "indplaceringen erstattes af en anden (erstatter). En forkert "
        "oplyst kommune, som ikke er i forsøget, gør markeringen fejlagtig (38).",
    ),
    Regel(
        "A2",
        "En forkert årsag rettes",
        "En slutning med forkert årsag rettes ved en opdatering, og den sidste registrering gælder. Er "
        "medlemmet endnu inde, beregnes slutdatoen efter den nye årsag fra rettelsens registreringsdato. Er "
        "forløbet slut, beregnes den fra den første slutning, for da gik forløbet over. Til 43 hører en "
        "udmeldelsesdato. Overdragelsen sendes igen i en ny udgave. En åben markering har ingen årsag at "
        "rette, så rettelsen afvises.",
        kilde="VEJL §2(5)",
        kode=("afgoer_aarsag_rettet", "gateway.rules.rettelser:afgoer"),
        valg="Det samme gælder, når selve hændelsen erstattes, efter at forløbet er slut (rettelser).",
        vaerdier=("valg.RETTET_SLUTNING_FRA_FOERSTE",),
    ),
)


_PLIGTER = ("underret_medlem", "vejled_om_pligter", "minplan_kladde", "minplan_publiceret")

TRAEER = (
    trae.Trae(
        "aarsag-rettet",
        "En forkert årsag rettes",
        ("akasse.visitation.aarsag-rettet.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Har a-kassen haft et forløb med medlemmet?",
                trae.foerst(
                    trae.hvis(
                        "Har en anden a-kasse?",
                        trae.uden_virkning(
                            "V9", "Forløbet hører til en anden a-kasse; hændelsen har ingen virkning på det."
                        ),
                    ),
                    ellers=grene.aldrig_inde("A2"),
                ),
            ),
            trae.hvis_ikke(
                "Har markeringen en slutdato?",
                trae.afvist("A2", "a2_aaben_markering", "Markeringen er åben og har ingen årsag, der kan rettes."),
            ),
            trae.hvis(
                "Rettes der til 42 i et forløb fra 2024 eller senere?",
                trae.afvist("R8", "r8_aarsag_42", "Årsag 42 findes ikke fra 2024, hvor alle kommuner er omfattet."),
            ),
            trae.hvis(
                "Er årsagen den samme, og for 43 også slutdatoen?",
                trae.uden_virkning("A2", "Forløbet slutter allerede med denne årsag; rettelsen har ingen virkning."),
            ),
            ellers=trae.registreret("A2", "Årsagen er rettet til … (…); forløbet slutter …."),
        ),
        flag=("fejloprettet",),
        pligter=_PLIGTER,
    ),
    trae.Trae(
        "indplacering-rettet",
        "En indplacering rettes",
        ("akasse.medlem.indplacering-rettet.v1",),
        trae.foerst(
            trae.hvis(
                "Hviler et forløb hos a-kassen på indplaceringen?",
                trae.foerst(
                    trae.hvis(
                        "Er medlemmet inde, og er den rette kommune ikke i forsøget?",
                        grene.slutter("R2", "38"),
                    ),
                    trae.hvis(
                        "Er medlemmet inde, og er timegrænsen nået efter den rettede forsikringsgrad?",
                        grene.slutter("A1", "41"),
                    ),
                    trae.hvis(
                        "Flytter rettelsen markeringens start eller slut?",
                        trae.registreret("R2", "Indplaceringen er rettet; kontaktforløbet er hos a-kassen fra …."),
                    ),
                    trae.hvis(
                        "Skal et jobcenter have det at vide?",
                        trae.videresendt("R2", "Indplaceringen er rettet; det registrerede forløb er det samme."),
                    ),
                    trae.hvis(
                        "Ændrer rettelsen noget?",
                        trae.noteret("R2", "Indplaceringen er rettet; det registrerede forløb er det samme."),
                    ),
                    ellers=trae.uden_virkning(
                        "R2", "Indplaceringen står allerede sådan; rettelsen har ingen virkning."
                    ),
                ),
            ),
            trae.hvis_ikke(
                "Er der en indplacering at rette?",
                trae.afvist("R2", "r2_ingen_indplacering", "Der er ingen indplacering af medlemmet at rette."),
            ),
            trae.hvis(
                "Kommer medlemmet ind efter den rettede indplacering?",
                trae.registreret("R2", "Kontaktforløbet er hos a-kassen fra …."),
            ),
            ellers=trae.Videre("Som en indplacering", til="akasse.medlem.indplaceret.v1"),
        ),
        flag=("fejloprettet", "under_graensen_igen", "frist_overskredet"),
        pligter=("underret_medlem", "vejled_om_pligter"),
    ),
)
