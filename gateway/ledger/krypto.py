"""Encryption at rest and keyed hashes (I8). One master key, separate keys derived for each purpose."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.ledger.hukommelse import Hukommelse

_VERSION = b"\x01"
_NONCE = 12
_MAERKE = 16
#: So many bytes at the beginning of a ciphertext tell it from all others: its scheme and its random nonce.
KENDETEGN = 1 + _NONCE
#: Bytes of ciphertext whose content is remembered decoded, per process: of citizens' states, and of all else.
_TILSTANDE, _HUSKES = 40_000_000, 24_000_000

T = TypeVar("T")


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
        self._husket = _Husket(_HUSKES)
        #: By citizen what a row of states held when it was last read or written (``tilstandslager``).
        self.tilstande: Hukommelse[int, Any] = Hukommelse(_TILSTANDE)
        #: Signs the console's short-lived cookies.
        self.konsol = self._afled(hovednoegle, b"konsol")

    @staticmethod
    def _afled(hovednoegle: bytes, formaal: bytes) -> bytes:
        return HKDF(SHA256(), 32, b"akasse-dfdg-gateway", formaal).derive(hovednoegle)

    def krypter(self, klar: bytes, hoerer_til: bytes = b"") -> bytes:
        """AES-256-GCM with a random nonce; the first byte names the scheme. ``hoerer_til``: only beside this it can be read."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._aes.encrypt(nonce, klar, _VERSION + hoerer_til)

    def dekrypter(self, krypteret: bytes, hoerer_til: bytes = b"") -> bytes:
        """The plain bytes. Raises ``cryptography.exceptions.InvalidTag`` when key, content or ``hoerer_til`` do not fit."""
        return self._aes.decrypt(krypteret[1 : 1 + _NONCE], krypteret[1 + _NONCE :], krypteret[:1] + hoerer_til)

    def laes(self, krypteret: bytes, fra: Callable[[bytes], T]) -> T:
        """What ``fra`` makes of the plain bytes: decoded once while it is remembered. ``T`` must be unchangeable."""
        husket = self._husket.find(krypteret)
        if husket is not None:
            return husket.vaerdi  # type: ignore[no-any-return]
        vaerdi = fra(self.dekrypter(krypteret))
        self._husket.husk(krypteret, vaerdi)
        return vaerdi

    def skriv(self, vaerdi: T, til: Callable[[T], bytes]) -> bytes:
        """``vaerdi`` encrypted. The very object that was read or written lately keeps its ciphertext."""
        krypteret = self._husket.krypteret(vaerdi)
        if krypteret is None:
            krypteret = self.krypter(til(vaerdi))
            self._husket.husk(krypteret, vaerdi)
        return krypteret

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


def kendetegn(krypteret: bytes) -> bytes:
    """What a ciphertext is known by to whom has it."""
    return krypteret[:KENDETEGN]


def maerke(krypteret: bytes) -> bytes:
    """What tells one ciphertext from all others: its random nonce and its authentication tag."""
    return krypteret[1 : 1 + _NONCE] + krypteret[-_MAERKE:]


@dataclass(frozen=True, slots=True)
class _Huskning:
    vaerdi: Any
    krypteret: bytes


class _Husket:
    """Ciphertexts with what they hold. Nothing can be out of date here: a ciphertext never holds anything else, whoever writes
    the ledger meanwhile."""

    def __init__(self, hoejst: int) -> None:
        self._alle: Hukommelse[bytes, _Huskning] = Hukommelse(hoejst)
        self._efter_objekt: dict[int, _Huskning] = {}

    def find(self, krypteret: bytes) -> _Huskning | None:
        return self._alle.find(maerke(krypteret))

    def krypteret(self, vaerdi: object) -> bytes | None:
        # The object is held here, so its identity is nobody else's meanwhile.
        h = self._efter_objekt.get(id(vaerdi))
        return None if h is None else h.krypteret

    def husk(self, krypteret: bytes, vaerdi: object) -> None:
        ny = self._efter_objekt[id(vaerdi)] = _Huskning(vaerdi, krypteret)
        for h in self._alle.husk(maerke(krypteret), ny, len(krypteret)):
            if self._efter_objekt.get(id(h.vaerdi)) is h:
                del self._efter_objekt[id(h.vaerdi)]


def spor(*dele: bytes) -> bytes:
    """A short digest of decisions, to tell whether two of them say the same (not a secret)."""
    h = hashlib.blake2b(digest_size=12)
    for d in dele:
        h.update(len(d).to_bytes(4, "big"))
        h.update(d)
    return h.digest()
