"""What callers do to a service."""

from __future__ import annotations

from faults.client.disconnect import Disconnect
from faults.client.stampede import Stampede

__all__ = ["Disconnect", "Stampede"]
