"""Project: what an order or an invoice belongs to; one however its name is written."""

import unicodedata

GENERAL = ""
"""What belongs to no project is filed under this."""

LONGEST_NAME = 120
"""Characters of a project's name, which stands in letters, on invoices and on orders."""


def project_key(name: str) -> str:
    """By what a project is known: letters of any case and width, and spaces, make no difference.

    People type a name again where a system hands it over, so “Harbour  Bridge”
    and “HARBOUR BRIDGE” are one; a name of spaces alone is GENERAL.
    """
    if not name:
        return GENERAL
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
