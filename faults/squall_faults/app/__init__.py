"""What can go wrong with the app's own process."""

from __future__ import annotations

from squall_faults.app.crash import AppCrash
from squall_faults.app.overlap import AppOverlap
from squall_faults.app.pause import AppPause
from squall_faults.app.terminate import AppTerminate

__all__ = ["AppCrash", "AppOverlap", "AppPause", "AppTerminate"]
