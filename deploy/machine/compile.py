"""Compiles services/media/engine: Cython makes C of each file, the C compiler a module beside it. What has not changed
is left as it is; who comes while another compiles waits. Linux only: the engine stands on its clocks and eventfd.

    python deploy/machine/compile.py [PYTHON]     # PYTHON: whose modules these shall be; else the one that runs this

No -march: the image and the wheel of one machine run on another. No contraction of a * b + c into one rounding: the
NumPy tick does not contract, and the two are bit-equal. CFLAGS are added behind (a sanitizer, for example).
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
SOURCES = HOME / "services/media/engine"
MADE = HOME / "out/engine"
FLAGS = ["-O2", "-fvect-cost-model=dynamic", "-ffp-contract=off", "-fno-math-errno", "-fPIC", "-shared", "-pthread"]
QUIET = ["-Wall", "-Wno-unused-function", "-Wno-unused-variable", "-Wno-maybe-uninitialized", "-Wno-unused-label"]
LIBRARIES = ["-lopus", "-lspeexdsp", "-lcrypto"]
DIRECTIVES = "language_level=3,boundscheck=False,wraparound=False,cdivision=True,initializedcheck=False"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def main() -> int:
    """0 when all modules are there and of these sources."""
    if sys.platform != "linux":
        print("parlor: the compiled engine is for Linux; nothing compiled", file=sys.stderr)
        return 0
    compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        print("parlor: no C compiler. Debian, Ubuntu: sudo apt install gcc libc6-dev", file=sys.stderr)
        return 1
    MADE.mkdir(parents=True, exist_ok=True)
    with (MADE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        modules = [file.stem for file in sorted(SOURCES.glob("*.py")) if file.stem != "__init__"]
        stale = [name for name in modules if not fresh(name, compiler)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            faults = [fault for fault in pool.map(lambda name: build(name, compiler), stale) if fault]
    for fault in faults:
        print(fault, file=sys.stderr)
    (MADE / ".built").touch() if not faults else None
    return 1 if faults else 0


def mark(name: str, compiler: str) -> str:
    """What a module is made of: its source, the declarations that it names, and who compiles how."""
    digest = hashlib.sha256()
    for file in [SOURCES / f"{name}.py", *sorted(declarations(SOURCES / f"{name}.py")), Path(__file__)]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    digest.update(repr((version("cython"), SUFFIX, compiler, os.environ.get("CFLAGS"))).encode())
    return digest.hexdigest()


def declarations(source: Path) -> set[Path]:
    """The .pxd files beside a source whose names stand in it, and theirs."""
    found: set[Path] = set()
    read = [source]
    while read:
        words = set(re.findall(r"\w+", read.pop().read_text()))
        named = {file for file in SOURCES.glob("*.pxd") if file.stem in words or file.stem == source.stem} - found
        found |= named
        read += named
    return found


def fresh(name: str, compiler: str) -> bool:
    """True when there is nothing to do."""
    stamp = MADE / f"{name}.mark"
    there = stamp.is_file() and (SOURCES / f"{name}{SUFFIX}").is_file()
    return there and stamp.read_text() == mark(name, compiler)


def build(name: str, compiler: str) -> str:
    """Make one module. Returns what went wrong."""
    of = mark(name, compiler)  # before: what is written while we compile is not in it
    made, module, raw = MADE / f"{name}.c", SOURCES / f"{name}{SUFFIX}", MADE / f"{name}.so"
    cython = [sys.executable, "-m", "cython", "-X", DIRECTIVES, "--module-name", f"services.media.engine.{name}"]
    include = [f"-I{sysconfig.get_paths()['include']}", f"-I{sysconfig.get_paths()['platinclude']}"]
    added = os.environ.get("CFLAGS", "").split()
    steps = (
        [*cython, "-o", str(made), str((SOURCES / f"{name}.py").relative_to(HOME))],
        [compiler, *FLAGS, *QUIET, *added, *include, str(made), "-o", str(raw), *LIBRARIES],
    )
    for step in steps:
        done = subprocess.run(step, cwd=HOME, capture_output=True, text=True, check=False)
        if done.returncode != 0 or "arning" in done.stderr:
            return f"{' '.join(step[:4])} … {name}:\n{done.stderr}"
    shutil.copyfile(raw, module.with_suffix(".new"))
    module.with_suffix(".new").replace(module)
    (MADE / f"{name}.mark").write_text(of)
    return ""


if __name__ == "__main__":
    sys.exit(main())
