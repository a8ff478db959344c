"""Gantt charts: every task is drawn where it belongs, can be reached, and stands in the table."""

from __future__ import annotations

import datetime as dt
import re

from viz.gantt import Bar, Gantt, Lane, gantt_svg, gantt_table, pieces

NINE = dt.datetime(2026, 1, 5, 9)  # noqa: DTZ001 - the wall clock of a hub
HOUR = dt.timedelta(hours=1)
CHART = Gantt(
    title="<Hub>",
    lanes=(
        Lane("dock 1", (Bar(NINE, NINE + 2 * HOUR, "stuff", "stuff L1", "stuff L1 <9-11>"),)),
        Lane("dock 2", (Bar(NINE + 24 * HOUR, NINE + 25 * HOUR, "seal", "seal", "late", is_missed=True),)),
    ),
    now=NINE + HOUR,
    now_label="now",
)


def test_bars_lie_where_their_times_are() -> None:
    """An hour is 16 wide, from the midnight before the first task, after the names; hatched is what misses."""
    drawn = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', gantt_svg(CHART))
    bars = [tuple(map(float, one)) for one in drawn if one[0] not in {"0", "0.0"}]
    assert bars[0] == (190 + 9 * 16, 47, 31)
    assert bars[1][:2] == (190 + 33 * 16, 73)
    assert gantt_svg(CHART).count('fill="url(#missed)"') == 1


def test_text_is_escaped_and_everything_can_be_reached() -> None:
    """Names are escaped, each bar takes the focus with its description, and the change is marked."""
    svg = gantt_svg(CHART)
    assert "<Hub>" not in svg
    assert "&lt;9-11&gt;" in svg
    assert svg.count('tabindex="0"') == 2
    assert ">now</text>" in svg


def test_table_has_the_same() -> None:
    """The table has a row for each bar, with its times."""
    table = gantt_table(CHART, ["row", "begin", "end", "task"])
    assert table.count("<tr>") == 3
    assert "<td>2026-01-05 09:00</td><td>2026-01-05 11:00</td>" in table


def test_nothing_to_draw() -> None:
    """Without tasks there is no chart."""
    assert gantt_svg(Gantt(title="", lanes=())) == ""


def test_pieces_for_paper() -> None:
    """A piece has the tasks of its days only, cut at midnight, and no row without one; nothing is lost."""
    night = Bar(NINE + 14 * HOUR, NINE + 17 * HOUR, "inspect", "inspect", "night", short="7")
    chart = Gantt(title="<Hub>", lanes=(*CHART.lanes, Lane("bay", (night,))))
    first, second = pieces(chart, 1, 40.0)
    assert [lane.name for lane in first.lanes] == ["dock 1", "bay"]
    assert [lane.name for lane in second.lanes] == ["dock 2", "bay"]
    midnight = NINE + 15 * HOUR
    assert (first.lanes[1].bars[0].end, second.lanes[1].bars[0].begin) == (midnight, midnight)
    total = sum(((bar.end - bar.begin) for one in (first, second) for lane in one.lanes for bar in lane.bars), HOUR * 0)
    assert total == sum(((bar.end - bar.begin) for lane in chart.lanes for bar in lane.bars), HOUR * 0)
    still = gantt_svg(first, is_still=True)
    assert "tabindex" not in still
    assert f'width="{190 + 24 * 40 + 20}"' in still
    assert "2026-01-06" not in still


def test_narrow_bars_have_short_names() -> None:
    """Where the text does not fit the short one stands, and none where that does not fit either."""

    def drawn(minutes: int) -> str:
        bar = Bar(NINE, NINE + dt.timedelta(minutes=minutes), "seal", "seal L123", "label", short="L123")
        return gantt_svg(Gantt(title="t", lanes=(Lane("row", (bar,)),)))

    assert ">seal L123</text>" in drawn(300)
    assert ">L123</text>" in drawn(110)
    assert "L123</text>" not in drawn(30)


def test_no_pieces_of_nothing() -> None:
    """Without tasks there is nothing to print."""
    assert list(pieces(Gantt(title="", lanes=()), 1, 40.0)) == []
