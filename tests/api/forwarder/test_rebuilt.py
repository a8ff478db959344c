"""What is read back of a kept answer is what was answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.forwarder.rebuilt import Rebuilder, ask_again, form_fields
from api.refusals import Refusal
from api.requests import Ask, check_request

if TYPE_CHECKING:
    from api.desk import Desk

ASK = Ask(
    origin="CNWNZ", destination="DEHAM-P", weight_kg="800", volume_m3="4.2", pieces="40",
    ready="2026-05-20T09:00+08:00", due="2026-08-20", value="1200.50", currency="USD", hs="900311",
    avoid="suez", max_transfers="5",
)  # fmt: skip


def test_options_come_back(desk: Desk) -> None:
    """Steps, cut-offs, instants and prices of every option are the same again, and so is the shipment."""
    answer = desk.ask(ASK)
    shown = desk.renderer.quote(*answer)
    rebuilder = Rebuilder(desk.catalogue)
    assert rebuilder.shipment(shown["shipment"]) == answer.request.shipment
    for option, told in zip(answer.quote.options, shown["options"], strict=True):
        found = rebuilder.option(told)
        assert found.steps == option.steps
        assert [line.cny_minor for line in found.charges] == [line.cny_minor for line in option.charges]
        assert replace(found, charges=(), alternatives=(), unpriced=()) == replace(
            option, charges=(), alternatives=(), unpriced=(), best_in=tuple(told["best_in"])
        )


def test_asked_again(desk: Desk) -> None:
    """The question that is read back means the same, whether as a request or as fields of a form."""
    answer = desk.ask(ASK)
    shown = desk.renderer.quote(*answer)["shipment"]
    again = check_request(ask_again(shown, ready=answer.request.shipment.ready_at), desk.catalogue, desk.clock())
    assert again.shipment == answer.request.shipment
    assert again.filters == answer.request.filters
    fields = form_fields(shown)
    assert (fields["weight_kg"], fields["ready"], fields["due"]) == ("800", "2026-05-20T09:00", "2026-08-20T23:59")


@pytest.mark.parametrize(
    ("weight", "volume"), [("21123.457", "55.123457"), ("1234567.891", "2000"), ("0.005", "0.00005")]
)
def test_form_keeps_every_digit(desk: Desk, weight: str, volume: str) -> None:
    """However heavy or light, the form asks for the very same goods again."""
    shown = desk.renderer.quote(*desk.ask(ASK))["shipment"]
    fields = form_fields(shown | {"weight_kg": float(weight), "volume_m3": float(volume)})
    assert (fields["weight_kg"], fields["volume_m3"]) == (weight, volume)


@pytest.mark.parametrize("change", [{"from": "NOWHERE"}, {"service": "GONE"}])
def test_what_is_gone(desk: Desk, change: dict[str, str]) -> None:
    """A way over places or services that the data set does not have any more is refused."""
    told = desk.renderer.quote(*desk.ask(ASK))["options"][0]
    broken = told | {"steps": [told["steps"][0] | change, *told["steps"][1:]]}
    with pytest.raises(Refusal) as caught:
        Rebuilder(desk.catalogue).option(broken)
    assert caught.value.name == "data-changed"
