"""Two administrators let a hook in; it is told of each event, and stopped after a day of failure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.domain.errors import Conflict, NotFound, Refusal, Unavailable
from creditflow.domain.hook import EVENTS, HookEvent, HookState
from creditflow.domain.journal import Entry
from creditflow.domain.message import Message, MessageState
from creditflow.domain.people import Role
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed
from creditflow.services.broadcasting import (
    MOST_ATTEMPTS,
    deliver_to_hook,
    keep_broadcast,
    plan_broadcast,
)
from creditflow.services.hooking import (
    BadHook,
    HookForm,
    HookTakesAnother,
    by_name,
    confirm_hook,
    opened,
    propose_hook,
    refuse_hook,
    renew_secret,
    switch_hook,
)
from creditflow.services.messaging import send_again
from tests.approvals.desks import waiting
from tests.fakes import FakeDatabase
from tests.makers import NOW, a_person, a_policy, an_added_limit

S = HookState
ONE = a_person("admin.one", roles=frozenset({Role.ADMIN}), desks=frozenset(), mandate=None)
TWO = a_person("admin.two", roles=frozenset({Role.USER_ADMIN}), desks=frozenset(), mandate=None)
FORM = HookForm("erp", "webhook", "https://erp.example.com/in?key=SECRETKEY", tuple(EVENTS), "en",
                "The order system wants to know.")  # fmt: skip
HOUR = timedelta(hours=1)


class Reversed:
    """Seals for tests: backwards, with what it belongs to."""

    def seal(self, secret, *, of):
        return f"sealed:{of}|{secret[::-1]}"

    def open(self, sealed, *, of):
        thing, _, secret = sealed.removeprefix("sealed:").partition("|")
        if thing != of:
            raise Unavailable(say("The name is empty."))
        return secret[::-1]

    def is_fresh(self, sealed):
        return sealed.startswith("sealed:")


SEALS = Reversed()


def propose(work, form=FORM, *, by=ONE, fresh="whsec_new", at=NOW, against=None):
    return propose_hook(form, fresh=fresh, allowed=lambda _: against, by=by, at=at, seals=SEALS,
                        work=work)  # fmt: skip


def let_in(work, form=FORM, at=NOW, fresh="whsec_new"):
    return confirm_hook(propose(work, form, at=at, fresh=fresh).id, by=TWO, at=at, work=work)


@pytest.fixture
def work():
    return waiting().work


def told(work):
    return [s.entry.what for s in work.journal.entries() if s.entry.what.startswith("hook.")]


# ------------------------------------------------------------------ four eyes


def test_a_hook_takes_two_and_its_address_and_secret_lie_sealed(work):
    hook = propose(work)
    assert hook.state is S.PROPOSED
    assert hook.host == "erp.example.com"
    assert "SECRETKEY" not in str(hook)
    with pytest.raises(HookTakesAnother, match="yourself"):
        confirm_hook(hook.id, by=ONE, at=NOW, work=work)

    on = confirm_hook(hook.id, by=TWO, at=NOW, work=work)

    assert (on.state, on.decided_by) == (S.ON, TWO.id)
    assert opened(on, at=NOW, seals=SEALS).url == FORM.url
    assert opened(on, at=NOW, seals=SEALS).secrets == ("whsec_new",)
    assert told(work) == ["hook.proposed", "hook.on"]
    with pytest.raises(Conflict):
        confirm_hook(hook.id, by=TWO, at=NOW, work=work)


def test_everything_that_is_wrong_is_told_at_once(work):
    bad = HookForm("Bad Name", "carrier pigeon", "x", ("case.closed",), "de", "", "secret")
    with pytest.raises(BadHook) as refused:
        propose(work, bad, against=say("The address begins with https:// and names a host."))

    assert len(refused.value.details) == 7
    assert work.hooks.all() == []


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ANALYST, Role.AUDITOR, Role.POLICY_ADMIN])
def test_only_administrators_connect(work, role):
    somebody = a_person("x", roles=frozenset({role}))
    hook = let_in(work)
    for act in (
        lambda: propose(work, replace(FORM, name="other"), by=somebody),
        lambda: switch_hook(hook.id, "off", by=somebody, at=NOW, work=work),
        lambda: renew_secret(hook.id, "n", by=somebody, at=NOW, seals=SEALS, work=work),
    ):
        with pytest.raises(HookTakesAnother, match="administrators"):
            act()


def test_a_hook_of_the_same_name_takes_the_others_place(work):
    first = let_in(work)
    second = propose(work, replace(FORM, url="https://new.example.com/"))
    assert by_name("erp", work).id == first.id
    with pytest.raises(Conflict, match="waits already"):
        propose(work)

    confirm_hook(second.id, by=TWO, at=NOW, work=work)

    assert work.hooks.get(first.id).state is S.ENDED
    assert by_name("erp", work).host == "new.example.com"
    with pytest.raises(NotFound, match="erp"):
        by_name("other", work)


def test_what_changed_meanwhile_is_not_confirmed(work):
    first = let_in(work)
    second = propose(work, replace(FORM, url="https://new.example.com/"))
    switch_hook(first.id, "ended", by=TWO, at=NOW, work=work)

    with pytest.raises(Conflict, match="has changed"):
        confirm_hook(second.id, by=TWO, at=NOW, work=work)
    assert refuse_hook(second.id, by=ONE, at=NOW, work=work).state is S.ENDED


def test_a_switch_takes_one_and_an_end_is_an_end(work):
    hook = let_in(work)
    for to in ("off", "on", "ended"):
        assert switch_hook(hook.id, to, by=ONE, at=NOW, work=work).state == to
    for to in ("on", "proposed", "stopped"):
        with pytest.raises(Conflict):
            switch_hook(hook.id, to, by=ONE, at=NOW, work=work)


def test_a_new_secret_is_used_beside_the_former_for_a_day(work):
    hook = let_in(work)

    renewed = renew_secret(hook.id, "whsec_2", by=ONE, at=NOW, seals=SEALS, work=work)

    for hours, secrets in ((0, ("whsec_2", "whsec_new")), (23, ("whsec_2", "whsec_new")),
                           (24, ("whsec_2",))):  # fmt: skip
        assert opened(renewed, at=NOW + hours * HOUR, seals=SEALS).secrets == secrets
    robot = let_in(work, replace(FORM, name="robot", kind="dingtalk", secret="SEC"))
    with pytest.raises(Refusal, match="messenger"):
        renew_secret(robot.id, "x", by=ONE, at=NOW, seals=SEALS, work=work)


# ------------------------------------------------------------------ what is told


def broadcast(work, at=NOW):
    planned = plan_broadcast(at=at, work=work)
    if planned is None:
        return []
    before = set(work.kept.messages)
    messages, since, to = planned
    keep_broadcast(messages, since, to, work=work)
    return [m for key, m in work.kept.messages.items() if key not in before]


@pytest.fixture
def scene():
    """A waiting case, and a hook that is told of everything."""
    made = waiting()
    let_in(made.work, at=NOW - HOUR)
    broadcast(made.work)
    return made


def entry(what, at=NOW, subject="CASE-1", **facts):
    return Entry(what, subject, "system", at, facts)


@pytest.mark.parametrize(
    ("what", "event"),
    [
        ("case.opened", HookEvent.CASE_OPENED),
        ("case.escalated", HookEvent.CASE_ESCALATED),
        ("case.nobody_may_decide", HookEvent.CASE_STUCK),
        ("limit.applied", HookEvent.LIMIT_APPLIED),
        ("limit.granted", HookEvent.LIMIT_GRANTED),
        ("limit.ended", HookEvent.LIMIT_ENDED),
        ("letter.uncertain", HookEvent.LETTER_TROUBLED),
        ("letter.bounced", HookEvent.LETTER_TROUBLED),
        ("letter.sent", None),
        ("person.put", None),
    ],
)
def test_an_entry_of_the_journal_is_told_once_as_its_event(scene, what, event):
    scene.work.added_limits.add(an_added_limit(), replacing=0)
    facts = {"letter": "L-1", "desk": "director", "due": "2026-03-05", "limit": "AL-000001"}
    scene.work.journal.record(entry(what, **facts))

    fresh = broadcast(scene.work)

    assert [m.about for m in fresh] == ([event] if event else [])
    assert broadcast(scene.work) == []
    for message in fresh:
        assert message.facts["customer_name"]
        assert not {"grade", "score", "why", "confidence"} & set(message.facts)
        if event in (HookEvent.LIMIT_GRANTED, HookEvent.LIMIT_ENDED):
            assert message.facts["amount"] == "200000.00"


def test_a_decision_is_told_with_its_outcome_and_amount(scene):
    scene.decide()

    (message,) = broadcast(scene.work)

    assert message.about == HookEvent.CASE_DECIDED
    assert message.facts["outcome"] == "approved"
    assert message.facts["amount"] == str(scene.proposal.proposed.major)


def test_an_agreement_that_does_not_decide_yet_is_not_told():
    made = waiting(policy={})
    let_in(made.work, at=NOW - HOUR)
    broadcast(made.work)
    made.work.tasks.put(replace(made.work.tasks.of("CASE-1")[0], needed=2))
    assert not made.decide().final

    assert broadcast(made.work) == []


def test_only_what_it_was_let_in_for_and_only_from_then_on():
    made = waiting()
    broadcast(made.work)
    made.work.journal.record(entry("case.opened", at=NOW - HOUR))
    let_in(made.work, replace(FORM, events=("case.opened",)))
    made.work.journal.record(entry("case.escalated", at=NOW + HOUR))
    made.work.journal.record(entry("case.opened", at=NOW + HOUR))

    assert [(m.about, m.made_at) for m in broadcast(made.work, at=NOW + 2 * HOUR)] == [
        ("case.opened", NOW + 2 * HOUR)
    ]


# ------------------------------------------------------------------ delivery


@pytest.fixture
def database():
    kept = FakeDatabase(a_policy())
    with kept.work() as work:
        hook = let_in(work, at=NOW - HOUR)
        for n in range(3):
            work.messages.add([_message(f"hook.{n}", hook.id)])
    return kept


def _message(key, hook_id):
    from creditflow.domain.message import Channel

    return Message(key, Channel.HOOK, hook_id, "case.opened", "CASE-1", NOW, NOW, {"case": "x"})


def deliver(database, answer, at=NOW):
    def send(hook, message):
        if isinstance(answer, Exception):
            raise answer
        return Handed(answer, "said")

    return deliver_to_hook(work=database.work, send=send, owner="relay", at=lambda: at)


def hook_of(database):
    with database.reading() as work:
        return work.hooks.all()[0]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Delivery.ACCEPTED, MessageState.SENT),
        (Delivery.LATER, MessageState.PENDING),
        (Delivery.UNKNOWN, MessageState.PENDING),
        (Delivery.REFUSED, MessageState.FAILED),
        (Unavailable(say("The name is empty.")), MessageState.PENDING),
    ],
)
def test_what_becomes_of_a_message_follows_from_the_answer(database, answer, state):
    assert deliver(database, answer).state is state
    assert (hook_of(database).failing_since is None) is (answer is Delivery.ACCEPTED)


def test_a_success_ends_a_failure(database):
    deliver(database, Delivery.LATER)
    deliver(database, Delivery.ACCEPTED)

    assert hook_of(database).failing_since is None


def test_after_a_day_of_failure_a_hook_is_stopped_and_its_dead_letters_can_be_sent_again(database):
    deliver(database, Delivery.LATER)
    late = NOW + 25 * HOUR
    deliver(database, Delivery.LATER, at=late)
    assert hook_of(database).state is S.STOPPED
    while deliver(database, Delivery.ACCEPTED, at=late + 9 * HOUR) is not None:
        pass
    with database.work() as work:
        dead = work.messages.latest(state=MessageState.FAILED)
        assert len(dead) == 3
        assert "stopped" in dead[0].answer
        switch_hook(hook_of(database).id, "on", by=ONE, at=late, work=work)
        send_again(dead[0].key, by=ONE.id, at=late, work=work)

    assert deliver(database, Delivery.ACCEPTED, at=late).state is MessageState.SENT


def test_a_message_is_given_up_after_many_tries(database):
    at = NOW
    for _ in range(MOST_ATTEMPTS * 3):
        at += timedelta(hours=5)
        with database.work() as work:
            work.hooks.put(replace(hook_of(database), failing_since=None))
        deliver(database, Delivery.LATER, at=at)

    with database.reading() as work:
        assert len(work.messages.latest(state=MessageState.FAILED)) == 3
