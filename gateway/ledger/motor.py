"""The engine of a lane: decides events on the right state, takes receipts in, ends events, tells the parties.

It works on lanes that are loaded and locked in an ``Enhed``; it does no I/O. There is one ``decide`` and two states:
an event is decided on the expected state while others are before it, and on the confirmed state at the lane's head.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from gateway.lanes.bane import Haendelsestilstand, Virkning, genoptaget, opgivet, virkning
from gateway.lanes.forsoeg import Anmodning, Svar
from gateway.lanes.registrering import Fase, Overgang, Vilkaar
from gateway.ledger import afgjort, historik, kvitteringer, numre, underretning
from gateway.ledger.afgoerer import Stop
from gateway.ledger.enhed import Bane, Enhed, Koelinje, Overdragelsesaendring
from gateway.ledger.forventet import KARANTAENE, Forventet
from gateway.ledger.krypto import spor
from gateway.ledger.raekker import (
    Haendelsesraekke,
    Registreringsraekke,
    afgoerelsens_virkning,
    request_uuid,
)
from gateway.rules import cprskift, dfdgs_fravaer
from gateway.rules.aendringer import DfdgsFravaerSat, MedlemskabBekraeftet, anvend
from gateway.rules.model import (
    Afgoerelse,
    Fejl,
    Naar,
    Status,
)
from gateway.rules.registreringsart import art

log = logging.getLogger(__name__)


class Motor(Forventet):
    """What is decided, receipted and ended in a lane."""

    # --- deciding --------------------------------------------------------------------------------

    def modtag(self, e: Enhed, bane: Bane, h: Haendelsesraekke) -> Afgoerelse | None:
        """A new event enters its lane: parked behind others, or decided at once when the lane is empty. Returns what it is
        expected to lead to, when it can be decided."""
        e.gem(h)
        if not bane.har_aabne:
            self.saet_hoved(e, bane, h)
            return h.afgoerelse
        afg, forventet = self.forventet_afgjort(bane.forventet_nu, h, e)
        if isinstance(afg, Afgoerelse) and afg.fri and not afg.registreringer:
            h.afgoerelse = afg
            bane.bekraeftet = anvend(bane.bekraeftet, afg.aendringer)
            bane.forventet = anvend(bane.forventet_nu, afg.aendringer)
            bane.aendret = True
            underretning.ved_modtagelse(e, bane, h, afg)
            self._afslut(e, bane, h, afg)
            return afg
        h.bliver(Haendelsestilstand.VENTER)
        if isinstance(afg, Stop):
            return None
        h.accept_spor = spor(afgoerelsens_virkning(afg))
        bane.forventet = forventet
        bane.aendret = True
        underretning.ved_modtagelse(e, bane, h, afg)
        return afg

    def saet_hoved(self, e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
        """The event is the lane's head: decided on the confirmed state, its registrations made ready."""
        e.gem(h)
        if e.i_karantaene(h):
            self.stop(e, bane, h, KARANTAENE)
            return
        rettelse = historik.rettelse(e, bane, h, self.haendelse) if h.identitet is not None else None
        if rettelse is not None:
            # What follows was decided on a state without the correction.
            bane.genopbyg = True
        afg = self.afgoer(bane.bekraeftet, h, self.idag(e.nu, h), rettelse)
        if isinstance(afg, Stop):
            self.stop(e, bane, h, afg.fejl)
            return
        if afg.afvent_bekraeftelse:
            # Nothing is before it any more, so no claim is pending: there is nobody whom it concerns (J5).
            afg = Afgoerelse(
                Status.UDEN_VIRKNING, "Borgeren er ikke bekræftet hos nogen a-kasse.", regel="J5", fri=True
            )
        if h.accept_spor is not None and h.accept_spor != spor(afgoerelsens_virkning(afg)):
            bane.genopbyg = True
            e.behold_overdragelser(h, (o.overdragelse_id for o in afg.overdragelser))
        hele, afg = afg, dfdgs_fravaer.foerst_fundet(bane.bekraeftet, afg)
        rendret = self.rendret(bane, h, afg)
        if isinstance(rendret, Stop):
            self.stop(e, bane, h, rendret.fejl)
            return
        afg, anmodninger = afgjort.uden_kvitterede(h, *rendret)
        foerste_nr = max((r.nr for r in h.registreringer), default=-1) + 1
        h.afgoerelse = afg = afgjort.med_registreringsnumre(afg, foerste_nr)
        if afg.aendringer:
            bane.bekraeftet = anvend(bane.bekraeftet, afg.aendringer)
        bane.aendret = True
        underretning.ved_modtagelse(e, bane, h, afg)
        if h.type == cprskift.TYPE:
            if afg.status is not Status.NOTERET:
                numre.opgiv(e, bane, h)
            elif not self._nyt_nummer(e, bane, h):
                return
        if not afg.registreringer:
            self._afslut(e, bane, h, afg)
            return
        h.bliver(Haendelsestilstand.HOVED)
        h.fejlkode = None
        bane.staar(h)
        self._nye_registreringer(e, bane, h, afg, anmodninger, foerste_nr)
        self.i_koe(e, bane, h, e.nu)
        if bane.forventet is None:
            # While DFDG's id is read, what the event leads to is expected all the same.
            bane.forventet = (
                afgjort.fold(bane.bekraeftet, hele)
                if hele.fortsaet is not afg.fortsaet
                else self.forventet_for_hoved(bane, h)
            )

    def _nye_registreringer(
        self, e: Enhed, bane: Bane, h: Haendelsesraekke, afg: Afgoerelse, anmodninger: list[Anmodning], foerste_nr: int
    ) -> None:
        for nr, (r, a) in enumerate(zip(afg.registreringer, anmodninger, strict=True), start=foerste_nr):
            raekke = Registreringsraekke(
                id=0,
                haendelse_ref=h.id,
                borger_id=bane.borger_id,
                nr=nr,
                handling=r.indhold.operation,
                art=art(r.indhold),
                anmodning=a,
                aendringer=r.aendringer,
                haardeste_dato=r.haardeste_dato,
                afgjort_for=self.idag(e.nu, h) if afg.dagsafhaengig else None,
                tilstand=afgjort.ny_tilstand(h, a, r),
                ny=True,
                request_uuid=request_uuid(h.kilde, h.haendelse_id, nr) if h.kilde and h.haendelse_id else None,
            )
            h.registreringer.append(raekke)
            e.nye_registreringer.append(raekke)

    def afgoer_forfra(self, e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
        """A head is decided again at its place: what DFDG has receipted of it stands, the rest is dropped first. Nothing of
        it may be in the air or in doubt."""
        self.opgiv_registreringer(e, h)
        bane.hoved = None
        h.accept_spor = None
        bane.genopbyg = True
        self.saet_hoved(e, bane, h)

    def _nyt_nummer(self, e: Enhed, bane: Bane, h: Haendelsesraekke) -> bool:
        """The citizen's new number; False: the lane waits here until another citizen of that number is joined."""
        if numre.nyt_nummer(e, bane, h):
            return True
        h.bliver(Haendelsestilstand.HOVED)
        bane.staar(h)
        if bane.forventet is None:
            bane.forventet = bane.bekraeftet
        return False

    def fremryk(self, e: Enhed, bane: Bane, parkerede: Iterable[Haendelsesraekke]) -> int:
        """Moves the lane on over ``parkerede`` until one stands at its head. Returns how many were taken."""
        antal = 0
        for h in parkerede:
            if bane.hoved is not None:
                break
            if h.tilstand == Haendelsestilstand.STOPPET:
                # A correction passed before it; the dead letter is the lane's head again.
                bane.staar(h)
                break
            if not numre.er_opgivet(e, bane, h):
                self.saet_hoved(e, bane, h)
            antal += 1
        return antal

    # --- answers ---------------------------------------------------------------------------------

    def overgang(
        self,
        e: Enhed,
        bane: Bane,
        h: Haendelsesraekke,
        r: Registreringsraekke,
        o: Overgang,
        svar: Svar | None,
        v: Vilkaar,
    ) -> None:
        """Takes a registration's transition in: state, lane, parties."""
        foer = r.tilstand
        r.tilstand = o.tilstand
        e.gem_registrering(r)
        fortsaet = h.afgoerelse is not None and h.afgoerelse.fortsaet
        match virkning(foer, o, v, flere=e.aaben_registrering(h) is not None, fortsaet=fortsaet):
            case Virkning.NAESTE | Virkning.FORTSAET | Virkning.AFSLUT as bagefter:
                self._registreret(e, bane, h, r, svar, bagefter)
            case Virkning.AFVIS:
                self._afvist_af_dfdg(e, bane, h, svar)
            case Virkning.STOP if o.tilstand.fase is Fase.STOPPET:
                svar = svar if svar is not None and svar.fejl else kvitteringer.husket(o.tilstand.sidste_kode) or svar
                self.stop(e, bane, h, kvitteringer.dfdg_fejl(svar, o.tilstand.sidste_kode), svar)
            case Virkning.STOP:
                self.stop(e, bane, h, kvitteringer.ens_svar(o.tilstand))
            case Virkning.VENT:
                e.koe.append(Koelinje(bane.borger_id, r, o.klar_fra or e.nu))
                if o.ny_tvivl:
                    underretning.kvitter(
                        e,
                        bane,
                        h,
                        "i_tvivl",
                        "Registreringen er sendt uden svar og afklares.",
                        venter=("dfdg", e.nu, o.klar_fra),
                    )

    def _registreret(
        self,
        e: Enhed,
        bane: Bane,
        h: Haendelsesraekke,
        r: Registreringsraekke,
        svar: Svar | None,
        bagefter: Virkning,
    ) -> None:
        r.registreret = (svar.tidspunkt if svar else None) or e.nu
        r.registrerings_id = svar.registrerings_id if svar else None
        bekraeftet = MedlemskabBekraeftet(r.anmodning.akassekode)
        aendringer = tuple(afgjort.med_fundet_id(x, r, svar) for x in r.aendringer)
        for fundet in aendringer:
            if isinstance(fundet, DfdgsFravaerSat) and fundet.fravaer.dfdgs_id is not None:
                afgjort.navngiv(e, h, str(fundet.fravaer.fravaer_id), str(fundet.fravaer.dfdgs_id))
        bane.bekraeftet = anvend(bane.bekraeftet, (*aendringer, bekraeftet))
        if bane.forventet is not None:
            bane.forventet = anvend(bane.forventet, (bekraeftet,))
        bane.aendret = True
        afg = h.afgoerelse
        if afg is None:
            raise RuntimeError("a head without a decision")
        for besked in afg.beskeder:
            if besked.naar is Naar.REGISTRERET and besked.efter_registrering == r.nr:
                underretning.send_besked(e, bane, h, besked)
        for o in afg.overdragelser:
            if o.efter_registrering == r.nr:
                e.overdragelser.append(Overdragelsesaendring(o, h, o.aendring or "registreret"))
        match bagefter:
            case Virkning.NAESTE:
                self.i_koe(e, bane, h, e.nu)
            case Virkning.FORTSAET:
                bane.hoved = None
                bane.genopbyg = True
                self.saet_hoved(e, bane, h)
            case _:
                self._afslut(e, bane, h, afg)

    def _afvist_af_dfdg(self, e: Enhed, bane: Bane, h: Haendelsesraekke, svar: Svar | None) -> None:
        """DFDG says that the member is not the a-kasse's own: the event is refused, never stopped (J5)."""
        self.opgiv_registreringer(e, h)
        afg = Afgoerelse(
            Status.AFVIST,
            "DFDG oplyser, at borgeren ikke er a-kassens eget medlem.",
            regel="J5",
            fejl=Fejl("dfdg_ikke_ejer", "DFDG afviste registreringen, fordi borgeren ikke er a-kassens eget medlem.",
                      None, "Ret medlemskabet hos DFDG og send hændelsen igen med nyt id."),
        )  # fmt: skip
        self._overdragelser_bortfalder(e, h)
        bane.genopbyg = True
        self._afslut(e, bane, h, afg, detaljer=svar)

    def stop(self, e: Enhed, bane: Bane, h: Haendelsesraekke, fejl: Fejl, detaljer: Svar | None = None) -> None:
        """The event stops at its place: a dead letter; its followers stay parked behind it."""
        e.gem(h)
        h.bliver(Haendelsestilstand.STOPPET)
        h.fejlkode = fejl.kode
        bane.staar(h)
        if bane.forventet is None:
            bane.forventet = self.forventet_for_hoved(bane, h)
        bane.aendret = True
        e.ud_af_koe.append(bane.borger_id)
        underretning.doedbrev(e, h, fejl.kode, fejl.tekst, "aaben")
        underretning.kvitter(
            e,
            bane,
            h,
            "stoppet",
            "Hændelsen er stoppet og afventer en rettelse.",
            fejl=fejl,
            venter=("operatoer", e.nu, None),
            detaljer=detaljer,
        )

    @staticmethod
    def opgiv_registreringer(e: Enhed, h: Haendelsesraekke) -> None:
        """What DFDG has not receipted of the event is dropped. Raises ``UlovligOvergang`` while some of it is in doubt."""
        for r in h.registreringer:
            if r.tilstand.fase is not Fase.REGISTRERET:
                r.tilstand = opgivet(r.tilstand)
                e.gem_registrering(r)

    def genoptag(self, e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
        """A stopped event of which a registration is in doubt goes on being settled."""
        h.bliver(Haendelsestilstand.HOVED)
        for r in h.registreringer:
            if r.tilstand.fase is Fase.I_TVIVL:
                r.tilstand = genoptaget(r.tilstand)
                e.gem_registrering(r)
        e.gem(h)
        bane.staar(h)
        self.i_koe(e, bane, h, e.nu)

    def opgiv(self, e: Enhed, bane: Bane, h: Haendelsesraekke, fejl: Fejl, tekst: str) -> None:
        """The event ends ``sprunget_over``: what DFDG has receipted stands, the rest is dropped."""
        self.opgiv_registreringer(e, h)
        self._overdragelser_bortfalder(e, h)
        if bane.hoved is not None and bane.hoved.id == h.id:
            e.ud_af_koe.append(bane.borger_id)
        h.bliver(Haendelsestilstand.ENDELIG)
        h.status = "sprunget_over"
        h.endelig_tid = e.nu
        h.fejlkode = fejl.kode
        e.gem(h)
        bane.staar(h)
        bane.genopbyg = True
        bane.aendret = True
        if h.type == cprskift.TYPE:
            numre.opgiv(e, bane, h)
        underretning.kvitter(e, bane, h, "sprunget_over", tekst, endelig=True, fejl=fejl)

    # --- ending and telling ----------------------------------------------------------------------

    def _afslut(
        self, e: Enhed, bane: Bane | None, h: Haendelsesraekke, afg: Afgoerelse, detaljer: Svar | None = None
    ) -> None:
        h.bliver(Haendelsestilstand.ENDELIG)
        h.status = afg.status.value
        h.endelig_tid = e.nu
        h.fejlkode = afg.fejl.kode if afg.fejl else None
        h.afgoerelse = afg
        e.gem(h)
        if bane is not None:
            bane.staar(h)
            # With registrations each of these names the one whose receipt released it.
            for besked in afg.beskeder:
                if besked.naar is Naar.REGISTRERET and besked.efter_registrering is None:
                    underretning.send_besked(e, bane, h, besked)
            for o in afg.overdragelser:
                if o.aendring is not None and o.efter_registrering is None:
                    e.overdragelser.append(Overdragelsesaendring(o, h, o.aendring))
            if h.identitet is not None and afg.status is not Status.AFVIST:
                underretning.maalet_er_rettet(e, bane, h)
        underretning.kvitter(
            e, bane, h, afg.status.value, afg.tekst, endelig=True, fejl=afg.fejl, afg=afg, detaljer=detaljer
        )

    def afslut_uden_bane(self, e: Enhed, bane: Bane | None, h: Haendelsesraekke, afg: Afgoerelse) -> None:
        """The event is final without entering the lane: refused at the door, or nothing is left for it to do."""
        h.udenfor = True
        h.identitet = None
        self._afslut(e, bane, h, afg)

    def _overdragelser_bortfalder(self, e: Enhed, h: Haendelsesraekke) -> None:
        e.behold_overdragelser(h, ())

    def i_koe(self, e: Enhed, bane: Bane, h: Haendelsesraekke, klar_fra: datetime) -> None:
        r = e.aaben_registrering(h)
        if r is not None:
            e.koe.append(Koelinje(bane.borger_id, r, klar_fra))
