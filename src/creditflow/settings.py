"""Say everything that can be set about an installation, and refuse what cannot work, all at once.

Settings come from environment variables that begin with CREDITFLOW_ and from a
file `.env` in the working folder; the environment wins. Each field carries its
explanation in English and in Chinese and an example: `.env.example` and the
reference pages are made from them. What is business (grades, caps, mandates,
cadence) is not here: it is policy, versioned and published under four eyes.
"""

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from creditflow.domain.customer import Language
from creditflow.domain.errors import Refusal
from creditflow.domain.people import Role
from creditflow.domain.sentences import Sentence, say
from creditflow.letter_settings import MAIL_ADDRESS, LetterSettings
from creditflow.letter_settings import described as _field

PREFIX = "CREDITFLOW_"
ENV_FILE = ".env"


class Settings(LetterSettings):
    """One installation, as its environment describes it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    # ------------------------------------------------------------------ where things are

    data_dir: Path = _field(
        Path("var"),
        "The folder of everything that this installation keeps: its database and Prefect's home."
        " It has to lie on a local disk.",
        "存放本安装全部数据（数据库与 Prefect 主目录）的文件夹，必须位于本地磁盘。",
        example="/var/lib/creditflow",
        validate_default=True,
    )
    database_url: str = _field(
        "",
        "The database, as an SQLAlchemy URL. Empty means the file creditflow.db in data_dir.",
        "数据库地址（SQLAlchemy URL）。留空则使用 data_dir 中的 creditflow.db 文件。",
        example="postgresql+psycopg://creditflow@localhost/creditflow",
        pattern=r"^$|^(sqlite|postgresql)(\+\w+)?://",
    )

    # ------------------------------------------------------------------ the inbox

    base_url: str = _field(
        "",
        "The address under which people reach the inbox; links in mail begin with it."
        " Empty means http:// with web_host and web_port.",
        "用户访问审批页面的地址，邮件中的链接以它开头。留空则为 http:// 加 web_host 与 web_port。",
        example="https://credit.example.com",
        pattern=r"^$|^https?://[^\s/]+[^\s]*$",
    )
    web_host: str = _field(
        "127.0.0.1",
        "The address on which the inbox listens. Put a proxy with TLS before anything else than"
        " this machine.",
        "审批页面监听的地址。若要供本机以外访问，请在前面放置带 TLS 的反向代理。",
        example="127.0.0.1",
        min_length=1,
    )
    web_port: int = _field(
        8765,
        "The port on which the inbox listens.",
        "审批页面监听的端口。",
        example="8765",
        ge=1,
        le=65535,
    )
    language: Language = _field(
        "zh-CN",
        "The language of pages until somebody chooses one, and of the installation's own words:"
        " zh-CN or en.",
        "用户自行选择之前页面所用的语言：zh-CN 或 en。",
        example="en",
    )
    session_hours: int = _field(
        12,
        "After how many hours somebody has to sign in again.",
        "登录后经过多少小时需要重新登录。",
        example="12",
        ge=1,
        le=720,
    )
    password_length: int = _field(
        12,
        "How many characters a password needs at least.",
        "密码的最少字符数。",
        example="15",
        ge=8,
        le=64,
    )
    second_factor_roles: str = _field(
        "",
        "The roles that need a second factor (one-time codes), with commas between them. Whoever"
        " signs in at the company's own provider is left to that provider.",
        "必须启用第二重验证（一次性验证码）的角色，以逗号分隔。通过企业统一身份认证登录的人员由该系统负责。",
        example="approver,policy_admin,user_admin,admin",
    )
    oidc_issuer: str = _field(
        "",
        "The company's own identity provider (OpenID Connect), by its issuer address. Needs"
        " creditflow[oidc]. Empty means that people sign in with a password alone.",
        "企业统一身份认证（OpenID Connect）的 issuer 地址，需安装 creditflow[oidc]。"
        "留空则仅用密码登录。",
        example="https://login.example.com/realms/staff",
        pattern=r"^$|^https?://[^\s]+$",
    )
    oidc_own_id: str = _field(
        "",
        "What creditflow is called at the identity provider.",
        "creditflow 在身份认证系统中的客户端标识。",
        example="creditflow",
    )
    oidc_own_secret: SecretStr | None = _field(
        None,
        "The secret that belongs to it. It never appears in a log.",
        "对应的客户端密钥，不会出现在日志中。",
        example="change-me",
    )
    oidc_name: str = _field(
        "",
        "What the sign-in page calls the identity provider.",
        "登录页面上显示的身份认证系统名称。",
        example="Feishu",
    )
    upload_max_mb: int = _field(
        20,
        "The largest file that may be handed in, in megabytes.",
        "允许导入的最大文件大小（MB）。",
        example="20",
        ge=1,
        le=1024,
    )

    # ------------------------------------------------------------------ the calendar

    time_zone: str = _field(
        "Asia/Shanghai",
        "The time zone in which a business date begins and ends.",
        "确定业务日期起止的时区。",
        example="Europe/Berlin",
        validate_default=True,
    )
    country_calendar: str = _field(
        "CN",
        "The country whose public holidays are no working days (ISO 3166, two letters)."
        " Empty means that only weekends are free.",
        "按哪个国家或地区的法定节假日计算工作日（ISO 3166 两位代码）。留空则仅周末休息。",
        example="DE",
        pattern=r"^$|^[A-Z]{2}$",
    )
    clock_owner: Literal["heartbeat", "prefect", "nobody"] = _field(
        "heartbeat",
        "Who fires the periodic review: heartbeat (this installation's own clock), prefect (the"
        " schedule in prefect.yaml) or nobody (only people do).",
        "由谁触发定期评审：heartbeat（本安装自带时钟）、prefect（prefect.yaml 中的计划）或"
        " nobody（仅人工触发）。",
        example="heartbeat",
    )
    review_time: time = _field(
        time(6, 30),
        "When the periodic review begins on working days, in time_zone, as HH:MM.",
        "工作日定期评审的开始时间（按 time_zone，格式 HH:MM）。",
        example="06:30",
    )

    # ------------------------------------------------------------------ letters

    company_name: str = _field(
        "",
        "The company that grants the credit, as letters name it.",
        "授予信用额度的公司名称，用于告知函。",
        example="华东贸易有限公司",
    )
    sender_name: str = _field(
        "",
        "Who signs letters: a department or a person.",
        "告知函的署名（部门或个人）。",
        example="信用管理部",
    )
    sender_address: str = _field(
        "",
        "The mail address from which letters come. Nothing is sent while it is empty.",
        "告知函的发件邮箱。为空时不会发出任何告知函。",
        example="credit@example.com",
        pattern=f"^$|{MAIL_ADDRESS}",
    )
    reply_to: str = _field(
        "",
        "The mail address for customers' answers. Empty means sender_address.",
        "客户回复所用的邮箱。留空则为 sender_address。",
        example="credit-questions@example.com",
        pattern=f"^$|{MAIL_ADDRESS}",
    )
    mail_domain: str = _field(
        "",
        "The right-hand side of Message-IDs. Empty means the domain of sender_address.",
        "邮件 Message-ID 中 @ 之后的域名。留空则取 sender_address 的域名。",
        example="example.com",
    )
    objection_days: int = _field(
        14,
        "Within how many days a customer may object, as letters say.",
        "告知函中写明的客户异议期限（天）。",
        example="14",
        ge=0,
        le=365,
    )
    evidence_url: str = _field(
        "",
        "A provider of facts about customers (registry, bureau, insurer); empty asks nobody.",
        "提供工商、征信或信用保险信息的接口地址；留空则不查询。",
        example="https://evidence.example.com/observations",
        pattern=r"^(https?://\S+)?$",
    )
    evidence_token: SecretStr | None = _field(
        None,
        "The token by which it knows us.",
        "调用该接口所用的令牌。",
        example="secret",
    )
    evidence_timeout_seconds: float = _field(
        10.0,
        "How long its answer may take.",
        "等待其答复的最长秒数。",
        example="10",
        gt=0,
        le=120,
    )
    smtp_host: str = _field(
        "localhost",
        "The mail server that takes letters.",
        "用于发送告知函的邮件服务器。",
        example="smtp.example.com",
        min_length=1,
    )
    smtp_port: int = _field(
        25,
        "Its port: usually 25 without encryption, 587 for starttls, 465 for tls.",
        "邮件服务器端口：不加密通常为 25，starttls 为 587，tls 为 465。",
        example="587",
        ge=1,
        le=65535,
    )
    smtp_security: Literal["none", "starttls", "tls"] = _field(
        "none",
        "How the connection to it is protected: none, starttls or tls.",
        "与邮件服务器的连接加密方式：none、starttls 或 tls。",
        example="starttls",
    )
    smtp_username: str | None = _field(
        None,
        "The name to sign in with at the mail server, if it asks for one.",
        "登录邮件服务器的用户名（如需要）。",
        example="credit@example.com",
    )
    smtp_password: SecretStr | None = _field(
        None,
        "The password that belongs to it. It never appears in a log.",
        "对应的密码，不会出现在日志中。",
        example="change-me",
    )

    # ------------------------------------------------------------------ Prefect

    prefect_api_url: str = _field(
        "",
        "The API of your own Prefect server. Empty means that creditflow starts one for itself,"
        " on this machine alone.",
        "自有 Prefect 服务器的 API 地址。留空则由 creditflow 在本机自行启动一个。",
        example="https://prefect.example.com/api",
        pattern=r"^$|^https?://\S+/api$",
    )
    prefect_auth: SecretStr | None = _field(
        None,
        "The auth string of your own Prefect server, as user:password.",
        "自有 Prefect 服务器的认证串，格式为 user:password。",
        example="creditflow:change-me",
    )
    prefect_port: int = _field(
        4210,
        "The port of the Prefect server that creditflow starts for itself.",
        "creditflow 自行启动的 Prefect 服务器端口。",
        example="4210",
        ge=1,
        le=65535,
    )
    work_pool: str = _field(
        "creditflow",
        "The Prefect work pool from which workers take cases.",
        "工作进程从中领取审批单的 Prefect 工作池。",
        example="creditflow",
        min_length=1,
    )
    worker_processes: int = _field(
        2,
        "How many cases the warm worker carries at the same time; each takes one process.",
        "常驻工作进程同时处理的审批单数量，每个占用一个进程。",
        example="2",
        ge=1,
        le=64,
    )

    # ------------------------------------------------------------------ how it shows itself

    demo: bool = _field(
        False,
        "Whether this is a demo: pages then say so and link to the demo's own mailbox."
        " `creditflow demo` sets it.",
        "是否为演示环境：页面会注明，并提供演示邮箱的链接。由 creditflow demo 自动设置。",
        example="true",
    )

    log_level: Literal["debug", "info", "warning", "error"] = _field(
        "info",
        "From which level on the log is written: debug, info, warning or error.",
        "日志的最低级别：debug、info、warning 或 error。",
        example="info",
    )
    log_format: Literal["console", "json"] = _field(
        "console",
        "How the log is written: console (for reading) or json (for collecting).",
        "日志格式：console（便于阅读）或 json（便于采集）。",
        example="json",
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        """A worker may stand in another folder than the one the installation was started in."""
        return folder.expanduser().absolute()

    @field_validator("second_factor_roles")
    @classmethod
    def _known_roles(cls, roles: str) -> str:
        if unknown := {role.strip() for role in roles.split(",") if role.strip()} - set(Role):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        return roles

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("no such time zone; write for example Asia/Shanghai")
        return zone

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
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles that need a second factor."""
        named = (role.strip() for role in self.second_factor_roles.split(","))
        return frozenset(Role(role) for role in named if role)

    @property
    def _imap_is_here(self) -> bool:
        return self.imap_host in {"localhost", "127.0.0.1", "::1"}

    @property
    def database(self) -> str:
        """The database's URL, whether it was set or not."""
        return self.database_url or f"sqlite:///{self.data_dir / 'creditflow.db'}"

    @property
    def address(self) -> str:
        """The address of the inbox, without a slash at the end."""
        return (self.base_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")

    @property
    def secrets(self) -> list[str]:
        """What must never appear in a log, in clear."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def environment(self) -> dict[str, str]:
        """Write what differs from the defaults as variables, secrets in clear: for own children."""
        written = {PREFIX + "DATA_DIR": str(self.data_dir)}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name != "data_dir" and value != field.default:
                clear = value.get_secret_value() if isinstance(value, SecretStr) else value
                written[PREFIX + name.upper()] = str(clear)
        return written


# ---------------------------------------------------------------------- reading, all at once


class BadSettings(Refusal):
    """The environment describes no installation that could work."""


def read_settings(**given: object) -> Settings:
    """Read the settings; raises BadSettings with every problem and its remedy."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks what is given
    except ValidationError as problems:
        lines = "\n".join(_line(error) for error in problems.errors())
        raise BadSettings(say("These settings cannot work:\n{problems}", problems=lines)) from None


def _line(error: Mapping[str, Any]) -> str:
    """One problem: the variable, what is wrong with it, an example. Never the value of a secret."""
    wrong = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return f"  {wrong}."
    name = str(error["loc"][0])
    example = (Settings.model_fields[name].examples or [""])[0]
    return f"  {PREFIX}{name.upper()}: {wrong}. For example: {PREFIX}{name.upper()}={example}"


def unknown_settings(
    environment: Mapping[str, str] | None = None, env_file: Path = Path(ENV_FILE)
) -> list[Sentence]:
    """Tell of every CREDITFLOW_ variable that sets nothing, with the name it may have meant."""
    known = [name.upper() for name in Settings.model_fields]
    given = {*(os.environ if environment is None else environment), *_names_in(env_file)}
    return [
        _unknown(name, known)
        for name in sorted(given)
        if name.upper().startswith(PREFIX) and name.upper().removeprefix(PREFIX) not in known
    ]


def _unknown(name: str, known: Iterable[str]) -> Sentence:
    near = difflib.get_close_matches(name.upper().removeprefix(PREFIX), list(known), n=1)
    if near:
        return say("{name} sets nothing. Did you mean {near}?", name=name, near=PREFIX + near[0])
    return say("{name} sets nothing. Remove it.", name=name)


def _names_in(env_file: Path) -> set[str]:
    if not env_file.is_file():
        return set()
    text = env_file.read_text(encoding="utf-8", errors="replace")
    return set(re.findall(r"^\s*(?:export\s+)?(\w+)\s*=", text, flags=re.MULTILINE))
