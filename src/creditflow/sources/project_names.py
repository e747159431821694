"""The project that a row names, if any, in no more characters than a limit can bear."""

from creditflow.domain.project import LONGEST_NAME
from creditflow.domain.sentences import say
from creditflow.sources.rows import RowReader


def project_of(row: RowReader) -> str:
    """The project that the row names; empty for none."""
    name = row.optional_text("project") or ""
    if len(name) > LONGEST_NAME:
        row.complain(
            "project",
            say("{length} characters are too long for a project.", length=len(name)),
            say("Name it by at most {most} characters, such as its number.", most=LONGEST_NAME),
        )
    return name
