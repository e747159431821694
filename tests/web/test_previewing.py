"""What an approver sees beforehand is what leaves: the same facts, but for number and day."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.grant_rule import GrantRule, OfferedCondition
from creditflow.domain.granting import Change, Condition
from creditflow.domain.letter_notices import TermsChanged
from creditflow.domain.occasion import OccasionKind
from creditflow.post.rendering import Press
from creditflow.web.previewing import NUMBER, foresee
from tests.makers import ACME, NOW, TODAY, cny, texts
from tests.post.letters import SENDER as POST_SENDER
from tests.services.test_corresponding import SENDER, Listening, at_its_letter, write

NO_CHANGE = Change()
LATER = {"number", "from_", "proof"}
"""What a letter has only when it is written: its number, and the day on which a limit begins."""


def foreseen(work, verdict, change=NO_CHANGE):
    press = Listening()
    foresee(work.cases.get("CASE-1"), verdict, change, at=NOW, on=TODAY, work=work, press=press,
            sender=SENDER)  # fmt: skip
    return press.facts


def sent(work):
    press = Listening()
    write(work, press)
    return press.facts


def said(facts):
    return [
        (type(told), {name: x for name, x in asdict(told).items() if name not in LATER})
        for told in facts
    ]


@pytest.mark.parametrize("asked", [OccasionKind.PERIODIC, OccasionKind.REQUEST])
@pytest.mark.parametrize("before", [None, 600_000])
@pytest.mark.parametrize("after", [0, 400_000, 600_000, 800_000])
@pytest.mark.parametrize("terms_days", [30, 60])
def test_an_approval_is_foreseen_as_it_is_sent(asked, before, after, terms_days):
    facts = {"before": before, "after": after, "terms_days": terms_days, "kind": asked}
    applied = at_its_letter(**facts, tell_unchanged=False)
    waiting = at_its_letter(**facts, tell_unchanged=False, state=CaseState.REJECTED)
    for work in (applied, waiting):
        proposal = work.proposals.get("PROP-1")
        work.kept.proposals["PROP-1"] = replace(
            proposal,
            terms_days=terms_days,
            until=applied.limits.history(proposal.customer)[-1].until,
        )

    assert said(foreseen(waiting, Say.APPROVE)) == said(sent(applied))


def test_terms_that_change_alone_are_foreseen_as_such():
    waiting = at_its_letter(after=600_000, tell_unchanged=False, state=CaseState.REJECTED)
    assert foreseen(waiting, Say.APPROVE) == []

    proposal = waiting.proposals.get("PROP-1")
    waiting.kept.proposals["PROP-1"] = replace(proposal, terms_days=30)
    (told,) = foreseen(waiting, Say.APPROVE)
    assert isinstance(told, TermsChanged)
    assert (told.number, told.before_days, told.terms_days) == (NUMBER, 60, 30)


def test_an_approver_reads_of_the_terms_and_not_that_nothing_changes():
    """With the real press: what stands in the preview, not only what it is made of."""
    waiting = at_its_letter(after=600_000, tell_unchanged=False, state=CaseState.REJECTED)
    customer = replace(waiting.customers.get(ACME), language="en")
    waiting.customers.put_all([customer])
    proposal = waiting.proposals.get("PROP-1")
    waiting.kept.proposals["PROP-1"] = replace(proposal, terms_days=30)

    letter = foresee(waiting.cases.get("CASE-1"), Say.APPROVE, NO_CHANGE, at=NOW, on=TODAY,
                     work=waiting, press=Press(POST_SENDER), sender=POST_SENDER)  # fmt: skip

    assert "60 days from the invoice date" in letter.text
    assert "30 days from the invoice date" in letter.text
    assert "payment terms" in letter.subject
    assert "leave it as it is" not in letter.text  # which is what a limit that stays is told as


@pytest.mark.parametrize("facts", [{"before": None}, {"before": 0}, {}, {"unlimited": True}])
def test_a_rejection_is_foreseen_as_it_is_sent(facts):
    work = at_its_letter(**facts, state=CaseState.REJECTED)

    assert said(foreseen(work, Say.REJECT)) == said(sent(work))


def test_a_change_is_foreseen_with_its_terms_end_and_conditions():
    waiting = at_its_letter(state=CaseState.REJECTED)
    offered = OfferedCondition("guarantee", texts("A guarantee.", "担保。"), told=True)
    waiting.kept.policies[1] = replace(
        waiting.policies.current(), granting=GrantRule(conditions=(offered,))
    )
    end = TODAY + timedelta(days=40)
    wanted = Change(cny(700_000), 20, end, (Condition("guarantee"), Condition(text="Inside.")))

    (told,) = foreseen(waiting, Say.APPROVE, wanted)
    assert (told.limit, told.terms_days, told.until) == (cny(700_000), 20, end)
    assert told.conditions == (offered.text[told.language],)
