"""``gateway doctor``: can this installation work? Every part is looked at, and one that is away hides no other."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.doktor import certifikater, database, dfdg, kafka
from gateway.doktor.fund import Fund, Stand, fejl, ok
from gateway.errors import Opsaetningsfejl
from gateway.opsaetning import regelopsaetning
from gateway.settings import Settings

#: Whole country, any a-kasse: no a-kasse's own code.
_ALLE = "*"


async def undersoeg(
    settings: Settings, *, foer_opgradering: bool = False, principal: str = "", gateway_principal: str = "User:gateway"
) -> list[Fund]:
    """Everything, in the order in which one thing needs the other. ``settings``: with the addresses of what runs embedded."""
    ud: list[Fund] = []
    daekkede: set[str] = set()
    try:
        settings.kontroller()
        daekkede = {d.akassekode for d in regelopsaetning(settings).daekning} - {_ALLE}
        ud.append(ok("opsætning", f"{'produktion' if settings.produktion else 'test'}, miljø {settings.miljoe}"))
    except Opsaetningsfejl as f:
        ud.append(fejl("opsætning", str(f), "Ret variablen, eller filen, som den peger på."))
    base = await database.kontroller(settings, foer_opgradering=foer_opgradering)
    # Who sends must have a certificate; who is only covered may come later.
    ud += certifikater.kontroller(settings, datetime.now(UTC), base.akasser)
    ud += await kafka.kontroller(settings, base.parter, principal, gateway_principal)
    ud += base.fund
    ud += await dfdg.kontroller(settings, base.akasser or sorted(daekkede))
    return ud


__all__ = ["Fund", "Stand", "undersoeg"]
