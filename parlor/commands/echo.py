"""`parlor echo`: a simulated Echo for the command line."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from parlor.echo.device import Echo

GATEWAY = "https://localhost:8443"
SKILL = "amzn1.ask.skill.local-parlor"
DEVICE = "amzn1.ask.device.KITCHEN"
HELP = (
    "Type what you would say, for example: open parlor live · what's on · play city talk · next · stop. Empty: leave."
)

Gateway = Annotated[str, typer.Option(help="the origin of the installation, or the whole URL of its skill endpoint")]
Ca = Annotated[Path | None, typer.Option(help="authorities to trust [this installation's own]", show_default=False)]
Key = Annotated[Path | None, typer.Option(help="key that signs requests [this installation's]", show_default=False)]
Check = Annotated[
    str, typer.Option(help="say this, listen, say stop; exit 1 and say why when it is not as it should be")
]
Seconds = Annotated[float, typer.Option(min=0.5, max=3600, help="how long to listen with --check")]
Record = Annotated[
    Path | None, typer.Option(help="write what the speaker plays into this WAV file", show_default=False)
]
Skill = Annotated[str, typer.Option(help="the skill id that the gateway answers for")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog='Example: `parlor echo --gateway https://localhost:8443 --check "open parlor live"`')(echo)


def echo(  # noqa: PLR0913, PLR0917  # each argument is an option that a person may type
    gateway: Gateway = GATEWAY,
    ca: Ca = None,
    key: Key = None,
    check: Check = "",
    seconds: Seconds = 5.0,
    record: Record = None,
    skill: Skill = SKILL,
) -> None:
    """A simulated Echo: signs like Alexa, obeys the skill, plays what it is told to, and complains where a real one
    would be silent.
    """
    from parlor.echo.device import Echo
    from parlor.echo.signer import Signer
    from parlor.localca import LocalCa
    from parlor.settings import state_folder

    local = LocalCa(state_folder() / "ca")
    try:
        signer = Signer.from_file(key or local.signing_key)
        device = Echo(gateway, ca or local.ca_pem, signer, DEVICE, skill)
    except OSError as fault:
        raise _failed(f"{fault.filename or ca or local.ca_pem}: {fault.strerror}; did `parlor up` run here?") from fault
    except (TypeError, ValueError) as fault:
        raise _failed(str(fault)) from fault
    asyncio.run(_smoke(device, check, seconds, record) if check else _talk(device, record))


async def _smoke(device: "Echo", text: str, seconds: float, record: Path | None) -> None:
    from parlor.echo.matching import NotForTheSkill
    from parlor.echo.skill import BadAnswer
    from parlor.echo.smoke import NotHeard, check

    try:
        async with device:
            checked = await check(device, text, seconds)
    except (NotHeard, BadAnswer, NotForTheSkill) as fault:
        raise _failed(str(fault)) from fault
    sound = checked.sound
    print(*checked.lines, sep="\n")
    print(
        f"heard  {sound.seconds:.1f} s of {sound.content_type} at {sound.kbits:.0f} kbit/s, {sound.level:.1f} dBFS, "
        f"first sound after {sound.first_audio_after} ms, {len(sound.gaps)} gaps"
    )
    if record:
        sound.write_wav(record)


async def _talk(device: "Echo", record: Path | None) -> None:
    from parlor.echo.matching import NotForTheSkill
    from parlor.echo.skill import BadAnswer

    print(HELP)
    async with device:
        while text := (await asyncio.to_thread(_read_line)).strip():
            try:
                heard = await device.say(text)
            except (BadAnswer, NotForTheSkill) as fault:
                print(f"  ({fault})")
                continue
            print(f"  {heard.speech or '(no words)'}" + ("  (listening)" if heard.listening else ""))
            if heard.play is not None:
                print(f"  (plays {heard.play.audio_item.stream.url.partition('?')[0]})")
        if record:
            device.everything().write_wav(record)


def _read_line() -> str:
    try:
        return input("> ")
    except EOFError:
        return ""


def _failed(why: str) -> typer.Exit:
    from rich.console import Console

    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(f"parlor echo: {why}")
    return typer.Exit(1)
