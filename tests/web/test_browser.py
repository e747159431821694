"""In a real browser: readable by everybody, decided by keyboard, fit for a phone, without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from creditflow.domain.case import CaseState
from creditflow.web.session import open_session
from tests.e2e.browser import open_browser
from tests.web.installation import copied, served, waiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def opened(browser, app, address):
    """A page of somebody who is signed in."""
    contexts = []

    def as_person(person="everything", **how):
        with app.work() as work:
            token = open_session(work.people.get(person), at=app.now(), hours=1, work=work)
        context = browser.new_context(base_url=address, **how)
        context.add_cookies(
            [{"name": "creditflow", "value": token, "url": address, "httpOnly": True}]
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: page.problems.append(said.text) if said.type == "error" else None,
        )
        return page

    yield as_person
    for context in contexts:
        context.close()


def places(app):
    row = waiting(app)[0]
    with app.readings() as readings:
        letter = readings.letters()[0].id
    return ["/?list=all", f"/cases/{row.case_id}", "/customers", f"/customers/{row.customer_id}",
            f"/cases/{row.case_id}/scorecard", "/policy", "/delegations", "/requests",
            "/groups", "/groups/G0001",
            "/who-decides?grade=C&amount=900000", "/letters", f"/letters/{letter}", "/import", "/journal", "/mailbox", "/account", "/monitoring",
            "/people", "/people/new", "/people/id/li.na", "/keys", "/account/second-factor"]  # fmt: skip


def test_the_form_asks_for_what_the_kind_of_limit_needs_and_hides_nothing_that_was_typed(
    app, opened
):
    with app.reading() as work:
        customer = next(x for x in work.customers.ids() if work.cases.open_of(x) is None)
    page = opened("sales.chen")
    page.goto(f"/customers/{customer}")

    def seen():
        return [name for name in ("from", "project", "note") if page.is_visible(f"#{name}")]

    assert seen() == ["note"]
    page.select_option("#kind", "temporary")
    assert seen() == ["from", "note"]
    page.select_option("#kind", "project")
    assert seen() == ["from", "project", "note"]
    page.fill("#project", "Harbour bridge")
    page.select_option("#kind", "temporary")
    assert "project" in seen()  # it would be refused, so it has to be seen
    assert page.problems == []


def findings(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {v['id']}: {v['nodes'][0]['html'][:120]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding_of_accessibility(app, opened, scheme):
    page = opened(color_scheme=scheme)
    found = []
    for path in places(app)[:: 1 if scheme == "light" else 3]:
        page.goto(path)
        found += findings(page)

    assert found == []
    assert page.problems == []


def test_the_sign_in_page_has_none_either_and_a_planted_one_is_found(browser, address):
    page = browser.new_page(base_url=address)
    page.goto("/sign-in")
    assert findings(page) == []

    page.evaluate("document.querySelector('label').remove()")
    assert findings(page) != []
    page.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_is_wider_than_a_phone(app, opened, language):
    page = opened("everything", viewport={"width": 390, "height": 844})
    page.goto("/")
    if language == "zh-CN":
        page.get_by_role("button", name="中文").click()
    for path in places(app):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, path


def test_a_case_is_decided_by_keyboard_alone(app, opened):
    page = opened("everything")
    page.goto("/?list=mine")
    before = {row.case_id for row in waiting(app)}

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=approve")

    decided = before - {row.case_id for row in waiting(app)}
    assert len(decided) == 1
    page.keyboard.press("n")
    page.wait_for_url(lambda url: "?done" not in url and next(iter(decided)) not in url)
    assert page.problems == []


def test_without_scripts_a_case_is_rejected_with_a_comment(app, opened):
    page = opened("everything", java_script_enabled=False)
    case = waiting(app)[0].case_id
    page.goto(f"/cases/{case}")

    page.fill("textarea[name=comment]", "Too thin.")
    page.click("button[value=reject]")

    page.get_by_text("Rejected. The customer is written to").wait_for()
    with app.reading() as work:
        assert work.cases.get(case).state is CaseState.REJECTED


@pytest.mark.parametrize("scripts", [True, False])
def test_another_value_moves_the_points_at_once_and_also_without_scripts(app, opened, scripts):
    page = opened("everything", java_script_enabled=scripts)
    row = next(row for row in waiting(app) if row.proposed)
    page.goto(f"/cases/{row.case_id}/scorecard")
    now = page.locator("[data-live=result] .big.now").first
    before = now.inner_text()

    page.fill("input[name='v.worst_days_late_12m']", "0")
    page.fill("input[name='v.oldest_days_past_due']", "0")
    page.fill("input[name='v.late_5_share_12m']", "")
    if not scripts:
        page.click("button.primary")
    page.locator(".big.was").wait_for()
    page.locator("tr.at").nth(2).wait_for()

    assert page.locator(".big.was").inner_text() == before != now.inner_text()
    assert page.locator("input[name='v.worst_days_late_12m']").input_value() == "0"
    assert page.locator("tr.at").count() == 3
    assert page.problems == []


def test_a_missing_comment_is_said_before_the_form_is_sent(app, opened):
    page = opened("everything")
    case = waiting(app)[0].case_id
    page.goto(f"/cases/{case}")

    page.click("button[value=reject]")
    page.wait_for_timeout(200)

    assert page.url.endswith(f"/cases/{case}")
    assert page.evaluate("document.querySelector('[data-comment]').validationMessage").startswith(
        "A change"
    )


def test_the_letter_is_seen_inside_the_case_page(app, opened):
    page = opened("everything")
    row = next(row for row in waiting(app) if row.proposed)
    page.goto(f"/cases/{row.case_id}")

    page.locator("summary").filter(has_text="If you approve").click()

    frame = page.frame_locator("iframe").first
    frame.get_by_text(f"{row.proposed.major:,.2f}").first.wait_for(timeout=5000)
    assert page.problems == []


def test_signing_in_works_in_a_browser_over_plain_http(model, browser, tmp_path):
    from pwdlib import PasswordHash

    with copied(model, tmp_path / "own") as app, served(app) as address:
        with app.work() as work:
            work.credentials.set_password_hash(
                "li.na", PasswordHash.recommended().hash("s3cret-enough")
            )
        page = browser.new_page(base_url=address)
        page.goto("/customers")
        page.fill("[name=name]", "li.na")
        page.fill("[name=password]", "s3cret-enough")
        page.click("button.primary")
        page.wait_for_url("**/customers")
        page.close()
