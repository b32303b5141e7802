"""How long after the heal clients are still affected.

    heal ──✗──✗──✓──✗──✓──✓──✓──✓──✓──▶ intended start
         └──────────────┘
         recovery time: until the first answer from which on every answer is good and quick

Later than half a deadline after the heal, an answer that is marked as a copy (Age, Cache-Status)
does not count as good, unless the operation had such answers before the fault.

One kind of request may fail for good while the others hide it: requests of one operation, or reads
of one path, that fail in a row up to the end (``stuck_requests``), and requests that failed in the
outage, are asked again, and fail for longer than the limit (``asked_again``). Or the time of those
who waited is wasted (``waited-in-vain``).

Recovery is when the first of the good answers arrived. Zero is possible: the app answered
successfully before the heal, and did not stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from squall.core.counting import counted
from squall.gates.asked_again import never_served, refused_for_good, refused_repeats
from squall.gates.conflicts import is_well, operations_that_conflict
from squall.gates.copies import Freshness
from squall.gates.findings import HOLDS, failed, inconclusive, listed, passed
from squall.gates.overtaken import MANY_SERVED, overtaken_requests
from squall.gates.percentiles import percentile
from squall.gates.relapses import relapses
from squall.gates.stuck_requests import stuck_requests
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_SECONDS = 0.5
USUAL_TIMES = 3.0
COPIES_DEADLINES = 0.5
"""How long after the heal copies are as good as fresh answers: a circuit waits for its trial."""

EVERYBODY, NEARLY_ALL = 40, 0.9
"""Requests, of which this share is refused at once, so that no want of CPU is why."""
AT_ONCE_SECONDS = 0.05

LATE = "recovered-late"
NEVER = "not-recovered"
STUCK = "some-never-recovered"
OVERTAKEN = "waited-in-vain"
STILL = "some-not-yet"
"""The code of a pass: there was no time to see more, and whoever waits for recovery waits on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryTime(Gate):
    """From ``within_ms`` after the last heal on, every answer is good and quick.

    None stands for a limit taken from the app: its deadline, and its answers before the fault.
    """

    within_ms: float | None = None
    """None: the app's deadline, and at least half a second."""
    answer_ms: float | None = None
    """An answer slower than this does not count as recovered. None: three times the p95 before the
    fault, or the usual time of its operation; at least half a second and at most the deadline.
    """
    at_least: int = 20
    """Minimum number of successful answers in a row, up to the end, that prove recovery."""

    name = "recovery-time"
    severity = Severity.RECOVERY
    timed = True
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail if recovery took longer or did not happen."""
        healed = evidence.last_healed
        if healed is None:
            reason = "no fault was healed, so there is nothing to recover from"
            return inconclusive(self.name, reason)
        after = evidence.window("after")
        if len(after) < self.at_least:
            reason = f"only {len(after)} operations after the heal; {self.at_least} are needed"
            return inconclusive(self.name, reason)
        healthy = _Healthy(self._slow_seconds(evidence), self._slow_by_nature(evidence), evidence)
        bad = self._without_chance(
            [index for index, op in enumerate(after) if not healthy(op)], after, healthy
        )
        steady = after[bad[-1] + 1 :] if bad else after
        if len(steady) < self.at_least:
            return self._never(evidence, after, bad)
        if stuck := stuck_requests(evidence, after):
            return self._stuck(evidence, stuck, {"bad_after_heal": len(bad)})
        recovery = 0.0
        if bad or not self._well_before(evidence, healthy):
            recovery = (steady[0].done - healed) * 1000
        return self._measured(evidence, recovery, [after[index] for index in bad])

    def _without_chance(self, bad: list[int], after: list[Op], healthy: _Healthy) -> list[int]:
        """Without a last one that was served well, but late, among many in time: a pause of the
        machine, and not of the app.
        """
        if not bad or not healthy.but_late(after[bad[-1]]):
            return bad
        previous = bad[-2] if len(bad) > 1 else -1
        alone = min(bad[-1] - previous, len(after) - bad[-1]) > self.at_least
        return bad[:-1] if alone else bad

    def _measured(self, evidence: Evidence, recovery: float, bad: list[Op]) -> Finding:
        """The time of recovery in milliseconds against the limit."""
        within = self.within_seconds(evidence) * 1000
        figures = {"recovery_ms": round(recovery, 1), "bad_after_heal": len(bad)}
        since = f"{counted(len(bad), 'bad answers')} since; limit {within:g} ms"
        told = f"recovered {recovery:.0f} ms after the heal, {since}"
        if recovery <= within:
            if found := self._unserved(evidence) or self._overtaken(evidence):
                return found
            waits = refused_repeats(evidence.ops) and not refused_for_good(evidence)
            waits = waits or relapses(evidence)
            return replace(passed(self.name, told, figures), code=STILL if waits else HOLDS)
        ends = (evidence.last_healed or 0.0) + recovery / 1000
        asked = sum(op.done <= ends for op in evidence.window("after"))
        return failed(self.name, told, figures, bad, code=LATE, overrun=recovery / within,
                      patience=_patience(recovery / 1000, bad, asked))  # fmt: skip

    def _stuck(
        self, evidence: Evidence, rows: list[list[Op]], figures: dict[str, float]
    ) -> Finding:
        """Some requests fail as long as they were sent, also when the limit was over."""
        healed = evidence.last_healed or 0.0
        ends = healed + self.within_seconds(evidence)
        late = {op.id: op for ops in rows if ops[-1].done >= ends for op in ops}
        ops = [late[number] for number in sorted(late)] or rows[0]
        names = listed(sorted({op.request or op.name for op in ops}))
        lasts = max(op.done for op in ops) - healed
        told = f"{counted(len(ops), 'requests')} of {names} failed in a row since the heal"
        reason = f"{told}, for {lasts:.1f} s, while others were served"
        if not late:
            return replace(passed(self.name, reason, figures), code=STILL)
        patience = _patience(lasts, ops, len(ops))
        return failed(self.name, reason, figures, ops, code=STUCK, patience=patience)

    def _unserved(self, evidence: Evidence) -> Finding | None:
        """The failure of an app that never again serves some requests."""
        since_heal = (evidence.last_healed or 0.0) + self.within_seconds(evidence)
        if not (dead := never_served(evidence.ops, since_heal)):
            return None
        asked = len({op.target for op in evidence.ops if op.asked_again})
        reason = f"{len(dead)} of {asked} requests that failed in the outage fail for good"
        told = f"{reason}: {listed(sorted({op.request for op in dead}))}"
        return failed(self.name, told, {"never_served": len(dead)}, dead, code=NEVER)

    def _overtaken(self, evidence: Evidence) -> Finding | None:
        """The failure of an app that lets some wait in vain, although it serves others."""
        if not (late := overtaken_requests(evidence)):
            return None
        names = listed(sorted({op.request for op in late}))
        told = f"{len(late)} requests waited past the heal and were refused, while later ones were"
        return failed(self.name, f"{told} served: {names}", {"overtaken": len(late)}, late,
                      code=OVERTAKEN,
                      in_kind=bool(overtaken_requests(evidence, MANY_SERVED)))  # fmt: skip

    def within_seconds(self, evidence: Evidence) -> float:
        """How long after the heal the app may need to recover."""
        if self.within_ms is not None:
            return self.within_ms / 1000
        return max(LEAST_SECONDS, evidence.contract.deadline_seconds)

    def _slow_seconds(self, evidence: Evidence) -> float:
        if self.answer_ms is not None:
            return self.answer_ms / 1000
        usual = percentile([op.response_seconds for op in evidence.window("before")], 95) or 0.0
        return min(evidence.contract.deadline_seconds, max(LEAST_SECONDS, USUAL_TIMES * usual))

    def _slow_by_nature(self, evidence: Evidence) -> dict[str, float]:
        """The same for operations that take longer by themselves, such as those that hash."""
        calm = evidence.contract.calm_seconds if self.answer_ms is None else {}
        most = evidence.contract.deadline_seconds
        return {name: min(most, USUAL_TIMES * usual) for name, usual in calm.items()}

    def _well_before(self, evidence: Evidence, healthy: _Healthy) -> bool:
        """Whether the last answers before the heal were already successful."""
        during = evidence.window("during")
        return bool(during) and all(map(healthy, during[-self.at_least :]))

    def _never(self, evidence: Evidence, after: list[Op], bad: list[int]) -> Finding:
        watched = max(op.done for op in after) - (evidence.last_healed or 0.0)
        reason = (
            f"not recovered {watched:.2f} s after the heal: {len(bad)} of {len(after)} answers"
            " since were bad"
        )
        figures = {"bad_after_heal": len(bad)}
        ops = [after[i] for i in bad]
        patience = _patience(watched, ops, len(after))
        return failed(self.name, reason, figures, ops, code=NEVER, patience=patience,
                      in_kind=_refuses_everybody(after, evidence))  # fmt: skip


def _refuses_everybody(after: Sequence[Op], evidence: Evidence) -> bool:
    """Whether nobody was served for a deadline, and nearly all were refused at once: who has no CPU
    answers late. None of 1,003 stored runs of starved apps was so.
    """
    lasts = max(op.done for op in after) - (evidence.last_healed or 0.0)
    known = [op for op in after if op.status is not None]
    quick = sum(op.response_seconds <= AT_ONCE_SECONDS for op in known if not op.good)
    return (
        not any(op.good for op in after)
        and len(after) >= EVERYBODY
        and lasts >= max(LEAST_SECONDS, evidence.contract.deadline_seconds)
        and quick >= NEARLY_ALL * len(after)
    )


def _patience(seconds: float, bad: Sequence[Op], asked: int) -> float:
    """The part of this time in which requests were refused, and not merely late."""
    return seconds * sum(map(_refused_quickly, bad)) / max(1, asked)


def _refused_quickly(op: Op) -> bool:
    """A late answer may be the machine's fault. Half a second without a CPU does not explain that
    requests are refused at once for two seconds, as by a circuit that stays open.
    """
    return op.status is not None and op.response_seconds < LEAST_SECONDS


class _Healthy:
    """Whether an answer is as without a fault: successful (or a conflict, if there were some
    before), quick, and no copy, if there were none before.
    """

    def __init__(
        self, slow_seconds: float, by_nature: Mapping[str, float], evidence: Evidence
    ) -> None:
        self._slow, self._by_nature = slow_seconds, by_nature
        self._is_fresh = Freshness(evidence)
        self._conflicts = operations_that_conflict(evidence.window("before"))
        pause = evidence.contract.deadline_seconds * COPIES_DEADLINES
        self._fresh_from = (evidence.last_healed or 0.0) + pause

    def __call__(self, op: Op) -> bool:
        slow = max(self._slow, self._by_nature.get(op.name, 0.0))
        return self.but_late(op) and op.response_seconds <= slow

    def but_late(self, op: Op) -> bool:
        """The same for an answer that may have come late."""
        early = op.intended < self._fresh_from
        return is_well(op, self._conflicts) and (early or self._is_fresh(op))
