"""Read what somebody supposes in a form: values in the unit in which they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from creditflow.domain.catalogue import CHOICES, SHARE, SIGNALS, is_category
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.signals import SignalValue
from creditflow.web.signal_names import signal_name

PREFIX = "v."
"""Fields of signals begin with it, so that they never meet another field's name."""

LONGEST, LARGEST = 24, Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Supposed:
    """The values that differ from those that were seen, and what could not be read."""

    values: Mapping[str, SignalValue]
    problems: tuple[Sentence, ...]


def typed(signal: str, value: SignalValue) -> str:
    """A value as it stands in its field; shares as percent, the unknown as nothing."""
    if not isinstance(value, Decimal):
        return value or ""
    shown = value * 100 if SIGNALS.get(signal) == SHARE else value
    return f"{shown.normalize():f}" if shown else "0"


def read_supposed(fields: Mapping[str, str], evaluation: Evaluation) -> Supposed:
    """What is supposed of the evaluation's customer; fields that say what was seen say nothing."""
    values: dict[str, SignalValue] = {}
    problems: list[Sentence] = []
    for name, text in fields.items():
        signal, said = name.removeprefix(PREFIX), text.strip()
        if not name.startswith(PREFIX) or signal not in SIGNALS:
            continue
        if said == typed(signal, seen(evaluation, signal)):
            continue
        try:
            values[signal] = _read(signal, said)
        except (InvalidOperation, ValueError):
            problems.append(
                say(
                    "{name}: {value} cannot be read. Write a plain number, or nothing where it is"
                    " not known.",
                    name=signal_name(signal),
                    value=said[:LONGEST],
                )
            )
    return Supposed(values, tuple(problems))


def seen(evaluation: Evaluation, signal: str) -> SignalValue:
    """What was seen of a signal, None where that is unknown or stale."""
    found = evaluation.evidence.get(signal)
    return found.value if found is not None and found.usable(evaluation.on) else None


def _read(signal: str, said: str) -> SignalValue:
    if not said:
        return None
    if is_category(signal):
        if said not in CHOICES.get(signal, (said,)):
            raise ValueError(said)
        return said
    number = Decimal(said.rstrip("%").strip().replace(",", "").replace("−", "-"))
    if len(said) > LONGEST or not number.is_finite() or abs(number) > LARGEST:
        raise ValueError(said)
    return number / 100 if SIGNALS[signal] == SHARE else number
