"""What can go wrong with requests of the app to an HTTP server that it depends on."""

from __future__ import annotations

from squall_faults.upstream.cut_body import CutBody
from squall_faults.upstream.malformed import Malformed
from squall_faults.upstream.reset import UpstreamReset
from squall_faults.upstream.slow_accept import SlowAccept
from squall_faults.upstream.slow_body import SlowBody
from squall_faults.upstream.status import UpstreamStatus
from squall_faults.upstream.wrong_length import WrongLength

__all__ = [
    "CutBody",
    "Malformed",
    "SlowAccept",
    "SlowBody",
    "UpstreamReset",
    "UpstreamStatus",
    "WrongLength",
]
