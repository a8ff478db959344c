"""The edge on the shipped tables and the real search."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.answer_schema import ANSWER_SCHEMA
from api.app import create_app
from api.desk import Desk
from api.requests import Ask
from viz.geometry import FRAME_WEST

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shipped() -> Desk:
    """Return a desk on the shipped tables."""
    desk = Desk.open(clock=lambda: NOW)
    desk.warm()
    return desk


@pytest.fixture(scope="module")
def service(shipped: Desk) -> Iterator[TestClient]:
    """Return a client of its service."""
    with TestClient(create_app(shipped)) as found:
        yield found


@pytest.mark.parametrize("currency", ["CNY", "EUR", "JPY"])
def test_spectacles_to_hamburg(shipped: Desk, currency: str) -> None:
    """The example of the readme has options by several modes, and each price is the sum of its lines."""
    answer = shipped.quote_json(
        Ask(origin="瓯海", destination="汉堡", weight_kg=800, volume_m3=4.2, pieces=40, currency=currency)
    )
    jsonschema.validate(answer, ANSWER_SCHEMA)
    options = answer["options"]
    assert len({leg["mode"] for option in options for leg in option["legs"]}) > 1
    for option in options:
        assert option["cost_minor"] == sum(line["amount_minor"] for line in option["charges"])
        assert option["legs"][0]["from"] == answer["shipment"]["from"]
        assert option["legs"][-1]["to"] == "DEHAM"
    costs = [option["cost_cny_minor"] for option in options]
    assert costs == sorted(costs)


def test_pages(service: TestClient) -> None:
    """The page of a real answer and its maps are served."""
    query = {"from": "瓯海", "to": "汉堡", "weight_kg": "800", "volume_m3": "4.2"}
    page = service.get("/quote", params=query)
    assert page.status_code == 200
    assert 'id="option-1"' in page.text
    assert service.get("/map/quote", params=query).status_code == 200


def test_network_layers(shipped: Desk) -> None:
    """Everything that runs is drawn within the frame, by sea and rail mostly along stored lines."""
    layers = shipped.network_layers("zh")
    assert {"sea", "rail", "air", "road"} <= set(layers["modes"])
    tracked = [line for line in layers["lines"] if line["mode"] in {"sea", "rail"}]
    assert sum(line["approximate"] for line in tracked) < len(tracked) / 2
    longitudes = [lon for line in layers["lines"] for piece in line["pieces"] for _, lon in piece]
    assert min(longitudes) >= FRAME_WEST - 1e-6
    assert max(longitudes) <= FRAME_WEST + 360 + 1e-6


def test_places(service: TestClient) -> None:
    """People find cities by their names in either language."""
    for text, code in (("温州", "CNWNZ"), ("Hamburg", "DEHAM"), ("dehu", None)):
        found = service.get("/v1/locations", params={"q": text}).json()
        assert code is None or found[0]["code"] == code
