"""The states of a case and its moves, as a picture and as a table, from the one table in code."""

from creditflow.domain.case import FINISHED, MACHINE_MOVES, MOVES, CaseState

S = CaseState

MEANING = {
    S.DRAFT: ("opened, not yet judged", "已建立，尚未评估"),
    S.EVALUATED: ("the customer was judged", "已完成客户评估"),
    S.PROPOSED: ("a limit is proposed", "已形成额度建议"),
    S.AWAITING: ("a person has to decide", "等待审批人决定"),
    S.RETURNED: ("sent back with a question", "已退回，等待补充后重新提交"),
    S.APPROVED: ("decided, not yet in force", "已同意，额度尚未生效"),
    S.REAPPROVAL_REQUIRED: (
        "the authority behind the decision lapsed before it was applied",
        "生效前审批权限已失效，须重新审批",
    ),
    S.REJECTED: ("refused, the customer is not told yet", "已拒绝，尚未告知客户"),
    S.APPLIED: ("the limit is in force, the customer is not told yet", "额度已生效，尚未告知客户"),
    S.NOTIFIED: ("the letter was accepted by the mail server", "告知函已被邮件服务器接收"),
    S.CLOSED: ("done; the policy has nothing to tell", "已完成，按政策无需告知客户"),
    S.EXPIRED: ("nobody decided in time", "超过期限未作决定"),
    S.WITHDRAWN: ("taken back by whoever asked for it", "已由申请方撤回"),
    S.SUPERSEDED: ("overtaken by a newer limit", "已被更新的额度取代"),
    S.INCIDENT: (
        "put aside because a rule refused the next step; a person removes the cause",
        "因规则拒绝下一步而搁置，待人工排除原因后继续",
    ),
}

HEAD = {
    "en": """# The states of a case

[中文](case-states.zh-CN.md)

Whoever moves a case – the flow, the reconciler, `creditflow drain`, a person – moves it along this one table. A move
that is not in it is refused.
""",
    "zh": """# 审批单的状态

[English](case-states.md)

无论由谁推动审批单（流程、对账器、`creditflow drain` 或审批人），都只能按照下表变更状态；表中没有的变更会被拒绝。
""",
}
COLUMNS = {
    "en": ("State", "Meaning", "Who moves it on", "May become"),
    "zh": ("状态", "含义", "由谁推动", "可变为"),
}
WHO = {
    "en": ("nobody: an end", "the machine", "a person"),
    "zh": ("终态", "系统", "人"),
}


def page(language: str) -> str:
    """The picture, then the table."""
    return "\n".join([HEAD[language], picture(), "", *table(language), ""])


def picture() -> str:
    """A Mermaid diagram of the usual ways; withdrawals, incidents and overtaking are in the table."""
    aside = {S.WITHDRAWN, S.SUPERSEDED, S.INCIDENT}
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    for state, onward in MOVES.items():
        if state not in aside:
            lines += [f"    {state} --> {to}" for to in CaseState if to in onward - aside]
    lines += [f"    {state} --> [*]" for state in CaseState if state in FINISHED - aside]
    return "\n".join([*lines, "```"])


def table(language: str) -> list[str]:
    """All states and all moves."""
    end, machine, person = WHO[language]
    rows = []
    for state in CaseState:
        who = end if state in FINISHED else machine if _moves_itself(state) else person
        onward = ", ".join(f"`{to}`" for to in CaseState if to in MOVES[state])
        meaning = MEANING[state][language == "zh"]
        rows.append(f"| `{state}` | {meaning} | {who} | {onward or '–'} |")
    return [f"| {' | '.join(COLUMNS[language])} |", "|---|---|---|---|", *rows]


def _moves_itself(state: CaseState) -> bool:
    return state in MACHINE_MOVES or state is S.REAPPROVAL_REQUIRED
