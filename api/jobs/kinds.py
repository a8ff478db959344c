"""
What jobs there are: one row for each kind.

A new kind is a function that takes a question and a `Context` and returns what it `Made`, and a row in the table
below. Its endpoint checks the question and calls `api.jobs.submit.submitted`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from api.answer_schema import Json, Schema
from api.identity.words import Scope

if TYPE_CHECKING:
    from api.desk import Desk


class Context(Protocol):
    """What work may use, and to whom it tells how it goes."""

    @property
    def desk(self) -> Desk:
        """The data set, which is loaded when it is first asked for."""

    @property
    def is_cancelled(self) -> bool:
        """Whether the work is to end soon, with what it has."""

    def tell(self, progress: Json) -> None:
        """Tell how the work goes: plain values."""

    def rouse(self) -> None:
        """From now on end the work by a `KeyboardInterrupt` if the job is cancelled, wherever it is: for solvers."""

    def watch(self, progress: Json) -> None:
        """Tell how a solver goes, and end its search if the job is cancelled and the search has not noticed."""

    def calm(self) -> None:
        """Let nothing end the work any more: what was looked for is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """
    What came of a job.

    Parameters
    ----------
    content
        The file, as JSON.
    summary
        What of it lists show, as plain values.
    fingerprint
        Of the data set that was used.
    is_partial
        Whether it was cancelled, and this is the best there was by then.
    why, detail
        Key of the texts of context ``reason`` if it is not what was asked for, but says all about why; the job has
        failed then.
    """

    content: bytes
    summary: Json = field(default_factory=dict)
    fingerprint: str = ""
    is_partial: bool = False
    why: str = ""
    detail: str = ""


class JobError(Exception):
    """
    Work that cannot be done, and would not be the next time either.

    Parameters
    ----------
    why
        Key of the texts of context ``reason``.
    detail
        What exactly.
    """

    def __init__(self, *, why: str, detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(why)


Work = Callable[[Json, Context], Made]
Keep = Callable[[Any, Any, Made], Made]
"""Takes the session that writes, the row of the job, and what was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    A kind of jobs.

    Parameters
    ----------
    name
        As it stands in the database.
    scope
        What somebody must be allowed to do who submits or cancels such a job.
    prefix, address
        How ids of results begin, and where results are found: ``/v1/plans``. Without an address only the job shows it.
    work
        Module and name of the function that does it; it is loaded where it runs.
    keep
        Module and name of a function that keeps what was made in the transaction that ends the job, if there is more
        to keep than the result: it takes the session, the job and what was made, and returns what the result is. It
        is not called for a job that was cancelled.
    question
        JSON Schema of what the function is asked.
    attempts
        How often it is tried, if attempts end without saying why: a crash, or a worker that is gone.
    pauses_s
        Seconds before the second attempt and those after it; the last one holds for all others.
    most_s
        Seconds after which an attempt is ended, and the job has failed.
    """

    name: str
    scope: Scope
    prefix: str
    address: str = ""
    work: str
    keep: str = ""
    question: Schema
    attempts: int = 3
    pauses_s: tuple[int, ...] = (1, 10)
    most_s: int

    def load(self) -> Work:
        """Return the function that does it."""
        found: Work = _named(self.work)
        return found

    def load_keep(self) -> Keep | None:
        """Return the function that keeps what was made, None if there is none."""
        found: Keep | None = _named(self.keep) if self.keep else None
        return found

    def pause_s(self, failures: int) -> int:
        """
        Return the seconds to wait after some attempts have failed.

        Examples
        --------
        >>> [KINDS["plan"].pause_s(failures) for failures in (1, 2, 3)]
        [1, 10, 10]
        """
        return self.pauses_s[min(failures, len(self.pauses_s)) - 1]


def _named(place: str) -> Any:  # noqa: ANN401 - a function of any kind
    """Return a function by module and name."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


Kinds = Mapping[str, Kind]
EDIT = "edit"
"""Kind of the jobs that stand for a change of a plan by hand: they have ended as soon as they are there."""

_CARGO: Schema = {"type": "string", "description": "The cargo list as JSON"}
_STOCK: Schema = {"type": "string", "description": "The seller's stock and demand as JSON"}
_OPTIONS: Schema = {"type": "object", "description": "What the run is asked for"}
_EARLIER: Schema = {"type": ["object", "null"], "description": "An earlier plan, and how much of it stays"}

KINDS: Kinds = {
    kind.name: kind
    for kind in (
        Kind(
            name="plan",
            scope="plans:write",
            prefix="pl",
            address="/v1/plans",
            work="api.plans.work:make_plan",
            question={
                "type": "object",
                "required": ["cargo", "options", "freeze"],
                "properties": {"cargo": _CARGO, "options": _OPTIONS, "freeze": _EARLIER},
            },
            most_s=4 * 3600,
        ),
        Kind(
            name="schedule",
            scope="plans:write",
            prefix="sc",
            address="/v1/schedules",
            work="api.plans.work:make_schedule",
            question={
                "type": "object",
                "required": ["plan", "credits", "seed", "time_limit_s"],
                "properties": {
                    "plan": {"type": "object"},
                    "credits": {"type": "object"},
                    "seed": {"type": "integer"},
                    "time_limit_s": {"type": "number"},
                },
            },
            most_s=1800,
        ),
        Kind(
            name="import",
            scope="shipments:write",
            prefix="ir",
            work="api.shipments.work:read_import",
            keep="api.shipments.imports:keep_import",
            question={
                "type": "object",
                "required": ["name", "content"],
                "properties": {"name": {"type": "string"}, "content": {"type": "string"}},
            },
            most_s=1800,
        ),
        Kind(
            name="stock",
            scope="stock:write",
            prefix="st",
            address="/v1/stock/plans",
            work="api.stocking.work:make_plan",
            question={
                "type": "object",
                "required": ["stock", "options"],
                "properties": {"stock": _STOCK, "options": _OPTIONS},
            },
            most_s=4 * 3600,
        ),
        Kind(
            name="simulation",
            scope="stock:write",
            prefix="sm",
            address="/v1/stock/simulations",
            work="api.stocking.simulating:make_simulation",
            question={
                "type": "object",
                "required": ["stock", "plan", "options"],
                "properties": {
                    "stock": _STOCK,
                    "plan": {"type": ["string", "null"], "description": "A stocking plan as JSON"},
                    "options": _OPTIONS,
                },
            },
            most_s=3600,
        ),
    )
}
"""Every kind, by its name."""


def load_kinds(module: str) -> Kinds:
    """Return the kinds of a module: those of another one are for tests."""
    found: Kinds = import_module(module).KINDS
    return found
