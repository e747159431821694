"""Scale: how a bureau or an insurer grades, and in which direction, as policy data.

Sources disagree about what is good: one gives AAA, another 1 of 10, a third 90
of 100. A scale says it once, so that a standing is always a share of one with
1 the best; what the source has said itself is kept beside it.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from creditflow.domain.quantities import exact
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.texts import Text

MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Scale:
    """Grades from best to worst, or a range of numbers from `best` to `worst`.

    `values` are the grades, best first; where there are none, numbers between
    `best` and `worst` count, whichever of the two is larger. `unrated` are the
    words by which the source says that it has no opinion.
    """

    id: str
    title: Text
    values: tuple[str, ...] = ()
    best: Decimal | None = None
    worst: Decimal | None = None
    unrated: tuple[str, ...] = ()

    def standing(self, value: str) -> Decimal | Sentence | None:
        """The value as a share of one, 1 the best; None for unrated; a sentence where it is off.

        Grades lie at equal distances, numbers where they stand between worst
        and best.
        """
        if value in self.unrated:
            return None
        if self.values:
            if value not in self.values:
                return say(
                    "{value} is not on the scale {scale}, which runs from {best} to {worst}.",
                    value=value,
                    scale=self.id,
                    best=self.values[0],
                    worst=self.values[-1],
                )
            last = len(self.values) - 1
            return exact(Fraction(last - self.values.index(value), last))
        return self._between(value)

    def _between(self, value: str) -> Decimal | Sentence | None:
        if self.best is None or self.worst is None:
            return None
        number = number_of(value)
        low, high = sorted((self.best, self.worst))
        if number is None or not low <= number <= high:
            return say(
                "{value} is not on the scale {scale}, which runs from {best} to {worst}.",
                value=value,
                scale=self.id,
                best=str(self.best),
                worst=str(self.worst),
            )
        span = Fraction(self.best) - Fraction(self.worst)
        return exact((Fraction(number) - Fraction(self.worst)) / span)


def number_of(text: str) -> Decimal | None:
    """A finite number of a believable length; None for anything else."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or len(text) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        return None
    return number
