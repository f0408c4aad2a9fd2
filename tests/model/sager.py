"""The cases that are explored: small ones for every run, and the full ones (``make model``)."""

from __future__ import annotations

from gateway.lanes.forsoeg import Klasse
from tests.model.dele import Plan
from tests.model.skridt import FEJL
from tests.model.udforsker import Sag

A, B, C, D = Klasse
_a, _b, _c, _d = (Plan((k,)) for k in Klasse)
_FRI = Plan(())
_AFMELD = Plan((B,), afmeld=True)
_TAVSHED = frozenset({"svar_tabt", "timeout"})
_AFVIST = frozenset({"afvis"})

#: One lane for each way of repeat protection, with every fault; then order, corrections and two citizens.
SMAA = (
    Sag("A", ((_a,),), FEJL, 1, 1),
    Sag("B", ((_b,),), FEJL, 1, 1),
    Sag("C", ((_c,),), FEJL, 1, 1),
    Sag("D", ((_d,),), FEJL, 1, 1),
    Sag("afmelding", ((_AFMELD,),), FEJL, 1, 1),
    Sag("A B", ((_a, _b),), FEJL, 1),
    Sag("to registreringer", ((Plan((A, D)), _FRI),), FEJL, 1),
    Sag("A ret", ((_a, Plan((A,), maal=0)),), _TAVSHED | _AFVIST, 1, 1),
    Sag("A traek B", ((_a, Plan((), maal=0, trukket=True), _b),), _TAVSHED | _AFVIST, 1),
    Sag("A B ret", ((_a, _b, Plan((A,), maal=0)),), _AFVIST, 2),
    Sag("A B ret ret", ((_a, _b, Plan((A,), maal=0), Plan((B,), maal=1)),), _AFVIST, 1),
    Sag("succes", ((_c,),), frozenset({"timeout"}), 2, 0, 1),
    Sag("sen afsendelse A", ((_a, _c),), frozenset(), 0, 1, sen_afsendelse=True),
    Sag("to borgere", ((_a,), (_d,)), _TAVSHED, 1),
)

#: Two citizens with three events, two workers that die, come back late, and all that DFDG may answer.
STORE = (
    *(Sag(f"{navn}, flere fejl", ((p,),), FEJL, 2, 1) for navn, p in zip("ABCD", (_a, _b, _c, _d), strict=True)),
    Sag("afmelding, flere fejl", ((_AFMELD,),), FEJL, 2, 1),
    Sag("A B, doed", ((_a, _b),), FEJL, 1, 1),
    Sag("B C", ((_b, _c),), FEJL, 1, 1),
    Sag("tre i en bane", ((_a, _FRI, _d),), FEJL, 1, 1),
    Sag("to registreringer, doed", ((Plan((A, D)),),), FEJL, 1, 1),
    Sag("to registreringer ret", ((Plan((A, B)), Plan((A, B), maal=0)),), _AFVIST | {"timeout"}, 2),
    Sag("A ret, alle fejl", ((_a, Plan((A,), maal=0)),), FEJL, 1, 1),
    Sag("D ret, to fejl", ((_d, Plan((D,), maal=0)),), FEJL, 2),
    Sag("A traek B, alle fejl", ((_a, Plan((), maal=0, trukket=True), _b),), FEJL, 1, 0),
    Sag("A B ret ret, to fejl", ((_a, _b, Plan((A,), maal=0), Plan((B,), maal=1)),), _AFVIST, 2),
    Sag("fri C ret, i tvivl", ((_FRI, _c, Plan((C,), maal=0)),), frozenset({"timeout"}), 2, 0, 1),
    Sag("A C ret, i tvivl", ((_a, _c, Plan((A,), maal=0)),), frozenset({"timeout"}), 2, 0, 1),
    Sag("succes, B", ((_b,),), frozenset({"timeout", "laes_fejl"}), 3, 0, 1),
    Sag("to borgere, tre haendelser, fejl", ((_a, _b), (_d,)), _TAVSHED | _AFVIST, 1),
    Sag("to borgere, tre haendelser, doed", ((_a, _b), (_d,)), frozenset(), 0, 1),
    Sag("to ens borgere", ((_c,), (_c,)), _TAVSHED, 1, 1),
)

#: Walked through at random and replayed on PostgreSQL, with faults enough for what is rare.
AFSPILLES = (
    Sag("A B D", ((_a, _b, _d),), FEJL, 4, 2, 1),
    Sag("C afmelding", ((_c, _AFMELD),), FEJL, 4, 2, 2),
    Sag("to registreringer", ((Plan((A, B)), _FRI, Plan((A, B), maal=0)),), FEJL, 4, 1),
    Sag("A B ret ret", ((_a, _b, Plan((A,), maal=0), Plan((B,), maal=1)),), FEJL, 4, 1, 1),
    Sag("A traek B", ((_a, Plan((), maal=0, trukket=True), _b),), FEJL, 3, 1),
    Sag("to borgere", ((_a, _b), (_d, Plan((D,), maal=0))), FEJL, 4, 2, 1),
    Sag("i tvivl", ((_d, _c, Plan((D,), maal=0)),), _TAVSHED, 4, 0, 2),
)
