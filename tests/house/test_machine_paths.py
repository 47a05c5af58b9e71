"""Nothing in the repository knows the machine or the network that it was written on."""

import re
from pathlib import Path

from tests.house.tree import REPOSITORY, committed_files, plant

BINARY = frozenset({".opus", ".mp3", ".wav", ".png", ".jpg", ".aac", ".ogg", ".bin", ".woff2", ".ico"})
START = r"(?<![A-Za-z0-9_./-])"
PLACES = re.compile(
    START
    + r"/(work|farm|root|home/[a-z]+|Users/[A-Za-z]+)(?![A-Za-z0-9_-])"
    + r"|/tmp/bash[_]jobs"
    + r"|pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|security\.debian\.org"
)


def known_places(root: Path) -> list[str]:
    """Lines that name a folder of one machine, or the host of a package registry."""
    found = []
    for file in committed_files(root):
        if file.suffix in BINARY:
            continue
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            if match := PLACES.search(line):
                found.append(f"{file.relative_to(root)}:{number}: {match[0]}")
    return found


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert known_places(REPOSITORY) == []


def test_a_machine_s_folder_and_a_registry_are_found(tmp_path: Path) -> None:
    folder, registry = "/" + "root/parlor", "pypi" + ".org"
    plant(tmp_path, "README.md", f"cd {folder}\n")
    plant(tmp_path, "requirements.lock", f"--index-url https://{registry}/simple\n")
    plant(tmp_path, "docs/fine.md", "cd out/work/ and ./root/ and /rooms\n")
    assert sorted(known_places(tmp_path)) == [f"README.md:1: {folder[:5]}", f"requirements.lock:1: {registry}"]
