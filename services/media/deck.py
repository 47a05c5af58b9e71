"""The desk of one tick thread, by handles: a booth for a room, a channel for a source. Which number is whose is known
here alone. What the desk tells about a source goes to its channel, and to nobody once the channel was let go.
"""

from collections import deque

from services.media.callers import Callers
from services.media.channel import Channel, Command, Hear, to_nobody
from services.media.engine.desk import PLACES, ROOMS, Desk
from services.media.engine.kind import Kind
from services.media.engine.told import Fact, Full, Told
from services.media.made import Frame, Made
from services.media.mixing.sound import Sound
from services.media.recording.thread import Recording
from services.media.sdp import PAYLOAD_TYPE


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
            self._channels[number].hear = to_nobody
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
