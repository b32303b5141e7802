"""What can go wrong with the database server itself, done to the real one."""

from __future__ import annotations

from squall_faults.database.crash import Crash
from squall_faults.database.exhaust_connections import ExhaustConnections
from squall_faults.database.failover import Failover
from squall_faults.database.lock_table import LockTable
from squall_faults.database.long_transaction import LongTransaction
from squall_faults.database.pause import Pause
from squall_faults.database.read_only import ReadOnly
from squall_faults.database.restart import Restart
from squall_faults.database.terminate_backends import TerminateBackends

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
