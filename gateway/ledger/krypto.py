"""Encryption at rest and keyed hashes (I8). One master key, separate keys derived for each purpose."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12


class Noegler:
    """Keys derived from the installation's master key (at least 32 bytes). Holds no data."""

    def __init__(self, hovednoegle: bytes) -> None:
        if len(hovednoegle) < 32:
            raise ValueError("the master key needs at least 32 bytes")
        self._aes = AESGCM(self._afled(hovednoegle, b"ledger-kryptering"))
        self._cpr = self._afled(hovednoegle, b"cpr-alias")
        self._afsender = self._afled(hovednoegle, b"afsender")
        self._indhold = self._afled(hovednoegle, b"indhold")
        self._id = self._afled(hovednoegle, b"haendelse-id")
        self._pseudonym = self._afled(hovednoegle, b"pseudonym")

    @staticmethod
    def _afled(hovednoegle: bytes, formaal: bytes) -> bytes:
        return HKDF(SHA256(), 32, b"akasse-dfdg-gateway", formaal).derive(hovednoegle)

    def krypter(self, klar: bytes) -> bytes:
        """AES-256-GCM with a random nonce; the first byte names the scheme."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._aes.encrypt(nonce, klar, _VERSION)

    def dekrypter(self, krypteret: bytes) -> bytes:
        """The plain bytes. Raises ``cryptography.exceptions.InvalidTag`` when key or content do not fit."""
        return self._aes.decrypt(krypteret[1 : 1 + _NONCE], krypteret[1 + _NONCE :], krypteret[:1])

    def cpr_hash(self, cpr: str) -> bytes:
        """The alias of a CPR number: the same for the same number, useless without the key."""
        return hmac.digest(self._cpr, cpr.encode(), "sha256")

    def afsender_hash(self, kilde: str, subject: str | None) -> bytes:
        """The alias of (source, subject): ``sekvens`` counts per this."""
        return hmac.digest(self._afsender, f"{kilde}\n{subject or ''}".encode(), "sha256")

    def id_hash(self, kilde: str, haendelse_id: str) -> bytes:
        """The alias of an event's id within its source."""
        return hmac.digest(self._id, f"{kilde}\n{haendelse_id}".encode(), "sha256")

    def pseudonym(self, cpr: str) -> str:
        """The pseudonym of a citizen who is first met under this number: useless without the key, and the same when the
        ledger has to be built again."""
        return hmac.digest(self._pseudonym, cpr.encode(), "sha256")[:16].hex()

    def indhold_hash(self, indhold: bytes) -> bytes:
        """Tells the same content from other content under one id."""
        return hmac.digest(self._indhold, indhold, "sha256")


def spor(*dele: bytes) -> bytes:
    """A short digest of decisions, to tell whether two of them say the same (not a secret)."""
    h = hashlib.blake2b(digest_size=12)
    for d in dele:
        h.update(len(d).to_bytes(4, "big"))
        h.update(d)
    return h.digest()
