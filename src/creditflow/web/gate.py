"""A gate before the pages for anybody: so many visits per window from one place, then wait.

It counts every visit and not only wrong ones, which is what `guarding` does with
passwords; so it costs no write, and what it forgets in a restart helps nobody to
guess a code of twelve signs.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say
from creditflow.services.guarding import network_of

WINDOW = timedelta(minutes=10)
MOST_PER_WINDOW = 30
MOST_REMEMBERED = 10_000


class Crowded(Refusal):
    """Too many tries from there."""


@dataclass
class Gate:
    """Counts tries by page and network of the address in memory."""

    most: int = MOST_PER_WINDOW
    _tries: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, page: str, address: str, at: datetime) -> None:
        """Count one try; raises Crowded where there were too many within the window."""
        name = f"{page} {network_of(address)}"
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
