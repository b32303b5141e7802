"""The events of a run as log records: faults and phases as they happen, samples at ``debug``."""

from __future__ import annotations

import logging
from dataclasses import fields

from squall.core import events
from squall.workload.plan import WorkloadReport

LOAD_WORKER = "load worker"

log = logging.getLogger(__name__)

SAMPLES = (
    events.BackendsSampled,
    events.DatabaseLoad,
    events.GaugesSampled,
    events.ProbeSampled,
    events.ProcessorAwaited,
    events.UpstreamLoad,
)


def log_event(event: events.Event) -> None:
    """Log one record for each event."""
    level = logging.DEBUG if isinstance(event, SAMPLES) else logging.INFO
    if not log.isEnabledFor(level):
        return
    values = (f"{field.name}={getattr(event, field.name)!r}" for field in fields(event))
    log.log(level, "%s %s", type(event).__name__, " ".join(values))


def log_lost_workers(report: WorkloadReport, now: float, listener: events.Listener) -> None:
    """An event for each load worker that ended during the run."""
    for how in report.lost:
        listener(events.ComponentEnded(at=now, component=LOAD_WORKER, how=how))
