"""By when a month's lists must be declared."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from data.calendar import workdays
from data.declare_rules import TERRITORY

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.declare_rules import DeclareRules

_DECEMBER = 12
_SATURDAY = 6


def deadline(month: str, rules: DeclareRules, catalogue: Catalogue) -> dt.date:
    """
    Return the day of the next month by which lists are declared, the next working day if that is none.

    Parameters
    ----------
    month
        ``YYYYMM``.
    rules
        Have the day.
    catalogue
        Has holidays and make-up workdays, and says whose count.
    """
    year, number = int(month[:4]), int(month[4:])
    year, number = (year + 1, 1) if number == _DECEMBER else (year, number + 1)
    day = dt.date(year, number, rules.count("summary_day"))
    known = workdays(catalogue, catalogue.setting(TERRITORY))
    while not known.get(day, day.isoweekday() < _SATURDAY):
        day += dt.timedelta(days=1)
    return day
