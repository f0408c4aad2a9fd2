"""The test CA: made once, the same after a restart, and nobody else can read its keys."""

from __future__ import annotations

import ssl
from pathlib import Path

from cryptography import x509

from sandbox.embedded import TestCA


def _foerste(fil: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(fil.read_bytes())[0]


def test_a_restart_keeps_every_certificate_and_adds_what_is_missing(tmp_path: Path) -> None:
    foer = TestCA(tmp_path)
    foer.sikr(["01"])
    indhold = {f: f.read_bytes() for f in tmp_path.rglob("*.pem")}
    efter = TestCA(tmp_path)
    efter.sikr(["01", "02"])
    assert {f: f.read_bytes() for f in indhold} == indhold
    assert set(tmp_path.rglob("*.pem")) - set(indhold) == {efter.klienter / "02.pem"}
    for fil in (efter.server, efter.star, efter.klienter / "01.pem", efter.klienter / "02.pem"):
        _foerste(fil).verify_directly_issued_by(_foerste(efter.ca))


def test_an_a_kasse_s_file_is_key_and_chain_in_one_and_readable_to_the_owner_only(tmp_path: Path) -> None:
    ca = TestCA(tmp_path)
    ca.sikr(["09"])
    ssl.create_default_context(cafile=ca.ca).load_cert_chain(ca.klienter / "09.pem")
    for fil in tmp_path.rglob("*.pem"):
        if b"PRIVATE KEY" in fil.read_bytes():
            assert fil.stat().st_mode & 0o077 == 0, fil
