"""Say what can be set about hooks: which addresses may be told anything."""

from pydantic_settings import BaseSettings

from creditflow.settings.fields import described


class HookSettings(BaseSettings):
    """Where messages to other programs may go; each hook besides takes two administrators."""

    hooks_http: bool = described(
        False,
        "Whether hooks may have addresses that begin with http://. What is told can be read on the"
        " way then.",
        "是否允许对外接口使用 http:// 地址（内容在传输途中可被读取）。",
        example="true",
    )
    hooks_private: bool = described(
        False,
        "Whether hooks may lie within a network of one's own (private addresses, this machine)."
        " Without it nobody uses creditflow to reach what is behind the firewall.",
        "是否允许对外接口指向内网地址（私有地址、本机）。"
        "默认禁止，以防借 creditflow 访问防火墙内的服务。",
        example="true",
    )
