"""
The states of a booking, and the one table of what leads from one to another.

Drawn in docs/service.md; a test compares the drawing with this table.
"""

from __future__ import annotations

from typing import Literal

from api.refusals import Refusal

State = Literal["held", "confirmed", "waitlisted", "expired", "cancelled"]
Event = Literal["hold", "book", "wait", "promote", "confirm", "amend", "roll", "cancel", "expire"]

TRANSITIONS: dict[tuple[State | None, Event], State] = {
    (None, "hold"): "held",
    (None, "book"): "confirmed",
    (None, "wait"): "waitlisted",
    ("waitlisted", "promote"): "held",
    ("waitlisted", "amend"): "waitlisted",
    ("waitlisted", "cancel"): "cancelled",
    ("waitlisted", "expire"): "expired",
    ("held", "confirm"): "confirmed",
    ("held", "amend"): "held",
    ("held", "roll"): "held",
    ("held", "cancel"): "cancelled",
    ("held", "expire"): "expired",
    ("confirmed", "amend"): "confirmed",
    ("confirmed", "roll"): "confirmed",
    ("confirmed", "cancel"): "cancelled",
}
"""What follows when something happens in a state; what is not here cannot happen."""

TAKING: frozenset[State] = frozenset({"held", "confirmed"})
"""The states in which a booking takes room."""


def next_state(state: State | None, event: Event, subject: str | None = None) -> State:
    """
    Return the state that follows.

    Raises
    ------
    Refusal
        When the event cannot happen in the state.

    Examples
    --------
    >>> next_state("held", "confirm")
    'confirmed'
    """
    found = TRANSITIONS.get((state, event))
    if found is None:
        raise Refusal(why="wrong-state", detail=f"{event}: {state}", subject=subject)
    return found
