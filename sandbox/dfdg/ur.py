"""The stand-in's clock: the machine's, moved by whole days so that "today" can be set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")


class Ur:
    """Gives the stand-in's time. ``tid`` for the log is the machine's own and strictly rising."""

    def __init__(self) -> None:
        self._flyttet = timedelta(0)
        self._sidste = datetime.min.replace(tzinfo=UTC)

    def tid(self) -> datetime:
        """The machine's time in UTC; never the same twice and never back, so that lines can be ordered by it."""
        nu = datetime.now(UTC)
        if nu <= self._sidste:
            nu = self._sidste + timedelta(microseconds=1)
        self._sidste = nu
        return nu

    def spring_til_efter(self, tid: datetime) -> None:
        """Continues after ``tid`` (the last line of a log that is taken up again)."""
        self._sidste = max(self._sidste, tid)

    def nu(self) -> datetime:
        """DFDG's own "now": what dates are judged by, and how old a request id is. Moved on the clock of Copenhagen, so that
        an hour before midnight in winter is one in summer too."""
        return (datetime.now(KOEBENHAVN) + self._flyttet).astimezone(UTC)

    def idag(self) -> date:
        """DFDG's Copenhagen date."""
        return self.nu().astimezone(KOEBENHAVN).date()

    def saet_idag(self, dag: date | None) -> None:
        """Moves the clock to ``dag``, same time of day; None brings back the machine's own date."""
        if dag is None:
            self._flyttet = timedelta(0)
        else:
            self._flyttet = timedelta(days=(dag - datetime.now(KOEBENHAVN).date()).days)

    @property
    def flyttet_dage(self) -> int:
        return self._flyttet.days

    def flyt_dage(self, dage: int) -> None:
        """Moves the clock by whole days (used when a log is taken up again: the shift stays, the date goes on)."""
        self._flyttet = timedelta(days=dage)
