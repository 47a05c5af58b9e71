"""What Alexa would make of what is said: which request it leads to, with which slots.

An honest stand-in, stricter than the original: words must be covered by a sample of the model or by one of the
phrases that Amazon documents for its built-in intents. A sample that is a slot and nothing else fits known names
only, as Alexa's own fallback would take the rest.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from parlor.skillpackage import IntentDeclared, LanguageModel, SlotDeclared, ValueDeclared

LAUNCH_WORDS = "open|launch|start|begin|load|run|use|resume|play"
ASK = r"(?:ask|tell)"
CONNECTED = r"(?:(?:to|for|about|if|whether|that) )?"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINAL_TYPE = "AMAZON.Ordinal"
FALLBACK = "AMAZON.FallbackIntent"

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "AMAZON.PauseIntent": ("pause", "pause it", "pause this", "pause please"),
    "AMAZON.ResumeIntent": ("resume", "continue", "keep going", "resume it"),
    "AMAZON.StopIntent": ("stop", "off", "shut up", "stop it", "stop please"),
    "AMAZON.CancelIntent": ("cancel", "never mind", "forget it"),
    "AMAZON.NextIntent": ("next", "skip", "skip forward", "next please"),
    "AMAZON.PreviousIntent": ("previous", "go back", "skip back", "back up"),
    "AMAZON.StartOverIntent": ("start over", "restart", "start again"),
    "AMAZON.RepeatIntent": ("repeat", "say that again", "repeat that"),
    "AMAZON.LoopOnIntent": ("loop on", "loop", "turn on loop"),
    "AMAZON.LoopOffIntent": ("loop off", "turn off loop"),
    "AMAZON.ShuffleOnIntent": ("shuffle", "shuffle on", "turn on shuffle"),
    "AMAZON.ShuffleOffIntent": ("shuffle off", "stop shuffling", "turn off shuffle"),
    "AMAZON.YesIntent": ("yes", "yes please", "sure", "ok"),
    "AMAZON.NoIntent": ("no", "no thanks", "nope"),
    "AMAZON.HelpIntent": ("help", "help me", "can you help me"),
    "AMAZON.NavigateHomeIntent": ("home", "go home", "go to home"),
}
"""Phrases from Amazon's list of standard built-in intents."""

WITHOUT_NAME = frozenset(BUILT_IN) - {f"AMAZON.{word}Intent" for word in ("Yes", "No", "Help", "NavigateHome")}
"""What reaches the skill that streamed last, without its name (AudioPlayer interface reference)."""


class NotForTheSkill(Exception):
    """Alexa would not send this to our skill; the message says what to say instead."""


class Launched(msgspec.Struct, frozen=True):
    """The skill is opened without a wish."""


class Understood(msgspec.Struct, frozen=True):
    """An intent and the words in its slots."""

    intent: str
    slots: Mapping[str, str | None] = {}


Names = Mapping[str, Iterable[ValueDeclared]]
"""Values by slot type: those of the model and those that the skill gave for this conversation."""


class Ear:
    """Matches what is said against one interaction model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._name = plain(model.invocation_name)
        self._samples = [
            Sample(intent, text)
            for intent in model.intents
            for text in (*intent.samples, *BUILT_IN.get(intent.name, ()))
        ]

    def hear(self, said: str, names: Names, *, in_session: bool, playing: bool) -> Launched | Understood:
        """The request that these words lead to. Raises NotForTheSkill."""
        words = plain(said).removeprefix("alexa ").strip()
        if re.fullmatch(f"(?:{LAUNCH_WORDS}) {self._name}", words) or words == self._name:
            return Launched()
        wish = self._wish(words)
        if wish is not None or in_session:
            return self._match(words if wish is None else wish, names)
        understood = self._match(words, names)
        if understood.intent not in WITHOUT_NAME:
            raise NotForTheSkill(f"outside a conversation say “open {self._name}” or “ask {self._name} to …”")
        if playing and understood.intent == "AMAZON.StopIntent":
            return Understood("AMAZON.PauseIntent")  # what Alexa makes of "stop" over a stream
        return understood

    def _wish(self, words: str) -> str | None:
        """What is asked of the skill by name."""
        first = re.fullmatch(f"{ASK} {self._name} {CONNECTED}(.+)", words)
        last = re.fullmatch(f"(.+) (?:on|with|using|from|in) {self._name}", words)
        found = first or last
        return found[1] if found else None

    def _match(self, words: str, names: Names) -> Understood:
        found = [(sample.literals, slots, sample) for sample in self._samples for slots in sample.fits(words, names)]
        if not found:
            return Understood(FALLBACK)
        _, slots, sample = max(found, key=lambda each: each[0])
        return Understood(sample.intent.name, {slot.name: slots.get(slot.name) for slot in sample.intent.slots})


class Sample:
    """One way to say one thing. `literals` counts its own words."""

    def __init__(self, intent: IntentDeclared, text: str) -> None:
        self.intent = intent
        pieces = re.split(r"\{(\w+)\}", text)
        self.literals = sum(len(plain(piece).split()) for piece in pieces[::2])
        self._slots: dict[str, SlotDeclared] = {slot.name: slot for slot in intent.slots if slot.name in pieces[1::2]}
        parts = [f"(?P<{piece}>.+?)" if n % 2 else re.escape(plain(piece)) for n, piece in enumerate(pieces)]
        self._pattern = re.compile(r"\ ?".join(part for part in parts if part))

    def fits(self, words: str, names: Names) -> Iterator[dict[str, str]]:
        """The slots' words when the sample covers everything that was said."""
        match = self._pattern.fullmatch(words)
        if match is None:
            return
        heard = {name: text.strip() for name, text in match.groupdict().items()}
        if all(self._stands(name, text, names) for name, text in heard.items()):
            yield {name: self._value(name, text) for name, text in heard.items()}

    def _stands(self, name: str, text: str, names: Names) -> bool:
        if name not in self._slots:
            return False
        kind = self._slots[name].type
        if kind == ORDINAL_TYPE:
            return text in ORDINALS
        return bool(self.literals) or any(resolves(text, value) for value in names.get(kind, ()))

    def _value(self, name: str, text: str) -> str:
        if self._slots[name].type == ORDINAL_TYPE:
            return str(ORDINALS.index(text) + 1)
        return text


def resolves(text: str, value: ValueDeclared) -> bool:
    """True when these words are the value or one of its synonyms."""
    return plain(text) in {plain(name) for name in (value.name.value, *value.name.synonyms)}


def plain(text: str) -> str:
    """Lower case, one space between words, no punctuation but apostrophes: how speech recognition writes."""
    return " ".join(re.sub(r"[^\w'\s]", " ", text.lower().replace("’", "'")).split())
