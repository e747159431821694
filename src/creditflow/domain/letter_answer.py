"""Answer: what a customer says to a letter, the files it sends, and until when we owe a reply."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.received_file import received


class AnswerKind(StrEnum):
    """What a customer can do under the link of its letter."""

    RECEIVED = "received"
    REASONS = "reasons"
    OBJECTION = "objection"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a customer sent; `media_type` is what its bytes are, not what it says."""

    id: str
    file_name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a letter. `due_on` is None where nobody owes a reply.

    `case_id` is the case that an objection opened. `done_at` is set once a
    person has seen to it.
    """

    id: str
    letter_id: str
    kind: AnswerKind
    note: str
    at: datetime
    due_on: date | None
    case_id: str | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    done_note: str = ""


def checked_upload(upload_id: str, file_name: str, content: bytes, *, most_bytes: int) -> Upload:
    """The file if it is what its name says and not too large; raises NotTaken otherwise."""
    file = received(file_name, content, most_bytes=most_bytes)
    return Upload(upload_id, file.name, file.media_type, file.content)
