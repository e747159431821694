from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.post.bounces import bounces

REPORTS = Path(__file__).parent.parent / "data" / "reports"


def report(name):
    return (REPORTS / f"{name}.eml").read_bytes()


def test_a_report_of_opensmtpd_names_recipient_letter_and_status():
    """As that server sent it, without the letter's body: multipart/mixed, headers alone."""
    (bounce,) = bounces(report("opensmtpd"))
    assert bounce.for_good
    assert bounce.recipient == "nobody@bounce.example"
    assert bounce.message_id == "<l-000128.9a3c@hengyuan.example>"
    assert bounce.number == "L-000128"
    assert bounce.status == "5.0.0"


def test_a_report_in_the_form_of_postfix_names_the_original_behind_a_marked_copy():
    (bounce,) = bounces(report("postfix"))
    assert bounce.for_good
    assert bounce.message_id == "<l-000128.9a3c@hengyuan.example>"
    assert bounce.recipient == "ap@haichao.example"
    assert bounce.why.startswith("smtp; 550 5.1.1")
    assert "\n" not in bounce.why


def test_a_delay_is_no_end():
    (bounce,) = bounces(report("delayed"))
    assert not bounce.for_good
    assert bounce.status == "4.4.1"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"Subject: Out of office\r\n\r\nI am away until Monday.",
        b"From: x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nnonsense",
        report("postfix").replace(b"Action: failed", b"Action: relayed"),
        report("postfix").replace(b"Final-Recipient", b"X-Nothing"),
    ],
)
def test_what_is_no_report_of_a_failure_says_nothing(message):
    assert bounces(message) == ()


@given(st.binary(max_size=400), st.integers(0, 1500))
def test_no_message_makes_the_reader_stumble(noise, at):
    whole = report("postfix")
    for bounce in bounces(whole[:at] + noise + whole[at + len(noise) :]):
        assert len(bounce.why) <= 300
