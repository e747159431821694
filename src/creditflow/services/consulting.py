"""Consult a provider about a customer and keep what it says that is new and can be read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.customer import CustomerId
from creditflow.domain.observation import Observation
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import Sentence
from creditflow.ports import Observer, Work
from creditflow.services.importing_observations import (
    journal_change,
    scales_in_force,
    unreadable,
)
from creditflow.services.sifting import differences

OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Consulted:
    """What came of asking: how many words were kept, and why others could not be read."""

    kept: int
    known: int
    unreadable: tuple[Sentence, ...]


def consult(
    customer: CustomerId, *, observer: Observer, work: OpenWork, at: datetime, on: date
) -> Consulted:
    """Ask about one customer on that business date; no transaction is open meanwhile.

    Raises NotFound, and Unavailable where the provider gives no answer: then
    nothing changes, and what is known goes stale in its time.
    """
    with work() as reading:
        known = reading.customers.get(customer)
    said = [o for o in observer.observe(known, on=on) if o.on <= on]
    with work() as writing:
        return _keep(said, at=at, work=writing)


def _keep(said: list[Observation], *, at: datetime, work: Work) -> Consulted:
    scales = scales_in_force(work)
    problems = [problem for o in said if (problem := unreadable(o, scales)) is not None]
    readable = {o.key: o for o in said if unreadable(o, scales) is None}
    before = work.observations.latest({o.subject for o in readable.values()})
    news = [o for key, o in readable.items() if key not in before]
    changed = [o for key, o in readable.items() if key in before and differences(before[key], o)]
    for observation in changed:
        journal_change(before[observation.key], observation, by=SYSTEM_ACTOR, at=at, work=work)
    work.observations.add([*news, *changed])
    kept = len(news) + len(changed)
    return Consulted(kept, len(readable) - kept, tuple(problems))
