"""A connection handed on to another mixer, byte for byte both ways."""

import asyncio
from contextlib import suppress

from services.media.transport.icecast import RELAYED, Refused

CONNECT_S = 2.0
AT_ONCE = 8_192


async def relay(
    request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: tuple[str, int]
) -> None:
    """Say `request` there, and then what either says to the other, until the other mixer has said all. Raises Refused
    when it is not to be reached.
    """
    try:
        async with asyncio.timeout(CONNECT_S):
            there, other = await asyncio.open_connection(*place)
    except (OSError, TimeoutError):
        raise Refused(503, "the mixer that has the room is not to be reached; try again in a moment") from None
    first, end, rest = request.partition(b"\n")
    other.write(first + end + RELAYED + rest)
    forth = asyncio.create_task(_copy(reader, other))
    try:
        await _copy(there, writer)
    finally:
        forth.cancel()
        await asyncio.wait([forth])
        other.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(AT_ONCE):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
