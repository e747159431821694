"""Words for what messages are about, how far they have come, and which mails somebody wants."""

from collections.abc import Mapping

from creditflow.domain.hook import HookEvent, HookKind, HookState
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
    MailReason.GIVEN: word("Task given to somebody"),
    MailReason.REFERRED: word("Question about a case"),
    MailReason.NEEDS_ADMIN: word("Nobody may decide a case"),
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
HOOK_KINDS: Mapping[str, str] = {
    HookKind.WEBHOOK: word("a program of your own (signed webhook)"),
    HookKind.WECOM: word("WeCom group robot"),
    HookKind.DINGTALK: word("DingTalk group robot"),
    HookKind.FEISHU: word("Feishu (Lark) group robot"),
    HookKind.SLACK: word("Slack incoming webhook"),
    HookKind.TEAMS: word("Microsoft Teams workflow"),
}
HOOK_EVENTS: Mapping[str, str] = {
    HookEvent.CASE_OPENED: word("a case waits at a desk"),
    HookEvent.CASE_DECIDED: word("a case was decided"),
    HookEvent.CASE_ESCALATED: word("a case went one desk up"),
    HookEvent.CASE_STUCK: word("nobody may decide a case"),
    HookEvent.LETTER_TROUBLED: word("a letter is in trouble"),
    HookEvent.LIMIT_APPLIED: word("a limit is in force"),
    HookEvent.LIMIT_GRANTED: word("a temporary or project limit was granted"),
    HookEvent.LIMIT_ENDED: word("a temporary or project limit has ended"),
}
HOOK_STATES: Mapping[str, str] = {
    HookState.PROPOSED: word("waits for the second person"),
    HookState.ON: word("on"),
    HookState.OFF: word("off"),
    HookState.STOPPED: word("stopped after a day of failure"),
    HookState.ENDED: word("ended"),
}
HOOK_CHIPS: Mapping[str, str] = {
    HookState.PROPOSED: "warn",
    HookState.ON: "ok",
    HookState.STOPPED: "bad",
}
"""The colour of a hook's chip; plain where it has none."""
