"""Demand as far as stocking needs it: quantiles of demand over some weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats


def gamma_quantile(mean: Floats, sd: Floats, z: Floats | float) -> Floats:
    """
    Return quantiles of gamma distributions by the approximation of Wilson and Hilferty.

    Demand is not below zero and leans to the right, the more so the thinner it is; a normal distribution says
    negative numbers of a SKU that is sold now and then.

    Parameters
    ----------
    mean, sd
        Not negative; the result is the mean where there is no spread.
    z
        The quantile, as that of a standard normal variable.

    Examples
    --------
    >>> gamma_quantile(np.array([0.0, 10.0, 10.0]), np.array([0.0, 0.0, 3.0]), 1.6448536).round(2).tolist()
    [0.0, 10.0, 15.35]
    """
    safe = np.maximum(mean, 1e-12)
    part = np.square(np.minimum(sd / safe, 1e6)) / 9
    root = np.maximum(0.0, 1 - part + z * np.sqrt(part))
    return np.asarray(np.where(mean > 0, safe * root**3, 0.0))
