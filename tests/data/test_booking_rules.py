"""Rules of the tables about booking, each broken alone."""

from __future__ import annotations

import pytest

from data import load_catalogue
from tests.data.world import build, faults_of, small


@pytest.mark.parametrize(
    ("table", "place", "cells", "rule"),
    [
        ("booking_terms", 0, {"minutes": "0"}, "booking-term-time"),
        ("booking_terms", 0, {"minutes": "-1"}, "sign"),
        ("booking_terms", 1, {"mode": ""}, "booking-term-twice"),
        ("booking_terms", 1, {"mode": "rocket"}, "enum"),
        ("booking_fees", 0, {"percent": "100.1"}, "booking-fee-share"),
        ("booking_fees", 0, {"percent": "-1"}, "sign"),
        ("booking_fees", 1, {"hours_before": "0"}, "booking-fee-twice"),
        ("booking_fees", 0, {"currency": "XXX"}, "currency-without-rate"),
    ],
)
def test_rules(table: str, place: int, cells: dict[str, str], rule: str) -> None:
    """Each rule is told by its name."""
    rows = small()
    rows[table][place].update(cells)
    found = {fault.rule for fault in faults_of(rows)}
    assert rule in found, found


def test_closing_at_once_is_allowed() -> None:
    """Booking may end with the departure itself; quotes and holds must last."""
    rows = small()
    next(row for row in rows["booking_terms"] if row["term"] == "booking_close")["minutes"] = "0"
    assert len(build(rows).booking_terms) == 5


def test_shipped_rows() -> None:
    """The shipped rows are all marked as assumed, and every term and action has one for any mode."""
    tables = load_catalogue()
    assert all(row.assumed for row in (*tables.booking_terms, *tables.booking_fees))
    assert {row.term for row in tables.booking_terms if row.mode is None} == {
        "quote_valid",
        "hold_valid",
        "booking_close",
        "allotment_release",
    }
    assert {row.action for row in tables.booking_fees if row.mode is None} == {"cancel", "amend", "roll"}
