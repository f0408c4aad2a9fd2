"""Encryption at rest and keyed hashes (I8). One master key, separate keys derived for each purpose."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
_MAERKE = 16
#: Bytes of ciphertext whose content is remembered decoded, per process.
_HUSKES = 64_000_000

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

    def laes(self, krypteret: bytes, fra: Callable[[bytes], T], hoerer_til: bytes = b"", vejer: int | None = None) -> T:
        """What ``fra`` makes of the plain bytes: decoded once while it is remembered. ``T`` must be unchangeable. ``vejer``: so
        many bytes of ciphertext what is remembered stands for; None: its own."""
        vaerdi, kendt = self._husket.find(krypteret, hoerer_til)
        if not kendt:
            vaerdi = fra(self.dekrypter(krypteret, hoerer_til))
            self.husk(krypteret, vaerdi, hoerer_til, len(krypteret) if vejer is None else vejer)
        return vaerdi  # type: ignore[no-any-return]

    def husk(self, krypteret: bytes, vaerdi: object, hoerer_til: bytes, vejer: int) -> None:
        """``vaerdi`` is what ``laes`` would give beside the same ``hoerer_til``."""
        self._husket.husk(krypteret, vaerdi, hoerer_til, vejer)

    def skriv(self, vaerdi: T, til: Callable[[T], bytes]) -> bytes:
        """``vaerdi`` encrypted. The very object that was read or written lately keeps its ciphertext."""
        krypteret = self._husket.krypteret(vaerdi)
        if krypteret is None:
            krypteret = self.krypter(til(vaerdi))
            self.husk(krypteret, vaerdi, b"", len(krypteret))
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


def maerke(krypteret: bytes) -> bytes:
    """What tells one ciphertext from all others: its random nonce and its authentication tag."""
    return krypteret[1 : 1 + _NONCE] + krypteret[-_MAERKE:]


@dataclass(frozen=True, slots=True)
class _Huskning:
    vaerdi: Any
    krypteret: bytes
    vejer: int


class _Husket:
    """Ciphertexts with what they hold, the latest used, up to ``hoejst`` bytes. Nothing can be out of date here: a ciphertext
    never holds anything else, whoever writes the ledger meanwhile."""

    def __init__(self, hoejst: int) -> None:
        self._hoejst = hoejst
        self._bytes = 0
        self._alle: OrderedDict[bytes, _Huskning] = OrderedDict()
        self._efter_objekt: dict[int, bytes] = {}

    def find(self, krypteret: bytes, hoerer_til: bytes) -> tuple[Any, bool]:
        noegle = maerke(krypteret) + hoerer_til
        fundet = self._alle.get(noegle)
        if fundet is None:
            return None, False
        self._alle.move_to_end(noegle)
        return fundet.vaerdi, True

    def krypteret(self, vaerdi: object) -> bytes | None:
        # The object is held here, so its identity is nobody else's meanwhile.
        noegle = self._efter_objekt.get(id(vaerdi))
        return None if noegle is None else self._alle[noegle].krypteret

    def husk(self, krypteret: bytes, vaerdi: object, hoerer_til: bytes, vejer: int) -> None:
        noegle = maerke(krypteret) + hoerer_til
        if noegle in self._alle:
            return
        self._alle[noegle] = _Huskning(vaerdi, krypteret, vejer)
        self._efter_objekt[id(vaerdi)] = noegle
        self._bytes += vejer
        while self._bytes > self._hoejst:
            gammel, h = self._alle.popitem(last=False)
            self._bytes -= h.vejer
            if self._efter_objekt.get(id(h.vaerdi)) == gammel:
                del self._efter_objekt[id(h.vaerdi)]


def spor(*dele: bytes) -> bytes:
    """A short digest of decisions, to tell whether two of them say the same (not a secret)."""
    h = hashlib.blake2b(digest_size=12)
    for d in dele:
        h.update(len(d).to_bytes(4, "big"))
        h.update(d)
    return h.digest()
