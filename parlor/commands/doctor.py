"""`parlor doctor`: what is missing or misconfigured, and what to do about it."""

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: `PARLOR_STATE=/srv/parlor parlor doctor`")(doctor)


def doctor() -> None:
    """Look at this machine and these settings; say what would keep Parlor from running, with the fix."""
    from rich.console import Console

    from parlor.examination import Verdict, examine

    console = Console(highlight=False, soft_wrap=True)
    looks = {Verdict.OK: "green", Verdict.LACKS: "yellow", Verdict.BROKEN: "red"}
    findings = examine()
    for finding in findings:
        console.print(f"{finding.verdict:<7}", style=looks[finding.verdict], end=" ")
        console.print(finding.sentence, markup=False)
    broken = sum(finding.verdict is Verdict.BROKEN for finding in findings)
    if broken:
        raise typer.Exit(1)
