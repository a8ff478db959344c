"""A plan and a schedule of its hubs that agree, before anything has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.plan_json import PlanFile
from network.leads import with_leads
from optimizer import schedule
from optimizer.agree.leads import Leads
from optimizer.agree.loop import Loop
from optimizer.agree.params import Agreed, Params, limited, members
from optimizer.consolidation import Again, Progress, Stand
from optimizer.verify import verify_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.agreement import AgreeLead, UnsavedReason
    from data.cargo import Cargo
    from data.freeze import Freeze
    from data.hub_schedule import Credit, HubSchedule
    from data.plan import Plan
    from network.network import Network
    from optimizer.agree.params import UnitKey
    from optimizer.verify import Violation


def agree(
    network: Network,
    file: PlanFile,
    params: Params | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    credit: Sequence[Credit] = (),
    freeze: Freeze | None = None,
) -> Agreed:
    """
    Return a plan and a schedule of its hubs in which nobody misses a departure that another plan could save.

    Parameters
    ----------
    network
        The compiled network.
    file
        A sound plan with its cargo.
    params
        Limits of the run.
    on_progress
        Called while it runs. Ctrl-C keeps the best plan so far.
    credit
        Grades of shippers; whoever is not named is ordinary.
    freeze
        What the plan was made beside; what that fixed is not planned again.

    Raises
    ------
    TableFaultsError
        With everything that keeps the plan from being scheduled.
    """
    params = params or Params()
    way = FirstWay(network, file.cargo, params, credit, freeze)
    return Loop(way, network, file, params, on_progress).run(way.schedule(file.plan))


class FirstWay:
    """Planning before anything has begun: shipments that miss are planned from their origin, with leads."""

    def __init__(
        self, network: Network, cargo: Cargo, params: Params, credit: Sequence[Credit], freeze: Freeze | None
    ) -> None:
        self._network = network
        self._cargo = cargo
        self._params = params
        self._credit = credit
        self._fixed = frozenset[str]() if freeze is None else freeze.shipments
        self._again = Again(network, cargo)
        self._leads = Leads()

    def schedule(self, plan: Plan) -> HubSchedule:
        """Return the first schedule of a plan."""
        file, catalogue = PlanFile(plan, self._cargo), self._network.catalogue
        problem = schedule.build(file, catalogue, credit=self._credit)
        found = schedule.solve(problem, self._params.schedule)
        return schedule.with_replan(found, file, catalogue, lambda: self._network)

    def check(self, plan: Plan, made: HubSchedule) -> list[Violation]:
        """Return every rule that a schedule breaks."""
        return verify_schedule(self._network.catalogue, self._cargo, plan, made, None)

    def barred(self, plan: Plan, made: HubSchedule, unit: UnitKey) -> UnsavedReason | None:
        """Return that a unit is promised, if any of it is."""
        return None if self._fixed.isdisjoint(members(plan, made, unit)) else "promised"

    def replan(self, plan: Plan, made: HubSchedule, units: Sequence[UnitKey], tell: Callable[[], None]) -> Plan:
        """Return a plan in which everybody in some units is planned again, earlier before the cut-offs they missed."""
        for unit in units:
            self._leads.raise_for(plan, made, unit)
        allowed = with_leads(self._network, self._leads.every())
        names = {name for unit in units for name in members(plan, made, unit)}
        limits = limited(self._params.plan, plan, names)
        return self._again.anew(plan, {name: Stand(None, 0) for name in names}, allowed, limits, lambda _: tell())

    def leads(self) -> tuple[AgreeLead, ...]:
        """Return what was kept clear before cut-offs."""
        return self._leads.told()
