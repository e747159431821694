"""Sending: at which hours letters may leave, as a pure function of a moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from creditflow.domain.calendar import IsWorkingDay, weekdays_only

_LONGEST_REST = 60
"""Days in which some working day comes, in every calendar there is."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Letters leave from `begin` to `end` o'clock in `zone`, on working days if `quiet_days`.

    Where `end` is not after `begin`, the window goes past midnight.
    """

    begin: time = time.min
    end: time = time.max
    quiet_days: bool = False
    zone: tzinfo = UTC
    works: IsWorkingDay = weekdays_only

    def next(self, at: datetime) -> datetime:
        """That moment if letters may leave then, else the first one after it at which they may."""
        if self.allow(at):
            return at
        day = at.astimezone(self.zone).date()
        for later in range(-1, _LONGEST_REST):
            on = day + timedelta(days=later)
            begin = datetime.combine(on, self.begin, tzinfo=self.zone).astimezone(UTC)
            if begin > at and self.allow(begin):
                return begin
        return at

    def allow(self, at: datetime) -> bool:
        """Whether letters may leave at that moment."""
        local = at.astimezone(self.zone)
        if self.quiet_days and not self.works(local.date()):
            return False
        now = local.time()
        if self.begin < self.end:
            return self.begin <= now <= self.end
        return now >= self.begin or now <= self.end
