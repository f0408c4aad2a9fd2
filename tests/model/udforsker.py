"""The exploration: breadth first over every state of a case, each held against the invariants.

A world is one lane for each citizen, and what is left of the budgets. A lane's own steps are worked out once for each
state of that lane, wherever it occurs. Worlds that differ only in the names of the workers, or of two citizens of whom
the same is told, are one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from gateway.errors import UlovligOvergang
from tests.model import invarianter
from tests.model.dele import TOM, Bane, Brud, Plan, byt_arbejdere, kan_vente, normalform, tik
from tests.model.ledger import Ledger
from tests.model.produktion import Funktioner
from tests.model.skridt import ARBEJDERE, Muligheder, Trin, doed, i_ord


@dataclass(frozen=True)
class Sag:
    """One case: what each citizen's events lead to, which faults there are, and how many of them at most: answers that go
    wrong (``fejl``), workers that die or come back after their lease, successes of other citizens that are told apart."""

    navn: str
    borgere: tuple[tuple[Plan, ...], ...]
    fejl: frozenset[str]
    antal_fejl: int
    doede: int = 0
    succeser: int = 0
    sen_afsendelse: bool = False


#: citizen (-1: all), step, number
Skridtnavn = tuple[int, str, int]
Verden = tuple[int, ...]


@dataclass
class Modeksempel:
    """The shortest way to a state that breaks an invariant."""

    sag: Sag
    invariant: str
    tekst: str
    vej: list[Skridtnavn]

    def __str__(self) -> str:
        linjer = [f"{self.sag.navn}: {self.invariant} does not hold: {self.tekst}"]
        for nr, (borger, navn, n) in enumerate(self.vej, start=1):
            hvem = f"citizen {borger}: " if borger >= 0 and len(self.sag.borgere) > 1 else ""
            linjer.append(f"  {nr:2}. {hvem}{i_ord(navn, n)}")
        return "\n".join(linjer)


@dataclass
class Udfald:
    """What an exploration found."""

    sag: Sag
    verdener: int = 0
    overgange: int = 0
    banetilstande: int = 0
    endelige: int = 0
    modeksempel: Modeksempel | None = None


@dataclass
class _Bane:
    """The steps of one citizen's lane, by number."""

    muligheder: Muligheder
    med_succeser: bool
    tilstande: list[Bane] = field(default_factory=list)
    numre: dict[Bane, int] = field(default_factory=dict)
    trin: dict[int, list[tuple[str, int, int, int]]] = field(default_factory=dict)
    felles: dict[tuple[str, int], dict[int, int]] = field(default_factory=dict)
    brud: dict[int, Brud] = field(default_factory=dict)
    faerdig: list[bool] = field(default_factory=list)

    def nummer(self, b: Bane) -> int:
        b = normalform(b, med_succeser=self.med_succeser)
        nr = self.numre.get(b)
        if nr is None:
            nr = self.numre[b] = len(self.tilstande)
            self.tilstande.append(b)
            planer = self.muligheder.ledger.planer
            self.faerdig.append(b.modtaget == len(planer) and all(h.tilstand == "endelig" for h in b.haendelser))
            try:
                invarianter.proev(b)
            except Brud as brud:
                self.brud[nr] = brud
        return nr

    def skridt(self, nr: int) -> list[tuple[str, int, int, int]]:
        """Step, number, price, lane after it."""
        kendte = self.trin.get(nr)
        if kendte is None:
            kendte = [(t.navn, t.nr, t.pris, self._efter(nr, t)) for t in self.muligheder.fra(self.tilstande[nr])]
            self.trin[nr] = kendte
        return kendte

    def _efter(self, nr: int, t: Trin) -> int:
        try:
            return self.nummer(t.til())
        except Brud as fundet:
            brud = fundet
        except UlovligOvergang as fejl:
            brud = Brud("the table of states", str(fejl))
        # A step that itself breaks an invariant leads to a state of its own, from which nothing leads on.
        self.tilstande.append(self.tilstande[nr])
        self.faerdig.append(False)
        self.brud[len(self.tilstande) - 1] = brud
        return len(self.tilstande) - 1

    def alle(self, hvad: str, nr: int, w: int = 0) -> int:
        """The lane after something that happens to every lane."""
        kendte = self.felles.setdefault((hvad, w), {})
        til = kendte.get(nr)
        if til is None:
            b = self.tilstande[nr]
            match hvad:
                case "tid":
                    ny = tik(b)
                case "doed":
                    ny = doed(b, w)
                case "byt":
                    ny = byt_arbejdere(b)
                case _:
                    ny = b._replace(succes=0)
            til = kendte[nr] = self.nummer(ny)
        return til


class Udforsker:
    """Explores one case with the production functions ``f`` (or broken ones)."""

    def __init__(self, sag: Sag, f: Funktioner | None = None) -> None:
        self.sag = sag
        f = f or Funktioner()
        ens: dict[tuple[Plan, ...], _Bane] = {}
        for planer in sag.borgere:
            if planer not in ens:
                m = Muligheder(
                    Ledger(planer, f),
                    sag.fejl,
                    sen_afsendelse=sag.sen_afsendelse,
                    alle_arbejdere=len(sag.borgere) > 1,
                )
                ens[planer] = _Bane(m, sag.succeser > 0)
        self.baner = [ens[p] for p in sag.borgere]
        self._antal = len(self.baner)
        self._ens = self._antal == 2 and self.baner[0] is self.baner[1]
        self.foer: dict[Verden, tuple[Verden, Skridtnavn] | None] = {}

    def start(self) -> Verden:
        return (*(b.nummer(TOM) for b in self.baner), self.sag.antal_fejl, self.sag.doede, self.sag.succeser)

    def naboer(self, v: Verden) -> list[tuple[Skridtnavn, int, Verden]]:
        """Every step from a world: its name, whether it is a fault, the world after it (not yet brought to its normal
        form)."""
        n = self._antal
        fejl, doede, succeser = v[n:]
        ud: list[tuple[Skridtnavn, int, Verden]] = []
        for i, bane in enumerate(self.baner):
            for navn, nr, pris, til in bane.skridt(v[i]):
                sene = 1 if navn == "tabt" else 0
                if pris <= fejl and sene <= doede:
                    rest = (fejl - pris, doede - sene, succeser)
                    ud.append(((i, navn, nr), pris + sene, (*v[:i], til, *v[i + 1 : n], *rest)))
        if all(kan_vente(b.tilstande[v[i]]) for i, b in enumerate(self.baner)):
            lav = tuple(b.alle("tid", v[i]) for i, b in enumerate(self.baner))
            ud.append(((-1, "tid", 0), 0, (*lav, fejl, doede, succeser)))
        if doede:
            for w in range(ARBEJDERE):
                lav = tuple(b.alle("doed", v[i], w) for i, b in enumerate(self.baner))
                if lav != v[:n]:
                    ud.append(((-1, "doed", w), 1, (*lav, fejl, doede - 1, succeser)))
        if succeser:
            lav = tuple(b.alle("succes", v[i]) for i, b in enumerate(self.baner))
            ud.append(((-1, "succes", 0), 1, (*lav, fejl, doede, succeser - 1)))
        return ud

    def normal(self, v: Verden) -> Verden:
        if self._antal == 1:
            return v
        n = self._antal
        byttet = (*(b.alle("byt", v[i]) for i, b in enumerate(self.baner)), *v[n:])
        mulige = [v, byttet]
        if self._ens:
            mulige += [(v[1], v[0], *v[2:]), (byttet[1], byttet[0], *byttet[2:])]
        return min(mulige)

    def koer(self, *, hoejst: int | None = None, frihed: bool = True) -> Udfald:
        """Explores everything, or until the first violation. ``frihed``: also that from everywhere, when faults cease, a
        state with everything final can be reached."""
        start = self.start()
        self.foer = {start: None}
        koe = deque([start])
        uden_fejl: dict[Verden, list[Verden]] = {}
        ud = Udfald(self.sag)
        while koe:
            v = koe.popleft()
            for navn, er_fejl, til in self.naboer(v):
                ud.overgange += 1
                til = self.normal(til)
                if not er_fejl and frihed and til != v:
                    uden_fejl.setdefault(til, []).append(v)
                if til in self.foer:
                    continue
                self.foer[til] = (v, navn)
                brudt = next((b.brud[til[i]] for i, b in enumerate(self.baner) if til[i] in b.brud), None)
                if brudt is not None:
                    ud.modeksempel = Modeksempel(self.sag, brudt.invariant, brudt.tekst, self.vej(til))
                    break
                koe.append(til)
            if ud.modeksempel is not None or (hoejst is not None and len(self.foer) > hoejst):
                break
        ud.verdener = len(self.foer)
        ud.banetilstande = sum(len(b.tilstande) for b in {id(b): b for b in self.baner}.values())
        maal = [v for v in self.foer if all(b.faerdig[v[i]] for i, b in enumerate(self.baner))]
        ud.endelige = len(maal)
        if frihed and ud.modeksempel is None and not koe:
            ud.modeksempel = self._kan_blive_endelige(maal, uden_fejl)
        return ud

    def _kan_blive_endelige(self, maal: list[Verden], foer: dict[Verden, list[Verden]]) -> Modeksempel | None:
        naaet = set(maal)
        koe = deque(maal)
        while koe:
            for v in foer.get(koe.popleft(), ()):
                if v not in naaet:
                    naaet.add(v)
                    koe.append(v)
        fast = next((v for v in self.foer if v not in naaet), None)
        if fast is None:
            return None
        return Modeksempel(
            self.sag, "I7", "from here no state is reached in which every event is final", self.vej(fast)
        )

    def vej(self, v: Verden) -> list[Skridtnavn]:
        ud: list[Skridtnavn] = []
        while (led := self.foer[v]) is not None:
            v, navn = led
            ud.append(navn)
        return ud[::-1]
