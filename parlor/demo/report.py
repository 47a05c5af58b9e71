"""What `report.json` holds."""

import msgspec


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One promise, with the figure that decides it. `at`: the second of the recording where it can be heard."""

    name: str
    ok: bool
    figure: float
    unit: str
    bar: str
    sentence: str
    at: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was checked; `ok` only if all is. `notes` say how it was made."""

    ok: bool
    notes: tuple[str, ...]
    checks: tuple[Check, ...]


def verdict(checks: list[Check], notes: tuple[str, ...] = ()) -> Report:
    """The report of these checks."""
    return Report(ok=bool(checks) and all(check.ok for check in checks), notes=notes, checks=tuple(checks))


def written(report: Report) -> bytes:
    """As JSON to be read by people too."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
