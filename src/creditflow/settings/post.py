"""The mail servers that the settings describe: the one that takes letters, the one with returns."""

from zoneinfo import ZoneInfo

from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.sending import Hours
from creditflow.ports import Post
from creditflow.post.redirecting import RedirectedPost
from creditflow.post.returned import ImapReturns
from creditflow.post.signing import Key, SignedPost
from creditflow.post.smtp import SmtpPost
from creditflow.services.freezing import Sender
from creditflow.services.linking import Links
from creditflow.settings import Settings
from creditflow.settings.letters import LetterSettings

MOST_PER_CONNECTION = 100
"""Letters over one connection to the mail server; then a new one, as mail servers like it."""


def mail_server(s: LetterSettings) -> SmtpPost:
    """The mail server that takes letters."""
    return SmtpPost(
        host=s.smtp_host,
        port=s.smtp_port,
        security=s.smtp_security,
        username=s.smtp_username,
        password=s.smtp_password.get_secret_value() if s.smtp_password else None,
        from_address=s.sender_address,
        most_messages=MOST_PER_CONNECTION,
    )


def way_out(s: LetterSettings, server: Post) -> Post:
    """The way to that server: signed, and in test mode to an address of ours."""
    key = signing_key(s)
    post = SignedPost(server, key) if key is not None else server
    return RedirectedPost(post, s.letters_redirected_to) if s.letters_redirected_to else post


def signing_key(s: LetterSettings) -> Key | None:
    """The key that letters are signed with; None where they leave unsigned."""
    if s.dkim_key_file is None:
        return None
    return Key(s.dkim_key_file, s.dkim_selector, s.sender_address.rpartition("@")[2])


def mailbox_of_returns(s: LetterSettings) -> ImapReturns | None:
    """The mailbox for what comes back; None where none is set."""
    if not s.imap_host:
        return None
    password = s.imap_password.get_secret_value() if s.imap_password else ""
    return ImapReturns(
        s.imap_host, s.imap_port, s.imap_security, s.imap_username, password, s.imap_folder
    )


def sender(s: Settings, *, works: IsWorkingDay, links: Links | None) -> Sender:
    """In whose name letters are written, and when they may leave."""
    return Sender(
        company=s.company_name,
        name=s.sender_name,
        address=s.sender_address,
        reply_to=s.reply_to or s.sender_address,
        mail_domain=s.mail_domain or s.sender_address.rpartition("@")[2],
        objection_days=s.objection_days,
        links=links,
        hours=Hours(
            begin=s.letters_from,
            end=s.letters_until,
            quiet_days=s.letters_on_working_days,
            zone=ZoneInfo(s.time_zone),
            works=works,
        ),
        per_minute=s.letters_per_minute,
        copy_owner=s.copy_owner,
    )
