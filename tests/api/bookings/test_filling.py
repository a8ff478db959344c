"""What papers are filled with: parties in Latin letters, lines that add up, and every fault at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bookings.filling import Booked, Filling, filling_of
from api.bookings.particulars import MOST_LINES, Particulars
from tests.api.papers_facts import CASES, FACTS, FRAMES, PARTICULARS, SHIPPER, facts

BOOKED = Booked(pieces=10, mass=1_000_000, volume=5_000_000, value=None, currency=None)
LINES = st.lists(st.tuples(*[st.integers(1, 10**5) | st.none()] * 3), min_size=1, max_size=MOST_LINES)


def filled(booked: Booked = BOOKED, **more: Any) -> Filling:  # noqa: ANN401 - any field
    """Return what papers are filled with."""
    return filling_of(Particulars.model_validate(more), facts(), booked)


def faults(booked: Booked = BOOKED, **more: Any) -> set[tuple[str, str]]:  # noqa: ANN401 - any field
    """Return fields and rules of what is wrong."""
    return {(item.field.removeprefix("particulars."), item.rule) for item in filled(booked, **more).faults}


def test_whole() -> None:
    """Everything that was typed stands where papers look for it, in base units."""
    found = filled(**PARTICULARS)
    assert found.faults == ()
    first, second = found.goods
    assert first["description"] == "Spectacle frames of plastic 塑料眼镜架"
    assert (first["mass"], first["net_mass"], first["volume"], first["value"]) == (400_000, 350_000, 2_000_000, 100_050)
    assert (second["pieces"], second["value"], second["marks"]) == (6, 9_950, "OH-118\n5-10")
    lines = str(found.facts["shipper"]).split("\n")
    assert lines[:4] == [SHIPPER["name_en"], SHIPPER["name_zh"], "18 Chashan Road", "Ouhai District, Wenzhou"]
    assert lines[-1] == "+86 577 8888 0000 · wang@example.com"
    assert any("91330304MA2ABCDE1F" in line for line in lines)
    assert (found.facts["value"], found.facts["package"]) == (110_000, "carton")
    assert found.facts["marks"] == "OH-118\n1-4\nOH-118\n5-10"
    assert "hs" not in found.facts


def test_nothing() -> None:
    """Nothing typed is nothing wrong and nothing known."""
    assert filled() == Filling(facts={}, goods=(), faults=())
    assert (
        Particulars.model_validate({"shipper": {"remember": True}, "goods": [{}], "facts": {"date": " "}}).kept()
        is None
    )


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"shipper": {"name_zh": "瓯海"}}, ("shipper.name_en", "required")),
        ({"consignee": {"name_en": "瓯海 Ltd"}}, ("consignee.name_en", "latin")),
        ({"notify": {"name_en": "A", "territory": "ZZ"}}, ("notify.territory", "territory")),
        ({"notify": {"name_en": "A", "email": "a@b"}}, ("notify.email", "email")),
        ({"notify": {"name_en": "A", "phone": "call me"}}, ("notify.phone", "phone")),
        ({"goods": [{"hs": "90"}]}, ("goods.0.hs", "hs")),
        ({"goods": [{"pieces": "1.5"}]}, ("goods.0.pieces", "whole_number")),
        ({"goods": [{"mass_kg": "-1"}]}, ("goods.0.mass_kg", "positive")),
        ({"goods": [{"volume_m3": "nan"}]}, ("goods.0.volume_m3", "number")),
        ({"goods": [{"value": "5"}]}, ("goods.0.value", "money_currency")),
        ({"goods": [{"mass_kg": "2", "net_mass_kg": "3"}]}, ("goods.0.net_mass_kg", "net_mass")),
        ({"facts": {"incoterm": "FOO"}}, ("facts.incoterm", "unknown_incoterm")),
        ({"facts": {"date": "tomorrow"}}, ("facts.date", "date")),
        ({"facts": {"container_no": "CSQU3054384"}}, ("facts.container_no", "container")),
        ({"facts": {"shipper": "A"}}, ("facts.shipper", "unknown_field")),
        ({"facts": {"nonsense": "A"}}, ("facts.nonsense", "unknown_field")),
    ],
)  # fmt: skip
def test_wrong(more: dict[str, Any], wrong: tuple[str, str]) -> None:
    """Every kind of nonsense is told at its field."""
    assert wrong in faults(**more)


def test_sums() -> None:
    """Lines that do not add up are told at the last of them, and no paper has their numbers."""
    over = FRAMES | {"pieces": 5, "mass_kg": 401, "volume_m3": "2.5"}
    assert faults(goods=[over, CASES], facts=FACTS) == {
        ("goods.1.pieces", "goods_sum"),
        ("goods.1.mass_kg", "goods_sum"),
        ("goods.1.volume_m3", "goods_sum"),
    }
    found = filled(goods=[over, CASES], facts=FACTS)
    assert all(not {"pieces", "mass", "volume"} & set(line) for line in found.goods)
    assert all("net_mass" in line for line in found.goods)
    told = next(item for item in found.faults if item.field.endswith("mass_kg"))
    assert "1001 kg" in told.message_en
    assert "1000 kg" in told.message_zh


def test_value_of_the_quote() -> None:
    """A quote with a value says the currency, and lines add up to the value."""
    booked = BOOKED._replace(value=110_000, currency="USD")
    assert faults(booked, goods=[FRAMES, CASES]) == set()
    assert faults(booked, goods=[FRAMES, CASES], facts={"currency": "EUR"}) == {("facts.currency", "booked_otherwise")}
    assert faults(booked, goods=[FRAMES, CASES | {"value": "99"}]) == {("goods.1.value", "goods_sum")}


@given(LINES, st.tuples(*[st.integers(1, 10**6)] * 3))
def test_sums_against_brute_force(lines: list[tuple[int | None, ...]], booked: tuple[int, ...]) -> None:
    """A sum is wrong where it is more than what is booked, or all lines say it and it is not that."""
    names = ("pieces", "mass_kg", "volume_m3")
    goods = [{name: value for name, value in zip(names, line, strict=True) if value is not None} for line in lines]
    expected = set()
    for place, name in enumerate(names):
        said = [line[place] for line in lines]
        total = sum(value for value in said if value is not None)
        if total > booked[place] or (None not in said and total != booked[place]):
            expected.add((name, "goods_sum"))
    pieces, kg, m3 = booked
    rules = faults(Booked(pieces, kg * 1000, m3 * 10**6, None, None), goods=goods)
    assert {(field.rpartition(".")[2], rule) for field, rule in rules if rule == "goods_sum"} == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists).map(str))
def test_any_text_in_any_field(text: str) -> None:
    """No text makes reading fail, whichever field it stands in."""
    line = dict.fromkeys(FRAMES, text[:40])
    given_ = Particulars.model_construct(
        shipper=PARTY.model_copy(update=dict.fromkeys(SHIPPER, text)),
        consignee=None,
        notify=None,
        goods=[GOODS.model_copy(update=line)],
        facts=dict.fromkeys(("date", "incoterm", "currency", "container_no", "tare", "weighed_at"), text),
    )
    assert isinstance(filling_of(given_, facts(), BOOKED), Filling)


PARTY = Particulars.model_validate(PARTICULARS).parties()["shipper"]
GOODS = Particulars.model_validate(PARTICULARS).goods[0]
