"""What follows a plan in the same command: the schedule of its hubs, and its papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.cli_common import EXIT_NO_ROUTE, CommandError
from data.errors import TableFaultsError, is_interrupt
from data.hub_schedule_json import ScheduleFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.desk import Desk
    from data.freeze import Freeze
    from data.hub_schedule import HubSchedule
    from data.plan_json import PlanFile
    from network import Network
    from optimizer.agree import Agreed
    from optimizer.consolidation import Params as PlanParams
    from optimizer.consolidation import Progress
    from viz.theme import Lang

SCHEDULE_SUFFIXES = (".json", ".xlsx", ".html", ".svg", ".ics")
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


def agree_with_hubs(
    file: PlanFile,
    network: Network,
    params: PlanParams,
    on_progress: Callable[[Progress], None],
    *,
    rounds: int,
    freeze: Freeze | None,
) -> Agreed | None:
    """
    Return a plan that agrees with the schedule of its hubs, with that; None if there is no such schedule.

    The run may have been stopped before there was one, or the plan cannot be scheduled at all. Why it cannot is told
    when the plan is written and its hubs are to be scheduled.
    """
    from optimizer.agree import Params, agree  # noqa: PLC0415 - solvers load when there is a plan
    from optimizer.schedule import Params as ScheduleParams  # noqa: PLC0415

    limits = ScheduleParams(seed=params.seed, deterministic=params.deterministic)
    asked = Params(plan=params, schedule=limits, rounds=rounds)
    try:
        return agree(network, file, asked, on_progress, freeze=freeze)
    except TableFaultsError:
        return None
    except (KeyboardInterrupt, SystemError) as error:
        # Stopped before the first schedule: the plan is kept as it is.
        if not is_interrupt(error):
            raise
        return None


def follow_schedule(
    file: PlanFile,
    desk: Desk,
    paths: Sequence[Path],
    lang: Lang,
    *,
    seed: int,
    deterministic: bool,
    known: HubSchedule | None = None,
) -> Follow:
    """
    Schedule the hubs of a plan unless that was done, have it checked, and write it.

    Raises
    ------
    CommandError
        With everything that keeps the plan from being scheduled, or every rule that its schedule breaks.
    """
    from api import scheduling  # noqa: PLC0415 - solvers and workbooks load when there is a plan
    from optimizer.schedule import Params  # noqa: PLC0415
    from optimizer.verify import verify_schedule  # noqa: PLC0415

    if known is None:
        made = scheduling.make(file, desk, Params(seed=seed, deterministic=deterministic), (), "plan")
    else:
        made = ScheduleFile(known, file)
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
