"""A small, real identity provider: discovery, authorisation, tokens and keys over HTTP."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "creditflow", "a client's secret"


class IdentityProvider:
    """Signs whoever is `subject` in; `bend` changes the claims of the next tokens."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.subject, self.issuer = "sub-1", ""
        self.bend: dict[str, object] = {}
        self.sign_with = "own"
        self.codes: dict[str, dict[str, str]] = {}

    def discovery(self, request: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token",
                  "jwks_uri": "keys"}  # fmt: skip
        known = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        return JSONResponse({"issuer": self.issuer, **known})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_hex(8)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = request.headers.get("authorization") == f"Basic {basic}"
        if asked is None or challenge != asked["code_challenge"] or not known:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": nonce,
                  "iat": now, "exp": now + 300, **self.bend}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign_with in ("shared secret", "nothing"):
            return self._confused({"nothing": "none"}.get(self.sign_with, "HS256"), claims)
        key = self.other_key if self.sign_with == "other" else self.key
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)

    def _confused(self, algorithm: str, claims: dict[str, object]) -> str:
        """Signed with nothing, or with the public key taken for a secret: the classic confusions."""
        head = {"alg": algorithm, "kid": "k1"}
        signed = ".".join(_packed(json.dumps(part).encode()) for part in (head, claims))
        secret = self.key.as_pem(private=False)
        mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_packed(mac) if algorithm == 'HS256' else ''}"

    def keys(self, request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    @contextmanager
    def running(self) -> Iterator["IdentityProvider"]:
        """Serve it on a free port."""
        routes = [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/keys", self.keys),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(10)


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
