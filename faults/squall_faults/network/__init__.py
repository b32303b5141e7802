"""What can go wrong between two processes, through either engine's Toxiproxy API."""

from __future__ import annotations

from squall_faults.network.accept_and_close import AcceptAndClose
from squall_faults.network.accept_silence import AcceptSilence
from squall_faults.network.bandwidth import Bandwidth
from squall_faults.network.black_hole import BlackHole
from squall_faults.network.flap import Flap
from squall_faults.network.half_open import HalfOpen
from squall_faults.network.latency import Latency
from squall_faults.network.limit_data import LimitData
from squall_faults.network.refuse import Refuse
from squall_faults.network.reset import Reset
from squall_faults.network.slicer import Slicer
from squall_faults.network.slow_close import SlowClose
from squall_faults.network.stall import Stall

__all__ = [
    "AcceptAndClose",
    "AcceptSilence",
    "Bandwidth",
    "BlackHole",
    "Flap",
    "HalfOpen",
    "Latency",
    "LimitData",
    "Refuse",
    "Reset",
    "Slicer",
    "SlowClose",
    "Stall",
]
