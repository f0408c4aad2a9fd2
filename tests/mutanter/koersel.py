"""The mutation run (``make mutants``): breaks one line at a time and expects the test of the rule's name to turn red.

The checkout is never touched: every worker has a copy of the tree in a temporary folder. A mutant counts as killed only
when a test that carries its id in its name was green unbroken and fails broken, by what it states: a module that can no
longer be read, a name or an SQL statement that does not exist, and a choice of tests that is empty make the mutant
invalid, for they would turn any test red. A break that makes the test run on and on is killed by the time limit.

Exit status: 0 when every mutant was killed, 1 when one survived or was invalid, 2 for a wrong use.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.mutanter.mutanter import ROD, Mutant, Skrivefejl, baerer, laes

DRAEBT, TIDSGRAENSE, OVERLEVET, UGYLDIG = "killed", "killed by the time limit", "SURVIVED", "INVALID"
_FORVARMET = Path(__file__).with_name("forvarmet.py")
_UDELADES = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", ".gateway", "dist", "*.egg-info")  # fmt: skip

#: What a suite needs: decisions and contracts nothing, then servers of its own, PostgreSQL, Kafka. The cheap go first.
_PRIS = {
    "regler": 0,
    "kontrakter": 0,
    "baner": 0,
    "hus": 1,
    "demo": 1,
    "dfdg": 1,
    "sandkasse": 1,
    "hooks": 2,
    "ledger": 2,
}
_DYREST = 3
#: Seconds that a broken test may take at least, by price; ten times what it takes unbroken where that is more.
_MINDSTE_GRAENSE = (60, 120, 180, 420)

#: Failures that say that the break itself is broken, by how their message begins.
_IKKE_UDSAGN = ("SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError", "asyncpg.exceptions.PostgresSyntaxError", "asyncpg.exceptions.UndefinedColumnError", "asyncpg.exceptions.UndefinedTableError")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Testudfald:
    """One test: its function's name, and what it failed with (None: passed)."""

    navn: str
    fejl: str | None


@dataclass(frozen=True, slots=True)
class Testkoersel:
    """What pytest made of one choice of tests. ``kode`` is its exit status, None when the time limit ended it."""

    kode: int | None
    tests: tuple[Testudfald, ...]
    sekunder: float
    hale: str

    @property
    def roede(self) -> list[Testudfald]:
        return [t for t in self.tests if t.fejl is not None]


@dataclass(frozen=True, slots=True)
class Udfald:
    """What became of one mutant, and why."""

    mutant: Mutant
    dom: str
    grund: str
    sekunder: float


def pris(test: str) -> int:
    """How dear a choice of tests is, 0-3."""
    mapper = [x.split("/")[1] for x in shlex.split(test) if x.startswith("tests/") and x.count("/") > 1]
    return max((_PRIS.get(m, _DYREST) for m in mapper), default=_DYREST)


class Kopi:
    """A copy of the tree in which one mutant at a time stands, with pytest run in it (``forvarmet``)."""

    def __init__(self, rod: Path, til: Path) -> None:
        self.sti = til
        shutil.copytree(rod, til, ignore=_UDELADES, symlinks=True)
        self._ur = int(time.time())
        self._koerer: int | None = None
        self._forvarmet = subprocess.Popen(
            [sys.executable, str(_FORVARMET)], cwd=til, env={**os.environ, "PYTHONPATH": str(til)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
        )  # fmt: skip

    def _skriv(self, sti: Path, tekst: str) -> None:
        sti.write_text(tekst)
        # Python takes compiled code for current by second and size: two texts of one second must not be taken for one.
        self._ur += 2
        os.utime(sti, (self._ur, self._ur))

    @contextmanager
    def brudt(self, m: Mutant) -> Iterator[None]:
        """The tree with the mutant in it; whole again afterwards."""
        sti = self.sti / m.fil
        hel = sti.read_text()
        self._skriv(sti, m.brudt(hel))
        try:
            yield
        finally:
            self._skriv(sti, hel)

    def pytest(self, test: str, graense: float, *valg: str) -> Testkoersel:
        """Runs a choice of tests, for at most ``graense`` seconds."""
        rapport, ud = self.sti / ".mutant.xml", self.sti / ".mutant.txt"
        rapport.unlink(missing_ok=True)
        shutil.rmtree(self.sti / ".hypothesis", ignore_errors=True)  # examples found in one run must not decide another
        argumenter = [*shlex.split(test), "-q", "--tb=short", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
        argumenter += [f"--junitxml={rapport}", "-o", "junit_family=xunit2", *valg]
        begyndt = time.monotonic()
        self._sig({"argumenter": argumenter, "ud": str(ud)})
        self._koerer = self._hoer()
        kode = self._hoer(graense)
        naaet = kode is not None
        if kode is None:
            self._afbryd()
        self._koerer = None
        tests = tuple(_udfald(rapport)) if naaet else ()
        return Testkoersel(kode, tests, time.monotonic() - begyndt, _hale(ud.read_text(errors="replace")))

    def opgiv(self) -> None:
        """Tells the running pytest to end; whoever waits for it gets its answer."""
        if self._koerer is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._koerer, signal.SIGINT)

    def stop(self) -> None:
        """Ends the process that runs pytest, when nothing runs any more."""
        if self._forvarmet.stdin is not None:
            self._forvarmet.stdin.close()
        self._forvarmet.wait()

    def _afbryd(self) -> None:
        """Ends the running pytest: first so that it stops its servers, then with everything that it started."""
        if self._koerer is None:
            return
        for send, hvad in ((os.kill, signal.SIGINT), (os.killpg, signal.SIGKILL)):
            with contextlib.suppress(ProcessLookupError):
                send(self._koerer, hvad)
            if self._hoer(20) is not None:
                return

    def _sig(self, job: dict[str, Any]) -> None:
        if self._forvarmet.stdin is not None:
            self._forvarmet.stdin.write(json.dumps(job).encode() + b"\n")

    def _hoer(self, hoejst: float | None = None) -> int | None:
        """The next number that the process tells; None when it has told none within ``hoejst`` seconds."""
        ud = self._forvarmet.stdout
        if ud is None or not select.select([ud], [], [], hoejst)[0]:
            return None
        linje = ud.readline()
        if not linje:
            raise RuntimeError("the process that runs pytest has ended")
        return int(linje)


def _udfald(rapport: Path) -> Iterator[Testudfald]:
    if not rapport.exists():
        return
    for t in ElementTree.parse(rapport).iter("testcase"):
        fejl = next((x for x in t if x.tag in ("failure", "error")), None)
        yield Testudfald(t.get("name", ""), None if fejl is None else fejl.get("message", "failed"))


def _hale(ud: str) -> str:
    linjer = [x for x in ud.splitlines() if x.strip()]
    return next((x for x in reversed(linjer) if x.startswith(("E  ", "ERROR", "FAILED"))), linjer[-1] if linjer else "")


def groen(k: Testkoersel, ider: Iterable[str]) -> dict[str, str]:
    """For each id that names this choice of tests, why it cannot judge a mutant; empty when it can."""
    if k.kode == 5 or (k.kode == 0 and not k.tests):
        return dict.fromkeys(ider, "the choice of tests is empty")
    if k.kode != 0:
        grund = "over the time limit" if k.kode is None else f"red before anything is broken: {k.hale}"
        return dict.fromkeys(ider, grund)
    return {i: f"no chosen test has {i} in its name" for i in ider if not any(baerer(t.navn, i) for t in k.tests)}


def dom(m: Mutant, k: Testkoersel) -> tuple[str, str]:
    """What a run with the mutant in the tree says of it, and why."""
    if k.kode is None:
        return TIDSGRAENSE, f"after {k.sekunder:.0f} s"
    if k.kode == 0:
        return OVERLEVET, f"{len(k.tests)} tests stayed green"
    if k.kode != 1:
        return UGYLDIG, f"pytest ended with {k.kode}, nothing was judged: {k.hale}"
    egne = [t for t in k.roede if baerer(t.navn, m.id)]
    if not egne:
        return OVERLEVET, f"only tests of other rules turned red: {k.roede[0].navn if k.roede else k.hale}"
    sagt = [t for t in egne if not any(x in (t.fejl or "").splitlines()[0] for x in _IKKE_UDSAGN)]
    if not sagt:
        return UGYLDIG, f"the break does not run: {egne[0].fejl}"
    return DRAEBT, sagt[0].navn


class Koersel:
    """Runs mutants side by side, each worker in its own copy of the tree at ``rod``.

    ``sig`` is told every line of progress; ``graense`` is the least time limit in seconds, by price when None.
    """

    def __init__(self, rod: Path, antal: int, sig: Callable[[str], None], graense: float | None = None) -> None:
        self._rod, self._antal, self._sig, self._graense = rod, antal, sig, graense
        self._laas = threading.Lock()
        self._faerdige = 0

    def koer(self, mutanter: Sequence[Mutant]) -> list[Udfald]:
        """Every mutant's outcome, in the order of the list."""
        with tempfile.TemporaryDirectory(prefix="mutanter-") as mappe:
            kopier = [Kopi(self._rod, Path(mappe, str(n))) for n in range(self._antal)]
            ledige: queue.Queue[Kopi] = queue.Queue()
            for k in kopier:
                ledige.put(k)
            pulje = ThreadPoolExecutor(self._antal)
            try:
                return self._alle(mutanter, pulje, ledige)
            finally:
                for k in kopier:
                    k.opgiv()
                pulje.shutdown(cancel_futures=True)
                for k in kopier:
                    k.stop()

    def _alle(self, mutanter: Sequence[Mutant], pulje: ThreadPoolExecutor, ledige: queue.Queue[Kopi]) -> list[Udfald]:
        forkerte = {m: fejl for m in mutanter if (fejl := m.fejl(self._rod))}
        gode = sorted((m for m in mutanter if m not in forkerte), key=lambda m: (pris(m.test), m.test))
        valg = list(dict.fromkeys(m.test for m in gode))
        ider = {v: {m.id for m in gode if m.test == v} for v in valg}
        self._sig(f"{len(valg)} choices of tests are run unbroken, then {len(gode)} mutants, {self._antal} at a time")

        def ubrudt(v: str) -> tuple[dict[str, str], Testkoersel]:
            with _laant(ledige) as kopi:
                k = kopi.pytest(v, 2 * self._mindst(v))
            grunde = groen(k, ider[v])
            self._meld(len(valg), "red" if grunde else "green", f"{v} ({k.sekunder:.1f} s)", *grunde.values())
            return grunde, k

        def brudt(m: Mutant) -> Udfald:
            if m in forkerte:
                u = Udfald(m, UGYLDIG, forkerte[m], 0.0)
            else:
                grunde, hel = foer[m.test]
                u = Udfald(m, UGYLDIG, grunde[m.id], 0.0) if m.id in grunde else self._en(m, hel, ledige)
            self._meld(len(mutanter), u.dom, f"{m.id} {m.navn} {m.fil} ({u.sekunder:.1f} s)", u.grund)
            return u

        foer = dict(zip(valg, pulje.map(ubrudt, valg), strict=True))
        self._faerdige = 0
        raekkefoelge = [*forkerte, *gode]
        udfald = {u.mutant: u for u in pulje.map(brudt, raekkefoelge)}
        return [udfald[m] for m in mutanter]

    def _en(self, m: Mutant, hel: Testkoersel, ledige: queue.Queue[Kopi]) -> Udfald:
        graense = self._graense if self._graense is not None else max(self._mindst(m.test), 10 * hel.sekunder)
        # Where every chosen test is of the rule's name, the first red one decides.
        valg = ("-x",) if all(baerer(t.navn, m.id) for t in hel.tests) else ()
        with _laant(ledige) as kopi, kopi.brudt(m):
            k = kopi.pytest(m.test, graense, *valg)
        return Udfald(m, *dom(m, k), k.sekunder)

    def _mindst(self, test: str) -> float:
        return self._graense if self._graense is not None else _MINDSTE_GRAENSE[pris(test)]

    def _meld(self, af: int, *dele: str) -> None:
        with self._laas:
            self._faerdige += 1
            self._sig(f"[{self._faerdige}/{af}] " + " · ".join(dele))


@contextmanager
def _laant(ledige: queue.Queue[Kopi]) -> Iterator[Kopi]:
    kopi = ledige.get()
    try:
        yield kopi
    finally:
        ledige.put(kopi)


def tabel(udfald: Sequence[Udfald]) -> str:
    """Killed, survived and invalid by chapter, and every mutant that was not killed."""
    kapitler = list(dict.fromkeys(u.mutant.kapitel for u in udfald))
    bredde = max(map(len, [*kapitler, "in all"]))
    ud = [f"{'':{bredde}}  mutants  killed  by time  survived  invalid"]
    for navn in [*kapitler, "in all"]:
        antal = Counter(u.dom for u in udfald if navn in (u.mutant.kapitel, "in all"))
        kolonner = (antal.total(), antal[DRAEBT], antal[TIDSGRAENSE], antal[OVERLEVET], antal[UGYLDIG])
        ud.append(f"{navn:{bredde}}  " + "  ".join(f"{n:{b}}" for n, b in zip(kolonner, (7, 6, 7, 8, 7), strict=True)))
    for u in udfald:
        if u.dom in (OVERLEVET, UGYLDIG):
            m = u.mutant
            ud += ["", f"{u.dom}: {m.id} {m.navn}", f"  {m.fil}: {m.gammel!r} -> {m.ny!r}", f"  {m.test}: {u.grund}"]
    return "\n".join(ud)


def main(argumenter: Sequence[str] | None = None) -> int:
    """The command; see the module's text."""
    p = argparse.ArgumentParser(prog="make mutants MUTANTS=…", description=(__doc__ or "").split("\n\n")[0])
    p.add_argument(
        "--id", action="append", default=[], help="only the mutants of this rule or invariant (may be repeated)"
    )
    p.add_argument("--fil", action="append", default=[], help="only mutants of this file: a list of this folder or a broken file")  # fmt: skip
    p.add_argument("--pris", type=int, default=_DYREST, help="only mutants up to this price: 0 pure, 1 servers, 2 PostgreSQL, 3 Kafka")  # fmt: skip
    p.add_argument("--mindst", type=int, default=0, help="only mutants from this price on")
    p.add_argument("--antal", type=int, default=2, help="how many at a time (2)")
    p.add_argument("--graense", type=float, help="seconds that one mutant may take at least (by price)")
    p.add_argument("--json", action="store_true", help="print the outcomes as JSON")
    a = p.parse_args(argumenter)
    try:
        valgte = [
            m for m in laes()
            if (not a.id or m.id in a.id) and a.mindst <= pris(m.test) <= a.pris
            and (not a.fil or m.kapitel in a.fil or m.kilde in a.fil or m.fil in a.fil or Path(m.fil).name in a.fil)
        ]  # fmt: skip
    except Skrivefejl as fejl:
        p.error(str(fejl))
    if not valgte:
        p.error("no mutant is chosen by these options")
    begyndt = time.monotonic()
    udfald = Koersel(ROD, max(1, min(a.antal, len(valgte))), lambda x: print(x, file=sys.stderr, flush=True), a.graense).koer(valgte)  # fmt: skip
    if a.json:
        print(json.dumps([{**asdict(u.mutant), "dom": u.dom, "grund": u.grund, "sekunder": round(u.sekunder, 2)} for u in udfald], ensure_ascii=False, indent=1))  # fmt: skip
    else:
        print(tabel(udfald))
        print(f"\n{time.monotonic() - begyndt:.0f} s")
    return int(any(u.dom in (OVERLEVET, UGYLDIG) for u in udfald))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that copies and processes are cleared away
    sys.exit(main())
