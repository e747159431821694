"""Whatever people and the clock do to a case, in any order, what is promised about it holds.

More than 20,000 steps, everything looked at after each of them; how many there were is printed.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from creditflow.domain.authority import Stage
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from tests.approvals.life import PEOPLE, Life

LEAST_STEPS = 20_000
STEPS, EXAMPLES, ROUNDS, MOST_ROUNDS = 60, 100, 7, 30
"""Steps of one life at most, lives in a round, rounds at least and at most.

Chance begins anew with every round: within one it keeps to what it took a liking to.
"""

VERBS = ("decide", "claim", "release", "reassign", "refer", "comment", "delegate", "revoke",
         "withdraw", "expire", "escalate", "supersede", "carry", "apply", "reopen",
         "hand in")  # fmt: skip


def lives(machine, *, examples, **more):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=False,  # else, as it is where CI is set, every round would be the same
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def test_in_twenty_thousand_steps_everything_that_is_promised_holds(capsys):
    Life.took.clear()
    Life.did.clear()

    for played in range(MOST_ROUNDS):
        if played >= ROUNDS and all(Life.did[verb] for verb in VERBS):
            break
        lives(Life, examples=EXAMPLES)

    steps = Life.took.total()
    with capsys.disabled():
        print(f"\n{steps:,} steps on a case, of which came about:", dict(Life.did.most_common()))
    assert steps >= LEAST_STEPS
    assert [verb for verb in VERBS if not Life.did[verb]] == []


# ------------------------------------------------------------------ it can fail


@pytest.mark.parametrize(
    ("broken", "instead"),
    [
        ("creditflow.approvals.mandates._spoken", lambda _person, _board: None),
        ("creditflow.approvals.deciding.ensure_free", lambda *_a, **_k: None),
        ("creditflow.approvals.deciding.ensure_in_time", lambda *_a, **_k: None),
        ("creditflow.approvals.mandates._beyond", lambda *_a: None),
        ("creditflow.approvals.entitling.involved", lambda _case, _work: {}),
    ],
)
def test_chance_finds_what_is_broken(monkeypatch, broken, instead):
    """Take one safeguard away: before long some life shows that a promise does not hold."""
    monkeypatch.setattr(broken, instead)

    def rounds():
        for _ in range(MOST_ROUNDS):
            lives(Life, examples=EXAMPLES, phases=[Phase.generate], report_multiple_bugs=False)

    with pytest.raises(AssertionError):
        rounds()


def chair():
    return next(person for person in PEOPLE if person.id == "chair.gao")


def test_a_promise_that_is_broken_would_be_noticed(monkeypatch):
    """Let one person sign twice: what always holds does not hold any more."""
    monkeypatch.setattr("creditflow.approvals.mandates._spoken", lambda _person, _board: None)
    life = Life()
    life.begin(way=(Stage("credit_manager"), Stage("committee")), cap=None)
    for _ in range(2):
        life.somebody_decides(chair(), Say.APPROVE, amount=0, comment="", stale=False)

    with pytest.raises(AssertionError):
        life.nobody_counts_twice_in_a_round()


def test_an_agreement_that_is_carried_in_spite_of_a_worse_grade_would_be_noticed(monkeypatch):
    monkeypatch.setattr("creditflow.approvals.carrying.worsened", lambda *_a: False)
    life = Life()
    life.begin(way=(Stage("credit_manager"), Stage("committee")), cap=None)
    life.somebody_decides(chair(), Say.APPROVE, amount=0, comment="", stale=False)
    life.its_grounds_move(800_000, Grade.D, 15_000, 600)

    with pytest.raises(AssertionError):
        life.what_is_carried_was_agreed_to_and_did_not_get_worse()
