"""Deliver letters from a real database, and be killed by SIGKILL at every point of the way.

`python -m tests.services.dying_relay URL PORT ORDER` forks one relay per letter,
each of which dies at its point; then it recovers and delivers what is left, as
the heartbeat would. ORDER is `ours`, or one of two naive orders of doing it.
Prints the state of each letter as JSON.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.letter import LetterState
from creditflow.ports import Handed, Handover, Post, Work
from creditflow.post.smtp import SmtpPost
from creditflow.services.relaying import LEASE, deliver_one, recover_lapsed
from creditflow.store.database import Database
from tests.makers import NOW, a_case, a_customer, a_letter, a_policy

POINTS = ("claim", "approach", "enter", "before_data", "after_data", "settle")
"""Before the claim's commit, behind it, before `in_data`'s commit, behind it before DATA, after
DATA before the last transaction, and in that transaction before its commit."""

ROUNDS = 3
TRANSACTIONS = ("claim", "enter", "settle")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Mortal:
    """A relay's surroundings: the real ones, until the point is reached."""

    database: Database
    post: Post
    point: str
    opened: int = 0

    @contextmanager
    def work(self) -> Iterator[Work]:
        name = TRANSACTIONS[min(self.opened, 2)]
        self.opened += 1
        with self.database.work() as work:
            yield work
            if name == self.point:
                die()

    def approach(self, message: bytes, *, recipient: str) -> "Mortal | Handed":
        if self.point == "approach":
            die()
        way = self.post.approach(message, recipient=recipient)
        if isinstance(way, Handed):
            return way
        self.way: Handover = way
        return self

    def send(self) -> Handed:
        if self.point == "before_data":
            die()
        handed = self.way.send()
        if self.point == "after_data":
            die()
        return handed

    def close(self) -> None:
        self.way.close()


def ours(mortal: Mortal, letter: str | None, at: Callable[[], datetime]) -> bool:
    return bool(deliver_one(work=mortal.work, post=mortal, owner="r", at=at, letter=letter))


def naive(first: str) -> Callable[[Mortal, str | None, Callable[[], datetime]], bool]:
    """Send and then mark, or mark and then send: one transaction instead of three."""

    def deliver(mortal: Mortal, letter: str | None, at: Callable[[], datetime]) -> bool:
        with mortal.database.reading() as work:
            pending = work.letters.in_state(LetterState.PENDING)
        chosen = next((x for x in pending if letter in (None, x.id)), None)
        if chosen is None:
            return False

        def send() -> None:
            way = mortal.approach(chosen.message, recipient=chosen.recipient or "")
            if not isinstance(way, Handed):
                way.send()
                way.close()

        def mark() -> None:
            with mortal.database.work() as work:
                work.letters.put(replace(chosen, state=LetterState.SENT))

        for step in (send, mark) if first == "send" else (mark, send):
            step()
        return True

    return deliver


ORDERS = {"ours": ours, "send_then_mark": naive("send"), "mark_then_send": naive("mark")}


def fill(url: str) -> list[tuple[str, str]]:
    """One case with a pending letter for each point and round; (letter, point) pairs."""
    database = Database(url, policy_from_json=lambda _text, version: a_policy(version))
    database.migrate()
    plan = []
    with database.work() as work:
        for number, point in enumerate(POINTS * ROUNDS):
            customer = CustomerId(f"C{number}")
            work.customers.put_all([a_customer(customer)])
            case = a_case(f"CASE-{number}", customer=customer, state=CaseState.APPLIED)
            work.cases.add(case)
            letter = a_letter(f"L-{number}", case_id=case.id, customer=customer, due_at=NOW)
            work.letters.add(letter)
            plan.append((letter.id, point))
    database.close()
    return plan


def main(url: str, port: int, order: str) -> None:
    deliver = ORDERS[order]
    post = SmtpPost("127.0.0.1", port, "none", "credit@company.example", timeout=5)

    def opened(point: str) -> Mortal:
        return Mortal(
            Database(url, policy_from_json=lambda _text, version: a_policy(version)), post, point
        )

    plan = fill(url)
    for letter, point in plan:
        child = os.fork()
        if not child:
            deliver(opened(point), letter, lambda: NOW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if order == "ours" and status != signal.SIGKILL:
            raise SystemExit(f"the relay survived {point}: {status}")

    survivor, now = opened("never"), NOW + LEASE + timedelta(seconds=1)
    with survivor.database.work() as work:
        recover_lapsed(work=work, at=now)
    while deliver(survivor, None, lambda: now):
        pass
    with survivor.database.reading() as work:
        states = {letter: work.letters.get(letter).state.value for letter, _ in plan}
        cases = {letter: work.cases.get(f"CASE-{letter[2:]}").state.value for letter, _ in plan}
    survivor.database.close()
    print(json.dumps({"plan": plan, "states": states, "cases": cases}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
