"""Ten decisions by keyboard alone: in both languages, on a desktop and on a phone-sized window."""

from dataclasses import replace

import pytest

from creditflow.approvals.referring import refer
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.by_keyboard import DECISIONS, fit_for_a_list, work_through
from tests.web.installation import build, copied, served
from tests.web.test_browser import findings

pytestmark = pytest.mark.browser
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
PERSON = "robert.klein"
AFTER = {
    Say.APPROVE: CaseState.APPROVED,
    Say.APPROVE_WITH_CHANGE: CaseState.APPROVED,
    Say.RETURN: CaseState.RETURNED,
    Say.REJECT: CaseState.REJECTED,
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """An installation in which more than ten cases wait."""
    folder = tmp_path_factory.mktemp("many")
    build(folder, customers=34)
    return folder


@pytest.fixture
def app(many, tmp_path):
    with copied(many, tmp_path / "copy") as app:
        yield app


@pytest.fixture
def opened(browser, app):
    """A page of the approver, in a language and a window."""
    contexts = []
    with served(app) as address:

        def as_approver(language="en", size="desktop", **how):
            with app.work() as work:
                person = replace(work.people.get(PERSON), language=language)
                work.people.put(person)
                token = open_session(person, at=app.now(), hours=1, work=work)
            width, height = SIZES[size]
            context = browser.new_context(
                base_url=address, viewport={"width": width, "height": height}, **how
            )
            context.add_cookies([{"name": "creditflow", "value": token, "url": address}])
            contexts.append(context)
            page = context.new_page()
            page.problems = []
            page.on("pageerror", lambda error: page.problems.append(str(error)))
            page.on(
                "console",
                lambda said: page.problems.append(said.text) if said.type == "error" else None,
            )
            return page

        yield as_approver
        for context in contexts:
            context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_ten_decisions_by_keyboard_alone(app, opened, language, size):
    page, rows = opened(language, size), fit_for_a_list(app)
    wide = []

    def look(_name):
        extra = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wide.append(max(0, extra))

    meant = work_through(page, rows, language, look)

    assert len({one.case_id for one in meant}) == DECISIONS
    assert {one.say for one in meant} == set(Say)
    with app.reading() as work:
        for one in meant:
            (decision,) = work.decisions.of(one.case_id)
            assert (decision.say, decision.by, decision.comment) == (one.say, PERSON, one.comment)
            case = work.cases.get(one.case_id)
            assert case.state is AFTER[one.say]
            proposed = work.proposals.get(case.proposal_id).proposed
            approved = one.say in (Say.APPROVE, Say.APPROVE_WITH_CHANGE)
            limit = (one.amount or proposed.major) if approved else None
            assert (decision.limit and decision.limit.major) == limit
            assert work.journal.of(one.case_id)[-1].entry.what == f"case.{one.say}"
        untouched = [row.case_id for row in rows[DECISIONS:]]
        assert untouched, "nothing is left, so nothing could have been decided by mistake"
        assert all(not work.decisions.of(case) for case in untouched)
    assert wide == [0] * len(wide)
    assert page.problems == []


def test_a_decision_takes_at_most_three_interactions_from_the_list(app, opened):
    """A comment that is typed counts as one; an amount of one's own needs the case's page."""
    meant = work_through(opened(), fit_for_a_list(app), "en", lambda _: None)

    from_the_list = [one for one in meant if one.say is not Say.APPROVE_WITH_CHANGE]
    assert [one.interactions for one in from_the_list[:4]] == [2, 2, 3, 3]
    assert from_the_list[-1].interactions == 3  # opened first


def test_list_and_summary_have_no_serious_finding_of_accessibility(app, opened):
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        page.goto("/?list=mine&grade=&sort=stake&kind=periodic")
        page.locator("summary", has_text="Filters").press("Enter")
        page.keyboard.press("Escape")
        for _ in range(3):
            page.keyboard.press("j")
            page.keyboard.press("x")
        assert findings(page) == []
        picked = page.locator("[data-pick]:checked").last.input_value().split(":")[0]
        with app.work() as work:
            by, at = work.people.get("everything"), app.now()
            refer(picked, PERSON, question="Why?", by=by, at=at, on=app.today(), work=work)
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/decisions")
        assert page.get_by_text("all the same").count() == 1
        assert findings(page) == []
        assert page.problems == []


def test_enter_in_the_amount_approves_that_amount_and_never_the_proposed_one(app, opened):
    """Without scripts a browser presses the first button then, and that is refused."""
    row = fit_for_a_list(app)[0]
    page = opened(java_script_enabled=False)
    page.goto(f"/cases/{row.case_id}")
    page.locator("details[data-amount] summary").click()

    page.fill("[name=amount]", "1")
    page.locator("[name=amount]").press("Enter")

    page.get_by_text("goes only with an approval that changes something").wait_for()
    with app.reading() as work:
        assert work.decisions.of(row.case_id) == []


def test_without_scripts_several_are_rejected_at_once(app, opened):
    page = opened(java_script_enabled=False)
    page.goto("/?list=mine")
    for number in range(2):
        page.locator("[data-pick]").nth(number).check()
    chosen = [box.input_value().split(":")[0] for box in page.locator("[data-pick]").all()[:2]]

    page.fill("#bulk-comment", "Too thin.")
    page.click("button[value=reject]")

    page.get_by_text("2 cases decided").wait_for()
    with app.reading() as work:
        assert {work.cases.get(case).state for case in chosen} == {CaseState.REJECTED}


def test_shift_chooses_a_stretch_and_the_box_above_all(app, opened):
    page = opened()
    page.goto("/?list=mine")
    boxes = page.locator("[data-pick]")

    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert page.locator("[data-pick]:checked").count() == 4
    page.locator("[data-pick-all]").check()
    assert page.locator("[data-pick]:checked").count() == boxes.count()

    page.keyboard.press("Escape")
    assert page.locator("[data-pick]:checked").count() == 0
    assert page.locator("#bulk").is_hidden()


def test_single_keys_can_be_switched_off(app, opened):
    page = opened()
    page.goto("/?list=mine")
    page.keyboard.press("?")
    page.get_by_label("Use single keys in this browser").press("Space")
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    page.keyboard.press("x")

    assert page.locator("tr.at").count() == 0
    assert page.locator("[data-pick]:checked").count() == 0
    page.reload()
    page.keyboard.press("j")
    assert page.locator("tr.at").count() == 0
