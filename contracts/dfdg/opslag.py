"""What DFDG's thin messages point to: where each is read. Places after STAR's message pages (WSB); what the pages leave
open about the spelling of a path is the project's.

| look-up | message | page of STAR's |
|---|---|---|
| Akassemedlemskab | 60010 | Akassemedlemskab.WSB (test 2025-2, prod 2025-2); the path is concluded from CreateAkassemedlemskab |
| Indkaldelse/historik | 90000 | Indkaldelse.WSB (test 2024-1, prod 2024-1) |
| Frist/historik | 90001 | Frist.WSB (test 2024-1, prod 2024-1); the domain service's name is concluded |
| Kontaktgruppe | 100008 | Kontaktgruppe.WSB (test 2024-3); service and path concluded from CreateKontaktgruppe |
| Dagpengetaellerkonto | 50003 | DagpengetaellerTidligereAkasse.WSB (test 2025-1), DagpengetaellerService v1 |
| Jobordre | 120001 | Jobordre / Jobordreformidling WSB; the domain service's name is concluded |
| Fravaer | none known | VisiteringOgStatus.FravaerService, GetAlleFravaer |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contracts.dfdg import cv, fravaer_soap, kodeliste, samtale
from contracts.dfdg.grund import EGEN, SET, UDLEDT, Maerke


@dataclass(frozen=True, slots=True)
class Sted:
    """A reading over REST. ``med_person``: the person goes in a header; ``med_ident``: an identifier ends the path."""

    tjeneste: str
    rod: str
    sti: str
    operation: str
    med_person: bool
    med_ident: bool
    maerke: Maerke


STEDER: Mapping[str, Sted] = MappingProxyType(
    {
        "akassemedlemskab": Sted(
            "AkassemedlemskabService",
            "/Borgerindsats.AkassemedlemskabService",
            "/v1/Akassemedlemskab",
            "GetAkassemedlemskab",
            True,
            False,
            UDLEDT,
        ),
        "indkaldelse_historik": Sted(
            "IndkaldelseService",
            "/Kontaktforloeb.IndkaldelseService",
            "/v1/Indkaldelse/historik",
            "GetIndkaldelseshistorik",
            True,
            True,
            SET,
        ),
        "frist_historik": Sted(
            "FristService", "/Kontaktforloeb.FristService", "/v1/Frist/historik", "GetFristhistorik", True, False, SET
        ),
        "kontaktgruppe": Sted(
            "KontaktgruppeService",
            "/VisiteringOgStatus.KontaktgruppeService",
            "/v1/Kontaktgruppe",
            "GetKontaktgruppe",
            True,
            False,
            EGEN,
        ),
        "dagpengetaeller": Sted(
            "DagpengetaellerService",
            "/Ydelsesudstilling.DagpengetaellerService",
            "/v1/Dagpengetaellerkonto",
            "GetDagpengetaellerkonto",
            True,
            False,
            UDLEDT,
        ),
        "jobordre": Sted(
            "JobordreService", "/VirksomhedsIndsats.JobordreService", "/v1/Jobordre", "GetJobordre", False, True, SET
        ),
        "fravaer": Sted(
            "FravaerService",
            "/VisiteringOgStatus.FravaerService",
            "/v1/Fravaer/",
            "GetAlleFravaer",
            True,
            False,
            SET,
        ),
    }
)

#: Operations that are read back at another service than they are written to.
LAESES_HOS: Mapping[str, str] = MappingProxyType(
    {
        "CreatePersonInterview": samtale.LAES.navn,
        "AddInterviewParticipant": samtale.LAES.navn,
        "UpdateCVStatus": cv.LAES.navn,
        "CreateAbsence": STEDER["fravaer"].tjeneste,
    }
)

#: Services that nothing may have been sent to yet: a setting lets absences be created there.
SKIFTETJENESTER = frozenset({fravaer_soap.TJENESTE.navn})

#: Services of DFDG's that are only read.
LAESETJENESTER = frozenset({*(s.tjeneste for s in STEDER.values()), *LAESES_HOS.values(), kodeliste.TJENESTE.navn})
