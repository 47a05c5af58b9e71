"""Amazon's rules for a skill package, as far as they can be checked offline.

From "Choose the invocation name for a custom skill", the AudioPlayer interface reference (required intents), the
certification requirements (example phrases) and the error texts of the model builder.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parlor.echo.matching import BUILT_IN, FALLBACK, Ear, Launched, Names, NotForTheSkill, Understood, plain
from parlor.skillpackage import PACKAGE, PLACEHOLDER, IntentDeclared, LanguageModel, language_model, manifest

LOCALE = "en-US"
LAUNCH_WORDS = frozenset("launch ask tell load begin enable open start run use resume play stop".split())  # noqa: SIM905  # a list of words reads best as words
CONNECTING_WORDS = frozenset("to from in using with about for that by if and whether".split())  # noqa: SIM905  # as above
WAKE_WORDS = frozenset("alexa amazon echo computer skill app".split())  # noqa: SIM905  # as above
SMALL_WORDS = frozenset("the a an of at on".split())  # noqa: SIM905  # as above
REQUIRED = ("Pause", "Resume", "Stop", "Cancel", "Help", "Fallback", "NavigateHome")
STREAMING = ("Next", "Previous", "StartOver", "Repeat", "LoopOn", "LoopOff", "ShuffleOn", "ShuffleOff")
SAMPLE = re.compile(r"[a-z' {}_.]+")
LONGEST_SAMPLE, LONGEST_VALUE, LONGEST_NAME = 200, 140, 50
PHRASES_AT_MOST = 3
ICONS = {"smallIconUri": 108, "largeIconUri": 512}
PNG = b"\x89PNG\r\n\x1a\n"


def lint_package(package: Path = PACKAGE) -> list[str]:
    """Every rule that is broken, one sentence each. Raises OSError or ValueError when the package can't be read."""
    model, skill = language_model(LOCALE, package), manifest(package)
    return [
        *invocation_name(model.invocation_name),
        *intents(model),
        *samples(model),
        *values(model),
        *example_phrases(model, skill),
        *endpoints(skill),
        *icons(skill, package),
    ]


def invocation_name(name: str) -> Iterator[str]:
    """Two words or more, lower case, none of them with a meaning for Alexa."""
    words = name.split()
    if re.fullmatch(r"[a-z'. ]{2,50}", name) is None:
        yield f"invocation name {name!r}: lower case letters, spaces, apostrophes and periods, at most {LONGEST_NAME}"
    if len(words) < 2:
        yield f"invocation name {name!r}: one word is for brands only"
    for word in sorted(set(words) & (LAUNCH_WORDS | CONNECTING_WORDS | WAKE_WORDS)):
        yield f"invocation name {name!r}: {word!r} has a meaning for Alexa"
    if len(words) == 2 and set(words) & SMALL_WORDS:
        yield f"invocation name {name!r}: two words must not contain an article or preposition"


def intents(model: LanguageModel) -> Iterator[str]:
    """All that an AudioPlayer skill must have; no name twice; nothing of Amazon's that Amazon has not."""
    names = [intent.name for intent in model.intents]
    for word in (*REQUIRED, *STREAMING):
        if f"AMAZON.{word}Intent" not in names:
            yield f"AMAZON.{word}Intent is missing"
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{name} is there {count} times"
        if name.startswith("AMAZON.") and name not in BUILT_IN and name != FALLBACK:
            yield f"{name} is no built-in intent that we know"


def samples(model: LanguageModel) -> Iterator[str]:
    """Spelled as spoken, every slot declared and used, no sample leading to two intents."""
    types = {each.name for each in model.types}
    seen: Counter[str] = Counter()
    for intent in model.intents:
        seen.update({plain(sample) for sample in intent.samples})
        if not intent.samples and not intent.name.startswith("AMAZON."):
            yield f"{intent.name} can't be said"
        yield from _samples_of(intent, types)
    yield from (f"the sample {sample!r} is there {count} times" for sample, count in seen.items() if count > 1)


def _samples_of(intent: IntentDeclared, types: set[str]) -> Iterator[str]:
    declared = {slot.name: slot.type for slot in intent.slots}
    used: set[str] = set()
    for sample in intent.samples:
        slots = re.findall(r"\{(\w+)\}", sample)
        used.update(slots)
        if SAMPLE.fullmatch(sample) is None or len(sample) > LONGEST_SAMPLE:
            yield f"{intent.name}: {sample!r} is not written as it is spoken"
        yield from (
            f"{intent.name}: {sample!r} uses the undeclared slot {slot}" for slot in slots if slot not in declared
        )
        if (
            any(declared.get(slot) == "AMAZON.SearchQuery" for slot in slots)
            and plain(re.sub(r"\{\w+\}", "", sample)) == ""
        ):
            yield f"{intent.name}: {sample!r} needs words around its AMAZON.SearchQuery"
    for slot, kind in declared.items():
        if slot not in used:
            yield f"{intent.name}: no sample uses the slot {slot}"
        if kind not in types and not kind.startswith("AMAZON."):
            yield f"{intent.name}: the slot {slot} is of the unknown type {kind}"


def values(model: LanguageModel) -> Iterator[str]:
    """At least one value a type, each short enough, no name for two values."""
    for each in model.types:
        names = Counter(plain(name) for value in each.values for name in (value.name.value, *value.name.synonyms))
        if not names:
            yield f"{each.name} has no values"
        yield from (f"{each.name}: {name!r} stands for {count} values" for name, count in names.items() if count > 1)
        yield from (f"{each.name}: {name!r} is too long" for name in names if len(name) > LONGEST_VALUE)


def example_phrases(model: LanguageModel, skill: dict[str, Any]) -> Iterator[str]:
    """They work word for word, the first one opens the skill."""
    ear, names = Ear(model), _names(model)
    phrases = skill["publishingInformation"]["locales"][LOCALE]["examplePhrases"]
    if not 0 < len(phrases) <= PHRASES_AT_MOST:
        yield f"{len(phrases)} example phrases, one to three are shown"
    for n, phrase in enumerate(phrases):
        if not phrase.startswith("Alexa, "):
            yield f"example phrase {phrase!r} does not begin with the wake word"
        try:
            heard = ear.hear(phrase, names, in_session=False, playing=False)
        except NotForTheSkill:
            yield f"example phrase {phrase!r} does not name the skill"
            continue
        if n == 0 and not isinstance(heard, Launched):
            yield f"the first example phrase {phrase!r} does not open the skill"
        if isinstance(heard, Understood) and heard.intent == FALLBACK:
            yield f"example phrase {phrase!r} is covered by no sample"


def endpoints(skill: dict[str, Any]) -> Iterator[str]:
    """The interface that we need is declared, and no address but the placeholder is committed."""
    custom = skill["apis"]["custom"]
    if {"type": "AUDIO_PLAYER"} not in custom["interfaces"]:
        yield "the AUDIO_PLAYER interface is not declared"
    for place in (custom["endpoint"]["uri"], skill["events"]["endpoint"]["uri"]):
        if not place.startswith(f"{PLACEHOLDER}/"):
            yield f"the endpoint {place!r} is not under {PLACEHOLDER}"


def icons(skill: dict[str, Any], package: Path) -> Iterator[str]:
    """Both are there, as PNG of Amazon's sizes (PNG specification section 11.2.2: the size is in the first chunk)."""
    listed = skill["publishingInformation"]["locales"][LOCALE]
    for which, size in ICONS.items():
        name = str(listed[which]).removeprefix("file://")
        try:
            head = (package / name).read_bytes()[:24]
        except OSError:
            yield f"{which}: there is no file {name}"
            continue
        if head[:8] != PNG or head[16:24] != size.to_bytes(4, "big") * 2:
            yield f"{which}: {name} is no PNG of {size} x {size}"


def _names(model: LanguageModel) -> Names:
    return {each.name: each.values for each in model.types}
