"""Which boxes are offered to a shipment: only those that no plain rule shuts, and each of the others has a reason."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from api.desk import Desk
from api.dispatcher.edits import judge
from api.dispatcher.fits import REASONS, Fits
from api.dispatcher.shown import DeskView
from data.cargo import Cargo
from data.plan_json import PlanFile
from optimizer.consolidation.moved import Move
from tests.agree_world import DAY, MONDAY, network, planned, shipment, tables
from tests.api.dispatcher.conftest import NOW, DeskWorld

if TYPE_CHECKING:
    from api.dispatcher.fits import Choice

M3 = 1_000_000
_SMALL = {"volume_cm3": M3, "unserved_minor": 1}


@cache
def file() -> PlanFile:
    """Return a plan with boxes, and one left behind for each reason against joining one."""
    inside = [shipment(name, mass_g=900_000, volume_cm3=8 * M3) for name in "ABCDE"]
    behind = [
        shipment("plain", **_SMALL),
        shipment("own", **{**_SMALL, "box": "BOX", "boxes": 1}),
        shipment("home", **{**_SMALL, "origin": "X", "destination": "P"}),
        shipment("cold", **{**_SMALL, "temperature": "frozen"}),
        shipment("large", **{**_SMALL, "volume_cm3": 27 * M3}),
        shipment("heavy", **{**_SMALL, "mass_g": 20_900_000}),
        shipment("late", MONDAY + 6 * DAY, **_SMALL),
    ]
    return planned(Cargo(shipments=(*inside, *behind)))


def choice(name: str, found: PlanFile | None = None, now: dt.datetime = NOW) -> Choice:
    """Return what is offered to a shipment."""
    view = DeskView(*(found or file()), tables(), "en")
    return Fits(view, view.minute(now)).of(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("own", "own_box"), ("home", "area"), ("cold", "mixing"), ("large", "volume"), ("heavy", "payload"),
     ("late", "late")],
)  # fmt: skip
def test_each_reason(name: str, reason: str) -> None:
    """What cannot join any box is offered none, and told why."""
    found = choice(name)
    assert found.boxes == frozenset()
    assert found.shut == ((reason, len(file().plan.loads)),)


def test_what_is_offered() -> None:
    """What is small and like the others may join every box but its own; only what has a price may stay."""
    every = {load.id for load in file().plan.loads}
    assert len(every) > 1
    assert choice("plain") == (every, (), True)
    mine = file().plan.loads[0]
    found = choice(mine.shipments[0])
    assert mine.id not in found.boxes
    assert sum(count for _, count in found.shut) + len(found.boxes) == len(every) - 1
    assert not found.may_stay


def test_nobody_joins_what_is_promised_or_gone() -> None:
    """A box that is booked, or that left, is not offered."""
    first, *rest = file().plan.loads
    held = PlanFile(replace(file().plan, loads=(replace(first, commitment="booked"), *rest)), file().cargo)
    assert choice("plain", held).boxes == {load.id for load in rest}
    assert choice("plain", held).shut == (("gone", 1),)
    assert choice("plain", now=NOW + dt.timedelta(days=30)).boxes == frozenset()


def test_the_check_refuses_whatever_is_not_offered() -> None:
    """For every shipment and box that is shut to it, the full check of the move finds a broken rule or no way."""
    plan, cargo = file()
    desk = Desk(tables(), network(), lambda: NOW)
    shut = [
        (one.id, load.id)
        for one in cargo
        for load in plan.loads
        if load.id not in choice(one.id).boxes and one.id not in load.shipments
    ]
    assert shut
    sound = [pair for pair in shut if judge(file(), desk, Move(shipment=pair[0], load=pair[1])).is_sound]
    assert sound == []


@pytest.mark.parametrize(("lang", "words"), [("zh", "未列出的箱："), ("en", "Boxes not offered:")])
def test_the_page(world: DeskWorld, lang: str, words: str) -> None:
    """A card lists only the boxes that may take it, says how many do not, and where it and each box are bound for."""
    page = world.client.get(f"/dispatcher/plans/{world.keep(file())}?view=boxes&lang={lang}").text
    offered = {
        name: re.findall(r'<option value="(L\d+)">', chosen)
        for name, chosen in re.findall(r'<select id="to-([^"]+)"[^>]*>(.*?)</select>', page)
    }
    every = [load.id for load in file().plan.loads]
    assert offered["plain"] == every
    assert all(offered[name] == [] for name in ("own", "home", "cold", "large", "heavy", "late"))
    assert words in page
    assert f'data-shipment="{file().cargo.shipments[0].id}"' in page
    assert page.count("去往 X" if lang == "zh" else "To X") >= len(every) + len(file().cargo.shipments) - 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(lang: str, reason: str) -> None:
    """Each reason is a text of its own in both languages."""
    view = DeskView(*file(), tables(), "zh" if lang == "zh" else "en")
    assert "3" in view.say(f"desk_shut_{reason}", count=3)
