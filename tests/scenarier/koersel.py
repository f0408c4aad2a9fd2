"""Runs scenarios written in the domain's words through the whole gateway, side by side, each with its own citizen.

A scenario says who the member is, what happens on which day, and everything that comes of it: what DFDG has registered,
what each publisher is told, what the other party is told. What is not mentioned must not be.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.events import HAENDELSESTYPER
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import laes_log
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")
MAPPE = Path(__file__).parent
_NAVNERUM = UUID("9a1b0f6e-0000-4000-8000-000000000002")
_SAGSBEHANDLER = {"fornavn": "Test", "efternavn": "Testesen"}

#: DFDG's types in the words of the scenarios.
FRAVAER = {"75": "kontaktforløb", "10": "ferie"}
SAMTALER = {"7": "jobsamtale", "10": "cv", "15": "raadighed", "17": "faelles"}

_SCENARIENOEGLER = {"navn", "regler", "hvorfor", "medlem", "haendelser", "forventet"}
_MEDLEMSNOEGLER = {"akasse", "kommune", "foedt"}
_HAENDELSESNOEGLER = {"haendelse", "navn", "dag", "kl", "akasse", "jobcenter", "erstatter", "data", "vent"}
_FORVENTET = {"dfdg", "kvitteringer", "beskeder"}


class Skrivefejl(ValueError):
    """The scenario is not written as it should be; the text names file, scenario and field."""


@dataclass(slots=True)
class Scenarie:
    """One scenario as read, and what the run made of it."""

    fil: str
    navn: str
    regler: list[str]
    medlem: dict[str, Any]
    haendelser: list[dict[str, Any]]
    forventet: dict[str, Any]
    cpr: str = ""
    ider: dict[str, str] = field(default_factory=dict)
    parter: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.fil}: {self.navn}"

    def id_for(self, navn: str) -> str:
        """An uuid that a scenario names by a word."""
        return str(uuid5(_NAVNERUM, f"{self.id}|{navn}"))


def laes_alle() -> list[Scenarie]:
    """Every scenario of the folder. Raises ``Skrivefejl``."""
    ud: list[Scenarie] = []
    for fil in sorted(MAPPE.glob("*.yaml")):
        for post in yaml.safe_load(fil.read_text(encoding="utf-8")):
            ud.append(_laes(fil.stem, post))
    navne = [s.id for s in ud]
    if dobbelte := {n for n in navne if navne.count(n) > 1}:
        raise Skrivefejl(f"two scenarios are called {dobbelte}")
    return ud


def _noegler(hvor: str, post: Any, kendte: set[str], kraevede: set[str]) -> None:
    if not isinstance(post, dict):
        raise Skrivefejl(f"{hvor}: is not a set of fields")
    if ukendte := set(post) - kendte:
        raise Skrivefejl(f"{hvor}: unknown fields {sorted(ukendte)}; there are {sorted(kendte)}")
    if mangler := kraevede - set(post):
        raise Skrivefejl(f"{hvor}: lacks {sorted(mangler)}")


def _laes(fil: str, post: dict[str, Any]) -> Scenarie:
    hvor = f"{fil}: {post.get('navn')}"
    _noegler(hvor, post, _SCENARIENOEGLER, {"navn", "regler", "medlem", "haendelser", "forventet"})
    _noegler(f"{hvor}: medlem", post["medlem"], _MEDLEMSNOEGLER, set())
    _noegler(f"{hvor}: forventet", post["forventet"], _FORVENTET, {"kvitteringer"})
    navne: set[str] = set()
    for h in post["haendelser"]:
        if "dfdg" in h:
            _noegler(f"{hvor}: dfdg", h, {"dfdg", "operation", "antal"}, set())
            continue
        _noegler(f"{hvor}: {h.get('navn')}", h, _HAENDELSESNOEGLER, {"haendelse", "dag"})
        type_ = _type(h["haendelse"])
        if type_ not in HAENDELSESTYPER:
            raise Skrivefejl(f"{hvor}: there is no event {h['haendelse']}")
        aliaser = {f.alias or n for n, f in HAENDELSESTYPER[type_].model_fields.items()}
        if ukendte := set(h.get("data", {})) - aliaser:
            raise Skrivefejl(f"{hvor}: {h['haendelse']} has no field {sorted(ukendte)}; there are {sorted(aliaser)}")
        navne.add(h.get("navn") or h["haendelse"])
    if mangler := navne ^ set(post["forventet"]["kvitteringer"]):
        raise Skrivefejl(f"{hvor}: each event is expected to get a kvittering by its name: {sorted(mangler)}")
    return Scenarie(fil, post["navn"], post["regler"], post["medlem"], post["haendelser"], post["forventet"])


def _type(kort: str) -> str:
    if kort.startswith("jobcenter."):
        return f"{kort}.v1"
    return f"akasse.{kort}.v1"


# --- events -------------------------------------------------------------------------------------------------------------


def _iso(v: Any) -> Any:
    return v.isoformat() if isinstance(v, (date, datetime)) else v


def haendelse(s: Scenarie, h: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The event as it is published, and its party. Fields that end in ``Id`` name their uuid by a word; times of a day
    are written ``2022-02-01 10:00`` and are Copenhagen's."""
    type_ = _type(h["haendelse"])
    if type_.startswith("jobcenter."):
        part = f"jobcenter.{h.get('jobcenter', s.medlem.get('kommune', '0101'))}"
    else:
        part = f"akasse.{h.get('akasse', s.medlem.get('akasse', '01'))}"
    dag = h["dag"] if isinstance(h["dag"], date) else date.fromisoformat(h["dag"])
    kl = time.fromisoformat(str(h.get("kl", "12:00")))
    navn = h.get("navn") or h["haendelse"]
    s.ider[navn] = s.id_for(f"haendelse|{navn}")
    s.parter[navn] = part
    data = {**_standard(type_, s, h), **{k: _vaerdi(s, k, v) for k, v in h.get("data", {}).items()}}
    art, kode = part.split(".")
    kuvert: dict[str, Any] = {
        "specversion": "1.0",
        "id": s.ider[navn],
        "source": f"/{art}/{kode}",
        "type": type_,
        "time": datetime.combine(dag, kl, KOEBENHAVN).isoformat(),
        "data": {"cpr": s.cpr, **{k: _iso(v) for k, v in data.items() if v is not None}},
    }
    if "erstatter" in h:
        kuvert["erstatter"] = s.ider[h["erstatter"]]
    return part, kuvert


_ORD_ER_ID = ("samtaleId", "ferieId", "indsatsId", "indstillingId", "tilbudId", "forslagId", "aktivitetId",
              "jobordreId", "indkaldelseId", "fravaerIdentifier")  # fmt: skip


def _vaerdi(s: Scenarie, navn: str, v: Any) -> Any:
    if isinstance(v, list):
        return [_vaerdi(s, navn, x) for x in v]
    if isinstance(v, dict):
        return {k: _vaerdi(s, k, x) for k, x in v.items()}
    if navn in _ORD_ER_ID and isinstance(v, str):
        return s.id_for(v)
    if navn == "haendelseId":
        return s.ider[v]
    if isinstance(v, str) and len(v) == 16 and v[10] == " ":
        return datetime.fromisoformat(v).replace(tzinfo=KOEBENHAVN).isoformat()
    if isinstance(v, datetime):
        return v.replace(tzinfo=KOEBENHAVN).isoformat()
    return str(v) if isinstance(v, float) else _iso(v)


def _standard(type_: str, s: Scenarie, h: dict[str, Any]) -> dict[str, Any]:
    """What a caseworker need not write each time."""
    dag = _iso(h["dag"])
    kommune = s.medlem.get("kommune", "0101")
    match type_:
        case "akasse.medlem.tilmeldt.v1":
            return {"kommunekode": kommune, "tilmeldingsdato": dag}
        case "akasse.medlem.indplaceret.v1" | "akasse.medlem.indlaest.v1":
            tilmeldt = _iso(h.get("data", {}).get("tilmeldingsdato", dag))
            return {
                "kommunekode": kommune,
                "tilmeldingsdato": tilmeldt,
                "indplaceringsdato": tilmeldt,
                "afgoerelsesdato": dag,
                "indplaceringstype": "ny",
                "forsikringsgrad": "fuldtid",
                "erhvervskompetencegivendeUddannelse": True,
                "forsoergerpligtHjemmeboendeBoern": False,
            }
        case "akasse.medlem.flyttet.v1":
            return {"flyttedato": dag}
        case "akasse.dagpenge.udbetalt.v1":
            return {"maaned": str(dag)[:7], "timer": "37"}
        case "akasse.samtale.afholdt.v1":
            return _samtalestandard(s, h)
        case "akasse.samtale.indkaldt.v1" | "akasse.samtale.booket.v1" | "akasse.samtale.aendret.v1":
            return {"form": "personligt"}
        case "akasse.visitation.behov-for-tidlig-indsats.v1":
            return {"grundlag": "samtale", "vurderingsdato": dag}
        case "akasse.visitation.uddannelsespaalaeg.v1":
            return {
                "vurderingsdato": dag,
                "erhvervskompetencegivendeUddannelse": False,
                "forsoergerpligtHjemmeboendeBoern": False,
            }
        case "akasse.ferie.anmodet.v1" | "akasse.ferie.aendret.v1":
            return {"anmodetDato": dag}
        case "jobcenter.jobordre.kontakt.v1":
            return {"kontaktform": "telefon", "tidspunkt": _kl_10(h), "stillingsbetegnelse": "Tømrer"}
        case (
            "akasse.vejledning.givet.v1"
            | "akasse.opsigelsesindsats.tilbudt.v1"
            | "akasse.medlem.dagpengeret-optjent.v1"
        ):
            return {"dato": dag}
        case _ if type_.endswith("tilbagekaldt.v1") or type_.endswith(
            ("fejloprettet.v1", "annulleret.v1", "trukket.v1")
        ):
            return {"begrundelse": "Sendt ved en fejl."}
        case _:
            return {}


def _kl_10(h: dict[str, Any]) -> str:
    """Ten o'clock in Copenhagen on the event's day."""
    dag = h["dag"] if isinstance(h["dag"], date) else date.fromisoformat(h["dag"])
    return datetime.combine(dag, time(10), KOEBENHAVN).isoformat()


def _samtalestandard(s: Scenarie, h: dict[str, Any]) -> dict[str, Any]:
    data = h.get("data", {})
    formaal = data.get("formaal", [])
    navn = h.get("navn") or h["haendelse"]
    return {
        "samtaleId": s.id_for(f"samtale|{navn}"),
        "tidspunkt": _kl_10(h),
        "form": "personligt",
        "sagsbehandler": _SAGSBEHANDLER,
        "cvGodkendt": True if "cv" in formaal else None,
        "jobcenterDeltog": True if "faelles" in formaal else None,
    }


# --- the run -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Koersel:
    """Everything that the parties were told so far, by topic."""

    o: Opstilling
    beskeder: list[dict[str, Any]] = field(default_factory=list)
    nyt: asyncio.Event = field(default_factory=asyncio.Event)

    async def lyt(self, topics: list[str]) -> None:
        """Reads on until it is cancelled."""
        c = AIOKafkaConsumer(*topics, bootstrap_servers=self.o.kafka.bootstrap_servers, auto_offset_reset="earliest")
        await c.start()
        try:
            while True:
                for poster in (await c.getmany(timeout_ms=100)).values():
                    self.beskeder += [{**json.loads(p.value), "_topic": p.topic} for p in poster]
                    self.nyt.set()
        finally:
            await c.stop()

    async def vent(self, betingelse: Callable[[], bool], hvad: str, sekunder: float = 60) -> None:
        slut = asyncio.get_running_loop().time() + sekunder
        while not betingelse():
            if asyncio.get_running_loop().time() > slut:
                raise AssertionError(f"never came: {hvad}")
            await asyncio.sleep(0.05)

    def kvitteringer(self, haendelse_id: str) -> list[dict[str, Any]]:
        return [
            b["data"]
            for b in self.beskeder
            if b["type"] == "gateway.kvittering.v1" and b["data"].get("haendelseId") == haendelse_id
        ]

    def afgjort(self, haendelse_id: str) -> bool:
        """Final, or stopped: what follows may be sent."""
        k = self.kvitteringer(haendelse_id)
        return bool(k) and (k[-1]["endelig"] or k[-1]["status"] in ("stoppet", "afventer"))


def klargoer(scenarier: list[Scenarie]) -> None:
    """Each scenario's citizen."""
    register = Personregister()
    for s in scenarier:
        foedt = s.medlem.get("foedt")
        s.cpr = register.ny(foedt if foedt is None or isinstance(foedt, date) else date.fromisoformat(foedt))


async def spil(k: Koersel, producent: AIOKafkaProducer, s: Scenarie) -> None:
    """Tells one scenario: an event is sent when the one before it is final or stopped."""
    sidste: str | None = None
    for h in s.haendelser:
        if sidste is not None:
            await k.vent(partial(k.afgjort, s.ider[sidste]), f"{s.id}: a kvittering for {sidste}")
        if "dfdg" in h:
            sidste = None
            if h["dfdg"] == "svarer igen":
                await k.o.styring.ryd()
            else:
                status, kode = (503, None) if h["dfdg"] == "nede" else (500, int(h["dfdg"]))
                await k.o.styring.bestil(
                    Forstyrrelse(
                        art="svar",
                        cpr=s.cpr,
                        operation=h.get("operation"),
                        status=status,
                        kode=kode,
                        antal=h.get("antal"),
                    )
                )
            continue
        part, kuvert = haendelse(s, h)
        if kuvert["data"].get("overdragelseId") == "@overdragelse":
            kuvert["data"]["overdragelseId"] = await _overdragelse(k, s)
        navn = h.get("navn") or h["haendelse"]
        await producent.send_and_wait(f"{part}.haendelser.v1", json.dumps(kuvert).encode(), key=s.cpr[:4].encode())
        sidste = navn if h.get("vent", True) else None
    for navn in s.forventet["kvitteringer"]:
        await k.vent(
            partial(_staar, k, s, navn),
            f"{s.id}: {navn}",
            sekunder=30,
        )


async def _overdragelse(k: Koersel, s: Scenarie) -> str:
    """The id of the handover that the jobcenter has got about this citizen."""

    def fundne() -> list[str]:
        return [
            b["data"]["overdragelseId"]
            for b in k.beskeder
            if b["type"] == "gateway.overdragelse.v1" and b["data"]["cpr"] == s.cpr
        ]

    await k.vent(lambda: bool(fundne()), f"{s.id}: a handover")
    return fundne()[-1]


def _staar(k: Koersel, s: Scenarie, navn: str) -> bool:
    """The newest kvittering has the expected status (or nothing more will come)."""
    kvitteringer = k.kvitteringer(s.ider[navn])
    return bool(kvitteringer) and kvitteringer[-1]["status"] == s.forventet["kvitteringer"][navn]["status"]


# --- the judgement -------------------------------------------------------------------------------------------------------


def dom(k: Koersel, s: Scenarie) -> list[str]:
    """What differs from the scenario, in words; empty when it holds."""
    fejl: list[str] = []
    for navn, ventet in s.forventet["kvitteringer"].items():
        fejl += _kvittering(k, s, navn, ventet)
    ventede = [_post(x) for x in s.forventet.get("dfdg", [])]
    skete = [_effekt(x) for x in laes_log(k.o.dfdg.log) if x.udfald == "committed" and x.cpr == s.cpr]
    if ventede != skete:
        fejl.append(f"DFDG\n    ventet: {ventede}\n    skete:  {skete}")
    fejl += _beskeder(k, s)
    return fejl


def _kvittering(k: Koersel, s: Scenarie, navn: str, ventet: dict[str, Any]) -> list[str]:
    kendte = {"status", "regel", "flag", "pligter", "fejl", "regime", "udgaver"}
    _noegler(f"{s.id}: kvittering for {navn}", ventet, kendte, {"status"})
    alle = k.kvitteringer(s.ider[navn])
    if not alle:
        return [f"{navn}: ingen kvittering"]
    sidste = alle[-1]
    fik: dict[str, Any] = {
        "status": sidste["status"],
        "regel": sidste.get("regel"),
        "regime": sidste.get("regime"),
        "flag": sorted(sidste.get("flag", [])),
        "pligter": sorted(p["kode"] for p in sidste.get("pligter", [])),
        "fejl": sidste.get("fejl", {}).get("kode"),
        "udgaver": [x["status"] for x in alle],
    }
    fejl = [f"{navn}: {f} ventet {v!r}, fik {fik[f]!r}" for f, v in ventet.items() if fik[f] != _sorteret(v)]
    for stille in ("flag", "fejl"):
        if stille not in ventet and fik[stille]:
            fejl.append(f"{navn}: {stille} {fik[stille]!r} er ikke ventet")
    return fejl


def _sorteret(v: Any) -> Any:
    return (
        sorted(v)
        if isinstance(v, list) and all(isinstance(x, str) for x in v) and v and v[0].islower() and "_" in v[0]
        else v
    )


def _post(x: dict[str, Any]) -> dict[str, str]:
    return {n: str(_iso(v)) for n, v in x.items()}


_HANDLING = {
    "CreateFravaerMedIdentifier": "opret", "UpdateFravaer": "ret", "DeleteFravaer": "slet",
    "CreatePersonInterview": "samtale", "CreateIndkaldelse": "indkald", "UpdateIndkaldelse": "ret indkaldelse",
    "DeleteIndkaldelse": "slet indkaldelse", "AddInterviewParticipant": "deltager",
    "CancelUnemploymentEnrollment": "afmeld",
}  # fmt: skip


def _effekt(x: Any) -> dict[str, str]:
    """What took place at DFDG, in the scenarios' words."""
    handling = _HANDLING.get(x.operation, x.operation)
    ud = {"handling": handling}
    if handling in ("opret", "ret", "slet"):
        ud["hvad"] = FRAVAER.get(x.type, x.type or "")
        if handling != "slet":
            ud |= {n: v for n, v in (("fra", x.start), ("til", x.slut), ("aarsag", x.aarsag)) if v}
    elif handling == "samtale":
        tid = x.tidspunkt
        ud |= {"hvad": SAMTALER.get(x.type, x.type or ""), "tid": f"{tid:%Y-%m-%d %H:%M}" if tid else ""}
    elif x.start and handling not in ("deltager", "slet indkaldelse", "afmeld"):
        ud["fra"] = x.start[:10]
    return ud


def _beskeder(k: Koersel, s: Scenarie) -> list[str]:
    fik = [b for b in k.beskeder if b["_topic"].endswith(".beskeder.v1") and b["data"].get("cpr") == s.cpr]
    ventede = list(s.forventet.get("beskeder", []))
    fejl: list[str] = []
    tilbage = list(fik)
    for v in ventede:
        match = next((b for b in tilbage if _passer(s, b, v)), None)
        if match is None:
            fejl.append(f"ventet besked kom ikke: {v}")
        else:
            tilbage.remove(match)
    fejl += [f"uventet besked: {_kort(b)}" for b in tilbage]
    return fejl


def _kort(b: dict[str, Any]) -> dict[str, Any]:
    uden = ("cpr", "haendelseId")
    return {
        "til": b["_topic"].removesuffix(".beskeder.v1"),
        "type": b["type"],
        **{k: v for k, v in b["data"].items() if k not in uden},
    }


def _passer(s: Scenarie, b: dict[str, Any], v: dict[str, Any]) -> bool:
    til = v["til"].replace(" ", ".")
    if b["_topic"] != f"{til}.beskeder.v1" or b["type"] != f"gateway.{v['type']}.v1":
        return False
    for navn, vaerdi in v.items():
        if navn in ("til", "type"):
            continue
        if navn in _ORD_ER_ID:
            vaerdi = s.id_for(vaerdi)
        if b["data"].get(navn) != _iso(vaerdi):
            return False
    return True
