"""Say what can be set about letters: their form, their pace, their links, and what comes back."""

from datetime import time
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

MAIL_ADDRESS = r"^[^@\s<>\"]+@[^@\s<>\"]+$"

T = TypeVar("T")


def described(default: T, en: str, zh: str, *, example: str, **bounds: Any) -> T:  # noqa: ANN401
    """Describe a setting: its default, what it is for in both languages, and an example."""
    described: T = Field(
        default=default,
        description=en,
        examples=[example],
        json_schema_extra={"zh": zh},
        **bounds,
    )
    return described


class LetterSettings(BaseSettings):
    """What an installation says about its letters."""

    letter_pdf: Literal["auto", "always", "never"] = described(
        "auto",
        "Whether letters carry themselves as PDF/A: auto (where the extra creditflow[pdf] is"
        " installed), always or never.",
        "告知函是否附带 PDF/A 文件：auto（已安装 creditflow[pdf] 时附带）、always 或 never。",
        example="always",
    )
    font_dir: Path | None = described(
        None,
        "A folder with further fonts for printed letters, for names that ours cannot write.",
        "打印告知函时补充使用的字体文件夹（用于自带字体缺少的字符）。",
        example="/usr/share/fonts/company",
    )
    template_dir: Path | None = described(
        None,
        "A folder whose letters/ holds templates of your own or further languages.",
        "自有模板文件夹，其中 letters/ 子文件夹可放置自有告知函模板或其他语言。",
        example="/etc/creditflow/templates",
    )
    customer_url: str = described(
        "",
        "The address under which customers reach the pages /verify and /answer. Empty means that"
        " letters carry no link and are answered by mail alone.",
        "客户访问核验（/verify）与答复（/answer）页面的地址。留空则告知函不含链接，仅以邮件答复。",
        example="https://letters.example.com",
        pattern=r"^$|^https?://[^\s/]+[^\s]*$",
    )
    answer_days: int = described(
        60,
        "For how many days the link in a letter takes answers, and reasons may be asked for.",
        "告知函中的答复链接及索取书面理由的有效天数。",
        example="60",
        ge=1,
        le=365,
    )
    reasons_due_days: int = described(
        30,
        "Within how many days reasons that a customer asked for have to be given in writing.",
        "客户索取书面理由后，须在多少天内答复。",
        example="30",
        ge=1,
        le=365,
    )
    letters_from: time = described(
        time(0, 0),
        "From which time of day letters leave, in time_zone, as HH:MM.",
        "每天从何时起发送告知函（按 time_zone，格式 HH:MM）。",
        example="08:00",
    )
    letters_until: time = described(
        time(23, 59),
        "Until which time of day letters leave. An earlier one than letters_from is on the next"
        " day.",
        "每天发送告知函的截止时间；早于 letters_from 则指次日。",
        example="18:00",
    )
    letters_on_working_days: bool = described(
        False,
        "Whether letters leave on working days only.",
        "是否仅在工作日发送告知函。",
        example="true",
    )
    letters_per_minute: int = described(
        0,
        "How many letters a minute go to one domain of recipients at most; 0 sets no limit.",
        "每分钟向同一收件域名发送告知函的上限；0 表示不限。",
        example="20",
        ge=0,
        le=6000,
    )
    copy_owner: bool = described(
        False,
        "Whether the customer's account owner gets a copy of each letter.",
        "是否将告知函抄送客户经理。",
        example="true",
    )
    letters_redirected_to: str = described(
        "",
        "Test mode: all letters go to this address instead of the customers'. Empty means that"
        " they go to the customers.",
        "测试模式：所有告知函改发至此邮箱。留空则正常发送给客户。",
        example="test@example.com",
        pattern=f"^$|{MAIL_ADDRESS}",
    )
    imap_host: str = described(
        "",
        "The mail server whose mailbox collects what comes back undelivered; the same letters that"
        " bounced are marked. Empty means that nobody looks.",
        "收取退信的邮箱所在服务器，退回的告知函会被标记。留空则不检查退信。",
        example="imap.example.com",
    )
    imap_port: int = described(
        993,
        "Its port: usually 993 for tls, 143 for starttls or none.",
        "退信邮箱服务器端口：tls 通常为 993，starttls 或不加密通常为 143。",
        example="993",
        ge=1,
        le=65535,
    )
    imap_security: Literal["none", "starttls", "tls"] = described(
        "tls",
        "How the connection to it is protected: none (on this machine only), starttls or tls.",
        "与退信邮箱服务器的连接加密方式：none（仅限本机）、starttls 或 tls。",
        example="tls",
    )
    imap_username: str = described(
        "",
        "The name to sign in with at that mailbox.",
        "登录退信邮箱的用户名。",
        example="bounces@example.com",
    )
    imap_password: SecretStr | None = described(
        None,
        "The password that belongs to it. It never appears in a log.",
        "对应的密码，不会出现在日志中。",
        example="change-me",
    )
    imap_folder: str = described(
        "INBOX",
        "The folder of that mailbox that is looked at.",
        "退信邮箱中要检查的文件夹。",
        example="INBOX",
        min_length=1,
    )
