"""Make those who guess wait longer and longer, by account and by address, but nobody for good.

A try is counted before its password is looked at, so that many at once are not
one. The count is in the database: a restart forgets nothing.
"""

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import say
from creditflow.ports import Work

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many wrong tries are free, and how long the next ones wait, in seconds."""

    free: int
    first: float
    longest: float

    def pause(self, failures: int) -> float:
        """Seconds between the last try and the next, doubled with each failure."""
        if failures < self.free:
            return 0.0
        return min(self.longest, self.first * 2.0 ** min(failures - self.free, 60))


BY_NAME = Pace(free=3, first=5.0, longest=60.0)
BY_ADDRESS = Pace(free=20, first=5.0, longest=300.0)
"""Many people may share one address, so it has more free tries."""


class Hasty(Refusal):
    """Too many wrong tries in a row: wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            say("Too many wrong tries. Try again in {seconds} seconds.", seconds=seconds)
        )


def count_try(name: str, address: str, *, at: datetime, work: Work) -> None:
    """Count one try under the name and the address; raises Hasty where it comes too early."""
    subjects = _subjects(name, address)
    seconds = max(_wait(subject, pace, at, work) for subject, pace in subjects)
    if seconds:
        raise Hasty(seconds)
    for subject, _ in subjects:
        work.failed_tries.count(subject, at=at, forgotten=at - FORGOTTEN_AFTER)
    known = work.failed_tries.of(subjects[0][0])
    if known is not None and known.failures == BY_NAME.free + 1:
        _note_guessing(name, address, at=at, work=work)


def forgive(name: str, address: str, *, work: Work) -> None:
    """Forget the tries under the name, and this one under the address: it was right."""
    (own, _), *others = _subjects(name, address)
    work.failed_tries.forget(own)
    for subject, _ in others:
        work.failed_tries.uncount(subject)


def _subjects(name: str, address: str) -> list[tuple[str, Pace]]:
    found = [(f"name:{name[:200].casefold()}", BY_NAME)]
    return [*found, (f"address:{network_of(address)}", BY_ADDRESS)] if address else found


def network_of(address: str) -> str:
    """The address; of an IPv6 one the network of 64 bits that one household has."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 6:  # noqa: PLR2004 - the version's own number
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _wait(subject: str, pace: Pace, at: datetime, work: Work) -> int:
    tries = work.failed_tries.of(subject)
    if tries is None or at - tries.last_at > FORGOTTEN_AFTER:
        return 0
    passed = (at - tries.last_at).total_seconds()
    return max(0, math.ceil(pace.pause(tries.failures) - passed))


def _note_guessing(name: str, address: str, *, at: datetime, work: Work) -> None:
    """Journal it where there is such a person; a name that was mistyped stays out of it."""
    try:
        person = work.people.get(name)
    except NotFound:
        return
    facts = {"address": address, "tries": str(BY_NAME.free)}
    work.journal.record(Entry("security.guessing", person.id, SYSTEM_ACTOR, at, facts))
