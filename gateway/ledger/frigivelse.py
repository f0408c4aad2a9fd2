"""What letting go would send: the dry run of lifting a pause, a block or a quarantine, of ending a window, of reopening a service.

The act is done in a transaction that is rolled back, and the queue is then read in the order in which heads are claimed. Heads
that only waited leave as they stand; events that are decided again (a block's, a quarantine's) are decided there and then, the
first ``PROEVES`` of them, and the rest is reckoned to be like those.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

import asyncpg

from gateway.errors import Betjeningsfejl, UlovligOvergang
from gateway.lanes.prognose import UKENDT, Lane, Rate, afvikling_af
from gateway.lanes.registrering import Skridt, begynd_forsoeg, naeste_skridt
from gateway.ledger import visning
from gateway.ledger.aktoer import Aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.inkarnation import IKKE_KLAR
from gateway.ledger.kanaler import PAA_PAUSE, i_vindue, tjeneste
from gateway.ledger.karantaene import Karantaener
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Betjeningsdel, paa_proeve
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.pauser import Pauser
from gateway.ledger.prognose import indstroem, rater_for
from gateway.ledger.spaerringer import Spaerringer
from gateway.ledger.vinduer import Vinduer, luk_op

#: So many registrations of a service are shown as they would be sent; so many events are decided again in one dry run.
VISES, PROEVES = 20, 50


@dataclass(frozen=True, slots=True)
class Forsendelse:
    """One registration as it would leave. ``aflaeses``: DFDG is asked first, for it is in doubt. ``anmodning``: as
    ``visning.anmodning`` shows one; ``request_id`` goes with it."""

    borger: str
    haendelse_id: str | None
    type: str | None
    part: str
    dato: date | None
    aflaeses: bool
    request_id: str
    anmodning: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tjenestedel:
    """What one service gets. ``tilstand``: its channels' worst after the act; ``trinvis``: they reopen in steps.
    ``registreringer``: with what is expected of the events behind; ``faerdig`` None: more comes than is taken."""

    tjeneste: str
    tilstand: str
    trinvis: bool
    hoveder: int
    bagved: int
    registreringer: int
    rate: Rate
    faerdig: datetime | None
    foerste: tuple[Forsendelse, ...]


@dataclass(frozen=True, slots=True)
class Frigivelse:
    """``haendelser``: those that are let go, each its citizen's next; ``proevet``: so many of them were decided again (None: none
    is). ``holdes``: still held back by something else; ``uden_dfdg``: outcomes that send nothing; ``afviste``: why some can't be
    taken up. The last two are of the tried ones."""

    nu: datetime
    haendelser: int
    proevet: int | None = None
    tjenester: tuple[Tjenestedel, ...] = ()
    holdes: Mapping[str, int] = field(default_factory=dict)
    uden_dfdg: Mapping[str, int] = field(default_factory=dict)
    afviste: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Linje:
    """A head's place in its channel's queue."""

    borger_id: int
    kanal: str
    dato: date | None
    klar_fra: datetime
    nr: int
    registrering_id: int
    haendelse_ref: int
    egne: int
    bagved: int


@dataclass(slots=True)
class _Proevet:
    """What was decided again in the transaction: lanes, heads, refusals; ``rest``: (citizen, date) of those that were not."""

    baner: set[int] = field(default_factory=set)
    haendelser: set[int] = field(default_factory=set)
    afviste: list[str] = field(default_factory=list)
    rest: list[tuple[int, date | None]] = field(default_factory=list)


class Frigivelser(Betjeningsdel):
    """``hvem`` asks, with the rights that the act would need; ``takster``: calls a second that services may be given."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        hvem: Aktoer | str,
        takster: Mapping[str, float],
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur, hvem=hvem)
        self._takster = dict(takster)

    # --- heads that only waited ------------------------------------------------------------------------

    async def pause(self, id_: int, *, trinvis: bool = True) -> Frigivelse:
        """If the pause were lifted. Raises as ``Pauser.ophaev``."""
        nu = self._ur()
        async with paa_proeve(self._pulje) as conn:
            p, _, _ = await self._pauser.loeft(conn, id_, nu, trinvis=trinvis)
            if p["borger_id"] is not None:
                linjer = await self._i_koe(conn, "k.borger_id = $1", p["borger_id"])
                return await self._svar(conn, nu, linjer, len(linjer))
            felt = "tjeneste" if p["art"] == "tjeneste" else "akassekode"
            kanaler = [r["kanal"] for r in await conn.fetch(f"select kanal from kanal where {felt} = $1", p["vaerdi"])]
            return await self._kanaler(conn, nu, kanaler)

    async def genaabn(self, navn: str, akassekode: str | None) -> Frigivelse:
        """If the service were reopened in steps. Raises as ``Pauser.genaabn``."""
        nu = self._ur()
        async with paa_proeve(self._pulje) as conn:
            return await self._kanaler(conn, nu, await self._pauser.luk_op(conn, navn, akassekode, nu))

    async def vindue(self, id_: int) -> Frigivelse:
        """If the window were ended now. Raises as ``Vinduer.slut``."""
        self._aktoer.kraev(None)
        nu = self._ur()
        v = await Vinduer(self._pulje, self._noegler, self._miljoe, self._ur).et(id_)
        async with paa_proeve(self._pulje) as conn:
            if v.fra > nu:
                # Called off before it began: it holds nothing.
                return Frigivelse(nu, 0)
            await luk_op(conn, v, nu)
            berort = await conn.fetch(
                "select kanal from kanal where $1::text[] = '{}' or tjeneste = any($1::text[])", list(v.tjenester)
            )
            return await self._kanaler(conn, nu, [r["kanal"] for r in berort])

    # --- events that are decided again --------------------------------------------------------------------

    async def spaerring(self, id_: int) -> Frigivelse:
        """If the block were lifted. Raises as ``Spaerringer.ophaev``."""
        nu = self._ur()
        spaerringer = Spaerringer(self._pulje, self._motor, self._noegler, self._miljoe, self._ur)
        async with paa_proeve(self._pulje) as conn:
            s = await spaerringer.en(conn, id_, self._aktoer)
            breve, holdt = await spaerringer.stoppede(conn, s), await spaerringer.holdte(conn, s)
            await _laas(conn, [r["borger_id"] for r in [*breve[:PROEVES], *holdt[:PROEVES]]])
            # As it is done: what had stopped joins those that wait, and then they are taken up.
            p = await self._doedbreve(conn, breve, "retry")
            i_koe = [
                r for nr, r in enumerate(await spaerringer.holdte(conn, s)) if nr < PROEVES or r["borger_id"] in p.baner
            ]
            await conn.execute("update spaerring set ophaevet = $2 where id = $1 and ophaevet is null", id_, nu)
            if i_koe:
                e, hoveder = await spaerringer.afgoer_holdte(
                    conn, [r["borger_id"] for r in i_koe], [r["registrering_id"] for r in i_koe]
                )
                await skriv(e)
                p.baner |= {r["borger_id"] for r in i_koe}
                p.haendelser |= {h.id for h in hoveder}
            p.rest = [(r["borger_id"], r["dato"]) for r in [*breve, *holdt] if r["borger_id"] not in p.baner]
            return await self._efter_proeve(conn, nu, p)

    async def karantaene(self, id_: int, *, spring_over: bool = False) -> Frigivelse:
        """If the quarantine were ended, or its events given up. Raises as ``Karantaener.ophaev``."""
        nu = self._ur()
        karantaener = Karantaener(self._pulje, self._motor, self._noegler, self._miljoe, self._ur, hvem=self._aktoer)
        async with paa_proeve(self._pulje) as conn:
            k = await karantaener.en(conn, id_, spring_over=spring_over)
            breve = await karantaener.stoppede(conn, k)
            baner = [r["borger_id"] for r in breve[:PROEVES]]
            await _laas(conn, baner)
            if spring_over:
                await karantaener.opgiv_ventende(conn, (k["kilde"], k["type"], k["fra"], k["til"]), baner)
            await conn.execute("update karantaene set ophaevet = coalesce(ophaevet, $2) where id = $1", id_, nu)
            p = await self._doedbreve(conn, breve, "skip" if spring_over else "retry")
            p.rest = [(r["borger_id"], None) for r in breve[PROEVES:]]
            return await self._efter_proeve(conn, nu, p)

    async def _doedbreve(
        self, conn: Forbindelse, breve: Sequence[asyncpg.Record], handling: Literal["retry", "skip"]
    ) -> _Proevet:
        op = Operatoer(self._pulje, self._motor, self._noegler, self._miljoe, self._ur, hvem=self._aktoer)
        p = _Proevet()
        for brev in breve[:PROEVES]:
            p.baner.add(brev["borger_id"])
            try:
                e, h = await op.i_proeve(conn, handling, brev["id"])
            except (Betjeningsfejl, UlovligOvergang) as fejl:
                p.afviste.append(getattr(fejl, "dansk", "Hændelsen er i en tilstand, hvor det ikke kan gøres."))
                continue
            await skriv(e)
            p.haendelser.add(h.id)
        return p

    async def _efter_proeve(self, conn: Forbindelse, nu: datetime, p: _Proevet) -> Frigivelse:
        linjer = await self._i_koe(conn, "k.borger_id = any($1::bigint[])", sorted(p.baner))
        uden = await conn.fetch(
            """select coalesce(status, tilstand) as status, count(*) as antal from haendelse
               where id = any($1::bigint[]) and not id = any($2::bigint[]) group by 1""",
            sorted(p.haendelser),
            [x.haendelse_ref for x in linjer],
        )
        bagved = {
            r["borger_id"]: r["antal"]
            for r in await conn.fetch(
                """select borger_id, count(*) as antal from haendelse
                   where borger_id = any($1::bigint[]) and tilstand = 'venter' and not udenfor group by 1""",
                [b for b, _ in p.rest],
            )
        }
        # Those that were not tried are reckoned to be like the tried ones, in turn.
        resten = [
            Lane(tjeneste(som.kanal), dato, som.egne, bagved.get(b, 0))
            for nr, (b, dato) in enumerate(p.rest)
            if (plads := nr % max(1, len(p.haendelser))) < len(linjer) and (som := linjer[plads])
        ]
        antal = len(p.haendelser) + len(p.afviste) + len(p.rest)
        svar = await self._svar(conn, nu, linjer, antal, resten)
        return replace(
            svar,
            proevet=len(p.haendelser) + len(p.afviste),
            uden_dfdg={r["status"]: r["antal"] for r in uden},
            afviste=tuple(dict.fromkeys(p.afviste)),
        )

    # --- the queue, in the order of claiming ---------------------------------------------------------------

    @property
    def _pauser(self) -> Pauser:
        return Pauser(self._pulje, self._ur, hvem=self._aktoer)

    async def _kanaler(self, conn: Forbindelse, nu: datetime, kanaler: Collection[str]) -> Frigivelse:
        linjer = await self._i_koe(conn, "k.kanal = any($1::text[])", list(kanaler))
        return await self._svar(conn, nu, linjer, len(linjer))

    async def _i_koe(self, conn: Forbindelse, hvilke: str, vaerdi: Any) -> list[_Linje]:
        return [
            _Linje(**dict(r))
            for r in await conn.fetch(
                f"""select k.borger_id, k.kanal, k.haardeste_dato as dato, k.klar_fra, k.nr, k.registrering_id, r.haendelse_ref,
                           greatest(1, (select count(*) from registrering x where x.haendelse_ref = r.haendelse_ref
                               and x.fase in ('klar', 'undervejs', 'i_tvivl')))::int as egne,
                           (select count(*) from haendelse h where h.borger_id = k.borger_id and h.tilstand = 'venter'
                               and not h.udenfor)::int as bagved
                    from koe k join registrering r on r.id = k.registrering_id where {hvilke}""",
                vaerdi,
            )
        ]

    async def _svar(
        self,
        conn: Forbindelse,
        nu: datetime,
        linjer: Sequence[_Linje],
        antal: int,
        resten: Sequence[Lane] = (),
    ) -> Frigivelse:
        """``resten``: lanes beyond ``linjer`` that are reckoned with and not shown."""
        holdes: Counter[str] = Counter()
        stande = await _stande(conn, {x.kanal for x in linjer}, nu)
        koeer: dict[str, dict[str, list[_Linje]]] = defaultdict(lambda: defaultdict(list))
        for x in linjer:
            stand = stande.get(x.kanal)
            if stand is not None and stand["holdt"] is not None:
                holdes[stand["holdt"]] += 1
            elif "#" in x.kanal:
                holdes["spaerring" if "#spaerret" in x.kanal else "pause"] += 1
            else:
                koeer[tjeneste(x.kanal)][x.kanal].append(x)
        faktor, andele, ind = await indstroem(conn, nu)
        rater = await rater_for(conn, set(koeer), self._takster, {t: ind * a for t, a in andele.items()})
        dele = []
        for navn, kanaler in sorted(koeer.items()):
            egne = [x for k in kanaler.values() for x in k]
            andre = [x for x in resten if x.tjeneste == navn]
            rate = rater.get(navn, UKENDT)
            baner = [Lane(navn, x.dato, x.egne, x.bagved * faktor) for x in egne]
            baner += [Lane(navn, x.dato, x.egne, x.bagved * faktor) for x in andre]
            a = afvikling_af(navn, baner, rate, nu, nu)
            tilstande = {stande[k]["tilstand"] for k in kanaler if k in stande}
            dele.append(
                Tjenestedel(
                    tjeneste=navn,
                    tilstand=next((t for t in ("adgang", "nede", "genaabner") if t in tilstande), "aaben"),
                    trinvis="genaabner" in tilstande,
                    hoveder=len(egne) + len(andre),
                    bagved=int(sum(x.bagved for x in egne) + sum(x.bagved for x in andre)),
                    registreringer=a.registreringer,
                    rate=rate,
                    faerdig=a.faerdig,
                    foerste=await self._vis(conn, nu, _i_tur(kanaler, stande, nu)[:VISES]),
                )
            )
        return Frigivelse(nu, antal, None, tuple(dele), dict(holdes))

    async def _vis(self, conn: Forbindelse, nu: datetime, linjer: Sequence[_Linje]) -> tuple[Forsendelse, ...]:
        e = Enhed(conn, self._noegler, self._miljoe, nu)
        hentet = await e.registreringer_fra_db([x.registrering_id for x in linjer])
        raekker = [(x, hentet[x.registrering_id]) for x in linjer]
        om = {
            r["id"]: r
            for r in await conn.fetch(
                """select h.id, h.kilde, h.haendelse_id, h.type, h.part, b.pseudonym, b.cpr_krypt from haendelse h
                   join borger b on b.id = h.borger_id where h.id = any($1::bigint[])""",
                [r.haendelse_ref for _, r in raekker],
            )
        }
        ud = []
        for x, r in raekker:
            h, aflaeses = om[r.haendelse_ref], naeste_skridt(r.tilstand, nu) is Skridt.AFLAES
            if not aflaeses:
                # As the claim does: the attempt may be under a new id.
                r.tilstand = begynd_forsoeg(r.tilstand, nu)
            ud.append(
                Forsendelse(
                    borger=h["pseudonym"],
                    haendelse_id=h["haendelse_id"],
                    type=h["type"],
                    part=h["part"],
                    dato=x.dato,
                    aflaeses=aflaeses,
                    request_id=r.request_id(h["kilde"], h["haendelse_id"]),
                    anmodning=visning.anmodning(r, [self._noegler.dekrypter(h["cpr_krypt"]).decode()]),
                )
            )
        return tuple(ud)


def _i_tur(kanaler: Mapping[str, list[_Linje]], stande: Mapping[str, asyncpg.Record], nu: datetime) -> list[_Linje]:
    """The heads of a service's channels as they would be claimed: each channel the hardest date first, the channels in turn."""
    koeer = []
    for kanal in sorted(kanaler):
        koe = sorted(kanaler[kanal], key=lambda x: (x.dato or date.max, min(x.klar_fra, nu), x.nr))
        klare = [x for x in koe if x.klar_fra <= nu]
        if kanal in stande and stande[kanal]["tilstand"] == "genaabner":
            # The first step takes one that is ready; when it is receipted, everybody who waited there is ready.
            koeer.append([*klare[:1], *(x for x in koe if x not in klare[:1])])
        else:
            koeer.append([*klare, *(x for x in koe if x.klar_fra > nu)])
    laengst = max((len(k) for k in koeer), default=0)
    return [k[nr] for nr in range(laengst) for k in koeer if nr < len(k)]


async def _laas(conn: Forbindelse, borgere: list[int | None]) -> None:
    """The lanes, in the order in which everybody locks more than one."""
    await conn.execute(
        "select 1 from lane where borger_id = any($1::bigint[]) order by borger_id for update",
        [b for b in borgere if b is not None],
    )


async def _stande(conn: Forbindelse, kanaler: Iterable[str], nu: datetime) -> dict[str, asyncpg.Record]:
    """How each channel stands after the act: its breaker, and what still holds it closed."""
    raekker = await conn.fetch(
        f"""select k.kanal, k.tilstand,
                   case when {IKKE_KLAR} then 'gendannelse' when {i_vindue("$2")} then 'vindue' when {PAA_PAUSE} then 'pause' end
                   as holdt
            from kanal k where k.kanal = any($1::text[])""",
        list(kanaler),
        nu,
    )
    return {r["kanal"]: r for r in raekker}
