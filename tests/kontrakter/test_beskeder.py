"""Messages out: every type of the interface has a model, writes camelCase without absent fields, and reads back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from contracts.messages import BESKEDTYPER, TIL_AKASSE, TIL_JOBCENTER
from contracts.messages.kvittering import ENDELIGE, Kvittering
from tests.kontrakter import eksempler as e

_BORGER = {"cpr": e.PERSON, "haendelseId": "h-1"}
_FRA_JC = {**_BORGER, "kommunekode": "0101"}
_POST = {"topic": "akasse.09.haendelser.v1", "partition": 0, "offset": 7}

#: Every field of each type that the events do not already give examples of.
BESKEDER: dict[str, dict[str, Any]] = {
    "gateway.kvittering.v1": {
        **_BORGER,
        "haendelseType": "akasse.medlem.indplaceret.v1",
        "post": _POST,
        "udgave": 2,
        "endelig": False,
        "status": "stoppet",
        "tekst": "DFDG afviste registreringen.",
        "regel": "V5",
        "regime": "forsoeg-2020",
        "flag": ["frist_overskredet"],
        "fejl": {
            "kode": "dfdg_afvist",
            "tekst": "DFDG afviste registreringen.",
            "detaljer": [{"kode": "dfdg_afvist", "tekst": "Invalid cpr", "dfdgKode": "1001"}],
        },
        "venter": {"paa": "operatoer", "siden": "2023-02-01T12:00:00Z"},
        "registreringer": [
            {
                "tjeneste": "FravaerService",
                "operation": "CreateFravaerMedIdentifier",
                "registreringsId": "r",
                "entitetsId": e.uuid("fravaer"),
                "tidspunkt": "2023-02-01T12:00:00Z",
            }
        ],
        "virkning": {"lovlig": "2023-02-02", "faktisk": "2023-02-03"},
        "pligter": [{"kode": "underret_medlem", "tekst": "Underret medlemmet.", "senest": "2023-02-02"}],
    },
    "gateway.puls.v1": {
        "partitioner": [{"partition": 0, "modtagetTil": 9, "endeligTil": 7, "aeldsteAabne": "2023-02-01T12:00:00Z"}],
        "dfdg": {"FravaerService": "aaben"},
    },
    "gateway.kontaktforloeb-hos-akasse.v1": {
        **_BORGER,
        "forloebId": e.uuid("f"),
        "akassekode": "09",
        "startdato": "2023-02-01",
        "grund": "ny",
    },
    "gateway.kontaktforloeb-ophoert.v1": {
        **_BORGER,
        "forloebId": e.uuid("f"),
        "grund": "fraflyttet",
        "dato": "2023-02-01",
    },
    "gateway.overdragelse.v1": {
        **_BORGER,
        "overdragelseId": e.uuid("o"),
        "udgave": 1,
        "forloebId": e.uuid("f"),
        "akassekode": "09",
        "regime": "forsoeg-2020",
        "aarsagskode": "41",
        "aarsag": "Forsøgsperiode afsluttet",
        "startdato": "2023-02-01",
        "slutdato": "2023-04-30",
        "dfdgHarAnnulleret": True,
        "registrering": "afventer",
        "timerSammenlagt": "410.5",
        "forsikringsgrad": "fuldtid",
        "samtaler": [{"dato": "2023-02-10", "formaal": "faelles", "form": "personligt", "jobcenterDeltog": True}],
        "afholdt": {"jobsamtaler": 2, "faelles": 1},
        "resterer": {"jobsamtaler": 2, "faelles": 1},
        "ferie": [{"ferieId": e.uuid("ferie"), "startdato": "2023-05-01", "slutdato": "2023-05-05"}],
        "mindreIntensivIndsats": {"grund": "job", "startdato": "2023-04-20"},
        "aabneIndstillinger": [
            {"indstillingId": e.uuid("i"), "tilbudstype": "mentor", "begrundelse": "Støtte i starten."}
        ],
        "minPlan": "publiceret",
    },
    "gateway.indstilling.v1": {**_BORGER, **e.DATA["akasse.indstilling.sendt.v1"]},
    "gateway.indstilling-trukket.v1": {**_BORGER, **e.DATA["akasse.indstilling.trukket.v1"]},
    "gateway.deltagelse-anmodet.v1": {**_BORGER, **e.DATA["akasse.deltagelse.anmodet.v1"]},
    "gateway.indsatsforslag-besvaret.v1": {**_BORGER, **e.DATA["akasse.indsatsforslag.besvaret.v1"]},
    "gateway.jobordrekontakt.v1": {
        **_FRA_JC,
        **e.DATA["jobcenter.jobordre.kontakt.v1"],
        "regelbrud": True,
        "regelbrudRegel": "J1",
    },
    "gateway.deltagelse-besluttet.v1": {
        **_FRA_JC,
        **e.DATA["jobcenter.deltagelse.besluttet.v1"],
        "regelbrud": False,
    },
    "gateway.jobcentersamtale.v1": {**_FRA_JC, **e.DATA["jobcenter.samtale.indkaldt.v1"], "regelbrud": False},
    "gateway.tilbudsafgoerelse.v1": {**_FRA_JC, **e.DATA["jobcenter.tilbud.afgjort.v1"], "regelbrud": False},
    "gateway.indsatsforslag.v1": {**_FRA_JC, **e.DATA["jobcenter.indsats.foreslaaet.v1"]},
    "gateway.samtale-annulleret.v1": {**_FRA_JC, **e.DATA["jobcenter.samtale.annulleret.v1"]},
    "gateway.overdragelse-modtaget.v1": {**_FRA_JC, **e.DATA["jobcenter.overdragelse.modtaget.v1"]},
    "gateway.overdragelse-afvist.v1": {**_FRA_JC, **e.DATA["jobcenter.overdragelse.afvist.v1"]},
    "gateway.frist-advarsel.v1": {**_BORGER, "frist": "timer", "dato": "2023-04-01", "entitetsId": "f-1"},
    "gateway.dfdg-besked.v1": {
        "cpr": _BORGER["cpr"],
        "entitetId": "90001",
        "entitetNavn": "Frist",
        "aendringstype": "2",
        "eksternIdentifier": e.uuid("x"),
        "body": {"historik": [{"friststatus": 1}]},
    },
    "gateway.driftsbesked.v1": {
        "art": "planlagt",
        "tjenester": ["FravaerService"],
        "fra": "2023-02-01T20:00:00Z",
        "til": "2023-02-01T22:00:00Z",
        "tekst": "DFDG er lukket for opdatering.",
    },
    "gateway.dlq.v1": {
        "dlqId": e.uuid("dlq"),
        "udgave": 1,
        "part": "akasse.09",
        "type": "akasse.medlem.indplaceret.v1",
        "kode": "dfdg_afvist",
        "status": "aaben",
        "siden": "2023-02-01T12:00:00Z",
        "foelgere": 2,
        "naermesteFrist": "2023-03-03",
    },
}


def test_every_type_has_an_example() -> None:
    assert set(BESKEDER) == set(BESKEDTYPER)


@pytest.mark.parametrize("type_", sorted(BESKEDER))
def test_a_message_is_written_as_it_is_read(type_: str) -> None:
    besked = BESKEDTYPER[type_].model_validate(BESKEDER[type_])
    assert orjson.loads(besked.til_json()) == BESKEDER[type_]


@pytest.mark.parametrize("type_", sorted(TIL_JOBCENTER | TIL_AKASSE))
def test_a_message_about_a_citizen_carries_the_citizen(type_: str) -> None:
    with pytest.raises(ValidationError, match="cpr"):
        BESKEDTYPER[type_].model_validate({k: v for k, v in BESKEDER[type_].items() if k != "cpr"})


def test_a_kvittering_without_a_readable_id_says_so() -> None:
    kvittering = Kvittering.model_validate(
        {"post": _POST, "udgave": 1, "endelig": True, "status": "afvist", "tekst": "Ikke JSON.", "haendelseId": None}
    )
    skrevet = orjson.loads(kvittering.til_json())
    assert skrevet["haendelseId"] is None
    assert skrevet["post"] == _POST
    assert "cpr" not in skrevet


def test_final_statuses_are_those_after_which_nothing_happens() -> None:
    assert {"registreret", "videresendt", "noteret", "uden_virkning", "afvist", "sprunget_over"} == ENDELIGE
    with pytest.raises(ValidationError):
        Kvittering.model_validate({**BESKEDER["gateway.kvittering.v1"], "status": "faerdig"})


def test_dates_and_moments_are_written_as_the_interface_has_them() -> None:
    advarsel = BESKEDTYPER["gateway.frist-advarsel.v1"].model_validate(
        {**_BORGER, "frist": "timer", "dato": date(2023, 4, 1)}
    )
    assert orjson.loads(advarsel.til_json())["dato"] == "2023-04-01"
    drift = BESKEDTYPER["gateway.driftsbesked.v1"].model_validate(
        {"art": "a", "tjenester": [], "fra": datetime(2023, 2, 1, 20, tzinfo=UTC), "tekst": "t"}
    )
    assert orjson.loads(drift.til_json())["fra"] == "2023-02-01T20:00:00Z"
