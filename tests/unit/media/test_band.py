"""A band on the stage: in a concert each of them hears all the others, in a talk the loudest few."""

import socket
from collections.abc import Iterator
from contextlib import closing

import msgspec
import numpy as np
import pytest

from libs.events.ids import PersonId, SourceId
from libs.events.media import SourceRegistered, Transport
from libs.events.rooms import Seat, SpeakerAdmitted
from services.media.mixing.opus import Decoder
from services.media.mixing.rtp import pack, parse
from tests.unit.media.evening import ANA, ROOM, Evening, deck, live, opened
from tests.unit.media.mixing.sounds import packets, strength, tone

PITCHES = (300.0, 500.0, 700.0, 1100.0, 1300.0)
"""The last one plays softly."""
PEOPLE = (ANA, *(PersonId(f"musician000{n}") for n in range(4)))
TICKS = 100


class Band(Evening):
    """Five who send plain RTP, and listen."""

    def join(self) -> None:
        self.lines = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in PEOPLE]
        for number, person in enumerate(PEOPLE):
            self.lines[number].connect(("127.0.0.1", self.deck.port))
            self.lines[number].setblocking(False)
            place = SourceRegistered(
                room=ROOM,
                source=SourceId(f"bandsource0{number}"),
                person=person,
                name="main",
                transport=Transport.RTP,
                ssrc=11 + number,
                listens=True,
            )
            if person != ANA:
                self.happens(SpeakerAdmitted(room=ROOM, person=person, seat=Seat.SPEAKER, by=ANA))
            self.happens(place)

    def first_hears(self, hertz: float) -> float:
        """How strong a pitch is in what the first of them gets, once all have played for two seconds."""
        sounds = [tone(each, TICKS / 50, 0.02 if each == PITCHES[-1] else 0.12) for each in PITCHES]
        sent = [[pack(each) for each in packets(sound, 11 + number)] for number, sound in enumerate(sounds)]
        for tick in range(TICKS):
            for line, one in zip(self.lines, sent, strict=True):
                line.send(one[tick])
            self.steps(1)
        decoder = Decoder()
        heard = [decoder.decode(parse(data).payload) for data in received(self.lines[0])]
        return strength(np.concatenate(heard[-40:]), hertz)

    def close(self) -> None:
        super().close()
        for line in self.lines:
            line.close()


def received(line: socket.socket) -> Iterator[bytes]:
    """All that lies there."""
    while True:
        try:
            yield line.recv(2_000)
        except BlockingIOError:
            return


def test_a_room_may_give_all_of_them_a_mix_of_their_own() -> None:
    room = msgspec.structs.replace(opened, own_mixes=5)
    with deck() as made, closing(Band(made, room, live)) as band:
        band.join()
        assert band.first_hears(PITCHES[-1]) > 0.015


@pytest.mark.parametrize(("concert", "least", "most"), [(True, 0.015, 0.025), (False, 0.0, 0.002)])
def test_a_soft_instrument_is_heard_by_the_others_in_a_concert_alone(concert: bool, least: float, most: float) -> None:  # noqa: FBT001  # a parameter
    room = msgspec.structs.replace(opened, concert=concert)
    with deck() as made, closing(Band(made, room, live)) as band:
        band.join()
        assert least <= band.first_hears(PITCHES[-1]) <= most
