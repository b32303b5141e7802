"""What can go wrong with single messages between app and PostgreSQL, in the embedded engine."""

from __future__ import annotations

from faults.wire.cut_after_commit import CutAfterCommit
from faults.wire.cut_before_commit import CutBeforeCommit
from faults.wire.delay_statement import DelayStatement
from faults.wire.error_reply import ErrorReply
from faults.wire.fatal_reply import FatalReply
from faults.wire.refuse_startup import RefuseStartup
from faults.wire.stall_reply import StallReply

__all__ = [
    "CutAfterCommit",
    "CutBeforeCommit",
    "DelayStatement",
    "ErrorReply",
    "FatalReply",
    "RefuseStartup",
    "StallReply",
]
