"""What proves that a letter is ours, and the link under which its reader may answer.

Both follow from the letter's number and this installation's key, so nothing
has to be kept for them, and nobody without the key can make one up.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.letter import Proof

_ALPHABET = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""

CODE_LENGTH = 12
_GROUP = 4
_FIRST_DAY = date(2020, 1, 1)
_LONGEST_TOKEN = 120


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads proofs. `address` is where customers reach us, without a slash at its end."""

    address: str
    key: bytes
    days: int

    def proof(self, number: str, *, on: date) -> Proof:
        """The proof of the letter with that number, written on that day."""
        until = on + timedelta(days=self.days)
        return Proof(
            code=self.code(number),
            verify_url=f"{self.address}/verify",
            answer_url=f"{self.address}/answer/{self.token(number, until=until)}",
            answer_until=until,
        )

    def code(self, number: str) -> str:
        """The letter's check code, in groups that can be read out on the telephone."""
        digest = self._digest("code", number)
        text = "".join(chr(_ALPHABET[x % len(_ALPHABET)]) for x in digest[:CODE_LENGTH])
        return "-".join(text[i : i + _GROUP] for i in range(0, CODE_LENGTH, _GROUP))

    def is_code(self, number: str, code: str) -> bool:
        """Whether that is the letter's code, however it was typed."""
        typed = "".join(c for c in code.upper() if c.isalnum())
        return hmac.compare_digest(typed.encode(), self.code(number).replace("-", "").encode())

    def token(self, number: str, *, until: date) -> str:
        """What stands in the link to answer that letter; it is good through that day."""
        claim = f"{number}.{(until - _FIRST_DAY).days}"
        mac = base64.urlsafe_b64encode(self._digest("answer", claim)[:18]).decode()
        return f"{claim}.{mac}"

    def read(self, token: str) -> tuple[str, date] | None:
        """The letter's number and the last day, where the token is ours; else None.

        Whether it is still good is up to whoever knows which day it is.
        """
        claim, _, mac = token[:_LONGEST_TOKEN].rpartition(".")
        number, _, days = claim.rpartition(".")
        expected = base64.urlsafe_b64encode(self._digest("answer", claim)[:18]).decode()
        if not hmac.compare_digest(mac.encode(), expected.encode()) or not days.isdecimal():
            return None
        return number, _FIRST_DAY + timedelta(days=int(days))

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self.key, f"creditflow:{purpose}:{text}".encode(), hashlib.sha256)
