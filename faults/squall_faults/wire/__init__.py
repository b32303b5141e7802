"""What can go wrong with single messages between app and PostgreSQL, in the embedded engine."""

from __future__ import annotations

from squall_faults.wire.cut_after_commit import CutAfterCommit
from squall_faults.wire.cut_before_commit import CutBeforeCommit
from squall_faults.wire.delay_statement import DelayStatement
from squall_faults.wire.error_reply import ErrorReply
from squall_faults.wire.fatal_reply import FatalReply
from squall_faults.wire.refuse_startup import RefuseStartup
from squall_faults.wire.stall_reply import StallReply

__all__ = [
    "CutAfterCommit",
    "CutBeforeCommit",
    "DelayStatement",
    "ErrorReply",
    "FatalReply",
    "RefuseStartup",
    "StallReply",
]
