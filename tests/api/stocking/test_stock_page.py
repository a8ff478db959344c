"""The page from a stock to its plan: started by a form, watched, shown beside today and beside an earlier plan."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from api.jobs import queue
from api.jobs.claimed import unpacked
from api.jobs.kinds import KINDS, JobError
from api.jobs.reasons import reason_json
from api.stocking.file import stock_text
from api.stocking.weeks import last_count
from api.stocking.work import make_plan
from api.warehouses_page.compare import changes
from api.warehouses_page.ground import analysed, packed_text, unpacked_text
from data.catalogue import Catalogue
from data.rules_warehouses import WEAK_GAP
from data.samples_stock import sample_stock
from data.stock_write import stock_bytes
from tests.api.listener import Listener
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


@pytest.mark.usefixtures("small")
def test_stopping_before_there_is_a_plan(plain: World, sheets: dict[str, Any]) -> None:
    """No plan is kept, and the page of the job says that none was found yet and what to do."""
    address = start(plain, sheets, "early").headers["location"]
    claimed = queue.claim(plain.store, KINDS, "here", plain.clock(), 60)
    assert claimed is not None
    with pytest.raises(JobError) as caught:
        make_plan(unpacked(claimed.question), Listener(plain.desk, "bound"))
    queue.fail(plain.store, claimed, reason_json(caught.value.why), plain.clock(), 1.0)
    assert plain.local.get("/v1/stock/plans")["items"] == []
    assert [job["state"] for job in plain.local.get("/v1/jobs")["items"]] == ["cancelled"]
    assert "before any plan was found" in plain.client.get(address).text
    assert "还没有找到任何方案" in plain.client.get(address.replace("lang=en", "lang=zh")).text


@pytest.mark.usefixtures("small")
def test_a_plan_that_is_no_advice_yet(plain: World, sheets: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was stopped, or is far from its bound, says so first and is planned again for longer by a button."""
    kept = worked_at(plain, sheets, "short", "improve")
    for lang, words in (("en", "The search was stopped early."), ("zh", "搜索提前停止了。")):
        page = plain.client.get(kept.replace("lang=en", f"lang={lang}")).text
        assert page.index('id="weak-title"') < page.index('class="stats"')
        assert words in page
    form = re.search(r'id="weak-title".*?<form.*?</form>', plain.client.get(kept).text, re.DOTALL)
    assert form is not None
    fields = {one[0]: unescape(one[1]) for one in re.findall(r'name="(\w+)" value="([^"]*)"', form[0])}
    assert (fields["time_limit"], fields["from"], fields["weeks"], fields["service"]) == ("4", "CNYIW", "8", "")
    again = plain.client.post(FORM, data=fields, headers=HEADERS, follow_redirects=False)
    assert again.status_code == 303
    made = worked(plain)
    address = plain.client.get(again.headers["location"], follow_redirects=False).headers["location"]
    assert not made.is_partial
    for percent, is_weak in ((100, False), (-1, True)):
        monkeypatch.setattr(Catalogue, "setting_int", lambda _, key, most=percent: most if key == WEAK_GAP else 30)
        page = plain.client.get(address).text
        assert ('id="weak-title"' in page) == is_weak
        assert "The search was stopped early." not in page


def worked_at(world: World, sheets: dict[str, Any], once: str, cancel_at: str) -> str:
    """Have a plan made that is cancelled at a phase, and return the address of its page."""
    address = start(world, sheets, once).headers["location"]
    worked(world, cancel_at)
    return str(world.client.get(address, follow_redirects=False).headers["location"])


def test_what_a_browser_can_do(plain: World, sheets: dict[str, Any]) -> None:
    """Goods leave from the usual place unless another is typed; nobody is sent to a command; money is in CNY."""
    for lang, place in (("zh", "义乌"), ("en", "Yiwu")):
        page = plain.client.get(f"/warehouses?lang={lang}&sample=20&on=2026-12-01").text
        field = re.search(r'<input id="from"[^>]*>', page)
        assert field is not None
        assert f'value="{place}"' in field[0]
        assert start(plain, sheets, lang, **{"from": place}).status_code == 303
        assert "hubport stock" not in page
        assert re.search(r"\b1 days left", page) is None
    catalogue = plain.desk.catalogue
    stock = sample_stock(catalogue, skus=20, week="2026-W49", seed=1)
    answer = analysed(catalogue, stock, stock_text(stock, catalogue), dt.date(2026, 12, 1))
    alerts = answer["alerts"]["alerts"]
    keys = [(one["days_left"], -one["later_fen"]) for one in alerts]
    assert keys == sorted(keys)
    rates = {row.currency: row for row in catalogue.fx if row.currency != "CNY"}
    assert any(one["currency"] in rates and one["later_fen"] != one["later_minor"] for one in alerts)


@pytest.mark.usefixtures("small")
def test_the_clock_of_a_job(plain: World, sheets: dict[str, Any]) -> None:
    """The page counts from when the job began, whatever the work tells, and says when a machine prepares."""
    address = start(plain, sheets, "clock").headers["location"]
    assert "data-clock" not in plain.client.get(address).text
    claimed = queue.claim(plain.store, KINDS, "here", plain.clock(), 600)
    assert claimed is not None
    told = {"phase": "prepare", "elapsed_s": 0.0, "cost_minor": None, "bound_minor": None, "gap": None}
    plain.clock.forward(minutes=1)
    queue.beat(plain.store, claimed, told, plain.clock(), 600)
    page = plain.client.get(address).text
    assert 'data-clock="# s" data-seconds="60">60 s<' in page
    assert "First use on this machine" in page


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


def test_stock_of_a_day_to_come(plain: World, shipped: Catalogue) -> None:
    """What is counted for a day to come is asked about on that day, unless an earlier one is typed."""
    week = (plain.clock().date() + dt.timedelta(days=14)).isocalendar()
    stock = sample_stock(shipped, skus=4, week=f"{week[0]}-W{week[1]:02d}", seed=2)
    counted = last_count(stock)
    assert counted is not None
    assert counted > plain.clock().date()
    content = stock_bytes(stock, shipped, ".json")
    for on, status in (("", 200), (plain.clock().date().isoformat(), 422)):
        answer = sent_file(plain, "stock.json", content, on=on)
        assert answer.status_code == status
        assert (f'name="on" value="{counted}"' in answer.text) == (status == 200)


def test_faults_name_the_file_that_was_sent(plain: World) -> None:
    """A refused workbook is called what its sender calls it, with the sheet."""
    book = Workbook()
    book.worksheets[0].title = "cargo"
    book.worksheets[0].append(["x"])
    content = io.BytesIO()
    book.save(content)
    answer = sent_file(plain, "十一月 <货>.xlsx", content.getvalue())
    assert answer.status_code == 422
    assert "十一月 &lt;货&gt;.xlsx[cargo]</td>" in answer.text
    assert "stock.xlsx" not in answer.text


def sent_file(world: World, name: str, content: bytes, **fields: str) -> Response:
    """Send a file of stock to the page."""
    return world.client.post("/warehouses?lang=en", data=fields, files={"file": (name, content)}, headers=HEADERS)
