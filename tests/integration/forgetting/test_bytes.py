"""Nobody's name and no topic is in any byte that a whole Parlor writes; after `forget` no key is either.

One story on one state folder: NATS's store, PostgreSQL's data folder with its write-ahead log, logs, secrets, what was
said on standard output, and exports. Room titles are public and in plain, so they show that the search finds.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from libs.events.ids import PersonId
from libs.events.sealed import parts_of
from libs.service.sealing import MasterKey
from parlor.embedded.infra import Infra, running
from tests.integration.forgetting.searching import forms_of_bytes, forms_of_text, found
from tests.integration.up.running import LOOK_EVERY_S, REPOSITORY, Parlor, parlor

NAME, TOPIC = "Zéphyrine Quillfeather", "grandmother Ottoline's smugglers at Gullhaven"
OLD_NAME, OLD_ID = "Thistledown Wakebarrow", "earlier222222222"
HOST, TITLE = "Barnaby Oxenthwaite", "Marmalade Lighthouse"
PRIVATE = forms_of_text(NAME, TOPIC, HOST)
SEEN_S = 20


class Story:
    """One state folder and what somebody with access to it sees and does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"

    def command(self, *words: str) -> None:
        """`parlor log …`, its output kept beside the state."""
        with (self.folder / f"{words[0]}.out").open("ab") as said:
            subprocess.run(
                [sys.executable, "-m", "parlor", "log", *words],
                cwd=REPOSITORY,
                env={**os.environ, "PARLOR_STATE": str(self.state)},
                stdout=said,
                stderr=said,
                check=True,
            )

    @property
    def infra(self) -> Infra:
        """The servers that run."""
        return running(self.state)

    async def ask(self, statement: str, *values: str) -> list[asyncpg.Record]:
        """A question to PostgreSQL, or a change."""
        connection = await asyncpg.connect(self.infra.database_url)
        try:
            return await connection.fetch(statement, *values)
        finally:
            await connection.close()

    def found(self, wanted: dict[str, bytes]) -> list[str]:
        """Where it is."""
        return found(self.folder, wanted)

    def stores(self, wanted: dict[str, bytes]) -> set[str]:
        """In which of the stores."""
        return {line.split("/")[1] for line in self.found(wanted) if line.startswith("state/")}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """An empty folder of this test's own."""
    folder = tmp_path / "installation"
    folder.mkdir()
    return Story(folder)


def live_evening(up: Parlor, folder: Path) -> str:
    """A host, a listener with a topic, mistakes, somebody who reads along. Returns the listener's id."""
    with up.signed_in(HOST) as host, up.signed_in(NAME) as listener:
        room = host.post("/api/rooms", json={"title": TITLE}).json()["room"]
        host.post(f"/api/rooms/{room}/go-live")
        for body in (
            {"topic": TOPIC},
            {"topic": TOPIC * 9},
            {"topic": f"{TOPIC}\n{TOPIC}"},
            {"topic": [TOPIC]},
            {"x": TOPIC},
        ):
            listener.post(f"/api/rooms/{room}/raise-hand", json=body)
        listener.post(f"/api/rooms/{room}/raise-hand", content=f'{{"topic": "{TOPIC}'.encode())
        listener.post("/api/sign-in", json={"name": f" {NAME}"})
        assert TOPIC in host.get(f"/api/rooms/{room}/hands").text
        assert HOST in httpx.get(f"{up.page}/api/rooms/{room}").json()["host"]["name"]
        (folder / "metrics.txt").write_bytes(httpx.get(f"{up.admin}/metrics").content)
        person: str = listener.get("/api/me").json()["person"]
        return person


@pytest.mark.timeout(400)
async def test_no_byte_on_disk_has_a_name_or_a_topic_and_after_forgetting_no_key(story: Story) -> None:
    with parlor(story.state, HOUSE_PROGRAMME="off", LOG_LEVEL="debug") as up:
        person = live_evening(up, story.folder)
        story.command("export", "-o", str(story.folder / "all.jsonl"))
        assert {"nats", "postgres"} <= story.stores(forms_of_text(TITLE)), "what is public is found"
        assert story.found(PRIVATE) == []
        await story.ask("INSERT INTO kept.people (person, name) VALUES ($1, $2)", OLD_ID, OLD_NAME)
        assert story.stores(forms_of_text(OLD_NAME)) == {"postgres"}, "and so is what was planted"
        assert up.end() == 0
    assert story.found(PRIVATE) == []

    with parlor(story.state, HOUSE_PROGRAMME="off", LOG_LEVEL="debug") as up:
        assert story.found(forms_of_text(OLD_NAME)) == [], "names of an earlier Parlor are sealed at the start"
        with up.signed_in(OLD_NAME) as old:
            assert old.get("/api/me").json()["person"] == OLD_ID
        sealed_name, wrapped, key = await keys_of(story, person)
        assert story.found(key) == [], "a key in plain is nowhere"
        assert story.stores(wrapped) == story.stores(sealed_name) == {"postgres"}
        topic = topic_of(story.folder / "all.jsonl")
        with up.signed_in(NAME) as listener:
            story.command("forget", "--yes", person)
            after_forgetting(up, listener)
        assert story.found({**wrapped, **sealed_name, **key}) == [], "neither in a table nor in the write-ahead log"
        assert "nats" in story.stores(topic), "the log keeps ciphertext"
        assert up.end() == 0
    assert story.found({**PRIVATE, **forms_of_text(OLD_NAME), **wrapped, **sealed_name, **key}) == []


def after_forgetting(up: Parlor, listener: httpx.Client) -> None:
    """Both services that take credentials for changes have noticed: rooms and the edge."""
    room = up.live()[0]["room"]
    for path, body in (("/api/rooms", {"title": "After all"}), (f"/api/rooms/{room}/sources", {"name": "mic"})):
        deadline = time.monotonic() + SEEN_S
        while (answer := listener.post(path, json=body)).status_code != 401:
            assert time.monotonic() < deadline, (path, answer.text)
            time.sleep(LOOK_EVERY_S)
    with up.signed_in(HOST) as host:
        [hand] = host.get(f"/api/rooms/{room}/hands").json()["hands"]
    assert (hand["name"], hand["topic"]) == ("removed", "removed")


async def keys_of(story: Story, person: str) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """What is kept of somebody: their sealed name, their wrapped key, and the key itself."""
    [row] = await story.ask(KEPT, person)
    file = story.state / "secrets" / "sealing-key"
    assert file.stat().st_mode & 0o777 == 0o600
    key = MasterKey.read(file).unwrap_key(PersonId(person), row["wrapped"])
    box = forms_of_bytes("sealed name", parts_of(row["sealed"])[1])
    return box, forms_of_bytes("wrapped key", row["wrapped"]), forms_of_bytes("key", key)


KEPT = "SELECT sealed, wrapped FROM kept.people JOIN kept.person_keys USING (person) WHERE person = $1"


def topic_of(export: Path) -> dict[str, bytes]:
    """The sealed topic, as an export has it."""
    [words] = [
        line["data"]["topic"]
        for line in map(msgspec.json.decode, export.read_bytes().splitlines())
        if line["type"] == "rooms.hand-raised.v1"
    ]
    return {"topic": words.encode()}
