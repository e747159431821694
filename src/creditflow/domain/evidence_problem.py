"""EvidenceProblem: something in the evidence that cannot be believed, named and with a remedy."""

from dataclasses import dataclass
from enum import StrEnum

from creditflow.domain.sentences import Sentence


class ProblemCode(StrEnum):
    """What kinds of things can be wrong with evidence."""

    NEGATIVE_FIGURE = "negative_figure"
    FIGURE_CURRENCY = "figure_currency"
    PERIOD_LENGTH = "period_length"
    PART_ABOVE_WHOLE = "part_above_whole"
    UNBALANCED = "unbalanced"
    NOT_ABOVE_ZERO = "not_above_zero"
    FUTURE_STATEMENT = "future_statement"
    CONTRADICTING_STATEMENTS = "contradicting_statements"
    UNIT_CHANGED = "unit_changed"
    UNIT_MIXED = "unit_mixed"
    UNIT_AGAINST_LEDGER = "unit_against_ledger"
    DUE_BEFORE_ISSUED = "due_before_issued"
    PAYMENT_CURRENCY = "payment_currency"
    TOO_LARGE = "too_large"
    STALE_LEDGER = "stale_ledger"
    OBSERVATION_UNREADABLE = "observation_unreadable"
    FUTURE_OBSERVATION = "future_observation"


@dataclass(frozen=True, slots=True)
class EvidenceProblem:
    """One thing that is wrong: what, what would help, and the signals that are unknown for it.

    `signals` are those that the problem has a bearing on; none where it was
    left out of what is measured.
    """

    code: ProblemCode
    what: Sentence
    remedy: Sentence
    signals: tuple[str, ...] = ()
