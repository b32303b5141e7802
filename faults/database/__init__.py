"""What can go wrong with the database server itself, done to the real one."""

from __future__ import annotations

from faults.database.crash import Crash
from faults.database.restart import Restart

__all__ = ["Crash", "Restart"]
