"""The migrated schema is the one the code expects, and it forbids rewriting records."""

import sqlite3
import time
from datetime import date

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from creditflow.domain.customer import CustomerId
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import spans
from creditflow.domain.message import Channel, Message
from creditflow.store import migrations
from creditflow.store.database import Database
from creditflow.store.migrations.versions.v0001_first import RECORDS as FIRST
from creditflow.store.migrations.versions.v0002_policy_drafts import PROPOSED
from creditflow.store.migrations.versions.v0004_delegations import DELEGATED
from creditflow.store.migrations.versions.v0005_observations import RECORDS as OBSERVED
from creditflow.store.migrations.versions.v0008_letters import RECORDS as LETTERS
from creditflow.store.migrations.versions.v0009_models import LEARNED
from creditflow.store.migrations.versions.v0011_attachments import ATTACHED
from creditflow.store.migrations.versions.v0012_limits import RECORDED
from creditflow.store.migrations.versions.v0013_discussions import SAID
from creditflow.store.migrations.versions.v0014_messages import TOLD
from creditflow.store.migrations.versions.v0016_hooks import PROPOSED as HOOKS
from creditflow.store.migrations.versions.v0019_groups import GROUPED
from creditflow.store.migrations.versions.v0024_letter_templates import LETTER as LETTER_NOW
from creditflow.store.migrations.versions.v0024_letter_templates import PROPOSED as WORDED
from creditflow.store.migrations.versions.v0031_backing import RECORDS as BACKED
from creditflow.store.tables import METADATA
from tests.databases import tiny_policy
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_comment,
    a_cover,
    a_customer,
    a_decision,
    a_delegation,
    a_group,
    a_group_limit,
    a_guarantee,
    a_hook,
    a_letter,
    a_limit,
    a_limit_change,
    a_membership,
    a_model,
    a_policy_draft,
    a_proposal,
    a_referral,
    a_template_draft,
    an_added_limit,
    an_answer,
    an_attachment,
    an_entry,
    an_evaluation,
    an_invoice,
    an_observation,
    an_upload,
    cny,
)

RECORDS = {
    **FIRST,
    "policy_draft": PROPOSED,
    "delegation": DELEGATED,
    "learned_model": LEARNED,
    "message": TOLD,
    "hook": HOOKS,
    **OBSERVED,
    **LETTERS,
    "letter": LETTER_NOW,
    "letter_template": WORDED,
    **BACKED,
    **ATTACHED,
    **SAID,
    **RECORDED,
    **GROUPED,
}


def differences(connection):
    return compare_metadata(MigrationContext.configure(connection), METADATA)


def test_the_migrated_schema_is_the_one_of_the_code(sql_database):
    with sql_database._writers.connect() as connection:
        assert differences(connection) == []
    assert sql_database.schema_is_current()


def test_a_missing_column_would_be_noticed(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/odd.db", policy_from_json=tiny_policy)
    database.migrate()
    with database._writers.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE customer DROP COLUMN region")
        assert differences(connection) != []
    database.close()


def test_a_fresh_database_is_made_quickly_and_migrating_again_does_nothing(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/new.db", policy_from_json=tiny_policy)
    assert not database.schema_is_current()
    begin = time.process_time()
    database.migrate()
    assert time.process_time() - begin < 1
    assert database.schema_is_current()
    database.migrate()
    assert database.schema_is_current()
    database.close()


def old_letter(file):
    """A letter of the seventh step with its customer and case; only what has to be filled is."""
    with sqlite3.connect(file) as database:
        filling = {"TEXT": "x", "INTEGER": 0, "BLOB": b"x"}
        for table, own in (
            ("customer", {"id": "C001"}),
            ("credit_case", {"id": "CASE-1", "customer_id": "C001"}),
            ("letter", {"id": "L-000001", "case_id": "CASE-1", "customer_id": "C001",
                        "outcome": "raised", "state": "sent", "message": b"Message-ID: <1>",
                        "created_at": "2026-02-01 09:30:00.000000"}),
        ):  # fmt: skip
            needed = database.execute(f"PRAGMA table_info({table})").fetchall()
            row = {name: filling[kind] for _, name, kind, must, *_ in needed if must} | own
            places = ", ".join("?" * len(row))
            database.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", [*row.values()]
            )
    database.close()


def test_letters_from_before_stay_what_they_were_and_cannot_be_changed(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db", policy_from_json=tiny_policy)
    config = migrations._config()
    with database._writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
    old_letter(tmp_path / "old.db")
    database.migrate()
    with database.work() as work:
        (letter,) = work.letters.numbered("L-000001")
        assert (letter.case_id, letter.message) == ("CASE-1", b"Message-ID: <1>")
        assert (letter.copy, letter.facts, letter.pdf_sha256) == (0, None, "")
        assert work.letters.of_case("CASE-1") == letter
    for change in ("UPDATE letter SET message = x'00'", "DELETE FROM letter"):
        with pytest.raises(sa.exc.IntegrityError), database._writers.begin() as connection:
            connection.exec_driver_sql(change)
    database.close()


def old_limits(file):
    """Two limits of the eleventh step: the first was cut where the second began."""
    rows = {
        "customer": [{"id": "C001"}],
        "proposal": [{"id": "P-1", "body": '{"until":"2027-03-01"}'}],
        "credit_case": [{"id": "CASE-1", "customer_id": "C001", "proposal_id": "P-1"}],
        "credit_limit": [
            {"customer_id": "C001", "version": 1, "state": "amount", "amount_minor": 5,
             "amount_currency": "CNY", "from_day": "2026-01-01", "until_day": "2026-03-01"},
            {"customer_id": "C001", "version": 2, "state": "zero", "from_day": "2026-03-01",
             "until_day": "2026-03-02", "case_id": "CASE-1"},
            {"customer_id": "C001", "version": 3, "state": "unlimited", "from_day": "2026-03-02",
             "case_id": "CASE-9"},
        ],
        "journal": [
            {"seq": 1, "what": "limit.opened", "subject": "C001",
             "made_at": "2026-01-05T08:00:00.000000+00:00"},
            {"seq": 2, "what": "limit.applied", "subject": "CASE-1",
             "made_at": "2026-02-27T08:00:00.000000+00:00"},
        ],
    }  # fmt: skip
    with sqlite3.connect(file) as database:
        filling = {"TEXT": "x", "INTEGER": 0, "BLOB": b"x"}
        for table, own in ((table, own) for table, found in rows.items() for own in found):
            needed = database.execute(f"PRAGMA table_info({table})").fetchall()
            row = {name: filling[kind] for _, name, kind, must, *_ in needed if must} | own
            places = ", ".join("?" * len(row))
            database.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", [*row.values()]
            )
    database.close()


def test_limits_from_before_get_back_what_was_recorded_and_when(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db", policy_from_json=tiny_policy)
    config = migrations._config()
    with database._writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
    old_limits(tmp_path / "old.db")
    database.migrate()
    with database.reading() as work:
        history = work.limits.history(CustomerId("C001"))
    assert [(x.until, x.recorded_at.isoformat()) for x in history] == [
        (None, "2026-01-05T08:00:00+00:00"),
        (date(2027, 3, 1), "2026-02-27T08:00:00+00:00"),
        (None, "2026-03-02T00:00:00+00:00"),
    ]
    assert [span.until for span in spans(history)] == [date(2026, 3, 1), date(2026, 3, 2), None]
    database.close()


def old_members(file):
    """Customers of the eighteenth step: three of two groups, one of a file that is kept."""
    rows = {
        "customer": [
            {"id": "C001", "group_id": "G1", "group_name": "B", "origin_file": "ab"},
            {"id": "C002", "group_id": "G1", "group_name": "A"},
            {"id": "C003", "group_id": "G2"},
            {"id": "C004"},
        ],
        "hand_in": [{"id": "H", "file_hash": "ab", "made_by": "sun",
                     "made_at": "2026-02-01T08:00:00.000000+00:00"}],
        "journal": [{"seq": 1, "made_at": "2026-01-05T08:00:00.000000+00:00"}],
    }  # fmt: skip
    with sqlite3.connect(file) as database:
        filling = {"TEXT": "x", "INTEGER": 0, "BLOB": b"x"}
        for table, own in ((table, own) for table, found in rows.items() for own in found):
            needed = database.execute(f"PRAGMA table_info({table})").fetchall()
            row = {name: filling[kind] for _, name, kind, must, *_ in needed if must} | own
            places = ", ".join("?" * len(row))
            database.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", [*row.values()]
            )
    database.close()


def test_groups_from_before_are_those_that_master_data_names(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.db", policy_from_json=tiny_policy)
    config = migrations._config()
    with database._writers.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0018")
    old_members(tmp_path / "old.db")
    database.migrate()
    with database.reading() as work:
        groups, found = work.groups.all(), work.memberships.ever_in([GroupId("G1"), GroupId("G2")])
    assert [(x.id, x.name, x.parent) for x in groups] == [("G1", "A", None), ("G2", "G2", None)]
    assert [(x.customer, x.group, x.from_, x.recorded_by) for x in found] == [
        ("C001", "G1", date(2026, 2, 1), "sun"),
        ("C002", "G1", date(2026, 1, 5), "system"),
        ("C003", "G2", date(2026, 1, 5), "system"),
    ]
    database.close()


@pytest.fixture
def full(sql_database):
    """A database with a row in every table that holds records."""
    with sql_database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(a_case())
        work.evaluations.add(an_evaluation())
        work.proposals.add(a_proposal())
        work.decisions.add(a_decision())
        work.limits.add(a_limit(), replacing=0)
        work.added_limits.add(an_added_limit(), replacing=0)
        work.groups.put_all([a_group()])
        work.memberships.add_all([a_membership()])
        work.group_limits.add(a_group_limit(), replacing=0)
        work.group_limits.add_change(a_limit_change())
        work.added_limits.end("AL-000001", on=TODAY, at=NOW)
        work.letters.add(a_letter())
        work.answers.add(an_answer(), uploads=[an_upload()])
        work.policies.publish("{}", by="analyst.li", at=NOW)
        work.policy_drafts.add(a_policy_draft())
        work.templates.add(a_template_draft())
        work.delegations.add(a_delegation(ceiling=cny(1)))
        work.models.add(a_model())
        work.hooks.add(a_hook("HK-0001"))
        work.messages.add([Message("m", Channel.MAIL, "li", "new", "CASE-1", NOW, NOW)])
        work.journal.record(an_entry())
        work.observations.add([an_observation()])
        work.backings.add(covers=[a_cover()], guarantees=[a_guarantee()], at=NOW)
        work.attachments.add(an_attachment(), b"%PDF-1.7 a")
        work.discussions.add_referral(a_referral())
        work.discussions.add_comment(a_comment())
    return sql_database


def every_forbidden_change():
    for table, columns in RECORDS.items():
        yield f"DELETE FROM {table}"
        for column in columns or [column.name for column in METADATA.tables[table].c]:
            yield f'UPDATE {table} SET "{column}" = "{column}"'


@pytest.mark.parametrize("table", sorted(RECORDS))
def test_what_was_recorded_cannot_be_changed_or_deleted(full, table):
    forbidden = [s for s in every_forbidden_change() if f" {table} " in f"{s} "]
    columns = RECORDS[table] or METADATA.tables[table].c
    assert len(forbidden) == 1 + len(columns) > 2
    for statement in forbidden:
        with (
            pytest.raises(sa.exc.DBAPIError, match="record"),
            full._writers.begin() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_what_may_change_changes(full):
    with full._writers.begin() as connection:
        for statement in (
            "UPDATE letter SET state = 'sent', answer = '250 ok', attempts = 1",
            "UPDATE credit_case SET state = 'withdrawn'",
        ):
            assert connection.exec_driver_sql(statement).rowcount == 1


def test_postgresql_records_cannot_be_truncated(postgres_emptied):
    with (
        pytest.raises(sa.exc.DBAPIError, match="record"),
        postgres_emptied._writers.begin() as connection,
    ):
        connection.exec_driver_sql("TRUNCATE decision")


def test_a_float_never_enters_a_money_column(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/strict.db", policy_from_json=tiny_policy)
    database.migrate()
    with database._writers.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'alembic%'"
        ).all()
        assert {name for name, _ in tables} == set(METADATA.tables)
        assert [name for name, sql in tables if not sql.rstrip().endswith("STRICT")] == []
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.ledger.add(invoices=[an_invoice(amount=cny("89999999999999.99"))])
    for value in ("0.5", "-1", "9000000000000001"):
        with (
            pytest.raises(sa.exc.IntegrityError),
            database._writers.begin() as connection,
        ):
            connection.exec_driver_sql(f"UPDATE invoice SET amount_minor = {value}")
    with database.reading() as work:
        kept = work.ledger.existing_invoices("own", ["R-1"])["R-1"]
        assert kept.amount == cny("89999999999999.99")
    database.close()
