"""What running gateways show in ``/metrics``, recorded, put on the clock of a longer story, and judged by the alarms as they
are (``deploy/prometheus/alarmer.yml``, by promtool).

A test lasts a minute and its story a week-end: ``Tidsmaal`` says which moment of the test is which of the story. Ages of what
waits (in doubt, unsent, stopped) are stretched with it; what the machine itself takes (measuring, publishing) is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import subprocess
import time
import urllib.request
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.alarmer.byg import ALARMER, promtool

#: Seconds of the story between two looks at the rules.
TRIN = 30
_HVERT = 0.4
_NAVN = re.compile(r"gateway_[a-z0-9_]+")
#: Ages of what waits for DFDG or a person.
_STRAEKKES = frozenset(
    {
        "gateway_i_tvivl_alder_sekunder",
        "gateway_haendelser_aabne_alder_sekunder",
        "gateway_doedt_brev_alder_sekunder",
    }
)


@dataclass(slots=True)
class Tidsmaal:
    """Moments of the test (monotonic seconds) that are moments of the story (seconds from its beginning). Between two of them
    time runs evenly, before the first and after the last as it does."""

    ankre: list[tuple[float, float]] = field(default_factory=list)

    def nu_er(self, fortaelling: float) -> None:
        """This moment is that of the story."""
        self.ankre.append((time.monotonic(), fortaelling))

    def gaar(self, sekunder: float) -> None:
        """Since the last of them the story has gone on by so much, however long the test took."""
        self.nu_er(self.ankre[-1][1] + sekunder)

    def gaar_som_det_gik(self) -> None:
        """Since the last of them the story has gone on by as much as the test took."""
        self.gaar(time.monotonic() - self.ankre[-1][0])

    def i_fortaellingen(self, t: float) -> float:
        if t <= self.ankre[0][0]:
            return self.ankre[0][1] + t - self.ankre[0][0]
        for (a, x), (b, y) in zip(self.ankre, self.ankre[1:], strict=False):
            if t <= b:
                return x + (t - a) / (b - a) * (y - x)
        return self.ankre[-1][1] + t - self.ankre[-1][0]


@dataclass(frozen=True, slots=True)
class _Blik:
    """One look: None when the process did not answer."""

    tid: float
    verdier: dict[tuple[str, tuple[tuple[str, str], ...]], float] | None


class Optager:
    """Looks at each of ``adresser`` (by instance; they may change) until the block is left."""

    def __init__(self) -> None:
        self.adresser: dict[str, str] = {}
        self._blikke: dict[str, list[_Blik]] = {}
        self._set = asyncio.Event()
        self._navne = frozenset(_NAVN.findall(ALARMER.read_text()))

    async def __aenter__(self) -> Optager:
        self._opgave = asyncio.create_task(self._optag(), name="optager")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._opgave.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._opgave

    async def _optag(self) -> None:
        while True:
            for instans, adresse in list(self.adresser.items()):
                blik = await asyncio.to_thread(self._se, adresse)
                self._blikke.setdefault(instans, []).append(blik)
            self._set.set()
            await asyncio.sleep(_HVERT)

    def _se(self, adresse: str) -> _Blik:
        tid = time.monotonic()
        try:
            with urllib.request.urlopen(f"{adresse}/metrics", timeout=10) as svar:
                tekst = svar.read().decode()
        except OSError:
            return _Blik(tid, None)
        # Reading them all would take the machine more than showing them does.
        spurgt = "".join(linje for linje in tekst.splitlines(keepends=True) if _foerste_ord(linje) in self._navne)
        return _Blik(
            tid,
            {
                (s.name, tuple(sorted(s.labels.items()))): s.value
                for f in text_string_to_metric_families(spurgt)
                for s in f.samples
            },
        )

    async def ser(self, gange: int) -> None:
        """Waits until every instance was looked at so many times more."""
        for _ in range(gange):
            self._set.clear()
            await self._set.wait()

    def serier(self, maal: Tidsmaal, sekunder: float) -> Iterator[dict[str, str]]:
        """promtool's series of the first ``sekunder`` of the story; what was seen by its last moment is seen until the end."""
        trin = range(0, int(sekunder) + 1, TRIN)
        for instans, alle in self._blikke.items():
            blikke = [b for b in alle if b.tid <= maal.ankre[-1][0]]
            tider = [maal.i_fortaellingen(b.tid) for b in blikke]
            set_ = [blikke[n - 1] if (n := bisect_right(tider, t)) else _Blik(0, None) for t in trin]
            oppe = ["1" if b.verdier is not None else "0" for b in set_]
            yield {"series": f'up{{job="gateway",instance="{instans}"}}', "values": " ".join(oppe)}
            noegler = {n for b in blikke if b.verdier is not None for n in b.verdier}
            for navn, etiketter in sorted(noegler):
                led = ",".join(f'{n}="{v}"' for n, v in (*etiketter, ("job", "gateway"), ("instance", instans)))
                tal = [_tal(navn, etiketter, b, maal) for b in set_]
                yield {"series": f"{navn}{{{led}}}", "values": " ".join(tal)}


def _foerste_ord(linje: str) -> str:
    fund = _NAVN.match(linje)
    return fund[0] if fund else ""


def _tal(navn: str, etiketter: tuple[tuple[str, str], ...], b: _Blik, maal: Tidsmaal) -> str:
    if b.verdier is None or (v := b.verdier.get((navn, etiketter))) is None:
        return "stale"  # as Prometheus notes what it does not see any more
    if navn in _STRAEKKES and v > 0:
        v = maal.i_fortaellingen(b.tid) - maal.i_fortaellingen(b.tid - v)
    return ("-Inf" if v < 0 else "Inf") if math.isinf(v) else repr(v)


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm that is to have been raised, once: its name and service, and moments of the story at which it stood."""

    alarm: str
    tjeneste: str
    staar: Sequence[float]


def doem(
    mappe: Path, optager: Optager, maal: Tidsmaal, episode: Episode, tavse: Sequence[float], sekunder: float
) -> str:
    """What promtool says of the story of ``sekunder``: empty when ``episode`` is the one alarm of it, raised once, and none
    stands at the moments ``tavse``. Everything else that was raised is named."""
    dage = f"{math.ceil(sekunder / 3600)}h"
    hvem = f'{{alertname="{episode.alarm}", tjeneste="{episode.tjeneste}"}}'

    def spoerg(udtryk: str, tid: float, svar: list[tuple[str, int]]) -> dict[str, Any]:
        return {
            "expr": udtryk,
            "eval_time": f"{int(tid) // TRIN * TRIN}s",
            "exp_samples": [{"labels": etiketter, "value": v} for etiketter, v in svar],
        }

    alle = "count by (alertname, tjeneste) ({})"
    spoergsmaal = [
        # Which were ever raised; and how often they began anew (ALERTS_FOR_STATE is when one began).
        spoerg(alle.format(f'count_over_time(ALERTS{{alertstate="firing"}}[{dage}])'), sekunder, [(hvem, 1)]),
        spoerg(f"max(changes(ALERTS_FOR_STATE{hvem}[{dage}]))", sekunder, [("{}", 0)]),
        *(spoerg(alle.format('ALERTS{alertstate="firing"}'), t, [(hvem, 1)]) for t in episode.staar),
        *(spoerg(alle.format('ALERTS{alertstate="firing"}'), t, []) for t in tavse),
    ]
    proeve = {
        "rule_files": [str(ALARMER)],
        "evaluation_interval": f"{TRIN}s",
        "tests": [
            {
                "interval": f"{TRIN}s",
                "input_series": list(optager.serier(maal, sekunder)),
                "promql_expr_test": spoergsmaal,
            }
        ],
    }
    fil = mappe / "weekend.yml"
    fil.write_text(yaml.dump(proeve, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), width=10**9))
    svar = subprocess.run([str(promtool()), "test", "rules", str(fil)], capture_output=True, text=True, check=False)
    return "" if svar.returncode == 0 else svar.stdout + svar.stderr
