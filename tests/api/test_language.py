"""Which language a page comes in: that of its address, then what the browser asks for, else Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.accepted import accepted_language
from tests.api.test_pages import GOOD_FORM, Page

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ENGLISH = "en-US,en;q=0.9"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("en", "en"),
        (ENGLISH, "en"),
        ("de-DE,de;q=0.9,en;q=0.5", "en"),
        ("EN-gb", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en,zh-TW;q=0.1", "zh"),
        ("en, zh;q=0", "en"),
        ("en;q=0", "zh"),
        ("en;q=0.0, de", "zh"),
        ("de,fr", "zh"),
        ("eng", "zh"),
        ("en;q=much", "en"),
        (";;,,q=,-", "zh"),
    ],
)
def test_accepted(header: str, expected: str) -> None:
    """English where it is named and no Chinese is; what a browser refuses is not named."""
    assert accepted_language(header) == expected


def lang_of(client: TestClient, path: str, header: str) -> tuple[str | None, bool]:
    """Return the language of a page, and whether caches are told that it varies."""
    response = client.get(path, headers={"accept-language": header})
    varies = "accept-language" in response.headers.get("vary", "").lower()
    return Page(response.text).all("html")[0]["lang"], varies


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_first_visit(client: TestClient, path: str) -> None:
    """Without a word in the address the browser's language counts, and whoever keeps the page is told so."""
    assert lang_of(client, path, ENGLISH) == ("en", True)
    assert lang_of(client, path, "zh-CN,en;q=0.9") == ("zh-CN", True)
    assert lang_of(client, path, "fr") == ("zh-CN", True)


def test_the_address_wins(client: TestClient) -> None:
    """What the address says is what comes, whatever the browser asks for; such a page is the same for all."""
    assert lang_of(client, "/?lang=zh", ENGLISH) == ("zh-CN", False)
    assert lang_of(client, "/?lang=en", "zh-CN") == ("en", False)
    assert lang_of(client, "/?lang=fr", ENGLISH) == ("zh-CN", False)


def test_the_choice_goes_on(client: TestClient) -> None:
    """Links of a page that came by the browser's language say that language, so that nothing changes on the way."""
    response = client.get("/quote", params=GOOD_FORM, headers={"accept-language": ENGLISH})
    page = Page(response.text)
    assert "lang=en" in (page.all("iframe")[0]["src"] or "")
    assert "/quote" in response.url.path
    shown = [link["href"] or "" for link in page.all("a") if (link.get("href") or "").startswith("/")]
    assert any("lang=zh" in link for link in shown)
    assert all("lang=" in link for link in shown if not link.startswith("/v1"))


def test_answers_do_not_vary(client: TestClient) -> None:
    """What programs read has both languages, and varies by no header but the encoding."""
    response = client.get("/v1/locations?limit=1", headers={"accept-language": ENGLISH})
    assert "accept-language" not in response.headers.get("vary", "").lower()
