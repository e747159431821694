"""Put files to a case or a comment: checked before, kept by content, noted in the journal."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from creditflow.domain.attachment import Attachment
from creditflow.domain.errors import Conflict
from creditflow.domain.journal import Entry
from creditflow.domain.received_file import NotTaken, ReceivedFile
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work

MOST_FILES = 10
"""Files put to one subject."""


def attach(
    subject: str,
    files: Sequence[ReceivedFile],
    *,
    by: str,
    at: datetime,
    work: Work,
    record: str | None = None,
) -> list[Attachment]:
    """Keep the files under the subject; a file that is there already is not kept twice.

    `record` is the subject of the journal's entries where it is another one: a
    comment's file belongs to the journal of its case. Raises NotTaken where
    they would be too many.
    """
    there = {(x.sha256, x.file_name): x for x in work.attachments.of(subject)}
    found = []
    for file in files:
        same = there.get((file.sha256, file.name))
        if same is None:
            same = _kept(subject, file, by=by, at=at, work=work, record=record or subject)
            there[same.sha256, same.file_name] = same
        found.append(same)
    if len(there) > MOST_FILES:
        raise NotTaken(too_many(len(there)))
    return found


def too_many(count: int) -> Sentence:
    """Why so many files are not taken."""
    return say(
        "At most {most} files can be put here, and this would make {count}."
        " Put several pages into one file.",
        most=MOST_FILES,
        count=count,
    )


def opened(attachment: str, work: Work) -> tuple[Attachment, bytes]:
    """An attachment and its bytes. Raises NotFound, and Conflict where they were tampered with."""
    found = work.attachments.get(attachment)
    content = work.attachments.content(found.sha256)
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise Conflict(
            say(
                "File {file} is not what was put there: its bytes have another hash."
                " Restore it from a backup.",
                file=found.id,
            )
        )
    return found, content


def _kept(
    subject: str, file: ReceivedFile, *, by: str, at: datetime, work: Work, record: str
) -> Attachment:
    made = Attachment(
        id=f"F-{work.counters.next('attachment'):06d}",
        subject=subject,
        file_name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        by=by,
        at=at,
    )
    work.attachments.add(made, file.content)
    facts = {
        "file": made.id,
        "name": made.file_name,
        "sha256": made.sha256,
        "bytes": str(made.size),
    }
    if subject != record:
        facts["to"] = subject
    work.journal.record(Entry("attachment.added", record, by, at, facts))
    return made
