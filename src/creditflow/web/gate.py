"""A gate before the pages for anybody: so many tries per minute from one place, then wait."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say

WINDOW = timedelta(minutes=10)
MOST_PER_WINDOW = 30
MOST_REMEMBERED = 10_000


class Crowded(Refusal):
    """Too many tries from there."""


@dataclass
class Gate:
    """Counts tries by name (an address, a letter) in memory; a restart forgets them."""

    most: int = MOST_PER_WINDOW
    _tries: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, name: str, at: datetime) -> None:
        """Count one try; raises Crowded where there were too many within the window."""
        with self._lock:
            tries = self._tries.pop(name, deque())
            while tries and at - tries[0] > WINDOW:
                tries.popleft()
            self._tries[name] = tries
            if len(self._tries) > MOST_REMEMBERED:
                self._tries.pop(next(iter(self._tries)))
            if len(tries) >= self.most:
                raise Crowded(say("Too many tries. Please wait ten minutes and try again."))
            tries.append(at)
