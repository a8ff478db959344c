"""Facts for papers as they are written."""

from __future__ import annotations

from functools import cache

import pytest

from data import Catalogue, load_catalogue
from data.paper_values import READERS


class Sink:
    """Keeps the rules of faults."""

    def __init__(self) -> None:
        self.rules: list[str] = []

    def add(self, name: str, value: object, rule: str, **values: object) -> None:
        """Take note of a fault."""
        del name, value, values
        self.rules.append(rule)


@cache
def shipped() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


@pytest.mark.parametrize(
    ("text", "rules"),
    [("2026-12-01T09:00+08:00", []), ("2026-12-01", ["instant"]), ("2026-12-01T09:00", ["naive_time"])],
)
def test_instants_have_a_zone(text: str, rules: list[str]) -> None:
    """A time without zone, and a day alone, are refused: nobody says whose clock is meant."""
    sink = Sink()
    found = READERS["instant"](sink, "weighed_at", text, shipped())
    assert sink.rules == rules
    assert found == (None if rules else "2026-12-01T01:00:00+00:00")
