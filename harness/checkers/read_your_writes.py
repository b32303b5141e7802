"""What was acknowledged can be read at once: no answer comes from before the write.

Some writes are read back right after their acknowledgement. "Not found" is a lie then; an error
that promises nothing (503, a time-out) is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence

MISSING = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadYourWrites:
    """No read of an acknowledged write is answered with "not found"."""

    name = "read-your-writes"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the writes that could not be read."""
        asked = [op for op in evidence.ops if op.reads_back]
        if not asked:
            return passed(self.name, "no write was read back")
        missing = [op for op in asked if op.status in MISSING]
        figures = {"read_back": len(asked), "missing": len(missing)}
        if missing:
            reason = f"{len(missing)} of {len(asked)} acknowledged writes were not found at once"
            return failed(self.name, reason, figures, missing)
        return passed(self.name, f"{len(asked)} acknowledged writes were read back", figures)
