"""Every step that one citizen's lane can take: the ledger's transactions, the wire, DFDG, and what may go wrong.

A step is atomic; between any two of them any other may come, a worker may die, or time may pass. Faults have a price,
paid from the case's budget, so that the cases are finite; without faults nothing has a price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from gateway.lanes.forsoeg import Fund, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Skridt
from tests.model import dfdg
from tests.model.dele import Anmodning, Bane, Haand
from tests.model.ledger import Ledger

FEJL = frozenset({"svar_tabt", "timeout", "afvis", "utilgaengelig", "ikke_ejer", "ingen_forbindelse", "laes_fejl"})
AFVIST = Svar(Udfald.AFVIST, kode="1042")
UTILGAENGELIG = Svar(Udfald.UTILGAENGELIG, kode="http_503")
IKKE_EJER = Svar(Udfald.IKKE_EJER, kode="4575")
INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")
ALDRIG_SENDT = Svar(Udfald.ALDRIG_SENDT, kode="forbindelse")
LEASE_FOR_KORT = Svar(Udfald.ALDRIG_SENDT, kode="lease")
ULAESELIG = Tilbagelaesning(Fund.UKENDT, UTILGAENGELIG)
#: Workers: each may hold one claim of a lane.
ARBEJDERE = 2

ORD = {
    "modtag": "accept: event {} is taken in",
    "tag": "claim: worker {} takes the ready head",
    "kontrol": "worker {} finds that its lease is long enough",
    "send": "the request of worker {} leaves",
    "for_sent": "worker {} finds its lease too short: nothing leaves",
    "ingen_forbindelse": "no connection for worker {}: nothing leaves",
    "laes": "worker {} reads back at DFDG",
    "laes_fejl": "worker {} can't read back: DFDG answers 503",
    "svar": "DFDG decides the request of worker {}, and its answer arrives",
    "svar_tabt": "DFDG decides the request of worker {}, and its answer is lost",
    "timeout": "worker {} gives up waiting: its request is still on the way",
    "afvis": "DFDG refuses the content of worker {}'s request",
    "utilgaengelig": "DFDG answers worker {} with 503",
    "ikke_ejer": "DFDG answers worker {} that the citizen is not the a-kasse's own",
    "sen_commit": "DFDG decides late: request {} of those nobody waits for",
    "afregn": "settle: the answer of worker {}",
    "overtag": "claim: a lease that ran out is taken over",
    "tabt": "claim: a lease that ran out is taken over; its worker is only late",
    "genkoer": "operator: event {} is retried",
    "erstat": "operator: event {} is replaced",
    "spring": "operator: event {} is skipped",
    "findes": "operator: what is in doubt of event {} is at DFDG",
    "mangler": "operator: what is in doubt of event {} is not at DFDG",
    "doed": "worker {} dies",
    "tid": "time passes",
    "succes": "another citizen's registration of the operation succeeds",
}


class Trin(NamedTuple):
    """One step: its name, what it is about (a worker, an event, a request), its price, and how the lane after it is
    made (which raises ``Brud`` when the step itself breaks an invariant)."""

    navn: str
    nr: int
    pris: int
    til: Callable[[], Bane]


def i_ord(navn: str, nr: int) -> str:
    return ORD[navn].format(nr)


class Muligheder:
    """``fejl``: the faults that this case has; ``sen_afsendelse``: between asking the lease and the first byte a worker may
    be held up for any time (class A only: there what it still sends is harmless, I11); ``alle_arbejdere``: any
    free worker may take the head (with one lane alone they are all alike)."""

    def __init__(
        self, ledger: Ledger, fejl: frozenset[str], *, sen_afsendelse: bool = False, alle_arbejdere: bool = False
    ) -> None:
        self.ledger = ledger
        self.fejl = fejl
        self._sen = sen_afsendelse
        self._alle = alle_arbejdere

    def fra(self, b: Bane) -> Iterator[Trin]:
        """Every step from here."""
        if b.modtaget < len(self.ledger.planer):
            yield Trin("modtag", b.modtaget, 0, partial(self.ledger.modtag, b))
        if b.koe is not None and b.koe.klar == 0:
            fri = [w for w in range(ARBEJDERE) if all(x.arbejder != w for x in b.haender)]
            for w in fri if self._alle else fri[:1]:
                yield Trin("tag", w, 0, partial(self.ledger.tag, b, w))
        for x in b.haender:
            yield from self._haand(b, x)
        for i, a in enumerate(b.luften):
            if a.arbejder is None:
                yield Trin("sen_commit", i, 0, partial(_sen_commit, b, a))
        if b.krav is not None and b.krav.lease < 0:
            # Its worker is dead; or it lives and is late, and that is a fault.
            navn = "tabt" if any(x.epoke == 0 for x in b.haender) else "overtag"
            yield Trin(navn, 0, 0, partial(self.ledger.overtag, b))
        for h in b.haendelser:
            for handling in ("genkoer", "spring", "erstat"):
                if self.ledger.maa_betjenes(b, h.nr, handling):
                    yield Trin(handling, h.nr, 0, partial(self.ledger.betjen, b, h.nr, handling))
            # A sender held up beyond the quiet time is harmless to class A's own way alone, not to what somebody saw.
            r = None if self._sen else self.ledger.maa_afklares(b, h.nr)
            if r is not None:
                # Who looks at DFDG sees what is there.
                findes = dfdg.laes(b, r, h.nr).fund is Fund.LIG
                yield Trin(
                    "findes" if findes else "mangler", h.nr, 0, partial(self.ledger.afklar, b, h.nr, r.nr, findes)
                )

    def _haand(self, b: Bane, x: Haand) -> Iterator[Trin]:
        w = x.arbejder
        match x.stadie:
            case "taget" if x.skridt is Skridt.AFLAES:
                r = next(r for r in b.haendelser[x.hae].regs if r.nr == x.nr)
                yield Trin("laes", w, 0, partial(_med_svar, b, x, dfdg.laes(b, r, x.hae)))
                yield from self._fejl("laes_fejl", w, partial(_med_svar, b, x, ULAESELIG))
            case "taget":
                if x.frist <= 0:
                    yield Trin("for_sent", w, 0, partial(_med_svar, b, x, LEASE_FOR_KORT))
                elif self._sen:
                    yield Trin("kontrol", w, 0, partial(_ny_haand, b, x, x._replace(stadie="frigivet")))
                else:
                    yield Trin("send", w, 0, partial(self._send, b, x))
                yield from self._fejl("ingen_forbindelse", w, partial(_med_svar, b, x, ALDRIG_SENDT))
            case "frigivet":
                yield Trin("send", w, 0, partial(self._send, b, x))
            case "sendt":
                yield from self._sendt(b, x)
            case "svar":
                yield Trin("afregn", w, 0, partial(self.ledger.afregn, b, x))

    def _sendt(self, b: Bane, x: Haand) -> Iterator[Trin]:
        w = x.arbejder
        a = next(a for a in b.luften if a.arbejder == w)
        uden = _uden(b, a)
        yield Trin("svar", w, 0, partial(_afgjort, uden, a, x, tabt=False))
        yield from self._fejl("svar_tabt", w, partial(_afgjort, uden, a, x, tabt=True))
        yield from self._fejl("timeout", w, partial(_med_svar, _uden_afsender(b, w), x, INTET_SVAR))
        yield from self._fejl("utilgaengelig", w, partial(_med_svar, uden, x, UTILGAENGELIG))
        if a.dom is None:
            # What DFDG refuses for its content it refuses each time: no other request of it is committed later. It may
            # refuse the repeat of what it has, where that can be read.
            har = any((p.entitet, p.handling, p.hae) == (a.entitet, a.handling, a.hae) for p in b.log)
            if not har or a.handling != "afmeld":
                yield from self._fejl("afvis", w, partial(_doemt, uden, a, x, AFVIST))
            if not har:
                yield from self._fejl("ikke_ejer", w, partial(_doemt, uden, a, x, IKKE_EJER))

    def _send(self, b: Bane, x: Haand) -> Bane:
        r = next(r for r in b.haendelser[x.hae].regs if r.nr == x.nr)
        rettes = any(p.maal is not None for p in self.ledger.planer)
        kendte = b.modtaget if rettes else 0
        a = Anmodning(x.hae, x.nr, r.entitet, r.handling, r.t.klasse, x.request_nr, 0, x.arbejder, kendte)
        return _ny_haand(b, x, x._replace(stadie="sendt", frist=0))._replace(luften=(*b.luften, a))

    def _fejl(self, navn: str, nr: int, til: Callable[[], Bane]) -> Iterator[Trin]:
        if navn in self.fejl:
            yield Trin(navn, nr, 1, til)


def doed(b: Bane, w: int) -> Bane:
    """Worker ``w`` is gone; what it has sent goes on without it."""
    uden = _uden_afsender(b._replace(haender=tuple(x for x in b.haender if x.arbejder != w)), w)
    return uden._replace(luften=tuple(a for a in uden.luften if a.dom is None or a.arbejder is not None))


def _uden_afsender(b: Bane, w: int) -> Bane:
    return b._replace(luften=tuple(a._replace(arbejder=None) if a.arbejder == w else a for a in b.luften))


def _uden(b: Bane, a: Anmodning) -> Bane:
    i = b.luften.index(a)
    return b._replace(luften=b.luften[:i] + b.luften[i + 1 :])


def _ny_haand(b: Bane, gammel: Haand, ny: Haand) -> Bane:
    return b._replace(haender=tuple(ny if x is gammel else x for x in b.haender))


def _med_svar(b: Bane, x: Haand, svar: Svar | Tilbagelaesning) -> Bane:
    return _ny_haand(b, x, x._replace(stadie="svar", svar=svar, frist=0))


def _afgjort(b: Bane, a: Anmodning, x: Haand, *, tabt: bool) -> Bane:
    ny, svar = dfdg.afgoer(b, a)
    return _med_svar(ny, x, INTET_SVAR if tabt else svar)


def _doemt(b: Bane, a: Anmodning, x: Haand, dom: Svar) -> Bane:
    andre = [y._replace(dom=dom) if (y.hae, y.nr) == (a.hae, a.nr) else y for y in b.luften]
    luften = tuple(y for y in andre if y.dom is None or y.arbejder is not None)
    return _med_svar(b._replace(luften=luften), x, dom)


def _sen_commit(b: Bane, a: Anmodning) -> Bane:
    return dfdg.afgoer(_uden(b, a), a)[0]
