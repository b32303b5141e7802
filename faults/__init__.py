"""What can go wrong with a service's network, database, processes and callers."""

from __future__ import annotations

from faults.app import AppCrash, AppPause, AppTerminate
from faults.catalogue import entries, entry, from_dict, key_of, to_dict
from faults.client import Disconnect, Stampede
from faults.database import (
    Crash,
    ExhaustConnections,
    LockTable,
    LongTransaction,
    Pause,
    ReadOnly,
    Restart,
    TerminateBackends,
)
from faults.errors import FaultError, FaultUnavailable, HealFailed, InjectionFailed, InvalidFault
from faults.fault import NO_FAULT, Bite, Fault, Injection, compose, within
from faults.network import (
    Bandwidth,
    BlackHole,
    Deaf,
    Flap,
    HangUp,
    Latency,
    LimitData,
    Refuse,
    Reset,
    Slicer,
    SlowClose,
    Stall,
    Zombie,
)
from faults.wire import (
    CutAfterCommit,
    CutBeforeCommit,
    DelayStatement,
    ErrorReply,
    RefuseStartup,
    StallReply,
)

__all__ = [
    "NO_FAULT",
    "AppCrash",
    "AppPause",
    "AppTerminate",
    "Bandwidth",
    "Bite",
    "BlackHole",
    "Crash",
    "CutAfterCommit",
    "CutBeforeCommit",
    "Deaf",
    "DelayStatement",
    "Disconnect",
    "ErrorReply",
    "ExhaustConnections",
    "Fault",
    "FaultError",
    "FaultUnavailable",
    "Flap",
    "HangUp",
    "HealFailed",
    "Injection",
    "InjectionFailed",
    "InvalidFault",
    "Latency",
    "LimitData",
    "LockTable",
    "LongTransaction",
    "Pause",
    "ReadOnly",
    "Refuse",
    "RefuseStartup",
    "Reset",
    "Restart",
    "Slicer",
    "SlowClose",
    "Stall",
    "StallReply",
    "Stampede",
    "TerminateBackends",
    "Zombie",
    "compose",
    "entries",
    "entry",
    "from_dict",
    "key_of",
    "to_dict",
    "within",
]
