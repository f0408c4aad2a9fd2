"""The handover to the jobcenter (O1-O4): what it carries, and what is left for the jobcenter to hold.

Source: the guidance (VEJL §2(5), §6, §9, §10, §11), LAB24 §31. O3 is the guidance's own example in §10.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.model import Overdragelse, Part
from gateway.rules.regel import Regel
from gateway.rules.regimer import PARAMETRE
from gateway.rules.tilstand import Borger, Forloeb, Samtale

#: Purposes that count in the course, and are registered only there (S9).
TAELLER = frozenset({"jobsamtale", "faelles"})


def periodens_samtaler(tilstand: Borger, f: Forloeb) -> list[Samtale]:
    """Talks that count in the course's benefit period (V11, O2): those since its placement; for a new member those since
    enrolment too (a jobsamtale with the cv before the marking), unless enrolled already during an earlier course."""
    fra = f.indplaceringsdato
    if f.indplaceringstype == "ny":
        tidligere = [x.slutdato for x in tilstand.forloeb if x.forloeb_id != f.forloeb_id and x.slutdato is not None]
        if all(f.tilmeldingsdato > slut for slut in tidligere):
            fra = min(fra, f.tilmeldingsdato)
    return [s for s in tilstand.samtaler if s.dato >= fra]


def _holdt_i_forloebet(f: Forloeb, s: Samtale) -> bool:
    """S9, S11: a jobsamtale or fælles that was held while the member was in counts, also when the end was set before it
    afterwards (A2, a leaving told late). What is held after the course (cv, rådighed) is no part of it."""
    inde = f.inde_til is not None and s.dato <= f.inde_til
    return inde and s.akassekode == f.akassekode and not TAELLER.isdisjoint(s.formaal)


def antal_afholdt(samtaler: list[Samtale], formaal: str) -> int:
    return sum(1 for s in samtaler if formaal in s.formaal)


def byg(
    tilstand: Borger, f: Forloeb, overdragelse_id: UUID, kommunekode: str, efter_registrering: int | None = None
) -> Overdragelse:
    """The handover of ``f`` as it ends, to the jobcenter of ``kommunekode``. ``f`` carries slutdato and cause."""
    if f.slutdato is None or f.aarsagskode is None:
        raise ValueError("a handover needs an ended course")
    p = PARAMETRE[f.regime]
    samtaler = [s for s in periodens_samtaler(tilstand, f) if s.dato <= f.slutdato or _holdt_i_forloebet(f, s)]
    jobsamtaler, faelles = antal_afholdt(samtaler, "jobsamtale"), antal_afholdt(samtaler, "faelles")
    data: dict[str, Any] = {
        "overdragelseId": str(overdragelse_id),
        "forloebId": str(f.forloeb_id),
        "akassekode": f.akassekode,
        "regime": f.regime.value,
        "aarsagskode": f.aarsagskode,
        "aarsag": AARSAGER[f.aarsagskode],
        "startdato": f.startdato.isoformat(),
        "slutdato": f.slutdato.isoformat(),
        "timerSammenlagt": str(tilstand.timer.timer_sammenlagt) if tilstand.timer else "0",
        "forsikringsgrad": f.forsikringsgrad,
        "samtaler": [
            {
                "dato": s.dato.isoformat(),
                "formaal": formaal,
                "form": s.form,
                "jobcenterDeltog": s.jobcenter_deltog if formaal == "faelles" else None,
            }
            for s in samtaler
            for formaal in s.formaal
        ],
        "afholdt": {"jobsamtaler": jobsamtaler, "faelles": faelles},
        "resterer": {
            "jobsamtaler": max(p.jobcenter_jobsamtaler, p.i_alt_jobsamtaler - jobsamtaler),
            "faelles": max(p.jobcenter_faelles, p.i_alt_faelles - faelles),
        },
        "ferie": [
            {"ferieId": str(x.ferie_id), "startdato": x.startdato.isoformat(), "slutdato": x.slutdato.isoformat()}
            for x in tilstand.ferie
            if not x.annulleret and x.godkendt and x.slutdato > f.slutdato
        ],
        "aabneIndstillinger": [
            {"indstillingId": str(i.indstilling_id), "tilbudstype": i.tilbudstype, "begrundelse": i.begrundelse}
            for i in tilstand.indstillinger
            if i.aaben and i.akassekode == f.akassekode
        ],
        "minPlan": tilstand.minplan or "mangler",
    }
    if f.dfdg_har_annulleret:
        data["dfdgHarAnnulleret"] = True
    indsats = _mindre_intensiv(tilstand, f.slutdato)
    if indsats is not None:
        data["mindreIntensivIndsats"] = indsats
    return Overdragelse(overdragelse_id, Part("jobcenter", kommunekode), data, efter_registrering)


def _mindre_intensiv(tilstand: Borger, slutdato: date) -> dict[str, Any] | None:
    """The exemption that runs on after the course, or begins after it; the first of them."""
    videre = [m for m in tilstand.mindre_intensiv if m.fritaget and (m.slutdato is None or m.slutdato >= slutdato)]
    if not videre:
        return None
    m = min(videre, key=lambda m: m.startdato)
    ud: dict[str, Any] = {"grund": m.grund, "startdato": m.startdato.isoformat()}
    if m.slutdato:
        ud["slutdato"] = m.slutdato.isoformat()
    return ud


REGLER = (
    Regel(
        "O1",
        "Overdragelsen sendes straks",
        "Overdragelsen går til jobcentret, så snart slutningen er modtaget og afgjort (afventer), og igen, "
        "når DFDG har kvitteret (registreret). Ændrer noget i den sig før slutdatoen, kommer en ny udgave "
        "(opdateret), efter den, når en samtale i forløbet eller markeringens datoer rettes; falder slutningen "
        "bort, siges det (bortfaldet). Overdragelsen beholder sit id, og "
        "udgaverne stiger. Jobcentret bekræfter eller afviser den, og a-kassen får svaret.",
        kilde="VEJL §2(5), §9",
        kode=(
            "byg",
            "gateway.rules.overdragelsesudgaver:med_aendring",
            "gateway.rules.overdragelsessvar:afgoer_modtaget",
            "gateway.rules.overdragelsessvar:afgoer_afvist",
        ),
    ),
    Regel(
        "O2",
        "Hvad jobcentret mangler at holde",
        "Overdragelsen fortæller årsag, slutdato, timer og hver afholdt samtale, og hvad der resterer: for "
        "hver slags det største af jobcentrets egen del og det samlede antal minus de afholdte. Efter 46 "
        "tælles der forfra.",
        kilde="VEJL §10; LAB24 §31",
        kode=("byg", "periodens_samtaler"),
        parametre=("jobcenter_jobsamtaler", "jobcenter_faelles", "i_alt_jobsamtaler", "i_alt_faelles"),
    ),
    Regel(
        "O3",
        "Vejledningens eksempel",
        "Efter seks uger i forsøget, med en cv- og jobsamtale før markeringen og endnu en jobsamtale, men "
        "ingen fælles, mangler jobcentret to jobsamtaler og to fælles samtaler.",
        kilde="VEJL §10",
        kode=("byg",),
    ),
    Regel(
        "O4",
        "Hvad der ellers følger med",
        "Overdragelsen fortæller også om ferie efter slutdatoen, en mindre intensiv indsats, der løber "
        "videre, åbne indstillinger, og hvordan Min Plan står.",
        kilde="VEJL §6, §11",
        kode=("byg",),
        valg="Hvad der følger med ud over samtalerne, er vores valg.",
    ),
    Regel(
        "S11",
        "A-kassens samtaler tæller med",
        "Samtaler holdt i a-kassen tæller med i det antal, jobcentret skal nå i hele perioden.",
        kilde="VEJL §10",
        kode=("byg", "antal_afholdt"),
        valg="En jobsamtale, der er holdt, mens medlemmet var i forløbet, tæller, også når slutdatoen siden er rettet til "
        "en tidligere dag.",
        parametre=("i_alt_jobsamtaler", "i_alt_faelles"),
    ),
)
