"""The rules that ``rettelser`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules.regel import Regel
from gateway.rules.trae import (
    ANDET,
    Trae,
    Videre,
    afvist,
    foerst,
    hvis,
    hvis_ikke,
    noteret,
    registreret,
    stoppet,
    videresendt,
)

REGLER = (
    Regel(
        "A5",
        "En slutning tilbagekaldes",
        "Tilbagekaldes en slutning, genåbnes forløbet, som om den ikke havde været der; V12 er ikke til "
        "hinder. Jobcentret får at vide, at overdragelsen er bortfaldet. Hvad DFDG ikke offentligt kan "
        "slette, retter a-kassen selv (pligten ret_i_dfdg).",
        kilde="Kilderne er tavse",
        kode=("afgoer", "gateway.rules.genaabning:genaabn"),
        valg="Om DFDG lader en markering miste sin slutdato, er ikke offentligt. Indstillingen "
        "GATEWAY_RULES__GENAABNING vælger: ret (opdater), ny (ny markering) eller stop (driften "
        "afgør). Er forløbet genåbnet i en ny markering, afgør driften en rettelse, der ville ændre markeringer; "
        "hvad en rettelse ellers ændrer i forløbet, gælder den markering, det løber videre i.",
    ),
)


#: ``rettelser.afgoer`` when an ending is withdrawn and the setting leaves the re-opening to a person.
_STOP = hvis(
    "Genåbnes et forløb, og står GATEWAY_RULES__GENAABNING til stop?",
    stoppet("A5", "a5_genaabning", "Slutningen er tilbagekaldt; markeringen i DFDG skal genåbnes af driften."),
)

#: ``rettelser.afgoer`` of a course that was re-opened in a new marking, of which the history knows nothing.
_NY_MARKERING = hvis(
    "Er forløbet genåbnet med en ny markering, og ville en markering ændres?",
    stoppet(
        "A5",
        "a5_genaabnet_i_ny_markering",
        "Forløbet er genåbnet med en ny markering; rettelsen af det, der lå før, afgøres af driften.",
    ),
)

TRAEER = (
    Trae(
        "tilbagekaldt",
        "En hændelse tilbagekaldes",
        ("akasse.haendelse.tilbagekaldt.v1", "jobcenter.haendelse.tilbagekaldt.v1"),
        foerst(
            hvis_ikke("Satte hændelsen sig spor?", noteret("A5", "Hændelsen er tilbagekaldt; der var intet at ændre.")),
            _STOP,
            _NY_MARKERING,
            hvis(
                "Kan det, der er anderledes uden den, ændres i DFDG?",
                registreret("A5", "Hændelsen er tilbagekaldt, og det registrerede er ændret i DFDG."),
            ),
            hvis(
                "Skal a-kassen selv rette i DFDG?",
                noteret("A2", "Hændelsen er tilbagekaldt; a-kassen retter selv det registrerede i DFDG."),
            ),
            hvis(
                "Har nogen fået besked om den?",
                videresendt("A2", "Hændelsen er tilbagekaldt, og modtagerne har fået besked."),
            ),
            ellers=noteret("A2", "Hændelsen er tilbagekaldt; der er intet at ændre i DFDG."),
        ),
        flag=("virkning_udsat",),
        pligter=("ret_i_dfdg",),
    ),
    Trae(
        "erstattet",
        "En hændelse erstattes af en anden (erstatter)",
        (),
        foerst(
            hvis(
                "Træder en indlæsning i stedet for noget andet, eller noget andet i stedet for en indlæsning?",
                afvist(
                    "V2",
                    "indlaest_erstattes_af_indlaest",
                    "En indlæsning kan kun erstattes af en indlæsning, og kun den kan træde i dens sted.",
                ),
            ),
            hvis(
                "Er den en holdt samtale, som strider mod en anden, der er holdt og registreret?",
                afvist(
                    ANDET,
                    "s2_rettelse_mod_anden_samtale",
                    "Samtalen som rettet strider mod en anden samtale, der er holdt og registreret.",
                ),
            ),
            hvis(
                "Ville den nye hændelse i den gamles sted afvises eller ingen virkning have?",
                Videre("Som hændelsen selv"),
            ),
            _STOP,
            _NY_MARKERING,
            hvis(
                "Kan det, der er anderledes med den, ændres i DFDG?",
                registreret(ANDET, "Hændelsen er rettet, og det registrerede er ændret i DFDG."),
            ),
            hvis(
                "Skal a-kassen selv rette i DFDG?",
                noteret(ANDET, "Hændelsen er rettet; a-kassen retter selv det registrerede i DFDG."),
            ),
            hvis(
                "Skal nogen have det at vide?",
                videresendt(ANDET, "Hændelsen er rettet, og modtagerne har fået besked."),
            ),
            ellers=noteret(ANDET, "Hændelsen er rettet; der er intet at ændre i DFDG."),
        ),
        pligter=("ret_i_dfdg",),
    ),
)
