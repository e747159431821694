"""Something that exists to put into the addresses of pages."""

from collections.abc import Mapping

from creditflow.bootstrap import App
from creditflow.web.doors import Door
from tests.web.installation import waiting


def places(app: App) -> dict[str, str]:
    """A case, a customer, a letter and whatever else addresses name."""
    row = waiting(app)[0]
    with app.readings() as readings:
        letter = readings.letters()[0]
        hand_in = readings.hand_ins()[0]
    return {
        "case_id": row.case_id,
        "customer_id": row.customer_id,
        "letter_id": letter.id,
        "hand_in_id": hand_in.id,
        "verdict": "approve",
        "kind": "customers",
        "name": "00000000000000000000-00000000.eml",
    }


def address_of(door: Door, known: Mapping[str, str]) -> str:
    """The address of a page, with the places filled in."""
    return door.path.format_map(known)
