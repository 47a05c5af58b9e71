"""The pages: `/`, `/room/{id}`, `/studio/{id}`, the legal texts, and the few files that they need. No build step, no
other origin.

Files are read once. A page is strict about what it may load (Content Security Policy Level 3): scripts, styles, sound
and connections from this origin, nothing inline, nothing else.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import msgspec
from fastapi import APIRouter, Request, Response

WEB = Path(__file__).parents[2] / "web"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGES = {
    "/": "index.html",
    "/room/{room}": "index.html",
    "/studio/{room}": "studio.html",
    "/legal/privacy": "privacy.html",
    "/legal/terms": "terms.html",
    "/favicon.ico": "icon.svg",
}
ASSETS = (
    *("page.css", "page.js", "page_parts.js", "list.js", "stage.js", "room.js"),
    *("studio.js", "call.js", "microphone.js", "icon.svg"),
)
SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {source}" for what, source in SOURCES.items())
SAFE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-cache",
}


class File(msgspec.Struct, frozen=True):
    """One file of the page."""

    content: bytes
    kind: str
    etag: str


def read(name: str) -> File:
    """From the folder `web/`."""
    content = (WEB / name).read_bytes()
    return File(content, TYPES[Path(name).suffix], f'"{sha256(content).hexdigest()[:20]}"')


def routes() -> APIRouter:
    """All of it; nothing of this is in the OpenAPI document."""
    router = APIRouter(include_in_schema=False)
    for path, name in PAGES.items():
        router.api_route(path, methods=["GET", "HEAD"])(serving(read(name)))
    for name in ASSETS:
        router.api_route(f"/web/{name}", methods=["GET", "HEAD"])(serving(read(name)))
    return router


def serving(file: File) -> Callable[[Request], Awaitable[Response]]:
    """The route function of one file; a browser that has it is told so (RFC 9110 section 13.1.2)."""

    async def serve(request: Request) -> Response:
        headers = SAFE | {"ETag": file.etag}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers=headers, media_type=file.kind)

    return serve
