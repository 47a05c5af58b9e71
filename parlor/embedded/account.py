"""As whom PostgreSQL runs. It refuses to be root, and we want neither a new system user nor a copy of anything.

As an ordinary user: as ourselves. As root: in a user namespace that shows our own uid as `nobody`, so that files stay
ours and a folder of mode 0700 stays open. Where namespaces are off: as `nobody` with the one capability to pass
through folders of ours (CAP_DAC_OVERRIDE), the data folder being given to it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from parlor.embedded.faults import PartMissing

NOBODY = 65534
NAMESPACE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
CAPABILITY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


def postgres_prefix(data: Path, ways: Sequence[Sequence[str]] = (NAMESPACE, CAPABILITY)) -> list[str]:
    """What to put before a PostgreSQL command line. Makes the data folder belong to whoever it will run as."""
    if os.geteuid() != 0:
        return []
    for way in ways:
        program = shutil.which(way[0])
        if program is None:
            continue
        prefix = [program, *way[1:]]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            give(data, 0 if way[0] == "unshare" else NOBODY)
            return prefix
    raise PartMissing(
        "PostgreSQL does not run as root, and neither `unshare -U` nor `setpriv --ambient-caps` works here: "
        "start Parlor as an ordinary user, or set DATABASE_URL to a server of your own"
    )


def give(folder: Path, owner: int) -> None:
    """Change the owner of a folder and all in it, where it is another one."""
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)
