"""Put the parts together, once: the only place that knows which real thing stands behind a port.

Also the only place that looks at the clock.
"""

import functools
import socket
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.case import Case
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.letter import Letter
from creditflow.domain.occasion import Occasion
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.sentences import Sentence
from creditflow.ports import Observer, Post, Promise, RateFeed, Returns, Runs
from creditflow.post.bounces import bounces
from creditflow.post.keys import kept_key, kept_keys
from creditflow.post.printing import Printer, can_print
from creditflow.post.proofreading import Proofreader
from creditflow.post.rendering import Press
from creditflow.post.smtp import SmtpPost
from creditflow.runs.inline import InlineRuns
from creditflow.services import (
    advancing,
    promising,
    relaying,
    returning,
    reviewing,
)
from creditflow.services.advancing import Means
from creditflow.services.freezing import Sender
from creditflow.services.inquiring import Inquiry
from creditflow.services.linking import Links
from creditflow.settings import Settings, read_settings
from creditflow.settings.post import mail_server, mailbox_of_returns, sender, way_out
from creditflow.sources.working_days import working_days
from creditflow.store.database import Database
from creditflow.store.readings import Readings
from creditflow.store.sealing import KeptSeals
from creditflow.store.work import SqlWork
from creditflow.telemetry import about_case

if TYPE_CHECKING:
    from creditflow.services.importing import ImportReport


@dataclass
class App:
    """One installation, put together: settings, database, post, runs and the clock."""

    settings: Settings
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{uuid.uuid4().hex[:8]}")

    # ------------------------------------------------------------------ time

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The business date where the company is."""
        return self.business_date(self.now())

    def business_date(self, at: datetime) -> date:
        """The business date at a moment, where the company is."""
        return at.astimezone(ZoneInfo(self.settings.time_zone)).date()

    def end_of(self, day: date) -> datetime:
        """The midnight at which that business date is over, where the company is."""
        zone = ZoneInfo(self.settings.time_zone)
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)

    @cached_property
    def works(self) -> IsWorkingDay:
        """The company's calendar of working days."""
        return working_days(self.settings.country_calendar, self.settings.own_days)

    # ------------------------------------------------------------------ parts

    @cached_property
    def database(self) -> Database:
        """The database: the truth about every case."""
        return Database(self.settings.database, policy_from_json=policy_from_json)

    def work(self) -> AbstractContextManager[SqlWork]:
        """One transaction that writes: commits on a clean exit, else leaves nothing behind."""
        return self.database.work()

    def reading(self) -> AbstractContextManager[SqlWork]:
        """One transaction that only reads."""
        return self.database.reading()

    def readings(self) -> AbstractContextManager[Readings]:
        """What pages and lists show, all of one moment."""
        return self.database.readings()

    @cached_property
    def sender(self) -> Sender:
        """In whose name letters are written."""
        return sender(self.settings, works=self.works, links=self.links)

    @cached_property
    def links(self) -> Links | None:
        """Proofs and links to answer, where customers can reach us; else letters go without."""
        s = self.settings
        if not s.customer_url:
            return None
        key = kept_key(s.data_dir / "links.key")
        return Links(s.customer_url.rstrip("/"), key, s.answer_days)

    @cached_property
    def seals(self) -> KeptSeals:
        """Seals secrets with the keys that lie outside the database."""
        return KeptSeals(lambda: kept_keys(self.settings.keys_of_secrets))

    @cached_property
    def press(self) -> Press:
        """Renders letters."""
        s = self.settings
        wanted = s.letter_pdf == "always" or (s.letter_pdf == "auto" and can_print())
        fonts = [s.font_dir] if s.font_dir else []
        printer = Printer(fonts) if wanted else None
        return Press(self.sender, printer=printer, folder=s.template_dir)

    @cached_property
    def proofreader(self) -> Proofreader:
        """Reads what people propose as wordings of letters."""
        return Proofreader(self.press, self.settings.template_dir)

    @cached_property
    def post(self) -> Post:
        """Hands letters to the mail server."""
        return way_out(self.settings, self.mail_server)

    @cached_property
    def mail_server(self) -> SmtpPost:
        """The mail server that takes letters."""
        return mail_server(self.settings)

    @cached_property
    def returns(self) -> Returns | None:
        """The mailbox for what comes back; None where none is set."""
        return mailbox_of_returns(self.settings)

    @cached_property
    def observer(self) -> Observer:
        """Asks a provider about customers, where there is one."""
        # Only who asks loads what asks.
        from creditflow.sources.observers import HttpObserver, NoObserver  # noqa: PLC0415

        s = self.settings
        if not s.evidence_url:
            return NoObserver()
        token = s.evidence_token.get_secret_value() if s.evidence_token else None
        return HttpObserver(s.evidence_url, token, timeout=s.evidence_timeout_seconds)

    @cached_property
    def inquiry(self) -> Inquiry:
        """Asks the provider, if any, about the customer of a case before it is evaluated."""
        observer = self.observer if self.settings.evidence_url else None
        return Inquiry(observer, work=self.work, now=self.now, on=self.business_date)

    @property
    def rate_feed(self) -> RateFeed:
        """Fetches the bank's exchange rates."""
        from creditflow.sources.ecb_feed import HttpRates  # noqa: PLC0415 - as above

        return HttpRates(self.settings.rates_url, timeout=self.settings.rates_timeout_seconds)

    @cached_property
    def runs(self) -> Runs:
        """Reaches Prefect's runs, where there is a Prefect."""
        s = self.settings
        if not s.prefect_api_url:
            return InlineRuns()
        from creditflow.runs.prefect import PrefectRuns  # noqa: PLC0415 - as above

        auth = s.prefect_auth.get_secret_value() if s.prefect_auth else None
        return PrefectRuns(s.prefect_api_url, auth, doorbell=self.doorbell)

    @property
    def doorbell(self) -> Path:
        """Where a worker on this machine listens for new work."""
        return self.settings.data_dir / "worker.bell"

    def close(self) -> None:
        """Give back every connection that was opened; whatever is used again opens anew."""
        self.__dict__.pop("inquiry", None)
        for name in ("database", "runs", "observer", "mail_server"):
            if close := getattr(self.__dict__.pop(name, None), "close", None):
                close()

    # ------------------------------------------------------------------ edges: one transaction each

    def means(self, at: datetime) -> Means:
        """What the steps of a case need at that moment."""
        return Means(at, self.business_date(at), self.works, self.press, self.sender)

    def step(self, case_id: str) -> Case:
        """Take the case's next step; where it is refused, put the case aside as an incident."""
        with about_case(case_id), self._or_aside(case_id) as at, self.work() as work:
            return advancing.step(case_id, self.means(at), work)
        return self._case(case_id)

    def advance(self, case_id: str) -> Case:
        """Carry the case on until it waits for somebody, in one transaction; ask others before."""
        self.inquiry.once(case_id)
        with about_case(case_id), self._or_aside(case_id) as at, self.work() as work:
            return advancing.advance(case_id, self.means(at), work)
        return self._case(case_id)

    def hand_in(
        self,
        data: bytes,
        file_name: str,
        *,
        by: str,
        kinds: Collection[str] | None = None,
        profile: str = "creditflow",
        source: str = "own",
        tell: Callable[[Sentence], str] = str,
    ) -> "ImportReport":
        """Read a file, keep its good rows, and report the others with place and remedy.

        `tell` says the reasons in the rejects file in the reader's language.
        """
        # Only who hands in files loads what reads them; workers never do.
        from creditflow.post.words import languages as letter_languages  # noqa: PLC0415
        from creditflow.services.importing import import_hand_in  # noqa: PLC0415
        from creditflow.sources.reading import load_profile, read_hand_in  # noqa: PLC0415

        hand_in = read_hand_in(
            data,
            file_name,
            profile=load_profile(profile),
            kinds=kinds,
            source=source,
            most_bytes=self.settings.upload_max_mb * 1_000_000,
            languages=letter_languages(self.settings.template_dir),
        )
        with self.work() as work:
            return import_hand_in(hand_in, by=by, at=self.now(), work=work, tell=tell)

    def due(self, on: date, customers: list[CustomerId] | None = None) -> list[Occasion]:
        """Who is to be looked at on that business date, of these customers or of all."""
        with self.reading() as work:
            return reviewing.due(on=on, work=work, customers=customers)

    def begin(self, occasion: Occasion) -> Case | None:
        """Open a case for the occasion and carry it on; None where there is one already."""
        with self.work() as work:
            case = reviewing.open_case(occasion, at=self.now(), work=work)
        return self.advance(case.id) if case else None

    def deliver(self, letter: str | None = None) -> Letter | None:
        """Deliver that letter, or the next one that is due; None where none is."""
        if not self.sender.hours.allow(self.now()):
            return None
        delivered = relaying.deliver_one(
            work=self.work, post=self.post, owner=self.name, at=self.now, letter=letter
        )
        if delivered is None and "mail_server" in self.__dict__:
            self.mail_server.close()
        return delivered

    def look_for_returned(self) -> int:
        """Read the mailbox for what came back, where there is one; how many letters it was."""
        if self.returns is None:
            return 0
        told = (bounce for message in self.returns.each() for bounce in bounces(message))
        return returning.take_all_back(told, work=self.work, at=self.now)

    def keep_promise(self) -> Promise | None:
        """Keep the next promise of the outbox that is due; None where none is."""
        return promising.keep_one(work=self.work, runs=self.runs, owner=self.name, at=self.now())

    @contextmanager
    def _or_aside(self, case_id: str) -> Iterator[datetime]:
        """Turn a refusal into an incident on the case, after everything else was rolled back."""
        at = self.now()
        try:
            yield at
        except Refusal as problem:
            self._set_aside(case_id, problem, at)

    def _set_aside(self, case_id: str, problem: Problem, at: datetime) -> None:
        with self.work() as work:
            advancing.stumble(case_id, problem, at=at, work=work)

    def _case(self, case_id: str) -> Case:
        with self.reading() as work:
            return work.cases.get(case_id)


@functools.lru_cache(maxsize=1)
def installed() -> App:
    """The installation that the environment describes; the same one for the whole process."""
    return App(read_settings())
