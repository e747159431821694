"""Bounce: what a mail server says of a letter that it could not deliver."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient of one message that came back, or is late (RFC 3464).

    `message_id` is that of our letter, `number` its X-Letter-Ref; both as far
    as the report has them. `for_good` is False for a mere delay.
    """

    message_id: str | None
    number: str | None
    recipient: str | None
    for_good: bool
    status: str
    why: str
