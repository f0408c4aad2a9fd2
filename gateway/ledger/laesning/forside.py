"""The one sentence on top: who is the trouble, since when, how many citizens wait, and when they are through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from gateway.ledger.kanaler import PAA_PAUSE, i_vindue
from gateway.ledger.plads import pauset
from gateway.ledger.raekker import I_TVIVL
from gateway.ledger.tal_i_ord import med_tal, varighed
from gateway.rules.model import KOEBENHAVN

#: So many dead letters of one party's, and this share of all, make the party the trouble.
PARTENS_ANTAL, PARTENS_ANDEL = 10, 0.8
#: Messages that wait longer than this for one party's topic alone speak of that topic.
_TAVS_TOPIC = timedelta(seconds=60)


class Skyld(StrEnum):
    """Who the trouble is."""

    INGEN = "ingen"
    DFDG = "dfdg"
    KAFKA = "kafka"
    POSTGRESQL = "postgresql"
    PART = "part"
    OS = "os"
    VINDUE = "vindue"


class Alvor(StrEnum):
    GODT = "godt"
    OBS = "obs"
    FEJL = "fejl"


@dataclass(frozen=True, slots=True)
class Kanalstand:
    """A service under one certificate. ``ventende``: heads in its queue; ``ude``: heads that its reopening has let out."""

    tjeneste: str
    akassekode: str
    tilstand: str
    siden: datetime
    aarsag: str | None
    i_vindue: bool
    pauset: bool
    ventende: int
    ude: int = 0


@dataclass(frozen=True, slots=True)
class Fakta:
    """What the sentence is made of. Rates are calls a second; ``stoppede_fra``: open dead letters by party."""

    nu: datetime
    kanaler: tuple[Kanalstand, ...] = ()
    borgere_venter: int = 0
    borgere_stoppet: int = 0
    undervejs: int = 0
    i_tvivl: int = 0
    aeldste: datetime | None = None
    stoppede: int = 0
    stoppede_fra: Mapping[str, int] = field(default_factory=dict)
    stoppet_siden: datetime | None = None
    interne_fejl: int = 0
    kafka_nede_siden: datetime | None = None
    ikke_klar_siden: datetime | None = None
    modtagelse_pauset: str | None = None
    spaerringer: tuple[tuple[str, str, str, datetime], ...] = ()
    pauser: tuple[tuple[str, str, datetime], ...] = ()
    vindue_til: datetime | None = None
    vindue_fra: datetime | None = None
    tavse_topics: tuple[tuple[str, datetime], ...] = ()
    udbakke: int = 0
    takster: Mapping[str, float] = field(default_factory=dict)
    maalt: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topsaetning:
    """``tekst`` is the sentence. ``toem``: about when what waits is through, were it let through from ``nu`` on; None: not
    known (nothing was measured, no rate is set) or nothing waits."""

    skyld: Skyld
    alvor: Alvor
    tekst: str
    siden: datetime | None
    borgere: int
    toem: datetime | None


def dom(f: Fakta) -> Topsaetning:
    """The sentence of these facts: the trouble that explains most comes first."""
    skyld, alvor, hvad, siden = _skyld(f)
    borgere = f.borgere_venter + f.borgere_stoppet
    rest = toemningstid(f)
    toem = f.nu + rest if rest is not None and f.undervejs else None
    if skyld is Skyld.VINDUE and toem is not None and f.vindue_til is not None:
        toem = f.vindue_til + (rest or timedelta())
    dele = [hvad]
    if siden is not None:
        dele.append(f"siden {klokken(siden, f.nu)}")
    tekst = " ".join(dele) + "."
    if borgere:
        tekst += f" {_borgere(f)}."
    if toem is not None and rest is not None:
        if skyld in (Skyld.DFDG, Skyld.KAFKA, Skyld.OS):
            tekst += f" Køen er tømt ca. {varighed(rest)} efter, at der er lukket op igen."
        else:
            tekst += f" Køen er tømt ca. {klokken(toem, f.nu)}."
    return Topsaetning(skyld, alvor, tekst, siden, borgere, toem)


def _skyld(f: Fakta) -> tuple[Skyld, Alvor, str, datetime | None]:
    if f.kafka_nede_siden is not None:
        return Skyld.KAFKA, Alvor.FEJL, "Kafka svarer ikke", f.kafka_nede_siden
    if f.ikke_klar_siden is not None:
        return (
            Skyld.OS,
            Alvor.FEJL,
            "Vi sender intet: databasen er gendannet og bliver sammenholdt med Kafka",
            f.ikke_klar_siden,
        )
    if f.modtagelse_pauset is not None:
        grunde = {"disk_fuld": "disken er næsten fuld", "database_fuld": "databasen er ved sin grænse"}
        return (
            Skyld.OS,
            Alvor.FEJL,
            f"Vi læser ikke fra Kafka: {grunde.get(f.modtagelse_pauset, f.modtagelse_pauset)}",
            None,
        )
    adgang = [k for k in f.kanaler if k.tilstand == "adgang" and not k.i_vindue]
    if adgang:
        kode = adgang[0].aarsag or "ukendt"
        hvem = ", ".join(sorted({k.akassekode for k in adgang}))
        return (
            Skyld.OS,
            Alvor.FEJL,
            f"DFDG afviser vores adgang for a-kasse {hvem} ({kode}): certifikat eller opsætning",
            _siden(adgang),
        )
    # A channel that reopens with nobody waiting is no trouble: it closes its breaker with the next that comes.
    nede = [
        k
        for k in f.kanaler
        if (k.tilstand == "nede" or (k.tilstand == "genaabner" and (k.ventende or k.ude)))
        and not k.i_vindue
        and not k.pauset
    ]
    rigtigt_nede = [k for k in nede if k.tilstand == "nede"]
    if rigtigt_nede:
        alle = len({k.tjeneste for k in rigtigt_nede}) == len({k.tjeneste for k in f.kanaler})
        hvad = "DFDG svarer ikke" if alle else f"DFDG svarer ikke på {_tjenester(rigtigt_nede)}"
        return Skyld.DFDG, Alvor.FEJL, hvad, _siden(rigtigt_nede)
    if f.vindue_til is not None:
        return Skyld.VINDUE, Alvor.OBS, f"Planlagt vindue hos DFDG til {klokken(f.vindue_til, f.nu)}", f.vindue_fra
    if nede:
        return Skyld.DFDG, Alvor.OBS, f"DFDG svarer igen, og {_tjenester(nede)} åbnes trinvis", _siden(nede)
    if f.spaerringer:
        tjeneste, art, kode, siden = f.spaerringer[0]
        return (
            Skyld.DFDG,
            Alvor.FEJL,
            f"DFDG afviser alle registreringer af slagsen {art} på {tjeneste} ({kode})",
            siden,
        )
    if f.pauser:
        art, vaerdi, siden = f.pauser[0]
        navn = {"akasse": f"a-kasse {vaerdi}", "tjeneste": vaerdi, "borger": "en borgers bane"}[art]
        flere = f" og {len(f.pauser) - 1} mere" if len(f.pauser) > 1 else ""
        return Skyld.OS, Alvor.OBS, f"Driften har sat {navn}{flere} på pause", siden
    if f.tavse_topics:
        topic, siden = f.tavse_topics[0]
        return Skyld.PART, Alvor.FEJL, f"{part_i_ord(topic)} kan ikke modtage beskeder: {topic} tager ikke imod", siden
    if f.interne_fejl:
        return (
            Skyld.OS,
            Alvor.FEJL,
            f"Vi kan ikke behandle {med_tal(f.interne_fejl, 'hændelse', 'hændelser')}: en fejl hos os",
            f.stoppet_siden,
        )
    if f.stoppede >= PARTENS_ANTAL:
        part, antal = max(f.stoppede_fra.items(), key=lambda x: (x[1], x[0]))
        if antal >= PARTENS_ANDEL * f.stoppede:
            return (
                Skyld.PART,
                Alvor.OBS,
                f"{part_i_ord(part)} står for {antal} af {f.stoppede} stoppede hændelser",
                f.stoppet_siden,
            )
    if f.stoppede:
        return (
            Skyld.INGEN,
            Alvor.OBS,
            f"Alt svarer. {med_tal(f.stoppede, 'hændelse er stoppet', 'hændelser er stoppet')} og venter på en rettelse",
            f.stoppet_siden,
        )
    return Skyld.INGEN, Alvor.GODT, "Alt kører", None


def toemningstid(f: Fakta) -> timedelta | None:
    """How long what waits takes at the permitted rate, or where none is set the measured one; services work side by side.
    None when a service has neither."""
    ventende: Counter[str] = Counter()
    for k in f.kanaler:
        ventende[k.tjeneste] += k.ventende
    hoveder = sum(ventende.values())
    if not hoveder:
        return timedelta() if not f.undervejs else None
    parkerede = max(0, f.undervejs - hoveder)
    laengst = 0.0
    for tjeneste, antal in ventende.items():
        if not antal:
            continue
        takst = f.takster.get(tjeneste) or f.maalt.get(tjeneste)
        if not takst:
            return None
        laengst = max(laengst, (antal + parkerede * antal / hoveder) / takst)
    return timedelta(seconds=round(laengst))


def part_i_ord(part: str) -> str:
    """``akasse.01.kvitteringer.v1`` -> ``A-kasse 01``."""
    art, kode, *_ = part.split(".")
    return f"{'A-kasse' if art == 'akasse' else 'Jobcenter'} {kode}"


def klokken(t: datetime, nu: datetime) -> str:
    """A time as it is said in Copenhagen; with its date when that is another day."""
    lokal, idag = t.astimezone(KOEBENHAVN), nu.astimezone(KOEBENHAVN)
    return f"kl. {lokal:%H:%M}" if lokal.date() == idag.date() else f"{lokal.day}/{lokal.month} kl. {lokal:%H:%M}"


def _borgere(f: Fakta) -> str:
    dele = []
    if f.borgere_venter:
        dele.append(f"{med_tal(f.borgere_venter, 'borger', 'borgere')} venter")
    if f.borgere_stoppet:
        dele.append(f"{med_tal(f.borgere_stoppet, 'borger', 'borgere')} er stoppet")
    return " og ".join(dele)


def _tjenester(kanaler: list[Kanalstand]) -> str:
    return ", ".join(sorted({k.tjeneste for k in kanaler}))


def _siden(kanaler: list[Kanalstand]) -> datetime:
    return min(k.siden for k in kanaler)


# --- from the ledger ------------------------------------------------------------------------------------


async def hent(
    pulje: asyncpg.Pool, nu: datetime, takster: Mapping[str, float], kafka_nede_siden: datetime | None
) -> Fakta:
    """The facts as the ledger has them. ``takster``: calls a second that are permitted, by service."""
    async with pulje.acquire() as conn:
        kanaler = await conn.fetch(
            f"""select k.tjeneste, k.akassekode, k.tilstand, k.siden, k.aarsag, {i_vindue("$1")} as i_vindue,
                       {PAA_PAUSE} as pauset, (select count(*) from koe where koe.kanal = k.kanal) as ventende, k.ude
                from kanal k order by k.tjeneste, k.akassekode""",
            nu,
        )
        undervejs = await conn.fetchrow(
            """select count(*) as antal, min(modtaget) as aeldste,
                      count(distinct borger_id) filter (where modtaget < $1) as borgere
               from haendelse where tilstand in ('venter', 'hoved') and not udenfor""",
            nu - timedelta(seconds=30),
        )
        stoppede = await conn.fetch(
            """select d.part, count(*) as antal, min(d.siden) as siden, count(*) filter (where d.kode = 'intern_fejl') as interne,
                      count(distinct h.borger_id) as borgere
               from doedbrev d join haendelse h on h.id = d.haendelse_ref where d.status = 'aaben' group by d.part"""
        )
        enkelte = await conn.fetchrow(
            f"""select (select count(*) from registrering where {I_TVIVL}) as i_tvivl,
                      (select begyndt from inkarnation where klar is null order by nr desc limit 1) as ikke_klar,
                      (select count(*) from udbakke) as udbakke,
                      (select max(til) from vindue where fra <= $1 and meldt = 'aabnet') as vindue_til,
                      (select min(fra) from vindue where fra <= $1 and meldt = 'aabnet') as vindue_fra""",
            nu,
        )
        spaerringer = await conn.fetch(
            "select tjeneste, art, kode, siden from spaerring where ophaevet is null order by id"
        )
        pauser = await conn.fetch("select art, vaerdi, siden from pause where ophaevet is null order by id")
        tavse = await conn.fetch(
            """select u.topic, b.skabt from (select topic, min(id) as id from udbakke group by topic) u
               join besked b on b.id = u.id order by b.skabt"""
        )
        maalt = await conn.fetch(
            """select tjeneste, count(*) / 600.0 as takst from registrering where besvaret > $1 and fase = 'registreret'
               group by 1""",
            nu - timedelta(minutes=10),
        )
    if undervejs is None or enkelte is None:
        raise RuntimeError("an aggregate without a row")
    gamle = [(r["topic"], r["skabt"]) for r in tavse if nu - r["skabt"] > _TAVS_TOPIC]
    stoppede_borgere = sum(r["borgere"] for r in stoppede)
    return Fakta(
        nu=nu,
        kanaler=tuple(Kanalstand(**dict(r)) for r in kanaler),
        # Whoever waits behind a dead letter is stopped, and counted there.
        borgere_venter=max(0, undervejs["borgere"] - stoppede_borgere) if stoppede_borgere else undervejs["borgere"],
        borgere_stoppet=stoppede_borgere,
        undervejs=undervejs["antal"],
        i_tvivl=enkelte["i_tvivl"],
        aeldste=undervejs["aeldste"],
        stoppede=sum(r["antal"] for r in stoppede),
        stoppede_fra={r["part"]: r["antal"] for r in stoppede},
        stoppet_siden=min((r["siden"] for r in stoppede), default=None),
        interne_fejl=sum(r["interne"] for r in stoppede),
        kafka_nede_siden=kafka_nede_siden,
        ikke_klar_siden=enkelte["ikke_klar"],
        modtagelse_pauset=await pauset(pulje),
        spaerringer=tuple((r["tjeneste"], r["art"], r["kode"], r["siden"]) for r in spaerringer),
        pauser=tuple((r["art"], r["vaerdi"], r["siden"]) for r in pauser),
        vindue_til=enkelte["vindue_til"],
        vindue_fra=enkelte["vindue_fra"],
        # All of them silent at once is Kafka's, not a party's.
        tavse_topics=tuple(gamle) if len(gamle) < max(2, len(tavse)) or len(gamle) == 1 else (),
        udbakke=enkelte["udbakke"],
        takster=takster,
        maalt={r["tjeneste"]: float(r["takst"]) for r in maalt},
    )
