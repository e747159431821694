"""Messages leave once; what may have arrived is never sent again by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.message import Channel, MailChoice, Message, MessageState
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed
from creditflow.services import messaging
from creditflow.services.messaging import (
    MOST_ATTEMPTS,
    Written,
    choose_mails,
    deliver_mail,
    recover_lapsed,
    send_again,
)
from creditflow.services.relaying import LEASE
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_person, a_policy

S = MessageState
MAIL = Message("mail.1", Channel.MAIL, "zhao", "new", "CASE-1", NOW, NOW)


class APost:
    """A mail server that answers as it is told; it counts what left."""

    def __init__(self, answer=Delivery.ACCEPTED, *, at_the_door=None):
        self.answer, self.at_the_door, self.left = answer, at_the_door, []
        self.before_data = lambda: None

    def approach(self, message, *, recipient):
        if self.at_the_door:
            return Handed(self.at_the_door, "no")
        post = self

        class Way:
            def send(self):
                post.before_data()
                post.left.append((recipient, message))
                return Handed(post.answer, "said")

            def close(self):
                pass

        return Way()


@pytest.fixture
def database():
    kept = FakeDatabase(a_policy())
    with kept.work() as work:
        work.messages.add([MAIL])
    return kept


def deliver(database, post, *, write=lambda _: Written("zhao@x.example", b"bytes"), at=NOW):
    return deliver_mail(work=database.work, post=post, write=write, owner="relay", at=lambda: at)


def kept(database, key="mail.1"):
    with database.reading() as work:
        return work.messages.get(key)


def told(database):
    with database.reading() as work:
        return [s.entry.what for s in work.journal.entries()]


def test_a_mail_leaves_once(database):
    post = APost()

    assert deliver(database, post).state is S.SENT
    assert deliver(database, post) is None
    assert post.left == [("zhao@x.example", b"bytes")]
    assert told(database) == ["message.sent"]


@pytest.mark.parametrize(
    ("post", "state"),
    [
        (APost(Delivery.REFUSED), S.FAILED),
        (APost(Delivery.UNKNOWN), S.UNCERTAIN),
        (APost(Delivery.LATER), S.PENDING),
        (APost(at_the_door=Delivery.LATER), S.PENDING),
        (APost(at_the_door=Delivery.REFUSED), S.FAILED),
    ],
)
def test_what_becomes_of_it_follows_from_the_answer(database, post, state):
    delivered = deliver(database, post)

    assert delivered.state is state
    assert (delivered.due_at is not None and delivered.due_at > NOW) is (state is S.PENDING)


def test_it_is_given_up_after_many_tries(database):
    at, post = NOW, APost(at_the_door=Delivery.LATER)
    for _ in range(MOST_ATTEMPTS):
        at = kept(database).due_at
        deliver(database, post, at=at)

    assert kept(database).state is S.FAILED
    assert at - NOW > timedelta(hours=15)


def test_what_has_nothing_to_say_any_more_stays_here(database):
    post = APost()

    assert deliver(database, post, write=lambda _: None).state is S.OVERTAKEN
    assert post.left == []
    assert told(database) == []


def test_a_mail_that_cannot_be_set_fails_with_the_reason(database):
    def write(_):
        raise Refusal(say("The name is empty."))

    assert deliver(database, APost(), write=write).answer == "The name is empty."
    assert kept(database).state is S.FAILED


def test_a_relay_that_dies_before_the_data_is_followed_by_another(database):
    with database.work() as work:
        work.messages.claim(Channel.MAIL, owner="dead", at=NOW, until=NOW + LEASE)
    late = NOW + LEASE
    with database.work() as work:
        assert [m.state for m in recover_lapsed(work=work, at=late)] == [S.PENDING]
    post = APost()

    assert deliver(database, post, at=late).state is S.SENT
    assert len(post.left) == 1


def test_a_relay_that_dies_in_the_data_leaves_it_uncertain_and_unsent(database):
    class Died(BaseException):
        pass

    post = APost()

    def die():
        raise Died

    post.before_data = die
    with pytest.raises(Died):
        deliver(database, post)
    late = NOW + LEASE
    assert kept(database).state is S.IN_DATA
    with database.work() as work:
        recover_lapsed(work=work, at=late)

    assert deliver(database, APost(), at=late) is None
    assert kept(database).state is S.UNCERTAIN
    with database.work() as work:
        send_again("mail.1", by="admin", at=late, work=work)
    again = APost()
    assert deliver(database, again, at=late).state is S.SENT
    assert len(again.left) == 1


def test_without_the_commit_before_the_data_it_would_be_sent_twice(database, monkeypatch):
    """The counterpart: a relay that does not say first that the data leaves."""
    monkeypatch.setattr(messaging, "_enter_data", lambda *_: True)
    post = APost()
    sent_first = []

    def die():
        sent_first.append("first")
        raise KeyboardInterrupt

    post.before_data = die
    with pytest.raises(KeyboardInterrupt):
        deliver(database, post)
    late = NOW + LEASE
    with database.work() as work:
        recover_lapsed(work=work, at=late)
    again = APost()
    deliver(database, again, at=late)

    assert len(sent_first + again.left) == 2


def test_a_relay_whose_lease_is_nearly_over_sends_nothing(database):
    post = APost()
    clock = iter([NOW, NOW + LEASE - timedelta(minutes=1)])

    after = deliver_mail(work=database.work, post=post, owner="slow", at=lambda: next(clock),
                         write=lambda _: Written("zhao@x.example", b""))  # fmt: skip

    assert after.state is S.CLAIMED
    assert post.left == []


def test_only_what_failed_or_is_uncertain_is_sent_again(database):
    with database.work() as work:
        with pytest.raises(Conflict, match="pending"):
            send_again("mail.1", by="admin", at=NOW, work=work)
        work.messages.put(replace(MAIL, state=S.SENT, sent_at=NOW))
        with pytest.raises(Conflict, match="sent"):
            send_again("mail.1", by="admin", at=NOW, work=work)


def test_a_choice_is_kept_and_journaled_and_an_odd_one_refused(database):
    with database.work() as work:
        assert choose_mails(a_person(), "digest", at=NOW, work=work) is MailChoice.DIGEST
        assert work.mail_choices.all() == {"approver.zhao": MailChoice.DIGEST}
        with pytest.raises(Refusal, match="both, each, digest, none"):
            choose_mails(a_person(), "hourly", at=NOW, work=work)
    assert told(database) == ["person.mails"]
