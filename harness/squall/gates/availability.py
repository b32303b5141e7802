"""The share of successful answers in each window. The limit during an outage may be lower.

Where an outage concerns writes only, reads go on as before, and the other way round: an app whose
circuit breaker opens because of conflicts refuses what would have worked, or serves copies. It does
so at once, and want of a CPU is slow: most that are refused at once are no matter of the machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from squall.core.errors import UsageError
from squall.gates.copies import Freshness
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.idle_while_refusing import idle_while_refusing
from squall.gates.lock_waits import lost_to_locks
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Window
from squall.history.op import Op

TOO_FEW_DURING = "too-few-good-answers-during"
TOO_FEW_AFTER = "too-few-good-answers-after"
TOO_FEW_READS = "too-few-good-reads-during"
TOO_FEW_WRITES = "too-few-good-writes-during"
IDLE = "idle-while-it-refuses"
AT_ONCE_FIGURE = "refused_at_once"
"""Name of the figure that says how many of them were refused at once, if that is why it stands."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """A share of the operations of one window that must be good."""

    window: Window
    least: float | None
    name: str
    """Of its figures."""
    what: str = ""
    """The operations that count; empty for all."""
    reads: bool | None = None

    def chosen(self, evidence: Evidence) -> list[Op]:
        ops = evidence.window(self.window)
        if self.reads is None:
            return ops
        return [op for op in ops if (op.effect == "read") == self.reads]

    def skips(self, ops: list[Op]) -> bool:
        """Whether there is nothing to say of these operations."""
        if self.least is None:
            return self.reads is not None or not ops
        return self.reads is not None and len(ops) < LEAST_OF_A_KIND

    def share(self, ops: list[Op], is_fresh: Freshness) -> float:
        """The good ones; among reads alone, those that are not copies."""
        return sum(self._counts(op, is_fresh) for op in ops) / len(ops)

    def _counts(self, op: Op, is_fresh: Freshness) -> bool:
        return op.good and (not self.reads or is_fresh(op))

    def overrun(self, share: float) -> float:
        """How many times as many failed as may."""
        least = self.least or 0.0
        return (1 - share) / (1 - least) if least < 1 else math.inf

    def waits_for_locks(self, ops: list[Op], evidence: Evidence) -> bool:
        """Whether so many reads lost their time to locks that no want of CPU explains it."""
        if not self.reads or self.least is None:
            return False
        locked = lost_to_locks(evidence, [op for op in ops if not op.good])
        return 1 - len(locked) / len(ops) < self.least

    def refused_at_once(self, ops: list[Op], is_fresh: Freshness) -> int:
        """How many of those that the fault does not concern were refused, or got a copy, at once;
        0 unless these are most.
        """
        missed = [op for op in ops if not self._counts(op, is_fresh)]
        if self.reads is None or len(ops) < LEAST_AT_ONCE or 2 * len(missed) < len(ops):
            return 0
        quick = sum(op.status is not None and op.response_seconds <= AT_ONCE for op in missed)
        return quick if quick >= NEARLY_ALL * len(missed) else 0

    def told(self, ops: list[Op], share: float) -> str:
        return f"{share:.1%} of {len(ops)} {self.what}{self.window}"

    def short(self, ops: list[Op], share: float) -> str:
        asked = f"{self.window} the outage {share:.1%} of {len(ops)} {self.what}"
        return f"{asked}were good, not {self.least:.0%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability(Gate):
    """Minimum share of successful answers, from 0 to 1; None sets no limit for a window."""

    during_min: float | None = None
    after_min: float | None = None
    during_reads_min: float | None = None
    """Of reads alone, in an outage that only concerns writes. A copy is not good then."""
    during_writes_min: float | None = None
    """Of writes alone, in an outage that concerns reads, or whose errors a repeat overcomes."""
    work_kept: float | None = None
    """Share of its statements a second that an app still sends when it refuses some requests, in an
    outage that is nothing but more work than it can do.
    """

    name = "availability"
    severity = Severity.RECOVERY
    timed = True

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        for limit in self._limits():
            if limit.least is not None and not 0 <= limit.least <= 1:
                raise UsageError(
                    f"gate {self.name}: {limit.name}_min must be from 0 to 1, got {limit.least!r}"
                )
        if self.work_kept is not None and not 0 <= self.work_kept <= 1:
            raise UsageError(
                f"gate {self.name}: work_kept must be from 0 to 1, got {self.work_kept!r}"
            )

    def _limits(self) -> tuple[_Limit, ...]:
        return (
            _Limit("during", self.during_min, "during"),
            _Limit("after", self.after_min, "after"),
            _Limit("during", self.during_reads_min, "during_reads", "reads ", reads=True),
            _Limit("during", self.during_writes_min, "during_writes", "writes ", reads=False),
        )

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the windows that are below their limit, or with places that stand idle."""
        return self._idle(evidence) or self._shares(evidence)

    def _idle(self, evidence: Evidence) -> Finding | None:
        """The failure of an app that does less from its first refusals on."""
        found = None if self.work_kept is None else idle_while_refusing(evidence)
        if found is None or self.work_kept is None or found.kept >= self.work_kept:
            return None
        told = (
            f"{found.refusing:.0f} statements a second since the first refusals, and"
            f" {found.busy:.0f} before them, while {found.refused} requests were refused"
        )
        figures = {"work_kept": round(found.kept, 3), "work_kept_min": self.work_kept}
        start, end = evidence.bounds("during")
        return failed(self.name, told, figures, code=IDLE, patience=end - start,
                      in_kind=found.rests)  # fmt: skip

    def _shares(self, evidence: Evidence) -> Finding:
        figures: dict[str, float] = {}
        told: list[str] = []
        missed: list[tuple[_Limit, list[Op], float]] = []
        is_fresh = Freshness(evidence)
        for limit in self._limits():
            ops, least = limit.chosen(evidence), limit.least
            if limit.skips(ops):
                continue
            if not ops:
                reason = f"there was no operation {limit.window} the outage"
                return inconclusive(self.name, reason)
            share = limit.share(ops, is_fresh)
            figures[f"{limit.name}_share"] = round(share, 4)
            told.append(limit.told(ops, share))
            if least is not None:
                figures[f"{limit.name}_min"] = least
            if least is not None and share < least:
                missed.append((limit, ops, share))
        if not missed:
            return passed(self.name, "good answers: " + ", ".join(told), figures)
        return self._missed(evidence, missed, figures, is_fresh)

    def _missed(
        self,
        evidence: Evidence,
        missed: Sequence[tuple[_Limit, list[Op], float]],
        figures: Mapping[str, float],
        is_fresh: Freshness,
    ) -> Finding:
        reason = "; ".join(limit.short(ops, share) for limit, ops, share in missed)
        code = next(code for name, code in CODES if is_short(figures, name))
        overrun = max(limit.overrun(share) for limit, _, share in missed)
        patience = max(_failed_seconds(ops, share) for _, ops, share in missed)
        at_once = sum(limit.refused_at_once(ops, is_fresh) for limit, ops, _ in missed)
        known = {**figures, AT_ONCE_FIGURE: float(at_once)} if at_once else figures
        in_kind = bool(at_once) or any(
            limit.waits_for_locks(ops, evidence) for limit, ops, _ in missed
        )
        return failed(self.name, reason, known, code=code, overrun=overrun, patience=patience,
                      in_kind=in_kind)  # fmt: skip


CODES = (
    ("after", TOO_FEW_AFTER),
    ("during", TOO_FEW_DURING),
    ("during_reads", TOO_FEW_READS),
    ("during_writes", TOO_FEW_WRITES),
)
"""The code of a failure is that of the first limit that is missed."""

LEAST_OF_A_KIND = 10
"""Fewer reads or writes prove nothing."""
LEAST_AT_ONCE = 20
AT_ONCE = 0.05
"""Seconds."""
NEARLY_ALL = 0.75
"""Of what was refused. In seven runs of the reference app beside other labs no read was missed."""


def _failed_seconds(ops: Sequence[Op], share: float) -> float:
    """How long requests failed: half a second without a CPU does not explain three seconds."""
    return (1 - share) * (ops[-1].intended - ops[0].intended)


def is_short(figures: Mapping[str, float], window: str) -> bool:
    """Whether a window of a finding had fewer successful answers than its limit."""
    least = figures.get(f"{window}_min")
    return least is not None and figures[f"{window}_share"] < least
