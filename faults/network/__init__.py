"""What can go wrong between two processes, through either engine's Toxiproxy API."""

from __future__ import annotations

from faults.network.latency import Latency
from faults.network.refuse import Refuse
from faults.network.reset import Reset
from faults.network.stall import Stall

__all__ = ["Latency", "Refuse", "Reset", "Stall"]
