"""One model of a hub, solved for one aim after the other; the only place that sets the solver's parameters."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from optimizer.schedule.constraints import PROJECT_RULES, RULES
from optimizer.schedule.evaluate import Slot, Times
from optimizer.schedule.narrow import narrowed, widened
from optimizer.schedule.objective import AIMS
from optimizer.schedule.variables import make_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.constraints import Rule
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem

# About what one second of this machine does in units of the solver's own work.
_WORK_PER_S = 0.5
_WALL_GUARD = 20.0
_FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


class Session:
    """
    The model of one hub.

    Parameters
    ----------
    problem
        The hub.
    params
        Seed, threads, and whether it must be repeatable.
    rules
        Those of the model.
    """

    def __init__(self, problem: HubProblem, params: Params, rules: Sequence[Rule] = RULES) -> None:
        self.problem = problem
        self._params = params
        self._model = cp_model.CpModel()
        # Begins that nobody could use take the solver longer to see than us.
        self._small = narrowed(problem, problem.end_min) or problem
        self._variables = make_variables(self._model, self._small)
        for rule in rules:
            rule(self._model, self._small, self._variables)

    def limit(self, tier: TierName, value: int) -> None:
        """Keep an aim from getting worse than a value from now on."""
        aim = AIMS[tier](self._small, self._variables)
        if not isinstance(aim, int):
            self._model.add(aim <= value)

    def improve(self, tier: TierName, start: Times, seconds: float) -> tuple[Times | None, int | None]:
        """
        Return the best schedule found for an aim, and a bound on it; None for what was not found.

        Parameters
        ----------
        tier
            The aim.
        start
            A schedule that keeps all limits.
        seconds
            How long to look.
        """
        aim = AIMS[tier](self._small, self._variables)
        if isinstance(aim, int):
            return None, aim
        self._model.minimize(aim)
        self._hint(start)
        solver = self._solver(seconds)
        status = solver.solve(self._model)
        if status not in _FOUND:
            return None, None
        return self._decode(solver), ceil(solver.best_objective_bound - 1e-6)

    @classmethod
    def find(cls, problem: HubProblem, params: Params, seconds: float) -> tuple[Times | None, bool]:
        """
        Return a schedule of a problem from which nothing leaves, and whether there is none.

        No aim is given, so that the solver does nothing but look for one schedule, or for the proof of none.
        """
        session = cls(problem, params, PROJECT_RULES)
        solver = session._solver(seconds)
        # What is disjoint is worth thinking about when little room is left.
        solver.parameters.use_dynamic_precedence_in_cumulative = True
        solver.parameters.use_dynamic_precedence_in_disjunctive = True
        solver.parameters.use_strong_propagation_in_disjunctive = True
        solver.parameters.linearization_level = 0
        status = solver.solve(session._model)
        return session._decode(solver) if status in _FOUND else None, status == cp_model.INFEASIBLE

    def _solver(self, seconds: float) -> cp_model.CpSolver:
        """Return a solver with its parameters set."""
        solver = cp_model.CpSolver()
        solver.parameters.random_seed = self._params.seed
        solver.parameters.num_workers = 1 if self._params.deterministic else self._params.workers
        solver.parameters.max_time_in_seconds = seconds
        # On weeks of minutes with nights in them, probing and more rounds of presolve take longer than the search.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.symmetry_level = 0
        # On some models of hubs this part of OR-Tools 9.15 ends the whole process.
        solver.parameters.use_feasibility_jump = False
        if self._params.deterministic:
            solver.parameters.max_deterministic_time = seconds * _WORK_PER_S
            solver.parameters.max_time_in_seconds = seconds * _WALL_GUARD
        return solver

    def _hint(self, start: Times) -> None:
        """Tell the solver a schedule to begin with."""
        self._model.clear_hints()  # type: ignore[no-untyped-call]
        jobs = zip(self.problem.jobs, self._small.jobs, self._variables.jobs, start.slots, strict=True)
        for job, less, found, slot in jobs:
            self._model.add_hint(found.begin, slot.begin_min)
            for mode, is_chosen in zip(less.modes, found.modes, strict=False):
                self._model.add_hint(is_chosen, int(mode[:2] == job.modes[slot.mode][:2]))
            if found.moved is not None:
                self._model.add_hint(found.moved, int(slot.begin_min != job.was))
        for shipment, left in self._variables.left_out.items():
            self._model.add_hint(left, int(shipment in start.left_out))

    def _decode(self, solver: cp_model.CpSolver) -> Times:
        """Return the schedule a solver found."""
        slots = tuple(
            Slot(
                solver.value(found.begin),
                next((place for place, mode in enumerate(found.modes) if solver.boolean_value(mode)), 0),
            )
            for found in self._variables.jobs
        )
        left = frozenset(name for name, var in self._variables.left_out.items() if solver.boolean_value(var))
        return widened(self.problem, self._small, Times(slots, left | self.problem.left))
