"""Around every request: count it, time it, and turn a crash into a log line and a problem that tells nothing."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.service.http import problem_of
from libs.service.logs import logger
from libs.service.metrics import REQUESTS, SECONDS

CRASHED = "something went wrong on our side; it was written down"


class Watched:
    """The outermost ASGI layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = logger("http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:  # the border: logged once, and the client is told nothing of it
            self._log.exception("request crashed", method=scope["method"], path=scope["path"])
            if status:
                raise  # too late for an answer: the server cuts the connection, so that it is not taken for whole
            await problem_of("internal", 500, CRASHED)(scope, receive, sending)
        finally:
            route = route_of(scope)
            REQUESTS.labels(scope["method"], route, str(status)).inc()
            SECONDS.labels(route).observe(time.monotonic() - began)


def route_of(scope: Scope) -> str:
    """The route's pattern, never the path: ids are no labels."""
    pattern: str | None = getattr(scope.get("route"), "path_format", None)
    return pattern or "none"
