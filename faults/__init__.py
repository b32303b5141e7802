"""What can go wrong with a service's network and database: each fault with its cure."""

from __future__ import annotations

from faults.catalogue import entries, entry, from_dict, key_of, to_dict
from faults.database import Crash, Restart
from faults.errors import FaultError, FaultUnavailable, HealFailed, InjectionFailed, InvalidFault
from faults.fault import NO_FAULT, Bite, Fault, Injection, compose, within
from faults.network import Latency, Refuse, Reset, Stall

__all__ = [
    "NO_FAULT",
    "Bite",
    "Crash",
    "Fault",
    "FaultError",
    "FaultUnavailable",
    "HealFailed",
    "Injection",
    "InjectionFailed",
    "InvalidFault",
    "Latency",
    "Refuse",
    "Reset",
    "Restart",
    "Stall",
    "compose",
    "entries",
    "entry",
    "from_dict",
    "key_of",
    "to_dict",
    "within",
]
