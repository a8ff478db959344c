"""Sample weeks: always the same, always valid, and as the demand profile says."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli import main
from data import Catalogue, load_catalogue
from data.calendar import workdays
from data.cargo_fields import SUFFIXES
from data.cargo_read import read_cargo
from data.cargo_rules import check_cargo
from data.loading import SHIPPED_FOLDER
from data.samples import SampleError, read_week, sample_cargo
from data.samples_profile import Choice
from tests.data.world import SMALL, Rows, build, find, small

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.cargo import Cargo, CargoShipment

WORLD = load_catalogue(SMALL)
WEEK = "2026-W49"
MONDAY = dt.date(2026, 11, 30)
MANY = 10_000
# These change with the small demand tables and with nothing else.
PINNED_ENDS = ("2026W49-00001", "CNWNZ", "TWTPE-A", "0110")
PINNED_SIZES = (1231600, 7374000, 94, 1569000)
PINNED_READY = "2026-12-03T02:45:00+00:00"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Return the shipped data set."""
    return load_catalogue(SHIPPED_FOLDER)


@pytest.fixture(scope="module")
def week(shipped: Catalogue) -> Cargo:
    """Return a large week of the shipped data set."""
    return sample_cargo(shipped, shipments=MANY, week=WEEK, seed=1)


def changed(change: Callable[[Rows], object]) -> Catalogue:
    """Return the small data set with a change."""
    rows = small()
    change(rows)
    return build(rows)


def share(cargo: Cargo, holds: Callable[[CargoShipment], bool]) -> float:
    """Return the share of shipments of which something holds."""
    return sum(map(holds, cargo)) / len(cargo)


def test_the_same_seed_is_the_same_week(shipped: Catalogue, week: Cargo) -> None:
    """A seed gives one week, on any machine, and a smaller sample is the beginning of a larger one."""
    assert sample_cargo(shipped, shipments=300, week=WEEK, seed=1).shipments == week.shipments[:300]
    assert sample_cargo(shipped, shipments=300, week=WEEK, seed=2).shipments != week.shipments[:300]
    assert sample_cargo(shipped, shipments=3, week=" 2026-w49 ", seed=1).shipments == week.shipments[:3]


def test_pinned() -> None:
    """The first shipment of the small data set stays what it was, whatever the version of any library."""
    (first,) = sample_cargo(WORLD, shipments=1, week=WEEK, seed=1)
    assert (first.id, first.origin, first.destination, first.regime) == PINNED_ENDS
    assert (first.mass_g, first.volume_cm3, first.pieces, first.value_minor) == PINNED_SIZES
    assert first.ready_at.isoformat() == PINNED_READY


@given(
    count=st.integers(1, 40),
    week=st.integers(2, 52).map("2026-W{:02d}".format),
    seed=st.integers(0, 2**63 - 1),
)
@settings(max_examples=60)
def test_every_shipment_is_valid(count: int, week: str, seed: int) -> None:
    """Whatever the size, week and seed, the cargo keeps every rule of a cargo list and gets ready in its week."""
    cargo = sample_cargo(WORLD, shipments=count, week=week, seed=seed)
    assert len(cargo) == count
    assert check_cargo(cargo, WORLD) == []
    monday = read_week(week)
    for shipment in cargo:
        zone = ZoneInfo(WORLD.location(shipment.origin).zone)
        assert monday <= shipment.ready_at.astimezone(zone).date() < monday + dt.timedelta(days=7)


def test_ten_thousand_are_valid(shipped: Catalogue, week: Cargo) -> None:
    """Ten thousand shipments of the shipped data set are valid."""
    assert len(week) == MANY
    assert check_cargo(week, shipped) == []


def test_shares_of_the_region(shipped: Catalogue, week: Cargo) -> None:
    """Most cargo comes from Wenzhou, then Shaoxing; an eighth is imported; every market has some."""
    homes = Counter((row.origin if row.regime else "")[:3] for row in week)
    exports = [row for row in week if shipped.location(row.origin).territory == "CN"]
    assert len(exports) / MANY == pytest.approx(0.875, abs=0.02)
    assert homes["WZ-"] > homes["SX-"] > 5 * homes["TZ-"]
    groups = {territory.code: territory.market_group for territory in shipped.territories}
    markets = Counter(groups[shipped.location(row.destination).territory] for row in exports)
    assert set(markets) == {market.id for market in shipped.demand_markets}
    assert markets["US"] > markets["DE"] > markets["TW"]


def test_sizes_by_regime(week: Cargo) -> None:
    """Parcels are small, general trade is large; masses and values are those of the profile (means within 10 %)."""
    expected = {"9610": (0.34, 218, 15.8), "9710": (3.82, 301, 8.0), "1039": (12.25, 266, 5.0)}
    for regime, (mean_m3, density, value_per_kg) in expected.items():
        rows = [row for row in week if row.regime == regime]
        mass_kg = sum(row.mass_g for row in rows) / 1e3
        assert statistics.mean(row.volume_cm3 for row in rows) / 1e6 == pytest.approx(mean_m3, rel=0.1)
        assert mass_kg / sum(row.volume_cm3 for row in rows) * 1e6 == pytest.approx(density, rel=0.12)
        assert sum(row.value_minor or 0 for row in rows) / 100 / mass_kg == pytest.approx(value_per_kg, rel=0.15)


def test_forms_and_flags(week: Cargo) -> None:
    """There are own boxes, splittable lots, batteries, liquids, cool and odorous goods, in small shares."""
    assert 0.03 < share(week, lambda row: row.box is not None) < 0.12
    assert 0.2 < share(week, lambda row: row.is_splittable) < 0.5
    assert 0.01 < share(week, lambda row: row.mixing.battery != "none") < 0.08
    for trait in ("liquid", "dangerous", "magnetic", "powder", "food", "battery_loose"):
        assert 0 < share(week, lambda row, trait=trait: trait in row.goods) < 0.06  # type: ignore[misc]
    assert {row.temperature for row in week} == {"ambient", "cool", "chilled", "frozen"}
    assert {row.odour for row in week} == {"none", "odorous", "sensitive"}
    assert 0 < share(week, lambda row: row.is_sealed) < 0.05


def test_ready_in_working_hours(shipped: Catalogue, week: Cargo) -> None:
    """Chinese clusters hand over from Monday to Saturday between 8 and 18 o'clock, most late in the week."""
    days: Counter[int] = Counter()
    for row in week:
        place = shipped.location(row.origin)
        if place.kind == "cluster":
            local = row.ready_at.astimezone(ZoneInfo(place.zone))
            assert 8 <= local.hour < 18
            days[local.isoweekday()] += 1
    assert set(days) == {1, 2, 3, 4, 5, 6}
    assert days[5] > days[1] > days[6]


def test_holidays(shipped: Catalogue) -> None:
    """Nothing gets ready on a day off; in a week of nothing else, cargo gets ready as in an ordinary one."""
    cargo = sample_cargo(shipped, shipments=300, week="2026-W40", seed=1)
    days_off = {day for day, is_workday in workdays(shipped, "CN").items() if not is_workday}
    dates = {
        row.ready_at.astimezone(ZoneInfo("Asia/Shanghai")).date()
        for row in cargo
        if shipped.location(row.origin).kind == "cluster"
    }
    assert dt.date(2026, 10, 1) in days_off
    assert dates
    assert dates.isdisjoint(days_off)
    spring = sample_cargo(shipped, shipments=50, week="2026-W08", seed=1)
    assert len(spring) == 50


def test_urgency() -> None:
    """An urgent parcel is due sooner, costs more a day and goes first; economy may be left behind at a price."""
    rows = sample_cargo(WORLD, shipments=2_000, week=WEEK, seed=1)
    urgent = [row for row in rows if row.priority == 1]
    economy = [row for row in rows if row.priority == 5]
    assert {row.regime for row in urgent} == {"9610"}
    assert all(row.late_minor_per_day and row.unserved_minor is None for row in urgent)
    assert all(row.unserved_minor and not row.late_minor_per_day for row in economy)


def test_places_and_traits_of_their_own() -> None:
    """Rows for a regime or a market replace the general ones; one battery, one temperature and one odour at most."""
    rows = sample_cargo(WORLD, shipments=2_000, week=WEEK, seed=1)
    assert {row.destination for row in rows if row.regime == "9810"} == {"DEHAM-P"}
    assert {row.destination for row in rows if row.regime == "9610"} == {"DEFRA-A"}
    assert {row.origin for row in rows if row.hs == "220421"} == {"DEHAM-P"}
    to_taipei = [row for row in rows if row.destination == "TWTPE-A"]
    assert {row.mixing.battery for row in to_taipei} == {"none", "battery_packed"}
    assert not any(row.is_sealed for row in to_taipei)
    assert all(sum(name.startswith("battery") for name in row.goods) <= 1 for row in rows)
    assert {row.temperature for row in rows if row.hs == "220421"} == {"ambient", "cool", "chilled"}
    assert {row.currency for row in rows if row.hs == "220421"} == {"JPY"}


def test_season() -> None:
    """A factor of a month moves the mix of its weeks alone."""
    spring, autumn = (sample_cargo(WORLD, shipments=4_000, week=week, seed=1) for week in ("2026-W20", "2026-W46"))
    for cargo, expected in ((spring, 0.5 / 3.5), (autumn, 1.0 / 4.0)):
        to_germany = [row for row in cargo if row.destination in {"DEFRA-A", "DEHAM-P"} and row.hs != "220421"]
        found = sum(row.regime == "9610" for row in to_germany) / len(to_germany)
        assert found == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    "text", ["", "2026-49", "2026-W54", "26-W49", "2026-W4", "W49-2026", "２０２６-W49x", "0000-W01"]
)
def test_no_week(text: str) -> None:
    """What is no ISO week is refused with an example of one."""
    with pytest.raises(SampleError, match="2026-W49"):
        read_week(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shipments": 0}, "1 to 100000"),
        ({"shipments": 100_001}, "1 to 100000"),
        ({"seed": -1}, "seed of 0 or more"),
        ({"week": "2025-W50"}, "outside the calendar"),
        ({"week": "2026-W01"}, "outside the calendar"),
        ({"week": "2026-W53"}, "outside the calendar"),
        ({"week": "9999-W52"}, "outside the calendar"),
    ],
)
def test_out_of_range(arguments: dict[str, object], message: str) -> None:
    """Sizes, seeds and weeks out of range are refused."""
    with pytest.raises(SampleError, match=message):
        sample_cargo(WORLD, **({"shipments": 1, "week": WEEK, "seed": 1} | arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows["demand_sites"].clear(), "demand_sites"),
        (lambda rows: rows["demand_days"].clear(), "demand_days"),
        (lambda rows: rows["demand_classes"].clear(), "demand_classes"),
        (lambda rows: rows["demand_shares"].clear(), "demand_markets"),
        (lambda rows: find(rows, "demand_shares", id="H6").update(factor="0"), "demand_regimes"),
        (lambda rows: rows["demand_places"].clear(), "demand_places"),
    ],
)
def test_profiles_with_holes(change: Callable[[Rows], object], message: str) -> None:
    """A data set that lacks part of the profile says which."""
    with pytest.raises(SampleError, match=message):
        sample_cargo(changed(change), shipments=200, week=WEEK, seed=1)


def test_data_set_without_a_profile(tmp_path: Path) -> None:
    """A whole data set may do without the demand tables, and is then no overlay."""
    for path in SMALL.glob("*.csv"):
        if not path.name.startswith("demand_"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    catalogue = load_catalogue(tmp_path)
    assert catalogue.demand_sites == ()
    assert len(catalogue.locations) == len(WORLD.locations)


def test_choice() -> None:
    """A choice covers the whole of its weights, and leaves out what weighs nothing."""
    choice = Choice.of([("a", 1.0), ("b", 0.0), ("c", 3.0)], "letters")
    assert [choice.pick(at) for at in (0.0, 0.2499, 0.25, 0.999_999_999_999_999_9)] == ["a", "a", "c", "c"]
    with pytest.raises(SampleError, match="letters"):
        Choice.of([("a", 0.0)], "letters")


@pytest.mark.parametrize("name", ["week-2026-W49.xlsx", "week-2026-W49.csv"])
def test_committed_week(name: str, shipped: Catalogue) -> None:
    """The sample week that comes with the data set is a sound cargo list of it."""
    assert len(read_cargo(SHIPPED_FOLDER.parent / "samples" / name, shipped)) == 300


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_command(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes a file that reads as the sample, twice the same."""
    path = tmp_path / f"cargo{suffix}"
    arguments = ["sample", "--data", str(SMALL), "--shipments", "25", "--week", WEEK, "--seed", "7", "-o", str(path)]
    assert main(arguments) == 0
    first = path.read_bytes()
    assert main(arguments) == 0
    assert path.read_bytes() == first
    assert read_cargo(path, WORLD) == sample_cargo(WORLD, shipments=25, week=WEEK, seed=7)
    assert capsys.readouterr().out == ""


def test_command_on_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file the list is printed, for the week after the present one."""
    arguments = ["sample", "--data", str(SMALL), "--shipments", "2"]
    assert main(arguments, clock=lambda: dt.datetime(2026, 5, 20, tzinfo=dt.UTC)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("编号,发货人,起运地")
    assert lines[1].startswith("2026W22-00001,")
    assert main([*arguments, "--json", "--week", WEEK]) == 0
    assert capsys.readouterr().out.startswith("{")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--shipments", "0"],
        ["--shipments", "many"],
        ["--shipments", "100001"],
        ["--seed", "-1"],
        ["--seed", "1.5"],
        ["--week", "soon"],
        ["--week", "2030-W01"],
        ["-o", "cargo.txt"],
        ["-o", "no/such/folder/cargo.csv"],
        ["--data", "no/such/folder"],
    ],
)
def test_bad_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A bad argument ends with 2 and a message, and prints no list."""
    assert main(["sample", "--data", str(SMALL), "--week", WEEK, *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err
