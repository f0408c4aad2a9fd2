"""Certificates: can they be read, do key and chain belong together, and how long do they last?"""

from __future__ import annotations

import ssl
from collections.abc import Collection
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from gateway.doktor.fund import Fund, advarsel, fejl, ok
from gateway.opsaetning import certifikatfiler
from gateway.settings import Settings

#: Days before it runs out from which a certificate is warned of: STAR's own renewal takes weeks.
DAGE = 30
_NYT = "Forny certifikatet, og læg det på samme sted; gatewayen læser det uden genstart."


def kontroller(settings: Settings, nu: datetime, akasser: Collection[str]) -> list[Fund]:
    """Every certificate of this installation at ``nu``. ``akasser``: those that send, or are covered."""
    fund: list[Fund] = []
    raske: list[tuple[int, str]] = []
    filer = certifikatfiler(settings)
    for slags, navn, fil in filer:
        svar = _en(slags, navn, fil, nu)
        if isinstance(svar, Fund):
            fund.append(svar)
        else:
            raske.append((svar, f"{slags}/{navn}"))
    mappe = settings.dfdg.client_certificate
    if mappe is not None and mappe.is_dir():
        har = {navn for slags, navn, _ in filer if slags == "klient"}
        if mangler := sorted(set(akasser) - har):
            fund.append(
                fejl(
                    "certifikat",
                    f"a-kasse {', '.join(mangler)} har intet klientcertifikat",
                    f"Læg <akassekode>.pem med nøgle og kæde i {mappe}.",
                )
            )
    elif mappe is not None and not mappe.exists():
        fund.append(fejl("certifikat", f"{mappe} findes ikke", "Ret GATEWAY_DFDG__CLIENT_CERTIFICATE."))
    if raske:
        dage, hvem = min(raske)
        fund.append(ok("certifikat", f"{len(raske)} i orden; {hvem} udløber først, om {dage} dage"))
    return fund or [ok("certifikat", "ingen er sat; DFDG kaldes uden (kun på en loopback-adresse)")]


def _en(slags: str, navn: str, fil: Path, nu: datetime) -> Fund | int:
    """What is wrong with it, or how many days it lasts."""
    hvem = f"{slags}/{navn}"
    try:
        kaede = x509.load_pem_x509_certificates(fil.read_bytes())
    except OSError as f:
        return fejl("certifikat", f"{hvem}: {fil} kan ikke læses ({f.strerror})", "Ret stien eller filens rettigheder.")
    except ValueError:
        return fejl("certifikat", f"{hvem}: {fil} er ikke et PEM-certifikat", "Gem certifikatet som PEM.")
    if slags in ("klient", "hooks"):
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(str(fil))
        except (ssl.SSLError, OSError):
            return fejl("certifikat", f"{hvem}: nøglen mangler eller passer ikke til certifikatet",
                        "Læg den private nøgle i samme fil, før kæden.")  # fmt: skip
        if (brud := _kaedebrud(kaede)) is not None:
            return fejl("certifikat", f"{hvem}: kæden hænger ikke sammen; {brud}",
                        "Læg certifikatet først, derefter hver udsteder i rækkefølge.")  # fmt: skip
    begynder, slutter = max(c.not_valid_before_utc for c in kaede), min(c.not_valid_after_utc for c in kaede)
    dage = (slutter - nu).days
    if nu < begynder:
        return fejl("certifikat", f"{hvem} gælder først fra {begynder:%Y-%m-%d}", "Brug det gamle så længe.")
    if slutter <= nu:
        return fejl("certifikat", f"{hvem} udløb {slutter:%Y-%m-%d}", _NYT)
    if dage < DAGE:
        return advarsel("certifikat", f"{hvem} udløber om {dage} dage, {slutter:%Y-%m-%d}", _NYT)
    return dage


def _kaedebrud(kaede: list[x509.Certificate]) -> str | None:
    """Where the chain of one file breaks: each certificate is issued by the next."""
    for nr, (barn, udsteder) in enumerate(pairwise(kaede), start=1):
        try:
            barn.verify_directly_issued_by(udsteder)
        except (ValueError, TypeError, InvalidSignature):
            return f"nummer {nr} er ikke udstedt af nummer {nr + 1}"
    return None
