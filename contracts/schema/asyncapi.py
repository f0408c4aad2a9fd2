"""The AsyncAPI 3.0 document: which topics there are, who writes and reads them, and which types they carry.

Actions are the gateway's own: it receives what parties publish and sends what they read.
"""

from __future__ import annotations

from typing import Any

from contracts.events import HAENDELSESTYPER
from contracts.messages import BESKEDTYPER, DLQ, KVITTERINGER, TIL_AKASSE, TIL_BEGGE, TIL_JOBCENTER

_PARAMETRE = {
    "akasse": ("akassekode", "The a-kasse's code, as it stands in source."),
    "jobcenter": ("kommunekode", "The kommune whose jobcentre it is, as it stands in source."),
}


def dokument() -> dict[str, Any]:
    """The whole document, ready to be written as YAML or JSON."""
    kanaler: dict[str, Any] = {}
    operationer: dict[str, Any] = {}

    def kanal(navn: str, adresse: str, tekst: str, handling: str, typer: list[str], art: str | None = None) -> None:
        kanaler[navn] = {"address": adresse, "description": tekst}
        if art is not None:
            parameter, betydning = _PARAMETRE[art]
            kanaler[navn]["parameters"] = {parameter: {"description": betydning}}
        kanaler[navn]["messages"] = {t: {"$ref": f"#/components/messages/{t}"} for t in typer}
        operationer[f"{handling}_{navn}"] = {
            "action": handling,
            "channel": {"$ref": f"#/channels/{navn}"},
            "messages": [{"$ref": f"#/channels/{navn}/messages/{t}"} for t in typer],
        }

    for art, beskeder in (("akasse", TIL_AKASSE), ("jobcenter", TIL_JOBCENTER)):
        topic = f"{art}.{{{_PARAMETRE[art][0]}}}"
        ind = [t for t in HAENDELSESTYPER if t.startswith(f"{art}.")]
        ud = sorted({**beskeder, **TIL_BEGGE})
        kanal(f"{art}_haendelser", f"{topic}.haendelser.v1", "Events that the party publishes.", "receive", ind, art)
        kvitteringer = "What became of each event the party published."
        kanal(f"{art}_kvitteringer", f"{topic}.kvitteringer.v1", kvitteringer, "send", sorted(KVITTERINGER), art)
        kanal(f"{art}_beskeder", f"{topic}.beskeder.v1", "Notifications for the party.", "send", ud, art)
    kanal("dlq", "gateway.dlq.v1", "One masked record per change of a dead letter, for operators.", "send", sorted(DLQ))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Gateway between Danish a-kasser, jobcentres and DFDG",
            "version": "1",
            "description": (
                "Within .v1 of a type only optional fields, types and codes are added; .v2 lives beside .v1 for at "
                "least 12 months. In: order is that of one partition, so one stable key per person, never a CPR "
                "number. Out: the key is the citizen's pseudonym; messages may be repeated with the same id."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": kanaler,
        "operations": operationer,
        "components": {
            "messages": {
                **{t: _besked(t, "kuvert-ind") for t in HAENDELSESTYPER},
                **{t: _besked(t, "kuvert-ud") for t in BESKEDTYPER},
            }
        },
    }


def _besked(type_: str, kuvert: str) -> dict[str, Any]:
    model = {**HAENDELSESTYPER, **BESKEDTYPER}[type_]
    return {
        "name": type_,
        "summary": " ".join((model.__doc__ or type_).split()),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": f"./json/{kuvert}.schema.json"},
                {"properties": {"type": {"const": type_}, "data": {"$ref": f"./json/{type_}.schema.json"}}},
            ]
        },
    }
