"""The page from a plan to its simulation: started by a form, watched, shown beside what the plan promises."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from api.stocking import simulating, work
from benchmarks.stock_problem import drawn
from tests.api.stocking.conftest import worked
from tests.api.stocking.test_stock_page import HEADERS, start

if TYPE_CHECKING:
    from tests.api.booking_world import World


@pytest.fixture
def plan(plain: World, sheets: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a plan of a small problem made, and return the address of its page."""
    for module in (work, simulating):
        monkeypatch.setattr(module, "problem_of", lambda *_: drawn(4, 2, 8, 1, markets=2))
    address = start(plain, sheets, "plan").headers["location"]
    worked(plain)
    found = plain.client.get(address, follow_redirects=False).headers["location"]
    return str(found).partition("?")[0]


def test_from_plan_to_simulation(plain: World, plan: str) -> None:
    """The form starts a job once; it is watched, leads to the result, and that is found again from the plan."""
    sent = {"futures": "40", "seed": "3", "once": "sim"}
    places = {
        plain.client.post(f"{plan}/simulations?lang=en", data=sent, headers=HEADERS, follow_redirects=False).headers[
            "location"
        ]
        for _ in range(2)
    }
    (address,) = places
    page = plain.client.get(address).text
    assert "Simulating the plan" in page
    assert "Bound (CNY)" not in plain.client.get(address, headers={"x-part": "1"}).text
    answer = json.loads(worked(plain).content)["answer"]
    found = plain.client.get(address, follow_redirects=False).headers["location"]
    for lang, words in (("en", "Fill rate promised"), ("zh", "方案承诺的满足率")):
        text = plain.client.get(found.replace("lang=en", f"lang={lang}")).text
        run = answer["runs"][0]
        assert words in text
        for share in (run["promised"], run["fill"]["value"]):
            assert f"<strong>{share:.1%}</strong>" in text
        points = 100 * (run["fill"]["value"] - run["promised"])
        assert f"<strong>{points:+.1f}</strong>" in text
        for one in run["worst"]:
            assert one["sku"] in text
    again = plain.client.get(f"{plan}?lang=en").text
    assert found.partition("?")[0] in again
    assert "40 futures, seed 3" in again


def test_faults_stand_beside_their_fields(plain: World, plan: str) -> None:
    """What was typed is kept, each fault is told at its field, and no job comes of it."""
    before = len(plain.local.get("/v1/jobs")["items"])
    answer = plain.client.post(
        f"{plan}/simulations?lang=en", data={"futures": "1", "seed": "x", "once": "a"}, headers=HEADERS
    )
    assert answer.status_code == 422
    for name in ("futures", "seed"):
        assert f'id="{name}-fault"' in answer.text
    assert re.search(r'id="futures"[^>]*value="1"', answer.text)
    assert len(plain.local.get("/v1/jobs")["items"]) == before


def test_what_is_not_there(plain: World) -> None:
    """A plan or a simulation nobody made is told as such."""
    for address in ("/warehouses/simulations/sm_x", "/warehouses/plans/st_x"):
        assert plain.client.get(address, headers={"accept": "text/html"}).status_code == 404
    sent = plain.client.post("/warehouses/plans/st_x/simulations", data={"once": "b"}, headers=HEADERS)
    assert sent.status_code == 404
