"""Freeze a letter: set it once, keep its bytes and its hash, and say when it may leave.

Every recipient gets a letter of its own with the same words, so that each has
its own fate; the first one stands for all of them.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypedDict

from creditflow.domain.customer import Customer, CustomerId, LetterWay
from creditflow.domain.errors import NotFound
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Addressed, Letter, LetterState, Proof, Rendered
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sending import Hours
from creditflow.ports import Letterpress, Work
from creditflow.services.addressing import (
    domain_of,
    message_id,
    usable_address,
    usable_addresses,
)
from creditflow.services.linking import Links

AT_ANY_HOUR = Hours()


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name letters are written, where answers go, and at which pace they leave.

    `address` stands in From, `mail_domain` in every Message-ID. A customer may
    object for `objection_days` calendar days after the letter's date. `per_minute`
    letters go to one domain of recipients, 0 for as many as there are; the
    customer's owner gets a copy if `copy_owner`.
    """

    company: str
    name: str
    address: str
    reply_to: str
    mail_domain: str
    objection_days: int = 30
    links: Links | None = None
    hours: Hours = AT_ANY_HOUR
    per_minute: int = 0
    copy_owner: bool = False


class Opening(TypedDict):
    """What every letter says first."""

    number: str
    language: str
    customer_name: str
    customer_id: str
    on: date
    sender_company: str
    sender_name: str
    reply_to: str
    object_by: date
    proof: Proof | None


def opening(customer: Customer, *, on: date, work: Work, sender: Sender) -> Opening:
    """Number a new letter to the customer and say what every letter says; `on` is its date."""
    return opening_of(f"L-{work.counters.next('letter'):06d}", customer, on=on, sender=sender)


def opening_of(number: str, customer: Customer, *, on: date, sender: Sender) -> Opening:
    """What every letter says, of the letter of that number."""
    return Opening(
        number=number,
        language=customer.language,
        customer_name=customer.called(customer.language),
        customer_id=customer.id,
        on=on,
        sender_company=sender.company,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        object_by=on + timedelta(days=sender.objection_days),
        proof=sender.links.proof(number, on=on) if sender.links else None,
    )


def freeze(
    facts: Addressed,
    customer: Customer,
    *,
    case_id: str | None,
    by: str,
    at: datetime,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> Letter:
    """Set the letter, keep it for each recipient and journal it; the first recipient's letter.

    For a customer that wants its letters by post it waits in `to_print`; without
    a usable address it is held in `no_address`, visibly. Raises Refusal where a
    fact of the letter is missing.
    """
    by_post = customer.letters_by is LetterWay.POST
    to = () if by_post else usable_addresses(customer.email)
    owner = _owner(customer, work) if sender.copy_owner and (to or by_post) else None
    copied = (owner,) if owner and owner not in to else ()
    ident = message_id(facts.number, sender.mail_domain)
    edition = work.templates.edition()
    rendered = press.render(
        facts, recipient=to[0] if to else None, also=to[1:], copied=copied, message_id=ident,
        at=at, edition=edition,
    )  # fmt: skip
    first = replace(
        _letter(facts, customer.id, rendered, ident, at), case_id=case_id, edition=edition.number
    )
    if not to:
        first = _for_a_person(first, customer)
    everybody = [*(to or (None,)), *copied]
    letters = [first, *_further(first, len(everybody), rendered, press, sender)]
    kept = [
        x if to_ is None else _addressed(x, to_, at=at, work=work, sender=sender)
        for x, to_ in zip(letters, everybody, strict=True)
    ]
    for letter in kept:
        work.letters.add(letter)
    _record(kept[0], by, at, work, recipients=", ".join(x or "by post" for x in everybody))
    return kept[0]


def _for_a_person(letter: Letter, customer: Customer) -> Letter:
    """The letter as it waits for somebody: to be printed, or for an address."""
    if customer.letters_by is LetterWay.POST:
        return replace(letter, state=LetterState.TO_PRINT)
    why = f"not an e-mail address: {customer.email or '-'}"
    return replace(letter, state=LetterState.NO_ADDRESS, answer=why)


def _addressed(
    letter: Letter, recipient: str, *, at: datetime, work: Work, sender: Sender
) -> Letter:
    """The letter as it waits for the relay."""
    due = leaves_at(recipient, at=at, work=work, sender=sender)
    return replace(letter, state=LetterState.PENDING, recipient=recipient, due_at=due)


def freeze_anew(
    old: Letter,
    facts: Addressed,
    *,
    recipient: str,
    at: datetime,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> Letter:
    """Keep a letter once more under its own number, set again from its facts, for another address.

    Its words are those of the edition that set `old`. It stands for `old` in
    everything that follows from its arrival.
    """
    copy = max(x.copy for x in work.letters.numbered(old.number)) + 1
    ident = message_id(f"{old.number}.{copy}", sender.mail_domain)
    edition = work.templates.edition(old.edition)
    rendered = press.render(facts, recipient=recipient, message_id=ident, at=at, edition=edition)
    anew = replace(
        _letter(facts, old.customer, rendered, ident, at),
        id=f"{old.number}.{copy}",
        case_id=old.case_id,
        edition=old.edition,
        copy=copy,
        recipient=recipient,
        due_at=leaves_at(recipient, at=at, work=work, sender=sender),
    )
    work.letters.add(anew)
    return anew


def leaves_at(recipient: str, *, at: datetime, work: Work, sender: Sender) -> datetime:
    """When a letter may leave for that recipient: within our hours, at its domain's pace."""
    due = sender.hours.next(at)
    if not sender.per_minute:
        return due
    gap = timedelta(minutes=1) / sender.per_minute
    slot = work.letters.slot(domain_of(recipient), at=due, gap=gap)
    within = sender.hours.next(slot)
    if within == slot:
        return slot
    # The evening has no room left. A moment of the next hours has to be taken too, or all
    # that waits for the morning would leave in one moment.
    return leaves_at(recipient, at=within, work=work, sender=sender)


def _letter(
    facts: Addressed, customer: CustomerId, rendered: Rendered, ident: str, at: datetime
) -> Letter:
    return Letter(
        id=facts.number,
        case_id=None,
        customer=customer,
        outcome=facts.about,
        language=facts.language,
        recipient=None,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message=rendered.message,
        message_id=ident,
        sha256=hashlib.sha256(rendered.message).hexdigest(),
        created_at=at,
        facts=facts,
        pdf_sha256=hashlib.sha256(rendered.pdf).hexdigest() if rendered.pdf else "",
    )


def _further(
    first: Letter, recipients: int, rendered: Rendered, press: Letterpress, sender: Sender
) -> list[Letter]:
    """The same letter for the others, each under a Message-ID of its own."""
    made = []
    for copy in range(1, recipients):
        letter_id = f"{first.id}.{copy}"
        ident = message_id(letter_id, sender.mail_domain)
        message = press.readdressed(rendered.message, message_id=ident)
        digest = hashlib.sha256(message).hexdigest()
        further = replace(first, id=letter_id, copy=copy, message_id=ident, facts=None)
        made.append(replace(further, message=message, sha256=digest))
    return made


def _owner(customer: Customer, work: Work) -> str | None:
    """The usable address of whoever looks after the customer; None where nobody does."""
    if not customer.owner:
        return None
    try:
        person = work.people.get(customer.owner)
    except NotFound:
        return None
    return usable_address(person.email) if person.active else None


def _record(letter: Letter, by: str, at: datetime, work: Work, recipients: str = "") -> None:
    facts = {
        "letter": letter.id,
        "outcome": letter.outcome.value,
        "language": letter.language,
        "sha256": letter.sha256,
    }
    if letter.edition:
        facts["edition"] = str(letter.edition)
    if letter.pdf_sha256:
        facts["pdf_sha256"] = letter.pdf_sha256
    if "," in recipients:
        facts["recipients"] = recipients
    subject = letter.subject_of_record
    work.journal.record(Entry("letter.written", subject, by, at, facts))
    if letter.state is LetterState.TO_PRINT:
        facts = {"letter": letter.id}
        work.journal.record(Entry("letter.to_print", subject, SYSTEM_ACTOR, at, facts))
    if letter.state is LetterState.NO_ADDRESS:
        told = {"letter": letter.id, "problem": letter.answer}
        work.journal.record(Entry("letter.no_address", subject, SYSTEM_ACTOR, at, told))
