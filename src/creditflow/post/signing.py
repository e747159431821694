"""Sign messages as they leave (DKIM, RFC 6376), so that receivers know that they are ours.

The kept bytes stay as they are: the signature is a header in front of them,
made anew each time. What cannot be signed does not leave; it waits.
"""

import base64
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed, Handover, Post

SIGNED: Final = (
    b"from", b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id",
    b"mime-version", b"content-type", b"content-language", b"auto-submitted", b"x-letter-ref",
)  # fmt: skip
"""Headers that are signed, absent ones as absent. From twice: a second one cannot be added."""

LEAST_BITS: Final = 1024
"""Shorter RSA keys are not verified any more (RFC 8301)."""

LOOK_UP_SECONDS: Final = 5


def can_sign() -> bool:
    """Whether the extra that signing needs is installed."""
    return find_spec("dkim") is not None


@dataclass(frozen=True)
class Key:
    """The private key in a file, and the name under which its public half is in the DNS."""

    file: Path
    selector: str
    domain: str

    @property
    def name(self) -> str:
        """Where the public half has to stand."""
        return f"{self.selector}._domainkey.{self.domain}"

    @cached_property
    def record(self) -> str:
        """What has to stand there, as a TXT record."""
        public = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"

    def published(self) -> str | None:
        """What does stand there; None where nothing does, or nobody answers."""
        try:
            found = import_module("dkim.dnsplug").get_txt(
                f"{self.name}.".encode(), timeout=LOOK_UP_SECONDS
            )
        except Exception:  # noqa: BLE001 - whatever the resolver raises, nothing was found
            return None
        return None if found is None else found.decode("ascii", "replace")

    def sign(self, message: bytes) -> bytes:
        """The signature as a header with its line end; raises Refusal where it cannot be made."""
        dkim: Any = import_module("dkim")
        try:
            header: bytes = dkim.sign(
                message,
                self.selector.encode(),
                self.domain.encode(),
                self._pem,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=list(SIGNED),
            )
        except (dkim.DKIMException, ValueError) as trouble:
            raise Refusal(
                say("The message cannot be signed: {trouble}.", trouble=str(trouble))
            ) from trouble
        return header

    @cached_property
    def _pem(self) -> bytes:
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    @cached_property
    def _private(self) -> RSAPrivateKey:
        if not can_sign():
            raise Refusal(
                say("Signing letters needs an extra. Install it: pip install 'creditflow[dkim]'.")
            )
        try:
            found = serialization.load_pem_private_key(self.file.read_bytes(), password=None)
        except OSError as trouble:
            raise Refusal(
                say(
                    "The key {file} for signing letters cannot be read: {trouble}.",
                    file=str(self.file),
                    trouble=trouble.strerror or type(trouble).__name__,
                )
            ) from trouble
        except (ValueError, TypeError):
            found = None
        if not isinstance(found, RSAPrivateKey) or found.key_size < LEAST_BITS:
            raise Refusal(
                say(
                    "The file {file} holds no RSA key of at least {bits} bits without a password."
                    " Make one: openssl genrsa -out {file} 2048",
                    file=str(self.file),
                    bits=LEAST_BITS,
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class SignedPost:
    """Hands everything to `post` with a signature in front."""

    post: Post
    key: Key

    def approach(self, message: bytes, *, recipient: str) -> Handover | Handed:
        """Sign and approach; what cannot be signed can wait until somebody has seen to the key."""
        try:
            header = self.key.sign(message)
        except Refusal as no:
            return Handed(Delivery.LATER, f"DKIM: {no.sentence}")
        return self.post.approach(header + message, recipient=recipient)
