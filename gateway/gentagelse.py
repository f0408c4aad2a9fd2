"""Trying again until it succeeds: what waits for Kafka or PostgreSQL to come back."""

from __future__ import annotations

import logging

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

log = logging.getLogger(__name__)

#: The waits between attempts grow from the first to the second (seconds).
_FRA, _TIL = 0.1, 5.0


def til_det_lykkes(hvad: str, *fejl: type[BaseException]) -> AsyncRetrying:
    """Attempts without end, for ``async for``: after one of ``fejl`` the next one comes, later each time. Each is a line
    ``retrying`` in the log, which says ``hvad`` is tried again. Any other error is raised."""

    def sig_det(stand: RetryCallState) -> None:
        hvorfor = stand.outcome.exception() if stand.outcome is not None else None
        log.warning(
            "retrying",
            extra={"hvad": hvad, "fejl": type(hvorfor).__name__, "om": round(stand.upcoming_sleep, 2)},
        )

    return AsyncRetrying(
        retry=retry_if_exception_type(fejl),
        wait=wait_exponential_jitter(multiplier=_FRA, max=_TIL),
        before_sleep=sig_det,
    )
