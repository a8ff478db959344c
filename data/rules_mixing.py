"""Rules of the table that says what may share a load unit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from data.rules import row_fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.errors import Fault

# The values an attribute can have; a regime is any code.
_VALUES = {
    "dangerous": ("no", "yes"),
    "battery": ("none", "battery_loose", "battery_packed", "battery_in_equipment"),
    "temperature": ("ambient", "cool", "chilled", "frozen"),
    "odour": ("none", "odorous", "sensitive"),
    "sealed": ("no", "yes"),
}


def values(catalogue: Catalogue) -> Iterator[Fault]:
    """Every row is about a value its attribute can have, and no value has two rows."""
    counts = Counter((row.attribute, row.value) for row in catalogue.mixing_groups)
    for row in catalogue.mixing_groups:
        known = _VALUES.get(row.attribute)
        if known is not None and row.value not in known:
            zh, en = f"应为 {'、'.join(known)} 之一", f"must be one of {', '.join(known)}"
            yield row_fault(row, "value", "mixing-value", zh, en)
        if counts[row.attribute, row.value] > 1:
            yield row_fault(row, "value", "mixing-twice", "此属性的此取值出现不止一次", "stands in more than one row")


def groups(catalogue: Catalogue) -> Iterator[Fault]:
    """All values of a group share, or none does."""
    seen: dict[tuple[str, str], bool] = {}
    for row in catalogue.mixing_groups:
        if seen.setdefault((row.attribute, row.group), row.shares) != row.shares:
            yield row_fault(
                row, "shares", "mixing-group", "与同组其他行不一致", "differs from other rows of the same group"
            )


RULES = (rule(values, "mixing_groups"), rule(groups, "mixing_groups"))
