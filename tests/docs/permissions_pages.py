"""Who may do what, as a page: roles against permissions, and roles that exclude each other."""

from creditflow.domain.people import Role
from creditflow.domain.permissions import CONFLICTS, GRANTS, Permission
from creditflow.web.language import speech
from creditflow.web.naming import PERMISSIONS, ROLES

HEAD = {
    "en": """# Who may do what

[中文](permissions.zh-CN.md)

Every page names the permission that opens it, and a page that names none keeps the application from starting. Roles
grant permissions; one person may hold several roles, but not every two.

`decide` opens the form. Whether a person may decide *this* case is asked again with desk, mandate and impartiality each
time: when a list is made, when the verdict comes in, and when it is applied.
""",
    "zh-CN": """# 权限一览

[English](permissions.md)

每个页面都声明打开它所需的权限；若有页面未声明，应用将无法启动。角色授予权限；一人可以兼任多个角色，但并非任意两个都可以。

“decide”只允许打开审批表单。某人能否审批*这一张*审批单，会在列出、提交和生效时分别按岗位、审批权限和回避规则再次检查。
""",
}
WORDS = {
    "en": ("Permission", "Roles that one person may not hold together", "Why not"),
    "zh-CN": ("权限", "同一人不得兼任的角色", "原因"),
}


def page(language: str) -> str:
    """The two tables."""
    said = speech(language)
    permission, together, why = WORDS[language]
    roles = [f"{said.gettext(ROLES[role])}<br>`{role}`" for role in Role]
    lines = [
        HEAD[language],
        f"| {permission} | {' | '.join(roles)} |",
        "|---" * (len(Role) + 1) + "|",
    ]
    for one in Permission:
        if one is Permission.COME_IN:
            continue
        marks = ["✓" if one in GRANTS[role] else "" for role in Role]
        lines.append(f"| {said.gettext(PERMISSIONS[one])} (`{one}`) | {' | '.join(marks)} |")
    lines += ["", f"| {together} | {why} |", "|---|---|"]
    for pair, reason in CONFLICTS.items():
        one, other = [role for role in Role if role in pair]
        lines.append(f"| `{one}` + `{other}` | {said.gettext(reason.text)} |")
    return "\n".join([*lines, ""])
