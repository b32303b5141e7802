"""What can go wrong with the app's own process."""

from __future__ import annotations

from faults.app.crash import AppCrash
from faults.app.pause import AppPause
from faults.app.terminate import AppTerminate

__all__ = ["AppCrash", "AppPause", "AppTerminate"]
