"""Witnesses: what others have said of a book's customers, and the sources of their documents."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import Ints


class Said(NamedTuple):
    """What an observation says: a name in OBSERVABLE, a word or number, and the scale it is on."""

    what: str
    value: str
    scale: str | None


class Observations(NamedTuple):
    """Observations of one kind of subject, in order of what, provider and day, one for each.

    `what` is a place in OBSERVABLE, `said` one in the book's Observed, `provider` a number in
    the order of the providers' names.
    """

    starts: Ints
    what: NDArray[np.int8]
    on: NDArray[np.int32]
    until: NDArray[np.int32]
    said: NDArray[np.int32]
    provider: NDArray[np.int32]


class Observed(NamedTuple):
    """What others have said of customers, of sectors and of countries, by their places."""

    customers: Observations
    sectors: Observations
    countries: Observations
    said: tuple[Said, ...]


class Origins(NamedTuple):
    """The sources that each customer's documents are from, as places in `names`."""

    starts: Ints
    source: NDArray[np.int32]
    names: tuple[str, ...] = ()
