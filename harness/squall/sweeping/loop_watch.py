"""Whether an app's main thread waits inside of a blocking call, as the kernel shows it.

An event loop that has nothing to do waits in epoll. In ``clock_nanosleep``, ``recvfrom`` or
``poll`` it waits for one thing, and everybody else waits for it. A busy processor looks different:
then the thread is ready to run.
"""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PAUSE_SECONDS = 0.002
CALLS: Mapping[str, Mapping[int, str]] = {
    "x86_64": {
        0: "read", 7: "poll", 35: "nanosleep", 42: "connect", 44: "sendto", 45: "recvfrom",
        47: "recvmsg", 230: "clock_nanosleep", 271: "ppoll",
    },
    "aarch64": {
        63: "read", 73: "ppoll", 101: "nanosleep", 115: "clock_nanosleep", 203: "connect",
        206: "sendto", 207: "recvfrom", 212: "recvmsg",
    },
}  # fmt: skip
"""Numbers of calls in which an event loop must not wait (Linux, asm/unistd.h)."""
SELECT = {"x86_64": 23}
"""``time.sleep`` of Python 3.10 is a select without files."""


def blocking_call(text: str, machine: str) -> str:
    """The call in which a thread waits, from ``/proc/PID/syscall``; empty for any other state."""
    number, *arguments = text.split() or [""]
    if not number.isdecimal():
        return ""  # running
    if int(number) == SELECT.get(machine) and set(arguments[:4]) == {"0x0"}:
        return "select"
    return CALLS.get(machine, {}).get(int(number), "")


@dataclass(slots=True)
class LoopWatch:
    """Samples the main thread of each process until it is stopped."""

    pids: Sequence[int]
    machine: str = field(default_factory=platform.machine)
    samples: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Share of the samples in which it waited in a blocking call."""
        return sum(self.calls.values()) / self.samples if self.samples else 0.0

    def look(self) -> None:
        """Take one sample."""
        for pid in self.pids:
            try:
                text = Path(f"/proc/{pid}/syscall").read_text("ascii")
            except OSError:
                continue  # it ended, or the system does not show it
            self.samples += 1
            if call := blocking_call(text, self.machine):
                self.calls[call] += 1

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(PAUSE_SECONDS)
