"""Who wants DFDG's messages, and where: what a system owner sets up with STAR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

#: The receivers' own path, by this project's interface.
STI = "/dfdg/webservicebesked"

Modtagertype = Literal["akasse", "jobcenter"]
Modtager = tuple[Modtagertype, str]


@dataclass(frozen=True, slots=True)
class Abonnement:
    """Which organisation gets messages where; ``typer`` None: of every type."""

    organisationstype: Modtagertype
    kode: str
    url: str
    typer: tuple[int, ...] | None = None

    @property
    def modtager(self) -> Modtager:
        return self.organisationstype, self.kode

    @property
    def adresse(self) -> str:
        """``url`` with the messages' own path, unless it has one."""
        return self.url if urlsplit(self.url).path.strip("/") else self.url.rstrip("/") + STI

    def vil_have(self, entitet: int) -> bool:
        return self.typer is None or entitet in self.typer


def abonnement(data: Any) -> Abonnement:
    """A subscription from JSON. Raises ValueError naming the field that is wrong."""
    if not isinstance(data, dict) or data.keys() - {"organisationstype", "kode", "url", "typer"}:
        raise ValueError("a subscription has organisationstype, kode, url, typer")
    type_, kode, url, typer = (data.get(n) for n in ("organisationstype", "kode", "url", "typer"))
    if type_ not in ("akasse", "jobcenter"):
        raise ValueError("organisationstype must be akasse or jobcenter")
    if not isinstance(kode, str) or not 1 <= len(kode) <= 20:
        raise ValueError("kode must be a text of 1-20 characters")
    if not isinstance(url, str):
        raise ValueError("url must be a text")
    dele = urlsplit(url)
    lokal = dele.hostname in ("127.0.0.1", "localhost")
    if dele.hostname is None or not (dele.scheme == "https" or (dele.scheme == "http" and lokal)):
        raise ValueError("url must be https (http to a loopback address only)")
    if typer is not None and (not isinstance(typer, list) or not all(isinstance(t, int) for t in typer)):
        raise ValueError("typer must be a list of whole numbers")
    return Abonnement(type_, kode, url, None if typer is None else tuple(typer))


def fra_tekst(tekst: str) -> dict[str, Any]:
    """``akasse:01=https://host:port`` with, after ``#``, types (``#60010,90000``). Raises ValueError."""
    hvem, lig, resten = tekst.partition("=")
    type_, _, kode = hvem.partition(":")
    url, _, typer = resten.partition("#")
    data = {"organisationstype": type_, "kode": kode, "url": url}
    liste = [int(t) for t in typer.split(",")] if typer else None
    if not lig:
        raise ValueError("a subscription is written akasse:01=https://host:port#60010,90000")
    abonnement({**data, "typer": liste})
    return {**data, "typer": liste}
