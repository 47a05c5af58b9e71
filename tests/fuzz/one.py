"""One hunt, in a process that libFuzzer owns: `python -m tests.fuzz.one PARSER FLAGS…`. Our own lines, and only they,
are instrumented, before anything imports them.
"""

import sys

import atheris

with atheris.instrument_imports(include=["services.media"]):
    from tests.fuzz.parsers import PARSERS


@atheris.instrument_func  # type: ignore[untyped-decorator]  # atheris says no types
def planted(data: bytes) -> None:
    """What a hunt must be able to find."""
    if data[:1] == b"b" and data[1:2] == b"a" and data[2:3] == b"d":
        raise IndexError(data)


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], (PARSERS | {"planted": planted})[sys.argv[1]])  # type: ignore[operator]
    atheris.Fuzz()
