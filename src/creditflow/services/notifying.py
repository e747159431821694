"""Write to a customer without a case: its account, its statements, the end of its limit.

The facts are read from the customer's own ledger, limits and statements; a
person has the letter written, and the outbox delivers it like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from creditflow.domain.behaviour import Line, lines
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Refusal
from creditflow.domain.letter import Addressed, Letter
from creditflow.domain.letter_notices import (
    Held,
    LimitEnds,
    PaymentBehaviour,
    Released,
    StatementsWanted,
)
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.payment_plan import PlanState
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import say
from creditflow.ports import Letterpress, Work
from creditflow.services.fitting import uncovered
from creditflow.services.freezing import Opening, Sender, freeze, opening
from creditflow.services.recalling import timeline_of

LATEST = 20
"""How many paid invoices a letter looks back on."""

TO_PAY = timedelta(days=10)
TO_SEND = timedelta(days=21)
"""Calendar days that a customer is given."""


class NothingToTell(Refusal):
    """The letter would say nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account on a day, as the customer itself could add it up.

    Of the `judged` latest paid invoices `late` came late, by `average_days` on
    average; `invoices` owe `overdue` past due, the oldest for `oldest_days`.
    """

    judged: int
    late: int
    average_days: int
    overdue: Money
    invoices: int
    oldest_days: int


def notify(
    customer: CustomerId,
    notice: Notice,
    *,
    by: str,
    at: datetime,
    on: date,
    work: Work,
    press: Letterpress,
    sender: Sender,
    limit: str = "",
) -> Letter:
    """Write that letter to the customer from what is known of it; the letter as it is kept.

    The end of a temporary or project limit is told of the `limit` of that number.

    Raises NotFound, and NothingToTell where the facts give no occasion for it
    or where it is a letter that only follows from something else.
    """
    known = work.customers.get(customer)
    begun = opening(known, on=on, work=work, sender=sender)
    facts = noticed(known, notice, begun, on=on, work=work, limit=limit)
    return freeze(facts, known, case_id=None, by=by, at=at, work=work, press=press, sender=sender)


def noticed(
    customer: Customer, notice: Notice, begun: Opening, *, on: date, work: Work, limit: str = ""
) -> Addressed:
    """The facts of that letter from what is known of the customer; raises NothingToTell."""
    view = _VIEWS.get(notice)
    if view is None:
        raise NothingToTell(
            say(
                "A letter of the kind {kind} is not written by hand. Choose one of: {kinds}.",
                kind=notice.value,
                kinds=", ".join(sorted(x.value for x in _VIEWS)),
            )
        )
    if limit:
        return _on_top_ends(begun, customer, limit, on, work)
    return view(begun, customer, on, work)


def _payment_behaviour(begun: Opening, customer: Customer, on: date, work: Work) -> Addressed:
    account = account_on(customer, on, work)
    if not account.late and not account.invoices:
        raise NothingToTell(
            say("Customer {customer} pays on time and owes nothing overdue.", customer=customer.id)
        )
    return PaymentBehaviour(
        **begun,
        late=account.late,
        judged=account.judged,
        average_days=account.average_days,
        overdue=account.overdue,
        invoices=account.invoices,
        oldest_days=account.oldest_days if account.invoices else None,
        pay_by=on + TO_PAY,
    )


def _held(begun: Opening, customer: Customer, on: date, work: Work) -> Addressed:
    account = account_on(customer, on, work)
    over = uncovered(customer, on=on, work=work)
    if not account.invoices and over is None:
        raise NothingToTell(
            say("Customer {customer} owes nothing overdue, and no order exceeds the limit.",
                customer=customer.id)
        )  # fmt: skip
    return Held(
        **begun,
        from_=on,
        overdue=account.overdue,
        invoices=account.invoices,
        oldest_days=account.oldest_days,
        over=over,
    )


def _released(begun: Opening, customer: Customer, on: date, work: Work) -> Addressed:
    limit = work.limits.current(customer.id)
    amount = limit.amount if limit is not None and limit.in_force(on) else None
    return Released(**begun, from_=on, limit=amount, paid=_has_settled(customer, on, work))


def _has_settled(customer: Customer, on: date, work: Work) -> bool:
    """Whether what was past due at the last hold has been paid; False where nobody can say."""
    last = work.letters.last_told(customer.id).get(Notice.HELD)
    held = work.letters.get(last.number).facts if last is not None else None
    was_due = not isinstance(held, Held) or held.invoices > 0
    is_planned = any(x.state is PlanState.ACCEPTED for x in work.plans.of(customer.id))
    try:
        return was_due and not is_planned and not account_on(customer, on, work).invoices
    except NoRate:
        return False


def _statements_wanted(begun: Opening, customer: Customer, on: date, work: Work) -> Addressed:
    known = [x.period_end for x in work.statements.of(customer.id) if x.period_end <= on]
    return StatementsWanted(**begun, latest=max(known, default=None), send_by=on + TO_SEND)


def _limit_ends(begun: Opening, customer: Customer, on: date, work: Work) -> Addressed:
    limit = work.limits.current(customer.id)
    if limit is None or limit.amount is None or limit.until is None or limit.until <= on:
        raise NothingToTell(
            say("Customer {customer} has no limit that will end.", customer=customer.id)
        )
    send_by = min(on + TO_SEND, limit.until - timedelta(days=1))
    return LimitEnds(**begun, limit=limit.amount, until=limit.until, send_by=send_by)


def _on_top_ends(
    begun: Opening, customer: Customer, number: str, on: date, work: Work
) -> Addressed:
    limit = work.added_limits.get(number)
    left = timeline_of(customer, work).on(limit.until)
    # After the end there is no last day to ask by any more.
    last = limit.until - timedelta(days=1)
    send_by = min(on + TO_SEND, last) if last > on else on + TO_PAY
    return LimitEnds(
        **begun,
        limit=limit.amount,
        until=limit.until,
        send_by=send_by,
        kind=limit.kind.value,
        project=limit.project or None,
        after=left.general or None,
    )


_VIEWS: dict[Notice, Callable[[Opening, Customer, date, Work], Addressed]] = {
    Notice.PAYMENT_BEHAVIOUR: _payment_behaviour,
    Notice.HELD: _held,
    Notice.RELEASED: _released,
    Notice.STATEMENTS_WANTED: _statements_wanted,
    Notice.LIMIT_ENDS: _limit_ends,
}

BY_HAND = frozenset(_VIEWS)
"""Letters that a person may have written; the others follow from a decision or an agreement."""


def account_on(customer: Customer, on: date, work: Work) -> Account:
    """How the customer pays; raises NoRate where amounts cannot be added up.

    Disputed invoices are left out: they say nothing about willingness to pay. What an
    accepted payment plan covers is not overdue while the plan runs: that was agreed.
    """
    own = OwnCurrency(customer.currency, work.rates.all(), on)
    found = [x for x in lines(work.ledger.of(customer.id).until(on), own) if not x.disputed]
    paid = sorted((x for x in found if x.settled_on), key=_settled)[-LATEST:]
    late = [x.late(on) for x in paid if x.late(on)]
    spared = {
        (covered.document, covered.due_on)
        for plan in work.plans.of(customer.id)
        if plan.state is PlanState.ACCEPTED
        for covered in plan.covers
    }
    overdue = [x for x in found if x.overdue(on) and (x.document, x.due_on) not in spared]
    return Account(
        judged=len(paid),
        late=len(late),
        average_days=round(sum(late) / len(late)) if late else 0,
        overdue=Money(sum(x.open for x in overdue), customer.currency),
        invoices=len(overdue),
        oldest_days=max((x.late(on) for x in overdue), default=0),
    )


def _settled(line: Line) -> tuple[date, str]:
    return line.settled_on or date.min, line.document
