"""The clock of an installation: keeps promises, delivers letters, reviews, frees what is stuck.

It owns no truth. Everything it does is safe to do twice, and with two of them
running each thing still happens once: leases and unique keys see to that.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from creditflow.approvals.escalating import escalate, neglected
from creditflow.bootstrap import App
from creditflow.business_days import BusinessDays
from creditflow.domain.case import CaseState
from creditflow.domain.errors import Problem
from creditflow.messengers.hooks import Hooks
from creditflow.messengers.mails import Mails
from creditflow.messengers.notices import Notices
from creditflow.messengers.plans import PlanRound
from creditflow.messengers.rates import RateRound
from creditflow.services import messaging, reconciling, relaying
from creditflow.services.ending import see_ends
from creditflow.services.overtaking import Overtaken, grounds_moved, overtake
from creditflow.services.publishing import publish_due
from creditflow.services.scheduling import promise_review
from creditflow.services.wording import publish_due_wordings

log = logging.getLogger(__name__)

PULSE_SECONDS = 0.25
"""How often the outbox is looked at; part of the time between a click and its letter."""

RECONCILE_SECONDS = 30
ESCALATE_MINUTES = 60
"""How often overdue cases are looked for; their days have a resolution of a day."""

OVERTAKE_MINUTES = 10
"""How often waiting cases are held against what came in meanwhile; once a day, all of them."""
MAIL_SECONDS = 5
"""How often approvers and other programs are told what is new."""

RETURNED_MINUTES = 5
"""How often the mailbox for what comes back is read, and who is to be written to asked for."""

RATES_MINUTES = 5
"""How often it is asked whether the bank's rates are due; they are fetched once a day."""

ENDS_SECONDS = 30
"""How often credit on top that has ended is looked for; it counts no more from midnight on."""

BATCH = 50
"""How many promises or letters one beat takes at most, so that neither starves the other."""


class Heartbeat:
    """Beats in threads of its own until it is stopped."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stop = threading.Event()
        self._pulses = [
            threading.Thread(target=self._pulse, args=(self._promises,), name="promises"),
            threading.Thread(target=self._pulse, args=(self._letters,), name="letters"),
        ]
        self._scheduler = BackgroundScheduler(
            timezone=app.settings.time_zone, executors={"default": ThreadPoolExecutor(4)}
        )

    def start(self) -> None:
        """Begin to beat."""
        self._every("reconcile", self.reconcile, seconds=RECONCILE_SECONDS)
        self._every("escalate", self.escalate, minutes=ESCALATE_MINUTES)
        self._every("overtake", self.overtake, minutes=OVERTAKE_MINUTES)
        self._every("ends", self.see_ends, seconds=ENDS_SECONDS)
        mails = Mails(self._app)
        if mails.is_on:
            self._every("mails", mails.tell, seconds=MAIL_SECONDS)
        self._every("hooks", Hooks(self._app).tell, seconds=MAIL_SECONDS)
        self._every("notices", Notices(self._app).write, minutes=RETURNED_MINUTES)
        self._every("plans", PlanRound(self._app).look, minutes=RETURNED_MINUTES)
        if self._app.settings.rates_time is not None:
            self._every("rates", RateRound(self._app).fetch, minutes=RATES_MINUTES)
        if self._app.settings.imap_host:
            self._every("returned", self._app.look_for_returned, minutes=RETURNED_MINUTES)
        if self._app.settings.clock_owner == "heartbeat":
            self._scheduler.add_job(
                self._quietly(self.review), self._review_trigger(), id="review-portfolio",
                coalesce=True, max_instances=1, misfire_grace_time=24 * 3600,
            )  # fmt: skip
            if self._missed_today():
                self._scheduler.add_job(self._quietly(self.review), id="review-missed")
        self._scheduler.start()
        for pulse in self._pulses:
            pulse.start()

    def stop(self) -> None:
        """Finish what is being done, then rest."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)
        for pulse in self._pulses:
            pulse.join()

    def next_review(self) -> datetime | None:
        """When the next periodic review will begin; None where another clock owns it."""
        job = self._scheduler.get_job("review-portfolio")
        return job.next_run_time if job else None

    def reconcile(self) -> None:
        """Free what is stuck; one heartbeat at a time."""
        reconcile(self._app)

    def escalate(self) -> None:
        """Lay overdue cases before the next desk; one heartbeat at a time."""
        escalate_overdue(self._app)

    def overtake(self) -> None:
        """Begin anew the waiting cases whose grounds have moved; one heartbeat at a time."""
        overtake_moved(self._app)

    def see_ends(self) -> None:
        """Note which temporary and project limits have ended; however many clocks do, once."""
        app, at = self._app, self._app.now()
        see_ends(work=app.work, reading=app.reading, at=at, on=app.business_date(at))

    def review(self) -> None:
        """Begin today's periodic review, once, however many clocks say so.

        Prefect carries it where it answers; otherwise it is done here, because
        a review does not wait for a driver.
        """
        app, on = self._app, self._app.today()
        with app.work() as work:
            promise_review(on, at=app.now(), work=work)
        if not _carried_by_prefect(app):
            for occasion in app.due(on):
                app.begin(occasion)

    def _missed_today(self) -> bool:
        """Whether today's review should have begun while nobody was here to begin it.

        Asking again is harmless: a business date is reviewed once.
        """
        app = self._app
        due = app.now() >= self._review_trigger().on(app.today())
        return app.works(app.today()) and due

    def _promises(self) -> bool:
        return self._app.keep_promise() is not None

    def _letters(self) -> bool:
        return self._app.deliver() is not None

    def _pulse(self, beat: Callable[[], bool]) -> None:
        quiet = self._quietly(beat)
        while not self._stop.is_set():
            busy = False
            for _ in range(BATCH):
                if self._stop.is_set() or not quiet():
                    break
                busy = True
            if not busy:
                self._stop.wait(PULSE_SECONDS)

    def _every(self, name: str, do: Callable[[], object], **interval: int) -> None:
        """Do it now and in that interval, in seconds or minutes; never twice at once."""
        self._scheduler.add_job(
            self._quietly(do), "interval", id=name, coalesce=True, max_instances=1,
            next_run_time=self._app.now(), **interval,
        )  # fmt: skip

    def _quietly(self, do: Callable[[], object]) -> Callable[[], object]:
        """Log what goes wrong and go on beating: the next beat tries again."""

        def beat() -> object:
            try:
                return do()
            except Problem as problem:
                log.warning("%s: %s", getattr(do, "__name__", "beat"), problem)
            except Exception:
                log.exception("a beat failed and will be tried again")
            return None

        return beat

    def _review_trigger(self) -> BusinessDays:
        moment = self._app.settings.review_time
        return BusinessDays(moment.hour, moment.minute, self._scheduler.timezone, self._app.works)


def reconcile(app: App) -> int:
    """Move on every case that is stuck and every letter whose sender died; how many were moved.

    Works without Prefect: what a run should have done is done here with the
    same functions.
    """
    at = app.now()
    with app.work() as work:
        if not work.leases.take(
            "reconciler", owner=app.name, at=at, until=at + timedelta(minutes=2)
        ):
            return 0
        reconciling.expire_overdue(at=at, work=work)
        publish_due(at=at, on=app.business_date(at), work=work)
        publish_due_wordings(at=at, on=app.business_date(at), work=work)
        lapsed = relaying.recover_lapsed(work=work, at=at)
        messaging.recover_lapsed(work=work, at=at)
        stuck = reconciling.stuck(at=at, work=work)
    for case in stuck:
        app.advance(case)
    return len(stuck) + len(lapsed) + _compare_runs(app, at)


def escalate_overdue(app: App) -> int:
    """Lay overdue cases before the next desk up; how many moved.

    Looking for them only reads, and each moves in a transaction of its own: with
    thousands that wait, nobody who decides has to wait for the clock.
    """
    at = app.now()
    on, works = app.business_date(at), app.works
    with app.work() as work:
        until = at + timedelta(minutes=ESCALATE_MINUTES // 2)
        if not work.leases.take("escalation", owner=app.name, at=at, until=until):
            return 0
    with app.reading() as work:
        late = neglected(on=on, works=works, work=work)
    moved = 0
    for case in late:
        with app.work() as work:
            moved += escalate(case, at=at, on=on, works=works, work=work) is not None
    return moved


def overtake_moved(app: App) -> list[Overtaken]:
    """Let other cases take the place of those whose grounds have moved; what was replaced.

    Once a day every waiting case is looked at, because time alone moves figures;
    otherwise those about which something came in. Looking only reads, and each
    case begins anew in a transaction of its own.
    """
    at = app.now()
    on = app.business_date(at)
    with app.work() as work:
        until = at + timedelta(minutes=OVERTAKE_MINUTES // 2)
        if work.policies.current().moved_beyond is None or not work.leases.take(
            "overtaking", owner=app.name, at=at, until=until
        ):
            return []
        everything = work.review_runs.claim_period("overtaking", on)
    found = _waiting(app) if everything else _waiting_with_news(app)
    return [done for case in found if (done := _overtaken(app, case, at=at, on=on)) is not None]


def _waiting(app: App) -> list[str]:
    with app.reading() as work:
        return [case.id for case in work.cases.in_states([CaseState.AWAITING])]


def _waiting_with_news(app: App) -> list[str]:
    with app.readings() as readings:
        return readings.waiting_with_news()


def _overtaken(app: App, case: str, *, at: datetime, on: date) -> Overtaken | None:
    """The case begun anew; None where it stays, or cannot be judged today."""
    try:
        with app.reading() as work:
            if not grounds_moved(case, at=at, on=on, work=work):
                return None
        return app.database.run(lambda work: overtake(case, app.means(at), work))
    except Problem as problem:
        log.warning("case %s stays as it is: %s", case, problem)
        return None


def _carried_by_prefect(app: App) -> bool:
    """Whether there is a Prefect, and it answers; without one, runs are only remembered."""
    return bool(app.settings.prefect_api_url) and app.runs.alive()


def _compare_runs(app: App, at: datetime) -> int:
    if not _carried_by_prefect(app):
        return 0
    with app.reading() as work:
        seen = reconciling.watched(at=at, work=work)
    states = app.runs.states(seen.runs)
    with app.work() as work:
        lost, asleep = reconciling.correct(seen, states, at=at, work=work)
    return len(lost) + len(asleep)
