"""What people write on cases comes back as it was written, whatever the database."""

from dataclasses import replace

import pytest

from creditflow.domain.errors import Conflict, NotFound
from tests.makers import a_case, a_comment, a_customer, a_referral, a_task, later


@pytest.fixture
def kept(database):
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        work.cases.add(a_case())
        work.cases.add(a_case("CASE-2", customer="C002"))
    return database


def test_comments_and_referrals_come_back_oldest_first_and_only_those_of_the_case(kept):
    first, second = a_comment("CM-2"), a_comment("CM-1", at=later(hours=1), answers="RF-1")
    asked = a_referral("RF-1")
    with kept.work() as work:
        work.discussions.add_referral(a_referral("RF-2", asked_at=later(hours=1)))
        work.discussions.add_referral(asked)
        work.discussions.add_comment(second)
        work.discussions.add_comment(first)
        work.discussions.add_comment(a_comment("CM-3", case_id="CASE-2"))
    with kept.reading() as work:
        assert work.discussions.comments("CASE-1") == [first, second]
        assert [r.id for r in work.discussions.referrals("CASE-1")] == ["RF-1", "RF-2"]
        assert work.discussions.referrals("CASE-1")[0] == asked
        assert work.discussions.referrals("CASE-2") == []


def test_a_referral_is_answered_once_and_must_be_there(kept):
    with kept.work() as work:
        work.discussions.add_referral(a_referral("RF-1"))
        work.discussions.add_comment(a_comment("CM-1", answers="RF-1"))
    with pytest.raises(Conflict), kept.work() as work:
        work.discussions.add_comment(a_comment("CM-2", answers="RF-1"))
    with pytest.raises(NotFound), kept.work() as work:
        work.discussions.add_comment(a_comment("CM-3", answers="RF-9"))
    with pytest.raises(Conflict), kept.work() as work:
        work.discussions.add_comment(a_comment("CM-1"))
    with pytest.raises(Conflict), kept.work() as work:
        work.discussions.add_referral(a_referral("RF-1"))


def test_a_task_comes_back_with_who_has_it(kept):
    held = a_task(held_by="approver.zhao", held_until=later(hours=4))
    with kept.work() as work:
        work.tasks.add(a_task())
        work.tasks.put(held)
    with kept.reading() as work:
        assert work.tasks.of("CASE-1") == [held]
        assert held.holder(later(hours=3)) == "approver.zhao"
        assert held.holder(later(hours=4)) is None
    with kept.work() as work:
        work.tasks.put(held.let_go)
    with kept.reading() as work:
        assert work.tasks.of("CASE-1") == [replace(held, held_by=None, held_until=None)]
