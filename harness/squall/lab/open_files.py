"""How many files a lab's processes may open: too few would be blamed on the app."""

from __future__ import annotations

import resource

from squall.core.errors import LabError

NEEDED = 256
"""A client takes two of the engine's; with fewer it turns clients away at the usual load."""

USUAL = 1024
"""The soft limit of most systems: what an app may expect."""


def ensure_open_files() -> None:
    """Raise a soft limit that is too low, for this process and those that it starts.

    Raises:
        LabError: the hard limit is too low.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _enough(soft):
        return
    if not _enough(hard):
        raise LabError(
            f"this account may open {hard} files, and a lab needs {NEEDED}:"
            f" raise the limit of open files: ulimit -n {USUAL}"
        )
    wanted = USUAL if hard == resource.RLIM_INFINITY else min(USUAL, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _enough(limit: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= NEEDED
