"""The policy in the browser: read, tried, proposed by one person and confirmed by another."""

import re

import pytest

from creditflow.domain.draft import DraftState
from creditflow.services.shadowing import shadow_run
from creditflow.sources.policy_files import shipped_policy_documents
from creditflow.web import trying
from creditflow.web.pages import policies
from tests.sources.mistakes import MISTAKES, planted

POLICY = shipped_policy_documents()["policy.yaml"]
LOWER = POLICY.replace("cap: 30000000", "cap: 20000000").replace("name_cap: 50000000",
                                                                  "name_cap: 400000")  # fmt: skip


def hand_in(person, text, **fields):
    page = person.get("/policy").text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    return person.http.post(
        "/policy/drafts",
        data={"token": token, "why": "One name should weigh less.", "only": "", **fields},
        files={"policy": ("policy.yaml", text.encode())},
    )


def draft_of(app):
    with app.reading() as work:
        (draft,) = work.policy_drafts.all()
    return draft


def decide(person, draft, say, comment=""):
    path = f"/policy/drafts/{draft.id}"
    return person.post(f"{path}/verdict", path, say=say, comment=comment)


def test_a_change_takes_two_people_and_then_is_in_force(app, visit):
    maker, second = visit("sun.yue"), visit("hans.weber")

    proposed = hand_in(maker, LOWER)
    draft = draft_of(app)
    shown = second.get(f"/policy/drafts/{draft.id}").text
    own = decide(maker, draft, "confirm")
    confirmed = decide(second, draft, "confirm", "Agreed.")

    assert proposed.headers["location"].startswith(f"/policy/drafts/{draft.id}")
    assert "name_cap" in shown
    assert own.status_code == 422
    assert confirmed.status_code == 303
    assert draft_of(app).state is DraftState.PUBLISHED
    with app.reading() as work:
        assert work.policies.current().name_cap.major == 400_000
    assert "name_cap" in second.get("/policy/versions/2").text
    assert second.get("/policy/versions/2/policy.yaml").text == LOWER


def test_trying_shows_what_would_change_and_keeps_nothing(app, visit):
    maker = visit("sun.yue")

    page = hand_in(maker, LOWER, only="try").text

    assert "name_cap" in page
    assert "两版政策下的全部客户" in page
    with app.reading() as work:
        assert work.policy_drafts.all() == []


def test_every_mistake_is_shown_with_its_line_and_what_was_typed_stays(visit):
    broken = POLICY.replace("least_change: 0.15", "least_change: lots").replace(
        "expiry_days: 30", "expiry_days: 0"
    )

    page = hand_in(visit("sun.yue"), broken)

    assert page.status_code == 422
    for name in ("least_change", "expiry_days"):
        line = next(n for n, text in enumerate(broken.splitlines(), 1) if text.startswith(name))
        assert re.search(rf'<td class="n">{line}</td><td><code>{name}</code>', page.text)
    assert "One name should weigh less." in page.text


@pytest.mark.parametrize("say", ["refuse", "withdraw"])
def test_a_draft_that_is_refused_or_withdrawn_never_comes_into_force(app, visit, say):
    maker, second = visit("sun.yue"), visit("hans.weber")
    hand_in(maker, LOWER)
    person = second if say == "refuse" else maker

    draft = draft_of(app)
    token = re.search(r'name="token" value="([^"]+)"', second.get("/policy").text)[1]

    assert decide(person, draft, say, "Not now.").status_code == 303
    late = second.post(f"/policy/drafts/{draft.id}/verdict", token=token, say="confirm")

    assert late.status_code == 409
    with app.reading() as work:
        assert work.policies.current().version == 1


def test_the_moves_are_a_file_that_spreadsheets_open(app, visit):
    maker = visit("sun.yue")
    hand_in(maker, LOWER)
    draft = draft_of(app)

    table = maker.get(f"/policy/drafts/{draft.id}/shadow.csv")

    lines = table.content.decode("utf-8-sig").splitlines()
    with app.reading() as work:
        count = len(shadow_run(work.policies.current(), work=work).moves)
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert len(lines) == count + 1
    assert lines[0].startswith("客户,")


def test_a_larger_book_is_judged_when_asked_and_a_very_large_one_not_in_a_page(
    app, visit, monkeypatch
):
    maker = visit("sun.yue")
    hand_in(maker, LOWER)
    path = f"/policy/drafts/{draft_of(app).id}"
    assert "shadow.csv" in maker.get(path).text

    monkeypatch.setattr(policies, "UNASKED", 0)
    waiting = maker.get(path).text
    assert "shadow.csv" not in waiting
    assert f'href="{path}?run=yes"' in waiting
    assert "shadow.csv" in maker.get(f"{path}?run=yes").text

    monkeypatch.setattr(trying, "AT_ONCE", 0)
    monkeypatch.setattr(trying, "AT_ONCE_IN_COLUMNS", 0)
    assert "creditflow policy shadow" in maker.get(f"{path}?run=yes").text
    refused = maker.get(f"{path}/shadow.csv")
    assert refused.status_code == 422
    assert "creditflow policy shadow" in refused.text


def test_others_may_read_it_but_not_change_it(visit):
    assert visit("chen.wei").get("/policy").status_code == 200
    assert visit("sales.chen").get("/policy").status_code == 403
    assert 'action="/policy/drafts"' not in visit("chen.wei").get("/policy").text


def test_twenty_mistakes_in_three_files_are_shown_at_once_each_on_its_line(visit):
    made = planted(*MISTAKES)
    person = visit("sun.yue")
    token = re.search(r'name="token" value="([^"]+)"', person.get("/policy").text)[1]

    page = person.http.post(
        "/policy/drafts",
        data={"token": token, "why": "One name should weigh less.", "only": ""},
        files={name.removesuffix(".yaml"): (name, text.encode())
               for name, text in made.texts.items()},
    )  # fmt: skip

    rows = re.findall(r'<td>(\w+)</td><td class="n">(\d+)</td>', page.text)
    assert page.status_code == 422
    assert sorted((name, int(line)) for name, line in rows) == sorted(made.places.values())
