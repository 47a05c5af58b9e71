"""What was answered is there the next time, however the last time ended."""

import signal
from pathlib import Path
from threading import Event, Thread

import httpx

from libs.service import database
from parlor.embedded.infra import embedded
from tests.integration.up.running import Parlor, of_state, parlor


def open_room(client: httpx.Client, title: str) -> str:
    """Open a room and put it on air; returns its id."""
    room: str = client.post("/api/rooms", json={"title": title}).raise_for_status().json()["room"]
    client.post(f"/api/rooms/{room}/go-live").raise_for_status()
    return room


def titles(up: Parlor) -> dict[str, str]:
    """The live rooms."""
    return {room["room"]: room["title"] for room in up.live()}


def test_rooms_are_as_they_were(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with parlor(state) as up:
        with up.signed_in("Ana") as client:
            room = open_room(client, "Jazz after eight")
        assert up.end(signal.SIGTERM) == 0
    with parlor(state) as up:
        assert titles(up)[room] == "Jazz after eight"


async def test_killing_everything_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    state = tmp_path / "state"
    answered: list[str] = []
    enough = Event()
    with parlor(state) as up, up.signed_in("Ana") as client:

        def keep_opening() -> None:
            try:
                while len(answered) < 500:
                    answered.append(open_room(client, f"Evening number {len(answered)}"))
                    if len(answered) == 5:
                        enough.set()
            except httpx.HTTPError:
                return

        busy = Thread(target=keep_opening)
        busy.start()
        assert enough.wait(30)
        up.kill()
        busy.join(30)
    assert of_state(state) == []
    with parlor(state) as up:
        listed = titles(up)
    assert set(answered) <= set(listed)
    async with embedded(state, {}) as infra:
        pool = database.engine(infra.database_url)
        await database.clear_views(pool)
        await pool.dispose()
    with parlor(state) as up:
        assert titles(up) == listed
