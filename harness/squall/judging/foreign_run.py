"""The run of others as evidence, and the gates that judge it.

What Squall does not see is not judged: sessions, rows, the app's log and process, and whether a
fault had an effect inside the system. Clients must have noticed it, or nothing is proven.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace

from squall.config.profile import DEFAULT_CONTRACT
from squall.core import events
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.availability import Availability
from squall.gates.error_contract import ErrorContract
from squall.gates.fails_fast import FailsFast
from squall.gates.percentiles import percentile
from squall.gates.recovery_time import RecoveryTime
from squall.gates.registry import standard_gates
from squall.gates.response_time import ResponseTime
from squall.gates.verdict import Gate
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op
from squall.judging.fault_intervals import FaultInterval
from squall.judging.request_rows import Requests
from squall.runner.result import Run
from squall.scenario.judge import judge_run
from squall.scenario.model import Scenario

JUDGED = (ErrorContract, AnsweredInTime, FailsFast, ResponseTime, Availability, RecoveryTime)
"""Gates that need requests and times alone."""

NOTICED = "requests failed or slow"
TIMES_SLOWER = 2.0
"""A request counts as slow that took longer than this multiple of the p95 before the fault."""


def judge_foreign(
    requests: Requests,
    faults: Sequence[FaultInterval],
    *,
    name: str,
    deadline_seconds: float = DEFAULT_CONTRACT.deadline_seconds,
    gates: Mapping[str, Gate] | None = None,
) -> Run:
    """Judge requests of another load generator under faults of another tool.

    Args:
        requests: all of the run, with some time before the first fault and after the last.
        faults: when each was in force, on the same clock.
        name: of the run, for the table.
        deadline_seconds: within which the app must answer.
        gates: gates and thresholds in addition to the standard ones, by name.
    """
    ops = requests.ops
    scenario = Scenario(
        name=name,
        story=f"Faults that others injected: {', '.join(fault.name for fault in faults)}.",
        steps=(),
        gates={**_switched_off(), **(gates or {})},
    )
    evidence = Evidence(
        ops=ops,
        events=tuple(_events(ops, faults, name)),
        final_state=None,
        contract=_contract(requests, deadline_seconds, min(fault.start for fault in faults)),
    )
    findings = judge_run(scenario, evidence)
    return Run(scenario=scenario, seed=0, engine="other", evidence=evidence, findings=findings)


def _switched_off() -> dict[str, Gate | None]:
    return {gate.name: None for gate in standard_gates() if not isinstance(gate, JUDGED)}


def _contract(requests: Requests, deadline_seconds: float, start: float) -> Contract:
    return replace(
        DEFAULT_CONTRACT,
        deadline_seconds=deadline_seconds,
        log_known=False,
        process_known=False,
        calm_seconds=_calm(requests.ops, start),
    )


def _calm(ops: Sequence[Op], start: float) -> dict[str, float]:
    """The median time of each operation before the first fault."""
    times: dict[str, list[float]] = {}
    for op in ops:
        if op.good and op.done < start:
            times.setdefault(op.name, []).append(op.response_seconds)
    return {name: statistics.median(each) for name, each in times.items()}


def _events(ops: Sequence[Op], faults: Sequence[FaultInterval], name: str) -> list[events.Event]:
    first = min(op.intended for op in ops)
    last = max(op.done for op in ops)
    began = events.RunStarted(at=first, scenario=name, seed=0, engine="other")
    found: list[events.Event] = [began]
    for step, fault in enumerate(faults):
        found += [
            events.FaultInjected(at=fault.start, step=step, fault=fault.name, label=fault.name),
            events.FaultHealed(
                at=fault.end,
                step=step,
                fault=fault.name,
                bites=_count_noticed(ops, fault),
                what=NOTICED,
            ),
        ]
    found.append(events.RunEnded(at=max(last, faults[-1].end)))
    return sorted(found, key=lambda event: event.at)


def _count_noticed(ops: Sequence[Op], fault: FaultInterval) -> int:
    """Requests under way during the fault that failed, or were slower than before it."""
    before = [op.response_seconds for op in ops if op.done < fault.start]
    usual = percentile(before, 95) or max(before, default=0.0)
    return sum(
        not op.good or op.response_seconds > TIMES_SLOWER * usual
        for op in ops
        if op.done > fault.start and op.intended < fault.end
    )
