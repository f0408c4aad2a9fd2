"""What the jobcenter does, act by act (J1, J2, J4, S6, T2, V4, O1): each answers a message that it got.

Source: the guidance to the trial order, VEJL §2(2), §2(5), §4(2), §4(3), §8; the proposal in force from 2024 (L24).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.fortaellinger.indsats import Indsats
from sandbox.fortaellinger.model import (
    DELTAGELSE_ANMODET,
    DELTAGELSE_BESLUTTET,
    HOS_AKASSE,
    INDSATSFORSLAG,
    INDSTILLING,
    JOBCENTERSAMTALE,
    JOBORDREKONTAKT,
    OVERDRAGELSE,
    OVERDRAGELSE_AFVIST,
    OVERDRAGELSE_MODTAGET,
    SAMTALE_ANNULLERET,
    TILBUDSAFGOERELSE,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Udloeser,
)
from sandbox.fortaellinger.pen import FORSOEG


class Jobcenterakter(Indsats):
    """The acts of the jobcenter of residence."""

    def jobordrekontakt(
        self,
        tid: datetime,
        *,
        kontaktform: str = "telefon",
        jobordre: bool = True,
        om_indstilling: str | None = None,
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """The jobcenter contacts a member who is in; only by phone about a job order (J1), from 2024 about an indstilling
        too."""
        data: dict[str, Any] = {
            "kontaktform": kontaktform,
            "tidspunkt": tid.isoformat(),
            "stillingsbetegnelse": "Lagermedarbejder",
        }
        if jobordre:
            data["jobordreId"] = self.uuid("jobordre", tid)
        brud = kontaktform != "telefon" or not jobordre
        if om_indstilling is not None:
            data["indstillingId"] = om_indstilling
            brud = brud and self.regime == FORSOEG
        return self._fra_jobcentret(
            "jobcenter.jobordre.kontakt.v1",
            tid,
            data,
            JOBORDREKONTAKT,
            Udloeser(HOS_AKASSE if om_indstilling is None else INDSTILLING),
            brud=brud,
            regel="J1",
            under_nedbrud=under_nedbrud,
        )

    def tilbud_afgjort(
        self, tid: datetime, indstilling_id: str, *, bevilget: bool = True, begrundet: bool = True
    ) -> PlanlagtHaendelse:
        """T2: the decision that answers an indstilling. From 2024 a rejection is reasoned to member and a-kasse."""
        indstilling = self.indstillinger.pop(indstilling_id)
        data: dict[str, Any] = {
            "tilbudId": self.uuid("tilbud", tid),
            "indstillingId": indstilling_id,
            "afgoerelse": "bevilget" if bevilget else "afslag",
            "tilbudstype": indstilling["tilbudstype"],
        }
        if bevilget:
            data["startdato"] = tid.date().isoformat()
        elif begrundet:
            data |= {"begrundelse": "Der er ingen plads i ordningen", "begrundetOverForMedlem": True}
        brud = not bevilget and not begrundet and self.regime != FORSOEG
        flag = ("begrundelse_mangler",) if brud else ()
        pligter = ("begrund_over_for_akasse", "begrund_over_for_medlem") if brud else ()
        return self._fra_jobcentret(
            "jobcenter.tilbud.afgjort.v1",
            tid,
            data,
            TILBUDSAFGOERELSE,
            Udloeser(INDSTILLING),
            brud=brud,
            flag=flag,
            pligter=pligter,
            sagt=("indstillingId", "afgoerelse"),
            afventes=True,
        )

    def indsats_foreslaaet(self, tid: datetime) -> str:
        """J2: the jobcenter suggests an effort; gives the suggestion's id."""
        data = {
            "forslagId": self.uuid("forslag", tid),
            "tilbudstype": "vejledning_og_opkvalificering",
            "beskrivelse": "Et kort kursus i truckkørsel",
        }
        self._fra_jobcentret(
            "jobcenter.indsats.foreslaaet.v1",
            tid,
            data,
            INDSATSFORSLAG,
            Udloeser(HOS_AKASSE),
            sagt=("forslagId",),
            afventes=True,
        )
        return data["forslagId"]

    def deltagelse_besluttet(
        self, tid: datetime, samtale_id: str, *, deltager: bool, brud: bool = False, form: str = "video"
    ) -> PlanlagtHaendelse:
        """S6: whether the jobcenter attends. ``brud``: against a wish that it must follow."""
        data: dict[str, Any] = {"samtaleId": samtale_id, "deltager": deltager}
        if deltager:
            data["form"] = form
        return self._fra_jobcentret(
            "jobcenter.deltagelse.besluttet.v1",
            tid,
            data,
            DELTAGELSE_BESLUTTET,
            Udloeser(DELTAGELSE_ANMODET),
            brud=brud,
            regel="S6" if brud else None,
            sagt=("samtaleId", "deltager"),
            afventes=True,
        )

    def samtale_annulleret(self, tid: datetime) -> PlanlagtHaendelse:
        """V4: what the jobcenter had booked is cancelled when the course is with the a-kasse."""
        data = {"samtaleId": self.uuid("jobcentersamtale", "før"), "begrundelse": "Kontaktforløbet er hos a-kassen"}
        return self._fra_jobcentret(
            "jobcenter.samtale.annulleret.v1",
            tid,
            data,
            SAMTALE_ANNULLERET,
            Udloeser(HOS_AKASSE),
            sagt=("samtaleId",),
        )

    def jobcentret_indkalder(self, tid: datetime, start: datetime, *, inde: bool, aendret: str | None = None) -> str:
        """J4: while in a breach; after the handover its first talk, which the a-kasse joins at the citizen's wish."""
        samtale_id = aendret or self.uuid("jobcentersamtale", tid)
        data: dict[str, Any] = {"samtaleId": samtale_id, "start": start.isoformat(), "form": "personligt"}
        if not inde:
            data |= {"foersteSamtale": True, "borgerOenskerAkasse": True}
        self._fra_jobcentret(
            f"jobcenter.samtale.{'aendret' if aendret else 'indkaldt'}.v1",
            tid,
            data,
            JOBCENTERSAMTALE,
            Udloeser(HOS_AKASSE if inde else OVERDRAGELSE),
            brud=inde,
            regel="J4" if inde else None,
            sagt=("samtaleId",),
        )
        return samtale_id

    def overdragelse_modtaget(self, tid: datetime, slutning: PlanlagtHaendelse | None = None) -> PlanlagtHaendelse:
        """O1: the jobcenter has read the handover (``slutning``: that of this ending); the id is the gateway's own."""
        return self._fra_jobcentret(
            "jobcenter.overdragelse.modtaget.v1",
            tid,
            {},
            OVERDRAGELSE_MODTAGET,
            _om(slutning),
        )

    def overdragelse_afvist(self, tid: datetime, slutning: PlanlagtHaendelse | None = None) -> PlanlagtHaendelse:
        """O1: the jobcenter refuses the handover."""
        data = {"grund": "andet", "begrundelse": "Borgeren er i gang hos en anden myndighed"}
        return self._fra_jobcentret(
            "jobcenter.overdragelse.afvist.v1",
            tid,
            data,
            OVERDRAGELSE_AFVIST,
            _om(slutning),
            sagt=("grund",),
        )

    def _fra_jobcentret(
        self,
        type_: str,
        tid: datetime,
        data: dict[str, Any],
        besked: str,
        efter: Udloeser,
        *,
        brud: bool | None = None,
        regel: str | None = None,
        flag: tuple[str, ...] = (),
        pligter: tuple[str, ...] = (),
        sagt: tuple[str, ...] = (),
        afventes: bool = False,
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """Passed on to the a-kasse with the kommune, and marked where it is a breach. ``sagt``: fields of the event that
        the message must repeat. ``afventes``: the a-kasse's next event comes after it has got the message."""
        ventet: dict[str, Any] = {"kommunekode": self.kommune, **{felt: data[felt] for felt in sagt}}
        if brud is not None:
            ventet["regelbrud"] = brud
        if brud and regel is not None:
            ventet["regelbrudRegel"] = regel
        forventning = Forventning(
            "videresendt", flag=flag, beskeder=(ForventetBesked(besked, self.part, ventet),), pligter=pligter
        )
        h = self.skriv(type_, tid, data, forventning, part=self.jobcenter, efter=efter, under_nedbrud=under_nedbrud)
        if afventes:
            self.afvent(besked, h)
        return h


def _om(slutning: PlanlagtHaendelse | None) -> Udloeser:
    return Udloeser(OVERDRAGELSE, ("overdragelseId",), None if slutning is None else slutning.id)
