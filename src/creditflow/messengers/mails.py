"""Write to those who may decide: about each task as it comes, and every morning about all of them.

Everything here may be done twice and in several places at once: keys, leases and
the journal's bookmark see to it that each mail is promised once and sent once.
"""

from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from creditflow.approvals.announcing import (
    has_begun,
    keep_morning,
    keep_news,
    plan_morning,
    plan_news,
    still_to_be_told,
)
from creditflow.approvals.delegating import acting
from creditflow.bootstrap import App
from creditflow.domain.case import Case
from creditflow.domain.errors import Refusal
from creditflow.domain.message import LISTS, MailReason, Message
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.sending import Hours
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.post.notices import ROWS, Line, Notice, NoticeList, NoticePress
from creditflow.services import messaging
from creditflow.services.addressing import usable_address
from creditflow.services.messaging import Written
from creditflow.store.readings import InboxRow, Readings

BATCH = 200
"""How many mails one beat takes at most."""


class Mails:
    """Mails to the approvers of one installation."""

    def __init__(self, app: App) -> None:
        self._app = app

    @cached_property
    def press(self) -> NoticePress:
        """Sets notices; made when the first one is written."""
        return NoticePress(self._app.sender)

    @cached_property
    def hours(self) -> Hours:
        """When approvers may be written to."""
        s = self._app.settings
        return Hours(
            begin=s.mail_from,
            end=s.mail_until,
            quiet_days=s.mail_on_working_days,
            zone=ZoneInfo(s.time_zone),
            works=self._app.works,
        )

    @property
    def is_on(self) -> bool:
        """Whether approvers are written to at all."""
        s = self._app.settings
        return s.mail_approvers and bool(s.sender_address)

    def tell(self) -> int:
        """Promise what is new, and the morning's mails, and deliver what is due; how many it was.

        Nothing happens outside the hours of mails, nor where there is no sender:
        what is new then is told when the hours begin, in one list where it is much.
        """
        if not self.is_on or not self.hours.allow(self._app.now()):
            return 0
        self.announce()
        self.begin_morning()
        dealt_with = 0
        while dealt_with < BATCH and self.deliver() is not None:
            dealt_with += 1
        return dealt_with

    def announce(self) -> int:
        """Promise a mail for each task that is new; how many were promised."""
        app, told = self._app, 0
        at, most = app.now(), app.settings.mails_per_hour
        on = app.business_date(at)
        while True:
            with app.reading() as work:
                plan = plan_news(at=at, on=on, morning=self._morning(on), most_each=most, work=work)
            if plan is None:
                return told
            with app.work() as work:
                told += keep_news(plan, work=work)

    def begin_morning(self) -> int:
        """Promise the morning's mails once the hour of a working day has come; how many."""
        app, at = self._app, self._app.now()
        on, most = app.business_date(at), app.settings.mails_per_hour
        begins = self._morning(on)
        if begins is None or at < begins:
            return 0
        with app.reading() as work:
            if has_begun(on, work):
                return 0
            mails = plan_morning(at=at, on=on, works=app.works, most_each=most, work=work)
        with app.work() as work:
            return keep_morning(mails, on=on, work=work)

    def _morning(self, on: date) -> datetime | None:
        """When the mails of that day begin; None where nobody works then."""
        zone = ZoneInfo(self._app.settings.time_zone)
        begins = datetime.combine(on, self._app.settings.mail_from, tzinfo=zone).astimezone(UTC)
        return begins if self._app.works(on) else None

    def deliver(self) -> Message | None:
        """Deliver the next mail that is due; None where none is."""
        app = self._app
        return messaging.deliver_mail(
            work=app.work, post=app.post, write=self.write, owner=app.name, at=app.now
        )

    def write(self, message: Message) -> Written | None:
        """Set a mail from what is true now; None where its receiver has nothing to do any more."""
        app, at = self._app, self._app.now()
        on, reason = app.business_date(at), MailReason(message.about)
        with app.readings() as readings, app.reading() as work:
            person = work.people.get(message.to)
            if not person.active:
                return None
            notice: Notice | NoticeList | None
            if reason in LISTS:
                notice = self._list(person, reason, on, readings, work)
            else:
                notice = self._single(person, message, on, work)
        if notice is None:
            return None
        recipient = usable_address(person.email)
        if recipient is None:
            raise Refusal(
                say(
                    "{address} of {person} is no mail address that a server takes.",
                    address=person.email,
                    person=person.id,
                )
            )
        rendered = self.press.render(notice, recipient=recipient, key=message.key, at=at)
        return Written(recipient, rendered.message)

    def _single(self, person: Person, message: Message, on: date, work: Work) -> Notice | None:
        case = still_to_be_told(message, on=on, work=work)
        if case is None or case.proposal_id is None or case.due_on is None:
            return None
        proposal = work.proposals.get(case.proposal_id)
        customer = work.customers.get(case.customer)
        return Notice(
            reason=MailReason(message.about),
            case_id=case.id,
            language=person.language,
            person_name=person.name,
            desk=_desk(case, person, work.policies.current()),
            customer_name=customer.called(person.language),
            current=proposal.current,
            proposed=proposal.proposed,
            due_on=case.due_on,
            link=f"{self._app.settings.address}/cases/{case.id}",
            account_link=f"{self._app.settings.address}/account",
        )

    def _list(
        self, person: Person, reason: MailReason, on: date, readings: Readings, work: Work
    ) -> NoticeList | None:
        """What waits at the person's own desks, or at those that the person stands in for."""
        mine: dict[str, InboxRow] = {}
        for way in acting(person, on=on, work=work):
            if way.person.mandate is None or not way.person.desks:
                continue
            but = set(readings.with_a_part_of(person.id))
            if way.principal is not None:
                but |= readings.with_a_part_of(way.principal.id)
            rows = readings.inbox(desks=way.person.desks)
            mine |= {row.case_id: row for row in rows if row.case_id not in but}
        if not mine:
            return None
        days = [row.due_on or on for row in mine.values()]
        urgent = sorted(
            mine.values(), key=lambda r: (r.due_on or on, -r.base_amount.minor, r.case_id)
        )
        return NoticeList(
            reason=reason,
            language=person.language,
            person_name=person.name,
            total=len(mine),
            overdue=sum(day < on for day in days),
            due_today=sum(day == on for day in days),
            rows=[_line(self._app, row, person, on) for row in urgent[:ROWS]],
            link=f"{self._app.settings.address}/",
            account_link=f"{self._app.settings.address}/account",
        )


def _desk(case: Case, person: Person, policy: Policy) -> str:
    titles = {desk.id: desk.title[person.language] for desk in policy.desks}
    return titles.get(case.desk or "", case.desk or "")


def _line(app: App, row: InboxRow, person: Person, on: date) -> Line:
    named = row.customer_name_en if person.language == "en" else None
    return Line(
        case_id=row.case_id,
        customer_name=named or row.customer_name,
        current=row.current,
        proposed=row.proposed,
        due_on=row.due_on or on,
        is_overdue=row.due_on is not None and row.due_on < on,
        link=f"{app.settings.address}/cases/{row.case_id}",
    )
