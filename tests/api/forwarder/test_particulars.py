"""The form of what papers need: sent with a booking or after it, remembered, told with its faults, and in papers."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from api.store import migrate
from api.store.session import Store
from tests.api.booking_world import serving
from tests.api.forwarder.conftest import DeskWorld
from tests.api.forwarder.test_bookings import booked, hidden
from tests.api.forwarder.test_quotes import kept
from tests.api.papers_facts import PARTICULARS, SHIPPER, facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.booking_world import Browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWorld]:
    """Return a service that knows papers, and two who have logged in."""
    store = Store(str(tmp_path / "hubport.db"))
    migrate.upgrade(store.engines)
    with serving(store, "on", facts=facts()) as world:
        alice, bob = (world.caller(world.firm(name), "forwarder") for name in "AB")
        yield DeskWorld(world, alice, world.browser(alice), world.browser(bob))
    store.close()


def fields(given: dict[str, Any]) -> dict[str, str]:
    """Return particulars as the fields of a form."""
    found: dict[str, str] = {}
    for name, value in given.items():
        rows = {f"{name}.{number}": row for number, row in enumerate(value)} if name == "goods" else {name: value}
        for place, row in rows.items():
            found |= {f"particulars.{place}.{field}": str(text) for field, text in row.items()}
    return found


def sent(browser: Browser, booking: str, given: dict[str, Any], **more: str) -> Any:  # noqa: ANN401 - a response
    """Send the form of a booking as its page has it."""
    address = f"/forwarder/bookings/{booking}/particulars?lang=en"
    text = browser.get(address).text
    return browser.post(address, hidden(text, "/particulars") | fields(given) | more)


def values_in(text: str) -> dict[str, str]:
    """Return what stands in the fields of a page of the form."""
    found = {}
    for tag in re.findall(r'<input[^>]*name="particulars[^>]*>', text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and 'type="checkbox"' not in tag:
            found[name[1]] = value[1]
    return found


def test_booked_with_everything(desk: DeskWorld) -> None:
    """What is typed with a booking stands in the form, the PDF and the workbook; nothing of these is missing then."""
    browser = desk.browser
    booking = booked(browser, **fields(PARTICULARS))
    known = desk.caller.get(f"/v1/bookings/{booking}")
    assert known["particulars"]["shipper"] == SHIPPER
    assert known["price"]["amount_minor"] == 1_000_000
    shown = values_in(browser.get(f"/forwarder/bookings/{booking}/particulars").text)
    assert shown["particulars.shipper.name_zh"] == SHIPPER["name_zh"]
    assert shown["particulars.goods.1.mass_kg"] == "600"
    pdf = PdfReader(io.BytesIO(browser.get(f"/forwarder/bookings/{booking}/papers.pdf?lang=en").content))
    pages = [page.extract_text() for page in pdf.pages]
    invoice = next(text for text in pages if "COMMERCIAL INVOICE" in text)
    plain = re.sub(r"\s+", "", invoice)
    for word in (SHIPPER["name_en"], SHIPPER["name_zh"], "Müller & Söhne", "INV-7", "1,000.50 USD", "1,100.00 USD"):
        assert re.sub(r"\s+", "", word) in plain
    packing = next(text for text in pages if "PACKING LIST" in text)
    assert {"400 kg", "600 kg", "1,000 kg", "900 kg"} <= set(re.findall(r"[\d,]+ kg", packing))
    assert "MISSING" not in packing
    book = load_workbook(io.BytesIO(browser.get(f"/forwarder/bookings/{booking}/papers.xlsx?lang=en").content))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert any(cell.startswith(f"{SHIPPER['name_en']}\n{SHIPPER['name_zh']}\n18 Chashan Road") for cell in cells)
    assert {"Cases for spectacles", "OH-118\n5-10", "1,000.50 USD"} <= set(cells)


def test_form_ends_with_its_buttons(desk: DeskWorld) -> None:
    """Who fills in everything finds the button below; free lines of goods are folded, typed ones are not."""
    address = f"/forwarder/quotes/{kept(desk.browser)}/book?option=1"
    text = desk.browser.get(address).text
    assert text.index("particulars.facts.") < text.index('value="confirm"')
    assert text.index('"particulars.goods.0.') < text.index("更多货物行") < text.index('"particulars.goods.1.')
    goods = fields(
        {"goods": [{"description_en": "Cases", "mass_kg": "1"}, {"description_en": "Frames", "mass_kg": "1"}]}
    )
    again = desk.browser.post(address, hidden(text, "/book") | goods | {"option": "1", "how": "confirm"})
    assert again.status_code == 422
    assert again.text.index('"particulars.goods.1.') < again.text.index("更多货物行")


def test_filled_in_later(desk: DeskWorld) -> None:
    """The page of a booking says what is still to be filled in, with a link to the form; once kept it is not said."""
    browser = desk.browser
    booking = booked(browser)
    before = browser.get(f"/forwarder/bookings/{booking}?lang=en").text
    assert "Still to be filled in" in before
    assert "Consignee" in before
    answer = sent(browser, booking, PARTICULARS)
    assert answer.status_code == 303
    after = browser.get(answer.headers["location"]).text
    assert "filled into the papers" in after
    assert "Consignee" not in after
    assert "Named place" in after
    assert f"/forwarder/bookings/{booking}/particulars?lang=en" in after
    assert desk.other.get(f"/forwarder/bookings/{booking}/particulars").status_code == 404
    stale = browser.post(
        f"/forwarder/bookings/{booking}/particulars",
        {"csrf": browser.token, "once": "o", "version": "1"} | fields({"facts": {"incoterm": "CIF"}}),
    )
    assert stale.status_code == 412
    assert values_in(stale.text)["particulars.facts.incoterm"] == "CIF"


def test_address_book(desk: DeskWorld) -> None:
    """A party is typed once: its name brings the rest, by button or by keeping, for its own firm only."""
    browser, other = desk.browser, desk.other
    first = booked(browser, **fields({"shipper": SHIPPER | {"remember": "yes"}}))
    assert "remember" not in desk.caller.get(f"/v1/bookings/{first}")["particulars"]["shipper"]
    form = browser.get(f"/forwarder/quotes/{kept(browser)}/book").text
    assert f'<option value="{SHIPPER["name_en"]}">{SHIPPER["name_zh"]}</option>' in form
    second = booked(browser)
    only = {"consignee": {"name_zh": SHIPPER["name_zh"]}}
    page = sent(browser, second, only, step="fill")
    assert values_in(page.text)["particulars.consignee.email"] == SHIPPER["email"]
    assert desk.caller.get(f"/v1/bookings/{second}")["particulars"] is None
    sent(browser, second, {"notify": {"name_en": SHIPPER["name_en"], "remember": "yes"}})
    assert desk.caller.get("/v1/parties")["items"][0]["email"] == SHIPPER["email"]
    assert desk.caller.get(f"/v1/bookings/{second}")["particulars"]["notify"] == SHIPPER
    theirs = booked(other)
    assert SHIPPER["name_en"] not in other.get(f"/forwarder/bookings/{theirs}/particulars").text
    assert SHIPPER["email"] not in sent(other, theirs, {"notify": {"name_en": SHIPPER["name_en"]}}, step="fill").text


def test_faults_beside_their_fields(desk: DeskWorld) -> None:
    """Every fault stands beside its field and above, what was typed is kept, and nothing was booked."""
    browser = desk.browser
    wrong = PARTICULARS | {
        "shipper": {"name_zh": "<b>瓯海</b>", "phone": "x"},
        "facts": {"date": "soon", "currency": "USD"},
    }
    wrong |= {"goods": [PARTICULARS["goods"][0] | {"mass_kg": "2000"}]}
    page = browser.send(f"/forwarder/quotes/{kept(browser)}/book?lang=en", option="1", how="confirm", **fields(wrong))
    assert page.status_code == 422
    for name in ("shipper.name_en", "shipper.phone", "goods.0.mass_kg", "goods.0.pieces", "facts.date"):
        assert f'id="particulars.{name}-fault"' in page.text
        assert f'href="#particulars.{name}"' in page.text
    assert "&lt;b&gt;瓯海" in page.text
    assert "<b>瓯海" not in page.text
    assert values_in(page.text)["particulars.goods.0.mass_kg"] == "2000"
    assert desk.caller.get("/v1/bookings")["items"] == []
    booking = booked(browser)
    answer = sent(browser, booking, wrong)
    assert answer.status_code == 422
    assert 'id="particulars.facts.date-fault"' in answer.text
    assert desk.caller.get(f"/v1/bookings/{booking}")["version"] == 1


def test_more_lines_and_gaps(desk: DeskWorld) -> None:
    """Lines come on request; those left blank between others are closed up, and sixty are the most."""
    browser = desk.browser
    booking = booked(browser)
    line = {"particulars.goods.7.description_en": "Frames", "particulars.goods.98.pieces": "10"}
    page = sent(browser, booking, {}, step="more", **line)
    shown = values_in(page.text)
    assert shown["particulars.goods.0.description_en"] == "Frames"
    assert shown["particulars.goods.1.pieces"] == "10"
    assert "particulars.goods.11.pieces" in shown
    assert "particulars.goods.12.pieces" not in shown
    many = {f"particulars.goods.{number}.description_en": "x" for number in range(61)}
    assert sent(browser, booking, {}, **many).status_code == 422
    assert sent(browser, booking, {}, **line).status_code == 303
    assert desk.caller.get(f"/v1/bookings/{booking}")["particulars"]["goods"][1] == {"pieces": "10"}


@pytest.mark.parametrize(
    "name", ["particulars.shipper.nonsense", "particulars.goods.0.nonsense", "particulars.facts.x"]
)
def test_nonsense(desk: DeskWorld, name: str) -> None:
    """A field that no form has is a fault; what is no field at all is left alone."""
    browser = desk.browser
    booking = booked(browser)
    assert sent(browser, booking, {}, **{name: "<x>"}).status_code == 422
    assert sent(browser, booking, {}, **{"particulars.goods.x.pieces": "1", "particulars..": "1"}).status_code == 303


def test_reading_only(desk: DeskWorld) -> None:
    """Who may only look sees the form without its buttons, and cannot send it."""
    booking = booked(desk.browser)
    reader = desk.world.browser(desk.world.caller(desk.caller.firm, "auditor"))
    address = f"/forwarder/bookings/{booking}/particulars"
    assert 'name="step"' not in reader.get(address).text
    assert reader.send(address, version="1").status_code == 403
