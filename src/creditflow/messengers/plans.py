"""Look after payment plans: each lapses, is kept or breaks once, as its days and the ledger say."""

import logging

from creditflow.bootstrap import App
from creditflow.services import planning

log = logging.getLogger(__name__)


class PlanRound:
    """The payment plans of one installation; however many clocks look, each plan ends once."""

    def __init__(self, app: App) -> None:
        self._app = app

    def look(self) -> int:
        """End what has to end today; how many plans that were."""
        app, at = self._app, self._app.now()
        ended, failed = planning.look_after_all(
            work=app.work,
            reading=app.reading,
            at=at,
            on=app.business_date(at),
            press=app.press,
            sender=app.sender,
        )
        for plan, problem in failed:
            log.warning("payment plan %s stays as it is: %s", plan, problem)
        return len(ended)
