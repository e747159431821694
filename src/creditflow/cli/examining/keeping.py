"""Look at what is kept: the database, its schema, the journal's chain, the policy, the people."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from creditflow.cli.examining.finding import Finding, fine, problem, warning
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.people import Person, Role
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.post.keys import kept_keys
from creditflow.services.sealing import unsealed
from creditflow.services.verifying import verify_journal
from creditflow.settings import PREFIX, Settings
from creditflow.sources.working_days import BadDays, make_up_days, working_days
from creditflow.store import migrations
from creditflow.store.engine import reader_engine
from creditflow.store.sealing import KeptSeals

FULL = 2
"""SQLite's number for synchronous=FULL."""


def database(settings: Settings) -> Finding:
    """Whether the database can be reached, has the newest schema, and survives a power cut."""
    url = sa.make_url(settings.database)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not Path(str(url.database)).exists():
        return problem(
            say("There is no database at {path} yet.", path=str(url.database)),
            say("`creditflow up` makes one; so does the first import."),
        )
    try:
        engine = reader_engine(settings.database)
        try:
            return _schema(engine) or (_durable(engine) if sqlite else _reached(url))
        finally:
            engine.dispose()
    except Problem as unfit:
        return problem(unfit.sentence, say("Set {name}.", name=f"{PREFIX}DATABASE_URL"))
    except (sa.exc.SQLAlchemyError, OSError) as trouble:
        return problem(
            say("The database cannot be read: {trouble}", trouble=str(trouble).split("\n")[0]),
            say("Check {name}, and who may read and write it.", name=f"{PREFIX}DATABASE_URL"),
        )


def _schema(engine: sa.Engine) -> Finding | None:
    if migrations.is_current(engine):
        return None
    return problem(
        say("The database has not the schema that this version of creditflow needs."),
        say("Make a backup, then start creditflow up: it brings the schema up to date."),
    )


def _durable(engine: sa.Engine) -> Finding:
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if mode == "wal" and synchronous == FULL:
        return fine(say("The database is up to date and survives a power cut."))
    return problem(
        say(
            "SQLite runs with journal_mode {mode} and synchronous {synchronous}, so a power cut"
            " may lose decisions.",
            mode=mode,
            synchronous=synchronous,
        ),
        say("Move {name} to a local disk where SQLite can use WAL.", name=f"{PREFIX}DATA_DIR"),
    )


def _reached(url: sa.URL) -> Finding:
    return fine(say("The database on {host} is up to date.", host=str(url.host or "localhost")))


def kept(work: Work) -> Iterator[Finding]:
    """The journal, the policy and the people; needs a database that is up to date."""
    yield journal(work)
    try:
        policy = work.policies.current()
    except NotFound as missing:
        yield problem(missing.sentence, say("`creditflow up` publishes the shipped policy."))
        return
    yield fine(say("Policy {version} is in force.", version=policy.version))
    yield from people(work, policy)


def calendar(settings: Settings, on: date) -> Finding:
    """Whose working days count, and for which years make-up days are known."""
    country = settings.country_calendar
    try:
        working_days(country, settings.own_days)
    except BadDays as bad:
        problems = " ".join(map(str, bad.details)) or str(bad)
        return problem(
            say("Working days cannot be told. {problems}", problems=problems),
            say("Mend the file, or leave {name} empty.", name=f"{PREFIX}OWN_DAYS"),
        )
    if not country:
        return fine(say("Every day from Monday to Friday is a working day."))
    years = [year for year in (on.year, on.year + 1) if make_up_days(country, year)]
    if not years:
        return fine(say("Working days follow the calendar of {country}.", country=country))
    return fine(
        say(
            "Working days follow the calendar of {country}; days that make up for holidays are"
            " known for {years}. Later ones: update the package holidays, or name them in {name}.",
            country=country,
            years=", ".join(map(str, years)),
            name=f"{PREFIX}OWN_DAYS",
        )
    )


def secrets(settings: Settings, work: Work) -> Finding:
    """Whether the secrets in the database are sealed, and their key is there, and ours alone."""
    path = settings.keys_of_secrets
    seals = KeptSeals(lambda: kept_keys(path))
    try:
        counted = unsealed(seals=seals, work=work)
        if path.stat().st_mode & 0o077:
            return warning(
                say("Others can read the key of the secrets in {file}.", file=str(path)),
                say("chmod 600 {file}", file=str(path)),
            )
    except Problem as trouble:
        return problem(
            trouble.sentence,
            say(
                "Without it nobody signs in with a one-time code, and no hook is told of anything;"
                " decisions and letters go on. If it is lost, have the second factors forgotten on"
                " the page of people, and give each hook a new secret."
            ),
        )
    if counted:
        return warning(
            say("Secrets in the database that are not sealed: {count}.", count=counted),
            say("Start creditflow up: it seals them."),
        )
    return fine(say("The secrets in the database are sealed, and their key is there."))


def journal(work: Work) -> Finding:
    """Whether the chain is intact."""
    count, broken = verify_journal(work=work)
    if broken is None:
        return fine(say("The journal is intact; entries: {count}.", count=count))
    return problem(
        say("Entry {seq} of the journal is not what it was when it was written.", seq=broken),
        say(
            "Stop deciding, keep a copy of the database for the auditor, and compare it with the"
            " last backup."
        ),
    )


def people(work: Work, policy: Policy) -> Iterator[Finding]:
    """Whether somebody can sign in, and whether somebody sits at every desk."""
    able = [p for p in work.people.all() if p.active and work.credentials.password_hash_of(p.id)]
    if not able:
        yield problem(
            say("Nobody can sign in."),
            say("creditflow people add makes a person and a password: see its --help."),
        )
        return
    yield fine(say("People who can sign in: {count}.", count=len(able)))
    for desk in policy.desks:
        if not any(_decides_at(person, desk.id) for person in able):
            yield warning(
                say("Nobody sits at the desk {desk}, so its cases wait for ever.", desk=desk.id),
                say(
                    "Give somebody the role approver and the desk:"
                    " creditflow people add … --role approver --desk {desk}",
                    desk=desk.id,
                ),
            )


def _decides_at(person: Person, desk: str) -> bool:
    return person.may(Role.APPROVER) and desk in person.desks and person.mandate is not None
