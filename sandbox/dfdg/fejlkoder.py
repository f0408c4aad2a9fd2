"""DFDG's fault numbers, as far as the stand-in answers with them.

The numbers are STAR's (general error catalogue and the error lists of AbsenceRegistrationService v7, FravaerService v1,
AbsenceActiveStatusService v9, UnemploymentEnrollmentService v8, UpdateCVStatus, PlanService, and the list of the
summonses' old and new numbers, on starwiki.atlassian.net); the texts are the
project's own words, since clients must match on the number alone.
"""

from __future__ import annotations

from dataclasses import dataclass

CPR_UGYLDIGT = 1001
VARIGHED_NEGATIV = 1003
OPSAETNING = 1009
CPR_UKENDT = 1010
INTERN_FEJL = 1011
INGEN_ADGANG = 1013
BESKED_UGYLDIG = 1014
FEJL_OPSTAAET = 1100
KODELISTE_UKENDT = 2001
KODE_UGYLDIG = 2002
CV_NUMMER_MANGLER = 4103
AFMELDINGSDATO = 4322
AFMELDINGSAARSAG = 4340
IKKE_TILMELDT = 4367
CV_KUN_AKASSE = 4368
INGEN_AKASSE = 4385
PERSON_FINDES_IKKE = 4404
PERSON_DOED = 4405
IKKE_EGEN_BORGER = 4575
IKKE_EGEN_ORGANISATION = 4586
FRAVAER_UKENDT = 4632
CV_ARKIVERET = 4753
BOOKING_UKENDT = 4768
HTML_I_KOMMENTAR = 4933
ID_FINDES = 4977
PLAN_UDEN_KLADDE = 8006
PLAN_UDEN_MAAL = 8015
PLAN_UDEN_KONTAKTGRUPPE = 8060
ORGANISATIONSTYPE = 8173
BRUGERTYPE = 8174
ORGANISATION_MANGLER = 8232
BRUGER_MANGLER = 8233
ORGANISATION_ULAESELIG = 8234
BRUGER_ULAESELIG = 8235
PLAN_FINDES_IKKE = 8306
SAMTALEFORM = 90000
SAMTALETYPE = 90001
STARTER_FOER_IDAG = 90002
SLUTTER_FOER_START = 90004
INTET_MEDLEM = 90006
ANDENS_MEDLEM = 90007
INDKALDELSE_UKENDT = 90036

TEKSTER: dict[int, str] = {
    CPR_UGYLDIGT: "Personnummeret er ikke gyldigt",
    VARIGHED_NEGATIV: "Slutdatoen ligger før startdatoen",
    OPSAETNING: "Systemet er sat forkert op",
    CPR_UKENDT: "Personnummeret er ukendt",
    INTERN_FEJL: "Intern fejl på serveren",
    INGEN_ADGANG: "Brugeren har ikke adgang til denne service",
    BESKED_UGYLDIG: "Beskeden kunne ikke valideres",
    FEJL_OPSTAAET: "Der er opstået en fejl",
    KODE_UGYLDIG: "Værdien findes ikke i kodelisten",
    AFMELDINGSDATO: "Afmeldingsdatoen skal være i dag eller inden for 30 dage (60 ved mindre intensiv indsats)",
    AFMELDINGSAARSAG: "Afmeldingsårsagen er ugyldig",
    IKKE_TILMELDT: "Personen er ikke tilmeldt",
    PERSON_FINDES_IKKE: "Der findes ingen person med personnummeret",
    PERSON_DOED: "Borgeren er død",
    IKKE_EGEN_BORGER: "Myndigheden må ikke udføre handlingen for denne borger",
    IKKE_EGEN_ORGANISATION: "Registreringen skal ske på vegne af den kaldende a-kasse",
    FRAVAER_UKENDT: "Fraværsregistreringen kendes ikke",
    BOOKING_UKENDT: "Indkaldelsen kendes ikke for borgeren",
    HTML_I_KOMMENTAR: "Kommentaren må ikke indeholde html",
    ID_FINDES: "Det angivne id er allerede i brug",
    ORGANISATIONSTYPE: "Organisationstypen er ugyldig",
    BRUGERTYPE: "Brugertypen er ugyldig",
    ORGANISATION_MANGLER: "ActiveOrganisationHeader mangler",
    BRUGER_MANGLER: "RequestUserMetadataHeader mangler",
    ORGANISATION_ULAESELIG: "ActiveOrganisationHeader kunne ikke læses",
    BRUGER_ULAESELIG: "RequestUserMetadataHeader kunne ikke læses",
    KODELISTE_UKENDT: "Kodelisten findes ikke",
    CV_NUMMER_MANGLER: "Borgeren har intet CV-kundenummer",
    CV_KUN_AKASSE: "Kun a-kasser sætter CV-status for dagpengemodtagere",
    INGEN_AKASSE: "Borgeren er ikke registreret hos en a-kasse",
    CV_ARKIVERET: "CV'et er arkiveret på Jobnet",
    PLAN_UDEN_KLADDE: "Der er ingen kladde af planen",
    PLAN_UDEN_MAAL: "En plan kan ikke offentliggøres uden jobmål",
    PLAN_UDEN_KONTAKTGRUPPE: "Borgeren har ingen åben kontaktgruppe",
    PLAN_FINDES_IKKE: "Planen findes ikke",
    SAMTALEFORM: "Samtaleformen er ugyldig",
    SAMTALETYPE: "Samtaletypen er ugyldig",
    STARTER_FOER_IDAG: "Starttidspunktet ligger før i dag",
    SLUTTER_FOER_START: "Sluttidspunktet ligger før starttidspunktet",
    INTET_MEDLEM: "Borgeren er ikke medlem af en a-kasse",
    ANDENS_MEDLEM: "Borgeren er medlem af en anden a-kasse",
    INDKALDELSE_UKENDT: "Indkaldelsen kendes ikke",
}

#: Numbers that REST answers with HTTP 500, "nothing changed"; every other number comes with HTTP 400.
SERVERFEJL = frozenset({OPSAETNING, INTERN_FEJL, FEJL_OPSTAAET})


@dataclass(frozen=True, slots=True)
class Dfdgfejl:
    """One fault of an answer. The text never carries personal data."""

    kode: int
    tekst: str


def fejl(kode: int, uddybning: str | None = None) -> Dfdgfejl:
    """The fault with this number; ``uddybning`` names the element or the rule, never its value."""
    tekst = TEKSTER.get(kode, "Afvist")
    return Dfdgfejl(kode, f"{tekst}: {uddybning}" if uddybning else tekst)
