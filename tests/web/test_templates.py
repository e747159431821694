"""Wordings of letters in the browser: read, checked, proposed, looked at, confirmed, given back."""

import re
from datetime import timedelta

import pytest

from creditflow.domain.decision import Say
from creditflow.domain.draft import DraftState
from creditflow.domain.granting import Change
from creditflow.domain.letter_template import TemplateName
from creditflow.domain.proposal import Outcome
from creditflow.heartbeat import reconcile
from creditflow.post.specimens import POISON
from creditflow.web.previewing import foreseen
from tests.web.installation import waiting

RELEASED = TemplateName("released", "zh-CN")


def file_of(app, template=RELEASED):
    return app.proofreader.shelf.in_file(template)


def worded(app, template=RELEASED):
    return file_of(app, template).replace("感谢贵司", "衷心感谢贵司")


def hand_in(person, text, template=RELEASED, **fields):
    page = person.get(f"/templates/{template}/edit").text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    fields = {"why": "语气更亲切一些，读着舒服。", "only": "", "effective_on": "", **fields}
    return person.http.post(
        f"/templates/{template}/drafts",
        files={"token": (None, token), "text": (None, text),
               **{name: (None, value) for name, value in fields.items()}},
    )  # fmt: skip


def draft_of(app):
    with app.reading() as work:
        return work.templates.all()[0]


def decide(person, draft, say, comment=""):
    path = f"/templates/drafts/{draft.id}"
    return person.post(f"{path}/verdict", path, say=say, comment=comment)


def test_a_wording_takes_two_people_and_then_letters_are_set_by_it(app, visit):
    maker, second = visit("sun.yue"), visit("hans.weber")

    proposed = hand_in(maker, worded(app).replace("\n", "\r\n"))
    draft = draft_of(app)
    shown = second.get(f"/templates/drafts/{draft.id}").text
    own = decide(maker, draft, "confirm")
    confirmed = decide(second, draft, "confirm", "Agreed.")

    assert proposed.headers["location"].startswith(f"/templates/drafts/{draft.id}")
    assert "<mark>衷心</mark>" in shown
    assert own.status_code == 422
    assert confirmed.status_code == 303
    assert draft_of(app).state is DraftState.PUBLISHED
    with app.reading() as work:
        assert work.templates.edition().source(RELEASED) == worded(app)
        assert [x.entry.what for x in work.journal.of(draft.id)] == [
            "template.proposed", "template.confirmed", "template.published",
        ]  # fmt: skip
    page = second.get(f"/templates/{RELEASED}").text
    assert "衷心感谢" in page
    assert "edition 1" in page
    assert "edition 1" in second.get("/templates").text


def test_every_mistake_is_shown_with_its_line_and_what_was_typed_stays(app, visit):
    text = worded(app).replace("{{ from_|date }}", "{{ grade }}") + "\n请 call 我司。\n"

    page = hand_in(visit("sun.yue"), text)

    assert page.status_code == 422
    line = text[: text.index("{{ grade")].count("\n") + 1
    assert f"第 {line} 行" in page.text
    assert f"第 {text.count(chr(10))} 行" in page.text
    assert "请 call 我司。" in page.text
    assert "语气更亲切一些" in page.text
    with app.reading() as work:
        assert work.templates.all() == []


def test_checking_alone_keeps_nothing_and_says_whether_it_is_sound(app, visit):
    maker = visit("sun.yue")
    sound = hand_in(maker, worded(app), only="check")
    wrong = hand_in(maker, worded(app) + "{{ score }}\n", only="check")
    assert sound.status_code == 200
    assert "没有问题" in sound.text
    assert wrong.status_code == 422
    assert re.search(rf'<td class="n">{worded(app).count(chr(10)) + 1}</td>', wrong.text)
    with app.reading() as work:
        assert work.templates.all() == []


def test_a_wording_of_a_later_day_is_published_by_the_clock(app, visit, monkeypatch):
    tomorrow = app.today() + timedelta(days=1)
    hand_in(visit("sun.yue"), worded(app), effective_on=tomorrow.isoformat())
    assert decide(visit("hans.weber"), draft_of(app), "confirm").status_code == 303
    reconcile(app)
    assert draft_of(app).state is DraftState.CONFIRMED
    shown = visit("hans.weber").get(f"/templates/drafts/{draft_of(app).id}").text
    assert 'name="comment"' not in shown
    assert "/edit?from=" not in shown
    later = app.now() + timedelta(days=1)
    monkeypatch.setattr(app, "now", lambda: later)
    monkeypatch.setattr(app, "name", "another")
    with app.work() as work:
        work.leases.take("reconciler", owner="another", at=later, until=later)
    reconcile(app)
    assert draft_of(app).edition == 1


def test_the_template_goes_back_to_its_file_and_to_an_earlier_wording(app, visit):
    maker, second = visit("sun.yue"), visit("hans.weber")
    hand_in(maker, worded(app))
    first = draft_of(app)
    decide(second, first, "confirm")

    assert 'name="back"' in maker.get(f"/templates/{RELEASED}").text
    hand_in(maker, "", back="file")
    assert "回到文件" in maker.get(f"/templates/drafts/{draft_of(app).id}").text
    decide(second, draft_of(app), "confirm")
    with app.reading() as work:
        assert work.templates.edition().source(RELEASED) is None

    again = maker.get(f"/templates/{RELEASED}/edit?from={first.id}").text
    assert "衷心感谢" in again
    assert "衷心感谢" not in maker.get(f"/templates/{RELEASED}/edit").text


# ------------------------------------------------------------------ how it would look


def preview(person, draft, form, **asked):
    return person.http.get(f"/templates/drafts/{draft.id}/preview/{form}", params=asked)


@pytest.fixture
def unchanged(app, visit):
    """A draft of the letter to which a waiting case leads, and that case."""
    with app.reading() as work:
        for row in waiting(app):
            case = work.cases.get(row.case_id)
            customer = work.customers.get(case.customer)
            facts = foreseen(case, Say.APPROVE, Change(), customer=customer, on=app.today(), work=work,
                             sender=app.sender)  # fmt: skip
            if isinstance(facts.about, Outcome):
                break
    template = TemplateName(facts.about.value, "zh-CN")
    text = file_of(app, template).replace("{{ customer_name }}：", "{{ customer_name }}（敬启）：")
    assert hand_in(visit("sun.yue"), text, template).status_code == 303
    return draft_of(app), case, facts


def test_a_draft_is_seen_on_a_waiting_case_and_not_on_one_that_leads_elsewhere(
    app, visit, unchanged
):
    draft, case, facts = unchanged
    person = visit("hans.weber")
    text = preview(person, draft, "text", on=case.id).text
    assert f"尊敬的{facts.customer_name}（敬启）：" in text or "（敬启）" in text
    light, dark = (preview(person, draft, form, on=case.id).text for form in ("light", "dark"))
    assert "not all" in light
    assert "@media all" in dark
    assert "sandbox" in preview(person, draft, "light").headers["content-security-policy"]
    page = person.get(f"/templates/drafts/{draft.id}?on={case.id}").text
    assert f"/preview/light?on={case.id}" in page

    with app.reading() as work:
        letters = [x for x in map(work.letters.get, _letters(app)) if x.case_id and not x.copy]
    other = next(x for x in letters if x.outcome is not facts.about)
    page = person.get(f"/templates/drafts/{draft.id}?on={other.case_id}").text
    assert other.outcome.value in page
    assert "/preview/light" not in page
    assert "neither" in person.get(f"/templates/drafts/{draft.id}?on=nobody").text


def _letters(app):
    with app.readings() as readings:
        return readings.letter_ids()


def test_a_draft_is_seen_on_a_decided_case_and_on_a_customer(app, visit):
    maker = visit("sun.yue")
    with app.reading() as work:
        letter = next(x for x in map(work.letters.get, _letters(app)) if x.facts and x.case_id)
    template = TemplateName(letter.outcome.value, letter.language)
    assert hand_in(maker, file_of(app, template) + "\n", template).status_code == 422  # the same
    head = re.search(r"^## (.*)$", file_of(app, template), re.MULTILINE)[0]
    changed = file_of(app, template).replace(head, f"{head} ·", 1)
    assert hand_in(maker, changed, template).status_code == 303
    for subject in (letter.case_id, letter.customer):
        text = preview(maker, draft_of(app), "text", on=subject).text
        assert letter.number in text or letter.facts.customer_name in text
        assert f"{head[3:]} ·" in text

    wanted = TemplateName("statements_wanted", "en")
    text = file_of(app, wanted).replace("Please send us by", "Kindly send us by")
    assert hand_in(maker, text, wanted).status_code == 303
    shown = preview(maker, draft_of(app), "text", on=letter.customer).text
    assert "Kindly send us by" in shown


def test_poisoned_facts_stay_text_in_every_form(app, visit):
    maker = visit("sun.yue")
    hand_in(maker, worded(app))
    draft = draft_of(app)
    assert "{{7*7}}" in preview(maker, draft, "text", on="poisoned").text
    assert "<script>" not in preview(maker, draft, "light", on="poisoned").text
    assert "<script>" in POISON
    pdf = preview(maker, draft, "pdf", on="poisoned")
    assert pdf.content.startswith(b"%PDF")
    assert preview(maker, draft, "picture", on="bare").content.startswith(b"\x89PNG")
    assert preview(maker, draft, "hologram").status_code == 404


def test_a_part_is_seen_in_each_letter_that_has_it(app, visit):
    maker, closing = visit("sun.yue"), TemplateName("_closing", "en")
    text = file_of(app, closing).replace("will be glad to help", "will gladly help")
    assert hand_in(maker, text, closing).status_code == 303
    draft = draft_of(app)
    for kind in ("declined", "terms_changed"):
        assert "will gladly help" in preview(maker, draft, "text", kind=kind).text
    page = maker.get(f"/templates/drafts/{draft.id}").text
    assert '<option value="declined"' in page


def test_others_may_read_it_but_not_change_it(app, visit):
    chen = visit("chen.wei")
    assert chen.get(f"/templates/{RELEASED}").status_code == 200
    assert chen.get(f"/templates/{RELEASED}/edit").status_code == 403
    assert visit("sales.chen").get("/templates").status_code == 403
    assert "/edit" not in chen.get(f"/templates/{RELEASED}").text
    assert chen.get("/templates/nothing.en").status_code == 404
    assert chen.get("/templates/..%2Fx").status_code == 404


def test_a_reader_without_a_printer_sees_no_print(app, visit):
    app.settings = app.settings.model_copy(update={"letter_pdf": "never"})
    for name in ("press", "proofreader"):
        app.__dict__.pop(name, None)
    maker = visit("sun.yue")
    hand_in(maker, worded(app))
    draft = draft_of(app)
    assert "/preview/pdf" not in maker.get(f"/templates/drafts/{draft.id}").text
    assert preview(maker, draft, "pdf").status_code == 404
