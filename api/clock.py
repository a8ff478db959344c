"""The one place that asks the machine what time it is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Returns the present as an aware instant in UTC."""


def system_clock() -> dt.datetime:
    """Return the present, to the second."""
    return dt.datetime.fromtimestamp(int(time.time()), tz=dt.UTC)
