"""Say which addresses may be told anything: https alone, and nothing within our own walls.

A name is looked up once, every address behind it has to be public, and the
connection is made to the very address that was looked at: a name that answers
otherwise a moment later leads nowhere else.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import Sentence, say

Resolve = Callable[[str, int], Sequence[str]]
"""Looks up a name and a port: the addresses behind it."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Refusal):
    """Nothing may be told to that address."""


def looked_up(host: str, port: int) -> list[str]:
    """The addresses behind a name; raises Unavailable where there are none now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as trouble:
        raise Unavailable(
            say("The name {host} cannot be looked up: {trouble}", host=host, trouble=str(trouble))
        ) from None
    return list(dict.fromkeys(str(place[4][0]) for place in found))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rule of this installation: whether http and private addresses are let through."""

    http: bool = False
    private: bool = False
    resolve: Resolve = looked_up

    def objection(self, url: str) -> Sentence | None:
        """Why that address may not be told anything, as far as it shows; None where it may."""
        try:
            place = urlsplit(url)
            port, host = place.port, place.hostname or ""
        except ValueError:
            return say("{url} is no address.", url=url)
        schemes = {"https", "http"} if self.http else {"https"}
        if place.scheme not in schemes or not host or port == 0:
            return say("The address begins with https:// and names a host.")
        if place.username is not None or place.password is not None:
            return say("A name or password in the address would be seen; leave them out.")
        if place.fragment or any(sign.isspace() for sign in url):
            return say("The address has a blank or a # in it.")
        literal = _literal(host)
        if literal is not None and not self.private and not is_public(literal):
            return _private(host)
        return None

    def place(self, url: str) -> tuple[SplitResult, str]:
        """The address in its parts, and the number to connect to; raises Forbidden."""
        if (against := self.objection(url)) is not None:
            raise Forbidden(against)
        place = urlsplit(url)
        host = place.hostname or ""
        found = self.resolve(host, place.port or (443 if place.scheme == "https" else 80))
        for number in found:
            known = _literal(number)
            if known is None or not (self.private or is_public(known)):
                raise Forbidden(_private(host))
        if not found:
            raise Unavailable(say("The name {host} leads nowhere.", host=host))
        return place, found[0]


def is_public(address: Address) -> bool:
    """Whether the address is one of the open internet, also where it hides another one."""
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo
        hidden = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
        if hidden is None and address in _NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _private(host: str) -> Sentence:
    return say(
        "{host} lies within a network of one's own, so nothing is told there. If it should be,"
        " set CREDITFLOW_HOOKS_PRIVATE=true.",
        host=host,
    )
