"""Choices: where the sources disagree or are silent, the project chose, here and nowhere else.

Each constant says what was chosen and which rule it belongs to, so that a choice can be changed in one place.
"""

from __future__ import annotations

from datetime import date

#: R6: the guidance names 31 December 2023 and, once, "from 1 January 2025" as the trial's end. The first is used.
FORSOEG_SLUT = date(2023, 12, 31)

#: R2, R4: enrolled before 2024 but placed from 1 January 2024 counts as the law of 2024.
INDPLACERET_FRA_LOV_2024 = date(2024, 1, 1)

#: R5: courses already running on 1 July 2026 keep the law at enrolment.
LOV_FOELGER_TILMELDING = True

#: V9: from the law of 2024 the new a-kasse's placement opens a course of its own after a change of a-kasse.
NYT_FORLOEB_EFTER_SKIFT_FRA_2024 = True

#: A1: hours "reach" the limit (>=) in the trial, "more than" it (>) from the law of 2024: the sources say both.
GRAENSE_MEDREGNET = {"forsoeg-2020": True, "lov-2024": False, "reform-2026": False}

#: S2: cv and rådighed together are not on the guidance's list of pairs: refused in the course, fine outside it.
CV_OG_RAADIGHED_UDEN_FOR_FORLOEB = True

#: R8: pairs of purposes on one day from the law of 2024, where that law is silent.
PAR_FRA_2024 = frozenset({frozenset({"cv", "jobsamtale"}), frozenset({"raadighed", "jobsamtale"})})
