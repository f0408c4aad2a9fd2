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

from dataclasses import replace

from gateway.lanes.registrering import Fase
from gateway.ledger import historik
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.historik import TILBAGEKALDT
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules.model import Afgoerelse, Fejl, Status

ERSTATTET = Fejl("erstattet", "Hændelsen er erstattet af en senere hændelse fra samme kilde.")
TRUKKET = Fejl("tilbagekaldt", "Hændelsen er tilbagekaldt af den, der udgav den.")
_I_LUFTEN = (Fase.I_TVIVL, Fase.UNDERVEJS)


async def modtag(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal_id: str) -> None:
    """``h`` corrects the event ``maal_id`` of the same source. The lane is locked and loaded."""
    erstatning = h.type not in TILBAGEKALDT
    felt = "erstatter" if erstatning else "haendelseId"
    maal = await _find(e, bane, h, maal_id)
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
    if maal.tilstand == "endelig" or await _i_luften(e, maal):
        await _efter_maalet(e, motor, bane, h, maal)
    else:
        await i_stedet(e, motor, bane, h, maal)


async def efter_stop(e: Enhed, motor: Motor, bane: Bane, maal: Haendelsesraekke) -> None:
    """A target that stopped when it was settled: the correction that waits behind it takes its place (the publisher
    repairs its own dead letter). ``maal`` is stopped in this unit of work, and nothing of it is in doubt."""
    if any(r.tilstand.fase in _I_LUFTEN for r in maal.registreringer):
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


async def i_stedet(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke) -> None:
    """The target waits or is stopped and nothing of it is in the air: it ends, ``h`` stands where it stood."""
    erstatning = h.type not in TILBAGEKALDT
    fejl = ERSTATTET if erstatning else TRUKKET
    stod_forrest = maal.tilstand in ("hoved", "stoppet")
    if stod_forrest:
        bane.hoved = maal
    if maal.tilstand == "stoppet":
        motor.doedbrev(e, maal, maal.fejlkode or fejl.kode, fejl.tekst, "erstattet" if erstatning else "sprunget_over")
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
        h.tilstand = "venter"
        e.gem(h)
        return
    if delvist:
        await historik.indlaes(e, [bane.borger_id])
    motor.saet_hoved(e, bane, h)


async def _efter_maalet(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke) -> None:
    """The target is final, or is settled first: ``h`` comes right after it, before everything that waits."""
    if maal.tilstand == "stoppet":
        await genoptag(e, motor, bane, maal)
    if bane.har_aabne and bane.hoved is None:
        bane.hoved = await staaende_hoved(e, bane)
    hoved = bane.hoved
    fri = hoved is None or (hoved.tilstand == "stoppet" and (hoved.plads, hoved.id) > (h.plads, h.id))
    if maal.tilstand == "endelig" and fri:
        await historik.indlaes(e, [bane.borger_id])
        motor.saet_hoved(e, bane, h)
        return
    h.tilstand = "venter"
    e.gem(h)
    bane.har_aabne = True


async def genoptag(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke) -> None:
    """A stopped event of which a registration is in doubt goes on being settled; its counts begin anew."""
    h.tilstand = "hoved"
    for r in h.registreringer:
        if r.tilstand.fase is Fase.I_TVIVL:
            r.tilstand = replace(r.tilstand, ens_svar=0, udsat=0)
            e.gem_registrering(r)
    e.gem(h)
    bane.hoved = h
    motor.doedbrev(e, h, h.fejlkode or "ens_svar", "Afklares, før rettelsen tages op.", "genkoert")
    motor.i_koe(e, bane, h, e.nu)


async def staaende_hoved(e: Enhed, bane: Bane) -> Haendelsesraekke | None:
    """The lane's head as it stands in the ledger, unless this unit of work has just ended it."""
    raekker = await e.conn.fetch(
        """select id from haendelse where borger_id = $1 and tilstand in ('hoved', 'stoppet') and not udenfor
           order by tilstand = 'stoppet', plads, id""",
        bane.borger_id,
    )
    her = {h.id: h for h in e.haendelser}
    for r in raekker:
        h = her.get(r["id"]) or (await e.haendelser_fra_db([r["id"]]))[r["id"]]
        if h.tilstand in ("hoved", "stoppet"):
            return h
    return None


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


async def _i_luften(e: Enhed, maal: Haendelsesraekke) -> bool:
    """A byte of it may have left without an answer, or a worker holds it now."""
    if maal.tilstand not in ("hoved", "stoppet"):
        return False
    if any(r.tilstand.fase in _I_LUFTEN for r in maal.registreringer):
        return True
    return bool(await e.conn.fetchval("select exists (select 1 from krav where borger_id = $1)", maal.borger_id))


def _uden_for_banen(
    e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, maal: Haendelsesraekke, erstatning: bool
) -> None:
    """The target was never in the order: refused by its format, or of an unknown type."""
    if maal.tilstand == "stoppet":
        fejl = ERSTATTET if erstatning else TRUKKET
        motor.doedbrev(e, maal, "ukendt_type", fejl.tekst, "erstattet" if erstatning else "sprunget_over")
        maal.tilstand, maal.status, maal.endelig_tid, maal.fejlkode = "endelig", "sprunget_over", e.nu, fejl.kode
        e.gem(maal)
        motor.kvitter(e, bane, maal, "sprunget_over", fejl.tekst, endelig=True, fejl=fejl)
    if erstatning:
        motor.modtag(e, bane, h)
    else:
        motor.afslut_uden_bane(
            e, bane, h, Afgoerelse(Status.UDEN_VIRKNING, "Hændelsen stod aldrig i borgerens rækkefølge.")
        )


def _afvis(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, fejl: Fejl) -> None:
    motor.afslut_uden_bane(e, bane, h, Afgoerelse(Status.AFVIST, fejl.tekst, fejl=fejl))
