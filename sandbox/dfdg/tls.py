"""TLS with client certificates: who may connect, and who a connection's caller is."""

from __future__ import annotations

import asyncio
import ssl


def tls_kontekst(certifikat: str, ca: str) -> ssl.SSLContext:
    """Server TLS that demands a client certificate of the CA. ``certifikat``: key and chain in one PEM file."""
    kontekst = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    kontekst.minimum_version = ssl.TLSVersion.TLSv1_2
    kontekst.verify_mode = ssl.CERT_REQUIRED
    kontekst.load_cert_chain(certifikat)
    return kontekst


def fornavn(transport: asyncio.BaseTransport | None) -> str | None:
    """The common name of the caller's certificate."""
    certifikat = transport.get_extra_info("peercert") if transport is not None else None
    if not certifikat:
        return None
    for rdn in certifikat.get("subject", ()):
        for navn, vaerdi in rdn:
            if navn == "commonName":
                return str(vaerdi)
    return None
