from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.letter import Letter, LetterState
from creditflow.ports import Delivery, Handed
from creditflow.post.smtp import SmtpPost
from creditflow.services.relaying import (
    FIRST_WAIT,
    GIVE_UP_AFTER,
    LEASE,
    LONGEST_WAIT,
    Resolution,
    deliver_one,
    marked_copy,
    recover_lapsed,
    resolve_uncertain,
    try_again,
    wait_before,
)
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_case, a_letter, a_policy
from tests.post.servers import DROP, fault_server

MESSAGE = b"Subject: x\r\nMessage-ID: <l-1.abc@company.example>\r\n\r\nMessage-ID: hello\r\n"


@dataclass
class Clock:
    """A moment that tests move by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now


def a_database(count: int = 1, state: CaseState = CaseState.APPLIED) -> FakeDatabase:
    """Cases whose letters are pending."""
    database = FakeDatabase(a_policy())
    with database.work() as work:
        for n in range(1, count + 1):
            customer = CustomerId(f"C00{n}")
            work.cases.add(a_case(f"CASE-{n}", state=state, letter_id=f"L-{n}", customer=customer))
            message = MESSAGE.replace(b"l-1", b"l-%d" % n)
            work.letters.add(a_letter(f"L-{n}", case_id=f"CASE-{n}", message=message, due_at=NOW))
    return database


def a_post(port: int) -> SmtpPost:
    return SmtpPost(
        "127.0.0.1", port, "none", "credit@company.example", timeout=5, connect_timeout=5
    )


def letter(database: FakeDatabase, id: str = "L-1") -> Letter:  # noqa: A002
    with database.reading() as work:
        return work.letters.get(id)


def case_state(database: FakeDatabase, id: str = "CASE-1") -> CaseState:  # noqa: A002
    with database.reading() as work:
        return work.cases.get(id).state


def happened(database: FakeDatabase, subject: str = "CASE-1") -> list[str]:
    with database.reading() as work:
        return [x.entry.what for x in work.journal.of(subject)]


# ------------------------------------------------------------------ what each answer leads to


@pytest.mark.parametrize("state", [CaseState.APPLIED, CaseState.REJECTED])
def test_an_accepted_letter_is_sent_and_its_case_is_at_its_end(state):
    database = a_database(state=state)
    with fault_server() as server:
        sent = deliver_one(work=database.work, post=a_post(server.port), owner="a", at=Clock())
    assert sent == letter(database)
    assert (sent.state, sent.sent_at, sent.attempts) == (LetterState.SENT, NOW, 1)
    assert sent.answer == "end of data: 250 queued as 7"
    assert server.arrived == [MESSAGE]
    assert case_state(database) is CaseState.NOTIFIED
    assert happened(database) == ["letter.sent", "case.notified"]
    # And never again.
    assert deliver_one(work=database.work, post=a_post(1), owner="a", at=Clock()) is None
    assert (
        deliver_one(work=database.work, post=a_post(1), owner="a", at=Clock(), letter="L-1") is None
    )


@pytest.mark.parametrize(
    ("stage", "answer", "state", "entry"),
    [
        ("connect", "421 busy", LetterState.PENDING, "letter.deferred"),
        ("RCPT", "450 greylisted", LetterState.PENDING, "letter.deferred"),
        ("DATA", DROP, LetterState.PENDING, "letter.deferred"),
        ("end", "452 full", LetterState.PENDING, "letter.deferred"),
        ("RCPT", "550 unknown", LetterState.FAILED, "letter.failed"),
        ("end", "554 spam", LetterState.FAILED, "letter.failed"),
        ("end", DROP, LetterState.UNCERTAIN, "letter.uncertain"),
    ],
)
def test_what_was_not_accepted_stays_visible(stage, answer, state, entry):
    database = a_database()
    with fault_server(**{stage: answer}) as server:
        after = deliver_one(work=database.work, post=a_post(server.port), owner="a", at=Clock())
    assert after.state is state
    assert after.answer
    assert case_state(database) is CaseState.APPLIED
    assert happened(database) == [entry]
    assert (after.due_at is not None) == (state is LetterState.PENDING)


def test_a_letter_that_waits_is_tried_again_until_it_is_taken():
    database, clock = a_database(), Clock()
    with fault_server(RCPT="450 later") as server:
        for attempt in range(1, 5):
            deferred = deliver_one(
                work=database.work, post=a_post(server.port), owner="a", at=clock
            )
            assert deferred.attempts == attempt
            assert deliver_one(work=database.work, post=a_post(1), owner="a", at=clock) is None
            clock.now = deferred.due_at
    with fault_server() as server:
        sent = deliver_one(work=database.work, post=a_post(server.port), owner="a", at=clock)
    assert sent.state is LetterState.SENT
    assert server.arrived == [MESSAGE]


def test_waits_double_up_to_a_bound_and_are_not_all_alike():
    waits = [wait_before("L-1", n) for n in range(1, 40)]
    assert FIRST_WAIT <= waits[0] < 1.25 * FIRST_WAIT
    assert waits[2] >= 4 * FIRST_WAIT
    assert max(waits) <= 1.25 * LONGEST_WAIT
    assert len({wait_before(f"L-{n}", 9) for n in range(20)}) > 10


def test_after_days_of_trying_a_letter_has_failed_and_a_person_can_try_again():
    database, clock = a_database(), Clock(NOW + GIVE_UP_AFTER)
    given_up = deliver_one(work=database.work, post=a_post(1), owner="a", at=clock)
    assert given_up.state is LetterState.FAILED
    assert happened(database) == ["letter.given_up"]
    with database.work() as work:
        try_again("L-1", by="manager.li", at=clock(), work=work)
    with fault_server() as server:
        deliver_one(work=database.work, post=a_post(server.port), owner="a", at=clock)
    assert server.arrived == [MESSAGE]
    with database.work() as work, pytest.raises(Conflict, match="sent"):
        try_again("L-1", by="manager.li", at=clock(), work=work)


def test_letters_go_in_order_and_one_can_be_named():
    database = a_database(3)
    with fault_server() as server:
        named = deliver_one(
            work=database.work, post=a_post(server.port), owner="a", at=Clock(), letter="L-2"
        )
        rest = [
            deliver_one(work=database.work, post=a_post(server.port), owner="a", at=Clock())
            for _ in range(3)
        ]
    assert [x.id if x else None for x in (named, *rest)] == ["L-2", "L-1", "L-3", None]


# ------------------------------------------------------------------ two relays, and dead ones


@dataclass
class Scripted:
    """A post that does something of the test's own before each step."""

    handed: Handed = field(default=Handed(Delivery.ACCEPTED, "250"))
    before_data: Callable[[], object] = lambda: None
    during_data: Callable[[], object] = lambda: None
    sent: int = 0

    def approach(self, message: bytes, *, recipient: str) -> "Scripted":
        self.before_data()
        return self

    def send(self) -> Handed:
        self.sent += 1
        self.during_data()
        return self.handed

    def close(self) -> None:
        pass


def test_two_relays_never_take_the_same_letter():
    database, second = a_database(), Scripted()

    def other() -> None:
        assert deliver_one(work=database.work, post=second, owner="b", at=Clock()) is None

    first = Scripted(before_data=other, during_data=other)
    deliver_one(work=database.work, post=first, owner="a", at=Clock())
    assert (first.sent, second.sent) == (1, 0)


def test_a_relay_that_lost_its_lease_sends_nothing():
    """It slept; another one recovered the letter, took it and sent it."""
    database, clock, second = a_database(), Clock(), Scripted()

    def overtaken() -> None:
        clock.on(seconds=LEASE.total_seconds() + 1)
        with database.work() as work:
            recover_lapsed(work=work, at=clock())
        deliver_one(work=database.work, post=second, owner="b", at=clock)

    first = Scripted(before_data=overtaken)
    after = deliver_one(work=database.work, post=first, owner="a", at=clock)
    assert (first.sent, second.sent) == (0, 1)
    assert after.state is LetterState.SENT


def test_a_relay_whose_lease_is_nearly_over_sends_nothing():
    database, clock = a_database(), Clock()
    slow = Scripted(before_data=lambda: clock.on(minutes=15))
    assert deliver_one(work=database.work, post=slow, owner="a", at=clock).state is (
        LetterState.CLAIMED
    )
    assert slow.sent == 0


def test_who_was_called_dead_too_early_still_tells_the_truth():
    database, clock = a_database(), Clock()

    def called_dead() -> None:
        clock.on(hours=1)
        with database.work() as work:
            (held,) = recover_lapsed(work=work, at=clock())
            assert held.state is LetterState.UNCERTAIN

    after = deliver_one(
        work=database.work, post=Scripted(during_data=called_dead), owner="a", at=clock
    )
    assert after.state is LetterState.SENT
    assert case_state(database) is CaseState.NOTIFIED


def test_lapsed_letters_go_back_or_are_held_but_live_ones_are_left():
    database = a_database(3)
    with database.work() as work:
        for _ in range(3):
            work.letters.claim(owner="dead", at=NOW, until=NOW + LEASE)
        work.letters.put(replace(work.letters.get("L-2"), state=LetterState.IN_DATA))
        alive = replace(work.letters.get("L-3"), lease_until=NOW + 3 * LEASE)
        work.letters.put(alive)
    with database.work() as work:
        recovered = recover_lapsed(work=work, at=NOW + LEASE)
    assert [(x.id, x.state) for x in recovered] == [
        ("L-1", LetterState.PENDING),
        ("L-2", LetterState.UNCERTAIN),
    ]
    assert letter(database, "L-3") == alive
    assert happened(database, "CASE-2") == ["letter.uncertain"]


# ------------------------------------------------------------------ uncertain ones


def uncertain() -> tuple[FakeDatabase, Clock]:
    database, clock = a_database(), Clock()
    lost = Scripted(Handed(Delivery.UNKNOWN, "no reply"))
    deliver_one(work=database.work, post=lost, owner="a", at=clock)
    assert letter(database).state is LetterState.UNCERTAIN
    return database, clock


def test_an_uncertain_letter_is_never_sent_again_by_itself():
    database, clock = uncertain()
    post = Scripted()
    for _ in range(50):
        clock.on(hours=7)
        with database.work() as work:
            recover_lapsed(work=work, at=clock())
        assert deliver_one(work=database.work, post=post, owner="a", at=clock) is None
    assert post.sent == 0


def test_a_person_confirms_that_it_arrived():
    database, clock = uncertain()
    with database.work() as work:
        resolve_uncertain("L-1", verdict=Resolution.CONFIRM, by="manager.li", at=clock(), work=work)
    assert letter(database).state is LetterState.SENT
    assert case_state(database) is CaseState.NOTIFIED
    with database.reading() as work:
        (entry,) = (
            x.entry for x in work.journal.of("CASE-1") if x.entry.what == "letter.confirmed"
        )
    assert entry.by == "manager.li"
    with database.work() as work, pytest.raises(Conflict, match="sent, not uncertain"):
        resolve_uncertain("L-1", verdict=Resolution.RESEND, by="x", at=clock(), work=work)


def test_a_person_has_a_marked_copy_sent_and_every_copy_is_another_one():
    database, clock = uncertain()
    with database.work() as work:
        resolve_uncertain("L-1", verdict=Resolution.RESEND, by="li", at=clock(), work=work)
    with database.work() as work, pytest.raises(Conflict):
        resolve_uncertain("L-1", verdict=Resolution.RESEND, by="li", at=clock(), work=work)
    with fault_server(end=DROP) as server:
        deliver_one(work=database.work, post=a_post(server.port), owner="a", at=clock)
    with database.work() as work:
        resolve_uncertain("L-1", verdict=Resolution.RESEND, by="li", at=clock(), work=work)
    with fault_server() as again:
        sent = deliver_one(work=database.work, post=a_post(again.port), owner="a", at=clock)
    mails = [message_from_bytes(x) for x in (*server.arrived, *again.arrived)]
    assert [x["Message-ID"] for x in mails] == [
        "<l-1.abc.copy1@company.example>",
        "<l-1.abc.copy2@company.example>",
    ]
    assert mails[0]["X-Resend"] == "1; original=<l-1.abc@company.example>"
    assert {x.get_payload() for x in mails} == {"Message-ID: hello\r\n"}
    assert sent.state is LetterState.SENT
    assert letter(database).message == MESSAGE


def test_a_copy_differs_in_its_head_alone():
    assert marked_copy(MESSAGE, 3).partition(b"\r\n\r\n")[2] == b"Message-ID: hello\r\n"
    assert marked_copy(MESSAGE, 3).count(b"\r\n") == MESSAGE.count(b"\r\n") + 1


def test_a_case_that_stumbled_meanwhile_is_left_where_it_is():
    database = a_database(state=CaseState.INCIDENT)
    deliver_one(work=database.work, post=Scripted(), owner="a", at=Clock())
    assert letter(database).state is LetterState.SENT
    assert case_state(database) is CaseState.INCIDENT


def test_what_is_known_is_kept_even_if_the_database_is_in_the_way_for_a_moment():
    database, refusals = a_database(), [Conflict, Conflict]

    class Grumpy:
        def __call__(self):
            return self.opened()

        def opened(self):
            from contextlib import contextmanager

            from creditflow.domain.sentences import say

            @contextmanager
            def transaction():
                with database.work() as work:
                    yield work
                    if any("letter.sent" in x.entry.what for x in work.journal.of("CASE-1")):
                        while refusals:
                            raise refusals.pop()(say("not now"))

            return transaction()

    after = deliver_one(work=Grumpy(), post=Scripted(), owner="a", at=Clock())
    assert after.state is LetterState.SENT
    assert refusals == []
