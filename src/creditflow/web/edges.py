"""Guard the edge of every page: nothing from another origin, nothing oversized, strict headers.

What is decided here needs no session and no database, so it is decided before
a request's body is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'; sandbox"
)
"""For letters and mail: their own styles, and nothing that could act."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer browsers would send our own forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000"
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class TooLarge(Exception):
    """The body is larger than this path takes."""


@dataclass(frozen=True)
class Edges:
    """The outermost layer. `most_bytes` is the largest body; `larger` has paths that take more.

    A path there that ends with a slash stands for what lies right below it.
    """

    app: ASGIApp
    address: str
    most_bytes: int
    larger: Mapping[str, int]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there are no websockets
        guarded_send = self._with_headers(send)
        if refusal := self._refusal(scope):
            await refusal(scope, receive, guarded_send)
            return
        try:
            await self.app(scope, self._counted(scope, receive), guarded_send)
        except TooLarge:
            await _too_large()(scope, receive, guarded_send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] in HARMLESS:
            return None
        # Below /api/ a cookie opens nothing, so no other site could use one.
        if not scope["path"].startswith("/api/") and not is_same_origin(headers, self.address):
            return PlainTextResponse(
                "This form came from another site, so nothing was done.\n"
                "此表单来自其他网站，未执行任何操作。\n",
                status_code=403,
            )
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._most(scope):
            return _too_large()
        return None

    def _most(self, scope: Scope) -> int:
        path: str = scope["path"]
        folder = path[: path.rfind("/", 0, -1) + 1]
        return self.larger.get(path, self.larger.get(folder, self.most_bytes))

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """Count what really comes, whatever the header announced."""
        left = self._most(scope)

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        return counted

    def _with_headers(self, send: Send) -> Send:
        secure = self.address.startswith("https://")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if secure:
                    headers.setdefault("Strict-Transport-Security", HSTS)
            await send(message)

        return with_headers


def is_same_origin(headers: Headers, address: str) -> bool:
    """Whether a form was sent by a page of ours, by what only the browser can say."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None
    ours = {urlsplit(address).netloc, headers.get("host", "")}
    return urlsplit(origin).netloc in ours


def _too_large() -> Response:
    return PlainTextResponse(
        "That is more than this page takes.\n内容超过本页面允许的大小。\n", status_code=413
    )
