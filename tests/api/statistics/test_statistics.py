"""Statistics: totals against a sum over all bookings after random histories, and the shipments behind every number."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from api.bookings.sweep import end_bookings
from api.bookings.terms import Terms
from api.statistics.question import COLUMNS, read_question
from api.statistics.totals import MEASURES
from api.store.models import Booking
from api.store.session import WHOLE
from tests.api.bookings.test_bookings import problem
from tests.api.events.samples import booking_uri, seen
from tests.api.events.test_capture import send

if TYPE_CHECKING:
    from tests.api.booking_world import Caller, World

GROUPINGS = ("", "mode", "regime,mode", "origin,destination", "hs_chapter", "firm,hs_chapter,regime")
ASKED = (
    ("confirmed", "month", ""),
    ("departure", "year", "mode"),
    ("departure", "month", "regime,mode"),
    *(("confirmed", "all", by) for by in GROUPINGS),
)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
SUMS = ("mass_g", "volume_cm3", "value_cny_minor", "freight_cny_minor", "emissions_g")


def counted(world: World) -> list[dict[str, Any]]:
    """Return what should count, from the bookings alone and their events of confirmation in the trail."""
    with world.store.read(WHOLE) as session:
        bookings = session.all(select(Booking).where(Booking.state == "confirmed"))
        return [
            {
                "firm": one.firm_id, "regime": one.regime, "mode": one.mode, "origin": one.origin,
                "destination": one.destination, "hs_chapter": None if one.hs is None else one.hs[:2],
                "departure": one.depart_at.astimezone(SHANGHAI).strftime("%Y-%m"), "booking": one.id,
                "mass_g": one.mass_g, "volume_cm3": one.volume_cm3, "value_cny_minor": one.value_cny_minor,
                "freight_cny_minor": one.price_cny_minor, "emissions_g": one.emissions_g,
            }
            for one in bookings
        ]  # fmt: skip


def added_up(rows: list[dict[str, Any]], by: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, int]]:
    """Add up rows by hand."""
    totals: dict[tuple[Any, ...], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("shipments", "valued", "measured", *SUMS), 0)
    )
    for row in rows:
        total = totals[tuple(row[name] for name in by)]
        total["shipments"] += 1
        total["valued"] += row["value_cny_minor"] is not None
        total["measured"] += row["emissions_g"] is not None
        for name in SUMS:
            total[name] += row[name] or 0
    return dict(totals)


def check_totals(caller: Caller, rows: list[dict[str, Any]], confirmed: dict[str, str]) -> None:
    """Compare totals in all groupings with sums by hand, and every number with the shipments behind it."""
    rows = [row | {"confirmed": confirmed[row["booking"]]} for row in rows]
    for when, period, by in ASKED:
        names = tuple(name for name in by.split(",") if name)
        shown = caller.get(f"/v1/statistics?by={by}&period={period}&when={when}")
        cut = {"month": 7, "year": 4, "all": 0}[period]
        own = [row | {"period": row[when][:cut] or None} for row in rows]
        expected = added_up(own, ("period", *names)) if period != "all" or names else {}
        found = {(row["period"], *(row[name] for name in names)): row for row in shown["rows"]}
        assert {key: {name: row[name] for name in expected[key]} for key, row in found.items()} == expected
        whole = added_up(own, ()).get((), {name: 0 for name in MEASURES if name != "declared"})
        assert {name: shown["totals"][name] for name in whole} == whole
        for row in (shown["totals"], *shown["rows"]):
            behind = caller.get(f"{row['shipments_url']}&limit=200")["items"]
            assert len(behind) == row["shipments"]
            assert sum(one["mass_g"] for one in behind) == row["mass_g"]
            assert sum(one["value_cny_minor"] or 0 for one in behind) == row["value_cny_minor"]


def play(world: World, caller: Caller, seed: int, steps: int) -> dict[str, str]:
    """Book, confirm, amend, roll, cancel and let time pass at random; return the month of each confirmation."""
    rng = np.random.default_rng(seed)
    terms = world.desk.catalogue.derived(Terms)
    confirmed: dict[str, str] = {}
    quotes: dict[str, dict[str, Any]] = {}
    for _ in range(steps):
        month = world.clock().astimezone(SHANGHAI).strftime("%Y-%m")
        ready = (world.clock() + dt.timedelta(days=1)).date().isoformat()
        step = rng.choice(
            ["hold", "book", "confirm", "amend", "roll", "cancel", "wait"], p=[0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1]
        )
        if step in {"hold", "book"}:
            change: dict[str, Any] = {"ready": ready, "weight_kg": int(rng.integers(50, 900)), "volume_m3": 1}
            change |= {"from": "CNWNZ"} if rng.random() < 0.5 else {}
            change |= (
                {"hs": str(rng.choice(["640411", "900410"])), "value": 1234.5, "currency": "EUR"}
                if rng.random() < 0.6
                else {}
            )
            change |= {"regime": "9710"} if rng.random() < 0.4 else {}
            quote = caller.quote(**change)
            response = caller.book(quote, int(rng.integers(1, 3)), confirm=step == "book")
            if response.status_code == 201:
                booking = response.json()
                quotes[booking["id"]] = quote
                if step == "book":
                    confirmed[booking["id"]] = month
        elif step == "wait":
            world.clock.forward(hours=float(rng.choice([0.5, 30, 200])))
            end_bookings(world.store, terms, world.clock())
        elif quotes:
            identifier = str(rng.choice(sorted(quotes)))
            body = {"quote": quotes[identifier]["id"], "option": int(rng.integers(1, 4))}
            response = caller.change({"id": identifier}, str(step), body if step in {"amend", "roll"} else None)
            if step == "confirm" and response.status_code == 200:
                confirmed[identifier] = month
    return confirmed


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_are_sums_over_bookings(firms: World, seed: int) -> None:
    """After any history of two firms, every total is the sum over the bookings that are confirmed then."""
    alice, bob = (firms.caller(firms.firm(name), "forwarder") for name in "AB")
    confirmed = play(firms, alice, seed, 30) | play(firms, bob, seed + 10, 18)
    rows = counted(firms)
    assert len(rows) > 4
    assert {row["firm"] for row in rows} == {alice.firm, bob.firm}
    check_totals(firms.caller("house", "auditor"), rows, confirmed)
    mine = [row for row in rows if row["firm"] == alice.firm]
    shown = alice.get("/v1/statistics?by=firm&period=all")
    assert [(row["firm"], row["shipments"]) for row in shown["rows"]] == [(alice.firm, len(mine))]
    assert alice.get(f"/v1/statistics/shipments?firm={bob.firm}")["items"] == []


def test_months_are_those_of_shanghai(world: World) -> None:
    """What is confirmed at 16:00 UTC on the last day of a month counts in the next."""
    world.clock.at = dt.datetime(2026, 5, 31, 15, 59, tzinfo=dt.UTC)
    world.local.booked(world.local.quote(ready="2026-06-02"), confirm=True)
    world.clock.forward(minutes=1)
    world.local.booked(world.local.quote(ready="2026-06-02"), confirm=True)
    shown = world.local.get("/v1/statistics?by=")
    assert [(row["period"], row["shipments"]) for row in shown["rows"]] == [("2026-05", 1), ("2026-06", 1)]
    assert world.local.get("/v1/statistics?by=&period=year")["rows"][0]["shipments"] == 2
    assert world.local.get("/v1/statistics?from=2026-06")["totals"]["shipments"] == 1
    assert world.local.get("/v1/statistics?to=2026-05&period=year")["totals"]["shipments"] == 1


def test_declared(world: World) -> None:
    """A shipment counts as declared when an event says so, before or after it is confirmed, until it is taken back."""
    first, second = world.local.booked(), world.local.booked(confirm=True)
    at = "2026-05-18T08:30:00+08:00"
    events = [
        seen(at, "urn:hubport:step:customs_declared", None, booking_uri(one), eventID=f"urn:a:{one['id']}")
        for one in (first, second)
    ]
    send(world.local, *events)
    assert world.local.get("/v1/statistics")["totals"]["declared"] == 1
    world.local.change(first, "confirm")
    assert world.local.get("/v1/statistics")["totals"]["declared"] == 2
    wrong = events[1] | {"errorDeclaration": {"declarationTime": at, "reason": "did_not_occur"}}
    assert send(world.local, wrong).status_code == 201
    behind = world.local.get("/v1/statistics/shipments")["items"]
    assert {one["booking"]: one["declared"] for one in behind} == {first["id"]: True, second["id"]: False}


def test_values_and_emissions(world: World) -> None:
    """Value in fen and emissions are those of the booked option; what nobody knows is counted as not known."""
    world.local.booked(world.local.quote(hs="64041190", value=100, currency="EUR"), confirm=True)
    world.local.booked(option=2, confirm=True)
    first, second = world.local.get("/v1/statistics?by=hs_chapter&period=all")["rows"]
    assert (first["hs_chapter"], second["hs_chapter"]) == (None, "64")
    rate = next(row for row in world.desk.catalogue.fx if row.currency == "EUR").cny_per_unit
    assert (second["value_cny_minor"], second["valued"]) == (int(rate * 100 * 100), 1)
    assert (first["valued"], first["measured"], second["measured"]) == (0, 0, 1)
    assert second["emissions_g"] == 149_600
    assert first["shipments_url"].endswith("hs_chapter=unknown")
    assert len(world.local.get(first["shipments_url"])["items"]) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page(world: World, lang: str) -> None:
    """The page has a form, a chart and a table, no script of its own; each number leads to its shipments."""
    empty = world.local.client.get(f"/statistics?lang={lang}")
    assert empty.status_code == 200
    assert "<svg" not in empty.text
    booking = world.local.booked(confirm=True)
    response = world.local.client.get(f"/statistics?by=&by=origin&by=mode&period=month&lang={lang}")
    assert response.status_code == 200
    assert ("宁波港" if lang == "zh" else "Ningbo port") in response.text
    assert '<svg class="chart bars"' in response.text
    assert "style=" not in response.text
    links = {text.replace("&amp;", "&") for text in re.findall(r'href="(/statistics/shipments[^"]*)"', response.text)}
    assert len(links) >= 2
    for link in links:
        behind = world.local.client.get(link)
        assert behind.status_code == 200
        assert booking["id"] in behind.text
    wrong = world.local.client.get(f"/statistics?period=week&by=colour&lang={lang}")
    assert wrong.status_code == 422
    assert "period" in wrong.text
    assert world.local.client.get("/statistics/shipments?from=x").status_code == 422
    assert "<script>" not in world.local.client.get("/statistics?mode=%3Cscript%3E").text


def test_workbook(world: World) -> None:
    """The workbook has the totals with links to their shipments, and the shipments; text is never a formula."""
    booking = world.local.booked(world.local.quote(hs="640411", value=100), confirm=True)
    response = world.local.client.get("/v1/statistics?by=hs_chapter,mode&format=xlsx&lang=en")
    assert response.status_code == 200, response.text
    totals, shipments = load_workbook(io.BytesIO(response.content)).worksheets
    head = [cell.value for cell in totals[1]]
    assert head[:4] == ["Period", "HS chapter", "Mode", "Shipments"]
    assert [cell.value for cell in totals[2]][:4] == ["2026-05", "64", "Sea", 1]
    assert [cell.value for cell in totals[3]][3:] == [cell.value for cell in totals[2]][3:]
    assert totals[2][5].value == 1000
    link = totals.cell(2, 4).hyperlink.target
    assert link.startswith("http://localhost/statistics/shipments?")
    assert booking["id"] in world.local.client.get(link.removeprefix("http://localhost")).text
    assert shipments.cell(2, 1).value == booking["id"]
    again = world.local.client.get("/v1/statistics?by=hs_chapter,mode&format=xlsx&lang=en")
    assert again.content == response.content


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("by=colour", "by", "event_word"),
        ("period=week", "period", "event_word"),
        ("when=paid", "when", "event_word"),
        ("from=2026-13", "from", "period"),
        ("to=202601", "to", "period"),
        ("from=2026-02&to=2026-01", "to", "periods"),
        ("colour=red", "colour", "unknown_field"),
        ("mode=%00", "mode", "text"),
    ],
)
def test_bad_questions(world: World, query: str, field: str, rule: str) -> None:
    """What is not understood is refused rather than left out."""
    body = problem(world.local.send("GET", f"/v1/statistics?{query}"), 422, "invalid-request")
    assert [(error["field"], error["rule"]) for error in body["errors"]] == [(field, rule)]


def test_questions_round_trip() -> None:
    """A question written as an address is read as the same question."""
    given = {
        "by": "regime,firm",
        "period": "year",
        "when": "departure",
        "from": "2026-01",
        "to": "2027-03",
        "mode": "sea",
    }
    question = read_question(given)
    assert read_question(dict(pair.split("=") for pair in question.query().replace("%2C", ",").split("&"))) == question
    drilled = question.shipments_query(2027, dict.fromkeys(COLUMNS, ""))
    assert drilled.startswith("when=departure&from=2027-01&to=2027-03&mode=unknown")
