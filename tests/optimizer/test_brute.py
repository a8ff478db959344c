"""The brute force itself: a plan priced by hand, and the same answer without giving anything up."""

from __future__ import annotations

import pytest

from data.shipment import Filters
from tests.builders import Sketch, shipment
from tests.oracles.brute import Brute, pareto_set
from tests.oracles.networks import question
from tests.oracles.options import options

_DAY = 24 * 60


def _sketch() -> Sketch:
    """Return a network with one ship: A, where exports are cleared, to B, where imports are."""
    sketch = Sketch(search_days="12").territory("XA").territory("XB", currency="EUR")
    sketch.add("fx", currency="EUR", cny_per_unit="7.5", exponent=2)
    sketch.location("A", "XA", clears_export=True).location("B", "XB", clears_import=True)
    sketch.add("emission_factors", id="ship", mode="sea", g_per_tkm="10")
    calls = [
        {"location": "A"},
        {"location": "B", "run_min": 2 * _DAY, "distance_m": 1_000_000, "factor": "ship"},
    ]
    sketch.service("S", "sea", calls, days="1", departs="08:00")
    sketch.add("tariffs", service="S", product="lcl", basis="per_wm", rate="100", min_charge="450")
    sketch.add("chargeable_rules", product="lcl", mode="sea", kg_per_m3="1000", step_g=1)
    sketch.add("cutoffs", mode="sea", form="loose", type="lcl_delivery", minutes_before=600)
    sketch.add("clearance", territory="XA", direction="export", minutes=60, basis="per_bl", rate="30", currency="CNY")
    sketch.add("clearance", territory="XB", direction="import", minutes=90, basis="per_bl", rate="2.25", currency="EUR")
    return sketch


def test_priced_by_hand() -> None:
    """4.2 W/M at 100 are below the minimum of 450; with clearance of 30 and of 2.25 x 7.5 = 16.88 that is 496.88."""
    # Ready on Sunday 4 January, so the ship is that of Monday 5 January, 08:00.
    depart_min = 4 * _DAY + 8 * 60
    arrive_min = depart_min + 2 * _DAY + 90
    asked = shipment("A", "B", 3 * _DAY)
    # 0.8 t over 1000 km at 10 g are 8000 g.
    assert pareto_set(_sketch().catalogue(), asked, Filters()) == {(49_688, arrive_min, 8000)}


def test_missed_ship() -> None:
    """Clearance ends an hour after ready; a minute too late for the cut-off, the next ship is a week later."""
    cutoff_min = 4 * _DAY + 8 * 60 - 600
    for ready_min, week in ((cutoff_min - 60, 0), (cutoff_min - 59, 1)):
        (vector,) = pareto_set(_sketch().catalogue(), shipment("A", "B", ready_min), Filters())
        assert vector[1] == 4 * _DAY + 8 * 60 + 2 * _DAY + 90 + week * 7 * _DAY


def test_latest_ready() -> None:
    """The latest ready instant is an hour of clearance before the cut-off."""
    (option,) = options(Brute(_sketch().catalogue(), shipment("A", "B", 3 * _DAY), Filters()))
    assert option.latest_ready_min == 4 * _DAY + 8 * 60 - 600 - 60


def test_storage_by_hand() -> None:
    """
    At a port in between: two started days at 10 and one at 25 after a free day, with one tonne-or-cubic-metre 4.2.

    Notes
    -----
    Off the ship on Wednesday 08:00, on the train on Sunday 07:00: 3 days 23 hours, less 1 day, are 3 started days.
    """
    sketch = _sketch().location("C", "XB", clears_import=True)
    # A port that clears only exports is supervised all the same.
    sketch.rows["locations"][1] |= {"kind": "seaport", "clears_import": False, "clears_export": True}
    sketch.service("R", "rail", [{"location": "B"}, {"location": "C", "run_min": 600}], days="7", departs="07:00")
    sketch.add("tariffs", service="R", product="lcl", basis="per_wm", rate="0")
    for from_day, rate in ((1, "10"), (3, "25")):
        sketch.add("storage", location="B", form="loose", free_min=_DAY, from_day=from_day, basis="per_wm", rate=rate)
    (vector,) = pareto_set(sketch.catalogue(), shipment("A", "C", 3 * _DAY), Filters())
    assert vector[0] == 49_688 + 2 * 4_200 + 10_500


@pytest.mark.parametrize("seed", range(0, 160, 8))
def test_giving_up_changes_nothing(seed: int) -> None:
    """Without giving anything up the answer is the same."""
    for number in range(seed, seed + 8):
        asked = question(number)
        pruned = Brute(*asked)
        # Where pruning leaves much to do, everything would be too much.
        answer = set(pruned.front)
        if pruned.expanded < 25:
            whole = Brute(*asked, prune=False)
            assert set(whole.front) == answer
