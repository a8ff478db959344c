"""The catalogue: look-ups, replacement, fingerprint, copies."""

from __future__ import annotations

import dataclasses
import pickle
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import Catalogue, SettingsError, TableFaultsError, UnknownIdError
from data.schedule import departures
from tests.data.world import build, find, small

SMALL = build(small())


def test_look_ups() -> None:
    """Rows are found by code; what is not there is told with what looks like it."""
    assert SMALL.location("DEHAM-P").name_en == "Hamburg port"
    assert SMALL.service("SEA-1").mode == "sea"
    assert [call.seq for call in SMALL.calls_of("SEA-1")] == [1, 2]
    assert SMALL.calls_of("nothing") == ()
    assert SMALL.exchange_rate("JPY").exponent == 0
    with pytest.raises(UnknownIdError, match="DEHAM-P") as caught:
        SMALL.location("DEHAMP")
    assert caught.value.near[0] == "DEHAM-P"
    with pytest.raises(UnknownIdError, match="SEA-1"):
        SMALL.service("SEA1")
    with pytest.raises(UnknownIdError, match="CNY"):
        SMALL.exchange_rate("GBP")
    with pytest.raises(UnknownIdError, match="tariffs"):
        SMALL.table("tarifs")


def test_settings() -> None:
    """Settings are text or whole numbers; one that is missing or neither is refused by name."""
    assert SMALL.setting("base_currency") == "CNY"
    assert SMALL.setting_int("horizon_days") == 365
    with pytest.raises(SettingsError, match="base_currency"):
        SMALL.setting_int("base_currency")
    with pytest.raises(SettingsError, match="nothing"):
        SMALL.setting("nothing")


def test_from_rows_fills_in_provenance_and_defaults() -> None:
    """Rows in a test need only what they are about, as text or as values."""
    rows = {
        "fx": [{"currency": "USD", "cny_per_unit": Decimal("7.1"), "assumed": True}],
        "calendars": [{"code": "A", "name_zh": "a", "name_en": "a", "mon": ((0, 1440),), "tue": "08:00-09:00"}],
    }  # fmt: skip
    catalogue = Catalogue.from_rows(rows)
    rate, calendar = catalogue.fx[0], catalogue.calendars[0]
    assert (rate.cny_per_unit, rate.exponent, rate.assumed, rate.source, rate.confidence) == (
        Decimal("7.1"),
        2,
        True,
        "test",
        "high",
    )
    assert (calendar.mon, calendar.tue, calendar.wed, calendar.holidays) == (((0, 1440),), ((480, 540),), (), "open")
    assert catalogue.services == ()
    assert Catalogue.from_rows({"fx": []}).fx == ()


def test_from_rows_refuses() -> None:
    """Unknown tables and columns, missing cells and impossible values are refused, all at once."""
    with pytest.raises(UnknownIdError, match="services"):
        Catalogue.from_rows({"service": []})
    with pytest.raises(TableFaultsError) as caught:
        Catalogue.from_rows({"fx": [{"currency": "CNY"}], "settings": [{"key": object(), "worth": "1"}]})
    assert {fault.rule for fault in caught.value.faults} == {"required", "id"}
    with pytest.raises(TableFaultsError, match="unknown-column"):
        Catalogue.from_rows({"settings": [{"key": "a", "worth": "1"}]})


def test_replace_checks_again() -> None:
    """A scenario is another catalogue, checked like the first, which it leaves as it was."""
    service = dataclasses.replace(SMALL.service("AIR-1"), status="active")
    others = [row for row in SMALL.services if row.id != "AIR-1"]
    scenario = SMALL.replace(services=[*others, service])
    assert scenario.service("AIR-1").status == "active"
    assert SMALL.service("AIR-1").status == "scenario"
    assert scenario.is_complete
    assert scenario.fingerprint != SMALL.fingerprint
    with pytest.raises(TableFaultsError, match="dangling-reference"):
        SMALL.replace(services=others)
    with pytest.raises(UnknownIdError):
        SMALL.replace(service=[])


@given(st.integers(0, 2**32))
def test_fingerprint_ignores_order(seed: int) -> None:
    """The same facts in another order have the same fingerprint."""
    generator = np.random.default_rng(seed)
    rows = {name: [table[place] for place in generator.permutation(len(table))] for name, table in small().items()}
    assert build(rows).fingerprint == SMALL.fingerprint


def test_fingerprint_sees_facts() -> None:
    """Another fact or source changes the fingerprint; another way to write a number does not."""
    rows = small()
    find(rows, "tariffs", id="T-2")["rate"] = "2450.5"
    assert build(rows).fingerprint == SMALL.fingerprint
    find(rows, "tariffs", id="T-2")["source"] = "somebody else"
    assert build(rows).fingerprint != SMALL.fingerprint
    rows = small()
    find(rows, "tariffs", id="T-2")["rate"] = "2450.51"
    assert build(rows).fingerprint != SMALL.fingerprint


def test_copies_travel_without_what_is_derived() -> None:
    """A catalogue that has been used can be sent to another process and answers the same there."""
    before = departures(SMALL, SMALL.service("SEA-1"))
    copy = pickle.loads(pickle.dumps(SMALL))  # noqa: S301 - our own bytes
    assert copy.fingerprint == SMALL.fingerprint
    assert (departures(copy, copy.service("SEA-1")) == before).all()


def test_derived_is_made_once() -> None:
    """What is derived from a catalogue is made once for each."""
    made = []

    def make(catalogue: Catalogue) -> int:
        made.append(catalogue)
        return len(made)

    assert [SMALL.derived(make), SMALL.derived(make), build(small()).derived(make)] == [1, 1, 2]
