"""Attachment: a file that somebody put to a case or a comment, known by the hash of its bytes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """That somebody put a file to a subject. The bytes are kept once, under `sha256`.

    `subject` is the id of what it was put to: a case, a comment. `media_type`
    is what the bytes are, not what the name says; `size` is in bytes.
    """

    id: str
    subject: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime
