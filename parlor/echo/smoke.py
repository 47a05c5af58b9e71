"""Does a deployment play? Say it, listen for some seconds, say stop; the first thing that is wrong is the answer."""

import msgspec

from libs.events.ids import Milliseconds
from parlor.echo.device import Echo
from parlor.echo.hearing import HeardAudio

ANSWERS = ("play house radio", "the first one")
"""What is said when the skill asks which room: the house programme is always on air unless it was switched off."""
QUIETEST = -60.0
SLOWEST = Milliseconds(8_000)
LONGEST_GAP = Milliseconds(500)
STOP = "stop"


class NotHeard(Exception):
    """What is wrong, in one sentence."""


class Checked(msgspec.Struct, frozen=True):
    """The conversation, line by line, and what was heard."""

    lines: tuple[str, ...]
    sound: HeardAudio


async def check(echo: Echo, text: str, seconds: float) -> Checked:
    """Raises NotHeard, BadAnswer or NotForTheSkill."""
    said = [text]
    heard = await echo.say(text)
    lines = [f"you    {text}", f"alexa  {heard.speech}"]
    for answer in ANSWERS:
        if heard.play is not None or not heard.listening:
            break
        heard = await echo.say(answer)
        said.append(answer)
        lines += [f"you    {answer}", f"alexa  {heard.speech}"]
    if heard.play is None:
        raise NotHeard(f"nothing was played; to {said[-1]!r} it said: {heard.speech}")
    sound = await echo.listen(seconds)
    judge(sound, seconds)
    await echo.say(STOP)
    await echo.quiet()
    return Checked((*lines, f"you    {STOP}"), sound)


def judge(sound: HeardAudio, seconds: float) -> None:
    """Raises NotHeard for the first thing that no listener would put up with."""
    if not len(sound.samples):
        raise NotHeard(f"no sound came: {sound.ended or 'the stream is open, but nothing is in it'}")
    if sound.seconds < seconds:
        raise NotHeard(f"only {sound.seconds:.1f} of {seconds:.1f} s came: {sound.ended or 'then the stream stalled'}")
    if sound.first_audio_after > SLOWEST:
        raise NotHeard(f"the first sound came after {sound.first_audio_after} ms, more than {SLOWEST} ms is too late")
    longest = max((gap.lasted for gap in sound.gaps), default=Milliseconds(0))
    if longest > LONGEST_GAP:
        raise NotHeard(f"there is a gap of {longest} ms in it")
    if sound.level < QUIETEST:
        raise NotHeard(f"it is silent: {sound.level:.0f} dBFS")
