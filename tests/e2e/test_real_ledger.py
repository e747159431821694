"""A real ledger, from one import command to a letter at a real SMTP server; a small one otherwise.

The real one is IBM's sample of 2,466 invoices of 100 customers, which the
project may use but not ship. The small one is generated, in the same columns.
"""

import csv
from datetime import date
from pathlib import Path

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.letter import LetterState
from creditflow.post.mailbox import Mailbox, read_mailbox
from tests.conftest import ROOT, real_data_folder
from tests.e2e.conftest import sign_in
from tests.e2e.installation import Installation, command, start_up
from tests.orchestration import eventually

SMALL = ROOT / "tests" / "data" / "small_ledger.csv"
REAL = "ibm_ar/WA_Fn-UseC_-Accounts-Receivable.csv"
DAY = date(2013, 12, 2)


def ledger() -> Path:
    folder = real_data_folder()
    return folder / REAL if folder and (folder / REAL).exists() else SMALL


def reviewed(folder: Path, environment: dict[str, str]) -> Installation:
    """Import the ledger, then addresses for letters, then rates; review everybody."""
    installation = Installation.at(folder, environment)
    command(installation, "import", "all", str(ledger()), "--profile", "ibm_ar", "--source", "ibm")
    addresses = folder / "addresses.csv"
    with ledger().open() as lines:
        customers = sorted({row["customerID"] for row in csv.DictReader(lines)})
    lines = [f"{c},{c},US,USD,en,ap@c{n}.example" for n, c in enumerate(customers)]
    addresses.write_text("customer,name,country,currency,language,email\n" + "\n".join(lines))
    command(installation, "import", "customers", str(addresses))
    command(installation, "rates", "load", "--since", "2013-10-01", "--until", DAY.isoformat())
    command(installation, "review", "--on", DAY.isoformat())
    return installation


@pytest.mark.browser
@pytest.mark.orchestrated
def test_a_ledger_becomes_cases_and_an_approval_in_the_browser_becomes_a_letter(tmp_path, browser):
    with Mailbox(tmp_path / "mailbox") as mailbox:
        installation = reviewed(tmp_path / "real", {"CREDITFLOW_SMTP_PORT": str(mailbox.port)})
        app = installation.app
        with app.reading() as work:
            customers = work.customers.ids()
            invoices = sum(len(work.ledger.of(c).invoices) for c in customers)
            cases = work.cases.in_states(list(CaseState))
        with ledger().open() as lines:
            rows = list(csv.DictReader(lines))
        assert invoices == len(rows)
        assert len(cases) == len(customers) == len({row["customerID"] for row in rows})
        assert not [c for c in cases if c.state is CaseState.INCIDENT]
        waiting = [c for c in cases if c.state is CaseState.AWAITING]
        print(f"{len(customers)} customers, {invoices} invoices, {len(waiting)} cases wait")
        assert waiting

        said = command(
            installation, "people", "add", "boss", "--name", "The Boss", "--email", "b@x.example",
            "--role", "approver", "--desk", "credit-committee", "--ceiling", "any",
            "--worst-grade", "G", "--language", "en",
        )  # fmt: skip
        start_up(installation)
        try:
            page = sign_in(browser, installation.web, "boss", said.split()[-1])
            page.goto(f"{installation.web}/cases/{waiting[0].id}")
            page.click("button[name=say][value=approve]")
            page.wait_for_load_state()
            eventually(lambda: installation.look(waiting[0].id).state is CaseState.NOTIFIED, 120)
            eventually(lambda: installation.run_state(waiting[0].id) == "COMPLETED", 120)
            with app.reading() as work:
                letter = work.letters.of_case(waiting[0].id)
            assert letter.state is LetterState.SENT
            subjects = [mail.subject for mail in read_mailbox(tmp_path / "mailbox")]
            assert letter.subject in subjects
        finally:
            installation.stop()
            app.close()
