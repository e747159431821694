"""Every letter, written by the real services from poisoned evidence: nothing internal is in it.

Scores, grades, model and policy names, insurers' and bureaus' words and other
people's names carry marks here; no letter may contain a mark.
"""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from creditflow.domain.backing import Backed, counted
from creditflow.domain.backing_rule import BackingRule
from creditflow.domain.case import CaseState
from creditflow.domain.letter_notices import VIEWS
from creditflow.domain.notice import Notice
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.signals import Evidence
from creditflow.post.printing import Printer
from creditflow.post.rendering import Press
from creditflow.services.corresponding import write_letter
from creditflow.services.notifying import BY_HAND, notify
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_cover,
    a_customer,
    a_guarantee,
    a_limit,
    a_person,
    a_policy,
    a_proposal,
    a_signal,
    an_evaluation,
    cny,
)
from tests.post.letters import SENDER
from tests.post.test_printing import words
from tests.services.test_freezing import LINKS, a_late_payer

MARK = "ZXQ"
POINTS = Decimal("777.31313")
FORBIDDEN = re.compile(
    rf"{MARK}|777|31313|insur|保险|bureau|征信|score|评分|grade|等级|\bPD\b|违约", re.IGNORECASE
)
EVIDENCE = Evidence(
    [
        a_signal(name, value, source=f"{MARK} source")
        for name, value in {
            "insurer_standing": Decimal("0.31313"),
            "bureau_standing": Decimal("0.31313"),
            "paid_on_time_12m": Decimal("0.5"),
            "paid_on_time_count_12m": Decimal(10),
            "judged_invoices_12m": Decimal(20),
        }.items()
    ]
)
SENDER_ = replace(SENDER, links=LINKS, copy_owner=True)
PRESS = Press(SENDER_, printer=Printer())


def poisoned(state, before, after, language):
    """A case in which everything internal bears a mark."""
    work = FakeWork(a_policy())
    work.customers.put_all(
        [a_customer(language=language, owner=f"{MARK}.owner", email="a@x.example", group=MARK,
                    group_name=MARK, sector=MARK, region=MARK)]
    )  # fmt: skip
    work.people.put(a_person(f"{MARK}.owner", name=MARK, email="owner@company.example"))
    work.evaluations.add(
        replace(an_evaluation(), evidence=EVIDENCE, points=POINTS, scorecard=f"{MARK} model")
    )
    current = None if before is None else cny(before)
    if current is not None:
        work.limits.add(a_limit(current, from_=TODAY, until=None), replacing=0)
    version = len(work.limits.history(ACME))
    cover = a_cover(f"{MARK} policy", insurer=f"{MARK} Insurance", amount=cny(31_313))
    guarantee = a_guarantee(f"{MARK} number", guarantor=f"{MARK} Bank", amount=cny(31_313))
    work.backings.add(covers=[cover], guarantees=[guarantee], at=NOW)
    held, own = work.backings.of(ACME), OwnCurrency("CNY", work.rates.all(), TODAY)
    rule = BackingRule(Decimal(1), {guarantee.kind: Decimal(1)})
    behind = Backed(cny(0), counted(held, rule, own))
    assert len(behind.backings) == 2
    proposal = a_proposal(current=current, current_version=version, proposed=cny(after))
    work.proposals.add(replace(proposal, binding=LimitMethod.CAP, backed=behind))
    work.cases.add(a_case(state=state, proposal_id="PROP-1", evaluation_id="EVAL-1"))
    if state is CaseState.APPLIED:
        open_ = behind.parts(cny(after)).open
        limit = a_limit(cny(after), version=version + 1, case_id="CASE-1", from_=TODAY, open=open_)
        work.limits.add(limit, replacing=version)
    return work


def all_said(letter):
    """Everything that leaves: subject, text, HTML, headers, and the printed words."""
    pdf = PRESS.render(
        letter.facts, recipient=letter.recipient, message_id=letter.message_id, at=NOW
    ).pdf
    head = letter.message.partition(b"\r\n\r\n")[0].decode()
    return "\n".join([letter.subject, letter.text, letter.html, head, words(pdf)])


def clean(said):
    return FORBIDDEN.search(
        re.sub(r"(?:/answer/|Message-ID: |boundary=)\S+|[A-Z2-9-]{14}", "", said)
    )


DECIDED = {
    Outcome.APPROVED: (CaseState.APPLIED, None, 800_000),
    Outcome.RAISED: (CaseState.APPLIED, 600_000, 800_000),
    Outcome.REDUCED: (CaseState.APPLIED, 600_000, 200_000),
    Outcome.UNCHANGED: (CaseState.REJECTED, 600_000, 800_000),
    Outcome.DECLINED: (CaseState.REJECTED, None, 800_000),
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("outcome", DECIDED)
def test_letters_about_decisions_say_nothing_internal(outcome, language):
    work = poisoned(*DECIDED[outcome], language)
    letter = write_letter("CASE-1", at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER_)
    assert letter.outcome is outcome
    assert clean(all_said(letter)) is None


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_letters_by_hand_say_nothing_internal(language):
    for notice in sorted(BY_HAND):
        work = a_late_payer()
        work.limits.add(a_limit(cny(9000), from_=TODAY, until=None), replacing=0)
        if notice is Notice.LIMIT_ENDS:
            work = a_late_payer()
            work.limits.add(
                a_limit(cny(9000), from_=TODAY, until=TODAY.replace(year=TODAY.year + 1)),
                replacing=0,
            )
        marked = replace(
            work.customers.get(ACME), language=language, group_name=MARK, sector=MARK, region=MARK,
            owner=f"{MARK}.owner",
        )  # fmt: skip
        work.customers.put_all([marked])
        letter = notify(
            ACME, notice, by=f"{MARK}.clerk", at=NOW, on=TODAY, work=work, press=PRESS,
            sender=SENDER_,
        )  # fmt: skip
        assert clean(all_said(letter)) is None, notice


def test_a_mark_would_be_found():
    """The negative control: in the evaluation and the journal the marks are there."""
    work = poisoned(*DECIDED[Outcome.REDUCED], "en")
    write_letter("CASE-1", at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER_)
    assert clean(repr(work.evaluations.get("EVAL-1")))
    assert set(DECIDED) | BY_HAND < set(VIEWS)
