"""Who guesses waits longer and longer, by account and by address, and nobody for good."""

import pytest

from creditflow.services.guarding import (
    BY_ADDRESS,
    BY_NAME,
    Hasty,
    count_try,
    forgive,
    network_of,
)
from tests.fakes import FakeWork
from tests.makers import NOW, a_person, a_policy, later

HERE = "192.0.2.7"


@pytest.fixture
def work():
    work = FakeWork(a_policy())
    work.people.put(a_person())
    return work


def wait(name, address, at, work):
    try:
        count_try(name, address, at=at, work=work)
    except Hasty as hasty:
        return hasty.seconds
    return 0


def test_an_account_waits_twice_as_long_each_time_up_to_a_bound(work):
    now, waits = 0, []
    for _ in range(12):
        seconds = wait("approver.zhao", "", later(seconds=now), work)
        waits.append(seconds)
        now += seconds
        if seconds:
            assert wait("approver.zhao", "", later(seconds=now), work) == 0, "its time has come"
    assert waits[:6] == [0, 0, 0, 5, 10, 20]
    assert max(waits) == BY_NAME.longest


def test_a_hasty_try_is_not_counted_and_another_name_does_not_wait(work):
    for _ in range(3):
        wait("x", "", NOW, work)
    assert [wait("x", "", NOW, work) for _ in range(5)] == [5] * 5
    assert wait("X", "", NOW, work) == 5, "names are the same in capitals"
    assert wait("y", "", NOW, work) == 0


def test_an_address_that_tries_many_names_waits_as_well(work):
    waits = [wait(f"n{number}", HERE, NOW, work) for number in range(BY_ADDRESS.free + 1)]
    assert waits == [0] * BY_ADDRESS.free + [5]
    assert wait("n99", "192.0.2.8", NOW, work) == 0


def test_signing_in_rightly_takes_back_its_own_try_and_no_others(work):
    for number in range(BY_ADDRESS.free - 1):
        wait(f"n{number}", HERE, NOW, work)
    for _ in range(50):
        assert wait("approver.zhao", HERE, NOW, work) == 0
        forgive("approver.zhao", HERE, work=work)
    wait("n98", HERE, NOW, work)
    assert wait("n99", HERE, NOW, work) == 5


def test_after_an_hour_everything_is_forgotten(work):
    for _ in range(4):
        wait("x", HERE, NOW, work)
    assert wait("x", HERE, later(hours=1, seconds=1), work) == 0
    assert work.failed_tries.of("name:x").failures == 1


def test_guessing_at_somebody_is_journaled_once_and_a_mistyped_name_never(work):
    for name in ("approver.zhao", "my password in the wrong field"):
        for minute in range(6):
            wait(name, HERE, later(minutes=2 * minute), work)
    (sealed,) = work.journal.entries()
    assert (sealed.entry.what, sealed.entry.subject) == ("security.guessing", "approver.zhao")


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("unix", "unix")],
)
def test_an_ipv6_household_is_one_address(address, network):
    assert network_of(address) == network
