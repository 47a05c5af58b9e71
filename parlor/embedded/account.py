"""As whom PostgreSQL runs. It refuses to be root, and we want neither a new system user nor a copy of anything.

As an ordinary user: as ourselves. As root: in a user namespace that shows our own uid as `nobody`, so that files stay
ours and a folder of mode 0700 stays open. Where namespaces are off: as `nobody` with the one capability to pass
through folders of ours (CAP_DAC_OVERRIDE), the data folder being given to it. The secure bit lets access(2), with
which initdb looks for its programs, count that capability too (capabilities(7), SECBIT_NO_SETUID_FIXUP).
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from libs.events.embedded.faults import PartMissing

NOBODY = 65534
NAMESPACE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
CAPABILITY = (
    "setpriv",
    "--securebits=+no_setuid_fixup",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


WAYS: Sequence[Sequence[str]] = (NAMESPACE, CAPABILITY)


def way(ways: Sequence[Sequence[str]] = WAYS) -> list[str]:
    """What to put before a PostgreSQL command line; empty for an ordinary user. Raises PartMissing."""
    if os.geteuid() != 0:
        return []
    for program, *options in ways:
        found = shutil.which(program)
        if found and subprocess.run([found, *options, "true"], capture_output=True, check=False).returncode == 0:
            return [found, *options]
    raise PartMissing(
        "PostgreSQL does not run as root, and neither `unshare -U` nor `setpriv --ambient-caps` works here: "
        "start Parlor as an ordinary user, or set DATABASE_URL to a server of your own"
    )


def described(prefix: Sequence[str]) -> str:
    """The same in words."""
    if not prefix:
        return "as this user"
    return "in a user namespace" if Path(prefix[0]).name == NAMESPACE[0] else "as nobody with one capability"


def give(folder: Path, prefix: Sequence[str]) -> None:
    """Make a folder and all in it belong to whoever PostgreSQL will run as."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if prefix and Path(prefix[0]).name == CAPABILITY[0] else 0
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
