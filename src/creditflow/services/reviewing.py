"""Say who is due for a review and why, and open a case for each occasion, once."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from creditflow.approvals.opening import promise_run
from creditflow.domain.case import Case, CaseState
from creditflow.domain.covers import lapsed
from creditflow.domain.customer import CustomerId
from creditflow.domain.journal import Entry
from creditflow.domain.limit_setting import months_after
from creditflow.domain.limits import Limit
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.policy import Policy
from creditflow.ports import Work
from creditflow.services.grouping import begun_ahead

NEAR_END = timedelta(days=7)
"""A limit is looked at so long before it ends."""


def due(*, on: date, work: Work, customers: list[CustomerId] | None = None) -> list[Occasion]:
    """Everybody to be looked at on that business date, in order of customer id.

    New are those that were never reviewed. Existing ones are due when the
    cadence of their grade has passed since the last review, or when their
    limit ends within a week and that end was not yet looked at. So are members
    of a group whose limit has begun since and leaves no room for them, and
    customers of whom a cover or guarantee has ended or was cut since.
    """
    policy = work.policies.current()
    reviewed = work.cases.last_reviewed()
    ids = customers if customers is not None else work.customers.ids()
    found = [o for o in (_occasion(c, on, reviewed.get(c), policy, work) for c in ids) if o]
    found = _with_groups(found, ids, reviewed, on=on, work=work)
    return _with_backing(found, customers, reviewed, on=on, work=work)


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
    facts = {"occasion": occasion.kind.value, "on": occasion.on.isoformat(), **_asked(occasion)}
    work.journal.record(Entry("case.started", case.id, by, at, facts))
    if run:
        promise_run(case, at=at, work=work)
    return case


def _asked(occasion: Occasion) -> dict[str, str]:
    """What somebody asks for, for the journal; nothing where nobody asks."""
    if occasion.kind is not OccasionKind.REQUEST:
        return {}
    amount, top = occasion.requested_limit, occasion.on_top
    facts = {"asked": "" if amount is None else str(amount), "note": occasion.note}
    if top is None:
        return facts
    days = {"from": top.from_.isoformat(), "until": top.until.isoformat()}
    return facts | days | {"kind": top.kind.value, "project": top.project}


def _with_groups(
    found: list[Occasion],
    ids: list[CustomerId],
    reviewed: Mapping[CustomerId, date],
    *,
    on: date,
    work: Work,
) -> list[Occasion]:
    """The same with those whom a group's limit that was set ahead concerns, by customer id."""
    begun = begun_ahead(on=on, work=work)
    there, wanted = {occasion.customer for occasion in found}, set(ids)
    more = [
        Occasion(OccasionKind.GROUP, customer, on, reference=limit.group)
        for customer, limit in begun.items()
        if customer in wanted - there and reviewed.get(customer, on) < limit.from_
    ]
    return sorted([*found, *more], key=lambda occasion: occasion.customer) if more else found


def _with_backing(
    found: list[Occasion],
    customers: list[CustomerId] | None,
    reviewed: Mapping[CustomerId, date],
    *,
    on: date,
    work: Work,
) -> list[Occasion]:
    """The same with those behind whom less stands than when they were last looked at.

    Once: the review looks at what stands then.
    """
    there, more = {occasion.customer for occasion in found}, []
    for customer, held in work.backings.all(customers).items():
        last = reviewed.get(customer)
        if last is None or customer in there:
            continue
        gone = [r.number for r in lapsed(held.guarantees, last, on)]
        gone += [r.number for r in lapsed(held.covers, last, on)]
        if gone:
            more.append(Occasion(OccasionKind.BACKING, customer, on, reference=gone[0]))
    return sorted([*found, *more], key=lambda occasion: occasion.customer) if more else found


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
