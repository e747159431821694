"""Credit on top comes back as it was recorded, and its end is seen to by one alone."""

import threading
from datetime import date

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.services.ending import see_end
from tests.makers import ACME, NOW, a_customer, an_added_limit, cny, later

ENDS = date(2026, 6, 9)


@pytest.fixture
def opened(database):
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
    return database


def test_every_entry_comes_back_and_the_highest_version_counts(opened):
    first = an_added_limit()
    shorter = an_added_limit(version=2, until=date(2026, 5, 1), recorded_at=later(hours=1))
    other = an_added_limit("AL-000002", project="Bridge", recorded_at=later(minutes=1))
    with opened.work() as work:
        work.added_limits.add(first, replacing=0)
        work.added_limits.add(other, replacing=0)
        work.added_limits.add(shorter, replacing=1)
    with opened.reading() as work:
        assert work.added_limits.of(ACME) == [first, other, shorter]
        assert work.added_limits.get("AL-000001") == shorter
        assert work.added_limits.of(CustomerId("C002")) == []
        with pytest.raises(NotFound):
            work.added_limits.get("AL-9")


def test_an_entry_replaces_only_the_version_it_was_made_for(opened):
    with opened.work() as work:
        work.added_limits.add(an_added_limit(), replacing=0)
    with pytest.raises(Conflict), opened.work() as work:
        work.added_limits.add(an_added_limit(), replacing=0)
    with pytest.raises(ValueError, match="version"), opened.work() as work:
        work.added_limits.add(an_added_limit(version=3), replacing=1)
    for wrong in (
        an_added_limit(version=2, until=date(2026, 6, 10)),
        an_added_limit(version=2, amount=cny(1)),
        an_added_limit(version=2, recorded_at=later(hours=-1)),
    ):
        with pytest.raises(ValueError, match=r"longer|earlier|before"), opened.work() as work:
            work.added_limits.add(wrong, replacing=1)
    with opened.reading() as work:
        assert work.added_limits.of(ACME) == [an_added_limit()]


def test_only_what_is_over_and_not_seen_to_is_over(opened):
    cut = an_added_limit("AL-000002", version=2, until=date(2026, 4, 1))
    with opened.work() as work:
        work.added_limits.add(an_added_limit(), replacing=0)
        work.added_limits.add(an_added_limit("AL-000002"), replacing=0)
        work.added_limits.add(cut, replacing=1)
        assert work.added_limits.over(date(2026, 3, 31)) == []
        assert work.added_limits.over(date(2026, 4, 1)) == [cut]
        assert work.added_limits.over(ENDS) == [cut, an_added_limit()]
        assert work.added_limits.end("AL-000002", on=cut.until, at=NOW)
        assert work.added_limits.over(ENDS) == [an_added_limit()]


def test_an_end_is_seen_to_once_and_nothing_follows_it(opened):
    with opened.work() as work:
        work.added_limits.add(an_added_limit(), replacing=0)
        assert work.added_limits.end("AL-000001", on=ENDS, at=NOW)
    with opened.work() as work:
        assert not work.added_limits.end("AL-000001", on=ENDS, at=later(hours=1))
    shorter = an_added_limit(version=2, until=date(2026, 5, 1))
    with pytest.raises(Conflict), opened.work() as work:
        work.added_limits.add(shorter, replacing=1)


def test_two_clocks_that_saw_the_same_end_note_it_once(sql_database):
    """On a real database, at once."""
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        limit = an_added_limit()
        work.added_limits.add(limit, replacing=0)
    at, together, seen = later(days=99), threading.Barrier(4), []

    def clock():
        together.wait()
        with sql_database.work() as work:
            seen.append(see_end(limit.id, on=ENDS, at=at, work=work))

    clocks = [threading.Thread(target=clock) for _ in range(4)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    assert [x for x in seen if x is not None] == [limit]
    with sql_database.reading() as work:
        entries = [x.entry.what for x in work.journal.of(ACME)]
    assert entries == ["limit.ended"]
