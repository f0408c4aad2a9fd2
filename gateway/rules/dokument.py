"""The rules as a document in Danish, from the chapters' declarations, their figures and what the tests say of each rule.

Pure: what is read from the tests comes in as ``Beviser``; the texts go out by file name. Nothing here is typed that stands in
the code: a change of law shows as a change of these words.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from gateway.rules import katalog, valg
from gateway.rules.mermaid import diagram, status_i_ord
from gateway.rules.model import Regime
from gateway.rules.regel import Regel
from gateway.rules.regimer import PARAMETRE, Parametre
from gateway.rules.trae import Blad, Trae, videre


@dataclass(frozen=True, slots=True)
class Beviser:
    """What the tests say of the rules, by rule id. ``scenarier``: (file, title); ``proever``: (file, test);
    ``mutanter``: (file, how many)."""

    scenarier: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    proever: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    mutanter: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kapitel:
    """One file: the rules of these letters, and the trees of these names."""

    fil: str
    bogstaver: str
    titel: str
    indledning: str
    traeer: tuple[str, ...]


KAPITLER = (
    Kapitel(
        "r-ordninger.md", "R", "Ordninger: hvilken lov der gælder",
        "Et forløb følger én ordning fra begyndelse til slutning. Tallene, som lovene er uenige om, står i "
        "oversigten i [index.md](index.md).",
        ("regime-lukket", "indplacering-rettet", "fritaget"),
    ),
    Kapitel(
        "v-visitation.md", "V", "Visitation: hvem der er i forløbet hos a-kassen",
        "Hvem der kommer ind, hvem der hører til i jobcentret, og hvad der sker ved flytning, udmeldelse og ny "
        "dagpengeret.",
        ("tilmeldt", "indplaceret", "behov-for-tidlig-indsats", "uddannelsespaalaeg", "flyttet", "udmeldt",
         "dagpengeret-optjent", "fejloprettet", "indlaest", "cpr-skiftet"),
    ),
    Kapitel(
        "a-slutninger.md", "A", "Slutninger og deres årsager",
        "En markering slutter med en slutdato, som er sidste dag i forløbet, og én årsagskode.",
        ("udbetalt", "aarsag-rettet", "tilbagekaldt", "erstattet"),
    ),
    Kapitel(
        "s-samtaler.md", "S", "Samtaler",
        "Samtaler har et eller to formål: cv, rådighed, jobsamtale eller (i forsøget) fælles jobsamtale.",
        ("afholdt", "samtale-indkaldt", "samtale-booket", "samtale-aendret", "samtale-aflyst", "bookingfrist-sat",
         "bookingfrist-overskredet", "deltagelse-anmodet", "deltagelse-besluttet"),
    ),
    Kapitel(
        "fm-ferie-og-mindre-intensiv-indsats.md", "FM", "Ferie og mindre intensiv indsats",
        "Hvad der registreres som fravær, mens forløbet er hos a-kassen.",
        ("ferie-anmodet", "ferie-aendret", "ferie-annulleret", "mindre-intensiv-registreret", "mindre-intensiv-ophoert"),
    ),
    Kapitel(
        "o-overdragelse.md", "O", "Overdragelse til jobcentret",
        "Når forløbet slutter, overtager bopælskommunens jobcenter og får at vide, hvad det skal bruge.",
        ("overdragelse-modtaget", "overdragelse-afvist"),
    ),
    Kapitel(
        "jt-jobcentret.md", "JT", "Jobcentret: hvad der kommer tilbage",
        "Hvem der må tale om hvem, og hvad der går mellem jobcenter og a-kasse.",
        ("egne", "dfdg-medlemskab", "jobordrekontakt", "jobcentersamtale", "jobcentersamtale-annulleret",
         "indsats-foreslaaet", "indsatsforslag-besvaret", "indstilling-sendt", "indstilling-trukket", "tilbud-afgjort"),
    ),
    Kapitel(
        "pd-plan-og-tilsyn.md", "PD", "Plan, vejledning, frister og tilsyn",
        "Hvad a-kassen planlægger, vejleder om og varsles om, og de tal, tilsynet ser.",
        ("minplan", "cv-kontrolleret", "aktivitet", "vejledning", "opsigelsesindsats"),
    ),
)  # fmt: skip

KILDER = {
    "VEJL": "Ministeriets vejledning til forsøgsbekendtgørelsen, med paragraf",
    "OPSL": "STAR's opslag til ansøgere 2019",
    "INIT": "Aftalen om forsøget",
    "EVAL": "Midtvejsevalueringen 2022",
    "L24": "Lovforslaget i kraft fra 2024",
    "LAB24": "Lov om en aktiv beskæftigelsesindsats, som den gælder fra 2024",
    "STAR": "Styrelsen for Arbejdsmarked og Rekrutterings offentlige sider",
}

#: Each field of ``Parametre`` in words.
PARAMETERNAVNE = {
    "fra": "Gælder fra",
    "til": "Gælder til og med",
    "timegraense": "Timegrænse efter forsikringsgrad",
    "graense_medregnet": "Er grænsen nået med det præcise timetal",
    "jobcenter_jobsamtaler": "Jobcentrets egne jobsamtaler",
    "jobcenter_faelles": "Jobcentrets egne fælles samtaler",
    "i_alt_jobsamtaler": "Jobsamtaler i alt",
    "i_alt_faelles": "Fælles samtaler i alt",
    "faelles_findes": "Findes fælles samtaler",
    "foerste_jobsamtale_personlig": "Kun den første jobsamtale skal være personlig",
    "minimum_jobsamtaler": "A-kassens jobsamtaler, mindst",
    "minimum_faelles": "A-kassens fælles samtaler, mindst",
    "andel_med_minimum": "Andel af medlemmer, der skal have dem",
    "fritaget_hoejst": "Andel, der højst må fritages",
    "foerste_samtale_formaal": "Den første samtales formål",
    "foerste_samtale_dage": "Dage fra tilmelding til den første samtale",
    "reference": "Kilde",
}

_ANDELE = frozenset({"andel_med_minimum", "fritaget_hoejst"})
_MAANEDER = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip
_DANNET = "<!-- Dannet af make regler. Ret reglen i koden, ikke her. -->"


# --- values in words ------------------------------------------------------------------------------------------------


def i_ord(v: Any, *, andel: bool = False) -> str:
    """A value as a reader says it. ``andel``: a share, told in per cent."""
    match v:
        case None:
            return "–"
        case bool():
            return "ja" if v else "nej"
        case Decimal() if andel:
            return f"{(v * 100).normalize():f} %"
        case date():
            return f"{v.day}. {_MAANEDER[v.month - 1]} {v.year}"
        case timedelta():
            return _varighed(v)
        case type() if is_dataclass(v):
            return ", ".join(f"{f.name} {i_ord(f.default)}" for f in fields(v))
        case dict():
            return ", ".join(f"{k} {i_ord(x)}" for k, x in v.items())
        case frozenset():
            return "; ".join(sorted(" + ".join(sorted(x)) if isinstance(x, frozenset) else str(x) for x in v))
        case _:
            return str(v)


def _varighed(v: timedelta) -> str:
    if v.days == 0:
        minutter = int(v.total_seconds() // 60)
        return f"{minutter} minut{'ter' if minutter != 1 else ''}"
    uger, rest = divmod(v.days, 7)
    return f"{uger} uger" if rest == 0 and uger > 2 else f"{v.days} dage"


def parameter(regime: Regime, navn: str) -> str:
    """A law's figure in words."""
    return i_ord(getattr(PARAMETRE[regime], navn), andel=navn in _ANDELE)


def vaerdi(navn: str) -> Any:
    """The constant ``modul.NAVN`` of the rules."""
    modul, _, rest = navn.partition(".")
    return attrgetter(rest)(importlib.import_module(f"gateway.rules.{modul}"))


def udfyldt(regel: Regel, tekst: str) -> str:
    """The text with its figures: ``{NAVN}`` of the rule's constants, ``{parameter}`` of its regime's law.

    Raises ``KeyError`` for a name that the rule does not declare.
    """
    navne = {n.rpartition(".")[2]: i_ord(vaerdi(n)) for n in regel.vaerdier}
    if regel.regime is not None:
        navne |= {n: parameter(regel.regime, n) for n in regel.parametre}
    return tekst.format_map(navne)


# --- a rule ---------------------------------------------------------------------------------------------------------


def fil_for(regel_id: str) -> str:
    """The file in which the rule stands."""
    bogstav = "A" if regel_id.isdigit() else regel_id[0]
    return next(k.fil for k in KAPITLER if bogstav in k.bogstaver)


def anker(regel_id: str) -> str:
    return f"regel-{regel_id.lower()}"


def _sti(modul: str) -> str:
    return f"../../{modul.replace('.', '/')}.py"


def _parametertabel(navne: tuple[str, ...]) -> list[str]:
    hoved = [f"| | {' | '.join(f'`{r.value}`' for r in PARAMETRE)} |", f"|---|{'---|' * len(PARAMETRE)}"]
    return hoved + [
        f"| {PARAMETERNAVNE[n]} (`{n}`) | {' | '.join(parameter(r, n) for r in PARAMETRE)} |" for n in navne
    ]


def _kode(regel: Regel) -> str:
    moduler: dict[str, list[str]] = {}
    for navn in regel.kode:
        if ":" in navn:
            modul, _, udtryk = navn.partition(":")
        elif "." in navn:
            modul, udtryk = navn, ""
        else:
            modul, udtryk = katalog.HJEM[regel.id], navn
        moduler.setdefault(modul, []).extend([udtryk] if udtryk else [])
    hjem = katalog.HJEM[regel.id]
    moduler = {hjem: moduler.get(hjem, []), **moduler}
    return "; ".join(
        f"[{m.rpartition('.')[2]}]({_sti(m)})" + (f" ({', '.join(f'`{x}`' for x in navne)})" if navne else "")
        for m, navne in moduler.items()
    )


def _som_ord(regel_id: str, test: str) -> str:
    ord_ = test.removeprefix("test_").split("_")
    while len(ord_) > 1 and (ord_[0] in katalog.REGLER or ord_[0] == "A"):
        ord_.pop(0)
    return " ".join(ord_) if ord_ else regel_id


def _tilfaelde(regel_id: str, b: Beviser) -> list[str]:
    ud: list[str] = []
    scenarier = b.scenarier.get(regel_id, [])
    if scenarier:
        ud += ["", "**Tilfælde:**", ""]
        ud += [f"- {titel} ([{fil}](../../tests/scenarier/{fil}))" for fil, titel in scenarier]
    proever = b.proever.get(regel_id, [])
    if proever:
        ud += ["", f"<details><summary>Prøver med reglens navn: {len(proever)}</summary>", ""]
        filer: dict[str, list[str]] = {}
        for fil, test in proever:
            filer.setdefault(fil, []).append(_som_ord(regel_id, test))
        for fil, navne in filer.items():
            ud += [f"- [{fil.rpartition('/')[2]}](../../{fil})", *(f"  - {n}" for n in navne)]
        ud += ["", "</details>"]
    mutanter = b.mutanter.get(regel_id, [])
    if mutanter:
        liste = ", ".join(f"{n} i [{fil}](../../tests/mutanter/{fil})" for fil, n in mutanter)
        ud += ["", f"**Mutanter, der skal opdages:** {liste}."]
    return ud


def regelafsnit(regel: Regel, b: Beviser) -> str:
    """The rule's section."""
    ud = [f'<a id="{anker(regel.id)}"></a>', "", f"### {regel.id} · {regel.titel}", "", udfyldt(regel, regel.tekst), ""]
    ud.append(f"**Kilde:** {regel.kilde}.")
    if regel.valg:
        hvor = "gateway.rules.valg" if any(n.startswith("valg.") for n in regel.vaerdier) else katalog.HJEM[regel.id]
        ud += ["", f"**Vores valg:** {udfyldt(regel, regel.valg)} (Står i [{hvor.rpartition('.')[2]}]({_sti(hvor)}).)"]
    if regel.vaerdier:
        linjer = (f"`{n}` = {i_ord(vaerdi(n))}" for n in regel.vaerdier)
        ud += ["", f"**Værdier:** {'; '.join(linjer)}."]
    if regel.parametre:
        ud += ["", *_parametertabel(regel.parametre)]
    kode = "Reglen er kun dokumenteret; ingen kode udfører den." if regel.kun_dokumenteret else f"{_kode(regel)}."
    ud += ["", f"**I koden:** {kode}", *_tilfaelde(regel.id, b)]
    return "\n".join(ud)


# --- a tree ---------------------------------------------------------------------------------------------------------


def traeafsnit(trae: Trae) -> str:
    """The tree's section: the diagram, or the one answer in words."""
    ud = [f'<a id="trae-{trae.navn}"></a>', "", f"### {trae.titel}", ""]
    hjem = katalog.TRAEETS_HJEM[trae.navn]
    typer = f"{', '.join(f'`{t}`' for t in trae.typer)}. " if trae.typer else ""
    ud += [f"{typer}Afgøres i [{hjem.rpartition('.')[2]}]({_sti(hjem)}).", ""]
    if isinstance(trae.rod, Blad):
        regel = f" ({trae.rod.regel})" if trae.rod.regel else ""
        ud.append(f"Altid {status_i_ord(trae.rod.status)}{regel}: {trae.rod.tekst}")
    else:
        ud += ["```mermaid", diagram(trae), "```"]
    if trae.flag:
        ud += ["", f"Mærker, som svaret kan bære: {', '.join(f'`{x}`' for x in trae.flag)}."]
    if trae.pligter:
        ud += ["", f"Pligter, som svaret kan efterlade: {', '.join(f'`{x}`' for x in trae.pligter)}."]
    for v in videre(trae.rod):
        if v.til is not None:
            til = katalog.TRAE_FOR[v.til]
            ud += ["", f"{v.tekst}: se [{til.titel}]({_traefil(til.navn)}#trae-{til.navn})."]
    return "\n".join(ud)


def _traefil(navn: str) -> str:
    return next(k.fil for k in KAPITLER if navn in k.traeer)


# --- the files ------------------------------------------------------------------------------------------------------


def kapitel(k: Kapitel, b: Beviser) -> str:
    regler = [r for r in katalog.REGLER.values() if fil_for(r.id) == k.fil]
    dele = [_DANNET, f"# {k.titel}", k.indledning, "## Reglerne"]
    dele += [regelafsnit(r, b) for r in regler]
    dele += [
        "## Sådan afgøres hændelserne",
        "Hver rude er et svar, som kvitteringen giver: status, regel, eventuel fejlkode og ordene. `…` står for det, der skifter "
        "fra sag til sag. Før hvert træ prøves, om [udgiveren taler om sine egne](jt-jobcentret.md#trae-egne).",
    ]
    dele += [traeafsnit(katalog.TRAEER[n]) for n in k.traeer]
    return "\n\n".join(dele) + "\n"


def _henvisning(regel_id: str) -> str:
    return f"[{regel_id}]({fil_for(regel_id)}#{anker(regel_id)})"


def index() -> str:
    """The front page: the rules by id, the laws' figures side by side, and what is the project's own choice."""
    valgte = [r for r in katalog.REGLER.values() if r.valg]
    navngivne = [n for n in vars(valg) if n.isupper()]
    dele = [
        _DANNET,
        "# Reglerne for kontaktforløbet",
        "Her står hver regel, som gatewayen følger: med ord, med kilde, med det, der er vores eget valg, og med de tilfælde, som "
        "prøverne holder den op imod. Siderne er dannet af koden og prøverne og sammenlignes med dem ved hver `make test`, så "
        "en ændring i reglerne altid kan læses som en ændring i disse ord.",
        "## Kapitlerne",
        "\n".join(f"- [{k.titel}]({k.fil})" for k in KAPITLER),
        "## Kilderne",
        "\n".join(["| Forkortelse | Kilde |", "|---|---|", *(f"| {k} | {v} |" for k, v in KILDER.items())]),
        "## Ordningernes tal",
        "\n".join(_parametertabel(tuple(f.name for f in fields(Parametre) if f.name != "regime"))),
        "## Reglerne",
        "\n".join(
            ["| Regel | | Kilde |", "|---|---|---|"]
            + [f"| {_henvisning(r.id)} | {r.titel} | {r.kilde} |" for r in katalog.REGLER.values()]
        ),
        "## Vores valg",
        "Hvor kilderne er uenige eller tavse, har vi valgt. Valgene er samlet i [valg](../../gateway/rules/valg.py), og de, der er "
        "en værdi, kan ændres der.",
        "\n".join(f"- {_henvisning(r.id)}: {udfyldt(r, r.valg)}" for r in valgte),
        "\n".join(["| Navn | Værdi |", "|---|---|", *(f"| `{n}` | {i_ord(getattr(valg, n))} |" for n in navngivne)]),
        "## Hændelserne",
        "\n".join(
            ["| Hændelse | Afgøres således |", "|---|---|"]
            + [
                f"| `{type_}` | [{t.titel}]({_traefil(t.navn)}#trae-{t.navn}) |"
                for type_, t in sorted(katalog.TRAE_FOR.items())
            ]
        ),
    ]
    return "\n\n".join(dele) + "\n"


def alle(b: Beviser) -> dict[str, str]:
    """Every file's text by its name."""
    return {"index.md": index(), **{k.fil: kapitel(k, b) for k in KAPITLER}}
