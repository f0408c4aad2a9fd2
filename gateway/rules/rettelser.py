"""Corrections of what is already final: ``erstatter`` and ``haendelse.tilbagekaldt`` (A2, A5, O1).

The citizen's history is told twice: as it was, and with the corrected event replaced or taken away. What differs at DFDG
becomes registrations (an ending that is withdrawn re-opens the course, A5), what differs in a handover a new edition
(O1), and who was told something that no longer holds is told so. Where DFDG has no public way to undo what was written,
the a-kasse owes the correction there (duty ``ret_i_dfdg``).

Source: the guidance to the trial order, VEJL §2(5) (a wrong cause is corrected by an update, the last registration
counts); how a withdrawn ending re-opens a marking is not public (choice: ``GATEWAY_RULES__GENAABNING``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gateway.errors import Regelfejl
from gateway.rules import dfdgbillede, genaabning, rettede_afmeldinger, rettede_ider, rettelsessvar, valg
from gateway.rules.aendringer import MedlemskabBekraeftet, Rettet, anvend
from gateway.rules.dfdgbillede import Billede
from gateway.rules.forloeb import FRAVAER_KONTAKTFORLOEB, hos_akasse
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Besked,
    Fejl,
    Haendelse,
    Historiklinje,
    Naar,
    Overdragelse,
    Part,
    Regelopsaetning,
    Rettelse,
    Status,
    Virkning,
)
from gateway.rules.registreringer import (
    OpretFravaer,
    OpretIndkaldelse,
    Registrering,
    RetFravaer,
    RetIndkaldelse,
    SletIndkaldelse,
)
from gateway.rules.tilstand import Borger, Forloeb

Decide = Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]

AFHOLDT = "akasse.samtale.afholdt.v1"
INDLAEST = "akasse.medlem.indlaest.v1"
INDPLACERET = "akasse.medlem.indplaceret.v1"
_OM_DAGENS_SAMTALER = frozenset({"S2", "S3", "S4"})
_FORLOEBSBESKEDER = frozenset({"gateway.kontaktforloeb-hos-akasse.v1", "gateway.kontaktforloeb-ophoert.v1"})


@dataclass(slots=True)
class Fortaelling:
    """The history as it is told: the state it ends in, what DFDG then holds, the handovers and messages on the way."""

    tilstand: Borger = field(default_factory=Borger)
    billede: Billede = field(default_factory=Billede)
    overdragelser: dict[UUID, Overdragelse] = field(default_factory=dict)
    beskeder: dict[tuple[tuple[str, str], str, Part, str], Besked] = field(default_factory=dict)
    rettet: Afgoerelse | None = None
    virkninger: dict[date, Virkning] = field(default_factory=dict)
    samtaler: dict[tuple[str, str], Afgoerelse] = field(default_factory=dict)
    brudte: dict[tuple[str, str], Afgoerelse] = field(default_factory=dict)


def identitet(h: Haendelse) -> tuple[str, str]:
    """The source and id under which the event made what it made."""
    return h.identitet or (h.kilde, h.id)


def fortael(
    decide: Decide,
    linjer: Iterable[Historiklinje],
    o: Regelopsaetning,
    maal: tuple[str, str],
    foer: Fortaelling | None = None,
    *,
    grund: Borger | None = None,
) -> Fortaelling:
    """Tells the history: every event decided on the state that those before it left, everything granted.

    ``maal``: the corrected event, whose decision and messages are kept. ``grund``: the state it begins on. ``foer``: the
    history as it was. Another talk that was held and registered then stands, whatever the corrected event now makes of
    its day or its form (S2-S4): it is told as it was, and the rule it breaks is kept in ``brudte``.
    """
    f = Fortaelling(grund or Borger())
    for linje in linjer:
        afg = _afgjort(decide, f.tilstand, linje, o)
        er_maal = identitet(linje.haendelse) == maal
        if afg is not None and linje.haendelse.type == AFHOLDT and not er_maal:
            afg = _stod_ved_magt(f, foer, identitet(linje.haendelse), afg)
        if er_maal:
            f.rettet = afg
        if afg is None:
            continue
        if afg.virkning is not None:
            f.virkninger[afg.virkning.faktisk] = afg.virkning
        sket = [r for r in afg.registreringer if _blev_til(linje, r)]
        f.tilstand = anvend(f.tilstand, afg.aendringer)
        for r in afg.registreringer:
            f.tilstand = anvend(f.tilstand, (*r.aendringer, MedlemskabBekraeftet(r.akassekode)))
        f.billede = f.billede.med(sket)
        for x in afg.overdragelser:
            if x.aendring == "bortfaldet":
                f.overdragelser.pop(x.overdragelse_id, None)
            else:
                f.overdragelser[x.overdragelse_id] = replace(x, efter_registrering=None, aendring=None)
        for b in afg.beskeder:
            if er_maal or b.type in _FORLOEBSBESKEDER:
                f.beskeder[identitet(linje.haendelse), b.type, b.til, b.noegle] = b
    return f


def _afgjort(decide: Decide, tilstand: Borger, linje: Historiklinje, o: Regelopsaetning) -> Afgoerelse | None:
    if not linje.virkede:
        return None
    try:
        afg = decide(tilstand, linje.haendelse, o, linje.idag)
    except Regelfejl:
        return None
    if afg.fortsaet:
        # The reading back of an imported course has been passed long since.
        uden = anvend(tilstand, (x for r in afg.registreringer for x in r.aendringer))
        afg = decide(uden, linje.haendelse, o, linje.idag)
    return None if afg.afvent_bekraeftelse else afg


def _stod_ved_magt(f: Fortaelling, foer: Fortaelling | None, id_: tuple[str, str], afg: Afgoerelse) -> Afgoerelse:
    """The decision on another held talk: as it was, where only the rules on a day's talks and their form are against it."""
    gammel = foer.samtaler.get(id_) if foer is not None else None
    if gammel is not None and afg.status is Status.AFVIST and afg.regel in _OM_DAGENS_SAMTALER:
        f.brudte[id_] = afg
        afg = gammel
    if afg.status is Status.REGISTRERET:
        f.samtaler[id_] = afg
    return afg


def _blev_til(linje: Historiklinje, r: Registrering) -> bool:
    if linje.registreret is None:
        return True
    return r.entitets_id is not None and str(r.entitets_id) in linje.registreret


def afgoer(
    decide: Decide, tilstand: Borger, haendelse: Haendelse, rettelse: Rettelse, o: Regelopsaetning, idag: date
) -> Afgoerelse:
    """What the correction leads to. Raises ``Regelfejl`` when a withdrawn ending waits for an operator (A5, ``stop``)."""
    if rettelse.erstatning and _indlaesning_byttes(haendelse, rettelse):
        return _indlaesning_for_sig()
    rettelse = replace(rettelse, historik=_som_regnet(rettelse.historik, tilstand))
    foer = fortael(decide, rettelse.historik, o, rettelse.maal, grund=rettelse.grund)
    ny_historik = _rettet_historik(haendelse, rettelse, foer, idag)
    efter = fortael(decide, ny_historik, o, rettelse.maal, foer, grund=rettelse.grund)
    if rettelse.erstatning and haendelse.type == AFHOLDT and efter.brudte:
        return _mod_en_anden_samtale(next(iter(efter.brudte.values())))
    if rettelse.erstatning and (efter.rettet is None or efter.rettet.status is Status.AFVIST):
        return efter.rettet or Afgoerelse(Status.UDEN_VIRKNING, "Rettelsen har ingen virkning.", regel="A2")
    bagefter = efter.tilstand
    forskel = dfdgbillede.forskel(foer.billede, efter.billede)
    registreringer = [r for r in forskel.registreringer if not _forbi(r, foer.billede, idag)]
    aabnes = genaabning.genaabnede(foer.tilstand, efter.tilstand)
    registreringer, bagefter, aabne = genaabning.genaabn(haendelse, o, aabnes, registreringer, tilstand, bagefter)
    genaabning.kun_kendte_markeringer(tilstand, foer.tilstand, registreringer, aabnes)
    registreringer, bagefter, virkning = rettede_afmeldinger.fra_idag(registreringer, efter.virkninger, bagefter, idag)
    ider = rettede_ider.ider(haendelse, tilstand, foer.billede, registreringer, forskel.faldne)
    registreringer = [rettede_ider.med_ider(ider.paa(r), forskel.samme) for r in registreringer]
    stod, bliver = ider.i_foer(foer.tilstand), ider.i_efter(bagefter, tilstand)
    stod = replace(
        stod,
        ombyttede=tilstand.ombyttede,
        slettede=tilstand.slettede,
        regnes_fra=tilstand.regnes_fra,
        foerst_placeret=tilstand.foerst_placeret,
    )
    bliver = replace(
        bliver,
        regnes_fra=_regnes_fra(haendelse, rettelse, ny_historik, tilstand),
        foerst_placeret=_foerst(rettelse, ny_historik, tilstand),
    )
    stod, bliver = genaabning.paa_den_loebende(tilstand, stod, bliver, aabnes)
    aendringer: tuple[Any, ...] = () if stod == bliver else (Rettet(stod, bliver),)
    if registreringer:
        registreringer[-1] = replace(registreringer[-1], aendringer=aendringer)
        aendringer = ()
    udgaver = _udgaver(foer, efter, skriver=bool(registreringer))
    overdragelser = tuple(genaabning.overdragelse_fra(x, tilstand, bliver) for x in udgaver)
    beskeder = genaabning.beskeder_om(
        _beskeder(haendelse, rettelse, foer, efter, aabne, registrerer=bool(registreringer)), tilstand
    )
    return rettelsessvar.svar(efter.rettet if rettelse.erstatning else None, forskel.urettelige, aendringer, tuple(registreringer),
                 beskeder, overdragelser, virkning, tilbagekaldt=not rettelse.erstatning)  # fmt: skip


def _indlaesning_byttes(h: Haendelse, r: Rettelse) -> bool:
    """An import in another event's place, or the other way round."""
    maal = next((x.haendelse for x in r.historik if identitet(x.haendelse) == r.maal), None)
    return maal is not None and (maal.type == INDLAEST) is not (h.type == INDLAEST)


def _indlaesning_for_sig() -> Afgoerelse:
    """Choice: what an import tells stands at DFDG already, by another's hand; an event in its place would make it again."""
    tekst = "En indlæsning kan kun erstattes af en indlæsning, og kun den kan træde i dens sted."
    loesning = "Tilbagekald hændelsen, og send den rigtige som en ny hændelse."
    fejl = Fejl("indlaest_erstattes_af_indlaest", tekst, "erstatter", loesning)
    return Afgoerelse(Status.AFVIST, tekst, regel="V2", fejl=fejl)


def _mod_en_anden_samtale(brudt: Afgoerelse) -> Afgoerelse:
    """S2-S4: the talk as corrected does not go with another one that was held and registered: the correction is refused."""
    tekst = "Samtalen som rettet strider mod en anden samtale, der er holdt og registreret."
    loesning = "Ret eller tilbagekald først den anden samtale."
    fejl = Fejl("s2_rettelse_mod_anden_samtale", tekst, brudt.fejl.felt if brudt.fejl else None, loesning)
    return Afgoerelse(Status.AFVIST, tekst, regel=brudt.regel, regime=brudt.regime, fejl=fejl)


def _rettet_historik(h: Haendelse, r: Rettelse, foer: Fortaelling, idag: date) -> list[Historiklinje]:
    """The history with the event replaced in its place, or without it."""
    ud: list[Historiklinje] = []
    for linje in r.historik:
        if identitet(linje.haendelse) != r.maal:
            ud.append(linje)
        elif r.erstatning:
            tid = h.tid
            if valg.RETTET_SLUTNING_FRA_FOERSTE and _slut_foer(foer.rettet, h.registreringsdato):
                tid = linje.haendelse.tid
            foerst = _foerst_placeret(linje.haendelse, h, foer.rettet)
            ny = replace(h, tid=tid, identitet=r.maal, rettelse=None, foerst_placeret=foerst)
            ud.append(Historiklinje(ny, idag))
    return ud


def _foerst_placeret(gammel: Haendelse, ny: Haendelse, afg: Afgoerelse | None) -> tuple[date, date] | None:
    """R2: the dates of the placement by which the member came in, when another placement takes its place."""
    if gammel.type != INDPLACERET or ny.type != INDPLACERET:
        return None
    if afg is None or afg.status is not Status.REGISTRERET or afg.regime is None:
        return None
    return gammel.foerst_placeret or (gammel.data.tilmeldingsdato, gammel.data.indplaceringsdato)


def _som_regnet(historik: Iterable[Historiklinje], nu: Borger) -> tuple[Historiklinje, ...]:
    """The history with each correction as it was counted then: an ending that was over from the first one's time (A2), a
    placement by the law of the first one (R2)."""
    fra = {(kilde, id_): tid for kilde, id_, tid in nu.regnes_fra}
    foerst = {(kilde, id_): (tilmeldt, placeret) for kilde, id_, tilmeldt, placeret in nu.foerst_placeret}
    ud: list[Historiklinje] = []
    for x in historik:
        id_ = identitet(x.haendelse)
        h = replace(x.haendelse, tid=fra.get(id_, x.haendelse.tid), foerst_placeret=foerst.get(id_))
        ud.append(replace(x, haendelse=h))
    return tuple(ud)


def _foerst(r: Rettelse, ny_historik: Iterable[Historiklinje], nu: Borger) -> tuple[tuple[str, str, date, date], ...]:
    """What later corrections must know of a placement that stands in another's place."""
    andre = tuple(x for x in nu.foerst_placeret if x[:2] != r.maal)
    egen = (x.haendelse.foerst_placeret for x in ny_historik if identitet(x.haendelse) == r.maal)
    return (*andre, *((*r.maal, *datoer) for datoer in egen if datoer is not None))


def _regnes_fra(
    h: Haendelse, r: Rettelse, ny_historik: Iterable[Historiklinje], nu: Borger
) -> tuple[tuple[str, str, datetime], ...]:
    """What later corrections must know of this one: its own time is not the one from which it counts."""
    andre = tuple(x for x in nu.regnes_fra if x[:2] != r.maal)
    egen = (x.haendelse.tid for x in ny_historik if identitet(x.haendelse) == r.maal)
    return (*andre, *((*r.maal, tid) for tid in egen if tid != h.tid))


def _slut_foer(afg: Afgoerelse | None, dag: date) -> bool:
    """The corrected event ended a course that was over before ``dag``: the course moved then (A2)."""
    if afg is None:
        return False
    slutninger = [
        r.indhold.slutdato
        for r in afg.registreringer
        if isinstance(r.indhold, OpretFravaer | RetFravaer)
        and r.indhold.fravaertype == FRAVAER_KONTAKTFORLOEB
        and r.indhold.slutdato is not None
    ]
    return any(slut < dag for slut in slutninger)


def _forbi(r: Registrering, foer: Billede, idag: date) -> bool:
    """A planned talk of a day that is past: DFDG takes it no more, nobody can come to it, and one that a correction made
    possible too late never came to DFDG at all."""
    i = r.indhold
    if isinstance(i, SletIndkaldelse):
        stod = foer.raekker.get(("indkaldelse", str(i.indkaldelse_id)))
        i = stod.indhold if stod is not None else i
    return isinstance(i, OpretIndkaldelse | RetIndkaldelse) and i.start.astimezone(KOEBENHAVN).date() < idag


# --- who is told --------------------------------------------------------------------------------------------------


def _udgaver(foer: Fortaelling, efter: Fortaelling, *, skriver: bool) -> Iterable[Overdragelse]:
    """O1: a handover that came about, changed, or fell away. With registrations it leaves as ``afventer`` and again on
    the receipt; a change that DFDG need not know leaves once, as ``opdateret``."""
    for id_, gammel in foer.overdragelser.items():
        ny = efter.overdragelser.get(id_)
        if ny is None:
            yield replace(gammel, aendring="bortfaldet")
        elif (ny.data, ny.til) != (gammel.data, gammel.til):
            yield ny if skriver and _slutningen_aendret(gammel, ny) else replace(ny, aendring="opdateret")
    for id_, ny in efter.overdragelser.items():
        if id_ not in foer.overdragelser:
            yield ny


def _slutningen_aendret(gammel: Overdragelse, ny: Overdragelse) -> bool:
    return any(gammel.data.get(k) != ny.data.get(k) for k in ("slutdato", "aarsagskode", "startdato"))


def _beskeder(
    haendelse: Haendelse,
    rettelse: Rettelse,
    foer: Fortaelling,
    efter: Fortaelling,
    aabne: Iterable[Forloeb],
    *,
    registrerer: bool,
) -> Iterable[Besked]:
    """Messages that no longer hold are taken back, those that now hold are sent."""
    naar = Naar.REGISTRERET if registrerer else Naar.MODTAGET
    for noegle, gammel in foer.beskeder.items():
        if noegle not in efter.beskeder:
            yield replace(_taget_tilbage(haendelse, gammel, rettelse, efter.tilstand), naar=_naar(gammel, naar))
    for noegle, ny in efter.beskeder.items():
        gammel_b = foer.beskeder.get(noegle)
        if gammel_b is None or gammel_b.data != ny.data:
            data = ny.data if ny.type in _FORLOEBSBESKEDER else {**ny.data, "erstatterHaendelseId": rettelse.maal[1]}
            yield replace(ny, data=data, naar=_naar(ny, naar), efter_registrering=None)
    for f in aabne:
        yield hos_akasse(f, "genaabnet")


def _naar(b: Besked, med_registrering: Naar) -> Naar:
    return b.naar if b.naar is Naar.MODTAGET else med_registrering


def _taget_tilbage(haendelse: Haendelse, b: Besked, rettelse: Rettelse, efter: Borger) -> Besked:
    """What the receiver of ``b`` is told when it no longer holds."""
    if b.type == "gateway.kontaktforloeb-ophoert.v1":
        igen = next((f for f in efter.forloeb if str(f.forloeb_id) == b.data["forloebId"]), None)
        if igen is not None and igen.kommunekode == b.til.kode:
            return replace(hos_akasse(igen, "genaabnet"), noegle=f"tilbagekaldt|{b.noegle}")
    if b.type == "gateway.kontaktforloeb-hos-akasse.v1":
        data = {
            "forloebId": b.data["forloebId"],
            "grund": "annulleret",
            "dato": haendelse.registreringsdato.isoformat(),
        }
        return Besked("gateway.kontaktforloeb-ophoert.v1", b.til, data, noegle=f"annulleret|{b.noegle}")
    type_ = "gateway.indstilling-trukket.v1" if b.type == "gateway.indstilling.v1" else b.type
    data = {**b.data, "erstatterHaendelseId": rettelse.maal[1]}
    if type_ == b.type:
        data["tilbagekaldt"] = True
    return Besked(type_, b.til, data, noegle=f"tilbagekaldt|{b.noegle}")
