"""Triggers that keep what was once written: no UPDATE, no DELETE, no TRUNCATE."""

from collections.abc import Sequence

FUNCTION = """
CREATE OR REPLACE FUNCTION creditflow_forbid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'creditflow: % on % is forbidden, it is a record', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$
"""
"""What the triggers of PostgreSQL call."""


def forbid_changes(table: str, dialect: str, columns: Sequence[str] = ()) -> list[str]:
    """Statements that make a table's rows (or only these columns of theirs) unchangeable.

    On PostgreSQL they rely on FUNCTION. Rows cannot be deleted in either case.
    """
    update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    if dialect == "postgresql":
        each = "FOR EACH ROW EXECUTE FUNCTION creditflow_forbid()"
        whole = "FOR EACH STATEMENT EXECUTE FUNCTION creditflow_forbid()"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE {update} ON {table} {each}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {each}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {whole}",
        ]
    abort = f"BEGIN SELECT RAISE(ABORT, 'creditflow: {table} is a record, it never changes'); END"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE {update} ON {table} {abort}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {abort}",
    ]
