"""What people see at the end: a table per told member, and the handover as a jobcenter reads it. CPR numbers never."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from sandbox.dommer import OPERATIONER, dato, tidspunkt
from sandbox.fortaellinger.model import Fortaelling, PlanlagtHaendelse
from sandbox.tilsynsdom import Tilsynsdom

#: The words people use for DFDG's absence and interview types that the stories know by number.
FRAVAER = {"75": "kontaktforløb hos a-kassen (75)", "10": "ferie (10)"}
SAMTALER = {"10": "cv-samtale (10)", "15": "rådighedssamtale (15)", "7": "jobsamtale (7)", "17": "fælles samtale (17)"}
INDKALDELSER = {"opret_indkaldelse": "book", "ret_indkaldelse": "flyt", "slet_indkaldelse": "aflys"}
ANDET = {
    "tilfoej_deltager": "deltager føjet til samtalen",
    "saet_deltagelsesvalg": "deltagelsesform valgt",
    "saet_cvstatus": "cv-status sat",
    "gem_plankladde": "Min Plan gemt som kladde",
    "publicer_plan": "Min Plan offentliggjort",
    "godkend_jobmaal": "jobmål godkendt",
}
FARVER = {"registreret": "green", "videresendt": "green", "noteret": "cyan", "uden_virkning": "yellow", "afvist": "red"}
EVALUERING = {
    "i_forloeb": "forløb i perioden",
    "tre_eller_flere_samtaler": "fuld periode med mindst tre samtaler",
    "tidligt_ud": "ud før tid (44, 45)",
}
MASKE = "••••••-••••"


@dataclass(frozen=True, slots=True)
class Registreret:
    """One thing that DFDG committed, in words. ``art``: what its operation does."""

    entitets_id: str | None
    art: str
    tekst: str


def registreringer(log: Iterable[Mapping[str, Any]], numre: Collection[str]) -> list[Registreret]:
    """What DFDG committed for a person, whichever of its CPR numbers it was under, in DFDG's order."""
    return [
        Registreret(linje.get("entitetsId"), _art(linje), _i_ord(linje))
        for linje in log
        if linje.get("udfald") == "committed" and linje.get("cpr") in numre
    ]


def _art(linje: Mapping[str, Any]) -> str:
    operation = str(linje.get("operation"))
    return OPERATIONER.get(operation, operation)


def _tag(registrering: Mapping[str, Any], tilbage: list[Registreret]) -> str:
    """The one that a kvittering's registration speaks of, taken out of what is left: by its id, or by what it does where the
    kvittering names none."""
    id_, art = registrering.get("entitetsId"), _art(registrering)
    for r in tilbage:
        if r.entitets_id == id_ if id_ else r.art == art:
            tilbage.remove(r)
            return r.tekst
    return f"{registrering.get('operation')}: ikke i DFDG's log"


def _i_ord(linje: Mapping[str, Any]) -> str:
    art = _art(linje)
    type_, start, slut = (str(linje.get(felt) or "") for felt in ("type", "start", "slut"))
    match art:
        case "opret_samtale":
            return f"{SAMTALER.get(type_, type_)} {_klokken(start)}"
        case "opret_indkaldelse" | "ret_indkaldelse" | "slet_indkaldelse":
            return f"{INDKALDELSER[art]} {SAMTALER.get(type_, type_)} {_klokken(start)}".rstrip()
        case "opret_fravaer" | "ret_fravaer" | "slet_fravaer":
            hvad = FRAVAER.get(type_, f"mindre intensiv indsats ({type_})")
            aarsag = f", årsag {linje['aarsag']}" if linje.get("aarsag") else ""
            lukkede = len(linje.get("lukkede") or ())
            aflyst = f" (DFDG aflyste {lukkede} booket samtale)" if lukkede else ""
            return f"{art.removesuffix('_fravaer')} {hvad} {_periode(start, slut)}{aarsag}{aflyst}"
        case "afmeld":
            return f"afmeldt fra {dato(start)}"
        case "opret_aktivitet":
            return f"aktivitet {_periode(start, slut)}"
        case _:
            return ANDET.get(art, art)


def _klokken(start: str) -> str:
    return tidspunkt(start).replace("T", " kl. ") if start else ""


def _periode(start: str, slut: str) -> str:
    return f"{dato(start) or ''} – {dato(slut) or ''}".strip()


def medlem(
    fortaelling: Fortaelling,
    svar: Mapping[tuple[str, str], Mapping[str, Any]],
    undervejs: Mapping[tuple[str, str], Sequence[str]],
    i_dfdg: Sequence[Registreret],
) -> Table:
    """One told member: event, rule, what DFDG registered, kvittering with the statuses before it."""
    tabel = Table(
        title=f"{fortaelling.titel}  [dim]{fortaelling.part} · {MASKE} · {fortaelling.regime}[/dim]",
        title_justify="left",
        expand=True,
    )
    for navn, bredde in (("hændelse", 3), ("regel", 1), ("DFDG", 5), ("kvittering", 4)):
        tabel.add_column(navn, ratio=bredde, overflow="fold")
    tilbage = list(i_dfdg)
    for haendelse in fortaelling.haendelser:
        if haendelse.gentagelse:
            continue
        data = svar.get((haendelse.part, haendelse.id), {})
        linjer = [_tag(registrering, tilbage) for registrering in data.get("registreringer") or ()]
        status = str(data.get("status", "intet svar"))
        foer = "".join(f"[magenta]{x}[/magenta] → " for x in undervejs.get((haendelse.part, haendelse.id), ()))
        farve = FARVER.get(status, "magenta")
        kvittering = f"{foer}[{farve}]{status}[/{farve}] {_hale(data)}"
        tabel.add_row(_hvad(haendelse), str(data.get("regel") or ""), "\n".join(linjer), kvittering)
    return tabel


def _hvad(haendelse: PlanlagtHaendelse) -> str:
    navn = haendelse.type.removesuffix(".v1").split(".", 1)[1]
    formaal = haendelse.data.get("formaal")
    ekstra = f" ({'+'.join(formaal)})" if formaal else ""
    fra = " (jobcenter)" if haendelse.part.startswith("jobcenter") else ""
    return f"{haendelse.tid:%Y-%m-%d} {navn}{ekstra}{fra}"


def _hale(data: Mapping[str, Any]) -> str:
    """The kvittering's sentence, and its flags."""
    flag = f" ({', '.join(data['flag'])})" if data.get("flag") else ""
    return f"[dim]{escape(str(data.get('tekst', '')))}{flag}[/dim]"


def overdragelse(data: Mapping[str, Any], jobcenter: str) -> Panel:
    """A handover as the jobcenter reads it."""
    tabel = Table.grid(padding=(0, 2))
    tabel.add_row("borger", MASKE)
    tabel.add_row("a-kasse, regime", f"{data.get('akassekode')}, {data.get('regime')}")
    tabel.add_row("årsag", f"{data.get('aarsagskode')} {data.get('aarsag', '')}")
    tabel.add_row("forløb", f"{data.get('startdato')} – {data.get('slutdato')}")
    tabel.add_row("timer", f"{data.get('timerSammenlagt', '-')} ({data.get('forsikringsgrad', '-')})")
    for samtale in data.get("samtaler") or ():
        formaal = samtale.get("formaal")
        tekst = "+".join(formaal) if isinstance(formaal, list) else formaal
        tabel.add_row("samtale", f"{samtale.get('dato')} {tekst}, {samtale.get('form')}")
    tabel.add_row("afholdt", _tal(data.get("afholdt")))
    tabel.add_row("[bold]resterer[/bold]", f"[bold]{_tal(data.get('resterer'))}[/bold]")
    for ferie in data.get("ferie") or ():
        tabel.add_row("ferie", f"{ferie.get('startdato')} – {ferie.get('slutdato')}")
    udgave = f"udgave {data.get('udgave')}: {data.get('registrering')}"
    return Panel(tabel, title=f"overdragelse til {jobcenter}, {udgave}", title_align="left", expand=False)


def evaluering(dom: Tilsynsdom) -> Table:
    """The figures of ``gateway statistik`` beside the midterm evaluation's, and why they differ."""
    tabel = Table(title=f"Tilsynets tal pr. {dom.idag}: {dom.sammenlignet} tal sammenlignet", title_justify="left")
    for navn in ("tal", "evalueringen", "her", "forklaring"):
        tabel.add_column(navn, justify="right" if navn in ("evalueringen", "her") else "left", overflow="fold")
    for m in dom.evaluering:
        maal = "{:.0f}" if m.navn == "i_forloeb" else "{:.1%}"
        tabel.add_row(EVALUERING[m.navn], maal.format(m.evaluering), maal.format(m.her), m.forklaring)
    return tabel


def _tal(tal: Mapping[str, int] | None) -> str:
    return f"{tal.get('jobsamtaler')} jobsamtaler, {tal.get('faelles')} fælles" if tal else "-"
