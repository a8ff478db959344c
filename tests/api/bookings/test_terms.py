"""Terms, fees, and departures by their ids, without a database."""

from __future__ import annotations

import datetime as dt

import pytest

from api.bookings.sailings import Sailings, Stretch, call_minutes, departure_id
from api.bookings.states import TRANSITIONS, next_state
from api.bookings.terms import Terms
from api.refusals import KINDS, Refusal
from data import Catalogue
from data.schedule import departures
from data.timeaxis import TimeAxis
from optimizer.verify.timetable import call_times
from tests.api.booking_world import FIRST, TEU, catalogue
from tests.data.world import small

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def facts() -> Catalogue:
    """Return the data set of these tests."""
    return catalogue()


def test_rows_of_the_mode_go_first(facts: Catalogue) -> None:
    """A term of the mode counts before that of any; a data set that does not say allows nothing."""
    terms = Terms(facts)
    assert terms.lasting("quote_valid", "air") == 24 * HOUR
    assert terms.lasting("quote_valid", "sea") == 48 * HOUR
    bare = Terms(Catalogue.from_rows(small() | {"booking_terms": []}, is_complete=False))
    assert bare.known("quote_valid", "sea") is None
    with pytest.raises(Refusal, match="no-terms"):
        bare.lasting("hold_valid", "sea")


@pytest.mark.parametrize(
    ("action", "mode", "hours", "fen", "row"),
    [
        ("cancel", "sea", 47.99, 50_01, "F1"),
        # 10 % of 100.01 is 10.001, which is 10.00; and 5 yuan.
        ("cancel", "sea", 48, 15_00, "F2"),
        ("cancel", "sea", 5000, 15_00, "F2"),
        ("cancel", "air", 5000, 100_01, "F3"),
        ("amend", "sea", 24, 20_00, "F4"),
    ],
)
def test_fees(facts: Catalogue, action: str, mode: str, hours: float, fen: int, row: str) -> None:
    """The row with the most hours that are left counts; its share is rounded half up to fen."""
    fee = Terms(facts).fee(action, mode, 100_01, hours * HOUR)  # type: ignore[arg-type]
    assert (fee.cny_minor, fee.row) == (fen, row)


@pytest.mark.parametrize(("action", "mode", "hours"), [("amend", "sea", 23.9), ("cancel", "sea", -0.1)])
def test_no_row(facts: Catalogue, action: str, mode: str, hours: float) -> None:
    """Without a row an action is not allowed."""
    with pytest.raises(Refusal, match="no-rule"):
        Terms(facts).fee(action, mode, 100_01, hours * HOUR)  # type: ignore[arg-type]


def test_departures_have_ids(facts: Catalogue) -> None:
    """Every departure is found by its id, and nothing else is."""
    sailings, axis = Sailings(facts), facts.derived(TimeAxis)
    for service in facts.services:
        for start in departures(facts, service).tolist()[:20]:
            found = sailings.find(departure_id(service.id, axis.from_min(start)))
            assert found is not None
            assert (found.service.id, found.start_min) == (service.id, start)
    for wrong in ("SEA-1", "SEA-1@", "SEA-1@20260520T1401Z", "SEA-9@20260520T1400Z", "SEA-1@2026520T1400Z", "@", "\0"):
        assert sailings.find(wrong) is None, wrong


def test_stretches(facts: Catalogue) -> None:
    """A leg rides on the runs between its two calls, of the departure whose times fit to the minute."""
    sailings, axis = Sailings(facts), facts.derived(TimeAxis)
    start = axis.to_min(dt.datetime(2026, 5, 20, 14, tzinfo=dt.UTC))
    minutes = call_minutes(facts.calls_of("SEA-1"))
    assert [tuple(time) for time in call_times(facts.calls_of("SEA-1"))] == minutes
    depart, arrive = start + minutes[1][1], start + minutes[2][0]
    assert sailings.stretch_of("SEA-1", "TWKHH-P", "DEHAM-P", depart, arrive) == Stretch(FIRST, 1, 2)
    assert sailings.stretch_of("SEA-1", "CNNGB-P", "DEHAM-P", start, arrive) == Stretch(FIRST, 0, 2)
    for wrong in ((start + 1, arrive + 1), (start, arrive + 1), (start + 1440, arrive + 1440)):
        assert sailings.stretch_of("SEA-1", "CNNGB-P", "DEHAM-P", *wrong) is None
    assert sailings.stretch_of("SEA-9", "CNNGB-P", "DEHAM-P", start, arrive) is None


def test_capacity_is_the_least(facts: Catalogue) -> None:
    """What the vehicle takes and what the tables allot to us: the lesser counts, and null is no limit."""
    sailing = Sailings(facts).find(FIRST)
    assert sailing is not None
    assert Sailings(facts).capacity(sailing) == [4 * TEU, 10_000_000, None]
    row = small()["services"][0] | {"service": "SEA-1", "valid_from": "2026-05-20", "valid_to": "2026-05-20"}
    names = ("service", "valid_from", "valid_to", "source", "as_of", "confidence", "assumed")
    allotted = {name: row[name] for name in names} | {
        "capacity_teu_milli": "1000",
        "capacity_kg": "",
        "capacity_m3": "7",
    }
    rows = small()
    narrowed = Catalogue.from_rows(rows | {"allotments": [allotted]}, is_complete=False)
    sailing = Sailings(narrowed).find(FIRST)
    assert sailing is not None
    assert Sailings(narrowed).capacity(sailing) == [1000, None, 7_000_000]
    week_later = sailing._replace(start_min=sailing.start_min + 7 * 1440)
    assert Sailings(narrowed).capacity(week_later) == [None, None, None]


def test_nothing_leads_out_of_an_end() -> None:
    """From what has ended nothing leads on, and every state can be reached."""
    assert not {before for before, _ in TRANSITIONS} & {"expired", "cancelled"}
    reached = {None}
    for _ in TRANSITIONS:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
    assert reached == {None, "held", "confirmed", "waitlisted", "expired", "cancelled"}
    with pytest.raises(Refusal) as refused:
        next_state("cancelled", "confirm", "bk_1")
    assert (refused.value.kind.status, refused.value.subject) == (409, "bk_1")


def test_every_problem_has_words() -> None:
    """Names of problems are words for addresses, and each has both languages and a status of an error."""
    for name, kind in KINDS.items():
        assert name.replace("-", "").isalpha()
        assert kind.zh
        assert kind.en.isascii()
        assert 400 <= kind.status <= 503
