"""YAML out for documents of dicts, lists, texts, numbers and truth values: a few lines instead of a dependency."""

from __future__ import annotations

import json
import re
from typing import Any

#: Keys that need no quotes in YAML 1.1 and 1.2 alike; everything else is written as a JSON string, which YAML reads.
_BAR_NOEGLE = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_$][A-Za-z0-9_.$-]*", re.IGNORECASE)


def yaml(vaerdi: Any) -> str:
    """``vaerdi`` as a YAML document in block style."""
    return "\n".join(_linjer(vaerdi, "")) + "\n"


def _linjer(vaerdi: Any, indryk: str) -> list[str]:
    ud: list[str] = []
    if isinstance(vaerdi, dict):
        for noegle, v in vaerdi.items():
            navn = noegle if _BAR_NOEGLE.fullmatch(noegle) else json.dumps(noegle, ensure_ascii=False)
            if isinstance(v, (dict, list)) and v:
                ud += [f"{indryk}{navn}:", *_linjer(v, indryk + "  ")]
            else:
                ud.append(f"{indryk}{navn}: {_enkel(v)}")
        return ud
    for v in vaerdi:
        if isinstance(v, (dict, list)) and v:
            foerste, *resten = _linjer(v, indryk + "  ")
            ud += [f"{indryk}- {foerste[len(indryk) + 2 :]}", *resten]
        else:
            ud.append(f"{indryk}- {_enkel(v)}")
    return ud


def _enkel(vaerdi: Any) -> str:
    return json.dumps(vaerdi, ensure_ascii=False)
