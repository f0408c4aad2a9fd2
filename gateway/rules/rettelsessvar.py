"""What a correction is answered with: its status, its words, its duties (A2, A5)."""

from __future__ import annotations

from typing import Any, Literal

from gateway.rules.model import Afgoerelse, Besked, Overdragelse, Status, Virkning
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.registreringer import Registrering


def svar(
    rettet: Afgoerelse | None,
    urettelige: tuple[str, ...],
    aendringer: tuple[Any, ...],
    registreringer: tuple[Registrering, ...],
    beskeder: tuple[Besked, ...],
    overdragelser: tuple[Overdragelse, ...],
    virkning: Virkning | None,
    *,
    tilbagekaldt: bool,
) -> Afgoerelse:
    """``rettet``: what the corrected event led to; ``urettelige``: what DFDG has no public way to undo (duty ``ret_i_dfdg``)."""
    hvad: Literal["tilbagekaldt", "rettet"] = "tilbagekaldt" if tilbagekaldt else "rettet"
    if registreringer:
        status, tekst = Status.REGISTRERET, f"Hændelsen er {hvad}, og det registrerede er ændret i DFDG."
    elif beskeder or overdragelser:
        status, tekst = Status.VIDERESENDT, f"Hændelsen er {hvad}, og modtagerne har fået besked."
    elif rettet is not None and rettet.status is Status.UDEN_VIRKNING:
        status, tekst = rettet.status, rettet.tekst
    else:
        status, tekst = Status.NOTERET, f"Hændelsen er {hvad}; der er intet at ændre i DFDG."
    pligter = rettet.pligter if rettet is not None else ()
    if urettelige:
        pligter = (*pligter, RET_I_DFDG)
        if not registreringer:
            status, tekst = Status.NOTERET, f"Hændelsen er {hvad}; a-kassen retter selv det registrerede i DFDG."
    return Afgoerelse(
        status,
        tekst,
        regel=(rettet.regel if rettet else None) or ("A5" if tilbagekaldt and registreringer else "A2"),
        regime=rettet.regime if rettet else None,
        flag=_flag(rettet, virkning),
        virkning=virkning or (rettet.virkning if rettet else None),
        pligter=pligter,
        aendringer=aendringer,
        registreringer=registreringer,
        beskeder=beskeder,
        overdragelser=overdragelser,
        dagsafhaengig=virkning is not None,
    )


def _flag(rettet: Afgoerelse | None, virkning: Virkning | None) -> tuple[str, ...]:
    flag = rettet.flag if rettet else ()
    if virkning is None or virkning.faktisk == virkning.lovlig or "virkning_udsat" in flag:
        return flag
    return (*flag, "virkning_udsat")
