"""Rows of people, letters, promises and the journal."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.store.tables.base import (
    Row,
    args,
    bounds,
    code,
    data,
    day,
    flag,
    instant,
    refers,
    table,
    whole,
    whole_or_none,
    word,
)


class PersonRow(Row, table=True):
    """Somebody who signs in. A mandate without a ceiling is one for any amount."""

    __tablename__ = "person"
    __table_args__ = args(*bounds("ceiling"), *whole_or_none("ceiling"))
    id: str = word(key=True)
    name: str = word()
    email: str = word()
    language: str = word()
    roles: str = word()
    desks: str = word()
    mandate_worst_grade: str | None = word()
    ceiling_minor: int | None = whole()
    ceiling_currency: str | None = code()
    active: bool = flag()


class CredentialRow(Row, table=True):
    """The hash of a person's password."""

    __tablename__ = "credential"
    __table_args__ = args(refers("person_id", "person.id"))
    person_id: str = word(key=True)
    password_hash: str = word()


class SignInRow(Row, table=True):
    """A session, under the hash of its token."""

    __tablename__ = "sign_in"
    __table_args__ = args(sa.Index(None, "person_id"), refers("person_id", "person.id"))
    token_hash: str = word(key=True)
    person_id: str = word()
    opened_at: datetime = instant()
    expires_at: datetime = instant()
    address: str = word()
    browser: str = word()
    method: str = word()


class LetterRow(Row, table=True):
    """A letter and its delivery; what it says never changes."""

    __tablename__ = "letter"
    __table_args__ = args(
        sa.UniqueConstraint("case_id", "copy_no"),
        sa.UniqueConstraint("message_id"),
        # A relay reads the first of it, however many letters wait behind.
        sa.Index(None, "state", "due_at", "created_at", "id"),
        sa.Index(None, "customer_id"),
        refers("case_id", "credit_case.id"),
        refers("customer_id", "customer.id"),
    )
    id: str = word(key=True)
    case_id: str | None = word()
    customer_id: str = word()
    outcome: str = word()
    language: str = word()
    recipient: str | None = word()
    subject: str = word()
    text: str = word()
    html: str = word()
    message: bytes = data()
    message_id: str = word()
    sha256: str = word()
    created_at: datetime = instant()
    state: str = word()
    attempts: int = whole()
    due_at: datetime | None = instant()
    lease_until: datetime | None = instant()
    lease_owner: str | None = word()
    sent_at: datetime | None = instant()
    answer: str = word()
    copy_no: int = whole()
    facts: str | None = word()
    pdf_sha256: str = word()
    edition: int = whole()


class LetterAnswerRow(Row, table=True):
    """What a customer answered; what it wrote never changes, whether it was seen to does."""

    __tablename__ = "letter_answer"
    __table_args__ = args(
        sa.Index(None, "letter_id"),
        refers("letter_id", "letter.id"),
        refers("case_id", "credit_case.id"),
    )
    id: str = word(key=True)
    letter_id: str = word()
    kind: str = word()
    note: str = word()
    made_at: datetime = instant()
    due_on: date | None = day()
    case_id: str | None = word()
    done_at: datetime | None = instant()
    done_by: str | None = word()
    done_note: str = word()


class LetterUploadRow(Row, table=True):
    """A file that came with an answer; append-only."""

    __tablename__ = "letter_upload"
    __table_args__ = args(sa.Index(None, "answer_id"), refers("answer_id", "letter_answer.id"))
    id: str = word(key=True)
    answer_id: str = word()
    file_name: str = word()
    media_type: str = word()
    sha256: str = word()
    content: bytes = data()


class MailDomainRow(Row, table=True):
    """When the next letter may leave for a domain of recipients."""

    __tablename__ = "mail_domain"
    __table_args__ = args()
    name: str = word(key=True)
    free_at: datetime = instant()


class PromiseRow(Row, table=True):
    """A promise of the outbox; `kept_at` is set once it was done."""

    __tablename__ = "promise"
    __table_args__ = args(
        sa.Index(
            "ix_promise_waiting",
            "due_at",
            "key",
            sqlite_where=sa.text("kept_at IS NULL"),
            postgresql_where=sa.text("kept_at IS NULL"),
        ),
        sa.Index(None, "subject"),
    )
    key: str = word(key=True)
    kind: str = word()
    subject: str = word()
    detail: str = word()
    due_at: datetime = instant()
    attempts: int = whole()
    lease_until: datetime | None = instant()
    lease_owner: str | None = word()
    problem: str | None = word()
    kept_at: datetime | None = instant()


class JournalRow(Row, table=True):
    """An entry of the journal in its place; append-only."""

    __tablename__ = "journal"
    __table_args__ = args(
        sa.UniqueConstraint("once_key"),
        sa.Index(None, "subject", "seq"),
        sa.Index(
            "ix_journal_stuck",
            "subject",
            sqlite_where=sa.text("what = 'case.nobody_may_decide'"),
            postgresql_where=sa.text("what = 'case.nobody_may_decide'"),
        ),
    )
    seq: int = whole(key=True)
    what: str = word()
    subject: str = word()
    made_by: str = word()
    made_at: datetime = instant()
    facts: str = word()
    previous: str = word()
    hash: str = word()
    once_key: str | None = word()


class JournalHeadRow(Row, table=True):
    """The one row that says where the journal ends; writers queue up behind it."""

    __tablename__ = "journal_head"
    __table_args__ = args(sa.CheckConstraint("id = 1", name="one"))
    id: int = whole(key=True)
    seq: int = whole()
    hash: str = word()


class LeaseRow(Row, table=True):
    """Who leads, and until when."""

    __tablename__ = "lease"
    __table_args__ = args()
    name: str = word(key=True)
    owner: str = word()
    until: datetime = instant()


class CounterRow(Row, table=True):
    """The last number that was given out."""

    __tablename__ = "counter"
    __table_args__ = args()
    name: str = word(key=True)
    value: int = whole()


PERSON = table(PersonRow)
CREDENTIAL = table(CredentialRow)
SIGN_IN = table(SignInRow)
LETTER = table(LetterRow)
LETTER_ANSWER = table(LetterAnswerRow)
LETTER_UPLOAD = table(LetterUploadRow)
MAIL_DOMAIN = table(MailDomainRow)
PROMISE = table(PromiseRow)
JOURNAL = table(JournalRow)
JOURNAL_HEAD = table(JournalHeadRow)
LEASE = table(LeaseRow)
COUNTER = table(CounterRow)
