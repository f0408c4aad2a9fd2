"""Client certificates: each a-kasse calls with its own, a new file is taken into use, an old one is seen coming."""

from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from gateway.lanes.forsoeg import Udfald
from producers.dfdg import certifikat
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere
from tests.dfdg.byg import Raa
from tests.dfdg.conftest import skriv_klientcertifikat

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]


@pytest.fixture
def klienter(certifikater: Path, tmp_path: Path) -> Path:
    """A folder of certificates of this test's own."""
    shutil.copytree(certifikater / "klienter", tmp_path / "klienter")
    return tmp_path / "klienter"


def _opsaetning(url: str, certifikater: Path, klient: Path | None) -> DfdgOpsaetning:
    return byg.opsaetning(url, ca=certifikater / "ca.pem", klientcertifikat=klient)


def _navne() -> tuple[list[str], Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]]:
    set_: list[str] = []

    async def behandl(anmodning: web.BaseRequest) -> web.Response:
        set_.append(servere.fornavn(anmodning))
        return web.json_response(servere.ID)

    return set_, behandl


async def test_every_a_kasse_calls_with_its_own_certificate(carrier: Lav, certifikater: Path, klienter: Path) -> None:
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        c = carrier(_opsaetning(url, certifikater, klienter))
        for akasse in ("01", "02", "01"):
            assert (await c.send(Raa(url).anmodning(akasse), "r")).udfald is Udfald.KVITTERET
    assert set_ == ["akasse-01", "akasse-02", "akasse-01"]


async def test_one_file_serves_all_a_kasser_over_one_pool(carrier: Lav, certifikater: Path, klienter: Path) -> None:
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        c = carrier(_opsaetning(url, certifikater, klienter / "02.pem"))
        for akasse in ("01", "02"):
            assert (await c.send(Raa(url).anmodning(akasse), "r")).udfald is Udfald.KVITTERET
    assert set_ == ["akasse-02", "akasse-02"]
    assert len(c._sessioner._aabne) == 1


@pytest.mark.parametrize("akasse", ["99", "../klienter/01", ""])
async def test_an_a_kasse_without_a_certificate_sends_nothing(
    carrier: Lav, certifikater: Path, klienter: Path, akasse: str
) -> None:
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        svar = await carrier(_opsaetning(url, certifikater, klienter)).send(Raa(url).anmodning(akasse), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "certifikat")
    assert set_ == []


async def test_a_certificate_that_cannot_be_read_sends_nothing(
    carrier: Lav, certifikater: Path, klienter: Path
) -> None:
    (klienter / "01.pem").write_text("ikke et certifikat")
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        svar = await carrier(_opsaetning(url, certifikater, klienter)).send(Raa(url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "certifikat")
    assert set_ == []


async def test_a_new_certificate_is_taken_into_use_without_a_restart(
    carrier: Lav, certifikater: Path, klienter: Path, ca: trustme.CA
) -> None:
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        c = carrier(_opsaetning(url, certifikater, klienter))
        await c.send(Raa(url).anmodning(), "r")
        skriv_klientcertifikat(ca, klienter / "ny", "akasse-01-ny")
        os.replace(klienter / "ny", klienter / "01.pem")
        assert (await c.send(Raa(url).anmodning(), "r")).udfald is Udfald.KVITTERET
        assert (await c.send(Raa(url).anmodning("02"), "r")).udfald is Udfald.KVITTERET
    assert set_ == ["akasse-01", "akasse-01-ny", "akasse-02"]


async def test_a_file_half_written_leaves_the_one_in_use_until_a_good_one_is_there(
    carrier: Lav, certifikater: Path, klienter: Path, ca: trustme.CA
) -> None:
    set_, behandl = _navne()
    async with servere.https(behandl, servere.server_tls(certifikater, ca=certifikater / "ca.pem")) as url:
        c = carrier(_opsaetning(url, certifikater, klienter))
        await c.send(Raa(url).anmodning(), "r")
        (klienter / "01.pem").write_bytes((klienter / "01.pem").read_bytes()[:200])
        await c.send(Raa(url).anmodning(), "r")
        (klienter / "01.pem").unlink()
        await c.send(Raa(url).anmodning(), "r")
        skriv_klientcertifikat(ca, klienter / "01.pem", "akasse-01-ny")
        await c.send(Raa(url).anmodning(), "r")
    assert set_ == ["akasse-01", "akasse-01", "akasse-01", "akasse-01-ny"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("metode", ["PUT", "POST", "GET"])
async def test_a_certificate_that_the_server_refuses_stops_the_channel(
    carrier: Lav, certifikater: Path, tmp_path: Path, version: ssl.TLSVersion, metode: str
) -> None:
    """With TLS 1.3 the refusal comes after the client's handshake; the request is not looked at then either."""
    klient = tmp_path / "klient.pem"
    skriv_klientcertifikat(trustme.CA(), klient, "akasse-01")
    tls = servere.server_tls(certifikater, ca=certifikater / "ca.pem", mindst=version, hoejst=version)
    with servere.afviser_klientcertifikater(tls) as url:
        svar = await carrier(_opsaetning(url, certifikater, klient)).send(Raa(url, metode).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "certifikat_afvist")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_a_certificate_and_gets_none_stops_the_channel(
    carrier: Lav, certifikater: Path, version: ssl.TLSVersion
) -> None:
    tls = servere.server_tls(certifikater, ca=certifikater / "ca.pem", mindst=version, hoejst=version)
    with servere.afviser_klientcertifikater(tls) as url:
        svar = await carrier(_opsaetning(url, certifikater, None)).send(Raa(url).anmodning(), "r")
    assert svar.udfald is Udfald.ADGANG


async def test_a_certificate_that_has_run_out_is_not_tried(
    carrier: Lav, certifikater: Path, klienter: Path, ca: trustme.CA
) -> None:
    gammelt = ca.issue_cert("klient.test", not_after=datetime.now(UTC) - timedelta(seconds=5))
    gammelt.private_key_and_cert_chain_pem.write_to_path(klienter / "01.pem")
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url, klientcertifikat=klienter))
        svar = await c.send(Raa(s.url).anmodning(), "r")
        assert (svar.udfald, svar.kode, s.forbindelser) == (Udfald.ADGANG, "certifikat_udloebet", 0)
        skriv_klientcertifikat(ca, klienter / "01.pem", "akasse-01")
        assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET


def test_days_left_are_those_of_the_first_certificate_to_run_out(ca: trustme.CA, tmp_path: Path) -> None:
    nu = datetime.now(UTC)
    for navn, dage in (("01", 30), ("02", -3)):
        ca.issue_cert(
            "klient.test", not_after=nu + timedelta(days=dage, hours=1)
        ).private_key_and_cert_chain_pem.write_to_path(tmp_path / f"{navn}.pem")
    (tmp_path / "03.pem").write_text("intet")
    (tmp_path / "laes mig.txt").write_text("ikke et certifikat")
    stand = DfdgCarrier(byg.opsaetning("https://dfdg.test", klientcertifikat=tmp_path)).certifikater()
    assert [(s.fil.name, s.dage_tilbage(nu)) for s in stand] == [("01.pem", 30), ("02.pem", -3), ("03.pem", None)]

    faelles = tmp_path / "faelles.pem"
    faelles.write_bytes((tmp_path / "01.pem").read_bytes() + (tmp_path / "02.pem").read_bytes())
    (ene,) = certifikat.stand(byg.opsaetning("https://dfdg.test", klientcertifikat=faelles))
    assert ene.dage_tilbage(nu) == -3
    assert certifikat.stand(byg.opsaetning()) == ()
