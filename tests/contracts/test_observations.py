"""What others have observed is kept and found the same way by every Work."""

from datetime import date

from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.observation import About
from tests.makers import ACME, a_customer, an_observation


def test_an_observation_comes_back_as_it_was(database):
    full = an_observation(
        valid_until=date(2026, 8, 1), source="bureau", origin=Origin("ab" * 32, "signals.csv", 3)
    )
    plain = an_observation("insolvency", value="no", scale=None)
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.observations.add([full, plain])
    with database.reading() as work:
        found = work.observations.of(a_customer())
        assert found == [full, plain]
        assert found[0].origin == full.origin
        assert work.observations.of(a_customer("C002", sector=None)) == []


def test_a_customers_sector_and_country_are_observed_too(database):
    outlook = {"what": "market_outlook", "scale": None}
    hardware = an_observation(about=About.SECTOR, subject="hardware", value="-0.5", **outlook)
    china = an_observation(about=About.COUNTRY, subject="CN", value="0.2", **outlook)
    others = [
        an_observation(about=About.SECTOR, subject="CN", value="0", **outlook),
        an_observation(about=About.COUNTRY, subject="hardware", value="0", **outlook),
        an_observation(subject="C002", value="0", **outlook),
    ]
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002", sector="food", country="DE")])
        work.observations.add([hardware, china, *others])
    with database.reading() as work:
        assert work.observations.of(a_customer()) == [china, hardware]
        assert work.observations.of(a_customer("C002", sector="food", country="DE")) == others[2:]


def test_the_later_word_about_the_same_thing_counts_and_the_earlier_one_stays(database):
    better, worse = an_observation(value="AA"), an_observation(value="B")
    other_day = an_observation(on=date(2026, 1, 10), value="A")
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.observations.add([better, other_day])
        work.observations.add([worse])
    with database.reading() as work:
        assert work.observations.of(a_customer()) == [other_day, worse]
        assert work.observations.latest([ACME, "nobody"]) == {
            worse.key: worse, other_day.key: other_day
        }  # fmt: skip


def test_nothing_was_observed_of_somebody_nobody_knows(database):
    with database.reading() as work:
        assert work.observations.of(a_customer(CustomerId("C404"), sector=None)) == []
        assert work.observations.latest([]) == {}
