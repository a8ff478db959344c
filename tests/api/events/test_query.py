"""Asking for events: parameters of EPCIS against a filter over all events, and pages that miss and repeat nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pytest

from tests.api.bookings.test_bookings import problem
from tests.api.events.samples import BOX, BOX_TWO, SSCC, boxed, seen
from tests.api.events.test_capture import listed, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.booking_world import World

Events = list[dict[str, Any]]
START = dt.datetime(2026, 5, 10, tzinfo=dt.UTC)
OBJECTS = (BOX, BOX_TWO, SSCC, "urn:epc:id:sgtin:6901234.012345.1", "urn:epc:id:sgtin:6901234.012345.2")
PLACES = ("CNNGB-P", "TWKHH-P", "DEHAM-P")


def some_events(count: int) -> Events:
    """Return events of all sorts, many of them at the same moment."""
    rng = np.random.default_rng(5)
    events: Events = []
    for number in range(count):
        at = (
            START + dt.timedelta(minutes=int(rng.integers(0, 6)) * 60, milliseconds=int(rng.integers(0, 2)))
        ).isoformat(timespec="milliseconds")
        chosen = [str(one) for one in rng.choice(OBJECTS, size=int(rng.integers(1, 3)), replace=False)]
        more: dict[str, Any] = {"eventID": f"urn:example:{number}"}
        if rng.random() < 0.5:
            more["disposition"] = str(rng.choice(["in_transit", "active"]))
        if rng.random() < 0.4:
            more["bizTransactionList"] = [
                {"type": str(rng.choice(["bol", "po"])), "bizTransaction": f"urn:a:{rng.integers(3)}"}
            ]
        if rng.random() < 0.4:
            more["bizLocation"] = {"id": f"urn:hubport:location:{rng.choice(PLACES)}"}
        if rng.random() < 0.3:
            action = str(rng.choice(["ADD", "DELETE"]))
            events.append(boxed(at, BOX, *[one for one in chosen if one != BOX] or [SSCC], action=action, **more))
        else:
            place = str(rng.choice(PLACES)) if rng.random() < 0.7 else None
            events.append(seen(at, str(rng.choice(["departing", "arriving"])), place, *chosen, **more))
    return events


def when(event: dict[str, Any]) -> dt.datetime:
    """Return when an event happened."""
    return dt.datetime.fromisoformat(event["eventTime"])


def about(event: dict[str, Any], *names: str) -> set[str]:
    """Return the objects in some fields of an event."""
    found = [event.get(name, []) for name in names]
    return {uri for one in found for uri in ([one] if isinstance(one, str) else one)}


def place(event: dict[str, Any], name: str) -> str:
    """Return the code of a place of an event."""
    uri: str = event.get(name, {}).get("id", "")
    return uri.removeprefix("urn:hubport:location:")


def things(event: dict[str, Any]) -> set[str]:
    """Return the objects that were seen or put into something."""
    return about(event, "epcList", "childEPCs")


def transactions(event: dict[str, Any], kind: str) -> set[str]:
    """Return the business transactions of a kind that an event names."""
    return {one["bizTransaction"] for one in event.get("bizTransactionList", []) if one["type"] == kind}


FILTERS: list[tuple[dict[str, str], Callable[[dict[str, Any]], bool]]] = [
    ({"eventType": "AggregationEvent"}, lambda e: e["type"] == "AggregationEvent"),
    ({"EQ_action": "ADD,DELETE"}, lambda e: e["action"] in {"ADD", "DELETE"}),
    ({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:departing"}, lambda e: e["bizStep"] == "departing"),
    ({"EQ_disposition": "active"}, lambda e: e.get("disposition") == "active"),
    ({"MATCH_epc": SSCC}, lambda e: SSCC in things(e)),
    ({"MATCH_epc": BOX}, lambda e: BOX in things(e)),
    ({"MATCH_parentID": BOX}, lambda e: e.get("parentID") == BOX),
    ({"MATCH_anyEPC": f"{BOX},{SSCC}"}, lambda e: bool({BOX, SSCC} & (things(e) | about(e, "parentID")))),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:6901234.*.*"}, lambda e: any(":sgtin:" in one for one in things(e))),
    ({"MATCH_epc": "urn:epc:idpat:sscc:6901234.*"}, lambda e: SSCC in things(e)),
    ({"GE_eventTime": "2026-05-10T10:00:00+08:00"}, lambda e: when(e) >= START + dt.timedelta(hours=2)),
    ({"LT_eventTime": "2026-05-10T02:00:00.001Z"}, lambda e: when(e) < START + dt.timedelta(hours=2, milliseconds=1)),
    ({"EQ_readPoint": "urn:hubport:location:CNNGB-P"}, lambda e: place(e, "readPoint") == "CNNGB-P"),
    ({"EQ_bizLocation": "urn:hubport:location:DEHAM-P"}, lambda e: place(e, "bizLocation") == "DEHAM-P"),
    ({"EQ_bizTransaction_bol": "urn:a:1"}, lambda e: "urn:a:1" in transactions(e, "bol")),
    ({"EQ_eventID": "urn:example:3,urn:example:5"}, lambda e: e["eventID"] in {"urn:example:3", "urn:example:5"}),
    ({"EXISTS_errorDeclaration": "false"}, lambda _: True),
    ({"GE_recordTime": "2026-05-18T01:00:00Z"}, lambda _: True),
    ({"LT_recordTime": "2026-05-18T01:00:00.001Z"}, lambda _: True),
    ({"LT_recordTime": "2026-05-18T01:00:00Z"}, lambda _: False),
]  # fmt: skip


def test_filters(world: World) -> None:
    """Every parameter, alone and with another, finds what a look at every event finds."""
    events = some_events(60)
    assert send(world.local, *events).status_code == 201
    for number, (query, holds) in enumerate(FILTERS):
        other, holds_too = FILTERS[(number * 7 + 3) % len(FILTERS)]
        for asked, expected in (
            (query, [event for event in events if holds(event)]),
            (
                {**other, **query},
                [event for event in events if holds(event) and (holds_too(event) or other.keys() & query)],
            ),
        ):
            found = listed(world.local, f"?{urlencode({**asked, 'perPage': 200})}")
            assert {event["eventID"] for event in found} == {event["eventID"] for event in expected}, asked


@pytest.mark.parametrize(
    "order", ["", "orderBy=eventTime", "orderBy=eventTime&orderDirection=ASC", "orderBy=recordTime"]
)
def test_pages(world: World, order: str) -> None:
    """Pages follow each other in order, and hold everything once, though many events happen at the same moment."""
    events = some_events(40)
    for part in (events[:25], events[25:]):
        assert send(world.local, *part).status_code == 201
        world.clock.forward(seconds=5)
    address: str | None = f"/v1/events?perPage=7&EQ_action=OBSERVE,ADD,DELETE&{order}"
    found: Events = []
    while address is not None:
        response = world.local.send("GET", address)
        assert response.status_code == 200, response.text
        page = response.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert 1 <= len(page) <= 7
        found += page
        link = response.headers.get("link")
        address = None if link is None else link.removeprefix("<").partition(">")[0]
        if address is not None:
            assert dict(parse_qsl(urlsplit(address).query))["perPage"] == "7"
    assert sorted(event["eventID"] for event in found) == sorted(event["eventID"] for event in events)
    if "eventTime" in order:
        times = [when(event) for event in found]
        assert times == sorted(times, reverse="ASC" not in order)
    else:
        records = [event["recordTime"] for event in found]
        assert records == sorted(records, reverse=bool(order))


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("eventType=TransformationEvent", "eventType", "event_word"),
        ("EQ_action=LOOK", "EQ_action", "event_word"),
        ("GE_eventTime=today", "GE_eventTime", "event_time"),
        ("EQ_bizStep=%00", "EQ_bizStep", "event_uri"),
        ("EQ_bizTransaction_%00=urn:a:b", "EQ_bizTransaction_\0", "event_uri"),
        ("EQ_readPoint=here", "EQ_readPoint", "event_uri"),
        ("MATCH_epc=urn:epc:idpat:sgtin:*.1.2", "MATCH_epc", "malformed"),
        ("MATCH_epc=,", "MATCH_epc", "required"),
        ("WD_readPoint=urn:a:b", "WD_readPoint", "unknown_field"),
        ("perPage=0", "perPage", "malformed"),
        ("perPage=²", "perPage", "malformed"),
        ("perPage=201", "perPage", "malformed"),
        ("nextPageToken=x", "nextPageToken", "malformed"),
        ("nextPageToken=IjE5OTk5OTk5OTk5OTk5OTk5OTkuZXYi", "nextPageToken", "malformed"),
        ("orderBy=action", "orderBy", "event_word"),
        ("orderDirection=UP", "orderDirection", "event_word"),
        ("EQ_eventID=" + ",".join(["urn:a:b"] * 101), "EQ_eventID", "too_many"),
    ],
)
def test_bad_parameters(world: World, query: str, field: str, rule: str) -> None:
    """What is not understood is refused rather than left out."""
    body = problem(world.local.send("GET", f"/v1/events?{query}"), 422, "invalid-request")
    assert [(error["field"], error["rule"]) for error in body["errors"]] == [(field, rule)]
