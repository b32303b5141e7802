"""Stand-ins in SQL for extensions that migrations often create and the wheel's server lacks.

    extension_control_path = '$system:DIRECTORY'        PostgreSQL 18 looks there, too

The server's own extensions come first, so that a stand-in never hides a real one. Each has the
version ``squall``, by which a lab recognises that one is used.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.providers.process.postgres_binaries import Account
from squall.lab.providers.process.postgres_template import make_private

SOURCE = Path(__file__).parents[2] / "extensions"
FIRST_VERSION = 18
VERSION_SECONDS = 10
USED = "SELECT extname FROM pg_extension WHERE extversion = 'squall' ORDER BY 1"


def stand_in_settings(binaries: Path, place: Path, who: Account | None) -> dict[str, str]:
    """Settings with which a server finds them; empty if the server supports only its own directory.

    ``place``: the directory to which they are copied for ``who``, because the server's account may
    not be able to read ours.
    """
    if _major_version(binaries) < FIRST_VERSION:
        return {}
    make_private(place, who)
    make_private(place / "extension", who)
    for source in SOURCE.iterdir():
        if source.is_file():
            copy = place / "extension" / source.name
            shutil.copyfile(source, copy)
            copy.chmod(0o600)
            if who is not None:
                os.chown(copy, who.uid, who.gid)
    return {"extension_control_path": f"$system:{place}"}


@functools.cache
def _major_version(binaries: Path) -> int:
    done = subprocess.run(  # noqa: S603 - the server that is about to be started
        [str(binaries / "postgres"), "--version"],
        capture_output=True, text=True, check=False, timeout=VERSION_SECONDS,
    )  # fmt: skip
    found = re.search(r"\) (\d+)", done.stdout)
    if found is None:
        raise LabError(f"{binaries / 'postgres'} does not tell its version: {done.stderr[:200]}")
    return int(found[1])
