"""Known answers about stock, by the ids of the table of facts: what our code says of each."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.stock_exact import FLOWS, Mode, Single, best_indexed, best_surge, optimum
from benchmarks.stock_orlib import solved
from benchmarks.stock_textbook import Echelon, joint_lots, newsvendor, order_up_to, serial
from optimizer.stock.echelons import Stage, guaranteed_service
from optimizer.stock.lots import Tier, economic_lot, known_demand, lot_storage

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE = Path(__file__).parent
_TIERS = (Tier(0, 0), Tier(30, 0.5), Tier(60, 1), Tier(90, 1.5), Tier(180, 3), Tier(270, 4), Tier(360, 5))
"""The card of the AGE rows, USD for a cubic metre and day; they state it themselves."""
_CAPS = (1, 2, 3, 4)
_HOLDING = 5.0


class Known(NamedTuple):
    """
    A known answer.

    Parameters
    ----------
    id, problem
        Of the row.
    known
        The answer.
    kind
        ``exact``, given to as many digits as it has; ``close``, worked out by others on a coarse grid; ``bound``,
        what a heuristic of others reaches; ``hearsay``, written down without having been solved.
    other
        What a policy of others costs on the same problem, None if there is none.
    digits
        Decimals that the answer has.
    how_checked, source
        By whom and how.
    """

    id: str
    problem: str
    known: float
    kind: str
    other: float | None
    digits: int
    how_checked: str
    source: str


def known_answers() -> list[Known]:
    """Return the rows of the table."""
    with (_HERE / "stock_known.csv").open(encoding="utf-8", newline="") as file:
        return [
            Known(
                row["id"], row["problem"], float(row["known"]), row["kind"],
                float(row["other"]) if row["other"] else None,
                min(9, len(row["known"].partition(".")[2])), row["how_checked"], row["source"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def ours(row: Known) -> float | None:
    """Return what our code says, None if the data of an instance are not at hand."""
    group, _, rest = row.id.partition("-")
    return _SOLVERS[group](rest)


def is_met(row: Known, value: float) -> bool:
    """
    Return whether a value agrees with a known one.

    Exact ones to the digits given; those of a coarse grid within 0.03 %; what a heuristic reaches must be reached.
    """
    if row.kind == "bound":
        return value <= row.known + 1e-6
    if row.kind == "close":
        return abs(value / row.known - 1) < 3e-4
    return abs(value - row.known) <= 0.51 * 10.0**-row.digits + 1e-9 * abs(row.known)


def policies(row: Known) -> dict[str, float]:
    """Return what our policies cost on a problem of ordering by several modes, exactly; none for other rows."""
    group, _, rest = row.id.partition("-")
    if group == "DS":
        problem = dual(rest)
        return {"capped-dual-index": best_indexed(problem, caps=_CAPS)[0], "base-surge": best_surge(problem, FLOWS)}
    if group == "TRI" and rest.endswith("air+rail+sea"):
        return {"tri-index": best_indexed(three(rest), caps=_CAPS)[0]}
    return {}


def dual(rest: str) -> Single:
    """Return the problem of a DS row, such as ``4-20`` or ``4-20-b95``: lead time, price of the fast mode, shortage."""
    lead, price, *short = rest.split("-")
    return Single(
        modes=(Mode(float(price), 0), Mode(0.0, int(lead))),
        holding=_HOLDING,
        short=float(short[0].removeprefix("b")) if short else 495.0,
    )


def three(rest: str) -> Single:
    """Return the problem of a TRI row: prices of air and rail, lead times of rail and sea, shortage, modes."""
    air, rail, rail_lead, sea_lead, short, names = rest.split("-")
    modes = {"air": Mode(float(air), 0), "rail": Mode(float(rail), int(rail_lead)), "sea": Mode(0.0, int(sea_lead))}
    return Single(
        modes=tuple(modes[name] for name in names.split("+")), holding=_HOLDING, short=float(short.removeprefix("b"))
    )


def _dual_optimum(rest: str) -> float:
    return optimum(dual(rest), low=-6, high=14, most=5, cap=5)


def _three_optimum(rest: str) -> float:
    # Without the fast mode stock falls deeper and stands higher.
    low, high = (-5, 14) if "air" in rest else (-20, 20)
    return optimum(three(rest), low=low, high=high, most=6, cap=4)


def _surge(rest: str) -> float:
    problem = Single(modes=(Mode(float(rest), 0), Mode(0.0, 3)), holding=_HOLDING, short=495.0)
    return best_surge(problem, ((0,), (1,)))


def _stages(instance: str) -> list[dict[str, str]]:
    with (_HERE / "stock_stages.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["instance"] == instance]


def _guaranteed(instance: str) -> float:
    stages = [
        Stage(
            id=row["stage"], time=int(row["time"]), holding=float(row["holding"]), sd=float(row["sd"] or 0),
            safety=float(row["safety"]), suppliers=tuple(row["suppliers"].split()), inbound=int(row["inbound"] or 0),
            promise=int(row["promise"]) if row["promise"] else None,
        )
        for row in _stages(instance)
    ]  # fmt: skip
    return guaranteed_service(stages).cost


def _serial(instance: str) -> float:
    rows = _stages(instance)
    first = rows[0]
    sd = float(first["sd"]) if first["sd"] else None
    stages = [Echelon(float(row["holding"]), float(row["time"])) for row in rows]
    return serial(stages, float(first["short"]), float(first["mean"]), sd)


def _aged(rest: str) -> float:
    units, per_day = (int(word) for word in rest.split("-"))
    volume_m3 = {(100, 1): 0.02, (400, 1): 0.02, (365, 1): 0.05, (730, 2): 0.05}[units, per_day]
    return lot_storage(units, per_day, volume_m3, _TIERS)


def _joint(rest: str) -> float:
    if rest == "silver":
        return joint_lots(10, (1.87, 5.27, 7.94, 8.19, 8.87), (0.2,) * 5, (1736, 656, 558, 170, 142), most=5)
    return joint_lots(40, (15,) * 4, (0.24,) * 4, (86_000, 12_500, 1_400, 3_000))


_SOLVERS: dict[str, Callable[[str], float | None]] = {
    "DS": _dual_optimum,
    "TBS": _surge,
    "TRI": _three_optimum,
    "GSM": _guaranteed,
    "SSM": _serial,
    "NV": lambda _: newsvendor(0.18, 0.70, 8),
    "EOQ": lambda _: economic_lot(8, 1300, 0.225)[1],
    "WW": lambda _: known_demand((90, 120, 80, 70), (500,) * 4, lambda age: 2 * age).cost,
    "SS": lambda _: order_up_to(1, 4, 5, 6),
    "JRP": _joint,
    "AGE": _aged,
    "UFL": solved,
    "PMED": lambda rest: solved(f"pmed{rest}"),
}
