"""Opening a transaction costs next to nothing: no statement is put together before one is needed."""

import cProfile
import pstats

import sqlalchemy as sa

from tests.makers import NOW, later


def put_together(database, act=None):
    """Which of SQLAlchemy's modules for statements did anything, while a transaction was open."""
    with database.work():
        pass  # whatever is made once is made by now
    profile = cProfile.Profile()
    with profile, database.work() as work:
        if act:
            act(work)
    files = {place[0].replace("\\", "/") for place in pstats.Stats(profile).stats}
    return {
        f for f in files if "sqlalchemy/sql/" in f and f.endswith(("selectable.py", "operators.py"))
    }


def test_opening_puts_no_statement_together(sql_database):
    assert put_together(sql_database) == set()


def test_a_statement_would_be_noticed(sql_database):
    assert put_together(sql_database, lambda _: sa.select(sa.literal(1)).where(sa.literal(1) == 1))
    assert put_together(
        sql_database,
        lambda work: work.letters.claim(owner="relay", at=NOW, until=later(minutes=20)),
    )
