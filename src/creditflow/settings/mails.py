"""Say what can be set about mails to people who decide: whether, at which hours, how many."""

from datetime import time

from pydantic_settings import BaseSettings

from creditflow.settings.fields import described


class MailSettings(BaseSettings):
    """Mails to approvers; what each of them wants is their own choice, in their account."""

    mail_approvers: bool = described(
        True,
        "Whether approvers are written to about cases that wait. Nothing is sent while"
        " sender_address is empty.",
        "是否就待处理的审批单向审批人发送邮件。sender_address 为空时不会发出。",
        example="false",
    )
    mail_from: time = described(
        time(8, 0),
        "From which time of day approvers are written to, in time_zone, as HH:MM. On working days"
        " the digest of what waits leaves then.",
        "每天从何时起向审批人发送邮件（按 time_zone，格式 HH:MM）；工作日的待办汇总也在此时发送。",
        example="07:30",
    )
    mail_until: time = described(
        time(20, 0),
        "Until which time of day approvers are written to. An earlier one than mail_from is on"
        " the next day.",
        "每天向审批人发送邮件的截止时间；早于 mail_from 则指次日。",
        example="19:00",
    )
    mail_on_working_days: bool = described(
        True,
        "Whether approvers are written to on working days only.",
        "是否仅在工作日向审批人发送邮件。",
        example="false",
    )
    mails_per_hour: int = described(
        10,
        "How many mails about single cases an approver gets within an hour at most; whatever"
        " exceeds it comes as one list at the next full hour.",
        "每位审批人一小时内最多收到的单份审批邮件数；超出部分在下一整点合并为一封邮件。",
        example="20",
        ge=1,
        le=1000,
    )
