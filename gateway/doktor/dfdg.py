"""DFDG: does every service answer, with every a-kasse's certificate, and by the same clock?"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.doktor import database
from gateway.doktor.fund import Fund, fejl, ok
from gateway.errors import GatewayFejl
from gateway.opsaetning import carrier_opsaetning
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.ping import Pingsvar

#: The service that every a-kasse asks, to see that its own certificate is taken.
_FAELLES = "CodeListService"


async def kontroller(settings: Settings, akasser: Sequence[str]) -> list[Fund]:
    """Pings as the first of ``akasser`` that has a certificate, then one service as each of the others."""
    if settings.dfdg.base_url is None:
        return [ok("dfdg", "efterligningen er indlejret; startes af `gateway serve`")]
    try:
        carrier = DfdgCarrier(carrier_opsaetning(settings))
    except GatewayFejl as f:
        return [fejl("dfdg", str(f), "Ret opsætningen.")]
    try:
        klar = carrier.med_certifikat(akasser)
        if not klar:
            return [
                fejl("dfdg", "ingen a-kasse har et certifikat at kalde med", "Læg <akassekode>.pem i certifikatmappen.")
            ]
        svar = await carrier.ping(klar[0])
        for akasse in klar[1:]:
            svar += await carrier.ping(akasse, _FAELLES)
    finally:
        await carrier.luk()
    return [*_svarende(svar, klar), *_ur(svar)]


def _svarende(svar: list[Pingsvar], akasser: Sequence[str]) -> list[Fund]:
    doede = [s for s in svar if s.fejl is not None]
    tjenester = {s.tjeneste for s in svar}
    if not doede:
        langsomst = max(svar, key=lambda s: s.sekunder)
        return [ok("dfdg", f"{len(tjenester)} tjenester svarer {len(akasser)} a-kasser; langsomst {langsomst.tjeneste}, "
                           f"{langsomst.sekunder * 1000:.0f} ms")]  # fmt: skip
    if len(doede) == len(svar):
        return [
            fejl(
                "dfdg",
                f"DFDG svarer ikke: {doede[0].fejl}",
                "Se efter netværk, GATEWAY_DFDG__BASE_URL, __CA og certifikater.",
            )
        ]
    return [fejl("dfdg", f"{s.tjeneste} som {s.akassekode}: {s.fejl}", _raad(s)) for s in doede]


def _raad(s: Pingsvar) -> str:
    if "http_404" in (s.fejl or ""):
        return f"Angiv tjenestens adresse i filen, som GATEWAY_DFDG__ADRESSER peger på ({s.tjeneste};https://…)."
    if "certifikat" in (s.fejl or "") or "http_40" in (s.fejl or ""):
        return "Få certifikatet godkendt hos STAR for a-kassen, og se efter, at det er det rigtige."
    return "Er det et planlagt vindue, så `gateway vindue planlaeg`; ellers vent: der prøves igen af sig selv."


def _ur(svar: list[Pingsvar]) -> list[Fund]:
    skaeve = [s.skaevhed for s in svar if s.skaevhed is not None]
    return [database.ur("DFDG's ur", sorted(skaeve)[len(skaeve) // 2])] if skaeve else []
