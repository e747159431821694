"""Import what others have observed: only what can be read, of customers that are known.

Whatever was said stays in the record; a later word of the same provider about
the same thing and day takes its place, and the journal says so.
"""

from collections.abc import Mapping
from datetime import datetime

from creditflow.domain.errors import NotFound
from creditflow.domain.hand_in import Kind
from creditflow.domain.journal import Entry
from creditflow.domain.observation import About, Key, Observation
from creditflow.domain.observing import reading
from creditflow.domain.scale import Scale
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.sifting import Sifted, differences
from creditflow.services.sifting_rows import not_of_the_future

_KIND = Kind.SIGNALS


def import_observations(sifted: Sifted, *, by: str, at: datetime, work: Work) -> None:
    """Add observations that are new, and those that say something else than before."""
    observations = sifted.hand_in.signals
    if not observations:
        return
    good = _of_known_customers(sifted, observations, work)
    good = not_of_the_future(sifted, _KIND, good, "on", on=at.date())
    good = _readable(sifted, good, scales_in_force(work))
    good = _once(sifted, good)
    before = work.observations.latest({o.subject for o in good})
    new = [o for o in good if o.key not in before]
    changed = [o for o in good if o.key in before and differences(before[o.key], o)]
    sifted.counts[_KIND].known += len(good) - len(new) - len(changed)
    for observation in changed:
        journal_change(before[observation.key], observation, by=by, at=at, work=work)
    work.observations.add([*new, *changed])
    sifted.keep(_KIND, new)
    sifted.keep(_KIND, changed, replaced=True)


def scales_in_force(work: Work) -> Mapping[str, Scale]:
    """The scales of the policy in force; none before one was published."""
    try:
        return work.policies.current().scales
    except NotFound:
        return {}


def unreadable(observation: Observation, scales: Mapping[str, Scale]) -> Sentence | None:
    """Why nothing follows from the observation; None where something does."""
    value = reading(observation, scales, observation.on)
    return value if isinstance(value, Sentence) else None


def journal_change(
    old: Observation, new: Observation, *, by: str, at: datetime, work: Work
) -> None:
    """Record that a provider's word about the same thing and day has changed."""
    changes = {name: f"{was} → {is_}" for name, was, is_ in differences(old, new)}
    facts = {"signal": new.what, "on": new.on.isoformat(), "provider": new.provider, **changes}
    work.journal.record(Entry("observation.replaced", new.subject, by, at, facts))


def _of_known_customers(
    sifted: Sifted, observations: tuple[Observation, ...], work: Work
) -> list[Observation]:
    named = {o.subject for o in observations if o.about is About.CUSTOMER}
    known = work.customers.known(named)
    good = []
    for observation in observations:
        if observation.about is not About.CUSTOMER or observation.subject in known:
            good.append(observation)
            continue
        what = say("There is no customer {customer}.", customer=observation.subject)
        remedy = say("Hand in the customer first, then this file again.")
        _reject(sifted, observation, "customer", what, remedy)
    return good


def _readable(
    sifted: Sifted, observations: list[Observation], scales: Mapping[str, Scale]
) -> list[Observation]:
    good = []
    for observation in observations:
        what = unreadable(observation, scales)
        if what is None:
            good.append(observation)
            continue
        remedy = say(
            "Write the value as the template shows it. The policy has these scales: {scales}.",
            scales=", ".join(sorted(scales)) or "-",
        )
        _reject(sifted, observation, "value", what, remedy)
    return good


def _once(sifted: Sifted, observations: list[Observation]) -> list[Observation]:
    """Of two rows about the same thing and day the first; the second is known, or rejected."""
    first: dict[Key, Observation] = {}
    for observation in observations:
        earlier = first.setdefault(observation.key, observation)
        if earlier is observation:
            continue
        if not differences(earlier, observation):
            sifted.counts[_KIND].known += 1
            continue
        what = say(
            "{provider} says {other} about the same thing and day in this file already.",
            provider=observation.provider,
            other=earlier.value,
        )
        remedy = say("Keep the row that is right, or give each its own day.")
        _reject(sifted, observation, "value", what, remedy)
    return list(first.values())


def _reject(
    sifted: Sifted, observation: Observation, column: str, what: Sentence, remedy: Sentence
) -> None:
    value = observation.value if column == "value" else observation.subject
    sifted.counts[_KIND].rejected += 1
    sifted.reject(observation, column, value, what, remedy)
