"""How the app ended after SIGTERM, and what the process that got the signal does with it.

The kernel tells which signals a process ignores and which it catches (``SigIgn`` and ``SigCgt`` in
``/proc/PID/status``, proc(5)). A shell that starts the app does neither, and passes nothing on.
"""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Literal, NamedTuple

Handling = Literal["caught", "ignored", "default", ""]
"""Empty: not known."""

MASKS: tuple[tuple[str, Handling], ...] = (("SigIgn:", "ignored"), ("SigCgt:", "caught"))


class Termination(NamedTuple):
    """One end."""

    exit_code: int
    seconds: float
    """From SIGTERM to the exit."""
    handling: Handling = ""


def sigterm_handling(pid: int, proc: Path = Path("/proc")) -> Handling:
    """What this process does with SIGTERM; empty where the kernel does not tell."""
    masks: dict[str, int] = {}
    with contextlib.suppress(OSError, ValueError):
        for line in (proc / str(pid) / "status").read_text().splitlines():
            name, _, value = line.partition("\t")
            if name in dict(MASKS):
                masks[name] = int(value, 16)
    if len(masks) < len(MASKS):
        return ""
    bit = 1 << (signal.SIGTERM - 1)
    return next((what for name, what in MASKS if masks[name] & bit), "default")
