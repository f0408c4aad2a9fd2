"""How dates, times and codes look on DFDG's wire."""

from __future__ import annotations

from datetime import date, datetime, time

from gateway.errors import Regelfejl
from gateway.rules.model import KOEBENHAVN


def midnat(dag: date) -> str:
    """A date on the wire: Copenhagen midnight with its offset."""
    return datetime.combine(dag, time(), KOEBENHAVN).isoformat()


def tidspunkt(tid: datetime) -> str:
    """A time of day on the wire, in Copenhagen's offset."""
    return tid.astimezone(KOEBENHAVN).isoformat()


def kode(koder: dict[str, str], navn: str) -> str:
    """A code that is not public. Raises ``Regelfejl`` naming the row that the installation must set (M3)."""
    vaerdi = koder.get(navn)
    if not vaerdi:
        raise Regelfejl(
            "kode_mangler",
            f"Koden {navn} er ikke offentlig og ikke sat i installationens kodeliste.",
            loesning=f"Sæt {navn} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
        )
    return vaerdi
