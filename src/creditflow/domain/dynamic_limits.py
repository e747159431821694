"""Dynamic limits: a limit follows the evaluation by itself, within a corridor and never in haste.

Four brakes keep it from going to and fro: a change has to be worth it, more so
for a raise (hysteresis); after a change the limit stays for a while; after a
cut it does not rise for longer; and within a period it moves no further than a
share of where it stood, beyond which a person decides. Bounds are no matter of
haste: what exceeds one is cut at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class DynamicRule:
    """How a limit may follow by itself; shares are fractions of the limit so far.

    A raise up to `raise_from` or a cut up to `cut_from` is not made. A limit
    that has changed stays for `hold_days`, one that was cut does not rise for
    `raise_after_cut_days`. Within `period_days` it moves up by no more than
    `largest_raise` and down by no more than `largest_cut` without a person.
    """

    raise_from: Decimal
    cut_from: Decimal
    hold_days: int
    raise_after_cut_days: int
    period_days: int
    largest_raise: Decimal
    largest_cut: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """The first day of the latest change of a limit, and of its latest cut; None where none was."""

    changed_on: date | None = None
    cut_on: date | None = None


NEVER = Movement()
"""Of a limit that never changed, or of which that is not known."""


def movement(history: Sequence[Limit]) -> Movement:
    """When a limit last moved, out of its history, oldest first. A first limit is a change."""
    changed_on = cut_on = None
    before: Limit | None = None
    for limit in sorted(history, key=lambda entry: entry.version):
        if before is None or (limit.state, limit.amount) != (before.state, before.amount):
            changed_on = limit.from_ if changed_on is None else max(changed_on, limit.from_)
        if before is not None and _is_cut(before, limit):
            cut_on = limit.from_ if cut_on is None else max(cut_on, limit.from_)
        before = limit
    return Movement(changed_on, cut_on)


def _is_cut(before: Limit, after: Limit) -> bool:
    if after.state is LimitState.UNLIMITED:
        return False
    if before.state is LimitState.UNLIMITED or after.amount is None:
        return before.state in (LimitState.UNLIMITED, LimitState.AMOUNT)
    same = before.amount is not None and before.amount.currency == after.amount.currency
    return same and before.amount is not None and after.amount < before.amount


def anchor(history: Sequence[Limit], *, on: date, days: int, currency: str) -> Money | None:
    """What the limit was so many days ago, or at first; None where that was no such amount."""
    entries = sorted(history, key=lambda entry: entry.version)
    begun = [entry for entry in entries if entry.from_ <= on - timedelta(days=days)]
    start = begun[-1] if begun else next(iter(entries), None)
    amount = start.amount if start is not None else None
    return amount if amount is not None and amount.currency == currency else None


def held(
    target: Money, current: Money, moved: Movement, rule: DynamicRule, *, on: date
) -> Sentence | None:
    """Why the limit stays where it is although another would follow; None where it moves."""
    up = target > current
    change, least = abs(target.minor - current.minor), rule.raise_from if up else rule.cut_from
    if change <= current.minor * Fraction(least):
        return say(
            "Kept at {current}: {target} would follow, and a change of {least} or less is not"
            " made by itself.",
            current=current,
            target=target,
            least=_percent(least),
        )
    if moved.changed_on is not None and on < (end := _after(moved.changed_on, rule.hold_days)):
        return say(
            "Held at {current} until {end}, because it changed on {changed} and then stays for"
            " {days} days; {target} would follow.",
            current=current,
            end=end,
            changed=moved.changed_on,
            days=rule.hold_days,
            target=target,
        )
    if (
        up
        and moved.cut_on is not None
        and on < (end := _after(moved.cut_on, rule.raise_after_cut_days))
    ):
        return say(
            "Held at {current} until {end}, because it was cut on {cut} and does not rise for"
            " {days} days after a cut; {target} would follow.",
            current=current,
            end=end,
            cut=moved.cut_on,
            days=rule.raise_after_cut_days,
            target=target,
        )
    return None


def beyond(proposed: Money, start: Money, rule: DynamicRule) -> Sentence | None:
    """Why a person has to look: the limit would leave the corridor; None where it stays inside."""
    if not start.minor:
        return None
    change = Fraction(proposed.minor - start.minor, start.minor)
    most = rule.largest_raise if change > 0 else rule.largest_cut
    if abs(change) <= Fraction(most):
        return None
    return say(
        "Within {days} days the limit would have moved by {change} from {start}, which is more"
        " than the {most} that it may follow by itself.",
        days=rule.period_days,
        change=_percent(abs(change)),
        start=start,
        most=_percent(most),
    )


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _percent(share: Decimal | Fraction) -> str:
    return f"{round(Fraction(share) * 100)} %"
