"""Two people publish a policy, on its day, and never over a version that they have not seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.draft import MOVES, DraftMoved, DraftState
from creditflow.domain.errors import Conflict
from creditflow.domain.people import Role
from creditflow.services.drafting import AnotherDraft, BadDraft, NotYours
from creditflow.services.publishing import (
    confirm_policy,
    propose_policy,
    publish_due,
    refuse_policy,
    withdraw_policy,
)
from tests.fakes import FakeWork
from tests.makers import NOW, TODAY, a_person, a_policy, later

MAKER = a_person("maker.sun", roles=frozenset({Role.POLICY_ADMIN}))
SECOND = a_person("second.weber", roles=frozenset({Role.POLICY_ADMIN}))
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def work():
    made = FakeWork(policy_from_json=lambda _text, version: a_policy(version))
    made.policies.publish("first", by="system", at=NOW)
    return made


def propose(work, *, text="second", by=MAKER, effective_on=TODAY, why="Caps were too low."):
    return propose_policy(
        text, {"policy": text}, why=why, effective_on=effective_on, by=by, at=NOW, on=TODAY,
        work=work,
    )  # fmt: skip


def confirm(work, draft, *, by=SECOND, on=TODAY):
    return confirm_policy(draft.id, by=by, at=later(hours=1), on=on, work=work)


def whats(work):
    return [sealed.entry.what for sealed in work.journal.entries()]


def test_a_confirmed_draft_is_in_force_on_its_day(work):
    draft = confirm(work, propose(work))

    assert (draft.state, draft.version) == (DraftState.PUBLISHED, 2)
    assert work.policies.text(2) == "second"
    assert whats(work) == ["policy.proposed", "policy.confirmed", "policy.published"]


def test_before_its_day_nothing_changes_and_on_it_the_clock_publishes(work):
    draft = confirm(work, propose(work, effective_on=TOMORROW))
    assert draft.state is DraftState.CONFIRMED
    assert publish_due(at=NOW, on=TODAY, work=work) is None
    assert work.policies.current().version == 1

    published = publish_due(at=NOW, on=TOMORROW, work=work)

    assert published is not None
    assert published.version == work.policies.current().version == 2
    assert publish_due(at=NOW, on=TOMORROW, work=work) is None


@pytest.mark.parametrize("decide", [confirm, lambda w, d, by: refuse_policy(
    d.id, comment="No.", by=by, at=NOW, work=w)])  # fmt: skip
def test_nobody_decides_their_own_draft(work, decide):
    draft = propose(work)

    with pytest.raises(NotYours, match="yourself"):
        decide(work, draft, by=MAKER)
    assert work.policy_drafts.get(draft.id) == draft


def test_who_is_no_policy_administrator_does_neither(work):
    stranger = a_person("approver.zhao", roles=frozenset({Role.APPROVER}))
    with pytest.raises(NotYours, match="role"):
        propose(work, by=stranger)
    draft = propose(work)
    with pytest.raises(NotYours, match="role"):
        confirm(work, draft, by=stranger)
    with pytest.raises(NotYours, match="role"):
        confirm(work, draft, by=replace(SECOND, active=False))


def test_everything_wrong_with_a_draft_is_said_at_once(work):
    with pytest.raises(BadDraft) as no:
        propose(work, text="first", why=" ", effective_on=TODAY - timedelta(days=1))

    assert [str(detail).split()[0] for detail in no.value.details] == ["Say", "2026-03-01", "This"]
    assert work.policy_drafts.all() == []


def test_one_draft_is_open_at_a_time(work):
    draft = propose(work)
    with pytest.raises(AnotherDraft, match=draft.id):
        propose(work, text="third", by=SECOND)
    refuse_policy(draft.id, comment="Not now.", by=SECOND, at=NOW, work=work)
    assert propose(work, text="third", by=SECOND).id != draft.id


def test_a_draft_from_an_older_version_is_not_confirmed(work):
    draft = propose(work)
    work.policies.publish("another", by="system", at=NOW)

    with pytest.raises(Conflict, match="version 2 is in force"):
        confirm(work, draft)


def test_a_confirmed_one_is_overtaken_where_another_version_came(work):
    draft = confirm(work, propose(work, effective_on=TOMORROW))
    work.policies.publish("another", by="system", at=NOW)

    assert publish_due(at=NOW, on=TOMORROW, work=work) is None
    assert work.policy_drafts.get(draft.id).state is DraftState.OVERTAKEN
    assert work.policies.current().version == 2


def test_the_maker_takes_a_draft_back_and_nobody_else_does(work):
    draft = propose(work, effective_on=TOMORROW)
    with pytest.raises(NotYours, match=MAKER.id):
        withdraw_policy(draft.id, by=SECOND, at=NOW, work=work)
    confirm(work, draft)

    withdraw_policy(draft.id, by=MAKER, at=NOW, work=work)

    assert publish_due(at=NOW, on=TOMORROW, work=work) is None
    with pytest.raises(DraftMoved):
        withdraw_policy(draft.id, by=MAKER, at=NOW, work=work)


def test_a_refusal_needs_a_reason(work):
    with pytest.raises(BadDraft, match="why"):
        refuse_policy(propose(work).id, comment=" ", by=SECOND, at=NOW, work=work)


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("to", DraftState)
def test_a_draft_moves_exactly_where_the_table_says(work, state, to):
    draft = replace(propose(work), state=state)
    if to in MOVES[state]:
        assert draft.moved(to).state is to
    else:
        with pytest.raises(DraftMoved):
            draft.moved(to)
