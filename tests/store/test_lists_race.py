"""Who decides from a list and who decides on a page meet at the same cases: one decision each."""

import random
import threading

import pytest

from creditflow.approvals.at_once import decide_from_list
from creditflow.approvals.board import board_of
from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import AlreadyDecided
from creditflow.domain.decision import Say
from creditflow.domain.errors import Problem
from tests.makers import TODAY, a_decision, cny, later
from tests.store.racing import APPROVERS, OUTCOMES, _verdict, open_case, prepare

CASES = 5
ROUNDS = 6


def standings(database, cases):
    with database.both() as (_, readings):
        return readings.waiting.standings(cases)


def raced(database, first, chance):
    """Two decide all cases from a list, one from each end; two more decide them one by one."""
    cases = [open_case(database, number) for number in range(first, first + CASES)]
    shown = standings(database, cases)
    barrier = threading.Barrier(4)
    made, told = [], []

    def decided(case, place, said, from_list):
        line, how = shown[case].line, {"by": APPROVERS[place], "key": f"{case}:{place}",
                                       "at": later(seconds=place), "on": TODAY}  # fmt: skip
        verdict = _verdict(said, line.seen)
        if not from_list:
            return database.run(lambda work: decide(case, verdict, work=work, **how))
        return database.run(
            lambda work: decide_from_list(line, said, comment=verdict.comment, work=work, **how)
        )

    def run(place, order, from_list):
        said = chance.choice([Say.APPROVE, Say.REJECT])
        barrier.wait()
        for case in order:
            try:
                made.append((decided(case, place, said, from_list), from_list))
            except Problem as problem:
                told.append(problem)

    orders = [(cases, True), (cases[::-1], True), (cases, False), (cases[::-1], False)]
    threads = [
        threading.Thread(target=run, args=(place, *order)) for place, order in enumerate(orders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return cases, made, told


def test_of_lists_and_pages_that_decide_the_same_cases_one_wins_each(sql_database):
    prepare(sql_database)
    chance, by_list = random.Random(5), set()
    for round_ in range(ROUNDS):
        cases, made, told = raced(sql_database, 1 + round_ * CASES, chance)

        assert sorted(decision.case_id for decision, _ in made) == sorted(cases)
        assert len(told) == 3 * CASES
        assert {type(problem) for problem in told} == {AlreadyDecided}
        with sql_database.reading() as work:
            for decision, from_list in made:
                by_list.add(from_list)
                assert work.decisions.of(decision.case_id) == [decision]
                assert work.cases.get(decision.case_id).state is OUTCOMES[decision.say]
                assert len(work.journal.of(decision.case_id)) == 1
    assert by_list == {True, False}, "always the same side wins: that is no race"


@pytest.mark.parametrize("changed", [False, True])
def test_a_line_is_what_the_board_says(sql_database, changed):
    prepare(sql_database)
    cases = [open_case(sql_database, number) for number in (1, 2)]
    if changed:
        with sql_database.work() as work:
            how = {"say": Say.APPROVE_WITH_CHANGE, "limit": cny(700_000), "final": False}
            work.decisions.add(a_decision(cases[0], by=APPROVERS[1].id, **how))

    found = standings(sql_database, cases)

    with sql_database.reading() as work:
        for name in cases:
            case = work.cases.get(name)
            board = board_of(case, work.proposals.get(case.proposal_id), work)
            line = found[name].line
            assert (line.seen, found[name].amount) == (board.seen, board.standing)
            assert (line.version, line.proposal) == (case.version, case.proposal_id)
            assert line.after == work.journal.last()
    assert (found[cases[0]].amount == cny(700_000)) is changed
