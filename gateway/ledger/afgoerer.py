"""The rules and the carrier's rendering, as the engine of a lane asks them: what they raise costs one event, not its batch."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from gateway.errors import Regelfejl
from gateway.lanes.forsoeg import Anmodning
from gateway.ledger.enhed import Bane
from gateway.ledger.historik import TILBAGEKALDT
from gateway.ledger.raekker import Haendelsesraekke, part_fra_topic
from gateway.rules import dfdgs_fravaer
from gateway.rules.model import KOEBENHAVN, Afgoerelse, Fejl, Haendelse, Regelopsaetning, Rettelse
from gateway.rules.registreringer import Registrering
from gateway.rules.tilstand import Borger

log = logging.getLogger(__name__)

INTERN_FEJL = Fejl(
    "intern_fejl", "Gatewayen kunne ikke behandle hændelsen.", None, "Driften retter fejlen og genkører hændelsen."
)

Decide = Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]
Render = Callable[[Registrering, Haendelse, str], Anmodning]


@dataclass(frozen=True, slots=True)
class Stop:
    """The event cannot be decided or rendered as things stand: it stops at its place (a dead letter)."""

    fejl: Fejl


class Afgoerer:
    """``decide`` and ``render`` are passed in: the rules, and the carrier's rendering. ``haendelsesur``: today is the
    event's own day (replays and tests)."""

    def __init__(
        self, decide: Decide, render: Render, opsaetning: Regelopsaetning, *, haendelsesur: bool = False
    ) -> None:
        self._decide = decide
        self._render = render
        self._opsaetning = opsaetning
        self._haendelsesur = haendelsesur

    @property
    def opsaetning(self) -> Regelopsaetning:
        """The rules' settings in force."""
        return self._opsaetning

    @opsaetning.setter
    def opsaetning(self, ny: Regelopsaetning) -> None:
        self._opsaetning = ny

    def idag(self, nu: datetime, h: Haendelsesraekke) -> date:
        """The day of sending (S8): the present one, by the events' clock that on which the event was told."""
        tid = h.tid if self._haendelsesur and h.tid is not None else nu
        return tid.astimezone(KOEBENHAVN).date()

    def haendelse(self, h: Haendelsesraekke) -> Haendelse:
        """The stored event as the rules see it."""
        kuvert, data = h.indhold.laest
        identitet = (kuvert.source, h.identitet) if h.identitet and h.type not in TILBAGEKALDT else None
        part = part_fra_topic(h.part)
        return Haendelse(kuvert.source, kuvert.id, kuvert.type, kuvert.time, part, data, identitet=identitet)

    def afgoer(
        self, tilstand: Borger, h: Haendelsesraekke, idag: date, rettelse: Rettelse | None = None
    ) -> Afgoerelse | Stop:
        """What the rules make of the event on this state; a ``Stop`` for what they refuse to decide, and for a fault of theirs."""
        try:
            haendelse = self.haendelse(h)
            if rettelse is not None:
                haendelse = replace(haendelse, rettelse=rettelse)
            return self._decide(tilstand, haendelse, self._opsaetning, idag)
        except Regelfejl as fejl:
            return Stop(Fejl(fejl.kode, fejl.tekst, fejl.felt, fejl.loesning))
        except Exception as fejl:
            # A fault of the rules' own must cost one citizen's wait, not the topic: the event stops, an operator sees it.
            log.error(
                "rule_failed", extra={"type": h.type, "haendelse_ref": h.id, "fejl": type(fejl).__name__}, exc_info=fejl
            )
            return Stop(INTERN_FEJL)

    def rendret(self, bane: Bane, h: Haendelsesraekke, afg: Afgoerelse) -> tuple[Afgoerelse, list[Anmodning]] | Stop:
        """The decision as it can be sent, with its requests byte for byte; a ``Stop`` for what cannot be rendered."""
        try:
            anmodninger = self._anmodninger(bane, h, afg)
            laest = dfdgs_fravaer.uden_eget_id(afg, [a.entitets_id for a in anmodninger])
            if laest.registreringer == afg.registreringer:
                return afg, anmodninger
            return laest, self._anmodninger(bane, h, laest)
        except Regelfejl as fejl:
            return Stop(Fejl(fejl.kode, fejl.tekst, fejl.felt, fejl.loesning))
        except Exception as fejl:
            # As with the rules: a fault of rendering costs one citizen's wait, not the batch.
            log.error("render_failed", extra={"type": h.type, "haendelse_ref": h.id}, exc_info=fejl)
            return Stop(INTERN_FEJL)

    def _anmodninger(self, bane: Bane, h: Haendelsesraekke, afg: Afgoerelse) -> list[Anmodning]:
        ud = []
        for r in afg.registreringer:
            a, dfdgs = self._render(r, self.haendelse(h), bane.cpr), dfdgs_fravaer.dfdgs_id(bane.bekraeftet, r)
            ud.append(a if dfdgs is None else a.under_andet_id(str(dfdgs)))
        return ud
