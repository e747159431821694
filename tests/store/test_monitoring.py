"""Monitoring reads many at a time, and of any day exactly what could be known on it."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.ledger import Ledger
from creditflow.domain.monitoring_lateness import Outcome, Spell, spells, turned_bad
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.precedent import Precedent
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Evidence
from creditflow.store import monitoring_rows as rows
from creditflow.store.encoding import encode
from creditflow.store.monitoring import Moment, Which, unsettled
from creditflow.store.tables import EVALUATION, INVOICE
from tests.databases import sqlite_database
from tests.domain.monitored import EVERY_DAY
from tests.domain.strategies import ledgers
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_decision,
    a_payment,
    a_proposal,
    a_signal,
    a_task,
    an_evaluation,
    an_invoice,
    an_occasion,
    cny,
)


def moment(on=TODAY, hour=24):
    end = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(hours=hour)
    return Moment(on, end, lambda at: at.date())


def evaluated(work, number, on, *, at=NOW, **changes):
    customer = CustomerId(f"C{number:03}")
    case = f"CASE-{number}-{on}"
    work.customers.put_all([a_customer(customer, **changes)])
    work.cases.add(
        a_case(
            case,
            customer=customer,
            state=CaseState.WITHDRAWN,
            occasion=an_occasion(customer=customer, on=on),
        )
    )
    made = an_evaluation(f"EV-{number}-{on}", case_id=case, customer=customer, on=on, at=at)
    work.evaluations.add(made)
    return made


@contextmanager
def counted(database):
    seen = []

    def note(_conn, _cursor, statement, *_):
        seen.append(statement)

    sa.event.listen(database._readers, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database._readers, "before_cursor_execute", note)


def test_evaluations_are_those_known_on_the_day(sql_database):
    yesterday = TODAY - timedelta(days=1)
    with sql_database.work() as work:
        made = evaluated(work, 1, yesterday)
        evaluated(work, 2, TODAY + timedelta(days=1))
        evaluated(work, 3, yesterday, at=NOW + timedelta(days=1))
        evaluated(work, 4, TODAY - timedelta(days=400))
    with sql_database.readings() as readings:
        (one,) = readings.monitoring.judged(moment(), since=TODAY - timedelta(days=365))
        assert (one.evaluation, one.customer, one.on) == (made.id, made.customer, yesterday)
        assert (one.segment, one.scorecard, one.policy_version) == (
            Segment.EXISTING,
            made.scorecard,
            made.policy_version,
        )
        assert (one.points, one.grade, one.pd) == (made.points, made.grade, made.pd)
        assert len(readings.monitoring.judged(moment())) == 2


def test_values_are_those_that_were_known_and_fresh(sql_database):
    evidence = Evidence(
        [
            a_signal("fresh", Decimal("7.50")),
            a_signal("word", "yes"),
            a_signal("unknown", None),
            a_signal("stale", Decimal(1), stale_after=TODAY - timedelta(days=1)),
            a_signal("lasting", Decimal(2), stale_after=None),
        ]
    )
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case())
        work.evaluations.add(an_evaluation(on=TODAY, evidence=evidence))
    with sql_database.readings() as readings:
        (one,) = readings.monitoring.with_values(readings.monitoring.judged(moment()))

        some = readings.monitoring.with_values(readings.monitoring.judged(moment()), {"word"})
        assert dict(some[0].values) == {"word": "yes"}

    usable = {name: s.value for name, s in evidence.items() if s.usable(TODAY)}
    assert (
        dict(one.values)
        == usable
        == {
            "fresh": Decimal("7.50"),
            "word": "yes",
            "lasting": Decimal(2),
        }
    )


def test_evidence_kept_in_its_earlier_form_is_read_too():
    made = an_evaluation(on=TODAY)
    body = json.loads(encode(made))
    body["evidence"] = body["evidence"]["signals"]

    assert rows.values(json.dumps(body), TODAY) == rows.values(encode(made), TODAY) != {}


def test_customers_can_be_chosen_by_sector_and_currency(sql_database):
    with sql_database.work() as work:
        evaluated(work, 1, TODAY, sector="food")
        evaluated(work, 2, TODAY, sector="retail", currency="EUR")
    with sql_database.readings() as readings:
        watch = readings.monitoring

        def found(**which):
            return [one.customer for one in watch.judged(moment(), Which(**which))]

        assert found() == ["C001", "C002"]
        assert found(sector="food") == found(currency="CNY") == ["C001"]
        assert found(sector="food", currency="EUR") == []
        assert watch.choices() == (["food", "retail"], ["CNY", "EUR"])


def test_decisions_come_with_what_was_proposed_and_where(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case(state=CaseState.APPROVED))
        work.evaluations.add(an_evaluation())
        work.proposals.add(a_proposal())
        work.tasks.add(a_task())
        work.decisions.add(a_decision(say=Say.APPROVE_WITH_CHANGE, limit=cny(700_000)))
        work.decisions.add(
            a_decision(round=2, by=POLICY_ACTOR, stage=0, at=NOW + timedelta(days=1))
        )
    with sql_database.readings() as readings:
        (one,) = readings.monitoring.rulings(moment())
        assert (one.desk, one.proposed, one.decided) == ("director", cny(800_000), cny(700_000))
        assert (one.customer, one.on, one.grade) == (ACME, TODAY, Grade.C)
        both = readings.monitoring.rulings(moment(TODAY + timedelta(days=1)), Which(currency="CNY"))
        assert [ruling.by_policy for ruling in both] == [False, True]
        assert readings.monitoring.rulings(moment(TODAY - timedelta(days=1))) == []
        tomorrow = moment(TODAY + timedelta(days=1))
        (late,) = readings.monitoring.rulings(tomorrow, since=moment())
        assert late.by_policy
        assert readings.monitoring.rulings(tomorrow, since=tomorrow) == []


def test_stages_are_open_until_they_were_done_and_planned_ones_are_none(sql_database):
    done, soon = NOW + timedelta(days=2), NOW + timedelta(hours=3)
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case())
        work.tasks.add(a_task(state=TaskState.DONE, done_at=done, done_by="approver.zhao"))
        work.tasks.add(a_task(stage=2, state=TaskState.CANCELLED, opened_at=soon, done_at=soon))
        work.tasks.add(a_task(stage=3, state=TaskState.PLANNED))
        work.tasks.add(a_task(stage=4, state=TaskState.CANCELLED, done_at=soon))
    with sql_database.readings() as readings:
        first, second = readings.monitoring.stages(moment())
        assert (first.done_at, first.done_on, first.counts) == (None, None, True)
        assert (second.stage, second.done_on, second.counts) == (2, TODAY, False)
        later = readings.monitoring.stages(moment(done.date()))
        assert later[0].done_on == done.date()
        (open_still,) = readings.monitoring.stages(moment(done.date()), since=moment())
        assert open_still.stage == 1
        assert readings.monitoring.stages(moment(done.date()), since=moment(done.date())) == []


def test_late_payers_are_found_with_their_times(sql_database):
    due, on = date(2025, 6, 1), date(2025, 9, 1)
    since = due + timedelta(days=30)
    terms = {"issued_on": date(2025, 5, 1), "due_on": due, "amount": cny(1000)}
    names = ("good", "late", "never", "rest", "other", "disputed")
    with sql_database.work() as work:
        work.customers.put_all([a_customer(name) for name in names])
        work.ledger.add(
            invoices=[
                an_invoice(f"R-{n}", customer=n, disputed=n == "disputed", **terms) for n in names
            ],
            payments=[
                a_payment("P-1", customer="good", invoice="R-good", paid_on=since, amount=cny(1000)),
                a_payment("P-2", customer="late", invoice="R-late", amount=cny(1000),
                          paid_on=since + timedelta(days=1)),
                a_payment("P-3", customer="rest", invoice="R-rest", paid_on=due, amount=cny(990)),
                # Somebody else's payment with that number settles nothing.
                a_payment("P-4", customer="good", invoice="R-other", paid_on=due, amount=cny(1000)),
            ],
        )  # fmt: skip
    with sql_database.readings() as readings, counted(sql_database) as statements:
        found = readings.monitoring.spells(on, days=30, rates=Rates([]))
        assert found["late"] == (Spell(since, since + timedelta(days=1)),)
        assert found["never"] == found["other"] == (Spell(since),)
        assert not any(found.get(name) for name in ("good", "rest", "disputed"))
        assert readings.monitoring.spells(since - timedelta(days=1), days=30, rates=Rates([])) == {}
    assert len(statements) <= 10


def test_a_customer_without_a_rate_is_unknown_not_good(sql_database):
    old = {"issued_on": date(2025, 1, 1), "due_on": date(2025, 2, 1)}
    with sql_database.work() as work:
        work.customers.put_all([a_customer(currency="EUR")])
        work.ledger.add(
            invoices=[an_invoice(**old)],
            payments=[a_payment(invoice=None, paid_on=date(2025, 2, 1))],
        )
    with sql_database.readings() as readings:
        assert readings.monitoring.spells(TODAY, days=30, rates=Rates([])) == {ACME: None}


OUTCOME = Outcome(days=30, within=180)


def decided_on(day):
    """A decided case of the customer, as cases like another one are found."""
    return Precedent(
        *("CASE-1", ACME, "Acme", None, Grade.C, cny(1), cny(1), Say.APPROVE, cny(1), ""),
        at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        distance=0.0,
    )


decided = [decided_on(TODAY - timedelta(days=back)) for back in range(0, 1000, 30)]


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(ledgers())
def test_the_sieve_lets_nobody_slip_through(tmp_path_factory, ledger: Ledger):
    folder = tmp_path_factory.mktemp("sieve")
    with sqlite_database(folder) as database:
        with database.work() as work:
            work.customers.put_all([a_customer()])
            work.ledger.add(invoices=ledger.invoices, payments=ledger.payments)
        with database.readings() as readings:
            found = readings.monitoring.spells(TODAY, days=30, rates=EVERY_DAY)
            bad = readings.turned_bad(decided, OUTCOME, rates=lambda: EVERY_DAY, on=TODAY)
    expected = spells(ledger, currency="CNY", rates=EVERY_DAY, days=30, on=TODAY)
    assert found.get(ACME, ()) == expected
    assert bad == [turned_bad(expected, one.at.date(), OUTCOME) for one in decided]


def test_what_became_of_a_case_is_unknown_without_a_rate_only_where_it_matters(sql_database):
    old = {"issued_on": date(2025, 1, 1), "due_on": date(2025, 2, 1)}
    with sql_database.work() as work:
        work.customers.put_all([a_customer(currency="EUR")])
        work.ledger.add(
            invoices=[an_invoice(**old)],
            payments=[a_payment(invoice=None, paid_on=date(2025, 2, 1))],
        )
    asked = [decided_on(date(2025, 2, 1)), decided_on(date(2025, 6, 1))]
    with sql_database.readings() as readings:
        bad = readings.turned_bad(asked, OUTCOME, rates=lambda: Rates([]), on=TODAY)
    assert bad == [None, False]


def test_rates_and_ledgers_are_read_of_nobody_who_was_never_late(sql_database):
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
    with sql_database.readings() as readings, counted(sql_database) as statements:
        assert readings.turned_bad([], OUTCOME, rates=pytest.fail, on=TODAY) == []
        (bad,) = readings.turned_bad(
            [decided_on(date(2025, 6, 1))], OUTCOME, rates=pytest.fail, on=TODAY
        )
    assert bad is False
    assert len(statements) == 1


def test_payments_are_looked_for_by_their_invoice_not_among_all_of_a_source(sql_database):
    """By their day, each invoice would be held against every payment that came in before."""
    if "sqlite" not in str(sql_database.url):
        pytest.skip("SQLite alone tells its plan so plainly")
    with sql_database._readers.connect() as connection:
        query = sa.select(INVOICE.c.id).where(unsettled(30))
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
    assert "payment USING INDEX ix_payment_source_invoice" in plan
    assert "paid_on<" not in plan


MANY = 2_000


@pytest.fixture
def large(sql_database):
    """Two thousand evaluations with evidence of the usual size."""
    from creditflow.domain.catalogue import SIGNALS

    evidence = Evidence(a_signal(name, Decimal("12.34")) for name in SIGNALS)
    body = encode(an_evaluation(on=TODAY, evidence=evidence))
    with sql_database.work() as work:
        work.customers.put_all([a_customer(f"C{n:05}") for n in range(MANY)])
        work.cases.add(a_case(customer="C00000"))
        work.evaluations._transaction.insert(
            EVALUATION,
            [
                {
                    "id": f"EV-{n:06}",
                    "case_id": "CASE-1",
                    "customer_id": f"C{n:05}",
                    "made_at": NOW,
                    "grade": "C",
                    "points": "690",
                    "confidence": "0.9",
                    "body": body,
                }
                for n in range(MANY)
            ],
        )
    return sql_database


def test_two_thousand_evaluations_are_read_at_once(large):
    with counted(large) as statements:
        light, whole = _reading_them(large)
    # As parsing below: what other work adds to one try is no cost of reading.
    others = [_reading_them(large) for _ in range(2)]
    light, whole = map(min, zip((light, whole), *others, strict=True))

    # 0.1 and 0.4 s where nothing else runs; held by what reading the same JSON costs anywhere.
    parsing = min(_parsing_them() for _ in range(3))
    assert light < 2 * parsing
    assert whole < 6 * parsing
    assert len(statements) <= 10


def _reading_them(database) -> tuple[float, float]:
    with database.readings() as readings:
        begin = time.process_time()
        found = readings.monitoring.judged(moment())
        light = time.process_time() - begin
        full = readings.monitoring.with_values(found)
        whole = time.process_time() - begin
    assert len(full) == MANY
    return light, whole


def _parsing_them() -> float:
    from creditflow.domain.catalogue import SIGNALS

    evidence = Evidence(a_signal(name, Decimal("12.34")) for name in SIGNALS)
    body = encode(an_evaluation(on=TODAY, evidence=evidence))
    begin = time.process_time()
    for _ in range(MANY):
        json.loads(body)
    return time.process_time() - begin
