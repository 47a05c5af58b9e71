"""Every word the skill says, per locale.

Rules (vision.md): one breath, at most two sentences and three choices, name first; no identifier, no URL; a sentence
that leaves the microphone open asks, one that closes the conversation does not.
"""

from collections.abc import Sequence

CHOICES = 3
LONGEST_NAME = 60
COUNTS = ("Nothing is", "One is", "Two are", "Three are", "Four are", "Five are", "Six are", "Seven are", "Eight are")


class English:
    """en-US, and for want of better every other locale."""

    def playing(self, title: str) -> str:
        return f"{_name(title)}, live."

    def playing_one_of_several(self, title: str) -> str:
        return f"{_name(title)}, live. Say next for others."

    def which(self, titles: Sequence[str]) -> str:
        """All of these are live."""
        if len(titles) == 1:
            return f"{_name(titles[0])} is live. Would you like to hear it?"
        count = COUNTS[len(titles)] if len(titles) < len(COUNTS) else "Many are"
        return f"{count} live: {_listed(titles, 'and')}. Which one?"

    def which_of(self, titles: Sequence[str]) -> str:
        """Names that sound alike."""
        return f"{_listed(titles, 'or')}?"

    def say_a_name(self, titles: Sequence[str]) -> str:
        """When nothing was said for a while."""
        return f"Say play, and then {_listed(titles, 'or')}. Which one would you like?"

    def nothing_live(self) -> str:
        return "Nothing is live right now. Please try again a little later."

    def not_live(self, heard: str, titles: Sequence[str]) -> str:
        return f"I can't find {_name(heard)}. Would you like {_listed(titles, 'or')}?"

    def not_found_nothing_live(self, heard: str) -> str:
        return f"I can't find {_name(heard)}, and nothing else is live. Please try again a little later."

    def over(self, title: str, titles: Sequence[str]) -> str:
        return f"{_name(title)} is over. Would you like {_listed(titles, 'or')}?"

    def over_nothing_live(self, title: str) -> str:
        return f"{_name(title)} is over, and nothing else is live."

    def not_started(self, title: str) -> str:
        return f"{_name(title)} has not started yet. Please try again a little later."

    def back_live(self, title: str) -> str:
        return f"{_name(title)}, back live."

    def from_the_start(self, title: str) -> str:
        return f"{_name(title)}, from the start."

    def as_far_back_as_possible(self, minutes: int) -> str:
        unit = "minute" if minutes == 1 else "minutes"
        return f"I can go back {minutes} {unit}."

    def back_a_little(self) -> str:
        return "Back thirty seconds."

    def only_one(self, title: str) -> str:
        return f"{_name(title)} is all that is live."

    def no_loop(self) -> str:
        return "Live radio can't be looped."

    def no_shuffle(self) -> str:
        return "Live radio can't be shuffled."

    def help(self, titles: Sequence[str]) -> str:
        if not titles:
            return "Nothing is live right now. Say what's on to look again, or what would you like?"
        return f"Say play {_name(titles[0])}, or say what's on. What would you like?"

    def help_while_playing(self) -> str:
        return "Say next for another room, or start over to hear it from the start. Which would you like?"

    def missed(self, titles: Sequence[str]) -> str:
        return f"I didn't get that. Would you like {_listed(titles[:2], 'or')}?"

    def still_there(self) -> str:
        return "What would you like to hear?"

    def no_player(self) -> str:
        return "This device can't play live radio. Please try on an Echo speaker."

    def unreachable(self) -> str:
        return "I can't reach the studio right now. Please try again in a minute."


ENGLISH = English()
LOCALES: dict[str, English] = {"en": ENGLISH}


def for_locale(locale: str) -> English:
    """The sentences for `en-US`, by language."""
    return LOCALES.get(locale.partition("-")[0], ENGLISH)


def _name(title: str) -> str:
    """A name that somebody typed, made fit for one breath."""
    plain = " ".join(title.split()).rstrip(".!?,;:")
    if len(plain) <= LONGEST_NAME:
        return plain
    return plain[:LONGEST_NAME].rsplit(" ", 1)[0]


def _listed(titles: Sequence[str], last: str) -> str:
    names = [_name(title) for title in titles[:CHOICES]]
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
