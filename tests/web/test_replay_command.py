"""`creditflow replay`: one sentence where all is the same, exit status 1 and every difference else."""

import sys

import pytest

from creditflow.cli import installing, run
from creditflow.domain.case import CaseState


@pytest.fixture
def said(app, monkeypatch, capsys):
    """What the command says, and its exit status."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["creditflow", "replay", *words])
        status = run()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def tamper(app):
    with app.database._writers.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER evaluation_no_update")
        connection.exec_driver_sql("UPDATE evaluation SET points = '999.00' WHERE id = 'EV-000002'")


def test_all_evaluations_of_an_installation_replay(app, said):
    with app.reading() as work:
        count = len(work.evaluations.ids())
        proposals = sum(case.proposal_id is not None for case in work.cases.in_states(CaseState))
    status, out, err = said("--all")
    assert (status, err) == (0, "")
    assert f"{count} evaluations and {proposals} proposals replay exactly." in out
    assert proposals


def test_one_is_told_in_a_sentence(said):
    status, out, _ = said("EV-000001")
    assert status == 0
    assert out.startswith("Evaluation EV-000001 replays exactly: ")
    assert "Proposal PR-000001 follows from it exactly: " in out


def test_a_tampered_one_is_named_with_its_difference(app, said):
    tamper(app)
    for words in (("EV-000002",), ("--all",)):
        status, _, err = said(*words)
        assert status == 1
        assert "lists.points: kept is" in err
    assert "1 of " in err


@pytest.mark.parametrize("words", [(), ("EV-000001", "--all")])
def test_it_asks_which(said, words):
    status, _, err = said(*words)
    assert status == 2
    assert "--all" in err


def test_one_that_is_not_there_is_refused(said):
    status, _, err = said("EV-999999")
    assert status == 1
    assert "EV-999999" in err
