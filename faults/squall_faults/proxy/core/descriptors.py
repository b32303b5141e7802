"""Open files: as many as the system lets us have, and what happens to who comes when all are taken.

    0 ───────────── clients and upstreams ─────────────┤ reserve ├ limit
                                                         API, dials of accepted clients

The kernel gives the lowest free number to each new file, so the number of an accepted socket tells
how many are open.
"""

from __future__ import annotations

import resource

LARGEST_RESERVE = 128


def raise_limit() -> int:
    """Raise the soft limit to the hard one; the limit that now holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # some systems have a smaller one that they do not tell
            return soft
    return hard


def is_last(descriptor: int) -> bool:
    """Whether a socket with this number takes what is reserved."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return False
    return descriptor >= limit - min(LARGEST_RESERVE, limit // 8)
