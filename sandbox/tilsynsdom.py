"""The judge of the figures of supervision: what ``gateway statistik`` gives, figure by figure against the stories' own count,
and both beside the midterm evaluation of the trial (2022).

The evaluation: about 25,000 members in the course, 87 % of those with the full period with three or more talks, at most 5 %
handed over early (44, 45).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sandbox.fortaellinger.pen import LOV
from sandbox.fortaellinger.tilsyn import Noegle, Tilsyn

I_FORLOEB, TRE_SAMTALER, TIDLIGT_UD = 25_000, 0.87, 0.05
TIDLIGT = ("44", "45")
_FEJLOPRETTET = "38"

Raekke = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Maalt:
    """One figure of the evaluation, ours beside it, and why they differ (Danish)."""

    navn: str
    evaluering: float
    her: float
    forklaring: str


@dataclass(frozen=True, slots=True)
class Tilsynsdom:
    """The verdict. ``sammenlignet``: how many figures; ``forskelle``: those that are not the same, in words."""

    idag: str
    sammenlignet: int
    forskelle: tuple[str, ...]
    evaluering: tuple[Maalt, ...]
    halvaar: tuple[Raekke, ...]

    def som_json(self) -> dict[str, Any]:
        return {
            "idag": self.idag,
            "sammenlignet": self.sammenlignet,
            "forskelle": list(self.forskelle),
            "evaluering": {
                m.navn: {"evaluering": m.evaluering, "her": round(m.her, 4), "forklaring": m.forklaring}
                for m in self.evaluering
            },
            "halvaar": list(self.halvaar),
        }


def doem(tilsyn: Tilsyn, maaneder: Iterable[Raekke], halvaar: Iterable[Raekke]) -> Tilsynsdom:
    """``maaneder``, ``halvaar``: rows {akasse, periode, tal} of ``gateway statistik --json``, taken on ``tilsyn.idag``."""
    halve = tuple(halvaar)
    sider = ((tilsyn.tal, som_tal(maaneder)), (tilsyn.halvaar(), som_tal(halve)))
    samlet = sum(sider[0][1].values(), Counter[str]())
    return Tilsynsdom(
        idag=tilsyn.idag.isoformat(),
        sammenlignet=sum(len(_alle(*side)) for side in sider),
        forskelle=tuple(tekst for side in sider for tekst in forskelle(*side)),
        evaluering=tuple(_evaluering(tilsyn, samlet)),
        halvaar=halve,
    )


def som_tal(raekker: Iterable[Raekke]) -> dict[Noegle, Counter[str]]:
    """Rows with each figure by its path (``ud.41``)."""
    return {(r["akasse"], r["periode"]): Counter(dict(_stier(r["tal"]))) for r in raekker}


def _stier(tal: Mapping[str, Any], foran: str = "") -> Iterator[tuple[str, int]]:
    for navn, vaerdi in tal.items():
        if isinstance(vaerdi, Mapping):
            yield from _stier(vaerdi, f"{foran}{navn}.")
        else:
            yield f"{foran}{navn}", vaerdi


def _alle(ventet: Mapping[Noegle, Counter[str]], fundet: Mapping[Noegle, Counter[str]]) -> set[tuple[str, str, str]]:
    """(a-kasse, period, figure) that either side has."""
    return {(*noegle, navn) for side in (ventet, fundet) for noegle, tal in side.items() for navn in tal}


def forskelle(ventet: Mapping[Noegle, Counter[str]], fundet: Mapping[Noegle, Counter[str]]) -> Iterator[str]:
    """Every figure that is not the same on both sides; what one side does not have is nought."""
    ingen = Counter[str]()
    for akasse, periode, navn in sorted(_alle(ventet, fundet)):
        v, f = ventet.get((akasse, periode), ingen)[navn], fundet.get((akasse, periode), ingen)[navn]
        if v != f:
            yield f"{akasse} {periode} {navn}: {f}, not {v}"


def _evaluering(tilsyn: Tilsyn, samlet: Counter[str]) -> Iterator[Maalt]:
    ude = tilsyn.uden_forloeb
    yield Maalt(
        "i_forloeb",
        I_FORLOEB,
        samlet["ind"],
        f"{tilsyn.medlemmer} medlemmer: {ude['V16']} uden for dækningen, {ude['R3']} med et løbende forløb i jobcentret og "
        f"{tilsyn.fejloprettede} fejloprettede (38) tæller ikke; {tilsyn.flere_forloeb} har to forløb (46); "
        f"{tilsyn.regimer[LOV]} følger loven fra 2024, som evalueringen ikke omfatter",
    )
    fulde = samlet["fuld_periode"]
    andel = samlet["tre_eller_flere_samtaler"] / fulde if fulde else 0.0
    usikkerhed = 2 * sqrt(TRE_SAMTALER * (1 - TRE_SAMTALER) / fulde) if fulde else 0.0
    inden_for = "inden for" if abs(andel - TRE_SAMTALER) <= usikkerhed else "uden for"
    yield Maalt(
        "tre_eller_flere_samtaler",
        TRE_SAMTALER,
        andel,
        f"af {fulde} med fuld periode; hvert medlems samtaler er trukket ved lod, og afvigelsen ligger {inden_for} "
        f"± {100 * usikkerhed:.1f} procentpoint",
    )
    ud = sum(antal for navn, antal in samlet.items() if navn.startswith("ud.") and navn != f"ud.{_FEJLOPRETTET}")
    tidligt = sum(samlet[f"ud.{kode}"] for kode in TIDLIGT)
    straks = f"{samlet['ud.44']} med 44 og {samlet['ud.45']} med 45 af {ud}, der er ude"
    yield Maalt("tidligt_ud", TIDLIGT_UD, tidligt / ud if ud else 0.0, f"højst så stor i evalueringen; {straks}")
