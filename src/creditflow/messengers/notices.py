"""Write to customers what falls due without a case, once per working day."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from creditflow.bootstrap import App
from creditflow.services import noticing

log = logging.getLogger(__name__)


class Notices:
    """The letters of one installation that its policy's rules have written."""

    def __init__(self, app: App) -> None:
        self._app = app

    def write(self) -> int:
        """Write what falls due today, from the time of the periodic review on; how many letters."""
        app, at = self._app, self._app.now()
        zone = ZoneInfo(app.settings.time_zone)
        on = app.business_date(at)
        begins = datetime.combine(on, app.settings.review_time, tzinfo=zone)
        if not app.works(on) or at < begins:
            return 0
        done = noticing.write_all(
            work=app.work, reading=app.reading, at=at, on=on, press=app.press, sender=app.sender
        )
        for notice, problem in done.refused:
            log.warning("no letter to %s: %s", notice.customer, problem)
        return len(done.written)
