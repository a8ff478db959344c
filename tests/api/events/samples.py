"""Events as partners send them."""

from __future__ import annotations

from typing import Any

from api.events.words import CONTEXT

BOX = "urn:epc:id:bic:CSQU3054383"
BOX_TWO = "urn:epc:id:bic:MSKU9070323"
SSCC = "urn:epc:id:sscc:6901234.1234567890"


def booking_uri(booking: dict[str, Any]) -> str:
    """Return the URI of a booking."""
    return f"urn:hubport:booking:{booking['id']}"


def seen(at: str, step: str, place: str | None = None, *epcs: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an event that objects were seen."""
    event = {
        "type": "ObjectEvent",
        "eventTime": at,
        "eventTimeZoneOffset": "+08:00",
        "epcList": list(epcs) or [BOX],
        "action": "OBSERVE",
        "bizStep": step,
    }
    if place is not None:
        event["readPoint"] = {"id": f"urn:hubport:location:{place}"}
    return event | more


def boxed(at: str, box: str, *children: str, action: str = "ADD", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an event that objects were put into a box, or taken out."""
    return {
        "type": "AggregationEvent",
        "eventTime": at,
        "eventTimeZoneOffset": "+08:00",
        "parentID": box,
        "childEPCs": list(children),
        "action": action,
        "bizStep": "packing" if action == "ADD" else "unpacking",
    } | more


def document(*events: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a document with events."""
    return {
        "@context": [CONTEXT, {"ex": "https://example.com/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-18T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    } | more
