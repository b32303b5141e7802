"""Causes of late answers: requests that wait in line, and attempts after the last limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from squall.core.events import DatabaseLoad
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SILENCES, Diagnosis, JudgedRun, count
from squall.history.op import Op

LEAST_LATE = 3
LEAST_STEPS = 4
STEP_SECONDS = 0.2
"""What ends at the heal ends at once; a time-out is longer."""
ALIKE = 0.5
"""How far most steps may be from the usual one, as a share of it."""
MOST = 0.6
FOR_NOTHING = "client.ask_for_nothing"
REFUSED = frozenset({404, 409, 410, 422})
NOT_SERVED = ("availability", "recovery-time", "answered-in-time", "response-time")
LEAST_REFUSED = 5
LATE_SECONDS, LATE_TIMES = 0.5, 5
WAITS = frozenset({SILENCES, "blocks"})
"""Effects of faults that end no connection: whoever connects meanwhile has ended one by itself."""
SERVED_AT_LAST = 0.5


def waits_in_line(case: JudgedRun) -> Diagnosis | None:
    """Late answers to writes of one thing, one after another, in equal steps: each waits for a lock
    of the process, and only who has it has a time-out.
    """
    late = case.late(case.evidence.awaited)
    if case.failed("answered-in-time") is None or len(late) < LEAST_LATE:
        return None
    steps = _steps(case.evidence.awaited, {op.path for op in late if op.effect != "read"})
    if len(steps) < LEAST_STEPS:
        return None
    usual = median(steps)
    alike = sum(abs(step - usual) <= ALIKE * usual for step in steps)
    if usual < STEP_SECONDS or alike < MOST * len(steps):
        return None
    told = f"{count(len(late), 'request')} waited in line for others of the same thing, each of"
    told += f" which took {usual:.1f} s: the time-out is inside of a lock, and not around it"
    return Diagnosis(told, remedies.BOUND_WAITS)


def _steps(ops: Sequence[Op], paths: set[str]) -> list[float]:
    """From one answer to the next, of writes with the same path that waited at the same time."""
    of_path: defaultdict[str, list[Op]] = defaultdict(list)
    for op in sorted(ops, key=lambda op: op.done):
        if op.path in paths and op.effect != "read" and op.status is not None:
            of_path[op.path].append(op)
    return [
        after.done - before.done
        for own in of_path.values()
        for before, after in pairwise(own)
        if after.sent < before.done and not after.good
    ]


def goes_on_without_a_limit(case: JudgedRun) -> Diagnosis | None:
    """Late answers that are good in the end, while the app ended connections by itself and made
    others: a limit ended the first attempts, and what came after them had none.
    """
    late = case.late(case.evidence.awaited)
    if case.failed("answered-in-time") is None or not case.effects or case.effects - WAITS:
        return None
    served = sum(op.good for op in late)
    made = _connections_made(case)
    if not late or served < SERVED_AT_LAST * len(late) or made < max(len(late) / 2, case.sessions):
        return None
    told = f"{count(len(late), 'request')} went on for longer than their time-out: the app ended"
    told += f" their first attempts, and made {made} connections meanwhile, and a repeat took the"
    told += " cancellation, by which a time-out ends it, for an error, or has none of its own"
    return Diagnosis(told, remedies.BOUND_WAITS)


def _connections_made(case: JudgedRun) -> int:
    """During the faults."""
    start, healed = case.evidence.first_injected, case.evidence.last_healed
    loads = [e for e in case.evidence.events if isinstance(e, DatabaseLoad)]
    if start is None or healed is None:
        return 0
    seen = [load.connections for load in loads if start <= load.at <= healed]
    return seen[-1] - seen[0] if seen else 0


def slow_to_refuse(case: JudgedRun) -> Diagnosis | None:
    """What does not exist is refused late, and others are not served meanwhile: nothing but such
    requests came.
    """
    if case.faults != {FOR_NOTHING} or not any(case.failed(gate) for gate in NOT_SERVED):
        return None
    took = [op.done - op.sent for op in case.evidence.ops
            if op.for_nothing and op.status in REFUSED]  # fmt: skip
    calm = [op.done - op.sent for op in case.evidence.window("before") if op.good]
    if min(len(took), len(calm)) < LEAST_REFUSED:
        return None
    late, usual = median(took), median(calm)
    if late < max(LATE_SECONDS, LATE_TIMES * usual):
        return None
    told = (
        f"what does not exist is refused after {late:.1f} s, and answers took {usual:.2f} s before"
    )
    told += ": repeats without a condition try what is refused rightly again and again"
    return Diagnosis(told, remedies.RETRY)
