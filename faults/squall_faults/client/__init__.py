"""What callers do to a service."""

from __future__ import annotations

from squall_faults.client.ask_for_nothing import AskForNothing
from squall_faults.client.disconnect import Disconnect
from squall_faults.client.hold_bodies import HoldBodies
from squall_faults.client.hold_streams import HoldStreams
from squall_faults.client.load_spike import LoadSpike
from squall_faults.client.repeat import Repeat
from squall_faults.client.retry_failed import RetryFailed

__all__ = [
    "AskForNothing",
    "Disconnect",
    "HoldBodies",
    "HoldStreams",
    "LoadSpike",
    "Repeat",
    "RetryFailed",
]
