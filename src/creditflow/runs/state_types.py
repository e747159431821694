"""The types of states that Prefect gives to runs, as far as it matters here."""

from typing import Final

TERMINAL: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
"""State types that a run does not leave by itself."""

IN_HAND: Final = frozenset({"PENDING", "RUNNING"})
"""State types in which some worker holds the run."""
