"""The evidence of an evaluation as a reader sees it: by side, with source, date and freshness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from creditflow.domain.catalogue import DIMENSIONS
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.signals import Dimension, Evidence, Signal
from creditflow.web.language import Speech
from creditflow.web.signal_definitions import definition
from creditflow.web.signal_names import signal_name, written_value


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One signal; `state` is fresh, stale, unknown, or doubtful where a problem bears on it."""

    name: str
    means: str
    value: str
    signal: Signal
    state: str


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """The signals that show the customer from one side, and how many of them are of use."""

    dimension: Dimension
    rows: Sequence[EvidenceRow]

    @property
    def fresh(self) -> int:
        """How many are known and fresh."""
        return sum(row.state == "fresh" for row in self.rows)


def evidence_groups(
    evaluation: Evaluation | None, currency: str, speech: Speech
) -> list[EvidenceGroup]:
    """All signals of an evaluation, side by side; those that nobody lists come last."""
    if evaluation is None:
        return []
    order = {name: place for place, name in enumerate(DIMENSIONS)}
    signals = sorted(
        evaluation.evidence.values(), key=lambda s: (order.get(s.name, len(order)), s.name)
    )
    groups: dict[Dimension, list[EvidenceRow]] = {dimension: [] for dimension in Dimension}
    for signal in signals:
        groups[DIMENSIONS.get(signal.name, Dimension.CREDIT_HISTORY)].append(
            EvidenceRow(
                name=speech.gettext(signal_name(signal.name)),
                means=speech.gettext(definition(signal.name)),
                value=written_value(signal.name, signal.value, currency, speech),
                signal=signal,
                state=_state(signal, evaluation.evidence, evaluation.on),
            )
        )
    return [EvidenceGroup(dimension, rows) for dimension, rows in groups.items() if rows]


def _state(signal: Signal, evidence: Evidence, on: date) -> str:
    if signal.value is not None:
        return "fresh" if signal.usable(on) else "stale"
    doubted = any(signal.name in problem.signals for problem in evidence.problems)
    return "doubtful" if doubted else "unknown"
