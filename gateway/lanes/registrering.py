"""One registration's way to DFDG: states, what to do next, and what an answer leads to. Pure; time is passed in.

    klar ──claim──▶ undervejs ──receipt──▶ registreret
      ▲                │ no answer / lease lost
      │                ▼
      └──absent twice── i_tvivl ──found equal──▶ registreret
    refused ▶ stoppet (an operator or the publisher) · not the owner ▶ afvist · given up ▶ opgivet

Repeat protection follows ``Klasse``; "not there" is concluded only from two readings, the second of them after the
quiet time (*stilletid*) counted from the last byte that may have left (I6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.errors import UlovligOvergang
from gateway.lanes.forsoeg import Fund, Klasse, Svar, Tilbagelaesning, Udfald

#: DFDG remembers an x-requestId for seven days; before that is out a repeat reads back first.
_REQUEST_ID_HUSKES = timedelta(days=6, hours=12)
#: The longest wait between attempts, and its growth, are DFDG's own figures for messages: min(10800, 2^n - 1) s.
_LAENGSTE_VENTETID = 10_800


#: The warning that DFDG committed an attempt later than the quiet time after which it was concluded absent.
SEN_COMMIT = "commit_efter_stilletid"


class Fase(StrEnum):
    KLAR = "klar"
    UNDERVEJS = "undervejs"
    I_TVIVL = "i_tvivl"
    REGISTRERET = "registreret"
    STOPPET = "stoppet"
    AFVIST = "afvist"
    OPGIVET = "opgivet"


class Skridt(StrEnum):
    """What a worker that has claimed the registration does with it."""

    SEND = "send"
    AFLAES = "aflaes"


@dataclass(frozen=True, slots=True)
class Tilstand:
    """Where a registration stands. Times are aware; counts start at 0.

    ``request_nr`` numbers the ``x-requestId``: it rises only after an answered refusal of the content or after
    "read back as absent". ``var_i_tvivl``: some attempt may have been committed unseen. ``afvist_i_tvivl``: the repeat was
    refused, and reading back decides whether the refusal is the trace of one's own first attempt.
    """

    klasse: Klasse
    kan_aflaeses: bool = True
    fase: Fase = Fase.KLAR
    request_nr: int = 0
    forsoeg: int = 0
    ens_svar: int = 0
    udsat: int = 0
    skal_aflaeses: bool = False
    var_i_tvivl: bool = False
    afvist_i_tvivl: bool = False
    foerste_fravaer: datetime | None = None
    foerst_sendt: datetime | None = None
    sidst_sendt: datetime | None = None
    sidste_fejl: datetime | None = None
    sidste_kode: str | None = None


@dataclass(frozen=True, slots=True)
class Vilkaar:
    """Settings and surroundings of a transition: quiet time and N (I5), the random share of a wait (0..1), whether
    another citizen's registration of the same operation and channel succeeded after ``sidste_fejl``."""

    stilletid: timedelta
    stop_efter: int
    tilfaeldig: float
    andre_lykkes: bool


@dataclass(frozen=True, slots=True)
class Overgang:
    """The new state and when it is ready again. ``nedbrud``: the answer speaks of DFDG, not of this citizen;
    ``adgang``: the channel must stop; ``ny_tvivl``: this is when it fell in doubt; ``advarsel`` names something an
    operator should see (a 412 on a first send, a commit later than the quiet time)."""

    tilstand: Tilstand
    klar_fra: datetime | None = None
    nedbrud: bool = False
    adgang: bool = False
    ny_tvivl: bool = False
    advarsel: str | None = None


def ventetid(n: int, tilfaeldig: float) -> timedelta:
    """``min(10800, 2^n - 1)`` seconds with up to a fifth of jitter, never under a fifth of a second."""
    grund = min(_LAENGSTE_VENTETID, 2 ** min(n, 20) - 1)
    return timedelta(seconds=max(0.2, grund * (0.9 + 0.2 * tilfaeldig)))


def naeste_skridt(t: Tilstand, nu: datetime) -> Skridt:
    """What to do with a claimed registration. Only ``klar`` and ``i_tvivl`` are ever claimed: anything else raises
    ``UlovligOvergang``, so that nothing settled is sent again (I3)."""
    if t.fase not in (Fase.KLAR, Fase.I_TVIVL):
        raise UlovligOvergang(f"a registration that is {t.fase.value} can't be claimed")
    if t.fase is Fase.KLAR:
        gammel = t.foerst_sendt is not None and nu - t.foerst_sendt > _REQUEST_ID_HUSKES
        return Skridt.AFLAES if gammel and t.kan_aflaeses and t.var_i_tvivl else Skridt.SEND
    if t.skal_aflaeses and t.kan_aflaeses:
        return Skridt.AFLAES
    if t.klasse in (Klasse.EGET_ID, Klasse.SIDSTE_VINDER) or not t.kan_aflaeses:
        return Skridt.SEND
    return Skridt.AFLAES


def mulig_gentagelse(t: Tilstand, indtil: datetime) -> Tilstand:
    """A registration that may have been sent by an earlier incarnation of the ledger, up to ``indtil``: it is in doubt from
    the start, and read back before the first attempt."""
    return replace(t, fase=Fase.I_TVIVL, var_i_tvivl=True, skal_aflaeses=True, sidst_sendt=indtil)


def begynd_forsoeg(t: Tilstand, nu: datetime) -> Tilstand:
    """The state that must be durable before a byte may leave: a crash from here on leaves it in doubt."""
    return replace(
        t,
        fase=Fase.UNDERVEJS,
        forsoeg=t.forsoeg + 1,
        foerst_sendt=t.foerst_sendt or nu,
        sidst_sendt=nu,
        afvist_i_tvivl=False,
    )


def lease_tabt(t: Tilstand, lease_til: datetime) -> Overgang:
    """The worker is gone: what it held may have been sent up to the end of its lease (I11)."""
    if t.fase is not Fase.UNDERVEJS:
        return Overgang(t, klar_fra=lease_til)
    ny = replace(
        t,
        fase=Fase.I_TVIVL,
        var_i_tvivl=True,
        sidst_sendt=lease_til,
        foerste_fravaer=None,
        skal_aflaeses=t.klasse in (Klasse.NATURLIG_NOEGLE, Klasse.INGEN),
    )
    return Overgang(ny, klar_fra=lease_til, ny_tvivl=True)


def efter_svar(t: Tilstand, foer: Fase, svar: Svar, nu: datetime, v: Vilkaar) -> Overgang:
    """What the answer to an attempt leads to. ``foer`` is the state the attempt was begun in (klar or i_tvivl)."""
    match svar.udfald:
        case Udfald.KVITTERET:
            return Overgang(replace(t, fase=Fase.REGISTRERET, sidste_kode=None))
        case Udfald.FANDTES:
            return _fandtes(t, foer, svar, nu)
        case Udfald.AFVIST:
            return _afvist(t, svar, nu)
        case Udfald.IKKE_EJER:
            return Overgang(replace(t, fase=Fase.AFVIST, sidste_kode=svar.kode, request_nr=t.request_nr + 1))
        case Udfald.ADGANG:
            return Overgang(
                replace(t, fase=foer, forsoeg=t.forsoeg - 1, sidste_kode=svar.kode), klar_fra=nu, adgang=True
            )
        case Udfald.UTILGAENGELIG | Udfald.ALDRIG_SENDT | Udfald.INTET_SVAR:
            return _uden_afgoerelse(t, foer, svar, nu, v)


def _fandtes(t: Tilstand, foer: Fase, svar: Svar, nu: datetime) -> Overgang:
    foerste = t.forsoeg == 1 and foer is Fase.KLAR
    if not t.kan_aflaeses:
        # Afmelding: "not enrolled" on a repeat is the trace of the first attempt; on a first send it is a refusal.
        if t.var_i_tvivl:
            return Overgang(replace(t, fase=Fase.REGISTRERET, sidste_kode=svar.kode))
        return _afvist(t, svar, nu)
    if t.forsoeg == 1 and t.var_i_tvivl and t.klasse in (Klasse.EGET_ID, Klasse.SIDSTE_VINDER):
        # The first send of this ledger's, under an id that DFDG knows: an earlier incarnation's was committed, and what
        # stands there now is what came after it. Those events come again in their turn.
        return Overgang(
            replace(t, fase=Fase.REGISTRERET, sidste_kode=svar.kode), advarsel="fandtes_aendret_efter_genopretning"
        )
    ny = replace(t, fase=Fase.I_TVIVL, skal_aflaeses=True, sidste_kode=svar.kode, var_i_tvivl=True)
    advarsel = "fandtes_ved_foerste" if foerste else SEN_COMMIT if _var_fravaerende(t, foer) else None
    return Overgang(ny, klar_fra=nu, ny_tvivl=foer is not Fase.I_TVIVL, advarsel=advarsel)


def _var_fravaerende(t: Tilstand, foer: Fase) -> bool:
    """Whether this attempt was made because the one before was concluded absent: from then on nothing of it should come."""
    return foer is Fase.KLAR and t.var_i_tvivl and t.request_nr > 0 and t.klasse is not Klasse.SIDSTE_VINDER


def _afvist(t: Tilstand, svar: Svar, nu: datetime) -> Overgang:
    if t.var_i_tvivl and t.kan_aflaeses and t.sidste_kode != svar.kode:
        # A refusal of the repeat says nothing of the attempt before it, and may be its trace ("the same talk exists", an
        # absence in the same period): read back before stopping.
        ny = replace(
            t,
            fase=Fase.I_TVIVL,
            skal_aflaeses=True,
            afvist_i_tvivl=True,
            sidste_kode=svar.kode,
            request_nr=t.request_nr + 1,
        )
        return Overgang(ny, klar_fra=nu)
    return Overgang(replace(t, fase=Fase.STOPPET, sidste_kode=svar.kode, request_nr=t.request_nr + 1))


def _uden_afgoerelse(t: Tilstand, foer: Fase, svar: Svar, nu: datetime, v: Vilkaar) -> Overgang:
    """Answered "not now", never sent, or no answer. Spends an attempt only while others succeed (I5)."""
    ens = _ens(t, svar.kode, v)
    udsat = t.udsat + 1
    tvivl = svar.udfald is Udfald.INTET_SVAR or foer is Fase.I_TVIVL
    fase = Fase.I_TVIVL if tvivl else Fase.KLAR
    ny = replace(
        t,
        fase=fase,
        ens_svar=ens,
        udsat=udsat,
        sidste_fejl=nu,
        sidste_kode=svar.kode,
        var_i_tvivl=t.var_i_tvivl or tvivl,
    )
    if svar.udfald is Udfald.INTET_SVAR:
        ny = replace(
            ny,
            sidst_sendt=nu,
            foerste_fravaer=None,
            skal_aflaeses=t.klasse in (Klasse.NATURLIG_NOEGLE, Klasse.INGEN),
        )
    elif svar.udfald is Udfald.ALDRIG_SENDT:
        ny = replace(ny, forsoeg=t.forsoeg - 1)
    if opbrugt(ny, v):
        return Overgang(replace(ny, fase=Fase.I_TVIVL if tvivl else Fase.STOPPET), nedbrud=False)
    return Overgang(
        ny,
        klar_fra=nu + ventetid(udsat, v.tilfaeldig),
        nedbrud=True,
        ny_tvivl=svar.udfald is Udfald.INTET_SVAR and foer is not Fase.I_TVIVL,
    )


def _ens(t: Tilstand, kode: str | None, v: Vilkaar) -> int:
    """How often the same answer came *again* with another citizen's success in between. The first time says nothing
    yet: it may be the beginning of an outage (I5)."""
    if t.sidste_fejl is None or kode != t.sidste_kode:
        return 0
    return t.ens_svar + (1 if v.andre_lykkes else 0)


def opbrugt(t: Tilstand, v: Vilkaar) -> bool:
    """The same answer N times while others succeeded: the event stops, an in-doubt registration stays in doubt (I5)."""
    return t.ens_svar > 0 and t.ens_svar + 1 >= v.stop_efter


def efter_aflaesning(t: Tilstand, laest: Tilbagelaesning, nu: datetime, v: Vilkaar) -> Overgang:
    """What a reading back leads to."""
    match laest.fund:
        case Fund.LIG:
            # Of a class that is repeated after two readings without it only: there at the third, it came after the quiet time.
            sen = SEN_COMMIT if t.afvist_i_tvivl and t.klasse in (Klasse.NATURLIG_NOEGLE, Klasse.INGEN) else None
            return Overgang(replace(t, fase=Fase.REGISTRERET), advarsel=sen)
        case Fund.ANDERLEDES if t.klasse is Klasse.EGET_ID and t.forsoeg == 0:
            # Our own id stands there and this ledger never sent it: an earlier incarnation did, and changed it later. The
            # events that changed it come again in their turn.
            return Overgang(replace(t, fase=Fase.REGISTRERET), advarsel="fandtes_aendret_efter_genopretning")
        case Fund.ANDERLEDES:
            return Overgang(replace(t, fase=Fase.STOPPET, sidste_kode="indhold_afviger"))
        case Fund.UKENDT:
            svar = laest.svar or Svar(Udfald.UTILGAENGELIG, kode="aflaesning")
            # The refusal that the readings decide about stands when nothing is found, and is told then.
            kode = t.sidste_kode if t.afvist_i_tvivl else svar.kode
            if svar.udfald is Udfald.ADGANG:
                return Overgang(replace(t, fase=Fase.I_TVIVL, sidste_kode=kode), klar_fra=nu, adgang=True)
            udsat = t.udsat + 1
            ens = t.ens_svar + int(v.andre_lykkes) if t.afvist_i_tvivl else _ens(t, svar.kode, v)
            ny = replace(t, fase=Fase.I_TVIVL, udsat=udsat, ens_svar=ens, sidste_fejl=nu, sidste_kode=kode)
            if opbrugt(ny, v):
                ny = replace(ny, sidste_kode=svar.kode)
            # "Not your own" speaks of this citizen: it waits alone, the channel goes on.
            nedbrud = svar.udfald is not Udfald.IKKE_EJER
            return Overgang(ny, klar_fra=nu + ventetid(udsat, v.tilfaeldig), nedbrud=nedbrud)
        case Fund.FRAVAERENDE:
            return _fravaerende(t, nu, v)


def _fravaerende(t: Tilstand, nu: datetime, v: Vilkaar) -> Overgang:
    stille_fra = (t.sidst_sendt or nu) + v.stilletid
    if t.foerste_fravaer is None or nu < stille_fra:
        ny = replace(t, fase=Fase.I_TVIVL, skal_aflaeses=True, foerste_fravaer=t.foerste_fravaer or nu)
        return Overgang(ny, klar_fra=max(stille_fra, nu + timedelta(milliseconds=200)))
    if t.afvist_i_tvivl:
        # Refused on the repeat, and absent at both readings: the refusal stands.
        return Overgang(replace(t, fase=Fase.STOPPET))
    ny = replace(
        t,
        fase=Fase.KLAR,
        # Never sent by this ledger: the id is kept, so that DFDG can tell what an earlier incarnation sent under it.
        request_nr=t.request_nr + (1 if t.forsoeg else 0),
        skal_aflaeses=False,
        foerste_fravaer=None,
    )
    return Overgang(ny, klar_fra=nu)


def afklares_tidligst(t: Tilstand, stilletid: timedelta) -> datetime | None:
    """From when on somebody may say what became of a registration in doubt: DFDG may commit it until then (I6)."""
    return None if t.sidst_sendt is None else t.sidst_sendt + stilletid


def afklaret_i_haanden(t: Tilstand, *, findes: bool, nu: datetime, stilletid: timedelta) -> Overgang:
    """Somebody has looked at DFDG and says whether it is there. Absent: ready again under a new ``x-requestId``, as after two
    readings. Raises ``UlovligOvergang`` for one that is not in doubt, or may still arrive."""
    if t.fase is not Fase.I_TVIVL:
        raise UlovligOvergang(f"a registration that is {t.fase.value} is not in doubt")
    tidligst = afklares_tidligst(t, stilletid)
    if tidligst is not None and nu < tidligst:
        raise UlovligOvergang("a registration can't be settled by hand before the quiet time is over")
    if findes:
        return Overgang(replace(t, fase=Fase.REGISTRERET))
    ny = replace(
        t,
        fase=Fase.KLAR,
        request_nr=t.request_nr + 1,
        skal_aflaeses=False,
        afvist_i_tvivl=False,
        foerste_fravaer=None,
        ens_svar=0,
        udsat=0,
    )
    return Overgang(ny, klar_fra=nu)
