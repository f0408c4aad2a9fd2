"""Look-ups: reading what a message of DFDG's points to, over REST. A reading leaves nothing in doubt."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.dfdg.grund import P_CPR
from contracts.dfdg.opslag import STEDER
from gateway.errors import Regelfejl
from gateway.lanes.forsoeg import Anmodning, Klasse, Opslag, Opslagssvar, Svar, Svarfejl, Udfald
from producers.dfdg import certifikat, errors, rest
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.session import Ledningssvar

_CPR = re.compile(P_CPR)

#: "What you ask for is not there": a summons that is not known, an absence that is not known, no such resource.
_FINDES_IKKE = frozenset({"4632", "4768", "90036", "http_404"})


def anmodning(o: DfdgOpsaetning, opslag: Opslag, tid: datetime) -> Anmodning | Svar:
    """The request, or the refusal of a look-up that names too little to be sent. ``tid``: when it is made."""
    sted = STEDER[opslag.art]
    akasse = opslag.akassekode or (None if sted.med_person else _en_akasse(o))
    ident = _ident(opslag.ident)
    if akasse is None:
        return _ufuldstaendigt("akassekode")
    if sted.med_person and not _CPR.fullmatch(opslag.cpr or ""):
        return _ufuldstaendigt("cpr")
    if sted.med_ident and ident is None:
        return _ufuldstaendigt("ident")
    try:
        hoveder = rest.hoveder(o, akasse, opslag.cpr if sted.med_person else None, tid)
    except Regelfejl:
        return _ufuldstaendigt("akassekode")
    return Anmodning(
        tjeneste=sted.tjeneste,
        operation=sted.operation,
        klasse=Klasse.SIDSTE_VINDER,
        akassekode=akasse,
        metode="GET",
        sti=rest.adresse(o, sted.tjeneste, sted.rod, f"{sted.sti}/{ident}" if sted.med_ident else sted.sti),
        hoved=hoveder,
        krop=b"",
    )


def svar(o: DfdgOpsaetning, operation: str, ledning: Ledningssvar, uden_svar: Svar | None) -> Opslagssvar:
    """What came back. ``uden_svar``: why nothing that can be used did."""
    if uden_svar is not None or ledning.status is None:
        return Opslagssvar(False, None, uden_svar)
    indhold = _json(ledning.krop)
    if ledning.status == 200:
        if not isinstance(indhold, dict | list):
            return Opslagssvar(False, None, Svar(Udfald.UTILGAENGELIG, kode="uforstaaeligt_svar", http_status=200))
        return Opslagssvar(bool(indhold), indhold)
    if ledning.status == 204:
        return Opslagssvar(False)
    fejl = errors.fra_json(indhold, o.kodefelter, o.tekstfelter)
    svar_ = errors.fejlsvar(fejl, ledning.status, operation) if fejl else errors.statussvar(ledning.status, soap=False)
    return Opslagssvar(False, None, None if svar_.kode in _FINDES_IKKE else svar_)


def _json(krop: bytes) -> Any:
    try:
        return orjson.loads(krop)
    except orjson.JSONDecodeError:
        return None


def _ident(ident: str | None) -> str | None:
    """An identifier as a step of a path: a uuid and nothing else, for it came from outside."""
    try:
        return str(UUID(ident or ""))
    except ValueError:
        return None


def _en_akasse(o: DfdgOpsaetning) -> str | None:
    """An a-kasse of this installation: the first that has a certificate of its own; None when none is named so."""
    rod = o.klientcertifikat
    if rod is None or not rod.is_dir():
        return None
    return next((s.fil.stem for s in certifikat.stand(o) if s.udloeber is not None), None)


def _ufuldstaendigt(felt: str) -> Svar:
    fejl = Svarfejl("opslag_ufuldstaendigt", f"Opslaget mangler et gyldigt felt: {felt}.")
    return Svar(Udfald.AFVIST, kode=fejl.kode, fejl=(fejl,))
