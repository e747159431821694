"""The message: byte for byte what the email package would have made of it, only cheaper."""

import hashlib
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.post.envelope import envelope
from tests.post.letters import AT, ID

SAID = st.text(st.sampled_from("aé 中.=\n文😀z-"), max_size=300) | st.sampled_from(
    ["", "short\n", "no end", "x" * 2000 + "\n", "ab\n" * 40, "信用额度\n" * 30]
)
ADDRESSES = st.sampled_from(["ap@x.example", "li@例子.example", "someone.else@customer.example"])


def by_the_package(*, to, copied, text, html, attached):
    """The message as the email package makes it, attachment and all."""
    wide = not "".join([*to, *copied]).isascii()
    mail = EmailMessage(policy=SMTPUTF8 if wide else SMTP)
    mark = hashlib.sha256(ID.encode()).hexdigest()[:32]
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mail.set_boundary("=_" + mark)
    if attached is not None:
        mail.add_attachment(attached, maintype="application", subtype="pdf", filename="L-1.pdf")
        mail.set_boundary("=." + mark)
    if to:
        mail["To"] = ", ".join(to)
    if copied:
        mail["Cc"] = ", ".join(copied)
    mail["Date"] = AT
    mail["Message-ID"] = ID
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Letter-Ref"] = "L-1"
    return b"From: Us <us@x.example>\r\nSubject: It\r\n" + mail.as_bytes()


@settings(max_examples=150, deadline=None)
@given(
    to=st.lists(ADDRESSES, max_size=4),
    copied=st.lists(ADDRESSES, max_size=1),
    text=SAID,
    html=SAID,
    attached=st.none() | st.binary(max_size=400),
)
def test_the_message_is_what_the_email_package_makes(to, copied, text, html, attached):
    made = envelope(
        sender=("Us", "us@x.example"),
        recipient=to[0] if to else None,
        also=to[1:],
        copied=copied,
        subject="It",
        text=text,
        html=html,
        message_id=ID,
        at=AT,
        headers={"X-Letter-Ref": "L-1"},
        attached=None if attached is None else ("L-1.pdf", attached),
    )
    assert made == by_the_package(to=to, copied=copied, text=text, html=html, attached=attached)
