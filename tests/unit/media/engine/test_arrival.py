"""When packets came is what the kernel says, not when somebody found the time to look."""

import socket
import time

import pytest

from services.media.engine import faces


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_packet_that_lay_there_for_30_ms_came_30_ms_ago(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as bound, socket.socket(family, socket.SOCK_DGRAM) as sender:
        bound.bind((host, 0))
        bound.setblocking(False)
        faces.stamped(bound.fileno())
        begun = time.monotonic()
        sender.sendto(b"sound", bound.getsockname())
        sent = time.monotonic()
        while time.monotonic() < sent + 0.03:
            time.sleep(0.001)
        data, waited = faces.arrived(bound.fileno())
        assert data == b"sound"
        assert 0.029 * 48_000 <= waited <= (time.monotonic() - begun) * 48_000 + 1


def test_where_nothing_is_nothing_waited() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        assert faces.arrived(bound.fileno()) == (b"", 0)
