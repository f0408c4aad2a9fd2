"""The published schemas against the interface's own lists of fields, typed here as data: a name, a ``?`` where it may be
absent. A field more or less, or one that is needed where it may be absent, is another interface."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from contracts.events import HAENDELSESTYPER
from contracts.messages import BESKEDTYPER
from contracts.schema import MAPPE

_IND = (
    "kommunekode tilmeldingsdato indplaceringsdato afgoerelsesdato indplaceringstype forsikringsgrad "
    "erhvervskompetencegivendeUddannelse forsoergerpligtHjemmeboendeBoern igangvaerendeForloeb? ledigFoerSygdom? "
    "timerSammenlagtVedTilmelding? behovForTidligIndsats? startdato?"
)
_PLAN = "samtaleId formaal start slut form moedelink? adresse? kortVarsel? fristId?"
_FERIE = "ferieId startdato slutdato anmodetDato godkendt?"
_FRIST = "fristId fristdato formaal"
_INDSTILLING = "indstillingId tilbudstype begrundelse oensketStart?"
_JCSAMTALE = "samtaleId start form foersteSamtale? borgerOenskerAkasse?"
_KALDT = "haendelseId begrundelse"

#: Events in; each has ``cpr`` besides.
IND: dict[str, str] = {
    "akasse.medlem.tilmeldt": "kommunekode tilmeldingsdato",
    "akasse.medlem.indplaceret": _IND,
    "akasse.medlem.indplacering-rettet": "indplaceringsdato? tilmeldingsdato? forsikringsgrad? kommunekode?",
    "akasse.medlem.indlaest": _IND + " timerSammenlagt fravaerIdentifier? samtaler? ferie? indstillinger? minPlan?",
    "akasse.medlem.flyttet": "kommunekode flyttedato",
    "akasse.medlem.udmeldt": "udmeldelsesdato nyAkassekode?",
    "akasse.medlem.dagpengeret-optjent": "dato",
    "akasse.medlem.cpr-skiftet": "gammeltCpr",
    "akasse.visitation.behov-for-tidlig-indsats": "grundlag vurderingsdato",
    "akasse.visitation.uddannelsespaalaeg": (
        "vurderingsdato erhvervskompetencegivendeUddannelse forsoergerpligtHjemmeboendeBoern"
    ),
    "akasse.visitation.fejloprettet": "begrundelse",
    "akasse.visitation.aarsag-rettet": "aarsagskode udmeldelsesdato?",
    "akasse.dagpenge.udbetalt": "maaned timer timerSammenlagt forsikringsgrad?",
    "akasse.samtale.indkaldt": _PLAN,
    "akasse.samtale.booket": _PLAN,
    "akasse.samtale.aendret": _PLAN,
    "akasse.samtale.aflyst": "samtaleId begrundelse?",
    "akasse.samtale.afholdt": (
        "samtaleId indkaldelseId? formaal tidspunkt form iTilbud? jobcenterDeltog? jobcenterForm? cvGodkendt? aftaler? "
        "raadighedsvurdering? deltagere? sagsbehandler"
    ),
    "akasse.samtale.fritaget": "begrundelse fra til?",
    "akasse.bookingfrist.sat": _FRIST,
    "akasse.bookingfrist.overskredet": _FRIST,
    "akasse.ferie.anmodet": _FERIE,
    "akasse.ferie.aendret": _FERIE,
    "akasse.ferie.annulleret": "ferieId begrundelse",
    "akasse.mindre-intensiv-indsats.registreret": "indsatsId grund startdato slutdato? pligterFastholdes?",
    "akasse.mindre-intensiv-indsats.ophoert": "indsatsId slutdato",
    "akasse.minplan.publiceret": "planId kladde jobmaal beskrivelse",
    "akasse.aktivitet.registreret": "aktivitetId aktivitetstype startdato slutdato timerPrUge pligt",
    "akasse.cv.kontrolleret": "godkendt kommentar?",
    "akasse.indstilling.sendt": _INDSTILLING,
    "akasse.indstilling.trukket": _INDSTILLING,
    "akasse.deltagelse.anmodet": "samtaleId anmodetAf? medlemFravaelger? akasseFravaelger? personligtFremmoede?",
    "akasse.indsatsforslag.besvaret": "forslagId accepteret begrundelse?",
    "akasse.opsigelsesindsats.tilbudt": "dato beskrivelse?",
    "akasse.vejledning.givet": "emner dato",
    "akasse.haendelse.tilbagekaldt": _KALDT,
    "jobcenter.jobordre.kontakt": "jobordreId? indstillingId? kontaktform tidspunkt stillingsbetegnelse bemaerkning?",
    "jobcenter.tilbud.afgjort": (
        "tilbudId indstillingId? afgoerelse tilbudstype startdato? slutdato? begrundelse? begrundetOverForMedlem?"
    ),
    "jobcenter.indsats.foreslaaet": "forslagId tilbudstype beskrivelse",
    "jobcenter.deltagelse.besluttet": "samtaleId deltager form?",
    "jobcenter.samtale.annulleret": "samtaleId? begrundelse",
    "jobcenter.samtale.indkaldt": _JCSAMTALE,
    "jobcenter.samtale.aendret": _JCSAMTALE,
    "jobcenter.overdragelse.modtaget": "overdragelseId",
    "jobcenter.overdragelse.afvist": "overdragelseId grund begrundelse",
    "jobcenter.haendelse.tilbagekaldt": _KALDT,
}

_KOMMUNE, _BRUD = " kommunekode", " kommunekode regelbrud regelbrudRegel?"
#: Messages out about a citizen; each has ``cpr`` and ``haendelseId?`` besides.
UD: dict[str, str] = {
    "gateway.kontaktforloeb-hos-akasse": "forloebId akassekode startdato grund",
    "gateway.kontaktforloeb-ophoert": "forloebId grund dato",
    "gateway.overdragelse": (
        "overdragelseId udgave forloebId akassekode regime aarsagskode aarsag startdato slutdato dfdgHarAnnulleret? "
        "registrering timerSammenlagt forsikringsgrad samtaler afholdt resterer ferie mindreIntensivIndsats? "
        "aabneIndstillinger minPlan"
    ),
    "gateway.indstilling": IND["akasse.indstilling.sendt"],
    "gateway.indstilling-trukket": IND["akasse.indstilling.trukket"],
    "gateway.deltagelse-anmodet": IND["akasse.deltagelse.anmodet"],
    "gateway.indsatsforslag-besvaret": IND["akasse.indsatsforslag.besvaret"],
    "gateway.jobordrekontakt": IND["jobcenter.jobordre.kontakt"] + _BRUD,
    "gateway.deltagelse-besluttet": IND["jobcenter.deltagelse.besluttet"] + _BRUD,
    "gateway.jobcentersamtale": IND["jobcenter.samtale.indkaldt"] + _BRUD,
    "gateway.tilbudsafgoerelse": IND["jobcenter.tilbud.afgjort"] + _BRUD,
    "gateway.indsatsforslag": IND["jobcenter.indsats.foreslaaet"] + _KOMMUNE,
    "gateway.samtale-annulleret": IND["jobcenter.samtale.annulleret"] + _KOMMUNE,
    "gateway.overdragelse-modtaget": IND["jobcenter.overdragelse.modtaget"] + _KOMMUNE,
    "gateway.overdragelse-afvist": IND["jobcenter.overdragelse.afvist"] + _KOMMUNE,
    "gateway.frist-advarsel": "frist dato entitetsId?",
}
#: Messages of which not all are about a citizen: every field but ``cpr`` and ``haendelseId``.
ANDRE: dict[str, str] = {
    "gateway.kvittering": (
        "haendelseType? post udgave endelig status tekst regel? regime? flag? fejl? venter? registreringer? virkning? pligter?"
    ),
    "gateway.puls": "partitioner dfdg",
    "gateway.dfdg-besked": "entitetId entitetNavn aendringstype eksternIdentifier? body?",
    "gateway.driftsbesked": "art tjenester fra til? tekst",
    "gateway.dlq": "dlqId udgave part type? kode status siden foelgere naermesteFrist?",
}
#: Only optional fields are added within a version: these say what a correction did with an earlier message.
TILFOEJET = {"erstatterHaendelseId", "tilbagekaldt"}

#: What lies inside, by the schema's own name for it.
INDRE: dict[str, dict[str, str]] = {
    "akasse.medlem.indlaest": {
        "IndlaestSamtale": "dato formaal form jobcenterDeltog?",
        "IndlaestFerie": "ferieId startdato slutdato",
        "IndlaestIndstilling": "indstillingId tilbudstype",
    },
    "akasse.samtale.indkaldt": {"KortVarsel": "begrundelse"},
    "akasse.samtale.afholdt": {"Deltager": "navn rolle form", "Sagsbehandler": "fornavn efternavn telefon?"},
    "akasse.mindre-intensiv-indsats.registreret": {"PligterFastholdes": "aarsag begrundelse"},
    "gateway.kvittering": {
        "Postplads": "topic partition offset",
        "Kvitteringsfejl": "kode tekst felt? loesning? detaljer?",
        "Kvitteringsdetalje": "kode tekst felt? loesning? dfdgKode?",
        "Venter": "paa siden naesteForsoeg?",
        "Registreringslinje": "tjeneste operation registreringsId? entitetsId? tidspunkt?",
        "Virkning": "lovlig faktisk",
        "Pligt": "kode tekst senest?",
    },
    "gateway.puls": {"Partitionspuls": "partition modtagetTil endeligTil aeldsteAabne?"},
    "gateway.overdragelse": {
        "AfholdtSamtale": "dato formaal form jobcenterDeltog?",
        "Antal": "jobsamtaler faelles",
        "Ferieperiode": "ferieId startdato slutdato",
        "MindreIntensivPeriode": "grund startdato slutdato?",
        "AabenIndstilling": "indstillingId tilbudstype begrundelse",
    },
}

#: The words of a list, by type and path in the schema.
ORD: dict[tuple[str, str], str] = {
    ("akasse.medlem.indplaceret", "indplaceringstype"): "ny genindplaceret",
    ("akasse.medlem.indplaceret", "forsikringsgrad"): "fuldtid deltid kombination",
    ("akasse.visitation.behov-for-tidlig-indsats", "grundlag"): "profilafklaring samtale kontrolaktion",
    ("akasse.samtale.indkaldt", "form"): "personligt telefon digitalt video andet",
    ("akasse.samtale.indkaldt", "formaal"): "cv raadighed jobsamtale faelles",
    ("akasse.mindre-intensiv-indsats.registreret", "grund"): (
        "job barsel efterloen_pension uddannelse vejrlig_materialemangel arbejdsfordeling"
    ),
    ("akasse.aktivitet.registreret", "aktivitetstype"): (
        "seks_ugers_jobrettet_uddannelse jobsoegningskursus vejledning netvaerk andet"
    ),
    ("akasse.indstilling.sendt", "tilbudstype"): (
        "virksomhedspraktik loentilskud nytteindsats vejledning_og_opkvalificering mentor befordring"
    ),
    ("akasse.deltagelse.anmodet", "anmodetAf"): "akasse medlem",
    ("jobcenter.tilbud.afgjort", "afgoerelse"): "bevilget afslag",
    ("jobcenter.overdragelse.afvist", "grund"): "ikke_vores_borger andet",
    ("gateway.kontaktforloeb-hos-akasse", "grund"): "ny genindplaceret tilflyttet genaabnet",
    ("gateway.overdragelse", "registrering"): "afventer registreret opdateret bortfaldet",
    ("gateway.overdragelse", "minPlan"): "kladde publiceret mangler",
    ("gateway.overdragelse", "regime"): "forsoeg-2020 lov-2024 reform-2026",
    ("gateway.frist-advarsel", "frist"): (
        "indplacering cv_samtale foerste_jobsamtale samtaler_mangler timer minplan vejledning indstilling "
        "overdragelse_ubekraeftet"
    ),
    ("gateway.kvittering", "status"): (
        "registreret videresendt noteret uden_virkning afvist sprunget_over afventer i_tvivl stoppet"
    ),
}


def _skema(type_: str) -> dict[str, Any]:
    skema: dict[str, Any] = orjson.loads((MAPPE / "json" / f"{type_}.v1.schema.json").read_bytes())
    return skema


def _felter(skema: dict[str, Any]) -> set[str]:
    """The schema's fields, written as in the lists."""
    kraevet = set(skema.get("required", ()))
    return {n if n in kraevet else f"{n}?" for n in skema["properties"]}


def _ord(skema: dict[str, Any], hele: dict[str, Any]) -> set[str]:
    """The words that a field may have, wherever the schema says so."""
    if "$ref" in skema:
        return _ord(hele["$defs"][skema["$ref"].split("/")[-1]], hele)
    fundne = set(skema.get("enum", ())) | ({skema["const"]} if "const" in skema else set())
    for del_ in [*skema.get("anyOf", ()), *([skema["items"]] if "items" in skema else [])]:
        fundne |= _ord(del_, hele)
    return fundne


def test_there_are_these_types_and_no_others() -> None:
    assert {f"{t}.v1" for t in IND} == set(HAENDELSESTYPER)
    assert {f"{t}.v1" for t in (*UD, *ANDRE)} == set(BESKEDTYPER)


@pytest.mark.parametrize("type_", [*IND, *UD, *ANDRE])
def test_a_types_fields_are_those_of_the_interface(type_: str) -> None:
    felter = _felter(_skema(type_))
    felter -= {f"{n}?" for n in TILFOEJET}
    if type_ in IND:
        assert felter == {"cpr", *IND[type_].split()}
    elif type_ in UD:
        assert felter == {"cpr", "haendelseId?", *UD[type_].split()}
    else:
        assert felter - {"cpr?", "haendelseId?"} == set(ANDRE[type_].split())


@pytest.mark.parametrize(("type_", "navn"), [(t, n) for t, x in INDRE.items() for n in x])
def test_what_lies_inside_has_the_interfaces_fields(type_: str, navn: str) -> None:
    assert _felter(_skema(type_)["$defs"][navn]) == set(INDRE[type_][navn].split())


@pytest.mark.parametrize(("type_", "felt"), ORD)
def test_lists_of_words_are_the_interfaces(type_: str, felt: str) -> None:
    hele = _skema(type_)
    assert _ord(hele["properties"][felt], hele) == set(ORD[type_, felt].split())
