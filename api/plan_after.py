"""What follows a plan in the same command: the schedule of its hubs, and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli_common import EXIT_NO_ROUTE, CommandError

if TYPE_CHECKING:
    from api.desk import Desk
    from data.plan_json import PlanFile
    from viz.theme import Lang

SCHEDULE_SUFFIXES = (".json", ".xlsx", ".html", ".svg")
PAPERS_SUFFIXES = ("", ".pdf", ".xlsx", ".html", ".json")


class Follow(NamedTuple):
    """
    What was written after a plan.

    Parameters
    ----------
    text
        What a dispatcher asks first.
    written
        The files.
    refused
        Why others were not written.
    """

    text: str
    written: list[Path]
    refused: list[str]


def follow_schedule(
    file: PlanFile, desk: Desk, paths: Sequence[Path], lang: Lang, *, seed: int, deterministic: bool
) -> Follow:
    """
    Schedule the hubs of a plan, have that checked, and write it.

    Raises
    ------
    CommandError
        With everything that keeps the plan from being scheduled, or every rule that its schedule breaks.
    """
    from api import scheduling  # noqa: PLC0415 - solvers and workbooks load when there is a plan
    from optimizer.schedule import Params  # noqa: PLC0415
    from optimizer.verify import verify_schedule  # noqa: PLC0415

    made = scheduling.make(file, desk, Params(seed=seed, deterministic=deterministic), (), "plan")
    violations = verify_schedule(desk.catalogue, file.cargo, file.plan, made.schedule, None)
    if violations:
        raise CommandError(scheduling.verdict_text(made.schedule, violations, lang), EXIT_NO_ROUTE)
    return Follow(scheduling.summary_text(made, desk, lang), *scheduling.write_outputs(paths, made, desk, lang))


def follow_papers(file: PlanFile, desk: Desk, path: Path, lang: Lang) -> Follow:
    """Fill in the papers of a plan as far as it knows, and write them into a file or a folder."""
    from api.cli_papers import write_papers  # noqa: PLC0415
    from api.papers_ask import view_of  # noqa: PLC0415

    view = view_of(file, desk, {}, lang)
    try:
        write_papers(path, view)
        return Follow(view.head(), [path], [])
    except CommandError as error:
        return Follow(view.head(), [], [str(error)])
