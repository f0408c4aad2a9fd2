"""An a-kasse that comes over from another system: running courses that are imported, and what is told of some of them after.

An import writes nothing at DFDG. The first registration after it is preceded by a reading; where DFDG has another start than
was imported, the event stops with both values, and goes on when the a-kasse has told the import again and it is retried.

Source: the same rules as a placement's, VEJL §1, §2(1); that DFDG is read back first is a choice of the public interface.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import (
    FRAVAER_KONTAKTFORLOEB,
    Fortaelling,
    Forudsaetninger,
    Forventning,
    PlanlagtHaendelse,
)
from sandbox.fortaellinger.pen import kl
from sandbox.personer import Personregister

Art = Literal["intet_mere", "uden_registrering", "registrering", "afviger", "rettet"]

#: What becomes of an imported course, as weights.
ARTER: dict[Art, int] = {"intet_mere": 60, "uden_registrering": 10, "registrering": 24, "afviger": 3, "rettet": 3}
_START = date(2022, 3, 1)


@dataclass(frozen=True, slots=True)
class Overtagelse:
    """One imported course. ``fortaelling`` is what the judge hears, ``foerst`` what is told in the first place.

    ``person`` is the citizen as the stand-in's admin API takes it. ``stopper``: the event that DFDG's content stops, of an
    import that says ``indlaest`` where DFDG has ``i_dfdg``; ``rettelse``: the import told again, which lets it go on.
    """

    art: Art
    fortaelling: Fortaelling
    foerst: tuple[PlanlagtHaendelse, ...]
    person: dict[str, Any]
    indlaest: date
    i_dfdg: date
    stopper: PlanlagtHaendelse | None = None
    rettelse: PlanlagtHaendelse | None = None


def overtag(
    antal: int, seed: int, f: Forudsaetninger, personer: Personregister, akasse: str = "01"
) -> Iterator[Overtagelse]:
    """``antal`` running courses of one a-kasse; the same arguments give the same ones, and every kind is among the first."""
    arter = list(ARTER)
    for nr in range(antal):
        rng = random.Random(f"overtag/{seed}/{nr}")
        art = arter[nr] if nr < len(arter) else rng.choices(arter, list(ARTER.values()))[0]
        yield _en(art, rng, f"o{seed}-{nr:06d}", f, personer, akasse)


def _en(
    art: Art, rng: random.Random, navn: str, f: Forudsaetninger, personer: Personregister, akasse: str
) -> Overtagelse:
    m = Medlem(navn, f"indlæst: {art}", akasse, rng.choice(f.daekkede(akasse)), personer.ny(), f)
    start = _START + timedelta(days=rng.randrange(28))
    i_dfdg = start + timedelta(days=7) if art in ("afviger", "rettet") else start
    fravaer_id = m.uuid("markering")
    kendt = rng.random() < 0.5  # whether the import names DFDG's identifier
    tid = kl(date(2022, 4, 4), 8)
    m.indlaest(
        tid, start, Decimal("148.00"), samtaler=[start + timedelta(days=10)], fravaer_id=fravaer_id if kendt else None
    )
    indlaesning = m.sidste()
    m.start = i_dfdg
    if art != "intet_mere":
        m.udbetalt(kl(date(2022, 4, 29), 7), Decimal("148.00"), Decimal("296.00"))
    if art not in ("intet_mere", "uden_registrering"):
        if art == "registrering" and rng.random() < 0.5:
            m.samtale(kl(date(2022, 5, 10), 10), ["jobsamtale", "raadighed"])
        m.udbetalt(kl(date(2022, 5, 30), 7), Decimal("148.00"), Decimal("444.00"), slutter=True)
    foerst = m.fortalt
    rettelse = None
    if art == "rettet":
        m.bliver_rettet(indlaesning, "erstattet")
        data = {k: v for k, v in indlaesning.data.items() if k != "cpr"} | {"startdato": i_dfdg.isoformat()}
        rettelse = m.skriv(
            indlaesning.type, kl(date(2022, 6, 1), 8), data, Forventning("noteret"), erstatter=indlaesning.id
        )
    m.markeringer.clear()  # it stands at DFDG before anything is told, by no registration in the log
    fortaelling = m.fortaelling()
    if art == "afviger":  # what stops, and stays so, has no outcome to be judged
        fortaelling = replace(fortaelling, haendelser=fortaelling.haendelser[:-1])
    fravaer = {"id": fravaer_id, "type": int(FRAVAER_KONTAKTFORLOEB), "start": i_dfdg.isoformat()}
    return Overtagelse(
        art=art,
        fortaelling=fortaelling,
        foerst=foerst,
        person={"cpr": m.cpr, "akasse": akasse, "fravaer": [fravaer]},
        indlaest=start,
        i_dfdg=i_dfdg,
        stopper=foerst[-1] if art in ("afviger", "rettet") else None,
        rettelse=rettelse,
    )
