"""Who mixes a room, whatever happens: mixers that stop, pause, are cut off and come back, in any order.

The world here is a list of mixers with clocks of their own, one bucket, and a second that has four steps.
"""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import Milliseconds, RoomId, Samples
from libs.events.telemetry import MixerBeat
from services.media.ownership.lease import NOBODY, Lease
from services.media.ownership.peers import ALIVE_S, ECHO_S, Peers
from services.media.ownership.tenancy import DOUBT_S, HOLD_S, LOOK_S, Look, Lost, Tenancy, Write

ROOM = RoomId("jazzcellar01")
STEP_S = 0.25


class Bucket:
    """One room's lease, compared and set."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.revision = 0
        self.epochs: list[int] = []

    def put(self, lease: Lease, replacing: int) -> bool:
        if replacing != self.revision:
            return False
        self.revision += 1
        self.lease = lease
        if lease.mixer != NOBODY and lease.epoch not in self.epochs:
            self.epochs.append(lease.epoch)
        return True


class Mixer:
    """One process. Its clock started somewhere else than everybody's."""

    def __init__(self, name: str, bucket: Bucket, offset: float) -> None:
        self.name = name
        self.offset = offset
        self.linked = True
        self.frozen = False
        self.peers = Peers(name)
        self.tenancy = Tenancy(name, self.peers, offset)
        self._bucket = bucket

    def step(self, now: float) -> list[object]:
        """One look at everything; what is asked of the bucket is answered at once, or never."""
        mine = now + self.offset
        acts = self.tenancy.step({ROOM: 0}, mine)
        for act in acts:
            if isinstance(act, Lost):
                continue
            if not self.linked:
                self.tenancy.unanswered(act.room, mine)
            elif isinstance(act, Look):
                self.tenancy.seen(act.room, self._bucket.lease, self._bucket.revision, mine)
            elif self._bucket.put(lease_of(act), act.revision):
                self.tenancy.written(act, self._bucket.revision, mine)
            else:
                self.tenancy.overtaken(act.room)
        return list(acts)

    def sure(self, now: float) -> bool:
        return bool(self.tenancy.sure(ROOM, None, now + self.offset))

    def epoch(self, now: float) -> int | None:
        """The epoch in which it may put sound out."""
        return next((e for e in self._bucket.epochs if self.tenancy.sure(ROOM, e, now + self.offset)), None)


def lease_of(act: Write) -> Lease:
    return Lease(mixer=act.mixer, epoch=act.epoch, until=Milliseconds(0), end=act.end)


class World:
    """All of it, and the time."""

    def __init__(self, count: int) -> None:
        self.now = 1_000.0
        self.bucket = Bucket()
        self.mixers = [Mixer(f"mixer{n}-life", self.bucket, 1_000.0 * n) for n in range(count)]

    def play(self, seconds: float, check: Callable[[], None] = lambda: None) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            if self.now % 0.5 == 0:
                self._beat()
            for mixer in self.mixers:
                if not mixer.frozen:
                    mixer.step(self.now)
                    check()

    def owners(self) -> list[Mixer]:
        return [mixer for mixer in self.mixers if not mixer.frozen and mixer.sure(self.now)]

    def owner(self) -> Mixer:
        (owner,) = self.owners()
        return owner

    def other(self) -> Mixer:
        owner = self.owner()
        return next(mixer for mixer in self.mixers if mixer is not owner)

    def _beat(self) -> None:
        for mixer in self.mixers:
            if mixer.linked and not mixer.frozen:
                beat = MixerBeat(mixer=mixer.name, rooms=mixer.tenancy.rooms())
                for hearer in self.mixers:
                    if hearer.linked and not hearer.frozen:
                        hearer.peers.heard(beat, self.now + hearer.offset)


def test_one_mixer_takes_a_room_and_keeps_it() -> None:
    world = World(3)
    world.play(5)
    owner = world.owner()
    world.play(300)
    assert world.owner() is owner
    assert world.bucket.epochs == [1]


def test_a_silent_owner_is_replaced_after_two_seconds_by_one_that_hears_itself() -> None:
    world = World(2)
    world.play(5)
    owner, other = world.owner(), world.other()
    owner.frozen = True
    world.play(ALIVE_S - STEP_S)
    assert world.owners() == []
    world.play(1)
    assert world.owner() is other
    assert world.bucket.epochs == [1, 2]


def test_who_does_not_hear_itself_waits_for_the_lease() -> None:
    world = World(2)
    world.play(5)
    owner, other = world.owner(), world.other()
    world.play(ECHO_S)
    owner.frozen = True
    for _ in range(round(HOLD_S / STEP_S)):
        world.now += STEP_S
        other.step(world.now)
    assert other.epoch(world.now) is None
    for _ in range(round((ALIVE_S + 1) / STEP_S)):
        world.now += STEP_S
        other.step(world.now)
    assert other.epoch(world.now) == 2


def test_an_owner_without_nats_carries_on_until_its_lease_ends_and_not_longer() -> None:
    world = World(1)
    world.play(5)
    owner = world.owner()
    owner.linked = False
    world.play(HOLD_S - 10 - STEP_S)
    assert world.owner() is owner
    world.play(10 + STEP_S)
    assert world.owners() == []
    owner.linked = True
    world.play(5)
    assert world.bucket.epochs == [1, 2]


def test_when_nats_was_away_for_all_everybody_has_time_to_come_back() -> None:
    world = World(2)
    world.play(5)
    owner, other = world.owner(), world.other()
    for mixer in world.mixers:
        mixer.linked = False
    world.play(10)
    other.linked = True
    other.peers.reconnected(world.now + other.offset)
    world.play(4)
    owner.linked = True
    owner.peers.reconnected(world.now + owner.offset)
    owner.tenancy.doubt()
    world.play(20)
    assert world.owner() is owner
    assert world.bucket.epochs == [1]


def test_one_that_stood_still_says_nothing_before_it_has_looked() -> None:
    world = World(2)
    world.play(5)
    owner = world.owner()
    owner.frozen = True
    world.play(5)
    owner.frozen = False
    assert owner.tenancy.sure(ROOM, 1, world.now + owner.offset) is None
    assert owner.tenancy.rooms() == ()
    assert owner.step(world.now) == [Look(ROOM)]
    assert owner.tenancy.sure(ROOM, 1, world.now + owner.offset) is False


def test_one_that_stood_still_alone_goes_on_in_its_epoch() -> None:
    world = World(1)
    world.play(5)
    world.mixers[0].frozen = True
    world.play(8)
    world.mixers[0].frozen = False
    world.play(2)
    assert world.owner().epoch(world.now) == 1


def test_a_room_given_back_is_taken_at_once_and_its_end_is_handed_on() -> None:
    world = World(2)
    world.play(5)
    owner, other = world.owner(), world.other()
    owner.tenancy.close()
    owner.tenancy.spent(ROOM, 1, Samples(96_000))
    (back,) = owner.step(world.now)
    assert isinstance(back, Write)
    assert (back.mixer, back.end) == (NOBODY, 96_000)
    other.peers.heard(MixerBeat(mixer=owner.name, rooms=(), leaving=True), world.now + other.offset)
    assert other.step(world.now) == [Look(ROOM)]
    (taking,) = other.step(world.now)
    assert isinstance(taking, Write)
    assert (taking.mixer, taking.epoch, taking.left) == (other.name, 2, 96_000)


def test_on_air_again_is_a_new_epoch_of_the_same_owner() -> None:
    world = World(1)
    world.play(5)
    owner = world.owner()
    owner.tenancy.spent(ROOM, 1, Samples(0))
    world.play(1)
    assert owner.epoch(world.now) == 2


def test_one_that_is_started_again_under_its_name_need_not_wait_two_seconds() -> None:
    bucket = Bucket()
    bucket.put(Lease(mixer="home-before", epoch=7, until=Milliseconds(0)), 0)
    reborn = Mixer("home-now", bucket, 0.0)
    now = 1_000.0
    for step in range(6):
        now += STEP_S
        if step % 2 == 0:
            reborn.peers.heard(MixerBeat(mixer="home-now", rooms=()), now)
        reborn.step(now)
    assert reborn.epoch(now) == 8


def test_a_higher_epoch_anywhere_ends_ours_at_once() -> None:
    world = World(1)
    world.play(5)
    owner = world.owner()
    assert owner.tenancy.outranked(ROOM, 1) is None
    assert owner.tenancy.outranked(ROOM, 2) == Lost(ROOM)
    assert world.owners() == []


def test_a_write_whose_answer_was_lost_is_found_by_looking() -> None:
    world = World(1)
    world.play(5)
    (owner,) = world.mixers
    owner.tenancy.doubt()
    held = world.bucket.lease
    assert held is not None
    world.bucket.put(held, world.bucket.revision)
    world.play(15)
    assert owner.epoch(world.now) == 1


events = st.lists(
    st.tuples(st.sampled_from(["freeze", "thaw", "cut", "heal", "end"]), st.integers(0, 2), st.floats(0.25, 40)),
    max_size=12,
)


@given(events)
def test_no_two_mixers_are_sure_of_one_epoch_and_somebody_takes_over_whenever_one_can(
    story: list[tuple[str, int, float]],
) -> None:
    world = World(3)

    def one_owner_an_epoch() -> None:
        epochs = [mixer.epoch(world.now) for mixer in world.mixers if not mixer.frozen]
        sure = [epoch for epoch in epochs if epoch is not None]
        assert len(sure) == len(set(sure))
        assert world.bucket.epochs == sorted(world.bucket.epochs)

    for what, which, seconds in story:
        mixer = world.mixers[which]
        match what:
            case "freeze":
                mixer.frozen = True
            case "thaw":
                mixer.frozen = False
            case "cut":
                mixer.linked = False
            case "heal" if not mixer.linked:
                mixer.linked = True
                mixer.peers.reconnected(world.now + mixer.offset)
                mixer.tenancy.doubt()
            case _:
                mixer.frozen = mixer.frozen or what == "end"
        world.play(seconds, one_owner_an_epoch)
    able = [mixer for mixer in world.mixers if mixer.linked and not mixer.frozen]
    world.play(HOLD_S + ALIVE_S + LOOK_S + DOUBT_S, one_owner_an_epoch)
    newest = world.bucket.epochs[-1] if world.bucket.epochs else 0
    assert not able or [mixer.epoch(world.now) for mixer in able].count(newest) == 1
