"""Pages of bookings: booked once at the quoted price, refused in words, changed on terms told before, with papers."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.api.booking_world import FIRST
from tests.api.forwarder.test_quotes import kept, page_of

if TYPE_CHECKING:
    from tests.api.booking_world import Browser
    from tests.api.forwarder.conftest import DeskWorld


def booked(browser: Browser, quote: str | None = None, *, option: int = 1, how: str = "confirm", **more: str) -> str:
    """Book an option of a quote, and return the id of the booking."""
    quote = quote or kept(browser)
    response = browser.send(f"/forwarder/quotes/{quote}/book", option=str(option), how=how, **more)
    assert response.status_code == 303, response.text
    return urlsplit(response.headers["location"]).path.split("/")[3]


def hidden(text: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form with an action."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}\?[^"]*".*?</form>', text, re.DOTALL)
    assert form is not None, action
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


def test_booked_once_at_the_quoted_price(desk_world: DeskWorld) -> None:
    """A form that is sent twice books once; the price is that of the page of the form."""
    browser, quote = desk_world.browser, kept(desk_world.browser)
    text = browser.get(f"/forwarder/quotes/{quote}/book?option=2&lang=en").text
    assert "9,000.00 CNY" in text
    assert "Room is given back" not in text
    sent = hidden(text, "/book") | {"how": "confirm", "reference": "OH-1", "note": "<b>fragile</b>"}
    first, second = (browser.post(f"/forwarder/quotes/{quote}/book?lang=en", sent) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    (booking,) = desk_world.caller.get("/v1/bookings")["items"]
    assert (booking["state"], booking["option"], booking["price"]["amount_minor"]) == ("confirmed", 2, 900_000)
    page = browser.get(first.headers["location"]).text
    assert "Booked at the quoted price" in page
    banner = re.search(r'<div class="notice good" role="status".*?</div>', page, re.DOTALL)
    assert banner is not None
    links = re.findall(r'href="([^"]+)"', banner[0])
    assert links[0] == "#papers"
    assert 'id="papers"' in page
    types = {browser.get(link).headers["content-type"].partition(";")[0] for link in links[1:]}
    assert types == {"application/pdf", "text/calendar"}
    assert "&lt;b&gt;fragile&lt;/b&gt;" in page
    assert "<b>fragile" not in page


def test_held_then_confirmed(desk_world: DeskWorld) -> None:
    """A hold says until when, and its button makes a firm booking of it; a stale page is told so."""
    browser = desk_world.browser
    booking = booked(browser, how="hold")
    address = f"/forwarder/bookings/{booking}"
    text = browser.get(address).text
    assert "占舱至" in text
    sent = hidden(text, "/confirm")
    assert browser.post(f"{address}/confirm", sent).status_code == 303
    assert desk_world.caller.get(f"/v1/bookings/{booking}")["state"] == "confirmed"
    again = page_of(browser.post(f"{address}/confirm", sent | {"once": "other"}), 412)
    assert "有人刚改过" in again.text


def test_no_room_is_told_with_ways_on(desk_world: DeskWorld) -> None:
    """A full ship is told in words, keeping what was typed, with the waitlist and the other options as ways on."""
    browser = desk_world.browser
    house = desk_world.world.caller("house", "admin")
    booked(browser)
    room = {"teu_milli": 0, "mass_g": 1_000_000, "volume_cm3": 10**9}
    assert house.send("PUT", f"/v1/departures/{FIRST}/capacity", room).status_code == 200
    quote = kept(browser)
    response = browser.send(f"/forwarder/quotes/{quote}/book", option="1", how="confirm", reference="OH-2")
    page = page_of(response, 409)
    assert "舱位不足" in page.text
    assert "排队候补" in page.text
    assert "方案 2" in page.text
    assert any(item.get("value") == "OH-2" for item in page.all("input"))
    waiting = booked(browser, quote, how="wait", reference="OH-2")
    assert desk_world.caller.get(f"/v1/bookings/{waiting}")["state"] == "waitlisted"
    assert "候补中" in browser.get(f"/forwarder/bookings/{waiting}").text


def test_expired_offer_is_told(desk_world: DeskWorld) -> None:
    """After the quote has ended, the form says so and leads to a new one."""
    quote = kept(desk_world.browser)
    desk_world.world.clock.forward(days=4)
    browser = desk_world.world.browser(desk_world.caller)
    text = browser.send(f"/forwarder/quotes/{quote}/book", option="1", how="confirm").text
    assert "重新询价" in text
    assert "/quote?from=CNNGB-P" in text
    assert desk_world.caller.get("/v1/bookings")["items"] == []


def test_wrong_option(desk_world: DeskWorld) -> None:
    """An option that does not exist is refused as a page."""
    quote = kept(desk_world.browser)
    assert desk_world.browser.get(f"/forwarder/quotes/{quote}/book?option=9").status_code == 422


def test_cancel_on_terms(desk_world: DeskWorld) -> None:
    """The fee stands on the page before the booking is cancelled, and is what is charged then."""
    browser = desk_world.browser
    booking = booked(browser)
    address = f"/forwarder/bookings/{booking}"
    text = browser.get(f"{address}?lang=en").text
    told = re.search(r"the fee is ([\d,.]+) CNY", text)
    assert told is not None
    assert browser.post(f"{address}/cancel", hidden(text, "/cancel")).status_code == 303
    shown = desk_world.caller.get(f"/v1/bookings/{booking}")
    assert (shown["state"], shown["fees_cny_minor"]) == ("cancelled", round(float(told[1].replace(",", "")) * 100))
    after = browser.get(address).text
    assert "/cancel" not in after


def test_rolled_over(desk_world: DeskWorld) -> None:
    """Later departures of the same services take the place of the booked ones at the booked price."""
    browser = desk_world.browser
    booking = booked(browser)
    address = f"/forwarder/bookings/{booking}"
    before = desk_world.caller.get(f"/v1/bookings/{booking}")
    response = browser.send(f"{address}/options", how="next")
    assert response.status_code == 303, response.text
    text = browser.get(response.headers["location"]).text
    number = re.search(r'name="roll" value="(\d+)"', text)
    assert number is not None
    assert browser.post(f"{address}/change", hidden(text, "/change") | {"roll": number[1]}).status_code == 303
    after = desk_world.caller.get(f"/v1/bookings/{booking}")
    assert after["depart_at"] > before["depart_at"]
    assert after["price"] == before["price"]
    assert after["fees_cny_minor"] > 0


def test_amended(desk_world: DeskWorld) -> None:
    """Another option takes the place of the booked one at its own price."""
    browser = desk_world.browser
    booking = booked(browser)
    address = f"/forwarder/bookings/{booking}"
    text = browser.get(browser.send(f"{address}/options", how="all").headers["location"]).text
    sent = hidden(text, "/change")
    assert browser.post(f"{address}/change", sent | {"amend": "3"}).status_code == 303
    assert desk_world.caller.get(f"/v1/bookings/{booking}")["price"]["amount_minor"] == 800_000
    stale = browser.post(f"{address}/change", sent | {"amend": "2", "once": "other"})
    assert page_of(stale, 412)


def test_words(desk_world: DeskWorld) -> None:
    """Reference and note change for nothing; words that cannot be kept are refused beside the booking."""
    browser = desk_world.browser
    booking = booked(browser)
    address = f"/forwarder/bookings/{booking}"
    sent = hidden(browser.get(address).text, "/words") | {"reference": "欧海 7", "note": "x"}
    assert browser.post(f"{address}/words", sent).status_code == 303
    assert desk_world.caller.get(f"/v1/bookings/{booking}")["reference"] == "欧海 7"
    assert browser.send(f"{address}/words", version="2", reference="a\x00b").status_code in {400, 422}


def test_papers_open(desk_world: DeskWorld) -> None:
    """The papers are a PDF and a workbook that open, and name what was booked."""
    browser = desk_world.browser
    booking = booked(browser, reference="OH-9")
    pdf = browser.get(f"/forwarder/bookings/{booking}/papers.pdf?lang=en")
    assert pdf.headers["content-type"] == "application/pdf"
    assert "OH-9" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    book = load_workbook(io.BytesIO(browser.get(f"/forwarder/bookings/{booking}/papers.xlsx").content))
    assert len(book.sheetnames) >= 1
    assert desk_world.other.get(f"/forwarder/bookings/{booking}/papers.pdf").status_code == 404


def test_calendars(desk_world: DeskWorld) -> None:
    """Cut-offs of one booking are a file, those of all bookings a link that works without log-in."""
    browser = desk_world.browser
    booking = booked(browser, reference="OH-3")
    found = re.search(r'id="feed-link"[^>]*value="([^"]+)"', browser.get("/forwarder").text)
    assert found is not None
    feed = desk_world.world.browser().get(found[1].replace("&amp;", "&").replace("http://localhost", ""))
    assert feed.headers["content-type"].startswith("text/calendar")
    own = browser.get(f"/forwarder/bookings/{booking}/cutoffs.ics")
    # The ship of these tests has no cut-offs; the calendars are whole nonetheless.
    for response in (feed, own):
        assert Calendar.from_ical(response.content)["x-wr-calname"]
    assert desk_world.world.browser().get("/forwarder/calendar.ics?token=calendar.key_x.abc").status_code == 404


def test_map_and_milestones(desk_world: DeskWorld) -> None:
    """What was told of a booking stands in its timeline and on its map."""
    browser = desk_world.browser
    booking = booked(browser, reference="<script>alert(1)</script>")
    page = browser.get(f"/forwarder/bookings/{booking}?lang=en").text
    assert "Booking confirmed" in page
    assert "<script>alert" not in page
    html = browser.get(f"/map/bookings/{booking}?lang=en").text
    assert "Ningbo" in html
    assert "<script>alert(1)" not in html


def test_lists(desk_world: DeskWorld) -> None:
    """Bookings are listed by state and reference; another firm sees none, and an empty list says what to do."""
    browser = desk_world.browser
    one = booked(browser, reference="AAA%")
    two = booked(browser, how="hold", reference="BBB")
    everything = browser.get("/forwarder/bookings").text
    assert one in everything
    assert two in everything
    assert two not in browser.get("/forwarder/bookings?state=confirmed").text
    assert one not in browser.get("/forwarder/bookings?q=BB").text
    assert two not in browser.get("/forwarder/bookings?q=%25").text
    assert "没有符合条件的记录" in browser.get("/forwarder/bookings?q=zzz").text
    assert "还没有订舱" in desk_world.other.get("/forwarder/bookings").text
    assert desk_world.other.get(f"/forwarder/bookings/{one}").status_code == 404
    home = browser.get("/forwarder").text
    assert "BBB" in home


def test_a_reader_may_not_book(desk_world: DeskWorld) -> None:
    """Who may only read sees quotes and bookings, and no button that books."""
    quote = kept(desk_world.browser)
    reader = desk_world.world.browser(desk_world.world.caller(desk_world.caller.firm, "auditor"))
    text = reader.get(f"/forwarder/quotes/{quote}").text
    assert f"/forwarder/quotes/{quote}/book" not in text
    assert reader.send(f"/forwarder/quotes/{quote}/book", option="1", how="confirm").status_code == 403


def test_session_over(desk_world: DeskWorld) -> None:
    """Who is logged out meanwhile is led back to the page of the form after log-in."""
    quote = kept(desk_world.browser)
    desk_world.world.clock.forward(hours=13)
    address = f"/forwarder/quotes/{quote}/book?option=1"
    sent = {"csrf": "x", "once": "o", "option": "1", "how": "confirm"}
    referer = f"http://localhost{address}"
    response = desk_world.browser.post(f"/forwarder/quotes/{quote}/book", sent, referer=referer)
    assert response.status_code == 303
    assert "/login?return=" in response.headers["location"]
    assert "book%3Foption%3D1" in response.headers["location"]
