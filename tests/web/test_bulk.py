"""Several cases are decided with one form: each by itself, and each is told what came of it."""

import re
from dataclasses import replace

import pytest

from creditflow.approvals.at_once import MOST_AT_ONCE
from creditflow.approvals.board import board_of
from creditflow.approvals.deciding import decide
from creditflow.approvals.referring import refer
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate
from creditflow.web.doors import MOST_FIELDS
from creditflow.web.pages import bulk
from tests.makers import a_decision, cny
from tests.web.installation import hidden_fields, waiting

FORM = "/decisions"


def items_of(html):
    """The items that a list offers, by case."""
    return {item.split(":")[0]: item for item in re.findall(r'name="item" value="([^"]+)"', html)}


def handed_in(somebody, page, cases, said="approve", **fields):
    items = items_of(page.text)
    data = {**hidden_fields(page.text, FORM), "say": said, **fields}
    return somebody.http.post(FORM, data={**data, "item": [items[case] for case in cases]})


def repeated(somebody, page, case):
    """Press the button beside a refused case."""
    form = next(
        f
        for f in re.findall(r"<form[^>]*action=.*?</form>", page.text, re.DOTALL)
        if f"{case}:" in f
    )
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    said = re.search(r'name="say" value="(\w+)"', form)[1]
    return somebody.http.post(FORM, data={**fields, "say": said})


@pytest.fixture
def cases(app):
    """Cases that wait with an amount above zero and meet no knock-out criterion."""
    with app.reading() as work:
        found = [
            row.case_id
            for row in waiting(app)
            if row.proposed
            and not work.evaluations.get(work.cases.get(row.case_id).evaluation_id).knock_outs
        ]
    assert len(found) >= 4
    return found


def states(app, cases):
    with app.reading() as work:
        return [work.cases.get(case).state for case in cases]


def decisions(app, case):
    with app.reading() as work:
        return work.decisions.of(case)


def decided_by_robert(app, case, said=Say.REJECT):
    with app.work() as work:
        verdict = Verdict(said, work.cases.get(case).proposal_hash, comment="No.")
        by, at = work.people.get("robert.klein"), app.now()
        decide(case, verdict, by=by, key="k", at=at, on=app.today(), work=work)


def proposed_anew(app, case):
    with app.work() as work:
        kept = work.cases.get(case)
        old = work.proposals.get(kept.proposal_id)
        new = replace(old, id="PR-NEW", proposed=old.proposed.times(2))
        work.proposals.add(new)
        work.cases.put(kept.noted(at=app.now(), proposal_id=new.id, proposal_hash=new.hash))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("approve", CaseState.APPROVED),
        ("return", CaseState.RETURNED),
        ("reject", CaseState.REJECTED),
    ],
)
def test_all_that_is_chosen_is_decided_and_the_rest_is_not(app, visit, cases, said, state):
    comment = "" if said == "approve" else "Not so."
    somebody = visit("everything")
    page = somebody.get("/?list=mine")

    answer = handed_in(somebody, page, cases[:3], said, comment=comment)

    assert answer.status_code == 200
    assert "3 cases decided" in answer.text
    assert "refused" not in re.sub(r"<script.*?</script>", "", answer.text)
    assert states(app, cases) == [state] * 3 + [CaseState.AWAITING] * (len(cases) - 3)
    made = [decisions(app, case)[0] for case in cases[:3]]
    assert {(d.by, d.comment, d.say.value) for d in made} == {("everything", comment, said)}


def test_one_case_alone_leads_back_to_the_list_as_it_was(app, visit, cases):
    somebody = visit("everything")
    page = somebody.get("/?list=all&sort=stake&q=CF")

    answer = handed_in(somebody, page, cases[:1])

    assert answer.status_code == 303
    assert answer.headers["location"] == "/?list=all&q=CF&sort=stake&done=approve"
    assert "Approved. The limit is being applied" in somebody.get(answer.headers["location"]).text
    assert states(app, cases[:1]) == [CaseState.APPROVED]


def test_a_refusal_stops_nobody_else_and_says_why(app, visit, cases):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")
    quick, anew, asked, fine = cases[:4]
    decided_by_robert(app, quick)
    proposed_anew(app, anew)
    with app.work() as work:
        by, at = work.people.get("robert.klein"), app.now()
        refer(asked, "everything", question="Really?", by=by, at=at, on=app.today(), work=work)

    answer = handed_in(somebody, page, [quick, anew, asked, fine], comment="Fine.")

    assert answer.status_code == 200
    assert "1 case decided" in answer.text
    assert "3 cases refused" in answer.text
    assert "Robert Klein was quicker" in answer.text
    assert "The proposal has changed since you opened it" in answer.text
    assert "What changed since the list was shown" in answer.text
    assert "Others did something with this case" in answer.text
    assert "Every Role was asked for an opinion" in answer.text
    assert "Really?" in answer.text or "asked for an opinion" in answer.text
    assert states(app, [quick, anew, asked, fine]) == [
        *(CaseState.REJECTED, CaseState.AWAITING, CaseState.AWAITING, CaseState.APPROVED)
    ]
    assert f"{quick}:" not in answer.text, "what is decided cannot be repeated"


def test_what_was_stale_is_repeated_with_one_click_and_what_is_now_there_is_decided(
    app, visit, cases
):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")
    proposed_anew(app, cases[0])
    told = handed_in(somebody, page, cases[:2], comment="Fine.")

    answer = repeated(somebody, told, cases[0])

    assert answer.status_code == 303
    assert answer.headers["location"] == "/?list=mine&done=approve"
    (made,) = decisions(app, cases[0])
    with app.reading() as work:
        assert made.limit == work.proposals.get("PR-NEW").proposed
    assert made.comment == "Fine."


def test_mandate_and_separation_of_duties_hold_as_on_the_page(app, visit, cases):
    with app.work() as work:
        kept = work.cases.get(cases[0])
        mine = replace(kept.occasion, requested_by="everything")
        work.cases.put(replace(kept, occasion=mine, version=kept.version + 1))
    somebody = visit("everything")
    page = somebody.get("/?list=all")
    assert cases[0] in page.text
    assert cases[0] not in items_of(page.text)
    with app.reading() as work:
        case = work.cases.get(cases[0])
        seen = board_of(case, work.proposals.get(case.proposal_id), work).seen
    forged = f"{case.id}:{case.version}:{case.proposal_id}:{seen}:999999"
    data = {**hidden_fields(page.text, FORM), "say": "approve", "item": forged}

    own = somebody.http.post(FORM, data=data)

    assert own.status_code == 403
    assert "You asked for this limit" in own.text
    with app.work() as work:
        low = replace(work.people.get("everything"), mandate=Mandate(cny(1), Grade.G))
        work.people.put(low)
    beyond = handed_in(somebody, page, cases[1:3])
    assert beyond.status_code == 403
    assert beyond.text.count("is beyond your mandate of CNY") == 2
    assert states(app, cases) == [CaseState.AWAITING] * len(cases)


def test_who_may_not_decide_is_offered_nothing_to_choose(visit):
    assert items_of(visit("chen.wei").get("/?list=all").text) == {}


def test_the_same_form_twice_decides_once(app, visit, cases):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")

    answers = [handed_in(somebody, page, cases[:2]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert ["2 cases decided" in answer.text for answer in answers] == [True, True]
    assert [len(decisions(app, case)) for case in cases[:2]] == [1, 1]


def test_all_that_is_wrong_with_a_form_is_told_at_once_and_nothing_is_decided(app, visit, cases):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")

    answer = handed_in(somebody, page, [], "shred", key="")

    assert answer.status_code == 422
    for said in ("The form is incomplete", "Choose at least one case", "Choose what to do"):
        assert said in answer.text
    no_comment = handed_in(somebody, page, cases[:2], "reject")
    assert no_comment.status_code == 422
    assert "need a comment" in no_comment.text
    for item in ("x", "a:b:c:d:e", f"{cases[0]}:²:p:h:1"):
        data = {**hidden_fields(page.text, FORM), "say": "approve", "item": item}
        assert somebody.http.post(FORM, data=data).status_code == 422
    assert states(app, cases) == [CaseState.AWAITING] * len(cases)


def test_a_full_page_of_cases_fits_into_the_form_and_more_do_not(app, visit, cases):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")
    item = items_of(page.text)[cases[0]]
    fields = {**hidden_fields(page.text, FORM), "say": "approve"}
    many = [item.replace(cases[0], f"CF-9{number:05}") for number in range(MOST_AT_ONCE + 1)]

    full = somebody.http.post(FORM, data={**fields, "item": many[1:]})
    beyond = somebody.http.post(FORM, data={**fields, "item": many})

    assert full.status_code == 404, "each of them was looked for"
    assert f"{MOST_AT_ONCE} cases refused" in full.text
    assert beyond.status_code == 422
    assert f"At most {MOST_AT_ONCE} cases" in beyond.text
    other = {"token": fields["token"], "item": ["x"] * MOST_FIELDS}
    assert somebody.http.post("/language", data=other).status_code == 400, "other forms stay small"


def test_a_defect_in_one_neither_stops_nor_hides_the_others(app, visit, cases, monkeypatch, caplog):
    somebody = visit("everything")
    page = somebody.get("/?list=mine")
    real = bulk.decide_from_list

    def breaks(line, *args, **how):
        if line.case_id == cases[1]:
            raise ZeroDivisionError
        return real(line, *args, **how)

    monkeypatch.setattr(bulk, "decide_from_list", breaks)

    answer = handed_in(somebody, page, cases[:3])

    assert "2 cases decided" in answer.text
    assert "Something went wrong here. Nothing was decided" in answer.text
    assert f"deciding case {cases[1]} from a list failed" in caplog.text
    assert states(app, cases[:3]) == [CaseState.APPROVED, CaseState.AWAITING, CaseState.APPROVED]


def test_an_amount_that_was_changed_on_the_way_is_what_the_list_shows_and_approves(
    app, visit, cases
):
    with app.work() as work:
        case = work.cases.get(cases[0])
        proposal = work.proposals.get(case.proposal_id)
        half = proposal.proposed.times(1) - proposal.proposed.times(0)
        half = replace(half, minor=half.minor // 200 * 100)
        work.decisions.add(
            a_decision(
                case.id, stage=0, say=Say.APPROVE_WITH_CHANGE, by="robert.klein", limit=half,
                proposal_hash=case.proposal_hash, final=False, round=case.round,
                comment="Less.", idempotency_key="first", at=app.now(),
            )
        )  # fmt: skip
    somebody = visit("everything")
    page = somebody.get("/?list=mine")
    assert "proposed was" in page.text

    answer = handed_in(somebody, page, cases[:1])

    assert answer.status_code == 303
    assert decisions(app, cases[0])[-1].limit == half


def test_a_typed_amount_is_never_passed_over(app, visit, cases):
    somebody, path = visit("everything"), f"/cases/{cases[0]}"

    answer = somebody.post(f"{path}/decision", path, say="approve", amount="1,000")

    assert answer.status_code == 422
    assert "goes only with an approval that changes" in answer.text
    assert decisions(app, cases[0]) == []
    assert somebody.post(f"{path}/decision", path, say="approve", amount="").status_code == 303
