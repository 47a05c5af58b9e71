"""The desk of one tick thread, by handles: a booth for a room, a channel for a source. Which number is whose is known
here alone. What the desk tells about a source goes to its channel, and to nobody once the channel was let go.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from libs.events.media import SourceRegistered
from services.media.callers import Callers
from services.media.engine.desk import PLACES, ROOMS, Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact, Full, Told
from services.media.made import Frame, Made
from services.media.mixing.bus import Bus, Ear
from services.media.mixing.sound import Sound
from services.media.recording.thread import Recording, SourceTape
from services.media.sdp import PAYLOAD_TYPE

Command: TypeAlias = Callable[[Desk], None]
Hear: TypeAlias = Callable[[Told], None]


class Channel:
    """One source. `meter` is the desk's last word about its levels and packets; all else goes to `hear`."""

    def __init__(self, deck: "Deck", number: int, hear: Hear, sound: Sound = Sound.PLAIN) -> None:
        self.meter: Told | None = None
        self.hear = hear
        self.sound = sound
        self._deck = deck
        self._number = number
        self._gain = 0.0
        self._whose = (0, False)
        self._pan = 0.0
        self._bus = Bus.AIR
        self._hears = (Ear.AIR, -1)
        self._taped = False

    def fade(self, gain: float, samples: int | None = None) -> None:
        """Move its fader, within 10 ms unless told."""
        if gain != self._gain:
            self._gain = gain
            more = () if samples is None else (samples,)
            self._deck.order(lambda desk: desk.gain(self._number, gain, *more))

    def treat(self, sound: Sound, gain: float = 0.0) -> None:
        """What it is, and for a voice the decibels that it had when last heard. In a concert all is music."""
        if self.sound is not Sound.MUSIC:
            self.sound = sound
            self._deck.order(lambda desk: desk.treat(self._number, sound, gain))

    def denoise(self) -> None:
        """Take steady noise out of it."""
        self._deck.order(lambda desk: desk.denoise(self._number, True))

    def pan(self, place: float) -> None:
        """Where between left (-1) and right (1) a stereo room hears it, when it has one channel."""
        if place != self._pan:
            self._pan = place
            self._deck.order(lambda desk: desk.pan(self._number, place))

    def belongs(self, person: int, *, listens: bool) -> None:
        """Whose it is, and whether that one listens."""
        if (person, listens) != self._whose:
            self._whose = person, listens
            self._deck.order(lambda desk: desk.belongs(self._number, person, listens))

    def bus(self, bus: Bus) -> None:
        """Where it goes behind its fader, within 10 ms."""
        if bus is not self._bus:
            self._bus = bus
            self._deck.order(lambda desk: desk.bus(self._number, bus))

    def ear(self, ear: Ear, of: "Channel | None" = None) -> None:
        """What it hears, when it listens; `of` is the one of SOLO."""
        hears = ear, -1 if of is None else of.place[1]
        if hears != self._hears:
            self._hears = hears
            self._deck.order(lambda desk: desk.ear(self._number, *hears))

    def tape(self, one: SourceRegistered, *, wanted: bool) -> None:
        """Whether what it sends is recorded from now on, and as whose."""
        recording, desk = self._deck.recording, self._deck.desk
        if recording is not None and wanted != self._taped:
            self._taped = wanted
            recording.add(desk, SourceTape(self._number, one.room, one.source, one.person, self._deck.tick))
            self._deck.order(lambda desk: desk.stem(self._number, wanted))

    @property
    def place(self) -> tuple[Desk, int]:
        """For who plays into it by a thread of their own."""
        return self._deck.desk, self._number

    @property
    def waiting(self) -> int:
        """Samples that were played into it and are not heard yet."""
        waiting: int = self._deck.desk.waiting(self._number)
        return waiting

    def terms(self, red: int | None, level: int | None, *, nack: bool) -> None:
        """What an offer settled beside Opus."""
        self._deck.order(lambda desk: desk.terms(self._number, red, level, nack))

    def secure(self, inbound: bytes | None, outbound: bytes | None, profile: str) -> None:
        """The keys of each direction."""
        self._deck.order(lambda desk: desk.secure(self._number, inbound, outbound, profile))

    def routes(self, routes: Sequence[tuple[str, int]]) -> None:
        """Whence its datagrams come; the first one is where to send."""
        self._deck.order(lambda desk: desk.routes(self._number, routes))

    def again(self, sequences: Sequence[int]) -> None:
        """Send these packets once more."""
        self._deck.order(lambda desk: desk.again(self._number, sequences))

    def remove(self) -> None:
        """Fade it out and let it go."""
        self.hear = _to_nobody
        self._deck.order(lambda desk: desk.remove(self._number))


class Booth:
    """One room, whose programme has one or two `channels`. `take` is what was made of it since the last time."""

    def __init__(self, deck: "Deck", number: int, channels: int) -> None:
        self.channels = channels
        self.on_air = False
        self._deck = deck
        self._number = number
        self._made = Made()
        self._since = 0
        self._tuned: tuple[float, int] | None = None

    @property
    def tick(self) -> int:
        """The present one."""
        return self._deck.tick

    @property
    def recording(self) -> Recording | None:
        """As the deck's."""
        return self._deck.recording

    @property
    def callers(self) -> Callers:
        """As the deck's."""
        return self._deck.callers

    def air(self, *, wanted: bool) -> None:
        """Whether its programme is wanted."""
        if wanted != self.on_air:
            self.on_air, self._since = wanted, self._deck.tick
            self._made.clear()
            self._deck.order(lambda desk: desk.air(self._number, wanted))

    def tune(self, loudness: float, own_mixes: int) -> None:
        """Bring its programme to so many LUFS; so many people get a mix of their own."""
        if (loudness, own_mixes) != self._tuned:
            self._tuned = loudness, own_mixes
            self._deck.order(lambda desk: desk.loudness(self._number, loudness))
            self._deck.order(lambda desk: desk.own_mixes(self._number, own_mixes))

    def rtp(self, ssrc: int, hear: Hear, *, listens: bool = False) -> Channel:
        """Somebody who sends plain RTP, and gets it back when they listen."""
        return self._deck.add(self._number, (ssrc, PAYLOAD_TYPE, listens, Kind.RTP), hear)

    def pcm(self, hear: Hear) -> Channel:
        """Sound that we bring."""
        return self._deck.add(self._number, (0, 0, False, Kind.PCM), hear)

    def webrtc(self, ssrc: int, payload_type: int, hear: Hear, *, listens: bool) -> Channel:
        """A browser, that hears us with this SSRC."""
        return self._deck.add(self._number, (ssrc, payload_type, listens, Kind.WEBRTC), hear)

    def put(self, frame: Frame) -> None:
        """A tick of it was made. What was under way when nobody wanted it yet is nobody's."""
        if self.on_air and frame.tick > self._since:
            self._made.put(frame)

    def measured(self, told: Told) -> None:
        """So loud it is up to that tick; said before `put` has it."""
        if self.on_air:
            self._made.measured(told)

    def take(self) -> list[Frame]:
        """What was made."""
        return self._made.take()

    def close(self) -> None:
        """Have it no more, and none of its channels."""
        self.on_air = False
        self._made.clear()
        self._deck.close(self._number)


class Deck:
    """`port` is where its packets come in, `recording` takes what is recorded of them, `callers` knows who was heard
    before. All of it belongs to one thread, but for `desk.start` and `desk.stop`.
    """

    def __init__(
        self, desk: Desk, port: int, recording: Recording | None = None, callers: Callers | None = None
    ) -> None:
        self.desk = desk
        self.port = port
        self.recording = recording
        self.callers = Callers() if callers is None else callers
        self._booths: dict[int, Booth] = {}
        self._channels: dict[int, Channel] = {}
        self._homes: dict[int, int] = {}
        self._free_rooms = deque(range(ROOMS))
        self._free_places = deque(range(PLACES))
        self._waiting: deque[Command] = deque()

    @property
    def tick(self) -> int:
        """The last one that was begun."""
        tick: int = self.desk.tick
        return tick

    def order(self, command: Command) -> None:
        """Do something on the desk, in this order; later when just now too much is under way."""
        self._waiting.append(command)
        self._flush()

    def open(self, *, stereo: bool = False) -> Booth:
        """A room. Raises Full when there are as many as it takes."""
        number = self._one_of(self._free_rooms, "rooms")
        self.order(lambda desk: desk.open(number, stereo=stereo))
        booth = self._booths[number] = Booth(self, number, 2 if stereo else 1)
        return booth

    def add(self, room: int, about: tuple[int, int, bool, Kind], hear: Hear) -> Channel:
        """A source of it, its fader at 0; in a concert it is music. Raises Full when there are as many as it takes."""
        number = self._one_of(self._free_places, "sources")
        self.order(lambda desk: desk.add(room, number, *about))
        self._homes[number] = room
        sound = Sound.MUSIC if self._booths[room].channels == 2 else Sound.PLAIN
        if sound is Sound.MUSIC:
            self.order(lambda desk: desk.treat(number, sound))
        channel = self._channels[number] = Channel(self, number, hear, sound)
        return channel

    def close(self, room: int) -> None:
        """As Booth.close."""
        for number in [number for number, home in self._homes.items() if home == room]:
            self._channels[number].hear = _to_nobody
        del self._booths[room]
        self.order(lambda desk: desk.close(room))

    def read(self) -> None:
        """Hand out what the desk has made and told since the last time; every fact comes before what is made later."""
        self._flush()
        made = self.desk.programme()
        for told in self.desk.read():
            self._tell(told)
        for room, tick, channels, level, pcm in made:
            booth = self._booths.get(room)
            if booth is not None:
                booth.put(Frame(tick, channels, level, pcm))

    def _tell(self, told: Told) -> None:
        channel = self._channels.get(told.source)
        match told.fact:
            case Fact.CLOSED:
                self._free_rooms.append(told.room)
            case Fact.ROOM_METER:
                self._measure(told)
            case Fact.GONE:
                if self._channels.pop(told.source, None) is not None:
                    del self._homes[told.source]
                    self._free_places.append(told.source)
            case _ if channel is None:
                pass
            case Fact.METER:
                channel.meter = told
            case _:
                channel.hear(told)

    def _measure(self, told: Told) -> None:
        booth = self._booths.get(told.room)
        if booth is not None:
            booth.measured(told)

    def _flush(self) -> None:
        while self._waiting:
            command = self._waiting.popleft()
            try:
                command(self.desk)
            except Full:
                self._waiting.appendleft(command)
                return

    @staticmethod
    def _one_of(free: deque[int], what: str) -> int:
        if not free:
            raise Full(f"this mixer's tick thread has as many {what} as it takes")
        return free.popleft()


def _to_nobody(_told: Told) -> None:
    """The channel was let go."""
