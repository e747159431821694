"""Words for what messages are about, how far they have come, and which mails somebody wants."""

from collections.abc import Mapping

from creditflow.domain.message import MailChoice, MailReason, MessageState
from creditflow.web.naming import word

MAIL_CHOICES: Mapping[str, str] = {
    MailChoice.BOTH: word("about each task as it comes, and every morning about all of them"),
    MailChoice.EACH: word("about each task as it comes"),
    MailChoice.DIGEST: word("every morning about all that waits"),
    MailChoice.NONE: word("never"),
}
ABOUT: Mapping[str, str] = {
    MailReason.NEW: word("New task"),
    MailReason.ESCALATED: word("Escalated task"),
    MailReason.DUE_SOON: word("Task due soon"),
    MailReason.MANY: word("Many tasks at once"),
    MailReason.DIGEST: word("Morning digest"),
}
MESSAGE_STATES: Mapping[str, str] = {
    MessageState.PENDING: word("waits"),
    MessageState.CLAIMED: word("is being sent"),
    MessageState.IN_DATA: word("is being sent"),
    MessageState.SENT: word("sent"),
    MessageState.FAILED: word("failed"),
    MessageState.UNCERTAIN: word("uncertain"),
    MessageState.OVERTAKEN: word("overtaken"),
}
CHIPS: Mapping[str, str] = {
    MessageState.SENT: "ok",
    MessageState.FAILED: "bad",
    MessageState.UNCERTAIN: "warn",
}
"""The colour of a state's chip; plain where it has none."""
