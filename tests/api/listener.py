"""Who hears what the work of a job tells, without a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.desk import Desk


class Listener:
    """Hears what work tells, and cancels it at a phase."""

    def __init__(self, desk: Desk, cancel_at: str = "") -> None:
        self.desk = desk
        self.told: list[Json] = []
        self.calls: list[str] = []
        self._cancel_at = cancel_at
        self.is_cancelled = False

    def rouse(self) -> None:
        """Note that cancelling may end the work."""
        self.calls.append("rouse")

    def tell(self, progress: Json) -> None:
        """Note how the work goes."""
        self.told.append(progress)

    def watch(self, progress: Json) -> None:
        """Note how a solver goes, and end its search once."""
        self.tell(progress)
        if progress["phase"] == self._cancel_at and not self.is_cancelled:
            self.is_cancelled = True
            raise KeyboardInterrupt

    def calm(self) -> None:
        """Note that the work must not be ended any more."""
        self.calls.append("calm")
