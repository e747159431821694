"""Say an event in the language of the chat group that is told: a title, and a line per fact."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from creditflow.domain.customer import Language
from creditflow.domain.hook import HookEvent, Line, Telling
from creditflow.domain.money import Money
from creditflow.post.manuscript import one_line
from creditflow.post.typecase import written

Words = Mapping[str, str]

TITLES: Mapping[Language, Mapping[HookEvent, str]] = {
    "en": {
        HookEvent.CASE_OPENED: "A credit limit waits for a decision",
        HookEvent.CASE_DECIDED: "A credit limit was decided",
        HookEvent.CASE_ESCALATED: "A credit limit was not decided in time and goes one desk up",
        HookEvent.CASE_STUCK: "Nobody may decide a case: an administrator has to help",
        HookEvent.LETTER_TROUBLED: "A letter to a customer is in trouble",
        HookEvent.LIMIT_APPLIED: "A credit limit is in force",
        HookEvent.LIMIT_GRANTED: "A temporary or project limit was granted on top",
        HookEvent.LIMIT_ENDED: "A temporary or project limit has ended",
        HookEvent.TEST: "A test: creditflow can tell this group of events",
    },
    "zh-CN": {
        HookEvent.CASE_OPENED: "有新的信用额度待审批",
        HookEvent.CASE_DECIDED: "信用额度已有审批结论",
        HookEvent.CASE_ESCALATED: "信用额度逾期未决，已升级至上一级岗位",
        HookEvent.CASE_STUCK: "有审批单无人可审批，请管理员处理",
        HookEvent.LETTER_TROUBLED: "致客户的告知函出现问题",
        HookEvent.LIMIT_APPLIED: "信用额度已生效",
        HookEvent.LIMIT_GRANTED: "已批出临时额度或项目额度",
        HookEvent.LIMIT_ENDED: "临时额度或项目额度已到期",
        HookEvent.TEST: "测试：creditflow 可以向本群发送通知",
    },
}
LABELS: Mapping[Language, Words] = {
    "en": {
        "customer_name": "Customer",
        "amount": "Limit",
        "outcome": "Outcome",
        "desk": "Desk",
        "due": "Please decide by",
        "project": "Project",
        "from": "From",
        "until": "Until",
        "letter": "Letter",
        "case": "Case",
    },
    "zh-CN": {
        "customer_name": "客户",
        "amount": "额度",
        "outcome": "结果",
        "desk": "审批岗位",
        "due": "处理期限",
        "project": "项目",
        "from": "自",
        "until": "有效期至",
        "letter": "告知函",
        "case": "审批单",
    },
}
OUTCOMES: Mapping[Language, Words] = {
    "en": {
        "approved": "approved",
        "approved_with_change": "approved with a change",
        "rejected": "rejected",
        "returned": "returned",
        "approved_by_policy": "approved by the policy",
        "no_address": "no usable address",
        "refused": "refused by the mail server",
        "given_up": "given up after many tries",
        "uncertain": "it is not known whether it arrived",
        "came_back": "came back undelivered",
    },
    "zh-CN": {
        "approved": "同意",
        "approved_with_change": "修改额度后同意",
        "rejected": "拒绝",
        "returned": "退回",
        "approved_by_policy": "按信用政策自动通过",
        "no_address": "没有可用的邮箱地址",
        "refused": "被邮件服务器拒收",
        "given_up": "多次尝试后放弃",
        "uncertain": "无法确定是否送达",
        "came_back": "被退回",
    },
}
OPEN: Mapping[Language, str] = {"en": "Open", "zh-CN": "打开"}


def telling_of(
    message_id: str,
    event: HookEvent,
    facts: Mapping[str, str],
    *,
    at: datetime,
    language: Language,
    desks: Mapping[str, str],
    link: str,
) -> Telling:
    """What a hook is told, in words of its language. `desks` are the titles of desks."""
    named = facts.get("customer_name_en") if language == "en" else None
    shown = {**facts, "customer_name": named or facts.get("customer_name", "")}
    shown["desk"] = desks.get(facts.get("desk", ""), facts.get("desk", ""))
    shown["outcome"] = OUTCOMES[language].get(facts.get("outcome", ""), "")
    shown["amount"] = _amount(facts, language)
    lines = tuple(
        Line(label, one_line(_day(shown[name], language)))
        for name, label in LABELS[language].items()
        if shown.get(name)
    )
    return Telling(
        id=message_id,
        event=event,
        at=at,
        title=TITLES[language][event],
        lines=lines,
        facts=tuple(sorted((name, text) for name, text in facts.items() if name != "at")),
        link=link,
        open=OPEN[language],
    )


def _amount(facts: Mapping[str, str], language: Language) -> str:
    try:
        return written(Money.of(Decimal(facts["amount"]), facts["currency"]), language)
    except (KeyError, InvalidOperation, ValueError):
        return ""


def _day(text: str, language: Language) -> str:
    try:
        return written(date.fromisoformat(text), language)
    except ValueError:
        return text
