"""Look at what waits for a machine, and at what a person has to clear up."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from creditflow.approvals.escalating import orphaned
from creditflow.cli.examining.finding import Finding, fine, problem, warning
from creditflow.domain.case import CaseState
from creditflow.domain.hook import HookState
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.message import MessageState
from creditflow.domain.sentences import Fact, Sentence, say
from creditflow.ports import Work
from creditflow.services.reconciling import stuck
from creditflow.store.reading_rows import AnswerRow

PATIENCE = timedelta(minutes=10)
"""What rests longer than this was not moved by anything."""

LATE_LETTER = timedelta(hours=1)

LATE_POST = timedelta(days=2)
REPLY_NEAR = timedelta(days=5)
LATELY = timedelta(days=7)
MANY_PROMISES = 1_000
MOST_NAMED = 5


def backlog(work: Work, at: datetime) -> Iterator[Finding]:
    """Letters, the outbox, stuck cases, those that nobody may decide, and incidents."""
    yield from letters(work, at)
    yield from messages(work, at)
    yield outbox(work)
    yield cases(work, at)
    yield from orphans(work)
    yield from incidents(work)


def letters(work: Work, at: datetime) -> Iterator[Finding]:
    """Letters that did not arrive, or of which nobody knows."""
    clear = True
    for state, (what, remedy) in UNDELIVERED.items():
        if found := work.letters.in_state(state):
            clear = False
            facts: dict[str, Fact] = {"count": len(found), "letters": _named(found)}
            yield warning(Sentence(what.text, facts), remedy)
    late = [x for x in work.letters.in_state(LetterState.PENDING) if _since(x) < at - LATE_LETTER]
    unposted = [x for state in (LetterState.TO_PRINT, LetterState.PRINTED)
                for x in work.letters.in_state(state) if x.created_at < at - LATE_POST]  # fmt: skip
    if unposted:
        clear = False
        yield warning(
            say("Letters by post that wait for more than two days ({count}): {letters}",
                count=len(unposted), letters=_named(unposted)),
            say("Print and post them; the page of letters leads to them."),
        )  # fmt: skip
    if late:
        clear = False
        yield problem(
            say(
                "Letters that wait for longer than an hour ({count}): {letters}",
                count=len(late),
                letters=_named(late),
            ),
            say("Check that the heartbeat runs (creditflow up) and that the mail server answers."),
        )
    if clear:
        yield fine(say("No letter needs anybody."))


def _since(letter: Letter) -> datetime:
    """Since when it should be on its way: one that was not tried yet waits for its hour."""
    return letter.created_at if letter.attempts or not letter.due_at else letter.due_at


def replies(owed: Sequence[AnswerRow], on: date) -> Iterator[Finding]:
    """Written replies that customers have a right to: whose day is over, or nearly here."""
    late = [x for x in owed if x.due_on is not None and x.due_on < on]
    near = [x for x in owed if x.due_on is not None and on <= x.due_on <= on + REPLY_NEAR]
    remedy = say(
        "Reply in writing and say so on the letter's page; creditflow letters answers lists them."
    )
    if late:
        yield problem(
            say("Customers who should have had a written reply by now ({count}): {letters}",
                count=len(late), letters=_listed([x.letter_id for x in late])),
            remedy,
        )  # fmt: skip
    if near:
        what = say(
            "Customers to whom a written reply is due within {days} days ({count}): {letters}",
            days=REPLY_NEAR.days, count=len(near), letters=_listed([x.letter_id for x in near]),
        )  # fmt: skip
        yield warning(what, remedy)


def owners(unknown: Sequence[str]) -> Iterator[Finding]:
    """Account owners who get no copies of letters, though they should."""
    if unknown:
        what = say(
            "Account owners who get no copies, because they are nobody here ({count}): {owners}",
            count=len(unknown),
            owners=_listed(list(unknown)),
        )
        remedy = say(
            "Add them (creditflow people add), or correct the column owner of master data."
        )
        yield warning(what, remedy)


UNDELIVERED = {
    LetterState.UNCERTAIN: (
        say("Letters of which nobody knows whether they left ({count}): {letters}"),
        say(
            "They are not sent again by themselves. Look into the mail server's log, then settle"
            " them in the inbox."
        ),
    ),
    LetterState.FAILED: (
        say("Letters that the mail server refused ({count}): {letters}"),
        say("Read its answer on the case, mend the address and send them again."),
    ),
    LetterState.BOUNCED: (
        say("Letters that came back ({count}): {letters}"),
        say("Ask the customers for another address."),
    ),
    LetterState.NO_ADDRESS: (
        say("Letters without an address ({count}): {letters}"),
        say("Add an address to the customers, or print the letters."),
    ),
}


def messages(work: Work, at: datetime) -> Iterator[Finding]:
    """Mails to colleagues and messages to hooks that failed lately, and hooks that are stopped."""
    failed = work.messages.latest(state=MessageState.FAILED)
    lately = sum(message.made_at > at - LATELY for message in failed)
    if lately:
        yield warning(
            say("Messages to colleagues and other programs that failed lately: {count}.",
                count=lately),
            say("Look at the page of messages, or: creditflow messages list --state failed"),
        )  # fmt: skip
    for hook in work.hooks.all():
        if hook.state is HookState.STOPPED:
            yield warning(
                say("The hook {name} to {host} is stopped, because it failed for a day.",
                    name=hook.name, host=hook.host),
                say("Have it mended, test it, and switch it on: creditflow hooks test {name}",
                    name=hook.name),
            )  # fmt: skip


def outbox(work: Work) -> Finding:
    """How much waits to be told to Prefect."""
    waiting = work.outbox.waiting()
    what = say("Promises that wait in the outbox: {count}.", count=waiting)
    if waiting < MANY_PROMISES:
        return fine(what)
    return warning(what, say("Check that the heartbeat runs and that Prefect answers."))


def cases(work: Work, at: datetime) -> Finding:
    """Cases that a machine should have moved and did not."""
    resting = stuck(at=at, work=work, rest=PATIENCE)
    if not resting:
        return fine(say("No case is stuck."))
    return problem(
        say(
            "Cases that are stuck ({count}): {cases}",
            count=len(resting),
            cases=", ".join(resting[:MOST_NAMED]),
        ),
        say("creditflow drain carries them on without Prefect."),
    )


def orphans(work: Work) -> Iterator[Finding]:
    """Cases that nobody may decide, so that they would wait until they expire."""
    found = orphaned(work) if work.cases.in_states({CaseState.AWAITING}) else []
    if found:
        yield problem(
            say(
                "Cases that nobody may decide ({count}): {cases}",
                count=len(found),
                cases=", ".join(found[:MOST_NAMED]),
            ),
            say("Have a mandate granted at their desks, or a higher one; or withdraw them."),
        )


def incidents(work: Work) -> Iterator[Finding]:
    """Cases that were put aside because a rule refused their next step."""
    for case in work.cases.in_states({CaseState.INCIDENT})[:MOST_NAMED]:
        yield warning(
            say("Case {case} was put aside: {why}", case=case.id, why=str(case.incident)),
            say("Remove the cause, then let the case go on in the inbox."),
        )


def _named(found: list[Letter]) -> str:
    return _listed([letter.subject_of_record for letter in found])


def _listed(found: list[str]) -> str:
    return ", ".join(found[:MOST_NAMED]) + (", …" if len(found) > MOST_NAMED else "")
