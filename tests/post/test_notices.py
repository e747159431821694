from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money
from creditflow.post.notices import Notice, NoticePress
from tests.post.letters import AT, SENDER

NOTICE = Notice(
    case_id="CF-000123",
    language="en",
    person_name="Zhao Lin",
    desk="Sales director",
    customer_name="宁波**海潮**{{7*7}}",
    current=None,
    proposed=Money.of(800_000, "CNY"),
    why="The amount is above what the policy decides by itself.",
    due_on=date(2026, 11, 25),
    link="https://credit.example.com/cases/CF-000123?from=mail&x=1",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_what_waits_and_where(language):
    rendered = NoticePress(SENDER).render(
        replace(NOTICE, language=language), recipient="zhao@hengyuan.example", key="n-1", at=AT
    )
    mail = message_from_bytes(rendered.message, policy=default)
    assert "CF-000123" in mail["Subject"]
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
