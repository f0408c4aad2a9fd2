"""What turned out wrong and is put right: withdrawn, replaced, another cause, other dates, a new CPR number (A2, A5, R2, F3).

A correction is told when everything before it is final, so that what becomes of it does not depend on who was faster.

Source: the guidance to the trial order, VEJL §2(5), §14(1)-(2). That a withdrawn ending re-opens the course, and that what
DFDG cannot take back is the a-kasse's to correct there, are choices of the public interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sandbox.fortaellinger.model import (
    FRAVAER_FERIE,
    FRAVAER_KONTAKTFORLOEB,
    HOS_AKASSE,
    OVERDRAGELSE,
    Dfdgvirkning,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
)
from sandbox.fortaellinger.pen import Pen


class Rettelser(Pen):
    """A member's corrections."""

    def tilbagekald(self, tid: datetime, maal: PlanlagtHaendelse, forventning: Forventning) -> PlanlagtHaendelse:
        """An event that should not have been is withdrawn by its publisher."""
        data = {"haendelseId": maal.id, "begrundelse": "Sendt ved en fejl"}
        self.afvent_ro(maal)
        self.bliver_rettet(maal, "tilbagekaldt")
        type_ = f"{maal.part.split('.')[0]}.haendelse.tilbagekaldt.v1"
        return self.skriv(type_, tid, data, forventning, part=maal.part)

    def erstat(
        self, tid: datetime, maal: PlanlagtHaendelse, nyt: Mapping[str, Any], forventning: Forventning
    ) -> PlanlagtHaendelse:
        """Another event of the same type, with ``nyt`` in its data, takes the place of ``maal``."""
        data = {felt: vaerdi for felt, vaerdi in {**maal.data, **nyt}.items() if felt != "cpr"}
        self.afvent_ro(maal)
        self.bliver_rettet(maal, "erstattet")
        return self.skriv(maal.type, tid, data, forventning, part=maal.part, erstatter=maal.id)

    def ferie_tilbagekaldt(self, tid: datetime, ferie: PlanlagtHaendelse) -> PlanlagtHaendelse:
        """A registered holiday that was never asked for: deleted."""
        virkning = Dfdgvirkning("slet_fravaer", FRAVAER_FERIE, "")
        return self.tilbagekald(tid, ferie, Forventning("registreret", dfdg=(virkning,)))

    def ferie_erstattet(self, tid: datetime, ferie: PlanlagtHaendelse, slut: date) -> PlanlagtHaendelse:
        """A registered holiday that was told with a wrong last day: the same absence is updated."""
        virkning = Dfdgvirkning("ret_fravaer", FRAVAER_FERIE, str(ferie.data["startdato"]), slut.isoformat())
        nyt = {"slutdato": slut.isoformat()}
        return self.erstat(tid, ferie, nyt, Forventning("registreret", dfdg=(virkning,)))

    def samtale_tilbagekaldt(self, tid: datetime, samtale: PlanlagtHaendelse) -> PlanlagtHaendelse:
        """A held talk that was not held after all: DFDG takes no talk back, so the a-kasse corrects it there."""
        for formaal in samtale.data["formaal"]:
            if formaal in self.afholdt:
                self.afholdt[formaal] -= 1
        return self.tilbagekald(tid, samtale, Forventning("noteret", pligter=("ret_i_dfdg",)))

    def slutning_tilbagekaldt(self, tid: datetime, slutning: PlanlagtHaendelse) -> PlanlagtHaendelse:
        """A5: the ending should not have been; the course is open as if it had not."""
        if self.start is None:
            raise ValueError(f"{self.navn}: re-opens a course that has not begun")
        self.slut = None
        virkning = Dfdgvirkning("ret_fravaer", FRAVAER_KONTAKTFORLOEB, self.start.isoformat())
        beskeder = (
            ForventetBesked(OVERDRAGELSE, self.jobcenter, {"registrering": "bortfaldet"}),
            ForventetBesked(HOS_AKASSE, self.jobcenter, {"grund": "genaabnet"}),
        )
        forventning = Forventning("registreret", regel="A5", dfdg=(virkning,), beskeder=beskeder)
        return self.tilbagekald(tid, slutning, forventning)

    def aarsag_rettet(
        self, tid: datetime, aarsag: str, slut: date, *, udmeldt: date | None = None
    ) -> PlanlagtHaendelse:
        """A2: the cause was wrong; the last registration counts, and the handover goes again."""
        data: dict[str, Any] = {"aarsagskode": aarsag}
        if udmeldt is not None:
            data["udmeldelsesdato"] = udmeldt.isoformat()
        return self.skriv("akasse.visitation.aarsag-rettet.v1", tid, data, self._slutning(aarsag, slut))

    def aarsag_rettet_for_tidligt(self, tid: datetime, aarsag: str) -> PlanlagtHaendelse:
        """A2: there is no cause to correct on an open marking."""
        forventning = Forventning("afvist", regel="A2")
        return self.skriv("akasse.visitation.aarsag-rettet.v1", tid, {"aarsagskode": aarsag}, forventning)

    def indplacering_rettet(self, tid: datetime, indplaceret: date, start: date) -> PlanlagtHaendelse:
        """R2: within the regime the start of the marking is updated."""
        self.start = start
        virkning = Dfdgvirkning("ret_fravaer", FRAVAER_KONTAKTFORLOEB, start.isoformat())
        data = {"indplaceringsdato": indplaceret.isoformat()}
        forventning = Forventning("registreret", regel="R2", dfdg=(virkning,))
        return self.skriv("akasse.medlem.indplacering-rettet.v1", tid, data, forventning)

    def cpr_skiftet(self, tid: datetime, nyt_cpr: str) -> PlanlagtHaendelse:
        """The person has a new CPR number: one citizen from here on, in one order."""
        gammelt, self.cpr = self.cpr, nyt_cpr
        self.afvent_ro()
        return self.skriv("akasse.medlem.cpr-skiftet.v1", tid, {"gammeltCpr": gammelt}, Forventning("noteret"))

    def afvent_ro(self, maal: PlanlagtHaendelse | None = None) -> None:
        """The next event of ``maal``'s publisher waits until what it told before is final, ``maal`` with it."""
        part = maal.part if maal is not None else self.part
        egne = [h for h in self.fortalt if h.part == part and not h.gentagelse]
        i_orden = [h for h in egne if (maal is not None and h.id == maal.id) or _i_raekken(h)]
        if i_orden:
            self.afvent_kvittering(i_orden[-1], hos=part)


def _i_raekken(h: PlanlagtHaendelse) -> bool:
    """What is passed on leaves at once, and says nothing of what waits before it."""
    return h.forventning.status != "videresendt"
