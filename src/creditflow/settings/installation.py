"""One installation: all its settings in one value, whatever they are about."""

from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from creditflow.settings.access import AccessSettings
from creditflow.settings.fields import ENV_FILE, PREFIX, described
from creditflow.settings.hooks import HookSettings
from creditflow.settings.letters import LetterSettings
from creditflow.settings.mails import MailSettings
from creditflow.settings.places import PlaceSettings
from creditflow.settings.rates import RateSettings


class Settings(
    LetterSettings, MailSettings, HookSettings, RateSettings, AccessSettings, PlaceSettings
):
    """One installation, as its environment describes it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    time_zone: str = described(
        "Asia/Shanghai",
        "The time zone in which a business date begins and ends.",
        "确定业务日期起止的时区。",
        example="Europe/Berlin",
        validate_default=True,
    )
    country_calendar: str = described(
        "CN",
        "The country whose public holidays are no working days (ISO 3166, two letters)."
        " Empty means that only weekends are free.",
        "按哪个国家或地区的法定节假日计算工作日（ISO 3166 两位代码）。留空则仅周末休息。",
        example="DE",
        pattern=r"^$|^[A-Z]{2}$",
    )
    own_days: Path | None = described(
        None,
        "A file with working days and free days of your own, one to a line: 2027-02-13 work, or"
        " 2027-03-05 free. It wins over country_calendar.",
        "自有工作日与休息日文件，每行一天：2027-02-13 work 或 2027-03-05 free。"
        "优先于 country_calendar。",
        example="/etc/creditflow/days.txt",
    )
    clock_owner: Literal["heartbeat", "prefect", "nobody"] = described(
        "heartbeat",
        "Who fires the periodic review: heartbeat (this installation's own clock), prefect (the"
        " schedule in prefect.yaml) or nobody (only people do).",
        "由谁触发定期评审：heartbeat（本安装自带时钟）、prefect（prefect.yaml 中的计划）或"
        " nobody（仅人工触发）。",
        example="heartbeat",
    )
    review_time: time = described(
        time(6, 30),
        "When the periodic review begins on working days, in time_zone, as HH:MM.",
        "工作日定期评审的开始时间（按 time_zone，格式 HH:MM）。",
        example="06:30",
    )
    evidence_url: str = described(
        "",
        "A provider of facts about customers (registry, bureau, insurer), asked before each"
        " evaluation; empty asks nobody.",
        "提供工商、征信或信用保险信息的接口地址，每次评估前查询；留空则不查询。",
        example="https://evidence.example.com/observations",
        pattern=r"^(https?://\S+)?$",
    )
    evidence_token: SecretStr | None = described(
        None,
        "The token by which it knows us.",
        "调用该接口所用的令牌。",
        example="secret",
    )
    evidence_timeout_seconds: float = described(
        10.0,
        "How long its answer may take.",
        "等待其答复的最长秒数。",
        example="10",
        gt=0,
        le=120,
    )
    prefect_api_url: str = described(
        "",
        "The API of your own Prefect server. Empty means that creditflow starts one for itself,"
        " on this machine alone.",
        "自有 Prefect 服务器的 API 地址。留空则由 creditflow 在本机自行启动一个。",
        example="https://prefect.example.com/api",
        pattern=r"^$|^https?://\S+/api$",
    )
    prefect_auth: SecretStr | None = described(
        None,
        "The auth string of your own Prefect server, as user:password.",
        "自有 Prefect 服务器的认证串，格式为 user:password。",
        example="creditflow:change-me",
    )
    prefect_port: int = described(
        4210,
        "The port of the Prefect server that creditflow starts for itself.",
        "creditflow 自行启动的 Prefect 服务器端口。",
        example="4210",
        ge=1,
        le=65535,
    )
    work_pool: str = described(
        "creditflow",
        "The Prefect work pool from which workers take cases.",
        "工作进程从中领取审批单的 Prefect 工作池。",
        example="creditflow",
        min_length=1,
    )
    worker_processes: int = described(
        2,
        "How many cases the warm worker carries at the same time; each takes one process.",
        "常驻工作进程同时处理的审批单数量，每个占用一个进程。",
        example="2",
        ge=1,
        le=64,
    )
    demo: bool = described(
        False,
        "Whether this is a demo: pages then say so and link to the demo's own mailbox."
        " `creditflow demo` sets it.",
        "是否为演示环境：页面会注明，并提供演示邮箱的链接。由 creditflow demo 自动设置。",
        example="true",
    )
    log_level: Literal["debug", "info", "warning", "error"] = described(
        "info",
        "From which level on the log is written: debug, info, warning or error.",
        "日志的最低级别：debug、info、warning 或 error。",
        example="info",
    )
    log_format: Literal["console", "json"] = described(
        "console",
        "How the log is written: console (for reading) or json (for collecting).",
        "日志格式：console（便于阅读）或 json（便于采集）。",
        example="json",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("no such time zone; write for example Asia/Shanghai")
        return zone

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
