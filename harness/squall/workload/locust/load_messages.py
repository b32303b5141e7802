"""Names of the messages between master and workers, and what they carry."""

from __future__ import annotations

HELLO = "squall_hello"
"""Worker: it is ready: ``host``, ``pid``, ``boot``."""

CLOCK = "squall_clock"
"""Master: ``asked``; the worker answers at once with ``seen``, its clock."""

PLAN = "squall_plan"
"""Master: ``{"run": plan}`` with the worker's part of it."""

BEHAVE = "squall_behave"
"""Master: ``{"behave": {…}}``, as the generator takes it."""

STOP = "squall_stop"
"""Master: ``{"stop": {"at": t}}``."""

OPS = "squall_ops"
"""Worker: lines with one record each."""

SAID = "squall_said"
"""Worker: any other line of its generator."""
