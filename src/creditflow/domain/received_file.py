"""A file that somebody sent: its name made plain, its bytes held against what the name says.

Nothing in it is executed or opened here; whoever opens it should know that it
came from outside.
"""

import hashlib
from dataclasses import dataclass

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say


class NotTaken(Refusal):
    """What was sent cannot be taken."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that was checked; `media_type` is what its bytes are, not what somebody says."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


LONGEST_NAME = 120
_BEGINNINGS = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"\xff\xd8\xff", "jpeg", "image/jpeg"),
    (b"PK\x03\x04", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
TAKEN = ("pdf", "xlsx", "csv", "png", "jpg", "jpeg")
"""Endings of files that are taken."""


def received(file_name: str, content: bytes, *, most_bytes: int) -> ReceivedFile:
    """The file if it is what its name says and not too large; raises NotTaken otherwise."""
    name = _plain(file_name)
    ending = name.rpartition(".")[2].lower()
    if not content:
        raise NotTaken(say("The file {file} is empty.", file=name))
    if len(content) > most_bytes:
        raise NotTaken(
            say(
                "The file {file} is larger than {most} MB. Please send a smaller one.",
                file=name,
                most=most_bytes // 1_000_000,
            )
        )
    media_type = _media_type(ending, content)
    if media_type is None:
        raise NotTaken(
            say(
                "The file {file} is not taken: please send one of {kinds}, unchanged from the"
                " program that made it.",
                file=name,
                kinds=", ".join(TAKEN),
            )
        )
    return ReceivedFile(name, media_type, content)


def _media_type(ending: str, content: bytes) -> str | None:
    for begins, known, media_type in _BEGINNINGS:
        if ending == known and content.startswith(begins):
            return media_type
    if ending == "csv" and b"\x00" not in content and _is_text(content):
        return "text/csv"
    return None


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _plain(file_name: str) -> str:
    """The name without folders and without what cannot be shown."""
    last = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:].strip() or "?"
