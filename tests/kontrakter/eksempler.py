"""A valid example of every event, and records in both forms: for every test that needs an event to come in."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import orjson

from contracts.envelope import Post
from sandbox.personer import Personregister

_PERSONER = Personregister()
PERSON, ANDEN_PERSON = _PERSONER.ny(), _PERSONER.ny()
TID = "2023-02-01T09:30:00+01:00"


def uuid(navn: str) -> str:
    """The same uuid for the same name."""
    return str(uuid5(UUID("9a1b0f6e-0000-4000-8000-000000000001"), navn))


_INDPLACERET: dict[str, Any] = {
    "kommunekode": "0101",
    "tilmeldingsdato": "2023-01-25",
    "indplaceringsdato": "2023-01-25",
    "afgoerelsesdato": "2023-02-01",
    "indplaceringstype": "ny",
    "forsikringsgrad": "fuldtid",
    "erhvervskompetencegivendeUddannelse": True,
    "forsoergerpligtHjemmeboendeBoern": False,
}
_PLANLAGT: dict[str, Any] = {
    "samtaleId": uuid("samtale"),
    "formaal": ["jobsamtale"],
    "start": "2023-02-10T10:00:00+01:00",
    "slut": "2023-02-10T10:45:00+01:00",
    "form": "personligt",
}
_FERIE: dict[str, Any] = {
    "ferieId": uuid("ferie"),
    "startdato": "2023-02-13",
    "slutdato": "2023-02-17",
    "anmodetDato": "2023-02-01",
}
_FRIST: dict[str, Any] = {"fristId": "f-1", "fristdato": "2023-02-14", "formaal": ["jobsamtale"]}
_INDSTILLING: dict[str, Any] = {
    "indstillingId": uuid("indstilling"),
    "tilbudstype": "virksomhedspraktik",
    "begrundelse": "Medlemmet mangler erfaring fra branchen.",
}
_JC_SAMTALE: dict[str, Any] = {
    "samtaleId": uuid("jobcentersamtale"),
    "start": "2023-03-01T10:00:00+01:00",
    "form": "personligt",
}
_TILBAGEKALDT: dict[str, Any] = {"haendelseId": "h-0", "begrundelse": "Sendt ved en fejl."}

#: Valid data of each type, without ``cpr``.
DATA: dict[str, dict[str, Any]] = {
    "akasse.medlem.tilmeldt.v1": {"kommunekode": "0101", "tilmeldingsdato": "2023-01-25"},
    "akasse.medlem.indplaceret.v1": {**_INDPLACERET, "timerSammenlagtVedTilmelding": "37.5"},
    "akasse.medlem.indplacering-rettet.v1": {"indplaceringsdato": "2023-01-26"},
    "akasse.medlem.indlaest.v1": {
        **_INDPLACERET,
        "timerSammenlagt": 120.25,
        "fravaerIdentifier": uuid("fravaer"),
        "samtaler": [{"dato": "2023-01-30", "formaal": "cv", "form": "personligt"}],
        "ferie": [{"ferieId": uuid("ferie"), "startdato": "2023-02-13", "slutdato": "2023-02-17"}],
        "indstillinger": [{"indstillingId": uuid("indstilling"), "tilbudstype": "mentor"}],
        "minPlan": "kladde",
    },
    "akasse.medlem.flyttet.v1": {"kommunekode": "0751", "flyttedato": "2023-02-01"},
    "akasse.medlem.udmeldt.v1": {"udmeldelsesdato": "2023-02-28", "nyAkassekode": "07"},
    "akasse.medlem.dagpengeret-optjent.v1": {"dato": "2023-02-01"},
    "akasse.medlem.cpr-skiftet.v1": {"gammeltCpr": ANDEN_PERSON},
    "akasse.visitation.behov-for-tidlig-indsats.v1": {"grundlag": "samtale", "vurderingsdato": "2023-02-01"},
    "akasse.visitation.uddannelsespaalaeg.v1": {
        "vurderingsdato": "2023-02-01",
        "erhvervskompetencegivendeUddannelse": False,
        "forsoergerpligtHjemmeboendeBoern": False,
    },
    "akasse.visitation.fejloprettet.v1": {"begrundelse": "Forkert medlem."},
    "akasse.visitation.aarsag-rettet.v1": {"aarsagskode": "43", "udmeldelsesdato": "2023-02-28"},
    "akasse.dagpenge.udbetalt.v1": {"maaned": "2023-01", "timer": 160.33, "timerSammenlagt": "409.99"},
    "akasse.samtale.indkaldt.v1": {**_PLANLAGT, "kortVarsel": {"begrundelse": "Afbud fra et andet medlem."}},
    "akasse.samtale.booket.v1": {**_PLANLAGT, "form": "digitalt", "moedelink": "https://moede.example/1"},
    "akasse.samtale.aendret.v1": _PLANLAGT,
    "akasse.samtale.aflyst.v1": {"samtaleId": uuid("samtale")},
    "akasse.samtale.afholdt.v1": {
        "samtaleId": uuid("samtale"),
        "formaal": ["cv", "jobsamtale"],
        "tidspunkt": "2023-02-01T09:00:00+01:00",
        "form": "personligt",
        "cvGodkendt": True,
        "aftaler": "Søger fem job om ugen.",
        "deltagere": [{"navn": "Bisidder", "rolle": "bisidder", "form": "personligt"}],
        "sagsbehandler": {"fornavn": "Sag", "efternavn": "Behandler", "telefon": "+45 12345678"},
    },
    "akasse.samtale.fritaget.v1": {"begrundelse": "Starter snart i job.", "fra": "2023-02-01"},
    "akasse.bookingfrist.sat.v1": _FRIST,
    "akasse.bookingfrist.overskredet.v1": {**_FRIST, "formaal": "jobsamtale"},
    "akasse.ferie.anmodet.v1": _FERIE,
    "akasse.ferie.aendret.v1": {**_FERIE, "godkendt": False},
    "akasse.ferie.annulleret.v1": {"ferieId": uuid("ferie"), "begrundelse": "Rejsen er aflyst."},
    "akasse.mindre-intensiv-indsats.registreret.v1": {
        "indsatsId": uuid("indsats"),
        "grund": "job",
        "startdato": "2023-02-01",
        "slutdato": "2023-03-01",
        "pligterFastholdes": {"aarsag": "til_fordel_for_medlemmet", "begrundelse": "Jobbet er usikkert."},
    },
    "akasse.mindre-intensiv-indsats.ophoert.v1": {"indsatsId": uuid("indsats"), "slutdato": "2023-02-20"},
    "akasse.minplan.publiceret.v1": {
        "planId": "p-1",
        "kladde": False,
        "jobmaal": ["Tømrer"],
        "beskrivelse": "Søger som tømrer i hele regionen.",
    },
    "akasse.aktivitet.registreret.v1": {
        "aktivitetId": uuid("aktivitet"),
        "aktivitetstype": "seks_ugers_jobrettet_uddannelse",
        "startdato": "2023-02-01",
        "slutdato": "2023-03-14",
        "timerPrUge": 37,
        "pligt": True,
    },
    "akasse.cv.kontrolleret.v1": {"godkendt": True, "kommentar": "Fyldigt."},
    "akasse.indstilling.sendt.v1": _INDSTILLING,
    "akasse.indstilling.trukket.v1": _INDSTILLING,
    "akasse.deltagelse.anmodet.v1": {"samtaleId": uuid("samtale"), "anmodetAf": "medlem"},
    "akasse.indsatsforslag.besvaret.v1": {"forslagId": uuid("forslag"), "accepteret": True},
    "akasse.opsigelsesindsats.tilbudt.v1": {"dato": "2023-01-10"},
    "akasse.vejledning.givet.v1": {"emner": ["forsoeg", "overgang"], "dato": "2023-02-01"},
    "akasse.haendelse.tilbagekaldt.v1": _TILBAGEKALDT,
    "jobcenter.jobordre.kontakt.v1": {
        "jobordreId": uuid("jobordre"),
        "kontaktform": "telefon",
        "tidspunkt": "2023-02-01T09:00:00+01:00",
        "stillingsbetegnelse": "Tømrer",
    },
    "jobcenter.tilbud.afgjort.v1": {
        "tilbudId": uuid("tilbud"),
        "indstillingId": uuid("indstilling"),
        "afgoerelse": "bevilget",
        "tilbudstype": "virksomhedspraktik",
        "startdato": "2023-03-01",
    },
    "jobcenter.indsats.foreslaaet.v1": {
        "forslagId": uuid("forslag"),
        "tilbudstype": "mentor",
        "beskrivelse": "En mentor de første uger.",
    },
    "jobcenter.deltagelse.besluttet.v1": {"samtaleId": uuid("samtale"), "deltager": True, "form": "video"},
    "jobcenter.samtale.annulleret.v1": {"begrundelse": "Kontaktforløbet er hos a-kassen."},
    "jobcenter.samtale.indkaldt.v1": _JC_SAMTALE,
    "jobcenter.samtale.aendret.v1": {**_JC_SAMTALE, "borgerOenskerAkasse": True},
    "jobcenter.overdragelse.modtaget.v1": {"overdragelseId": uuid("overdragelse")},
    "jobcenter.overdragelse.afvist.v1": {
        "overdragelseId": uuid("overdragelse"),
        "grund": "ikke_vores_borger",
        "begrundelse": "Borgeren er flyttet.",
    },
    "jobcenter.haendelse.tilbagekaldt.v1": _TILBAGEKALDT,
}


def data(type_: str, cpr: str = PERSON, **felter: Any) -> dict[str, Any]:
    """Valid data of ``type_`` about ``cpr``; ``felter`` (camelCase) replace or add, a value of ``...`` leaves out."""
    alle = {"cpr": cpr, **DATA[type_], **felter}
    return {k: v for k, v in alle.items() if v is not ...}


def kuvert(type_: str, **attributter: Any) -> dict[str, Any]:
    """A valid envelope for ``type_`` without data; ``attributter`` as in ``data``."""
    art = type_.split(".")[0]
    alle = {
        "specversion": "1.0",
        "id": "h-1",
        "source": "/akasse/09/ledighed" if art != "jobcenter" else "/jobcenter/0101",
        "type": type_,
        "time": TID,
        "subject": "medlem-4711",
        **attributter,
    }
    return {k: v for k, v in alle.items() if v is not ...}


def topic(type_: str) -> str:
    return "jobcenter.0101.haendelser.v1" if type_.startswith("jobcenter.") else "akasse.09.haendelser.v1"


def raa_post(vaerdi: bytes | None, *hoveder: tuple[str, bytes | None], key: bytes | None = b"medlem-4711") -> Post:
    """A record on the a-kasse's topic with exactly these bytes and headers."""
    return Post("akasse.09.haendelser.v1", 0, 7, key, vaerdi, hoveder)


def struktureret(type_: str, indhold: Any = None, **attributter: Any) -> Post:
    """A structured record; ``indhold`` replaces the type's valid data."""
    krop = orjson.dumps({**kuvert(type_, **attributter), "data": data(type_) if indhold is None else indhold})
    hoveder = (("Content-Type", b"application/cloudevents+json; charset=utf-8"),)
    return Post(topic(type_), 0, 7, b"medlem-4711", krop, hoveder)


def binaer(type_: str, indhold: Any = None, **attributter: Any) -> Post:
    """The same event in binary form."""
    hoveder = tuple((f"ce_{n}", str(v).encode()) for n, v in kuvert(type_, **attributter).items())
    krop = orjson.dumps(data(type_) if indhold is None else indhold)
    return Post(topic(type_), 0, 7, b"medlem-4711", krop, (("content-type", b"application/json"), *hoveder))
