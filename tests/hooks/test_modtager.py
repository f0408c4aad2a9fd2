"""The receiver: STAR's pinned certificate alone, stored before it is answered, and nothing refused for its content."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

from consumers.dfdg_hooks import STI, STOERSTE
from sandbox.embedded.certifikater import TestCA
from tests.hooks.hus import Hus, hus
from tests.ledger.byg import CPR

pytestmark = pytest.mark.postgres


@pytest.fixture
async def huset(database: str, certifikater: TestCA, tmp_path: Path) -> AsyncIterator[Hus]:
    async with hus(database, certifikater, tmp_path) as x:
        yield x


def besked(**felter: Any) -> dict[str, Any]:
    return {
        "BeskedId": "b-1", "EntitetId": 90001, "EntitetNavn": "Frist", "IdentifikationstypeId": 1,
        "Identifikation": CPR, "Aendringstype": 1, **felter,
    }  # fmt: skip


async def gemte(x: Hus) -> list[tuple[str, str | None]]:
    raekker = await x.pulje.fetch("select tilstand, aarsag, entitet_id, modtager from dfdg_besked order by id")
    return [(r["tilstand"], r["aarsag"]) for r in raekker]


async def test_stored_when_it_is_answered_and_encrypted(huset: Hus) -> None:
    assert await huset.post(besked()) == 200
    assert await gemte(huset) == [("ny", None)]
    raa = await huset.pulje.fetchval("select raa_krypt from dfdg_besked")
    assert CPR.encode() not in raa
    assert CPR.encode() in huset.ledger.noegler.dekrypter(raa)


async def test_I9_another_certificate_of_the_same_ca_is_refused(huset: Hus) -> None:
    assert await huset.post(besked(), certifikat=huset.ca.klienter / "01.pem") == 403
    assert await gemte(huset) == []


async def test_I9_without_a_certificate_and_with_a_strangers_the_handshake_fails(huset: Hus, tmp_path: Path) -> None:
    fremmed = tmp_path / "fremmed.pem"
    trustme.CA().issue_cert("star.test").private_key_and_cert_chain_pem.write_to_path(str(fremmed))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await huset.post(besked(), certifikat=fremmed)
    tls = ssl.create_default_context(cafile=str(huset.ca.ca))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as s:
        with pytest.raises((aiohttp.ClientError, OSError)):
            await s.post(huset.url + STI, json=besked())
    assert await gemte(huset) == []


@pytest.mark.parametrize(
    ("indhold", "aarsag"),
    [
        (b"", "ulaeselig"),
        (b"{", "ulaeselig"),
        (b"[1]", "ulaeselig"),
        (b"\xff\xfe", "ulaeselig"),
        (b"[" * 5000 + b"]" * 5000, "ulaeselig"),
        (b'{"Ukendt": 1}', "ulaeselig"),
    ],
)
async def test_what_cant_be_understood_is_kept_and_answered_ok(huset: Hus, indhold: bytes, aarsag: str) -> None:
    """A refusal would stop every later message about the citizen."""
    assert await huset.post(indhold) == 200
    assert await huset.post(indhold) == 200
    assert await gemte(huset) == [("parkeret", aarsag)]


async def test_odd_but_readable_is_taken(huset: Hus) -> None:
    assert await huset.post(besked(EntitetNavn="a\0b", EksternIdentifier="00000000-0000-0000-0000-000000000000")) == 200
    assert await huset.post({**{k.upper(): v for k, v in besked(BeskedId="b-2").items()}, "Nyt": {"x": [1]}}) == 200
    assert await huset.post(besked(BeskedId="b-3", EntitetId=424242)) == 200
    assert await gemte(huset) == [("ny", None)] * 3


async def test_I1_the_same_message_is_stored_once_with_an_id_or_without(huset: Hus) -> None:
    for _ in range(2):
        assert await huset.post(besked()) == 200
        uden = besked(VersionIdentifier="v1")
        del uden["BeskedId"]
        assert await huset.post(uden) == 200
        assert await huset.post({**uden, "VersionIdentifier": "v2"}) == 200
    assert len(await gemte(huset)) == 3


async def test_the_address_may_name_the_party(huset: Hus) -> None:
    assert await huset.post(besked(), sti=f"{STI}/akasse.01") == 200
    assert await huset.pulje.fetchval("select modtager from dfdg_besked") == "akasse.01"
    assert await huset.post(besked(), sti=f"{STI}/ingen") == 404


async def test_too_large_is_refused_before_it_is_read(huset: Hus) -> None:
    assert await huset.post(b" " * (STOERSTE + 1)) == 413
    assert await gemte(huset) == []


async def test_without_the_database_dfdg_is_to_send_it_again(huset: Hus) -> None:
    await huset.pulje.expire_connections()
    await huset.pulje.execute("alter table dfdg_besked rename to borte")
    assert await huset.post(besked()) == 503
    await huset.pulje.execute("alter table borte rename to dfdg_besked")
    assert await huset.post(besked()) == 200
