"""One-time codes that change every 30 seconds (RFC 6238), and recovery codes; pure.

Six digits from HMAC-SHA-1, as every authenticator computes them.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SKEW_STEPS = 1
"""A clock may go wrong by so many steps in either direction."""


def step_of(at: datetime) -> int:
    """The number of the time step at that moment."""
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The code of a time step (RFC 4226, section 5.3). `secret` is in base 32."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of_code(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, near that moment; None where it is of none."""
    plain = "".join(code.split())
    now = step_of(at)
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), plain.encode()):
            return step
    return None


def address_of_secret(secret: str, *, person: str, issuer: str) -> str:
    """What an authenticator reads from a QR code (otpauth://)."""
    label = quote(f"{issuer}:{person}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def hash_of_recovery(code: str) -> str:
    """What is kept of a recovery code; blanks, dashes and case do not matter."""
    plain = "".join(c for c in code.lower() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
