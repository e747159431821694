"""A person decides in the browser: what is kept, what is refused, and what the page then says."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.approvals.deciding import decide
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from tests.makers import cny
from tests.web.installation import hidden_fields, waiting


@pytest.fixture
def case(app):
    """A case that waits with an amount above zero."""
    return next(row for row in waiting(app) if row.proposed)


def decision_of(app, case_id):
    with app.reading() as work:
        found = work.decisions.of(case_id)
        return work.cases.get(case_id).state, found[-1] if found else None


def verdict(somebody, case_id, **fields):
    return somebody.post(f"/cases/{case_id}/decision", f"/cases/{case_id}", **fields)


def test_approving_is_kept_and_shown_with_who_and_when(app, visit, case):
    somebody = visit("everything")

    answer = verdict(somebody, case.case_id, say="approve")

    assert answer.status_code == 303
    state, decision = decision_of(app, case.case_id)
    assert (state, decision.by, decision.limit) == (CaseState.APPROVED, "everything", case.proposed)
    page = somebody.get(answer.headers["location"])
    assert "Approved. The limit is being applied" in page.text
    assert "Every Role" in page.text
    assert 'name="say"' not in page.text


def test_another_amount_can_be_approved_as_people_write_it(app, visit, case):
    half = case.proposed.major // 2

    answer = verdict(visit("everything"), case.case_id, say="approve_with_change",
                     amount=f"{half:,.2f}", comment="Half is enough.")  # fmt: skip

    assert answer.status_code == 303
    _, decision = decision_of(app, case.case_id)
    assert (decision.say, decision.limit.major) == (Say.APPROVE_WITH_CHANGE, half)


@pytest.mark.parametrize("say", ["return", "reject", "approve_with_change"])
def test_without_a_comment_nothing_is_decided_and_the_page_says_why(app, visit, case, say):
    answer = verdict(visit("everything"), case.case_id, say=say, amount="1,000")

    assert answer.status_code == 422
    assert "need a comment" in answer.text
    assert decision_of(app, case.case_id)[1] is None


@pytest.mark.parametrize(
    ("say", "state"), [("return", CaseState.RETURNED), ("reject", CaseState.REJECTED)]
)
def test_with_a_comment_it_is_returned_or_rejected(app, visit, case, say, state):
    answer = verdict(visit("everything"), case.case_id, say=say, comment="Not now.")

    assert answer.status_code == 303
    assert decision_of(app, case.case_id)[0] is state


def test_an_amount_that_is_none_is_refused_and_the_comment_is_kept(app, visit, case):
    answer = verdict(visit("everything"), case.case_id, say="approve_with_change",
                     amount="a lot", comment="Because I say so.")  # fmt: skip

    assert answer.status_code == 422
    assert "“a lot” is not an amount" in answer.text
    assert "Because I say so." in answer.text
    assert decision_of(app, case.case_id)[1] is None


def test_whoever_comes_second_is_told_who_was_quicker_and_keeps_the_comment(app, visit, case):
    somebody = visit("everything")
    path = f"/cases/{case.case_id}"
    page = somebody.get(path)
    with app.work() as work:
        proposal = work.proposals.get(work.cases.get(case.case_id).proposal_id)
        quick = Verdict(Say.REJECT, proposal.hash, comment="No.")
        decide(
            case.case_id,
            quick,
            by=work.people.get("robert.klein"),
            key="k",
            at=app.now(),
            on=app.today(),
            work=work,
        )
    fields = hidden_fields(page.text, f"{path}/decision")

    answer = somebody.http.post(
        f"{path}/decision", data={**fields, "say": "approve", "comment": "Mine"}
    )

    assert answer.status_code == 409
    assert "Robert Klein was quicker" in answer.text
    assert "Mine" in answer.text
    assert decision_of(app, case.case_id)[1].by == "robert.klein"


def test_a_stale_proposal_is_shown_with_what_changed(app, visit, case):
    somebody = visit("everything")
    path = f"/cases/{case.case_id}"
    fields = hidden_fields(somebody.get(path).text, f"{path}/decision")
    with app.work() as work:
        kept = work.cases.get(case.case_id)
        old = work.proposals.get(kept.proposal_id)
        new = replace(
            old, id="P-NEW", proposed=old.proposed.times(2), terms_days=old.terms_days + 5
        )
        work.proposals.add(new)
        work.cases.put(kept.noted(at=app.now(), proposal_id=new.id, proposal_hash=new.hash))

    answer = somebody.http.post(
        f"{path}/decision", data={**fields, "say": "approve", "comment": "Fine"}
    )

    assert answer.status_code == 409
    assert "What changed since you opened it" in answer.text
    assert "Terms in days" in answer.text
    assert "Fine" in answer.text
    assert decision_of(app, case.case_id)[1] is None


def test_the_same_click_twice_decides_once(app, visit, case):
    somebody = visit("everything")
    path = f"/cases/{case.case_id}"
    fields = {**hidden_fields(somebody.get(path).text, f"{path}/decision"), "say": "approve"}

    answers = [somebody.http.post(f"{path}/decision", data=fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    with app.reading() as work:
        assert len(work.decisions.of(case.case_id)) == 1


def test_beyond_the_mandate_it_is_refused_with_the_figures(app, visit, case):
    with app.work() as work:
        low = replace(work.people.get("everything"), mandate=Mandate(cny(1), Grade.G))
        work.people.put(low)

    answer = verdict(visit("everything"), case.case_id, say="approve")

    assert answer.status_code == 403
    assert "is beyond your mandate of CNY" in answer.text
    assert decision_of(app, case.case_id)[1] is None


def test_whoever_asked_sees_why_not_and_has_no_form(app, visit, case):
    with app.work() as work:
        kept = work.cases.get(case.case_id)
        mine = replace(kept.occasion, requested_by="everything")
        work.cases.put(replace(kept, occasion=mine, version=kept.version + 1))
    somebody = visit("everything")

    page = somebody.get(f"/cases/{case.case_id}").text

    assert "You asked for this limit, so somebody else has to decide it." in page
    assert 'name="say"' not in page
    listed = somebody.get("/?list=mine").text
    assert case.case_id not in listed


def test_a_returned_case_can_be_handed_in_again_and_withdrawn(app, visit, case):
    verdict(visit("robert.klein"), case.case_id, say="return", comment="Ask the customer.")
    path = f"/cases/{case.case_id}"

    sales = visit("chen.wei")
    assert sales.post(f"{path}/withdraw", path).status_code == 303

    assert decision_of(app, case.case_id)[0] is CaseState.WITHDRAWN


def test_the_letter_is_shown_before_anybody_decides(visit, case):
    somebody = visit("everything")

    preview = somebody.get(f"/cases/{case.case_id}/preview/approve")
    rejected = somebody.get(f"/cases/{case.case_id}/preview/reject")

    assert preview.status_code == 200
    assert rejected.status_code == 200
    assert "sandbox" in preview.headers["content-security-policy"]
    assert "script-src" not in preview.headers["content-security-policy"]
    assert f"{case.proposed.major:,.2f}" in preview.text


def test_a_refused_verdict_leads_back_to_its_own_page_in_the_other_language(visit, case):
    somebody, path = visit("everything"), f"/cases/{case.case_id}"
    fields = hidden_fields(somebody.get(path).text, f"{path}/decision")

    answer = somebody.http.post(
        f"{path}/decision",
        data={**fields, "say": "reject"},
        headers={"Referer": f"{somebody.address}{path}"},
    )

    assert answer.status_code == 422
    assert f'name="next" value="{path}"' in answer.text


def test_terms_validity_and_conditions_are_changed_on_the_page(app, visit, case):
    path = f"/cases/{case.case_id}"
    somebody = visit("everything")
    page = somebody.get(path).text
    assert 'name="condition" value="guarantee"' in page
    last = (app.today() + timedelta(days=60)).isoformat()
    answer = somebody.http.post(
        f"{path}/decision",
        data={
            **hidden_fields(page, f"{path}/decision"), "say": "approve_with_change",
            "terms": "20", "last_day": last, "condition": ["guarantee", "on-account"],
            "written": "Only so.\n\nAnd so.", "comment": "Shorter, until we know more.",
        },
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    decision = decision_of(app, case.case_id)[1]
    assert (decision.terms_days, decision.last_day.isoformat()) == (20, last)
    assert [one.code or one.text for one in decision.conditions] == [
        "guarantee", "on-account", "Only so.", "And so."
    ]  # fmt: skip
    told = somebody.get(path).text
    assert "on condition:" in told
    assert "Only so." in told
    assert "terms of 20 days" in told


def test_every_mistake_in_a_change_is_told_and_everything_typed_stays(app, visit, case):
    path = f"/cases/{case.case_id}"
    answer = verdict(visit("everything"), case.case_id, say="approve_with_change", amount="a lot",
                     terms="soon", last_day="later", condition="guarantee", comment="x")  # fmt: skip

    assert answer.status_code == 422
    for piece in ("“a lot” is not", "soon is no number of days", "later is not a day"):
        assert piece in answer.text
    assert re.search(r'value="guarantee" checked', answer.text)
    assert decision_of(app, case.case_id)[1] is None
    again = verdict(visit("everything"), case.case_id, say="approve_with_change", terms="999",
                    last_day=app.today().isoformat(), comment="x")  # fmt: skip
    assert again.text.count("not possible here") == 2
    assert f'action="{path}/decision"' in again.text


def test_terms_or_conditions_that_were_typed_are_not_passed_over_by_a_plain_approval(
    app, visit, case
):
    for typed in ({"terms": "1"}, {"condition": "guarantee"}, {"written": "Only so."}):
        answer = verdict(visit("everything"), case.case_id, say="approve", **typed)

        assert answer.status_code == 422
        assert "goes only with an approval that changes" in answer.text
    assert decision_of(app, case.case_id)[1] is None


def test_a_case_shows_what_was_decided_of_cases_like_it(app, visit, case):
    """By the page's own reading: whoever is near sees it, with the comment and what came of it."""
    verdict(visit("everything"), case.case_id, say="reject", comment="Too thin a ledger.")
    with app.database.both() as (work, readings):
        others = [work.cases.get(row.case_id) for row in waiting(app)]
        near = {
            other.id: readings.precedents(
                work.proposals.get(other.proposal_id), work.evaluations.get(other.evaluation_id)
            )
            for other in others
        }
    assert any(near.values()), "no other case is like it; generate more customers"
    for other, found in near.items():
        page = visit("everything").get(f"/cases/{other}").text
        assert "Cases like this one" in page
        assert ("Too thin a ledger." in page) == bool(found)
        assert ("too young to tell" in page) == bool(found)
