"""Say what can be set about where an installation lies and where its pages are."""

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings

from creditflow.domain.customer import Language
from creditflow.settings.fields import described


class PlaceSettings(BaseSettings):
    """Where things are: the data, the database, the pages."""

    data_dir: Path = described(
        Path("var"),
        "The folder of everything that this installation keeps: its database and Prefect's home."
        " It has to lie on a local disk.",
        "存放本安装全部数据（数据库与 Prefect 主目录）的文件夹，必须位于本地磁盘。",
        example="/var/lib/creditflow",
        validate_default=True,
    )
    database_url: str = described(
        "",
        "The database, as an SQLAlchemy URL. Empty means the file creditflow.db in data_dir.",
        "数据库地址（SQLAlchemy URL）。留空则使用 data_dir 中的 creditflow.db 文件。",
        example="postgresql+psycopg://creditflow@localhost/creditflow",
        pattern=r"^$|^(sqlite|postgresql)(\+\w+)?://",
    )
    secrets_key: Path | None = described(
        None,
        "The file with the key of the secrets in the database (second factors, hooks). Empty means"
        " secrets.key in data_dir. Keep it with the backups, but not in the database's own.",
        "数据库中机密信息（第二重验证、对外接口）的密钥文件。留空则为 data_dir 中的 secrets.key。"
        "请随备份保存，但不要与数据库备份放在一起。",
        example="/etc/creditflow/secrets.key",
    )
    base_url: str = described(
        "",
        "The address under which people reach the inbox; links in mail begin with it."
        " Empty means http:// with web_host and web_port.",
        "用户访问审批页面的地址，邮件中的链接以它开头。留空则为 http:// 加 web_host 与 web_port。",
        example="https://credit.example.com",
        pattern=r"^$|^https?://[^\s/]+[^\s]*$",
    )
    web_host: str = described(
        "127.0.0.1",
        "The address on which the inbox listens. Put a proxy with TLS before anything else than"
        " this machine.",
        "审批页面监听的地址。若要供本机以外访问，请在前面放置带 TLS 的反向代理。",
        example="127.0.0.1",
        min_length=1,
    )
    web_port: int = described(
        8765,
        "The port on which the inbox listens.",
        "审批页面监听的端口。",
        example="8765",
        ge=1,
        le=65535,
    )
    language: Language = described(
        "zh-CN",
        "The language of pages until somebody chooses one, and of the installation's own words:"
        " zh-CN or en.",
        "用户自行选择之前页面所用的语言：zh-CN 或 en。",
        example="en",
    )
    upload_max_mb: int = described(
        20,
        "The largest file that may be handed in, in megabytes.",
        "允许导入的最大文件大小（MB）。",
        example="20",
        ge=1,
        le=1024,
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        """A worker may stand in another folder than the one the installation was started in."""
        return folder.expanduser().absolute()

    @property
    def database(self) -> str:
        """The database's URL, whether it was set or not."""
        return self.database_url or f"sqlite:///{self.data_dir / 'creditflow.db'}"

    @property
    def keys_of_secrets(self) -> Path:
        """The file with the keys of secrets, whether it was set or not."""
        return self.secrets_key or self.data_dir / "secrets.key"

    @property
    def address(self) -> str:
        """The address of the inbox, without a slash at the end."""
        return (self.base_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")
