"""Messages, mail choices and bookmarks behave the same in every Work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.hook import HookState
from creditflow.domain.message import Channel, MailChoice, Message, MessageState
from tests.makers import NOW, a_hook, a_person, an_entry

S = MessageState
LATE = NOW + timedelta(minutes=20)


def message(key, **changes):
    made = Message(key, Channel.MAIL, "zhao", "new", "CASE-1", NOW, NOW, {"a": "b"})
    return replace(made, **changes)


def test_a_message_is_promised_once_and_comes_back_whole(database):
    with database.work() as work:
        assert work.messages.add([message("m1"), message("m2")]) == 2
        assert work.messages.add([message("m1", about="other"), message("m3")]) == 1
    with database.reading() as work:
        assert work.messages.get("m1") == message("m1")
        with pytest.raises(NotFound):
            work.messages.get("m9")


def test_a_claim_takes_the_longest_due_of_its_channel_once(database):
    with database.work() as work:
        work.messages.add([
            message("late", due_at=NOW - timedelta(hours=1)),
            message("now"),
            message("hook", channel=Channel.HOOK, due_at=NOW - timedelta(hours=2)),
            message("future", due_at=LATE),
            message("done", state=S.SENT, due_at=None),
        ])  # fmt: skip
    taken = []
    for _ in range(3):
        with database.work() as work:
            taken.append(work.messages.claim(Channel.MAIL, owner="me", at=NOW, until=LATE))
    assert [m and m.key for m in taken] == ["late", "now", None]
    assert (taken[0].state, taken[0].attempts, taken[0].lease_owner) == (S.CLAIMED, 1, "me")
    with database.reading() as work:
        assert work.messages.lapsed(NOW) == []
        assert {m.key for m in work.messages.lapsed(LATE)} == {"late", "now"}


def test_a_lost_claim_changes_nothing_and_words_never_change(database):
    with database.work() as work:
        work.messages.add([message("m1")])
        claimed = work.messages.claim(Channel.MAIL, owner="me", at=NOW, until=LATE)
    with database.work() as work, pytest.raises(Conflict):
        work.messages.put(replace(claimed, lease_owner="other", state=S.SENT))
    with database.work() as work, pytest.raises(Conflict):
        work.messages.put(replace(claimed, attempts=7, state=S.IN_DATA))
    with database.work() as work:
        done = replace(claimed, state=S.SENT, sent_at=NOW, due_at=None, answer="250", to="forged")
        work.messages.put(done)
    with database.work() as work:
        assert work.messages.get("m1") == replace(done, to="zhao")
        with pytest.raises(Conflict):
            work.messages.put(replace(claimed, state=S.IN_DATA))


def test_messages_are_listed_and_counted(database):
    with database.work() as work:
        work.messages.add([
            message("old", made_at=NOW - timedelta(days=1), state=S.FAILED),
            message("b"),
            message("a"),
            message("li", to="li"),
            message("h", channel=Channel.HOOK),
        ])  # fmt: skip
        assert [m.key for m in work.messages.latest(to="zhao")] == ["a", "b", "h", "old"]
        assert [m.key for m in work.messages.latest(state=S.FAILED)] == ["old"]
        assert len(work.messages.latest(most=2)) == 2
        hour = NOW - timedelta(hours=1)
        assert work.messages.made_since(Channel.MAIL, hour) == {"zhao": 2, "li": 1}


def test_choices_are_kept_per_person(database):
    with database.work() as work:
        work.people.put(a_person())
        work.mail_choices.set("approver.zhao", MailChoice.DIGEST)
        work.mail_choices.set("approver.zhao", MailChoice.NONE)
        assert work.mail_choices.all() == {"approver.zhao": MailChoice.NONE}


def test_a_bookmark_moves_for_one_reader_only(database):
    with database.work() as work:
        assert work.bookmarks.of("mail") is None
        assert work.bookmarks.move("mail", 3, since=None)
        assert not work.bookmarks.move("mail", 4, since=None)
        assert not work.bookmarks.move("mail", 4, since=2)
        assert work.bookmarks.move("mail", 4, since=3)
    with database.reading() as work:
        assert (work.bookmarks.of("mail"), work.bookmarks.of("other")) == (4, None)


def test_the_journal_says_where_it_ends(database):
    with database.work() as work:
        assert work.journal.last() == 0
        work.journal.record(an_entry())
        work.journal.record(an_entry())
        assert work.journal.last() == 2


def test_a_hook_comes_back_whole_and_what_it_is_never_changes(database):
    full = a_hook("HK-0002", replaces="HK-0001", state=HookState.ON, decided_by="two",
                  decided_at=NOW, former_secret="sealed:f", former_until=LATE,
                  failing_since=NOW, asked_at=LATE)  # fmt: skip
    with database.work() as work:
        work.hooks.add(a_hook("HK-0001"))
        work.hooks.add(full)
    with database.work() as work:
        assert work.hooks.all() == [full, a_hook("HK-0001")]
        changed = replace(full, state=HookState.STOPPED, secret="sealed:n", host="evil")
        work.hooks.put(changed)
        assert work.hooks.get("HK-0002") == replace(changed, host="erp.example")
        with pytest.raises(NotFound):
            work.hooks.get("HK-0009")


def test_a_name_is_held_by_one_hook_at_a_time(database):
    with database.work() as work:
        work.hooks.add(a_hook("HK-0001", state=HookState.ON))
        work.hooks.add(a_hook("HK-0002"))
        with pytest.raises(Conflict):
            work.hooks.put(a_hook("HK-0002", state=HookState.ON))
        work.hooks.put(a_hook("HK-0001", state=HookState.ENDED))
        work.hooks.put(a_hook("HK-0002", state=HookState.ON))
