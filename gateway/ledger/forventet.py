"""The expected state of a lane: what the confirmed one becomes when all that is on the way is granted.

An event behind others is decided on it (I12: what needs no DFDG need not wait for it); when something turns out otherwise it is
folded anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.lanes.registrering import Fase
from gateway.ledger import afgjort, numre, underretning
from gateway.ledger.afgoerer import Afgoerer, Stop
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.krypto import spor
from gateway.ledger.raekker import Haendelsesraekke, afgoerelsens_virkning
from gateway.rules.aendringer import anvend
from gateway.rules.model import Afgoerelse, Fejl
from gateway.rules.tilstand import Borger

#: An event that is held back with others of its publisher's.
KARANTAENE = Fejl(
    "karantaene",
    "Hændelsen er sat i karantæne sammen med andre fra samme kilde.",
    None,
    "Driften frigiver eller opgiver karantænen; en rettelse sendes med erstatter.",
)


class Forventet(Afgoerer):
    """What is expected of a lane's events."""

    def forventet_afgjort(self, forventet: Borger, h: Haendelsesraekke, e: Enhed) -> tuple[Afgoerelse | Stop, Borger]:
        """The decision on the expected state, and that state with everything it leads to granted."""
        if e.i_karantaene(h):
            return Stop(KARANTAENE), forventet
        afg = self.afgoer(forventet, h, self.idag(e.nu, h))
        if isinstance(afg, Stop):
            return afg, forventet
        bagefter = afgjort.fold(forventet, afg)
        return self.forventet_afgjort(bagefter, h, e) if afg.fortsaet else (afg, bagefter)

    def forventet_for_hoved(self, bane: Bane, h: Haendelsesraekke) -> Borger:
        """The confirmed state with what the head has still to register."""
        forventet = bane.bekraeftet
        for r in h.registreringer:
            if r.tilstand.fase not in (Fase.REGISTRERET, Fase.OPGIVET, Fase.AFVIST):
                forventet = anvend(forventet, r.aendringer)
        return forventet

    def genopbyg_forventet(self, e: Enhed, bane: Bane, aabne: Iterable[Haendelsesraekke]) -> None:
        """Something turned out otherwise: the expected state is folded anew over ``aabne``, everything still on the way."""
        self.har_genopbygget(bane, self.fold_videre(e, bane, self.grund_for_forventet(bane), aabne))

    def grund_for_forventet(self, bane: Bane) -> Borger:
        """The confirmed state with the head granted: what the expected state is folded from."""
        return self.forventet_for_hoved(bane, bane.hoved) if bane.hoved else bane.bekraeftet

    @staticmethod
    def har_genopbygget(bane: Bane, forventet: Borger) -> None:
        bane.forventet = forventet
        bane.genopbyg = bane.udskudt = False
        bane.aendret = True

    def fold_videre(self, e: Enhed, bane: Bane, forventet: Borger, parkerede: Iterable[Haendelsesraekke]) -> Borger:
        """The expected state after these parked events, in their order; what they are expected to lead to is told anew."""
        for h in parkerede:
            if (bane.hoved is not None and h.id == bane.hoved.id) or h.identitet is not None:
                continue
            if numre.er_opgivet(e, bane, h):
                continue
            afg, forventet = self.forventet_afgjort(forventet, h, e)
            if isinstance(afg, Stop):
                if afg.fejl is KARANTAENE:
                    e.behold_overdragelser(h, ())
                continue
            e.behold_overdragelser(h, (o.overdragelse_id for o in afg.overdragelser))
            if h.accept_spor != (nyt := spor(afgoerelsens_virkning(afg))):
                h.accept_spor = nyt
                e.gem(h)
            underretning.ved_modtagelse(e, bane, h, afg)
        return forventet
