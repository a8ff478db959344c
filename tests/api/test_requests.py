"""The one check of requests."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.faults import RequestFaultsError
from api.requests import Ask, Request, check_request
from data.cargo_rules import GOODS
from tests.api.cases import BAD, GOOD, IDS, NAIVE
from tests.api.fakes import NOW

if TYPE_CHECKING:
    from data import Catalogue


def ask(**changes: object) -> Ask:
    """Return the good request with some fields changed."""
    values = GOOD | changes
    values["origin"], values["destination"] = values.pop("from"), values.pop("to")
    return Ask(**values)


def faults(catalogue: Catalogue, question: Ask) -> list[tuple[str, str]]:
    """Return field and rule of every fault of a request."""
    with pytest.raises(RequestFaultsError) as refused:
        check_request(question, catalogue, NOW)
    return [(item.field, item.rule) for item in refused.value.faults]


def checked(catalogue: Catalogue, **changes: object) -> Request:
    """Return the good request with some fields changed, checked."""
    return check_request(ask(**changes), catalogue, NOW)


def test_good(catalogue: Catalogue) -> None:
    """Names become codes, units base units, and a date 09:00 at the origin."""
    shipment = checked(catalogue).shipment
    assert (shipment.origin, shipment.destination) == ("CNWNZ", "DEHAM-P")
    assert (shipment.mass_g, shipment.volume_cm3, shipment.pieces) == (800_000, 4_200_000, 1)
    assert shipment.ready_at == dt.datetime(2026, 5, 20, 1, tzinfo=dt.UTC)
    assert (shipment.box, shipment.boxes, shipment.regime, shipment.due_at) == (None, 0, "0110", None)


@pytest.mark.parametrize(("change", "field", "rule"), [*BAD, NAIVE], ids=[*IDS, "naive"])
def test_bad(catalogue: Catalogue, change: dict[str, Any], field: str, rule: str) -> None:
    """Each bad value is refused, and its field and the rule are named."""
    assert (field, rule) in faults(catalogue, ask(**change))


def test_all_at_once(catalogue: Catalogue) -> None:
    """Every fault is found in one go."""
    found = faults(catalogue, Ask(origin="x", weight_kg=0, hs="1", pieces=0, ready="x", currency="?"))
    assert {field for field, _ in found} == {
        "from",
        "to",
        "weight_kg",
        "volume_m3",
        "hs",
        "pieces",
        "ready",
        "currency",
    }


def test_messages_suggest(catalogue: Catalogue) -> None:
    """An unknown place comes with those it resembles, an ambiguous one with all it may be."""
    with pytest.raises(RequestFaultsError) as unknown:
        checked(catalogue, **{"from": "Wenzhow"})
    assert "CNWNZ 温州 Wenzhou" in unknown.value.faults[0].message_en
    with pytest.raises(RequestFaultsError) as ambiguous:
        checked(catalogue, **{"from": "双城"})
    assert "CNWNZ-A" in ambiguous.value.faults[0].message_zh
    assert "TWTPE-A" in ambiguous.value.faults[0].message_zh


def test_deadlines_are_days(catalogue: Catalogue) -> None:
    """A due date is the end of that day at the destination, a departure date that at the origin."""
    shipment = checked(catalogue, due="2026-07-01", depart_by="2026-05-30").shipment
    assert shipment.due_at == dt.datetime(2026, 7, 1, 21, 59, tzinfo=dt.UTC)
    assert shipment.depart_by == dt.datetime(2026, 5, 30, 15, 59, tzinfo=dt.UTC)


def test_ready_now(catalogue: Catalogue) -> None:
    """Cargo is ready now when nothing is said, and may have been for a day."""
    assert checked(catalogue, ready=None).shipment.ready_at == NOW
    assert checked(catalogue, ready="2026-05-17T01:00Z").shipment.ready_at == NOW - dt.timedelta(days=1)


def test_local_times(catalogue: Catalogue) -> None:
    """A form may give times without zone; they are those of the place."""
    request = check_request(
        Ask(
            origin="CNWNZ",
            destination="DEHAM-P",
            weight_kg=1,
            volume_m3=Decimal("0.01"),
            ready="2026-05-20T08:30",
            due="2026-08-01T08:30",
            local_times=True,
        ),
        catalogue,
        NOW,
    )
    assert request.shipment.ready_at == dt.datetime(2026, 5, 20, 0, 30, tzinfo=dt.UTC)
    assert request.shipment.due_at == dt.datetime(2026, 8, 1, 6, 30, tzinfo=dt.UTC)


def test_box_and_value(catalogue: Catalogue) -> None:
    """One box is meant when no number is said; a value is in minor units of the answer's currency."""
    request = checked(catalogue, box="40hq", value="1234.565", currency="eur")
    assert (request.shipment.box, request.shipment.boxes) == ("40HQ", 1)
    assert (request.shipment.value_minor, request.shipment.value_currency) == (123_457, "EUR")
    assert checked(catalogue, value="1234", currency="JPY").shipment.value_minor == 1234
    assert request.currency == "EUR"


def test_avoid_is_told_apart(catalogue: Catalogue) -> None:
    """Modes, passages, territories and services are known by their names, in any case and language."""
    filters = checked(catalogue, avoid=["AIR, Suez", "tw、德国", "road-1"]).filters
    assert filters.modes == {"road", "rail", "sea", "parcel"}
    assert filters.avoid_passages == {"suez"}
    assert filters.avoid_territories == {"TW", "DE"}
    assert filters.avoid_services == {"ROAD-1"}


def test_filters(catalogue: Catalogue) -> None:
    """The other filters are read too, and the default allows everything."""
    filters = checked(catalogue, modes="sea,铁路", via="宁波港", max_transfers="2", scenario=["AIR-1"]).filters
    assert (filters.modes, filters.via, filters.max_transfers) == ({"sea", "rail"}, ("CNNGB-P",), 2)
    assert filters.scenarios == {"AIR-1"}
    assert checked(catalogue).filters.modes is None


@pytest.mark.parametrize("value", [True, [], {}, b"5", object()])
def test_wrong_types(catalogue: Catalogue, value: object) -> None:
    """Values of other types than text and numbers are faults, not crashes."""
    assert ("weight_kg", "number") in faults(catalogue, ask(weight_kg=value))
    assert ("from", "text") in faults(catalogue, ask(**{"from": value}))


@given(text=st.text(max_size=30))
def test_no_text_crashes(catalogue: Catalogue, text: str) -> None:
    """Whatever is typed anywhere, the answer is a request or a list of faults."""
    for name in [*GOOD, "due", "hs", "value", "currency", "box", "boxes", "goods", "avoid", "via", "scenario", "modes"]:
        with suppress(RequestFaultsError):
            checked(catalogue, **{name: text})


def test_goods_are_those_of_the_schema() -> None:
    """The class "any" is for rules, not for cargo."""
    assert "any" not in GOODS
    assert "battery_loose" in GOODS


def test_unknown_fields_and_backward_come_with_the_rest(catalogue: Catalogue) -> None:
    """Fields nobody knows, and planning backward without a due time, are listed with everything else."""
    found = faults(catalogue, ask(weight_kg=-1, backward="yes", unknown={"colour": "red", "size": 4}))
    assert {("weight_kg", "positive"), ("due", "due_required"), ("colour", "unknown_field")} <= set(found)
    assert ("size", "unknown_field") in found
    assert ("backward", "flag") in faults(catalogue, ask(backward="perhaps"))


def test_what_was_not_said_is_remembered(catalogue: Catalogue) -> None:
    """One piece that was said differs from one that was taken for granted."""
    assert not checked(catalogue).has_pieces
    assert checked(catalogue, pieces=1).has_pieces
    assert checked(catalogue, backward=True, due="2026-09-01").is_backward
    assert not checked(catalogue).is_backward
