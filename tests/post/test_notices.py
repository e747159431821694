from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.message import MailReason
from creditflow.domain.money import Money
from creditflow.post.notices import Line, Notice, NoticeList, NoticePress
from tests.post.letters import AT, SENDER

NOTICE = Notice(
    reason=MailReason.NEW,
    case_id="CF-000123",
    language="en",
    person_name="Zhao Lin",
    desk="Sales director",
    customer_name="宁波**海潮**{{7*7}}",
    current=None,
    proposed=Money.of(800_000, "CNY"),
    due_on=date(2026, 11, 25),
    link="https://credit.example.com/cases/CF-000123?from=mail&x=1",
    account_link="https://credit.example.com/account",
)
LINE = Line(
    case_id="CF-000123",
    customer_name=NOTICE.customer_name,
    current=Money.of(500_000, "CNY"),
    proposed=NOTICE.proposed,
    due_on=NOTICE.due_on,
    is_overdue=True,
    link=NOTICE.link,
)
LIST = NoticeList(
    reason=MailReason.DIGEST,
    language="en",
    person_name="Zhao Lin",
    total=25,
    overdue=1,
    due_today=2,
    rows=[LINE, replace(LINE, case_id="CF-000124", current=None, is_overdue=False)],
    link="https://credit.example.com/",
    account_link=NOTICE.account_link,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_what_waits_and_where(language):
    rendered = NoticePress(SENDER).render(
        replace(NOTICE, language=language), recipient="zhao@hengyuan.example", key="n-1", at=AT
    )
    mail = message_from_bytes(rendered.message, policy=default)
    for told in ("CF-000123", "CNY 800,000.00", "宁波**海潮**{{7*7}}", "2026"):
        assert told in mail["Subject"]
    for shown in (rendered.text, rendered.html):
        assert "宁波**海潮**{{7*7}}" in shown
        assert "CNY 800,000.00" in shown
    assert NOTICE.link in rendered.text
    assert f'href="{NOTICE.link.replace("&", "&amp;")}"' in rendered.html
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_link_that_is_no_web_address_is_refused():
    with pytest.raises(Refusal, match="http"):
        NoticePress(SENDER).render(
            replace(NOTICE, link="javascript:alert(1)"), recipient="a@b.example", key="n", at=AT
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", [MailReason.DIGEST, MailReason.MANY])
def test_a_list_names_its_cases_and_counts_the_others(language, reason):
    rendered = NoticePress(SENDER).render(
        replace(LIST, language=language, reason=reason), recipient="a@b.example", key="n", at=AT
    )
    assert "25" in rendered.subject
    for shown in (rendered.text, rendered.html):
        assert "CF-000124" in shown
        assert "23" in shown
        assert "宁波**海潮**{{7*7}}" in shown
        assert ("overdue" if language == "en" else "已逾期") in shown
        assert shown.count("CNY 800,000.00") == 2
        assert "CNY 500,000.00" in shown


@pytest.mark.parametrize(
    ("reason", "en", "zh"),
    [
        (MailReason.ESCALATED, "Escalated", "已升级"),
        (MailReason.DUE_SOON, "Reminder", "催办"),
        (MailReason.GIVEN, "Given", "转交"),
        (MailReason.REFERRED, "opinion", "征询"),
        (MailReason.NEEDS_ADMIN, "Nobody", "无人"),
    ],
)
def test_the_subject_says_what_is_special_about_it(reason, en, zh):
    for language, said in (("en", en), ("zh-CN", zh)):
        notice = replace(NOTICE, language=language, reason=reason)
        rendered = NoticePress(SENDER).render(notice, recipient="a@b.example", key="n", at=AT)
        assert said in rendered.subject


def test_mails_about_one_case_belong_together_and_none_is_another():
    press = NoticePress(SENDER)
    first, second = (
        message_from_bytes(
            press.render(NOTICE, recipient="a@b.example", key=key, at=AT).message, policy=default
        )
        for key in ("mail.1", "mail.2")
    )
    assert first["References"] == second["References"] != ""
    assert first["Message-ID"] != second["Message-ID"]
