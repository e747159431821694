"""Proofs of a wording: the letter that it would make of a case, a customer, or made-up facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from creditflow.domain.case import Case
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.granting import Change
from creditflow.domain.letter import Addressed, Letter, Told, told
from creditflow.domain.letter_template import Edition, TemplateDraft, TemplateName
from creditflow.domain.notice import Notice
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.post.proofreading import Proofreader
from creditflow.post.specimens import specimens
from creditflow.services.freezing import Sender, opening_of
from creditflow.services.notifying import BY_HAND, noticed
from creditflow.web.naming import word
from creditflow.web.previewing import NUMBER, foreseen

FULL, BARE, POISONED = "full", "bare", "poisoned"
MADE_UP = {
    FULL: word("Made up, with everything that the letter can say"),
    BARE: word("Made up, with the least"),
    POISONED: word("Made up, with names that would do harm"),
}


PARTS = {
    "_answer": word("How to answer online"),
    "_closing": word("Questions and objections"),
    "_conditions": word("Terms and validity"),
    "_questions": word("Questions"),
    "_reasons": word("Reasons"),
    "_signature": word("Signature"),
}
"""The parts that we ship, by the names that people use for them."""


class AnotherLetter(Refusal):
    """What was chosen leads to a letter of another kind, or in another language."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Makes facts for the wording of one template, on a business date."""

    template: TemplateName
    about: Told
    on: date
    work: Work
    sender: Sender

    def of(self, subject: str) -> Addressed:
        """The facts of a made-up letter, a case's or a customer's.

        Raises NotFound, and AnotherLetter where it leads to a letter that is worded elsewhere.
        """
        if subject in MADE_UP:
            made = specimens(self.about, self.template.language, poisoned=subject == POISONED)
            return made[-1 if subject == BARE else 0]
        try:
            case = self.work.cases.get(subject)
        except NotFound:
            return self._of_customer(subject)
        return self._of_case(case)

    def _of_case(self, case: Case) -> Addressed:
        if (letter := self.work.letters.of_case(case.id)) is not None:
            return self._kept(letter)
        customer = self._reader(case.customer)
        leads_to: list[Addressed] = []
        for verdict in (Say.APPROVE, Say.REJECT) if case.proposal_id else ():
            found = foreseen(case, verdict, Change(), customer=customer, on=self.on, work=self.work,
                             sender=self.sender)  # fmt: skip
            leads_to += [found] if found is not None else []
        for facts in leads_to:
            if facts.about is self.about:
                return facts
        raise self._other(case.id, [x.about for x in leads_to])

    def _of_customer(self, subject: str) -> Addressed:
        try:
            customer = self._reader(CustomerId(subject))
        except NotFound:
            raise NotFound(
                say("There is neither a case nor a customer {name}.", name=subject)
            ) from None
        if isinstance(self.about, Notice) and self.about in BY_HAND:
            begun = opening_of(NUMBER, customer, on=self.on, sender=self.sender)
            return noticed(customer, self.about, begun, on=self.on, work=self.work)
        last = self.work.letters.last_told(customer.id).get(self.about)
        if last is None:
            raise self._other(customer.id, [])
        return self._kept(self.work.letters.get(last.number))

    def _reader(self, customer: CustomerId) -> Customer:
        """The customer as if it read the template's language."""
        known = self.work.customers.get(customer)
        return replace(known, language=self.template.language)

    def _kept(self, letter: Letter) -> Addressed:
        facts = letter.facts
        fits = letter.outcome is self.about and letter.language == self.template.language
        if facts is None or not fits:
            raise self._other(letter.case_id or letter.id, [letter.outcome], letter.language)
        return facts

    def _other(self, subject: str, leads_to: Sequence[Told], language: str = "") -> AnotherLetter:
        if not leads_to:
            return AnotherLetter(
                say("{subject} leads to no letter of this kind. Choose another one.",
                    subject=subject)
            )  # fmt: skip
        kinds = ", ".join(dict.fromkeys(x.value for x in leads_to))
        return AnotherLetter(
            say(
                "{subject} leads to a letter {kinds}, and this words {template}. Choose another"
                " case, or look at it under that template.",
                subject=subject,
                kinds=f"{kinds}.{language}" if language else kinds,
                template=f"{self.about.value}.{self.template.language}",
            )
        )


def abouts(template: TemplateName, edition: Edition, proofreader: Proofreader) -> list[Told]:
    """The letters that show a wording: itself, or those that a part is set into."""
    if template.is_part:
        return proofreader.letters_with(template, edition)
    return [told(template.about)]


def as_proposed(draft: TemplateDraft, work: Work) -> Edition:
    """Everything as it is worded now, and the draft's template as the draft words it."""
    return replace(work.templates.edition().with_(draft.template, draft.text), number=0)
