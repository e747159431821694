"""The groups of a generated portfolio: their tree, and limits of which one is tight."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from creditflow.sources.generated.profiles import YUAN_PERCENT, Group, Profile

TIGHT, WIDE = 95, 150
"""Percent of what members were granted: one that does not leave everybody theirs, one that does."""

UNDER_ONE_ROOF = 2
"""So many groups stand under a parent of their own."""

_SINCE = timedelta(days=60)


@dataclass(slots=True)
class Groups:
    """What is met of groups while the customers of a book go by."""

    until: date
    met: dict[str, Group] = field(default_factory=dict)
    granted: dict[str, int] = field(default_factory=dict)
    """What members were granted so far, in fen."""

    def meet(self, profile: Profile) -> None:
        """Take notice of a customer and of what it was granted."""
        if profile.group is None:
            return
        group = profile.group.group_id
        self.met.setdefault(group, profile.group)
        yuan = (profile.current_limit or 0) * YUAN_PERCENT[profile.currency] // 100
        self.granted[group] = self.granted.get(group, 0) + yuan

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Every group; the first ones under one roof, the one that was granted most held tight."""
        under = sorted(self.met)[:UNDER_ONE_ROOF]
        tight = max(under, key=lambda group: self.granted[group], default="")
        if under:
            brand = self.met[under[0]].brand
            roof = "H0001"
            shared = sum(self.granted[group] for group in under)
            yield (roof, f"{brand.own}控股", f"{brand.latin} Holding", "",
                   *self._limit(shared * WIDE // 100))  # fmt: skip
        for group in sorted(self.met):
            own = self.met[group]
            limit = self.granted[group] * TIGHT // 100 if group == tight else 0
            yield (group, own.name, f"{own.brand.latin} Group" if own.chinese else "",
                   roof if group in under else "", *self._limit(limit))  # fmt: skip

    def _limit(self, fen: int) -> tuple[str, str, str]:
        """An amount with two significant digits, its currency and first day; empty for nothing."""
        yuan = fen // 100
        step = 10 ** max(0, len(str(yuan)) - 2)
        if not yuan:
            return "", "", ""
        return f"{yuan // step * step}.00", "CNY", (self.until - _SINCE).isoformat()
