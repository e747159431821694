"""Keep one thing for whoever needs it next, and for nobody else at the same time."""

import threading
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Keeping(Generic[Kept]):
    """Room for one thing; may be used by several threads."""

    def __init__(self) -> None:
        self._kept: Kept | None = None
        self._one_at_a_time = threading.Lock()

    def take(self) -> Kept | None:
        """What is kept, which is then the caller's alone; None where nothing is."""
        with self._one_at_a_time:
            kept, self._kept = self._kept, None
        return kept

    def keep(self, thing: Kept) -> Kept | None:
        """Keep it; what was kept before comes back, for somebody has to take leave of it."""
        with self._one_at_a_time:
            before, self._kept = self._kept, thing
        return before
