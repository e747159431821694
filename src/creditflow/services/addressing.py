"""To whom a letter goes: addresses that a mail server takes, exactly, and ids that never change."""

import hashlib
import re

LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
"""Octets of an address, and of what stands before its @ (RFC 5321, 4.5.3.1)."""

SEVERAL = ";"
"""What stands between the addresses of a customer that has several."""

MOST_RECIPIENTS = 5

_ATOM = r"[^\s@.<>()\[\],;:\\\"]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")


def message_id(letter_id: str, domain: str) -> str:
    """The Message-ID of a letter: the same one whenever it is asked for."""
    digest = hashlib.sha256(f"{letter_id}|{domain}".encode()).hexdigest()
    return f"<{letter_id.lower()}.{digest[:24]}@{domain}>"


def usable_address(text: str | None) -> str | None:
    """The text as exactly one address that a mail server takes, its domain in ASCII; else None.

    Quoted local parts and comments are not taken: nobody's mailbox is named so.
    """
    local, _, domain = (text or "").strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    fits = len(local.encode("utf-8", "replace")) <= LONGEST_LOCAL_PART
    spec = f"{local}@{domain}"
    whole = _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)
    return spec if whole and fits and len(spec) <= LONGEST_ADDRESS and spec.isprintable() else None


def usable_addresses(text: str | None) -> tuple[str, ...]:
    """The usable ones among addresses set apart by semicolons, each once, in their order."""
    found = (usable_address(part) for part in (text or "").split(SEVERAL))
    return tuple(dict.fromkeys(x for x in found if x))[:MOST_RECIPIENTS]


def domain_of(address: str) -> str:
    """The domain of a usable address."""
    return address.rpartition("@")[2]
