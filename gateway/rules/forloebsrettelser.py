"""Corrections of a course's own facts: cause (A2), placement (R2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning
from gateway.rules.tilstand import Borger

KAPITEL: dict[str, Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]] = {}
