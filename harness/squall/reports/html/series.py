"""Data for the charts of a report: columns of numbers, in seconds since the start of the run.

Pure functions from a run to JSON-compatible data. Sizes are limited, so that the report of a long
run still opens on a phone; what is left out is counted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from squall.core.events import BackendsSampled, DatabaseLoad, ProbeSampled
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome
from squall.reports.html import gauges
from squall.reports.verdict_json import Reported
from squall.reports.windows import error_class, fault_spans, lead_span, recovery_ms, start_of

MAX_POINTS = 12_000
MAX_BINS = 72
MAX_SAMPLES = 2_000

KINDS = (*(outcome.value for outcome in Outcome), "hung-up")
"""Kinds of outcome in charts. A client that disconnected on purpose has its own kind."""

NICE = (1, 2, 5)


def charts(reported: Reported) -> dict[str, Any]:
    """Everything that ``report.js`` reads."""
    run = reported.run
    evidence = run.evidence
    zero = start_of(evidence)
    end = max([op.done for op in evidence.ops] + [event.at for event in evidence.events] + [zero])
    return {
        "seconds": round(end - zero, 4),
        "deadline_ms": evidence.contract.deadline_seconds * 1000,
        "lead": lead_span(evidence),
        "faults": _bands(evidence, end - zero),
        "marks": _marks(reported, zero),
        "points": points(evidence.ops, zero),
        "rate": rate(evidence.ops, zero),
        "sessions": sessions(evidence, zero),
        "load": load(evidence, zero),
        "gauges": gauges.numbers(evidence, zero),
        "states": gauges.states(evidence, zero),
        "probes": probes(evidence, zero),
    }


def _bands(evidence: Evidence, end: float) -> list[dict[str, Any]]:
    return [
        {"label": span.fault, "from": span.begun, "to": end if span.healed is None else span.healed}
        for span in fault_spans(evidence)
    ]


def _marks(reported: Reported, zero: float) -> list[dict[str, Any]]:
    """The heal, and the recovery if it came later."""
    healed = reported.run.evidence.last_healed
    if healed is None:
        return []
    marks = [{"at": round(healed - zero, 4), "label": "healed"}]
    recovery = recovery_ms(reported.run)
    if recovery:
        at = round(healed - zero + recovery / 1000, 4)
        marks.append({"at": at, "label": f"recovered (+{recovery:.0f} ms)"})
    return marks


def kind_of(op: Op) -> int:
    """The place of an operation in :data:`KINDS`."""
    return KINDS.index("hung-up" if op.client_cancelled else op.outcome)


def points(ops: Sequence[Op], zero: float) -> dict[str, Any]:
    """One point for each operation: its intended start, and how long the client waited."""
    chosen = sorted(_thinned(ops), key=lambda op: op.intended)
    words: dict[str, int] = {}
    return {
        "id": [op.id for op in chosen],
        "at": [round(op.intended - zero, 4) for op in chosen],
        "ms": [round(max(op.response_seconds * 1000, 0.1), 2) for op in chosen],
        "kind": [kind_of(op) for op in chosen],
        "what": [words.setdefault(_told(op), len(words)) for op in chosen],
        "words": list(words),
        "left_out": len(ops) - len(chosen),
    }


def _told(op: Op) -> str:
    return f"{op.name}: HTTP {op.status}" if op.good else f"{op.name}: {error_class(op)}"


def _thinned(ops: Sequence[Op]) -> list[Op]:
    """All failures, up to the limit, and an even selection of the others."""
    if len(ops) <= MAX_POINTS:
        return list(ops)
    bad = _every([op for op in ops if not op.good], MAX_POINTS // 2)
    return bad + _every([op for op in ops if op.good], MAX_POINTS - len(bad))


def _every(ops: Sequence[Op], most: int) -> list[Op]:
    step = max(1, math.ceil(len(ops) / most))
    return list(ops[::step])


def rate(ops: Sequence[Op], zero: float) -> dict[str, Any]:
    """Requests per second by outcome, in bins of a round width, by intended start."""
    if not ops:
        return {"bin": 1.0, "at": [], "counts": [[] for _ in KINDS]}
    first = min(op.intended for op in ops)
    last = max(op.intended for op in ops)
    width = _round_up((last - first) / MAX_BINS)
    bins = bin_of(last - first, width) + 1
    counts = [[0] * bins for _ in KINDS]
    for op in ops:
        counts[kind_of(op)][bin_of(op.intended - first, width)] += 1
    middles = [round(first - zero + (index + 0.5) * width, 4) for index in range(bins)]
    return {"bin": width, "at": middles, "counts": counts}


def bin_of(offset: float, width: float) -> int:
    """The bin of a time; 0.15 s is in the fourth bin of 50 ms, although floats divide to 2.99."""
    return int(offset / width + 1e-6)


def _round_up(width: float) -> float:
    """The next of 1, 2, 5 times a power of ten; at least 10 ms."""
    if width <= 0.01:  # noqa: PLR2004 - the finest bin
        return 0.01
    scale = 10.0 ** math.floor(math.log10(width))
    return next(round(n * scale, 6) for n in (*NICE, 10) if n * scale >= width)


def sessions(evidence: Evidence, zero: float) -> dict[str, Any]:
    """The app's sessions in the database, not seen through the proxy; None if it could not
    be read.
    """
    samples = [event for event in evidence.events if isinstance(event, BackendsSampled)]
    step = max(1, math.ceil(len(samples) / MAX_SAMPLES))
    chosen = samples[::step]
    ats, places = gauges.with_holes([round(sample.at - zero, 4) for sample in chosen])
    looks = [None if place is None else chosen[place] for place in places]
    return {
        "at": ats,
        "total": [look and look.total for look in looks],
        "active": [look and look.active for look in looks],
        "in_transaction": [look and look.idle_in_transaction for look in looks],
    }


def load(evidence: Evidence, zero: float) -> dict[str, Any]:
    """Statements and new connections per second at the proxy in front of the database.

    Computed between two readings of its counters, and drawn at the later one.
    """
    samples = [event for event in evidence.events if isinstance(event, DatabaseLoad)]
    chosen = samples[:: max(1, math.ceil(len(samples) / MAX_SAMPLES))]
    columns: dict[str, list[float | None]] = {"at": [], "statements": [], "connections": []}
    for before, after in itertools.pairwise(chosen):
        seconds = after.at - before.at
        if seconds > 0:
            columns["at"].append(round(after.at - zero, 4))
            columns["statements"].append(_pace(before.statements, after.statements, seconds))
            columns["connections"].append(_pace(before.connections, after.connections, seconds))
    return columns


def _pace(before: int | None, after: int | None, seconds: float) -> float | None:
    if before is None or after is None:
        return None
    return round(max(0, after - before) / seconds, 1)


def probes(evidence: Evidence, zero: float) -> dict[str, Any]:
    """Each answer of the app to an orchestrator's probe, with a lane for each probe."""
    samples = [event for event in evidence.events if isinstance(event, ProbeSampled)]
    names = sorted({sample.probe for sample in samples})
    chosen = samples[:: max(1, math.ceil(len(samples) / MAX_SAMPLES))]
    return {
        "names": names,
        "at": [round(sample.at - zero, 4) for sample in chosen],
        "lane": [names.index(sample.probe) for sample in chosen],
        "status": [sample.status for sample in chosen],
    }
