"""A local test CA: the stand-in DFDG's server certificate and one client certificate per a-kasse. Never for production."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

import trustme


class TestCA:
    """Certificates under ``data/certifikater``; made once, kept between starts."""

    __test__ = False  # not a pytest class

    def __init__(self, data: Path) -> None:
        self.mappe = data / "certifikater"
        self.klienter = self.mappe / "klienter"

    @property
    def ca(self) -> Path:
        return self.mappe / "ca.pem"

    @property
    def server(self) -> Path:
        return self.mappe / "server.pem"

    @property
    def star(self) -> Path:
        """The client certificate with which DFDG's messages come."""
        return self.mappe / "sys-org-star-test.pem"

    def star_aftryk(self) -> str:
        """SHA-256 of that certificate, as a receiver pins it."""
        pem = self.star.read_text()
        start = pem.index("-----BEGIN CERTIFICATE-----")
        slut = pem.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[start:slut])).hexdigest()

    def sikr(self, akasser: list[str]) -> None:
        """Makes what is missing: the CA, the server's certificate, STAR's, one per a-kasse code."""
        self.klienter.mkdir(parents=True, exist_ok=True)
        noegle = self.mappe / "ca-noegle.pem"
        if self.ca.exists() and noegle.exists():
            ca = trustme.CA.from_pem(self.ca.read_bytes(), noegle.read_bytes())
        else:
            ca = trustme.CA(organization_name="Lokal test-CA", organization_unit_name="a-kasse-DFDG-gateway")
            ca.cert_pem.write_to_path(str(self.ca))
            self._hemmelig(noegle, ca.private_key_pem.bytes())
        if not self.server.exists():
            self._skriv(self.server, ca.issue_cert("localhost", "127.0.0.1", common_name="dfdg-sandkasse"))
        if not self.star.exists():
            self._skriv(self.star, ca.issue_cert("star.test", common_name="sys-org-star-test"))
        for kode in akasser:
            fil = self.klienter / f"{kode}.pem"
            if not fil.exists():
                self._skriv(fil, ca.issue_cert(f"akasse-{kode}.test", common_name=f"akasse-{kode}"))

    def _skriv(self, fil: Path, certifikat: trustme.LeafCert) -> None:
        self._hemmelig(fil, certifikat.private_key_and_cert_chain_pem.bytes())

    @staticmethod
    def _hemmelig(fil: Path, indhold: bytes) -> None:
        fil.touch(mode=0o600)
        fil.write_bytes(indhold)
