"""Choices: where the sources disagree or are silent, the project chose.

What can be changed by a value stands here, each with the rule it belongs to. Choices that are a way of doing something
stand in the function that does it, and are named here so that nobody has to look for them:

- V11, markings never overlap, the new one starts the day after the old slutdato at the earliest:
  ``forloeb.startdato``.
- V8, a move told after a later one moves the course nowhere, and one out of the coverage is handed over to where the
  member lives now: ``ophoer``. R3, who lived outside the coverage on the day of the placement does not come in by a move
  that was told: ``visitation``.
- V8, J3, a kommune that an enrolment states while the member is in moves nobody; V11, a new period in another kommune
  tells the old jobcenter that the course is no longer its own: ``visitation``.
- V14, found to belong at the jobcenter with no marking, one registration creates it ended:
  ``til_jobcentret.hoerer_til_i_jobcentret``.
- A4, an ending never lies before the start: ``forloeb.afsluttet``.
- R5, a course keeps the law at enrolment, also across 1 July 2026: ``regimer.regime_for``.
- S11, a jobsamtale or fælles that was held while the member was in counts, though the end was set before it afterwards
  (A2, V9 told late): ``overdragelse``.
- V11, with V5/V6 the handover follows the law of the new placement (R4): ``visitation``.
- S2-S4, a correction of a held talk that goes against another one held and registered is refused; a withdrawal leaves the
  others as they are: ``rettelser``.
- O4, what is handed over besides talks: ``overdragelse.byg``.
- S2, cv and rådighed on one day are refused in the course and fine outside it: ``samtaler``.
- S2, a jobsamtale or fælles with the cv before the decision is held to the day's pairs too, since it counts in the course;
  S3, both meetings of a talk lie on its own day; S4, from 2024 the first one too may be held by phone in an offer
  (``iTilbud``); S9, in the trial nobody holds a jobsamtale in a former a-kasse's course, from 2024 the new a-kasse may:
  ``samtaler``.
- S7, a talk with two purposes is summoned only when each of them may be; cv and rådighed outside the course are not
  judged; a talk whose day is passed when it is sent is kept only, since DFDG refuses it: ``planlaegning``,
  ``indkaldelser``.
- S8, sent later than the day after the deadline, the effect is today: ``bookingfrister``.
- S9 by analogy, no jobsamtale or fælles is planned for a day out of the course, and no deadline for one set there:
  ``planlaegning``, ``bookingfrister``.
- S10, everybody who took part in a talk with two purposes took part in both meetings: ``samtaler``.
- S12, deadlines lapse whose effect would lie after the slutdato; planned cv and rådighed stay:
  ``planlaegning.bortfald``.
- F3, how a changed holiday is judged; M1, M2, how an effort told again is: ``ferie``, ``mindre_intensiv``.
- R2, what a corrected placement changes, and that a start stays when the corrected date lies before the law began:
  ``forloebsrettelser``. A kommune that was stated wrongly and is not in the trial ends the marking as wrong (38).
- R7, a placement before the day of a closing that is known already opens a course that ends that day:
  ``visitation``.
- R5, an exemption from the same day takes the earlier one's place, and lifts the deadline for a jobsamtale:
  ``fritagelse``.
- V2, an import is replaced by an import only, and takes no other event's place: what it tells stands at DFDG already:
  ``rettelser``.
- S8, a missed deadline that has its effect only after a correction takes it from the day of the correction:
  ``rettede_afmeldinger``.
- A5, how a withdrawn ending re-opens the marking: the setting ``GATEWAY_RULES__GENAABNING``.
"""

from __future__ import annotations

from datetime import date, timedelta

#: R6: the guidance names 31 December 2023 and, once, "from 1 January 2025" as the trial's end. The first is used.
FORSOEG_SLUT = date(2023, 12, 31)

#: V3, O6: the decision falls at the latest two weeks after enrolment; the fourteenth day is in time.
BESLUTNINGSFRIST = timedelta(days=14)

#: R4: enrolled before 2024 but placed from this day on counts as the law of 2024.
INDPLACERET_FRA_LOV_2024 = date(2024, 1, 1)

#: R3, R4: the law of 2024 asks for less than three months' unemployment at enrolment, "also with an older placement".
#: Where the hours at enrolment are told, they decide; where they are not, a running course keeps a new placement out as
#: in the trial.
TIMER_VED_TILMELDING_GAAR_FORUD_FRA_2024 = True

#: V9: from the law of 2024 the new a-kasse's placement opens a course of its own after a change of a-kasse.
NYT_FORLOEB_EFTER_SKIFT_FRA_2024 = True

#: A1: hours "reach" the limit (>=) in the trial, are "more than" it (>) from the law of 2024: the sources say both.
GRAENSE_MEDREGNET = {"forsoeg-2020": True, "lov-2024": False, "reform-2026": False}

#: R8: pairs of purposes on one day from the law of 2024, where that law is silent.
PAR_FRA_2024 = frozenset({frozenset({"cv", "jobsamtale"}), frozenset({"raadighed", "jobsamtale"})})

#: A2, by analogy: an ending that is replaced when the course is already over keeps the day on which the course moved.
RETTET_SLUTNING_FRA_FOERSTE = True
