"""Taking corrections in: ``erstatter`` and ``haendelse.tilbagekaldt``, in every state of their target.

| the target is                         | what happens                                                                    |
|---------------------------------------|---------------------------------------------------------------------------------|
| waiting                               | it ends ``sprunget_over``; the replacement waits in its place                   |
| stopped, or at the head and not sent  | it ends ``sprunget_over``; the replacement is decided in its place              |
| … and partly receipted                | the same; what was receipted is corrected                                       |
| in the air, or in doubt               | it is settled first; the correction waits right behind it                       |
| final                                 | the correction is decided before what waits, also before a dead letter behind it |
| refused by its format, unknown type   | it was never in the order: the replacement enters at the end                    |

A publisher corrects its own events about the same citizen, and the newest of them.
"""

from __future__ import annotations

from gateway.errors import Betjeningsfejl
from gateway.lanes.bane import (
    Haendelsestilstand,
    Plads,
    Rettelsesvej,
    holder_tilbage,
    hovedet,
    i_luften,
    rettelsesvej,
    staar_for,
    viger,
)
from gateway.lanes.registrering import Fase
from gateway.ledger import historik, underretning
from gateway.ledger.bevaring import er_husket
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.historik import TILBAGEKALDT
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules.model import Afgoerelse, Fejl, Status

ERSTATTET = Fejl("erstattet", "Hændelsen er erstattet af en senere hændelse fra samme kilde.")
TRUKKET = Fejl("tilbagekaldt", "Hændelsen er tilbagekaldt af den, der udgav den.")


async def modtag(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal_id: str) -> None:
    """``h`` corrects the event ``maal_id`` of the same source. The lane is locked and loaded."""
    erstatning = h.type not in TILBAGEKALDT
    felt = "erstatter" if erstatning else "haendelseId"
    maal = await _find(e, bane, h, maal_id)
    if maal is None and await er_husket(e.conn, e.noegler, h.kilde or "", maal_id):
        fejl = Fejl(
            "erstatter_for_gammel",
            "Hændelsen, der skal rettes, er så gammel, at den ikke opbevares mere.",
            felt,
            "Ret registreringen i DFDG.",
        )
        _afvis(e, motor, bane, h, fejl)
        return
    if maal is None:
        fejl = Fejl(
            "erstatter_ukendt",
            "Hændelsen, der skal rettes, findes ikke for denne borger og kilde.",
            felt,
            "Angiv id'et på en tidligere hændelse fra samme kilde om samme borger.",
        )
        _afvis(e, motor, bane, h, fejl)
        return
    if maal.type in TILBAGEKALDT or maal.fejlkode in (ERSTATTET.kode, TRUKKET.kode):
        fejl = Fejl(
            "rettet_foer",
            "Hændelsen er rettet før og kan ikke rettes igen.",
            felt,
            "Ret den hændelse, der trådte i dens sted, eller send en ny hændelse.",
        )
        _afvis(e, motor, bane, h, fejl)
        return
    h.erstatter = maal.id
    if maal.udenfor:
        _uden_for_banen(e, motor, bane, h, maal, erstatning)
        return
    h.identitet = maal.identitet or maal.haendelse_id
    h.plads = maal.plads
    i_krav = await _forrest(e, bane, maal) and await _i_krav(e, maal)
    if rettelsesvej(maal.tilstand, maal.faser, i_krav=i_krav) is Rettelsesvej.BAGEFTER:
        await _efter_maalet(e, motor, bane, h, maal)
    else:
        await i_stedet(e, motor, bane, h, maal)


async def efter_stop(e: Enhed, motor: Motor, bane: Bane, maal: Haendelsesraekke) -> None:
    """A target that stopped when it was settled: the correction that waits behind it takes its place (the publisher
    repairs its own dead letter). ``maal`` is stopped in this unit of work, and nothing of it is in doubt."""
    if i_luften(maal.faser):
        return
    ventende = await e.conn.fetchval(
        """select id from haendelse where erstatter = $1 and borger_id = $2 and tilstand = 'venter' and not udenfor
           order by id desc limit 1""",
        maal.id,
        bane.borger_id,
    )
    if ventende is not None:
        h = (await e.haendelser_fra_db([ventende]))[ventende]
        await i_stedet(e, motor, bane, h, maal)


async def vig(e: Enhed, bane: Bane, stoppet: Haendelsesraekke) -> None:
    """An event that has just stopped gives way to a correction of a final event that was parked while it was on its way:
    the lane has no head, and moves on."""
    raekker = await e.conn.fetch(
        """select plads, id, tilstand from haendelse where borger_id = $1 and tilstand = 'venter' and not udenfor
           and erstatter is not null""",
        bane.borger_id,
    )
    if viger(stoppet.paa_plads, (Plads(r["plads"], r["id"], r["tilstand"]) for r in raekker)):
        bane.hoved = None


async def i_stedet(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke) -> None:
    """The target waits or is stopped and nothing of it is in the air: it ends, ``h`` stands where it stood."""
    erstatning = h.type not in TILBAGEKALDT
    fejl = ERSTATTET if erstatning else TRUKKET
    stod_forrest = await _forrest(e, bane, maal)
    if stod_forrest:
        bane.hoved = maal
    if maal.tilstand == Haendelsestilstand.STOPPET:
        underretning.doedbrev(
            e, maal, maal.fejlkode or fejl.kode, fejl.tekst, "erstattet" if erstatning else "sprunget_over"
        )
    delvist = any(r.tilstand.fase is Fase.REGISTRERET for r in maal.registreringer)
    motor.opgiv(e, bane, maal, fejl, fejl.tekst)
    if not erstatning and not delvist:
        motor.afslut_uden_bane(
            e, bane, h, Afgoerelse(Status.NOTERET, "Hændelsen er tilbagekaldt, før noget var registreret.")
        )
        return
    bane.har_aabne = True
    if not delvist:
        # Nothing stands at DFDG under the target's ids: the replacement is an event like any other.
        h.identitet = None
    if not stod_forrest:
        h.bliver(Haendelsestilstand.VENTER)
        e.gem(h)
        return
    if delvist:
        await historik.indlaes(e, [bane.borger_id])
    motor.saet_hoved(e, bane, h)


async def _efter_maalet(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke) -> None:
    """The target is final, or is settled first: ``h`` comes right after it, before everything that waits."""
    if maal.tilstand == Haendelsestilstand.STOPPET and await _forrest(e, bane, maal):
        underretning.doedbrev(e, maal, maal.fejlkode or "ens_svar", "Afklares, før rettelsen tages op.", "genkoert")
        motor.genoptag(e, bane, maal)
    if bane.har_aabne and bane.hoved is None:
        bane.hoved = await staaende_hoved(e, bane)
    fri = staar_for(h.paa_plads, [bane.hoved.paa_plads] if bane.hoved else []) is None
    if maal.tilstand == Haendelsestilstand.ENDELIG and fri:
        await historik.indlaes(e, [bane.borger_id])
        motor.saet_hoved(e, bane, h)
        return
    h.bliver(Haendelsestilstand.VENTER)
    e.gem(h)
    bane.har_aabne = True


async def staaende_hoved(e: Enhed, bane: Bane) -> Haendelsesraekke | None:
    """The lane's head as it stands in the ledger, unless this unit of work has just ended it."""
    forrest = hovedet(await holdende(e, bane))
    if forrest is None:
        return None
    her = next((h for h in e.haendelser if h.id == forrest.id), None)
    return her or (await e.haendelser_fra_db([forrest.id]))[forrest.id]


async def holdende(e: Enhed, bane: Bane) -> list[Plads]:
    """The lane's events that hold others back: on their way to DFDG, or dead letters. A correction passes before a dead
    letter, so there may be several."""
    raekker = await e.conn.fetch(
        """select plads, id, tilstand from haendelse where borger_id = $1 and tilstand in ('hoved', 'stoppet')
           and not udenfor""",
        bane.borger_id,
    )
    steder = {r["id"]: Plads(r["plads"], r["id"], r["tilstand"]) for r in raekker}
    steder |= {h.id: h.paa_plads for h in e.haendelser if h.borger_id == bane.borger_id and not h.udenfor}
    return [p for p in steder.values() if holder_tilbage(p.tilstand)]


async def _forrest(e: Enhed, bane: Bane, h: Haendelsesraekke) -> bool:
    """Whether ``h`` is the lane's head, and nothing stands before it."""
    return holder_tilbage(h.tilstand) and staar_for(h.paa_plads, await holdende(e, bane)) is None


async def kraev_forrest(e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
    """An operator acts on an event when nothing is on its way and no dead letter stands before it (I2). Raises
    ``Betjeningsfejl``."""
    foer = staar_for(h.paa_plads, await holdende(e, bane))
    if foer is not None:
        id_ = await e.conn.fetchval("select haendelse_id from haendelse where id = $1", foer.id)
        raise Betjeningsfejl(
            f"event {id_} stands before it and is {foer.tilstand}: try again when that one is settled",
            dansk=f"Hændelsen {id_} står før den og er {foer.tilstand}: prøv igen, når den er afgjort.",
        )


async def _find(e: Enhed, bane: Bane, h: Haendelsesraekke, maal_id: str) -> Haendelsesraekke | None:
    """The event of that id from the same source, about the same citizen (or about nobody, when it was not understood)."""
    for x in (*([bane.hoved] if bane.hoved else []), *e.haendelser):
        if (
            x.kilde == h.kilde
            and x.haendelse_id == maal_id
            and x.borger_id in (bane.borger_id, None)
            and x.tilstand != "kasseret"
            and x is not h
        ):
            return x
    id_ = await e.conn.fetchval(
        """select id from haendelse where kilde = $1 and haendelse_id = $2 and (borger_id = $3 or borger_id is null)
           and tilstand <> 'kasseret'""",
        h.kilde,
        maal_id,
        bane.borger_id,
    )
    return None if id_ is None else (await e.haendelser_fra_db([id_]))[id_]


async def _i_krav(e: Enhed, maal: Haendelsesraekke) -> bool:
    """A worker holds the lane's claim now."""
    return bool(await e.conn.fetchval("select exists (select 1 from krav where borger_id = $1)", maal.borger_id))


def _uden_for_banen(
    e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke, erstatning: bool
) -> None:
    """The target was never in the order: refused by its format, or of an unknown type."""
    if maal.tilstand == Haendelsestilstand.STOPPET:
        fejl = ERSTATTET if erstatning else TRUKKET
        underretning.doedbrev(e, maal, "ukendt_type", fejl.tekst, "erstattet" if erstatning else "sprunget_over")
        maal.bliver(Haendelsestilstand.ENDELIG)
        maal.status, maal.endelig_tid, maal.fejlkode = "sprunget_over", e.nu, fejl.kode
        e.gem(maal)
        underretning.kvitter(e, bane, maal, "sprunget_over", fejl.tekst, endelig=True, fejl=fejl)
    if erstatning:
        motor.modtag(e, bane, h)
    else:
        motor.afslut_uden_bane(
            e, bane, h, Afgoerelse(Status.UDEN_VIRKNING, "Hændelsen stod aldrig i borgerens rækkefølge.")
        )


def _afvis(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, fejl: Fejl) -> None:
    motor.afslut_uden_bane(e, bane, h, Afgoerelse(Status.AFVIST, fejl.tekst, fejl=fejl))
