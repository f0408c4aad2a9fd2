"""The envelope as JSON Schema: CloudEvents 1.0 with the project's attributes."""

from __future__ import annotations

from typing import Any

_TEKST: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 256}

KUVERT_IND: dict[str, Any] = {
    "$id": "urn:akasse-dfdg-gateway:kuvert-ind",
    "title": "An event in, structured form",
    "description": (
        "Binary form: the same attributes as ce_* headers in UTF-8 and data alone as the value. At most 256 KiB and 64 "
        "levels; no U+0000; unknown attributes are ignored; null is absent."
    ),
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_TEKST, "description": "Unique per source. The same id with the same content has no further effect."},
        "source": {
            "type": "string",
            "pattern": "^/(akasse|jobcenter)/[0-9A-Za-z]{1,20}(/[^\\s]{1,200})?$",
            "maxLength": 256,
            "description": "/akasse/<akassekode>[/<system>] or /jobcenter/<kommunekode>[/<system>], as the topic.",
        },
        "type": _TEKST,
        "time": {"type": "string", "format": "date-time", "description": "When it was registered, with offset."},
        "subject": {**_TEKST, "description": "The publisher's own id of the person, never a CPR number."},
        "datacontenttype": {"type": "string"},
        "traceparent": _TEKST,
        "correlationid": _TEKST,
        "sekvens": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2**63 - 1,
            "description": "Rises per source and subject.",
        },
        "erstatter": {**_TEKST, "description": "The id of an earlier event whose place in the order this one takes."},
        "data": {"type": "object"},
    },
}

KUVERT_UD: dict[str, Any] = {
    "$id": "urn:akasse-dfdg-gateway:kuvert-ud",
    "title": "A message out, structured form",
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_TEKST, "description": "Stays the same when the message is sent again."},
        "source": {"type": "string", "pattern": "^/gateway/", "description": "/gateway/<miljoe>"},
        "type": _TEKST,
        "time": {"type": "string", "format": "date-time"},
        "subject": {**_TEKST, "description": "The citizen's pseudonym; also the record's key."},
        "datacontenttype": {"const": "application/json"},
        "causationid": {**_TEKST, "description": "The id of the event that caused the message."},
        "correlationid": _TEKST,
        "traceparent": _TEKST,
        "sekvens": {
            "type": "integer",
            "minimum": 0,
            "description": "Rises per topic and citizen; one that is not higher than the last seen is ignored.",
        },
        "data": {"type": "object"},
    },
}
