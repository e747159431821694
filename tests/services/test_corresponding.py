import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditflow.domain.case import CaseState, WrongState
from creditflow.domain.customer import Customer
from creditflow.domain.decision import Say
from creditflow.domain.grant_rule import GrantRule, OfferedCondition
from creditflow.domain.granting import Condition
from creditflow.domain.letter import LetterFacts, LetterState, Rendered
from creditflow.domain.letter_notices import TermsChanged
from creditflow.domain.limits import LimitState
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import Outcome
from creditflow.domain.scorecard import Disclosure, Segment
from creditflow.domain.signals import Evidence
from creditflow.post.rendering import Press
from creditflow.services.addressing import message_id, usable_address
from creditflow.services.corresponding import write_letter
from creditflow.services.freezing import Sender
from creditflow.store.encoding import decode, encode
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_characteristic,
    a_customer,
    a_decision,
    a_limit,
    a_policy,
    a_proposal,
    a_scorecard,
    a_signal,
    an_evaluation,
    an_occasion,
    cny,
    texts,
)

SENDER = Sender(
    company="恒远国际贸易有限公司",
    name="信用管理部",
    address="credit@hengyuan.example",
    reply_to="answers@hengyuan.example",
    mail_domain="hengyuan.example",
    objection_days=30,
)


class Listening(Press):
    """The real press; it remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(SENDER)
        self.facts: list[LetterFacts] = []

    def render(self, facts: LetterFacts, **how: Any) -> Rendered:
        self.facts.append(facts)
        return super().render(facts, **how)


def at_its_letter(
    *,
    state: CaseState = CaseState.APPLIED,
    before: int | None = 600_000,
    after: int = 800_000,
    kind: OccasionKind = OccasionKind.PERIODIC,
    customer: Customer | None = None,
    tell_unchanged: bool = True,
    unlimited: bool = False,
    terms_days: int = 60,
) -> FakeWork:
    """A case whose limit was applied, or whose proposal was rejected."""
    work = FakeWork(a_policy(tell_unchanged=tell_unchanged))
    work.customers.put_all([customer or a_customer()])
    work.evaluations.add(an_evaluation())
    current = None if before is None else cny(before)
    known = LimitState.NONE_SET if current is None else a_limit(current).state
    if current is not None or unlimited:
        first = a_limit(current, from_=date(2025, 3, 1), until=date(2026, 9, 1))
        if unlimited:
            first = replace(first, state=LimitState.UNLIMITED, amount=None)
            known = LimitState.UNLIMITED
        work.limits.add(first, replacing=0)
    version = len(work.limits.history(ACME))
    proposal = a_proposal(
        current=None if unlimited else current,
        current_state=known,
        current_version=version,
        proposed=cny(after),
    )
    work.proposals.add(proposal)
    occasion = an_occasion(kind=kind)
    work.cases.add(
        a_case(state=state, proposal_id="PROP-1", evaluation_id="EVAL-1", occasion=occasion)
    )
    if state is CaseState.APPLIED:
        limit = a_limit(cny(after), version=version + 1, case_id="CASE-1", from_=date(2026, 3, 9),
                        terms_days=terms_days)  # fmt: skip
        work.limits.add(limit, replacing=version)
    return work


def write(work: FakeWork, press: Press | None = None) -> Any:
    return write_letter(
        "CASE-1", at=NOW, on=TODAY, work=work, press=press or Press(SENDER), sender=SENDER
    )


@pytest.mark.parametrize(
    ("facts", "outcome", "limit", "before"),
    [
        ({"before": None}, Outcome.APPROVED, 800_000, None),
        ({}, Outcome.RAISED, 800_000, 600_000),
        ({"after": 200_000}, Outcome.REDUCED, 200_000, 600_000),
        ({"after": 0}, Outcome.REDUCED, 0, 600_000),
        ({"after": 600_000}, Outcome.UNCHANGED, 600_000, 600_000),
        ({"before": None, "after": 0}, Outcome.DECLINED, None, None),
        ({"before": None, "unlimited": True}, Outcome.REDUCED, 800_000, None),
        ({"before": None, "state": CaseState.REJECTED}, Outcome.DECLINED, None, None),
        ({"state": CaseState.REJECTED}, Outcome.UNCHANGED, 600_000, 600_000),
        (
            {"state": CaseState.REJECTED, "before": None, "unlimited": True},
            Outcome.UNCHANGED,
            None,
            None,
        ),
    ],
)
def test_the_outcome_follows_from_the_limit_before_and_after(facts, outcome, limit, before):
    work, press = at_its_letter(**facts), Listening()
    letter = write(work, press)
    (told,) = press.facts
    assert letter.outcome is told.outcome is outcome
    assert told.limit == (None if limit is None else cny(limit))
    assert told.before == (None if before is None else cny(before))
    assert told.object_by == TODAY + timedelta(days=30)


def test_a_rejection_tells_the_terms_that_go_on_and_not_the_proposed_ones():
    work, press = at_its_letter(state=CaseState.REJECTED), Listening()
    write(work, press)
    assert (press.facts[0].from_, press.facts[0].until) == (date(2025, 3, 1), date(2026, 9, 1))


def test_a_rejection_after_the_limit_has_ended_leaves_nothing():
    work, press = at_its_letter(state=CaseState.REJECTED), Listening()
    write_letter("CASE-1", at=NOW, on=date(2026, 9, 1), work=work, press=press, sender=SENDER)
    assert press.facts[0].outcome is Outcome.DECLINED


def test_the_letter_is_frozen_numbered_and_journaled():
    work = at_its_letter()
    letter = write(work)
    assert letter == work.letters.get("L-000001")
    assert letter.state is LetterState.PENDING
    assert (letter.due_at, letter.created_at) == (NOW, NOW)
    assert letter.sha256 == hashlib.sha256(letter.message).hexdigest()
    assert letter.message_id == message_id("L-000001", "hengyuan.example")
    assert letter.message_id.encode() in letter.message
    assert letter.recipient == "finance@haichao.example"
    assert work.cases.get("CASE-1").letter_id == "L-000001"
    assert work.cases.get("CASE-1").state is CaseState.APPLIED
    (sealed,) = work.journal.of("CASE-1")
    assert sealed.entry.what == "letter.written"
    assert sealed.entry.facts["sha256"] == letter.sha256


def test_a_case_has_one_letter_however_often_it_is_asked_for():
    work = at_its_letter()
    first, second = write(work), write(work)
    assert first == second
    assert len(work.journal.of("CASE-1")) == 1
    assert work.counters.next("letter") == 2


@pytest.mark.parametrize(
    "email", [None, "", "a@b.c, evil@x.example", "nobody", "a@b.c\r\nBcc: x@y.z"]
)
def test_a_customer_without_a_usable_address_has_a_letter_that_waits_visibly(email):
    work = at_its_letter(customer=a_customer(email=email))
    letter = write(work)
    assert letter.state is LetterState.NO_ADDRESS
    assert letter.recipient is None
    assert work.letters.in_state(LetterState.NO_ADDRESS) == [letter]
    assert [x.entry.what for x in work.journal.of("CASE-1")] == [
        "letter.written",
        "letter.no_address",
        "case.closed",
    ]
    # The case is over, so that it does not stand in the way of the next review.
    assert work.cases.get("CASE-1").state is CaseState.CLOSED
    assert write(work) == letter


def test_the_letter_speaks_the_customers_language():
    english = at_its_letter(customer=a_customer(language="en"))
    assert "Ningbo Haichao Hardware Co., Ltd." in write(english).subject
    assert "宁波海潮五金有限公司" in write(at_its_letter()).subject


@pytest.mark.parametrize(
    ("kind", "tell", "after", "written"),
    [
        (OccasionKind.PERIODIC, False, 600_000, False),
        (OccasionKind.SIGNAL, False, 600_000, False),
        (OccasionKind.REQUEST, False, 600_000, True),
        (OccasionKind.PERIODIC, True, 600_000, True),
        (OccasionKind.PERIODIC, False, 700_000, True),
    ],
)
def test_the_policy_decides_whether_no_news_is_told(kind, tell, after, written):
    work = at_its_letter(kind=kind, tell_unchanged=tell, after=after)
    letter = write(work)
    assert (letter is not None) == written
    assert (work.cases.get("CASE-1").state is CaseState.CLOSED) == (not written)
    if not written:
        assert [x.entry.what for x in work.journal.of("CASE-1")] == ["case.closed"]
        assert write(work) is None


@pytest.mark.parametrize("state", [CaseState.AWAITING, CaseState.APPROVED, CaseState.DRAFT])
def test_before_there_is_news_no_letter_is_written(state):
    with pytest.raises(WrongState, match=state.value):
        write(at_its_letter(state=state))


A_NEED = {"en": "You have bought less.", "zh-CN": "贵司的采购额有所减少。"}


def late_payer(work: FakeWork) -> FakeWork:
    """Late payments, which may be told, and a short history, which may not."""
    days = a_characteristic(
        signal="days_beyond_terms_12m",
        disclosure=Disclosure(
            code="R01",
            against={"en": "You paid {days} days late.", "zh-CN": "贵司付款平均逾期 {days} 天。"},
            for_={"en": "You pay on time.", "zh-CN": "贵司按时付款。"},
            advice={"en": "Paying on time helps.", "zh-CN": "按时付款有助于提高额度。"},
        ),
    )
    card = a_scorecard()
    card = replace(card, characteristics=(days, *card.characteristics[1:]))
    work.kept.policies[1] = replace(a_policy(), scorecards=dict.fromkeys(Segment, card))
    seen = an_evaluation()
    late = [
        replace(c, points=c.best / 10) if c.characteristic == "days_late" else c
        for c in seen.contributions
    ]
    evidence = Evidence([*seen.evidence.values(), a_signal("days_beyond_terms_12m", Decimal(27))])
    work.kept.evaluations["EVAL-1"] = replace(seen, contributions=tuple(late), evidence=evidence)
    return work


def test_only_disclosable_reasons_are_in_the_letter():
    work, press = late_payer(at_its_letter(after=200_000)), Listening()
    text = write(work, press).text
    assert [reason.code for reason in press.facts[0].reasons] == ["R01"]
    assert "贵司付款平均逾期 27 天。" in text
    assert "按时付款有助于提高额度。" in text
    for hidden in ("经营年限", "690", "评分", "等级", "0.015"):
        assert hidden not in text


def test_what_bound_the_amount_is_told_only_where_it_did():
    """An approver who decides on another amount has not been bound by the proposal's method."""
    told = {}
    for proposed in (200_000, 300_000):
        work, press = late_payer(at_its_letter(after=200_000)), Listening()
        reason = Disclosure("L01", A_NEED, {"en": "", "zh-CN": ""}, {"en": "", "zh-CN": ""})
        work.kept.policies[1] = replace(work.kept.policies[1], limit_reasons={"need": reason})
        work.kept.proposals["PROP-1"] = replace(
            work.proposals.get("PROP-1"), proposed=cny(proposed)
        )
        write(work, press)
        told[proposed] = [reason.code for reason in press.facts[0].reasons]
    assert told == {200_000: ["L01", "R01"], 300_000: ["R01"]}


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("ap@x.example", "ap@x.example"),
        ("  A.b+c@X.Example ", "A.b+c@x.example"),
        ("finance@例子.公司", "finance@xn--fsqu00a.xn--55qx5d"),
        ("用户@x.example", "用户@x.example"),
        ("o'neill@x.example", "o'neill@x.example"),
        (None, None),
        ("a@b", None),
        ("a b@x.example", None),
        ("a@x.example\n", "a@x.example"),
        ("a@x.example\nBcc: b@y.example", None),
        ("a@x.example, b@y.example", None),
        ("A <a@x.example>", None),
        ('"a b"@x.example', None),
        ("a@[127.0.0.1]", None),
        ("a@b@x.example", None),
        (".a@x.example", None),
        ("a..b@x.example", None),
        ("a@x..example", None),
        ("a@-x.example", None),
        ("a@127.0.0.1", None),
        ("x" * 65 + "@x.example", None),
        ("x" * 64 + "@x.example", "x" * 64 + "@x.example"),
        ("a@" + "x" * 64 + ".example", None),
        ("a@" + "x." * 130 + "example", None),
        ("a\x00@x.example", None),
        ("a\u202e@x.example", None),
    ],
)
def test_exactly_one_address_is_taken(text, usable):
    assert usable_address(text) == usable


def test_terms_that_change_alone_are_told_in_a_letter_of_their_own():
    work, press = at_its_letter(after=600_000, terms_days=30, tell_unchanged=False), Listening()
    letter = write(work, press)

    (told,) = press.facts
    assert letter is not None
    assert isinstance(told, TermsChanged)
    assert (told.before_days, told.terms_days, told.from_) == (60, 30, date(2026, 3, 9))
    assert "30" in letter.text


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"after": 800_000, "terms_days": 30}, Outcome.RAISED),
        ({"after": 600_000, "terms_days": 60}, None),
        ({"after": 600_000, "terms_days": 30, "kind": OccasionKind.REQUEST}, Outcome.UNCHANGED),
    ],
)
def test_terms_stand_in_the_letter_about_the_limit_where_there_is_one(facts, kind):
    work, press = at_its_letter(**facts, tell_unchanged=False), Listening()
    write(work, press)

    assert [told.about for told in press.facts] == ([] if kind is None else [kind])


GRANTING = GrantRule(
    conditions=(
        OfferedCondition(
            "guarantee", texts("A guarantee of your parent.", "母公司提供担保。"), told=True
        ),
        OfferedCondition("watch", texts("We watch you.", "重点关注。"), told=False),
    )
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_conditions_stand_in_the_letter_where_the_policy_lets_them_and_written_ones_never(language):
    work = at_its_letter(customer=a_customer(language=language))
    work.kept.policies[1] = replace(work.policies.current(), granting=GRANTING)
    given = (Condition("guarantee"), Condition("watch"), Condition(text="Our secret."))
    work.decisions.add(a_decision(say=Say.APPROVE_WITH_CHANGE, conditions=given))
    letter = write(work)

    told = {"en": "A guarantee of your parent.", "zh-CN": "母公司提供担保。"}[language]
    assert told in letter.text
    assert told in letter.html
    for hidden in ("We watch you", "重点关注", "Our secret"):
        assert hidden not in letter.text + letter.html
    assert decode(encode(letter.facts), LetterFacts) == letter.facts


def test_a_condition_is_news_where_nothing_else_is():
    work = at_its_letter(after=600_000, tell_unchanged=False)
    work.kept.policies[1] = replace(work.policies.current(), granting=GRANTING)
    assert write(at_its_letter(after=600_000, tell_unchanged=False)) is None

    work.decisions.add(a_decision(limit=cny(600_000), conditions=(Condition("guarantee"),)))
    assert write(work).outcome is Outcome.UNCHANGED
