"""WHIP and WHEP as commands (RFC 9725, draft-ietf-wish-whep): answers offers, and hands calls to the helm.

What is asked by HTTP arrives here whichever front door took it; the answer names this mixer's own candidates.
"""

import asyncio
import secrets
import socket
from base64 import b32encode
from collections.abc import Awaitable, Callable

import msgspec
from cryptography.x509 import Certificate

from libs.events.command import Accepted, Command
from libs.events.ids import START, PersonId, RoomId
from libs.events.media import Transport
from libs.service.cannotstart import CannotStart
from libs.service.commands import data_of, subject_of
from libs.service.logs import logger
from services.media.call_asked import CALLS, CallPatched, CallStarted, EndCall, LookAtCall, PatchCall, StartCall
from services.media.calls import Call
from services.media.console import Console
from services.media.decide import admit
from services.media.errors import EntityTagOld, NoSuchPeer, NotYourSource, PeersFull, RestartApart
from services.media.known_rooms import KnownRooms
from services.media.registering import Registering
from services.media.registration import RegisterSource
from services.media.transport.answer import Ours, Place, answer, restarted
from services.media.transport.dtls import Context
from services.media.transport.fingerprint import fingerprint
from services.media.transport.fragment import read_fragment
from services.media.transport.ice import Credentials, Pair
from services.media.transport.offer import Offer, to_receive, to_send
from services.media.transport.session import Peer

MOST = 500
"""Calls of one mixer."""


class Held(msgspec.Struct, frozen=True):
    """A call as its signalling knows it."""

    kind: str
    room: RoomId
    person: PersonId
    offer: Offer
    ours: Ours
    theirs: Credentials


class Calling:
    """Handlers of the four commands. `post` has the console changed that a room is on, `place` is where its tick thread
    is reached, `claim` makes a room ours.
    """

    def __init__(
        self,
        registering: Registering,
        rooms: KnownRooms,
        post: Callable[[RoomId, Callable[[Console], None]], None],
        ours: tuple[Context, Certificate, Callable[[RoomId], Place]],
        claim: Callable[[RoomId], Awaitable[None]],
    ) -> None:
        self._registering = registering
        self._rooms = rooms
        self._post = post
        self._context, certificate, self._place = ours
        self._fingerprint = fingerprint(certificate)
        self._claim = claim
        self._held: dict[str, Held] = {}
        self._log = logger("calls")

    @property
    def handlers(self) -> dict[str, Callable[[Command], Awaitable[Accepted]]]:
        """By the names of the commands."""
        takers = (self.start, self.patch, self.end, self.look)
        return {verb.__name__: taker for verb, taker in zip(CALLS, takers, strict=True)}

    def over(self, key: str, why: str) -> None:
        """A call has ended."""
        held = self._held.pop(key, None)
        self._log.info("call ended", call=key, why=why, room=held.room if held else None)

    async def start(self, command: Command) -> CallStarted:
        """Raises what offers and rules refuse."""
        what = data_of(command, StartCall)
        room, person = RoomId(subject_of(command, "media").scope), PersonId(command.actor)
        offer = to_send(what.sdp) if what.kind == "whip" else to_receive(what.sdp)
        if len(self._held) >= MOST:
            raise PeersFull(f"this mixer has {MOST} WebRTC sessions, as many as it takes; try again later")
        quiet = what.noise_suppression and what.kind == "whip"
        wanted = RegisterSource(person=person, name=what.name, noise_suppression=quiet)
        if what.kind == "whip":
            registered, accepted = await self._registering.promise(command, room, wanted, Transport.WEBRTC, offer.ssrc)
            place, ssrc = registered, None
        else:
            admit(wanted, command.actor, self._rooms.get(room).stage)
            await self._claim(room)
            accepted = Accepted(revision=0, position=self._rooms.position or START)
            place, ssrc = None, secrets.randbits(31) | 1
        key = _random(16)
        ours = Ours(secrets.randbits(62), _credentials(), self._fingerprint, self._place(room), ssrc)
        self._held[key] = Held(what.kind, room, person, offer, ours, offer.credentials)

        def begin(console: Console) -> None:
            peer = Peer(offer, ours, self._context, console.now)
            console.calls.begin(Call(key, room, person, place, peer))

        self._post(room, begin)
        return CallStarted(
            revision=accepted.revision,
            position=accepted.position,
            events=accepted.events,
            session=key,
            sdp=answer(offer, ours),
            etag=ours.credentials.ufrag,
        )

    async def patch(self, command: Command) -> CallPatched:
        """Candidates change nothing; new credentials, asked for with `*`, restart ICE."""
        what = data_of(command, PatchCall)
        held = self._mine(command, what.session, what.kind)
        fragment = read_fragment(what.fragment)
        if what.etag not in ("*", held.ours.credentials.ufrag):
            raise EntityTagOld("ICE was restarted since; the ETag of that answer is the present one")
        if fragment.credentials == held.theirs:
            return CallPatched(revision=0, position=self._rooms.position)
        if what.etag != "*":
            raise RestartApart('new ice-ufrag and ice-pwd restart ICE, which is asked for with "If-Match: *"')
        ours = msgspec.structs.replace(held.ours, credentials=_credentials())
        self._held[what.session] = msgspec.structs.replace(held, ours=ours, theirs=fragment.credentials)
        pair = Pair(ours.credentials, fragment.credentials)

        def restart(console: Console) -> None:
            peer = console.calls.peers.get(what.session)
            if peer is not None:
                peer.ice.restart(pair)

        self._post(held.room, restart)
        return CallPatched(
            revision=0,
            position=self._rooms.position,
            sdp=restarted(held.offer, ours),
            etag=ours.credentials.ufrag,
        )

    async def end(self, command: Command) -> Accepted:
        """Say goodbye."""
        what = data_of(command, EndCall)
        held = self._mine(command, what.session, what.kind)
        del self._held[what.session]
        self._post(held.room, lambda console: console.calls.end(what.session, "deleted"))
        return Accepted(revision=0, position=self._rooms.position)

    async def look(self, command: Command) -> Accepted:
        """Raises when it is over."""
        what = data_of(command, LookAtCall)
        self._mine(command, what.session, what.kind)
        return Accepted(revision=0, position=self._rooms.position)

    def _mine(self, command: Command, session: str, kind: str) -> Held:
        held = self._held.get(session)
        room = RoomId(subject_of(command, "media").scope)
        if held is None or held.room != room or held.kind != kind:
            raise NoSuchPeer("this session is over, or never was; begin a new one with POST")
        opened = self._rooms.get(room).stage.opened
        if command.actor not in (held.person, opened.host if opened is not None else None):
            raise NotYourSource(f"{command.actor} is neither whose session this is nor the host of {room}")
        return held


async def address_of(host: str) -> str:
    """The IP address that a candidate needs; a name's first one. Raises CannotStart."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError as fault:
        why = fault.strerror or "it is not known"
        raise CannotStart(f"WEBRTC_HOST: browsers need an address, and {host!r} has none: {why}") from fault
    return str(found[0][4][0])


def _credentials() -> Credentials:
    return Credentials(_random(5), _random(16))


def _random(size: int) -> str:
    """So many random bytes in letters and digits, which stand in any URL, id and attribute."""
    return b32encode(secrets.token_bytes(size)).decode().rstrip("=").lower()
