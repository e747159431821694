"""Ask others about a customer before its case is evaluated; silence is told and stops nothing.

What is known stays and goes stale in its time, and what is missing lowers the
confidence, so that whoever decides sees why.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Unavailable
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Observer
from creditflow.services.consulting import Consulted, OpenWork, consult

SILENCE = timedelta(minutes=5)
"""A provider that gave no answer is left alone for so long."""


class Inquiry:
    """Asks a provider, if there is one; `on` gives the business date of a moment."""

    def __init__(
        self,
        observer: Observer | None,
        *,
        work: OpenWork,
        now: Callable[[], datetime],
        on: Callable[[datetime], date],
    ) -> None:
        self._observer, self._work, self._now, self._on = observer, work, now, on
        self._silent_until: datetime | None = None

    def due(self, case_id: str) -> bool:
        """Whether there is somebody to ask, and a case that is still to be evaluated."""
        return self._observer is not None and self._draft(case_id)

    def about(self, customer: CustomerId) -> Consulted:
        """Ask about a customer, for whatever case; raises Unavailable."""
        if self._observer is None:
            return Consulted(0, 0, ())
        at = self._now()
        return consult(customer, observer=self._observer, work=self._work, at=at, on=self._on(at))

    def ask(self, case_id: str) -> None:
        """Ask about the customer of a case and note on the case what came; raises Unavailable."""
        if self._observer is None or not self._draft(case_id):
            return
        with self._work() as reading:
            customer = reading.cases.get(case_id).customer
        at = self._now()
        came = consult(customer, observer=self._observer, work=self._work, at=at, on=self._on(at))
        facts = {"kept": str(came.kept), "known": str(came.known)}
        if came.unreadable:
            facts["unreadable"] = " ".join(map(str, came.unreadable))
        self._note(Entry("case.informed", case_id, SYSTEM_ACTOR, at, facts))

    def once(self, case_id: str) -> None:
        """The same with one attempt; silence is noted.

        After a silence nobody is asked for some minutes, so that a review of
        thousands does not wait for each of them.
        """
        if not self.due(case_id):
            return
        if self._silent_until and self._now() < self._silent_until:
            until = self._silent_until
            self.note_silence(
                case_id,
                say("it gave no answer a moment ago and is asked again at {until}", until=until),
            )
            return
        try:
            self.ask(case_id)
        except Unavailable as problem:
            self._silent_until = self._now() + SILENCE
            self.note_silence(case_id, problem.sentence)

    def note_silence(self, case_id: str, why: Sentence) -> None:
        """Write down on the case that nobody answered, once."""
        facts = {"why": str(why)}
        self._note(Entry("case.not_informed", case_id, SYSTEM_ACTOR, self._now(), facts))

    def _draft(self, case_id: str) -> bool:
        with self._work() as reading:
            return reading.cases.get(case_id).state is CaseState.DRAFT

    def _note(self, entry: Entry) -> None:
        with self._work() as writing:
            writing.journal.record_once(f"{entry.what}:{entry.subject}", entry)
