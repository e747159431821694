"""Tell what the journal holds in sentences; a code that is not known here is shown as it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from creditflow.domain.journal import SealedEntry
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR, Person
from creditflow.domain.policy import Policy
from creditflow.services.answering import CUSTOMER_ACTOR
from creditflow.web.language import UNKNOWN, Speech
from creditflow.web.naming import GROUNDS, word

ACTORS: Mapping[str, str] = {
    POLICY_ACTOR: word("Policy"),
    SYSTEM_ACTOR: word("creditflow"),
    "console": word("the machine's owner"),
    CUSTOMER_ACTOR: word("the customer"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[^ ]*")
_POINTS = re.compile(r"\d+\.\d+")

CHANGES: Mapping[str, str] = {
    "terms_days": word("terms of {terms_days} days"),
    "until": word("until {last}"),
    "conditions": word("conditions: {conditions}"),
}
"""What an approval may have changed besides the amount."""

SENTENCES: Mapping[str, str] = {
    "case.started": word("Case opened"),
    "case.informed": word("Others were asked about the customer: {kept} observations are new"),
    "case.not_informed": word("Others could not be asked about the customer: {why}"),
    "case.evaluated": word("Evaluated: grade {grade}, {points} points"),
    "case.proposed": word("Limit proposed: {proposed}"),
    "case.opened": word("Laid before the desk {desk}, due {due}"),
    "case.next_stage": word("Goes on to the desk {desk}, due {due}"),
    "case.approved_by_policy": word("Approved by the policy: {limit}"),
    "case.approve": word("Approved: {limit}"),
    "case.approve_with_change": word("Approved with a change: {limit}"),
    "case.return": word("Returned"),
    "case.reject": word("Rejected"),
    "case.withdrawn": word("Withdrawn"),
    "case.expired": word("Expired without a decision"),
    "case.handed_in_again": word("Handed in again, round {round}"),
    "case.superseded": word("Superseded: {why}"),
    "case.superseded_by": word("Case {case} took its place, for its grounds have moved: {moved}"),
    "case.continues": word("Takes the place of case {case}"),
    "case.carried": word("Agreement of {to} to {limit} carried over from case {case}"),
    "case.reapproval_required": word("To be approved again: {why}"),
    "case.incident": word("Held by an incident: {problem}"),
    "case.claimed": word("Taken on, until {until}"),
    "case.released": word("Given back to the desk"),
    "case.reassigned": word("Given to {to}, until {until}"),
    "case.referred": word("{to} was asked for an opinion"),
    "case.answered": word("Opinion given"),
    "case.commented": word("Comment"),
    "case.taken_up": word("Taken up again"),
    "case.notified": word("The customer was told"),
    "case.closed": word("Closed: {why}"),
    "limit.applied": word("Limit in force: {limit}, until {last}"),
    "limit.granted": word("Credit on top granted: {amount}, {from} to {last}"),
    "limit.ended": word("Limit {limit} over {amount} counts no more from {until} on"),
    "limit.ended_early": word("Limit {limit} ends on {until} already: {why}"),
    "limit.opened": word("Limit handed in: {limit}, from {from}"),
    "limits.allocated": word("Limits of {customers} customers allocated; proposals: {proposals}"),
    "letter.due": word("A letter fell due by the policy's rules"),
    "letter.written": word("Letter {letter} written"),
    "letter.no_address": word("Letter {letter} held: {problem}"),
    "letter.sent": word("Letter {letter} handed to the mail server: {answer}"),
    "letter.deferred": word("Letter {letter} deferred: {answer}"),
    "letter.failed": word("Letter {letter} refused by the mail server: {answer}"),
    "letter.given_up": word("Letter {letter} given up: {answer}"),
    "letter.uncertain": word("Uncertain whether letter {letter} was sent"),
    "letter.confirmed": word("Letter {letter}: arrival confirmed by a person"),
    "letter.resend": word("Letter {letter}: a marked copy is sent"),
    "letter.tried_again": word("Letter {letter} is tried again"),
    "letter.bounced": word("Letter {letter} came back: {why}"),
    "letter.late": word("Letter {letter} is late on its way: {why}"),
    "letter.bounce_ignored": word("A delivery report about letter {letter} changed nothing: {why}"),
    "letter.sent_anew": word("Letter {letter} sent anew to {recipient}"),
    "letter.handed_over": word("Letter {letter} handed over in print: {how}"),
    "letter.to_print": word("Letter waits to be printed and posted"),
    "letter.printed": word("Letter taken to be printed"),
    "letter.put_back": word("Letter put back to be printed"),
    "letter.posted": word("Letter posted: {how}"),
    "customer.letters": word("Letters from now on in {language}, {by}"),
    "answer.received": word("The customer confirmed receipt of letter {letter}"),
    "answer.reasons": word("The customer asked for the reasons of letter {letter}, due {due_on}"),
    "answer.objection": word("The customer objected to letter {letter}"),
    "answer.documents": word("The customer answered letter {letter} with documents"),
    "answer.settled": word("Answer {answer} was seen to"),
    "attachment.added": word("File {name} attached"),
    "run.lost": word("The Prefect run was lost; another one carries the case"),
    "security.unfounded_wake": word("A run was resumed without a decision; nothing was done"),
    "review.promised": word("Periodic review begun"),
    "person.put": word("Person {subject} added or changed: roles {roles}, desks {desks}"),
    "person.signed_in": word("{subject} signed in"),
    "person.signed_out": word("{subject} signed out everywhere"),
    "person.password": word("{subject} has a new password"),
    "person.second_factor": word("{subject} has a second factor"),
    "person.no_second_factor": word("The second factor of {subject} was removed"),
    "person.recovery_code": word("{subject} used a recovery code, {left} are left"),
    "person.identity": word("The company account of {subject} was connected"),
    "person.no_identity": word("The company account of {subject} was taken away"),
    "person.change_asked": word("Change {change} of {subject} asked for: {why}"),
    "person.change_confirmed": word("Change {change} of {subject} confirmed; asked for by {asked}"),
    "person.change_refused": word("Change {change} of {subject} refused"),
    "person.change_withdrawn": word("Change {change} of {subject} withdrawn"),
    "admission.first_run": word("A link for the first administrators was made"),
    "admission.password": word("A one-time link for a password of {subject} was made"),
    "key.made": word("Key {subject} made: {name}, {scopes}, until {until}"),
    "key.revoked": word("Key {subject} revoked"),
    "security.guessing": word("Wrong passwords for {subject} in a row, from {address}"),
    "person.language": word("{subject} chose a language"),
    "person.mails": word("{subject} chose which mails to get: {choice}"),
    "message.sent": word("Message to {subject} sent: {about}, {of}"),
    "message.failed": word("Message to {subject} failed: {about}, {of} ({answer})"),
    "message.uncertain": word("Uncertain whether a message reached {subject}: {about}, {of}"),
    "hook.proposed": word("Hook {name} to {host} proposed: {why}"),
    "hook.on": word("Hook {name} to {host} is told of events"),
    "hook.off": word("Hook {name} to {host} switched off"),
    "hook.stopped": word("Hook {name} to {host} stopped after a day of failure"),
    "hook.ended": word("Hook {name} to {host} ended"),
    "hook.secret_renewed": word("Hook {name} has a new secret"),
    "message.again": word("Message to {subject} sent once more: {about}, {of}"),
    "case.escalated": word("Nobody decided in time: goes on to the desk {desk}, due {due}"),
    "case.nobody_may_decide": word("Nobody may decide this case; an administrator has to help"),
    "view.saved": word("List kept as “{name}”"),
    "view.changed": word("Kept list is called “{name}” now"),
    "view.forgotten": word("Kept list “{name}” forgotten"),
    "delegation.made": word("{delegate} stands in for {principal}, {from} to {last}"),
    "delegation.revoked": word("Delegation {subject} ended"),
    "model.trained": word("Model trained"),
    "model.proposed": word("Model made a challenger: it judges in the shadow"),
    "model.promoted": word("Model made the champion"),
    "model.retired": word("Model retired"),
    "policy.proposed": word("Policy draft handed in, to be in force from {from}"),
    "policy.confirmed": word("Policy draft confirmed, to be in force from {from}"),
    "policy.refused": word("Policy draft refused"),
    "policy.withdrawn": word("Policy draft withdrawn"),
    "policy.overtaken": word("Policy draft overtaken by another version"),
    "policy.published": word("Policy version {version} published"),
    "template.proposed": word("Wording of {template} proposed, to be in force from {from}"),
    "template.confirmed": word("Wording of {template} confirmed, to be in force from {from}"),
    "template.refused": word("Wording of {template} refused"),
    "template.withdrawn": word("Wording of {template} withdrawn"),
    "template.overtaken": word("Wording of {template} overtaken by another one"),
    "template.published": word("Edition {edition} published: {template} worded anew"),
    "hand_in.imported": word("File handed in: {file}"),
    "plan.offered": word("Payment plan {plan} offered: {total}, to be accepted by {until}"),
    "plan.accepted": word("Payment plan {plan} accepted by the customer"),
    "plan.withdrawn": word("Payment plan {plan} withdrawn"),
    "plan.lapsed": word("Payment plan {plan} was not accepted in time"),
    "plan.kept": word("Payment plan {plan} kept: {received} came in"),
    "plan.broken": word("Payment plan {plan} broken: {missed} due on {on} did not come"),
    "rates.fetched": word("{count} rates of {on} came from {host}; differing: {differing}"),
    "rates.not_fetched": word("Exchange rates could not be fetched: {why}"),
    "rates.corrected": word("The rate of {currency} on {on} was corrected: {before} → {after}"),
    "customer.changed": word("Customer data changed: {fields}"),
    "group.added": word("Group of companies added"),
    "group.changed": word("Group of companies changed; its parent is now {parent}"),
    "group.joined": word("Joined the group {group} from {from} on"),
    "group.left": word("Left the group {group} from {from} on"),
    "group.limit_proposed": word("Limit of the group proposed: {limit}, from {from}; {why}"),
    "group.limit_set": word("Limit of the group in force: {limit}, from {from}"),
    "group.limit_refused": word("Limit of the group refused"),
    "group.limit_withdrawn": word("Proposed limit of the group withdrawn"),
    "group.limit_opened": word("Limit of the group handed in: {limit}, from {from}"),
    "statement.replaced": word("Financial statement of {period_end} replaced"),
    "cover.recorded": word("Cover {number} of {by}: {amount}, {percent} % insured, from {from} on"),
    "cover.replaced": word("Cover {number} of {by} changed: {amount}, {percent} % insured"),
    "guarantee.recorded": word("Guarantee {number} of {by}: {amount}, from {from} on"),
    "guarantee.replaced": word("Guarantee {number} of {by} changed: {amount}"),
    "observation.replaced": word("What {provider} said on {on} was replaced: {signal}"),
}

PERSONS = frozenset({"to", "had", "principal", "delegate"})
"""Facts that name somebody by the sign-in name."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry as a reader sees it, in the reader's language."""

    at: datetime
    who: str
    text: str
    seq: int
    subject: str
    comment: str
    is_person: bool
    hash: str


class _Known(dict[str, str]):
    """Facts by name; one that is absent is shown as a dash."""

    def __missing__(self, name: str) -> str:
        return UNKNOWN


@dataclass(frozen=True)
class Teller:
    """Tells entries in one language, with the names of people and desks."""

    people: Mapping[str, Person]
    policy: Policy
    speech: Speech

    def events(self, entries: Sequence[SealedEntry]) -> list[Event]:
        """The entries as events, in the order they came."""
        return [self._event(sealed) for sealed in entries]

    def actor(self, name: str) -> str:
        """Who did it, by the name that people use."""
        known = self.people.get(name)
        if known is not None:
            return known.name
        return self.speech.gettext(ACTORS.get(name, name))

    def _event(self, sealed: SealedEntry) -> Event:
        entry = sealed.entry
        text = self.speech.gettext(SENTENCES.get(entry.what, entry.what))
        facts = {name: self._fact(name, fact) for name, fact in entry.facts.items()}
        if _DAY.fullmatch(until := entry.facts.get("until", "")):
            facts["last"] = self.speech.last_day(date.fromisoformat(until))
        if entry.what in SENTENCES:
            text = text.format_map(_Known({"subject": entry.subject, **facts}))
        for name, said in CHANGES.items():
            if entry.what == "case.approve_with_change" and name in entry.facts:
                text += self.speech.gettext("; ") + self.speech.gettext(said).format_map(facts)
        return Event(
            at=entry.at,
            who=self.actor(entry.by),
            text=text,
            seq=sealed.seq,
            subject=entry.subject,
            comment=entry.facts.get("comment", entry.facts.get("note", "")),
            is_person=entry.by not in ACTORS,
            hash=sealed.hash,
        )

    def _fact(self, name: str, fact: str) -> str:
        """A fact as people write it: a desk by its title, a person by name, a reason translated."""
        if name == "desk":
            return desk_title(fact, self.policy, self.speech)
        if name == "moved":
            known = [self.speech.gettext(GROUNDS.get(one, one)) for one in fact.split(", ")]
            return self.speech.gettext(", ").join(known)
        if name in PERSONS and fact in self.people:
            return self.people[fact].name
        if name == "points" and _POINTS.fullmatch(fact):
            return self.speech.number(Decimal(fact), 0)
        return self._written(fact)

    def _written(self, fact: str) -> str:
        if _MOMENT.fullmatch(fact):
            return self.speech.moment(datetime.fromisoformat(fact))
        if _DAY.fullmatch(fact):
            return self.speech.day(date.fromisoformat(fact))
        return self.speech.gettext(fact) if fact else UNKNOWN


def desk_title(desk: str, policy: Policy, speech: Speech) -> str:
    """What a desk is called; its id where the policy has it no more."""
    titles = {known.id: known.title[speech.language] for known in policy.desks}
    return titles.get(desk, desk)
