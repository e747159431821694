"""The settings as pages for people, and as an example file."""

from datetime import time
from typing import Literal

from pydantic.fields import FieldInfo

from creditflow.settings import PREFIX, Settings

HEAD = {
    "en": """# Settings

[中文](settings.zh-CN.md)

An installation is set up by environment variables, or by the same lines in a file `.env` in the folder in which it is
started; the environment wins. Nothing has to be set for a demo. For real use set at least `CREDITFLOW_COMPANY_NAME`,
`CREDITFLOW_SENDER_NAME`, `CREDITFLOW_SENDER_ADDRESS` and the mail server. Mistakes are reported all at once when
creditflow starts, and `creditflow doctor` also names variables that set nothing.

Grades, caps, desks, cadence and whatever else is a matter of credit policy are not settings: they are part of the
published policy.
""",
    "zh": """# 设置项

[English](settings.md)

通过环境变量进行设置，也可以在启动目录的 `.env` 文件中写入同样的内容；环境变量优先。演示环境无需任何设置。正式使用时至少要设置
`CREDITFLOW_COMPANY_NAME`、`CREDITFLOW_SENDER_NAME`、`CREDITFLOW_SENDER_ADDRESS` 以及邮件服务器。启动时会一次性报告所有错误；
`creditflow doctor` 还会指出不起作用的变量。

信用等级、额度上限、审批岗位、评审周期等属于信用政策的内容不在此设置，而是写在已发布的信用政策中。
""",
}
COLUMNS = {"en": ("Example", "Default", "(empty)"), "zh": ("示例", "默认值", "（空）")}


def page(language: Literal["en", "zh"]) -> str:
    """The reference page: every field with its meaning, an example and its default."""
    example, default, empty = COLUMNS[language]
    parts = [HEAD[language]]
    for name, field in Settings.model_fields.items():
        shown = written(field)
        parts.append(
            f"## {PREFIX}{name.upper()}\n\n"
            f"{_meaning(field, language)}\n\n"
            f"- {example}: `{PREFIX}{name.upper()}={_example(field)}`\n"
            f"- {default}: {f'`{shown}`' if shown else empty}\n"
        )
    return "\n".join(parts)


def env_example() -> str:
    """`.env.example`: every variable, commented out, with its meaning in both languages."""
    parts = [
        "# Copy this file to .env and set what you need; what is commented out has its default."
    ]
    for name, field in Settings.model_fields.items():
        parts.append(
            f"# {_meaning(field, 'en')}\n# {_meaning(field, 'zh')}\n"
            f"# For example: {PREFIX}{name.upper()}={_example(field)}\n"
            f"#{PREFIX}{name.upper()}={written(field)}"
        )
    return "\n\n".join(parts) + "\n"


def written(field: FieldInfo) -> str:
    """A default as one would write it into the environment."""
    default = field.default
    if default is None:
        return ""
    if isinstance(default, time):
        return f"{default:%H:%M}"
    return str(default).lower() if isinstance(default, bool) else str(default)


def _meaning(field: FieldInfo, language: str) -> str:
    if language == "en":
        return field.description or ""
    extra = field.json_schema_extra
    return str(extra["zh"]) if isinstance(extra, dict) else ""


def _example(field: FieldInfo) -> str:
    return str((field.examples or [""])[0])
