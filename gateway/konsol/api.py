"""``/api/v1``: what the console shows and does, for programs. OpenAPI under ``/api/v1/openapi.json``.

A caller is known by a bearer token: an access token of the issuer, or one that ``POST adgang`` gives for a one-time code
(embedded default). A browser's own session serves too; its posts then carry ``X-CSRF-Token``.
"""

from dataclasses import asdict
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from gateway.errors import Adgangsfejl, Betjeningsfejl, MidlertidigFejl, UlovligOvergang
from gateway.konsol.adgang import Forsoegsgraense, Session, adresse
from gateway.konsol.apiadgang import Enhver, Grunddel, Laeser, Oper, Svar, Tilsyn, akasser, aktoer, med
from gateway.konsol.apikroppe import (
    Adgang,
    Afklaring,
    Cprsoegning,
    Erstatning,
    Genaabning,
    Grunden,
    Handling,
    Karantaene,
    Karantaeneophaevelse,
    Kode,
    Mange,
    Ophaevelse,
    Pause,
    Vindue,
    Vinduesaendring,
)
from gateway.konsol.grund import Grund
from gateway.konsol.opgaver import loes_karantaene
from gateway.konsol.skemaform import genskab
from gateway.ledger import frigivelsesvisning, logbog
from gateway.ledger.aktoer import ALLE, Aktoer, Rettigheder, Rolle
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.frigivelse import Frigivelse
from gateway.ledger.laesning import borgere, flow, forside, soegning, stoppede, tilsyn
from gateway.ledger.prognosevisning import som_json

_ALT = Rettigheder(frozenset((r, ALLE) for r in Rolle))
ruter = APIRouter()


@ruter.post("/adgang", tags=["adgang"])
async def adgang(g: Grunddel, kode: Kode, request: Request) -> Adgang:
    """A bearer token for a one-time code, in the embedded default only."""
    graense = request.app.state.graense
    if graense.for_mange(adresse(request)):
        raise HTTPException(429, "for mange forsøg", {"Retry-After": "60"})
    if not g.koder or not await g.sessioner.brug_kode(kode.kode):
        graense.fejlede(adresse(request))
        raise HTTPException(403, "koden er brugt, udløbet eller forkert")
    async with g.pulje.acquire() as conn:
        await logbog.noter(conn, Aktoer("engangskode", "api", _ALT), "login", "api", "log ind")
    return Adgang(token=await g.sessioner.opret("engangskode", _ALT))


# --- reading ---------------------------------------------------------------------------------------


@ruter.get("/overblik", tags=["se"])
async def overblik(g: Grunddel, _: Enhver) -> forside.Topsaetning:
    """The sentence on top: who is the trouble, since when, how many citizens, through at about when."""
    return forside.dom(await g.vagt.fakta())


@ruter.get("/flow", tags=["se"])
async def flowet(g: Grunddel, s: Enhver) -> flow.Flow:
    """In, registered, waiting, in doubt, stopped; DFDG's services; parties."""
    return await flow.hent(g.pulje, g.betjening.ur(), g.vagt.takster, g.vagt.ender, s.rettigheder.akasser(*Rolle))


@ruter.get("/stoppede", tags=["se"])
async def stoppet(
    g: Grunddel,
    s: Laeser,
    kode: str | None = None,
    dfdgKode: str | None = None,  # noqa: N803
    type: str | None = None,
    hoejst: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[stoppede.Stoppet]:
    """Open dead letters, in the order in which they stopped."""
    return await stoppede.liste(
        g.pulje, await g.vagt.idag(), akasser(s), kode=kode, dfdg_kode=dfdgKode, type_=type, hoejst=hoejst
    )


@ruter.get("/stoppede/aarsager", tags=["se"])
async def aarsager(g: Grunddel, s: Laeser) -> list[stoppede.Aarsag]:
    """By cause with what each holds back, the most harmful first."""
    return await stoppede.aarsager(g.pulje, await g.vagt.idag(), akasser(s))


@ruter.get("/stoppede/{dlq_id}", tags=["se"])
async def en(g: Grunddel, dlq_id: UUID, s: Laeser) -> dict[str, Any]:
    """One dead letter beside the last good one of its kind."""
    return _json(await stoppede.en(g.pulje, g.noegler, dlq_id, akasser(s)))


@ruter.get("/tvivl", tags=["se"])
async def tvivl(g: Grunddel, s: Laeser) -> list[dict[str, Any]]:
    """Registrations in doubt."""
    return [asdict(t) for t in await g.betjening.afklaring(aktoer(s)).alle(akasser(s))]


@ruter.get("/borgere/{pseudonym}", tags=["se"])
async def borger(g: Grunddel, pseudonym: str, s: Laeser) -> dict[str, Any]:
    """A citizen's lane as a time line, with both states."""
    return _json(await borgere.tidslinje(g.pulje, g.noegler, pseudonym, akasser(s)))


@ruter.get("/soeg", tags=["se"])
async def soeg(g: Grunddel, q: str, s: Laeser) -> list[soegning.Fund]:
    """By pseudonym, event id, samtaleId, request id."""
    return await soegning.soeg(g.pulje, q, akasser(s))


@ruter.post("/soeg/cpr", tags=["se"])
async def soeg_cpr(g: Grunddel, v: Cprsoegning, s: Laeser) -> dict[str, str | None]:
    """The pseudonym of a CPR number. The search is kept in the log, the number is not."""
    return {"borger": await soegning.soeg_cpr(g.pulje, g.noegler, v.cpr, aktoer(s), v.begrundelse)}


@ruter.get("/tilsyn", tags=["se"])
async def tallene(g: Grunddel, s: Tilsyn, periode: Literal["maaned", "halvaar"] = "maaned") -> tilsyn.Tilsynstal | None:
    """The figures of supervision (D2) as last worked out; null: they are being worked out."""
    tal = await g.vagt.tilsynstal(periode)
    egne = s.rettigheder.akasser(Rolle.TILSYN)
    if tal is None or egne is None:
        return tal
    return tilsyn.Tilsynstal(tal.idag, tal.beregnet, [r for r in tal.raekker if r["akasse"] in egne])


@ruter.get("/logbog", tags=["se"])
async def log(
    g: Grunddel,
    s: Annotated[Session, med(Rolle.TILSYN, Rolle.OPERATOER)],
    foer: int | None = None,
    maal: str | None = None,
    handling: str | None = None,
    hvem: str | None = None,
    hoejst: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[dict[str, Any]]:
    """Acts, newest first."""
    egne = s.rettigheder.akasser(Rolle.TILSYN, Rolle.OPERATOER)
    return [
        _json(asdict(h))
        for h in await logbog.laes(
            g.pulje, g.noegler, foer_id=foer, maal=maal, handling=handling, hvem=hvem, akasser=egne, hoejst=hoejst
        )
    ]


@ruter.get("/opgaver", tags=["se"])
async def opgaver(g: Grunddel, _: Laeser) -> list[dict[str, Any]]:
    """Acts on many: how far they have come."""
    return await g.betjening.masse.alle()


@ruter.get("/styring", tags=["se"])
async def styring(g: Grunddel, s: Laeser) -> dict[str, Any]:
    """Pauses, windows, quarantines, blocks in force."""
    b = g.betjening
    return {
        "pauser": await b.pauser(aktoer(s)).alle(),
        "vinduer": [asdict(v) for v in await b.vinduer.alle()],
        "karantaener": await b.karantaener(aktoer(s)).alle(),
        "spaerringer": await b.spaerringer.alle(),
    }


# --- acting ------------------------------------------------------------------------------------------


@ruter.post("/stoppede/{dlq_id}/genkoer", tags=["handl"])
async def genkoer(g: Grunddel, dlq_id: UUID, v: Handling, s: Oper) -> dict[str, Any]:
    """Retry."""
    op = g.betjening.operatoer(aktoer(s))
    return await op.proev("retry", dlq_id) if v.proev else {"ids": await op.genkoer([dlq_id], v.begrundelse)}


@ruter.post("/stoppede/{dlq_id}/spring-over", tags=["handl"])
async def spring_over(g: Grunddel, dlq_id: UUID, v: Handling, s: Oper) -> dict[str, Any]:
    """Skip."""
    op = g.betjening.operatoer(aktoer(s))
    return await op.proev("skip", dlq_id) if v.proev else {"ids": await op.spring_over([dlq_id], v.begrundelse)}


@ruter.post("/stoppede/{dlq_id}/erstat", tags=["handl"])
async def erstat(g: Grunddel, dlq_id: UUID, v: Erstatning, s: Oper) -> dict[str, Any]:
    """Replace the event's data; the original is kept. What the mask covers is put back where it was not changed."""
    op = g.betjening.operatoer(aktoer(s))
    data = orjson.dumps(genskab(v.data, await op.data(dlq_id)))
    if v.proev:
        return await op.proev_erstat(dlq_id, data)
    await op.erstat(dlq_id, data, v.begrundelse)
    return {"erstattet": [dlq_id]}


@ruter.post("/stoppede/mange", tags=["handl"])
async def mange(g: Grunddel, v: Mange, s: Oper) -> dict[str, Any]:
    """Retry or skip many, at the installation's rate; a task does it. A dry run shows the first twenty."""
    valgte = v.ids or (await stoppede.ider(g.pulje, akasser(s), v.kode, v.dfdgKode, v.type) if v.kode else [])
    if v.proev:
        op = g.betjening.operatoer(aktoer(s))
        return {
            "antal": len(valgte),
            "proever": [{"dlqId": i, **await op.proev(v.handling, i)} for i in valgte[:20]],
        }
    return {
        "opgave": await g.betjening.masse.opret(aktoer(s), v.handling, valgte, v.begrundelse),
        "antal": len(valgte),
    }


@ruter.post("/opgaver/{nr}/stop", tags=["handl"])
async def stop_opgave(g: Grunddel, nr: int, v: Grunden, s: Oper) -> dict[str, int]:
    """End a task; what it has done stands."""
    await g.betjening.masse.stop(aktoer(s), nr, v.begrundelse)
    return {"stoppet": nr}


@ruter.post("/tvivl/{nr}", tags=["handl"])
async def afklar(g: Grunddel, nr: int, v: Afklaring, s: Oper) -> dict[str, Any]:
    """Settle a registration in doubt by hand, with evidence."""
    afklaring = g.betjening.afklaring(aktoer(s))
    if v.proev:
        return await afklaring.proev(nr, findes=v.findes)
    await afklaring.afklar(
        nr, findes=v.findes, bevis=v.bevis, begrundelse=v.begrundelse, registrerings_id=v.registreringsId
    )
    return {"afklaret": nr}


@ruter.post("/styring/pause", tags=["handl"])
async def pause(g: Grunddel, v: Pause, s: Oper) -> dict[str, int]:
    """Pause an a-kasse, a service or a lane."""
    pauser = g.betjening.pauser(aktoer(s))
    if v.proev:
        return {"holdt": await pauser.proev(v.art, v.vaerdi)}
    return {"pause": await pauser.saet(v.art, v.vaerdi, v.begrundelse)}


@ruter.post("/styring/pause/{nr}/ophaev", tags=["handl"])
async def ophaev_pause(g: Grunddel, nr: int, v: Ophaevelse, s: Oper) -> dict[str, Any]:
    """Lift a pause; its channels reopen in steps unless ``straks``. A dry run shows what would be sent, in its order."""
    if v.proev:
        return _frigives(await g.betjening.frigivelser(aktoer(s)).pause(nr, trinvis=not v.straks))
    return {"genaabnes": await g.betjening.pauser(aktoer(s)).ophaev(nr, v.begrundelse, trinvis=not v.straks)}


@ruter.post("/styring/genaabn", tags=["handl"])
async def genaabn(g: Grunddel, v: Genaabning, s: Oper) -> dict[str, Any]:
    """Reopen a service's channels in steps now. A dry run shows what would be sent, in its order."""
    if v.proev:
        return _frigives(await g.betjening.frigivelser(aktoer(s)).genaabn(v.tjeneste, v.akasse))
    return {"genaabnes": await g.betjening.pauser(aktoer(s)).genaabn(v.tjeneste, v.akasse, v.begrundelse)}


@ruter.post("/styring/vindue", tags=["handl"])
async def vindue(g: Grunddel, v: Vindue, s: Oper) -> dict[str, Any]:
    """Plan a window and tell the parties; with ``proev`` only the forecast."""
    if v.proev:
        aktoer(s).kraev(None)
        return {"prognose": som_json(await g.vagt.forudsig(v.til, v.tjenester))}
    nr = await g.betjening.vinduer.planlaeg(
        v.fra or g.betjening.ur(), v.til, v.tjenester, v.tekst, hvem=aktoer(s), begrundelse=v.begrundelse
    )
    return {"vindue": nr}


@ruter.post("/styring/vindue/{nr}", tags=["handl"])
async def ret_vindue(g: Grunddel, nr: int, v: Vinduesaendring, s: Oper) -> dict[str, Any]:
    """Move a window's end, or end it; with ``proev`` only the forecasts of ending it now and then, and what would be sent now."""
    vinduer = g.betjening.vinduer
    if v.proev:
        aktoer(s).kraev(None)
        foer = await vinduer.et(nr)
        straks, senere = [await g.vagt.forudsig(t, foer.tjenester) for t in (g.betjening.ur(), v.til or foer.ende)]
        tal = {"nu": som_json(straks), "planlagt": som_json(senere)}
        return {"prognose": tal, **_frigives(await g.betjening.frigivelser(aktoer(s)).vindue(nr))}
    if v.til is None:
        await vinduer.slut(nr, hvem=aktoer(s), begrundelse=v.begrundelse)
    else:
        await vinduer.forlaeng(nr, v.til, hvem=aktoer(s), begrundelse=v.begrundelse)
    return {"vindue": nr}


@ruter.post("/styring/karantaene", tags=["handl"])
async def karantaene(g: Grunddel, v: Karantaene, s: Oper) -> dict[str, Any]:
    """Hold a source's events back."""
    karantaener = g.betjening.karantaener(aktoer(s))
    if v.proev:
        return asdict(await karantaener.proev(v.kilde, v.type, v.fra, v.til))
    nr, ramt = await karantaener.saet(v.kilde, v.type, v.fra, v.til, v.begrundelse)
    return {"karantaene": nr, **asdict(ramt)}


@ruter.post("/styring/karantaene/{nr}/ophaev", tags=["handl"])
async def ophaev_karantaene(g: Grunddel, nr: int, v: Karantaeneophaevelse, s: Oper) -> dict[str, Any]:
    """Let them go, or give them up, at the installation's rate; a task does it. A dry run shows what would be sent, in its order."""
    b = g.betjening
    if v.proev:
        return _frigives(await b.frigivelser(aktoer(s)).karantaene(nr, spring_over=v.springOver))
    antal, opgave = await loes_karantaene(b, aktoer(s), nr, v.begrundelse, spring_over=v.springOver)
    return {"antal": antal, "opgave": opgave}


@ruter.post("/styring/spaerring/{nr}/ophaev", tags=["handl"])
async def ophaev_spaerring(g: Grunddel, nr: int, v: Handling, s: Oper) -> dict[str, Any]:
    """Send a blocked kind again. A dry run shows what would be sent, in its order."""
    b = g.betjening
    if v.proev:
        return _frigives(await b.frigivelser(aktoer(s)).spaerring(nr))
    return {"antal": await b.spaerringer.ophaev(nr, b.operatoer(aktoer(s)), aktoer(s), v.begrundelse, helt=False)}


def _frigives(f: Frigivelse) -> dict[str, Any]:
    return {"frigivelse": frigivelsesvisning.som_json(f)}


def byg(g: Grund) -> FastAPI:
    """The API over the same parts as the console."""
    app = FastAPI(
        title="Gateway mellem a-kasser og DFDG: drift",
        version=g.version,
        docs_url=None,
        redoc_url=None,
        default_response_class=Svar,
    )
    app.state.grund = g
    app.state.graense = Forsoegsgraense()
    app.include_router(ruter)
    _fejl(app)
    return app


def _fejl(app: FastAPI) -> None:
    """Refusals as JSON: ``kode`` and one sentence. What was sent never comes back in them."""

    def svar(status: int, kode: str, tekst: str) -> Response:
        return Svar({"kode": kode, "tekst": tekst}, status)

    @app.exception_handler(Adgangsfejl)
    async def adgangsfejl(_: Request, fejl: Adgangsfejl) -> Response:
        return svar(403, fejl.kode, fejl.dansk)

    @app.exception_handler(Betjeningsfejl)
    async def betjeningsfejl(_: Request, fejl: Betjeningsfejl) -> Response:
        return svar(409, fejl.kode, fejl.dansk)

    @app.exception_handler(UlovligOvergang)
    async def ulovlig(_: Request, fejl: UlovligOvergang) -> Response:
        return svar(409, fejl.kode, "Hændelsen er i en tilstand, hvor det ikke kan gøres.")

    @app.exception_handler(MidlertidigFejl)
    async def midlertidig(_: Request, fejl: MidlertidigFejl) -> Response:
        return svar(503, fejl.kode, str(fejl))

    async def database(_: Request, __: Exception) -> Response:
        return svar(503, "midlertidig", "PostgreSQL svarer ikke.")

    for art in DATABASE_VAEK:
        app.add_exception_handler(cast(type[Exception], art), database)

    @app.exception_handler(RequestValidationError)
    async def forkert(_: Request, fejl: RequestValidationError) -> Response:
        felter = sorted({".".join(str(x) for x in f["loc"][1:]) or str(f["loc"][0]) for f in fejl.errors()})
        return svar(422, "skema", f"Disse felter er forkerte eller mangler: {', '.join(felter)}.")


def _json(v: Any) -> dict[str, Any]:
    """Dataclasses and rows inside a document as plain JSON."""
    ud: dict[str, Any] = orjson.loads(orjson.dumps(v, default=_plain))
    return ud


def _plain(v: Any) -> Any:
    return dict(v) if isinstance(v, asyncpg.Record) else str(v)
