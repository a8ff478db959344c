"""The cities of Zhejiang, and the counties of Wenzhou and Shaoxing, are found as people type them, and connected."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from data.loading import load_catalogue
from data.places import find_places, resolve_place

if TYPE_CHECKING:
    from data import Catalogue

CITIES = (
    ("杭州", "hangzhou", "Hangzhou", "CNHGH"),
    ("宁波", "ningbo", "Ningbo", "CNNBO"),
    ("温州", "wenzhou", "Wenzhou", "CNWNZ"),
    ("嘉兴", "jiaxing", "Jiaxing", "ZJ-JX"),
    ("湖州", "huzhou", "Huzhou", "ZJ-HU"),
    ("绍兴", "shaoxing", "Shaoxing", "CNSXG"),
    ("金华", "jinhua", "Jinhua", "CNJHA"),
    ("衢州", "quzhou", "Quzhou", "ZJ-QZ"),
    ("舟山", "zhoushan", "Zhoushan", "ZJ-ZS"),
    ("台州", "tai zhou", "Taizhou", "ZJ-TZ"),
    ("丽水", "lishui", "Lishui", "ZJ-LS"),
)
COUNTIES = (
    ("鹿城", "lucheng", "Lucheng", "WZ-LC"),
    ("龙湾", "longwan", "Longwan", "WZ-LW"),
    ("瓯海", "ouhai", "Ouhai", "WZ-OH"),
    ("洞头", "dongtou", "Dongtou", "WZ-DT"),
    ("永嘉", "yongjia", "Yongjia", "WZ-YJ"),
    ("平阳", "pingyang", "Pingyang", "WZ-PY"),
    ("苍南", "cangnan", "Cangnan", "WZ-CN"),
    ("文成", "wencheng", "Wencheng", "WZ-WC"),
    ("泰顺", "taishun", "Taishun", "WZ-TS"),
    ("瑞安", "ruian", "Rui'an", "WZ-RA"),
    ("乐清", "yueqing", "Yueqing", "WZ-YQ"),
    ("龙港", "longgang", "Longgang", "WZ-LG"),
    ("越城", "yuecheng", "Yuecheng", "SX-YC"),
    ("柯桥", "keqiao", "Keqiao", "SX-KQ"),
    ("上虞", "shangyu", "Shangyu", "SX-SYU"),
    ("诸暨", "zhuji", "Zhuji", "CNZJI"),
    ("嵊州", "shengzhou", "Shengzhou", "SX-SZ"),
    ("新昌", "xinchang", "Xinchang", "SX-XC"),
)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """Return the shipped tables."""
    return load_catalogue()


def test_found_in_every_way(shipped: Catalogue) -> None:
    """Chinese, pinyin and English name one place; the search has it first; cities are cities, also with 市."""
    for zh, pinyin, en, code in (*CITIES, *COUNTIES):
        assert {resolve_place(shipped, text).code for text in (zh, pinyin, en, pinyin.upper())} == {code}, zh
        assert find_places(shipped, zh)[0].code == code
        assert find_places(shipped, en)[0].code == code
    for zh, _, _, code in CITIES:
        assert resolve_place(shipped, f"{zh}市").code == code
        assert shipped.location(code).kind == "city"


def test_can_be_origin_and_destination(shipped: Catalogue) -> None:
    """From each there is a priced truck to a seaport and an airport and back, for loose cargo and whole trucks."""
    kinds = {row.code: row.kind for row in shipped.locations}
    priced: dict[str, set[str]] = defaultdict(set)
    for row in shipped.tariffs:
        priced[row.service].add(row.product)
    ends = {row.id: [call.location for call in shipped.calls_of(row.id)] for row in shipped.services}
    reached: dict[str, set[str]] = defaultdict(set)
    for row in shipped.services:
        if row.mode == "road" and row.status == "active" and {"ftl", "ltl"} <= priced[row.id]:
            start, *_, end = ends[row.id]
            reached[start].add(f"to {kinds[end]}")
            reached[end].add(f"from {kinds[start]}")
    for zh, _, _, code in (*CITIES, *COUNTIES):
        assert {"to seaport", "from seaport", "to airport", "from airport"} <= reached[code], zh


def test_trucks_are_no_faster_than_roads_allow(shipped: Catalogue) -> None:
    """Trucks of the cities added for their own sake drive 15 to 70 km an hour, and are marked as assumed."""
    added = {code for _, _, _, code in (*CITIES, *COUNTIES) if code.startswith("ZJ-") or code in {"WZ-DT", "WZ-WC"}}
    count = 0
    for row in shipped.services:
        calls = shipped.calls_of(row.id)
        if row.mode == "road" and added & {call.location for call in calls}:
            speed = calls[-1].distance_m / 1000 / (calls[-1].run_min / 60)
            assert 15 <= speed <= 70, row.id
            assert row.assumed
            count += 1
    assert count > 100
