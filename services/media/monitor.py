"""Who in one room is heard where, and who hears what, beside the programme. Pure.

Before the room is on air its stage is a green room. The host may say something to the stage alone, and hear one source
alone, before its fader. That is desk state: no fact says so, and it ends with the call or the room, or when another
mixer takes the room; then whoever was in talkback is where everybody is.
"""

from libs.events.ids import PersonId, SourceId
from services.media.decide import opened_of
from services.media.errors import NotYourDesk
from services.media.mixing.bus import Bus, Ear
from services.media.state import Stage, Status


def may_monitor(person: str, stage: Stage) -> None:
    """Raise the reason why this person may neither talk to the stage alone nor hear a source alone."""
    if person != opened_of(stage, "has a desk").host:
        raise NotYourDesk(f"only the host of {stage.room} talks to the stage alone or hears a source alone")


class Monitor:
    """One room's."""

    def __init__(self) -> None:
        self._talkback: set[PersonId] = set()
        self._solo: dict[PersonId, SourceId] = {}

    def talk(self, person: PersonId, *, aside: bool) -> None:
        """To the stage alone from now on, or to everybody again."""
        (self._talkback.add if aside else self._talkback.discard)(person)

    def hear(self, person: PersonId, source: SourceId | None) -> None:
        """Hear this source alone from now on; None: what everybody there hears."""
        self._solo.pop(person, None)
        if source is not None:
            self._solo[person] = source

    def silent(self, person: PersonId) -> None:
        """They send nothing any more."""
        self._talkback.discard(person)

    def deaf(self, person: PersonId) -> None:
        """They hear nothing any more."""
        self._solo.pop(person, None)

    def gone(self, source: SourceId) -> None:
        """Nobody hears this one alone any more."""
        self._solo = {person: one for person, one in self._solo.items() if one != source}

    def bus(self, person: PersonId, stage: Stage) -> Bus:
        """Where what they say goes."""
        if person in self._talkback:
            return Bus.TALKBACK
        return Bus.AIR if stage.status is Status.LIVE else Bus.GREEN

    def opened(self, person: PersonId, stage: Stage) -> bool:
        """True while their fader is up, wherever that leads: who is muted is heard nowhere, but for talkback."""
        return person in stage.seated and (person in self._talkback or person not in stage.muted)

    def ear(self, person: PersonId, stage: Stage) -> tuple[Ear, SourceId | None]:
        """What they hear; of SOLO the source."""
        if person in self._solo:
            return Ear.SOLO, self._solo[person]
        return (Ear.AIR if stage.status is Status.LIVE else Ear.GREEN), None
