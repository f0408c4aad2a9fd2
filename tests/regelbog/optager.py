"""Notes every answer that the rules give while something runs: the table tests (as a pytest plugin), scenarios, stories.

Run as ``pytest -p tests.regelbog.optager`` it writes what it noted to the file that ``REGELBOG_UDFALD`` names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.errors import Regelfejl
from gateway.rules import afgoer, katalog, rettelser
from gateway.rules.model import Afgoerelse, Haendelse
from gateway.rules.trae import Udfald


@dataclass(frozen=True, slots=True)
class Svar:
    """One answer: to an event of ``type``, decided by the tree ``trae`` (by name). ``mere``: its flags and duties."""

    trae: str
    type: str
    udfald: Udfald
    flag: frozenset[str] = frozenset()
    pligter: frozenset[str] = frozenset()


def svar(trae: str, type_: str, afg: Afgoerelse) -> Svar:
    """The answer as the trees know it. A decision that waits until DFDG has confirmed the member is none yet (J5)."""
    status = "afventer" if afg.afvent_bekraeftelse else str(afg.status)
    udfald = Udfald(status, afg.regel, afg.tekst, afg.fejl.kode if afg.fejl else None)
    return Svar(trae, type_, udfald, frozenset(afg.flag), frozenset(p.kode for p in afg.pligter))


@contextmanager
def optag(noter: set[Svar]) -> Iterator[None]:
    """While it lasts, everything that ``decide`` answers is added to ``noter``."""

    def om(trae: Callable[[Haendelse], str], f: Callable[..., Afgoerelse | None]) -> Callable[..., Any]:
        def afgoer_(*args: Any) -> Afgoerelse | None:
            h = next(a for a in args if isinstance(a, Haendelse))
            try:
                afg = f(*args)
            except Regelfejl as fejl:
                noter.add(Svar(trae(h), h.type, Udfald("stoppet", None, fejl.tekst, fejl.kode)))
                raise
            if afg is not None:
                noter.add(svar(trae(h), h.type, afg))
            return afg

        return afgoer_

    def af_type(h: Haendelse) -> str:
        return katalog.TRAE_FOR[h.type].navn

    def af_rettelse(h: Haendelse) -> str:
        return katalog.ERSTATTET.navn if h.rettelse is not None and h.rettelse.erstatning else af_type(h)

    kapitler, ikke_egen, ret = dict(afgoer.KAPITLER), afgoer.ikke_egen, rettelser.afgoer
    afgoer.KAPITLER.update({type_: om(af_type, f) for type_, f in kapitler.items()})
    afgoer.ikke_egen = om(lambda _: katalog.EGNE.navn, ikke_egen)  # type: ignore[assignment]
    rettelser.afgoer = om(af_rettelse, ret)  # type: ignore[assignment]
    try:
        yield
    finally:
        afgoer.KAPITLER.update(kapitler)
        afgoer.ikke_egen = ikke_egen  # type: ignore[assignment]
        rettelser.afgoer = ret  # type: ignore[assignment]


def skriv(noter: set[Svar], fil: Path) -> None:
    raekker = [{**asdict(s), "flag": sorted(s.flag), "pligter": sorted(s.pligter)} for s in noter]
    fil.write_text(json.dumps(raekker), encoding="utf-8")


def laes(fil: Path) -> set[Svar]:
    return {
        Svar(x["trae"], x["type"], Udfald(**x["udfald"]), frozenset(x["flag"]), frozenset(x["pligter"]))
        for x in json.loads(fil.read_text(encoding="utf-8"))
    }


# --- as a plugin ----------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Without the property tests: what they find differs from run to run."""
    items[:] = [i for i in items if not getattr(i.obj, "is_hypothesis_test", False)]


_noter: set[Svar] = set()
_igang: list[Any] = []


def pytest_configure() -> None:
    igang = optag(_noter)
    igang.__enter__()
    _igang.append(igang)


def pytest_unconfigure() -> None:
    _igang.pop().__exit__(None, None, None)
    skriv(_noter, Path(os.environ["REGELBOG_UDFALD"]))
