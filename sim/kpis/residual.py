"""What deflection leaves behind: fewer contacts, but longer ones."""

from __future__ import annotations


def residual_handle_time(handle_time: float, deflected: float, handle_time_deflected: float) -> float:
    """Mean handle time of the contacts that are left when a share of them is deflected; one unit of time throughout.

    >>> residual_handle_time(6.0, 0.20, 3.0)
    6.75
    """
    if not 0 <= deflected < 1:
        raise ValueError("the share deflected lies between 0 and 1, 1 excluded")
    left = (handle_time - deflected * handle_time_deflected) / (1.0 - deflected)
    if left < 0:
        raise ValueError("the deflected contacts cannot take more work than there is")
    return left
