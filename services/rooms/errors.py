"""Every way in which the rooms service says no.

    Refusal                      libs.events.refusal: slug, HTTP status, message
    └─ RoomsRefusal              anything below
       ├─ Forbidden              403
       │  ├─ NotTheHost               not-the-host           only the host may
       │  ├─ NotRunningTheStage       not-running-the-stage  only host and co-hosts may
       │  ├─ NotInvited               not-invited            nobody asked them onto the stage
       │  ├─ NotTheOwner              not-the-owner          only the programme's owner may
       │  └─ NotYourself              not-yourself           only the person may, for themselves
       ├─ Missing                404
       │  ├─ RoomUnknown              room-unknown           no such room, or not for this reader
       │  ├─ ProgrammeUnknown         programme-unknown      no such programme
       │  └─ SourceKeyUnknown         source-key-unknown     no such key of theirs
       ├─ Conflict               409  the thing is not in a state for it
       │  ├─ RoomTaken                room-taken             that id is another room
       │  ├─ RoomOver                 room-ended             the room has ended
       │  ├─ NotOnStage               not-on-stage           the person has no seat
       │  ├─ OnStageAlready           on-stage-already       whoever sits on the stage needs no raised hand
       │  ├─ TooManyHands             too-many-hands         the queue is as long as it gets
       │  ├─ StageFull                stage-full             all seats are taken
       │  ├─ HostSeatTaken            host-seat-taken        a room has one host
       │  ├─ HostMustStay             host-must-stay         a live room keeps its host
       │  ├─ ProgrammeTaken           programme-taken        that id is another programme
       │  ├─ SourceKeyShown           source-key-shown       a key is shown once
       │  └─ TooManySourceKeys        too-many-source-keys   so many keys nobody keeps an eye on
       └─ Unusable               422
          ├─ TitleUnusable            title-unusable         a title that nobody could say
          ├─ NameUnusable             name-unusable          a name of a key that nobody could read
          ├─ TopicUnusable            topic-unusable         a topic that nobody could read
          ├─ LoudnessUnusable         loudness-unusable      a loudness that no programme should have
          ├─ OwnMixesUnusable         own-mixes-unusable     more mixes than a stage has people, or none
          └─ AliasesUnusable          aliases-unusable       too many, or not sayable

Messages say what is and what was needed, for engineers; what a page shows for a slug is in sentences.py.
"""

from typing import ClassVar

from libs.events.refusal import Refusal


class RoomsRefusal(Refusal):
    """Anything that a rule of this service turned down."""


class Forbidden(RoomsRefusal):
    status: ClassVar = 403


class NotTheHost(Forbidden):
    slug: ClassVar = "not-the-host"


class NotRunningTheStage(Forbidden):
    slug: ClassVar = "not-running-the-stage"


class NotInvited(Forbidden):
    slug: ClassVar = "not-invited"


class NotTheOwner(Forbidden):
    slug: ClassVar = "not-the-owner"


class NotYourself(Forbidden):
    slug: ClassVar = "not-yourself"


class Missing(RoomsRefusal):
    status: ClassVar = 404


class RoomUnknown(Missing):
    slug: ClassVar = "room-unknown"


class ProgrammeUnknown(Missing):
    slug: ClassVar = "programme-unknown"


class SourceKeyUnknown(Missing):
    slug: ClassVar = "source-key-unknown"


class Conflict(RoomsRefusal):
    status: ClassVar = 409


class RoomTaken(Conflict):
    slug: ClassVar = "room-taken"


class RoomOver(Conflict):
    slug: ClassVar = "room-ended"


class NotOnStage(Conflict):
    slug: ClassVar = "not-on-stage"


class OnStageAlready(Conflict):
    slug: ClassVar = "on-stage-already"


class TooManyHands(Conflict):
    slug: ClassVar = "too-many-hands"


class StageFull(Conflict):
    slug: ClassVar = "stage-full"


class HostSeatTaken(Conflict):
    slug: ClassVar = "host-seat-taken"


class HostMustStay(Conflict):
    slug: ClassVar = "host-must-stay"


class ProgrammeTaken(Conflict):
    slug: ClassVar = "programme-taken"


class SourceKeyShown(Conflict):
    slug: ClassVar = "source-key-shown"


class TooManySourceKeys(Conflict):
    slug: ClassVar = "too-many-source-keys"


class Unusable(RoomsRefusal):
    status: ClassVar = 422


class TitleUnusable(Unusable):
    slug: ClassVar = "title-unusable"


class NameUnusable(Unusable):
    slug: ClassVar = "name-unusable"


class TopicUnusable(Unusable):
    slug: ClassVar = "topic-unusable"


class LoudnessUnusable(Unusable):
    slug: ClassVar = "loudness-unusable"


class OwnMixesUnusable(Unusable):
    slug: ClassVar = "own-mixes-unusable"


class AliasesUnusable(Unusable):
    slug: ClassVar = "aliases-unusable"
