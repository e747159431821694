"""When the clock rings on working days, in the company's time zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

from creditflow.domain.calendar import IsWorkingDay


class BusinessDays(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Fires once at a time of day, on working days only, in the company's time zone."""

    def __init__(self, hour: int, minute: int, time_zone: tzinfo, works: IsWorkingDay) -> None:
        self._hour, self._minute, self._zone, self._works = hour, minute, time_zone, works

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """The next working day's moment behind both the last firing and now."""
        # Compared in UTC: two wall clock times of one zone are compared without their
        # offsets, so an hour that comes twice a year would fire over and over.
        after = max(previous_fire_time or now, now).astimezone(UTC)
        day = after.astimezone(self._zone).date()
        while True:
            moment = self.on(day)
            if self._works(day) and (
                moment > after or (not previous_fire_time and moment == after)
            ):
                return moment.astimezone(self._zone)
            day += timedelta(days=1)

    def on(self, day: date) -> datetime:
        """The time of day on that date, in UTC; one that the clock skips comes an hour later."""
        at = time(self._hour, self._minute, tzinfo=self._zone)
        return datetime.combine(day, at).astimezone(UTC)
