"""What limits may come to together: nothing is exceeded, rounding included, in any currency."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.candidate import Candidate
from creditflow.domain.candidate import LimitMethod as M
from creditflow.domain.caps import METHODS, Asking, Granted, counts, rooms
from creditflow.domain.caps_rule import Cap, Caps, Overdrawn, part_of
from creditflow.domain.customer import Customer, Language
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import suggest
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.scope import Scope
from creditflow.web.language import speech
from tests.domain.test_limit_setting import BUYS, POLICY, evaluations, graded, judged
from tests.makers import TODAY, a_customer, a_limit, a_rate, cny

RATES = Rates([a_rate("CNY", "7.8512"), a_rate("USD", "1.0843"), a_rate("JPY", "163.21")])
CURRENCIES = ("CNY", "USD", "JPY", "EUR")


def a_cap(most: int, scope: Scope = Scope.SECTOR, part: str = "food") -> Cap:
    return Cap(scope, part, cny(most))


def has(amount: Money | None, who: Customer, **changes: object) -> Limit:
    made = a_limit(amount or cny(1), customer=who.id, until=None)
    if amount is None:
        made = replace(made, state=LimitState.UNLIMITED, amount=None)
    return replace(made, **changes)


def granted(book: Sequence[tuple[Customer, Limit]]) -> list[Granted]:
    """What limits come to, customer by customer."""
    return [
        Granted(
            scope, part,
            limit.amount.currency if limit.amount else who.currency,
            limit.amount.minor if limit.amount else 0, int(limit.amount is None),
        )
        for who, limit in book
        for scope in METHODS
        if counts(limit, TODAY) and (part := part_of(who, scope)) is not None
    ]  # fmt: skip


def asking(who: Customer, limit: Limit | None) -> Asking:
    own = OwnCurrency(who.currency, RATES, TODAY)
    current = own.money(limit.amount) if limit is not None and limit.amount else None
    return Asking(who, limit, current, own)


def left(caps: Caps, who: Customer, book: Sequence[tuple[Customer, Limit]]) -> list[Candidate]:
    limit = next((limit for other, limit in book if other.id == who.id), None)
    return list(rooms(caps, asking(who, limit), granted(book), "CNY"))


FOOD = a_customer("C1", sector="food", region="East")
OTHER = a_customer("C2", sector="food", region="North")
ABROAD = a_customer("C3", sector="textiles", region="North", country="DE", currency="EUR")


@pytest.mark.parametrize(
    ("cap", "amount", "told"),
    [
        (a_cap(5_000_000), 3_000_000,
         "Of the CNY 5,000,000.00 for sector food, CNY 3,000,000.00 is left."),
        (a_cap(5_000_000, Scope.COUNTRY, "CN"), 3_000_000,
         "Of the CNY 5,000,000.00 for country CN, CNY 3,000,000.00 is left."),
        (a_cap(4_000_000, Scope.REGION, "East"), 4_000_000,
         "Of the CNY 4,000,000.00 for sales region East, CNY 4,000,000.00 is left."),
        (a_cap(6_000_000, Scope.BOOK, ""), 4_000_000,
         "Of the CNY 6,000,000.00 for all customers together, CNY 4,000,000.00 is left."),
        (a_cap(2_000_000), 0,
         ("Nothing is left of the CNY 2,000,000.00 for sector food:"
          " the limits of others come to CNY 2,000,000.00.")),
    ],
)  # fmt: skip
def test_a_cap_leaves_what_the_others_do_not_have(cap: Cap, amount: int, told: str) -> None:
    book = [(OTHER, has(cny(2_000_000), OTHER))]
    (room,) = left(Caps((cap,)), FOOD, book)
    assert (room.amount, str(room.why)) == (cny(amount), told)


def test_its_own_limit_and_those_of_other_parts_take_nothing_from_it() -> None:
    book = [
        (FOOD, has(cny(3_000_000), FOOD)),
        (ABROAD, has(Money.of(900_000, "EUR"), ABROAD)),
    ]
    assert [room.amount for room in left(Caps((a_cap(5_000_000),)), FOOD, book)] == [cny(5_000_000)]
    assert left(Caps((a_cap(5_000_000),)), ABROAD, book) == []


def test_limits_in_other_currencies_count_at_the_rate_of_the_day() -> None:
    book = [(ABROAD, has(Money.of(100_000, "EUR"), ABROAD))]
    (room,) = left(Caps((a_cap(1_000_000, Scope.BOOK, ""),)), FOOD, book)
    assert room.amount == cny(1_000_000 - 785_120)
    (room,) = left(Caps((a_cap(785_120, Scope.BOOK, ""),)), ABROAD, [])
    assert room.amount == Money.of(100_000, "EUR")


def test_a_limit_that_has_ended_takes_no_room_and_one_that_begins_later_does() -> None:
    over = has(cny(2_000_000), OTHER, until=TODAY)
    assert left(Caps((a_cap(5_000_000),)), FOOD, [(OTHER, over)])[0].amount == cny(5_000_000)
    coming = has(cny(2_000_000), OTHER, from_=TODAY + timedelta(days=30))
    assert left(Caps((a_cap(5_000_000),)), FOOD, [(OTHER, coming)])[0].amount == cny(3_000_000)


def test_what_has_no_bound_is_counted_in_words() -> None:
    book = [(OTHER, has(None, OTHER)), (FOOD, has(None, FOOD))]
    (room,) = left(Caps((a_cap(5_000_000),)), FOOD, book)
    assert room.amount == cny(5_000_000)
    assert str(room.why).endswith("1 limits without a bound are not counted.")


def test_where_the_cap_is_exceeded_nobody_gets_a_raise_and_nobody_a_cut() -> None:
    book = [(FOOD, has(cny(3_000_000), FOOD)), (OTHER, has(cny(4_000_000), OTHER))]
    (room,) = left(Caps((a_cap(5_000_000),)), FOOD, book)
    assert room.amount == cny(3_000_000)
    assert str(room.why) == (
        "No raise: the CNY 5,000,000.00 for sector food are exceeded, with CNY 4,000,000.00"
        " for others. The current limit of CNY 3,000,000.00 may stay."
    )


def test_a_policy_may_cut_where_the_cap_is_exceeded() -> None:
    book = [(FOOD, has(cny(3_000_000), FOOD)), (OTHER, has(cny(4_000_000), OTHER))]
    (room,) = left(Caps((a_cap(5_000_000),), Overdrawn.CUT), FOOD, book)
    assert room.amount == cny(1_000_000)


def test_a_limit_that_has_ended_is_no_limit_that_may_stay() -> None:
    over = has(cny(3_000_000), FOOD, until=TODAY)
    book = [(FOOD, over), (OTHER, has(cny(4_500_000), OTHER))]
    (room,) = left(Caps((a_cap(5_000_000),)), FOOD, book)
    assert room.amount == cny(500_000)


def test_a_limit_in_a_currency_without_a_rate_is_a_refusal_and_no_guess() -> None:
    book = [(OTHER, has(Money.of(5, "KWD"), OTHER))]
    with pytest.raises(NoRate):
        left(Caps((a_cap(5_000_000),)), FOOD, book)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_sentence_of_a_cap_is_told_in_both_languages(language: Language) -> None:
    caps = Caps((
        a_cap(5_000_000), a_cap(9_000_000, Scope.COUNTRY, "CN"), a_cap(0, Scope.REGION, "East"),
        a_cap(1, Scope.BOOK, ""),
    ))  # fmt: skip
    book = [(OTHER, has(cny(4_000_000), OTHER)), (ABROAD, has(None, ABROAD))]
    mine = [*book, (FOOD, has(cny(3_000_000), FOOD))]
    found = [*left(caps, FOOD, book), *left(caps, FOOD, mine)]
    told = [speech(language).tell(room.why) for room in found]
    assert len(told) == 8
    for room, sentence in zip(found, told, strict=True):
        assert "cap" in room.method.value
        assert (language == "en") == (sentence[0].isascii())


# ------------------------------------------------------------------ for any book

words = st.sampled_from(["food", "textiles", None])
amounts = st.builds(Money, st.integers(1, 10**9), st.sampled_from(CURRENCIES))


@st.composite
def books(draw: st.DrawFn) -> list[tuple[Customer, Limit]]:
    book = []
    for number in range(draw(st.integers(1, 8))):
        who = a_customer(
            f"C{number}",
            sector=draw(words),
            region=draw(st.sampled_from(["East", None])),
            country=draw(st.sampled_from(["CN", "DE"])),
            currency=draw(st.sampled_from(CURRENCIES)),
        )
        amount = Money(draw(amounts).minor, who.currency)
        until = draw(st.sampled_from([None, TODAY, TODAY + timedelta(days=1)]))
        book.append((who, has(amount, who, until=until)))
    return book


@st.composite
def several_caps(draw: st.DrawFn) -> Caps:
    parts = draw(
        st.lists(
            st.sampled_from([(Scope.BOOK, ""), (Scope.SECTOR, "food"), (Scope.COUNTRY, "CN"),
                             (Scope.REGION, "East")]), min_size=1, unique=True,
        )
    )  # fmt: skip
    most = st.integers(0, 3 * 10**9)
    found = tuple(Cap(scope, part, Money(draw(most), "CNY")) for scope, part in parts)
    return Caps(found, draw(st.sampled_from(Overdrawn)))


def comes_to(cap: Cap, book: Sequence[tuple[Customer, Limit]]) -> Fraction:
    """The exact sum of all limits under a cap, in minor units of the base currency."""
    return sum(
        (
            limit.amount.minor * OwnCurrency(limit.amount.currency, RATES, TODAY).factor_to("CNY")
            for who, limit in book
            if counts(limit, TODAY) and limit.amount and part_of(who, cap.scope) == cap.part
        ),
        Fraction(0),
    )


def situation(who: Customer, limit: Limit, caps: Caps, book: Sequence[tuple[Customer, Limit]]
              ) -> Situation:  # fmt: skip
    now = asking(who, limit)
    return Situation(
        own=now.own, current=now.current, current_state=limit.state, requested=None,
        terms_days=30, rooms=rooms(caps, now, granted(book), "CNY"),
    )  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(books(), several_caps(), evaluations, st.sampled_from(Grade))
def test_no_limit_proposed_exceeds_a_cap_or_makes_one_that_is_exceeded_worse(
    book: list[tuple[Customer, Limit]], caps: Caps, evaluation: Evaluation, grade: Grade
) -> None:
    who, limit = book[0]
    found = suggest(graded(evaluation, grade), situation(who, limit, caps, book), POLICY)
    then = [(who, has(found.proposed, who) if found.proposed else replace(limit, until=TODAY))]
    then += book[1:]
    for cap in caps.of(who):
        before, after = comes_to(cap, book), comes_to(cap, then)
        kept = caps.overdrawn is Overdrawn.KEEP and counts(limit, TODAY)
        takes_more = bool(found.proposed) and not (kept and after <= before)
        assert after <= cap.most.minor or not takes_more


@settings(max_examples=20, deadline=None)
@given(books(), several_caps(), evaluations)
def test_a_better_grade_never_lowers_a_limit_under_caps(
    book: list[tuple[Customer, Limit]], caps: Caps, evaluation: Evaluation
) -> None:
    who, limit = book[0]
    now = situation(who, limit, caps, book)
    proposed = [suggest(graded(evaluation, grade), now, POLICY).proposed for grade in Grade]
    assert proposed == sorted(proposed, reverse=True)


@settings(max_examples=20, deadline=None)
@given(books(), several_caps(), st.randoms())
def test_neither_the_order_of_limits_nor_how_they_are_added_up_matters(
    book: list[tuple[Customer, Limit]], caps: Caps, dice
) -> None:  # fmt: skip
    who, limit = book[0]
    rows = granted(book)
    sums: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = (row.scope, row.part, row.currency)
        sums[key] = sums.get(key, 0) + row.minor
    added = [Granted(*key, minor) for key, minor in sums.items()]
    dice.shuffle(added)
    now = asking(who, limit)
    assert rooms(caps, now, rows, "CNY") == rooms(caps, now, added, "CNY")


@settings(max_examples=20, deadline=None)
@given(books(), several_caps(), evaluations)
def test_following_a_proposal_leads_to_no_further_move(
    book: list[tuple[Customer, Limit]], caps: Caps, evaluation: Evaluation
) -> None:
    who, limit = book[0]
    policy: Policy = replace(POLICY, least_change=0)
    once = suggest(evaluation, situation(who, limit, caps, book), policy).proposed
    if not once:
        return
    then = [(who, has(once, who)), *book[1:]]
    again = suggest(evaluation, situation(*then[0], caps, then), policy).proposed
    assert again == once


def test_the_cap_binds_and_says_so() -> None:
    book = [(OTHER, has(cny(4_800_000), OTHER))]
    now = replace(situation(FOOD, has(cny(1), FOOD, until=TODAY), Caps((a_cap(5_000_000),)), book))
    found = suggest(judged(**BUYS), now, POLICY)
    assert (found.proposed, found.binding) == (cny(200_000), M.SECTOR_CAP)
