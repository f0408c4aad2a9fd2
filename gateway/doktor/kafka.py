"""Kafka: does it answer, do the parties have their topics, set as the interface says, and each party its own and no other?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from gateway import kafkaadgang
from gateway.doktor.fund import Fund, advarsel, fejl, ok
from gateway.errors import Opsaetningsfejl
from gateway.kafkaadgang import Adgang
from gateway.kafkaforbindelse import STOERSTE_POST, klientargumenter, partens_topics
from gateway.settings import Settings

DLQ = "gateway.dlq.v1"
_EGNE = re.compile(r"^(akasse|jobcenter)\.[0-9A-Za-z]+\.(haendelser|kvitteringer|beskeder)\.v1$")
_HAENDELSER = re.compile(r"^(akasse|jobcenter)\.([0-9A-Za-z]+)\.haendelser\.v1$")


async def kontroller(
    settings: Settings, kendte: Sequence[tuple[str, str]], principal: str, gateway_principal: str
) -> list[Fund]:
    """``kendte``: parties whose events the ledger has read. ``principal``: a party's, ``{art}`` and ``{kode}`` filled in; empty:
    ACLs are not looked at. Never raises for what Kafka does or lacks."""
    k = settings.kafka
    if k.bootstrap_servers is None:
        return [ok("kafka", "indlejret; startes af `gateway serve`")]
    admin = AIOKafkaAdminClient(**klientargumenter(k), client_id="gateway", request_timeout_ms=5000)
    try:
        await admin.start()
    except (KafkaError, OSError, Opsaetningsfejl) as f:
        await admin.close()
        return [
            fejl(
                "kafka", f"Kafka svarer ikke ({type(f).__name__})", "Ret GATEWAY_KAFKA__BOOTSTRAP_SERVERS og adgangen."
            )
        ]
    try:
        klynge = await admin.describe_cluster()
        maeglere = len(klynge["brokers"])
        navne = set(await admin.list_topics())
        fund = [ok("kafka", f"{maeglere} mæglere svarer")]
        fundne = {(m[1], m[2]) for t in navne if (m := _HAENDELSER.match(t)) is not None}
        parter = sorted(fundne | set(kendte))
        fund += _mangler(navne, parter)
        egne = sorted(t for t in navne if _EGNE.match(t) or t == DLQ)
        fund += await _indstillinger(admin, egne, min(3, maeglere))
        if principal:
            fund += await _adgange(settings, parter, principal, gateway_principal)
        elif settings.produktion:
            fund.append(
                advarsel(
                    "kafka-acl", "parternes adgange er ikke set efter", "Giv --principal, f.eks. 'User:{art}-{kode}'."
                )
            )
        return fund
    except (KafkaError, OSError) as f:
        return [
            fejl(
                "kafka",
                f"Kafka afviser gatewayen ({type(f).__name__})",
                "Giv gatewayens principal DESCRIBE på klynge og topics.",
            )
        ]
    finally:
        await admin.close()


def _mangler(navne: set[str], parter: list[tuple[str, str]]) -> list[Fund]:
    mangler = [t for p in parter for t in partens_topics(*p) if t not in navne]
    if DLQ not in navne:
        mangler.append(DLQ)
    if mangler:
        vist = ", ".join(mangler[:4]) + (" …" if len(mangler) > 4 else "")
        koder = ",".join(sorted({t.split(".")[1] for t in mangler if t.startswith("akasse.")}))
        return [
            fejl(
                "kafka-topics",
                f"{len(mangler)} topics mangler: {vist}",
                f"Kør `gateway topics --akasse {koder or '…'}`.",
            )
        ]
    return [ok("kafka-topics", f"{len(parter)} parter har deres tre topics")]


async def _indstillinger(admin: AIOKafkaAdminClient, topics: list[str], replikaer: int) -> list[Fund]:
    """cleanup.policy, the largest record, replication, and partitions alike for what a party reads and writes."""
    if not topics:
        return []
    fund: list[Fund] = []
    beskrevne = await admin.describe_topics(topics)
    tynde = [t["topic"] for t in beskrevne if any(len(p["replicas"]) < replikaer for p in t["partitions"])]
    if tynde:
        fund.append(advarsel("kafka-topics", f"{len(tynde)} topics har færre end {replikaer} kopier: {', '.join(tynde[:3])}",
                             "Hæv replikeringen (kafka-reassign-partitions)."))  # fmt: skip
    syge = [
        t["topic"]
        for t in beskrevne
        if any(len(p["isr"]) < len(p["replicas"]) or p["leader"] < 0 for p in t["partitions"])
    ]
    if syge:
        fund.append(fejl("kafka-topics", f"{len(syge)} topics har kopier, der ikke følger med: {', '.join(syge[:3])}",
                         "Se mæglernes log; vent, til kopierne er med igen."))  # fmt: skip
    svar = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, t) for t in topics])
    komprimerede, smaa, korte = [], [], []
    for r in (r for s in svar for r in s.resources):
        navn, vaerdier = r[3], {v[0]: v[1] for v in r[4]}
        if "compact" in (vaerdier.get("cleanup.policy") or ""):
            komprimerede.append(navn)
        if navn.endswith(".haendelser.v1") and int(vaerdier.get("max.message.bytes") or 0) < STOERSTE_POST:
            smaa.append(navn)
        holdes = int(vaerdier.get("retention.ms") or -1)
        if 0 <= holdes < 3 * 86_400_000:
            korte.append(navn)
    if komprimerede:
        fund.append(fejl("kafka-topics", f"{', '.join(komprimerede[:3])} komprimeres (cleanup.policy): beskeder går tabt",
                         "Sæt cleanup.policy=delete på dem."))  # fmt: skip
    if smaa:
        fund.append(advarsel("kafka-topics", f"{', '.join(smaa[:3])} tager ikke poster på 8 MiB (max.message.bytes)",
                             f"Sæt max.message.bytes til {STOERSTE_POST + 1024 * 1024}."))  # fmt: skip
    if korte:
        fund.append(advarsel("kafka-topics", f"{', '.join(korte[:3])} slettes inden for 3 dage (retention.ms): et nedbrud kan koste poster",
                             "Hæv retention.ms."))  # fmt: skip
    return fund or [
        ok("kafka-topics", f"{len(topics)} topics slettes efter alder, tager store poster, {replikaer} kopier")
    ]


async def _adgange(settings: Settings, parter: list[tuple[str, str]], principal: str, gateways: str) -> list[Fund]:
    """Each party's ACLs as that party: what it needs is there, and nothing of others' is."""
    try:
        findes = await kafkaadgang.hent_adgange(settings.kafka)
    except Opsaetningsfejl as f:
        return [
            fejl(
                "kafka-acl",
                f"adgangene kan ikke læses: {f}",
                "Slå en authorizer til, og giv gatewayen DESCRIBE på klyngen.",
            )
        ]
    fund: list[Fund] = []
    mangler: list[str] = []
    fremmede: list[str] = []
    for art, kode in parter:
        egen = principal.format(art=art, kode=kode)
        skal = set(kafkaadgang.partens_adgange(art, kode, egen))
        if skal - findes:
            mangler.append(f"{egen} ({len(skal - findes)})")
        fremmede += [f"{egen} på {a.ressource}" for a in sorted(findes, key=_orden) if a.principal in (egen, "User:*")
                     and a.ressourcetype == kafkaadgang.TOPIC and not _eget(a, art, kode)]  # fmt: skip
    skal = set(kafkaadgang.gatewayens_adgange(parter, gateways, settings.kafka.group_id))
    if skal - findes:
        mangler.append(f"{gateways} ({len(skal - findes)})")
    if mangler:
        fund.append(
            fejl("kafka-acl", f"adgange mangler: {', '.join(mangler[:4])}", "Kør `gateway topics` med --principal.")
        )
    if fremmede:
        fund.append(fejl("kafka-acl", f"for vid adgang: {', '.join(fremmede[:4])}", "Fjern den (kafka-acls --remove)."))
    return fund or [ok("kafka-acl", f"{len(parter)} parter og gatewayen har hver deres egne topics")]


def _orden(a: Adgang) -> tuple[str, str, int]:
    return a.principal, a.ressource, a.operation


def _eget(a: Adgang, art: str, kode: str) -> bool:
    """Whether the resource is the party's own: one of its topics by name, or a prefix that only they have."""
    if a.moenster == kafkaadgang.PRAEFIKS:
        return a.ressource.startswith(f"{art}.{kode}.")
    return a.ressource in partens_topics(art, kode)
