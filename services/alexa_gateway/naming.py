"""Which room somebody means by what Alexa heard.

Speech recognition gives words, not spellings: "jazz knight" for "Jazz Night", "the derby show" for "Derby Day". Each
title and alias is compared twice, as letters and as sounds; whoever is ahead of the next by a clear margin is meant.
"""

import re
from collections.abc import Iterable

import msgspec
from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

from services.alexa_gateway.state import Room

GOOD = 78.0
CLEAR = 8.0
BY_SOUND = 0.97
BY_PART = 0.95
"""Saying a part of a name, or its sound, is nearly as good as saying the name."""

FILLERS = frozenset(
    {"the", "a", "an", "my", "show", "room", "programme", "program", "live", "please", "called", "named"}
)

SOUNDS = (
    (re.compile(r"^(kn|gn|pn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"^wh"), "w"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?<=[aeiou])gh(?=t|$)"), ""),
    (re.compile(r"tch|ch"), "x"),
    (re.compile(r"sh|(?<=[st])i(?=on|a)"), "x"),
    (re.compile(r"ck|q|c(?![eiy])"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"dg(?=[eiy])|g(?=[eiy])"), "j"),
    (re.compile(r"z"), "s"),
    (re.compile(r"v"), "f"),
    (re.compile(r"d"), "t"),
    (re.compile(r"b"), "p"),
    (re.compile(r"th"), "t"),
    (re.compile(r"(?<=.)[aeiouywh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


class Meant(msgspec.Struct, frozen=True):
    """Rooms that fit, best first: none, one, or several that can't be told apart."""

    rooms: tuple[Room, ...] = ()


def find(heard: str, rooms: Iterable[Room]) -> Meant:
    """The rooms that these words may stand for."""
    scored = [(score(heard, room), room) for room in rooms]
    fitting = sorted((pair for pair in scored if pair[0] >= GOOD), key=lambda pair: -pair[0])
    if not fitting:
        return Meant()
    best = fitting[0][0]
    return Meant(tuple(room for points, room in fitting if best - points < CLEAR))


def told_apart(rooms: Iterable[Room]) -> tuple[Room, ...]:
    """One room for each name as it is spoken, the first of them: nobody can choose between two that sound the same."""
    first: dict[str, Room] = {}
    for room in rooms:
        first.setdefault(words(room.title), room)
    return tuple(first.values())


def score(heard: str, room: Room) -> float:
    """0 to 100: how well the words fit the room's title or its best alias."""
    return max(alike(heard, name) for name in (room.title, *room.aliases))


def alike(heard: str, name: str) -> float:
    """0 to 100 for two names as they would be spoken."""
    said, called = words(heard), words(name)
    letters = max(token_sort_ratio(said, called), BY_PART * token_set_ratio(said, called))
    sounds = BY_SOUND * max(ratio(sound(said), sound(called)), BY_PART * token_set_ratio(sound(said), sound(called)))
    joined = BY_PART * ratio(said.replace(" ", ""), called.replace(" ", ""))
    return max(letters, sounds, joined)


def words(name: str) -> str:
    """Lower case, no punctuation, without words that people add around a name (unless nothing else is left)."""
    plain = re.sub(r"[^\w\s]", "", name.lower().replace("&", " and ").replace("-", " ")).split()
    telling = [word for word in plain if word not in FILLERS]
    return " ".join(telling or plain)


def sound(name: str) -> str:
    """The consonants as they are spoken, roughly: words that sound alike in English get the same letters."""
    return " ".join(_word_sound(word) for word in name.split())


def _word_sound(word: str) -> str:
    for spelled, spoken in SOUNDS:
        word = spelled.sub(spoken, word)
    return word
