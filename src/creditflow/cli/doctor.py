"""Say what is wrong with an installation, and the remedy; change nothing.

Looks at the machine first, then at what is kept, at the neighbours, and at the
backlog. What cannot be examined because of an earlier problem is left out.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from creditflow.cli.examining.finding import Finding, State, problem
from creditflow.cli.examining.machine import machine
from creditflow.cli.words import _, told
from creditflow.domain.errors import Problem
from creditflow.domain.sentences import say
from creditflow.settings import Settings

MARKS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.PROBLEM: ("✗", "red")}


def doctor_command(settings: Settings, console: Console | None = None) -> int:
    """Examine the installation and print what was found; 1 where there is a problem, else 0."""
    console = console or Console(highlight=False)
    findings = []
    for finding in _examining(settings):
        show(finding, console)
        findings.append(finding)
    console.print()
    console.print(summary(findings))
    return int(any(finding.state is State.PROBLEM for finding in findings))


def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, in the order in which it was looked at."""
    return list(_examining(settings))


def _examining(settings: Settings) -> Iterator[Finding]:
    incomplete = False
    for finding in machine(settings):
        incomplete = incomplete or finding.state is State.PROBLEM
        yield finding
    if incomplete:
        return
    # A package that is not complete could not load these.
    from creditflow.bootstrap import App
    from creditflow.cli.examining import backlog, feeds, keeping, neighbours

    database = keeping.database(settings)
    yield database
    if database.state is not State.PROBLEM:
        app = App(settings)
        with app.reading() as work:
            yield from _surely(keeping.kept(work))
            yield from _surely(iter([keeping.secrets(settings, work)]))
            yield from _surely(feeds.ledgers(work, app.today()))
            yield from _surely(feeds.rates(work, app.today()))
            yield keeping.calendar(settings, app.today())
            yield from _surely(backlog.backlog(work, app.now()))
        with app.readings() as readings:
            yield from _surely(backlog.replies(readings.answers_waiting(), app.today()))
            if settings.copy_owner:
                yield from _surely(backlog.owners(readings.owners_without_copies()))
    yield from neighbours.neighbours(settings)


def _surely(findings: Iterator[Finding]) -> Iterator[Finding]:
    """What is found; what goes wrong while looking is found as well."""
    try:
        yield from findings
    except Problem as trouble:
        yield problem(trouble.sentence, say("Remove the cause, then ask again."))


def show(finding: Finding, console: Console) -> None:
    """Print one finding, and below it what would help."""
    mark, colour = MARKS[finding.state]
    console.print(Text.assemble((f" {mark} ", colour), told(finding.what)), soft_wrap=True)
    if finding.remedy is not None:
        console.print(Text.assemble(("   → ", colour), told(finding.remedy)), soft_wrap=True)


def summary(findings: list[Finding]) -> str:
    """One line about all of it."""
    problems = sum(finding.state is State.PROBLEM for finding in findings)
    warnings = sum(finding.state is State.WARNING for finding in findings)
    if not problems and not warnings:
        return _("All is well.")
    return _("Problems: {problems}. Warnings: {warnings}.").format(
        problems=problems, warnings=warnings
    )
