"""Moving lanes on: when a head has ended, the parked events behind it are decided until one needs DFDG."""

from __future__ import annotations

from collections.abc import Collection

from gateway.lanes.bane import Haendelsestilstand
from gateway.ledger import historik, numre, rettelsesgang
from gateway.ledger.enhed import FOERSTE_PORTION, Bane, Enhed
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import Haendelsesraekke

#: Parked events that are decided in one go.
HOEJST = 128


async def ryk_frem(e: Enhed, motor: Motor, baner: list[Bane], *, find_hoved: bool = False) -> None:
    """Moves every lane without a head on, then rebuilds expected states where something turned out otherwise.

    The lanes are locked and loaded; ``find_hoved`` looks the standing head up where the caller has not loaded it. Parked
    events are read in portions, between which the event loop is others'.
    """
    for b in baner if find_hoved else ():
        if b.hoved is None:
            b.hoved = await rettelsesgang.staaende_hoved(e, b)
    ledige = {b.borger_id: b for b in baner if b.hoved is None}
    taget: set[int] = set()
    # Events decided in this unit of work are still 'venter' in the database until it is written: read on behind them.
    efter: dict[int, tuple[int, int]] = {}
    while ledige:
        parkerede, laest_til = await _naeste(e, ledige, taget, efter)
        for borger_id, liste in parkerede.items():
            bane = ledige[borger_id]
            if not liste and borger_id in laest_til:
                # Only what this unit of work has ended already: there may be more behind.
                efter[borger_id] = laest_til[borger_id]
                continue
            antal = motor.fremryk(e, bane, liste)
            taget.update(h.id for h in liste[:antal])
            if antal:
                efter[borger_id] = (liste[antal - 1].plads, liste[antal - 1].id)
            if bane.hoved is not None or not liste:
                del ledige[borger_id]
    for b in baner:
        if b.hoved is None:
            b.forventet = None
            b.har_aabne = False
            b.genopbyg = b.udskudt = False
            b.aendret = True
        elif b.genopbyg:
            aabne = await _aabne(e, b, taget)
            if len(aabne) <= HOEJST:
                motor.genopbyg_forventet(e, b, aabne)
            else:
                # Whoever shares this unit of work is not to wait for a long lane: forventninger.
                b.genopbyg, b.udskudt, b.aendret = False, True, True


async def afgoer_forfra(e: Enhed, motor: Motor, hoveder: Collection[Haendelsesraekke]) -> None:
    """Heads that wait in the queue are decided again at their places, in the order given; their lanes are loaded, and nothing
    of them is in the air or in doubt."""
    await historik.indlaes(e, [h.borger_id for h in hoveder if h.identitet is not None and h.borger_id is not None])
    for h in hoveder:
        bane = e.baner[h.borger_id or 0]
        e.ud_af_koe.append(bane.borger_id)
        motor.afgoer_forfra(e, bane, h)
    await ryk_frem(e, motor, list(e.baner.values()))


async def _naeste(
    e: Enhed, ledige: dict[int, Bane], taget: set[int], efter: dict[int, tuple[int, int]]
) -> tuple[dict[int, list[Haendelsesraekke]], dict[int, tuple[int, int]]]:
    """The next parked events of each lane, and how far (place, id) the ledger was read for them."""
    # A long lane in portions that leave the event loop to others in between.
    portion = min(HOEJST, FOERSTE_PORTION + len(taget))
    fundne = await e.naeste_i_banerne(ledige, portion, efter)
    endelige = {h.id for h in e.haendelser if h.tilstand not in ("venter", "stoppet")}
    brugt = taget | endelige
    laest_til = {b: (liste[-1].plads, liste[-1].id) for b, liste in fundne.items() if liste}
    naeste = {b: [h for h in liste if h.id not in brugt] for b, liste in fundne.items()}
    for h in e.haendelser:
        # A dead letter that has given way to a correction in this unit of work: on its way still in the database.
        if h.borger_id in naeste and h.tilstand == Haendelsestilstand.STOPPET and not h.udenfor:
            if len(fundne[h.borger_id]) == portion and (h.plads, h.id) > laest_til[h.borger_id]:
                continue  # others stand before it that have not been read yet
            andre = [x for x in naeste[h.borger_id] if x.id != h.id]
            naeste[h.borger_id] = sorted([*andre, h], key=lambda x: (x.plads, x.id))
    await historik.indlaes(e, [b for b, liste in naeste.items() if any(h.identitet is not None for h in liste)])
    await numre.forbered(e, [h for liste in naeste.values() for h in liste])
    return naeste, laest_til


async def _aabne(e: Enhed, bane: Bane, taget: set[int]) -> list[Haendelsesraekke]:
    """What waits in the lane, and was not taken in this unit of work; one more than one go when there is more."""
    raekker = await e.conn.fetch(
        """select * from haendelse where borger_id = $1 and tilstand = 'venter' and not udenfor
           and not id = any($2::bigint[]) order by plads, id limit $3""",
        bane.borger_id,
        list(taget),
        HOEJST + 1,
    )
    return [e.haendelse_fra_db(r) for r in raekker]
