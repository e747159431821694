"""Dice: repeatable chance, the same numbers for the same seed on every Python."""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_WHOLE_BP = 10_000
_ROOT_3 = 1.7320508075688772


class Dice:
    """Chance from one seed.

    Only `random.random()` is asked: it is the one method whose sequence Python
    promises to keep for a seed.
    """

    __slots__ = ("_roll",)

    def __init__(self, seed: int, number: int = 0) -> None:
        self._roll = random.Random((abs(seed) << 32) + number).random  # noqa: S311 - no secrets here

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""
        return int(self._roll() * end)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._roll() * (high - low + 1))

    def chance(self, percent: float) -> bool:
        """True in that many of a hundred cases."""
        return self._roll() * 100 < percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, all equally likely."""
        return choices[int(self._roll() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, each as likely as its weight."""
        at = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            at -= weight
            if at < 0:
                return choice
        return choices[-1][0]

    def bell(self) -> float:
        """A bell-shaped number: mean 0, standard deviation 1, never beyond 3.47."""
        roll = self._roll
        return (roll() + roll() + roll() + roll() - 2.0) * _ROOT_3

    def around(self, mean: int, spread: int) -> int:
        """A whole number near `mean`; `spread` is one standard deviation."""
        return mean + round(spread * self.bell())

    def stretch_bp(self, sigma: float) -> int:
        """A log-normal factor with median 1, in basis points (10,000 is one)."""
        return round(_WHOLE_BP * math.exp(sigma * self.bell()))
