"""The navigation shows what is meant for who looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.booking_world import World, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.identity.words import Role
    from api.store.session import Store

FACTS = ["/warehouses", "/network", "/statistics"]
NEEDED: dict[Role, list[str]] = {
    "forwarder": ["/", "/forwarder", *FACTS, "/account"],
    "dispatcher": ["/", "/forwarder", "/dispatcher", "/planner", *FACTS, "/account"],
    "planner": ["/", "/dispatcher", "/planner", *FACTS, "/account"],
    "auditor": ["/", "/forwarder", "/dispatcher", "/planner", *FACTS, "/account", "/admin/users"],
    "admin": ["/", "/forwarder", "/dispatcher", "/planner", *FACTS, "/account", "/admin/users"],
}


@pytest.fixture
def firms(store: Store) -> Iterator[World]:
    """Return a service that wants keys."""
    yield from serve(store, "on")


def shown(html: str) -> list[str]:
    """Return where the first navigation of a page leads, without the other language."""
    nav = re.search(r'<nav class="nav".*?</nav>', html, re.DOTALL)
    assert nav is not None
    return [path for path in re.findall(r'<a href="([^"?]+)\?lang=', nav[0]) if "switch" not in path]


@pytest.mark.parametrize("role", NEEDED)
def test_each_role_has_its_desks(firms: World, role: Role) -> None:
    """Every entry that somebody sees is meant for them, can be opened, and marks where they are."""
    browser = firms.browser(firms.caller("house", role))
    page = browser.get("/account")
    assert shown(page.text) == NEEDED[role]
    for path in NEEDED[role]:
        assert browser.get(path).status_code == 200, path
    assert re.search(r'href="/account\?lang=zh" aria-current="page"', page.text)
    # What one sees is not what another sees who asks after them.
    all_desks = ["/", "/forwarder", "/dispatcher", "/planner", *FACTS, "/account"]
    assert shown(firms.browser().get("/login").text) == all_desks


def test_refused_pages_lead_on(firms: World) -> None:
    """Who opens what is not for them is told so, with ways on and a navigation that has them no more."""
    browser = firms.browser(firms.caller(firms.firm("A"), "forwarder"))
    page = browser.get("/admin/users?lang=en")
    assert page.status_code == 403
    assert "Your role does not include this page" in page.text
    assert '<a class="button" href="/?lang=en">' in page.text
    assert "/admin/users" not in shown(page.text)
