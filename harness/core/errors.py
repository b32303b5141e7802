"""What can go wrong with the harness, each with the exit code that it ends a command with.

    SquallError            (3)
    ├── UsageError         (4)  a scenario file, option or address is wrong; all places are named
    ├── LabError           (3)  a part of the lab did not start or died; log lines and the next step
    └── NothingRan         (5)  no outage was left to run

A gate that fails and an inconclusive run are verdicts, not errors.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the ``squall`` command answers to the shell."""

    PASS = 0
    FAIL = 1
    INCONCLUSIVE = 2
    HARNESS = 3
    USAGE = 4
    NOTHING_RAN = 5
    INTERRUPTED = 130


class SquallError(Exception):
    """Base of the harness's errors: one clear message, never a traceback."""

    exit_code = ExitCode.HARNESS


class UsageError(SquallError):
    """The user's input is wrong; the message names each place and what to write instead."""

    exit_code = ExitCode.USAGE


class LabError(SquallError):
    """A process of the lab did not start, or died; the message ends with the next step."""


class AppFailed(LabError):
    """The app under test ended while it was started, or did not get ready: its own doing."""


class NothingRan(SquallError):
    """Every outage was left out, so nothing is proven."""

    exit_code = ExitCode.NOTHING_RAN
