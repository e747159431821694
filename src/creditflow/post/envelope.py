"""Put a letter's two parts and its headers into one message, the same bytes every time."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, default
from email.utils import formataddr

LONGEST_PLAIN = 60
"""Characters of a header text that go unencoded on one line; more is encoded and folded."""


def envelope(
    *,
    sender: tuple[str, str],
    recipient: str | None,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    at: datetime,
    headers: Mapping[str, str],
    also: Sequence[str] = (),
    copied: Sequence[str] = (),
    attached: tuple[str, bytes] | None = None,
) -> bytes:
    """The message as it will leave, the same bytes for the same arguments.

    `sender` is a name and an address; `also` get it besides the recipient,
    `copied` for their information, all for everybody to see. `attached` is a
    PDF's name and bytes. Nothing random is in the message: the boundaries come
    from the Message-ID. UTF-8 stands in headers (RFC 6532) only where an
    address cannot do without.
    """
    to = [x for x in (recipient, *also) if x is not None]
    wide = not "".join([*to, *copied]).isascii()
    mail = EmailMessage(policy=SMTPUTF8 if wide else SMTP)
    # The body first: what becomes a multipart takes Content-* headers along into its part.
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    _divide(mail, message_id, "=_")
    if attached is not None:
        name, content = attached
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
        _divide(mail, message_id, "=.")
    for header, addresses in (("To", to), ("Cc", copied)):
        if addresses:
            mail[header] = [_address(x) for x in addresses]
    mail["Date"] = at
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        mail[name] = value
    # Folding a long name of any kind is where EmailMessage adds and loses spaces,
    # so the two headers that bear names are written here.
    named = f"From: {_mailbox(*sender)}\r\nSubject: {_words('Subject', subject)}\r\n"
    return named.encode("ascii") + mail.as_bytes()


def with_message_id(message: bytes, message_id: str) -> bytes:
    """The same message under another Message-ID, for a further recipient."""
    head, gap, body = message.partition(b"\r\n\r\n")
    lines = [
        b"Message-ID: " + message_id.encode() if x.lower().startswith(b"message-id:") else x
        for x in head.split(b"\r\n")
    ]
    return b"\r\n".join(lines) + gap + body


def attached_pdf(message: bytes) -> bytes | None:
    """The PDF that a message of ours carries; None where it carries none."""
    mail = message_from_bytes(message, policy=default)
    for part in mail.walk():
        if part.get_content_type() == "application/pdf":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def _divide(mail: EmailMessage, message_id: str, kind: str) -> None:
    mail.set_boundary(kind + hashlib.sha256(message_id.encode()).hexdigest()[:32])


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


def _mailbox(name: str, address: str) -> str:
    if _is_plain(name):
        return formataddr((name, address))
    return f"{_encoded('From', name)}\r\n <{address}>"


def _words(header: str, text: str) -> str:
    return text if _is_plain(text) else _encoded(header, text)


def _is_plain(text: str) -> bool:
    """Whether it can stand as it is; `=?` would be read as the start of an encoded word."""
    return text.isascii() and len(text) <= LONGEST_PLAIN and "=?" not in text


def _encoded(header: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=76, header_name=header).encode(linesep="\r\n")
