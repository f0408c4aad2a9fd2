"""Duties that an event leaves with the a-kasse, told in its kvittering (O5, O6, P3).

Source: the guidance to the trial order, VEJL §5(3) (the member is told at once, and guided on the duties after the
handover) and §11(2) (Min Plan before the handover).
"""

from __future__ import annotations

from datetime import date

from gateway.rules.model import Pligt, Regime
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Forloeb
from gateway.rules.valg import BESLUTNINGSFRIST

RET_I_DFDG = Pligt(
    "ret_i_dfdg", "DFDG har ingen offentlig sletning af det registrerede; a-kassen retter det selv i DFDG."
)

#: O6: the duties about Min Plan.
MINPLAN = frozenset({"minplan_kladde", "minplan_publiceret"})

#: O6: causes with which the member belongs at the jobcenter before the hours are reached.
_TIDLIG_OVERGANG = frozenset({"44", "45"})


def ved_overdragelse(tilstand: Borger, f: Forloeb, registreringsdato: date, vurderet: date | None) -> tuple[Pligt, ...]:
    """O5 and P3 at every handover; O6 besides when ``f`` ends with 44 or 45 in the trial.

    ``vurderet``: the day of the assessment (None: the day of registration).
    """
    if f.slutdato is None or f.aarsagskode is None:
        raise ValueError("a handover needs an ended course")
    pligter = [
        Pligt("underret_medlem", "Underret straks medlemmet om, at jobcentret overtager kontaktforløbet.", registreringsdato),
        Pligt("vejled_om_pligter", "Vejled medlemmet om pligterne efter overgangen til jobcentret.", f.slutdato),
    ]  # fmt: skip
    if f.regime is Regime.FORSOEG_2020 and f.aarsagskode in _TIDLIG_OVERGANG:
        plan = _minplan(tilstand, f, vurderet or registreringsdato)
        if plan is not None:
            pligter.append(plan)
    return tuple(pligter)


def _minplan(tilstand: Borger, f: Forloeb, vurderet: date) -> Pligt | None:
    """O6: a draft of Min Plan within two weeks of enrolment, a published one after; none when that is there already."""
    if tilstand.minplan == "publiceret":
        return None
    if vurderet <= f.tilmeldingsdato + BESLUTNINGSFRIST:
        if tilstand.minplan == "kladde":
            return None
        return Pligt("minplan_kladde", "Lav en kladde til Min Plan til brug for jobcentret.", f.slutdato)
    return Pligt("minplan_publiceret", "Publicér Min Plan, før jobcentret overtager.", f.slutdato)


REGLER = (
    Regel(
        "O5",
        "Medlemmet skal underrettes",
        "Ved overdragelsen skal a-kassen straks underrette medlemmet og vejlede om pligterne bagefter (P3). "
        "Kvitteringen nævner begge pligter.",
        kilde="VEJL §5(3)",
        kode=("ved_overdragelse",),
    ),
    Regel(
        "O6",
        "Min Plan ved tidlig overgang",
        "Slutter forløbet i forsøget med 44 eller 45, og er det vurderet senest {BESLUTNINGSFRIST} efter "
        "tilmeldingen, skylder a-kassen en kladde til Min Plan; ellers en publiceret plan. Foreligger den "
        "allerede, skyldes intet.",
        kilde="VEJL §11(2)",
        kode=("ved_overdragelse",),
        vaerdier=("valg.BESLUTNINGSFRIST",),
    ),
)
