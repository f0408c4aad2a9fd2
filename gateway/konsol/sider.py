"""The pages: each asks one read model and shows it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gateway.konsol import skemaform
from gateway.konsol.grund import (
    HOVEDER,
    SKABELONER,
    akasser,
    aktoer,
    dlq_id,
    find_session,
    grund,
    heltal,
    session,
    side,
    stump,
    til,
    vis,
)
from gateway.konsol.plot import Serie, linjer, soejler
from gateway.ledger import logbog
from gateway.ledger.aktoer import Rolle
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.laesning import aendringer, borgere, flow, forside, soegning, stoppede
from gateway.rules.aarsagskoder import AARSAGER

LAESER, OPER, TILSYN = Rolle.LAESER, Rolle.OPERATOER, Rolle.TILSYN
#: So many stopped events of a cause stand on one page.
PAA_SIDEN = 100
#: How often a browser's stream of events looks, seconds; how often its session is asked for again.
_SE_HVER, _SESSION_HVER = 2.0, 30


@side(LAESER, OPER, TILSYN)
async def overblik(request: Request) -> Response:
    g = grund(request)
    nu = g.betjening.ur()
    egne = akasser(request) if _ser_borgere(request) else None
    f = await flow.hent(g.pulje, nu, g.vagt.takster, g.vagt.ender, egne)
    fundne, handlinger = await aendringer.siden(g.pulje, g.noegler, nu - timedelta(days=1))
    ser_alle = session(request).rettigheder.akasser(*Rolle) is None
    opgaver = [o for o in await g.betjening.masse.alle(hoejst=5) if o["afsluttet"] is None]
    skabelon = "_flow.html" if request.headers.get("hx-request") else "overblik.html"
    data: dict[str, Any] = {
        "flow": f,
        "aendringer": fundne,
        "handlinger": handlinger if ser_alle else [],
        "opgaver": opgaver,
    }
    return stump(request, skabelon, **data) if skabelon == "_flow.html" else await vis(request, skabelon, **data)


@side(LAESER, OPER)
async def stoppet(request: Request) -> Response:
    g = grund(request)
    fundne = await stoppede.aarsager(g.pulje, await g.vagt.idag(), akasser(request))
    opgaver = await g.betjening.masse.alle(hoejst=5)
    return await vis(request, "stoppede.html", aarsager=fundne, idag=await g.vagt.idag(), opgaver=opgaver)


@side(LAESER, OPER)
async def aarsag(request: Request) -> Response:
    g, q = grund(request), request.query_params
    valg = {"kode": q.get("kode"), "dfdg_kode": q.get("dfdg") or None, "type_": q.get("type") or None}
    forbi = heltal(q.get("forbi")) or 0
    fundne = await stoppede.liste(
        g.pulje,
        await g.vagt.idag(),
        akasser(request),
        kode=valg["kode"],
        dfdg_kode=valg["dfdg_kode"],
        type_=valg["type_"],
        hoejst=PAA_SIDEN + 1,
        forbi=forbi,
    )
    alle = await stoppede.ider(g.pulje, akasser(request), valg["kode"], valg["dfdg_kode"], valg["type_"])
    return await vis(
        request,
        "aarsag.html",
        breve=fundne[:PAA_SIDEN],
        valg=valg,
        idag=await g.vagt.idag(),
        takt=g.betjening.takt,
        i_alt=len(alle),
        forbi=forbi,
        paa_siden=PAA_SIDEN,
        flere=len(fundne) > PAA_SIDEN,
    )


@side(LAESER, OPER)
async def brev(request: Request) -> Response:
    g = grund(request)
    idag = await g.vagt.idag()
    b = await stoppede.en(g.pulje, g.noegler, dlq_id(request), akasser(request), idag)
    form = skemaform.felter(b["type"] or "", b["haendelse"].get("data", {}))
    return await vis(request, "brev.html", b=b, form=form, idag=idag)


@side(LAESER, OPER)
async def tvivl(request: Request) -> Response:
    g = grund(request)
    return await vis(request, "tvivl.html", liste=await g.betjening.afklaring(aktoer(request)).alle(akasser(request)))


@side(LAESER, OPER)
async def borger(request: Request) -> Response:
    g = grund(request)
    b = await borgere.tidslinje(g.pulje, g.noegler, request.path_params["pseudonym"], akasser(request))
    return await vis(request, "borger.html", b=b)


@side(LAESER, OPER)
async def soeg(request: Request) -> Response:
    ord_ = request.query_params.get("q", "")
    fundne = await soegning.soeg(grund(request).pulje, ord_, akasser(request)) if ord_ else []
    borgere_ = {f.pseudonym for f in fundne}
    if len(borgere_) == 1 and (pseudonym := next(iter(borgere_))) is not None:
        f = fundne[0]
        anker = f"#h{f.anker}" if f.anker else ""
        return til(request, f"/borgere/{pseudonym}{anker}", f"Fundet som {SKABELONER.filters['dansk'](f.som)}.")
    return await vis(request, "soeg.html", ord=ord_, fundne=fundne)


@side(LAESER, OPER)
async def styring(request: Request) -> Response:
    g = grund(request)
    b = g.betjening
    nu = b.ur()
    f = await flow.hent(g.pulje, nu, g.vagt.takster, g.vagt.ender, akasser(request))
    kanaler = sorted({(k.tjeneste, k.akassekode) for k in (await g.vagt.fakta()).kanaler})
    egne = akasser(request)
    return await vis(
        request,
        "styring.html",
        flow=f,
        tjenester=sorted({t for t, _ in kanaler}),
        akasser=sorted({a for _, a in kanaler if egne is None or a in egne}),
        pauser=await b.pauser(aktoer(request)).alle(),
        vinduer=await b.vinduer.alle(),
        karantaener=await b.karantaener(aktoer(request)).alle(),
        spaerringer=await b.spaerringer.alle(),
    )


@side(TILSYN)
async def tilsyn(request: Request) -> Response:
    g, q = grund(request), request.query_params
    periode = "halvaar" if q.get("periode") == "halvaar" else "maaned"
    tal = await g.vagt.tilsynstal(periode)
    egne = session(request).rettigheder.akasser(Rolle.TILSYN)
    rk = [r for r in (tal.raekker if tal else []) if egne is None or r["akasse"] in egne]
    koder = sorted({r["akasse"] for r in rk})
    valgt = q.get("akasse", "")
    valgt = valgt if valgt in koder else ""
    alle = sorted({r["periode"] for r in rk})
    # Up to the newest in which something happened, unless another is asked for.
    med_liv = [p for p in alle if any(r["periode"] == p and _liv(r["tal"]) for r in rk)]
    slut = q.get("til") if q.get("til") in alle else (med_liv or alle or [""])[-1]
    perioder = [p for p in alle if p <= str(slut)][-12:]
    return await vis(
        request,
        "tilsyn.html",
        tal=tal,
        periode=periode,
        koder=koder,
        valgt=valgt,
        slut=slut,
        alle=alle,
        raekker=[r for r in rk if r["periode"] in perioder and (not valgt or r["akasse"] == valgt)],
        plots=_plots([r for r in rk if not valgt or r["akasse"] == valgt], perioder),
    )


def _liv(tal: dict[str, Any]) -> bool:
    return bool(tal["ind"] or tal["ud"] or tal["samtaler"] or tal["frister_brudt"] or tal["jobordrekontakter"])


def _plots(rk: list[dict[str, Any]], perioder: list[str]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(title, SVG, legend) of each figure."""
    if not perioder:
        return []

    def sum_(noegle: str) -> list[float]:
        return [float(sum(r["tal"][noegle] for r in rk if r["periode"] == p)) for p in perioder]

    def ud(kode: str) -> list[float]:
        return [float(sum(r["tal"]["ud"].get(kode, 0) for r in rk if r["periode"] == p)) for p in perioder]

    def samtaler(formaal: str) -> list[float]:
        return [
            float(sum(n for r in rk if r["periode"] == p for n in r["tal"]["samtaler"].get(formaal, {}).values()))
            for p in perioder
        ]

    koder = sorted({k for r in rk for k in r["tal"]["ud"]}, key=lambda k: -sum(ud(k)))[:6]
    formaal = sorted({f for r in rk for f in r["tal"]["samtaler"]}, key=lambda f: -sum(samtaler(f)))[:6]
    fuld = sum_("fuld_periode")
    andel = [100 * t / f if f else 0.0 for t, f in zip(sum_("tre_eller_flere_samtaler"), fuld, strict=True)]
    minimum = [100 * t / f if f else 0.0 for t, f in zip(sum_("lovens_minimum"), fuld, strict=True)]
    grupper = [
        ("Ind i forløb", [Serie("ind", sum_("ind"), "s1")], "s"),
        ("I forløb ved periodens slutning", [Serie("i forløb", sum_("i_forloeb"), "s1")], "l"),
        ("Ud efter årsag", [Serie(_aarsagsnavn(k), ud(k), f"s{n}") for n, k in enumerate(koder, 1)], "s"),
        ("Samtaler efter formål", [Serie(f, samtaler(f), f"s{n}") for n, f in enumerate(formaal, 1)], "s"),
        ("Andel af fulde perioder", [Serie("tre eller flere samtaler", andel, "s1"), Serie("lovens minimum", minimum, "s2")], "%"),
        ("Brudte frister og jobordrekontakter",
         [Serie("frister brudt", sum_("frister_brudt"), "s2"), Serie("jobordrekontakter", sum_("jobordrekontakter"), "s3")], "l"),
    ]  # fmt: skip
    ud_: list[tuple[str, str, list[tuple[str, str]]]] = []
    for titel, serier, slags in grupper:
        match slags:
            case "s":
                svg = soejler(titel, perioder, serier)
            case "%":
                svg = linjer(titel, perioder, serier, " %", 100)
            case _:
                svg = linjer(titel, perioder, serier)
        ud_.append((titel, svg, [(s.klasse, s.navn) for s in serier]))
    return ud_


def _aarsagsnavn(kode: str) -> str:
    return f"{kode} {AARSAGER.get(kode, '')}".strip()


@side(TILSYN, OPER)
async def revision(request: Request) -> Response:
    g, q = grund(request), request.query_params
    egne = session(request).rettigheder.akasser(Rolle.TILSYN, Rolle.OPERATOER)
    valg = {n: q.get(n) or None for n in ("maal", "handling", "hvem")}
    fundne = await logbog.laes(g.pulje, g.noegler, foer_id=heltal(q.get("foer")), akasser=egne, hoejst=51, **valg)
    return await vis(
        request,
        "logbog.html",
        handlinger=fundne[:50],
        flere=len(fundne) > 50,
        kendte=logbog.HANDLINGER,
        maal=valg["maal"] or "",
        handling=valg["handling"] or "",
        hvem=valg["hvem"] or "",
    )


async def stroem(request: Request) -> Response:
    """Server-sent events: ``top`` is the sentence as HTML, ``aendret`` says that something moved."""
    if await find_session(request) is None:
        return Response(status_code=401)
    return StreamingResponse(
        _haendelser(request), media_type="text/event-stream", headers={**HOVEDER, "X-Accel-Buffering": "no"}
    )


async def _haendelser(request: Request) -> AsyncIterator[str]:
    g = grund(request)
    html, aftryk, runde = "", "", 0
    while not g.vagt.lukker.is_set():
        try:
            if runde % _SESSION_HVER == _SESSION_HVER - 1 and await find_session(request) is None:
                return
            fakta = await g.vagt.fakta()
            nyt = SKABELONER.get_template("_top.html").render(top=forside.dom(fakta), fakta=fakta)
            nyt_aftryk = hashlib.blake2b(
                repr((fakta.kanaler, fakta.stoppede, fakta.undervejs, fakta.i_tvivl)).encode()
            ).hexdigest()
        except DATABASE_VAEK:
            nyt, nyt_aftryk = SKABELONER.get_template("_top.html").render(top=None, fakta=None), "vaek"
        if nyt != html:
            yield _sse("top", nyt)
        if aftryk and nyt_aftryk != aftryk:
            yield _sse("aendret", "1")
        if nyt == html and runde % 8 == 0:
            yield ": stadig her\n\n"
        html, aftryk, runde = nyt, nyt_aftryk, runde + 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(g.vagt.lukker.wait(), _SE_HVER)


def _sse(navn: str, data: str) -> str:
    linjer_ = "".join(f"data: {x}\n" for x in data.splitlines())
    return f"event: {navn}\n{linjer_}\n"


def _ser_borgere(request: Request) -> bool:
    return any(r in (LAESER, OPER) for r, _ in session(request).rettigheder.roller)


RUTER = [
    Route("/", overblik),
    Route("/stoppede", stoppet),
    Route("/stoppede/aarsag", aarsag),
    Route("/stoppede/{dlq_id}", brev),
    Route("/tvivl", tvivl),
    Route("/borgere/{pseudonym}", borger),
    Route("/soeg", soeg),
    Route("/styring", styring),
    Route("/tilsyn", tilsyn),
    Route("/logbog", revision),
    Route("/haendelser", stroem),
]

__all__ = ["RUTER"]
