"""Set a letter again from the facts that were kept, and see whether the very bytes come out.

It is worded as the edition of its templates says that set it, whatever is in
force today. What differs all the same is not wrong by itself: our files, fonts or
the typesetter may be newer than the letter. The bytes that left are the ones that are kept.
"""

import hashlib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from creditflow.domain.letter import Letter
from creditflow.ports import Letterpress, Work


def is_intact(letter: Letter) -> bool:
    """Whether the bytes that are kept are those whose hash was recorded."""
    return hashlib.sha256(letter.message).hexdigest() == letter.sha256


def comes_out_the_same(letter: Letter, press: Letterpress, work: Work) -> bool | None:
    """Whether the press makes the same bytes from the edition that set the letter.

    None for letters without facts of their own.
    """
    if letter.facts is None:
        return None
    mail = message_from_bytes(letter.message, policy=default)
    if not isinstance(mail, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    to, copied = _addresses(mail, "To"), _addresses(mail, "Cc")
    again = press.render(
        letter.facts,
        recipient=to[0] if to else None,
        also=to[1:],
        copied=copied,
        message_id=letter.message_id,
        at=letter.created_at,
        edition=work.templates.edition(letter.edition),
    )
    return hashlib.sha256(again.message).hexdigest() == letter.sha256


def _addresses(mail: EmailMessage, header: str) -> list[str]:
    found = mail.get(header)
    return [x.addr_spec for x in found.addresses] if found is not None else []
