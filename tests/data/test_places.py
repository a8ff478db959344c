"""Finding and naming places."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import AmbiguousNameError, Catalogue, UnknownIdError
from data.places import find_places, resolve_place
from tests.data.world import small


def _place(code: str, name_zh: str, name_en: str, kind: str, aliases: str = "") -> dict[str, str]:
    """Return a location near Wenzhou."""
    like = {"lat": "28", "lon": "120", "zone": "Asia/Shanghai", "territory": "CN", "calendar": "ALWAYS"}
    return {"code": code, "name_zh": name_zh, "name_en": name_en, "kind": kind, "aliases": aliases, **like}


ROWS = small()
ROWS["locations"] += [
    _place("CNOUH", "瓯海", "Ouhai", "cluster", "瓯海眼镜小镇"),
    _place("CNYIW", "义乌", "Yiwu", "city"),
    _place("CNYIW-R", "义乌西站", "Yiwu West rail terminal", "rail_terminal", "义乌铁路口岸;Yiwu"),
    _place("CNYIW-M", "义乌·国际商贸城", "Yiwu International Trade City", "market"),
    _place("CNJHA", "金华", "Jinhua", "city", "婺城"),
    _place("CNJHA-D", "金华仓", "Jinhua depot", "city_depot", "婺城"),
    _place("PLMAL-B", "马拉舍维奇", "Małaszewicze", "border"),
    _place("DEHAM", "汉堡", "Hamburg", "city"),
    _place("CNCKG", "重庆", "Chongqing", "city"),
]
WORLD = Catalogue.from_rows(ROWS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CNWNZ-A", "CNWNZ-A"),
        ("cnwnz", "CNWNZ"),
        ("温州", "CNWNZ"),
        (" 温 州 ", "CNWNZ"),
        ("WENZHOU", "CNWNZ"),
        ("wnz", "CNWNZ-A"),
        ("龙湾机场", "CNWNZ-A"),
        ("Yiwu", "CNYIW"),  # a name before another's alias
        ("yi wu", "CNYIW"),
        ("yiwu west rail terminal", "CNYIW-R"),
        ("义乌国际商贸城", "CNYIW-M"),
        ("malaszewicze", "PLMAL-B"),
        ("Małaszewicze", "PLMAL-B"),
        ("chongqing", "CNCKG"),
        ("longwanjichang", "CNWNZ-A"),  # pinyin of an alias
        ("Wenzhou (瓯海)", "CNOUH"),
        ("浙江温州（瓯海）", "CNOUH"),
        ("Hamburg [Elbe]", "DEHAM"),  # the brackets name nothing, what stands before them does
        ("ＦＲＡ", "DEFRA-A"),
    ],
)
def test_resolve(text: str, code: str) -> None:
    """A text that names one place is that place."""
    assert resolve_place(WORLD, text).code == code


def test_ambiguous_alias() -> None:
    """An alias of two places is not decided by chance."""
    with pytest.raises(AmbiguousNameError, match="CNJHA, CNJHA-D") as caught:
        resolve_place(WORLD, "婺城")
    assert caught.value.candidates == ("CNJHA", "CNJHA-D")


@pytest.mark.parametrize("text", ["Hambrug", "Hamburg por", "wz", "", "  ", "()", "不存在的地方"])
def test_unknown(text: str) -> None:
    """A text that names no place exactly is refused, never guessed."""
    with pytest.raises(UnknownIdError) as caught:
        resolve_place(WORLD, text)
    assert caught.value.value == text


def test_near_suggestions() -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(UnknownIdError) as caught:
        resolve_place(WORLD, "Hambrug")
    assert caught.value.near[0] == "DEHAM"


def codes(query: str, limit: int = 10) -> list[str]:
    """Return the codes found for a query."""
    return [location.code for location in find_places(WORLD, query, limit)]


def test_order_of_matches() -> None:
    """Exact names come before aliases, beginnings before parts, and cities before facilities."""
    assert codes("yiwu") == ["CNYIW", "CNYIW-R", "CNYIW-M"]
    assert codes("义乌") == ["CNYIW", "CNYIW-M", "CNYIW-R"]
    assert codes("hamburg") == ["DEHAM", "DEHAM-P"]
    assert codes("port") == ["CNNGB-P", "CNWNZ-A", "DEFRA-A", "DEHAM-P", "TWTPE-A"]
    assert codes("cnyiw")[0] == "CNYIW"


def test_pinyin() -> None:
    """Whole pinyin, initials and their beginnings are understood."""
    assert codes("ningbogang") == ["CNNGB-P"]
    assert codes("nbg") == ["CNNGB-P"]
    assert codes("wz")[0] == "CNWNZ"
    assert codes("wzlw") == ["CNWNZ-A"]
    assert codes("yiwuguojishang") == ["CNYIW-M"]


def test_limit_and_nothing() -> None:
    """No more than asked for; nothing for nothing."""
    assert len(codes("o", 3)) == 3
    assert codes("") == []
    assert codes("?!") == []
    assert codes("Wenzou") == ["CNWNZ"]
    assert codes("Wenzhou (瓯海)") == ["CNOUH"]


@given(st.text(max_size=20))
def test_any_text(text: str) -> None:
    """Whatever is typed, the answer is places or none, the same each time."""
    assert codes(text) == codes(text)
    for code in codes(text, 1):
        assert resolve_place(WORLD, code).code == code


def test_every_word_of_a_place_finds_it() -> None:
    """Codes, names and aliases are looked up: what the index answers is what a scan of all places would."""
    for row in WORLD.locations:
        assert resolve_place(WORLD, row.code) is row
        for name in (row.name_zh, row.name_en):
            assert row in find_places(WORLD, name, 5)


def test_pinyin_is_read_only_when_needed() -> None:
    """A place named as it is written does not wait for the dictionary of pinyin."""
    code = (
        "import sys; from tests.data.test_places import WORLD; from data.places import resolve_place; "
        "resolve_place(WORLD, '温州'); first = 'pypinyin' in sys.modules; "
        "resolve_place(WORLD, 'longwanjichang'); print(first, 'pypinyin' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]
