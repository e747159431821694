"""Cases like another one: the nearest of all by the stated distance, found by an index alone."""

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.precedent import direction, distance
from creditflow.domain.scorecard import Segment
from creditflow.store.tables import PRECEDENT
from tests.makers import (
    a_case,
    a_customer,
    a_decision,
    a_proposal,
    an_evaluation,
    an_occasion,
    cny,
    later,
)

WAITS = a_proposal(id="PR-0", case_id="CASE-0", grade=Grade.C, proposed=cny(800_000))
"""A raise from CNY 600,000 at grade C."""


def decided(work, number, *, state=CaseState.NOTIFIED, said=Say.APPROVE, segment=None, **how):
    """A case that a person has decided."""
    customer = CustomerId(f"K{number:04d}")
    case, by = f"CASE-{number}", how.pop("by", "approver.zhao")
    work.customers.put_all([a_customer(customer)])
    proposal = a_proposal(
        id=f"PR-{number}",
        case_id=case,
        customer=customer,
        evaluation_id=f"EV-{number}",
        candidates=(),
        **how,
    )
    work.evaluations.add(
        an_evaluation(
            id=f"EV-{number}",
            case_id=case,
            customer=customer,
            grade=proposal.grade,
            segment=segment or Segment.EXISTING,
        )
    )
    work.proposals.add(proposal)
    work.cases.add(
        a_case(
            case,
            customer=customer,
            state=state,
            occasion=an_occasion(customer=customer),
            evaluation_id=f"EV-{number}",
            proposal_id=proposal.id,
            proposal_hash=proposal.hash,
        )
    )
    limit = proposal.proposed if said is Say.APPROVE else None
    work.decisions.add(
        a_decision(
            case,
            by=by,
            say=said,
            limit=limit,
            proposal_hash=proposal.hash,
            comment="As it was.",
            idempotency_key=case,
        )
    )
    return proposal


def near(database, proposal=WAITS, segment=Segment.EXISTING):
    with database.readings() as readings:
        return readings.precedents(proposal, an_evaluation(segment=segment))


def test_it_is_told_what_was_decided_and_why(sql_database):
    with sql_database.work() as work:
        proposal = decided(work, 1, proposed=cny(700_000))
    (found,) = near(sql_database)

    assert (found.case_id, found.customer, found.verdict) == ("CASE-1", "K0001", Say.APPROVE)
    assert (found.limit, found.proposed, found.comment) == (
        cny(700_000),
        cny(700_000),
        "As it was.",
    )
    assert found.distance == distance(Grade.C, cny(800_000), proposal.grade, cny(700_000))


@pytest.mark.parametrize(
    "other",
    [
        {"segment": Segment.NEW},
        {"grade": Grade.E},
        {"proposed": cny(500_000)},  # a cut
        {"current": None, "current_version": 0},
        {"said": Say.RETURN, "state": CaseState.RETURNED},
        {"state": CaseState.PROPOSED},
        {"by": POLICY_ACTOR},
    ],
)
def test_what_is_not_alike_or_not_decided_by_people_is_left_out(sql_database, other):
    with sql_database.work() as work:
        decided(work, 1, **other)
        decided(work, 2)
    assert [found.case_id for found in near(sql_database)] == ["CASE-2"]


def test_a_later_round_takes_the_place_of_an_earlier_one(sql_database):
    with sql_database.work() as work:
        decided(work, 1, proposed=cny(700_000))
        again = a_proposal(
            id="PR-1b",
            case_id="CASE-1",
            customer=CustomerId("K0001"),
            evaluation_id="EV-1",
            candidates=(),
            proposed=cny(900_000),
        )
        work.proposals.add(again)
        case = work.cases.get("CASE-1").noted(
            at=later(hours=1), round=2, proposal_id="PR-1b", proposal_hash=again.hash
        )
        work.cases.put(case)
        work.decisions.add(
            a_decision("CASE-1", round=2, say=Say.REJECT, limit=None, proposal_hash=again.hash)
        )
    (found,) = near(sql_database)
    assert (found.proposed, found.verdict, found.limit) == (cny(900_000), Say.REJECT, None)


def test_the_nearest_of_many_are_those_that_the_distance_says(sql_database):
    """Held against all of them, one by one."""
    chance = random.Random(20260302)
    with sql_database.work() as work:
        all_of_them = [
            decided(
                work, number,
                proposed=cny(chance.choice([chance.randint(1, 3_000_000), 900_000])),
                grade=chance.choice(list(Grade)),
                segment=chance.choice(list(Segment)),
            )
            for number in range(1, 120)
        ]  # fmt: skip
        segments = {p.case_id: work.evaluations.get(p.evaluation_id).segment for p in all_of_them}
    for grade in Grade:
        for amount in (1, 650_000, 900_000, 2_900_000, 40_000_000):
            asked = replace(WAITS, grade=grade, proposed=cny(amount))
            way = direction(asked.current, asked.proposed)
            alike = [
                p for p in all_of_them
                if segments[p.case_id] is Segment.EXISTING
                and direction(p.current, p.proposed) is way
                and abs(list(Grade).index(p.grade) - list(Grade).index(grade)) <= 1
            ]  # fmt: skip
            apart = sorted(distance(grade, cny(amount), p.grade, p.base_amount) for p in alike)
            assert [found.distance for found in near(sql_database, asked)] == apart[:5]


def test_only_an_index_is_read_however_many_there_are(sql_database):
    """The counterpart of the figures: without the index the plan would name the table."""
    if "sqlite" not in str(sql_database.url):
        pytest.skip("SQLite alone tells its plan so plainly")
    query = (
        sa.select(PRECEDENT.c.case_id)
        .where(
            PRECEDENT.c.segment == "existing",
            PRECEDENT.c.direction == "raise",
            PRECEDENT.c.grade == "C",
            PRECEDENT.c.base_minor >= 5,
        )
        .order_by(PRECEDENT.c.base_minor)
        .limit(5)
    )
    with sql_database._readers.connect() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert "USING COVERING INDEX ix_precedent_like" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
