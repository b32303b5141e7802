"""A standby's data: a base backup of the primary, with what makes it follow.

PostgreSQL documentation, "pg_basebackup": ``--write-recovery-conf`` leaves ``standby.signal`` and
``primary_conninfo``; the log that is written meanwhile is streamed with it.
"""

from __future__ import annotations

import os
from pathlib import Path

from harness.providers.base import Endpoint
from harness.providers.process import postgres_binaries
from harness.providers.process.postgres_binaries import Account
from harness.providers.process.template import run

PROGRAM = "pg_basebackup"
STANDBY = "squall_standby"
"""Its ``application_name``: the word in pg_stat_replication and synchronous_standby_names."""

OPTIONS = ("--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync")


def conninfo(primary: Endpoint, user: str) -> str:
    """How a standby reaches its primary."""
    return (
        f"host={primary.host} port={primary.port} user={user} application_name={STANDBY}"
        " sslmode=disable gssencmode=disable"
    )


def lacking() -> str:
    """What a standby needs and is not here; empty when nothing."""
    binaries = postgres_binaries.find()
    if (binaries / PROGRAM).exists():
        return ""
    return f"a standby needs {PROGRAM}, and {binaries} has none; set SQUALL_PG_BIN"


def base_backup(
    binaries: Path, who: Account | None, primary: Endpoint, target: Path, user: str
) -> None:
    """Copy the running primary into ``target``, which is made.

    Raises:
        LabError: it failed, with its words.
    """
    target.mkdir(mode=0o700)
    if who is not None:
        os.chown(target, who.uid, who.gid)
    source = f"--dbname={conninfo(primary, user)}"
    run([str(binaries / PROGRAM), source, f"--pgdata={target}", *OPTIONS], who, target)
