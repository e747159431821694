"""What waited under any earlier schema version is decided after the migration, at any stage."""

from datetime import timedelta

import pytest

from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import awaiting
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection
from creditflow.approvals.withdrawing import expire, hand_in_again
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.journal import first_broken
from creditflow.services.applying import apply
from tests.store.kept_schemas import CONDITIONS, kept, opened_postgres, opened_sqlite, versions

STAGES_SINCE, CHANGED_SINCE = "0003", "0029"


def test_of_every_schema_version_a_database_was_kept():
    missing = sorted(set(versions()) - set(kept()))
    assert missing == [], (
        "keep a database of the version that your migration makes, and commit it:"
        " python -m tests.store.kept_schemas"
    )


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request, tmp_path):
    """Opens the database of a version on one of both."""
    if request.param == "sqlite":
        return lambda version: opened_sqlite(version, tmp_path)
    server = request.getfixturevalue("postgres")
    return lambda version: opened_postgres(version, server, tmp_path)


def waiting(database):
    with database.reading() as work:
        return {c.id: c for c in work.cases.in_states([CaseState.AWAITING])}


def decide_whole(database, case_id, said, at, on):
    """Have everybody who may say the same, until the case waits no more; who said it."""
    by = []
    while case_id in waiting(database):
        with database.work() as work:
            board = awaiting(work.cases.get(case_id), work)
            policy, barred = work.policies.current(), involved(board.case, work)
            held = board.task.holder(at)
            able = [
                person
                for person in work.people.all()
                if held in (None, person.id)
                and objection(person, board, policy, involved=barred, limit=board.standing) is None
            ]
            assert able, f"nobody may decide {case_id} at stage {board.case.stage}"
            comment = "" if said is Say.APPROVE else "No."
            decide(case_id, Verdict(said, board.seen, comment), by=able[-1], at=at, on=on,
                   key=f"{case_id}:{len(by)}", work=work)  # fmt: skip
            by.append(able[-1].id)
    return by


@pytest.mark.parametrize("version", kept())
def test_what_waited_is_decided_after_the_migration(version, opened):
    with opened(version) as database:
        database.migrate()
        assert database.schema_is_current()
        before = waiting(database)
        assert len(before) >= 4
        at = max(case.updated_at for case in before.values()) + timedelta(hours=1)
        on = at.date()
        if version >= STAGES_SINCE:
            assert {case.stage for case in before.values()} == {1, 2}
        signed = {}
        for number, case_id in enumerate(sorted(before)):
            said = Say.REJECT if number == 0 else Say.APPROVE
            signed[case_id] = decide_whole(database, case_id, said, at, on)
        with database.work() as work:
            for case_id in before:
                applied = apply(case_id, at=at, on=on, work=work)
                assert applied.state in (CaseState.APPLIED, CaseState.REJECTED)
                decisions = work.decisions.of(case_id)
                assert [d.by for d in decisions][-len(signed[case_id]) :] == signed[case_id]
            returned = work.cases.in_states([CaseState.RETURNED])
            assert len(returned) == (2 if version >= CHANGED_SINCE else 1)
            analyst = next(p for p in work.people.all() if p.id == "everything")
            for case in returned:
                again = hand_in_again(case.id, note="n", by=analyst, at=at, on=on, work=work)
                assert again.state is CaseState.DRAFT
            assert first_broken(work.journal.entries(most=100_000)) is None


@pytest.mark.parametrize("version", [v for v in kept() if v >= CHANGED_SINCE])
def test_what_somebody_had_changed_is_what_is_decided_on_after_the_migration(version, opened):
    """Amount, terms, last day and conditions, at every place where a case can wait with them."""
    with opened(version) as database:
        database.migrate()
        with database.reading() as work:
            boards = [awaiting(case, work) for case in waiting(database).values()]
        changed = [board for board in boards if board.grant.conditions]
        assert {(board.case.stage, len(board.decisions)) for board in changed} == {
            (1, 0),  # more than was proposed: a proposal of its own
            (1, 1),  # one of two signatures
            (2, 1),  # at the next stage
        }
        assert sum(1 for board in changed if board.task.held_by) == 1
        at = max(board.case.updated_at for board in boards) + timedelta(hours=1)
        for board in changed:
            case, grant = board.case, board.grant
            decide_whole(database, case.id, Say.APPROVE, at, at.date())
            with database.work() as work:
                assert grant.conditions == CONDITIONS
                assert apply(case.id, at=at, on=at.date(), work=work).state is CaseState.APPLIED
                limit = work.limits.current(case.customer)
                assert (limit.amount, limit.terms_days, limit.until) == (
                    grant.limit, grant.terms_days, grant.until,
                )  # fmt: skip
                assert work.decisions.of(case.id)[-1].grant(board.proposal) == grant


@pytest.mark.parametrize("version", [kept()[0], kept()[-1]])
def test_what_waited_too_long_expires_after_the_migration(version, opened):
    with opened(version) as database:
        database.migrate()
        case = next(iter(waiting(database).values()))
        with database.work() as work:
            assert expire(case.id, at=case.expires_at, work=work).state is CaseState.EXPIRED


def test_a_hold_and_a_question_survive(opened):
    with opened(kept()[-1]) as database:
        database.migrate()
        found = waiting(database)
        with database.reading() as work:
            tasks = [t for case in found for t in work.tasks.of(case) if t.held_by]
            assert sorted(task.held_by for task in tasks) == ["everything", "robert.klein"]
            for task in tasks:
                (asked,) = work.discussions.referrals(task.case_id)
                assert asked.asked == "chen.wei"


def test_before_the_migration_it_could_not_be_decided(opened):
    """Negative control: the databases are old ones."""
    with opened(kept()[0]) as database:
        assert not database.schema_is_current()
        with pytest.raises(Exception, match=r"(?i)column"), database.reading() as work:
            work.cases.in_states([CaseState.AWAITING])
