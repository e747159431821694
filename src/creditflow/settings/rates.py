"""Say what can be set about exchange rates: from where they come, and whether by themselves."""

from datetime import time

from pydantic_settings import BaseSettings

from creditflow.settings.fields import described


class RateSettings(BaseSettings):
    """The bank's reference rates; files that are handed in need none of this."""

    rates_url: str = described(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        "Where the European Central Bank's reference rates are fetched, in its XML; also the file"
        " of ninety days, or a copy of your own. HTTPS_PROXY and NO_PROXY count.",
        "欧洲央行参考汇率（其 XML 格式）的下载地址；也可填写九十天的文件或自有副本。"
        "遵循 HTTPS_PROXY 与 NO_PROXY。",
        example="https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml",
        pattern=r"^https?://\S+$",
    )
    rates_time: time | None = described(
        None,
        "From which time of day they are fetched every day, in time_zone, as HH:MM; again every"
        " hour until it succeeds. The bank publishes at about 16:00 in Frankfurt. Empty means that"
        " nobody fetches them by itself.",
        "每天从何时起自动获取汇率（按 time_zone，格式 HH:MM），失败则每小时重试直至成功。"
        "欧洲央行约在法兰克福时间 16:00 公布。留空则不自动获取。",
        example="23:30",
    )
    rates_timeout_seconds: float = described(
        20.0,
        "How long fetching them may take, for each of three attempts.",
        "获取汇率每次尝试的最长秒数，共尝试三次。",
        example="20",
        gt=0,
        le=120,
    )
