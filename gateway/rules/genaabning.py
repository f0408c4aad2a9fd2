"""A5: a withdrawn ending re-opens the course, by the setting ``GATEWAY_RULES__GENAABNING``.

``ret`` takes the end off the marking, ``ny`` opens a new one after it, ``stop`` leaves it to a person. A marking that
re-opened the course stands in no event of the history, which goes on telling of the first one: what a correction changes in
the course is then taken to the marking in which it runs on, and what would change markings is a person's to judge.

Source: none is public (choice); VEJL §2(5) says that the last registration counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from gateway.errors import Regelfejl
from gateway.rules.aendringer import ForloebSat, anvend
from gateway.rules.forloeb import FRAVAER_KONTAKTFORLOEB
from gateway.rules.model import Besked, Haendelse, Overdragelse, Regelopsaetning
from gateway.rules.registreringer import OpretFravaer, Registrering
from gateway.rules.tilstand import Borger, Forloeb

#: What is a marking's own: a correction of the course does not take it from one marking to another.
_MARKERINGENS = frozenset(
    {
        "forloeb_id",
        "fravaer_id",
        "fravaer_kendt",
        "startdato",
        "anmeldelsesdato",
        "slutdato",
        "aarsagskode",
        "genaabner",
    }
)


def genaabnede(foer: Borger, efter: Borger) -> list[tuple[Forloeb, Forloeb]]:
    """Courses that had an end and have none any more: as they were, and as they are."""
    gamle = {f.forloeb_id: f for f in foer.forloeb}
    return [
        (gamle[f.forloeb_id], f)
        for f in efter.forloeb
        if f.slutdato is None and f.forloeb_id in gamle and gamle[f.forloeb_id].slutdato is not None
    ]


def genaabn(
    haendelse: Haendelse,
    o: Regelopsaetning,
    aabnes: list[tuple[Forloeb, Forloeb]],
    registreringer: list[Registrering],
    nu: Borger,
    bagefter: Borger,
) -> tuple[list[Registrering], Borger, list[Forloeb]]:
    """The registrations by the setting, the state they lead to, and the courses as they are open again. Raises
    ``Regelfejl`` when it waits for an operator."""
    if aabnes and o.genaabning == "stop":
        raise Regelfejl(
            "a5_genaabning",
            "Slutningen er tilbagekaldt; markeringen i DFDG skal genåbnes af driften.",
            felt="haendelseId",
            loesning="Sæt GATEWAY_RULES__GENAABNING til ret eller ny, og genkør; eller spring over.",
        )
    if o.genaabning != "ny":
        return registreringer, bagefter, [f for _, f in aabnes]
    ud: list[Forloeb] = []
    for gammelt, aabent in aabnes:
        # The marking that ended is the newest one, when the course was re-opened before.
        sluttet = _loebende(nu, gammelt) or gammelt
        if sluttet.slutdato is None:
            raise _afgoeres_af_driften()
        nyt = replace(
            aabent,
            forloeb_id=haendelse.afledt_id("genaabnet", str(gammelt.forloeb_id)),
            fravaer_id=haendelse.afledt_id("genaabnet-fravaer", str(gammelt.fravaer_id)),
            startdato=sluttet.slutdato + timedelta(days=1),
            anmeldelsesdato=haendelse.registreringsdato,
            genaabner=gammelt.forloeb_id,
        )
        ny = Registrering(
            nyt.akassekode,
            OpretFravaer(nyt.fravaer_id, FRAVAER_KONTAKTFORLOEB, nyt.startdato, None, nyt.anmeldelsesdato),
        )
        registreringer = [ny if r.entitets_id == gammelt.fravaer_id else r for r in registreringer]
        # Its handover has fallen away (O1).
        sluttet = replace(sluttet, overdragelse_id=None, overdraget_til=None)
        bagefter = anvend(bagefter, (ForloebSat(gammelt), ForloebSat(sluttet), ForloebSat(nyt)))
        ud.append(nyt)
    return registreringer, bagefter, ud


def _loebende(nu: Borger, f: Forloeb) -> Forloeb | None:
    """The newest marking in which the course of ``f`` ran on after it was re-opened; None: it never was."""
    return next((x for x in reversed(nu.forloeb) if x.genaabner == f.forloeb_id), None)


def kun_kendte_markeringer(
    nu: Borger, foer: Borger, registreringer: list[Registrering], aabnes: list[tuple[Forloeb, Forloeb]]
) -> None:
    """What would change the markings of a course that was re-opened in a new one is a person's to judge; that it opens once
    more is not, as long as it opens after all that stand (V11). Raises ``Regelfejl``."""
    kendte = {f.forloeb_id for f in foer.forloeb}
    if all(f.forloeb_id in kendte for f in nu.forloeb):
        return
    gamle = {f.fravaer_id for f in foer.forloeb}
    if (
        any(r.entitets_id in gamle for r in registreringer)
        or (not aabnes and any(_markering(r) for r in registreringer))
        or any(_oven_i_en_anden(r, nu) for r in registreringer)
    ):
        raise _afgoeres_af_driften()


def _afgoeres_af_driften() -> Regelfejl:
    return Regelfejl(
        "a5_genaabnet_i_ny_markering",
        "Forløbet er genåbnet med en ny markering; rettelsen af det, der lå før, afgøres af driften.",
        felt="haendelseId",
        loesning="Ret markeringerne i DFDG, og spring hændelsen over.",
    )


def _oven_i_en_anden(r: Registrering, nu: Borger) -> bool:
    """A new marking that begins before one that stands has ended."""
    i = r.indhold
    return (
        isinstance(i, OpretFravaer)
        and _markering(r)
        and any(f.slutdato is None or f.slutdato >= i.startdato for f in nu.forloeb)
    )


def _markering(r: Registrering) -> bool:
    return getattr(r.indhold, "fravaertype", None) == FRAVAER_KONTAKTFORLOEB


def paa_den_loebende(
    nu: Borger, stod: Borger, bliver: Borger, aabnes: list[tuple[Forloeb, Forloeb]]
) -> tuple[Borger, Borger]:
    """The two tellings, with what they change in a re-opened course (residence, handover, dates of the placement) told of
    the marking in which it runs on; the first one stays as it was left."""
    igen = {f.forloeb_id for f, _ in aabnes}
    foer = {f.forloeb_id: f for f in stod.forloeb}
    for f in bliver.forloeb:
        gammelt, loebende = foer.get(f.forloeb_id), _loebende(nu, f)
        if gammelt is None or loebende is None or f.forloeb_id in igen or f == gammelt:
            continue
        aendret: dict[str, Any] = {
            x.name: getattr(f, x.name)
            for x in fields(Forloeb)
            if x.name not in _MARKERINGENS and getattr(f, x.name) != getattr(gammelt, x.name)
        }
        bliver = anvend(bliver, (ForloebSat(gammelt), ForloebSat(replace(loebende, **aendret))))
        stod = anvend(stod, (ForloebSat(loebende),))
    return stod, bliver


def overdragelse_fra(o: Overdragelse, nu: Borger, bliver: Borger) -> Overdragelse:
    """The handover of a re-opened course speaks of the marking that ended."""
    markeringer = (x for x in (*bliver.forloeb, *nu.forloeb) if x.genaabner is not None)
    f = next((x for x in markeringer if x.overdragelse_id == o.overdragelse_id), None)
    if f is None or f.slutdato is None or o.aendring == "bortfaldet":
        return o
    om = {"forloebId": str(f.forloeb_id), "startdato": f.startdato.isoformat(), "slutdato": f.slutdato.isoformat()}
    return replace(o, data={**o.data, **om})


def beskeder_om(beskeder: Iterable[Besked], nu: Borger) -> tuple[Besked, ...]:
    """Messages about a re-opened course speak of the marking in which it runs on."""
    loebende = {str(f.genaabner): f for f in nu.forloeb if f.genaabner is not None}
    ud: list[Besked] = []
    for b in beskeder:
        f = loebende.get(b.data.get("forloebId", ""))
        om = {"forloebId": str(f.forloeb_id), "startdato": f.startdato.isoformat()} if f is not None else {}
        ud.append(replace(b, data={**b.data, **{k: v for k, v in om.items() if k in b.data}}))
    return tuple(ud)
