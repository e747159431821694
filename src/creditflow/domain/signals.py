"""Signal: one dated observation about a customer, with its source and shelf life."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.evidence_problem import EvidenceProblem

SignalValue = Decimal | str | None
"""A number as an exact decimal, a category as text, or None: looked for and not known."""


class Dimension(StrEnum):
    """The four sides from which a customer is judged."""

    CREDIT_HISTORY = "credit_history"
    FINANCIAL_CONDITION = "financial_condition"
    OPERATIONS = "operations"
    PROSPECTS = "prospects"


@dataclass(frozen=True, slots=True)
class Signal:
    """What was seen of a customer: a name, a value, the day it speaks of and where it is from.

    `value` None means that it was looked for and is not known; it never reads
    as zero. `stale_after` is the last day on which the value may be used.
    """

    name: str
    value: SignalValue
    as_of: date
    source: str
    stale_after: date | None = None

    def usable(self, on: date) -> bool:
        """Known, and still within its shelf life on that day; what is no number is not known."""
        if self.value is None or (isinstance(self.value, Decimal) and not self.value.is_finite()):
            return False
        return self.stale_after is None or on <= self.stale_after


class Evidence(Mapping[str, Signal]):
    """All signals that one evaluation looked at, by name, in a fixed order.

    `problems` are what could not be believed; the figures behind it are unknown.
    """

    def __init__(self, signals: Iterable[Signal], problems: Iterable[EvidenceProblem] = ()) -> None:
        self._signals = {s.name: s for s in sorted(signals, key=lambda s: s.name)}
        self.problems = tuple(problems)

    def __getitem__(self, name: str) -> Signal:
        return self._signals[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Evidence)
            and self._signals == other._signals
            and self.problems == other.problems
        )

    def __hash__(self) -> int:
        return hash(tuple(self._signals.items()))

    def number(self, name: str, *, on: date) -> Decimal | None:
        """A numeric value if it is known and not stale, else None."""
        signal = self._signals.get(name)
        if signal is None or not signal.usable(on) or not isinstance(signal.value, Decimal):
            return None
        return signal.value
