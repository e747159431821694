"""Put a letter's two parts and its headers into one message, the same bytes every time."""

import hashlib
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, SMTPUTF8, EmailPolicy, default
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
    policy = SMTPUTF8 if wide else SMTP
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    inner = _Joined(f"=_{mark}", [_part(text, "plain", policy), _part(html, "html", policy)])
    kind, body = _ALTERNATIVE, inner
    if attached is not None:
        within = b"Content-Type: " + _ALTERNATIVE % inner.mark + b"\r\n\r\n" + inner.bytes
        kind, body = _MIXED, _Joined(f"=.{mark}", [within, _attachment(*attached)])
    # Folding a long name of any kind is where EmailMessage adds and loses spaces,
    # so the two headers that bear names are written here.
    named = f"From: {_mailbox(*sender)}\r\nSubject: {_words('Subject', subject)}\r\n"
    return b"".join(
        (
            named.encode("ascii"),
            b"MIME-Version: 1.0\r\nContent-Type: " + kind % body.mark + b"\r\n",
            _heads(
                {"To": to, "Cc": copied},
                at,
                {"Message-ID": message_id, **_AUTOMATIC, **headers},
                policy,
            ),
            body.bytes,
        )
    )


_AUTOMATIC = {"Auto-Submitted": "auto-generated"}
_ALTERNATIVE = b'multipart/alternative;\r\n boundary="%s"'
_MIXED = b'multipart/mixed; boundary="%s"'


class _Joined:
    """Parts with the mark between them, as the body of a multipart."""

    def __init__(self, mark: str, parts: Sequence[bytes]) -> None:
        self.mark = mark.encode("ascii")
        between = b"--" + self.mark
        joined = b"".join(between + b"\r\n" + part + b"\r\n" for part in parts)
        self.bytes = joined + between + b"--\r\n"


def _part(content: str, subtype: str, policy: "EmailPolicy[EmailMessage]") -> bytes:
    """A text with its headers, encoded as the email package thinks best."""
    part = MIMEPart(policy=policy)  # the email package's types know it for whole mails only
    part.set_content(content, subtype=subtype)
    made = part.as_bytes()
    if subtype == "plain":
        return made
    head, gap, body = made.partition(b"\r\n\r\n")
    return head + b"\r\nMIME-Version: 1.0" + gap + body


def _attachment(name: str, content: bytes) -> bytes:
    """A PDF; the email package would go through it line by line, at the cost of all the rest."""
    head = (
        "Content-Type: application/pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "MIME-Version: 1.0\r\n\r\n"
    )
    whole = b2a_base64(content, newline=False)
    lines = b"".join(whole[x : x + 76] + b"\r\n" for x in range(0, len(whole), 76))
    return head.encode("ascii") + lines


def _heads(
    to: Mapping[str, Sequence[str]],
    at: datetime,
    headers: Mapping[str, str],
    policy: "EmailPolicy[EmailMessage]",
) -> bytes:
    """The headers that bear no names, and the empty line behind them."""
    mail = EmailMessage(policy=policy)
    for header, addresses in to.items():
        if addresses:
            mail[header] = [_address(x) for x in addresses]
    mail["Date"] = at
    for name, value in headers.items():
        mail[name] = value
    return mail.as_bytes()


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
