"""Around every request: a span that continues the caller's trace, named after the route and never after the path."""

from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.service.http_watch import route_of
from libs.service.tracing import HEADER, span


class Traced:
    """An ASGI layer. Attributes are those of OpenTelemetry's conventions for HTTP servers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        with span("http", method, Headers(scope=scope).get(HEADER), SpanKind.SERVER) as here:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status, route = message["status"], route_of(scope)
                    here.update_name(f"{method} {route}")
                    here.set_attributes(
                        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                    )
                    if status >= 500:
                        here.set_status(Status(StatusCode.ERROR))
                await send(message)

            await self._app(scope, receive, sending)
