"""Recall a customer's limits: what is in force on any day, and what was believed on any other."""

from dataclasses import dataclass
from datetime import date

from creditflow.domain.calendar import EndOf
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Refusal
from creditflow.domain.exposure import exposure
from creditflow.domain.in_force import Consumed, InForce, ProjectUse, consume
from creditflow.domain.limit_timeline import Timeline
from creditflow.domain.money import Money
from creditflow.domain.owed import Owed
from creditflow.domain.project import GENERAL
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work


class NotYetKnown(Refusal):
    """Nobody believes anything on a day that has not begun."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """The limits of a customer on the day `on`, as known at the end of `believed`.

    `everything` is all that is recorded, `timeline` what was by then. `owed` is
    today's exposure by project and `consumed` how it uses the limits up; None
    where the question is about another day or an older belief, and where a rate
    is missing.
    """

    customer: Customer
    on: date
    believed: date
    everything: Timeline
    timeline: Timeline
    limits: InForce
    owed: Owed | None = None
    consumed: Consumed | None = None

    @property
    def without_limit(self) -> list[tuple[str, Money]]:
        """What is owed for each project that has no limit of its own: general credit covers it."""
        if self.owed is None or self.consumed is None:
            return []
        own = {GENERAL, *(x.key for x in self.consumed.projects)}
        parts = sorted(self.owed.parts.items())
        return [(self.owed.names[key], x) for key, x in parts if x and key not in own]


def recall(
    customer: CustomerId,
    *,
    on: date,
    believed: date,
    today: date,
    end_of: EndOf,
    work: Work,
) -> Recalled:
    """What was, is or will be in force on that day, as was believed at the end of another.

    Raises NotFound, and NotYetKnown where `believed` is still to come.
    """
    ensure_begun(believed, today)
    known = work.customers.get(customer)
    everything = timeline_of(known, work)
    timeline = everything if believed == today else everything.believed(end_of(believed))
    limits = timeline.on(on)
    owed = _owed(known, on, work) if on == believed == today else None
    consumed = None if owed is None else consume(limits, owed)
    return Recalled(known, on, believed, everything, timeline, limits, owed, consumed)


def ensure_begun(believed: date, today: date) -> None:
    """Raise NotYetKnown for a day that has not begun."""
    if believed > today:
        raise NotYetKnown(
            say(
                "What will be known on {day} is not known yet; ask for {today} or a day before.",
                day=believed,
                today=today,
            )
        )


def headroom(consumed: Consumed) -> list[Sentence]:
    """What a further order may come to, in words: one without a project, and one of each.

    What a project may use follows from its order of consumption.
    """
    room = consumed.room()
    if consumed.rest_over:
        told = [say("{amount} is not covered by any limit.", amount=consumed.rest_over)]
    elif room is None:
        told = [say("Nothing bounds a further order.")]
    else:
        told = [say("A further order may come to {amount}.", amount=room)]
    return [*told, *(_room_of(project, consumed) for project in consumed.projects)]


def _room_of(project: ProjectUse, consumed: Consumed) -> Sentence:
    room = consumed.room(project.name)
    if project.over:
        return say(
            "{amount} of the project {project} is not covered by any limit.",
            amount=project.over,
            project=project.name,
        )
    if room is None:
        return say("Nothing bounds a further order of the project {project}.", project=project.name)
    return say(
        "A further order of the project {project} may come to {amount}.",
        project=project.name,
        amount=room,
    )


def timeline_of(customer: Customer, work: Work) -> Timeline:
    """Everything recorded of the customer's limits."""
    return Timeline(
        customer.currency,
        tuple(work.limits.history(customer.id)),
        tuple(work.added_limits.of(customer.id)),
    )


def _owed(customer: Customer, on: date, work: Work) -> Owed | None:
    ledger, rates = work.ledger.of(customer.id), work.rates.all()
    try:
        return exposure(ledger, currency=customer.currency, rates=rates, on=on).owed
    except NoRate:
        return None
