"""What people do over HTTP: sign in, open a room, run its stage, register what they send."""

from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from libs.service.cannotstart import CannotStart


class DemoFailed(CannotStart):
    """Something that the demo needs did not happen; the message says what."""


class Place(msgspec.Struct, frozen=True):
    """Where a registered source is to be sent, and as what."""

    ssrc: int
    host: str
    port: int
    payload_type: int


class Person:
    """Somebody who signed in, at their own browser. Use it as `async with`."""

    def __init__(self, page: str, name: str) -> None:
        self.name = name
        self.id = ""
        self.token = ""
        self._http = httpx.AsyncClient(base_url=page, timeout=10)

    async def __aenter__(self) -> Self:
        """Sign in by name, which is allowed on loopback only."""
        answer = await self.post("/api/sign-in", name=self.name)
        self.id = answer["person"]
        self.token = str(answer["access_token"])
        self._http.headers["Authorization"] = f"Bearer {self.token}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def open_room(self, title: str) -> str:
        """A room of one's own, with the house programme for when nobody speaks; its id."""
        answer = await self.post("/api/rooms", title=title, automation="house")
        return str(answer["room"])

    async def step(self, room: str, verb: str, person: str = "") -> None:
        """One of the room's commands: go-live, admit, mute, end…"""
        await self.post(f"/api/rooms/{room}/{verb}", **({"person": person} if person else {}))

    async def register(self, room: str) -> Place:
        """A place for this person's sound."""
        return msgspec.convert(await self.post(f"/api/rooms/{room}/sources", name="microphone"), Place)

    async def post(self, path: str, **body: str) -> Any:
        """Send and read JSON. Raises DemoFailed with the problem document's own sentence."""
        answer = await self._http.post(path, json=body)
        if answer.is_error:
            raise DemoFailed(f"{self.name}: POST {path} was answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()
