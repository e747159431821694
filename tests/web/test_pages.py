"""What the pages show: lists in the right order, customers, letters, imports, the journal."""

from dataclasses import replace

import pytest

from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.case import CaseState
from creditflow.domain.letter import LetterState
from tests.web.installation import waiting


def test_the_most_urgent_and_largest_cases_come_first(app, visit):
    page = visit("everything").get("/?list=all").text

    rows = sorted(waiting(app), key=lambda r: (r.due_on, -r.stake.minor, r.case_id))
    places = [page.index(f'/cases/{row.case_id}"') for row in rows]
    assert places == sorted(places)
    assert len(rows) > 3


def test_a_list_can_be_searched_and_filtered_by_desk(app, visit):
    somebody, rows = visit("everything"), waiting(app)
    row = rows[0]

    found = somebody.get("/", params={"list": "all", "q": row.customer_id.lower()}).text
    other = somebody.get("/", params={"list": "all", "desk": row.desk}).text

    assert row.case_id in found
    assert all(r.case_id not in found for r in rows[1:])
    assert {r.case_id for r in rows if r.case_id in other} == {
        r.case_id for r in rows if r.desk == row.desk
    }


def test_the_number_in_the_list_is_what_the_person_may_decide(app, visit):
    page = visit("chen.wei").get("/").text

    shown = page.count('class="name"')
    assert f"待我审批<span>{shown}</span>" in page


def test_sales_asks_for_a_limit_and_finds_it_again(app, visit):
    sales = visit("sales.chen")
    customer = waiting(app)[0]
    with app.work() as work:
        withdraw(customer.case_id, by=work.people.get("chen.wei"), at=app.now(), work=work)
    path = f"/customers/{customer.customer_id}"

    form = f"/requests/{customer.customer_id}"
    refused = sales.post(form, path, amount="12,34", note="A big order.")
    asked = sales.post(form, path, amount="1,000,000", note="A big order.")

    assert refused.status_code == 422
    assert "A big order." in refused.text
    assert asked.status_code == 303
    case = asked.headers["location"].split("/")[2].split("?")[0]
    assert case in sales.get("/?list=requested").text
    with app.reading() as work:
        kept = work.cases.get(case)
    assert (kept.state, kept.requested_by) == (CaseState.DRAFT, "sales.chen")
    assert sales.get(f"/cases/{case}").status_code == 200


def test_customers_are_found_by_name_and_number(app, visit):
    somebody = visit("everything")
    with app.readings() as readings:
        one, other = readings.customers(most=2)

    for words in (one.customer_id, one.name[2:5]):
        page = somebody.get("/customers", params={"q": words}).text
        assert one.customer_id in page
    assert other.customer_id not in somebody.get("/customers", params={"q": one.customer_id}).text
    assert "No customer fits" in somebody.get("/customers", params={"q": "%_%"}).text


@pytest.fixture
def letter(app):
    with app.readings() as readings:
        return readings.letters()[0]


def uncertain(app, letter_id):
    """A letter of which nobody knows whether it arrived, in the states a relay goes through."""
    for state in (LetterState.CLAIMED, LetterState.IN_DATA, LetterState.UNCERTAIN):
        with app.work() as work:
            if state is LetterState.CLAIMED:
                work.letters.claim(
                    owner="t", at=app.now(), until=app.now().replace(year=2100), letter=letter_id
                )
                continue
            work.letters.put(replace(work.letters.get(letter_id), state=state))


@pytest.mark.parametrize(
    ("resolution", "state"), [("confirm", LetterState.SENT), ("resend", LetterState.PENDING)]
)
def test_an_uncertain_letter_is_resolved_by_a_person(app, visit, letter, resolution, state):
    uncertain(app, letter.id)
    somebody, path = visit("everything"), f"/letters/{letter.id}"
    assert "Some letters need a person" in somebody.get("/letters").text

    answer = somebody.post(f"{path}/resolution", path, resolution=resolution)

    assert answer.status_code == 303
    with app.reading() as work:
        assert work.letters.get(letter.id).state is state


def test_a_letter_is_shown_where_it_can_do_nothing(visit, letter):
    somebody = visit("everything")

    page = somebody.get(f"/letters/{letter.id}/page")
    message = somebody.get(f"/letters/{letter.id}/message")

    assert "sandbox" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert message.headers["content-disposition"].startswith("attachment")
    assert message.content.startswith(b"From:") or b"\r\nFrom:" in message.content


def test_good_rows_are_kept_and_the_others_come_back(visit):
    somebody = visit("everything")
    form = somebody.get("/import").text
    template = somebody.get("/import/template/customers")
    assert template.content.startswith(b"PK")
    from tests.web.installation import hidden_fields

    rows = "customer,name,currency,country,language\nX1,Good Ltd,CNY,CN,en\nX2,Bad Ltd,XXX,CN,en\n"
    answer = somebody.http.post(
        "/import",
        data={**hidden_fields(form, "/import"), "kind": "customers", "profile": "creditflow"},
        files={"file": ("customers.csv", rows.encode(), "text/csv")},
    )

    assert answer.status_code == 200
    assert "2 rows read" in answer.text
    assert "XXX" in answer.text
    path = answer.text.split('href="/import/')[-1].split('"')[0]
    if "rejects" in path:
        rejects = somebody.get(f"/import/{path}")
        assert b"X2" in rejects.content
        assert b"X1" not in rejects.content


def test_without_a_file_the_page_says_so(visit):
    answer = visit("everything").post("/import", "/import", kind="all")

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_the_journal_says_that_its_chain_is_whole(visit):
    page = visit("audit").get("/journal").text

    assert "chain intact" in page
    assert "Limit proposed" in page


def test_the_mailbox_exists_in_the_demo_only(model, tmp_path):
    from tests.web.installation import copied, served, visitor

    with copied(model, tmp_path / "real", demo=False) as app, served(app) as address:
        somebody = visitor(app, address, "everything")
        assert somebody.get("/mailbox").status_code == 404
        assert "/mailbox" not in somebody.get("/").text
        somebody.http.close()


def test_what_customers_are_called_is_never_markup(app, visit):
    evil = '<script>alert("x")</script>{{7*7}}'
    with app.work() as work:
        row = waiting(app)[0]
        known = work.customers.get(row.customer_id)
        work.customers.put_all([replace(known, name=evil, name_en=evil, sector=evil)])
    somebody = visit("everything")

    for path in (
        "/?list=all",
        f"/cases/{row.case_id}",
        f"/customers/{row.customer_id}",
        "/customers",
    ):
        page = somebody.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "{{7*7}}" in page


def test_ready_says_what_waits(visit):
    answer = visit().get("/health/ready").json()

    assert answer["ready"] is True
    assert answer["outbox_waiting"] >= 0
