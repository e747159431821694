"""Lay out how a group's limit is used: what is owed, what is granted, and where the limit is."""

from collections.abc import Iterable
from dataclasses import dataclass

from creditflow.domain.group_headroom import Standing

WIDTH, HEIGHT = 320, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One group's bar; places run from zero to WIDTH, None where there is nothing to mark."""

    standing: Standing
    owed: float
    granted: float
    limit: float | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def over(self) -> float:
        """How far what is owed runs past the limit."""
        return 0.0 if self.limit is None else round(max(0.0, self.owed - self.limit), 1)


def bars(standings: Iterable[Standing]) -> list[Bar]:
    """A bar for each group, each by its own measure, so that none is lost beside a larger one."""
    return [_bar(standing) for standing in standings]


def _bar(standing: Standing) -> Bar:
    bound = None if standing.limit is None else standing.limit.bound
    amounts = [standing.exposure.minor, standing.granted.minor]
    most = max(*amounts, 0 if bound is None else bound.minor) or 1
    owed, granted = (round(amount / most * WIDTH, 1) for amount in amounts)
    return Bar(
        standing=standing,
        owed=owed,
        granted=granted,
        limit=None if bound is None else round(bound.minor / most * WIDTH, 1),
    )
