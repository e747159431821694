"""Fetch the bank's exchange rates once a day, and again every hour until it succeeds."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.services.exchanging import bring_rates

if TYPE_CHECKING:
    from creditflow.bootstrap import App
    from creditflow.services.exchanging import Kept

LEASE = "rates"
AGAIN = timedelta(hours=1)


class RateRound:
    """Fetches them for one installation; with several clocks, one of them does."""

    def __init__(self, app: "App") -> None:
        self._app = app

    def fetch(self) -> "Kept | None":
        """Fetch them where that is due today; raises Unavailable where the bank has none."""
        app, at = self._app, self._app.now()
        zone = ZoneInfo(app.settings.time_zone)
        due = app.settings.rates_time
        if due is None or at.astimezone(zone).time() < due:
            return None
        # A name of its own for each attempt: a lease would be renewed by its holder.
        attempt = f"{app.name}:{at.isoformat()}"
        if not self._lease(attempt, at, at + AGAIN):
            return None
        on = app.business_date(at)
        kept = bring_rates(app.rate_feed, by=SYSTEM_ACTOR, at=at, on=on, work=app.work)
        tomorrow = on + timedelta(days=1)
        self._lease(attempt, at, datetime.combine(tomorrow, time(), zone))
        return kept

    def _lease(self, attempt: str, at: datetime, until: datetime) -> bool:
        with self._app.work() as work:
            return work.leases.take(LEASE, owner=attempt, at=at, until=until)
