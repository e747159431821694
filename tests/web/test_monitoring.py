"""The pages of monitoring: figures with plots and files, plain words where there is too little."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Error

from creditflow.approvals.deciding import decide
from creditflow.cli.looking_back import look_back_all
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.monitoring_lateness import Outcome
from creditflow.web import watching
from creditflow.web.sheets import Sheet, as_csv
from creditflow.web.watching import Ask, Basis
from tests.e2e.browser import open_browser
from tests.web.installation import copied, served, visitor, waiting
from tests.web.test_browser import findings, opened

__all__ = ["opened"]

NAMES = ("drift", "overrides", "migration", "backtest", "approvals")
PLOTTED = ("drift", "migration", "backtest")


@pytest.fixture(scope="module")
def watched(model, tmp_path_factory):
    """An installation whose past was looked back at, and where two cases were decided."""
    folder = tmp_path_factory.mktemp("watched")
    with copied(model, folder) as app:
        look_back_all(app, app.today(), months=15)
        first, second = [row for row in waiting(app) if row.proposed][:2]
        for row, say, amount in (
            (
                first,
                Say.APPROVE_WITH_CHANGE,
                replace(first.proposed, minor=first.proposed.minor // 2),
            ),
            (second, Say.REJECT, None),
        ):
            with app.work() as work:
                case = work.cases.get(row.case_id)
                verdict = Verdict(say, case.proposal_hash, "Not so much.", amount)
                by = work.people.get("everything")
                decide(
                    case.id, verdict, by=by, key=case.id, at=app.now(), on=app.today(), work=work
                )
    return folder


@pytest.fixture
def app(watched, tmp_path):
    with copied(watched, tmp_path / "copy") as app:
        yield app


def rows(answer):
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", NAMES)
def test_each_page_shows_figures_and_gives_them_as_a_file(visit, name):
    somebody = visit("everything")

    page = somebody.get(f"/monitoring/{name}").text
    file = somebody.get(f"/monitoring/{name}.csv")

    assert f"/monitoring/{name}.csv" in page
    assert file.headers["content-disposition"].startswith(
        f'attachment; filename="creditflow-{name}-'
    )
    assert len(rows(file)) > 5
    assert ">None" not in page
    assert ">nan" not in page


def test_every_plot_has_its_figures_in_words_or_in_a_table(visit):
    somebody = visit("everything")
    for name in NAMES:
        page = somebody.get(f"/monitoring/{name}?segment=existing").text
        assert page.count('role="img"') == page.count('role="img" aria-label="')
        if 'role="img"' in page:
            assert "<table" in page


def test_files_follow_the_filters_and_the_language(app, visit):
    somebody = visit("everything")
    whole = rows(somebody.get("/monitoring/backtest.csv?late=30&within=90"))
    some = rows(somebody.get("/monitoring/backtest.csv?late=30&within=90&currency=USD"))
    somebody.post("/language", "/", language="zh-CN", next="/")
    chinese = rows(somebody.get("/monitoring/backtest.csv?late=30&within=90"))

    def customers(table):
        return sum(int(row[1]) for row in table[2:9])

    assert customers(some) < customers(whole) == customers(chinese)
    assert "信用等级" in chinese[1]
    assert [row[1:6] for row in chinese[2:9]] == [row[1:6] for row in whole[2:9]]


def test_the_file_says_what_the_page_and_the_measurement_say(app, visit):
    ask = Ask(on=app.today(), outcome=Outcome(30, 90), basis=Basis.LOOKED_BACK)
    found = watching.backtest_of(app, ask)

    table = rows(visit("everything").get("/monitoring/backtest.csv?late=30&within=90"))

    assert found.count > 50
    assert found.bad > 0
    assert [(r[0], int(r[1]), int(r[2])) for r in table[2:9]] == [
        (g.grade.value, g.count, g.bad) for g in found.grades
    ]


def test_the_overview_has_the_one_figure_of_each_page(app, visit):
    somebody = visit("everything")
    ask = Ask(on=app.today(), basis=Basis.LOOKED_BACK)

    score = watching.score_drift_of(app, ask)

    assert score == watching.drift_of(app, ask).score
    few = f"too few evaluations: {score.reference} before, {score.current} now, of 50"
    assert few in somebody.get("/monitoring").text
    assert f"{score.reference} in the reference window" in somebody.get("/monitoring/drift").text


def test_decisions_of_people_appear_with_their_way(visit):
    page = visit("everything").get("/monitoring/overrides").text
    table = rows(visit("everything").get("/monitoring/overrides.csv"))

    assert "100%" in page
    total = dict(zip(table[1], table[2], strict=True))
    assert (total["Decisions"], total["Overridden"]) == ("2", "2")
    assert (total["less than proposed"], total["rejected"]) == ("1", "1")
    assert total["Mean change of the amount"].startswith("-0.5")


def test_nothing_after_the_day_is_seen(app, visit):
    yesterday = (app.today() - timedelta(days=1)).isoformat()
    somebody = visit("everything")

    page = somebody.get(f"/monitoring/overrides?on={yesterday}").text

    assert "Nobody has decided a case in this period." in page
    later = (app.today() + timedelta(days=9)).isoformat()
    assert f'value="{app.today().isoformat()}"' in somebody.get(f"/monitoring?on={later}").text


def test_what_was_looked_back_is_said_to_be_that(visit):
    somebody = visit("everything")

    assert "Looked back, not as it was" in somebody.get("/monitoring/backtest").text
    made = somebody.get("/monitoring/backtest?basis=made").text
    assert "Looked back, not as it was" not in made
    assert "No outcome is known yet." in made


def test_a_file_of_what_was_looked_back_is_called_that(visit):
    somebody = visit("everything")

    def called(address):
        return somebody.get(f"/monitoring/{address}").headers["content-disposition"]

    assert "creditflow-backtest-looked-back-" in called("backtest.csv")
    assert "looked-back" not in called("backtest.csv?basis=made")
    assert "looked-back" not in called("approvals.csv?basis=looked-back")


def test_too_few_are_said_to_be_too_few(visit):
    page = visit("everything").get("/monitoring/drift?segment=new").text

    assert "Too few evaluations to say anything" in page
    assert "of at least 50 each" in page


def test_an_address_with_nonsense_is_answered_as_if_it_were_absent(visit):
    somebody = visit("everything")

    odd = "on=&days=7.5&segment=%00&late=x&within=-1&sector=<b>&currency=ZZZ&basis=?"
    for name in ("", *(f"/{name}" for name in NAMES)):
        answer = somebody.get(f"/monitoring{name}?{odd}")
        assert answer.status_code == 200
        assert "<b>&" not in answer.text


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "31.01.2026"])
def test_a_day_that_is_none_is_refused_and_not_taken_for_today(visit, day):
    somebody = visit("everything")

    for name in ("", *(f"/{name}" for name in NAMES), "/drift.csv"):
        answer = somebody.get(f"/monitoring{name}?on={day}")
        assert answer.status_code == 422
        assert f"{day} is not a day; write it as 2026-01-31." in answer.text


def test_an_installation_that_has_just_begun_says_what_is_missing(model, tmp_path):
    with copied(model, tmp_path / "new") as app, served(app) as address:
        somebody = visitor(app, address, "everything")
        assert "No outcome is known yet." in somebody.get("/monitoring/backtest").text
        assert "look-back" in somebody.get("/monitoring/backtest").text
        drift = rows(somebody.get("/monitoring/drift.csv"))
        assert "0 in the reference window" in somebody.get("/monitoring/drift").text
        assert (
            sum(
                int(row[3])
                for row in drift
                if row[:1] == ["Score (by grade)"] and row[1] in set("ABCDEFG")
            )
            > 5
        )
        assert "Nobody has decided a case" in somebody.get("/monitoring/overrides").text
        assert "Too few to read a pattern" in somebody.get("/monitoring/migration").text
        somebody.http.close()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_excel_would_calculate_is_harmless_in_a_file(text):
    file = as_csv([Sheet("t", [text], [[text, -0.5, None]])]).decode("utf-8-sig")

    head, row = csv.reader(io.StringIO(file, newline=""))
    assert head == [f"'{text}"]
    assert row == [f"'{text}", "-0.5", ""]


# ---------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_pages_are_readable_by_everybody_and_fit_a_phone(opened, scheme, width):
    page = opened(color_scheme=scheme, viewport={"width": width, "height": 844})
    found = []
    for path in ("/monitoring", *(f"/monitoring/{name}" for name in NAMES)):
        page.goto(path)
        found += findings(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path

    assert found == []
    assert page.problems == []


@pytest.mark.browser
def test_a_file_is_downloaded_with_the_filters_of_the_page(opened):
    page = opened()
    page.goto("/monitoring/migration")
    page.select_option("select[name=days]", "180")
    page.click("text=Show")
    with page.expect_download() as download:
        page.click("text=Download CSV")

    assert "days=180" in download.value.url
    with pytest.raises(Error):
        page.click("text=There is no such button", timeout=50)


def test_times_are_shown_and_given_by_stage(visit):
    somebody = visit("everything")

    page = somebody.get("/monitoring/approvals").text
    assert "Time at each stage" in page
    assert "stage 1" in page
    assert "Median hours and those of the slowest tenth, by stage" in page
    told = [row for row in rows(somebody.get("/monitoring/approvals.csv")) if row]
    at = told.index(["Time at each stage"])
    assert told[at + 1][0] == "Stage"
    assert told[at + 2][:2] == ["stage 1", "2"]
