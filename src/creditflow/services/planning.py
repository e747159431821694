"""Offer payment plans, note that they were accepted, and end each once, as the ledger says.

Each use case moves one plan in one transaction, with its journal entry and its
letter. What became of an instalment is never entered: it is read from the
ledger up to the latest day that its sources reach, so that a ledger that was
not handed in breaks no plan.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, Problem, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.letter_notices import PlanBroken, PlanOffered
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.payment_plan import (
    MOST_INSTALMENTS,
    RUNNING,
    PaymentPlan,
    PlanState,
    monthly,
    on_account,
    past_due,
)
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import say
from creditflow.ports import Letterpress, Work
from creditflow.services.freezing import Sender, freeze, opening
from creditflow.services.notifying import TO_PAY
from creditflow.services.reviewing import open_case

TO_ACCEPT = timedelta(days=10)
"""Calendar days in which an offer can be accepted."""

LEAST_WORDS = 8
"""Characters of a reason that others can understand."""

OpenWork = Callable[[], AbstractContextManager[Work]]


class NoPlan(Refusal):
    """A payment plan cannot be offered, accepted or withdrawn in that way."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a plan goes, by the ledger up to `until`; None where its sources hold nothing yet.

    `came` says of each instalment whether it has come in, all before it included.
    """

    plan: PaymentPlan
    until: date | None
    received: Money
    left: Money
    came: tuple[bool, ...]


def plan_for(
    customer: CustomerId, count: int, *, on: date, works: IsWorkingDay, by: Person, at: datetime,
    work: Work,
) -> PaymentPlan:  # fmt: skip
    """The plan that would be offered; nothing of it is kept. Raises NoPlan with every reason."""
    known, problems = work.customers.get(customer), []
    if not permits(by, Permission.PLAN):
        problems.append(say("Only analysts and approvers may offer payment plans."))
    if known.owner == by.id:
        problems.append(say("Who sells to a customer may not offer it a payment plan."))
    if not 1 <= count <= MOST_INSTALMENTS:
        problems.append(say("A payment plan has 1 to {most} instalments.", most=MOST_INSTALMENTS))
    problems += [
        say("Payment plan {plan} of this customer has not ended. Withdraw it first.", plan=plan.id)
        for plan in work.plans.of(customer)
        if plan.is_running
    ]
    ledger = work.ledger.of(customer)
    covers = past_due(ledger, known.currency, on)
    owed = sum(part.open.minor for part in covers)
    if not covers:
        problems.append(
            say(
                "Nothing in {currency} is past due that is not disputed, so there is nothing to"
                " pay in instalments.",
                currency=known.currency,
            )
        )
    elif 1 <= count <= MOST_INSTALMENTS and owed < count:
        problems.append(say("That is too little for so many instalments; take fewer."))
    if problems:
        raise NoPlan(problems[0], details=problems)
    return PaymentPlan(
        id="",
        version=1,
        customer=customer,
        covers=covers,
        on_account=on_account(ledger.until(on), known.currency),
        instalments=monthly(Money(owed, known.currency), count, on, works),
        tolerance_days=work.policies.current().notices.plan_broken.tolerance_days,
        offered_on=on,
        accept_by=on + TO_ACCEPT,
        offered_by=by.id,
        offered_at=at,
    )


def offer_plan(
    customer: CustomerId,
    count: int,
    *,
    by: Person,
    at: datetime,
    on: date,
    works: IsWorkingDay,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> PaymentPlan:
    """Offer what is past due in so many monthly instalments, by a letter; the plan as it is kept.

    Raises NoPlan with everything that stands against it.
    """
    draft = plan_for(customer, count, on=on, works=works, by=by, at=at, work=work)
    known, number = work.customers.get(customer), f"PP-{work.counters.next('plan'):06d}"
    facts = PlanOffered(
        **opening(known, on=on, work=work, sender=sender),
        total=draft.total,
        instalments=draft.instalments,
        accept_by=draft.accept_by,
    )
    letter = freeze(facts, known, case_id=None, by=by.id, at=at, work=work, press=press,
                    sender=sender)  # fmt: skip
    plan = replace(draft, id=number, letter_id=letter.id)
    work.plans.add(plan)
    _record("plan.offered", plan, by.id, at, work, until=plan.accept_by.isoformat(),
            count=str(count), letter=letter.id)  # fmt: skip
    return plan


def accept_plan(plan_id: str, *, by: Person, at: datetime, on: date, work: Work) -> PaymentPlan:
    """Note that the customer has accepted in writing; raises NoPlan where that is too late."""
    _ensure_may(by)
    plan = work.plans.get(plan_id)
    if plan.state is PlanState.OFFERED and on > plan.accept_by:
        raise NoPlan(
            say("The offer could be accepted until {day}. Offer a new plan.", day=plan.accept_by)
        )
    accepted = plan.moved(PlanState.ACCEPTED, accepted_on=on, accepted_by=by.id)
    work.plans.put(accepted)
    _record("plan.accepted", accepted, by.id, at, work)
    return accepted


def withdraw_plan(
    plan_id: str, *, why: str, by: Person, at: datetime, on: date, work: Work
) -> PaymentPlan:
    """End a plan for a reason; what is past due is due again, and no letter says so by itself."""
    _ensure_may(by)
    if len(why.strip()) < LEAST_WORDS:
        raise NoPlan(
            say("Say why it is withdrawn, in at least {count} characters.", count=LEAST_WORDS)
        )
    plan = work.plans.get(plan_id)
    ended = plan.moved(PlanState.WITHDRAWN, ended_on=on, ended_by=by.id, why=why.strip())
    work.plans.put(ended)
    _record("plan.withdrawn", ended, by.id, at, work, comment=why.strip())
    return ended


def look_after(
    plan_id: str, *, at: datetime, on: date, work: Work, press: Letterpress, sender: Sender
) -> PaymentPlan | None:
    """End the plan if its time has come, and tell the customer that it is broken; None if not.

    A broken plan is a reason to review the customer, unless a case is open anyway.
    """
    plan = work.plans.get(plan_id)
    day = on if plan.state is PlanState.OFFERED else _reach(plan, on, work)
    if not plan.is_running or day is None:
        return None
    ledger = work.ledger.of(plan.customer)
    to = plan.ended(ledger, day)
    if to is None:
        return None
    received = plan.received(ledger, day)
    if to is not PlanState.BROKEN:
        ended = plan.moved(to, ended_on=day, ended_by=SYSTEM_ACTOR)
        work.plans.put(ended)
        _record(f"plan.{to.value}", ended, SYSTEM_ACTOR, at, work, received=str(received))
        return ended
    return _break(plan, received, day, at=at, on=on, work=work, press=press, sender=sender)


def _break(
    plan: PaymentPlan, received: Money, day: date, *, at: datetime, on: date, work: Work,
    press: Letterpress, sender: Sender,
) -> PaymentPlan:  # fmt: skip
    missed = plan.missed_on(received, day)
    if missed is None:
        raise ValueError("a plan breaks by an instalment")
    known = work.customers.get(plan.customer)
    facts = PlanBroken(
        **opening(known, on=on, work=work, sender=sender),
        missed=missed,
        received=received,
        left=plan.total - received,
        pay_by=on + TO_PAY,
    )
    letter = freeze(facts, known, case_id=None, by=SYSTEM_ACTOR, at=at, work=work, press=press,
                    sender=sender)  # fmt: skip
    occasion = Occasion(OccasionKind.PLAN, plan.customer, on, reference=plan.id)
    case = open_case(occasion, at=at, work=work, run=True)
    ended = plan.moved(
        PlanState.BROKEN,
        ended_on=day,
        ended_by=SYSTEM_ACTOR,
        missed=missed,
        case_id=case.id if case else None,
    )
    work.plans.put(ended)
    _record("plan.broken", ended, SYSTEM_ACTOR, at, work, missed=str(missed.amount),
            on=missed.on.isoformat(), received=str(received), letter=letter.id,
            case=case.id if case else "")  # fmt: skip
    return ended


def look_after_all(
    *, work: OpenWork, reading: OpenWork, at: datetime, on: date, press: Letterpress,
    sender: Sender,
) -> tuple[list[PaymentPlan], list[tuple[str, Problem]]]:  # fmt: skip
    """Look after every plan, each in its own transaction; those that ended, and what failed.

    A plan that somebody else has just moved is left to them.
    """
    with reading() as looking:
        running = [plan.id for plan in looking.plans.in_states(RUNNING)]
    ended, failed = [], []
    for plan_id in running:
        try:
            with work() as writing:
                plan = look_after(plan_id, at=at, on=on, work=writing, press=press, sender=sender)
        except Conflict:
            continue
        except Problem as problem:
            failed.append((plan_id, problem))
        else:
            ended += [plan] if plan else []
    return ended, failed


def progress_of(plan: PaymentPlan, *, on: date, work: Work) -> Progress:
    """How a plan goes, by the ledger as far as it reaches; of an ended one until its end."""
    until = _reach(plan, plan.ended_on or on, work)
    day = until or plan.offered_on
    received = plan.received(work.ledger.of(plan.customer), day)
    return Progress(
        plan,
        until,
        received,
        plan.total - received,
        tuple(received >= wanted for _, wanted in plan.wanted()),
    )


def _reach(plan: PaymentPlan, on: date, work: Work) -> date | None:
    """The latest day that the sources of its invoices reach; nothing later is known of payments."""
    return work.ledger.newest({part.source for part in plan.covers}, until=on)


def _ensure_may(by: Person) -> None:
    if not permits(by, Permission.PLAN):
        raise NoPlan(say("Only analysts and approvers may change payment plans."))


def _record(what: str, plan: PaymentPlan, by: str, at: datetime, work: Work, **more: str) -> None:
    facts = {"plan": plan.id, "total": str(plan.total), **more}
    work.journal.record(Entry(what, plan.customer, by, at, facts))
