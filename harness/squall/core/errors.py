"""The harness's errors, each with the exit code of a command that it ends.

    SquallError            (3)
    ├── UsageError         (4)  a scenario file, option or address is wrong; all places are named
    ├── LabError           (3)  a part of the lab did not start or died; log lines and the next step
    │   ├── EngineFailed        the engine did not answer when it was started
    │   ├── AppFailed           the app exited during start-up, or did not become ready
    │   └── ComponentLost       a component exited although nothing stopped it
    ├── NothingRan         (5)  no outage was left to run
    └── BudgetSpent        (6)  too many requests failed: healed and stopped

A failed gate and an inconclusive run are verdicts, not errors.
"""

from __future__ import annotations

import signal
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the ``squall`` command."""

    PASS = 0
    FAIL = 1
    INCONCLUSIVE = 2
    HARNESS = 3
    USAGE = 4
    NOTHING_RAN = 5
    STOPPED = 6
    INTERRUPTED = 130


class SquallError(Exception):
    """Base of the harness's errors. They print one clear message, never a traceback."""

    exit_code = ExitCode.HARNESS


class UsageError(SquallError):
    """The user's input is wrong. The message names each place and the correct form."""

    exit_code = ExitCode.USAGE


class LabError(SquallError):
    """A process of the lab did not start, or died. The message ends with the next step."""


class AppFailed(LabError):
    """The app under test exited during start-up, or did not become ready: the app is the cause."""


class EngineFailed(LabError):
    """The engine did not answer when it was started. Another one may."""


class ComponentLost(LabError):
    """A component of the lab exited although nothing stopped it. The measurements are void."""

    def __init__(self, component: str, how: str) -> None:
        super().__init__(
            f"{component} {how}, and Squall did not do it; the run proves nothing\n"
            "  look for what ended it: another program, the out-of-memory killer (dmesg), a limit"
        )
        self.component = component
        """``PostgreSQL``, ``engine``, ``meter``, ``workload``, ``watchdog`` or ``app``."""
        self.how = how


class NothingRan(SquallError):
    """Every outage was skipped or deselected, so nothing is proven."""

    exit_code = ExitCode.NOTHING_RAN


class BudgetSpent(SquallError):
    """More requests failed than ``--error-budget`` allows. Every fault was healed first."""

    exit_code = ExitCode.STOPPED

    def __init__(self, failed: int, limit: int) -> None:
        super().__init__(
            f"the error budget is spent: {failed} requests failed, and {limit} may; every fault is"
            " healed, and nothing more is run"
        )


def describe_end(code: int) -> str:
    """An exit code as text: ``ended by SIGKILL``, ``ended with exit code 1``."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"
