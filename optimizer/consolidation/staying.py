"""Who stays where there is not room for all: an integer model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from network.capacity import Amount
    from network.closing import Use

CHOICE_UNITS = 2.0
"""Deterministic time units for choosing who stays where it is full."""
MOST_WORTH = 1 << 40
"""Most, in fen, that staying counts for; sums of it for all cargo are still integers of the solver."""


def most_worthy(
    uses: Sequence[dict[Use, Amount]], worth: Sequence[int], left: dict[Use, Amount], seed: int
) -> list[bool]:
    """Return which parts of a plan stay, so that most is saved within the room that is left."""
    model = cp_model.CpModel()
    stays = [model.new_bool_var("") for _ in uses]
    for use, room in left.items():
        for axis, most in enumerate(room):
            taken = [(stay, one[use][axis]) for stay, one in zip(stays, uses, strict=True) if use in one]
            model.add(sum(amount * stay for stay, amount in taken) <= max(0, most))
    model.maximize(sum((1 + min(saved, MOST_WORTH)) * stay for stay, saved in zip(stays, worth, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = CHOICE_UNITS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [False] * len(stays)
    return [bool(solver.value(stay)) for stay in stays]
