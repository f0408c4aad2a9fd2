"""The figures of supervision as SVG, drawn here: no script, no style attribute, readable without colour (labels and a table)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: Width and height of the drawing, and its margins, in units of its own.
_B, _H, _V, _BUND, _TOP, _HOEJRE = 640, 260, 48, 34, 14, 10


@dataclass(frozen=True, slots=True)
class Serie:
    """A row of figures; ``klasse`` is its CSS class (``s1`` … ``s6``)."""

    navn: str
    tal: Sequence[float]
    klasse: str


def soejler(titel: str, etiketter: Sequence[str], serier: Sequence[Serie], enhed: str = "") -> str:
    """Stacked columns, one for each label, as an ``<svg>``."""
    summer = [sum(s.tal[i] for s in serier) for i in range(len(etiketter))]
    top = _rund_op(max(summer, default=0))
    dele = [_begynd(titel), *_akse(top, enhed), *_x(etiketter)]
    bredde = _skridt(etiketter)
    for i in range(len(etiketter)):
        y = float(_H - _BUND)
        for s in serier:
            h = (_H - _BUND - _TOP) * s.tal[i] / top
            if h <= 0:
                continue
            y -= h
            x = _V + bredde * i + bredde * 0.15
            dele.append(
                f'<rect class="{s.klasse}" x="{x:.1f}" y="{y:.1f}" width="{bredde * 0.7:.1f}" height="{h:.1f}" rx="2">'
                f"<title>{escape(etiketter[i])}: {escape(s.navn)} {_tal(s.tal[i])}{enhed}</title></rect>"
            )
    return "".join([*dele, "</svg>"])


def linjer(
    titel: str, etiketter: Sequence[str], serier: Sequence[Serie], enhed: str = "", top: float | None = None
) -> str:
    """Lines with their points, as an ``<svg>``. ``top``: the axis' end where it is known (100 %)."""
    hoejest = top or _rund_op(max((t for s in serier for t in s.tal), default=0))
    dele = [_begynd(titel), *_akse(hoejest, enhed), *_x(etiketter)]
    bredde = _skridt(etiketter)
    for s in serier:
        punkter = [
            (_V + bredde * (i + 0.5), _H - _BUND - (_H - _BUND - _TOP) * t / hoejest) for i, t in enumerate(s.tal)
        ]
        dele.append(f'<polyline class="linje {s.klasse}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in punkter)}"/>')
        dele += [
            f'<circle class="{s.klasse}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(etiketter[i])}: {escape(s.navn)} '
            f"{_tal(s.tal[i])}{enhed}</title></circle>"
            for i, (x, y) in enumerate(punkter)
        ]
    return "".join([*dele, "</svg>"])


def _begynd(titel: str) -> str:
    return f'<svg class="plot" viewBox="0 0 {_B} {_H}" role="img" aria-label="{escape(titel, quote=True)}">'


def _akse(top: float, enhed: str) -> list[str]:
    dele = []
    for n in range(5):
        y = _H - _BUND - (_H - _BUND - _TOP) * n / 4
        dele.append(f'<line class="gitter" x1="{_V}" x2="{_B - _HOEJRE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        dele.append(
            f'<text class="akse" x="{_V - 8}" y="{y + 4:.1f}" text-anchor="end">{_tal(top * n / 4)}{enhed}</text>'
        )
    return dele


def _x(etiketter: Sequence[str]) -> list[str]:
    bredde, hver = _skridt(etiketter), max(1, -(-len(etiketter) // 10))
    return [
        f'<text class="akse" x="{_V + bredde * (i + 0.5):.1f}" y="{_H - 12}" text-anchor="middle">{escape(e)}</text>'
        for i, e in enumerate(etiketter)
        if i % hver == 0
    ]


def _skridt(etiketter: Sequence[str]) -> float:
    return (_B - _V - _HOEJRE) / max(1, len(etiketter))


def _rund_op(v: float) -> float:
    """The axis' end: a round figure at or above, divisible by four."""
    trin = 1.0
    while True:
        for n in (4, 8, 12, 20, 40):
            if v <= n * trin:
                return n * trin
        trin *= 10


def _tal(v: float) -> str:
    return f"{v:.0f}" if float(v).is_integer() else f"{v:.1f}".replace(".", ",")
