"""Create a standby's data: a base backup of the primary, with the settings to follow it.

PostgreSQL documentation, "pg_basebackup": ``--write-recovery-conf`` creates ``standby.signal`` and
``primary_conninfo``; WAL written during the backup is streamed with it.
"""

from __future__ import annotations

import os
from pathlib import Path

from squall.lab.endpoint import Endpoint
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process.postgres_binaries import Account
from squall.lab.providers.process.postgres_template import STANDBY_ROLE, run

PROGRAM = "pg_basebackup"
STANDBY = "squall_standby"
"""Its ``application_name`` in pg_stat_replication and synchronous_standby_names."""

OPTIONS = ("--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync")


def conninfo(primary: Endpoint, user: str) -> str:
    """The connection string from a standby to its primary."""
    return (
        f"host={primary.host} port={primary.port} user={user} application_name={STANDBY}"
        " sslmode=disable gssencmode=disable"
    )


def lacking() -> str:
    """What this machine lacks for a standby; empty if nothing."""
    binaries = postgres_binaries.find()
    if (binaries / PROGRAM).exists():
        return ""
    return f"a standby needs {PROGRAM}, and {binaries} has none; set SQUALL_PG_BIN"


def base_backup(
    binaries: Path, who: Account | None, primary: Endpoint, target: Path, password: str
) -> None:
    """Copy the running primary into ``target``, which is created.

    The password is in the environment, and later in the standby's own configuration: arguments are
    visible to every user of the machine.

    Raises:
        LabError: it failed; the message has its output.
    """
    target.mkdir(mode=0o700)
    if who is not None:
        os.chown(target, who.uid, who.gid)
    source = f"--dbname={conninfo(primary, STANDBY_ROLE)}"
    command = [str(binaries / PROGRAM), source, f"--pgdata={target}", *OPTIONS]
    run(command, who, target, environment={"PGPASSWORD": password})
