"""Guidance and the effort in the notice period (P3, P4): recorded, not sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning
from gateway.rules.tilstand import Borger

KAPITEL: dict[str, Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]] = {}
