"""Read what came back: delivery reports by RFC 3464, and whose letter they speak of.

Everything here came by mail from anybody, so nothing is believed but that a
report names a message of ours; what it does not say is None.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from creditflow.domain.bounce import Bounce

LONGEST_WHY = 300
MOST_RECIPIENTS = 50
_ADDRESS = re.compile(r"[^\s<>;]+@[^\s<>;]+")
_COPY = re.compile(r"\.copy\d+@")
_FOR_GOOD = {"failed": True, "delayed": False}


def bounces(report: bytes) -> tuple[Bounce, ...]:
    """What the message reports about recipients; empty where it is no delivery report."""
    # The lenient parser: reports come from programs of any age, and are not shown to anybody.
    mail = message_from_bytes(report, policy=compat32)
    original = _original(mail)
    message_id = _header(original, "Message-ID")
    number = _header(original, "X-Letter-Ref")
    return tuple(
        Bounce(
            message_id=_COPY.sub("@", message_id) if message_id else None,
            number=number,
            recipient=_recipient(fields),
            for_good=_FOR_GOOD[action],
            status=(_header(fields, "Status") or "")[:20],
            why=(_header(fields, "Diagnostic-Code") or _header(fields, "Status") or "")[
                :LONGEST_WHY
            ],
        )
        for fields in _recipients(mail)
        if (action := (_header(fields, "Action") or "").lower()) in _FOR_GOOD
    )


def _recipients(mail: Message) -> Iterator[Message]:
    """The groups of fields about single recipients: all behind the first of each report."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        groups = part.get_payload()
        if isinstance(groups, list):
            found = [x for x in groups if isinstance(x, Message) and x.get("Final-Recipient")]
            yield from found[:MOST_RECIPIENTS]


def _original(mail: Message) -> Message | None:
    """The headers of the message that came back: as headers alone, or as the whole message."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return message_from_bytes(payload, policy=compat32)
        if kind == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return inner[0]
    return None


def _recipient(fields: Message) -> str | None:
    said = _header(fields, "Original-Recipient") or _header(fields, "Final-Recipient") or ""
    found = _ADDRESS.search(said.partition(";")[2] or said)
    return found[0] if found else None


def _header(fields: Message | None, name: str) -> str | None:
    value = None if fields is None else fields.get(name)
    return " ".join(str(value).split()) or None if value is not None else None
