"""The demo: a generated portfolio, people to sign in as, a mailbox, and everything running."""

import os
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from creditflow.bootstrap import App
from creditflow.cli.demo_project import grant_project
from creditflow.cli.installing import prepare
from creditflow.cli.looking_back import look_back_all
from creditflow.cli.reviewing import progress, review_all, summary
from creditflow.cli.supervising import Supervisor, ensure_free, wait_for_page
from creditflow.cli.words import _
from creditflow.domain.added_limits import AddedKind
from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money
from creditflow.post.mailbox import Mailbox
from creditflow.services.asking import Wish, request_review
from creditflow.services.planning import NoPlan, accept_plan, offer_plan
from creditflow.services.staffing import PersonForm, put_person
from creditflow.settings import PREFIX, Settings, read_settings
from creditflow.sources.generated import write_portfolio

PASSWORD = "creditflow-demo"  # noqa: S105 - printed for everybody; the demo listens on loopback only
SMTP_PORT = 8825
MONTHS_BACK = 15
"""As far as drift looks: a quarter, and the year before it."""

PEOPLE = (
    PersonForm("chen.wei", "陈伟", "chen.wei@huadong.example", "zh-CN",
               ("approver", "analyst"), ("credit-analyst",), "CNY 500000", "D"),
    PersonForm("li.na", "李娜", "li.na@huadong.example", "zh-CN",
               ("approver",), ("credit-manager",), "CNY 2000000", "E"),
    PersonForm("emma.miller", "Emma Miller", "emma.miller@huadong.example", "en",
               ("approver",), ("credit-manager",), "CNY 2000000", "E"),
    PersonForm("wang.fang", "王芳", "wang.fang@huadong.example", "zh-CN",
               ("approver",), ("finance-director",), "CNY 10000000", "F"),
    PersonForm("robert.klein", "Robert Klein", "robert.klein@huadong.example", "en",
               ("approver",), ("credit-committee",), "any", "G"),
    PersonForm("sales.chen", "陈静", "sales.chen@huadong.example", "zh-CN", ("sales",)),
    PersonForm("sun.yue", "孙悦", "sun.yue@huadong.example", "zh-CN", ("policy_admin", "analyst")),
    PersonForm("hans.weber", "Hans Weber", "hans.weber@huadong.example", "en",
               ("policy_admin", "viewer")),
    PersonForm("audit", "Zhao Min", "audit@huadong.example", "en", ("auditor", "viewer")),
    PersonForm("wu.min", "吴敏", "wu.min@huadong.example", "zh-CN", ("user_admin",)),
    PersonForm("admin", "Admin", "admin@huadong.example", "en",
               ("admin", "data_steward", "user_admin")),
)  # fmt: skip


def demo_settings(folder: Path) -> Settings:
    """The settings of a demo in that folder.

    Only its ports can be set from outside: whatever else an environment says
    belongs to a real installation, which a demo must never reach.
    """
    ports = {} if f"{PREFIX}SMTP_PORT" in os.environ else {"smtp_port": SMTP_PORT}
    settings = read_settings(
        data_dir=folder,
        database_url="",
        base_url="",
        web_host="127.0.0.1",
        prefect_api_url="",
        company_name="华东贸易有限公司 Huadong Trading Co., Ltd.",
        sender_name="信用管理部 Credit Management",
        sender_address="credit@huadong.example",
        reply_to="",
        mail_domain="",
        smtp_host="127.0.0.1",
        smtp_security="none",
        smtp_username=None,
        smtp_password=None,
        demo=True,
        customer_url="",
        letters_redirected_to="",
        imap_host="",
        **ports,
    )
    # On this machine the customers' pages are where the inbox is.
    return settings.model_copy(update={"customer_url": settings.address})


def run_demo(folder: Path, *, customers: int, once: bool) -> None:
    """Start everything, fill the inbox, and stay until Ctrl-C; a second start goes on."""
    began = time.monotonic()
    settings = demo_settings(folder)
    ensure_free(settings.web_port, "web_port")
    ensure_free(settings.smtp_port, "smtp_port")
    app = prepare(settings)
    supervisor = Supervisor(settings, {})
    mailbox = Mailbox(settings.data_dir / "mailbox", port=settings.smtp_port)
    try:
        mailbox.start()
        # Prefect's server takes longest to come up, so it begins first and alone.
        supervisor.start_server()
        with_project = fill(app, customers=customers)
        supervisor.start("web")
        supervisor.start("heartbeat")
        wait_for_page(f"{settings.address}/health/live")
        print(welcome(app, seconds=time.monotonic() - began, with_project=with_project))
        if not once:
            supervisor.wait_for_server()
            supervisor.start("worker")
            look_back_once(app)
            supervisor.watch()
    except KeyboardInterrupt:
        pass  # Ctrl-C is how a demo ends, whatever it was doing.
    finally:
        print(_("Stopping …"))
        supervisor.stop()
        mailbox.stop()


def fill(app: App, *, customers: int) -> CustomerId | None:
    """Load the generated portfolio, once, and review whoever is due; who got a project limit."""
    with app.reading() as work:
        empty = not work.customers.ids()
    if empty:
        _people(app)
        _portfolio(app, customers)
    print(summary(review_all(app, app.today())))
    if not empty:
        return None
    with_project = grant_project(app)
    _requests(app)
    _plan(app)
    return with_project


def look_back_once(app: App) -> None:
    """Fill the pages of monitoring, which would need months; the inbox is full before that."""
    with app.readings() as readings:
        known = readings.monitoring.looked_back_at()
    if known is None:
        look_back_all(app, app.today(), months=MONTHS_BACK)


def _people(app: App) -> None:
    from pwdlib import PasswordHash

    password = PasswordHash.recommended().hash(PASSWORD)
    with app.work() as work:
        for form in PEOPLE:
            put_person(form, by="demo", at=app.now(), work=work)
            work.credentials.set_password_hash(form.id, password)


def _portfolio(app: App, customers: int) -> None:
    files = write_portfolio(
        app.settings.data_dir / "generated", customers=customers, until=app.today()
    )
    grouped = ("groups",) if files.counts["groups"] else ()
    ledger = ("invoices", "payments", "orders", "statements", "signals")
    kinds = ("rates", *grouped, "customers", *ledger)
    with progress() as bar:
        task = bar.add_task(_("Importing the generated ledger"), total=len(kinds))
        for kind in kinds:
            path: Path = getattr(files, kind)
            app.hand_in(path.read_bytes(), path.name, kinds=[kind], by="demo")
            bar.advance(task)


def _requests(app: App) -> None:
    """Sales ask for more for a few customers, so that a request can be followed from its start."""
    with app.work() as work:
        sales = work.people.get("sales.chen")
        asked = 0
        for customer in work.customers.ids():
            limit = work.limits.current(customer)
            if asked == 3 or limit is None or limit.amount is None:  # noqa: PLR2004
                continue
            if work.cases.open_of(customer) is None:
                request_review(
                    customer,
                    _wish(asked, limit.amount, app.today()),
                    by=sales,
                    at=app.now(),
                    on=app.today(),
                    work=work,
                )
                asked += 1


def _wish(number: int, amount: Money, today: date) -> Wish:
    """A higher base limit, one for a season, and one for a project, in turn."""
    begins, ends = today + timedelta(days=7), today + timedelta(days=97)
    if number == 1:
        note = _("Larger orders are expected for the season.")
        return Wish(_half(amount), note, AddedKind.TEMPORARY, begins, ends)
    if number == 2:  # noqa: PLR2004
        note, project = _("The contract is signed; deliveries begin soon."), _("Harbour bridge")
        ends = today + timedelta(days=400)
        return Wish(_half(amount), note, AddedKind.PROJECT, begins, ends, project)
    return Wish(_half_more(amount), _("Larger orders are expected, month by month."))


def _half(amount: Money) -> Money:
    return Money(max(1, amount.minor // 2), amount.currency)


def _plan(app: App) -> None:
    """One customer pays what is past due in instalments, and has accepted that."""
    with app.work() as work:
        analyst = work.people.get("chen.wei")
        for customer in work.customers.ids():
            try:
                plan = offer_plan(
                    customer, 3, by=analyst, at=app.now(), on=app.today(), works=app.works,
                    work=work, press=app.press, sender=app.sender,
                )  # fmt: skip
            except NoPlan:
                continue
            accept_plan(plan.id, by=analyst, at=app.now(), on=app.today(), work=work)
            return


def _half_more(amount: Money) -> Money:
    return amount + _half(amount)


def welcome(app: App, *, seconds: float, with_project: CustomerId | None = None) -> str:
    """Where to look and whom to sign in as."""
    address = app.settings.address
    heading: Sequence[str] = (
        "",
        _("creditflow is ready after {seconds} s. Open {address} and sign in.").format(
            seconds=round(seconds), address=address
        ),
        _("Password for everybody: {password}").format(password=PASSWORD),
    )
    project = (
        ()
        if with_project is None
        else (
            "",
            _("A project limit that was asked for, decided and is used: {address}").format(
                address=f"{address}/customers/{with_project}#projects"
            ),
        )
    )
    rows = [f"  {p.id:<14} {p.name:<14} {', '.join((*p.roles, *p.desks))}" for p in PEOPLE]
    return "\n".join(
        (
            *heading,
            *rows,
            *project,
            "",
            _("Letters arrive at {address}/mailbox. Ctrl-C stops everything.").format(
                address=address
            ),
        )
    )
