"""Kafka ACLs that keep every party to its own topics (interface: "Kafka ACLs keep it to those")."""

from __future__ import annotations

from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest

from gateway.errors import Opsaetningsfejl
from gateway.kafkaforbindelse import klientargumenter, partens_topics
from gateway.settings import KafkaSettings

# Kafka's own numbers (org.apache.kafka.common.acl and .resource).
TOPIC, _GRUPPE = 2, 3
_BOGSTAVELIG, PRAEFIKS = 3, 4
_LAES, _SKRIV, _BESKRIV = 3, 4, 8
_TILLAD = 3
_ALLE = 1


@dataclass(frozen=True, slots=True)
class Adgang:
    """One ACL: ``principal`` may do ``operation`` on the resource."""

    ressourcetype: int
    ressource: str
    moenster: int
    principal: str
    operation: int


def partens_adgange(art: str, kode: str, principal: str) -> list[Adgang]:
    """A party writes its events, reads its kvitteringer and beskeder, in consumer groups named after it."""
    haendelser, kvitteringer, beskeder = partens_topics(art, kode)
    adgange = [Adgang(TOPIC, haendelser, _BOGSTAVELIG, principal, op) for op in (_SKRIV, _BESKRIV)]
    for topic in (kvitteringer, beskeder):
        adgange += [Adgang(TOPIC, topic, _BOGSTAVELIG, principal, op) for op in (_LAES, _BESKRIV)]
    adgange.append(Adgang(_GRUPPE, f"{art}.{kode}.", PRAEFIKS, principal, _LAES))
    return adgange


def gatewayens_adgange(parter: list[tuple[str, str]], principal: str, gruppe: str) -> list[Adgang]:
    """The gateway reads events and writes what the parties and operators read."""
    adgange = [Adgang(TOPIC, "gateway.dlq.v1", _BOGSTAVELIG, principal, op) for op in (_SKRIV, _BESKRIV)]
    for art, kode in parter:
        haendelser, *ud = partens_topics(art, kode)
        adgange += [Adgang(TOPIC, haendelser, _BOGSTAVELIG, principal, op) for op in (_LAES, _BESKRIV)]
        adgange += [Adgang(TOPIC, t, _BOGSTAVELIG, principal, op) for t in ud for op in (_SKRIV, _BESKRIV)]
    adgange.append(Adgang(_GRUPPE, gruppe, PRAEFIKS, principal, _LAES))
    return adgange


async def saet_adgange(k: KafkaSettings, adgange: list[Adgang]) -> int:
    """Creates the ACLs (creating one that is there changes nothing). Raises ``Opsaetningsfejl`` when Kafka refuses,
    as a cluster without an authorizer does."""
    admin = AIOKafkaAdminClient(**klientargumenter(k), client_id="gateway")
    await admin.start()
    try:
        for a in adgange:
            svar = await admin._send_to_controller(
                CreateAclsRequest(a.ressourcetype, a.ressource, a.moenster, a.principal, "*", a.operation, _TILLAD)
            )
            for kode, tekst in svar.creation_responses:
                if kode != 0:
                    raise Opsaetningsfejl(f"Kafka refused an ACL on {a.ressource} for {a.principal}: {tekst or kode}")
        return len(adgange)
    finally:
        await admin.close()


async def hent_adgange(k: KafkaSettings) -> set[Adgang]:
    """Every ACL that allows something. Raises ``Opsaetningsfejl`` when Kafka does not tell, as a cluster without an authorizer
    does not."""
    admin = AIOKafkaAdminClient(**klientargumenter(k), client_id="gateway")
    await admin.start()
    try:
        # (any type, any name, any pattern, any principal, host and operation, those that allow)
        svar = await admin._send_to_controller(DescribeAclsRequest(_ALLE, None, _ALLE, None, None, _ALLE, _TILLAD))
        if svar.error_code != 0:
            raise Opsaetningsfejl(f"Kafka does not tell its ACLs: {svar.error_message or svar.error_code}")
        return {
            Adgang(type_, navn, moenster, principal, operation)
            for type_, navn, moenster, acler in svar.resources
            for principal, _vaert, operation, _ in acler
        }
    finally:
        await admin.close()
