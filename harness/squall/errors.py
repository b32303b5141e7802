"""Every error that Squall raises for its users to catch, and the exit codes of the command.

SquallError             the base of what the harness raises
├── UsageError          a scenario, option or table is wrong; the message names every place
├── LabError            a part of the lab did not start or died; ends with the next step
│   └── AppFailed       the app under test did not start
└── NothingRan          nothing was left to run
FaultError              the base of what faults raise
├── InvalidFault        the fault does not exist, or its attributes are invalid
├── FaultUnavailable    the lab cannot do what the fault needs
├── InjectionFailed     the fault could not be put into force; nothing is left behind
└── HealFailed          the fault could not be undone; the lab cannot be used again
"""

from __future__ import annotations

from squall_faults.errors import (
    FaultError,
    FaultUnavailable,
    HealFailed,
    InjectionFailed,
    InvalidFault,
)

from squall.core.errors import AppFailed, ExitCode, LabError, NothingRan, SquallError, UsageError

__all__ = [
    "AppFailed",
    "ExitCode",
    "FaultError",
    "FaultUnavailable",
    "HealFailed",
    "InjectionFailed",
    "InvalidFault",
    "LabError",
    "NothingRan",
    "SquallError",
    "UsageError",
]
