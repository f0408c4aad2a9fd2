"""The rules that ``visitation`` carries out, in words, and how it decides."""

from __future__ import annotations

from gateway.rules import grene
from gateway.rules.regel import Regel
from gateway.rules.til_jobcentret_regler import PLIGTER, fra_begyndelsen
from gateway.rules.trae import Trae, afvist, foerst, hvis, hvis_ikke, noteret, registreret, uden_virkning, vaelg

REGLER = (
    Regel(
        "R3",
        "Hvad der lå før indplaceringen",
        "Et løbende dagpengeforløb eller ledighed før en sygdomsperiode holder en ny indplacering ude, men "
        "aldrig en genindplacering, for en ny dagpengeperiode er inde, uanset hvad der gik forud. Den, der "
        "efter indplaceringen flytter til en kommune i forsøget, kommer ikke ind af den grund.",
        kilde="VEJL §2(2), §4(3); OPSL",
        kode=("gateway.rules.visitation:bedoem",),
        valg="Fra 2024 afgør timerne ved tilmeldingen, når de er oplyst; ellers gælder reglen som i forsøget. Boede "
        "medlemmet på indplaceringsdatoen i en kommune uden for forsøget, bringer en meddelt flytning det ikke ind.",
        vaerdier=("valg.TIMER_VED_TILMELDING_GAAR_FORUD_FRA_2024",),
    ),
    Regel(
        "V1",
        "Nyindplacerede og genindplacerede kommer ind",
        "Et medlem, der indplaceres første gang eller på ny, kommer i forløbet hos a-kassen, når en ordning "
        "omfatter medlemmet (R1-R5). Markeringen oprettes i DFDG, og bopælskommunens jobcenter får besked.",
        kilde="OPSL; VEJL §2(1)",
        kode=("gateway.rules.visitation:afgoer_indplaceret",),
    ),
    Regel(
        "V3",
        "Beslutningsfristen",
        "A-kassen afgør senest {BESLUTNINGSFRIST} efter tilmeldingen, om medlemmet er i forløbet; den "
        "sidste dag er rettidig. En senere afgørelse registreres alligevel, men mærkes frist_overskredet. "
        "Fristen gælder ikke en genindplaceret, som var tilmeldt før den nye indplacering.",
        kilde="VEJL §2(2)",
        kode=(
            "gateway.rules.visitation:for_sent",
            "gateway.rules.visitation:afgjort_for_sent",
            "gateway.rules.visitation:afgoer_tilmeldt",
        ),
        vaerdier=("valg.BESLUTNINGSFRIST",),
    ),
    Regel(
        "V11",
        "En ny dagpengeret afløser den gamle",
        "Optjener medlemmet en ny dagpengeret, slutter den gamle markering med årsag 46, og en "
        "genindplacering åbner en ny. En genindplacering, der møder en åben markering, indebærer selv 46: "
        "den gamle markering sluttes først, den nye oprettes derefter, og jobcentret får ingen "
        "overdragelse, kun besked om det nye forløb. Hører medlemmet samtidig til i jobcentret (V5, V6), "
        "slutter markeringen med den årsag, og intet nyt åbnes. Samtaler siden den nye indplacering tæller "
        "i den nye periode.",
        kilde="VEJL §1, §2(5)",
        kode=(
            "gateway.rules.visitation:bedoem",
            "gateway.rules.forloeb:startdato",
            "gateway.rules.ophoer:afgoer_dagpengeret_optjent",
            "gateway.rules.overdragelse:periodens_samtaler",
        ),
        valg="Med V5 eller V6 følger overdragelsen loven for den nye indplacering (R4). Markeringer overlapper aldrig; den nye begynder tidligst dagen efter den gamles slutdato.",
    ),
    Regel(
        "V12",
        "Ude er ude i samme dagpengeperiode",
        "Den, der er gået ud, kommer ikke ind igen i samme dagpengeperiode, uanset hvilken a-kasse der "
        "spørger. Samme periode er en indplaceringsdato, der ikke ligger senere end den forrige. En senere "
        "periode er en ny indplacering (V1).",
        kilde="VEJL §1(2), §2(5)",
        kode=("gateway.rules.visitation:bedoem",),
        valg="Fra 2024 åbner et skifte af a-kasse et forløb hos den nye (V9).",
    ),
    Regel(
        "V15",
        "En indsats bevilget tidligere",
        "En indsats, der er bevilget før forløbet (varslingsindsats), fortsætter og er i sig selv ingen "
        "grund til at overdrage. Reglen kræver ingen handling af gatewayen: ingen hændelse om en sådan "
        "indsats afslutter et forløb.",
        kilde="VEJL §3",
        kun_dokumenteret=True,
    ),
    Regel(
        "V16",
        "Ikke omfattet",
        "Er medlemmet ikke omfattet, registreres der intet, og kvitteringen siger hvorfor. Møder en ny ret, "
        "som ikke er omfattet, en åben markering, sluttes den dog (V11).",
        kilde="VEJL §1",
        kode=(
            "gateway.rules.visitation:bedoem",
            "gateway.rules.til_jobcentret:uden_markering",
            "gateway.rules.indlaesning:afgoer_indlaest",
        ),
    ),
)


_OMFATTET = foerst(
    hvis_ikke(
        "Omfatter en ordning medlemmet (R1, R4, R5, R7), og holder intet, der gik forud, det ude (R3)?",
        foerst(
            hvis(
                "Er en markering åben hos a-kassen, og er det ikke R3, der holder medlemmet ude?",
                grene.slutning("V11", "46"),
            ),
            ellers=uden_virkning("V16", "Medlemmet er ikke omfattet: …."),
        ),
    ),
    hvis(
        "Hører medlemmet til i jobcentret (V5, V6)?",
        foerst(
            hvis(
                "Er en markering åben hos a-kassen?",
                vaelg(
                    "Hvorfor hører medlemmet til i jobcentret?",
                    ung_uden_uddannelse_og_børn=grene.slutning("V11", "45"),
                    behov_for_tidlig_indsats=grene.slutning("V11", "44"),
                ),
            ),
            ellers=vaelg(
                "Hvorfor hører medlemmet til i jobcentret (V14)?",
                ung_uden_uddannelse_og_børn=fra_begyndelsen("V5", "45"),
                behov_for_tidlig_indsats=fra_begyndelsen("V6", "44"),
            ),
        ),
    ),
    hvis(
        "Er der sat en dag, hvor ordningen lukker?",
        registreret("R7", "Kontaktforløbet er hos a-kassen fra … til …, hvor ordningen lukker."),
    ),
    hvis(
        "Er en ældre markering åben? Så slutter den med 46 først.",
        registreret("V11", "Kontaktforløbet er hos a-kassen fra …."),
    ),
    ellers=registreret("V1", "Kontaktforløbet er hos a-kassen fra …."),
)

TRAEER = (
    Trae(
        "tilmeldt",
        "Medlemmet er tilmeldt",
        ("akasse.medlem.tilmeldt.v1",),
        noteret("V3", "Tilmeldingen er noteret."),
    ),
    Trae(
        "indplaceret",
        "Medlemmet er indplaceret",
        ("akasse.medlem.indplaceret.v1",),
        foerst(
            hvis(
                "Har borgeren haft et forløb i samme dagpengeperiode?",
                foerst(
                    hvis(
                        "Er medlemmet inde hos samme a-kasse?",
                        uden_virkning("V2", "Medlemmet er allerede markeret i samme dagpengeperiode."),
                    ),
                    hvis(
                        "Sluttede forløbet med 43 hos en anden a-kasse, og følger indplaceringen loven fra 2024 (V9)?",
                        _OMFATTET,
                    ),
                    ellers=afvist(
                        "V12",
                        "v12_samme_periode",
                        "Borgeren har haft sit forløb i samme dagpengeperiode og kan ikke komme ind igen.",
                    ),
                ),
            ),
            ellers=_OMFATTET,
        ),
        flag=("frist_overskredet", "regel_r1", "regel_r3", "regel_r4", "regel_r7"),
        pligter=PLIGTER,
    ),
)
