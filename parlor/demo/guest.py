"""Somebody who speaks from the studio page in headless Chromium; where there is none, or it fails, by aiortc."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from parlor.demo.browser import MICROPHONE, Browser, browsing, chromium
from parlor.demo.earshot import Caller, Calls
from parlor.demo.sender import leashed, told
from parlor.demo.stage import Person

BY_CHROMIUM = "{} speaks by WebRTC (WHIP), from the studio page in headless Chromium."
BY_AIORTC = "{} speaks by WebRTC (WHIP), through aiortc: {}."
FALLIBLE = (TimeoutError, OSError, RuntimeError, asyncio.IncompleteReadError)
"""What a browser that can't be used is known by."""

BEGAN = """
(async () => {
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  const opened = new Promise((done) => {
    devices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      done(performance.timeOrigin + performance.now());
      return stream;
    };
  });
  document.querySelector("#headphones").click();
  return await opened;
})()
"""
"""Takes the microphone anew, without echo cancellation: the file begins anew too. When that was, in ms of 1970."""


class Talk(msgspec.Struct, frozen=True):
    """`begin` is the monotonic time at which the file began to be spoken; `how` says by what, in a sentence."""

    begin: float
    how: str


@contextlib.asynccontextmanager
async def opened(file: Path, folder: Path) -> AsyncIterator[Browser | str]:
    """A browser whose microphone hears `file`, or the reason why there is none."""
    if chromium() is None:
        yield "Chromium is not installed"
        return
    async with contextlib.AsyncExitStack() as stack:
        try:
            flags = (*MICROPHONE, f"--use-file-for-fake-audio-capture={file}")
            browser = await stack.enter_async_context(browsing(folder, *flags))
        except FALLIBLE as fault:
            found: Browser | str = f"Chromium does not start ({type(fault).__name__})"
        else:
            found = browser
        yield found


@contextlib.asynccontextmanager
async def talking(browser: Browser | str, page: str, room: str, who: Person, file: Path) -> AsyncIterator[Talk]:
    """They speak for as long as the block runs. Raises DemoFailed."""
    begin, why = await by_page(browser, f"{page}/studio/{room}", who.name)
    if begin is not None:
        yield Talk(begin, BY_CHROMIUM.format(who.name))
        return
    calls = Calls(page, room, "", speaker=Caller(who.name, who.token), voice=str(file))
    async with leashed("parlor.demo.ears", calls) as process:
        spoken = float(await told(process, f"{who.name} could not speak by WHIP"))
        yield Talk(spoken, BY_AIORTC.format(who.name, why))


async def by_page(browser: Browser | str, url: str, name: str) -> tuple[float | None, str]:
    """When they began to speak there; else why they do not."""
    if isinstance(browser, str):
        return None, browser
    try:
        return await joined(browser, url, name), ""
    except FALLIBLE as fault:
        with contextlib.suppress(*FALLIBLE):
            await browser.go("about:blank")
        return None, f"Chromium did not get onto the stage ({type(fault).__name__})"


async def joined(browser: Browser, url: str, name: str) -> float:
    """Sign in, join, and begin to speak; when that was."""
    await browser.go(url)
    await browser.until("document.activeElement?.id === 'name'")
    await browser.type(name)
    await browser.press("Enter")
    await browser.until("document.querySelector('#notice').textContent.includes('Join when you are ready')")
    await browser.says("document.querySelector('#join').click()")
    await browser.until("document.body.dataset.state === 'connected'")
    began = float(await browser.says(BEGAN)) / 1000
    return time.monotonic() - (time.time() - began)
