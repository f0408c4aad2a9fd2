"""The admin API of the stand-in: plain JSON over HTTP on a loopback address.

GET    /               this text
POST   /fejl           orders a disturbance; body: {"art": ..., filters ...}; answers {"nummer": n, "treffer": 0, ...}
GET    /fejl           the orders in force, each with its number of hits (``treffer``)
DELETE /fejl           takes all back, answers what they hit;  DELETE /fejl/{nummer} takes one back
POST   /idag           {"idag": "YYYY-MM-DD"} moves DFDG's date (null: the machine's);  GET /idag
POST   /personer       [{"cpr", "akasse"?, "dag"? (from when; today), "kommune"?, "tilmeldt"?, "doed"?, "frister"?: [{"id","type","dato"}],
                       "bookinger"?: [{"id","type","start","ophav"?}]}]: adds citizens or changes what is named
GET    /personer       every known citizen
GET    /tilstand       one citizen with absences, talks, deadlines, bookings; the number goes in the header
                       x-civilRegistrationIdentifier, since a personal number does not belong in an address
GET    /tal            counts: {"committed": {operation: n}, "udfald": {outcome: n}, "forsoeg": n, "personer": n}
GET    /indstillinger  the settings;  POST /indstillinger {name: value, ...} changes those named
POST   /glem           forgets every x-requestId
POST   /abonnementer   [{"organisationstype": "akasse"|"jobcenter", "kode", "url", "typer"?: [..]}]: the whole set of
                       subscriptions to messages; dropping one deletes its undelivered messages;  GET /abonnementer
POST   /jobordre       {"id", "titel", "beskrivelse", "status", "start"}: creates or updates a job order
GET    /kodelister     the names of the code lists;  POST /kodelister {"navn", "raekker": [{"kode","tekst","fra"?,"til"?}]}
                       replaces a list (without rows: removes it)
POST   /beskeder       {"entitetId", "cpr"?, "eksternIdentifier"?, "version"?, "aendringstype"?, "body"?, "modtagere"?:
                       [["akasse","01"]]}: sends a message of that type, whatever has happened
GET    /beskeder       counts, what waits (with attempts), what was delivered;  POST /beskeder/gensend {"id"?,
                       "entitetId"?} sends delivered ones once more, out of order
Of a person also       "medlemskaber": [{"id","akasse","start","slut"?} or {"id","tilbagekaldt": true}], "cv": {"har_nummer"?,
                       "arkiveret"?}, "kontaktgrupper": [{"id","type","start","slut"?}], "dagpengetaeller": {..} (what a
                       former fund reported); bookinger also take "slut", "form", "aktiv"; "fravaer": [{"id","type",
                       "start","slut"?}] (what stood there before anybody looked); "gammeltCpr": the number is a new one
                       of that citizen, whom both name from now on

A disturbance's kinds and filters:

"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.dfdg import forstyrrelser
from sandbox.dfdg.abonnement import abonnement
from sandbox.dfdg.kodelister import raekke
from sandbox.dfdg.rest import P_CPR
from sandbox.dfdg.server import Tjeneste
from sandbox.dfdg.tilstand import person_som_json

_STYRING = web.AppKey("tjeneste", Tjeneste)


def _json(data: Any, status: int = 200) -> web.Response:
    krop = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(status=status, body=krop, content_type="application/json")


async def _krop(anmodning: web.Request) -> Any:
    try:
        return orjson.loads(await anmodning.read())
    except orjson.JSONDecodeError:
        raise ValueError("the body is not JSON") from None


@web.middleware
async def _afvis_forkert(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the caller got wrong is answered 400 with the field's name."""
    try:
        svar = await handler(request)
    except (ValueError, KeyError, TypeError) as fejl:
        tekst = str(fejl) if isinstance(fejl, ValueError) else f"missing or wrong: {type(fejl).__name__}"
        return _json({"fejl": tekst}, status=400)
    return svar


async def _hjaelp(anmodning: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp's signature
    return web.Response(text=f"{__doc__}{forstyrrelser.__doc__}")


async def _bestil(anmodning: web.Request) -> web.Response:
    tjeneste = anmodning.app[_STYRING]
    return _json(tjeneste.bestil(forstyrrelser.laes(await _krop(anmodning))).som_json())


async def _fejl(anmodning: web.Request) -> web.Response:
    return _json([b.som_json() for b in anmodning.app[_STYRING].forstyrrelser.alle()])


async def _fjern(anmodning: web.Request) -> web.Response:
    nummer = anmodning.match_info.get("nummer")
    try:
        fjernet = await anmodning.app[_STYRING].fjern(None if nummer is None else int(nummer))
    except KeyError:
        return _json({"fejl": "no order of that number"}, status=404)
    return _json([b.som_json() for b in fjernet])


async def _saet_idag(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    dag = data["idag"]
    tjeneste = anmodning.app[_STYRING]
    saet_idag(tjeneste, None if dag is None else date.fromisoformat(dag))
    return await _idag(anmodning)


def saet_idag(tjeneste: Tjeneste, dag: date | None) -> None:
    """Moves DFDG's date, with a line in the log."""
    ur = tjeneste.tilstand.ur
    ur.saet_idag(dag)
    tjeneste.styr("ur", {"flyttet_dage": ur.flyttet_dage})


async def _idag(anmodning: web.Request) -> web.Response:
    return _json({"idag": anmodning.app[_STYRING].tilstand.ur.idag().isoformat()})


async def _saet_personer(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    poster = data if isinstance(data, list) else [data]
    rene = [_personpost(post) for post in poster]
    tjeneste = anmodning.app[_STYRING]
    for cpr, aendring in rene:
        if "akasse" in aendring:
            dag = tjeneste.tilstand.ur.idag().isoformat()
            aendring = {"dag": dag, **aendring, "medlemskabId": str(uuid4())}
        tjeneste.styr("person", {**aendring}, cpr)
    return _json({"antal": len(rene)})


def _personpost(post: Any) -> tuple[str, dict[str, Any]]:
    """(CPR number, what changes). Raises ValueError naming the field."""
    if not isinstance(post, dict):
        raise ValueError("a person is a JSON object")
    aendring = dict(post)
    cpr = aendring.pop("cpr", None)
    if not isinstance(cpr, str) or not P_CPR.fullmatch(cpr):
        raise ValueError("cpr: not ten digits of the right form")
    for navn, vaerdi in aendring.items():
        if navn in ("akasse", "kommune"):
            rigtig = vaerdi is None or isinstance(vaerdi, str)
        elif navn == "dag":
            rigtig = isinstance(vaerdi, str) and "akasse" in aendring
        elif navn in ("tilmeldt", "doed"):
            rigtig = isinstance(vaerdi, bool)
        elif navn == "gammeltCpr":
            rigtig = isinstance(vaerdi, str) and P_CPR.fullmatch(vaerdi) is not None
        elif navn in ("cv", "dagpengetaeller"):
            rigtig = isinstance(vaerdi, dict)
        elif navn in ("frister", "bookinger", "medlemskaber", "kontaktgrupper", "fravaer"):
            rigtig = isinstance(vaerdi, list) and all(isinstance(v, dict) for v in vaerdi)
        else:
            raise ValueError("unknown field of a person")
        if not rigtig:
            raise ValueError(f"{navn} has the wrong type")
    if "dag" in aendring:
        date.fromisoformat(aendring["dag"])
    for frist in aendring.get("frister", ()):
        if not isinstance(frist.get("id"), str) or not isinstance(frist.get("type"), int):
            raise ValueError("frister: id and type")
        date.fromisoformat(frist["dato"])
    for booking in aendring.get("bookinger", ()):
        if not isinstance(booking.get("id"), str) or not isinstance(booking.get("type"), int):
            raise ValueError("bookinger: id and type")
        if booking.get("ophav", "jobcenter") not in ("borger", "jobcenter", "akasse"):
            raise ValueError("bookinger: ophav")
        if datetime.fromisoformat(booking["start"]).tzinfo is None:
            raise ValueError("bookinger: start needs an offset")
        if booking.get("slut") is not None and datetime.fromisoformat(booking["slut"]).tzinfo is None:
            raise ValueError("bookinger: slut needs an offset")
    if set(aendring.get("cv", {})) - {"har_nummer", "arkiveret"}:
        raise ValueError("cv: har_nummer and arkiveret")
    for medlemskab in aendring.get("medlemskaber", ()):
        if not isinstance(medlemskab.get("id"), str):
            raise ValueError("medlemskaber: id")
        if not medlemskab.get("tilbagekaldt"):
            if not isinstance(medlemskab.get("akasse"), str):
                raise ValueError("medlemskaber: akasse")
            _periode(medlemskab)
    for fravaer in aendring.get("fravaer", ()):
        if not isinstance(fravaer.get("id"), str) or not isinstance(fravaer.get("type"), int):
            raise ValueError("fravaer: id and type")
        _periode(fravaer)
    for gruppe in aendring.get("kontaktgrupper", ()):
        if not isinstance(gruppe.get("id"), str) or not isinstance(gruppe.get("type"), int):
            raise ValueError("kontaktgrupper: id and type")
        _periode(gruppe)
    return cpr, aendring


def _periode(data: dict[str, Any]) -> None:
    date.fromisoformat(data["start"])
    if data.get("slut") is not None:
        date.fromisoformat(data["slut"])


def abonner(tjeneste: Tjeneste, nye: list[dict[str, Any]]) -> None:
    """Sets up subscriptions beside those that are there; one of the same organisation takes its place."""
    navne = {(a["organisationstype"], a["kode"]) for a in nye}
    gamle = [asdict(a) for a in tjeneste.tilstand.abonnementer if a.modtager not in navne]
    tjeneste.styr("abonnementer", {"abonnementer": [*gamle, *nye]})


async def _saet_abonnementer(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    if not isinstance(data, list):
        raise ValueError("subscriptions are a JSON list")
    for post in data:
        abonnement(post)
    anmodning.app[_STYRING].styr("abonnementer", {"abonnementer": data})
    return await _abonnementer(anmodning)


async def _abonnementer(anmodning: web.Request) -> web.Response:
    return _json([asdict(a) for a in anmodning.app[_STYRING].tilstand.abonnementer])


async def _saet_jobordre(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    felter = ("id", "titel", "beskrivelse", "status", "start")
    if not isinstance(data, dict) or set(data) != set(felter) or not all(isinstance(v, str) for v in data.values()):
        raise ValueError(f"a job order has {', '.join(felter)}, all texts")
    date.fromisoformat(data["start"])
    tjeneste = anmodning.app[_STYRING]
    tjeneste.styr("jobordre", {**data, "kendt": data["id"] in tjeneste.tilstand.jobordrer})
    return _json({})


async def _kodelister(anmodning: web.Request) -> web.Response:
    return _json(anmodning.app[_STYRING].tilstand.kodelister.navne())


async def _saet_kodeliste(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    if not isinstance(data["navn"], str) or not isinstance(data["raekker"], list):
        raise ValueError("a list has navn and raekker")
    for post in data["raekker"]:
        raekke(post)
    anmodning.app[_STYRING].styr("kodeliste", {"navn": data["navn"], "raekker": data["raekker"]})
    return await _kodelister(anmodning)


async def _saet_besked(anmodning: web.Request) -> web.Response:
    data = dict(await _krop(anmodning))
    cpr = data.pop("cpr", None)
    if cpr is not None and (not isinstance(cpr, str) or not P_CPR.fullmatch(cpr)):
        raise ValueError("cpr: not ten digits of the right form")
    if not isinstance(data.get("entitetId"), int) or data.get("aendringstype", 2) not in (1, 2, 3):
        raise ValueError("entitetId must be a whole number, aendringstype 1, 2 or 3")
    if set(data) - {"entitetId", "eksternIdentifier", "version", "aendringstype", "body", "modtagere"}:
        raise ValueError("unknown field of a message")
    anmodning.app[_STYRING].styr("besked", data, cpr)
    return _json({})


async def _beskeder(anmodning: web.Request) -> web.Response:
    return _json(anmodning.app[_STYRING].afsender.stand())


async def _gensend(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    return _json({"antal": anmodning.app[_STYRING].afsender.gensend(data.get("id"), data.get("entitetId"))})


async def _personer(anmodning: web.Request) -> web.Response:
    tilstand = anmodning.app[_STYRING].tilstand
    personer, dag = tilstand.personer, tilstand.ur.idag()
    return _json([person_som_json(cpr, person, dag) for cpr, person in personer.items()])


async def _tilstand(anmodning: web.Request) -> web.Response:
    cpr = anmodning.headers.get("x-civilRegistrationIdentifier", "")
    tilstand = anmodning.app[_STYRING].tilstand
    person = tilstand.personer.get(cpr)
    if person is None:
        return _json({"fejl": "nothing is known of this citizen"}, status=404)
    return _json(person_som_json(cpr, person, tilstand.ur.idag()))


async def _tal(anmodning: web.Request) -> web.Response:
    tjeneste = anmodning.app[_STYRING]
    tilstand = tjeneste.tilstand
    return _json(
        {
            "committed": dict(tilstand.committed),
            "udfald": dict(tilstand.udfald),
            "forsoeg": tilstand.forsoeg,
            "personer": len(tilstand.personer),
            "nede": tjeneste.nede,
        }
    )


async def _indstillinger(anmodning: web.Request) -> web.Response:
    return _json(anmodning.app[_STYRING].tilstand.indstillinger.som_json())


async def _saet_indstillinger(anmodning: web.Request) -> web.Response:
    data = await _krop(anmodning)
    if not isinstance(data, dict):
        raise ValueError("settings are a JSON object")
    tjeneste = anmodning.app[_STYRING]
    tjeneste.tilstand.indstillinger.med(data)  # raises before anything is written down
    tjeneste.styr("indstillinger", data)
    return await _indstillinger(anmodning)


async def _glem(anmodning: web.Request) -> web.Response:
    anmodning.app[_STYRING].styr("glem_request_ids", {})
    return _json({})


def app(tjeneste: Tjeneste) -> web.Application:
    """The admin API over a running service."""
    styring = web.Application(middlewares=[_afvis_forkert], client_max_size=64 * 1024 * 1024)
    styring[_STYRING] = tjeneste
    styring.add_routes(
        [
            web.get("/", _hjaelp),
            web.post("/fejl", _bestil),
            web.get("/fejl", _fejl),
            web.delete("/fejl", _fjern),
            web.delete("/fejl/{nummer:\\d+}", _fjern),
            web.post("/idag", _saet_idag),
            web.get("/idag", _idag),
            web.post("/personer", _saet_personer),
            web.get("/personer", _personer),
            web.get("/tilstand", _tilstand),
            web.get("/tal", _tal),
            web.get("/indstillinger", _indstillinger),
            web.post("/indstillinger", _saet_indstillinger),
            web.post("/glem", _glem),
            web.post("/abonnementer", _saet_abonnementer),
            web.get("/abonnementer", _abonnementer),
            web.post("/jobordre", _saet_jobordre),
            web.get("/kodelister", _kodelister),
            web.post("/kodelister", _saet_kodeliste),
            web.post("/beskeder", _saet_besked),
            web.get("/beskeder", _beskeder),
            web.post("/beskeder/gensend", _gensend),
        ]
    )
    return styring
