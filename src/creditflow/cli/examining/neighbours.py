"""Look at what answers outside: the mail server and Prefect, who should answer to us alone."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator

import httpx

from creditflow.cli.examining.finding import Finding, fine, problem, warning
from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say
from creditflow.runs.server import basic, password
from creditflow.settings import PREFIX, Settings
from creditflow.settings.post import signing_key

PATIENCE_SECONDS = 5.0
FOREIGN_PAGE = "https://foreign.example"


def neighbours(settings: Settings) -> Iterator[Finding]:
    """The mail server and Prefect."""
    yield sender(settings)
    yield mail_server(settings)
    yield from signing(settings)
    yield from prefect(settings)


def sender(settings: Settings) -> Finding:
    """Whether letters say who writes them."""
    names = ("company_name", "sender_name", "sender_address")
    missing = [PREFIX + name.upper() for name in names if not getattr(settings, name)]
    if not missing:
        return fine(say("Letters come from {address}.", address=settings.sender_address))
    return problem(
        say("It is not known in whose name letters are written, so none is."),
        say("Set {names}.", names=", ".join(missing)),
    )


def mail_server(settings: Settings) -> Finding:
    """Connect as a letter would, up to the point where it would name its sender."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        _greet(settings)
    except smtplib.SMTPAuthenticationError:
        return problem(
            say("The mail server {where} does not know this name or password.", where=where),
            say(
                "Check {username} and {password}.",
                username=f"{PREFIX}SMTP_USERNAME",
                password=f"{PREFIX}SMTP_PASSWORD",
            ),
        )
    except (smtplib.SMTPException, OSError) as trouble:
        return problem(
            say(
                "The mail server {where} does not take letters: {trouble}",
                where=where,
                trouble=str(trouble),
            ),
            say(
                "Letters wait until it does. Check {host}, {port} and {security}.",
                host=f"{PREFIX}SMTP_HOST",
                port=f"{PREFIX}SMTP_PORT",
                security=f"{PREFIX}SMTP_SECURITY",
            ),
        )
    return fine(say("The mail server {where} answers.", where=where))


def _greet(settings: Settings) -> None:
    trust = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=PATIENCE_SECONDS, context=trust
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(server):
        if settings.smtp_security == "starttls":
            server.starttls(context=trust)
        server.ehlo_or_helo_if_needed()
        if settings.smtp_username and settings.smtp_password:
            server.login(settings.smtp_username, settings.smtp_password.get_secret_value())
        with contextlib.suppress(smtplib.SMTPException):
            server.quit()


def signing(settings: Settings) -> Iterator[Finding]:
    """Whether the key that letters are signed with is there, and its public half in the DNS."""
    key = signing_key(settings)
    if key is None:
        return
    try:
        record = key.record
    except Refusal as no:
        yield problem(no.sentence, say("Letters wait until the key can sign."))
        return
    published = key.published()
    if published is not None and "".join(published.split()) == "".join(record.split()):
        yield fine(say("Letters are signed with the key {name}.", name=key.name))
        return
    yield warning(
        say("The public half of the key {name} is not found in the DNS.", name=key.name)
        if published is None
        else say("Another key than ours is in the DNS under {name}.", name=key.name),
        say("Publish the TXT record that creditflow letters dkim prints."),
    )


def prefect(settings: Settings) -> Iterator[Finding]:
    """Whether Prefect answers us, and only us."""
    url = settings.prefect_api_url or f"http://127.0.0.1:{settings.prefect_port}/api"
    auth = settings.prefect_auth.get_secret_value() if settings.prefect_auth else None
    if not settings.prefect_api_url:
        home = settings.data_dir / "prefect"
        auth = password(home) if (home / "auth").exists() else None
    headers = {"Authorization": basic(auth)} if auth else {}
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False) as http:
        try:
            answer = http.get("/admin/version", headers=headers)
            unnamed = http.get("/admin/version")
            foreign = http.options(
                "/admin/version",
                headers={"Origin": FOREIGN_PAGE, "Access-Control-Request-Method": "GET"},
            )
        except httpx.TransportError as trouble:
            yield _silent(settings, url, str(trouble))
            return
    yield _answering(url, answer)
    yield _closed_to_strangers(unnamed)
    yield _closed_to_pages(foreign)


def _silent(settings: Settings, url: str, trouble: str) -> Finding:
    what = say("Prefect does not answer at {url}: {trouble}", url=url, trouble=trouble)
    if settings.prefect_api_url:
        return problem(
            what,
            say(
                "Decisions and letters go on without it. Check {name}, then start it.",
                name=f"{PREFIX}PREFECT_API_URL",
            ),
        )
    return warning(what, say("It starts together with creditflow: creditflow up"))


def _answering(url: str, answer: httpx.Response) -> Finding:
    if answer.is_success:
        return fine(say("Prefect {version} answers.", version=answer.text.strip('"')))
    return problem(
        say("Prefect at {url} refuses us ({status}).", url=url, status=answer.status_code),
        say("Set {name} to its user:password.", name=f"{PREFIX}PREFECT_AUTH"),
    )


def _closed_to_strangers(unnamed: httpx.Response) -> Finding:
    if unnamed.status_code in {401, 403}:
        return fine(say("Prefect refuses whoever does not know its password."))
    return warning(
        say("Anybody who reaches Prefect can cancel and resume runs; no decision depends on it."),
        say("Start its server with PREFECT_SERVER_API_AUTH_STRING."),
    )


def _closed_to_pages(foreign: httpx.Response) -> Finding:
    if foreign.headers.get("access-control-allow-origin") not in {"*", FOREIGN_PAGE}:
        return fine(say("Prefect refuses foreign web pages."))
    return warning(
        say("A web page from anywhere may call Prefect through a colleague's browser."),
        say("Start its server with PREFECT_SERVER_CORS_ALLOWED_ORIGINS set to its own address."),
    )
