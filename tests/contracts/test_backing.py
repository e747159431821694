"""Covers and guarantees are kept and found the same way by every Work."""

from datetime import date

from creditflow.domain.covers import Held
from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.money import Money
from tests.makers import ACME, NOW, a_cover, a_customer, a_guarantee, a_limit, cny, later


def test_they_come_back_as_they_were(database):
    cover = a_cover(
        until=None, source="broker", origin=Origin("ab" * 32, "covers.csv", 3), amount=cny(0)
    )
    guarantee = a_guarantee(amount=Money.of(5, "USD"))
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        work.backings.add(covers=[cover], guarantees=[guarantee], at=NOW)
    with database.reading() as work:
        found = work.backings.of(ACME)
        assert found == Held((cover,), (guarantee,))
        assert found.covers[0].origin == cover.origin
        assert not work.backings.of(CustomerId("C002"))
        assert work.backings.all() == {ACME: found}
        assert work.backings.all([]) == work.backings.all(["C002", "C404"]) == {}


def test_the_later_word_counts_and_what_was_believed_before_is_known_for_ever(database):
    first, cut = a_cover(), a_cover(amount=cny(50_000))
    next_year = a_cover(from_=date(2027, 1, 1), until=None)
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.backings.add(covers=[next_year, first], at=NOW)
        work.backings.add(covers=[cut], at=later(days=2))
    with database.reading() as work:
        assert work.backings.of(ACME).covers == (cut, next_year)
        assert work.backings.all([ACME])[ACME].covers == (cut, next_year)
        assert work.backings.of(ACME, before=later(days=1)).covers == (first, next_year)
        assert work.backings.of(ACME, before=NOW) == Held()


def test_a_limit_keeps_which_part_of_it_is_open(database):
    some = a_limit(cny(500_000), open=cny(0))
    all_of_it = a_limit(cny(400_000), version=2)
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.limits.add(some, replacing=0)
        work.limits.add(all_of_it, replacing=1)
    with database.reading() as work:
        assert [limit.open for limit in work.limits.history(ACME)] == [cny(0), None]
