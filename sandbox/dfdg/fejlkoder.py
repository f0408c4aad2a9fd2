"""DFDG's fault numbers, as far as the stand-in answers with them.

The numbers are STAR's (general error catalogue and the error lists of AbsenceRegistrationService v7, FravaerService v1,
AbsenceActiveStatusService v9 and UnemploymentEnrollmentService v8 on starwiki.atlassian.net); the texts are the
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
KODE_UGYLDIG = 2002
AFMELDINGSDATO = 4322
AFMELDINGSAARSAG = 4340
IKKE_TILMELDT = 4367
PERSON_FINDES_IKKE = 4404
PERSON_DOED = 4405
IKKE_EGEN_BORGER = 4575
IKKE_EGEN_ORGANISATION = 4586
FRAVAER_UKENDT = 4632
BOOKING_UKENDT = 4768
HTML_I_KOMMENTAR = 4933
ID_FINDES = 4977
ORGANISATIONSTYPE = 8173
BRUGERTYPE = 8174
ORGANISATION_MANGLER = 8232
BRUGER_MANGLER = 8233
ORGANISATION_ULAESELIG = 8234
BRUGER_ULAESELIG = 8235

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
