"""What is promised about a case whatever happens to it, to be looked at after every step."""

from hypothesis.stateful import invariant

from creditflow.approvals.board import APPROVALS
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.journal import first_broken
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR
from tests.makers import cny


class Promises:
    """Of a life: its cases are in `work`, the present one under `id`."""

    @invariant()
    def a_round_has_one_final_decision_which_never_changes(self):
        finals = {}
        for decision in self.work.kept.decisions:
            if decision.final:
                key = decision.case_id, decision.round
                assert key not in finals
                finals[key] = decision
        for key, decision in self.finals.items():
            assert finals[key] == decision
        self.finals = finals

    @invariant()
    def nobody_counts_twice_in_a_round(self):
        counted = [
            (decision.case_id, decision.round, person)
            for decision in self.work.kept.decisions
            for person in (decision.by, decision.on_behalf_of)
            if person is not None
        ]
        assert len(counted) == len(set(counted))

    @invariant()
    def only_people_and_the_policy_decide(self):
        known = {*self.work.kept.people, POLICY_ACTOR}
        assert {decision.by for decision in self.work.kept.decisions} <= known - {SYSTEM_ACTOR}

    @invariant()
    def an_approved_case_has_every_signature_that_it_needs(self):
        case = self.case
        if case.state not in (CaseState.APPROVED, CaseState.APPLIED):
            return
        final = self.finals[case.id, case.round]
        if final.by == POLICY_ACTOR:
            return
        decisions = [d for d in self.work.decisions.of(case.id) if d.round == case.round]
        for task in (t for t in self.work.tasks.of(case.id) if t.round == case.round):
            assert task.state is TaskState.DONE
            given = [d for d in decisions if d.stage == task.stage and d.say in APPROVALS]
            same = {d.by for d in given if d.limit == given[-1].limit}
            assert len(same) >= task.needed

    @invariant()
    def what_waits_has_one_open_task_and_what_is_decided_has_none(self):
        case = self.case
        now = [t for t in self.work.kept.tasks.values() if t.state is TaskState.OPEN]
        if case.state is CaseState.AWAITING:
            (task,) = now
            assert (task.case_id, task.round, task.stage, task.desk) == (
                case.id, case.round, case.stage, case.desk,
            )  # fmt: skip
        else:
            assert now == []
        assert all(t in now for t in self.work.kept.tasks.values() if t.held_by is not None)

    @invariant()
    def of_the_cases_only_the_last_one_lives_and_each_knows_its_neighbours(self):
        for case in self.work.kept.cases.values():
            assert case.is_finished or case.id == self.id
            if case.superseded_by is not None:
                assert case.state is CaseState.SUPERSEDED
                assert self.work.cases.get(case.superseded_by).supersedes == case.id

    @invariant()
    def what_is_carried_was_agreed_to_and_did_not_get_worse(self):
        for given in (d for d in self.work.kept.decisions if d.carried_from):
            assert not given.final
            assert given.round == 1
            assert given.say in APPROVALS
            after = self.work.cases.get(given.case_id)
            before = self.work.cases.get(after.supersedes)
            (agreed,) = (
                d for d in self.work.decisions.of(before.id)
                if (d.round, d.stage, d.by) == (before.round, given.stage, given.by)
            )  # fmt: skip
            then = self.work.proposals.get(before.proposal_id)
            (now,) = (p for p in self.work.kept.proposals.values() if p.hash == given.proposal_hash)
            assert agreed.say in APPROVALS
            assert given.limit <= agreed.limit
            assert now.grade.is_at_least(then.grade)
            assert given.by not in (after.requested_by, after.edited_by)

    @invariant()
    def a_question_is_answered_once(self):
        answers = [c.answers for c in self.work.kept.comments.values() if c.answers]
        assert len(answers) == len(set(answers))

    @invariant()
    def a_limit_changes_only_when_it_is_applied_and_within_the_cap(self):
        versions = self.limit_versions()
        if versions != self.limits_seen:
            assert self.case.state is CaseState.APPLIED
            final = self.finals[self.id, self.case.round]
            limit = self.work.limits.current(self.case.customer)
            assert (limit.amount or cny(0)) == final.limit
        self.limits_seen = versions

    @invariant()
    def the_journal_is_whole(self):
        entries = self.work.journal.entries()
        assert len(entries) >= self.entries_seen
        if len(entries) > self.entries_seen:
            assert first_broken(entries) is None
        self.entries_seen = len(entries)
