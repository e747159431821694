"""Databases as earlier schema versions left them, with cases that wait at any stage.

    python -m tests.store.kept_schemas

keeps one of the present version. Each was written by the code of its own
version, and never changes afterwards: it stands for a database that is out there.
"""

import lzma
import sqlite3
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import awaiting
from creditflow.approvals.holding import claim
from creditflow.approvals.referring import refer
from creditflow.bootstrap import App
from creditflow.domain.case import TaskState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.granting import Condition
from creditflow.domain.money import Money, decimals
from creditflow.domain.policy_reading import policy_from_json
from creditflow.store import migrations
from creditflow.store.database import Database
from tests.databases import _tell

FOLDER = Path(__file__).parents[1] / "data" / "schemas"
LONGEST_PIECE = 500


def versions() -> list[str]:
    """Every schema version, the first one first."""
    script = ScriptDirectory.from_config(migrations._config())
    return [step.revision for step in script.walk_revisions()][::-1]


def kept() -> list[str]:
    """The versions of which a database was kept."""
    return sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.sql.xz"))


@contextmanager
def opened_sqlite(version: str, folder: Path, change: Iterable[str] = ()) -> Iterator[Database]:
    """That database as a file, not yet migrated; `change` are statements that come before."""
    file = folder / f"{version}.db"
    _restored(version, file, change).close()
    database = Database(f"sqlite:///{file}", policy_from_json=policy_from_json)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def opened_postgres(
    version: str, server: str, folder: Path, change: Iterable[str] = ()
) -> Iterator[Database]:
    """The same rows under the same schema version on PostgreSQL, not yet migrated."""
    name = f"kept_{uuid.uuid4().hex}"
    _tell(server, "postgres", f"CREATE DATABASE {name}")
    database = Database(f"{server}/{name}", policy_from_json=policy_from_json)
    source = _restored(version, folder / f"{version}.source.db", change)
    try:
        with database._writers.begin() as connection:
            _upgrade(connection, version)
            _copy(source, connection)
        yield database
    finally:
        source.close()
        database.close()
        _tell(server, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


def _restored(version: str, file: Path, change: Iterable[str] = ()) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    text = lzma.decompress((FOLDER / f"{version}.sql.xz").read_bytes()).decode()
    connection.executescript(text)
    for statement in change:
        connection.execute(statement)
    connection.commit()
    return connection


def _upgrade(connection: sa.Connection, version: str) -> None:
    config = migrations._config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _copy(source: sqlite3.Connection, connection: sa.Connection) -> None:
    """Every row, past triggers and keys; text becomes what the columns there are."""
    connection.execute(sa.text("SET session_replication_role = replica"))
    there = sa.MetaData()
    there.reflect(connection)
    source.row_factory = sqlite3.Row
    for table in there.tables.values():
        if table.name == "alembic_version":
            continue
        connection.execute(sa.delete(table))
        rows = source.execute(f'SELECT * FROM "{table.name}"').fetchall()
        for start in range(0, len(rows), LONGEST_PIECE):
            piece = rows[start : start + LONGEST_PIECE]
            connection.execute(sa.insert(table), [_row(table, row) for row in piece])
        for column in (c for c in table.c if c.autoincrement is True or c.identity is not None):
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            most = f'(SELECT COALESCE(MAX("{column.name}"), 0) + 1 FROM "{table.name}")'
            connection.execute(sa.text(f"SELECT setval({sequence}, {most}, false)"))
    connection.execute(sa.text("SET session_replication_role = DEFAULT"))


def _row(table: sa.Table, row: sqlite3.Row) -> dict[str, object]:
    return {
        name: bool(row[name])
        if isinstance(table.c[name].type, sa.Boolean) and row[name] is not None
        else row[name]
        for name in row.keys()  # noqa: SIM118 - a row is a sequence of values
    }


def keep_present() -> Path:
    """Write a database of the present version, with a case for everything that can wait."""
    # Imported here: pages and servers are of no use to those who only read.
    from tests.web.installation import build, settings

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        build(folder, customers=16)
        app = App(settings(folder, letter_pdf="never"))
        _make_wait(app)
        app.database.close()
        with sqlite3.connect(folder / "creditflow.db") as database:
            text = "\n".join(database.iterdump()) + "\n"
            (version,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    file = FOLDER / f"{version}.sql.xz"
    file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return file


def _make_wait(app: App) -> None:
    """Returned, at the second stage, with one of two signatures, held: as proposed and changed.

    One more was asked more for than was proposed, and waits as a proposal of its own.
    """
    with app.readings() as readings:
        cases = [row.case_id for row in readings.inbox() if row.proposed]
    returned, second, half, held, again, over, signed, taken, wider = cases[:9]
    _say(app, returned, "everything", Say.RETURN, "Ask for the statement.")
    for case, needed in ((second, 1), (half, 2)):
        _add_stage(app, case, needed)
        _say(app, case, "robert.klein", Say.APPROVE)
    for case, needed in ((again, 1), (over, 1), (signed, 2), (taken, 1)):
        _add_stage(app, case, needed)
        _say(app, case, "robert.klein", Say.APPROVE_WITH_CHANGE, "Less, and secured.", less=True)
    _say(app, again, "everything", Say.RETURN, "Ask for the statement.")
    _say(app, wider, "robert.klein", Say.APPROVE_WITH_CHANGE, "More, and secured.", less=False)
    app.advance(wider)  # it is routed anew
    for case, by in ((held, "robert.klein"), (taken, "everything")):
        with app.work() as work:
            person, at, on = work.people.get(by), app.now(), app.today()
            refer(case, "chen.wei", question="Is the order real?", by=person, at=at, on=on,
                  work=work)  # fmt: skip
            claim(case, by=person, at=at, on=on, work=work)


def _add_stage(app: App, case: str, needed: int) -> None:
    with app.work() as work:
        (task,) = (t for t in work.tasks.of(case) if t.state is TaskState.OPEN)
        work.tasks.put(replace(task, needed=needed))
        later = task.due_on + timedelta(days=7)
        work.tasks.add(
            replace(task, stage=2, desk="credit-committee", state=TaskState.PLANNED, due_on=later)
        )


CONDITIONS = (Condition("guarantee"), Condition(text="Deliveries by the month."))
"""One of the policy's, and one that somebody wrote."""


def _say(
    app: App, case: str, by: str, said: Say, comment: str = "", *, less: bool | None = None
) -> None:
    """A verdict as it stands; or with less or more of everything, on conditions."""
    with app.work() as work:
        board = awaiting(work.cases.get(case), work)
        verdict = Verdict(said, board.seen, comment)
        if less is not None:
            unit = 10 ** decimals(board.standing.currency)
            step = -board.standing.minor // 2 if less else unit
            verdict = replace(
                verdict,
                amount=Money(board.standing.minor + step, board.standing.currency),
                terms_days=board.grant.terms_days // 2,
                until=board.grant.until - timedelta(days=30),
                conditions=CONDITIONS,
            )
        decide(case, verdict, by=work.people.get(by), key=f"{case}:{by}",
               at=app.now(), on=app.today(), work=work)  # fmt: skip


if __name__ == "__main__":
    print(f"kept {keep_present()}")
