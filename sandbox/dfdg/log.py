"""The stand-in's log: one JSON line for each attempt read, each effect that took place, each answer.

Keys of every line: ``tid, tjeneste, operation, cpr, requestId, entitetsId, type, start, slut, aarsag, udfald``; further
keys may follow (``forsoeg`` ties the lines of one attempt together, ``lukkede`` names deadlines and bookings that an
absence closed, ``opfyldte`` deadlines that a summons met, ``klient`` is the caller's address on a ``modtaget`` line,
``versionId`` numbers the editions that a line made, ``beskeder`` are the messages to webhooks that it gave rise to). A choice of participation has the choice as ``type``, a plan its status,
a CV its status. The order of lines is the order of commit. ``udfald`` is

- ``modtaget``: the request has been read;
- ``committed``: its effect took place (from here on it is in DFDG, whatever the caller gets to know);
- ``kvitteret``: answered with a receipt;
- ``afvist:<kode>``: answered with a refusal (the first fault's number);
- ``412``: answered that the ``x-requestId`` was used before;
- ``fejl:<kode>``: answered with a fault that changed nothing (``fejl:503``, ``fejl:1011``), or unreadably (``fejl:vroevl``);
- ``intet_svar``: the caller got no answer, or not a whole one;
- ``laest`` / ``laest:<kode>``: a read, or a ping, was answered (one line, without ``modtaget``);
- ``sat``: the admin API changed something (``tjeneste`` is then ``styring``).

Dates are ``YYYY-MM-DD`` (absence, cancellation, activity); a talk's ``start``, and both of a planned one, are times with
Copenhagen offset.
The log is also the stand-in's memory: it is read when the process starts again.
It holds the CPR numbers of test persons and is readable by its owner only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

MODTAGET = "modtaget"
COMMITTED = "committed"
KVITTERET = "kvitteret"
INTET_SVAR = "intet_svar"
LAEST = "laest"
SAT = "sat"
STYRING = "styring"

_FASTE = frozenset(
    ("tid", "tjeneste", "operation", "cpr", "requestId", "entitetsId", "type", "start", "slut", "aarsag", "udfald")
)


@dataclass(frozen=True, slots=True)
class Linje:
    """One line of the log, typed. Its ``repr`` leaves the CPR number out."""

    tid: datetime
    tjeneste: str
    operation: str
    cpr: str | None = field(repr=False)
    request_id: str | None
    entitets_id: str | None
    type: str | None
    start: str | None
    slut: str | None
    aarsag: str | None
    udfald: str
    ekstra: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def forsoeg(self) -> int | None:
        """The attempt's number, the same on all its lines."""
        nummer = self.ekstra.get("forsoeg")
        return nummer if isinstance(nummer, int) else None

    @property
    def startdato(self) -> date | None:
        """The Copenhagen date of ``start``."""
        return None if self.start is None else date.fromisoformat(self.start[:10])

    @property
    def slutdato(self) -> date | None:
        return None if self.slut is None else date.fromisoformat(self.slut[:10])

    @property
    def version(self) -> str | None:
        """The id that numbers the editions which the line made; None where others are not told of it."""
        nummer = self.ekstra.get("versionId")
        return nummer if isinstance(nummer, str) else None

    @property
    def beskeder(self) -> list[dict[str, Any]]:
        """The messages to webhooks that the line gave rise to (``sandbox.dfdg.beskeder.Besked`` as JSON)."""
        return list(self.ekstra.get("beskeder", ()))

    @property
    def tidspunkt(self) -> datetime | None:
        """A talk's time, with offset; None where ``start`` is a date."""
        return datetime.fromisoformat(self.start) if self.start is not None and "T" in self.start else None


def _linje(post: dict[str, Any]) -> Linje:
    return Linje(
        tid=datetime.fromisoformat(post["tid"]),
        tjeneste=post["tjeneste"],
        operation=post["operation"],
        cpr=post["cpr"],
        request_id=post["requestId"],
        entitets_id=post["entitetsId"],
        type=post["type"],
        start=post["start"],
        slut=post["slut"],
        aarsag=post["aarsag"],
        udfald=post["udfald"],
        ekstra={noegle: vaerdi for noegle, vaerdi in post.items() if noegle not in _FASTE},
    )


def raa_linjer(sti: Path) -> Iterator[dict[str, Any]]:
    """The log's lines as plain objects, one at a time.

    A last line without its line break (the process was killed while writing) is left out.
    Raises ValueError with the line's number when any other line cannot be read.
    """
    with sti.open("rb") as fil:
        for nummer, raa in enumerate(fil, start=1):
            if not raa.endswith(b"\n"):
                return
            try:
                post = orjson.loads(raa)
            except orjson.JSONDecodeError:
                raise ValueError(f"line {nummer} of the log is not JSON") from None
            yield post


def linjer(sti: Path) -> Iterator[Linje]:
    """The log's lines typed, one at a time, in order of commit. Raises as ``raa_linjer``."""
    return (_linje(post) for post in raa_linjer(sti))


def laes_log(sti: Path) -> list[Linje]:
    """The whole log, typed, in order of commit. Raises as ``raa_linjer``."""
    return list(linjer(sti))


class Logskriver:
    """Appends lines. They are gathered and written by ``skyl``, which must run before an answer may leave.

    Written means handed to the operating system (no fsync): a killed process loses nothing, a lost machine may.
    """

    def __init__(self, sti: Path) -> None:
        sti.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(sti, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        _afslut_halv_linje(sti)
        self._buffer: list[bytes] = []

    def skriv(self, post: dict[str, Any]) -> None:
        self._buffer.append(orjson.dumps(post, option=orjson.OPT_APPEND_NEWLINE))

    def skyl(self) -> None:
        """Writes what was gathered, whole. Raises OSError when the disk does not take it."""
        if not self._buffer:
            return
        rest = memoryview(b"".join(self._buffer))
        self._buffer.clear()
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def luk(self) -> None:
        self.skyl()
        os.close(self._fd)


def _afslut_halv_linje(sti: Path) -> None:
    """Cuts off a half-written last line: its effect was never answered, and the next line needs a fresh start."""
    with sti.open("r+b") as fil:
        laengde = fil.seek(0, os.SEEK_END)
        if laengde == 0:
            return
        fil.seek(laengde - 1)
        if fil.read(1) == b"\n":
            return
        trin = min(laengde, 1 << 20)
        fil.seek(laengde - trin)
        fil.truncate(laengde - trin + fil.read(trin).rfind(b"\n") + 1)
