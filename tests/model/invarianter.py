"""The invariants over one lane's state, each a sentence with its name. A state that breaks one raises ``Brud``.

Order (I2) and single commits (I3) are judged when DFDG commits (dfdg.py), a lost lease (I11) and a new request id (I6) when
an answer is settled (ledger.py); what follows is judged of every state that can be reached.
"""

from __future__ import annotations

from gateway.lanes.registrering import Fase
from tests.model.dele import Bane, Brud, Hae, Reg
from tests.model.dfdg import navn

_AABEN = ("venter", "hoved", "stoppet")


def proev(b: Bane) -> None:
    for h in b.haendelser:
        for r in h.regs:
            _sikkerhed(b, h, r)
        _kvitteringer(h)
    _ingen_sidder_fast(b)


def _sikkerhed(b: Bane, h: Hae, r: Reg) -> None:
    """I3: what may be sent freely has left no trace. I6: what is settled is so at DFDG."""
    staar = any((p.entitet, p.handling, p.hae) == (r.entitet, r.handling, h.nr) for p in b.log)
    undervejs = any((a.hae, a.nr) == (h.nr, r.nr) and a.dom is None for a in b.luften)
    hvor = "DFDG has it" if staar else "it is on its way to DFDG" if undervejs else None
    match r.t.fase:
        case Fase.REGISTRERET if not staar:
            raise Brud("I6", f"{navn(h, r)} is taken as received, and DFDG does not have it")
        case Fase.KLAR if hvor is not None:
            if r.t.var_i_tvivl:
                raise Brud("I6", f"{navn(h, r)} was concluded to be absent, and {hvor}")
            raise Brud("I3", f"{navn(h, r)} may be sent as if for the first time, and {hvor}")
        case Fase.OPGIVET | Fase.STOPPET | Fase.AFVIST if hvor is not None:
            if not any(x.nr > r.nr and (x.entitet, x.handling) == (r.entitet, r.handling) for x in h.regs):
                raise Brud("I6", f"{navn(h, r)} is {r.t.fase.value} as not received, and {hvor}")


def _kvitteringer(h: Hae) -> None:
    """I7: one final kvittering when the event is final, none before. I10: nothing follows it but the correction's edition."""
    if h.tilstand != "endelig":
        if h.endelige:
            raise Brud("I7", f"event {h.nr} is {h.tilstand} and has a final kvittering")
    elif not h.endelige:
        raise Brud("I7", f"event {h.nr} is final without a final kvittering")
    elif h.endelige[1:] not in ((), ("sprunget_over",)):
        raise Brud("I10", f"event {h.nr}'s final kvittering is followed by {h.endelige[1:]}")


def _ingen_sidder_fast(b: Bane) -> None:
    """I7: what is on its way is so visibly: queued or claimed, or a dead letter that somebody can act on. I4: one at a time."""
    if b.koe is not None and b.krav is not None:
        raise Brud("I4", "a registration is ready while another of the same citizen is claimed")
    hoveder = [h for h in b.haendelser if h.tilstand == "hoved"]
    if len(hoveder) > 1:
        raise Brud("I2", f"events {hoveder[0].nr} and {hoveder[1].nr} are both on their way to DFDG")
    for h in b.haendelser:
        if (h.tilstand == "stoppet") != (h.doedbrev == "aaben"):
            raise Brud("I7", f"event {h.nr} is {h.tilstand} and its dead letter is {h.doedbrev}")
    gang = b.koe or b.krav
    if gang is not None:
        h = b.haendelser[gang.hae]
        r = next(r for r in h.regs if r.nr == gang.nr)
        if h.tilstand != "hoved" or r.t.fase in (Fase.REGISTRERET, Fase.OPGIVET, Fase.STOPPET, Fase.AFVIST):
            raise Brud("I3", f"{navn(h, r)} is to be sent: it is {r.t.fase.value}, its event {h.tilstand}")
    elif hoveder:
        raise Brud("I7", f"event {hoveder[0].nr} is on its way, and nobody will take it")
    aabne = sorted((h.plads, h.nr, h.tilstand) for h in b.haendelser if h.tilstand in _AABEN)
    if aabne and not hoveder and aabne[0][2] != "stoppet":
        raise Brud("I7", f"event {aabne[0][1]} waits, and nothing stands before it")
