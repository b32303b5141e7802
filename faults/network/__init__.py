"""What can go wrong between two processes, through either engine's Toxiproxy API."""

from __future__ import annotations

from faults.network.bandwidth import Bandwidth
from faults.network.black_hole import BlackHole
from faults.network.deaf import Deaf
from faults.network.flap import Flap
from faults.network.hang_up import HangUp
from faults.network.latency import Latency
from faults.network.limit_data import LimitData
from faults.network.refuse import Refuse
from faults.network.reset import Reset
from faults.network.slicer import Slicer
from faults.network.slow_close import SlowClose
from faults.network.stall import Stall
from faults.network.zombie import Zombie

__all__ = [
    "Bandwidth",
    "BlackHole",
    "Deaf",
    "Flap",
    "HangUp",
    "Latency",
    "LimitData",
    "Refuse",
    "Reset",
    "Slicer",
    "SlowClose",
    "Stall",
    "Zombie",
]
