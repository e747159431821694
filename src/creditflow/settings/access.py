"""Say what can be set about signing in: sessions, passwords, second factors, company accounts."""

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

from creditflow.domain.people import Role
from creditflow.settings.fields import described


class AccessSettings(BaseSettings):
    """How people sign in."""

    session_hours: int = described(
        12,
        "After how many hours somebody has to sign in again.",
        "登录后经过多少小时需要重新登录。",
        example="12",
        ge=1,
        le=720,
    )
    password_length: int = described(
        12,
        "How many characters a password needs at least.",
        "密码的最少字符数。",
        example="15",
        ge=8,
        le=64,
    )
    second_factor_roles: str = described(
        "",
        "The roles that need a second factor (one-time codes), with commas between them. Whoever"
        " signs in at the company's own provider is left to that provider.",
        "必须启用第二重验证（一次性验证码）的角色，以逗号分隔。通过企业统一身份认证登录的人员由该系统负责。",
        example="approver,policy_admin,user_admin,admin",
    )
    oidc_issuer: str = described(
        "",
        "The company's own identity provider (OpenID Connect), by its issuer address. Needs"
        " creditflow[oidc]. Empty means that people sign in with a password alone.",
        "企业统一身份认证（OpenID Connect）的 issuer 地址，需安装 creditflow[oidc]。"
        "留空则仅用密码登录。",
        example="https://login.example.com/realms/staff",
        pattern=r"^$|^https?://[^\s]+$",
    )
    oidc_own_id: str = described(
        "",
        "What creditflow is called at the identity provider.",
        "creditflow 在身份认证系统中的客户端标识。",
        example="creditflow",
    )
    oidc_own_secret: SecretStr | None = described(
        None,
        "The secret that belongs to it. It never appears in a log.",
        "对应的客户端密钥，不会出现在日志中。",
        example="change-me",
    )
    oidc_name: str = described(
        "",
        "What the sign-in page calls the identity provider.",
        "登录页面上显示的身份认证系统名称。",
        example="Feishu",
    )

    @field_validator("second_factor_roles")
    @classmethod
    def _known_roles(cls, roles: str) -> str:
        if unknown := {role.strip() for role in roles.split(",") if role.strip()} - set(Role):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        return roles

    @property
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles that need a second factor."""
        named = (role.strip() for role in self.second_factor_roles.split(","))
        return frozenset(Role(role) for role in named if role)
