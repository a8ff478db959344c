"""Plans, and rules between plans, played one after the other in the same futures: by the command and by jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from api.answer_schema import Json
    from data.stock_plan import StockPlan
    from optimizer.stock.problem import Problem
    from viz.theme import Lang

RULE_NAMES = (
    "sea", "air-when-short", "own-base-stock", "single-index", "dual-index", "capped-dual-index", "base-surge",
    "tri-index",
)  # fmt: skip
USUAL_RULES = RULE_NAMES[:3]
"""Those that are played where neither rules nor a plan are named."""
USUAL_FUTURES, USUAL_SEED = 1000, 1
TUNING_SEED = 1_000_000
"""Added to a seed below it for the futures that rules are tuned in, which are thus others."""
_TUNING = 40


class Draw(NamedTuple):
    """How many futures there are, and of which seed."""

    futures: int
    seed: int


def played(
    problem: Problem,
    plan: StockPlan | None,
    names: Sequence[str],
    draw: Draw,
    tell: Callable[[str, int | None], None],
) -> Iterator[Json]:
    """
    Yield what comes of a plan and of rules, all in the same futures.

    Parameters
    ----------
    problem
        What is simulated.
    plan
        Played as it is and kept up weekly, None without one.
    names
        Of rules; each is tuned in other futures than those it is judged by.
    draw
        The futures.
    tell
        Told the name of what is played and how many of its futures are done, from any thread; None while it is tuned.

    Raises
    ------
    UnknownSendingError
        If the plan is not one of this problem.
    """
    # The code is compiled when it is first used, and what is asked for is looked at before.
    from api.stock_simulate_view import run_json  # noqa: PLC0415
    from optimizer.stock.policies import Base  # noqa: PLC0415
    from optimizer.stock.policies_tune import tuned  # noqa: PLC0415
    from optimizer.stock.simulate import Followed, simulate  # noqa: PLC0415
    from optimizer.stock.simulate_futures import Futures  # noqa: PLC0415

    futures, base = Futures(problem, draw.futures, draw.seed), Base(problem)

    def about(name: str) -> Callable[[int], None]:
        return lambda done: tell(name, done)

    if plan is not None:
        for name, choice in (("plan", plan), ("plan-followed", Followed(plan))):
            tell(name, 0)
            found = simulate(problem, choice, futures=futures, name=name, on_progress=about(name))
            yield run_json(problem, found, promised=plan.service if name == "plan" else None)
    for name in names:
        tell(name, None)
        rule = tuned(base, name, Futures(problem, _TUNING, draw.seed + TUNING_SEED))
        found = simulate(problem, rule, futures=futures, name=name, on_progress=about(name))
        yield run_json(problem, found, settings=rule.settings)


def run_name(name: str, lang: Lang) -> str:
    """Return what a plan or a rule is called."""
    return say(lang, {"plan": "sim_plan", "plan-followed": "sim_followed"}.get(name, f"rule_{name}"))


def usual_rules(given: Sequence[str] | None, *, has_plan: bool) -> tuple[str, ...]:
    """
    Return the rules that are played.

    Examples
    --------
    >>> usual_rules(None, has_plan=True), usual_rules(["sea", "sea"], has_plan=True)
    ((), ('sea',))
    >>> usual_rules(None, has_plan=False)
    ('sea', 'air-when-short', 'own-base-stock')
    """
    if given:
        return tuple(dict.fromkeys(given))
    return () if has_plan else USUAL_RULES
