"""Tell hooks of what the journal holds: planned by reading alone, kept once, delivered until taken.

A message may arrive twice, where the answer was lost; its id is the same then. One
that is refused, or was tried too often, stays here for a person to send again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from creditflow.domain.case import Case
from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.hook import Hook, HookEvent, HookState
from creditflow.domain.journal import Entry, SealedEntry
from creditflow.domain.message import Channel, Message
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed, Work
from creditflow.services.hooking import note_outcome
from creditflow.services.messaging import OpenWork, claim, settle

READER = "hooks"
"""Under which name the journal was read so far."""

MOST_ENTRIES = 500
MOST_ATTEMPTS = 10
"""So many tries take some twelve hours."""

DECIDED = {
    "case.approve": "approved",
    "case.approve_with_change": "approved_with_change",
    "case.reject": "rejected",
    "case.return": "returned",
    "case.approved_by_policy": "approved_by_policy",
}
TROUBLED = {
    "letter.no_address": "no_address",
    "letter.failed": "refused",
    "letter.given_up": "given_up",
    "letter.uncertain": "uncertain",
    "letter.bounced": "came_back",
}
EVENTS: Mapping[str, HookEvent] = {
    "case.opened": HookEvent.CASE_OPENED,
    "case.escalated": HookEvent.CASE_ESCALATED,
    "case.nobody_may_decide": HookEvent.CASE_STUCK,
    "limit.applied": HookEvent.LIMIT_APPLIED,
    "limit.granted": HookEvent.LIMIT_GRANTED,
    "limit.ended": HookEvent.LIMIT_ENDED,
    **dict.fromkeys(DECIDED, HookEvent.CASE_DECIDED),
    **dict.fromkeys(TROUBLED, HookEvent.LETTER_TROUBLED),
}
"""The entries of which hooks can be told."""

PASSED_ON = ("desk", "due", "kind", "limit", "project", "from", "until")
"""Facts of an entry that are told as they are."""


def plan_broadcast(*, at: datetime, work: Work) -> tuple[list[Message], int | None, int] | None:
    """Messages to promise, and how far the journal was read; None: nothing new."""
    since = work.bookmarks.of(READER)
    if since is None:
        return [], None, work.journal.last()
    entries = work.journal.entries(after=since, most=MOST_ENTRIES)
    if not entries:
        return None
    hooks = [hook for hook in work.hooks.all() if hook.state is HookState.ON]
    messages = [m for sealed in entries if hooks for m in _messages(sealed, hooks, at, work)]
    return messages, since, entries[-1].seq


def keep_broadcast(messages: Sequence[Message], since: int | None, to: int, *, work: Work) -> int:
    """Promise what was planned; zero where somebody else was quicker."""
    if not work.bookmarks.move(READER, to, since=since):
        return 0
    return work.messages.add(messages)


def deliver_to_hook(
    *,
    work: OpenWork,
    send: Callable[[Hook, Message], Handed],
    owner: str,
    at: Callable[[], datetime],
) -> Message | None:
    """Deliver the next message to a hook that is due; None where none is due."""
    claimed = claim(Channel.HOOK, work=work, owner=owner, at=at())
    if claimed is None:
        return None
    with work() as reading:
        hook = reading.hooks.get(claimed.to)
    handed = _sent(hook, claimed, send)
    settled = settle(claimed, handed, work=work, at=at, most_attempts=MOST_ATTEMPTS)
    with work() as noting:
        fresh = noting.hooks.get(claimed.to)
        note_outcome(fresh, handed.delivery is Delivery.ACCEPTED, at=at(), work=noting)
    return settled


def _sent(hook: Hook, message: Message, send: Callable[[Hook, Message], Handed]) -> Handed:
    if hook.state is not HookState.ON:
        off = say("Hook {name} is {state}.", name=hook.name, state=hook.state.value)
        return Handed(Delivery.REFUSED, str(off))
    try:
        handed = send(hook, message)
    except Unavailable as trouble:
        return Handed(Delivery.LATER, str(trouble))
    # Whoever is told twice knows the id, so what may have arrived is told again.
    unsure = handed.delivery is Delivery.UNKNOWN
    return replace(handed, delivery=Delivery.LATER) if unsure else handed


def _messages(
    sealed: SealedEntry, hooks: Sequence[Hook], at: datetime, work: Work
) -> Iterator[Message]:
    entry = sealed.entry
    event = EVENTS.get(entry.what)
    told = [hook for hook in hooks if event is not None and hook.is_told(event, entry.at)]
    if event is None or not told:
        return
    facts = _facts(entry, work)
    if facts is None:
        return
    for hook in told:
        key = f"hook.{hook.id}.{sealed.seq}"
        yield Message(key, Channel.HOOK, hook.id, event.value, entry.subject, at, at, facts)


def _facts(entry: Entry, work: Work) -> dict[str, str] | None:
    """What is told of an entry, as plain text; None where it is no final decision after all.

    Never a score, a grade, a reason or what a customer's papers say.
    """
    try:
        case = work.cases.get(entry.subject)
    except NotFound:
        case = None  # a letter that belongs to no case
    facts = {"at": entry.at.isoformat()}
    if case is not None:
        customer = work.customers.get(case.customer)
        facts |= {"case": case.id, "customer": customer.id, "customer_name": customer.name,
                  "customer_name_en": customer.name_en or ""}  # fmt: skip
    amount: Money | None = None
    if entry.what in DECIDED and case is not None:
        final = [d for d in work.decisions.of(case.id) if d.final and d.at == entry.at]
        if not final:
            return None
        amount = final[-1].limit
        facts["outcome"] = DECIDED[entry.what]
    elif entry.what in TROUBLED:
        facts |= {"letter": entry.facts.get("letter", ""), "outcome": TROUBLED[entry.what]}
    elif case is not None:
        amount = _amount(entry, case, work)
    facts |= {name: entry.facts[name] for name in PASSED_ON if name in entry.facts}
    if amount is not None:
        facts |= {"amount": str(amount.major), "currency": amount.currency}
    return {name: text for name, text in facts.items() if text}


def _amount(entry: Entry, case: Case, work: Work) -> Money | None:
    """What is proposed, what was brought into force, or what came or went on top of that."""
    if entry.what in ("limit.granted", "limit.ended"):
        return work.added_limits.get(entry.facts["limit"]).amount
    if entry.what == "limit.applied":
        history = work.limits.history(case.customer)
        return next((x.amount for x in reversed(history) if x.case_id == case.id), None)
    return work.proposals.get(case.proposal_id).proposed if case.proposal_id else None
