"""Lists of the inbox under names: made, shown with their counts, shared, renamed, forgotten."""

import re

import pytest

from tests.web.installation import hidden_fields, waiting

LIST = "/?list=all&sort=stake&move=cut"


def tab(page, name):
    """The link of a view: where it leads, whether it is the shown one, and its count."""
    for link in re.findall(r'<a [^>]*href="/\?[^"]*"[^>]*>.*?</a>', page.text, re.DOTALL):
        if f"<b>{name}</b>" in link:
            count = re.search(r"<span>(\d+)</span>", link)
            return (
                re.search(r'href="([^"]*)"', link)[1].replace("&amp;", "&"),
                "aria-current" in link,
                int(count[1]) if count else None,
            )
    return None


def kept(somebody, name, path=LIST, **fields):
    page = somebody.get(path)
    return somebody.http.post(
        "/views", data={**hidden_fields(page.text, "/views"), "name": name, **fields}
    )


def view_of(app, person):
    with app.reading() as work:
        return work.saved_views.of(person)[0]


@pytest.fixture
def cuts(app):
    return sum(bool(row.current and row.proposed < row.current) for row in waiting(app))


def test_a_list_is_kept_and_stands_beside_the_others_with_its_count(app, visit, cuts):
    somebody = visit("everything")
    assert "Save as a view" not in somebody.get("/?list=all").text

    answer = kept(somebody, "Reductions")

    assert answer.headers["location"] == "/?list=all&move=cut&sort=stake&done=view_saved"
    page = somebody.get(answer.headers["location"])
    assert "It stands beside the lists" in page.text
    assert tab(page, "Reductions") == ("/?list=all&move=cut&sort=stake", True, cuts)
    assert tab(somebody.get("/"), "Reductions") == ("/?list=all&move=cut&sort=stake", False, cuts)
    assert tab(visit("robert.klein").get("/"), "Reductions") is None


def test_a_view_that_is_shared_is_seen_by_the_desk_and_counts_what_each_may_decide(app, visit):
    kept(visit("everything"), "Ours", "/?list=mine&sort=age", desk="credit-committee")

    colleague = visit("robert.klein").get("/?list=mine&sort=age")
    assert tab(colleague, "Ours") == ("/?list=mine&sort=age", True, len(waiting(app)))
    assert "of Every Role" in colleague.text
    assert "Forget this view" not in colleague.text
    assert tab(visit("li.na").get("/"), "Ours") is None


def test_it_is_renamed_unshared_and_forgotten(app, visit):
    somebody = visit("everything")
    kept(somebody, "Reductions", desk="credit-committee")
    view = view_of(app, "everything")

    path = f"/views/{view.id}"
    answer = somebody.post(path, f"/?{view.query}", name="Less", desk="")
    assert tab(somebody.get(answer.headers["location"]), "Less")
    assert view_of(app, "everything").desk is None

    answer = somebody.post(f"{path}/forget", f"/?{view.query}")
    page = somebody.get(answer.headers["location"])
    assert "Forgotten" in page.text
    assert tab(page, "Less") is None


def test_nobody_changes_what_another_made(app, visit):
    kept(visit("everything"), "Ours", desk="credit-committee")
    view, other = view_of(app, "everything"), visit("robert.klein")
    token = hidden_fields(other.get("/?list=all&sort=age").text, "/views")

    for path in (f"/views/{view.id}", f"/views/{view.id}/forget"):
        assert other.http.post(path, data={**token, "name": "Mine"}).status_code == 422
    assert other.http.post("/views/SV-999999", data={**token, "name": "x"}).status_code == 404
    assert view_of(app, "everything") == view


def test_what_is_wrong_is_said_and_what_an_address_gets_wrong_is_left_out(app, visit):
    somebody = visit("everything")
    assert kept(somebody, " ").status_code == 422
    assert kept(somebody, "x", desk="finance-director").status_code == 422

    kept(somebody, "Odd", query="list=nowhere&grade=Z&q=a b&page=7")

    assert view_of(app, "everything").query == "list=all&q=a+b"


def test_without_a_count_where_counting_would_take_long(visit):
    somebody = visit("everything")
    kept(somebody, "Past", "/?list=all&sort=age", query="list=done&q=CF")

    assert tab(somebody.get("/"), "Past") == ("/?list=done&q=CF", False, None)
