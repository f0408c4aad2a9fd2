"""Client certificates: which file an a-kasse calls with, the TLS context made of it, and how long it lasts."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from producers.dfdg.opsaetning import DfdgOpsaetning


@dataclass(frozen=True, slots=True)
class Certifikatstand:
    """One certificate file. ``udloeber``: when the first certificate in it runs out; None when it can't be read."""

    fil: Path
    udloeber: datetime | None

    def dage_tilbage(self, nu: datetime) -> int | None:
        """Whole days from ``nu`` (aware) until it runs out, negative when it has; None when it can't be read."""
        return (self.udloeber - nu).days if self.udloeber is not None else None


def fil(o: DfdgOpsaetning, akassekode: str) -> Path | None:
    """The a-kasse's certificate with its key; None when calls carry none (a loopback address without TLS).

    Raises ``OSError`` for a code that is no plain name.
    """
    rod = o.klientcertifikat
    if rod is None or not rod.is_dir():
        return rod
    if not akassekode.isalnum():
        raise FileNotFoundError("no certificate for such a code")
    return rod / f"{akassekode}.pem"


def stand(o: DfdgOpsaetning) -> tuple[Certifikatstand, ...]:
    """Every certificate that calls may carry, by file name."""
    rod = o.klientcertifikat
    if rod is None:
        return ()
    filer = sorted(rod.glob("*.pem")) if rod.is_dir() else [rod]
    return tuple(Certifikatstand(f, udloeb(f)) for f in filer)


def udloeb(pem: Path) -> datetime | None:
    """When the first of the file's certificates runs out (UTC); None when there is none that can be read."""
    try:
        certifikater = x509.load_pem_x509_certificates(pem.read_bytes())
    except (OSError, ValueError):
        return None
    return min((c.not_valid_after_utc for c in certifikater), default=None)


def maerke(o: DfdgOpsaetning, pem: Path | None) -> tuple[tuple[int, int, int], ...]:
    """Changes when the certificate's or the CA's file does. Raises ``OSError`` when one is not there."""
    # Asked before every call.
    filer = [os.stat(f) for f in (pem, o.ca) if f is not None]
    return tuple([(s.st_mtime_ns, s.st_size, s.st_ino) for s in filer])


def tls(o: DfdgOpsaetning, pem: Path | None) -> ssl.SSLContext:
    """Verifies the server against the CA (the system's when none is set) and shows the certificate.

    Raises ``OSError`` (also ``ssl.SSLError``) for files that can't be read.
    """
    kontekst = ssl.create_default_context(cafile=str(o.ca) if o.ca else None)
    kontekst.minimum_version = ssl.TLSVersion.TLSv1_2
    if pem is not None:
        kontekst.load_cert_chain(str(pem))
    return kontekst
