"""Probabilities in columns: the yearly PD by scorecards, exact, once for all who share it."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import Ints
from creditflow.portfolio.choosing import Chosen
from creditflow.portfolio.rules import GRADES
from creditflow.portfolio.sheets import FULL, Sheet


def pd_of(sheet: Sheet, own: int, grade: int) -> Decimal:
    """The PD of a grade on a sheet; `own` is the weight of the existing scorecard, of FULL."""
    if len(sheet.pds) == 1:
        return sheet.pds[0][grade]
    part = Decimal(own) / FULL
    return (1 - part) * sheet.pds[0][grade] + part * sheet.pds[1][grade]


def pds_of(
    chosen: Chosen, sheets: Sequence[Sheet], grade: NDArray[np.int8]
) -> tuple[list[Decimal], Ints]:
    """The PDs that anybody has, and the place of each customer's among them."""
    keys, places = np.unique(
        (chosen.sheet * (FULL + 1) + chosen.own) * len(GRADES) + grade, return_inverse=True
    )
    found = []
    for key in keys.tolist():
        judged, band = divmod(key, len(GRADES))
        sheet, own = divmod(judged, FULL + 1)
        found.append(pd_of(sheets[sheet], own, band))
    return found, places
