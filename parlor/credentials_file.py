"""A NATS credentials file (`nsc generate creds`): a user's JWT, and the seed that proves that it is theirs.

Read here because nats-py looks for the JWT of a file that has none for ever, and takes a line's CR for a part of it.
"""

import re
from pathlib import Path

from libs.service.cannotstart import CannotStart

JWT = re.compile(r"-+BEGIN NATS USER JWT-+\n[\w-]+\.[\w-]+\.[\w-]+\n-+END NATS USER JWT-+\n")
SEED = re.compile(r"-+BEGIN USER NKEY SEED-+\nSU[A-Z2-7]{56}\n-+END USER NKEY SEED-+\n")


class UnusableFile(CannotStart):
    """A file that a command was given can't be used; the message names it and says why."""


def credentials(file: Path) -> str:
    """What is in it, as nats-py wants it. Raises UnusableFile."""
    text = "\n".join([line.strip() for line in contents(file).splitlines()]) + "\n"
    for part, pattern in (("user JWT", JWT), ("user's seed (SU…)", SEED)):
        if pattern.search(text) is None:
            raise UnusableFile(f"{file} has no {part}: it is no NATS credentials file")
    return text


def contents(file: Path) -> str:
    """The text of a file. Raises UnusableFile."""
    try:
        return file.read_text()
    except OSError as fault:
        raise UnusableFile(f"{file} can't be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise UnusableFile(f"{file} is no text") from fault
