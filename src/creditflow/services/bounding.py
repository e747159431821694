"""Bound an allocation by what holds anyway: the limits that groups share, and the policy's caps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from creditflow.domain.allocating import BookLine
from creditflow.domain.bounds import Bounds, Share, SharedLimits, caps_left, shared_limits
from creditflow.domain.budgets import Budget
from creditflow.domain.caps import Granted, counts
from creditflow.domain.caps_rule import Caps
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.exposure import exposure
from creditflow.domain.group_headroom import Exchange
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import GroupId, Tree, tree_of
from creditflow.domain.limits import Limit
from creditflow.domain.money import total
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.rates import NoRate
from creditflow.ports import Work
from creditflow.services.grouping import granted_to, group_limits
from creditflow.services.recalling import timeline_of

Book = Mapping[CustomerId, Limit | None]
"""Whom the allocation is about, with the current limit of each."""


def bounded_lines(
    lines: Sequence[BookLine], within: Book, policy: Policy, *, on: date, work: Work
) -> tuple[list[BookLine], Bounds, list[NoRate]]:
    """The lines with what bounds each, what bounds all, and every rate that is missing for it."""
    tree, limits = tree_of(work.groups.all()), group_limits(on=on, work=work)
    exchange, missing = Exchange(work.rates.all(), on), list[NoRate]()
    shares = list(_shares(tree, limits, within, exchange, missing, work=work))
    shared, caps = SharedLimits((), {}), tuple[Budget, ...]()
    try:
        shared = shared_limits(tree, limits, shares, exchange, policy.base_currency)
    except NoRate as no_rate:
        missing.append(no_rate)
    try:
        caps = _caps(lines, within, policy, exchange, work)
    except NoRate as no_rate:
        missing.append(no_rate)
    by_customer = {share.customer: share for share in shares}
    found = [_bounded(line, by_customer.get(line.customer.id), shared) for line in lines]
    return found, Bounds(tree, (*caps, *shared.budgets)), missing


def _bounded(line: BookLine, share: Share | None, shared: SharedLimits) -> BookLine:
    if share is None:
        return line
    most = shared.most.get(line.customer.id)
    if most is not None and most < line.bound:
        line = replace(line, bound=most, bound_by=LimitMethod.GROUP)
    return replace(line, owed=share.free)


def _shares(
    tree: Tree,
    limits: Mapping[GroupId, GroupLimit],
    within: Book,
    exchange: Exchange,
    missing: list[NoRate],
    *,
    work: Work,
) -> Iterator[Share]:
    """Everybody beneath a group that has a bound; what cannot be converted goes to `missing`."""
    bounds = [group for group, limit in limits.items() if limit.bound is not None]
    beneath = frozenset[GroupId]().union(*(tree.below(group) for group in bounds))
    for customer in work.memberships.members(beneath):
        try:
            yield _share(customer, exchange, work, allocated=customer.id in within)
        except NoRate as no_rate:
            missing.append(no_rate)


def _share(customer: Customer, exchange: Exchange, work: Work, *, allocated: bool) -> Share:
    own, on = customer.currency, exchange.on
    owed = exposure(work.ledger.of(customer.id), currency=own, rates=exchange.rates, on=on).total
    group = GroupId(customer.group or "")
    if not allocated:
        granted = granted_to(customer, on=on, work=work)
        taken = owed if granted is None else max(owed, granted)
        return Share(customer.id, group, owed, total([], own), taken)
    limits = timeline_of(customer, work).on(on)
    on_top = total([x.amount for x in (*limits.temporary, *limits.projects)], own)
    return Share(customer.id, group, owed, on_top)


def _caps(
    lines: Iterable[BookLine], within: Book, policy: Policy, exchange: Exchange, work: Work
) -> tuple[Budget, ...]:
    """What customers that are not in the book leave of every cap; raises NoRate."""
    caps, on = policy.caps, exchange.on
    if caps is None:
        return ()

    def factor(code: str) -> Fraction:
        return exchange.rates.factor(code, policy.base_currency, on=on)[0]

    own = (given for line in lines if counts(within[line.customer.id], on)
           for given in _given_back(line.customer, within[line.customer.id], caps))  # fmt: skip
    # A case takes its own limit, rounded, from the sum of all, rounded: that may cost it one unit.
    is_foreign = any(line.customer.currency != policy.base_currency for line in lines)
    all_ = work.limits.granted(caps.parts, on=on)
    return caps_left(caps, [*all_, *own], factor, kept_back=int(is_foreign))


def _given_back(customer: Customer, limit: Limit | None, caps: Caps) -> Iterator[Granted]:
    """The present limit of somebody in the book, to be taken from what all limits come to."""
    amount = None if limit is None else limit.amount
    if amount is not None:
        for cap in caps.of(customer):
            yield Granted(cap.scope, cap.part, amount.currency, -amount.minor)
