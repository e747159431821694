"""Observing: what others have said becomes signals, the worst of what is fresh first.

Of one provider the latest word counts. Where several are fresh, the worst of
them is taken, so that no good word hides a bad one; where none is, the latest
stale one is shown, and nothing counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.catalogue import CHOICES, KINDS
from creditflow.domain.customer import Customer
from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.observation import OBSERVABLE, Observation, Reads
from creditflow.domain.policy import Policy
from creditflow.domain.scale import Scale, number_of
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.signals import Signal, SignalValue

MOST_COUNT = 9_999
BADNESS: Mapping[str, Sequence[str]] = {
    "registry_status": ("active", "abnormal", "in_liquidation", "deregistered"),
    **dict.fromkeys(("insolvency", "dishonest_debtor", "sanctioned"), ("no", "yes")),
}
"""The words of each category, from good to bad."""

_REMEDY = say("Correct the value at its source, or hand in a newer observation.")


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation as a value of its signal, with the day on which it goes stale."""

    observation: Observation
    value: SignalValue
    stale_after: date


def observe(
    observations: Iterable[Observation],
    customer: Customer,
    policy: Policy,
    on: date,
) -> tuple[dict[str, Signal], list[EvidenceProblem]]:
    """The signals that observations of that customer, its sector and its country give.

    Nothing that was observed after the day counts. What cannot be read is a
    problem and unknown.
    """
    problems: list[EvidenceProblem] = []
    seen: dict[str, list[Seen]] = {}
    for observation in _latest(o for o in observations if o.on <= on and o.concerns(customer)):
        signal, _ = OBSERVABLE[observation.what]
        value = reading(observation, policy.scales, on)
        if isinstance(value, Sentence):
            problems.append(
                EvidenceProblem(ProblemCode.OBSERVATION_UNREADABLE, value, _REMEDY, (signal,))
            )
            value = None
        stale_after = _stale_after(observation, signal, policy)
        seen.setdefault(signal, []).append(Seen(observation, value, stale_after))
    return {name: _signal(name, found, on) for name, found in seen.items()}, problems


def reading(
    observation: Observation, scales: Mapping[str, Scale], on: date
) -> SignalValue | Sentence:
    """The value that the observation means on that day; a sentence says why it means none."""
    _, reads = OBSERVABLE[observation.what]
    value = observation.value
    if reads is Reads.STANDING:
        return _standing(observation, scales)
    if reads is Reads.DAY:
        return _days_since(value, on)
    if reads is Reads.WORD:
        words = CHOICES[observation.what]
        return value if value in words else _not_a_word(value, words)
    return _count(value) if reads is Reads.COUNT else _outlook(value)


def _count(value: str) -> Decimal | Sentence:
    number = number_of(value)
    whole = number is not None and number == number.to_integral_value()
    if number is None or not whole or not 0 <= number <= MOST_COUNT:
        return say("{value} is not a count from 0 to {most}.", value=value, most=MOST_COUNT)
    return Decimal(int(number))


def _outlook(value: str) -> Decimal | Sentence:
    number = number_of(value)
    if number is None or not -1 <= number <= 1:
        return say("{value} is not an outlook from -1 to 1.", value=value)
    return number


def _not_a_word(value: str, words: Sequence[str]) -> Sentence:
    return say(
        "{value} is none of the words that are known here: {words}.",
        value=value,
        words=", ".join(words),
    )


def _days_since(value: str, on: date) -> Decimal | Sentence:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return say("{value} is not a day such as 2019-05-31.", value=value)
    if day > on:
        return say("{value} lies after {on}, the day that is judged.", value=day, on=on)
    return Decimal((on - day).days)


def _standing(observation: Observation, scales: Mapping[str, Scale]) -> Decimal | Sentence | None:
    scale = scales.get(observation.scale or "")
    if scale is None:
        return say(
            "The policy has no scale {scale} for the grade {value} of {provider}.",
            scale=observation.scale,
            value=observation.value,
            provider=observation.provider,
        )
    return scale.standing(observation.value)


def _latest(observations: Iterable[Observation]) -> list[Observation]:
    """Of each provider, about each subject, the latest word on each thing."""
    latest: dict[tuple[str, str, str], Observation] = {}
    for observation in sorted(observations, key=lambda o: o.key):
        latest[observation.what, f"{observation.about} {observation.subject}",
               observation.provider] = observation  # fmt: skip
    return [latest[key] for key in sorted(latest)]


def _stale_after(observation: Observation, signal: str, policy: Policy) -> date:
    life = timedelta(days=policy.shelf_life_days(KINDS[signal]) or 0)
    last = observation.on + life
    return last if observation.valid_until is None else min(last, observation.valid_until)


def _signal(name: str, found: Sequence[Seen], on: date) -> Signal:
    fresh = [s for s in found if s.value is not None and on <= s.stale_after]
    known = [s for s in found if s.value is not None]
    if fresh:
        chosen = max(fresh, key=lambda s: (badness(name, s.value), s.observation.key))
    else:
        chosen = max(known or found, key=lambda s: (s.observation.on, s.observation.key))
    return Signal(
        name, chosen.value, chosen.observation.on, _source(name, chosen), chosen.stale_after
    )


def badness(name: str, value: SignalValue) -> Decimal:
    """Higher is worse: later words of a category, more cases, a lower standing or outlook."""
    if isinstance(value, str):
        return Decimal(list(BADNESS[name]).index(value))
    number = value if value is not None else Decimal(0)
    return number if name.endswith("_12m") else -number


def _source(name: str, seen: Seen) -> str:
    said, kind = seen.observation, KINDS[name].value
    where = "" if said.about.value == "customer" else f" [{said.subject}]"
    grade = f" = {said.value} ({said.scale})" if said.scale else ""
    return f"{kind}: {said.provider}{where}{grade}"
