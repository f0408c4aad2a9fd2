"""An event's ``data`` as a form after its schema, and back. A hidden number stays hidden: what was not changed is put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from contracts.events import HAENDELSESTYPER
from gateway.errors import Betjeningsfejl
from gateway.ledger.visning import CPR_FELTER, MASKE, skjul_alt
from gateway.telemetry import MASKE as TALMASKE

Art = Literal["tekst", "dato", "valg", "ja_nej", "json", "skjult"]


@dataclass(frozen=True, slots=True)
class Felt:
    """One field. ``vaerdi`` is what stands in the form; ``valg`` what may be chosen."""

    navn: str
    art: Art
    vaerdi: str
    valg: tuple[str, ...]
    paakraevet: bool
    hjaelp: str


def felter(type_: str, vist: Mapping[str, Any]) -> list[Felt]:
    """The form of an event of this type. ``vist``: its ``data`` as shown (masked)."""
    model = HAENDELSESTYPER.get(type_)
    if model is None:
        return []
    skema = model.model_json_schema(by_alias=True)
    kraevet = set(skema.get("required", ()))
    return [_felt(n, s, skema.get("$defs", {}), vist.get(n), n in kraevet) for n, s in skema["properties"].items()]


def _felt(navn: str, s: Mapping[str, Any], defs: Mapping[str, Any], v: Any, kraevet: bool) -> Felt:
    if navn in ("cpr", "gammeltCpr"):
        return Felt(navn, "skjult", MASKE, (), kraevet, "Borgeren kan ikke ændres.")
    s = _foerste(s, defs)
    tekst = "" if v is None else v if isinstance(v, str) else orjson.dumps(v).decode()
    if "enum" in s:
        return Felt(navn, "valg", tekst, tuple(str(x) for x in s["enum"]), kraevet, "")
    match s.get("type"), s.get("format"):
        case "boolean", _:
            return Felt(navn, "ja_nej", "" if v is None else "true" if v else "false", ("true", "false"), kraevet, "")
        case "string", "date":
            return Felt(navn, "dato", tekst, (), kraevet, "")
        case (("object" | "array"), _):
            indhold = "" if v is None else orjson.dumps(v, option=orjson.OPT_INDENT_2).decode()
            valg = s.get("items", {}).get("enum", ())
            hjaelp = f"JSON. Mulige værdier: {', '.join(valg)}" if valg else "JSON"
            return Felt(navn, "json", indhold, (), kraevet, hjaelp)
        case _, formatet:
            return Felt(navn, "tekst", tekst, (), kraevet, "tid med offset" if formatet == "date-time" else "")


def _foerste(s: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what may stand there, when there is anything."""
    andre = [u for u in s.get("anyOf", ()) if u.get("type") != "null"]
    if andre:
        # One or several: the form takes the list, which holds the single one too.
        return _foerste(next((u for u in andre if u.get("type") in ("array", "object")), andre[0]), defs)
    if "$ref" in s:
        fundet: Mapping[str, Any] = defs[s["$ref"].rpartition("/")[2]]
        return fundet
    return s


def saml(type_: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form's ``data``; empty fields are absent. Raises ``Betjeningsfejl`` naming the field that is no JSON."""
    ud: dict[str, Any] = {}
    for f in felter(type_, {}):
        v = str(form.get(f"felt.{f.navn}", "")).strip().replace("\r\n", "\n")
        if not v:
            continue
        if f.art in ("json", "ja_nej"):
            try:
                ud[f.navn] = orjson.loads(v)
            except orjson.JSONDecodeError:
                raise Betjeningsfejl(
                    f"{f.navn} is no JSON", dansk=f"{f.navn}: det, der står der, er ikke JSON"
                ) from None
        else:
            ud[f.navn] = v
    return ud


def genskab(ny: Any, original: Any) -> Any:
    """``ny`` as it was edited in what was shown of ``original`` (an event's ``data``), with what the mask covered put back where
    nothing was changed. Raises ``Betjeningsfejl`` when a covered text was changed in part."""
    return _genskab(ny, original, [str(original[f]) for f in CPR_FELTER if f in original], "")


def _genskab(ny: Any, original: Any, cprer: list[str], sti: str) -> Any:
    # Masked as ``visning.haendelse`` does it, or what was not touched would not be known again.
    if ny == MASKE or ny == skjul_alt(original, cprer):
        return original
    match ny, original:
        case dict(), dict():
            return {k: _genskab(v, original.get(k), cprer, f"{sti}.{k}" if sti else k) for k, v in ny.items()}
        case list(), list():
            return [
                _genskab(v, original[nr] if nr < len(original) else None, cprer, f"{sti} {nr + 1}")
                for nr, v in enumerate(ny)
            ]
        case str(), _ if MASKE in ny or TALMASKE in ny:
            raise Betjeningsfejl(
                f"{sti} holds a hidden number and was changed: write all of it anew",
                dansk=f"{sti}: teksten rummer et skjult nummer og er ændret; skriv hele teksten på ny",
            )
        case _:
            return ny
