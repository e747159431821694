"""A small generated book, imported and reviewed, with somebody who may decide everything."""

from creditflow.bootstrap import App
from creditflow.services.staffing import PersonForm, put_person
from creditflow.sources.generated import write_portfolio

KINDS = ("rates", "customers", "invoices", "payments", "orders", "statements", "signals")


def imported_book(app: App, *, customers: int = 24) -> None:
    """Generate, import through the real import, and put one person with every mandate."""
    folder = app.settings.data_dir / "generated"
    files = write_portfolio(folder, customers=customers, months=12, until=app.today())
    for kind in KINDS:
        path = getattr(files, kind)
        report = app.hand_in(path.read_bytes(), path.name, kinds=[kind], by="test")
        assert not report.rows_rejected, report.problems[:5]
    with app.work() as work:
        desk = work.policies.current().desks[-1].id
        form = PersonForm("boss", "Boss", "b@x.example", "en", ("approver",), (desk,), "any", "G")
        put_person(form, by="test", at=app.now(), work=work)


def small_book(app: App, *, customers: int = 24) -> None:
    """The same, reviewed."""
    imported_book(app, customers=customers)
    for occasion in app.due(app.today()):
        app.begin(occasion)
