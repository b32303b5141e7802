"""What can go wrong with the database server itself, done to the real one."""

from __future__ import annotations

from faults.database.crash import Crash
from faults.database.exhaust_connections import ExhaustConnections
from faults.database.failover import Failover
from faults.database.lock_table import LockTable
from faults.database.long_transaction import LongTransaction
from faults.database.pause import Pause
from faults.database.read_only import ReadOnly
from faults.database.restart import Restart
from faults.database.terminate_backends import TerminateBackends

__all__ = [
    "Crash",
    "ExhaustConnections",
    "Failover",
    "LockTable",
    "LongTransaction",
    "Pause",
    "ReadOnly",
    "Restart",
    "TerminateBackends",
]
