"""How much overtime jobs need at least: a linear program that grows by rows of work that must be overtime."""

from __future__ import annotations

from math import ceil, gcd
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.schedule.grid import Ints
    from optimizer.schedule.problem import HubProblem

_EPSILON = 1e-6


class Relief:
    """
    The share of each job that is overtime, for the least cost.

    Parameters
    ----------
    problem
        Jobs with overtime modes may be overtime; those with no others are.
    """

    def __init__(self, problem: HubProblem) -> None:
        jobs = problem.jobs
        self.shares = np.zeros(len(jobs))
        self._model = mathopt.Model()
        self._vars = {
            place: self._model.add_variable(lb=float(all(mode.is_overtime for mode in job.modes)), ub=1.0)
            for place, job in enumerate(jobs)
            if any(mode.is_overtime for mode in job.modes)
        }
        for place, var in self._vars.items():
            self.shares[place] = var.lower_bound
        self._model.minimize(sum(jobs[place].overtime_minor * var for place, var in self._vars.items()))
        self.cost = sum(jobs[place].overtime_minor for place, var in self._vars.items() if var.lower_bound)
        self._step = max(1, gcd(*(job.overtime_minor for job in jobs)))

    def add(self, rows: Sequence[tuple[Ints, Ints, int]]) -> bool:
        """
        Add rows, and tell whether the program has a solution.

        Parameters
        ----------
        rows
            Jobs, minutes of work of each, and how many of these must be overtime in all.
        """
        for jobs, work, excess in rows:
            shares = [
                float(minutes) * self._vars[int(job)]
                for job, minutes in zip(jobs, work, strict=True)
                if int(job) in self._vars
            ]
            self._model.add_linear_constraint(mathopt.fast_sum(shares) >= float(excess))
        result = mathopt.solve(self._model, mathopt.SolverType.GLOP)
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return False
        values = result.variable_values()
        for place, var in self._vars.items():
            self.shares[place] = min(1.0, max(0.0, values[var]))
        # Every sum of costs is a multiple of what divides all of them.
        least = result.objective_value() * (1 - _EPSILON) / self._step
        self.cost = max(self.cost, self._step * ceil(least - _EPSILON))
        return True
