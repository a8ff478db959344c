"""The reader of public projects, its check of schedules, and what the benchmark measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import textbook
from benchmarks.psplib import FOLDER, SMALL, SPEC, FormatError, Group, faults, measure, parsed
from optimizer.schedule import Params
from optimizer.schedule.evaluate import Slot, Times
from optimizer.schedule.shorten import shortest

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """4 1
2
0 0 2 2 3
3 2 1 4
2 1 1 4
0 0 0
"""


def test_a_file_is_read_number_by_number() -> None:
    """Three minutes with two of two, then two minutes with one: 5."""
    problem = parsed(TEXT)
    assert [job.work_min for job in problem.jobs] == [0, 3, 2, 0]
    assert [job.demands for job in problem.jobs] == [(), (2,), (1,), ()]
    assert [pool.count for pool in problem.pools] == [2]
    assert problem.before == ((0, 1), (0, 2), (1, 3), (2, 3))
    assert shortest(problem, Params(time_limit_s=2, deterministic=True)).last_end == 5
    assert textbook.solve(problem, 5.0, 1, 0) == (5, 5)


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-6],  # a job is missing
        TEXT + "7",  # there is more than the jobs
        TEXT.replace("3 2 1 4", "3 3 1 4"),  # needs three of two
        TEXT.replace("2 1 1 4", "2 1 1 5"),  # a fifth job of four
        TEXT.replace("2 1 1 4", "2.5 1 1 4"),  # not whole
        TEXT.replace("2 1 1 4", "-2 1 1 4"),  # less than nothing
        "",
    ],
)
def test_other_files_are_refused(text: str) -> None:
    """What is not of the form is told, not guessed."""
    with pytest.raises(FormatError):
        parsed(text)


def test_faults_of_schedules_are_found() -> None:
    """One sound schedule, and one broken in each way."""
    problem = parsed(TEXT)

    def of(*begins: int) -> list[str]:
        return faults(problem, Times(tuple(Slot(begin, 0) for begin in begins), frozenset()))

    assert of(0, 0, 3, 5) == []
    assert of(0, 0, 2, 5) == ["resource 1 is short at 2"]
    assert of(0, 0, 3, 4) == ["job 4 begins before job 3 ends"]
    assert of(-1, -1, 3, 5) == ["job 1 begins before the project", "job 2 begins before the project"]


def test_smoke() -> None:
    """The small project is solved as well as the textbook model does, and proven."""
    rows = {row.name.removeprefix("psplib/"): row for row in SPEC.measure(is_smoke=True)}
    assert rows["end"].value == rows["end"].baseline == rows["bound"].value == 13
    assert rows["faults"].value == 0
    assert rows["excess-mean"].value == 0
    assert rows["proven"].value == rows["instances"].value == 1


def test_a_folder_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of a group is taken, beside what is known of it; of others their own bound counts."""
    (tmp_path / "j7_1.rcp").write_text(SMALL, encoding="utf-8")
    (tmp_path / "j7_2.rcp").write_text(TEXT, encoding="utf-8")
    (tmp_path / "j8_1.rcp").write_text(TEXT, encoding="utf-8")
    (tmp_path / "best_known_j7.csv").write_text("instance,lower_bound,upper_bound\nj7_1,10,10\n", encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    rows = {(row.size, row.name): row.value for row in measure(Group("j7", 5.0), 1)}
    assert rows["j7_1", "psplib/excess"] == 30
    assert rows["j7_2", "psplib/excess"] == 0
    assert rows["j7", "psplib/excess-mean"] == 15
    assert rows["j7", "psplib/proven"] == rows["j7", "psplib/instances"] == 2


@pytest.mark.parametrize("is_set", [False, True])
def test_a_missing_folder_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_set: bool
) -> None:
    """Nothing is measured, and it is said why."""
    monkeypatch.delenv(FOLDER, raising=False)
    if is_set:
        monkeypatch.setenv(FOLDER, str(tmp_path))
    assert list(measure(Group("j30", 5.0), 1)) == []
    assert "j30 is not measured" in capsys.readouterr().err


def test_a_shorter_horizon_has_no_schedule() -> None:
    """The textbook model says so when nothing fits."""
    problem = parsed(TEXT)
    assert textbook.solve(replace(problem, end_min=4), 5.0, 1, 0).makespan is None
