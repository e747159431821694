"""Notice rules: which letters fall due without a case, and why; pure.

The policy says for each kind when it is due and how long it then rests. A kind
that the policy does not mention is never written by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.notice_rules import HoldRule, NoticeRules
from creditflow.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Ending:
    """A temporary or a project limit that counts on `[from_, until)`."""

    limit: str
    from_: date
    until: date


TOLD_LATE = timedelta(days=7)
"""So long after its end a customer is told that a limit is over: letters rest on holidays."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a customer on a day, as far as notices depend on it.

    Of the `judged` latest paid invoices `late` came late, by `average_days` on
    average. `overdue` is what `invoices` of them owe past due, the oldest for
    `oldest_days`. `over` is what no limit covers of open invoices and orders
    (None: nothing, or there is no bound). `statement` is the end of the latest
    period (None: no statement was ever known), `review` the day of the next
    review (None: not known). `said` is when a letter of each kind was last
    written; `is_held` that the last word on deliveries was a hold, and
    `held_by_rule` that this was the rule's word and not a person's. `endings`
    are temporary and project limits whose end the customer was not told yet.
    """

    on: date
    judged: int
    late: int
    average_days: int
    overdue: Money
    invoices: int
    oldest_days: int
    over: Money | None
    until: date | None
    statement: date | None
    review: date | None
    said: Mapping[Notice, date]
    is_held: bool
    held_by_rule: bool
    endings: tuple[Ending, ...] = ()

    def rests(self, days: int, *kinds: Notice) -> bool:
        """Whether a letter of one of these kinds was written within so many days."""
        since = self.on - timedelta(days=days)
        return any(self.said.get(kind, date.min) > since for kind in kinds)


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that falls due: which, why, and what makes it this one and no other.

    `limit` is the temporary or project limit that it is about, if it is about one.
    """

    notice: Notice
    why: Sentence
    key: str
    limit: str = ""


def fall_due(rules: NoticeRules, standing: Standing) -> tuple[Due, ...]:
    """The letters that fall due for a customer; of each kind at most one, or one per limit."""
    return tuple(
        due
        for find in (
            _payment_behaviour,
            _held,
            _released,
            _statements_wanted,
            _limit_ends,
            _credit_on_top_ends,
        )
        for due in find(rules, standing)
    )


def _payment_behaviour(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    rule = rules.payment_behaviour
    if rule is None or s.judged < rule.invoices or s.rests(rule.pause_days, _BEHAVIOUR):
        return
    if s.late >= rule.share * s.judged and s.average_days >= rule.days and s.late:
        why = say(
            "{late} of the last {judged} paid invoices came late, by {days} days on average.",
            late=s.late, judged=s.judged, days=s.average_days,
        )  # fmt: skip
        yield Due(_BEHAVIOUR, why, _after(s, _BEHAVIOUR))


def _held(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    rule = rules.held
    if rule is None or s.is_held or s.rests(rule.pause_days, Notice.HELD, Notice.RELEASED):
        return
    if why := _grounds(rule, s):
        yield Due(Notice.HELD, why, _after(s, Notice.HELD))


def _released(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    rule = rules.held
    if rule is None or not s.held_by_rule or _grounds(rule, s) is not None:
        return
    why = say("Nothing is too long past due any more, and orders fit the limit.")
    yield Due(Notice.RELEASED, why, _after(s, Notice.HELD))


def _grounds(rule: HoldRule, s: Standing) -> Sentence | None:
    """Why deliveries are on hold; None where nothing speaks for it."""
    if s.invoices and s.oldest_days > rule.overdue_days:
        return say(
            "{overdue} is past due, the oldest invoice for {days} days.",
            overdue=s.overdue, days=s.oldest_days,
        )  # fmt: skip
    if rule.over_limit and s.over is not None:
        return say("Open invoices and confirmed orders exceed the limit by {over}.", over=s.over)
    return None


def _statements_wanted(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    rule, kind = rules.statements_wanted, Notice.STATEMENTS_WANTED
    if rule is None or s.review is None or s.rests(rule.pause_days, kind):
        return
    is_near = s.review - timedelta(days=rule.before_days) <= s.on
    if is_near and (s.statement is None or (s.on - s.statement).days > rule.days):
        why = (
            say("The next review is due on {review}, and no statement is known.", review=s.review)
            if s.statement is None
            else say(
                "The next review is due on {review}, and the latest statement ends on {statement}.",
                review=s.review, statement=s.statement,
            )
        )  # fmt: skip
        yield Due(kind, why, _after(s, kind))


def _limit_ends(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    rule = rules.limit_ends
    if rule is None or s.until is None or s.until <= s.on:
        return
    told = s.said.get(Notice.LIMIT_ENDS, date.min)
    begins = s.until - timedelta(days=rule.before_days)
    if begins <= s.on and told < begins:
        why = say("The limit ends on {until}.", until=s.until)
        yield Due(Notice.LIMIT_ENDS, why, s.until.isoformat())


def _credit_on_top_ends(rules: NoticeRules, s: Standing) -> Iterator[Due]:
    """Told as long before as the end of a base limit, but not before half of its days are over."""
    rule = rules.limit_ends
    if rule is None:
        return
    for ending in s.endings:
        half = max(1, (ending.until - ending.from_).days // 2)
        begins = ending.until - timedelta(days=min(rule.before_days, half))
        if begins <= s.on < ending.until + TOLD_LATE:
            why = say("Limit {limit} ends on {until}.", limit=ending.limit, until=ending.until)
            yield Due(Notice.LIMIT_ENDS, why, f"{ending.limit}:{ending.until}", ending.limit)


def _after(s: Standing, kind: Notice) -> str:
    """What sets this letter apart from the last of its kind: that it comes after it."""
    last = s.said.get(kind)
    return f"after {last.isoformat()}" if last else "first"


_BEHAVIOUR = Notice.PAYMENT_BEHAVIOUR
