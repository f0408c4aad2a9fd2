"""The acts of the pages. Each form may be tried first (``proev``): what would be decided and sent is shown, nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import Betjeningsfejl
from gateway.konsol import skemaform
from gateway.konsol.grund import Haandtering, akasser, aktoer, dlq_id, grund, side, stump, til
from gateway.konsol.opgaver import loes_karantaene
from gateway.ledger import frigivelsesvisning
from gateway.ledger.aktoer import Rolle
from gateway.ledger.frigivelse import Frigivelse
from gateway.ledger.laesning import soegning, stoppede
from gateway.ledger.masse import Handling
from gateway.ledger.pauser import Art
from gateway.ledger.prognosevisning import i_ord
from gateway.rules.model import KOEBENHAVN

OPER = Rolle.OPERATOER
#: So many of a group are shown in full in a dry run.
_PROEVES = 20


def _tekst(f: FormData, navn: str) -> str:
    return str(f.get(navn, "")).strip()


def _proever(f: FormData) -> bool:
    return "proev" in f


# --- one dead letter -----------------------------------------------------------------------------------


@side(OPER, post=True)
async def genkoer(request: Request) -> Response:
    return await _en(request, "retry", "Hændelsen er genkørt.")


@side(OPER, post=True)
async def spring_over(request: Request) -> Response:
    return await _en(request, "skip", "Hændelsen er sprunget over; de efterfølgende går videre.")


async def _en(request: Request, navn: Handling, tekst: str) -> Response:
    f, id_ = await request.form(), dlq_id(request)
    op = grund(request).betjening.operatoer(aktoer(request))
    if _proever(f):
        return stump(request, "_proeve.html", proever=[await op.proev(navn, id_)], i_alt=1)
    await (op.genkoer if navn == "retry" else op.spring_over)([id_], _tekst(f, "begrundelse"))
    return til(request, f"/stoppede/{id_}", tekst)


@side(OPER, post=True)
async def erstat(request: Request) -> Response:
    f, id_, g = await request.form(), dlq_id(request), grund(request)
    b = await stoppede.en(g.pulje, g.noegler, id_, akasser(request))
    raa = _tekst(f, "raa")
    if raa:
        try:
            vist = orjson.loads(raa)
        except orjson.JSONDecodeError:
            raise Betjeningsfejl("the content is not JSON", dansk="Indholdet er ikke JSON.") from None
    else:
        vist = skemaform.saml(b["type"] or "", f)
    op = g.betjening.operatoer(aktoer(request))
    data = orjson.dumps(skemaform.genskab(vist, await op.data(id_)))
    if _proever(f):
        return stump(request, "_proeve.html", proever=[await op.proev_erstat(id_, data)], i_alt=1)
    await op.erstat(id_, data, _tekst(f, "begrundelse"))
    return til(request, f"/stoppede/{id_}", "Hændelsen er erstattet; den oprindelige er gemt.")


# --- many --------------------------------------------------------------------------------------------------


@side(OPER, post=True)
async def mange(request: Request) -> Response:
    f, g = await request.form(), grund(request)
    handling: Handling = "skip" if "skip" in (f.get("handling"), f.get("proev")) else "retry"
    op = g.betjening.operatoer(aktoer(request))
    if _tekst(f, "omfang") == "alle":
        valgte = await stoppede.ider(
            g.pulje, akasser(request), _tekst(f, "kode"), _tekst(f, "dfdg") or None, _tekst(f, "type") or None
        )
    else:
        valgte = [UUID(str(v)) for v in f.getlist("id") if _er_uuid(str(v))]
    if not valgte:
        raise Betjeningsfejl("nothing is chosen", dansk="Vælg mindst én hændelse.")
    if _proever(f):
        proever = [{"dlqId": str(i), **await _proev(op.proev, handling, i)} for i in valgte[:_PROEVES]]
        return stump(request, "_proeve.html", proever=proever, i_alt=len(valgte))
    await g.betjening.masse.opret(aktoer(request), handling, valgte, _tekst(f, "begrundelse"))
    ord_ = "springes over" if handling == "skip" else "genkøres"
    return til(request, "/stoppede", f"{len(valgte)} hændelser {ord_}, højst {g.betjening.takt:.0f} i sekundet.")


async def _proev(proev: Callable[[Handling, UUID], Any], handling: Handling, id_: UUID) -> dict[str, Any]:
    try:
        svar: dict[str, Any] = await proev(handling, id_)
    except Betjeningsfejl as fejl:
        return {"afvist": fejl.dansk}
    return svar


@side(OPER, post=True)
async def stop_opgave(request: Request) -> Response:
    f = await request.form()
    await grund(request).betjening.masse.stop(aktoer(request), int(request.path_params["nr"]), _tekst(f, "begrundelse"))
    return til(request, "/stoppede", "Opgaven er stoppet; det, den nåede, står.")


# --- in doubt ------------------------------------------------------------------------------------------------


@side(OPER, post=True)
async def afklar(request: Request) -> Response:
    f, g, nr = await request.form(), grund(request), int(request.path_params["nr"])
    if _tekst(f, "findes") not in ("ja", "nej"):
        raise Betjeningsfejl("say what DFDG shows", dansk="Vælg, om DFDG har registreringen eller ej.")
    findes = _tekst(f, "findes") == "ja"
    afklaring = g.betjening.afklaring(aktoer(request))
    if _proever(f):
        return stump(request, "_proeve.html", proever=[await afklaring.proev(nr, findes=findes)], i_alt=1)
    await afklaring.afklar(
        nr,
        findes=findes,
        bevis=_tekst(f, "bevis"),
        begrundelse=_tekst(f, "begrundelse"),
        registrerings_id=_tekst(f, "registreringsid") or None,
    )
    return til(request, "/tvivl", "Registreringen er afklaret.")


# --- pauses, windows, quarantine, blocks ------------------------------------------------------------------------


@side(OPER, post=True)
async def pause(request: Request) -> Response:
    f, pauser = await request.form(), grund(request).betjening.pauser(aktoer(request))
    art = _tekst(f, "art")
    if art not in ("akasse", "tjeneste", "borger"):
        raise Betjeningsfejl("no such kind", dansk="Vælg, hvad der skal sættes på pause.")
    vaerdi = _tekst(f, f"vaerdi_{art}") or _tekst(f, "vaerdi")
    if _proever(f):
        antal = await pauser.proev(cast(Art, art), vaerdi)
        return stump(request, "_besked.html", art="obs", tekst=f"{antal} borgeres registreringer ville vente nu.")
    await pauser.saet(cast(Art, art), vaerdi, _tekst(f, "begrundelse"))
    return til(
        request,
        f"/borgere/{vaerdi}" if art == "borger" else "/styring",
        "Sat på pause; det, der er undervejs, afsluttes.",
    )


@side(OPER, post=True)
async def ophaev_pause(request: Request) -> Response:
    f, b, nr = await request.form(), grund(request).betjening, int(request.path_params["nr"])
    trinvis = _tekst(f, "straks") != "ja"
    if _proever(f):
        return _frigives(request, await b.frigivelser(aktoer(request)).pause(nr, trinvis=trinvis))
    await b.pauser(aktoer(request)).ophaev(nr, _tekst(f, "begrundelse"), trinvis=trinvis)
    return til(
        request, _tekst(f, "retur") if _tekst(f, "retur").startswith("/borgere/") else "/styring", "Pausen er ophævet."
    )


@side(OPER, post=True)
async def genaabn(request: Request) -> Response:
    f, b = await request.form(), grund(request).betjening
    valg = _tekst(f, "tjeneste"), _tekst(f, "akasse") or None
    if _proever(f):
        return _frigives(request, await b.frigivelser(aktoer(request)).genaabn(*valg))
    kanaler = await b.pauser(aktoer(request)).genaabn(*valg, _tekst(f, "begrundelse"))
    return til(request, "/styring", f"{len(kanaler)} kanaler åbnes trinvis: én borger, ti, en tiendedel, alle.")


@side(OPER, post=True)
async def vindue(request: Request) -> Response:
    f, g = await request.form(), grund(request)
    til_tid = _tidspunkt(f, "til")
    fra = _tidspunkt(f, "fra") if _tekst(f, "fra") else g.betjening.ur()
    tjenester = [str(v) for v in f.getlist("tjeneste") if v]
    if _proever(f):
        aktoer(request).kraev(None)
        forudsagt = await g.vagt.forudsig(til_tid, tjenester)
        tekst = f"{i_ord(forudsagt)} {forudsagt.borgere} borgeres registreringer venter nu; parterne får besked med det samme."
        return stump(request, "_besked.html", art="obs", tekst=tekst)
    begrundelse = _tekst(f, "begrundelse")
    await g.betjening.vinduer.planlaeg(
        fra, til_tid, tjenester, _tekst(f, "tekst"), hvem=aktoer(request), begrundelse=begrundelse
    )
    return til(request, "/styring", "Vinduet er planlagt, og parterne har fået besked.")


@side(OPER, post=True)
async def ret_vindue(request: Request) -> Response:
    f, g, nr = await request.form(), grund(request), int(request.path_params["nr"])
    vinduer, begrundelse = g.betjening.vinduer, _tekst(f, "begrundelse")
    if _proever(f):
        aktoer(request).kraev(None)
        v = await vinduer.et(nr)
        slut = _tidspunkt(f, "til") if _tekst(f, "til") else v.ende
        straks, senere = [i_ord(await g.vagt.forudsig(t, v.tjenester)) for t in (g.betjening.ur(), slut)]
        tekst = f"Sluttes vinduet nu: {straks} Sluttes det {slut.astimezone(KOEBENHAVN):%d-%m-%Y %H:%M}: {senere}"
        return _frigives(request, await g.betjening.frigivelser(aktoer(request)).vindue(nr), tekst)
    if _tekst(f, "handling") == "slut":
        await vinduer.slut(nr, hvem=aktoer(request), begrundelse=begrundelse)
        return til(request, "/styring", "Vinduet er slut; kanalerne åbnes trinvis.")
    await vinduer.forlaeng(nr, _tidspunkt(f, "til"), hvem=aktoer(request), begrundelse=begrundelse)
    return til(request, "/styring", "Vinduet har fået en ny slutning.")


@side(OPER, post=True)
async def karantaene(request: Request) -> Response:
    f, karantaener = await request.form(), grund(request).betjening.karantaener(aktoer(request))
    valg = (
        _tekst(f, "kilde"),
        _tekst(f, "type") or None,
        _tidspunkt(f, "fra"),
        _tidspunkt(f, "til") if _tekst(f, "til") else None,
    )
    if _proever(f):
        r = await karantaener.proev(*valg)
        tekst = f"{r.holdt} hændelser ville blive holdt, {r.undervejs} er undervejs til DFDG, {r.endelige} er endelige og rettes af udgiveren."
        return stump(request, "_besked.html", art="obs", tekst=tekst)
    _, r = await karantaener.saet(*valg, _tekst(f, "begrundelse"))
    return til(request, "/styring", f"Karantænen holder {r.holdt} hændelser; {r.undervejs} var undervejs.")


@side(OPER, post=True)
async def ophaev_karantaene(request: Request) -> Response:
    f, b = await request.form(), grund(request).betjening
    nr, spring = int(request.path_params["nr"]), "spring_over" in (f.get("handling"), f.get("proev"))
    if _proever(f):
        return _frigives(request, await b.frigivelser(aktoer(request)).karantaene(nr, spring_over=spring))
    antal, _ = await loes_karantaene(b, aktoer(request), nr, _tekst(f, "begrundelse"), spring_over=spring)
    hvad = "opgives" if spring else "frigives"
    return til(request, "/stoppede", f"Karantænen er slut: {antal} hændelser {hvad}, højst {b.takt:.0f} i sekundet.")


@side(OPER, post=True)
async def ophaev_spaerring(request: Request) -> Response:
    f, b, nr = await request.form(), grund(request).betjening, int(request.path_params["nr"])
    if _proever(f):
        return _frigives(request, await b.frigivelser(aktoer(request)).spaerring(nr))
    antal = await b.spaerringer.ophaev(
        nr, b.operatoer(aktoer(request)), aktoer(request), _tekst(f, "begrundelse"), helt=False
    )
    return til(request, "/styring", f"{antal} hændelser tages op igen.")


def _frigives(request: Request, f: Frigivelse, prognose: str = "") -> Response:
    """What an act that lets go would send."""
    return stump(
        request,
        "_frigives.html",
        f=f,
        ord=frigivelsesvisning.i_ord(f),
        tjenesten=frigivelsesvisning.tjenesten,
        prognose=prognose,
    )


# --- searching by number, figures ---------------------------------------------------------------------------------


@side(Rolle.LAESER, OPER, post=True)
async def soeg_cpr(request: Request) -> Response:
    f, g = await request.form(), grund(request)
    pseudonym = await soegning.soeg_cpr(g.pulje, g.noegler, _tekst(f, "cpr"), aktoer(request), _tekst(f, "begrundelse"))
    if pseudonym is None:
        return til(request, "/soeg", "Ingen borger, du må se, har det nummer. Søgningen er noteret.", "obs")
    return til(request, f"/borgere/{pseudonym}", "Fundet på CPR-nummer. Søgningen er noteret.")


@side(Rolle.TILSYN, post=True)
async def regn(request: Request) -> Response:
    grund(request).vagt.regn()
    return til(request, "/tilsyn", "Tallene regnes ud på ny; hent siden igen om lidt.")


def _tidspunkt(f: FormData, navn: str) -> datetime:
    """A time of a form (``datetime-local``: Copenhagen's)."""
    try:
        tid = datetime.fromisoformat(_tekst(f, navn))
    except ValueError:
        raise Betjeningsfejl(f"{navn} is no time", dansk=f"Feltet {navn} skal være et tidspunkt.") from None
    return tid if tid.tzinfo else tid.replace(tzinfo=KOEBENHAVN)


def _er_uuid(v: str) -> bool:
    try:
        UUID(v)
    except ValueError:
        return False
    return True


def _post(sti: str, h: Haandtering) -> Route:
    return Route(sti, h, methods=["POST"])


RUTER = [
    _post("/stoppede/mange", mange),
    _post("/stoppede/{dlq_id}/genkoer", genkoer),
    _post("/stoppede/{dlq_id}/spring-over", spring_over),
    _post("/stoppede/{dlq_id}/erstat", erstat),
    _post("/opgaver/{nr:int}/stop", stop_opgave),
    _post("/tvivl/{nr:int}", afklar),
    _post("/styring/pause", pause),
    _post("/styring/pause/{nr:int}/ophaev", ophaev_pause),
    _post("/styring/genaabn", genaabn),
    _post("/styring/vindue", vindue),
    _post("/styring/vindue/{nr:int}", ret_vindue),
    _post("/styring/karantaene", karantaene),
    _post("/styring/karantaene/{nr:int}/ophaev", ophaev_karantaene),
    _post("/styring/spaerring/{nr:int}/ophaev", ophaev_spaerring),
    _post("/soeg/cpr", soeg_cpr),
    _post("/tilsyn/regn", regn),
]

__all__ = ["RUTER"]
