"""The pages of the desk as a browser without scripts gets them."""

from __future__ import annotations

import pytest

from api.dispatcher.pages import VIEWS
from tests.api.dispatcher.conftest import MARKUP, DeskWorld


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_desk_says_what_to_do(world: DeskWorld, lang: str) -> None:
    """Without a plan the board leads to the form for one."""
    page = world.client.get(f"/dispatcher?lang={lang}")
    assert page.status_code == 200
    assert f"/dispatcher/new?lang={lang}" in page.text
    assert ("还没有方案" if lang == "zh" else "No plan yet") in page.text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view(world: DeskWorld, view: str, lang: str) -> None:
    """Every view of a plan is shown in both languages, and what a shipper calls itself is text."""
    number = world.keep()
    page = world.client.get(f"/dispatcher/plans/{number}?view={view}&lang={lang}")
    assert page.status_code == 200, page.text
    assert MARKUP not in page.text
    assert "desk_" not in page.text.replace("desk_chart", "")
    if view in {"boxes", "shipments"}:
        assert "&lt;script&gt;" in page.text
