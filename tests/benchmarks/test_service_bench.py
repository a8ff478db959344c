"""The benchmark of the service runs on both databases, and what is sold in its fight is what there was."""

from __future__ import annotations

import json

import pytest

from benchmarks.__main__ import main

NAMES = ("quotes", "bookings", "reads", "fight/attempts", "fight/departures", "fight/slots", "fight/oversold")


@pytest.mark.slow
@pytest.mark.postgresql
def test_service(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is measured on both databases, and nothing is oversold."""
    assert main(["service", "--smoke", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    values = {row["name"]: row["value"] for row in rows}
    for backend in ("sqlite", "postgresql"):
        assert {f"service/{backend}/{name}" for name in NAMES} <= values.keys()
        assert values[f"service/{backend}/fight/departures"] == 2
        assert values[f"service/{backend}/fight/oversold"] == 0
        assert values[f"service/{backend}/bookings"] > 0
