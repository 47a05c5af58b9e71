"""Headless Chromium through its debugging pipe (Chrome DevTools Protocol): no driver, no WebSocket, no port."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-pipe",
)
PATIENCE_S = 20.0
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "k": 75, "m": 77}
MICROPHONE = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
)
"""Flags with which a file is the microphone (`--use-file-for-fake-audio-capture=`), and this machine may be called."""


def chromium() -> str | None:
    """The browser's path, when there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One browser with one page. `complaints` is what the page logged as errors, security violations included."""

    def __init__(self, reader: asyncio.StreamReader, writer: int) -> None:
        self.complaints: list[str] = []
        self._reader = reader
        self._writer = writer
        self._numbers = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: str | None = None
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop listening."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        self._numbers += 1
        message: dict[str, Any] = {"id": self._numbers, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._numbers] = answer
        await asyncio.to_thread(os.write, self._writer, msgspec.json.encode(message) + b"\0")
        return await asyncio.wait_for(answer, PATIENCE_S)

    async def open_page(self) -> None:
        """A page to work with."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            await self.call(f"{domain}.enable")

    async def go(self, url: str) -> None:
        """Load an address."""
        await self.call("Page.navigate", url=url)

    async def says(self, script: str) -> Any:
        """The value of an expression on the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def until(self, script: str) -> Any:
        """The first true value of an expression on the page."""
        async with asyncio.timeout(PATIENCE_S):
            while not (value := await self.says(script)):  # noqa: ASYNC110 - the page has no event for us
                await asyncio.sleep(0.05)
            return value

    async def press(self, key: str) -> None:
        """One key, as from a keyboard."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        pressed = {"key": key, "windowsVirtualKeyCode": KEYS[key], "text": text}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **pressed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=KEYS[key])

    async def type(self, text: str) -> None:
        """Into whatever has the focus."""
        await self.call("Input.insertText", text=text)

    async def spoken(self) -> list[tuple[str, str]]:
        """Role and name of everything that a screen reader meets."""
        tree = await self.call("Accessibility.getFullAXTree")
        shown = [node for node in tree["nodes"] if not node["ignored"]]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in shown]

    async def picture(self, path: Path) -> None:
        """The page as it is seen."""
        import base64

        shot = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))

    async def _listen(self) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                message = msgspec.json.decode((await self._reader.readuntil(b"\0"))[:-1])
                self._take(message)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the browser has ended"))

    def _take(self, message: dict[str, Any]) -> None:
        waiting = self._waiting.pop(message.get("id", 0), None)
        if waiting is not None and not waiting.done():
            if "error" in message:
                waiting.set_exception(RuntimeError(message["error"]["message"]))
            else:
                waiting.set_result(message["result"])
        elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.complaints.append(message["params"]["entry"]["text"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))


@asynccontextmanager
async def browsing(folder: Path, *more: str) -> AsyncIterator[Browser]:
    """A browser with a profile of its own, and perhaps more flags; nothing of it outlives the context."""
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    command = f"exec {chromium()} {' '.join((*FLAGS, *more))} --user-data-dir={folder} 3<&{to_browser} 4>&{to_us}"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", command),
        pass_fds=(to_browser, to_us),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_browser)
    os.close(to_us)
    reader = asyncio.StreamReader(limit=2**24)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(from_browser, "rb")
    )
    browser = Browser(reader, from_us)
    try:
        await browser.open_page()
        yield browser
    finally:
        await browser.close()
        transport.close()
        os.close(from_us)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
