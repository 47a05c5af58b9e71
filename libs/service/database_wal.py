"""The write-ahead log keeps what was written until its files are used again, which may take months on a calm machine.

A file of it that is no longer needed is given a later name and waits, its old content in it. So: a checkpoint, then so
many new files that all waiting ones were used; and the same again for those that the first round still needed.
Switching to the next file fills the rest of one with zeros.
"""

import asyncpg

from libs.events.projection.postgres import Connection

ROUNDS = 2
AT_MOST = 1_024


async def overwrite(connection: Connection) -> str | None:
    """Leave nothing in the write-ahead log of what was deleted before; None when that is so, else why it is not.

    Some 64 MB are written. A backup, a replica and an archive of the log have their own copies.
    """
    try:
        for _ in range(ROUNDS):
            await _round(connection)
    except asyncpg.InsufficientPrivilegeError as refused:
        return f"this user may not ({refused.message})"
    return None


async def _round(connection: Connection) -> None:
    await connection.execute("CHECKPOINT")
    last: str = await connection.fetchval(LAST)
    for _ in range(AT_MOST):
        await connection.execute(MARK)
        await connection.fetchval("SELECT pg_switch_wal()")
        if await connection.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())") > last:
            break


LAST = "SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"
MARK = "SELECT pg_logical_emit_message(true, 'parlor', 'overwrite')"
"""Without a word in it a file is not left."""
