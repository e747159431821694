"""Several recipients, the owner's copy, the pace per domain, quiet hours, and the same hash again."""

import hashlib
from dataclasses import replace
from datetime import date, time, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.letter import LetterState
from creditflow.domain.notice import Notice
from creditflow.domain.sending import Hours
from creditflow.post.rendering import Press
from creditflow.services.addressing import MOST_RECIPIENTS, usable_addresses
from creditflow.services.freezing import freeze
from creditflow.services.linking import Links
from creditflow.services.notifying import BY_HAND, NothingToTell, notify
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_limit,
    a_payment,
    a_person,
    a_policy,
    a_statement,
    an_invoice,
    cny,
)
from tests.post.letter_notices import every_letter
from tests.post.letters import SENDER

LINKS = Links("https://letters.company.example", b"k" * 32, 60)


def a_work(**customer):
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer(**customer)])
    return work


def put(work, sender=SENDER, letter=None):
    letter = letter or every_letter("zh-CN")[0]
    return freeze(
        letter, work.customers.get(ACME), case_id=None, by="chen.wei", at=NOW, work=work,
        press=Press(sender), sender=sender,
    )  # fmt: skip


def mail(letter):
    return message_from_bytes(letter.message, policy=default)


def test_every_recipient_has_a_letter_of_its_own_that_names_all():
    work = a_work(email="a@x.example; b@y.example;a@x.example")
    first = put(work)
    (_, second) = work.letters.numbered(first.id)
    assert (first.recipient, second.recipient) == ("a@x.example", "b@y.example")
    assert (first.id, second.id, second.number) == ("L-000128", "L-000128.1", "L-000128")
    assert first.message_id != second.message_id
    assert [mail(x)["Message-ID"] for x in (first, second)] == [first.message_id, second.message_id]
    for letter in (first, second):
        assert mail(letter)["To"] == "a@x.example, b@y.example"
        assert letter.sha256 == hashlib.sha256(letter.message).hexdigest()
        assert letter.state is LetterState.PENDING
    (entry,) = [x.entry for x in work.journal.of("L-000128")]
    assert entry.what == "letter.written"
    assert entry.facts["recipients"] == "a@x.example, b@y.example"
    assert (entry.by, first.facts is not None, second.facts) == ("chen.wei", True, None)


def test_the_owner_gets_a_copy_only_where_that_is_wanted_and_the_owner_is_there():
    work = a_work(email="a@x.example", owner="sales.chen")
    work.people.put(a_person("sales.chen", email="chen@company.example"))
    first = put(work, replace(SENDER, copy_owner=True))
    (_, copy) = work.letters.numbered(first.id)
    assert copy.recipient == "chen@company.example"
    assert mail(first)["Cc"] == "chen@company.example"
    for strange in ("nobody", None):
        alone = a_work(email="a@x.example", owner=strange)
        letter = put(alone, replace(SENDER, copy_owner=True))
        assert alone.letters.numbered(letter.id) == [letter]


def test_without_an_address_nobody_gets_a_copy_and_it_is_held():
    work = a_work(email="no address; neither@", owner="sales.chen")
    work.people.put(a_person("sales.chen", email="chen@company.example"))
    letter = put(work, replace(SENDER, copy_owner=True))
    assert (letter.state, letter.recipient) == (LetterState.NO_ADDRESS, None)
    assert work.letters.numbered(letter.id) == [letter]
    assert [x.entry.what for x in work.journal.of("L-000128")] == [
        "letter.written",
        "letter.no_address",
    ]


def test_addresses_that_are_none_are_left_out_and_there_is_a_bound():
    assert usable_addresses("a@x.example, evil@y.example; b@z.example") == ("b@z.example",)
    assert usable_addresses(None) == usable_addresses(";;") == ()
    many = ";".join(f"n{n}@x.example" for n in range(40))
    assert len(usable_addresses(many)) == MOST_RECIPIENTS


def test_letters_to_one_domain_keep_a_distance_and_others_do_not_wait():
    sender = replace(SENDER, per_minute=6)
    work = a_work(email="a@slow.example;b@slow.example;c@slow.example;d@other.example")
    first = put(work, sender)
    due = [x.due_at - NOW for x in work.letters.numbered(first.id)]
    assert due == [timedelta(seconds=s) for s in (0, 10, 20, 0)]


def test_what_the_evening_has_no_room_for_leaves_in_the_morning_at_the_same_pace():
    last = (NOW + timedelta(seconds=15)).time()
    hours = Hours(time(1), last)
    work = a_work(email=";".join(f"n{n}@slow.example" for n in range(5)))
    first = put(work, replace(SENDER, per_minute=6, hours=hours))
    due = [x.due_at for x in work.letters.numbered(first.id)]
    morning = hours.next(NOW + timedelta(minutes=1))
    assert due[:2] == [NOW, NOW + timedelta(seconds=10)]
    assert [x - morning for x in due[2:]] == [timedelta(seconds=s) for s in (0, 10, 20)]


def test_letters_wait_for_the_hours_at_which_they_may_leave():
    hours = Hours(time(9), time(18), quiet_days=True)
    work = a_work(email="a@x.example")
    letter = put(work, replace(SENDER, hours=hours))
    assert letter.due_at == hours.next(NOW)
    assert hours.allow(letter.due_at)


def test_set_again_from_its_facts_a_letter_has_the_same_hash():
    work = a_work(email="a@x.example")
    letter = put(work)
    again = Press(SENDER).render(
        letter.facts, recipient=letter.recipient, message_id=letter.message_id, at=letter.created_at
    )
    assert hashlib.sha256(again.message).hexdigest() == letter.sha256


# ------------------------------------------------------------------ written by hand


def a_late_payer():
    work = a_work(email="a@x.example")
    invoices = [
        an_invoice(f"R-{n}", issued_on=TODAY - timedelta(days=90), due_on=TODAY - timedelta(days=60),
                   amount=cny(1000), disputed=n == 9)
        for n in range(10)
    ]  # fmt: skip
    paid = [
        a_payment(f"P-{n}", invoice=f"R-{n}", amount=cny(1000),
                  paid_on=TODAY - timedelta(days=60 - 10 * n))
        for n in range(4)
    ]  # fmt: skip
    work.ledger.add(invoices=invoices, payments=paid)
    return work


def told(work, notice):
    sender = replace(SENDER, links=LINKS)
    return notify(
        ACME, notice, by="chen.wei", at=NOW, on=TODAY, work=work, press=Press(sender), sender=sender
    )


def test_a_notice_counts_what_the_customer_could_count_itself():
    facts = told(a_late_payer(), Notice.PAYMENT_BEHAVIOUR).facts
    # Four were paid, three of them 10, 20 and 30 days late; five are open, one more is disputed.
    assert (facts.judged, facts.late, facts.average_days) == (4, 3, 20)
    assert (facts.invoices, facts.overdue, facts.oldest_days) == (5, cny(5000), 60)


def test_a_hold_a_release_a_request_and_the_end_of_a_limit():
    work = a_late_payer()
    work.limits.add(a_limit(cny(9000), from_=TODAY, until=TODAY + timedelta(days=10)), replacing=0)
    work.statements.put_all([a_statement(period_end=date(2024, 12, 31))])
    assert told(work, Notice.HELD).facts.overdue == cny(5000)
    assert told(work, Notice.RELEASED).facts.limit == cny(9000)
    assert told(work, Notice.STATEMENTS_WANTED).facts.latest == date(2024, 12, 31)
    ends = told(work, Notice.LIMIT_ENDS)
    assert ends.facts.send_by == TODAY + timedelta(days=9)
    assert LINKS.is_code(ends.id, ends.facts.proof.code)
    assert {x.outcome for x in work.letters.in_state(LetterState.PENDING)} == BY_HAND - {
        Notice.PAYMENT_BEHAVIOUR
    }


@pytest.mark.parametrize("notice", [Notice.PAYMENT_BEHAVIOUR, Notice.HELD, Notice.LIMIT_ENDS])
def test_a_letter_that_would_say_nothing_is_not_written(notice):
    work = a_work(email="a@x.example")
    with pytest.raises(NothingToTell):
        told(work, notice)
    assert work.letters.in_state(LetterState.PENDING) == []


def test_a_letter_that_follows_from_a_decision_is_not_written_by_hand():
    with pytest.raises(NothingToTell, match="held, limit_ends"):
        told(a_late_payer(), Notice.PLAN_BROKEN)


def test_links_are_ours_alone_and_belong_to_one_letter():
    proof = LINKS.proof("L-000007", on=TODAY)
    token = proof.answer_url.rpartition("/")[2]
    assert LINKS.read(token) == ("L-000007", TODAY + timedelta(days=60))
    assert LINKS.is_code("L-000007", proof.code.lower().replace("-", " "))
    assert not LINKS.is_code("L-000008", proof.code)
    stranger = Links(LINKS.address, b"x" * 32, 60)
    assert stranger.read(token) is None
    assert not stranger.is_code("L-000007", proof.code)
    forged = token.replace("L-000007", "L-000008")
    longer = ".".join([token.split(".")[0], "9999", token.split(".")[2]])
    for bad in (forged, longer, "", "x", token + "x", token[:-1], "..", "L-000007.é.x"):
        assert LINKS.read(bad) is None, bad
    assert CustomerId("C") != proof.code
