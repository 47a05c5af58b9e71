"""Looks for bytes that break a parser: changes what is in the corpus, keeps what reaches new lines of ours (atheris).

    python -m tests.fuzz.hunt [SECONDS [PARSER …]]      # each in a process of its own; 60 s unless told

What is found lies in out/fuzz/<parser>/crash-…, and goes into tests/fuzz/corpus/<parser> with the repair.
"""

import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import CORPUS

OUT = Path(__file__).parents[2] / "out/fuzz"
LARGEST = 4_096
MEMORY_MB = 1_024
ONE_S = 5


def hunt(name: str, seconds: int, out: Path) -> Path | None:
    """One parser; the input that breaks it, if there is one."""
    kept, seeds = out / name / "kept", CORPUS / name
    kept.mkdir(parents=True, exist_ok=True)
    before = set((out / name).glob("*-*"))
    flags = [
        f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY_MB}", f"-timeout={ONE_S}",
        f"-artifact_prefix={out / name}/", "-print_final_stats=1", str(kept), *([str(seeds)] if seeds.is_dir() else []),
    ]  # fmt: skip
    with (out / name / "log").open("w") as log:
        code = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one", name, *flags], stdout=log, stderr=log, check=False
        ).returncode
    found = sorted(set((out / name).glob("*-*")) - before)
    if code and not found:
        raise RuntimeError(f"the hunt for {name} ended with {code}: {out / name / 'log'}")
    return found[0] if found else None


def main(seconds: int, names: list[str]) -> int:
    """0 when nothing was found."""
    from tests.fuzz.parsers import PARSERS

    broken = [found for name in names or PARSERS if (found := hunt(name, seconds, OUT)) is not None]
    for file in broken:
        print(f"{file}: see the end of {file.parent / 'log'}", file=sys.stderr)  # noqa: T201  # it is watched
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60, sys.argv[2:]))
