"""Pages of quotes: asked in people's units, kept, opened again, compared, printed, sent to a customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.api.test_pages import Page

if TYPE_CHECKING:
    from httpx import Response

    from tests.api.booking_world import Browser
    from tests.api.forwarder.conftest import DeskWorld

FORM = {
    "from": "CNNGB-P",
    "to": "DEHAM-P",
    "weight_kg": "1 t",
    "volume_m3": "5000 L",
    "pieces": "10",
    "ready": "2026-05-18T10:00",
}


def page_of(response: Response, status: int = 200) -> Page:
    """Return an answer as a page."""
    assert response.status_code == status, response.text
    return Page(response.text)


def section_of(text: str, name: str) -> str:
    """Return the section of a page with an id."""
    return text.split(f'<section id="{name}"')[1].split("</section>", maxsplit=1)[0]


def kept(browser: Browser, **more: str) -> str:
    """Keep a quote, and return its id."""
    response = browser.send("/forwarder/quotes", **(FORM | more))
    assert response.status_code == 303, response.text
    return urlsplit(response.headers["location"]).path.split("/")[3]


def test_units_of_people(desk_world: DeskWorld) -> None:
    """A tonne and litres are understood; what was typed stands in the form again."""
    query = "&".join(f"{name}={value}" for name, value in FORM.items())
    page = page_of(desk_world.browser.get(f"/quote?{query}"))
    assert "重 1,000 kg · 体积 5 m³" in page.text
    typed = {item.get("name"): item.get("value") for item in page.all("input")}
    assert typed["weight_kg"] == "1 t"
    assert page_of(desk_world.browser.get(f"/quote?{query.replace('1 t', 'heavy')}"), 422)


def test_kept_from_the_answer(desk_world: DeskWorld) -> None:
    """The form on the answer keeps it; its page shows the same options at the same prices, and until when they hold."""
    query = "&".join(f"{name}={value}" for name, value in FORM.items())
    answer = page_of(desk_world.browser.get(f"/quote?{query}&lang=en"))
    sent = {
        str(item["name"]): str(item.get("value") or "") for item in answer.all("input") if item.get("type") == "hidden"
    }
    assert {"csrf", "once", "seen", "weight_kg"} <= sent.keys()
    sent["option"] = ""
    response = desk_world.browser.post("/forwarder/quotes?lang=en", sent)
    address = response.headers["location"]
    page = page_of(desk_world.browser.get(address))
    assert [item["data-cost"] for item in page.all("tbody") if "data-cost" in item] == [
        item["data-cost"] for item in answer.all("tbody") if "data-cost" in item
    ]
    assert "Valid until" in page.text
    assert "Link for the customer" in page.text
    # Pressed twice, it is kept once.
    assert desk_world.browser.post("/forwarder/quotes?lang=en", sent).headers["location"] == address
    assert len(desk_world.caller.get("/v1/quotes")["items"]) == 1


def test_booking_straight_from_the_answer(desk_world: DeskWorld) -> None:
    """The button of an option keeps the quote and goes on to booking that option."""
    response = desk_world.browser.send("/forwarder/quotes", **FORM, option="2")
    path = urlsplit(response.headers["location"])
    assert path.path.endswith("/book")
    assert parse_qs(path.query)["option"] == ["2"]


def test_changed_data_is_told(desk_world: DeskWorld) -> None:
    """Who saw prices of another data set is told, and does not land on the form of a booking."""
    response = desk_world.browser.send("/forwarder/quotes", **FORM, option="2", seen="0" * 64)
    address = response.headers["location"]
    assert "/book" not in address
    assert "数据已更新" in page_of(desk_world.browser.get(address)).text


def test_wrong_fields_go_back_to_the_form(desk_world: DeskWorld) -> None:
    """What is wrong is told beside the fields of the form of a quote."""
    response = desk_world.browser.send("/forwarder/quotes", **(FORM | {"weight_kg": "-3"}))
    assert response.headers["location"].startswith("/quote?")
    page = page_of(desk_world.browser.get(response.headers["location"]), 422)
    assert any(item.get("id") == "weight_kg-fault" for item in page.all("p"))


def test_comparison_without_script(desk_world: DeskWorld) -> None:
    """Two options stand side by side by their address alone; the others and what does not exist stay hidden."""
    quote = kept(desk_world.browser)
    text = desk_world.browser.get(f"/forwarder/quotes/{quote}?compare=1&compare=3&compare=77&compare=x").text
    page = Page(text)
    columns = [item for item in page.all("th") if "data-column" in item]
    assert [item["data-column"] for item in columns if "hidden" not in item] == ["1", "3"]
    assert "hidden" not in next(item for item in page.all("section") if item.get("id") == "comparison")
    # What is compared can be booked where it is compared, kept or not yet kept.
    assert f"/forwarder/quotes/{quote}/book?lang=zh&amp;option=3" in section_of(text, "comparison")
    query = "&".join(f"{name}={value}" for name, value in FORM.items())
    fresh = desk_world.browser.get(f"/quote?{query}&compare=1&compare=3").text
    assert '<button class="small" form="keep" name="option" value="3">' in section_of(fresh, "comparison")
    # The third ship is the cheapest, the first the fastest.
    best = [item["data-column"] for item in page.all("td") if item.get("class") == "is-best"]
    assert {"1", "3"} <= set(best)


def test_expired(desk_world: DeskWorld) -> None:
    """When the quote is over, nothing of it can be booked, and the way to ask again is shown."""
    quote = kept(desk_world.browser)
    desk_world.world.clock.forward(days=4)
    # The session is over by then.
    browser = desk_world.world.browser(desk_world.caller)
    text = browser.get(f"/forwarder/quotes/{quote}?lang=en").text
    assert "expired" in text
    assert "Not bookable" in text
    assert f"/forwarder/quotes/{quote}/book" not in text
    again = re.search(r'href="(/quote\?from=[^"]*)"', text)
    assert again is not None
    assert browser.get(again[1].replace("&amp;", "&")).status_code == 200


def test_map_of_a_kept_quote(desk_world: DeskWorld) -> None:
    """All options are on one map, each line with the numbers of the options that use it."""
    quote = kept(desk_world.browser)
    html = desk_world.browser.get(f"/map/quotes/{quote}?option=2").text
    assert '"options": [2, 1, 3]' in html or '"options": [2,1,3]' in html.replace(" ", "")
    assert desk_world.browser.get(f"/map/quotes/{quote}?option=9").status_code == 422


def test_sheet(desk_world: DeskWorld) -> None:
    """The sheet has the price, the legs and the end of the offer of the option that is asked for."""
    quote = kept(desk_world.browser)
    page = page_of(desk_world.browser.get(f"/forwarder/quotes/{quote}/sheet?option=2&lang=en"))
    assert "9,000.00 CNY" in page.text
    assert "Valid until" in page.text


def test_shared_link(desk_world: DeskWorld) -> None:
    """Whoever has the link reads the quote without log-in, and can do nothing else; it ends with the key."""
    browser, world = desk_world.browser, desk_world.world
    quote = kept(browser)
    found = re.search(r'id="shared"[^>]*value="([^"]+)"', browser.get(f"/forwarder/quotes/{quote}").text)
    assert found is not None
    address = found[1].replace("http://localhost", "")
    stranger = world.browser()
    text = page_of(stranger.get(address)).text
    assert "这是发给您的报价" in text
    assert "订舱价" not in text
    assert stranger.get(address.replace("/forwarder/shared", "/map/shared")).status_code == 200
    assert stranger.get(address[:-2] + "00").status_code == 404
    assert stranger.get(address.replace(quote, quote[:-1] + "0")).status_code == 404
    assert stranger.get("/forwarder/shared?token=").status_code == 404
    assert stranger.get(address.replace("shared", "calendar.ics")).status_code == 404
    key = next(
        item["id"]
        for item in world.caller(desk_world.caller.firm, "admin").get("/v1/keys")["items"]
        if item["id"] in address
    )
    admin = world.caller(desk_world.caller.firm, "admin")
    assert admin.send("DELETE", f"/v1/keys/{key}").status_code < 300
    assert stranger.get(address).status_code == 404


def test_list(desk_world: DeskWorld) -> None:
    """Quotes are listed newest first, by state, page by page; those of another firm are not there."""
    first = kept(desk_world.browser)
    desk_world.world.clock.forward(seconds=2)
    second = kept(desk_world.browser, to="TWKHH-P")
    page = desk_world.browser.get("/forwarder/quotes").text
    assert page.index(second) < page.index(first)
    assert "还没有保存的报价" in desk_world.other.get("/forwarder/quotes").text
    assert second in desk_world.browser.get("/forwarder/quotes?show=open").text
    assert second not in desk_world.browser.get("/forwarder/quotes?show=over").text
    assert desk_world.other.get(f"/forwarder/quotes/{first}").status_code == 404
