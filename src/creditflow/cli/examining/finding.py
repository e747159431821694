"""Finding: one thing that was examined, how it is, and what would help."""

from dataclasses import dataclass
from enum import StrEnum

from creditflow.domain.sentences import Sentence


class State(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, how it is, and the remedy where something is wrong."""

    what: Sentence
    state: State
    remedy: Sentence | None = None


def fine(what: Sentence) -> Finding:
    """It is as it should be."""
    return Finding(what, State.OK)


def warning(what: Sentence, remedy: Sentence) -> Finding:
    """It works, but somebody should look."""
    return Finding(what, State.WARNING, remedy)


def problem(what: Sentence, remedy: Sentence) -> Finding:
    """It does not work."""
    return Finding(what, State.PROBLEM, remedy)
