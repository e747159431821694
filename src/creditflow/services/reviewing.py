"""Say who is due for a review and why, and open a case for each occasion, once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from creditflow.approvals.opening import promise_run
from creditflow.domain.case import Case, CaseState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.limit_setting import months_after
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.ports import Work

NEAR_END = timedelta(days=7)
"""A limit is looked at so long before it ends."""


class NothingToAsk(Refusal):
    """The request cannot become a case."""


class StillOpen(Conflict):
    """The customer has a case that is not finished."""


def due(*, on: date, work: Work, customers: list[CustomerId] | None = None) -> list[Occasion]:
    """Everybody to be looked at on that business date, in order of customer id.

    New are those that were never reviewed. Existing ones are due when the
    cadence of their grade has passed since the last review, or when their
    limit ends within a week and that end was not yet looked at.
    """
    policy = work.policies.current()
    reviewed = work.cases.last_reviewed()
    ids = customers if customers is not None else work.customers.ids()
    return [o for o in (_occasion(c, on, reviewed.get(c), policy, work) for c in ids) if o]


def open_case(occasion: Occasion, *, at: datetime, work: Work, run: bool = False) -> Case | None:
    """Open a case for the occasion; None where it, or an unfinished case, exists already.

    With `run` a Prefect run is promised at once; without, the caller carries
    the case on itself and a run is only promised where a person has to look.
    """
    if work.cases.of_occasion(occasion.key) or work.cases.open_of(occasion.customer):
        return None

    case = Case(
        id=f"CF-{work.counters.next('case'):06d}",
        customer=occasion.customer,
        occasion=occasion,
        state=CaseState.DRAFT,
        version=1,
        opened_at=at,
        updated_at=at,
    )
    if not work.cases.add(case):
        return None
    by = occasion.requested_by or SYSTEM_ACTOR
    facts = {"occasion": occasion.kind.value, "on": occasion.on.isoformat()}
    work.journal.record(Entry("case.started", case.id, by, at, facts))
    if run:
        promise_run(case, at=at, work=work)
    return case


def request_review(
    customer: CustomerId,
    *,
    amount: Money | None,
    note: str,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
) -> Case:
    """A person asks for a limit; the case that follows is never decided by that person."""
    known = work.customers.get(customer)
    _ensure_may_ask(known, amount, note, by)
    if open_ := work.cases.open_of(customer):
        raise StillOpen(
            say(
                "Case {case} of this customer is still open ({state})."
                " Wait for it, or withdraw it.",
                case=open_.id,
                state=open_.state.value,
            )
        )

    occasion = Occasion(
        OccasionKind.REQUEST,
        customer,
        on,
        requested_by=by.id,
        requested_limit=amount,
        note=note.strip(),
        reference=str(work.counters.next("request")),
    )
    case = open_case(occasion, at=at, work=work, run=True)
    if case is None:
        raise StillOpen(say("Another case of this customer was opened just now. Reload the page."))
    return case


def _ensure_may_ask(customer: Customer, amount: Money | None, note: str, by: Person) -> None:
    if not permits(by, Permission.ASK):
        raise NothingToAsk(say("Only analysts, sales and the order desk may ask for a limit."))
    if amount is not None and (amount.currency != customer.currency or amount.minor <= 0):
        raise NothingToAsk(
            say(
                "Ask for an amount above zero in {currency}, the customer's currency.",
                currency=customer.currency,
            )
        )
    if not note.strip():
        raise NothingToAsk(say("Say in a sentence why the limit is needed."))


def _occasion(
    customer: CustomerId, on: date, last: date | None, policy: Policy, work: Work
) -> Occasion | None:
    if last is None:
        limit = work.limits.current(customer)
        kind = OccasionKind.PERIODIC if limit else OccasionKind.NEW
        return Occasion(kind, customer, on)
    return next(_periodic(customer, on, last, policy, work), None)


def _periodic(
    customer: CustomerId, on: date, last: date, policy: Policy, work: Work
) -> Iterator[Occasion]:
    evaluation = work.evaluations.latest(customer)
    if evaluation is None:
        yield Occasion(OccasionKind.PERIODIC, customer, on)
        return
    cadence = policy.grades[evaluation.grade].cadence_months
    if on >= months_after(last, cadence) or _ends_soon(work.limits.current(customer), on, last):
        yield Occasion(OccasionKind.PERIODIC, customer, on)


def _ends_soon(limit: Limit | None, on: date, last: date) -> bool:
    """Whether the end is near and was not near at the last review.

    Once, because a renewal that was refused leaves the end where it is, and
    the customer must not get another review every day from then on.
    """
    return limit is not None and limit.until is not None and last < limit.until - NEAR_END <= on
