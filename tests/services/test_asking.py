"""Whoever may ask gets a case, everything that is wrong is said at once, and many small ones count."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.approvals.entitling import MayNotDecide
from creditflow.approvals.withdrawing import NotYours, withdraw
from creditflow.domain.added_limits import AddedKind, Consumption, OnTop
from creditflow.domain.asking_rule import AskingRule
from creditflow.domain.case import CaseState
from creditflow.domain.errors import NotFound
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.received_file import NotTaken, received
from creditflow.ports import PromiseKind
from creditflow.services.asking import NothingToAsk, StillOpen, Wish, request_review
from creditflow.services.attaching import MOST_FILES
from creditflow.services.reviewing import due
from creditflow.sources.policy_files import shipped_policy_text
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_person,
    a_policy,
    an_added_limit,
    an_analyst,
    cny,
    later,
)
from tests.services.on_top import (
    BRIDGE,
    CHAIR,
    SALES,
    SEASON,
    a_book,
    decided,
    granted,
    laid_before,
)

MORE = Wish(cny(900_000), " For the season. ")


def book():
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer()])
    return work


def ask(work, wish=MORE, by=SALES, **how):
    return request_review(ACME, wish, by=by, at=NOW, on=TODAY, work=work, **how)


def a_file(n=1):
    return received(f"contract{n}.pdf", b"%%PDF-1.7 %d" % n, most_bytes=1000)


@pytest.mark.parametrize("by", [SALES, an_analyst()])
@pytest.mark.parametrize("amount", [cny(900_000), Money(1, "CNY"), None])
def test_sales_and_analysts_ask_for_a_base_limit(by, amount):
    work = book()
    case = ask(work, replace(MORE, amount=amount), by)
    occasion = case.occasion
    assert (occasion.kind, occasion.requested_by, occasion.requested_limit, occasion.on_top) == (
        OccasionKind.REQUEST, by.id, amount, None,
    )  # fmt: skip
    assert (occasion.note, occasion.reference) == ("For the season.", "1")
    entry = work.journal.of(case.id)[0].entry
    assert (entry.by, entry.facts["asked"]) == (by.id, str(amount) if amount else "")
    assert [p.kind for p in work.outbox.all()] == [PromiseKind.START_RUN]


@pytest.mark.parametrize(
    ("wish", "on_top"),
    [
        (SEASON, OnTop(AddedKind.TEMPORARY, SEASON.from_, SEASON.until)),
        (
            replace(BRIDGE, project=" Bridge ", consumption=None),
            OnTop(AddedKind.PROJECT, TODAY, BRIDGE.until, "Bridge", Consumption.OWN_ONLY),
        ),
    ],
)
def test_credit_on_top_is_asked_for_with_its_days_and_files(wish, on_top):
    work = book()
    case = ask(work, wish, files=[a_file(1), a_file(2)])
    assert case.occasion.on_top == on_top
    assert [f.file_name for f in work.attachments.of(case.id)] == ["contract1.pdf", "contract2.pdf"]
    facts = work.journal.of(case.id)[0].entry.facts
    assert (facts["kind"], facts["until"]) == (wish.kind.value, wish.until.isoformat())


@pytest.mark.parametrize(
    ("wish", "by", "whys"),
    [
        (MORE, a_person(), ["Only analysts, sales and"]),
        (MORE, an_analyst(active=False), ["Only analysts, sales and"]),
        (replace(MORE, amount=cny(0)), SALES, ["above zero in CNY"]),
        (replace(MORE, amount=Money(-1, "CNY")), SALES, ["above zero in CNY"]),
        (replace(MORE, amount=Money.of(Decimal(5), "USD")), SALES, ["above zero in CNY"]),
        (replace(MORE, note=" \n"), SALES, ["why the limit is needed"]),
        (replace(SEASON, amount=None), SALES, ["how much is needed on top"]),
        (replace(SEASON, until=None), SALES, ["Say the first day"]),
        (replace(SEASON, until=SEASON.from_), SALES, ["after its first day"]),
        (replace(SEASON, from_=TODAY - timedelta(1)), SALES, ["Its first day is over"]),
        (replace(SEASON, until=SEASON.from_ + timedelta(367)), SALES,
         ["367 days are more than the 366"]),
        (replace(SEASON, project="Bridge"), SALES, ["for no project"]),
        (replace(BRIDGE, project=" "), SALES, ["Name the project"]),
        (replace(BRIDGE, project="x" * 121), SALES, ["Name the project, in at most 120"]),
        (
            Wish(None, "", AddedKind.PROJECT, TODAY - timedelta(2), TODAY - timedelta(3)),
            SALES,
            ["why the limit", "how much", "after its first day", "first day is over", "Name the"],
        ),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_said_at_once_and_nothing_is_left(wish, by, whys):
    work = book()
    before = work.kept.copied()
    with pytest.raises(NothingToAsk) as no:
        ask(work, wish, by)
    told = [str(x) for x in no.value.details or (no.value.sentence,)]
    assert len(told) == len(whys)
    assert all(why in one for why, one in zip(whys, told, strict=True))
    assert work.kept == before


def test_a_project_that_has_a_limit_is_asked_for_with_the_same_order_of_consumption():
    until = TODAY + timedelta(100)
    other = replace(BRIDGE, project="BRIDGE ", consumption=Consumption.OWN_ONLY)

    def with_bridge():
        work = book()
        bridge = an_added_limit(
            amount=cny(70), from_=TODAY, until=until, project="Bridge",
            consumption=Consumption.OWN_FIRST,
        )  # fmt: skip
        work.added_limits.add(bridge, replacing=0)
        return work

    with pytest.raises(NothingToAsk, match=f"CNY 70.00 from {TODAY} to {until}") as no:
        ask(with_bridge(), other)
    assert len(no.value.details) == 1
    with pytest.raises(NothingToAsk, match="Name the project"):
        ask(with_bridge(), replace(other, project=" "))
    # Once that is over anything can be agreed anew; who says nothing gets what was agreed.
    later_on = replace(other, from_=until, until=until + timedelta(9))
    assert ask(with_bridge(), later_on).occasion.on_top.consumption is Consumption.OWN_ONLY
    same = ask(with_bridge(), replace(other, consumption=None))
    assert same.occasion.on_top.consumption is Consumption.OWN_FIRST


def test_whose_letter_has_not_left_yet_is_told_so():
    work = a_book()
    assert granted(work, SEASON).state is CaseState.APPLIED
    with pytest.raises(StillOpen, match="its letter has not left yet"):
        ask(work)


def test_how_long_and_how_far_ahead_is_the_policys_to_say():
    rule = AskingRule(longest_temporary_days=30, longest_project_days=60, furthest_ahead_days=10)
    work = FakeWork(a_policy(asking=rule))
    work.customers.put_all([a_customer()])

    def whys(wish):
        with pytest.raises(NothingToAsk) as no:
            ask(work, wish)
        return [str(why) for why in no.value.details]

    first, most = TODAY + timedelta(10), timedelta(30)
    assert whys(replace(SEASON, from_=first, until=first + most + timedelta(1))) == [
        "31 days are more than the 30 for which it can be asked. Ask for another base limit instead."
    ]
    assert whys(replace(BRIDGE, from_=first, until=first + timedelta(61))) == [
        "61 days are more than the 60 for which it can be asked. Ask for another base limit instead."
    ]
    tomorrow = first + timedelta(1)
    assert whys(replace(SEASON, from_=tomorrow, until=tomorrow + most)) == [
        (
            f"Its first day is {tomorrow}, but it can be asked for at most 10 days ahead:"
            f" begin on {first} or before."
        )
    ]
    assert ask(work, replace(SEASON, from_=first, until=first + most)).occasion.on_top is not None


def test_the_policy_that_is_delivered_asks_for_a_year_and_five():
    policy = policy_from_json(shipped_policy_text(), 1)
    assert policy.asking == a_policy().asking
    assert [policy.asking.longest_days(kind) for kind in AddedKind] == [366, 1830]
    assert policy.asking.furthest_ahead_days is None


def test_nothing_comes_on_top_of_a_limit_without_a_bound():
    work = book()
    unlimited = Limit(ACME, 1, LimitState.UNLIMITED, None, TODAY, None, recorded_at=NOW)
    work.limits.add(unlimited, replacing=0)
    with pytest.raises(NothingToAsk, match="no upper bound"):
        ask(work, SEASON)
    assert ask(work, MORE).state is CaseState.DRAFT


def test_too_many_files_leave_nothing():
    work = book()
    with pytest.raises(NotTaken, match=f"At most {MOST_FILES} files"):
        ask(work, SEASON, files=[a_file(n) for n in range(MOST_FILES + 1)])


def test_a_request_waits_for_the_open_case():
    work = book()
    case = ask(work)
    before = work.kept.copied()
    with pytest.raises(StillOpen) as no:
        ask(work, SEASON)
    assert no.value.sentence.facts == {"case": case.id, "state": "draft"}
    assert work.kept == before


def test_one_may_ask_again_on_the_same_day_once_the_first_case_is_finished():
    work = book()
    work.cases.put(ask(work).moved(CaseState.WITHDRAWN, at=NOW))
    assert ask(work).occasion.reference == "2"


def test_an_unknown_customer_is_not_found():
    with pytest.raises(NotFound):
        ask(FakeWork(a_policy()))


def test_who_asked_takes_it_back_and_nobody_else_of_sales_does():
    work = a_book(cny(2_900_000))
    case = laid_before(work, replace(SEASON, amount=cny(500_000)))
    assert case.state is CaseState.AWAITING
    other = replace(SALES, id="sales.chen")
    with pytest.raises(NotYours):
        withdraw(case.id, by=other, at=NOW, work=work)
    withdraw(case.id, by=SALES, at=NOW, work=work)
    assert work.added_limits.of(ACME) == []
    assert ask(work, SEASON).id != case.id


def test_who_asked_never_decides_it_whatever_the_mandate():
    work = a_book(cny(2_900_000))
    asking = replace(CHAIR, id=SALES.id, roles=CHAIR.roles | SALES.roles)
    work.people.put(asking)
    case = laid_before(work, replace(SEASON, amount=cny(500_000)))
    with pytest.raises(MayNotDecide):
        decided(work, case, by=asking)
    decided(work, case, by=CHAIR)
    assert work.cases.get(case.id).state is CaseState.APPROVED


def test_credit_on_top_does_not_put_off_the_review_of_the_base_limit():
    work = a_book()
    first = due(on=TODAY, work=work)
    granted(work)
    case = work.cases.open_of(ACME)
    work.cases.put(case.moved(CaseState.NOTIFIED, at=later(hours=1)))
    assert due(on=TODAY, work=work) == first
    assert [o.customer for o in first] == [ACME]
