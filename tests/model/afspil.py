"""A walk through the model, step by step on the real ledger in PostgreSQL, with equal results after each step.

The rules and DFDG are scripted on both sides: ``decide`` and ``render`` lead to the registrations that the case's plans
name, and the DFDG here decides by the requests that the ledger really rendered. Everything between is production code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from random import Random
from typing import Any

from gateway.lanes.forsoeg import Anmodning as Kald
from gateway.lanes.forsoeg import Fund, Klasse, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Skridt
from gateway.ledger.afklaring import Haandafklaring
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.ledger.settle import Afregning, Resultat
from gateway.opsaetning import regelopsaetning
from gateway.rules.model import Afgoerelse, Haendelse, Status
from gateway.rules.registreringer import Registrering
from gateway.settings import Settings
from sandbox.personer import Personregister
from tests.ledger.byg import Ledger, h, samtale
from tests.model.dele import LEASE, STILLETID, STOP_EFTER, TIK, TOM, Bane, Plan, kan_vente, tik
from tests.model.ledger import Ledger as Modelledger
from tests.model.produktion import Funktioner
from tests.model.skridt import (
    AFVIST,
    ALDRIG_SENDT,
    ARBEJDERE,
    IKKE_EJER,
    INTET_SVAR,
    LEASE_FOR_KORT,
    ULAESELIG,
    UTILGAENGELIG,
    Muligheder,
    doed,
)
from tests.model.udforsker import Sag, Skridtnavn

_FASTE: dict[str, Svar | Tilbagelaesning] = {
    "for_sent": LEASE_FOR_KORT,
    "ingen_forbindelse": ALDRIG_SENDT,
    "laes_fejl": ULAESELIG,
    "timeout": INTET_SVAR,
    "utilgaengelig": UTILGAENGELIG,
    "afvis": AFVIST,
    "ikke_ejer": IKKE_EJER,
}


# --- the scripted rules ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Indhold:
    """What a registration tells: an entity, and what is done to it."""

    entitet: str
    handling: str
    klasse: Klasse
    haendelse: str

    @property
    def operation(self) -> str:
        return "Afmeld" if self.handling == "afmeld" else f"{self.handling} {self.entitet} for {self.haendelse}"


class Regler:
    """``decide`` and ``render`` of the replay: ``planer`` by the event's id (``<citizen>-<number>``)."""

    def __init__(self, planer: dict[str, Plan]) -> None:
        self._planer = planer

    def decide(self, tilstand: Any, haendelse: Haendelse, opsaetning: Any, idag: Any) -> Afgoerelse:
        plan = self._planer[haendelse.id]
        staaende = self._staaende(haendelse)
        r = haendelse.rettelse
        navn = r.maal[1] if r is not None else haendelse.identitet[1] if haendelse.identitet else haendelse.id
        if plan.trukket:
            besluttet = [(i, "slet", Klasse.SIDSTE_VINDER) for i in sorted(staaende)]
        else:
            besluttet = [
                (i, "ret", Klasse.SIDSTE_VINDER) if i in staaende else (i, "afmeld" if plan.afmeld else "opret", k)
                for i, k in enumerate(plan.klasser)
            ]
        if not besluttet:
            status = Status.UDEN_VIRKNING if plan.trukket else Status.VIDERESENDT
            return Afgoerelse(status, "Intet til DFDG.", fri=not plan.trukket)
        registreringer = tuple(
            Registrering("01", Indhold(f"{navn}.{i}", handling, k, haendelse.id))  # type: ignore[arg-type]
            for i, handling, k in besluttet
        )
        return Afgoerelse(Status.REGISTRERET, "Registreres.", registreringer=registreringer)

    def _staaende(self, haendelse: Haendelse) -> set[int]:
        if haendelse.rettelse is None:
            return set()
        for linje in haendelse.rettelse.historik:
            x = linje.haendelse
            if (x.identitet or (x.kilde, x.id)) == haendelse.rettelse.maal:
                if not linje.virkede:
                    return set()
                if linje.registreret is not None:
                    return {int(e.rsplit(".", 1)[1]) for e in linje.registreret}
                return set(range(len(self._planer[x.id].klasser)))
        raise AssertionError("a correction whose target is not in the history")

    def render(self, registrering: Registrering, haendelse: Haendelse, cpr: str) -> Kald:
        i: Any = registrering.indhold
        return Kald(
            tjeneste=f"borger{haendelse.id.split('-')[0]}",
            operation=i.operation,
            klasse=i.klasse,
            akassekode="01",
            metode="POST",
            sti=f"/{i.entitet}",
            hoved={},
            krop=i.handling.encode(),
            noegle={"handling": i.handling, "haendelse": haendelse.id},
            entitets_id=i.entitet,
        )


# --- the scripted DFDG ---------------------------------------------------------------------------------


@dataclass
class Dfdg:
    """Commits what it is sent; judges by the requests alone."""

    log: list[tuple[str, str]] = field(default_factory=list)
    sidst: dict[str, tuple[str, str]] = field(default_factory=dict)
    request_ider: set[str] = field(default_factory=set)

    def afgoer(self, kald: Kald, request_id: str) -> Svar:
        handling, entitet = kald.noegle["handling"], kald.entitets_id or ""
        findes = entitet in self.sidst and self.sidst[entitet][0] != "slet"
        if kald.klasse in (Klasse.EGET_ID, Klasse.SIDSTE_VINDER) and request_id in self.request_ider:
            return Svar(Udfald.FANDTES, kode="412")
        if findes and handling == "opret" and kald.klasse is Klasse.EGET_ID:
            return Svar(Udfald.FANDTES, kode="4977")
        if findes and handling == "opret" and kald.klasse is Klasse.NATURLIG_NOEGLE:
            return Svar(Udfald.AFVIST, kode="4999")
        if findes and handling == "afmeld":
            return Svar(Udfald.FANDTES, kode="4367")
        if not findes and handling == "ret":
            return Svar(Udfald.AFVIST, kode="1003")
        if not findes and handling == "slet":
            return Svar(Udfald.FANDTES, kode="8303")
        self.request_ider.add(request_id)
        self.sidst[entitet] = (handling, kald.noegle["haendelse"])
        self.log.append((entitet, handling))
        return Svar(Udfald.KVITTERET)

    def laes(self, kald: Kald) -> Tilbagelaesning:
        handling, sidst = kald.noegle["handling"], self.sidst.get(kald.entitets_id or "")
        match handling:
            case "slet":
                lig = sidst is None or sidst[0] == "slet"
            case "ret":
                lig = sidst == ("ret", kald.noegle["haendelse"])
            case _:
                lig = sidst is not None and sidst[0] != "slet"
        return Tilbagelaesning(Fund.LIG if lig else Fund.FRAVAERENDE)


# --- both, side by side ----------------------------------------------------------------------------------


@dataclass
class _Kald:
    krav: Krav
    arbejder: int | None
    dom: Svar | None = None


@dataclass
class _Borger:
    """One citizen on both sides."""

    nr: int
    cpr: str
    planer: tuple[Plan, ...]
    muligheder: Muligheder
    bane: Bane = TOM
    epoke: int = 0
    kvitteringer: list[tuple[int, str, bool]] = field(default_factory=list)
    dfdg: Dfdg = field(default_factory=Dfdg)
    krav: dict[int, Krav] = field(default_factory=dict)
    svar: dict[int, tuple[Svar | Tilbagelaesning, datetime]] = field(default_factory=dict)
    luften: list[_Kald] = field(default_factory=list)


class _Midt(Random):
    """The jitter of waits is the middle on both sides."""

    def random(self) -> float:
        return 0.5


class Afspilning:
    """A walk of ``sag`` on ``ledger``'s database, drawn with ``seed``."""

    def __init__(self, ledger: Ledger, sag: Sag, seed: int) -> None:
        self.sag, self.rnd = sag, Random(seed)
        planer = {f"{b}-{n}": p for b, ps in enumerate(sag.borgere) for n, p in enumerate(ps)}
        regler = Regler(planer)
        motor = Motor(regler.decide, regler.render, regelopsaetning(Settings()))
        self.ledger = Ledger(ledger.pulje, Noegler(b"n" * 32), motor)
        grund: tuple[Any, ...] = (ledger.pulje, motor, self.ledger.noegler, "test", lambda: self.ledger.nu)
        self.ledger.uddeling = Uddeling(*grund, ejer="a", lease=LEASE * TIK)
        self.ledger.afregning = Afregning(*grund, stilletid=STILLETID * TIK, stop_efter=STOP_EFTER, tilfaeldig=_Midt())
        self.afklaring = Haandafklaring(*grund, hvem="modellen", stilletid=STILLETID * TIK)
        personer = Personregister()
        self.borgere = [
            _Borger(n, personer.ny(), ps, Muligheder(Modelledger(ps, Funktioner()), sag.fejl, alle_arbejdere=True))
            for n, ps in enumerate(sag.borgere)
        ]
        self.fejl, self.doede, self.succeser = sag.antal_fejl, sag.doede, sag.succeser
        self.vej: list[str] = []

    async def gaa(self, hoejst: int = 60) -> None:
        """Until nothing is left to do but wait, or ``hoejst`` steps."""
        for _ in range(hoejst):
            trin = self._mulige()
            arbejde = [t for t in trin if t[1] not in ("tid", "succes")]
            if not arbejde and all(b.bane.modtaget == len(b.planer) and not b.bane.koe and not b.bane.krav for b in self.borgere):  # fmt: skip
                return
            # Time passes now and then, faults come sooner than later.
            valg = self.rnd.choice(arbejde) if arbejde and self.rnd.random() < 0.8 else self.rnd.choice(trin)
            await self._tag(*valg)

    async def foelg(self, vej: list[Skridtnavn]) -> None:
        """A given way, as far as it exists: that of a broken variant ends where the break would have led on."""
        for borger, navn, nr in vej:
            trin = (None if borger < 0 else self.borgere[borger], navn, nr)
            if not any(t[0] is trin[0] and t[1:] == trin[1:] for t in self._mulige()):
                return
            await self._tag(*trin)

    def _mulige(self) -> list[tuple[_Borger | None, str, int]]:
        ud: list[tuple[_Borger | None, str, int]] = []
        for b in self.borgere:
            for t in b.muligheder.fra(b.bane):
                if t.pris <= self.fejl and (t.navn != "tabt" or self.doede):
                    ud.append((b, t.navn, t.nr))
        if all(kan_vente(b.bane) for b in self.borgere):
            ud.append((None, "tid", 0))
        if self.doede:
            ud += [(None, "doed", w) for w in range(ARBEJDERE) if any(w in b.krav for b in self.borgere)]
        if self.succeser:
            ud.append((None, "succes", 0))
        return ud

    async def _tag(self, b: _Borger | None, navn: str, nr: int) -> None:
        self.vej.append(f"{'' if b is None else f'citizen {b.nr}: '}{navn} {nr}")
        if b is None:
            await self._faelles(navn, nr)
        elif navn in ("overtag", "tabt"):
            # One statement takes over every lease that ran out.
            for x in self.borgere:
                if x.bane.krav is not None and x.bane.krav.lease < 0:
                    self.doede -= any(y.epoke == 0 for y in x.bane.haender)
                    self._model(x, next(t.navn for t in x.muligheder.fra(x.bane) if t.navn in ("overtag", "tabt")), 0)
                    x.epoke += 1
            await self.ledger.uddeling.overtag_tabte()
        else:
            foer = b.bane
            self._model(b, navn, nr)
            await self._virkelig(b, foer, navn, nr)
        for x in self.borgere:
            await self._ens(x)

    def _model(self, b: _Borger, navn: str, nr: int) -> None:
        t = next(t for t in b.muligheder.fra(b.bane) if (t.navn, t.nr) == (navn, nr))
        self.fejl -= t.pris
        b.muligheder.ledger.udsendt = []
        b.bane = t.til()
        b.kvitteringer += b.muligheder.ledger.udsendt

    async def _faelles(self, navn: str, w: int) -> None:
        match navn:
            case "tid":
                self.ledger.nu += TIK
            case "doed":
                self.doede -= 1
            case _:
                self.succeser -= 1
                await self.ledger.pulje.execute(
                    """insert into kanal_succes (kanal, handling, senest)
                       select distinct kanal, handling, $1::timestamptz from registrering
                       on conflict (kanal, handling) do update set senest = excluded.senest""",
                    self.ledger.nu,
                )
        for b in self.borgere:
            match navn:
                case "tid":
                    aldre = [a.alder + 1 < STILLETID for a in b.bane.luften]
                    b.bane = tik(b.bane)
                    b.luften = [k for k, bliver in zip(b.luften, aldre, strict=True) if bliver]
                case "doed":
                    b.bane = doed(b.bane, w)
                    b.krav.pop(w, None)
                    b.svar.pop(w, None)
                    self._slip(b, w)
                case _:
                    b.bane = b.bane._replace(succes=0)

    @staticmethod
    def _slip(b: _Borger, w: int) -> None:
        for k in b.luften:
            k.arbejder = None if k.arbejder == w else k.arbejder
        b.luften = [k for k in b.luften if k.dom is None or k.arbejder is not None]

    # --- the real side -------------------------------------------------------------------------------------

    async def _virkelig(self, b: _Borger, foer: Bane, navn: str, nr: int) -> None:
        match navn:
            case "modtag":
                await self.ledger.modtag(self._haendelse(b, nr))
            case "tag":
                (krav,) = await self.ledger.uddeling.tag({f"borger{b.nr}|01": 1})
                haand = b.bane.haender[-1]
                assert krav.skridt is haand.skridt
                assert krav.request_id.endswith(f"-{haand.request_nr}")
                b.krav[nr] = krav
                b.epoke += 1
            case "send":
                b.luften.append(_Kald(b.krav[nr], nr))
            case "laes":
                self._svar(b, nr, b.dfdg.laes(b.krav[nr].anmodning))
            case "svar" | "svar_tabt":
                k = self._tag_kald(b, nr)
                svar = k.dom or b.dfdg.afgoer(k.krav.anmodning, k.krav.request_id)
                self._svar(b, nr, INTET_SVAR if navn == "svar_tabt" else svar)
            case "sen_commit":
                k = b.luften.pop(nr)
                b.dfdg.afgoer(k.krav.anmodning, k.krav.request_id)
            case "afregn":
                await self._afregn(b, foer, nr)
            case "genkoer" | "erstat" | "spring":
                await self._betjen(b, navn, nr)
            case "findes" | "mangler":
                await self._afklar(b, nr, findes=navn == "findes")
                b.epoke += 1
            case _:
                if navn in ("utilgaengelig", "afvis", "ikke_ejer"):
                    k = self._tag_kald(b, nr)
                    if navn != "utilgaengelig":
                        for andet in b.luften:
                            if andet.krav.registrering_id == k.krav.registrering_id:
                                andet.dom = _FASTE[navn]  # type: ignore[assignment]
                        b.luften = [x for x in b.luften if x.dom is None or x.arbejder is not None]
                elif navn == "timeout":
                    self._slip(b, nr)
                self._svar(b, nr, _FASTE[navn])

    def _haendelse(self, b: _Borger, nr: int) -> dict[str, Any]:
        plan, id_ = b.planer[nr], f"{b.nr}-{nr}"
        maal = None if plan.maal is None else f"{b.nr}-{plan.maal}"
        if plan.trukket:
            ud = h(id_, "haendelse.tilbagekaldt", "2022-04-20", {"haendelseId": maal, "begrundelse": "Fejl"})
        else:
            ud = samtale(id_, "2022-02-01", "raadighed", **({"erstatter": maal} if maal else {}))
        ud["data"] = {**ud["data"], "cpr": b.cpr}
        return ud

    @staticmethod
    def _tag_kald(b: _Borger, w: int) -> _Kald:
        k = next(k for k in b.luften if k.arbejder == w)
        b.luften.remove(k)
        return k

    def _svar(self, b: _Borger, w: int, svar: Svar | Tilbagelaesning) -> None:
        """What the real side heard is what the model's worker heard."""
        model = next(x.svar for x in b.bane.haender if x.arbejder == w)
        if isinstance(svar, Svar):
            assert isinstance(model, Svar)
            assert (svar.udfald, svar.kode) == (model.udfald, model.kode)
        else:
            assert isinstance(model, Tilbagelaesning)
            assert svar.fund is model.fund
        b.svar[w] = (svar, self.ledger.nu)

    async def _afregn(self, b: _Borger, foer: Bane, w: int) -> None:
        krav, (svar, tid) = b.krav.pop(w), b.svar.pop(w)
        tabt = next(x.epoke for x in foer.haender if x.arbejder == w) < 0
        resultat = (
            Resultat(krav, svar, None, tid)
            if krav.skridt is Skridt.SEND and isinstance(svar, Svar)
            else Resultat(krav, None, svar if isinstance(svar, Tilbagelaesning) else None, tid)
        )
        (a,) = await self.ledger.afregning.afregn([resultat])
        assert a.tabt is tabt, "I11"
        b.epoke += not tabt

    async def _betjen(self, b: _Borger, navn: str, nr: int) -> None:
        (id_,) = [d.dlq_id for d in await self.ledger.operatoer.liste() if d.haendelse_id == f"{b.nr}-{nr}"]
        match navn:
            case "genkoer":
                await self.ledger.operatoer.genkoer([id_], "modellen")
            case "spring":
                await self.ledger.operatoer.spring_over([id_], "modellen")
            case _:
                data = self._haendelse(b, nr)["data"]
                await self.ledger.operatoer.erstat(id_, json.dumps(data).encode(), "modellen")

    async def _afklar(self, b: _Borger, nr: int, *, findes: bool) -> None:
        id_ = await self.ledger.pulje.fetchval(
            """select r.id from registrering r join haendelse h on h.id = r.haendelse_ref
               where h.haendelse_id = $1 and r.fase = 'i_tvivl'""",
            f"{b.nr}-{nr}",
        )
        await self.afklaring.afklar(id_, findes=findes, bevis="modellens DFDG", begrundelse="modellen")

    # --- equal? ------------------------------------------------------------------------------------------------

    async def _ens(self, b: _Borger) -> None:
        model, virkelig = self._modellens(b), await self._ledgerens(b)
        for hvad in model:
            assert model[hvad] == virkelig[hvad], f"{hvad} differs after\n  " + "\n  ".join(self.vej)
        assert [(f"{b.nr}-{p.entitet[0]}.{p.entitet[1]}", p.handling) for p in b.bane.log] == b.dfdg.log

    def _modellens(self, b: _Borger) -> dict[str, Any]:
        m = b.bane
        return {
            "events": [(h.nr, h.plads, str(h.tilstand), h.status, h.doedbrev) for h in m.haendelser],
            "registrations": [(h.nr, r.nr, r.t.fase.value, r.t.request_nr) for h in m.haendelser for r in h.regs],
            "ready": None if m.koe is None else tuple(m.koe),
            "claimed": None if m.krav is None else (m.krav.hae, m.krav.nr),
            "kvitteringer": b.kvitteringer,
            "epoch": b.epoke if m.haendelser else None,
        }

    async def _ledgerens(self, b: _Borger) -> dict[str, Any]:
        p = self.ledger.pulje
        haendelser = await p.fetch(
            """select h.*, (select d.status from doedbrev d where d.haendelse_ref = h.id) as dlq
               from haendelse h where h.haendelse_id like $1 order by h.id""",
            f"{b.nr}-%",
        )
        nr = {r["id"]: n for n, r in enumerate(haendelser)}
        refs = list(nr)
        borger = haendelser[0]["borger_id"] if haendelser else None
        regs = await p.fetch("select * from registrering where haendelse_ref = any($1::bigint[]) order by haendelse_ref, nr", refs)  # fmt: skip
        efter_id = {r["id"]: (nr[r["haendelse_ref"]], r["nr"]) for r in regs}
        koe = await p.fetchrow("select * from koe where borger_id = $1", borger)
        krav = await p.fetchrow("select * from krav where borger_id = $1", borger)
        beskeder = await p.fetch(
            "select * from besked where haendelse_ref = any($1::bigint[]) and type = 'gateway.kvittering.v1' order by id",
            refs,
        )
        kvitteringer, udgaver = [], dict.fromkeys(refs, 0)
        for r in beskeder:
            kuvert = json.loads(self.ledger.noegler.dekrypter(r["krop_krypt"]))
            d = kuvert["data"]
            udgaver[r["haendelse_ref"]] += 1
            assert d["udgave"] == udgaver[r["haendelse_ref"]], "I10: editions rise by one"
            assert kuvert["sekvens"] == r["id"], "I10"
            kvitteringer.append((nr[r["haendelse_ref"]], d["status"], d["endelig"]))
        return {
            "events": [(nr[r["id"]], nr[r["plads"]], r["tilstand"], r["status"], r["dlq"]) for r in haendelser],
            "registrations": [(*efter_id[r["id"]], r["fase"], r["request_nr"]) for r in regs],
            "ready": koe
            and (*efter_id[koe["registrering_id"]], max(0, ceil((koe["klar_fra"] - self.ledger.nu) / TIK))),
            "claimed": krav and efter_id[krav["registrering_id"]],
            "kvitteringer": kvitteringer,
            "epoch": await p.fetchval("select epoke from lane where borger_id = $1", borger),
        }
