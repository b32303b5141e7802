"""One judged run as a doctor sees it: which gates failed, who suffered when, what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.checkers.cures import Cure
from harness.checkers.verdict import Finding, Verdict
from harness.core.events import BackendsSampled, FaultInjected, LogProblem
from harness.history.evidence import Evidence
from harness.history.op import Op

CUTTING = frozenset(
    {
        "database.crash", "database.restart", "database.terminate_backends", "network.flap",
        "network.hang_up", "network.limit_data", "network.refuse", "network.reset",
        "wire.cut_after_commit", "wire.cut_before_commit", "wire.fatal_reply",
    }
)  # fmt: skip
"""Faults that end connections, so that whoever keeps them keeps dead ones."""

SILENT = frozenset(
    {
        "database.pause", "network.black_hole", "network.deaf", "network.stall", "network.zombie",
        "wire.stall_reply",
    }
)  # fmt: skip
"""Faults after which nothing comes, not even an error."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a run went as it did."""

    reason: str
    """One sentence with the numbers."""
    cure: Cure | None = None
    """What most likely helps; None when nothing is needed, or nothing is known."""


@dataclass(frozen=True)
class Case:
    """What causes are looked for in; pure."""

    evidence: Evidence
    findings: Sequence[Finding]

    def failed(self, checker: str) -> Finding | None:
        """The finding of a gate that does not hold."""
        return self._with(Verdict.FAIL).get(checker)

    def unclear(self, checker: str) -> Finding | None:
        """The finding of a judge that could not tell."""
        return self._with(Verdict.INCONCLUSIVE).get(checker)

    def _with(self, verdict: Verdict) -> Mapping[str, Finding]:
        return {one.checker: one for one in self.findings if one.verdict is verdict}

    @cached_property
    def faults(self) -> frozenset[str]:
        """Keys of the faults that came into force."""
        return frozenset(e.fault for e in self.evidence.events if isinstance(e, FaultInjected))

    @cached_property
    def during(self) -> list[Op]:
        """Who asked during the outage."""
        return self.evidence.window("during")

    @cached_property
    def after(self) -> list[Op]:
        """Who asked after the heal."""
        return self.evidence.window("after")

    @cached_property
    def bad_after(self) -> list[Op]:
        """Who asked after the heal and got no good answer."""
        return [op for op in self.after if not op.good]

    @cached_property
    def sessions(self) -> int:
        """Sessions of the app just before the first fault; 0 when they were not counted."""
        start = self.evidence.bounds("before")[1]
        seen = [
            e.total for e in self.evidence.events if isinstance(e, BackendsSampled) and e.at < start
        ]
        return seen[-1] if seen else 0

    @cached_property
    def _said(self) -> str:
        lines = [e.line for e in self.evidence.events if isinstance(e, LogProblem)]
        return "\n".join([*lines, *(op.body for op in self.evidence.ops if op.body)])

    def said(self, pattern: str) -> bool:
        """Whether the app's log or the body of an error has words like these."""
        return re.search(pattern, self._said, re.IGNORECASE) is not None

    def late(self, ops: Sequence[Op]) -> list[Op]:
        """Those whose callers waited longer than the app promises, or gave up."""
        limit = self.evidence.contract.deadline_seconds
        return [op for op in ops if op.error == "timeout" or op.done - op.sent > limit]


def count(number: int, one: str, many: str = "") -> str:
    """``1 request``, ``5 requests``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
