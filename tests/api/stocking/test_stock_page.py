"""The page from a stock to its plan: started by a form, watched, shown beside today and beside an earlier plan."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from api.warehouses_page.compare import changes
from api.warehouses_page.ground import packed_text, unpacked_text
from tests.api.stocking.conftest import worked

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import World

FORM = "/warehouses/plans?lang=en"
HEADERS = {"origin": "http://localhost", "accept": "text/html"}


def start(world: World, sheets: dict[str, Any], once: str, **fields: str) -> Response:
    """Send the form that starts a plan."""
    given = {"stock": packed_text(json.dumps(sheets)), "name": "week.xlsx", "on": "2026-12-01", "once": once}
    sent = given | {"from": "义乌", "weeks": "8", "time_limit": "1"} | fields
    return world.client.post(FORM, data=sent, headers=HEADERS, follow_redirects=False)


@pytest.mark.usefixtures("small")
def test_from_stock_to_plan(plain: World, sheets: dict[str, Any]) -> None:
    """A form starts a job once; its page is watched, leads to the plan, and that stands beside an earlier one."""
    places = []
    for once in ("one", "two"):
        answer = start(plain, sheets, once)
        assert answer.status_code == 303, answer.text
        assert start(plain, sheets, once).headers["location"] == answer.headers["location"]
        address = answer.headers["location"]
        page = plain.client.get(address)
        assert "waiting" in page.text
        assert "http-equiv" in page.text
        part = plain.client.get(address, headers={"x-part": "1"}).text
        assert part.startswith('<div id="job-part"')
        worked(plain)
        found = plain.client.get(address, follow_redirects=False)
        assert found.status_code == 303
        places.append(found.headers["location"])
        plain.clock.forward(minutes=1)
    first, second = (plain.client.get(place) for place in places)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "To send this week" in first.text
    assert "Earlier plan" not in first.text
    assert "Earlier plan" in second.text
    assert "Markets that run dry" in second.text
    book = re.search(r'href="(/v1/stock/plans/[^"?]+/plan.xlsx[^"]*)"', second.text)
    assert book is not None
    assert plain.client.get(book[1]).content.startswith(b"PK")
    alone = plain.client.get(f"{places[1]}&beside=none")
    assert "Earlier plan" not in alone.text


def test_faults_stand_beside_their_fields(plain: World, sheets: dict[str, Any]) -> None:
    """What was typed is kept, each fault is told at its field, and no job comes of it."""
    answer = start(plain, sheets, "x", weeks="99", service="lots", **{"from": "Nowhere"})
    assert answer.status_code == 422
    for name in ("from", "weeks", "service"):
        assert f'id="{name}-fault"' in answer.text
    assert 'value="Nowhere"' in answer.text
    assert start(plain, {}, "y").status_code == 422
    bad = plain.client.post(FORM, data={"stock": "x", "from": "CNYIW"}, headers=HEADERS)
    assert bad.status_code == 422
    assert plain.local.get("/v1/jobs")["items"] == []


def test_cancelling_one_that_waits(plain: World, sheets: dict[str, Any]) -> None:
    """A job that waits is ended from its page, which then says so and leads on."""
    address = start(plain, sheets, "z").headers["location"].partition("?")[0]
    plain.client.post(f"{address}/cancel?lang=en", data={"once": "c"}, headers=HEADERS)
    page = plain.client.get(f"{address}?lang=en").text
    assert "cancelled" in page
    assert "Another file" in page


def test_packed_texts() -> None:
    """What is packed comes back; what is not, or does not end, is none."""
    assert unpacked_text(packed_text("库存")) == "库存"
    assert unpacked_text(packed_text("库存" * 99)[:20]) is None
    assert [unpacked_text(text) for text in ("", "???", "eA==")] == [None, None, None]


def test_changes_are_those_of_shared_weeks() -> None:
    """Only weeks that both plans have count, and only what differs is told."""

    def plan(begin: str, *sent: tuple[str, str, int]) -> dict[str, Any]:
        rows = [
            {"leaves_from": day, "mode": "sea", "warehouse": name, "goods": [{"units": units}]}
            for day, name, units in sent
        ]
        return {"start": begin, "weeks": 2, "consignments": rows}

    before = plan("2026-11-30", ("2026-11-30", "W", 5), ("2026-12-07", "W", 6), ("2026-12-07", "V", 1))
    after = plan("2026-12-07", ("2026-12-07", "W", 6), ("2026-12-07", "U", 2), ("2026-12-14", "W", 9))
    assert [(one.warehouse, one.before, one.after) for one in changes(before, after)] == [("U", 0, 2), ("V", 1, 0)]
