"""Set the limit that a group shares under four eyes: one proposes it, another one confirms it.

Who confirms holds a mandate that covers the limit, and is somebody else. Where the
limit changed meanwhile nothing is overwritten. Members for whom the new limit leaves
no room are looked at.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.group_headroom import Exchange
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import GroupId
from creditflow.domain.journal import Entry
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.drafting import says_something
from creditflow.services.joining import review_overdrawn


class BadGroupLimit(Refusal):
    """What was proposed cannot become the limit of a group."""


class TakesAnother(Refusal):
    """Somebody else has to propose it, or to confirm it."""


@dataclass(frozen=True, slots=True)
class WantedLimit:
    """What a group's limit is to be, from a day on; `currency` is what it is measured in."""

    state: LimitState
    amount: Money | None
    currency: str
    from_: date
    until: date | None = None


def propose_group_limit(
    group: GroupId,
    wanted: WantedLimit,
    *,
    why: str,
    by: Person,
    at: datetime,
    on: date,
    work: Work,
) -> LimitChange:
    """Propose a limit; raises BadGroupLimit with everything that is wrong at once."""
    if not permits(by, Permission.PROPOSE_GROUP_LIMITS):
        raise TakesAnother(say("Only analysts and approvers propose limits of groups."))
    work.groups.get(group)
    history = work.group_limits.of(group)
    for change in work.group_limits.changes(group):
        if change.state is ChangeState.OPEN:
            raise Conflict(
                say(
                    "Change {change} of this group's limit waits already. Have it confirmed,"
                    " refused or withdrawn first.",
                    change=change.id,
                )
            )
    if problems := [*_problems(wanted, why, history[-1] if history else None, on)]:
        raise BadGroupLimit(problems[0], details=problems)
    change = LimitChange(
        id=f"GL-{work.counters.next('group_limit'):06d}",
        group=group,
        limit=wanted.state,
        amount=wanted.amount,
        currency=wanted.currency,
        from_=wanted.from_,
        until=wanted.until,
        based_on=len(history),
        why=why.strip(),
        proposed_by=by.id,
        proposed_at=at,
    )
    work.group_limits.add_change(change)
    facts = {"change": change.id, **_told(change), "why": change.why}
    work.journal.record(Entry("group.limit_proposed", group, by.id, at, facts))
    return change


def confirm_group_limit(
    change_id: str, *, by: Person, at: datetime, on: date, work: Work, comment: str = ""
) -> GroupLimit:
    """Confirm somebody else's change: it counts from its day on, today at the earliest.

    Raises TakesAnother where this person may not, and NoRate where nobody could
    say whether the mandate covers it.
    """
    change = work.group_limits.change(change_id)
    history = work.group_limits.of(change.group)
    before = history[-1] if history else None
    if no := objection_to_confirming(change, before, by, on=on, work=work):
        raise TakesAnother(no)
    if len(history) != change.based_on:
        raise Conflict(
            say(
                "The limit of group {group} has changed since this was proposed. Refuse it, and"
                " propose it anew.",
                group=change.group,
            )
        )
    confirmed = change.decided(ChangeState.CONFIRMED, by=by.id, at=at, comment=comment.strip())
    entry = confirmed.entry(
        from_=max(on, change.from_),
        recorded_at=at if before is None else max(at, before.recorded_at),
    )
    work.group_limits.put_change(confirmed)
    work.group_limits.add(entry, replacing=change.based_on)
    facts = {"change": change.id, **_told(change), "from": entry.from_.isoformat(),
             "proposed_by": change.proposed_by, "comment": confirmed.comment}  # fmt: skip
    work.journal.record(Entry("group.limit_set", change.group, by.id, at, facts))
    review_overdrawn([change.group], at=at, on=on, work=work)
    return entry


def refuse_group_limit(
    change_id: str, *, comment: str, by: Person, at: datetime, work: Work
) -> LimitChange:
    """Refuse somebody else's change and say why, or withdraw one's own."""
    change = work.group_limits.change(change_id)
    own = change.proposed_by == by.id
    if not own and not permits(by, Permission.DECIDE):
        raise TakesAnother(say("Only an approver refuses a limit that somebody else proposed."))
    if not own and not comment.strip():
        raise BadGroupLimit(say("Say why the limit is refused."))
    state = ChangeState.WITHDRAWN if own else ChangeState.REFUSED
    decided = change.decided(state, by=by.id, at=at, comment=comment.strip())
    work.group_limits.put_change(decided)
    facts = {"change": change.id, "comment": decided.comment}
    work.journal.record(Entry(f"group.limit_{state.value}", change.group, by.id, at, facts))
    return decided


def objection_to_confirming(
    change: LimitChange, before: GroupLimit | None, by: Person, *, on: date, work: Work
) -> Sentence | None:
    """Why this person may not confirm the change; None where nothing is against it.

    Raises NoRate where the limit cannot be compared with the mandate.
    """
    if not permits(by, Permission.DECIDE) or by.mandate is None:
        return say("This takes an approver with a mandate that covers the group's limit.")
    if by.id == change.proposed_by:
        return say("You proposed this limit yourself; another approver confirms it.")
    ceiling = by.mandate.ceiling
    if ceiling is None:
        return None
    if change.limit in (LimitState.UNLIMITED, LimitState.NONE_SET):
        return say(
            "Without a limit the group may have any amount; that takes a mandate without a"
            " ceiling, and yours is {ceiling}.",
            ceiling=ceiling,
        )
    stake = _stake(change, before, ceiling.currency, on=on, work=work)
    if stake <= ceiling:
        return None
    return say(
        "Limits of {stake} are at stake; your mandate ends at {ceiling}.",
        stake=stake,
        ceiling=ceiling,
    )


def _stake(
    change: LimitChange, before: GroupLimit | None, currency: str, *, on: date, work: Work
) -> Money:
    """The larger of the limit before and after, in that currency, rounded up.

    A cut takes away what a raise grants: both weigh as much as the limit they are about.
    """
    exchange = Exchange(work.rates.all(), on)
    amounts = [x for x in (change.amount, before.bound if before else None) if x is not None]
    exact = [exchange.exact([amount], currency) for amount in amounts]
    return Money(math.ceil(max(exact, default=0)), currency)


def _problems(
    wanted: WantedLimit, why: str, current: GroupLimit | None, on: date
) -> Iterator[Sentence]:
    if not says_something(why):
        yield say("Say in a sentence why the limit changes: it is read in years.")
    if wanted.from_ < on:
        yield say("{day} is over. Name today or a later day.", day=wanted.from_)
    if wanted.until is not None and wanted.until <= max(wanted.from_, on):
        yield say("A limit ends after the day from which it counts; {day} does not.",
                  day=wanted.until)  # fmt: skip
    if (wanted.state is LimitState.AMOUNT) != bool(wanted.amount):
        yield say("A limit with an amount has one above zero, and others have none.")
    same = current is not None and (
        (current.state, current.amount, current.currency, current.until)
        == (wanted.state, wanted.amount, wanted.currency, wanted.until)
    )
    nothing = current is None and wanted.state is LimitState.NONE_SET
    if same or nothing:
        yield say("Nothing would change. Alter something first.")


def _told(change: LimitChange) -> dict[str, str]:
    return {
        "limit": str(change.amount or change.limit.value),
        "currency": change.currency,
        "from": change.from_.isoformat(),
        "until": change.until.isoformat() if change.until else "",
    }
