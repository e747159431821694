"""Say what can be set about letters: whose they are, their way out, their pace, what comes back."""

from datetime import time
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings

from creditflow.settings.fields import MAIL_ADDRESS, PREFIX, described


class LetterSettings(BaseSettings):
    """What an installation says about its letters, and the mail servers on both sides of them."""

    company_name: str = described(
        "",
        "The company that grants the credit, as letters name it.",
        "授予信用额度的公司名称，用于告知函。",
        example="华东贸易有限公司",
    )
    sender_name: str = described(
        "",
        "Who signs letters: a department or a person.",
        "告知函的署名（部门或个人）。",
        example="信用管理部",
    )
    sender_address: str = described(
        "",
        "The mail address from which letters come. Nothing is sent while it is empty.",
        "告知函的发件邮箱。为空时不会发出任何告知函。",
        example="credit@example.com",
        pattern=f"^$|{MAIL_ADDRESS}",
    )
    reply_to: str = described(
        "",
        "The mail address for customers' answers. Empty means sender_address.",
        "客户回复所用的邮箱。留空则为 sender_address。",
        example="credit-questions@example.com",
        pattern=f"^$|{MAIL_ADDRESS}",
    )
    mail_domain: str = described(
        "",
        "The right-hand side of Message-IDs. Empty means the domain of sender_address.",
        "邮件 Message-ID 中 @ 之后的域名。留空则取 sender_address 的域名。",
        example="example.com",
    )
    objection_days: int = described(
        14,
        "Within how many days a customer may object, as letters say.",
        "告知函中写明的客户异议期限（天）。",
        example="14",
        ge=0,
        le=365,
    )
    smtp_host: str = described(
        "localhost",
        "The mail server that takes letters.",
        "用于发送告知函的邮件服务器。",
        example="smtp.example.com",
        min_length=1,
    )
    smtp_port: int = described(
        25,
        "Its port: usually 25 without encryption, 587 for starttls, 465 for tls.",
        "邮件服务器端口：不加密通常为 25，starttls 为 587，tls 为 465。",
        example="587",
        ge=1,
        le=65535,
    )
    smtp_security: Literal["none", "starttls", "tls"] = described(
        "none",
        "How the connection to it is protected: none, starttls or tls.",
        "与邮件服务器的连接加密方式：none、starttls 或 tls。",
        example="starttls",
    )
    smtp_username: str | None = described(
        None,
        "The name to sign in with at the mail server, if it asks for one.",
        "登录邮件服务器的用户名（如需要）。",
        example="credit@example.com",
    )
    smtp_password: SecretStr | None = described(
        None,
        "The password that belongs to it. It never appears in a log.",
        "对应的密码，不会出现在日志中。",
        example="change-me",
    )
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
    dkim_key_file: Path | None = described(
        None,
        "The file with the private RSA key that letters are signed with (DKIM). Empty means that"
        " they leave unsigned, as is right where the mail server signs.",
        "告知函 DKIM 签名所用的 RSA 私钥文件。留空则不签名（邮件服务器自行签名时应留空）。",
        example="/etc/creditflow/dkim.pem",
    )
    dkim_selector: str = described(
        "creditflow",
        "The name of that key in the DNS, before ._domainkey and the domain of sender_address.",
        "该密钥在 DNS 中的名称（位于 ._domainkey 和 sender_address 的域名之前）。",
        example="letters",
        pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,60}[A-Za-z0-9])?$",
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

    @model_validator(mode="after")
    def _passwords_travel_hidden(self) -> Self:
        if self.smtp_username and self.smtp_security == "none":
            raise ValueError(
                f"{PREFIX}SMTP_USERNAME: a password is never sent in the clear;"
                f" set {PREFIX}SMTP_SECURITY to starttls or tls"
            )
        if self.imap_username and self.imap_security == "none" and not self._imap_is_here:
            raise ValueError(
                f"{PREFIX}IMAP_USERNAME: a password is never sent in the clear;"
                f" set {PREFIX}IMAP_SECURITY to starttls or tls"
            )
        return self

    @property
    def _imap_is_here(self) -> bool:
        return self.imap_host in {"localhost", "127.0.0.1", "::1"}
