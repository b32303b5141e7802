"""What can go wrong with the app's processes other than its server."""

from __future__ import annotations

from squall_faults.worker.crash import WorkerCrash
from squall_faults.worker.pause import WorkerPause
from squall_faults.worker.terminate import WorkerTerminate

__all__ = ["WorkerCrash", "WorkerPause", "WorkerTerminate"]
