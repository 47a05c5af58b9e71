"""Where this machine is reached when we listen on every address of it: nobody can send to 0.0.0.0."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address

import psutil

from libs.service.cannotstart import CannotStart

ELSEWHERE = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that are nobody's (RFC 5737, RFC 3849): the way to them is the way to everybody. Nothing is sent."""

LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def reached_at(bind: str) -> str:
    """`bind`; where that is every address, the one from which this machine reaches others. Raises CannotStart."""
    version = _every(bind)
    if version is None:
        return bind
    return chosen(bind, _towards(ELSEWHERE[version]), _own(version))


def chosen(bind: str, routed: str | None, own: Sequence[str]) -> str:
    """The address of the default route, else the only one there is; loopback where there is none. Raises CannotStart
    where there are several and no route says which.
    """
    if routed is not None:
        return routed
    if len(own) > 1:
        raise CannotStart(
            f"RTP_HOST: with BIND={bind} senders and browsers must be told one address of this machine, which has "
            f"{', '.join(own)}; set RTP_HOST to the one that they reach"
        )
    return own[0] if own else LOOPBACK[ip_address(bind).version]


def _every(bind: str) -> int | None:
    """4 or 6 when `bind` is every address of that version."""
    with suppress(ValueError):
        address = ip_address(bind)
        return address.version if address.is_unspecified else None
    return None


def _towards(address: str) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        return str(probe.getsockname()[0])
    return None


def _own(version: int) -> list[str]:
    """Addresses of this machine that others may reach."""
    found = [each.address for addresses in psutil.net_if_addrs().values() for each in addresses]
    plain = [ip_address(text) for text in found if _is_address(text)]
    return [str(each) for each in plain if each.version == version and not (each.is_loopback or each.is_link_local)]


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        ip_address(text)
        return True
    return False
