"""The page that describes the interface: all of it, in both languages, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from api.openapi_texts import NAMES_ZH
from api.reference import groups

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


class _Page(HTMLParser):
    """Collects what a page points at, its ids, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element points at."""
        self.targets += [f"{tag} {value}" for name, value in attrs if name in {"href", "src", "action", "style"}]
        self.ids += [str(value) for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    """Return the description of the interface."""
    found: dict[str, Any] = client.get("/v1/openapi.json").json()
    return found


def test_everything_is_shown(client: TestClient, document: dict[str, Any]) -> None:
    """Every operation stands on the page with its address and its Chinese name, and links lead to what is there."""
    answer = client.get("/docs")
    assert answer.status_code == 200
    page = _Page(answer.text)
    ids = [spec["operationId"] for item in document["paths"].values() for spec in item.values()]
    assert set(ids) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert all(NAMES_ZH[name] in page.texts for name in ids)
    assert all(path in page.texts for path in document["paths"])
    inside = [target.partition("#")[2] for target in page.targets if "#" in target]
    assert set(inside) <= set(page.ids)
    assert len(inside) >= 10


def test_nothing_from_elsewhere(client: TestClient) -> None:
    """The page points at nothing but this service."""
    page = _Page(client.get("/docs").text)
    assert all(re.fullmatch(r"\w+ (/[^/]?.*|#.*)", target) for target in page.targets), page.targets


def test_english(client: TestClient) -> None:
    """In English the names are English."""
    page = _Page(client.get("/docs?lang=en").text)
    assert "Book an option of a quote" in page.texts
    assert "订舱" not in page.texts


def test_what_is_shown_of_an_operation(document: dict[str, Any]) -> None:
    """Parameters, the scope, the names of problems, and the headers of an answer."""
    shown = {one.id: one for group in groups(document, "en", "http://h") for one in group.operations}
    booked = shown["post_booking"]
    assert (booked.method, booked.path, booked.scopes) == ("POST", "/v1/bookings", ["bookings:write"])
    assert [(one.name, one.is_needed) for one in booked.parameters] == [("Idempotency-Key", True)]
    answers = {one.status: one for one in booked.answers}
    assert json.loads(answers["201"].example)["state"] == "held"
    assert "ETag" in answers["201"].headers
    assert "no-room" in answers["409"].names


def test_commands(document: dict[str, Any]) -> None:
    """The commands are ones that a shell understands, with the body of the example."""
    for group in groups(document, "zh", "http://h'o st"):
        for one in group.operations:
            words = shlex.split(one.curl.replace("\\\n", " "))
            assert words[:2] == ["curl", "-s"]
            assert any(word.startswith("http://h'o st/v1/") and "{" not in word for word in words)
            if one.body:
                assert json.loads(words[words.index("-d") + 1]) == json.loads(one.body)
    shown = {one.id: one.curl for group in groups(document, "zh", "http://h") for one in group.operations}
    assert shlex.split(shown["get_locations"].replace("\\\n", " ")) == [
        "curl", "-s", "-G", "http://h/v1/locations", "-H", "Authorization: Bearer $KEY", "--data-urlencode", "q=温州",
    ]  # fmt: skip


def test_markup_is_shown_as_text(client: TestClient) -> None:
    """A name under which the service is asked for does not become markup."""
    answer = client.get("/docs", headers={"host": "a<script>"})
    assert "<script>" not in answer.text.replace('<script src="/static/hubport.js" defer></script>', "")
