"""Run an installation: all of it (`up`, `demo`), or one of its processes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from creditflow.cli import app
from creditflow.cli.words import _, told

FLOWS = (
    "creditflow.flows.review_customer.review_customer",
    "creditflow.flows.review_portfolio.review_portfolio",
)


@app.command(help=_("Run creditflow for real use: inbox, clock, worker and Prefect server."))
def up() -> None:
    """Run an installation until Ctrl-C."""
    from creditflow.cli.installing import ensure_sender, first_link, prepare
    from creditflow.cli.supervising import Supervisor, ensure_free, wait_for_page
    from creditflow.settings import read_settings, unknown_settings

    settings = read_settings()
    for unknown in unknown_settings():
        print(told(unknown), file=sys.stderr)
    ensure_sender(settings)
    ensure_free(settings.web_port, "web_port")
    link = first_link(prepare(settings))
    supervisor = Supervisor(settings, {})
    try:
        supervisor.start_server()
        supervisor.start("web")
        supervisor.start("heartbeat")
        wait_for_page(f"{settings.address}/health/live")
        print(_("The inbox is at {address}. Ctrl-C stops everything.").format(
            address=settings.address))  # fmt: skip
        if link:
            print(_("Nobody can sign in yet. Open this once, within a day: {link}").format(
                link=link))  # fmt: skip
        supervisor.wait_for_server()
        supervisor.start("worker")
        supervisor.watch()
    except KeyboardInterrupt:
        pass  # Ctrl-C is how it ends, whatever it was doing.
    finally:
        supervisor.stop()


@app.command(help=_("Show creditflow with a generated portfolio, a local mailbox and sign-ins."))
def demo(
    customers: Annotated[int, typer.Option(min=1, help=_("How many customers to generate."))] = 300,
    folder: Annotated[Path, typer.Option(help=_("Where the demo keeps its data."))] = Path(
        "var/demo"
    ),
    once: Annotated[bool, typer.Option(help=_("Fill the inbox, then stop."))] = False,
) -> None:
    """Fill an inbox with generated customers and run it until Ctrl-C."""
    from creditflow.cli.demo import run_demo

    run_demo(folder, customers=customers, once=once)


@app.command(help=_("Run the web inbox alone."))
def web() -> None:
    """Serve the pages."""
    from creditflow.bootstrap import installed
    from creditflow.telemetry import configure_logging
    from creditflow.web.app import create_app
    from creditflow.web.server import serve

    app_ = installed()
    configure_logging(
        app_.settings.log_level, app_.settings.log_format, secrets=app_.settings.secrets
    )
    serve(create_app(app_), host=app_.settings.web_host, port=app_.settings.web_port)


@app.command(help=_("Run the clock alone: outbox, letters, periodic reviews, reconciler."))
def heartbeat() -> None:
    """Beat until SIGTERM or Ctrl-C."""
    import signal
    import threading

    from creditflow.bootstrap import installed
    from creditflow.heartbeat import Heartbeat
    from creditflow.telemetry import configure_logging

    app_ = installed()
    configure_logging(
        app_.settings.log_level, app_.settings.log_format, secrets=app_.settings.secrets
    )
    told_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told_to_stop.set())
    beat = Heartbeat(app_)
    beat.start()
    told_to_stop.wait()
    beat.stop()


@app.command(help=_("Run a warm worker alone: it carries cases for Prefect."))
def worker() -> None:
    """Work until SIGTERM or Ctrl-C."""
    from creditflow import __version__
    from creditflow.runs.deploying import ensure_deployments
    from creditflow.runs.working import run_worker
    from creditflow.settings import read_settings

    settings = read_settings()
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
    ensure_deployments(settings.prefect_api_url, auth, version=__version__, pool=settings.work_pool)
    run_worker(
        settings.work_pool,
        processes=settings.worker_processes,
        preload=FLOWS,
        url=settings.prefect_api_url,
        auth=auth,
        doorbell=settings.data_dir / "worker.bell",
    )
