"""The check of documents of EPCIS: each rule broken alone, and both ways of saying what is right agree."""

from __future__ import annotations

import copy
import datetime as dt
import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.events.check import Checked, check_document
from api.events.schema import DOCUMENT_SCHEMA, FIELDS, MOST_EVENTS
from api.events.words import BOOKING, Vocabulary
from api.faults import RequestFaultsError
from data import Catalogue, load_catalogue
from tests.api.events.samples import BOX, SSCC, boxed, document, seen

NOW = dt.datetime(2026, 5, 18, 1, tzinfo=dt.UTC)
AT = "2026-05-17T18:10:00.250+08:00"
FULL = seen(
    AT,
    "departing",
    "CNNGB-P",
    SSCC,
    eventID="urn:uuid:5f9c6a2e-0f7b-4a6e-9a43-5b1d4f0c7b11",
    recordTime="2026-05-17T18:11:00Z",
    disposition="in_transit",
    persistentDisposition={"set": ["in_transit"], "unset": ["in_progress"]},
    bizLocation={"id": "urn:epc:id:sgln:6901234.00001.0"},
    bizTransactionList=[{"type": "bol", "bizTransaction": "urn:example:bol:1"}, {"bizTransaction": f"{BOOKING}bk_1"}],
    sourceList=[{"type": "location", "source": "urn:example:here"}],
    destinationList=[{"type": "location", "destination": "urn:example:there"}],
    quantityList=[{"epcClass": "urn:epc:class:lgtin:6901234.012345.L1", "quantity": 3.5, "uom": "KGM"}],
    certificationInfo="https://example.com/certificate",
    **{"ex:seal": {"number": "S1", "checks": [1, 2.5, None, True]}},
)
PACKED = boxed(AT, BOX, SSCC, childQuantityList=[{"epcClass": "urn:epc:idpat:sgtin:6901234.012345.*", "quantity": 7}])


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped words."""
    return Vocabulary(load_catalogue())


def check(value: object) -> list[Checked]:
    """Check a document."""
    return check_document(value, vocabulary(), NOW)


def faults(value: object) -> list[tuple[str, str]]:
    """Return field and rule of everything wrong with a document."""
    try:
        check(value)
    except RequestFaultsError as error:
        return [(fault.field.removeprefix("epcisBody.eventList[0]."), fault.rule) for fault in error.faults]
    return []


def changed(event: dict[str, Any], **change: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a document with one event of which some fields are others; None leaves one out."""
    kept = {name: value for name, value in (copy.deepcopy(event) | change).items() if value is not None}
    return document(kept)


def test_what_is_kept() -> None:
    """Everything said is kept as it was said but the time of recording; what it is about is found."""
    (found, packed) = check(document(FULL, PACKED))
    assert found.document == {name: value for name, value in FULL.items() if name != "recordTime"} | {
        "@context": [{"ex": "https://example.com/epcis/"}]
    }
    assert found.event_ms == 1_779_012_600_250
    assert found.subjects == [
        ("epc", SSCC),
        ("class", "urn:epc:class:lgtin:6901234.012345.L1"),
        ("bt:bol", "urn:example:bol:1"),
        ("bt:", f"{BOOKING}bk_1"),
    ]
    assert packed.subjects == [("child", SSCC), ("parent", BOX), ("class", "urn:epc:idpat:sgtin:6901234.012345.*")]
    assert "@context" not in packed.document


def test_words_are_made_short() -> None:
    """Words of CBV written as URIs are kept in the one short form; URIs of others stay."""
    for step in ("departing", "urn:epcglobal:cbv:bizstep:departing", "https://ref.gs1.org/cbv/BizStep-departing"):
        (found,) = check(changed(FULL, bizStep=step, disposition="https://ns.gs1.org/cbv/Disp-in_transit"))
        assert (found.document["bizStep"], found.document["disposition"]) == ("departing", "in_transit")
    (found,) = check(changed(FULL, bizStep="urn:example:hoisting"))
    assert found.document["bizStep"] == "urn:example:hoisting"


def test_an_id_is_made_of_the_content() -> None:
    """An event without an id gets one that the same event gets again, and another event does not."""
    first, same, other = (
        check(changed(FULL, eventID=None, eventTime=at))[0].event_id for at in (AT, AT, AT.replace("250", "251"))
    )
    assert first.startswith("urn:uuid:")
    assert (same, other == first) == (first, False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"type": "TransformationEvent"}, [("type", "event_type")]),
        ({"type": None}, [("type", "event_type")]),
        ({"eventTime": None}, [("eventTime", "required")]),
        ({"eventTime": "2026-05-17T18:10:00"}, [("eventTime", "event_time")]),
        ({"eventTime": "2026-13-17T18:10:00Z"}, [("eventTime", "event_time")]),
        ({"eventTime": "0001-01-01T00:00:00+14:00"}, [("eventTime", "event_time")]),
        ({"eventTime": 5}, [("eventTime", "event_time")]),
        ({"eventTime": "2026-05-18T02:00:01Z"}, [("eventTime", "event_future")]),
        ({"recordTime": "yesterday"}, [("recordTime", "event_time")]),
        ({"eventTimeZoneOffset": None}, [("eventTimeZoneOffset", "required")]),
        ({"eventTimeZoneOffset": "+14:30"}, [("eventTimeZoneOffset", "event_offset")]),
        ({"eventTimeZoneOffset": "8"}, [("eventTimeZoneOffset", "event_offset")]),
        ({"action": None}, [("action", "required")]),
        ({"action": "LOOK"}, [("action", "event_word")]),
        ({"bizStep": "departure"}, [("bizStep", "event_vocabulary")]),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:hoisting"}, [("bizStep", "event_vocabulary")]),
        ({"disposition": 5}, [("disposition", "event_vocabulary")]),
        ({"eventID": "5"}, [("eventID", "event_uri")]),
        ({"eventID": "urn:" + "x" * 300}, [("eventID", "event_uri")]),
        ({"epcList": "urn:a:b"}, [("epcList", "event_list")]),
        ({"epcList": [SSCC, "x"]}, [("epcList[1]", "event_uri")]),
        ({"epcList": [SSCC, SSCC]}, [("epcList", "event_repeated")]),
        ({"epcList": ["urn:a b"]}, [("epcList[0]", "event_uri")]),
        ({"epcList": None, "quantityList": []}, [("epcisBody.eventList[0]", "event_nothing")]),
        ({"readPoint": "urn:a:b"}, [("readPoint", "event_object")]),
        ({"readPoint": {}}, [("readPoint.id", "required")]),
        ({"bizLocation": {"id": "urn:a:b", "ex:x": 1}}, [("bizLocation.ex:x", "unknown_field")]),
        ({"bizTransactionList": [{"type": "bill"}]}, [
            ("bizTransactionList[0].bizTransaction", "required"), ("bizTransactionList[0].type", "event_vocabulary")]),
        ({"sourceList": [{"source": "urn:a:b"}]}, [("sourceList[0].type", "required")]),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": -1}]}, [("quantityList[0].quantity", "event_number")]),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": True}]}, [("quantityList[0].quantity", "event_number")]),
        ({"quantityList": [{"epcClass": "urn:a:b", "uom": "kg"}]}, [("quantityList[0].uom", "event_unit")]),
        ({"persistentDisposition": {"set": []}}, [("persistentDisposition.set", "event_empty")]),
        ({"errorDeclaration": {}}, [("errorDeclaration.declarationTime", "required")]),
        ({"errorDeclaration": {"declarationTime": AT, "reason": "typo"}}, [
            ("errorDeclaration.reason", "event_vocabulary")]),
        ({"ilmd": {"ex:lot": 1}}, [("ilmd", "event_ilmd")]),
        ({"ilmd": [], "action": "ADD"}, [("ilmd", "event_object")]),
        ({"seal": 1}, [("seal", "unknown_field")]),
        ({"parentID": "urn:a:b"}, [("parentID", "unknown_field")]),
        ({"other:seal": 1}, [("other:seal", "event_prefix")]),
        ({"ex:seal": float("nan")}, [("ex:seal", "number")]),
        ({"ex:seal": "\ud800"}, [("ex:seal", "malformed")]),
    ],
)  # fmt: skip
def test_each_rule_alone(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """What is wrong with an event is told at its place."""
    found = faults(changed(FULL, **change))
    assert [(field or "epcisBody.eventList[0]", rule) for field, rule in found] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"parentID": None}, [("parentID", "event_parent")]),
        ({"parentID": None, "action": "DELETE"}, [("parentID", "event_parent")]),
        ({"parentID": None, "action": "OBSERVE"}, []),
        ({"childEPCs": None, "childQuantityList": None}, [("epcisBody.eventList[0]", "event_nothing")]),
        ({"childEPCs": None, "childQuantityList": None, "action": "DELETE"}, []),
        ({"childEPCs": []}, []),
        ({"epcList": [SSCC]}, [("epcList", "unknown_field")]),
    ],
)
def test_rules_of_boxes(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Who puts in or takes out names the box; only emptying a box names no content."""
    assert faults(changed(PACKED, **change)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [("body", "event_object")]),
        ([], [("body", "event_object")]),
        (document(FULL, type="EPCISQueryDocument"), [("type", "event_version")]),
        (document(FULL, schemaVersion="1.2"), [("schemaVersion", "event_version")]),
        (document(FULL, creationDate="today"), [("creationDate", "event_time")]),
        (document(FULL, sender=5), [("sender", "text")]),
        (document(FULL, more=5), [("more", "unknown_field")]),
        (document(PACKED, **{"@context": []}), [("@context", "event_context")]),
        (document(PACKED, **{"@context": 5}), [("@context", "malformed")]),
        (document(PACKED, **{"@context": None}), [("@context", "malformed")]),
        (document(), [("epcisBody.eventList", "event_empty")]),
        (document(*[PACKED] * (MOST_EVENTS + 1)), [("epcisBody.eventList", "too_many")]),
        (document(epcisBody=[]), [("epcisBody", "event_object")]),
        (document(epcisBody=None), [("epcisBody", "event_object")]),
        (document(epcisBody={}), [("epcisBody.eventList", "required")]),
        (document(5), [("epcisBody.eventList[0]", "event_object")]),  # type: ignore[arg-type]
    ],
)
def test_rules_of_documents(value: object, expected: list[tuple[str, str]]) -> None:
    """What is wrong around the events is told as well."""
    assert faults(value) == expected


def test_all_faults_at_once() -> None:
    """Faults of the document and of every event are told together."""
    found = faults(document(FULL | {"action": "LOOK"}, PACKED | {"parentID": 1}, schemaVersion="1"))
    assert found == [
        ("schemaVersion", "event_version"),
        ("action", "event_word"),
        ("epcisBody.eventList[1].parentID", "event_uri"),
    ]


def test_own_fields_are_dropped() -> None:
    """What the service adds to events that it gives out is left out when they come back."""
    (found,) = check(changed(FULL, **{"hubport:id": "ev_1", "@context": [{"hubport": "urn:hubport:"}]}))
    assert "hubport:id" not in found.document


SOUND = (FULL, PACKED, FULL | {"action": "ADD", "ilmd": {"ex:lot": 1}}, PACKED | {"action": "DELETE", "childEPCs": []})
VALUES: tuple[Any, ...] = (
    None, 5, -1, "", "x", "urn:a:b", "departing", "+08:00", [], {}, [5], ["urn:a:b"],
    ["urn:a:b", "urn:a:b"], {"id": "urn:a:b"},
    [{"type": "bol", "bizTransaction": "urn:a:b"}], [{"type": "location", "source": "urn:a:b"}], "OBSERVE", "DELETE",
    [{"epcClass": "urn:a:b", "quantity": 2}], {"set": ["active"]}, AT,
)  # fmt: skip


@given(
    st.sampled_from(SOUND),
    st.sampled_from(sorted(FIELDS["ObjectEvent"] | FIELDS["AggregationEvent"] | {"seal", "ex:seal"})),
    st.sampled_from(VALUES),
    st.booleans(),
)
def test_schema_and_check_agree(event: dict[str, Any], name: str, value: object, is_dropped: bool) -> None:  # noqa: FBT001
    """What the schema refuses the check refuses, and the other way round, whatever field is changed."""
    if name == "type":
        return
    asked = changed(event, **{name: None}) if is_dropped else document(copy.deepcopy(event) | {name: value})
    is_time = name in {"eventTime", "recordTime"}
    told = faults(json.loads(json.dumps(asked)))
    if any(rule == "event_vocabulary" for _, rule in told) or (is_time and not is_dropped):
        return
    is_sound = jsonschema.Draft202012Validator(DOCUMENT_SCHEMA).is_valid(asked)
    assert is_sound == (not told), (name, value, told)


def test_small_tables() -> None:
    """A data set without words takes URIs only."""
    bare = Vocabulary(Catalogue.from_rows({}))
    with pytest.raises(RequestFaultsError, match="bizStep"):
        check_document(document(seen(AT, "departing")), bare, NOW)
    assert check_document(document(seen(AT, "urn:a:b")), bare, NOW)
