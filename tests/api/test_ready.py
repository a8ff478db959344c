"""What a service does before anybody visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from jinja2 import Environment, FileSystemLoader

from api import pages
from api.app import create_app
from api.ready import be_ready, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from api.desk import Desk


def _refuse(*_: object, **__: object) -> None:
    msg = "a visitor waits for what could have been done before"
    raise AssertionError(msg)


@pytest.mark.parametrize("address", ["/?lang=zh", "/planner?lang=en", "/static/planner.js", "/v1/locations?q=x"])
def test_nothing_is_left_to_the_first_visit(desk: Desk, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once an application is ready, no template is translated any more, and no route put together."""
    app = create_app(desk)
    be_ready(app)
    with TestClient(app) as client:
        monkeypatch.setattr(Environment, "compile", _refuse)
        monkeypatch.setattr("fastapi.routing._IncludedRouter._build_effective_context", _refuse)
        assert client.get(address).status_code == 200


def test_the_check_finds_what_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that has not started puts its routes together for the first visitor."""
    monkeypatch.setattr("fastapi.routing._IncludedRouter._build_effective_context", _refuse)
    client = TestClient(create_app(desk), raise_server_exceptions=False)
    assert client.get("/planner").status_code == 500


def test_every_template_can_be_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All templates are, each once; one that is wrong keeps the service from starting."""
    prepare()
    before = dict(pages.templates.cache or {})
    assert len(before) >= len(pages.templates.list_templates())
    prepare()
    assert dict(pages.templates.cache or {}) == before
    (tmp_path / "wrong.html").write_text("{% if %}", encoding="utf-8")
    monkeypatch.setattr("api.ready.templates", Environment(loader=FileSystemLoader(tmp_path), autoescape=True))
    with pytest.raises(Exception, match="Expected an expression"):
        prepare()


def test_an_application_answers_before_and_after(desk: Desk) -> None:
    """Getting ready changes nothing about what an address answers."""
    app = create_app(desk)
    client = TestClient(app)
    before = [client.get(address).text for address in ("/?lang=en", "/static/hubport.css")]
    be_ready(app)
    assert [client.get(address).text for address in ("/?lang=en", "/static/hubport.css")] == before
    assert [client.get(address).status_code for address in ("/-", "/v1/nothing")] == [404, 404]
