"""Sign in at the company's own identity provider (OpenID Connect, code flow with PKCE).

Who somebody is there is issuer and subject, never a mail address: addresses are
given to others. The ID token is believed only with the right signature, issuer,
audience, nonce and time.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from creditflow.domain.errors import Refusal, Unavailable
from creditflow.domain.sentences import say

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures with a public key alone: with a shared secret, anybody who knows it could sign."""

LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotBelieved(Refusal):
    """What the identity provider sent back does not prove who somebody is."""


@dataclass(frozen=True)
class Journey:
    """What this browser remembers while somebody is at the provider.

    `connect` is who wants to be connected; empty where somebody wants to sign in.
    """

    state: str
    nonce: str
    verifier: str
    next: str
    connect: str = ""

    def packed(self) -> str:
        """As a cookie's value."""
        return base64.urlsafe_b64encode(json.dumps(vars(self)).encode()).decode()


def new_journey(wanted: str, *, connect: str = "") -> Journey:
    """A journey that nobody else can know."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Journey(state, nonce, verifier, wanted, connect)


def unpacked(cookie: str) -> Journey | None:
    """The journey of a cookie; None where there is none."""
    try:
        kept = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        return Journey(**kept)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Provider:
    """The identity provider of an installation."""

    issuer: str
    own_id: str
    own_secret: str
    redirect_uri: str

    def address(self, journey: Journey) -> str:
        """Where to send the browser."""
        challenge = hashlib.sha256(journey.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.own_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._metadata()['authorization_endpoint']}?{urlencode(asked)}"

    def subject(self, answer: Mapping[str, str], journey: Journey, *, at: datetime) -> str:
        """Who came back, by the provider's own name; raises NotBelieved or Unavailable."""
        if not hmac.compare_digest(answer.get("state", "").encode(), journey.state.encode()):
            raise _not_believed("state")
        if answer.get("iss", self.issuer) != self.issuer:
            raise _not_believed("iss")
        if "code" not in answer:
            raise _not_believed(answer.get("error", "code")[:80])
        known = self._metadata()
        sent = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": journey.verifier,
        }
        tokens = self._answer("POST", known["token_endpoint"], data=sent)
        keys = self._answer("GET", known["jwks_uri"])
        return self._believed(str(tokens.get("id_token", "")), keys, journey.nonce, at)

    def _believed(self, token: str, keys: Any, nonce: str, at: datetime) -> str:  # noqa: ANN401 - JSON as it came
        """The subject of an ID token, after everything about it was checked."""
        from joserfc import jwt  # noqa: PLC0415 - only where the extra is installed
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        registry = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.own_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _not_believed(type(error).__name__) from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.own_id:
            raise _not_believed("azp")
        return str(claims["sub"])

    def _metadata(self) -> Mapping[str, str]:
        known = self._answer("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if known.get("issuer") != self.issuer:
            raise _not_believed("issuer")
        return {
            name: _safe(str(known.get(name, "")))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }

    def _answer(self, method: str, url: str, *, data: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        import httpx  # noqa: PLC0415 - only a company's sign-in needs it

        auth = (self.own_id, self.own_secret) if data and self.own_secret else None
        fields = data if auth or data is None else {**data, "client_id": self.own_id}
        try:
            answer = httpx.request(
                method, _safe(url), data=fields, auth=auth, timeout=TIMEOUT_SECONDS
            )
            if data is not None and answer.is_client_error:
                raise _not_believed(str(answer.status_code))
            return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                say(
                    "The company's sign-in at {issuer} does not answer. Try again in a moment.",
                    issuer=self.issuer,
                )
            ) from error


def _safe(url: str) -> str:
    """An address whose answers nobody on the way can change."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise _not_believed("https")


def _not_believed(why: str) -> NotBelieved:
    return NotBelieved(
        say(
            "The company's sign-in did not prove who you are ({why}). Begin again at the sign-in"
            " page.",
            why=why,
        )
    )
