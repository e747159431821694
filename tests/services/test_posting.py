"""Letters by post are a person's task: none is lost, and none is printed or posted twice."""

from dataclasses import replace

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.customer import LetterWay
from creditflow.domain.errors import Conflict
from creditflow.domain.letter import LetterState
from creditflow.post.rechecking import comes_out_the_same
from creditflow.post.rendering import Press
from creditflow.services.corresponding import write_letter
from creditflow.services.freezing import freeze
from creditflow.services.posting import (
    NothingChosen,
    NotInTheTray,
    posted,
    put_back,
    take_to_print,
)
from creditflow.services.preferring import prefer
from creditflow.services.relaying import deliver_one
from tests.fakes import FakeDatabase, FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_person,
    a_policy,
    a_proposal,
    an_evaluation,
    cny,
    later,
)
from tests.post.letter_notices import every_letter
from tests.post.letters import SENDER
from tests.services.test_relaying import a_post

PRESS = Press(SENDER)
S = LetterState


def a_work(**changes):
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer(letters_by=LetterWay.POST, **changes)])
    return work


def put(work, sender=SENDER, number="L-000128"):
    facts = replace(every_letter("zh-CN")[1], number=number)
    return freeze(facts, work.customers.get(ACME), case_id=None, by="li", at=NOW, work=work,
                  press=PRESS, sender=sender)  # fmt: skip


def whats(work, subject="L-000128"):
    return [(x.entry.what, x.entry.by) for x in work.journal.of(subject)]


def test_a_letter_by_post_waits_to_be_printed_and_no_relay_ever_takes_it():
    database = FakeDatabase(a_policy())
    with database.work() as work:
        work.customers.put_all([a_customer(letters_by=LetterWay.POST)])
        letter = put(work)
    assert (letter.state, letter.recipient, letter.due_at) == (S.TO_PRINT, None, None)
    taken = deliver_one(work=database.work, post=a_post(1), owner="relay", at=lambda: later(days=9))
    assert taken is None
    with database.reading() as work:
        assert work.letters.in_state(S.TO_PRINT) == [letter]
        assert comes_out_the_same(letter, PRESS, work) is True


def test_it_is_taken_printed_and_posted_once_with_who_did_it():
    work = a_work()
    put(work)
    (taken,) = take_to_print(["L-000128"], by="li", at=NOW, work=work)
    assert (taken.state, taken.lease_owner) == (S.PRINTED, "li")
    with pytest.raises(NotInTheTray, match="printed"):
        take_to_print(["L-000128"], by="wang", at=NOW, work=work)
    (sent,) = posted(["L-000128"], by="wang", at=later(hours=3), how=" SF \n 1234 ", work=work)
    assert (sent.state, sent.sent_at, sent.answer) == (S.SENT, later(hours=3), "posted: SF 1234")
    for step in (take_to_print, put_back, posted):
        with pytest.raises(Conflict):
            step(["L-000128"], by="li", at=NOW, work=work)
    assert whats(work) == [
        ("letter.written", "li"), ("letter.to_print", "system"),
        ("letter.printed", "li"), ("letter.posted", "wang"),
    ]  # fmt: skip
    assert work.letters.get("L-000128") == sent


def test_what_was_not_posted_goes_back_and_can_be_taken_by_another():
    work = a_work()
    put(work)
    take_to_print(["L-000128"], by="li", at=NOW, work=work)
    (back,) = put_back(["L-000128"], by="wang", at=NOW, work=work)
    assert (back.state, back.lease_owner) == (S.TO_PRINT, None)
    take_to_print(["L-000128"], by="wang", at=NOW, work=work)


def test_nothing_is_posted_that_nobody_printed_and_nothing_chosen_is_nothing_done():
    work = a_work()
    put(work)
    with pytest.raises(NotInTheTray):
        posted(["L-000128"], by="li", at=NOW, work=work)
    with pytest.raises(NothingChosen):
        posted([], by="li", at=NOW, work=work)


def test_the_owner_gets_a_copy_as_mail():
    work = a_work(owner="sales.chen")
    work.people.put(a_person("sales.chen", email="chen@company.example"))
    letter = put(work, replace(SENDER, copy_owner=True))
    first, copy = work.letters.numbered(letter.id)
    assert (first.state, first.recipient) == (S.TO_PRINT, None)
    assert (copy.state, copy.recipient) == (S.PENDING, "chen@company.example")


def test_the_case_does_not_wait_for_the_postman():
    work = a_work()
    work.evaluations.add(an_evaluation())
    work.proposals.add(a_proposal(current=None, current_version=0, proposed=cny(800_000)))
    case = a_case(state=CaseState.APPLIED, proposal_id="PROP-1", evaluation_id="EVAL-1")
    work.cases.add(case)
    work.limits.add(a_limit(cny(800_000), case_id="CASE-1", from_=TODAY), replacing=0)
    letter = write_letter("CASE-1", at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER)
    assert letter.state is S.TO_PRINT
    assert work.cases.get("CASE-1").state is CaseState.CLOSED
    again = write_letter("CASE-1", at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER)
    assert again == letter
    take_to_print([letter.id], by="li", at=NOW, work=work)
    assert posted([letter.id], by="li", at=NOW, work=work)[0].state is S.SENT
    assert [x.entry.what for x in work.journal.of("CASE-1")][-2:] == [
        "letter.printed", "letter.posted",
    ]  # fmt: skip


def test_a_preference_is_journaled_and_holds_from_the_next_letter_on():
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer()])
    before = put(work)
    after = prefer(ACME, language="en", letters_by=LetterWay.POST, by="li", at=NOW, work=work)
    assert (after.language, after.letters_by) == ("en", LetterWay.POST)
    prefer(ACME, language="en", letters_by=LetterWay.POST, by="li", at=NOW, work=work)
    (entry,) = [x.entry for x in work.journal.of(ACME)]
    assert (entry.what, entry.by) == ("customer.letters", "li")
    assert entry.facts == {"language": "en", "by": "post"}
    assert work.letters.get(before.id).state is S.PENDING
    assert put(work, number="L-000129").state is S.TO_PRINT
