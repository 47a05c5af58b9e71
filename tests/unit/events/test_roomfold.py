"""The tables by which a room is folded for readers have every fact of their owner, and no other."""

from typing import Any, get_args

import pytest

from libs.events.media import MediaEvent
from libs.events.presence import PresenceEvent
from libs.events.roomfold import MEDIA, PRESENCE, ROOMS
from libs.events.rooms import RoomEvent


@pytest.mark.parametrize(("table", "union"), [(ROOMS, RoomEvent), (PRESENCE, PresenceEvent), (MEDIA, MediaEvent)])
def test_a_table_answers_every_fact_of_its_owner(table: dict[type, object], union: Any) -> None:
    assert set(table) == set(get_args(union))
