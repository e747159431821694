"""Ask for a limit: another base limit, a temporary one or one for a project, with reason and files.

Whoever asks never decides the case that follows. Everything that is wrong with
a request is said at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from creditflow.domain.added_limits import AddedKind, AddedLimit, Consumption, OnTop, latest
from creditflow.domain.asking_rule import AskingRule
from creditflow.domain.case import Case, CaseState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.project import GENERAL, LONGEST_NAME, project_key
from creditflow.domain.received_file import ReceivedFile
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.attaching import attach
from creditflow.services.reviewing import open_case


class NothingToAsk(Refusal):
    """The request cannot become a case; `details` has every reason."""


class StillOpen(Conflict):
    """The customer has a case that is not finished."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. Without `kind` it is a base limit of `amount`, or whatever comes out.

    With one, it is `amount` besides the base limit for the days `[from_, until)`.
    """

    amount: Money | None
    note: str
    kind: AddedKind | None = None
    from_: date | None = None
    until: date | None = None
    project: str = ""
    consumption: Consumption | None = None

    @property
    def on_top(self) -> OnTop | None:
        """What it asks for besides the amount; None for a base limit."""
        if self.kind is None or self.from_ is None or self.until is None:
            return None
        if self.kind is AddedKind.TEMPORARY:
            return OnTop(self.kind, self.from_, self.until)
        consumption = self.consumption or Consumption.OWN_ONLY
        return OnTop(self.kind, self.from_, self.until, self.project.strip(), consumption)

    def as_agreed(self, before: AddedLimit | None) -> "Wish":
        """The same; where nobody says how the project uses credit, as its limit does already."""
        agreed = None if before is None else before.consumption
        return replace(self, consumption=self.consumption or agreed)


def request_review(
    customer: CustomerId,
    wish: Wish,
    *,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
    files: Sequence[ReceivedFile] = (),
) -> Case:
    """A person asks; the case that follows is never decided by that person.

    Raises NothingToAsk with everything that is wrong, NotTaken for too many
    files, and StillOpen while another case of the customer is not finished.
    """
    if not permits(by, Permission.ASK):
        raise NothingToAsk(say("Only analysts, sales and the order desk may ask for a limit."))
    known = work.customers.get(customer)
    wish = wish.as_agreed(_limit_beside(customer, wish, work))
    if problems := list(_problems(known, wish, on, work)):
        raise NothingToAsk(problems[0], details=problems)
    if open_ := work.cases.open_of(customer):
        raise StillOpen(_waits_for(open_))
    occasion = Occasion(
        OccasionKind.REQUEST,
        customer,
        on,
        requested_by=by.id,
        requested_limit=wish.amount,
        note=wish.note.strip(),
        reference=str(work.counters.next("request")),
        on_top=wish.on_top,
    )
    case = open_case(occasion, at=at, work=work, run=True)
    if case is None:
        raise StillOpen(say("Another case of this customer was opened just now. Reload the page."))
    attach(case.id, files, by=by.id, at=at, work=work)
    return case


def _waits_for(case: Case) -> Sentence:
    if case.state is CaseState.APPLIED:
        return say(
            "Case {case} of this customer is in force, but its letter has not left yet."
            " Ask again once it has, or see to the letter on the page of the case.",
            case=case.id,
        )
    return say(
        "Case {case} of this customer is still open ({state}). Wait for it, or withdraw it.",
        case=case.id,
        state=case.state.value,
    )


def _limit_beside(customer: CustomerId, wish: Wish, work: Work) -> AddedLimit | None:
    """A limit that the project has already in some of the days that are asked for."""
    if wish.from_ is None or wish.until is None or wish.kind is not AddedKind.PROJECT:
        return None
    key = project_key(wish.project)
    if key == GENERAL:
        return None
    return next(
        (
            x
            for x in latest(work.added_limits.of(customer))
            if project_key(x.project) == key and x.from_ < wish.until and wish.from_ < x.until
        ),
        None,
    )


def _problems(customer: Customer, wish: Wish, on: date, work: Work) -> Iterator[Sentence]:
    amount = wish.amount
    if amount is not None and (amount.currency != customer.currency or amount.minor <= 0):
        yield say(
            "Ask for an amount above zero in {currency}, the customer's currency.",
            currency=customer.currency,
        )
    if not wish.note.strip():
        yield say("Say in a sentence why the limit is needed.")
    if wish.kind is None:
        return
    if amount is None:
        yield say("Say how much is needed on top of the base limit.")
    rule = work.policies.current().asking
    yield from _days(wish.kind, wish.from_, wish.until, on, rule)
    yield from _project(wish, _limit_beside(customer.id, wish, work))
    limit = work.limits.current(customer.id)
    if limit is not None and limit.state is LimitState.UNLIMITED and limit.in_force(on):
        yield say("The customer's limit has no upper bound, so nothing can come on top of it.")


def _days(
    kind: AddedKind, from_: date | None, until: date | None, on: date, rule: AskingRule
) -> Iterator[Sentence]:
    if from_ is None or until is None:
        yield say("Say the first day and the day from which it counts no more.")
        return
    if until <= from_:
        yield say(
            "It has to end after its first day: {from_} to {until}.", from_=from_, until=until
        )
    if from_ < on:
        yield say("Its first day is over: {from_}. Begin today, {today}.", from_=from_, today=on)
    furthest = rule.furthest_ahead_days
    if furthest is not None and from_ - on > timedelta(days=furthest):
        yield say(
            "Its first day is {from_}, but it can be asked for at most {most} days ahead:"
            " begin on {last} or before.",
            from_=from_,
            most=furthest,
            last=on + timedelta(days=furthest),
        )
    if (until - from_).days > rule.longest_days(kind):
        yield say(
            "{days} days are more than the {most} for which it can be asked."
            " Ask for another base limit instead.",
            days=(until - from_).days,
            most=rule.longest_days(kind),
        )


def _project(wish: Wish, before: AddedLimit | None) -> Iterator[Sentence]:
    name = wish.project.strip()
    if wish.kind is AddedKind.TEMPORARY:
        if name:
            yield say("A temporary limit is for no project. Ask for a project limit instead.")
        return
    if not name or len(name) > LONGEST_NAME:
        yield say("Name the project, in at most {most} characters.", most=LONGEST_NAME)
    elif before is not None and wish.consumption is not before.consumption:
        yield say(
            "The project {project} has a limit of {amount} from {from_} to {until} with another"
            " order of consumption. Choose the same, so that it is clear what the project uses.",
            project=before.project,
            amount=before.amount,
            from_=before.from_,
            until=before.until,
        )
